"""Adafactor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import ops
from ..arrays.types import finfo
from ..core import Tensor
from ._arguments import check_one_element, scalar_state, to_scalar
from ._rows import number
from ._tensors import State, TensorOptimizer

__all__ = ["Adafactor"]


class Adafactor(TensorOptimizer):
    """Adafactor: of the average square of a matrix's gradient, only those of its rows and of its columns are kept.

    With gradient g (negated if `maximize`), step t does::

        alpha = max(eps2, RMS(p)) * min(lr, 1 / sqrt(t))
        p -= lr * weight_decay * p
        w = t**beta2_decay
        r = (1 - w) * r + w * mean of g**2 over each row
        c = (1 - w) * c + w * mean of g**2 over each column
        v = r @ c / max(mean of r, eps1)                        g with one dimension: v = (1 - w) * v + w * g**2
        u = g / max(sqrt(v), eps1)
        p -= alpha * u / max(1, RMS(u) / d)

    RMS is the root of the mean square. (Shazeer and Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory
    Cost", https://arxiv.org/abs/1804.04235. As PyTorch does, and other than there, `lr` bounds the relative step size and
    scales the weight decay, and eps1 comes in only in the last lines.)

    Args:
        params: tensors, pairs (name, tensor), or parameter groups; see :class:`Optimizer`.
        lr: the largest relative step size, a number or a tensor of one element.
        beta2_decay, weight_decay: as above.
        eps: (eps1, eps2). None for eps1 stands for the machine epsilon of the parameter's dtype.
        d: how much larger than 1 the root mean square of an update may be.
        foreach: accepted as a hint at how to compute: there is one implementation.
        maximize: go up instead of down.

    The state of a parameter is its "step" (a 0-d tensor), and "row_var" (r) and "col_var" (c), or "variance" (v).

    Raises:
        ValueError: for hyperparameters out of range.
        RuntimeError: for complex parameters, when a step is taken.

    Example::

        >>> optimizer = torch.optim.Adafactor(model.parameters(), lr=0.01)
        >>> optimizer.zero_grad()
        >>> loss_fn(model(input), target).backward()
        >>> optimizer.step()
    """

    _if_absent = {"foreach": None}

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        check_one_element(lr)
        if not lr >= 0.0:
            raise ValueError(f"Learning rate should be >= 0 but is: {lr}")
        if not beta2_decay <= 0.0:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        if eps[0] is not None and not eps[0] >= 0.0:
            raise ValueError(f"epsilon1 should be >= 0 but is: {eps[0]}")
        if not eps[1] >= 0.0:
            raise ValueError(f"epsilon2 should be >= 0 but is: {eps[1]}")
        if not d >= 1.0:
            raise ValueError(f"Clipping threshold d should be >= 1 but is: {d}")
        if not weight_decay >= 0.0:
            raise ValueError(f"weight_decay should be >= 0 but is: {weight_decay}")
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _check(self, group: State, params: list[Tensor]) -> None:
        if any(p.is_complex() for p in params):
            raise RuntimeError("Adafactor does not support complex parameters")

    def _first_state(self, group: State, p: Tensor) -> State:
        gradient: Any = p.grad
        state: State = {"step": scalar_state(0)}
        if gradient.dim() > 1:
            *rest, rows, columns = gradient.shape
            state["row_var"] = gradient.new_zeros([*rest, rows, 1])
            state["col_var"] = gradient.new_zeros([*rest, 1, columns])
        else:
            state["variance"] = ops.zeros_like(gradient)
        return state

    def _move(self, group: State, p: Tensor) -> None:
        gradient: Any = -p.grad if group["maximize"] else p.grad  # type: ignore[operator]
        state = self.state[p]
        state["step"] += 1
        t, lr = state["step"].item(), to_scalar(group["lr"])
        eps1, eps2 = group["eps"]
        if eps1 is None:
            eps1 = finfo(p.dtype).eps
        size = max(eps2, _root_mean_square(p)) * min(lr, 1 / t**0.5)
        if group["weight_decay"] != 0:
            p.mul_(1 - lr * group["weight_decay"])
        update = _variance(gradient, state, t ** group["beta2_decay"], eps1).clamp_(min=eps1 * eps1).rsqrt_()
        update.mul_(gradient)
        p.add_(update, alpha=-number(size / max(1.0, _root_mean_square(update) / group["d"])))


def _variance(gradient: Tensor, state: State, weight: float, eps: float) -> Tensor:
    """The running average of the squared gradient, as a new tensor; `weight` is that of the newest."""
    if gradient.dim() <= 1:
        return state["variance"].lerp_(gradient * gradient, weight).clone()
    rows, columns = state["row_var"], state["col_var"]
    for average, dim in ((rows, -1), (columns, -2)):
        average.lerp_(ops.norm(gradient, dim=dim, keepdim=True).square_().div_(gradient.size(dim)), weight)
    return (rows @ columns).div_(rows.mean(dim=-2, keepdim=True).clamp_(min=eps))


def _root_mean_square(x: Tensor) -> float:
    return x.norm(2).item() / x.numel() ** 0.5
