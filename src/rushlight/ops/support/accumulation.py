"""Reading and adding at places that integers name, on raw payloads; a place may come more than once.

Note [Adding at places]
    NumPy's ``add.at`` is quick in one dimension alone, and slow beyond. So places become numbers of elements; and where
    whole rows are added, the sum is a product with a sparse matrix that has a one for each row: the transpose of looking
    up. SciPy multiplies it as one would add, in the order of the rows. It is loaded for large sums only.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ...core.op import F32, F64
from .rows import parts

#: Elements from which on it is worth while to load SciPy.
_LARGE = 4096


_UNSIGNED = {1: np.uint8, 4: np.uint32, 8: np.uint64}


def all_within(index: np.ndarray, n: int) -> bool:
    """Whether all of these integers are from 0 on and below `n`."""
    # As unsigned numbers, the negative ones are large.
    return not index.size or bool(np.maximum.reduce(index.view(_UNSIGNED[index.itemsize]), None) < n)


def add_rows(out: np.ndarray, rows: np.ndarray, values: np.ndarray) -> None:
    """``out[rows] += values``, of matrices, for every time that a row comes. `rows` counts from 0."""
    n, width = out.shape
    if not rows.size:
        return
    if width == 1:
        np.add.at(out.reshape(-1), rows, values.reshape(-1))
    elif values.size <= _LARGE or not _is_plain_float(out):
        np.add.at(out.reshape(-1), (rows[:, None] * width + np.arange(width)).reshape(-1), values.reshape(-1))
    elif n <= 4 * rows.size:
        out += _transposed_lookup(rows, n, values.dtype) @ values
    else:
        # A table with a few of the rows: each is numbered as it comes last.
        last = np.empty(n, np.intp)
        count = np.arange(rows.size)
        last[rows] = count
        last = last[rows]
        ends = last == count
        number = np.cumsum(ends) - 1
        out[rows[ends]] += _transposed_lookup(number[last], number[-1] + 1, values.dtype) @ values


def rows_added(n: int, rows: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Zeros (n, width) with `values` added in `rows`."""
    if values.size > _LARGE and n <= 4 * rows.size and _is_plain_float(values):
        return _transposed_lookup(rows, n, values.dtype) @ values
    out = np.zeros((n, values.shape[1]), values.dtype).view(type(values))
    add_rows(out, rows, values)
    return out


def _is_plain_float(x: np.ndarray) -> bool:
    return x.__class__ is np.ndarray and (x.dtype is F32 or x.dtype is F64)


def _transposed_lookup(rows: np.ndarray, n: int, dtype: Any) -> Any:
    from scipy.sparse import csc_array

    return csc_array((np.ones(rows.size, dtype), rows, np.arange(rows.size + 1)), shape=(n, rows.size))


# Places along one dimension, one by one: `index` has the number of dimensions of `x`, and may be smaller elsewhere.


def _places(shape: tuple[int, ...], sizes: tuple[int, ...], dim: int) -> np.ndarray:
    """The numbers of the elements of a contiguous array of which each place of an index of these sizes has the first one
    along `dim`; 1 in place of its size there."""
    base = np.zeros((), np.intp)
    for d, n in enumerate(sizes):
        if d != dim:
            base = base + (np.arange(n) * math.prod(shape[d + 1 :])).reshape((n,) + (1,) * (len(sizes) - d - 1))
    return base


_few_places = functools.lru_cache(maxsize=256)(_places)


def _numbers(shape: tuple[int, ...], index: np.ndarray, dim: int) -> Iterator[tuple[slice, np.ndarray]]:
    """The numbers of the elements that `index` names in a contiguous array, for some of its slices at a time."""
    step = math.prod(shape[dim + 1 :])
    base = (_few_places if index.size <= _LARGE else _places)(shape, index.shape, dim)
    for part in parts(len(index), index.size // (len(index) or 1)):
        numbers = index[part] * step if step != 1 else index[part].astype(np.intp)
        numbers += base[part] if dim else base
        yield part, numbers


def taken_along(x: np.ndarray, index: np.ndarray, dim: int) -> np.ndarray:
    """The elements of `x` that `index` names."""
    flat, out = x.reshape(-1), np.empty(index.shape, x.dtype).view(type(x))
    for part, numbers in _numbers(x.shape, index, dim):
        out[part] = flat.take(numbers)
    return out


def put_along(out: np.ndarray, index: np.ndarray, dim: int, values: Any) -> None:
    """Writes `values` (of the shape of `index`, or a number) to a contiguous `out` where `index` says."""
    flat, many = out.reshape(-1), hasattr(values, "ndim")
    for part, numbers in _numbers(out.shape, index, dim):
        flat[numbers] = values[part] if many else values


def combine_along(ufunc: Any, out: np.ndarray, index: np.ndarray, dim: int, values: Any) -> None:
    """Adds (or whatever `ufunc` does) `values` to a contiguous `out` where `index` says."""
    flat, many = out.reshape(-1), hasattr(values, "ndim")
    for part, numbers in _numbers(out.shape, index, dim):
        ufunc.at(flat, numbers.reshape(-1), values[part].reshape(-1) if many else values)
