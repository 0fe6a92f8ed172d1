"""How functions become methods of Tensor: each file of operations ends with the list of its own."""

from __future__ import annotations

from functools import partial
from typing import Any, Callable

from ..core.tensor import Tensor
from ..core.views import assign


def methods(**functions: Callable[..., Any]) -> None:
    """Makes each function a method of Tensor under its keyword: ``methods(mul=mul, __mul__=mul.operator)``."""
    for name, function in functions.items():
        setattr(Tensor, name, function)


def inplace(function: Callable[..., Any]) -> Callable[..., Tensor]:
    """The in-place form of ``function(x, ...)``: writes the result into x, with torch's checks, and returns x."""

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return assign(self, partial(function, **kwargs) if kwargs else function, args)

    method.__name__ = method.__qualname__ = function.__name__ + "_"
    return method


def inplace_methods(*functions: Callable[..., Any], **renamed: Callable[..., Any]) -> None:
    """Makes ``x.<name>_(...)`` of each function."""
    for function in functions:
        setattr(Tensor, function.__name__ + "_", inplace(function))
    for name, function in renamed.items():
        setattr(Tensor, name, inplace(function))
