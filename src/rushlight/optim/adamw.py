"""AdamW."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..core import Tensor
from .adam import Adam

__all__ = ["AdamW"]


class AdamW(Adam):
    """Adam with decoupled weight decay: the decay shrinks the parameters and leaves the running averages alone.

    The step is that of :class:`Adam` with ``p -= lr * weight_decay * p`` before it (Loshchilov and Hutter, "Decoupled
    Weight Decay Regularization", https://arxiv.org/abs/1711.05101). Arguments, state and errors are those of
    :class:`Adam`; the default of `weight_decay` is 0.01.

    Example::

        >>> optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.1)
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:  # also where an Adam's state is loaded
            group["decoupled_weight_decay"] = True
