"""A few eigenvalues of symmetric matrices, the greatest or the smallest, as `torch.lobpcg` gives them."""

from __future__ import annotations

from typing import Any

from ...arrays import dtypes
from ...core.tensor import Tensor
from ..random.tensors import randn
from .cholesky import linalg_cholesky
from .spectral import eigh
from .triangular import linalg_solve_triangular as solve_triangular

__all__ = ["lobpcg"]


def lobpcg(
    A: Tensor, k: int | None = None, B: Tensor | None = None, X: Tensor | None = None, n: int | None = None,
    iK: Tensor | None = None, niter: int | None = None, tol: float | None = None, largest: bool | None = None,
    method: str | None = None, tracker: Any = None, ortho_iparams: Any = None, ortho_fparams: Any = None,
    ortho_bparams: Any = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """The `k` greatest eigenvalues of A x = lambda B x, or the smallest, and their vectors: (..., k) and (..., m, k).

    A and B are (..., m, m), symmetric, B positive definite (the identity if there is none). The greatest come in descending
    order, the smallest in ascending; of `k` no more than `n`, the size of the block. The matrices are dense, so the pairs are
    exact, whatever `X`, `iK`, `niter`, `tol` and `method` would have the iteration do (A. Knyazev 2001): where it stops is
    a matter of roundings, and short of the exact pairs the derivatives would be those of no function. They all exist,
    those by B too. Vectors have length one in the norm of B; their signs are arbitrary.

    Raises AssertionError for other shapes, ValueError for more than m / 3 pairs, which the iteration can't find, and
    NotImplementedError for a `tracker`, for there are no steps.

    >>> torch.lobpcg(torch.diag(torch.tensor([1., 5., 3.])))[0]
    tensor([5.])
    """
    if A.shape[-2] != A.shape[-1]:
        raise AssertionError(f"A must be square, got shape {A.shape}")
    if B is not None and A.shape != B.shape:
        raise AssertionError(f"A and B must have same shape, got {A.shape} vs {B.shape}")
    if tracker is not None:
        raise NotImplementedError("lobpcg() with a tracker: the eigenvalues are not found in steps")
    m = A.shape[-1]
    k = (1 if X is None else X.shape[-1]) if k is None else k
    n = (k if n is None else n) if X is None else X.shape[-1]
    if m < 3 * n:
        raise ValueError(
            f"LOBPCG algorithm is not applicable when the number of A rows (={m}) is smaller than 3 x the number of "
            f"requested eigenpairs (={n})"
        )
    if X is not None and A.ndim == 2 and X.shape != (m, n):
        raise AssertionError(f"X shape mismatch: got {X.shape}, expected {(m, n)}")
    A = A if A.dtype.category > 1 else A.to(dtypes.float32)
    if X is None:
        _draw_as_torch_does(A, m, n)
    values, vectors = _pairs((A + A.mT) / 2, None if B is None else (B + B.mT) / 2)
    if largest is None or largest:
        values, vectors = values.flip(-1), vectors.flip(-1)
    return values[..., : min(k, n)], vectors[..., : min(k, n)]


def _draw_as_torch_does(A: Tensor, m: int, n: int) -> None:
    """torch starts each matrix's iteration at random vectors: a program that draws afterwards draws the same here."""
    for _ in range(A.numel() // (m * m)):
        randn(m, n, dtype=A.dtype)


def _pairs(A: Tensor, B: Tensor | None) -> tuple[Tensor, Tensor]:
    """All eigenvalues in ascending order, and the vectors; with a B = L L^T, those of L^-1 A L^-T."""
    if B is None:
        values, vectors = eigh(A)
        return values, vectors
    lower = linalg_cholesky(B)
    half = solve_triangular(lower, A, upper=False)
    values, vectors = eigh(solve_triangular(lower, half.mT, upper=False))
    return values, solve_triangular(lower.mT, vectors, upper=True)
