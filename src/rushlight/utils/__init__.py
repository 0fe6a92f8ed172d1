"""Helpers around tensors and modules. Importing this package loads nothing but the hooks."""

from importlib import import_module as _import_module
from typing import Any as _Any

from . import hooks

__all__ = ["benchmark", "checkpoint", "data", "dlpack", "hooks", "safetensors"]


def __getattr__(name: str) -> _Any:
    if name in __all__:
        return _import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
