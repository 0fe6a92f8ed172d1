"""The scheduler that goes up and down between two learning rates."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

from ..optimizer import Optimizer
from .scheduler import (
    LRScheduler,
    begin_momentums,
    check_momentum,
    check_optimizer,
    for_each_group,
    function_state,
    set_momentums,
    set_value,
)

__all__ = ["CyclicLR"]


class CyclicLR(LRScheduler):
    """Let the learning rates go up and down between `base_lr` and `max_lr`; call it after every batch.

    The momentum goes the other way, from `max_momentum` to `base_momentum`. (Smith, "Cyclical Learning Rates for Training
    Neural Networks", https://arxiv.org/abs/1506.01186)

    Args:
        optimizer, last_epoch: see :class:`LRScheduler`. An epoch here is a batch.
        base_lr, max_lr: the ends, each a number or a list of one for each group.
        step_size_up, step_size_down: the numbers of batches on the way up and down; down is as up, if it is None.
        mode: how the height of a cycle changes: "triangular", not; "triangular2", halved in each cycle; "exp_range",
            multiplied by `gamma` with each batch.
        gamma: as above.
        scale_fn: a function to multiply the height by, in place of `mode`.
        scale_mode: what that is a function of: the number of the "cycle", from 1 on, or of "iterations".
        cycle_momentum: whether the momentum changes too; in an optimizer with betas that is the first of them.
        base_momentum, max_momentum: its ends, each a number or a list of one for each group.

    Raises:
        TypeError: if `optimizer` is no :class:`Optimizer`.
        ValueError: for an unknown mode, for lists of other lengths, and for an optimizer without momentum.

    Example::

        >>> scheduler = CyclicLR(optimizer, base_lr=0.01, max_lr=0.1, step_size_up=10)
        >>> for batch in loader:
        ...     train(...)
        ...     scheduler.step()
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: Literal["cycle", "iterations"] = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float = 0.8,
        max_momentum: float = 0.9,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        base_lrs = for_each_group("base_lr", optimizer, base_lr)
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, base_lrs, strict=True):
                set_value(group, "lr", lr)
        self.max_lrs = for_each_group("max_lr", optimizer, max_lr)
        up = float(step_size_up)
        self.total_size = up + (float(step_size_down) if step_size_down is not None else up)
        self.step_ratio = up / self.total_size
        if mode not in {"triangular", "triangular2", "exp_range"} and scale_fn is None:
            raise ValueError("mode is invalid and scale_fn is None")
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode
        self._init_scale_mode()
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            check_momentum(optimizer)
            self.use_beta1 = "betas" in optimizer.defaults
            self.base_momentums = for_each_group("base_momentum", optimizer, base_momentum)
            self.max_momentums = for_each_group("max_momentum", optimizer, max_momentum)
            if last_epoch == -1:
                begin_momentums(optimizer, self.max_momentums, self.base_momentums)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def _init_scale_mode(self) -> None:
        if self._scale_fn_custom is None:
            self.scale_mode = "iterations" if self.mode == "exp_range" else "cycle"

    def scale_fn(self, x: float) -> float:
        """What the height of a cycle is multiplied by: a function of its number, or of that of iterations."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        if self.mode == "triangular":
            return 1.0
        return 1 / (2.0 ** (x - 1)) if self.mode == "triangular2" else self.gamma**x

    def get_lr(self) -> list[Any]:
        """The learning rate of each group for the batch `last_epoch`. It sets the momentum too."""
        self._warn_outside_of_step()
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        height = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        at = cycle if self.scale_mode == "cycle" else self.last_epoch
        ends = zip(self.base_lrs, self.max_lrs, strict=True)
        lrs = [low + (high - low) * height * self.scale_fn(at) for low, high in ends]
        if self.cycle_momentum:
            ends = zip(self.base_momentums, self.max_momentums, strict=True)
            set_momentums(self.optimizer, [high - (high - low) * height * self.scale_fn(at) for low, high in ends])
        return lrs

    def state_dict(self) -> dict[str, Any]:
        """All attributes but the optimizer, as a dict; of a `scale_fn` only the attributes of an object."""
        function = self._scale_fn_custom
        return {
            **super().state_dict(),
            "_scale_fn_custom": None if function is None else function_state(function),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what :meth:`state_dict` returned."""
        super().load_state_dict({key: value for key, value in state_dict.items() if key != "_scale_fn_custom"})
        if state_dict["_scale_fn_custom"] is not None:
            self._scale_fn_custom.__dict__.update(state_dict["_scale_fn_custom"])
        self._init_scale_mode()
