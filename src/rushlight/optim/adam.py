"""Adam."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .. import ops
from ..core import Tensor
from ._arguments import (
    check_betas,
    check_capturable,
    check_differentiable,
    check_flags,
    check_fused,
    check_not_negative,
    check_one_element,
    loss_of,
    scalar_state,
    to_scalar,
)
from ._rows import add_square, axpy_of, constant, each_block, lerp, number, scale
from .optimizer import Optimizer

__all__ = ["Adam"]

#: The state of a parameter, without that for `amsgrad`.
_NAMES = ("step", "exp_avg", "exp_avg_sq")


class Adam(Optimizer):
    """Adam: steps of about equal size in all directions, from running averages of the gradient and its square.

    With gradient g (negated if `maximize`), step t does::

        g += weight_decay * p                   with decoupled_weight_decay instead: p -= lr * weight_decay * p
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        p -= lr * (m / (1 - beta1**t)) / (sqrt(v / (1 - beta2**t)) + eps)

    With `amsgrad` the largest v so far stands in the last line. (Kingma and Ba, "Adam: A Method for Stochastic
    Optimization", https://arxiv.org/abs/1412.6980; Reddi et al., "On the Convergence of Adam and Beyond",
    https://openreview.net/forum?id=ryQu7f-RZ)

    Args:
        params: tensors, pairs (name, tensor), or parameter groups; see :class:`Optimizer`.
        lr: the learning rate, a number or a tensor of one element.
        betas: (beta1, beta2), two floats or two tensors of one element.
        eps, weight_decay, amsgrad, decoupled_weight_decay: as above.
        foreach, fused: accepted, and checked, as hints at how to compute: there is one implementation, and it is fast.
        maximize: go up instead of down.
        capturable: is for graph capture on accelerators; a step on the CPU raises AssertionError, unless `fused`.
        differentiable: record the steps themselves, so that one can differentiate through the training.

    The state of a parameter is its "step" (a 0-d tensor), "exp_avg" (m), "exp_avg_sq" (v) and, with `amsgrad`,
    "max_exp_avg_sq".

    Raises:
        ValueError: for hyperparameters out of range.
        RuntimeError: for flags that exclude each other.

    Example::

        >>> optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        >>> optimizer.zero_grad()
        >>> loss_fn(model(input), target).backward()
        >>> optimizer.step()
    """

    _if_absent = {
        "foreach": None,
        "maximize": False,
        "capturable": False,
        "differentiable": False,
        "fused": None,
        "amsgrad": False,
        "decoupled_weight_decay": False,
    }
    _scalars = ("step",)

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        _check_hyperparameters(lr, betas, eps, weight_decay, bool(foreach and not capturable))
        defaults = {
            "lr": lr,
            "betas": tuple(map(to_scalar, betas)),
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
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
            if params:
                _check_flags_of_step(group)
            names = (*_NAMES, "max_exp_avg_sq") if group["amsgrad"] else _NAMES
            self._update(group, params, names, self._init_state, _update_rows, self._update_tensors)
        return loss

    def _init_state(self, group: dict[str, Any], p: Tensor) -> bool:
        state = self.state[p]
        if state:
            if group["differentiable"] and state["step"].requires_grad:
                raise RuntimeError("`requires_grad` is not supported for `step` in differentiable mode")
            return False
        if group["fused"]:
            check_fused(p)
        state["step"] = scalar_state(0, group["fused"])
        state["exp_avg"] = ops.zeros_like(p)
        state["exp_avg_sq"] = ops.zeros_like(p)
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = ops.zeros_like(p)
        return True

    def _update_tensors(self, group: dict[str, Any], p: Tensor, first: bool) -> None:
        """The update in tensor operations, which can be recorded."""
        state = self.state[p]
        (beta1, beta2), lr, weight_decay = map(to_scalar, group["betas"]), to_scalar(group["lr"]), group["weight_decay"]
        gradient: Any = p.grad
        if group["maximize"]:
            gradient = -gradient
        state["step"] += 1
        if weight_decay != 0:
            if group["decoupled_weight_decay"]:
                p.mul_(1 - lr * weight_decay)
            elif isinstance(weight_decay, Tensor) and weight_decay.requires_grad:
                gradient = gradient.addcmul(p.clone(), weight_decay)
            else:
                gradient = gradient.add(p, alpha=number(weight_decay))
        names = [name for name in ("exp_avg", "exp_avg_sq", "max_exp_avg_sq") if name in state]
        parts = [p, gradient, *[state[name] for name in names]]
        if p.is_complex():
            parts = [ops.view_as_real(part) for part in parts]
        param, gradient, exp_avg, exp_avg_sq, *_ = parts
        exp_avg.lerp_(gradient, 1 - (beta1.to(param.dtype) if isinstance(beta1, Tensor) else beta1))
        if isinstance(beta2, Tensor) and beta2.requires_grad:
            exp_avg_sq.lerp_(gradient.square(), 1 - beta2)
        else:
            exp_avg_sq.mul_(beta2).addcmul_(gradient, gradient, value=number(1 - beta2))
        if group["amsgrad"]:
            # Of clones, as the maximum saves both for its derivative, and the next step changes both.
            exp_avg_sq = parts[4].copy_(ops.maximum(parts[4].clone(), exp_avg_sq.clone()))
        move = _move_differentiably if group["differentiable"] else _move
        move(param, exp_avg, exp_avg_sq, state["step"], lr, beta1, beta2, group["eps"])


def _move(
    param: Tensor, exp_avg: Tensor, exp_avg_sq: Tensor, step: Tensor, lr: Any, beta1: Any, beta2: Any, eps: float
) -> None:
    t = step.item()
    denominator = (exp_avg_sq.sqrt() / (1 - beta2**t) ** 0.5).add_(eps)
    param.addcdiv_(exp_avg, denominator, value=-number(lr / (1 - beta1**t)))


def _move_differentiably(
    param: Tensor, exp_avg: Tensor, exp_avg_sq: Tensor, step: Tensor, lr: Any, beta1: Any, beta2: Any, eps: float
) -> None:
    """The same with all numbers as tensors. The size of the step goes into the denominator, which costs nothing."""
    t = step.clone()
    size = -(lr / (1 - beta1**t))
    denominator = (exp_avg_sq.sqrt() / ((1 - beta2**t).sqrt() * size)).add_(eps / size)
    param.addcdiv_(exp_avg.clone(), denominator)


def _update_rows(
    group: dict[str, Any],
    param: np.ndarray,
    gradient: np.ndarray,
    step: np.ndarray,
    exp_avg: np.ndarray,
    exp_avg_sq: np.ndarray,
    max_exp_avg_sq: np.ndarray | None = None,
    *,
    small: bool,
    first: bool,
) -> list[Callable[[], None]]:
    """The same update on rows."""
    step += 1
    t = step.item(0)
    lr, weight_decay, eps = number(group["lr"]), number(group["weight_decay"]), group["eps"]
    beta1, beta2 = map(number, group["betas"])
    size, root = float(_quotient(lr, 1 - beta1**t)), float(_square_root(1 - beta2**t))

    def update(p: Any, g: Any, m: Any, v: Any, largest: Any) -> None:
        if group["maximize"]:
            g = -g
        if weight_decay != 0:
            if group["decoupled_weight_decay"]:
                scale(p, 1 - lr * weight_decay)
            else:
                g = axpy_of(g, p, weight_decay)
        lerp(m, g, 1 - beta1)
        scale(v, beta2)
        add_square(v, g, 1 - beta2, fused=small)
        if largest is not None:
            v = np.maximum(largest, v, out=largest)
        denominator = np.sqrt(v)
        denominator /= root
        denominator += constant(eps, p.dtype)
        change = m * -size
        change /= denominator
        p += change

    return each_block(update, param, gradient, exp_avg, exp_avg_sq, max_exp_avg_sq)


# Numbers out of tensors (lr, betas) round as torch's tensors do: a square root is one, not a power, and a Python number
# divided by a tensor is a product with the reciprocal.


def _square_root(x: Any) -> Any:
    return np.sqrt(x) if isinstance(x, np.floating) else x**0.5


def _quotient(x: Any, y: Any) -> Any:
    return (1 / y) * x if isinstance(y, np.floating) and not isinstance(x, np.floating) else x / y


def _check_hyperparameters(lr: Any, betas: tuple, eps: float, weight_decay: float, foreach: bool) -> None:
    if isinstance(lr, Tensor) and foreach:
        raise ValueError("lr as a Tensor is not supported for capturable=False and foreach=True")
    check_one_element(lr)
    check_not_negative(lr=lr, eps=eps)
    check_betas(betas)
    check_not_negative(weight_decay=weight_decay)
    if not any(isinstance(betas[0], kind) and isinstance(betas[1], kind) for kind in (float, Tensor)):
        raise ValueError("betas must be either both floats or both Tensors")
    for i, beta in enumerate(betas[:2]):
        if isinstance(beta, Tensor):
            if foreach:
                raise ValueError(f"betas[{i}] as a Tensor is not supported for capturable=False and foreach=True")
            if beta.numel() != 1:
                raise ValueError(f"Tensor betas[{i}] must be 1-element")


def _check_flags_of_step(group: dict[str, Any]) -> None:
    """Raise for flags that are refused only when a step is taken, before anything is changed."""
    if group["foreach"] and isinstance(group["lr"], Tensor) and not group["capturable"]:
        raise RuntimeError("lr as a Tensor is not supported for capturable=False and foreach=True")
    if not group["fused"]:
        check_capturable(group, xla=not group["foreach"])
        check_differentiable(group)
