"""Adamax."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import ops
from ..core import Tensor
from ._arguments import check_betas, check_not_negative, check_one_element, scalar_state, to_scalar
from ._rows import number
from ._tensors import State, TensorOptimizer

__all__ = ["Adamax"]


class Adamax(TensorOptimizer):
    """Adamax: :class:`Adam` with the largest of the recent gradients in place of their root mean square.

    With gradient g (negated if `maximize`), step t does::

        g += weight_decay * p
        m = beta1 * m + (1 - beta1) * g
        u = max(beta2 * u, abs(g) + eps)
        p -= lr / (1 - beta1**t) * m / u

    (Kingma and Ba, "Adam: A Method for Stochastic Optimization", https://arxiv.org/abs/1412.6980, section 7)

    Args:
        params: tensors, pairs (name, tensor), or parameter groups; see :class:`Optimizer`.
        lr: the learning rate, a number or a tensor of one element.
        betas: (beta1, beta2).
        eps, weight_decay: as above.
        foreach: accepted as a hint at how to compute: there is one implementation.
        maximize: go up instead of down.
        differentiable: record the steps themselves, so that one can differentiate through the training.
        capturable: is for graph capture on accelerators; a step on the CPU raises AssertionError.

    The state of a parameter is its "step" (a 0-d tensor), "exp_avg" (m) and "exp_inf" (u).

    Raises:
        ValueError: for hyperparameters out of range.

    Example::

        >>> optimizer = torch.optim.Adamax(model.parameters(), lr=2e-3)
        >>> optimizer.zero_grad()
        >>> loss_fn(model(input), target).backward()
        >>> optimizer.step()
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
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
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _first_state(self, group: State, p: Tensor) -> State:
        return {"step": scalar_state(0), "exp_avg": ops.zeros_like(p), "exp_inf": ops.zeros_like(p)}

    def _rule(self, group: State, p: Tensor, gradient: Tensor, state: State) -> None:
        beta1, beta2 = group["betas"]
        exp_avg, exp_inf = state["exp_avg"], state["exp_inf"]
        exp_avg.lerp_(gradient, 1 - beta1)
        exp_inf.copy_(ops.maximum(exp_inf * beta2, gradient.abs() + group["eps"]))
        lr = to_scalar(group["lr"]) / (1 - beta1 ** state["step"].item())
        p.addcdiv_(exp_avg, exp_inf, value=-number(lr))
