"""torch.cuda.amp: deprecated names. As CUDA is never available, what they make is disabled, with PyTorch's warnings."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from .. import amp
from ..arrays import dtypes

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd"]


def deprecated(old: str, new: str) -> None:
    """Warns a caller's caller that a name has another one now."""
    warnings.warn(f"`torch.{old}(args...)` is deprecated. Please use `torch.amp.{new}` instead.", FutureWarning, stacklevel=3)


class autocast(amp.autocast):
    """`torch.amp.autocast` of "cuda"."""

    def __init__(self, enabled: bool = True, dtype: Any = dtypes.float16, cache_enabled: bool = True) -> None:
        deprecated("cuda.amp.autocast", "autocast('cuda', args...)")
        super().__init__("cuda", enabled=enabled, dtype=dtype, cache_enabled=cache_enabled)


class GradScaler(amp.GradScaler):
    """`torch.amp.GradScaler` of "cuda"."""

    def __init__(
        self,
        init_scale: float = 65536.0,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        deprecated("cuda.amp.GradScaler", "GradScaler('cuda', args...)")
        super().__init__("cuda", init_scale, growth_factor, backoff_factor, growth_interval, enabled)


def custom_fwd(fwd: Any = None, *, cast_inputs: Any = None) -> Callable[..., Any]:
    """`torch.amp.custom_fwd` for "cuda"."""
    deprecated("cuda.amp.custom_fwd", "custom_fwd(args..., device_type='cuda')")
    decorated: Callable[..., Any] = amp.custom_fwd(fwd, device_type="cuda", cast_inputs=cast_inputs)
    return decorated


def custom_bwd(bwd: Any) -> Callable[..., Any]:
    """`torch.amp.custom_bwd` for "cuda"."""
    deprecated("cuda.amp.custom_bwd", "custom_bwd(args..., device_type='cuda')")
    decorated: Callable[..., Any] = amp.custom_bwd(bwd, device_type="cuda")
    return decorated
