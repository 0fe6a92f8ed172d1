"""The names of `torch.amp` that each kind of device has for itself: deprecated, with PyTorch's warnings."""

from __future__ import annotations

import warnings
from typing import Any

from .autocast_mode import autocast as any_autocast
from .grad_scaler import GradScaler as any_scaler

__all__ = ["autocast_of", "deprecated", "scaler_of"]


def deprecated(old: str, new: str) -> None:
    """Warns a caller's caller that a name has another one now."""
    warnings.warn(f"`torch.{old}(args...)` is deprecated. Please use `torch.amp.{new}` instead.", FutureWarning, stacklevel=3)


def autocast_of(kind: str, dtype: Any) -> type[any_autocast]:
    """`autocast` for devices of one kind, where products are computed in `dtype`."""

    class autocast(any_autocast):
        __doc__ = f'`torch.amp.autocast` of "{kind}".'

        def __init__(self, enabled: bool = True, dtype: Any = dtype, cache_enabled: bool = True) -> None:
            deprecated(f"{kind}.amp.autocast", f"autocast('{kind}', args...)")
            super().__init__(kind, enabled=enabled, dtype=dtype, cache_enabled=cache_enabled)

    return _placed(autocast, f"{kind}.amp.autocast_mode")


def scaler_of(kind: str) -> type[any_scaler]:
    """`GradScaler` for devices of one kind."""

    class GradScaler(any_scaler):
        __doc__ = f'`torch.amp.GradScaler` of "{kind}".'

        def __init__(
            self,
            init_scale: float = 65536.0,
            growth_factor: float = 2.0,
            backoff_factor: float = 0.5,
            growth_interval: int = 2000,
            enabled: bool = True,
        ) -> None:
            deprecated(f"{kind}.amp.GradScaler", f"GradScaler('{kind}', args...)")
            super().__init__(kind, init_scale, growth_factor, backoff_factor, growth_interval, enabled)

    return _placed(GradScaler, f"{kind}.amp.grad_scaler")


def _placed(cls: Any, module: str) -> Any:
    """`cls` as a class of `module`, where PyTorch has it."""
    cls.__qualname__, cls.__module__ = cls.__name__, f"{__name__.partition('.')[0]}.{module}"
    return cls
