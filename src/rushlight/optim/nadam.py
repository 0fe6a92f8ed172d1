"""NAdam."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import ops
from ..core import Tensor
from ._arguments import check_betas, check_not_negative, check_one_element, scalar_state, to_scalar
from ._tensors import State, TensorOptimizer

__all__ = ["NAdam"]


class NAdam(TensorOptimizer):
    """NAdam: :class:`Adam` with Nesterov's momentum, which looks one step ahead.

    With gradient g (negated if `maximize`), step t does::

        g += weight_decay * p                   with decoupled_weight_decay instead: p -= lr * weight_decay * p
        mu(t) = beta1 * (1 - 0.96**(t * momentum_decay) / 2)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        ahead = mu(t+1) * m / (1 - mu(1) * ... * mu(t+1)) + (1 - mu(t)) * g / (1 - mu(1) * ... * mu(t))
        p -= lr * ahead / (sqrt(v / (1 - beta2**t)) + eps)

    (Dozat, "Incorporating Nesterov Momentum into Adam", https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ)

    Args:
        params: tensors, pairs (name, tensor), or parameter groups; see :class:`Optimizer`.
        lr: the learning rate, a number or a tensor of one element.
        betas: (beta1, beta2).
        eps, weight_decay, momentum_decay, decoupled_weight_decay: as above.
        foreach: accepted as a hint at how to compute: there is one implementation.
        maximize: go up instead of down.
        capturable: is for graph capture on accelerators; a step on the CPU raises AssertionError.
        differentiable: record the steps themselves, so that one can differentiate through the training; also by a
            learning rate that is a tensor.

    The state of a parameter is its "step" and "mu_product" (0-d tensors), "exp_avg" (m) and "exp_avg_sq" (v).

    Raises:
        ValueError: for hyperparameters out of range.

    Example::

        >>> optimizer = torch.optim.NAdam(model.parameters(), lr=2e-3)
        >>> optimizer.zero_grad()
        >>> loss_fn(model(input), target).backward()
        >>> optimizer.step()
    """

    _if_absent = {**TensorOptimizer._if_absent, "decoupled_weight_decay": False}
    _scalars = ("step", "mu_product")
    _captured = ("params, mu_products and state_steps", "params, mu_products, and state_steps")

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
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
        check_not_negative(weight_decay=weight_decay, momentum_decay=momentum_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _first_state(self, group: State, p: Tensor) -> State:
        return {
            "step": scalar_state(0),
            "mu_product": scalar_state(1),
            "exp_avg": ops.zeros_like(p),
            "exp_avg_sq": ops.zeros_like(p),
        }

    def _rule(self, group: State, p: Tensor, gradient: Tensor, state: State) -> None:
        (beta1, beta2), lr, t = group["betas"], to_scalar(group["lr"]), state["step"].item()
        mu, mu_next = (beta1 * (1 - 0.5 * 0.96 ** (s * group["momentum_decay"])) for s in (t, t + 1))
        exp_avg, exp_avg_sq = state["exp_avg"], state["exp_avg_sq"]
        exp_avg.lerp_(gradient, 1 - beta1)
        exp_avg_sq.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        state["mu_product"].mul_(mu)
        # Recorded steps reckon with a tensor, in its precision; and so they do in PyTorch.
        mu_product = state["mu_product"] if group["differentiable"] else state["mu_product"].item()
        denominator = (exp_avg_sq / (1 - beta2**t)).sqrt() + group["eps"]
        p.addcdiv_(gradient * (-lr * (1 - mu) / (1 - mu_product)), denominator)
        p.addcdiv_(exp_avg * (-lr * mu_next / (1 - mu_product * mu_next)), denominator)
