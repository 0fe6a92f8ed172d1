"""Reading and writing where a mask is true, and finding where: masked_select, masked_scatter, nonzero, index_put."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import broadcast_shapes
from ...core.declare import op
from ...core.op import LAYERS
from ...core.record import unbroadcast
from ...core.tensor import Tensor, wrap
from ...core.views import assign
from ..elementwise.comparison import masked_fill
from ..layout.broadcasting import expanded, tensors
from ..layout.joining import zeros_from
from ..support.arguments import check_tensor
from ..support.attach import methods
from ..support.checked import checked
from ..support.layered import reads_values
from ..support.outputs import into
from .index_along import check_same_dtype
from .subscript import (
    Advanced,
    as_put,
    check_bounds,
    check_values,
    index_put_into,
    index_put_op,
    numpy_index,
    of_batched,
)

__all__ = ["argwhere", "index_put", "index_put_", "masked_scatter", "masked_select", "nonzero"]


def _check_mask(name: str, mask: Any) -> None:
    check_tensor(name, mask, "mask", 2)
    if mask.dtype is not dtypes.bool_:
        if name == "masked_select":
            raise RuntimeError("masked_select: expected BoolTensor for mask")
        raise RuntimeError(f"{name}_ only supports boolean masks, but got mask with dtype {mask.dtype.scalar_name}")


def _masked_select(x: Any, mask: Any) -> Any:
    shape = np.broadcast_shapes(x.shape, mask.shape)
    return np.broadcast_to(x, shape, subok=True)[np.broadcast_to(mask, shape)]


def _masked_scatter(x: Any, mask: Any, source: Any) -> Any:
    out = np.array(x, subok=True, order="C")
    mask = np.broadcast_to(mask, out.shape)
    out[mask] = source.reshape(-1)[: np.count_nonzero(mask)]
    return out


def _scatter_gradient(g: Any, mask: Any, shape: tuple[int, ...]) -> Any:
    out = zeros_from(g, shape)
    taken = g[np.broadcast_to(mask, g.shape)]
    out.reshape(-1)[: taken.size] = taken
    return out


def _select_gradient(g: Any, x_shape: tuple[int, ...], mask: Any) -> Any:
    # The edge cannot see this broadcast: as many elements may be selected as the input has.
    shape = np.broadcast_shapes(x_shape, tuple(mask.shape))
    return unbroadcast(_masked_scatter_op(zeros_from(g, shape), mask, g), x_shape)


_masked_select_op = op("masked_select", _masked_select, "MaskedSelectBackward0", {
    "x": lambda g, x_shape, mask: _select_gradient(g, x_shape, mask),
})  # fmt: skip
_masked_scatter_op = op("masked_scatter", _masked_scatter, "MaskedScatterBackward0", {
    "x": lambda g, mask: masked_fill(g, mask, 0),
    "source": lambda g, mask, source_shape: _masked_scatter_backward_op(g, mask, source_shape),
}, conforms=True)  # fmt: skip
_masked_scatter_backward_op = op("masked_scatter_backward", _scatter_gradient, "MaskedScatterBackwardBackward0", {
    "g": lambda gg, g_shape, mask: _masked_scatter_op(zeros_from(gg, g_shape), mask, gg),
})  # fmt: skip


def masked_select(input: Tensor, mask: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The elements where `mask` is true, in one dimension; the two broadcast."""
    if out is not None:
        check_same_dtype("masked_select", input, out)
        return into(out, masked_select, input, mask, disjoint=True)
    check_tensor("masked_select", input)
    _check_mask("masked_select", mask)
    broadcast_shapes(mask._data.shape, input._data.shape)
    return _masked_select_op(input, mask)


def _check_source(x: Tensor, mask: Any, source: Any) -> None:
    check_tensor("masked_scatter", source, "source", 2)
    if x.dtype is not source.dtype:
        raise RuntimeError(
            "masked_scatter: expected self and source to have same dtypes but got"
            f"{x.dtype.scalar_name} and {source.dtype.scalar_name}"
        )
    _check_mask("masked_scatter", mask)


@reads_values
def _check_enough(shape: tuple[int, ...], mask: Tensor, source: Tensor) -> None:
    if source._data.size < np.count_nonzero(np.broadcast_to(mask._data, shape)):
        raise RuntimeError("Number of elements of source < number of ones in mask")


def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """A copy of `input` with the elements of `source`, in their order, where `mask` is true; the first two broadcast.

    Raises RuntimeError if `source` has too few elements.
    """
    check_tensor("masked_scatter", input)
    check_tensor("masked_scatter", mask, "mask", 2)
    _check_source(input, mask, source)
    shape = broadcast_shapes(mask._data.shape, input._data.shape)
    _check_enough(shape, mask, source)
    if input._data.shape != shape:
        input = expanded(input, shape)
    return _masked_scatter_op(input, mask, source)


def _masked_scatter_inplace(self: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """`masked_scatter`, in place."""
    check_tensor("masked_scatter_", mask, "mask", 1)
    _check_source(self, mask, source)
    if mask._data.shape != self._data.shape:
        expanded(mask, self._data.shape)
    _check_enough(self._data.shape, mask, source)
    return assign(self, _masked_scatter_op, (mask, source))


@checked
@reads_values
def nonzero(input: Tensor, *, out: Tensor | None = None, as_tuple: bool = False) -> Any:
    """The places of all elements but zeros, as the rows of a matrix; as one vector for each dimension (`as_tuple`)."""
    data = np.asarray(input._data)
    if as_tuple:
        return wrap(np.argwhere(data if data.ndim else data.reshape(1))).unbind(1)  # type: ignore[attr-defined]
    rows = np.argwhere(data) if data.ndim else np.empty((int(data != 0), 0), np.int64)
    if out is None:
        return wrap(rows)
    if isinstance(out, Tensor) and out.dtype is not dtypes.int64:
        raise RuntimeError(
            f"nonzero: Expected out tensor to have scalar type Long but got scalar type{out.dtype.scalar_name}"
        )
    return into(out, nonzero, input)


@reads_values
def argwhere(input: Tensor) -> Tensor:
    """The places of all elements but zeros, as the rows of a matrix."""
    check_tensor("argwhere", input)
    return nonzero(input)


def _indices(name: str, x: Tensor, indices: Any) -> tuple[Any, ...]:
    given = tensors(name, indices, "indices")
    advanced, dim = Advanced(), 0
    for item in given:
        if item._data.__class__ in LAYERS:
            dim = advanced.add(dim, of_batched(item))
            continue
        data = np.asarray(item._data)
        if item.dtype not in (dtypes.int64, dtypes.int32, dtypes.bool_, dtypes.uint8):
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        dim = advanced.add(dim, data.astype(bool) if item.dtype is dtypes.uint8 else data)
    if dim > x._data.ndim:
        raise IndexError(f"too many indices for tensor of dimension {x._data.ndim} (got {dim})")
    return numpy_index(x, advanced)


@checked
def index_put(input: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:
    """A copy of `input` with ``input[indices] = values``, or ``+= values``, where an index may come more than once."""
    places = _indices("index_put", input, indices)
    values = as_put(input, places, values, accumulate)
    check_values(input, places, values)
    check_bounds(input._data.shape, places)
    return index_put_op(input, values, tuple([i.copy() if isinstance(i, np.ndarray) else i for i in places]), accumulate)


def index_put_(self: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:
    """`index_put`, in place."""
    places = _indices("index_put_", self, indices)
    check_tensor("index_put_", values, "values", 2)
    index_put_into(self, places, as_put(self, places, values, accumulate), accumulate)
    return self


methods(
    masked_select=masked_select, masked_scatter=masked_scatter, masked_scatter_=_masked_scatter_inplace,
    nonzero=nonzero, argwhere=argwhere, index_put=index_put, index_put_=index_put_,
)  # fmt: skip
