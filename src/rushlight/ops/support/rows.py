"""Sums over some dimensions by BLAS, and operations along one dimension in parts that stay in the cache."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...arrays.products import product
from ...arrays.summation import along
from ...core.op import F32, F64

add: Any = np.add.reduce

#: The elements of a part: with a few results of their size they fit into the cache of one core.
ELEMENTS = 1 << 16
#: Elements from which on the product with a vector of ones pays, and terms up to which it is exact enough: BLAS adds
#: them up one vector register after the other, while NumPy adds up pairs of partial sums.
_MANY, _LONGEST = 2048, 1 << 14


def summed(x: Any, dim: Any, keepdim: bool = False) -> Any:
    """The sum over `dim` (an int, or several), for derivative rules: of a payload by the shortest way."""
    if x.__class__ is not np.ndarray:
        return x.sum(dim, keepdims=keepdim)
    if x.size < _MANY or (x.dtype is not F32 and x.dtype is not F64) or not x.flags.c_contiguous:
        return along(x, dim, keepdim)
    axes = (dim % x.ndim,) if dim.__class__ is int else tuple([d % x.ndim for d in dim])
    last = x.ndim
    while last - 1 in axes:
        last -= 1
    n = math.prod(x.shape[last:])
    if not 1 < n <= _LONGEST:
        return along(x, axes, keepdim)
    out = product(x.reshape(-1, n), np.ones(n, x.dtype)).reshape(x.shape[:last])
    if last > x.ndim - len(axes):
        out = add(out, tuple([d for d in axes if d < last]))
    return out.reshape([1 if i in axes else m for i, m in enumerate(x.shape)]) if keepdim else out


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
        if x.size <= 2 * ELEMENTS or x.__class__ is not np.ndarray:
            return value(*arguments)
        rows = math.prod(x.shape[: dim % x.ndim])
        if rows == 1:
            return value(*arguments)
        shape = rows, *x.shape[dim % x.ndim :]
        arrays = [a.reshape(shape) for a in arguments[:inputs]]
        out = np.empty(shape, x.dtype)
        for part in parts(rows, x.size // rows):
            value(*[a[part] for a in arrays], 1, out[part])
        return out.reshape(x.shape)

    return compute
