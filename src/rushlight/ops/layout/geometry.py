"""Memory under another geometry: as_strided, resize_, and the in-place forms of views (t_, squeeze_, ...)."""

from __future__ import annotations

import math
from sys import getrefcount
from typing import Any

import numpy as np

from ...arrays.strided import (
    offset_between,
    overlaps_itself,
    place,
    place_backward,
    place_into,
    reach,
    resized,
    storage,
    strides,
    view_memory,
)
from ...arrays.types import contiguous_format, preserve_format
from ...core import errors
from ...core.declare import op
from ...core.op import LAYERS
from ...core.saved import bump
from ...core.tensor import Tensor, memory
from ...core.views import Step, assign_view, check_inplace
from ..support.arguments import check_int, check_number, check_tensor
from ..support.attach import methods
from ..support.layered import reads_values
from ..support.options import take_size
from .broadcasting import squeeze_dim, squeezing, unsqueeze_to
from .shape import check_t, exchange, sequence, t_op, transpose_op, two_dims, wrap_dim

__all__ = ["as_strided", "as_strided_scatter", "resize_as_"]


#: A view of x's memory, in any strides; see Note [as_strided] in `strided`.
as_strided_op = op("as_strided", place, "AsStridedBackward0", {
    "x": lambda g, x_shape, size, stride, offset, layout: as_strided_backward(g, x_shape, size, stride, offset, layout),
}, view=True, saved_as={"offset": "storage_offset"})  # fmt: skip
as_strided_backward = op("as_strided_backward", place_backward, "AsStridedBackwardBackward0", {
    "g": lambda gg, size, stride, offset, layout: as_strided_op(gg, size, stride, offset, layout),
}, names=("g", "shape", "size", "stride", "offset", "layout"))  # fmt: skip


def _placed(name: str, x: Tensor, size: Any, stride: Any, offset: Any) -> tuple[Any, ...]:
    """The parameters of `as_strided`, counted from x's first element. Raises RuntimeError if they leave its memory."""
    size, stride = sequence(name, size, "size", 2), sequence(name, stride, "stride", 3)
    data = memory(x)
    owner = storage(data)
    start = offset_between(data, owner)
    if offset is None:
        offset = start
    else:
        check_int(name, offset, "storage_offset", 3)
    if len(size) != len(stride):
        raise RuntimeError("mismatch in length of strides and shape")
    if any(s < 0 for s in stride):
        raise RuntimeError(f"as_strided: Negative strides are not supported at the moment, got strides: {list(stride)}")
    if any(n < 0 for n in size):
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(size)} and strides={list(stride)}")
    if offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {offset}")
    end = offset + reach(size, stride) + 1
    if 0 not in size and end > owner.size:
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset}, and itemsize "
            f"{data.itemsize} requiring a storage size of {end * data.itemsize} are out of bounds for storage of size "
            f"{owner.nbytes}"
        )
    return size, stride, offset - start, strides(data)


@reads_values
def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """A view of the memory of `input` with this size, these strides and this offset, counted in elements.

    Raises RuntimeError if it would leave the memory.
    """
    check_tensor("as_strided", input)
    parameters = _placed("as_strided", input, size, stride, storage_offset)
    out = as_strided_op(input, *parameters)
    data, view = memory(input), out._view
    out._data = view_memory(data, *parameters[:3])
    if view is not None and view.step.above is not None:
        # Straight from the base: its memory may be wider than the view's.
        base = view.base._data
        offset = parameters[2] + offset_between(data, base)
        view.step = Step(as_strided_op.op, (*parameters[:2], offset, strides(base)), base.shape, None, 1, None)
    return out


_as_strided_scatter = op("as_strided_scatter", place_into, "AsStridedScatterBackward0", {
    "x": lambda g, size, stride, offset, layout: _as_strided_scatter(g, 0, size, stride, offset, layout),
    "src": lambda g, size, stride, offset, layout: as_strided_op(g, size, stride, offset, layout),
}, conforms=True)  # fmt: skip


@reads_values
def as_strided_scatter(
    input: Tensor, src: Tensor, size: Any, stride: Any, storage_offset: int | None = None
) -> Tensor:
    """A copy of `input` with ``as_strided(size, stride, storage_offset)`` replaced by `src`.

    Raises RuntimeError if that leaves the memory, has another shape than `src`, or a place twice.
    """
    check_tensor("as_strided_scatter", input)
    check_tensor("as_strided_scatter", src, "src", 2)
    parameters = _placed("as_strided_scatter", input, size, stride, storage_offset)
    part = view_memory(memory(input), *parameters[:3])
    if part.shape != src._data.shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src._data.shape)}, slice size = "
            f"{list(part.shape)}"
        )
    if overlaps_itself(part):
        raise RuntimeError(errors.OVERLAPPING_WRITE)
    return _as_strided_scatter(input, src, *parameters)


# The in-place forms have nodes of their own.

_t_ = op("t_", lambda x: x.T, "TBackward1", {"x": lambda g: t_op(g)}, view=True)
_transpose_ = op("transpose_", exchange, "TransposeBackward1", {
    "x": lambda g, dim0, dim1: transpose_op(g, dim0, dim1),
}, view=True)  # fmt: skip
_unsqueeze_ = op("unsqueeze_", lambda x, dim: x[(slice(None),) * dim + (None,)], "UnsqueezeBackward1", {
    "x": lambda g, dim: squeeze_dim(g, (dim,)),
}, view=True)  # fmt: skip
_squeezes = [
    op(name, lambda x, dims: x.squeeze(dims), node, {"x": lambda g, dims: unsqueeze_to(g, dims)}, view=True)
    for name, node in [
        ("squeeze_", "SqueezeBackward3"), ("squeeze_dim_", "SqueezeBackward4"), ("squeeze_dims_", "SqueezeBackward5"),
    ]
]  # fmt: skip
_as_strided_ = op("as_strided_", place, "AsStridedBackward1", {
    "x": lambda g, x_shape, size, stride, offset, layout: as_strided_backward(g, x_shape, size, stride, offset, layout),
}, view=True, saved_as={"offset": "storage_offset"})  # fmt: skip


def t_(self: Tensor) -> Tensor:
    """`t`, in place."""
    check_t("t_", self)
    return assign_view(self, _t_, ())


def transpose_(self: Tensor, dim0: int, dim1: int) -> Tensor:
    """`transpose`, in place."""
    return assign_view(self, _transpose_, two_dims("transpose_", self, dim0, dim1))


def swapaxes_(self: Tensor, axis0: int, axis1: int) -> Tensor:
    """`transpose_` by NumPy's name."""
    return transpose_(self, axis0, axis1)


def unsqueeze_(self: Tensor, dim: int) -> Tensor:
    """`unsqueeze`, in place."""
    check_int("unsqueeze_", dim, "dim", 1)
    return assign_view(self, _unsqueeze_, (wrap_dim(dim, self._data.ndim + 1),))


def squeeze_(self: Tensor, *dim: Any, **keywords: Any) -> Tensor:
    """`squeeze`, in place."""
    call, dims = squeezing(self, dim, keywords)
    return assign_view(self, _squeezes[call], (dims,))


@reads_values
def as_strided_(self: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """`as_strided`, in place."""
    parameters = _placed("as_strided_", self, size, stride, storage_offset)
    data = memory(self)
    assign_view(self, _as_strided_, parameters)
    self._data = view_memory(data, *parameters[:3])
    return self


@reads_values
def resize_(self: Tensor, *size: Any, memory_format: Any = contiguous_format, **keywords: Any) -> Tensor:
    """Another size, in place: this tensor's memory from its first element on, grown by zeros if it does not suffice.

    Raises RuntimeError if this tensor requires grad, NotImplementedError if memory would grow that others share.
    """
    return _resized(self, take_size("resize_", size, keywords))


def _resized(x: Tensor, size: tuple[int, ...]) -> Tensor:
    if x.requires_grad:
        raise RuntimeError("cannot resize variables that require grad")
    if x.__class__ in LAYERS and LAYERS[x.__class__].has_tangent(x):
        raise RuntimeError("cannot resize variables that has a forward grad")
    if any(n < 0 for n in size):
        raise RuntimeError("numel: integer multiplication overflow")
    check_inplace(x, False)
    data = memory(x)
    if data.shape != size:
        part = resized(data, size)
        if part is None:
            owner = storage(data)
            # This frame, its caller's slot and getrefcount hold `owner`; so does `data`, if it is a view of it.
            if getrefcount(owner) > 4:
                raise NotImplementedError("resize_() of memory that other tensors share")
            start = offset_between(data, owner)
            grown = np.zeros(start + math.prod(size), data.dtype)
            grown[: owner.size] = owner.reshape(-1)
            part = grown[start:].view(type(data)).reshape(size)
        x._data = part
    bump(x)
    return x


def resize_as_(self: Tensor, the_template: Tensor, *, memory_format: Any = preserve_format) -> Tensor:
    """``resize_(the_template.size())``."""
    check_tensor("resize_as_", the_template, "the_template")
    return _resized(self, the_template._data.shape)


def fill_diagonal_(self: Tensor, fill_value: Any, wrap: bool = False) -> Tensor:
    """Sets the main diagonal, in place; of a tall matrix with `wrap`, again after each block of columns and one row.

    Raises RuntimeError for vectors, and for more than two dimensions unless their sizes are equal.
    """
    check_number("fill_diagonal_", fill_value, "fill_value", 1)
    shape = self._data.shape
    if len(shape) < 2:
        raise RuntimeError("dimensions must larger than 1")
    if len(shape) > 2 and len(set(shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    stride, start, length = self.stride(), self.storage_offset(), min(shape)  # type: ignore[attr-defined]
    as_strided(self, (length,), (sum(stride),), start).fill_(fill_value)  # type: ignore[attr-defined]
    width = shape[1]
    if wrap and len(shape) == 2 and shape[0] > width + 1:
        rest = -(-shape[0] * width // (width + 1)) - length
        as_strided(self, (rest,), (sum(stride),), start + stride[0] * (width + 1)).fill_(fill_value)  # type: ignore[attr-defined]
    return self


methods(
    fill_diagonal_=fill_diagonal_, as_strided=as_strided, as_strided_scatter=as_strided_scatter, t_=t_,
    transpose_=transpose_, swapaxes_=swapaxes_, swapdims_=swapaxes_, unsqueeze_=unsqueeze_, squeeze_=squeeze_,
    as_strided_=as_strided_, resize_=resize_, resize_as_=resize_as_,
)  # fmt: skip
