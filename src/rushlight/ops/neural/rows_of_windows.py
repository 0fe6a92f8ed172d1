"""Convolutions by rows of windows.

Note [Rows of windows]
    In a sample with its channels last, what a window sees along the last dimension lies side by side. That is copied once
    for each window along it, and not once more for each along the first dimension: what the windows of one row see is a
    matrix already, each row of which is one stretch of memory (M. Cho, D. Brand, "MEC", arXiv:1706.06873). In two
    dimensions, of which y is the first, with i and j the taps of the kernel:

        seen[n, x, y, (j, c)] = input[n, c, y, x * stride + j * dilation - padding]
        out[(n, x), o] of y   = seen[(n, x), (y * stride - padding ... , j, c)] @ weight[(i, j, c), o]

    One product gives a row of windows of several samples, and rows of taps above and below the input are left out, not
    multiplied by zeros. The gradient of the weight is the sum of the transposes. A transposed convolution goes the other
    way: a row of its result is a product of the rows of the input that fall into it, which lie side by side, and what
    falls to the same element along the other dimensions is added up.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.strided import strides, view_memory
from .sliding import Ints, spans, taps
from .tiles import Tile, added, framed, shared, tiled

#: Rows from which on BLAS multiplies a matrix well.
_TALL = 128


def _channels_last(x: Any, groups: int) -> Any:
    """(N, groups * C, ...) as (groups, N, ..., C)."""
    x = x.reshape(len(x), groups, x.shape[1] // groups, *x.shape[2:])
    return x.transpose(1, 0, *range(3, x.ndim), 2)


def _channels_first(x: Any) -> Any:
    """(groups, rows, N, ..., C) as (N, groups, C, rows, ...)."""
    return x.transpose(2, 0, x.ndim - 1, 1, *range(3, x.ndim - 1))


class _Rows:
    """What the windows of a tile see."""

    def __init__(self, x: Any, tile: Tile, kernel: Ints, size: Ints, stride: Ints, padding: Ints, dilation: Ints,
                 groups: int) -> None:  # fmt: skip
        self.taps, self.stride, self.dilation = kernel[0], stride[0], dilation[0]
        low = tile.first * stride[0] - padding[0]
        high = (tile.last - 1) * stride[0] - padding[0] + (kernel[0] - 1) * dilation[0] + 1
        low = min(max(low, 0), x.shape[2])
        x = x[tile.samples, :, low : max(high, low)]
        #: Where the window 0 of the whole would begin in this part.
        self.origin, self.height = -padding[0] - low, x.shape[2]
        inner = tuple([(n - 1) * s + (k - 1) * d + 1 for n, s, k, d in zip(size, stride, kernel, dilation)][1:])
        x = np.ascontiguousarray(framed(_channels_last(x, groups), padding[1:], inner, 3))
        group, sample, row, *steps, one = strides(x)
        self.seen = np.ascontiguousarray(view_memory(
            x, (groups, x.shape[1], *size[1:], self.height, *kernel[1:], x.shape[-1]),
            (group, sample, *[n * s for n, s in zip(steps, stride[1:])], row,
             *[n * d for n, d in zip(steps, dilation[1:])], one),
        )).reshape(groups, x.shape[1] * math.prod(size[1:]), self.height, math.prod(kernel[1:]) * x.shape[-1])  # fmt: skip

    def __getitem__(self, y: int) -> tuple[slice, Any]:
        """Of row `y` of the windows: the taps along the first dimension that are inside, and what they see as matrices
        (groups, windows, numbers)."""
        inside, places = spans(self.taps, self.dilation, self.origin + y * self.stride, self.height)
        seen = self.seen[:, :, places]
        return inside, seen.reshape(*seen.shape[:2], seen.shape[2] * seen.shape[3])


def convolved_by_rows(
    x: Any, weight: Any, bias: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Any:
    count, kernel, each = len(x), weight.shape[2:], len(weight) // groups
    matrix = weight.reshape(groups, each, *weight.shape[1:])
    matrix = np.ascontiguousarray(matrix.transpose(0, *range(3, matrix.ndim), 2, 1)).reshape(groups, kernel[0], -1, each)
    bias = None if bias is None else bias.reshape(groups, 1, 1, each)
    out = np.empty((count, groups, each, *size), x.dtype)

    def work(tile: Tile) -> None:
        rows = _Rows(x, tile, kernel, size, stride, padding, dilation, groups)
        result = np.empty((groups, tile.last - tile.first, rows.seen.shape[1], each), x.dtype)
        for i, y in enumerate(range(tile.first, tile.last)):
            inside, seen = rows[y]
            np.matmul(seen, matrix[:, inside].reshape(groups, -1, each), out=result[:, i])
        if bias is not None:
            result += bias
        result = result.reshape(groups, tile.last - tile.first, -1, *size[1:], each)
        out[tile.samples, :, :, tile.first : tile.last] = _channels_first(result)

    shared(work, tiled(count, size, 2 * matrix.shape[2], (kernel[0] - 1) * dilation[0] // stride[0], _TALL))
    return out.reshape(count, len(weight), *size)


def of_weight_by_rows(
    g: Any, x: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Any:
    grid, each, inner = g.shape[2:], g.shape[1] // groups, x.shape[1] // groups
    long = math.prod(size[1:]) * inner

    def work(tile: Tile, out: Any) -> None:
        rows = _Rows(x, tile, size, grid, stride, padding, dilation, groups)
        some = _channels_last(g[tile.samples, :, tile.first : tile.last], groups).swapaxes(1, 2)
        some = np.ascontiguousarray(some).reshape(groups, tile.last - tile.first, rows.seen.shape[1], each)
        for i, y in enumerate(range(tile.first, tile.last)):
            inside, seen = rows[y]
            out[:, inside] += (seen.mT @ some[:, i]).reshape(groups, -1, long, each)

    tiles = tiled(len(g), grid, 2 * long, (size[0] - 1) * dilation[0] // stride[0], max(_TALL, 4 * each))
    out = added(work, tiles, lambda: np.zeros((groups, size[0], long, each), g.dtype))
    out = out.reshape(groups, *size, inner, each)
    out = out.transpose(0, out.ndim - 1, out.ndim - 2, *range(1, out.ndim - 2))
    return np.ascontiguousarray(out).reshape(groups * each, inner, *size)


def transposed_by_rows(
    x: Any, weight: Any, bias: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int,
    sums: dtypes.dtype,
) -> Any:  # fmt: skip
    if x.ndim == 3:  # one row
        x, weight, size, stride = x[:, :, None], weight[:, :, None], (1, *size), (1, *stride)
        padding, dilation = (0, *padding), (1, *dilation)
        return transposed_by_rows(x, weight, bias, size, stride, padding, dilation, groups, sums)[:, :, 0]
    count, each = len(x), weight.shape[1]
    kernels = [_Turned(weight, stride[0], padding[0], dilation[0], groups)]
    if sums is not dtypes.of_array(x):  # one tap after the other
        kernels = [
            _Turned(weight[:, :, i : i + 1], stride[0], padding[0] - i * dilation[0], dilation[0], groups)
            for i in range(weight.shape[2])
        ]
    out = dtypes.cast(np.empty((count, groups, each, *size), x.dtype), sums)
    bias = None if bias is None else bias.reshape(groups, 1, 1, *[1] * len(size[1:]), each)

    def work(tile: Tile) -> None:
        part = x[tile.samples]
        fallen = dtypes.cast(np.zeros((groups, tile.last - tile.first, len(part), *size[1:], each), x.dtype), sums)
        for kernel in kernels:
            found = dtypes.cast(kernel.fallen(part, tile.first, tile.last), sums)
            for tap, inside, places in taps(weight.shape[3:], x.shape[3:], stride[1:], padding[1:], dilation[1:], size[1:]):
                fallen[(*places, slice(None))] += found[(*inside, *tap, slice(None))]
        if bias is not None:
            fallen += bias
        out[tile.samples, :, :, tile.first : tile.last] = _channels_first(fallen)

    cost = 2 * groups * each * max(math.prod(weight.shape[3:]), weight.shape[2] // stride[0])
    shared(work, tiled(count, (size[0], *x.shape[3:]), cost, 0, _TALL))
    return out.reshape(count, groups * each, *size)


class _Turned:
    """The kernels of a transposed convolution, for the rows of its result.

    Row r of the input and tap i fall to row ``r * stride + i * dilation - padding``. So of the taps every `step`-th falls to
    a given row, from rows of the input that are `back` apart: from the last tap on, in the order of the rows.
    """

    def __init__(self, weight: Any, stride: int, padding: int, dilation: int, groups: int) -> None:
        self.stride, self.padding, self.dilation, self.groups = stride, padding, dilation, groups
        self.step, self.back = stride // math.gcd(stride, dilation), dilation // math.gcd(stride, dilation)
        self.kernel, self.each = weight.shape[2:], weight.shape[1]
        taps = weight.reshape(groups, len(weight) // groups, *weight.shape[1:])
        taps = np.ascontiguousarray(taps.transpose(0, 3, 1, *range(4, taps.ndim), 2))
        taps = taps.reshape(*taps.shape[:3], self.each * math.prod(self.kernel[1:]))
        self.matrices = [np.ascontiguousarray(taps[:, i :: self.step][:, ::-1]) for i in range(min(self.step, taps.shape[1]))]

    def fallen(self, x: Any, first: int, last: int) -> Any:
        """What falls from `x` (N, groups * C, ...) to some rows: (groups, rows, N, ..., other taps, filters)."""
        reach = (self.kernel[0] - 1) * self.dilation
        low = max(-((reach - first - self.padding) // self.stride), 0)
        x = _channels_last(x[:, :, low : max((last - 1 + self.padding) // self.stride + 1, low)], self.groups)
        x = np.ascontiguousarray(x.transpose(0, 1, *range(3, x.ndim - 1), 2, x.ndim - 1))
        lines = x.reshape(self.groups, math.prod(x.shape[1:-2]), *x.shape[-2:])
        out = np.empty((self.groups, last - first, lines.shape[1], self.matrices[0].shape[3]), x.dtype)
        for i, y in enumerate(range(first, last)):
            inside, places, matrix = self.meeting(y - low * self.stride, lines.shape[2])
            met = lines[:, :, places]
            met = met.reshape(*met.shape[:2], met.shape[2] * met.shape[3])
            np.matmul(met, matrix[:, inside].reshape(self.groups, -1, out.shape[3]), out=out[:, i])
        return out.reshape(self.groups, last - first, *x.shape[1:-2], *self.kernel[1:], self.each)

    def meeting(self, y: int, height: int) -> tuple[slice, slice, Any]:
        """Which taps fall to row `y`, from which of `height` rows of the input, and the matrix of those taps."""
        for start, matrix in enumerate(self.matrices):
            last = start + (matrix.shape[1] - 1) * self.step
            row, rest = divmod(y + self.padding - last * self.dilation, self.stride)
            if not rest:
                return *spans(matrix.shape[1], self.back, row, height), matrix
        return slice(0, 0), slice(0, 0), self.matrices[0]
