"""Helpers around tensors and modules. Importing this package loads nothing but the hooks."""

from . import hooks

__all__ = ["hooks"]
