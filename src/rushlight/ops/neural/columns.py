"""Convolutions by columns.

Note [Columns]
    The windows of a stretch of samples, or of rows of one sample, are copied to the columns of a matrix, tap by tap, and
    multiplied by BLAS (K. Chellapilla, S. Puri, P. Simard, 2006). Where a sample has few windows, those of all samples
    stand side by side: BLAS multiplies one wide matrix better than many narrow ones. A kernel of one tap needs no copy.

Note [Phases]
    A transposed convolution with stride s writes s interleaved grids, of which each sees its own taps of the kernel:
    every s-th. Each is a convolution of stride 1 with these taps turned round (W. Shi et al., arXiv:1609.07009).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from .sliding import Ints, windows
from .tiles import Tile, added, framed, shared, tiled

#: Windows of a sample from which on its matrix is wide enough by itself.
_WIDE = 128


def _columns(x: Any, tile: Tile, kernel: Ints, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int) -> Any:
    """The windows of a tile of `x` (N, C, ...) as the columns of matrices (N, groups, C / groups * taps, windows), with 1
    and N * windows for N and windows where these are few."""
    samples, wide = x[tile.samples], math.prod(size) >= _WIDE
    long = x.shape[1] // groups * math.prod(kernel)
    size = (tile.last - tile.first, *size[1:])
    inner = tuple([(n - 1) * s + (k - 1) * d + 1 for n, s, k, d in zip(size, stride, kernel, dilation)])
    samples = framed(samples, (padding[0] - tile.first * stride[0], *padding[1:]), inner)
    view = windows(samples, kernel, size, stride, dilation)
    if wide:
        return view.reshape(len(samples), groups, long, math.prod(size))
    return np.moveaxis(view, 0, 1 + len(kernel)).reshape(1, groups, long, len(samples) * math.prod(size))


def convolved_by_columns(
    x: Any, weight: Any, bias: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Any:
    count, channels, kernel = len(x), len(weight), weight.shape[2:]
    each, row = channels // groups, math.prod(size[1:])
    matrix = np.ascontiguousarray(weight).reshape(groups, each, math.prod(weight.shape[1:]))
    bias = None if bias is None else bias.reshape(groups, each, 1)
    out = np.empty((count, groups, each, math.prod(size)), x.dtype)

    def work(tile: Tile) -> None:
        column = _columns(x, tile, kernel, size, stride, padding, dilation, groups)
        target = out[tile.samples, :, :, tile.first * row : tile.last * row]
        aligned = len(column) == len(target)
        result = np.matmul(matrix, column, out=target if aligned else None)
        if bias is not None:
            result += bias
        if not aligned:
            target[...] = np.moveaxis(result.reshape(groups, each, len(target), target.shape[3]), 2, 0)

    shared(work, tiled(count, size, x.shape[1] * math.prod(kernel)))
    return out.reshape(count, channels, *size)


def of_weight_by_columns(
    g: Any, x: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Any:
    count, channels, grid = len(g), g.shape[1], g.shape[2:]
    inner, each, row = x.shape[1] // groups, channels // groups, math.prod(grid[1:])
    g = g.reshape(count, groups, each, math.prod(grid))

    def work(tile: Tile, out: Any) -> None:
        column = _columns(x, tile, size, grid, stride, padding, dilation, groups)
        rows = g[tile.samples, :, :, tile.first * row : tile.last * row]
        if len(column) != len(rows):
            rows = np.moveaxis(rows, 0, 2).reshape(1, groups, each, column.shape[3])
        out += (column @ rows.mT).sum(0)

    tiles = tiled(count, grid, x.shape[1] * math.prod(size))
    out = added(work, tiles, lambda: np.zeros((groups, inner * math.prod(size), each), g.dtype))
    return np.ascontiguousarray(out.mT).reshape(channels, inner, *size)


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


def transposed_by_phases(
    x: Any, weight: Any, bias: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int, way: Any
) -> Any:
    """`way` computes a convolution."""
    channels, filters = weight.shape[0] // groups, weight.shape[1]
    turned = weight.reshape(groups, channels, filters, *weight.shape[2:]).swapaxes(1, 2)
    turned = turned.reshape(groups * filters, channels, *weight.shape[2:])
    axes = [list(_phases(*numbers)) for numbers in zip(weight.shape[2:], size, stride, padding, dilation)]
    out: Any = None
    for grid in product(*axes):
        if not all([phase.taps for phase in grid]):
            continue
        taps: Any = (..., *[slice(phase.taps.start, None, phase.taps.step) for phase in grid])
        kernels = turned[taps][(..., *[slice(None, None, -1)] * len(grid))]
        edge = tuple([(len(phase.taps) - 1) * phase.dilation - phase.shift for phase in grid])
        spread = tuple([phase.dilation for phase in grid])
        found = way(x, kernels, None, tuple([phase.size for phase in grid]), (1,) * len(grid), edge, spread, groups)
        if found.shape[2:] == size:
            out = found
            continue
        if out is None:
            out = np.zeros((*found.shape[:2], *size), x.dtype)
        place: Any = (..., *[slice(phase.first, None, s) for phase, s in zip(grid, stride)])
        out[place] = found
    if out is None:
        out = np.zeros((len(x), groups * filters, *size), x.dtype)
    if bias is not None:
        out += bias.reshape(-1, *[1] * len(size))
    return out
