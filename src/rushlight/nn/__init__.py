"""Layers, losses, initial values: what models are made of."""

from __future__ import annotations

from . import functional, init, modules, parameter, utils
from .modules import *
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

utils._load_those_of_layers()
