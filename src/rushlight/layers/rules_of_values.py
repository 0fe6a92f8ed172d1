"""The rules of vmap for products, linear algebra, and what neural networks are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .batched import lower, raised
from .batching import leading, lifted, random, rules, stacked
from .levels import Batch

# Products.


@rules("folded_mm", "folded_mv")
def _folded(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, y = arguments
    rows = x.reshape(-1, x.shape[-1])
    return rows @ y


@rules("mm", "bmm", "bmm_broadcast")
def _mm(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    (x, _), (y, _) = [lower(a, level) for a in arguments]
    rank = max(a.ndim for a in arguments)
    x, y = (_with_rank(a, p, level, rank) for a, p in zip(arguments, (x, y)))
    return lifted(x @ y, level)


def _with_rank(a: Any, physical: Any, level: Batch, rank: int) -> Any:
    if physical.ndim == a.ndim or a.ndim == rank:
        return physical
    return physical.reshape(level.size, *[1] * (rank - a.ndim), *a.shape)


@rules("mv")
def _mv(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    (x, _), (y, in_y) = [lower(a, level) for a in arguments]
    if not in_y:
        return lifted(x @ y, level)
    y = y.reshape(level.size, *[1] * (arguments[0].ndim - 2), y.shape[-1], 1)
    return lifted((x @ y).squeeze(-1), level)


@rules("vm")
def _vm(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    (x, _), (y, in_y) = [lower(a, level) for a in arguments]
    return lifted((x.unsqueeze(-2) @ y).squeeze(-2) if in_y else x @ y, level)


@rules("dot", "vdot")
def _dot(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    (x, in_x), (y, in_y) = [lower(a, level) for a in arguments]
    if call.__name__ == "vdot":
        x = x.conj()
    if not in_x or not in_y:
        return lifted(x @ y if in_x else y @ x, level)
    return lifted((x.unsqueeze(-2) @ y.unsqueeze(-1)).reshape(level.size), level)


@rules("linear", "linear_without_bias")
def _linear(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, weight, *bias = arguments
    w, batched = lower(weight, level)
    if not batched and (not bias or not lower(bias[0], level)[1]):
        return lifted(call(raised(x, level), w, *bias), level)
    if weight.ndim != 2 or (bias and bias[0].ndim != 1):
        out = x @ weight.mT if weight.ndim > 1 else x @ weight
        return out + bias[0] if bias else out
    p, in_x = lower(x, level)
    rows = p.reshape(level.size, -1, x.shape[-1]) if in_x else p.reshape(-1, x.shape[-1])
    out = rows @ (w.mT if batched else w.T)
    if bias:
        b, in_b = lower(bias[0], level)
        out = out + (b.unsqueeze(1) if in_b else b)
    return lifted(out.reshape(level.size, *x.shape[:-1], weight.shape[0]), level)


# Linear algebra: matrices in stacks.

rules(
    "linalg_det", "linalg_slogdet", "cofactor", "linalg_inv_ex", "linalg_cholesky_ex", "cholesky", "cholesky_inverse",
    "linalg_svd", "linalg_svdvals", "linalg_eigh", "linalg_eigvalsh", "linalg_eig", "linalg_eigvals", "linalg_pinv",
    "linalg_qr", "geqrf", "linalg_lu", "linalg_lu_factor_ex", "linalg_matrix_exp", "linalg_ldl_factor_ex", "reflectors",
)(stacked)  # fmt: skip
rules("cofactor_slope", "linalg_solve_triangular", "triangular_solve", "cholesky_solve", "linalg_householder_product")(leading)

# Random numbers.

rules(
    "uniform", "normal", "bernoulli_number", "exponential", "cauchy", "log_normal", "geometric", "random_between",
    "random_below", "random", "bernoulli_tensor", "bernoulli", "bernoulli_like", "normal_mean", "normal_std", "normal_both",
    "standard_gamma", "sample_dirichlet", "poisson", "binomial",
)(random)  # fmt: skip
