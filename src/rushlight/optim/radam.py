"""RAdam."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import ops
from ..core import Tensor
from ._arguments import check_betas, check_not_negative, check_one_element, scalar_state, to_scalar
from ._tensors import State, TensorOptimizer

__all__ = ["RAdam"]


class RAdam(TensorOptimizer):
    """RAdam: :class:`Adam` that trusts its average of squares only once that has seen enough gradients.

    With gradient g (negated if `maximize`), step t does::

        g += weight_decay * p                   with decoupled_weight_decay instead: p -= lr * weight_decay * p
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        rho_inf = 2 / (1 - beta2) - 1
        rho = rho_inf - 2 * t * beta2**t / (1 - beta2**t)
        if rho > 5:
            rect = sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
            p -= lr * rect * m / (1 - beta1**t) * sqrt(1 - beta2**t) / (sqrt(v) + eps)
        else:
            p -= lr * m / (1 - beta1**t)

    (Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond", https://arxiv.org/abs/1908.03265)

    Args:
        params: tensors, pairs (name, tensor), or parameter groups; see :class:`Optimizer`.
        lr: the learning rate, a number or a tensor of one element.
        betas: (beta1, beta2).
        eps, weight_decay, decoupled_weight_decay: as above.
        foreach: accepted as a hint at how to compute: there is one implementation.
        maximize: go up instead of down.
        capturable: is for graph capture on accelerators; a step on the CPU raises AssertionError.
        differentiable: record the steps themselves, so that one can differentiate through the training; also by a
            learning rate that is a tensor.

    The state of a parameter is its "step" (a 0-d tensor), "exp_avg" (m) and "exp_avg_sq" (v).

    Raises:
        ValueError: for hyperparameters out of range.

    Example::

        >>> optimizer = torch.optim.RAdam(model.parameters(), lr=1e-3)
        >>> optimizer.zero_grad()
        >>> loss_fn(model(input), target).backward()
        >>> optimizer.step()
    """

    _if_absent = {**TensorOptimizer._if_absent, "decoupled_weight_decay": False}

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_one_element(lr)
        check_not_negative(lr=lr, eps=eps)
        check_betas(betas)
        check_not_negative(weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _first_state(self, group: State, p: Tensor) -> State:
        return {"step": scalar_state(0), "exp_avg": ops.zeros_like(p), "exp_avg_sq": ops.zeros_like(p)}

    def _rule(self, group: State, p: Tensor, gradient: Tensor, state: State) -> None:
        (beta1, beta2), t = group["betas"], state["step"].item()
        exp_avg, exp_avg_sq = state["exp_avg"], state["exp_avg_sq"]
        exp_avg.lerp_(gradient, 1 - beta1)
        exp_avg_sq.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        change = exp_avg / (1 - beta1**t) * to_scalar(group["lr"])
        correction = 1 - beta2**t
        rho_inf = 2 / (1 - beta2) - 1
        rho = rho_inf - 2 * t * beta2**t / correction
        if rho > 5:
            rect = ((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)) ** 0.5
            change = change * (correction**0.5 / (exp_avg_sq.sqrt() + group["eps"])) * rect
        p.sub_(change)
