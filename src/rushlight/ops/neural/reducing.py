"""Windows of a batch reduced, one dimension after the other.

Note [Pooling one dimension at a time]
    The greatest element of a window is the greatest of the greatest elements of its rows, and sums are alike: a window
    of k by k costs 2 k passes over the tensor, not k * k, the first ones along rows that lie together in memory.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from .sliding import Ints, spans
from .tiles import shared

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


@functools.lru_cache(maxsize=1024)
def axes_of(shape: Ints, kernel: Ints, size: Ints, stride: Ints, padding: Ints, dilation: Ints) -> list[Axis]:
    """Where there is anything to pool, of a tensor whose last dimensions are `shape`: the last dimension comes last."""
    ndim = len(kernel)
    axes = [Axis(i - ndim, *numbers) for i, numbers in enumerate(zip(shape, kernel, size, stride, padding, dilation))]
    return [axis for axis in axes if not axis.nothing]


def in_parts(x: Any, work: Callable[[slice], None]) -> None:
    """Calls `work` for stretches of the first dimension of `x` that stay in the cache."""
    if x.size <= _ELEMENTS:
        return work(slice(None))
    step = max(_ELEMENTS // max(math.prod(x.shape[1:]), 1), 1)
    shared(work, [slice(start, start + step) for start in range(0, len(x), step)])


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


def given_back(axis: Axis, shares: Iterable[Any], like: Any, out: Any = None) -> Any:
    """What windows along one dimension, whose gradient is `like` this, give their elements: to each tap its share."""
    if out is None:
        out = np.empty_like(like, shape=axis.resized(like.shape, axis.n), order="C")
    if not axis.tiled:
        out[...] = 0
    for (_, places), part in zip(axis.taps, shares):
        if axis.apart:
            out[places] = part
        else:
            out[places] += part
    return out


# Where the greatest elements are, by bits: a product with a mask would make NaN of infinities, and `np.where` is slow.


def _bits(x: Any) -> Any:
    return x.view(np.ndarray).view(f"i{x.itemsize}")


def _mask(hit: Any, like: Any) -> Any:
    """All bits where `hit`, none elsewhere, in integers as wide as `like`."""
    mask = hit.astype(f"i{like.itemsize}")
    return np.negative(mask, out=mask)


def shares_of_greatest(axis: Axis, g: Any, x: Any, greatest: Any) -> Iterator[Any]:
    """For each tap: `g` where `x` is there the first that is `greatest` in its window, zero elsewhere."""
    left = _bits(g).copy()
    for inside, places in axis.taps[:-1]:
        part = _mask(x[places] == greatest[inside], g)
        rest = left[inside]
        part &= rest
        rest ^= part
        yield part.view(g.dtype).view(type(g))
    yield left[axis.taps[-1][0]].view(g.dtype).view(type(g))


def at_greatest(axis: Axis, values: Any, x: Any, greatest: Any) -> Any:
    """The element of `values` for each window, from where `x` is the first that is `greatest`."""
    out = np.zeros_like(values, shape=axis.resized(values.shape, axis.number), order="C")
    for inside, places in reversed(axis.taps):
        chosen = _bits(out[inside])
        change = chosen ^ _bits(values[places])
        change &= _mask(x[places] == greatest[inside], values)
        chosen ^= change
    return out
