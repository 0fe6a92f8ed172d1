"""Schedulers that ask functions of the user."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..optimizer import Optimizer
from .scheduler import LRScheduler, function_state, values

__all__ = ["LambdaLR", "MultiplicativeLR"]

Function = Callable[[int], float]


class FunctionLR(LRScheduler):
    """Base of the schedulers with a function for each group. Of functions that are objects, the attributes are saved."""

    def __init__(self, optimizer: Optimizer, lr_lambda: Function | Sequence[Function], last_epoch: int = -1) -> None:
        self.optimizer = optimizer
        count = len(optimizer.param_groups)
        if not isinstance(lr_lambda, (list, tuple)):
            lr_lambda = [lr_lambda] * count  # type: ignore[list-item]
        elif len(lr_lambda) != count:
            raise ValueError(f"Expected {count} lr_lambdas, but got {len(lr_lambda)}")
        self.lr_lambdas = list(lr_lambda)
        self._check()
        super().__init__(optimizer, last_epoch)

    def _check(self) -> None:
        pass

    def state_dict(self) -> dict[str, Any]:
        """All attributes but the optimizer, as a dict; of the functions only the attributes of objects."""
        return {**super().state_dict(), "lr_lambdas": [function_state(function) for function in self.lr_lambdas]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what :meth:`state_dict` returned."""
        super().load_state_dict({key: value for key, value in state_dict.items() if key != "lr_lambdas"})
        for function, state in zip(self.lr_lambdas, state_dict["lr_lambdas"], strict=False):
            if state is not None:
                function.__dict__.update(state)


class LambdaLR(FunctionLR):
    """Multiply the first learning rates by a function of the epoch: ``lr = base_lr * lr_lambda(epoch)``.

    Args:
        optimizer, last_epoch: see :class:`LRScheduler`.
        lr_lambda: the function, or a list of one for each group.

    Raises:
        ValueError: if there are more or fewer functions than groups.

    Example::

        >>> scheduler = LambdaLR(optimizer, lr_lambda=lambda epoch: 0.95**epoch)
    """

    def get_lr(self) -> list[Any]:
        """The learning rate of each group for the epoch `last_epoch`."""
        self._warn_outside_of_step()
        pairs = zip(self.lr_lambdas, self.base_lrs, strict=True)
        return [base_lr * function(self.last_epoch) for function, base_lr in pairs]


class MultiplicativeLR(FunctionLR):
    """Multiply the present learning rates by a function of the epoch: ``lr *= lr_lambda(epoch)``.

    Args:
        optimizer, last_epoch: see :class:`LRScheduler`.
        lr_lambda: the function, or a list of one for each group.

    Raises:
        ValueError: if there are more or fewer functions than groups.
        TypeError: if one cannot be called.

    Example::

        >>> scheduler = MultiplicativeLR(optimizer, lr_lambda=lambda epoch: 0.95)
    """

    def _check(self) -> None:
        for function in self.lr_lambdas:
            if not callable(function):
                raise TypeError(f"lr_lambda should be a function, but got {type(function).__name__}")

    def get_lr(self) -> list[Any]:
        """The learning rate of each group for the epoch `last_epoch`."""
        self._warn_outside_of_step()
        if self._is_initial:
            return values(self.optimizer, "lr")
        pairs = zip(self.lr_lambdas, self.optimizer.param_groups, strict=True)
        return [group["lr"] * function(self.last_epoch) for function, group in pairs]
