"""Large matrix products, in panels on all cores.

Each thread computes some rows or columns of the result, or some matrices of a stack, with a BLAS that keeps to one
thread (see `threads`). An element is one sum however the result is divided; its last bit may depend on the kernel that
BLAS chooses for a panel, and so on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

from .threads import get_number, one_blas_thread, share, shares_products

#: Below this many elements of the first factor, nobody looks how large the product is.
SMALL = 1 << 12
#: From this many multiplications on OpenBLAS uses several threads, if one factor is a vector, if none is,
THREADED_VECTOR, THREADED = 9216, 1 << 18
#: and with this many for each it pays.
WORTH_VECTOR, WORTH = 1 << 16, 1 << 22
#: Panels are multiples of this wide, as the tiles of BLAS are.
TILE = 64
FLOATS = frozenset(map(np.dtype, "fdFD"))


def product(x: Any, y: Any) -> Any:
    """``x @ y``, of payloads or Tensors. (A stack's result lies in C's order, as torch's does, not in that of its factors.)"""
    if x.__class__ is not ndarray or y.__class__ is not ndarray:
        return x @ y
    if x.size < SMALL:
        # The same BLAS, called in half the time.
        return x.dot(y) if 0 < x.ndim <= 2 and 0 < y.ndim <= 2 else np.matmul(x, y, order="C")
    if x.dtype not in FLOATS or not x.ndim or not y.ndim or not shares_products():
        return np.matmul(x, y, order="C")
    vector = x.ndim == 1 or y.ndim == 1
    work = y.size if x.ndim == 1 else x.size if vector else x.size * y.shape[-1]
    if work < (THREADED_VECTOR if vector else THREADED):
        return np.matmul(x, y, order="C")
    with one_blas_thread():
        count = min(get_number(), work // (WORTH_VECTOR if vector else WORTH))
        panels = _panels(x, y, count) if count > 1 and x.dtype is y.dtype else None
        if panels is None:
            return np.matmul(x, y, order="C")
        out, compute, count = panels
        share(compute, count)
    return out


def _panels(x: ndarray, y: ndarray, count: int) -> tuple[ndarray, Callable[[int], Any], int] | None:
    """``x @ y`` to be filled in, what computes one panel of it, and their number; None where it is not divided."""
    stacked = x.ndim > 2 and x.shape[:-2] == y.shape[:-2]
    of_matrices = stacked or x.ndim == y.ndim == 2
    if not (of_matrices or (x.ndim == 2 and y.ndim == 1)) or x.shape[-1] != y.shape[-2 if of_matrices else -1]:
        return None
    out = np.empty((*x.shape[:-1], *y.shape[-1:]) if of_matrices else x.shape[:1], x.dtype)
    if y.ndim == 1:
        length, tile, cut = len(x), TILE, lambda part: (x[part], y, out[part])
    elif stacked:
        length, tile, cut = len(x), 1, lambda part: (x[part], y[part], out[part])
    elif len(x) >= y.shape[1]:
        y = _readable(y)
        length, tile, cut = len(x), TILE, lambda part: (x[part], y, out[part])
    else:
        x = _readable(x)
        length, tile, cut = y.shape[1], TILE, lambda part: (x, y[:, part], out[:, part])
    width = -(-length // (count * tile)) * tile
    return out, lambda number: np.matmul(*cut(slice(number * width, (number + 1) * width))), -(-length // width)


def _readable(a: ndarray) -> ndarray:
    """A matrix as BLAS can read it, so that it is not copied for each panel."""
    return a if a.itemsize in a.strides else np.ascontiguousarray(a)
