"""torch.overrides: other meanings for torch's functions, by class (``__torch_function__``) or for a time (`TorchFunctionMode`).

>>> import rushlight as torch
>>> from rushlight.overrides import TorchFunctionMode, resolve_name
>>> class Log(TorchFunctionMode):
...     def __torch_function__(self, func, types, args=(), kwargs=None):
...         print(resolve_name(func))
...         return func(*args, **(kwargs or {}))
>>> with Log():
...     x = torch.ones(2) * 3
torch.ones
torch.Tensor.mul

From the first import of this module on, functions look for overrides: see `_overriding`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import Parameter as _Parameter
from inspect import Signature, signature
from typing import Any

from ._overridable import get_ignored_functions, get_overridable_functions, install, names
from ._overriding import dispatch, overloaded, overrides
from ._torch_function import ALL, HERE, pop, push
from .core.tensor import Tensor

__all__ = [
    "enable_reentrant_dispatch",
    "get_ignored_functions",
    "get_overridable_functions",
    "get_testing_overrides",
    "handle_torch_function",
    "has_torch_function",
    "is_tensor_like",
    "is_tensor_method_or_property",
    "redispatch_function",
    "resolve_name",
    "wrap_torch_function",
]


class TorchFunctionMode:
    """Sees every call of a public function inside of its ``with`` block, whatever the arguments, and decides what it means.

    A subclass defines ``__torch_function__``; calls that this makes go to the mode around it. If it returns NotImplemented,
    the classes of the arguments are asked.
    """

    def __init__(self) -> None: ...

    def __torch_function__(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        raise NotImplementedError

    def __enter__(self) -> Any:
        push(self)
        return self

    def __exit__(self, *exc: object) -> None:
        pop()

    @classmethod
    def push(cls, *args: Any, **kwargs: Any) -> Any:
        """Deprecated: an instance. Write ``with Mode():``."""
        warnings.warn("`Mode.push()` is no longer necessary and can be replaced with just `with Mode()`", stacklevel=2)
        return cls(*args, **kwargs)


class BaseTorchFunctionMode(TorchFunctionMode):
    """A mode that changes nothing."""

    def __torch_function__(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return func(*args, **(kwargs or {}))


def _get_current_function_mode() -> Any:
    return HERE.modes[-1] if HERE.modes else None


def _get_current_function_mode_stack() -> list[Any]:
    return list(HERE.modes)


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """Whether a call with these arguments is overridden: by the class of one that is no plain Tensor, or by a mode."""
    if HERE.skip:
        HERE.skip = False
        return False
    if HERE.modes and HERE.off != ALL:
        return True
    kinds = [a if isinstance(a, type) else type(a) for a in relevant_args]
    return not HERE.off and any([kind is not Tensor and overrides(kind) for kind in kinds])


def has_torch_function_unary(arg: Any) -> bool:
    """`has_torch_function` of one argument."""
    return has_torch_function((arg,))


def has_torch_function_variadic(*args: Any) -> bool:
    """`has_torch_function` of the arguments."""
    return has_torch_function(args)


def handle_torch_function(public_api: Callable[..., Any], relevant_args: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
    """``public_api(*args, **kwargs)``, as the innermost mode or the classes of `relevant_args` have it.

    For functions of one's own that can be overridden::

        def scaled(x, factor=2):
            if has_torch_function((x,)):
                return handle_torch_function(scaled, (x,), x, factor=factor)
            return x * factor

    Raises:
        TypeError: all of them return NotImplemented.
    """
    return dispatch(public_api, overloaded(relevant_args, exact=True), args, kwargs, True)


def wrap_torch_function(dispatcher: Callable[..., Iterable[Any]]) -> Callable[..., Any]:
    """A decorator that lets a function be overridden; `dispatcher` gives the relevant ones of its arguments.

    >>> @wrap_torch_function(lambda x: (x,))
    ... def double(x):
    ...     return x * 2
    """

    def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            relevant = tuple(dispatcher(*args, **kwargs))
            if has_torch_function(relevant):
                return handle_torch_function(call, relevant, *args, **kwargs)
            return function(*args, **kwargs)

        return call

    return decorated


def redispatch_function(func: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
    """``func(*args, **kwargs)`` itself, without asking for overrides; calls that it makes are asked for again."""
    HERE.skip = True
    try:
        return func(*args, **(kwargs or {}))
    finally:
        HERE.skip = False


def resolve_name(f: Any) -> str | None:
    """The name by which a program finds the function, such as ``"torch.Tensor.add"``; None for any other."""
    return names().get(f)


def is_tensor_like(inp: Any) -> bool:
    """Whether `inp` is a Tensor or has ``__torch_function__``."""
    return type(inp) is Tensor or hasattr(inp, "__torch_function__")


def is_tensor_method_or_property(func: Callable[..., Any]) -> bool:
    """Whether `func` is a method of Tensor, or reads one of its properties.

    >>> is_tensor_method_or_property(torch.Tensor.add), is_tensor_method_or_property(torch.add)
    (True, False)
    """
    return func in get_overridable_functions()[Tensor] or func.__name__ == "__get__"


def get_testing_overrides() -> dict[Callable[..., Any], Callable[..., Any]]:
    """For every overridable function one that takes the same arguments and returns -1."""
    return {function: _dummy(function) for functions in get_overridable_functions().values() for function in functions}


def _dummy(function: Callable[..., Any]) -> Callable[..., Any]:
    def dummy(*args: Any, **kwargs: Any) -> int:
        form.bind(*args, **kwargs)
        return -1

    if function.__name__ == "__get__":
        form = Signature([_Parameter("self", _Parameter.POSITIONAL_ONLY)])
    else:
        form = signature(function)
    dummy.__signature__ = form  # type: ignore[attr-defined]
    dummy.__name__ = dummy.__qualname__ = function.__name__
    return dummy


@contextmanager
def _enable_torch_function() -> Iterator[None]:
    previous, HERE.off = HERE.off, 0
    try:
        yield
    finally:
        HERE.off = previous


@contextmanager
def enable_reentrant_dispatch() -> Iterator[None]:
    """Changes nothing: there is no dispatcher below the operations that would have to be entered again."""
    yield


install()
