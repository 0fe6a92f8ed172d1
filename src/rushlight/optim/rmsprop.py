"""RMSprop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import ops
from ..core import Tensor
from ._arguments import check_not_negative, check_one_element, scalar_state, to_scalar
from ._rows import number
from ._tensors import State, TensorOptimizer

__all__ = ["RMSprop"]


class RMSprop(TensorOptimizer):
    """RMSprop: the gradient divided by the root of a running average of its square.

    With gradient g (negated if `maximize`), each step does::

        g += weight_decay * p
        v = alpha * v + (1 - alpha) * g**2
        a = alpha * a + (1 - alpha) * g                         only if centered
        rms = sqrt(v) + eps                                     if centered: sqrt(v - a**2) + eps
        p -= lr * g / rms                                       with momentum: buffer = momentum * buffer + g / rms
                                                                               p -= lr * buffer

    (Tieleman and Hinton, lecture 6.5 of "Neural Networks for Machine Learning", 2012,
    https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf; centered: Graves, "Generating Sequences
    With Recurrent Neural Networks", https://arxiv.org/abs/1308.0850)

    Args:
        params: tensors, pairs (name, tensor), or parameter groups; see :class:`Optimizer`.
        lr: the learning rate, a number or a tensor of one element.
        alpha: how slowly the averages forget.
        eps, weight_decay, momentum, centered: as above.
        capturable: is for graph capture on accelerators; a step on the CPU raises AssertionError.
        foreach: accepted as a hint at how to compute: there is one implementation.
        maximize: go up instead of down.
        differentiable: record the steps themselves, so that one can differentiate through the training.

    The state of a parameter is its "step" (a 0-d tensor), "square_avg" (v), with momentum "momentum_buffer", and if
    centered "grad_avg" (a).

    Raises:
        ValueError: for hyperparameters out of range.

    Example::

        >>> optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3, momentum=0.9)
        >>> optimizer.zero_grad()
        >>> loss_fn(model(input), target).backward()
        >>> optimizer.step()
    """

    _if_absent = {**TensorOptimizer._if_absent, "momentum": 0, "centered": False}
    _on_xla = (True, True)

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_one_element(lr)
        check_not_negative(lr=lr, eps=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _first_state(self, group: State, p: Tensor) -> State:
        names = ["square_avg"]
        if group["momentum"] > 0:
            names.append("momentum_buffer")
        if group["centered"]:
            names.append("grad_avg")
        return {"step": scalar_state(0), **{name: ops.zeros_like(p) for name in names}}

    def _rule(self, group: State, p: Tensor, gradient: Tensor, state: State) -> None:
        lr, alpha, momentum = number(to_scalar(group["lr"])), group["alpha"], group["momentum"]
        square = state["square_avg"].mul_(alpha).addcmul_(gradient, gradient, value=1 - alpha)
        if group["centered"]:
            mean = state["grad_avg"].lerp_(gradient, 1 - alpha)
            square = square.addcmul(mean, mean, value=-1)
        rms = square.sqrt() + group["eps"]
        if momentum > 0:
            buffer = state["momentum_buffer"].mul_(momentum).addcdiv_(gradient, rms)
            p.add_(buffer, alpha=-lr)
        else:
            p.addcdiv_(gradient, rms, value=-lr)
