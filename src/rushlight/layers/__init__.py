"""Layers: what a Tensor may carry beyond its payload. Loaded when the first such Tensor is made."""

from . import dispatch

__all__ = ["dispatch"]
