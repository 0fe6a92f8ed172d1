"""Windows of a batch reduced, one dimension after the other.

Note [Pooling one dimension at a time]
    The greatest element of a window is the greatest of the greatest elements of its rows, and sums are alike: a window
    of k by k costs 2 k passes over the tensor, not k * k, the first ones along rows that lie together in memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ...arrays.threads import share
from .sliding import Ints, spans

#: The elements of a part: with what is computed of them they stay in the cache, and outweigh the calls.
_ELEMENTS = 1 << 16

class Axis:
    """The windows along one dimension, `dim`, counted from the end."""

    def __init__(self, dim: int, n: int, kernel: int, number: int, stride: int, padding: int, dilation: int) -> None:
        self.dim, self.n, self.kernel, self.number = dim, n, kernel, number
        #: For each tap: the indices of the windows where it is inside, and of the elements.
        self.taps: list[tuple[Any, Any]] = []
        for i in range(kernel):
            inside, places = spans(number, stride, i * dilation - padding, n)
            behind = [slice(None)] * (-1 - dim)
            self.taps.append(((..., inside, *behind), (..., places, *behind)))
        #: Whether no window reaches out, no two share an element, and each element lies in one.
        self.inside = padding == 0 and (number - 1) * stride + (kernel - 1) * dilation < n
        self.apart = stride > dilation * (kernel - 1)
        self.tiled = self.inside and kernel == stride and dilation == 1 and number * stride == n
        self.nothing = (kernel, stride, padding, number) == (1, 1, 0, n)

    def resized(self, shape: Ints, size: int) -> Ints:
        return (*shape[: self.dim], size, *shape[self.dim :][1:])


def axes_of(shape: Ints, kernel: Ints, size: Ints, stride: Ints, padding: Ints, dilation: Ints) -> list[Axis]:
    """Where there is anything to pool: the last dimension comes last."""
    ndim = len(kernel)
    axes = [Axis(i - ndim, *numbers) for i, numbers in enumerate(zip(shape[-ndim:], kernel, size, stride, padding, dilation))]
    return [axis for axis in axes if not axis.nothing]


def in_parts(x: Any, work: Callable[[slice], Any]) -> None:
    """Calls `work` for stretches of the first dimension of `x` that stay in the cache."""
    step = max(_ELEMENTS // max(math.prod(x.shape[1:]), 1), 1)
    stretches = [slice(start, start + step) for start in range(0, len(x), step)]
    share(lambda i: work(stretches[i]), len(stretches))


def along(ufunc: np.ufunc, start: Any, x: Any, axis: Axis, out: Any = None) -> Any:
    """`x`, the windows along one dimension reduced by `ufunc`."""
    if out is None:
        out = np.empty_like(x, shape=axis.resized(x.shape, axis.number), order="C")
    taps = axis.taps
    if not axis.inside or axis.kernel == 1:
        out[...] = start
    else:
        ufunc(x[taps[0][1]], x[taps[1][1]], out=out)
        taps = taps[2:]
    for inside, places in taps:
        part = out[inside]
        ufunc(part, x[places], out=part)
    return out


def reduced(ufunc: np.ufunc, start: Any, x: Any, axes: list[Axis], out: Any) -> None:
    """Writes the windows of `x`, each reduced by `ufunc`: see Note [Pooling one dimension at a time]."""
    for axis in axes[:-1]:
        x = along(ufunc, start, x, axis)
    if axes:
        along(ufunc, start, x, axes[-1], out)
    else:
        out[...] = x


def given_back(axis: Axis, g: Any, hits: Iterable[Any], out: Any = None) -> Any:
    """What windows along one dimension give their elements: to each tap all of `g`, or what is where it hits."""
    if out is None:
        out = np.empty_like(g, shape=axis.resized(g.shape, axis.n), order="C")
    if not axis.tiled:
        out[...] = 0
    for (inside, places), hit in zip(axis.taps, hits):
        if not axis.apart:
            out[places] += g[inside] if hit is None else _masked(g[inside], hit)
        elif hit is None:
            out[places] = g[inside]
        else:
            _masked(g[inside], hit, out[places])
    return out


def taken(axis: Axis, x: Any, hits: Iterable[Any]) -> Any:
    """The elements of `x` where a tap hits, one for each window along one dimension."""
    out = np.zeros_like(x, shape=axis.resized(x.shape, axis.number), order="C")
    bits = np.dtype(f"i{x.itemsize}")
    for (inside, places), hit in zip(axis.taps, hits):
        some = out[inside].view(np.ndarray).view(bits)
        some |= _masked(x[places], hit).view(np.ndarray).view(bits)
    return out


def _masked(g: Any, hit: Any, out: Any = None) -> Any:
    """`g` where `hit`, zero elsewhere. A product would make NaN of infinities; an ``&`` of bits is as fast."""
    out = np.empty_like(g) if out is None else out
    bits = np.dtype(f"i{g.itemsize}")
    mask = hit.astype(bits)
    np.negative(mask, out=mask)
    np.bitwise_and(g.view(np.ndarray).view(bits), mask, out=out.view(np.ndarray).view(bits))
    return out
