"""The three products of a convolution, on raw payloads. See Note [Three products] in `convolution`.

Note [Columns]
    The windows of a stretch of samples, or of rows of one sample, that fits into the cache are copied to the columns of
    a matrix, and multiplied by BLAS (K. Chellapilla, S. Puri, P. Simard, 2006). Where a sample has few windows, those of
    all samples stand side by side: BLAS multiplies one wide matrix better than many narrow ones.

Note [Phases]
    A transposed convolution with stride s writes s interleaved grids, of which each sees its own taps of the kernel:
    every s-th. Each is a convolution of stride 1 with these taps turned round (W. Shi et al., arXiv:1609.07009), or,
    where there are many channels to read and few to write, their sum at the places where they fall. The latter are long
    runs of memory in a grid as wide as the result: an element moved to the next row falls there, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from ...arrays import dtypes
from ..support.precision import wide
from .sliding import ELEMENTS, Ints, windows

#: Windows of a sample from which on its matrix is wide enough by itself.
_WIDE = 128


def _tiles(count: int, size: Ints, cost: int) -> Iterator[tuple[slice, int, int]]:
    """Slices of a batch, and of the rows of windows in it, of about `ELEMENTS` where a window has `cost`."""
    each = max(math.prod(size) * cost, 1)
    if each <= ELEMENTS:
        step = ELEMENTS // each
        for start in range(0, count, step):
            yield slice(start, min(start + step, count)), 0, size[0]
        return
    rows = max(1, ELEMENTS * size[0] // each)
    for i in range(count):
        for first in range(0, size[0], rows):
            yield slice(i, i + 1), first, min(first + rows, size[0])


def _framed(x: Any, before: Ints, inner: Ints) -> Any:
    """`x` (N, C, ...) in a frame of zeros, of size `inner`, from the place `before` on, which may lie outside."""
    if not any(before) and all([n <= m for n, m in zip(inner, x.shape[2:])]):
        return x[(..., *[slice(n) for n in inner])]
    out = np.zeros((*x.shape[:2], *inner), x.dtype).view(type(x))
    own, place = [], []
    for b, m, n in zip(before, x.shape[2:], inner):
        start, stop = max(-b, 0), max(min(m, n - b), max(-b, 0))
        own.append(slice(start, stop))
        place.append(slice(start + b, stop + b))
    out[(..., *place)] = x[(..., *own)]
    return out


def _columns(
    x: Any, kernel: Ints, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """The windows of `x` (N, C, ...) as the columns of matrices: (slice of N, slice of windows, (n, groups, C / groups *
    taps, windows)), with 1 and n * windows for n and windows where these are few. The memory of one is used again by
    the next."""
    count, channels = x.shape[:2]
    row, places, cost = math.prod(size[1:]), math.prod(size), channels * math.prod(kernel)
    wide = places >= _WIDE
    if math.prod(kernel) == 1 and set(stride) == {1} and not any(padding) and size == x.shape[2:] and wide:
        yield slice(0, count), slice(0, places), x.reshape(count, groups, cost // groups, places)
        return
    inner = tuple([(n - 1) * s + (k - 1) * d + 1 for n, s, k, d in zip(size, stride, kernel, dilation)])
    buffer = np.empty(0, x.dtype)
    for part, first, last in _tiles(count, size, cost):
        if first == 0:
            view = windows(_framed(x[part], padding, inner), kernel, size, stride, dilation)
        rows = view[(slice(None),) * (2 + len(kernel)) + (slice(first, last),)]
        if not wide:
            rows = np.moveaxis(rows, 0, 1 + len(kernel))
        if buffer.size < rows.size:
            buffer = np.empty(rows.size, x.dtype)
        column = buffer[: rows.size].reshape(rows.shape)
        column[...] = rows
        samples, width = part.stop - part.start, (last - first) * row
        shape = (samples, groups, cost // groups, width) if wide else (1, groups, cost // groups, samples * width)
        yield part, slice(first * row, last * row), column.reshape(shape)


def convolved(
    x: Any, weight: Any, bias: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Any:
    count, channels = len(x), len(weight)
    each = channels // groups
    matrix = np.ascontiguousarray(weight).reshape(groups, each, math.prod(weight.shape[1:]))
    bias = None if bias is None else bias.reshape(groups, each, 1)
    out = np.empty((count, groups, each, math.prod(size)), x.dtype)
    for part, places, column in _columns(x, weight.shape[2:], size, stride, padding, dilation, groups):
        target = out[part, :, :, places]
        aligned = len(column) == len(target)
        result = np.matmul(matrix, column, out=target if aligned else None)
        if bias is not None:
            result += bias
        if not aligned:
            target[...] = np.moveaxis(result.reshape(groups, each, len(target), target.shape[3]), 2, 0)
    return out.reshape(count, channels, *size)


def of_weight(g: Any, x: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int) -> Any:
    count, channels, grid = len(g), g.shape[1], g.shape[2:]
    inner, each = x.shape[1] // groups, channels // groups
    g = g.reshape(count, groups, each, math.prod(grid))
    out = np.zeros((groups, inner * math.prod(size), each), g.dtype)
    for part, places, column in _columns(x, size, grid, stride, padding, dilation, groups):
        rows = g[part, :, :, places]
        if len(column) != len(rows):
            rows = np.moveaxis(rows, 0, 2).reshape(1, groups, each, column.shape[3])
        out += (column @ rows.mT).sum(0)
    return np.ascontiguousarray(out.mT).reshape(channels, inner, *size)


# Transposed convolutions. See Note [Phases].


class _Phase(NamedTuple):
    """One of the interleaved grids of one dimension: elements first, first + stride, ... of the result, `size` of them.

    Tap t of `taps` adds element i of the input to element ``i + t * dilation - shift``.
    """

    first: int
    size: int
    taps: range
    dilation: int
    shift: int


def _phases(kernel: int, n: int, stride: int, padding: int, dilation: int) -> Iterator[_Phase]:
    step = stride // math.gcd(stride, dilation)
    for first in range(min(stride, n)):
        start = next((k for k in range(step) if (first + padding - k * dilation) % stride == 0), kernel)
        shift = (first + padding - start * dilation) // stride
        yield _Phase(first, len(range(first, n, stride)), range(start, kernel, step), step * dilation // stride, shift)


def _sums_in(x: Any, kernel: Ints, size: Ints, stride: Ints, padding: Ints, dilation: Ints) -> dtypes.dtype:
    """The dtype in which a transposed convolution sums up: float32 for 16 bits, as everywhere. Only where the output is
    padded by a stride or more, torch has a kernel that sums up in 16 bits."""
    reach = [(m - 1) * s - 2 * p + d * (k - 1) + 1 for m, s, p, d, k in zip(x.shape[2:], stride, padding, dilation, kernel)]
    return dtypes.of_array(x if any([n - m >= s for n, m, s in zip(size, reach, stride)]) else wide(x))


def transposed(
    x: Any, weight: Any, bias: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Any:
    dtype, sums = dtypes.of_array(x), _sums_in(x, weight.shape[2:], size, stride, padding, dilation)
    x, weight = wide(x), wide(weight)
    axes = [list(_phases(*numbers)) for numbers in zip(weight.shape[2:], size, stride, padding, dilation)]
    out = dtypes.cast(np.zeros((len(x), weight.shape[1] * groups, *size), x.dtype), sums)
    for grid in product(*axes):
        if all([phase.taps for phase in grid]):
            found = _grid(x, weight, grid, groups, sums)
            if found.shape == out.shape:
                out = found
            else:
                out[(..., *[slice(phase.first, None, s) for phase, s in zip(grid, stride)])] = found
    if bias is not None:
        out += bias.reshape(-1, *[1] * len(size))
    return dtypes.cast(out, dtype)


def _grid(x: Any, weight: Any, grid: tuple[_Phase, ...], groups: int, sums: dtypes.dtype) -> Any:
    channels, filters = weight.shape[0] // groups, weight.shape[1]
    weight = weight[(..., *[slice(phase.taps.start, None, phase.taps.step) for phase in grid])]
    weight = weight.reshape(groups, channels, filters, *[len(phase.taps) for phase in grid])
    reach = [(len(phase.taps) - 1) * phase.dilation for phase in grid]
    size, dilation = tuple([phase.size for phase in grid]), tuple([phase.dilation for phase in grid])
    wider = [n + more for n, more in zip(x.shape[2:], reach)]
    few = channels * math.prod(size) > 2 * filters * math.prod((x.shape[2], *wider[1:]))
    if few or sums is not dtypes.of_array(x):
        return _framed(_fallen(x, weight, wider, dilation, sums), tuple([-phase.shift for phase in grid]), size)
    turned = weight.swapaxes(1, 2)[(..., *[slice(None, None, -1)] * len(grid))]
    turned = turned.reshape(groups * filters, channels, *weight.shape[3:])
    padding = tuple([more - phase.shift for more, phase in zip(reach, grid)])
    return convolved(x, turned, None, size, (1,) * len(size), padding, dilation, groups)


def _fallen(x: Any, weight: Any, wider: list[int], dilation: Ints, sums: dtypes.dtype) -> Any:
    """Every element of `x` times the taps of `weight` (groups, C / groups, O / groups, ...), added where they fall."""
    groups, channels, filters, *kernel = weight.shape
    count, rows = x.shape[0], x.shape[2]
    steps = [math.prod(wider[i + 1 :]) for i in range(len(wider))]
    run, room = rows * steps[0], math.prod(wider)
    slack = sum([(k - 1) * d * s for k, d, s in zip(kernel[1:], dilation[1:], steps[1:])])
    matrix = weight.reshape(groups, channels, filters * math.prod(kernel)).mT
    x = _framed(x, (0,) * len(wider), (rows, *wider[1:])).reshape(count, groups, channels, run)
    out = dtypes.cast(np.zeros((count, groups * filters, room + slack), x.dtype), sums)
    for part, _, _ in _tiles(count, (1, run), groups * filters * math.prod(kernel)):
        some = x[part]
        column = matrix @ np.moveaxis(some, 0, 2).reshape(groups, channels, len(some) * run)
        column = dtypes.cast(column, sums).reshape(groups * filters, math.prod(kernel), len(some), run)
        for number, tap in enumerate(product(*[range(k) for k in kernel])):
            start = sum([t * d * s for t, d, s in zip(tap, dilation, steps)])
            out[part, :, start : start + run] += column[:, number].swapaxes(0, 1)
    return out[:, :, :room].reshape(count, groups * filters, *wider)
