"""Sums of floats in PyTorch's order, so that they agree with PyTorch to the last bit.

PyTorch's CPU kernel adds a contiguous row in vectors of 32 bytes, four of them side by side, and cascades: partial sums
of 2^4 (for very long rows more) vectors go up one level, where partial sums of partial sums do the same. That bounds the
rounding error as pairwise summation does. Above 32,768 elements PyTorch shares the work out among its threads, and the
order depends on their number; from there on NumPy's own pairwise sum is as good an answer.

"""

from __future__ import annotations

from typing import Any

import numpy as np

F32, F64 = np.dtype(np.float32), np.dtype(np.float64)
add, accumulate = np.add.reduce, np.add.accumulate

#: From this many elements on PyTorch uses several threads.
PARALLEL = 32768
LEVELS = 4


def total(x: np.ndarray) -> Any:
    """The sum of all elements of an array, as a NumPy scalar: in PyTorch's order for contiguous float32 and float64."""
    n = x.size
    if n <= 4 or n >= PARALLEL or (x.dtype is not F32 and x.dtype is not F64) or not x.flags.c_contiguous:
        return add(x, None)
    x = x.reshape(-1)
    lanes = 32 // x.itemsize
    vectors = n // lanes
    if not vectors:
        # Too short for a vector: the four partial sums are single numbers.
        return accumulate(np.concatenate((accumulate(x[::4] if n == 5 else x[[0, *range(4, n)]])[-1:], x[1:4])))[-1]
    row = _row(x[: vectors * lanes].reshape(vectors, lanes))
    rest = x[vectors * lanes :]
    return accumulate(np.concatenate((rest, row)) if rest.size else row)[-1]


def _row(x: np.ndarray) -> np.ndarray:
    """The sum of the vectors of `x`, (vectors, lanes): four partial sums side by side, then what is left."""
    vectors, lanes = x.shape
    quads = vectors // 4
    if not quads:
        return add(x, 0)
    partial = _cascade(x[: quads * 4].reshape(quads, 4 * lanes), quads).reshape(4, lanes)
    for i in range(quads * 4, vectors):
        partial[0] += x[i]
    return add(partial, 0)


def _cascade(x: np.ndarray, size: int) -> np.ndarray:
    """The sum over the first axis: in steps of 16 (or more), whose sums are summed in steps, LEVELS levels high."""
    step = 1 << max(4, (size - 1).bit_length() // LEVELS)
    rests = []
    for _ in range(LEVELS - 1):
        if size < step:
            break
        full = size // step
        if full * step < size:
            rests.append(add(x[full * step :], 0))
        x, size = add(x[: full * step].reshape(full, step, -1), 1), full
    total = add(x, 0)
    if rests:
        first, *others = *rests, total
        for other in others:
            first = first + other
        return first
    return total
