"""Functions that run in a context: what a mode does as a decorator of functions, generators and their async forms."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from typing import Any

#: Makes a fresh context for each call.
Clone = Callable[[], Any]


def decorated(function: Callable[..., Any], clone: Clone) -> Callable[..., Any]:
    """`function`, called in a context of its own.

    A decorated generator's body runs in the context, its caller's code between two values does not.
    """
    if inspect.isclass(function):
        warnings.warn(
            "Decorating classes is deprecated and will be disabled in future versions. You should only decorate "
            "functions or methods. To preserve the current behavior of class decoration, you can directly decorate "
            "the `__init__` method and nothing else.",
            FutureWarning,
            stacklevel=3,
        )
        plain: Any = function
        return functools.wraps(plain, updated=())(lambda *args, **kwargs: _called(clone, plain, args, kwargs))
    if inspect.isgeneratorfunction(function):
        return _wrap_generator(function, clone)
    if inspect.isasyncgenfunction(function):
        return _wrap_async_generator(function, clone)
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            with clone():
                return await function(*args, **kwargs)

        return coroutine

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with clone():
            return function(*args, **kwargs)

    return wrapped


def _called(clone: Clone, function: Any, args: Any, kwargs: Any) -> Any:
    with clone():
        return function(*args, **kwargs)


def _wrap_generator(function: Callable[..., Any], clone: Clone) -> Callable[..., Any]:
    @functools.wraps(function)
    def generator(*args: Any, **kwargs: Any) -> Any:
        inner = function(*args, **kwargs)
        step, argument = inner.send, None
        try:
            while True:
                try:
                    with clone():
                        value = step(argument)
                except StopIteration as stop:
                    return stop.value
                try:
                    step, argument = inner.send, (yield value)
                except GeneratorExit:
                    raise
                except BaseException as error:
                    step, argument = inner.throw, error
        finally:
            with clone():
                inner.close()

    return generator


def _wrap_async_generator(function: Callable[..., Any], clone: Clone) -> Callable[..., Any]:
    @functools.wraps(function)
    async def generator(*args: Any, **kwargs: Any) -> Any:
        inner = function(*args, **kwargs)
        step, argument = inner.asend, None
        try:
            while True:
                try:
                    with clone():
                        value = await step(argument)
                except StopAsyncIteration:
                    return
                try:
                    step, argument = inner.asend, (yield value)
                except GeneratorExit:
                    raise
                except BaseException as error:
                    step, argument = inner.athrow, error
        finally:
            with clone():
                await inner.aclose()

    return generator
