"""Windows of a batch reduced, one dimension after the other.

Note [Pooling one dimension at a time]
    The greatest element of a window is the greatest of the greatest elements of its rows, and sums are alike: a window
    of k by k costs 2 k passes over the tensor, not k * k, the first ones along rows that lie together in memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from ...arrays.threads import share
from ..support.rows import parts
from .sliding import Ints, spans


class Axis(NamedTuple):
    """The windows along one dimension, and its number counted from the end."""

    dim: int
    n: int
    kernel: int
    number: int
    stride: int
    padding: int
    dilation: int

    def at(self, index: slice) -> tuple[Any, ...]:
        return (..., index, *[slice(None)] * (-1 - self.dim))

    def taps(self) -> list[tuple[tuple[Any, ...], tuple[Any, ...]]]:
        """For each tap: the indices of the windows where it is inside, and of the elements."""
        pairs = [spans(self.number, self.stride, i * self.dilation - self.padding, self.n) for i in range(self.kernel)]
        return [(self.at(inside), self.at(places)) for inside, places in pairs]

    @property
    def inside(self) -> bool:
        """Whether no window reaches out."""
        reach = (self.number - 1) * self.stride + (self.kernel - 1) * self.dilation - self.padding
        return self.padding == 0 and reach < self.n

    @property
    def apart(self) -> bool:
        """Whether no two windows share an element."""
        return self.stride > self.dilation * (self.kernel - 1)

    @property
    def tiled(self) -> bool:
        """Whether each element lies in one window."""
        return self.inside and self.kernel == self.stride and self.dilation == 1 and self.number * self.stride == self.n

    def resized(self, shape: Ints, size: int) -> Ints:
        return (*shape[: self.dim], size, *shape[self.dim :][1:])


def axes_of(shape: Ints, kernel: Ints, size: Ints, stride: Ints, padding: Ints, dilation: Ints) -> list[Axis]:
    """Where there is anything to pool: the last dimension comes last."""
    ndim = len(kernel)
    axes = [Axis(i - ndim, *numbers) for i, numbers in enumerate(zip(shape[-ndim:], kernel, size, stride, padding, dilation))]
    return [axis for axis in axes if (axis.kernel, axis.stride, axis.padding, axis.number) != (1, 1, 0, axis.n)]


def in_parts(x: Any, work: Callable[[slice], Any]) -> None:
    """Calls `work` for stretches of the first dimension of `x` that stay in the cache."""
    stretches = list(parts(len(x), math.prod(x.shape[1:])))
    share(lambda i: work(stretches[i]), len(stretches))


def along(ufunc: np.ufunc, start: Any, x: Any, axis: Axis, out: Any = None) -> Any:
    """`x`, the windows along one dimension reduced by `ufunc`."""
    if out is None:
        out = np.empty_like(x, shape=axis.resized(x.shape, axis.number), order="C")
    taps = axis.taps()
    if not axis.inside or axis.kernel == 1:
        out[...] = start
    else:
        ufunc(x[taps.pop(0)[1]], x[taps.pop(0)[1]], out=out)
    for inside, places in taps:
        ufunc(out[inside], x[places], out=out[inside])
    return out


def reduced(ufunc: np.ufunc, start: Any, x: Any, axes: list[Axis], out: Any) -> None:
    """Writes the windows of `x`, each reduced by `ufunc`: see Note [Pooling one dimension at a time]."""
    for axis in axes[:-1]:
        x = along(ufunc, start, x, axis)
    if axes:
        along(ufunc, start, x, axes[-1], out)
    else:
        out[...] = x


def _masked(g: Any, hit: Any) -> Any:
    """`g` where `hit`, zero elsewhere. A product would make NaN of infinities; an ``&`` of bits is as fast."""
    if hit is None:
        return g
    if type(g) is not np.ndarray:
        return np.where(hit, g, 0)
    bits = np.dtype(f"i{g.itemsize}")
    mask = hit.astype(bits)
    np.negative(mask, out=mask)
    return (g.view(bits) & mask).view(g.dtype)


def given_back(axis: Axis, g: Any, hits: Iterable[Any], out: Any = None) -> Any:
    """What windows along one dimension give their elements: to each tap all of `g`, or what is where it hits."""
    if out is None:
        out = np.empty_like(g, shape=axis.resized(g.shape, axis.n), order="C")
    if not axis.tiled:
        out[...] = 0
    for (inside, places), hit in zip(axis.taps(), hits):
        if axis.apart:
            out[places] = _masked(g[inside], hit)
        else:
            out[places] += _masked(g[inside], hit)
    return out
