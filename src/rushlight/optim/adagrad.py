"""Adagrad."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import ops
from ..core import Tensor
from ._arguments import check_flags, check_fused, check_not_negative, check_one_element, scalar_state, to_scalar
from ._rows import number
from ._tensors import State, TensorOptimizer

__all__ = ["Adagrad"]


class Adagrad(TensorOptimizer):
    """Adagrad: each element of a parameter is moved less the more its gradients have summed up to.

    With gradient g (negated if `maximize`), step t does::

        g += weight_decay * p
        sum += g**2
        p -= lr / (1 + (t - 1) * lr_decay) * g / (sqrt(sum) + eps)

    (Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization",
    http://jmlr.org/papers/v12/duchi11a.html)

    Args:
        params: tensors, pairs (name, tensor), or parameter groups; see :class:`Optimizer`.
        lr: the learning rate, a number or a tensor of one element.
        lr_decay, weight_decay, eps: as above.
        initial_accumulator_value: what the sum begins with.
        foreach, fused: accepted, and checked, as hints at how to compute: there is one implementation.
        maximize: go up instead of down.
        differentiable: record the steps themselves, so that one can differentiate through the training.

    The state of a parameter is its "step" (a 0-d tensor) and "sum"; it is there before the first step.

    Raises:
        ValueError: for hyperparameters out of range.
        RuntimeError: for flags that exclude each other.

    Example::

        >>> optimizer = torch.optim.Adagrad(model.parameters(), lr=0.1)
        >>> optimizer.zero_grad()
        >>> loss_fn(model(input), target).backward()
        >>> optimizer.step()
    """

    _if_absent = {"foreach": None, "maximize": False, "differentiable": False, "fused": None}

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_one_element(lr)
        check_not_negative(
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        check_flags(fused, differentiable, foreach)
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p].update(self._first_state(group, p))

    def _check(self, group: State, params: list[Tensor]) -> None:
        super()._check(group, params)
        if group["fused"]:
            check_fused(params[0])
            if any(p.is_complex() for p in params):
                raise RuntimeError("`fused` does not support sparse grad or complex param")

    def _first_state(self, group: State, p: Tensor) -> State:
        start = self.defaults["initial_accumulator_value"]
        total = ops.full_like(p, complex(start, start) if p.is_complex() else start, requires_grad=False)
        return {"step": scalar_state(0, group["fused"]), "sum": total}

    def _rule(self, group: State, p: Tensor, gradient: Tensor, state: State) -> None:
        lr = to_scalar(group["lr"]) / (1 + (state["step"].item() - 1) * group["lr_decay"])
        state["sum"].addcmul_(gradient, gradient)
        p.addcdiv_(gradient, state["sum"].sqrt() + group["eps"], value=-number(lr))
