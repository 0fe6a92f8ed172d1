"""Sums over some dimensions by BLAS; operations along one dimension in parts that stay in the cache, on all cores."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...arrays.products import product
from ...arrays.repeated import repeated
from ...arrays.summation import along
from ...arrays.threads import one_blas_thread, share
from ...core.op import F32, F64

add: Any = np.add.reduce

#: The elements of a part: with a few results of their size they fit into the cache of one core.
ELEMENTS = 1 << 16
#: Elements from which on the product with a vector of ones pays, and terms up to which it is exact enough: BLAS adds
#: them up one vector register after the other, while NumPy adds up pairs of partial sums.
_MANY, _LONGEST = 2048, 1 << 14
#: The lengths of rows whose products are best added up by BLAS, without a copy of them: a call for each pays, and BLAS
#: has no threads for it.
_DOT, _DOTS = 32, 8192


def summed(x: Any, dim: Any, keepdim: bool = False) -> Any:
    """The sum over `dim` (an int, or several), for derivative rules: of a payload by the shortest way."""
    if x.__class__ is not np.ndarray:
        return x.sum(dim, keepdims=keepdim)
    if x.dtype is not F32 and x.dtype is not F64:
        return along(x, dim, keepdim)
    if x.size < _MANY:
        if x.ndim == 2 and (dim == 1 or dim == -1) and x.flags.c_contiguous:
            sums = x.dot(_ones(x.shape[1], x.dtype))  # a call of BLAS takes half as long as one of NumPy's reductions
            return sums[:, None] if keepdim else sums
        return along(x, dim, keepdim)
    shape, axes = x.shape, {d % x.ndim for d in ((dim,) if dim.__class__ is int else dim)}
    if not x.flags.c_contiguous:
        if x.ndim - 1 not in axes or not _DOT <= shape[-1] <= _DOTS or x.strides[-1] != x.itemsize:
            return along(x, dim, keepdim)
        return along(np.vecdot(x, _ones(shape[-1], x.dtype))[..., None], dim, keepdim)
    result = [1 if i in axes else n for i, n in enumerate(shape) if keepdim or i not in axes]
    while axes:
        # Dimensions side by side are summed as one, the last ones first.
        first = last = max(axes) + 1
        while first - 1 in axes:
            first -= 1
            axes.remove(first)
        x = _middle_summed(x.reshape(math.prod(shape[:first]), math.prod(shape[first:last]), -1))
    return x.reshape(result)


@functools.lru_cache(maxsize=16)
def _ones(n: int, dtype: np.dtype[Any]) -> np.ndarray:
    return np.ones(n, dtype)


def _middle_summed(x: np.ndarray) -> Any:
    """The sum over the middle one of three dimensions."""
    before, n, behind = x.shape
    if not 1 < n <= _LONGEST:
        return along(x, 1)
    ones = _ones(n, x.dtype)
    if behind == 1:
        return product(x.reshape(before, n), ones)
    if before == 1:
        return product(x.reshape(n, behind).T, ones)
    with one_blas_thread():
        return ones @ x


def inner(x: Any, y: Any, dim: int = -1) -> Any:
    """``summed(x * y, dim, True)``; of rows of payloads, without keeping the products."""
    plain = x.__class__ is np.ndarray and x.ndim and x.dtype is y.dtype and x.dtype.char in "fd"
    if plain and dim % x.ndim == x.ndim - 1 and _DOT <= x.shape[-1] <= _DOTS:
        return np.vecdot(x, y)[..., None]
    return summed(x * y, dim, True)


#: Rows so short that the maximum of each costs NumPy more than a copy with all of them as columns; elements from which on.
_SHORT, _SOME = 16, 256


def peaks(x: Any, dim: int) -> Any:
    """The maximum of a payload along `dim`, whose size becomes 1; minus infinity where there is nothing."""
    n = x.shape[dim] if x.ndim else 0
    if 1 < n <= _SHORT and dim % x.ndim == x.ndim - 1 and x.size >= _SOME:
        return np.maximum.reduce(np.ascontiguousarray(x.reshape(-1, n).T), 0).reshape((*x.shape[:-1], 1))
    return np.maximum.reduce(x, dim, None, None, True, -np.inf)  # type: ignore[call-overload]  # keywords take 2 us


def folded(ufunc: Any, x: Any) -> Any:
    """An array that `ufunc` reduces to the same along the last dimension, which is short: where NumPy takes the elements of
    a row one after the other, it takes those of two halves all at once."""
    while (n := x.shape[-1]) > _SHORT:
        half = n // 2
        last = x[..., 2 * half :]
        x = ufunc(x[..., :half], x[..., half : 2 * half])
        if n % 2:
            x[..., :1] = ufunc(x[..., :1], last)
    return x


def parts(rows: int, width: int) -> Iterator[slice]:
    """Slices of so many rows, each of `width` elements, of about `ELEMENTS` together."""
    step = max(ELEMENTS // max(width, 1), 1)
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))


def by_parts(value: Callable[..., Any], inputs: int) -> Callable[..., Any]:
    """``value(*arrays, dim)``, the arrays of one shape and the result too, computed for some rows at a time.

    `inputs` is the number of arrays. What comes before `dim` makes the rows. `value` has one more parameter, ``out=None``.
    """

    def compute(*arguments: Any) -> Any:
        x, dim = arguments[0], arguments[inputs]
        if x.__class__ is not np.ndarray or not x.ndim:
            return value(*arguments)
        rows = math.prod(x.shape[: dim % x.ndim])
        if x.size <= 2 * ELEMENTS or rows == 1:
            with repeated(x):
                return value(*arguments)
        shape = rows, *x.shape[dim % x.ndim :]
        arrays = [a.reshape(shape) for a in arguments[:inputs]]
        out = np.empty(shape, x.dtype)
        slices = list(parts(rows, x.size // rows))

        def work(number: int) -> None:
            with repeated(x):
                value(*[a[slices[number]] for a in arrays], 1, out[slices[number]])

        share(work, len(slices))
        return out.reshape(x.shape)

    return compute
