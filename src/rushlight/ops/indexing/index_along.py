"""Parts along one dimension that a vector of indices names: index_select, index_add, index_copy, index_fill."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import wrap_dim
from ...core.declare import op
from ...core.tensor import Tensor, wrap
from ..creation.filled import check_fits
from ..layout.joining import zeros_from
from ..layout.splitting import at
from ..support.accumulation import all_within
from ..support.arguments import check_number
from ..support.attach import inplace_methods, methods
from ..support.checked import checked
from ..support.layered import reads_values
from ..support.operands import as_payload
from ..support.outputs import into
from .subscript import add_at

__all__ = ["index_add", "index_copy", "index_fill", "index_select"]


def copied(x: Any) -> Any:
    return np.array(x, subok=True, order="C")


def lined(x: Any) -> Any:
    """A payload or Tensor `x`, with at least one dimension."""
    return x if x.ndim else x.reshape(1)


def check_same_dtype(name: str, x: Any, out: Any) -> None:
    """Raises RuntimeError if `out` has another dtype than `x`."""
    if isinstance(x, Tensor) and isinstance(out, Tensor) and x.dtype is not out.dtype:
        raise RuntimeError(f"{name}(): self and result must have the same scalar type")


def check_index(index: Any, kinds: tuple[Any, ...], error: Exception) -> None:
    if index.dtype not in kinds:
        raise error


BOTH = (dtypes.int64, dtypes.int32)


@reads_values
def check_range(index: Any, n: int, error: Any) -> None:
    """Raises `error` with the first of the indices that is not between 0 and `n`."""
    if not all_within(index, n):
        raise error(index[(index < 0) | (index >= n)].flat[0] if index.ndim else index)


def out_of_bounds(dim: int, n: int) -> Any:
    return lambda i: RuntimeError(f"index {i} is out of bounds for dimension {dim} with size {n}")


def _out_of_self(i: int) -> Exception:
    return IndexError("index out of range in self")


# index_select and index_add are each other's derivatives.


def _index_select(x: Any, dim: int, index: Any) -> Any:
    if not x.ndim:
        return copied(x)
    return x.take(lined(index), dim)


def _index_add(x: Any, source: Any, dim: int, index: Any, alpha: Any) -> Any:
    out = copied(x)
    _add_parts(lined(out), lined(_scaled(source, alpha)), dim, lined(index))
    return out


def _add_parts(out: Any, source: Any, dim: int, index: Any) -> None:
    """``out[..., index, ...] += source`` for every time that an index comes, `out` contiguous."""
    if not dim:
        add_at(out, (index,), source)
    elif source.size:
        front = np.zeros((out.shape[dim], *out.shape[:dim], *out.shape[dim + 1 :]), out.dtype)
        add_at(front, (index,), np.moveaxis(source, dim, 0))
        out += np.moveaxis(front, 0, dim)


def _select_slope(g: Any, shape: tuple[int, ...], dim: int, index: Any) -> Any:
    if g.__class__ is np.ndarray and g.ndim:
        out = np.zeros(shape, g.dtype)
        _add_parts(lined(out), g, dim, lined(index))
        return out
    return index_add_op(zeros_from(g, shape), g, dim, index, 1)


index_select_op = op("index_select", _index_select, "IndexSelectBackward0", {
    "x": lambda g, x_shape, dim, index: _select_slope(g, x_shape, dim, index),
})  # fmt: skip
index_add_op = op("index_add", _index_add, "IndexAddBackward0", {
    "x": lambda g: g,
    "source": lambda g, source_shape, dim, index, alpha: (
        _scaled(index_select_op(g, dim, index), alpha).reshape(source_shape)
    ),
}, saved_as={"source": "source"})  # fmt: skip


def _scaled(g: Any, alpha: Any) -> Any:
    if alpha == 1:
        return g
    return g * (alpha if isinstance(g, Tensor) or hasattr(alpha, "dtype") else as_payload(alpha, g))


@checked
def index_select(input: Tensor, dim: int, index: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The parts of `input` along `dim` that a vector of indices names, as a copy.

    Raises IndexError for indices of two dimensions, RuntimeError for those out of range and of another dtype.
    """
    if out is not None:
        check_same_dtype("index_select", input, out)
        return into(out, index_select, input, dim, index, disjoint=True)
    dim = wrap_dim(dim, input._data.ndim)
    places = index._data
    if places.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    check_index(index, BOTH, RuntimeError("index_select(): Expected dtype int32 or int64 for index"))
    if not input._data.ndim and places.size != 1:
        raise RuntimeError(f"index_select(): Index to scalar can have only 1 value, got {places.size} value(s)")
    n = input._data.shape[dim] if input._data.ndim else 1
    # torch's kernel for the second dimension is another one, with other words.
    if dim == 1:
        error: Any = lambda i: RuntimeError(f"INDICES element is out of DATA bounds, id={i} axis_dim={n}")
    else:
        error = _out_of_self
    check_range(places, n, error)
    return index_select_op(input, dim, index)


@checked
def index_add(
    input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: complex = 1, out: Tensor | None = None
) -> Tensor:
    """A copy of `input` with the parts of `source`, times `alpha`, added where a vector of indices says.

    An index may come more than once. Raises RuntimeError for other sizes, dtypes, and for indices out of range (IndexError
    where `input` is a vector).
    """
    if out is not None:
        return into(out, partial(index_add, alpha=alpha), input, dim, index, source, own=True)
    if not isinstance(alpha, (int, float, complex, np.number, Tensor)):
        check_number("index_add", alpha, "alpha", None)
    dim = wrap_dim(dim, input._data.ndim)
    check_vectors("index_add", input, dim, index, source)
    n = input._data.shape[dim] if input._data.ndim else 1
    # torch's kernel for vectors is another one, with other words.
    check_range(index._data, n, out_of_bounds(dim, n) if input._data.ndim > 1 else _out_of_self)
    if not isinstance(alpha, Tensor) and (isinstance(alpha, complex) or input._data.dtype.kind in "iu"):
        alpha = check_fits(alpha, input.dtype)
    return index_add_op(input, source, dim, index, alpha)


def check_vectors(name: str, x: Tensor, dim: int, index: Tensor, source: Tensor) -> None:
    """Raises if `index` is no vector of as many integers as `source` has parts along `dim`, each as large as those of `x`."""
    places, parts, shape = index._data, source._data.shape, x._data.shape
    if places.ndim > 1:
        raise IndexError(
            f"{name}_(): Index is supposed to be a vector, but got dim: {places.ndim} with type: "
            f"{index.dtype.scalar_name} and size: {list(places.shape)}"
        )
    wrong = RuntimeError(f"{name}_(): Expected dtype int32/int64 for index but got: {index.dtype.scalar_name}")
    check_index(index, BOTH, wrong)
    if x.dtype is not source.dtype:
        raise RuntimeError(
            f"{name}_(): self ({x.dtype.scalar_name}) and source ({source.dtype.scalar_name}) must have the same "
            "scalar type"
        )
    if dim and dim >= len(parts):
        raise RuntimeError(
            f"{name}_(): Indexing dim {dim} is out of bounds of the source tensor with dim {len(parts)}"
        )
    count = parts[dim] if parts else 1
    if places.size != count and not parts:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    if places.size != count:
        raise RuntimeError(
            f"{name}_(): Number of indices ({places.size}) should be equal to source.size(dim): ({count}), for dim: "
            f"{dim}"
        )
    if len(parts) != len(shape) or parts[:dim] + parts[dim + 1 :] != shape[:dim] + shape[dim + 1 :]:
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
            f"{list(shape)} source.shape = {list(parts)}"
        )


# index_copy and index_fill.


def _index_copy(x: Any, source: Any, dim: int, index: Any) -> Any:
    out = copied(x)
    lined(out)[at(dim, lined(index))] = source if source.ndim else source.reshape(1)
    return out


def _index_fill(x: Any, value: Any, dim: int, index: Any) -> Any:
    out = np.array(x, subok=True, order="K")
    lined(out)[at(dim, lined(index))] = value
    return out


_index_copy_op = op("index_copy", _index_copy, "IndexCopyBackward0", {
    "x": lambda g, dim, index: _index_fill_op(g, 0, dim, index),
    "source": lambda g, source_shape, dim, index: index_select_op(g, dim, index).reshape(source_shape),
}, saved_as={"source": "source"})  # fmt: skip
_index_fill_op = op("index_fill", _index_fill, "IndexFillBackward0", {
    "x": lambda g, dim, index: _index_fill_op(g, 0, dim, index),
})  # fmt: skip
_index_fill_tensor = op("index_fill_tensor", _index_fill, "IndexFillBackward1", {
    "x": lambda g, dim, index: _index_fill_op(g, 0, dim, index),
    "value": lambda g, dim, index: index_select_op(g, dim, _distinct(index)).sum(),
}, conforms=True)  # fmt: skip


def _distinct(index: Any) -> Any:
    return wrap(np.unique(index._data)) if isinstance(index, Tensor) else np.unique(index)


@checked
def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor, *, out: Tensor | None = None) -> Tensor:
    """A copy of `input` with the parts of `source` written where a vector of indices says."""
    if out is not None:
        return into(out, index_copy, input, dim, index, source, own=True)
    dim = wrap_dim(dim, input._data.ndim)
    places, parts, shape = index._data, source._data.shape, input._data.shape
    if places.ndim > 1:
        raise IndexError(f"index_copy_(): Index should have dimension 1 or 0 (got {places.ndim})")
    if not parts and places.size != 1:
        raise IndexError(
            f"index_copy_(): When source is scalar, index should have one element (got {places.size})"
        )
    if len(parts) != len(shape) and parts and shape:
        raise IndexError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must match. Source "
            f"dimensionality ({len(parts)}), destination dimensionality ({len(shape)})"
        )
    name = index.dtype.scalar_name
    check_index(index, BOTH[:1], RuntimeError(f"index_copy_(): Expected a long tensor for index, but got {name}"))
    if input.dtype is not source.dtype:
        raise RuntimeError(
            "index_copy_(): self and source expected to have the same dtype, but got (self) "
            f"{input.dtype.scalar_name} and (source) {source.dtype.scalar_name}"
        )
    rest, others = shape[:dim] + shape[dim + 1 :], parts[:dim] + parts[dim + 1 :]
    if rest != others:
        raise RuntimeError(
            "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
            f"{' '.join(map(str, rest))} at dimension {dim} and source slice shape: {' '.join(map(str, others))} at "
            "dimension 0."
        )
    count = parts[dim] if parts else 1
    if places.size != count:
        raise IndexError(
            f"index_copy_(): Number of indices ({places.size}) should be equal to source.size(dim) ({count})"
        )
    n = shape[dim] if shape else 1
    check_range(
        places, n, lambda i: IndexError(f"index_copy_(): index {i} is out of bounds for dimension {dim} with size {n}")
    )
    return _index_copy_op(input, source, dim, index)


@checked(signatures=(
    "(Tensor input, int dim, Tensor index, Tensor value)",
    "(Tensor input, int dim, Tensor index, Number value)",
))
def index_fill(input: Tensor, dim: int, index: Tensor, value: Tensor | complex) -> Tensor:
    """A copy of `input` with one value (a number or a 0-d tensor) where a vector of indices says."""
    if isinstance(value, Tensor) and value._data.ndim:
        raise RuntimeError(
            "index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value._data.ndim} dimension(s)."
        )
    check_index(index, BOTH[:1], IndexError("index_fill_(): Expected dtype int64 for index."))
    dim = wrap_dim(dim, input._data.ndim)
    if index._data.ndim > 1:
        raise RuntimeError("Index has to be a vector/scalar")
    if not input.dtype.is_complex and (isinstance(value, complex) or (isinstance(value, Tensor) and value.dtype.is_complex)):
        raise RuntimeError("index_fill_(): Converting complex Scalar to non-complex type is not supported")
    n = input._data.shape[dim] if input._data.ndim else 1
    _check_places(index._data, dim, n)
    return (_index_fill_tensor if isinstance(value, Tensor) else _index_fill_op)(input, value, dim, index)



@reads_values
def _check_places(index: Any, dim: int, n: int) -> None:
    bad = index[(index < -n) | (index >= n)] if index.size else index
    if bad.size:
        raise IndexError(f"index {bad.flat[0]} is out of bounds for dimension {dim} with size {n}")


methods(index_add=index_add, index_copy=index_copy, index_fill=index_fill, index_select=index_select)
inplace_methods(index_add, index_copy, index_fill)
