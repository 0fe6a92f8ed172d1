"""`GradScaler`: a loss times a large number, so that gradients in 16 bits do not become zero.

(Micikevicius et al., "Mixed Precision Training", https://arxiv.org/abs/1710.03740, section 3.2)
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from enum import Enum
from typing import Any

from .. import ops
from ..arrays import dtypes
from ..autograd.grad_mode import no_grad
from ..core import Tensor

__all__ = ["GradScaler"]

_FIX = "This may indicate your script did not use scaler.scale(loss or outputs) earlier in the iteration."


class OptState(Enum):
    """How far an optimizer has come since the last `update`."""

    READY = 0
    UNSCALED = 1
    STEPPED = 2


class GradScaler:
    """Scales losses, unscales gradients before a step, and skips steps whose gradients are infinite or NaN.

    After `growth_interval` steps in a row without a skip the scale is multiplied by `growth_factor`, after a skip by
    `backoff_factor`.

    Args:
        device: "cpu"; "cuda", where there is none, warns and disables, as in PyTorch.
        init_scale: the first scale.
        growth_factor, backoff_factor, growth_interval: as above.
        enabled: if False, `scale` and `step` do what they would do without a scaler.

    Raises:
        AssertionError: for a growth factor that does not grow, or a backoff factor that does not shrink.

    Example::

        >>> scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
        >>> w = torch.ones(1, requires_grad=True)
        >>> optimizer = torch.optim.SGD([w], lr=0.5)
        >>> scaler.scale((w * 3).sum()).backward()
        >>> w.grad
        tensor([3072.])
        >>> scaler.step(optimizer)
        >>> scaler.update()
        >>> w
        tensor([-0.5000], requires_grad=True)
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        self._device = device
        if enabled and device == "cuda":
            warnings.warn("torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.", stacklevel=2)
            enabled = False
        self._enabled = enabled
        if not enabled:
            return
        if growth_factor <= 1.0:
            raise AssertionError("The growth factor must be > 1.0.")
        if backoff_factor >= 1.0:
            raise AssertionError("The backoff factor must be < 1.0.")
        self._init_scale = init_scale
        self._growth_factor = growth_factor
        self._backoff_factor = backoff_factor
        self._growth_interval = growth_interval
        self._init_growth_tracker = 0
        #: Both are made by the first call of `scale`.
        self._scale: Tensor | None = None
        self._growth_tracker: Tensor | None = None
        #: By id of the optimizer: how far it has come, and whether its gradients are finite (a 0-d tensor, 1 if not).
        self._stages: dict[int, OptState] = {}
        self._found_inf: dict[int, Tensor] = {}

    def _state(self, function: str) -> tuple[Tensor, Tensor]:
        """The scale and the number of steps since it changed. AssertionError before `scale` was called."""
        if self._scale is None:
            raise AssertionError(f"Attempted {function} but _scale is None.  {_FIX}")
        assert self._growth_tracker is not None
        return self._scale, self._growth_tracker

    def scale(self, outputs: Any) -> Any:
        """A tensor, or each of an iterable of tensors, times the scale. ValueError for anything else."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            if self._scale is None:
                self._scale = ops.full((), self._init_scale, dtype=dtypes.float32)
                self._growth_tracker = ops.full((), self._init_growth_tracker, dtype=dtypes.int32)
            return outputs * self._scale
        if isinstance(outputs, Iterable):
            scaled = map(self.scale, outputs)
            return type(outputs)(scaled) if isinstance(outputs, (list, tuple)) else scaled  # type: ignore[call-arg]
        raise ValueError("outputs must be a Tensor or an iterable of Tensors")

    def unscale_(self, optimizer: Any) -> None:
        """Divides the gradients of the optimizer's parameters by the scale, in place: before clipping, say.

        Raises:
            RuntimeError: if that was done since the last `update`, or the step was.
            ValueError: for gradients in float16.
        """
        if not self._enabled:
            return
        scale, _ = self._state("unscale_")
        stage = self._stages.get(id(optimizer), OptState.READY)
        if stage is OptState.UNSCALED:
            raise RuntimeError("unscale_() has already been called on this optimizer since the last update().")
        if stage is OptState.STEPPED:
            raise RuntimeError("unscale_() is being called after step().")
        grads = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
        if any(g.dtype is dtypes.float16 for g in grads):
            raise ValueError("Attempting to unscale FP16 gradients.")
        inverse = scale.double().reciprocal().float()
        with no_grad():
            finite = all([bool(ops.isfinite(g).all()) for g in grads])
            for g in grads:
                g.mul_(inverse)
        if grads:
            self._found_inf[id(optimizer)] = ops.full((), 0.0 if finite else 1.0, dtype=dtypes.float32)
        self._stages[id(optimizer)] = OptState.UNSCALED

    def step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """``optimizer.step(*args)`` with unscaled gradients; nothing if one of them is infinite or NaN.

        Raises:
            RuntimeError: for a closure, or if the step was made since the last `update`.
            AssertionError: before `scale` was called, and if no parameter has a gradient.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise RuntimeError("Closure use is not currently supported if GradScaler is enabled.")
        self._state("step")
        stage = self._stages.get(id(optimizer), OptState.READY)
        if stage is OptState.STEPPED:
            raise RuntimeError("step() has already been called since the last update().")
        if stage is OptState.READY:
            self.unscale_(optimizer)
        if id(optimizer) not in self._found_inf:
            raise AssertionError("No inf checks were recorded for this optimizer.")
        result = None if self._found_inf[id(optimizer)].item() else optimizer.step(*args, **kwargs)
        self._stages[id(optimizer)] = OptState.STEPPED
        return result

    def update(self, new_scale: float | Tensor | None = None) -> None:
        """Adapts the scale, at the end of an iteration; or sets it to `new_scale`.

        Raises:
            AssertionError: before `scale` was called, if there was no step, and for a tensor of several elements or one
                that requires grad.
        """
        if not self._enabled:
            return
        scale, tracker = self._state("update")
        if isinstance(new_scale, float):
            scale.fill_(new_scale)
        elif new_scale is not None:
            if new_scale.device.type != self._device or new_scale.numel() != 1 or new_scale.requires_grad:
                raise AssertionError(
                    "new_scale should be a float or a 1-element torch.cuda.FloatTensor or torch.FloatTensor with "
                    "requires_grad=False."
                )
            scale.copy_(new_scale)
        elif not self._found_inf:
            raise AssertionError("No inf checks were recorded prior to update.")
        else:
            self._adapt(scale, tracker)
        self._stages, self._found_inf = {}, {}

    def _adapt(self, scale: Tensor, tracker: Tensor) -> None:
        if any([found.item() for found in self._found_inf.values()]):
            scale.mul_(self._backoff_factor)
            tracker.zero_()
            return
        tracker.add_(1)
        if tracker.item() == self._growth_interval:
            tracker.zero_()
            grown = scale * self._growth_factor
            if math.isfinite(grown.item()):
                scale.copy_(grown)

    def get_scale(self) -> float:
        """The scale; 1.0 if disabled."""
        if not self._enabled:
            return 1.0
        return self._init_scale if self._scale is None else self._scale.item()

    def get_growth_factor(self) -> float:
        """By what the scale grows."""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Changes by what the scale grows."""
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        """By what the scale shrinks."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Changes by what the scale shrinks."""
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        """After how many steps the scale grows."""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Changes after how many steps the scale grows."""
        self._growth_interval = new_interval

    def _get_growth_tracker(self) -> int:
        if not self._enabled:
            return 0
        return self._init_growth_tracker if self._growth_tracker is None else self._growth_tracker.item()

    def is_enabled(self) -> bool:
        """Whether it does anything."""
        return self._enabled

    def state_dict(self) -> dict[str, Any]:
        """What `load_state_dict` takes: the scale, the factors, and how many steps there were since the scale changed."""
        if not self._enabled:
            return {}
        return {
            "scale": self.get_scale(),
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._get_growth_tracker(),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Goes on from a `state_dict`. RuntimeError for that of a disabled scaler."""
        if not self._enabled:
            return
        if not state_dict:
            raise RuntimeError(
                "The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler."
            )
        self._init_scale = state_dict["scale"]
        self._growth_factor = state_dict["growth_factor"]
        self._backoff_factor = state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]
        self._init_growth_tracker = state_dict["_growth_tracker"]
        if self._scale is not None and self._growth_tracker is not None:
            self._scale.fill_(self._init_scale)
            self._growth_tracker.fill_(self._init_growth_tracker)

    def __getstate__(self) -> dict[str, Any]:
        if not self._enabled:
            return self.__dict__.copy()
        if self._stages:
            raise AssertionError(
                "A GradScaler instance may only be pickled at the beginning of an iteration, or at the end after "
                "scaler.update()."
            )
        mine = {"_init_scale": self.get_scale(), "_init_growth_tracker": self._get_growth_tracker()}
        return {**self.__dict__, **mine, "_scale": None, "_growth_tracker": None}
