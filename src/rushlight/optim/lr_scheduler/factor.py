"""Schedulers that multiply all learning rates by one factor, epoch after epoch."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..optimizer import Optimizer
from .scheduler import LRScheduler, values

__all__ = ["ConstantLR", "ExponentialLR", "LinearLR", "MultiStepLR", "PolynomialLR", "StepLR"]


class FactorLR(LRScheduler):
    """Base of the schedulers whose learning rates all change by the same factor.

    They are *chainable*: what they change is the present learning rate, so that others may change it too.
    """

    def _factor(self) -> float | None:
        """What the learning rates of the last epoch are multiplied by; None where they stay."""
        raise NotImplementedError

    def _whole_factor(self) -> float:
        """What the learning rates have been multiplied by since epoch 0, in closed form."""
        raise NotImplementedError

    def get_lr(self) -> list[Any]:
        """The learning rate of each group for the epoch `last_epoch`."""
        self._warn_outside_of_step()
        factor = self._factor()
        if factor is None:
            return values(self.optimizer, "lr")
        return [group["lr"] * factor for group in self.optimizer.param_groups]

    def _get_closed_form_lr(self) -> list[Any]:
        factor = self._whole_factor()
        return [base_lr * factor for base_lr in self.base_lrs]


class StepLR(FactorLR):
    """Multiply the learning rates by `gamma` every `step_size` epochs.

    Args:
        optimizer, last_epoch: see :class:`LRScheduler`.
        step_size: the number of epochs between the changes.
        gamma: the factor.

    Example::

        >>> scheduler = StepLR(optimizer, step_size=30)         # 0.05 for epochs below 30, 0.005 below 60, ...
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float | None:
        return None if self.last_epoch == 0 or self.last_epoch % self.step_size != 0 else self.gamma

    def _whole_factor(self) -> float:
        return self.gamma ** (self.last_epoch // self.step_size)


class MultiStepLR(FactorLR):
    """Multiply the learning rates by `gamma` at each of the `milestones`.

    Args:
        optimizer, last_epoch: see :class:`LRScheduler`.
        milestones: numbers of epochs. One that is there twice counts twice.
        gamma: the factor.

    Example::

        >>> scheduler = MultiStepLR(optimizer, milestones=[30, 80])
    """

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float | None:
        return self.gamma ** self.milestones[self.last_epoch] if self.last_epoch in self.milestones else None

    def _whole_factor(self) -> float:
        return self.gamma ** bisect_right(sorted(self.milestones.elements()), self.last_epoch)


class ConstantLR(FactorLR):
    """Multiply the learning rates by `factor` until epoch `total_iters`.

    Args:
        optimizer, last_epoch: see :class:`LRScheduler`.
        factor: between 0 and 1.
        total_iters: the epoch from which on they are as they were.

    Raises:
        ValueError: for a factor out of range.

    Example::

        >>> scheduler = ConstantLR(optimizer, factor=0.5, total_iters=4)
    """

    def __init__(
        self, optimizer: Optimizer, factor: float = 1.0 / 3, total_iters: int = 5, last_epoch: int = -1
    ) -> None:
        if factor > 1.0 or factor < 0:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float | None:
        if self.last_epoch == 0:
            return self.factor
        return 1.0 / self.factor if self.last_epoch == self.total_iters else None

    def _whole_factor(self) -> float:
        return self.factor + (self.last_epoch >= self.total_iters) * (1 - self.factor)


class LinearLR(FactorLR):
    """Multiply the learning rates by a factor that goes from `start_factor` to `end_factor` in `total_iters` epochs.

    Args:
        optimizer, last_epoch: see :class:`LRScheduler`.
        start_factor: above 0, at most 1.
        end_factor: between 0 and 1.
        total_iters: the epoch that has the `end_factor`.

    Raises:
        ValueError: for factors out of range.

    Example::

        >>> warm_up = LinearLR(optimizer, start_factor=0.1, total_iters=5)
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if start_factor > 1.0 or start_factor <= 0:
            raise ValueError("Starting multiplicative factor expected to be greater than 0 and less or equal to 1.")
        if end_factor > 1.0 or end_factor < 0:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float | None:
        if self.last_epoch == 0:
            return self.start_factor
        if self._is_initial or self.last_epoch > self.total_iters:
            return None
        rise = self.end_factor - self.start_factor
        return 1.0 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise)

    def _whole_factor(self) -> float:
        rise = self.end_factor - self.start_factor
        return self.start_factor + rise * min(self.total_iters, self.last_epoch) / self.total_iters


class ExponentialLR(FactorLR):
    """Multiply the learning rates by `gamma` every epoch.

    Args:
        optimizer, last_epoch: see :class:`LRScheduler`.
        gamma: the factor.

    Example::

        >>> scheduler = ExponentialLR(optimizer, gamma=0.95)
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float | None:
        return None if self._is_initial else self.gamma

    def _whole_factor(self) -> float:
        return self.gamma**self.last_epoch


class PolynomialLR(FactorLR):
    """Let the learning rates fall to zero: ``lr = base_lr * (1 - epoch / total_iters)**power``.

    Args:
        optimizer, last_epoch: see :class:`LRScheduler`.
        total_iters: the epoch from which on they are zero.
        power: as above.

    Example::

        >>> scheduler = PolynomialLR(optimizer, total_iters=4, power=1.0)
    """

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float | None:
        if self._is_initial or self.last_epoch > self.total_iters:
            return None
        left, left_before = (1.0 - epoch / self.total_iters for epoch in (self.last_epoch, self.last_epoch - 1))
        return (left / left_before) ** self.power

    def _whole_factor(self) -> float:
        return (1.0 - min(self.total_iters, self.last_epoch) / self.total_iters) ** self.power
