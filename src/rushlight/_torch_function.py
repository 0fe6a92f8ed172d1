"""Whether ``__torch_function__`` is listened to: what each thread has said about it.

What the protocol does is in `_overriding`, which is loaded when a program has something that overrides.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import FunctionType
from typing import Any

SUBCLASSES, ALL = 1, 2


class _Here(threading.local):
    """What this thread has said about overrides: how far they are off, and which modes are entered, the newest last."""

    def __init__(self) -> None:
        self.off = 0
        #: How far they were where the engine was called.
        self.outside = 0
        self.modes: list[Any] = []
        #: Whether the next call is not to ask.
        self.skip = False


HERE = _Here()
#: How many modes are entered, in all threads.
MODES = [0]
_counting = threading.Lock()


def push(mode: Any) -> None:
    with _counting:
        MODES[0] += 1
    HERE.modes.append(mode)


def pop() -> Any:
    with _counting:
        MODES[0] -= 1
    return HERE.modes.pop()


class _Off:
    """Overrides are off inside of the block."""

    __slots__ = ("_previous",)
    what = 0

    def __enter__(self) -> None:
        self._previous = HERE.off
        HERE.off = max(self.what, HERE.off)

    def __exit__(self, *exc: object) -> None:
        HERE.off = self._previous


class DisableTorchFunctionSubclass(_Off):
    """Inside of the block, ``__torch_function__`` of classes is not called; modes still see every call."""

    __slots__ = ()
    __module__ = "torch._C"
    what = SUBCLASSES


class DisableTorchFunction(_Off):
    """Inside of the block, neither classes nor modes see a call."""

    __slots__ = ()
    __module__ = "torch._C"
    what = ALL


class _Disabled:
    """The ``__torch_function__`` of classes that override nothing, such as Parameter: results are plain tensors."""

    def __call__(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        with DisableTorchFunctionSubclass():
            return func(*args, **(kwargs or {}))


disabled = _Disabled()
#: The ``__torch_dispatch__`` of classes that have none.
no_dispatch = object()

#: Every public function that asks for overrides, which has another code for that, and a function that does what it did.
ORIGINALS: dict[FunctionType, FunctionType] = {}


def code_of(function: Any) -> Any:
    """The code that does what a function is for."""
    return ORIGINALS.get(function, function).__code__


def noted(error: TypeError, value: Any) -> TypeError:
    """An error about an argument: with a note, if its class has something to say about functions that do not ask yet."""
    if not ORIGINALS and hasattr(type(value), "__torch_function__"):
        error.add_note(
            f"{type(value).__name__} has __torch_function__: from the first import of torch.overrides on, or the first subclass of "
            "Tensor, functions ask for it."
        )
    return error
