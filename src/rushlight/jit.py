"""torch.jit: programs run as Python, as they do under PyTorch when the environment says ``PYTORCH_JIT=0``.

What is scripted or traced is given back as it was, so that results, names and state dicts are those of the program itself.
TorchScript's own objects, files and graphs are not here.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Final, NamedTuple, NoReturn, TypeVar

from .nn.modules.module import Module

__all__ = [
    "Attribute", "Final", "ScriptModule", "annotate", "export", "freeze", "ignore", "interface", "is_scripting", "is_tracing",
    "load", "optimize_for_inference", "save", "script", "script_if_tracing", "script_method", "trace",
    "trace_module", "unused",
]  # fmt: skip

ScriptModule = Module
_F = TypeVar("_F", bound=Callable[..., Any])


class Attribute(NamedTuple):
    """A value with the type that TorchScript shall give it."""

    value: Any
    type: Any


def _deprecated(name: str) -> None:
    # Without a stacklevel, as in PyTorch: the warning is this module's, and Python does not show it by default.
    message = f"`torch.jit.{name}` is deprecated. Please switch to `torch.compile` or `torch.export`."
    warnings.warn(message, DeprecationWarning)  # noqa: B028


def script(obj: Any, optimize: Any = None, _frames_up: int = 0, _rcb: Any = None, example_inputs: Any = None) -> Any:
    """`obj`, a function, class or module, as it is.

    Example::

        @torch.jit.script
        def swish(x: torch.Tensor) -> torch.Tensor:
            return x * torch.sigmoid(x)
    """
    _deprecated("script")
    return obj


def trace(func: Any, example_inputs: Any = None, *args: Any, **kwargs: Any) -> Any:
    """`func`, a function or module, as it is: every call runs its Python."""
    _deprecated("trace")
    return func


def trace_module(mod: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
    """`mod` as it is."""
    _deprecated("trace_method")
    return mod


def script_method(fn: _F) -> _F:
    """`fn` as it is."""
    return fn


def script_if_tracing(fn: _F) -> _F:
    """`fn` as it is: nothing is traced."""
    return fn


def export(fn: _F) -> _F:
    """`fn` as it is."""
    return fn


def ignore(drop: Any = False, **kwargs: Any) -> Any:
    """A decorator, with or without arguments, that gives back the function as it is."""
    return drop if callable(drop) else lambda fn: fn


def unused(fn: _F) -> _F:
    """`fn` as it is."""
    return fn


def interface(obj: Any) -> Any:
    """`obj`, a class, as it is."""
    return obj


def is_scripting() -> bool:
    """False: Python runs."""
    return False


def is_tracing() -> bool:
    """False: nothing is traced."""
    return False


def annotate(the_type: Any, the_value: Any) -> Any:
    """`the_value`.

    Example::

        >>> torch.jit.annotate(list[int], [])
        []
    """
    return the_value


def _refused(name: str) -> Callable[..., NoReturn]:
    def refuse(*args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError(f"torch.jit.{name} works on TorchScript's own modules, which are not here")

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = "Raises NotImplementedError: there are no modules of TorchScript."
    return refuse


freeze, load, optimize_for_inference, save = map(_refused, ("freeze", "load", "optimize_for_inference", "save"))
