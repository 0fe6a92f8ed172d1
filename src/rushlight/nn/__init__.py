"""Layers, losses, initial values: what models are made of."""

from importlib import import_module as _import_module
from typing import Any as _Any

# (X as X: to type checkers, a name of this package too.)
from . import functional as functional
from . import init as init
from . import modules as modules
from . import parameter as parameter
from . import utils as utils
from .modules import *
from .parameter import Buffer as Buffer
from .parameter import Parameter as Parameter
from .parameter import UninitializedBuffer as UninitializedBuffer
from .parameter import UninitializedParameter as UninitializedParameter

utils._load_those_of_layers()


def __getattr__(name: str) -> _Any:
    if name in ("attention", "common_types", "grad", "parallel"):
        return _import_module(f"{__name__}.{name}")
    if name == "DataParallel":
        return _import_module(f"{__name__}.parallel").DataParallel
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
