"""Divergences of multivariate normal distributions, of full and of low rank.

KL(p || q) = (log det Q - log det P + tr(Q^-1 P) + |L^-1 (loc_q - loc_p)|^2 - n) / 2, for covariances P and Q = L L^T
"""

from __future__ import annotations

from typing import Any

import rushlight as torch
from rushlight import Tensor

from .kl import register_kl
from .lowrank_multivariate_normal import (
    LowRankMultivariateNormal,
    _batch_lowrank_mahalanobis,
)
from .multivariate_normal import MultivariateNormal, _batch_mahalanobis, _half_log_det


def _batch_trace_XXT(bmat: Tensor) -> Tensor:
    """tr(X X^T), the sum of squares."""
    rows, columns = bmat.shape[-2:]
    return bmat.reshape(-1, rows * columns).pow(2).sum(-1).reshape(bmat.shape[:-2])


def _check_events(p: Any, q: Any, kind: str) -> None:
    if p.event_shape != q.event_shape:
        raise ValueError(
            f"KL-divergence between two {kind} with" + " " * 26 + "different event shapes cannot be computed"
        )


def _lowrank_distance(p: Any, q: Any) -> Tensor:
    return _batch_lowrank_mahalanobis(
        q._unbroadcasted_cov_factor, q._unbroadcasted_cov_diag, q.loc - p.loc, q._capacitance_tril
    )


def _projection(q: Any) -> Tensor:
    """A with Q^-1 = D^-1 - A^T A, by the Woodbury identity."""
    scaled = q._unbroadcasted_cov_factor.mT / q._unbroadcasted_cov_diag.unsqueeze(-2)
    return torch.linalg.solve_triangular(q._capacitance_tril, scaled, upper=False)


def _solved(scale_tril: Tensor, *matrices: Tensor) -> list[Tensor]:
    """L^-1 X, over the common batch of the factor and the first matrix."""
    batch = torch.broadcast_shapes(scale_tril.shape[:-2], matrices[0].shape[:-2])
    factor = scale_tril.expand(batch + scale_tril.shape[-2:])
    return [torch.linalg.solve_triangular(factor, m.expand(batch + m.shape[-2:]), upper=False) for m in matrices]


@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
def _kl_lowrankmultivariatenormal_lowrankmultivariatenormal(p: Any, q: Any) -> Tensor:
    _check_events(p, q, "Low Rank Multivariate Normals")
    log_dets = q._log_det() - p._log_det()
    diag_p, diag_q = p._unbroadcasted_cov_diag, q._unbroadcasted_cov_diag
    a = _projection(q)
    trace = (
        (diag_p / diag_q).sum(-1)
        + _batch_trace_XXT(p._unbroadcasted_cov_factor * diag_q.rsqrt().unsqueeze(-1))
        - _batch_trace_XXT(a * diag_p.sqrt().unsqueeze(-2))
        - _batch_trace_XXT(a.matmul(p._unbroadcasted_cov_factor))
    )
    return 0.5 * (log_dets + trace + _lowrank_distance(p, q) - p.event_shape[0])


@register_kl(MultivariateNormal, LowRankMultivariateNormal)
def _kl_multivariatenormal_lowrankmultivariatenormal(p: Any, q: Any) -> Tensor:
    _check_events(p, q, "(Low Rank) Multivariate Normals")
    factor = p._unbroadcasted_scale_tril
    log_dets = q._log_det() - 2 * _half_log_det(factor)
    whitened = factor * q._unbroadcasted_cov_diag.rsqrt().unsqueeze(-1)
    trace = _batch_trace_XXT(whitened) - _batch_trace_XXT(_projection(q).matmul(factor))
    return 0.5 * (log_dets + trace + _lowrank_distance(p, q) - p.event_shape[0])


@register_kl(LowRankMultivariateNormal, MultivariateNormal)
def _kl_lowrankmultivariatenormal_multivariatenormal(p: Any, q: Any) -> Tensor:
    _check_events(p, q, "(Low Rank) Multivariate Normals")
    factor = q._unbroadcasted_scale_tril
    log_dets = 2 * _half_log_det(factor) - p._log_det()
    roots = torch.diag_embed(p._unbroadcasted_cov_diag.sqrt())
    of_factor, of_diagonal = _solved(factor, p._unbroadcasted_cov_factor, roots)
    trace = _batch_trace_XXT(of_factor) + _batch_trace_XXT(of_diagonal)
    return 0.5 * (log_dets + trace + _batch_mahalanobis(factor, q.loc - p.loc) - p.event_shape[0])


@register_kl(MultivariateNormal, MultivariateNormal)
def _kl_multivariatenormal_multivariatenormal(p: Any, q: Any) -> Tensor:
    _check_events(p, q, "Multivariate Normals")
    factor = q._unbroadcasted_scale_tril
    half_log_dets = _half_log_det(factor) - _half_log_det(p._unbroadcasted_scale_tril)
    (whitened,) = _solved(factor, p._unbroadcasted_scale_tril)
    distance = _batch_mahalanobis(factor, q.loc - p.loc)
    return half_log_dets + 0.5 * (_batch_trace_XXT(whitened) + distance - p.event_shape[0])
