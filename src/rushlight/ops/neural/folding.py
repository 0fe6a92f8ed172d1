"""Windows as columns and back (unfold and fold), and maxima put back to where they were (max_unpool)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import wrap_dim
from ...core.declare import op
from ...core.tensor import Tensor
from ..support.arguments import check_tensor, unimplemented
from ..support.layered import every_value
from ..support.precision import wide_op
from .pooling import flattened, picking
from .sliding import Ints, is_int, padded, taps, windows

__all__: list[str] = []


def _im2col(x: Any, kernel: Ints, size: Ints, dilation: Ints, padding: Ints, stride: Ints) -> Any:
    lead, channels = x.shape[:-3], x.shape[-3]
    view = windows(padded(x, padding), kernel, size, stride, dilation)
    return view.reshape((*lead, channels * math.prod(kernel), math.prod(size))).copy()


def _col2im(x: Any, shape: Ints, kernel: Ints, size: Ints, dilation: Ints, padding: Ints, stride: Ints) -> Any:
    lead, channels = x.shape[:-2], x.shape[-2] // math.prod(kernel)
    columns = x.reshape((*lead, channels, *kernel, *size))
    out = np.zeros_like(x, shape=(*lead, channels, *shape), order="C")
    for tap, inside, places in taps(kernel, size, stride, padding, dilation, shape):
        out[places] += columns[(..., *tap, slice(None), slice(None))][inside]
    return out


unfold_op = op("im2col", _im2col, "Im2ColBackward0", {
    "x": lambda g, x_shape, kernel, size, dilation, padding, stride: fold_op(
        g, x_shape[-2:], kernel, size, dilation, padding, stride),
})  # fmt: skip
fold_op = wide_op("col2im", _col2im, "Col2ImBackward0", {
    "x": lambda g, kernel, size, dilation, padding, stride: unfold_op(g, kernel, size, dilation, padding, stride),
})  # fmt: skip


# max_unpool: the transpose of taking elements, but that of two at one place the last one stays.


def _unpooled(x: Any, indices: Any, size: Ints) -> Any:
    out = np.zeros_like(x, shape=(*x.shape[: x.ndim - len(size)], *size), order="C")
    np.put_along_axis(flattened(out, len(size)), flattened(indices, len(size)), flattened(x, len(size)), -1)
    return out


_taken = picking("unpooled_elements", "ViewBackward0")
_UNPOOL = {
    ndim: op(f"max_unpool{ndim}d", _unpooled, f"MaxUnpool{ndim}DBackward0", {
        "x": lambda g, indices, size: _taken(g, indices, len(size)),
    })
    for ndim in (2, 3)
}  # fmt: skip


# Checks and functions.

def _pair(name: str, argument: str, value: Any, position: int) -> Ints:
    """Two integers; one stands for both."""
    pair = tuple(value) if hasattr(value, "__iter__") else (value, value)
    for place, n in enumerate(pair):
        if not is_int(n):
            raise TypeError(
                f"{name}(): argument '{argument}' (position {position}) must be tuple of ints, but found element of type "
                f"{type(n).__name__} at pos {place}"
            )
    return tuple([int(n) for n in pair])


def _check_numbers(kernel: Ints, stride: Ints, dilation: Ints, padding: Ints) -> None:
    for argument, values in (("kernel_size", kernel), ("dilation", dilation), ("padding", padding), ("stride", stride)):
        if len(values) != 2:
            raise RuntimeError(f"It is expected {argument} equals to 2, but got size {len(values)}")
    for word, values in (("kernel", kernel), ("stride", stride), ("dilation", dilation)):
        if min(values) <= 0:
            raise RuntimeError(
                f"{word}{' size' if word == 'kernel' else ''} should be greater than zero, but got {word}_height: "
                f"{values[0]} {word}_width: {values[1]}"
            )
    if min(padding) < 0:
        raise RuntimeError(
            f"padding should be non-negative, but got pad_height: {padding[0]} pad_width: {padding[1]}"
        )


def _blocks(shape: Ints, kernel: Ints, stride: Ints, dilation: Ints, padding: Ints) -> Ints:
    return tuple([
        (n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, d, p in zip(shape, kernel, stride, dilation, padding)
    ])


def unfold(input: Tensor, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> Tensor:
    """Every window of `input` (N, C, H, W) or (C, H, W) as a column: (N, C * taps, windows) or (C * taps, windows)."""
    name = "im2col"
    check_tensor(name, input)
    kernel, dilation = _pair(name, "kernel_size", kernel_size, 2), _pair(name, "dilation", dilation, 3)
    padding, stride = _pair(name, "padding", padding, 4), _pair(name, "stride", stride, 5)
    _check_numbers(kernel, stride, dilation, padding)
    x = input._data
    for d in (1, 2):
        wrap_dim(d, x.ndim)
    if x.ndim not in (3, 4) or 0 in x.shape[x.ndim - 3 :]:
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but "
            f"got: {list(x.shape)}"
        )
    size = _blocks(x.shape[-2:], kernel, stride, dilation, padding)
    if min(size) < 1:
        raise RuntimeError(
            f"Given input with spatial size {x.shape[-2:]}, kernel_size={kernel}, dilation={dilation}, "
            f"padding={padding}, calculated shape of the array of sliding blocks as {size}, but its components must be at "
            "least one."
        )
    if x.dtype.kind in "iu":
        raise unimplemented("im2col_out_cpu", input.dtype)
    return unfold_op(input, kernel, size, dilation, padding, stride)


def fold(input: Tensor, output_size: Any, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> Tensor:
    """The transpose of `unfold`: columns put back into their windows, added where windows overlap."""
    name = "col2im"
    check_tensor(name, input)
    shape, kernel = _pair(name, "output_size", output_size, 2), _pair(name, "kernel_size", kernel_size, 3)
    dilation, padding = _pair(name, "dilation", dilation, 4), _pair(name, "padding", padding, 5)
    stride = _pair(name, "stride", stride, 6)
    if len(shape) != 2:
        raise RuntimeError(f"It is expected output_size equals to 2, but got size {len(shape)}")
    _check_numbers(kernel, stride, dilation, padding)
    x = input._data
    if x.ndim not in (2, 3) or 0 in x.shape[x.ndim - 2 :]:
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, "
            f"but got: {list(x.shape)}"
        )
    dim = x.ndim - 2
    if x.shape[dim] % math.prod(kernel):
        raise RuntimeError(
            f"Expected size of input's dimension {dim} to be divisible by the product of kernel_size, but got "
            f"input.size({dim})={x.shape[dim]} and kernel_size={kernel}."
        )
    size = _blocks(shape, kernel, stride, dilation, padding)
    if x.shape[-1] != math.prod(size):
        raise RuntimeError(
            f"Given output_size={shape}, kernel_size={kernel}, dilation={dilation}, padding={padding}, stride={stride}, "
            f"expected size of input's dimension {dim + 1} to match the calculated number of sliding blocks {size[0]} * "
            f"{size[1]} = {math.prod(size)}, but got input.size({dim + 1})={x.shape[-1]}."
        )
    if x.dtype.kind in "iu":
        raise unimplemented("col2im_out_cpu", input.dtype)
    return fold_op(input, shape, kernel, size, dilation, padding, stride)


def max_unpool(ndim: int, input: Tensor, indices: Tensor, size: Ints, stride: Ints) -> Tensor:
    """Zeros of `size`, with the elements of `input` at the places `indices` of the last `ndim` dimensions."""
    name = f"max_unpool{ndim}d"
    check_tensor(name, input)
    check_tensor(name, indices, "indices", 2)
    x, places = input._data, indices._data
    if indices.dtype is not dtypes.int64:
        got = f" but got: {indices.dtype.scalar_name}" if ndim == 2 else ""
        raise RuntimeError(f"elements in indices should be type int64{got}")
    if x.ndim not in (ndim + 1, ndim + 2):
        raise RuntimeError(
            f"Input to max_unpooling{ndim}d should be a {ndim + 1}d or {ndim + 2}d Tensor, but got a tensor with {x.ndim} "
            "dimensions."
        )
    if places.shape != x.shape:
        raise RuntimeError(
            f"Expected shape of indices to be same as that of the input tensor ({list(x.shape)}) but got indices tensor "
            f"with shape: {list(places.shape)}"
        )
    for dim in range(x.ndim - ndim - (ndim == 3), x.ndim):
        if x.shape[dim] == 0:
            raise RuntimeError(
                f"max_unpooling{ndim}d_forward_out_cpu(): Expected input to have non-zero size for non-batch dimensions, but "
                f"got {list(x.shape)} with dimension {dim} being empty."
            )
    if ndim == 3 and min(stride) <= 0:
        raise RuntimeError(f"strides should be greater than zero, but got stride: {list(stride)}")
    if x.dtype.kind != "f":
        raise unimplemented(name, input.dtype)
    values = every_value(places)
    wrong = (values < 0) | (values >= math.prod(size))
    if wrong.any():
        raise RuntimeError(
            f"Found an invalid max index: {values[wrong][0]} (output volumes are of size {'x'.join(map(str, size))})"
        )
    return _UNPOOL[ndim](input, indices, size)
