"""torch.accelerator: there is none."""

from __future__ import annotations

from typing import Any, NoReturn

from .cuda import device_count, is_available

__all__ = [
    "current_accelerator",
    "current_device_index",
    "device_count",
    "is_available",
    "set_device_index",
    "synchronize",
]


def current_accelerator(check_available: bool = False) -> None:
    """None."""


def _lacking(*args: Any, **kwargs: Any) -> NoReturn:
    """Raises RuntimeError: there is no accelerator."""
    raise RuntimeError("Cannot access accelerator device when none is available.")


current_device_index = set_device_index = synchronize = _lacking
