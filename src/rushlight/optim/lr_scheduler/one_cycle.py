"""The scheduler that goes up and down once."""

from __future__ import annotations

import math
from typing import Any, Literal

from ..optimizer import Optimizer
from .scheduler import LRScheduler, begin_momentums, check_momentum, check_optimizer, for_each_group, set_momentums

__all__ = ["OneCycleLR"]


class OneCycleLR(LRScheduler):
    """Let the learning rates go up to `max_lr` and then down to almost nothing, once; call it after every batch.

    They begin with ``max_lr / div_factor`` and end with ``max_lr / div_factor / final_div_factor``. The momentum goes the
    other way, from `max_momentum` to `base_momentum` and back. (Smith and Topin, "Super-Convergence: Very Fast Training of
    Neural Networks Using Large Learning Rates", https://arxiv.org/abs/1708.07120)

    Args:
        optimizer, last_epoch: see :class:`LRScheduler`. An epoch here is a batch.
        max_lr: a number or a list of one for each group.
        total_steps: the number of batches; or give `epochs` and `steps_per_epoch`.
        pct_start: the part of them on the way up, a float between 0 and 1.
        anneal_strategy: "cos" or "linear".
        cycle_momentum: whether the momentum changes too; in an optimizer with betas that is the first of them.
        base_momentum, max_momentum: its ends, each a number or a list of one for each group.
        div_factor, final_div_factor: as above.
        three_phase: go down to the first learning rate in as many batches as up, and on to the last one after that.

    Raises:
        TypeError: if `optimizer` is no :class:`Optimizer`.
        ValueError: for settings out of range, lists of other lengths, an optimizer without momentum; and when a step is
            taken after the last one.

    Example::

        >>> scheduler = OneCycleLR(optimizer, max_lr=0.01, steps_per_epoch=len(loader), epochs=10)
        >>> for batch in loader:
        ...     train(...)
        ...     scheduler.step()
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        self.total_steps = _total_steps(total_steps, epochs, steps_per_epoch)
        self._schedule_phases = _phases(self.total_steps, pct_start, three_phase)
        if pct_start < 0 or pct_start > 1 or not isinstance(pct_start, float):
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in {"cos", "linear"}:
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._anneal_func_type = anneal_strategy
        max_lrs = for_each_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, largest in zip(optimizer.param_groups, max_lrs, strict=True):
                group["initial_lr"] = largest / div_factor
                group["max_lr"] = largest
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            check_momentum(optimizer)
            self.use_beta1 = "betas" in optimizer.defaults
            max_momentums = for_each_group("max_momentum", optimizer, max_momentum)
            base_momentums = for_each_group("base_momentum", optimizer, base_momentum)
            if last_epoch == -1:
                begin_momentums(optimizer, max_momentums, base_momentums)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rate of each group for the batch `last_epoch`. It sets the momentum too."""
        self._warn_outside_of_step()
        step, phases, groups = self.last_epoch, self._schedule_phases, self.optimizer.param_groups
        if step > self.total_steps:
            raise ValueError(f"Tried to step {step} times. The specified number of total steps is {self.total_steps}")
        i = next((i for i, phase in enumerate(phases[:-1]) if step <= phase["end_step"]), len(phases) - 1)
        phase, start = phases[i], phases[i - 1]["end_step"] if i else 0.0
        part = (step - start) / (phase["end_step"] - start)
        lrs = [self._between(group, phase["start_lr"], phase["end_lr"], part) for group in groups]
        if self.cycle_momentum:
            ends = phase["start_momentum"], phase["end_momentum"]
            set_momentums(self.optimizer, [self._between(group, *ends, part) for group in groups])
        return lrs

    def _between(self, group: dict[str, Any], start_name: str, end_name: str, part: float) -> Any:
        start, end = group[start_name], group[end_name]
        if self._anneal_func_type == "linear":
            return (end - start) * part + start
        return end + (start - end) / 2.0 * (math.cos(math.pi * part) + 1)


def _total_steps(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    if total_steps is not None:
        if total_steps <= 0 or not isinstance(total_steps, int):
            raise ValueError(f"Expected positive integer total_steps, but got {total_steps}")
        return total_steps
    if epochs is None or steps_per_epoch is None:
        raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
    for name, value in (("epochs", epochs), ("steps_per_epoch", steps_per_epoch)):
        if not isinstance(value, int) or value <= 0:
            raise ValueError(f"Expected positive integer {name}, but got {value}")
    return epochs * steps_per_epoch


def _phases(total_steps: int, pct_start: float, three_phase: bool) -> list[dict[str, Any]]:
    """The parts of the cycle: where each ends, and the hyperparameters of a group that it begins and ends with."""

    def phase(end_step: float, start_lr: str, end_lr: str, start_momentum: str, end_momentum: str) -> dict[str, Any]:
        return {
            "end_step": end_step,
            "start_lr": start_lr,
            "end_lr": end_lr,
            "start_momentum": start_momentum,
            "end_momentum": end_momentum,
        }

    low, high = "base_momentum", "max_momentum"
    up = phase(float(pct_start * total_steps) - 1, "initial_lr", "max_lr", high, low)
    if not three_phase:
        return [up, phase(total_steps - 1, "max_lr", "min_lr", low, high)]
    return [
        up,
        phase(float(2 * pct_start * total_steps) - 2, "max_lr", "initial_lr", low, high),
        phase(total_steps - 1, "initial_lr", "min_lr", high, high),
    ]
