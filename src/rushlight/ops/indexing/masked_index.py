"""Indexing under a mask: where it is false, no index is looked at. PyTorch's own compositions are built on these."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.declare import op
from ...core.tensor import Tensor
from ..layout.broadcasting import tensors
from ..layout.joining import zeros_from
from ..support.arguments import check_tensor
from ..support.layered import reads_values
from .index_along import copied
from .subscript import add_at

__all__ = ["_unsafe_masked_index", "_unsafe_masked_index_put_accumulate"]


def _inside(indices: tuple[Any, ...], shape: tuple[int, ...]) -> tuple[Any, ...]:
    """The indices, those out of range moved to the nearest end."""
    return tuple([np.clip(i, -n, n - 1) if isinstance(i, np.ndarray) else i for i, n in zip(indices, shape)])


def _taken(x: Any, mask: Any, indices: tuple[Any, ...], fill: Any) -> Any:
    if not x.size:
        shape = np.broadcast_shapes(np.shape(mask), *[np.shape(i) for i in indices if isinstance(i, np.ndarray)])
        return zeros_from(x, shape)
    return np.where(mask, x[_inside(indices, x.shape)], np.asarray(fill).astype(x.dtype))


def _added(x: Any, values: Any, mask: Any, indices: tuple[Any, ...]) -> Any:
    out = copied(x)
    if x.size:
        add_at(out, _inside(indices, x.shape), np.where(mask, values, 0))
    return out


_take = op("unsafe_masked_index", _taken, "UnsafeMaskedIndexBackward0", {
    "x": lambda g, x_shape, mask, indices: _put(zeros_from(g, x_shape), g, mask, indices),
})  # fmt: skip
_put = op("unsafe_masked_index_put_accumulate", _added, "UnsafeMaskedIndexPutAccumulateBackward0", {
    "x": lambda g: g,
    "values": lambda g, mask, indices: _take(g, mask, indices, 0),
}, conforms=True)  # fmt: skip


@reads_values
def _unsafe_masked_index(input: Tensor, mask: Tensor, indices: Any, fill: Any) -> Tensor:
    """``input[indices]`` where `mask` is true, `fill` elsewhere; indices may be out of range there."""
    check_tensor("_unsafe_masked_index", input)
    check_tensor("_unsafe_masked_index", mask, "mask", 2)
    places = _payloads("_unsafe_masked_index", indices)
    if not places:
        raise IndexError("at least one index must be provided")
    if len(places) > input._data.ndim:
        raise IndexError(f"too many indices for tensor of dimension {input._data.ndim} (got {len(places)})")
    return _take(input, mask, places, fill)


@reads_values
def _unsafe_masked_index_put_accumulate(input: Tensor, mask: Tensor, indices: Any, values: Tensor) -> Tensor:
    """A copy of `input` with `values` added at `indices` where `mask` is true; indices may be out of range elsewhere."""
    check_tensor("_unsafe_masked_index_put_accumulate", input)
    check_tensor("_unsafe_masked_index_put_accumulate", mask, "mask", 2)
    check_tensor("_unsafe_masked_index_put_accumulate", values, "values", 4)
    return _put(input, values, mask, _payloads("_unsafe_masked_index_put_accumulate", indices))


def _payloads(name: str, indices: Any) -> tuple[Any, ...]:
    return tuple([np.asarray(i._data) for i in tensors(name, indices, "indices")])
