"""Singular value decompositions of nearly low rank: of the projection on a random subspace, which is much smaller.

Halko, Martinsson & Tropp, "Finding structure with randomness" (2009), arXiv:0909.4061, algorithms 4.4 and 5.1.
"""

from __future__ import annotations

from ...arrays import dtypes
from ...core.tensor import Tensor
from ..random.tensors import randn
from .qr import linalg_qr
from .spectral import linalg_svd

__all__ = ["pca_lowrank", "svd_lowrank"]


def _floating(x: Tensor) -> dtypes.dtype:
    return x.dtype if x.dtype.category >= 2 else dtypes.float32


def _range(a: Tensor, q: int, niter: int, mean: Tensor | None) -> Tensor:
    """Columns that span, nearly, what `q` random vectors are mapped to by a (less its mean), with `niter` iterations."""

    def applied(adjoint: bool, vectors: Tensor) -> Tensor:
        x = (a.mH if adjoint else a) @ vectors
        return x if mean is None else x - (mean.mH if adjoint else mean) @ vectors

    basis = linalg_qr(applied(False, randn(a.shape[-1], q, dtype=_floating(a)))).Q
    for _ in range(niter):
        basis = linalg_qr(applied(True, basis)).Q
        basis = linalg_qr(applied(False, basis)).Q
    return basis


def svd_lowrank(A: Tensor, q: int | None = 6, niter: int | None = 2, M: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """U, S and V with A - M nearly U diag(S) V^H, for matrices (..., m, n) of a rank that `q` slightly overestimates.

    `niter` iterations make the subspace better. It is chosen by `torch.randn`: seed it for results that repeat. `M`
    broadcasts to A. Gradients flow through; see `torch.linalg.svd`.
    """
    q, niter = 6 if q is None else q, 2 if niter is None else niter
    m, n = A.shape[-2:]
    if M is not None:
        M = M.broadcast_to(A.shape)
    if m < n:
        A, M = A.mH, None if M is None else M.mH
    basis = _range(A, q, niter, M)
    projected = basis.mH @ A
    if M is not None:
        projected = projected - basis.mH @ M
    u, s, vh = linalg_svd(projected, full_matrices=False)
    u, v = basis.matmul(u), vh.mH
    return (v, s, u) if m < n else (u, s, v)


def pca_lowrank(A: Tensor, q: int | None = None, center: bool = True, niter: int = 2) -> tuple[Tensor, Tensor, Tensor]:
    """Principal components: `svd_lowrank` of A less the mean of its rows, unless ``center=False``.

    `q` is min(6, m, n) unless given. Raises ValueError for a q beyond min(m, n) and a negative `niter`.
    """
    m, n = A.shape[-2:]
    if q is None:
        q = min(6, m, n)
    elif not 0 <= q <= min(m, n):
        raise ValueError(f"q(={q}) must be non-negative integer and not greater than min(m, n)={min(m, n)}")
    if not niter >= 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    return svd_lowrank(A - A.mean(dim=(-2,), keepdim=True) if center else A, q, niter)
