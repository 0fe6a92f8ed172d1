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

#: Below this many elements of each factor, nobody looks how large the product is.
SMALL = 1 << 12
#: From this many multiplications on OpenBLAS uses several threads, if one factor is a vector, if none is,
THREADED_VECTOR, THREADED = 9216, 1 << 18
#: and with this many for each it pays.
WORTH_VECTOR, WORTH = 1 << 19, 1 << 22
#: Panels are multiples of this wide, as the tiles of BLAS are.
TILE = 16
FLOATS = frozenset(map(np.dtype, "fdFD"))


def product(x: Any, y: Any, *, row: Any = None) -> Any:
    """``x @ y``, of payloads or Tensors; plus `row`, of payloads that are matrices.

    (A stack's result lies in C's order, as torch's does, not in that of its factors.)
    """
    if x.__class__ is not ndarray or y.__class__ is not ndarray:
        out = x @ y
    elif x.size < SMALL > y.size:
        # The same BLAS, called in half the time.
        out = x.dot(y) if 0 < x.ndim <= 2 and 0 < y.ndim <= 2 else np.matmul(x, y, order="C")
    elif (work := _work(x, y)) == 0:
        out = np.matmul(x, y, order="C")
    else:
        with one_blas_thread():
            count = min(get_number(), work // (WORTH_VECTOR if x.ndim == 1 or y.ndim == 1 else WORTH))
            fits = x.dtype is y.dtype and (row is None or row.shape == y.shape[1:])
            panels = _panels(x, y, row, count) if count > 1 and fits else None
            if panels is not None:
                share(*panels[1:])
                return panels[0]
            out = np.matmul(x, y, order="C")
    if row is not None:
        out += row
    return out


def _work(x: ndarray, y: ndarray) -> int:
    """The number of multiplications, if OpenBLAS would use several threads for them; else 0."""
    if x.dtype not in FLOATS or not x.ndim or not y.ndim or not shares_products():
        return 0
    vector = x.ndim == 1 or y.ndim == 1
    work = y.size if x.ndim == 1 else x.size if vector else x.size * y.shape[-1]
    return work if work >= (THREADED_VECTOR if vector else THREADED) else 0


def _panels(x: ndarray, y: ndarray, row: Any, count: int) -> tuple[ndarray, Callable[[int], None], int] | None:
    """``x @ y + row`` to be filled in, what computes one panel of it, and their number; None where it is not divided.

    (The row is added to a panel while that is in the cache.)
    """
    stacked = x.ndim > 2 and x.shape[:-2] == y.shape[:-2]
    of_matrices = stacked or x.ndim == y.ndim == 2
    if not (of_matrices or (x.ndim == 2 and y.ndim == 1)) or x.shape[-1] != y.shape[-2 if of_matrices else -1]:
        return None
    out = np.empty((*x.shape[:-1], *y.shape[-1:]) if of_matrices else x.shape[:1], x.dtype)
    if y.ndim == 1:
        length, tile, cut = len(x), TILE, lambda part: (x[part], y, out[part], row)
    elif stacked:
        length, tile, cut = len(x), 1, lambda part: (x[part], y[part], out[part], row)
    elif len(x) >= y.shape[1]:
        y = _readable(y)
        length, tile, cut = len(x), TILE, lambda part: (x[part], y, out[part], row)
    else:
        x = _readable(x)
        length, tile, cut = y.shape[1], TILE, lambda part: (x, y[:, part], out[:, part], None if row is None else row[part])
    width = -(-length // (count * tile)) * tile

    def compute(number: int) -> None:
        rows, columns, panel, addend = cut(slice(number * width, (number + 1) * width))
        np.matmul(rows, columns, panel)
        if addend is not None:
            panel += addend

    return out, compute, -(-length // width)


def _readable(a: ndarray) -> ndarray:
    """A matrix as BLAS can read it, so that it is not copied for each panel."""
    return a if a.itemsize in a.strides else np.ascontiguousarray(a)
