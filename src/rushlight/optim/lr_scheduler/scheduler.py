"""The base class of learning rate schedulers, and what several of them need."""

from __future__ import annotations

import types
import warnings
from typing import Any

from ...core import Tensor
from .._arguments import to_scalar
from ..optimizer import Optimizer

__all__ = ["LRScheduler"]

_SEE = "See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"
_OVERRIDDEN = (
    "Seems like `optimizer.step()` has been overridden after learning rate scheduler initialization. Please, make sure "
    f"to call `optimizer.step()` before `lr_scheduler.step()`. {_SEE}"
)
_WRONG_ORDER = (
    "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should call them "
    "in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure to do this will result in PyTorch "
    f"skipping the first value of the learning rate schedule. {_SEE}"
)
_EPOCH_DEPRECATED = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please use "
    "`scheduler.step()` to step the scheduler. During the deprecation, if epoch is different from None, the closed form "
    "is used instead of the new chainable form, where available. Please open an issue if you are unable to replicate "
    "your use case: https://github.com/pytorch/pytorch/issues/new/choose."
)
_NO_INITIAL_LR = """\
param 'initial_lr' is not specified in param_groups[{}] when resuming scheduler with last_epoch >= 0.
This typically happens when:
1. You're trying to resume training from a checkpoint but haven't properly loaded the optimizer state
2. You're using last_epoch >= 0 for a fresh training run (not recommended)"""


class LRScheduler:
    """Base class of learning rate schedulers: a subclass gives ``get_lr()``.

    Constructing a scheduler sets the learning rates of epoch 0, and each :meth:`step` those of the next epoch. A
    learning rate that is a tensor is changed in place.

    Args:
        optimizer: the optimizer whose parameter groups have the learning rates.
        last_epoch: the epoch to go on from; -1 to begin. To go on, the groups must have their "initial_lr".

    Attributes:
        last_epoch: the number of the epoch that the learning rates now are for.
        base_lrs: the learning rate that each group began with.

    Raises:
        TypeError: if `optimizer` is no :class:`Optimizer`.
        KeyError: if a group has no "initial_lr" to go on from.

    Example::

        >>> class InverseRootLR(torch.optim.lr_scheduler.LRScheduler):
        ...     def get_lr(self):
        ...         return [base_lr / (self.last_epoch + 1) ** 0.5 for base_lr in self.base_lrs]
    """

    _get_lr_called_within_step: bool = False
    #: Whether the learning rates of epoch 0 are being set, or those of the epoch to go on from.
    _is_initial: bool = False
    _step_count: int
    _last_lr: list[Any]

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(_NO_INITIAL_LR.format(i))
        self.base_lrs = values(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        optimizer.__dict__.setdefault("_opt_called", False)
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def state_dict(self) -> dict[str, Any]:
        """All attributes but the optimizer, as a dict."""
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what :meth:`state_dict` returned. The learning rates are saved with the optimizer."""
        self.__dict__.update(state_dict)

    def get_last_lr(self) -> list[Any]:
        """The learning rate of each group, as the last step set it."""
        return self._last_lr

    def get_lr(self) -> list[Any]:
        """The learning rate of each group for the epoch `last_epoch`. For subclasses to write, not for users to call."""
        raise NotImplementedError

    def step(self, epoch: int | None = None) -> None:
        """Set the learning rates of the next epoch. Call it after the step of the optimizer.

        Args:
            epoch: deprecated: the epoch to go to instead.
        """
        if self._step_count == 1:
            if not getattr(self.optimizer.step, "hooked", False):
                warnings.warn(_OVERRIDDEN, UserWarning, stacklevel=2)
            elif not getattr(self.optimizer, "_opt_called", True):
                warnings.warn(_WRONG_ORDER, UserWarning, stacklevel=2)
        self._step_count += 1
        if epoch is not None:
            warn_of_epoch()
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        get_lr: Any = self.get_lr
        if epoch is None:
            self.last_epoch += 1
        else:
            self.last_epoch = epoch
            get_lr = getattr(self, "_get_closed_form_lr", get_lr)
        self._get_lr_called_within_step = True
        try:
            lrs = get_lr()
        finally:
            self._get_lr_called_within_step = False
        self._set(lrs)

    def _set(self, lrs: list[Any]) -> None:
        for group, lr in zip(self.optimizer.param_groups, lrs, strict=True):
            set_value(group, "lr", lr)
        self._last_lr = values(self.optimizer, "lr")

    def _warn_outside_of_step(self) -> None:
        if not self._get_lr_called_within_step:
            warnings.warn(
                "To get the last learning rate computed by the scheduler, please use `get_last_lr()`.",
                UserWarning,
                stacklevel=3,
            )


class _LRScheduler(LRScheduler):
    """The former name of :class:`LRScheduler`."""


def check_optimizer(optimizer: Any) -> None:
    """Raise TypeError for anything but an optimizer."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")


def warn_of_epoch() -> None:
    """Warn that an epoch was given to ``step()``."""
    warnings.warn(_EPOCH_DEPRECATED, UserWarning, stacklevel=3)


def copied(x: Any) -> Any:
    """A copy of a tensor, which later changes in place do not reach; anything else as it is."""
    return x.clone() if isinstance(x, Tensor) else x


def values(optimizer: Optimizer, key: str) -> list[Any]:
    """A hyperparameter of all groups."""
    return [copied(group[key]) for group in optimizer.param_groups]


def set_value(group: dict[str, Any], key: str, value: Any) -> None:
    """Change a hyperparameter of a group; one that is a tensor, in place."""
    if isinstance(group[key], Tensor):
        group[key].fill_(to_scalar(value))
    else:
        group[key] = value


def for_each_group(name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """A setting given as one value for all groups, or as a sequence of one for each: as a list of one for each.

    Raises:
        ValueError: if the sequence has another length.
    """
    count = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        value = [value] * count
    elif len(value) != count:
        raise ValueError(
            f"{name} must have the same length as optimizer.param_groups. {name} has {len(value)} values, "
            f"param_groups has {count}."
        )
    return [copied(x) for x in value]


def function_state(function: Any) -> dict[str, Any] | None:
    """What is saved of a function given by the user: nothing of plain ones, the attributes of objects."""
    return None if isinstance(function, types.FunctionType) else function.__dict__.copy()


def set_momentums(optimizer: Optimizer, momentums: list[Any]) -> None:
    """Set the momentum of each group; in an optimizer with betas that is the first of them."""
    for group, momentum in zip(optimizer.param_groups, momentums, strict=True):
        if "betas" in optimizer.defaults:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum


def check_momentum(optimizer: Optimizer) -> None:
    """Raise ValueError for an optimizer without momentum."""
    if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
        raise ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled")


def begin_momentums(optimizer: Optimizer, largest: list[Any], smallest: list[Any]) -> None:
    """Set all momentums to the largest, and note both ends in the groups."""
    set_momentums(optimizer, largest)
    for group, high, low in zip(optimizer.param_groups, largest, smallest, strict=True):
        group["max_momentum"] = high
        group["base_momentum"] = low
