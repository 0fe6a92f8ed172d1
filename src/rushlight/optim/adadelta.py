"""Adadelta."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import ops
from ..core import Tensor
from ._arguments import check_not_negative, check_one_element, scalar_state, to_scalar
from ._rows import number
from ._tensors import State, TensorOptimizer

__all__ = ["Adadelta"]


class Adadelta(TensorOptimizer):
    """Adadelta: steps in the units of the parameters, from running averages of squared gradients and squared steps.

    With gradient g (negated if `maximize`), each step does::

        g += weight_decay * p
        v = rho * v + (1 - rho) * g**2
        delta = sqrt(u + eps) / sqrt(v + eps) * g
        u = rho * u + (1 - rho) * delta**2
        p -= lr * delta

    (Zeiler, "ADADELTA: An Adaptive Learning Rate Method", https://arxiv.org/abs/1212.5701)

    Args:
        params: tensors, pairs (name, tensor), or parameter groups; see :class:`Optimizer`.
        lr: scales the steps, a number or a tensor of one element.
        rho: how slowly the averages forget.
        eps, weight_decay: as above.
        foreach: accepted as a hint at how to compute: there is one implementation.
        capturable: is for graph capture on accelerators; a step on the CPU raises AssertionError.
        maximize: go up instead of down.
        differentiable: record the steps themselves, so that one can differentiate through the training.

    The state of a parameter is its "step" (a 0-d tensor), "square_avg" (v) and "acc_delta" (u).

    Raises:
        ValueError: for hyperparameters out of range.

    Example::

        >>> optimizer = torch.optim.Adadelta(model.parameters())
        >>> optimizer.zero_grad()
        >>> loss_fn(model(input), target).backward()
        >>> optimizer.step()
    """

    _on_xla = (False, False)

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_one_element(lr)
        check_not_negative(lr=lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        check_not_negative(eps=eps, weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _first_state(self, group: State, p: Tensor) -> State:
        return {"step": scalar_state(0), "square_avg": ops.zeros_like(p), "acc_delta": ops.zeros_like(p)}

    def _rule(self, group: State, p: Tensor, gradient: Tensor, state: State) -> None:
        rho, eps = group["rho"], group["eps"]
        square_avg, acc_delta = state["square_avg"], state["acc_delta"]
        square_avg.mul_(rho).addcmul_(gradient, gradient, value=1 - rho)
        delta = (acc_delta + eps).sqrt() / (square_avg + eps).sqrt() * gradient
        acc_delta.mul_(rho).addcmul_(delta, delta, value=1 - rho)
        p.add_(delta, alpha=-number(to_scalar(group["lr"])))
