"""Modules without first values."""

from __future__ import annotations

import inspect
from typing import Any

from ... import random
from ..modules.module import Module

__all__ = ["skip_init"]


def skip_init(module_cls: type[Module], *args: Any, **kwargs: Any) -> Module:
    """A module whose parameters and buffers have any values; the random stream stays where it was.

    Args:
        module_cls: the class of the module, whose constructor takes a `device`.
        args, kwargs: of the constructor.

    Raises:
        RuntimeError: if `module_cls` is no module, or its constructor takes no `device`.

    Example::

        >>> nn.utils.skip_init(nn.Linear, 5, 1).weight.shape
        torch.Size([1, 5])
    """
    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    with random.fork_rng():
        return module_cls(*args, **kwargs)
