"""Schedulers along a cosine."""

from __future__ import annotations

import math
from typing import Any

from ..optimizer import Optimizer
from .scheduler import LRScheduler, values

__all__ = ["CosineAnnealingLR", "CosineAnnealingWarmRestarts"]


class CosineAnnealingLR(LRScheduler):
    """Let the learning rates go down to `eta_min` along half a wave of the cosine, and up again after that.

    ::

        lr = eta_min + (base_lr - eta_min) * (1 + cos(pi * epoch / T_max)) / 2

    computed from the present learning rate, which other schedulers may have changed. (Loshchilov and Hutter, "SGDR:
    Stochastic Gradient Descent with Warm Restarts", https://arxiv.org/abs/1608.03983, without the restarts)

    Args:
        optimizer, last_epoch: see :class:`LRScheduler`.
        T_max: the number of epochs in half a wave.
        eta_min: the smallest learning rate.

    Example::

        >>> scheduler = CosineAnnealingLR(optimizer, T_max=100)
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rate of each group for the epoch `last_epoch`."""
        self._warn_outside_of_step()
        if self._is_initial:
            return values(self.optimizer, "lr")
        if self._step_count == 1 and self.last_epoch > 0:
            return self._along_cosine(math.cos(self.last_epoch * math.pi / self.T_max))
        groups, eta_min = self.optimizer.param_groups, self.eta_min
        if (self.last_epoch - 1 - self.T_max) % (2 * self.T_max) == 0:  # up from the lowest point, where a ratio fails
            rise = 1 - math.cos(math.pi / self.T_max)
            return [
                group["lr"] + (base_lr - eta_min) * rise / 2
                for base_lr, group in zip(self.base_lrs, groups, strict=True)
            ]
        now, before = (1 + math.cos(math.pi * epoch / self.T_max) for epoch in (self.last_epoch, self.last_epoch - 1))
        return [now / before * (group["lr"] - eta_min) + eta_min for group in groups]

    def _get_closed_form_lr(self) -> list[Any]:
        return self._along_cosine(math.cos(math.pi * self.last_epoch / self.T_max))

    def _along_cosine(self, cosine: float) -> list[Any]:
        return [self.eta_min + (base_lr - self.eta_min) * (1 + cosine) / 2 for base_lr in self.base_lrs]


class CosineAnnealingWarmRestarts(LRScheduler):
    """Let the learning rates go down to `eta_min` along half a wave of the cosine, and begin anew, again and again.

    ::

        lr = eta_min + (base_lr - eta_min) * (1 + cos(pi * T_cur / T_i)) / 2

    T_cur is the number of epochs since the last restart, T_i that between two restarts. (Loshchilov and Hutter, "SGDR:
    Stochastic Gradient Descent with Warm Restarts", https://arxiv.org/abs/1608.03983)

    Args:
        optimizer, last_epoch: see :class:`LRScheduler`.
        T_0: T_i at first.
        T_mult: what T_i is multiplied by at a restart.
        eta_min: the smallest learning rate.

    Raises:
        ValueError: for settings out of range.

    Example::

        >>> scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=10)
        >>> for epoch in range(20):
        ...     for i, sample in enumerate(loader):
        ...         train(sample)
        ...         scheduler.step(epoch + i / len(loader))
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        if T_0 <= 0 or not isinstance(T_0, int):
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if T_mult < 1 or not isinstance(T_mult, int):
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        if not isinstance(eta_min, (float, int)):
            raise ValueError(f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min)}")
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rate of each group for the epoch `last_epoch`."""
        self._warn_outside_of_step()
        cosine = math.cos(math.pi * self.T_cur / self.T_i)
        return [self.eta_min + (base_lr - self.eta_min) * (1 + cosine) / 2 for base_lr in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Set the learning rates of the next epoch.

        Args:
            epoch: the epoch to go to instead, which may be a fraction.

        Raises:
            ValueError: for an epoch below zero.
        """
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur = self.T_cur + 1
            if self.T_cur >= self.T_i:
                self.T_cur = self.T_cur % self.T_i
                self.T_i = self.T_i * self.T_mult
        else:
            self._go_to(epoch)
        self.last_epoch = math.floor(epoch)
        self._get_lr_called_within_step = True
        try:
            lrs = self.get_lr()
        finally:
            self._get_lr_called_within_step = False
        self._set(lrs)

    def _go_to(self, epoch: float) -> None:
        if epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        if epoch < self.T_0:
            self.T_cur, self.T_i = epoch, self.T_0
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:  # the restarts are at T_0 * (1 + T_mult + ... + T_mult**(n-1))
            n = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
            self.T_cur = epoch - self.T_0 * (self.T_mult**n - 1) / (self.T_mult - 1)
            self.T_i = self.T_0 * self.T_mult**n
