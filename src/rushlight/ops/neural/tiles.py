"""Tiles of a batch of windows: some samples, and the windows of some rows in them, that stay in the cache together.

Threads share the tiles. These are the same for any number of threads, and so is the order of a sum over them.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from ...arrays.threads import one_blas_thread, share
from .sliding import ELEMENTS, Ints

#: The parts of a sum over the tiles, as many on any machine.
_ADDED = 4


class Tile(NamedTuple):
    """Some samples of a batch, and the windows of some rows in them."""

    samples: slice
    first: int
    last: int


def _cuts(n: int, step: int) -> Iterator[tuple[int, int]]:
    """0...n in even parts of at most `step`."""
    count = -(-n // step)
    return pairwise([n * i // count for i in range(count + 1)] if count else [0])


def tiled(count: int, size: Ints, cost: int, more: int = 0, tall: int = 1) -> list[Tile]:
    """Tiles of about `ELEMENTS` where a window costs `cost` of them, with `more` rows in each beside those of its windows;
    but, where there are so many, of `tall` windows in a row."""
    line = math.prod(size[1:])
    row = max(line * cost, 1)
    samples = max(ELEMENTS // (row * (size[0] + more) or 1), min(count, -(-tall // max(line, 1))), 1)
    rows = max(ELEMENTS // (row * samples) - more, 2 * more, 1)
    return [Tile(slice(*n), *y) for n in _cuts(count, samples) for y in _cuts(size[0], rows)]


def shared(work: Callable[[Any], Any], parts: Sequence[Any]) -> None:
    """Calls `work` for each part, on several threads, with a BLAS that keeps to one."""
    with one_blas_thread():
        share(lambda i: work(parts[i]), len(parts))


def added(work: Callable[[Tile, Any], Any], tiles: list[Tile], zeros: Callable[[], Any]) -> Any:
    """What ``work(tile, out)`` adds to zeros."""
    parts = list(_cuts(len(tiles), -(-len(tiles) // _ADDED))) if tiles else [(0, 0)]
    sums = [zeros() for _ in parts]

    def some(i: int) -> None:
        for tile in tiles[slice(*parts[i])]:
            work(tile, sums[i])

    with one_blas_thread():
        share(some, len(parts))
    return functools.reduce(operator.iadd, sums)


def framed(x: Any, before: Ints, inner: Ints, lead: int = 2) -> Any:
    """`x` in a frame of zeros: its dimensions from `lead` on have the sizes `inner`, from the place `before` on, which may
    lie outside."""
    own, place = [slice(None)] * lead, [slice(None)] * lead
    for b, m, n in zip(before, x.shape[lead:], inner):
        start, stop = max(-b, 0), max(min(m, n - b), max(-b, 0))
        own.append(slice(start, stop))
        place.append(slice(start + b, stop + b))
    x = x[tuple(own)]
    shape = (*x.shape[:lead], *inner, *x.shape[lead + len(inner) :])
    if x.shape == shape:
        return x
    out = np.zeros(shape, x.dtype)
    out[tuple(place)] = x
    return out
