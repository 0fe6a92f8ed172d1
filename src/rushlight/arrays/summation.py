"""Sums of floats in PyTorch's order, so that they agree with PyTorch to the last bit.

PyTorch's CPU kernel adds a contiguous row in vectors of 32 bytes, four of them side by side, and cascades: partial sums
of 16 vectors go up one level, where partial sums of partial sums do the same. That bounds the
rounding error as pairwise summation does. Above 32,768 elements PyTorch shares the work out among its threads, and the
order depends on their number; from there on NumPy's own pairwise sum is as good an answer. Large sums are computed on all
cores, in NumPy's order, whatever the number of threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .blocks import BLOCK, LARGE
from .threads import get_number, share

F32, F64 = np.dtype(np.float32), np.dtype(np.float64)
# (Any: NumPy's annotations want by keyword what is quicker by position.)
add: Any = np.add.reduce
accumulate: Any = np.add.accumulate

#: From this many elements on PyTorch uses several threads.
PARALLEL = 32768
#: How many vectors are added before their sum goes up a level.
STEP = 16
#: From so many steps on it pays to lay them side by side.
LONG = 6


def total(x: np.ndarray) -> Any:
    """The sum of all elements of an array, as a NumPy scalar: in PyTorch's order for contiguous float32 and float64."""
    n = x.size
    if n <= 4 or (x.dtype is not F32 and x.dtype is not F64) or not x.flags.c_contiguous:
        return add(x, None)
    if x.ndim != 1:
        x = x.reshape(-1)
    if n >= PARALLEL:
        return _pairwise(x) if n >= LARGE else add(x)
    lanes = 32 // x.itemsize
    if n < lanes:
        # Too short for a vector: the four partial sums are single numbers.
        return accumulate(np.concatenate((accumulate(x[::4] if n == 5 else x[[0, *range(4, n)]])[-1:], x[1:4])))[-1]
    rows = n // (4 * lanes)
    done = 4 * lanes * rows
    if rows:
        four = _cascade(x[:done].reshape(rows, 4 * lanes), rows).reshape(4, lanes)
        first = four[0]
        while n - done >= lanes:
            first += x[done : done + lanes]
            done += lanes
        row = add(four, 0)
    else:
        done = n - n % lanes
        row = add(x[:done].reshape(-1, lanes), 0)
    return accumulate(np.concatenate((x[done:], row)) if done < n else row)[-1]


def _cascade(x: np.ndarray, rows: int) -> np.ndarray:
    """The sum of the rows of `x`: in steps, whose sums are summed in steps. What fills no step is added at the end."""
    given, parts = x, []
    while rows >= STEP:
        steps = rows // STEP
        if steps * STEP < rows:
            parts.append(add(x[steps * STEP :], 0))
            x = x[: steps * STEP]
        x, rows = _stepped(x.reshape(steps, STEP, -1)), steps
    total, *others = *parts, x[0] if rows == 1 and x is not given else add(x, 0)
    for part in others:
        total += part
    return total


def _stepped(x: np.ndarray) -> np.ndarray:
    """The sum of the rows of each step. (NumPy adds rows of 32 numbers one call each; laid side by side they are long.)"""
    if len(x) < LONG:
        return add(x, 1)
    return add(x.transpose(1, 0, 2).reshape(STEP, -1), 0).reshape(len(x), -1)


def _pairwise(x: np.ndarray) -> Any:
    """``np.add.reduce(x)``: NumPy sums the two halves of a row by themselves, and so on."""
    pieces: list[np.ndarray] = []
    tree = _halved(x, pieces)
    sums: list[Any] = [None] * len(pieces)

    def work(number: int) -> None:
        sums[number] = add(pieces[number])

    share(work, len(pieces))
    return _joined(tree, sums)


def _halved(x: np.ndarray, pieces: list[np.ndarray]) -> Any:
    """Appends the pieces of `x` to `pieces`. Returns their numbers in nested pairs."""
    if x.size <= BLOCK:
        pieces.append(x)
        return len(pieces) - 1
    half = x.size // 2 // 8 * 8
    return _halved(x[:half], pieces), _halved(x[half:], pieces)


def _joined(tree: Any, sums: list[Any]) -> Any:
    return sums[tree] if tree.__class__ is int else _joined(tree[0], sums) + _joined(tree[1], sums)


def along(x: np.ndarray, axes: Any, keepdims: bool = False) -> Any:
    """``np.add.reduce`` over some axes, an int or a tuple: each thread computes some of the results."""
    if x.size < LARGE or (x.dtype is not F32 and x.dtype is not F64) or x.__class__ is not np.ndarray:
        return add(x, axes, None, None, keepdims)
    reduced = {axis % x.ndim for axis in (axes if axes.__class__ is tuple else (axes,))}
    kept = [axis for axis in range(x.ndim) if axis not in reduced]
    at = max(kept, key=x.shape.__getitem__, default=0)
    count = min(get_number(), x.shape[at] // 16)
    if count < 2 or not reduced or not kept:
        return add(x, axes, None, None, keepdims)
    out = np.empty([1 if axis in reduced else n for axis, n in enumerate(x.shape)], x.dtype)
    width = -(-x.shape[at] // count)

    def work(number: int) -> None:
        part = (slice(None),) * at + (slice(number * width, (number + 1) * width),)
        add(x[part], axes, None, out[part], True)

    share(work, -(-x.shape[at] // width))
    return out if keepdims else out.reshape([x.shape[axis] for axis in kept])
