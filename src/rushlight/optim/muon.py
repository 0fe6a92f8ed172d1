"""Muon."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from .. import ops
from ..core import Tensor
from ._arguments import check_one_element, to_scalar
from ._rows import number
from ._tensors import State, TensorOptimizer

__all__ = ["Muon"]


class Muon(TensorOptimizer):
    """Muon: momentum made orthogonal, for the matrices of hidden layers. Other parameters want another optimizer.

    With gradient g, each step does::

        b = momentum * b + (1 - momentum) * g
        u = momentum * b + (1 - momentum) * g                   without nesterov: u = b
        p -= lr * weight_decay * p
        p -= lr * ratio * orthogonal(u)

    where orthogonal(u) approximates U V' of the singular value decomposition u = U S V', by Newton-Schulz iteration in
    bfloat16. (Jordan et al., "Muon: An optimizer for hidden layers in neural networks",
    https://kellerjordan.github.io/posts/muon/; Liu et al., "Muon is Scalable for LLM Training",
    https://arxiv.org/abs/2502.16982)

    Args:
        params: matrices, pairs (name, matrix), or parameter groups; see :class:`Optimizer`.
        lr: the learning rate, a number or a tensor of one element.
        weight_decay, momentum, nesterov: as above.
        ns_coefficients: (a, b, c) of the iteration ``x = a x + b (x x') x + c (x x')**2 x``.
        eps: the smallest norm that u is divided by before the iteration.
        ns_steps: the number of iterations, less than 100.
        adjust_lr_fn: the ratio for a matrix of A rows and B columns: "original", ``sqrt(max(1, A / B))``, also if None;
            or "match_rms_adamw", ``0.2 * sqrt(max(A, B))``, for learning rates that were found with AdamW.

    The state of a parameter is its "momentum_buffer" (b).

    Raises:
        ValueError: for hyperparameters out of range, and for parameters that are no matrices.
        RuntimeError: for complex parameters, when a step is taken.

    Example::

        >>> hidden = [p for p in model.parameters() if p.ndim == 2]
        >>> optimizer = torch.optim.Muon(hidden, lr=0.02)
        >>> optimizer.zero_grad()
        >>> loss_fn(model(input), target).backward()
        >>> optimizer.step()
    """

    _if_absent: dict[str, Any] = {}
    _scalars: tuple[str, ...] = ()

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        check_one_element(lr)
        if not lr >= 0.0:
            raise ValueError(f"Learning rate should be >= 0 but is: {lr}")
        if not momentum >= 0.0:
            raise ValueError(f"momentum should be >= 0 but is: {momentum}")
        if not weight_decay >= 0.0:
            raise ValueError(f"weight decay should be >= 0 but is: {weight_decay}")
        if adjust_lr_fn not in {None, "original", "match_rms_adamw"}:
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        defaults = {
            "lr": lr,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_coefficients": ns_coefficients,
            "eps": eps,
            "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for p in group["params"]:
                if p.ndim != 2:
                    raise ValueError(
                        f"Muon only supports 2D parameters whereas we found a parameter with size: {p.size()}"
                    )

    def _check(self, group: State, params: list[Tensor]) -> None:
        if any(p.is_complex() for p in params):
            raise RuntimeError("Muon does not support complex parameters")
        if any(p.ndim != 2 for p in params):
            raise ValueError("Param gradient must be a 2D matrix")
        if group["ns_steps"] >= 100:
            raise ValueError("Number of steps must be less than 100 for computational efficiency")
        if len(group["ns_coefficients"]) != 3:
            raise ValueError("Coefficients must be a tuple of exactly 3 values")

    def _first_state(self, group: State, p: Tensor) -> State:
        gradient: Any = p.grad
        return {"momentum_buffer": ops.zeros_like(gradient)}

    def _move(self, group: State, p: Tensor) -> None:
        lr, momentum = to_scalar(group["lr"]), group["momentum"]
        gradient: Any = p.grad
        update = buffer = self.state[p]["momentum_buffer"].lerp_(gradient, 1 - momentum)
        if group["nesterov"]:
            update = gradient.lerp(buffer, momentum)
        update = _orthogonal(update, group["ns_coefficients"], group["ns_steps"], group["eps"])
        p.mul_(1 - lr * group["weight_decay"])
        p.add_(update, alpha=-number(lr * _ratio(group["adjust_lr_fn"], *p.shape)))


def _orthogonal(x: Tensor, coefficients: tuple[float, float, float], steps: int, eps: float) -> Tensor:
    """The nearest semi-orthogonal matrix, roughly: the iteration drives all singular values towards 1."""
    a, b, c = coefficients
    tall = x.size(0) > x.size(1)
    y = x.bfloat16()
    if tall:
        y = y.T
    y = y / y.norm().clamp(min=eps)
    for _ in range(steps):
        gram = y @ y.T
        y = ops.addmm(y, ops.addmm(gram, gram, gram, beta=b, alpha=c), y, beta=a)
    return y.T if tall else y


def _ratio(name: str | None, rows: int, columns: int) -> float:
    """What the learning rate of a matrix is multiplied with, so that updates of all shapes are about equally large."""
    if name == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1, rows / columns))
