"""Windows that slide over the last dimensions of a stack: where they lie, and what they cover.

Window i of a dimension starts at ``i * stride - padding``; its taps are `dilation` apart. What lies outside is padding.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from ...arrays.strided import strides, view_memory
from ..support.options import argument_error

Ints = tuple[int, ...]
#: How many elements of columns are made at a time: they stay in the cache, and memory stays bounded.
ELEMENTS = 1 << 18


def is_int(value: Any) -> bool:
    """Whether torch takes `value` where it wants an integer."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def are_ints(value: Any) -> bool:
    """Whether torch takes `value` where it wants integers: one, or a sequence."""
    return is_int(value) or (isinstance(value, (tuple, list)) and all([is_int(v) for v in value]))


def ints_of(name: str, argument: str, value: Any, ndim: int, position: int | None = None) -> Ints:
    """Integers, one for each of `ndim` dimensions where one is given. Raises TypeError for anything else."""
    if value.__class__ is int:
        return (value,) * ndim
    if not are_ints(value):
        raise argument_error(name, argument, "tuple of ints", value, position)
    return tuple([int(v) for v in value]) if isinstance(value, (tuple, list)) else (int(value),) * ndim


def spans(count: int, stride: int, start: int, n: int) -> tuple[slice, slice]:
    """Which of `count` windows have a tap at ``start + i * stride`` within 0...n, and where those taps are."""
    first = max(0, -(start // stride))
    last = min(count, (n - 1 - start) // stride + 1)
    if last <= first:
        return slice(0, 0), slice(0, 0)
    begin = start + first * stride
    return slice(first, last), slice(begin, begin + (last - first - 1) * stride + 1, stride)


def taps(kernel: Ints, size: Ints, stride: Ints, padding: Ints, dilation: Ints, shape: Ints,
         first: int = 0) -> Iterator[tuple[Ints, tuple[Any, ...], tuple[Any, ...]]]:  # fmt: skip
    """For each tap of the kernel: the index of the windows (from `first` on) where it is inside, and of the elements."""
    axes = []
    for axis, (k, count, s, p, d, n) in enumerate(zip(kernel, size, stride, padding, dilation, shape)):
        shift = first * s if axis == 0 else 0
        axes.append([spans(count, s, i * d - p + shift, n) for i in range(k)])
    for tap in product(*[range(k) for k in kernel]):
        chosen = [axis[i] for axis, i in zip(axes, tap)]
        yield tap, (..., *[c[0] for c in chosen]), (..., *[c[1] for c in chosen])


def padded(x: np.ndarray, padding: Ints, value: Any = 0) -> np.ndarray:
    """`x` with `padding` elements of `value` before and behind each of its last dimensions."""
    if not any(padding):
        return x
    inner = x.shape[x.ndim - len(padding) :]
    shape = (*x.shape[: x.ndim - len(padding)], *[n + 2 * p for n, p in zip(inner, padding)])
    out = np.full_like(x, value, shape=shape, order="C")
    place: tuple[Any, ...] = (..., *[slice(p, p + n) for n, p in zip(inner, padding)])
    out[place] = x
    return out


def windows(x: np.ndarray, kernel: Ints, size: Ints, stride: Ints, dilation: Ints) -> np.ndarray:
    """The windows of a padded `x` as a view: (..., *kernel, *size)."""
    lead = x.ndim - len(kernel)
    steps = strides(x)
    inner = steps[lead:]
    return view_memory(
        x, (*x.shape[:lead], *kernel, *size),
        (*steps[:lead], *[s * d for s, d in zip(inner, dilation)], *[s * t for s, t in zip(inner, stride)]),
    )  # fmt: skip
