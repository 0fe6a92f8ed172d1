"""Weights as a direction times a length (T. Salimans, D. Kingma, arXiv:1602.07868)."""

from __future__ import annotations

from typing import Any

from ...core.tensor import Tensor
from ..reduction.norms import vector_norm
from ..support.along import other_dims
from ..support.arguments import check_tensor
from ..support.precision import as_wide_as, wide, wide_op

__all__ = ["_weight_norm", "_weight_norm_interface", "norm_except_dim"]


def _lengths(v: Any, dim: int) -> Any:
    return (v * v).sum(other_dims(v.ndim, dim), keepdims=True) ** 0.5


def _rule(g: Any, v: Any, length: Any, dim: int) -> tuple[Any, Any]:
    narrow = v
    g, v, length = wide(g), wide(v), wide(length)
    norm = _lengths(v, dim)
    direction = v / norm
    along = (g * direction).sum(other_dims(v.ndim, dim), keepdims=True)
    return as_wide_as(narrow, (g - along * direction) * (length / norm)), as_wide_as(narrow, along)


_product = wide_op(
    "weight_norm", lambda v, length, dim: v * (length / _lengths(v, dim)), "WeightNormInterfaceBackward0", _rule,
    differentiable=("v", "length"),
)  # fmt: skip


def norm_except_dim(v: Tensor, pow: int = 2, dim: int = 0) -> Tensor:
    """The norm of order `pow` over all dimensions but `dim`, which all stay, with size 1; over all for a `dim` of -1.

    Example::

        >>> torch.norm_except_dim(torch.ones(2, 4))
        tensor([[2.],
                [2.]])
    """
    check_tensor("norm_except_dim", v, "v")
    if dim == -1:
        return v.norm(pow)
    if dim == 0:
        return v.contiguous().view(v.size(0), -1).norm(pow, 1).view(v.size(0), *[1] * (v.ndim - 1))
    if dim == v.ndim - 1:
        return v.contiguous().view(-1, v.size(-1)).norm(pow, 0).view(*[1] * (v.ndim - 1), v.size(-1))
    return norm_except_dim(v.transpose(0, dim), pow, 0).transpose(0, dim)


def _weight_norm(v: Tensor, g: Tensor, dim: int = 0) -> Tensor:
    """`v` with the norms `g` over all dimensions but `dim` (-1: over all)."""
    if dim == 0 or dim == v.ndim - 1:
        return _product(v, g, dim)
    return v * (g / norm_except_dim(v, 2, dim))


def _weight_norm_interface(v: Tensor, g: Tensor, dim: int = 0) -> tuple[Tensor, Tensor]:
    """`_weight_norm` for the first or the last `dim`, and the norms that `v` had."""
    return _product(v, g, dim), vector_norm(v.detach(), 2, other_dims(v.ndim, dim), True)
