"""Layers, losses, initial values: what models are made of."""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import Any as _Any

from . import functional, init, modules, parameter, utils
from .modules import *
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

utils._load_those_of_layers()


def __getattr__(name: str) -> _Any:
    if name in ("attention", "grad", "parallel"):
        return _import_module(f"{__name__}.{name}")
    if name == "DataParallel":
        return _import_module(f"{__name__}.parallel").DataParallel
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
