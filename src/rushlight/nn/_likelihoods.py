"""The losses of :mod:`nn.functional` that are likelihoods of a model: of counts, of a normal law, of an alignment."""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..autograd.grad_mode import no_grad
from ..core import Tensor
from ..ops.neural import loss
from ..ops.neural.ctc import ctc_loss as ctc
from ..ops.support.casting import in_float32
from ..ops.support.layered import every_value
from . import _reduction

__all__ = ["ctc_loss", "gaussian_nll_loss", "poisson_nll_loss"]


@in_float32
def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """The likelihood of labels that are not aligned with the frames; see :class:`~nn.CTCLoss`.

    Raises:
        RuntimeError: if shapes, lengths or `blank` do not fit.
        IndexError: if a target is no class.

    Example::

        >>> F.ctc_loss(torch.full((3, 1, 2), 0.5).log(), torch.tensor([[1]]), (3,), (1,))
        tensor(0.2877)
    """
    number = _reduction.get_enum(reduction)
    return ctc(log_probs, targets, input_lengths, target_lengths, blank, number, zero_infinity)


@in_float32
def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The likelihood of counts under a Poisson law; see :class:`~nn.PoissonNLLLoss`.

    Raises:
        RuntimeError: if the sizes do not broadcast.

    Example::

        >>> F.poisson_nll_loss(torch.zeros(2), torch.tensor([0.0, 1.0]))
        tensor(1.)
    """
    return loss.poisson_nll_loss(
        input, target, log_input, full, eps, _reduction.chosen(size_average, reduce, reduction)
    )


def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Tensor | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """The likelihood of targets under normal laws with these means and variances; see :class:`~nn.GaussianNLLLoss`.

    Raises:
        ValueError: if `var` is negative anywhere, or of a size that does not fit.

    Example::

        >>> F.gaussian_nll_loss(torch.zeros(2), torch.tensor([0.0, 1.0]), torch.ones(2))
        tensor(0.2500)
    """
    if isinstance(var, float):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = var * ops.ones_like(input)
    elif every_value(ops.any(var < 0)._data).any():
        raise ValueError("var has negative entry/entries")
    variance = _fitted(var, input)
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not valid")
    variance = variance.clone()
    with no_grad():
        variance.clamp_(min=eps)  # keeps the logarithm finite; its gradient is that of the variance all the same
    losses = 0.5 * (ops.log(variance) + (input - target) ** 2 / variance)
    if full:
        losses += 0.5 * math.log(2 * math.pi)
    return loss.reduce(losses, _reduction.get_enum(reduction))


def _fitted(var: Tensor, input: Tensor) -> Tensor:
    """The variances, as they broadcast to the means: one for each, or one for each row."""
    if var.size() == input.size():
        return var
    if input.size()[:-1] == var.size():
        return var.unsqueeze(-1)
    if input.ndim == var.ndim and sum([m for n, m in zip(input.size(), var.size()) if n != m]) == 1:
        return var
    raise ValueError("var is of incorrect size")
