"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .. import ops
from ..core import Tensor
from ._arguments import check_flags, check_fused, check_not_negative, check_one_element, loss_of, to_scalar
from ._rows import axpy, axpy_of, blocks, number, scale
from .optimizer import Optimizer

__all__ = ["SGD"]


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if wanted.

    With gradient g (negated if `maximize`), each step does::

        g += weight_decay * p
        buffer = momentum * buffer + (1 - dampening) * g        the first time: buffer = g
        p -= lr * buffer                                        with nesterov: p -= lr * (g + momentum * buffer)

    Args:
        params: tensors, pairs (name, tensor), or parameter groups; see :class:`Optimizer`.
        lr: the learning rate, a number or a tensor of one element.
        momentum, dampening, weight_decay: as above.
        nesterov: Nesterov's momentum (Sutskever et al., "On the importance of initialization and momentum in deep
            learning", 2013, http://www.cs.toronto.edu/~hinton/absps/momentum.pdf).
        maximize: go up instead of down.
        foreach, fused: accepted, and checked, as hints at how to compute: there is one implementation, and it is fast.
        differentiable: record the steps themselves, so that one can differentiate through the training.

    The state of a parameter is its "momentum_buffer", if there is momentum.

    Raises:
        ValueError: for hyperparameters out of range.
        RuntimeError: for flags that exclude each other.

    Example::

        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        >>> optimizer.zero_grad()
        >>> loss_fn(model(input), target).backward()
        >>> optimizer.step()
    """

    _if_absent = {"foreach": None, "maximize": False, "differentiable": False, "fused": False, "nesterov": False}

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float | Tensor = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_one_element(lr)
        check_not_negative(nan=True, lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        check_flags(fused, differentiable, foreach)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters, once, by their gradients.

        Args:
            closure: evaluates the model anew, calls ``backward()`` and returns the loss.

        Returns:
            What the closure returned, or None.
        """
        loss = loss_of(closure)
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            if group["fused"]:
                for p in params:
                    check_fused(p)
            names = () if group["momentum"] == 0 else ("momentum_buffer",)
            self._update(group, params, names, self._init_state, _update_rows, self._update_tensors)
        return loss

    def _init_state(self, group: dict[str, Any], p: Tensor) -> bool:
        if group["momentum"] == 0 or self.state[p].get("momentum_buffer") is not None:
            return False
        self.state[p]["momentum_buffer"] = ops.zeros_like(p)  # to be filled by the first update
        return True

    def _update_tensors(self, group: dict[str, Any], p: Tensor, first: bool) -> None:
        """The update in tensor operations, which can be recorded."""
        lr, weight_decay, momentum = to_scalar(group["lr"]), group["weight_decay"], group["momentum"]
        gradient: Any = p.grad
        if group["maximize"]:
            gradient = -gradient
        if weight_decay != 0:
            if isinstance(weight_decay, Tensor) and weight_decay.requires_grad:
                gradient = gradient.addcmul(p.clone(), weight_decay)
            else:
                gradient = gradient.add(p, alpha=number(weight_decay))
        if momentum != 0:
            state = self.state[p]
            if first:
                state["momentum_buffer"] = gradient.detach().clone()
            else:
                state["momentum_buffer"].mul_(momentum).add_(gradient, alpha=1 - group["dampening"])
            buffer = state["momentum_buffer"]
            gradient = gradient.add(buffer, alpha=momentum) if group["nesterov"] else buffer
        if isinstance(lr, Tensor) and lr.requires_grad:
            p.addcmul_(gradient, lr, value=-1)
        else:
            p.add_(gradient, alpha=-number(lr))


def _update_rows(
    group: dict[str, Any],
    param: np.ndarray,
    gradient: np.ndarray,
    buffer: np.ndarray | None = None,
    *,
    small: bool,
    first: bool,
) -> None:
    """The same update on rows."""
    lr, weight_decay, momentum = number(group["lr"]), number(group["weight_decay"]), group["momentum"]
    for p, g, b in blocks(param, gradient, buffer):
        if group["maximize"]:
            g = -g
        if weight_decay != 0:
            g = axpy_of(g, p, weight_decay)
        if b is not None:
            if first:
                b[...] = g
            else:
                scale(b, momentum)
                axpy(b, g, 1 - group["dampening"])
            g = axpy_of(g, b, momentum) if group["nesterov"] else b
        axpy(p, g, -lr)
