"""Small convolutions, by places.

Note [Places]
    A small convolution takes its time not for its numbers, but for the calls that arrange them. Which element each tap of
    each window reads follows from the sizes alone, so their places are written down once; then one call copies all
    windows, whatever the stride, padding and dilation. What lies outside has the place behind the last element, where a
    zero stands. In a transposed convolution an element of the result reads, for each tap, the element whose window has
    this tap there; many have none, and so there are more multiplications than in `columns`, but not more calls.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from .sliding import Ints

#: Up to so many numbers in the columns of a convolution the places are quicker.
SMALL = 3 << 14


def _places(axes: list[tuple[np.ndarray, np.ndarray]], n: Ints) -> tuple[np.ndarray, bool]:
    """The places (taps, windows) from those of each dimension (taps, windows) and whether they are inside; and whether some
    are not."""
    kernel, size = [p.shape[0] for p, _ in axes], [p.shape[1] for p, _ in axes]
    place: Any = 0
    inside: Any = True
    for a, ((p, there), m) in enumerate(zip(axes, n)):
        shape = [1] * (2 * len(n))
        shape[a], shape[len(n) + a] = p.shape
        place = place * m + p.reshape(shape)
        inside = inside & there.reshape(shape)
    found = np.where(inside, place, math.prod(n)).reshape(math.prod(kernel), math.prod(size))
    return found, not inside.all()


@functools.lru_cache(maxsize=32)
def _of_windows(n: Ints, kernel: Ints, size: Ints, stride: Ints, padding: Ints, dilation: Ints) -> tuple[np.ndarray, bool]:
    axes = []
    for m, k, count, s, p, d in zip(n, kernel, size, stride, padding, dilation):
        place = np.arange(k)[:, None] * d + np.arange(count) * s - p
        axes.append((place, (place >= 0) & (place < m)))
    return _places(axes, n)


@functools.lru_cache(maxsize=32)
def _of_elements(n: Ints, kernel: Ints, size: Ints, stride: Ints, padding: Ints, dilation: Ints) -> tuple[np.ndarray, bool]:
    axes = []
    for m, k, count, s, p, d in zip(n, kernel, size, stride, padding, dilation):
        place, rest = np.divmod(np.arange(count) + p - np.arange(k)[:, None] * d, s)
        axes.append((place, (rest == 0) & (place >= 0) & (place < m)))
    return _places(axes, n)


def _columns(x: Any, places: tuple[np.ndarray, bool], groups: int) -> Any:
    """The windows as columns: (N, groups, C / groups * taps, windows)."""
    where, outside = places
    shape = (len(x), x.shape[1], math.prod(x.shape[2:]))
    if outside:
        flat = np.zeros((*shape[:2], shape[2] + 1), x.dtype)
        flat[:, :, :-1] = x.reshape(shape)
    else:
        flat = x.reshape(shape)
    return flat.take(where, 2).reshape(shape[0], groups, -1, where.shape[1])


def _product(matrix: Any, columns: Any, bias: Any, size: Ints) -> Any:
    out = np.matmul(matrix, columns)
    out = out.reshape(len(out), -1, *size)
    if bias is not None:
        out += bias.reshape(-1, *[1] * len(size))
    return out


def convolved_by_places(
    x: Any, weight: Any, bias: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Any:
    columns = _columns(x, _of_windows(x.shape[2:], weight.shape[2:], size, stride, padding, dilation), groups)
    return _product(weight.reshape(groups, len(weight) // groups, -1), columns, bias, size)


def of_weight_by_places(g: Any, x: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int) -> Any:
    columns = _columns(x, _of_windows(x.shape[2:], size, g.shape[2:], stride, padding, dilation), groups)
    each = g.reshape(len(g), groups, -1, columns.shape[3])
    out = np.matmul(each, columns.mT)
    return (out[0] if len(out) == 1 else out.sum(0)).reshape(g.shape[1], x.shape[1] // groups, *size)


def transposed_by_places(
    x: Any, weight: Any, bias: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Any:
    kernel, channels, filters = weight.shape[2:], weight.shape[0] // groups, weight.shape[1]
    columns = _columns(x, _of_elements(x.shape[2:], kernel, size, stride, padding, dilation), groups)
    matrix = weight.reshape(groups, channels, filters, -1).swapaxes(1, 2).reshape(groups, filters, -1)
    return _product(matrix, columns, bias, size)
