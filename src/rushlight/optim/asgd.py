"""Averaged stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import ops
from ..core import Tensor
from ._arguments import check_not_negative, check_one_element, scalar_state, step_dtype, to_scalar
from ._tensors import State, TensorOptimizer

__all__ = ["ASGD"]


class ASGD(TensorOptimizer):
    """Averaged stochastic gradient descent: steps that become smaller, and the average of the parameters along the way.

    With gradient g (negated if `maximize`), step t does::

        g += weight_decay * p
        p -= eta * (lambd * p + g)
        ax += mu * (p - ax)                                     the average
        eta = lr / (1 + lambd * lr * t)**alpha                  for the next step; at first lr
        mu = 1 / max(1, t - t0)                                 for the next step; at first 1

    (Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992,
    https://meyn.ece.ufl.edu/wp-content/uploads/sites/77/archive/spm_files/Courses/ECE555-2011/555media/poljud92.pdf)

    Args:
        params: tensors, pairs (name, tensor), or parameter groups; see :class:`Optimizer`.
        lr: the learning rate, a number or a tensor of one element.
        lambd, alpha, weight_decay: as above.
        t0: the step at which averaging starts.
        foreach: accepted as a hint at how to compute: there is one implementation.
        maximize: go up instead of down.
        differentiable: record the steps themselves, so that one can differentiate through the training.
        capturable: is for graph capture on accelerators; a step on the CPU raises AssertionError.

    The state of a parameter is its "step", "eta" and "mu" (0-d tensors), and the average "ax".

    Raises:
        ValueError: for hyperparameters out of range.

    Example::

        >>> optimizer = torch.optim.ASGD(model.parameters(), lr=0.1, t0=1000)
        >>> optimizer.zero_grad()
        >>> loss_fn(model(input), target).backward()
        >>> optimizer.step()
    """

    _scalars = ("step", "eta", "mu")
    _captured = ("params, mus, etas, and state_steps", "params, mus, etas, and state_steps")

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_one_element(lr)
        check_not_negative(lr=lr, weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _first_state(self, group: State, p: Tensor) -> State:
        eta = ops.as_tensor(to_scalar(group["lr"]), dtype=step_dtype()).clone().detach()
        return {"step": scalar_state(0), "eta": eta, "mu": scalar_state(1), "ax": ops.zeros_like(p)}

    def _rule(self, group: State, p: Tensor, gradient: Tensor, state: State) -> None:
        lr, lambd, t = to_scalar(group["lr"]), group["lambd"], state["step"].item()
        eta, ax = state["eta"].item(), state["ax"]
        p.mul_(1 - lambd * eta)
        p.add_(gradient, alpha=-eta)
        if state["mu"].item() == 1:
            ax.copy_(p)
        else:
            ax.add_((p - ax) * state["mu"])
        state["eta"].copy_(ops.as_tensor(lr / (1 + lambd * lr * t) ** group["alpha"]))
        state["mu"].fill_(1 / max(1, t - group["t0"]))
