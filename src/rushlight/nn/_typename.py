"""How error messages name the type of an object."""

from __future__ import annotations

from typing import Any

from ..core import Tensor


def typename(obj: Any, /) -> str:
    """The full name of `obj`, if it is a class or function, or of its class; for a tensor ``'torch.FloatTensor'``.

    Example::

        >>> typename(torch.nn.Identity())
        'torch.nn.modules.linear.Identity'
    """
    if isinstance(obj, Tensor):
        return obj.type()
    named = obj if hasattr(obj, "__qualname__") else type(obj)
    module = named.__module__ or ""
    if module in ("", "builtins"):
        return named.__qualname__
    # What belongs to this package goes by the names that it stands in for.
    package, dot, rest = module.partition(".")
    if package == __name__.partition(".")[0]:
        module = f"torch{dot}{rest}"
    return f"{module}.{named.__qualname__}"
