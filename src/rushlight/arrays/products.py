"""Matrix products, on as many cores as pay.

Large matrices are left to the threads of NumPy's BLAS, which wait awake for a tenth of a millisecond and so begin at once,
where a sleeping thread of ours was seen to take 25 to 500 µs to wake up. Stacks of matrices that are not worth that one by
one are shared out (see `threads`). An element is one sum in either case; its last bit may depend on the kernel that BLAS
chooses, and so on the number of threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from .threads import get_number, keep_awake, one_blas_thread, share, shares_products

#: Below this many elements of each factor, nobody looks how large the product is.
SMALL = 1 << 12
#: From this many multiplications on OpenBLAS uses several threads, if one factor is a vector, if none is,
THREADED_VECTOR, THREADED = 9216, 1 << 18
#: and from this many on it pays to wake them.
WORTH_VECTOR, WORTH = 1 << 20, 1 << 21
FLOATS = frozenset(map(np.dtype, "fdFD"))


def product(x: Any, y: Any) -> Any:
    """``x @ y``, of payloads or Tensors. (A stack's result lies in C's order, as torch's does, not in that of its factors.)"""
    if x.__class__ is not ndarray or y.__class__ is not ndarray:
        return x @ y
    if x.size < SMALL > y.size:
        # The same BLAS, called in half the time.
        return x.dot(y) if 0 < x.ndim <= 2 and 0 < y.ndim <= 2 else np.matmul(x, y, order="C")
    work, threaded, worth = _work(x, y)
    if work < threaded:
        return np.matmul(x, y, order="C")
    if worth <= work and x.ndim <= 2:
        keep_awake()
        return np.matmul(x, y, order="C")
    with one_blas_thread():
        return _stack(x, y, work) if x.ndim > 2 else np.matmul(x, y, order="C")


def _work(x: ndarray, y: ndarray) -> tuple[int, int, int]:
    """The number of multiplications; from how many on BLAS uses several threads, and from how many on that pays."""
    if x.dtype not in FLOATS or not x.ndim or not y.ndim:
        return 0, THREADED, WORTH
    if x.ndim == 1 or y.ndim == 1:
        return y.size if x.ndim == 1 else x.size, THREADED_VECTOR, WORTH_VECTOR
    return x.size * y.shape[-1], THREADED, WORTH


def _stack(x: ndarray, y: ndarray, work: int) -> ndarray:
    """``x @ y``, some matrices on each thread where they are small and many."""
    count = min(get_number(), work // WORTH, len(x))
    alike = x.shape[:-2] == y.shape[:-2] and x.shape[-1] == y.shape[-2] and x.dtype is y.dtype
    if count < 2 or not alike or not shares_products():
        return np.matmul(x, y, order="C")
    out = np.empty((*x.shape[:-1], y.shape[-1]), x.dtype)
    width = -(-len(x) // count)

    def compute(number: int) -> None:
        part = slice(number * width, (number + 1) * width)
        np.matmul(x[part], y[part], out[part])

    share(compute, -(-len(x) // width))
    return out
