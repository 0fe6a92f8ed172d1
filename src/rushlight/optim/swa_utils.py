"""Averages of a model's parameters along its training: stochastic weight averaging and moving averages."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import chain
from typing import Any, Literal

from .. import ops
from ..arrays.dtypes import int64
from ..autograd.grad_mode import no_grad
from ..core import Tensor
from ..nn.modules.batchnorm import _BatchNorm
from ..nn.modules.module import Module
from .lr_scheduler.scheduler import LRScheduler, for_each_group
from .optimizer import Optimizer

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

Tensors = list[Tensor] | tuple[Tensor, ...]


def _check_decay(decay: float) -> None:
    if decay < 0.0 or decay > 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")


def get_ema_avg_fn(decay: float = 0.999) -> Callable[[Tensor, Tensor, Any], Tensor]:
    """The exponential moving average, as an `avg_fn`: ``average = decay * average + (1 - decay) * current``.

    Raises:
        ValueError: for a decay outside [0, 1].
    """
    _check_decay(decay)

    @no_grad()
    def ema_update(ema_param: Tensor, current_param: Tensor, num_averaged: Any) -> Tensor:
        return decay * ema_param + (1 - decay) * current_param

    return ema_update


def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable[[Tensors, Tensors, Any], None]:
    """The exponential moving average, as a `multi_avg_fn`: ``average = decay * average + (1 - decay) * current``.

    Raises:
        ValueError: for a decay outside [0, 1].
    """
    _check_decay(decay)

    @no_grad()
    def ema_update(ema_param_list: Tensors, current_param_list: Tensors, _: Any) -> None:
        for average, current in zip(ema_param_list, current_param_list, strict=True):
            if _inexact(average):
                average.lerp_(current, 1 - decay)
            else:
                average.copy_(average * decay + current * (1 - decay))

    return ema_update


def get_swa_avg_fn() -> Callable[[Tensor, Tensor, Any], Tensor]:
    """The mean of all so far, as an `avg_fn`: ``average += (current - average) / (num_averaged + 1)``."""

    @no_grad()
    def swa_update(averaged_param: Tensor, current_param: Tensor, num_averaged: Tensor | int) -> Tensor:
        return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update


def get_swa_multi_avg_fn() -> Callable[[Tensors, Tensors, Any], None]:
    """The mean of all so far, as a `multi_avg_fn`: ``average += (current - average) / (num_averaged + 1)``."""

    @no_grad()
    def swa_update(averaged_param_list: Tensors, current_param_list: Tensors, num_averaged: Tensor | int) -> None:
        for average, current in zip(averaged_param_list, current_param_list, strict=True):
            if _inexact(average):
                average.lerp_(current, float(1 / (num_averaged + 1)))
            elif isinstance(num_averaged, Tensor):
                average.addcdiv_(current - average, num_averaged + 1)
            else:
                average.add_(current - average, alpha=1.0 / (num_averaged + 1))

    return swa_update


def _inexact(x: Tensor) -> bool:
    return x.is_floating_point() or x.is_complex()


class AveragedModel(Module):
    """A copy of a model whose parameters are the averages of the model's along its training.

    By default that is the mean, for stochastic weight averaging (Izmailov et al., "Averaging Weights Leads to Wider Optima
    and Better Generalization", https://arxiv.org/abs/1803.05407); with :func:`get_ema_multi_avg_fn` it is the exponential
    moving average.

    Args:
        model: the model; it is copied.
        device: where the copy goes.
        avg_fn: a function of (average, current, number of averages so far) that returns the new average of one parameter.
        multi_avg_fn: a function of (averages, current ones, number of averages so far) that changes the averages, given
            as lists of parameters of one dtype.
        use_buffers: whether buffers are averaged too, rather than copied.

    Attributes:
        module: the copy.
        n_averaged: the number of averages so far, a tensor.

    Raises:
        AssertionError: if both functions are given.

    Example::

        >>> average = torch.optim.swa_utils.AveragedModel(model)
        >>> for epoch in range(100):
        ...     train(...)
        ...     if epoch >= 75:
        ...         average.update_parameters(model)
        >>> torch.optim.swa_utils.update_bn(loader, average)
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Callable[[Tensor, Tensor, Any], Tensor] | None = None,
        multi_avg_fn: Callable[[Tensors, Tensors, Any], None] | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", ops.tensor(0, dtype=int64, device=device))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Call the copy."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Take the present parameters of the model into the averages; the first time, copy them."""
        ours, theirs = (
            [x.detach() for x in chain(m.parameters(), m.buffers() if self.use_buffers else ())]
            for m in (self.module, model)
        )
        pairs = list(zip(ours, theirs, strict=False))
        if self.n_averaged == 0:
            for average, current in pairs:
                average.copy_(current)
        elif self.multi_avg_fn is None:
            average_one = self.avg_fn or get_swa_avg_fn()
            for average, current in pairs:
                average.copy_(average_one(average, current, self.n_averaged))
        else:
            alike: dict[Any, list[tuple[Tensor, Tensor]]] = {}
            for pair in pairs:
                alike.setdefault(pair[0].dtype, []).append(pair)
            for same in alike.values():
                self.multi_avg_fn([pair[0] for pair in same], [pair[1] for pair in same], self.n_averaged)
        if not self.use_buffers:
            for ours_, theirs_ in zip(self.module.buffers(), model.buffers(), strict=True):
                ours_.detach().copy_(theirs_.detach())
        self.n_averaged += 1


@no_grad()
def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Compute the running statistics of all batch normalization layers anew, over one pass through the data.

    Args:
        loader: yields batches, or lists and tuples with the batch first.
        model: the model, which is left in the mode, training or not, that it was in.
        device: where the batches go.

    Example::

        >>> torch.optim.swa_utils.update_bn(loader, average)
    """
    layers = [module for module in model.modules() if isinstance(module, _BatchNorm)]
    if not layers:
        return
    momenta = [layer.momentum for layer in layers]
    was_training = model.training
    model.train()
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # the mean over all batches
    for batch in loader:
        if isinstance(batch, (list, tuple)):
            batch = batch[0]
        model(batch if device is None else batch.to(device))
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """Let the learning rates go to `swa_lr` in `anneal_epochs` epochs, and stay there.

    Args:
        optimizer, last_epoch: see :class:`~torch.optim.lr_scheduler.LRScheduler`.
        swa_lr: a number or a list of one for each group.
        anneal_epochs: the number of epochs on the way.
        anneal_strategy: "cos" or "linear".

    Raises:
        ValueError: for settings out of range, and lists of other lengths.

    Example::

        >>> scheduler = torch.optim.swa_utils.SWALR(optimizer, swa_lr=0.05, anneal_epochs=5)
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float,
        anneal_epochs: int = 10,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        last_epoch: int = -1,
    ) -> None:
        for group, lr in zip(optimizer.param_groups, for_each_group("swa_lr", optimizer, swa_lr), strict=True):
            group["swa_lr"] = lr
        if anneal_strategy not in {"cos", "linear"}:
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._anneal_strategy = anneal_strategy
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def anneal_func(self, t: float) -> float:
        """How much of the way lies behind, after the part `t` of the epochs."""
        return (1 - math.cos(math.pi * t)) / 2 if self._anneal_strategy == "cos" else t

    def _way(self, step: int) -> float:
        return self.anneal_func(max(0, min(1, step / max(1, self.anneal_epochs))))

    def get_lr(self) -> list[Any]:
        """The learning rate of each group: from the present one, where the way began, and from there where it is now."""
        self._warn_outside_of_step()
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._way(step - 1), self._way(step)
        lrs = []
        for group in self.optimizer.param_groups:
            start = group["swa_lr"] if before == 1 else (group["lr"] - before * group["swa_lr"]) / (1 - before)
            lrs.append(group["swa_lr"] * now + start * (1 - now))
        return lrs
