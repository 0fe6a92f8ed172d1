"""Rprop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import ops
from ..core import Tensor
from ._arguments import check_not_negative, check_one_element, scalar_state, to_scalar
from ._tensors import State, TensorOptimizer

__all__ = ["Rprop"]


class Rprop(TensorOptimizer):
    """Rprop, resilient backpropagation: only the signs of the gradient count. It wants gradients without noise.

    Each element of a parameter has a step size of its own. With gradient g (negated if `maximize`), a step does, element
    by element::

        if g * previous > 0:   size = min(size * etaplus, largest)
        if g * previous < 0:   size = max(size * etaminus, smallest);  g = 0
        p -= size * sign(g)
        previous = g

    (Riedmiller and Braun, "A Direct Adaptive Method for Faster Backpropagation Learning: The RPROP Algorithm", 1993,
    http://citeseerx.ist.psu.edu/viewdoc/summary?doi=10.1.1.21.1417)

    Args:
        params: tensors, pairs (name, tensor), or parameter groups; see :class:`Optimizer`.
        lr: the step size at first, a number or a tensor of one element.
        etas: (etaminus, etaplus), with 0 < etaminus < 1 < etaplus.
        step_sizes: (smallest, largest).
        capturable: is for graph capture on accelerators; a step on the CPU raises AssertionError.
        foreach: accepted as a hint at how to compute: there is one implementation.
        maximize: go up instead of down.
        differentiable: record the steps themselves, so that one can differentiate through the training.

    The state of a parameter is its "step" (a 0-d tensor), "prev" and "step_size".

    Raises:
        ValueError: for hyperparameters out of range.

    Example::

        >>> optimizer = torch.optim.Rprop(model.parameters(), lr=0.01)
        >>> optimizer.zero_grad()
        >>> loss_fn(model(input), target).backward()
        >>> optimizer.step()
    """

    _on_xla = (True, True)

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_one_element(lr)
        check_not_negative(lr=lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _first_state(self, group: State, p: Tensor) -> State:
        lr, gradient = to_scalar(group["lr"]), p.grad
        assert gradient is not None
        size = ops.full_like(gradient, complex(lr, lr) if p.is_complex() else lr)
        return {"step": scalar_state(0), "prev": ops.zeros_like(p), "step_size": size}

    def _rule(self, group: State, p: Tensor, gradient: Tensor, state: State) -> None:
        etaminus, etaplus = group["etas"]
        agree = (gradient * state["prev"]).sign().detach()  # a sign has no derivative to record
        turned = agree < 0
        factor = agree.masked_fill(agree > 0, etaplus).masked_fill(turned, etaminus).masked_fill(agree == 0, 1)
        state["step_size"].mul_(factor).clamp_(*group["step_sizes"])
        gradient = gradient.masked_fill(turned, 0)
        p.addcmul_(gradient.sign(), state["step_size"], value=-1)
        state["prev"].copy_(gradient)
