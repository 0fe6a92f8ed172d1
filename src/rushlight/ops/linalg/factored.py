"""LU decompositions of payloads: A = P L U, as LAPACK packs it: L below the diagonal, U in the rest, and row exchanges."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .lapack import each, lapack, stretched
from .triangular import triangular_solved


def factored(x: Any) -> list[Any]:
    """L and U in one matrix, the pivots (counted from one), and LAPACK's reports."""
    m, n = x.shape[-2:]
    k = min(m, n)
    if not k:
        batch = x.shape[:-2]
        return [x.copy(), np.zeros((*batch, 0), np.int32), np.zeros(batch, np.int32)[()]]
    getrf = lapack("getrf", x)

    def factor(a: Any) -> list[Any]:
        lu, pivots, info = getrf(a)
        return [lu, pivots + 1, info]

    return each(factor, [(m, n), (k,), ()], [x.dtype, np.int32, np.int32], (x, 2))


def determinant(x: Any) -> Any:
    lu, pivots, _ = factored(x)
    return np.diagonal(lu, 0, -2, -1).prod(-1) * _parity(pivots, lu.dtype)


def log_determinant(x: Any) -> tuple[Any, Any]:
    """The determinant's sign, and the logarithm of its absolute value."""
    lu, pivots, _ = factored(x)
    diagonal = np.diagonal(lu, 0, -2, -1)
    return np.sign(diagonal).prod(-1) * _parity(pivots, lu.dtype), np.log(abs(diagonal)).sum(-1)


def _parity(pivots: Any, kind: Any) -> Any:
    """1 for an even number of exchanges, -1 for an odd one."""
    exchanges = (pivots != np.arange(1, pivots.shape[-1] + 1)).sum(-1)
    return (1 - 2 * (exchanges % 2)).astype(kind)


def permutation(pivots: Any, n: int) -> Any:
    """The rows of A in the order of the rows of L U."""
    *batch, k = pivots.shape
    rows = np.tile(np.arange(n), (math.prod(batch), 1))
    others = pivots.reshape(math.prod(batch), k) - 1
    if len(rows) > k:  # one exchange in all of the stack at once, or all exchanges of one matrix
        every = np.arange(len(rows))
        for i in range(k):
            other = others[:, i]
            rows[every, other], rows[:, i] = rows[:, i], rows[every, other]
        return rows.reshape(*batch, n)
    for row, exchanges in zip(rows, others.tolist()):
        order = list(range(n))
        for i, other in enumerate(exchanges):
            order[i], order[other] = order[other], order[i]
        row[:] = order
    return rows.reshape(*batch, n)


def lu_solved(lu: Any, pivots: Any, b: Any, left: bool, adjoint: bool) -> Any:
    """X with AX = B, or XA = B, from the factors of A; with A^H instead of A if `adjoint`."""
    if not left:
        b = b.mT
    if adjoint:
        lu = lu.conj()
    (lu, _), (pivots, _), (b, _) = stretched((lu, 2), (pivots, 1), (b, 2))
    transposed = adjoint == left
    if not b.size:
        x = b.copy()
    elif math.prod(b.shape[:-2]) > b.shape[-2]:
        x = _by_substitution(lu, pivots, b, transposed)
    else:
        getrs = lapack("getrs", lu)

        def solve(factors: Any, exchanges: Any, columns: Any) -> list[Any]:
            return [getrs(factors, exchanges - 1, columns, trans=int(transposed))[0]]

        (x,) = each(solve, [b.shape[-2:]], [b.dtype], (lu, 2), (pivots, 1), (b, 2))
    return x if left else x.mT


def _by_substitution(lu: Any, pivots: Any, b: Any, transposed: bool) -> Any:
    """With all matrices of a stack at once; `transposed`: A^T X = B."""
    rows = permutation(pivots, lu.shape[-1])[..., None]
    if not transposed:
        permuted = np.take_along_axis(b, rows, -2)
        return triangular_solved(lu, triangular_solved(lu, permuted, False, True, True), True, True, False)
    y = triangular_solved(lu.mT, triangular_solved(lu.mT, b, False, True, False), True, True, True)
    return np.take_along_axis(y, np.argsort(rows, -2), -2)
