"""LU decompositions of payloads: A = P L U, as LAPACK packs it: L below the diagonal, U in the rest, and row exchanges."""

from __future__ import annotations

from typing import Any

import numpy as np

from .lapack import each, lapack
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
    rows = np.broadcast_to(np.arange(n), (*pivots.shape[:-1], n)).copy()
    for i in range(pivots.shape[-1]):
        other = pivots[..., i, None].astype(np.int64) - 1
        displaced = np.take_along_axis(rows, other, -1)
        np.put_along_axis(rows, other, rows[..., i, None], -1)
        rows[..., i, None] = displaced
    return rows


def lu_solved(lu: Any, pivots: Any, b: Any, left: bool, adjoint: bool) -> Any:
    """X with AX = B, or XA = B, from the factors of A; with A^H instead of A if `adjoint`."""
    if not left:
        b = b.mT
    batch = np.broadcast_shapes(lu.shape[:-2], b.shape[:-2])
    b = np.broadcast_to(b, (*batch, *b.shape[-2:]))
    if adjoint:
        lu = lu.conj()
    rows = np.broadcast_to(permutation(pivots, lu.shape[-1]), (*batch, lu.shape[-1]))[..., None]
    if adjoint == left:  # the transpose: U^T L^T P^T
        y = triangular_solved(lu.mT, triangular_solved(lu.mT, b, False, True, False), True, True, True)
        x = np.take_along_axis(y, np.argsort(rows, -2), -2)
    else:
        permuted = np.take_along_axis(b, rows, -2)
        x = triangular_solved(lu, triangular_solved(lu, permuted, False, True, True), True, True, False)
    return x if left else x.mT
