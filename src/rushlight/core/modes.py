"""Grad mode: does an operation record the graph?

One context variable holds the answer, so it is right for threads (each starts afresh) and for ``async`` tasks, and
reading it costs one C call. Its value is one of three small integers; the hot path of an operation compares it with
`GRAD` and does nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

GRAD, NO_GRAD, INFERENCE = 1, 0, -1

_mode: ContextVar[int] = ContextVar("rushlight.grad_mode", default=GRAD)

#: The mode of the running thread or task: `GRAD`, `NO_GRAD` or `INFERENCE`.
grad_mode: Callable[[], int] = _mode.get
set_grad_mode = _mode.set


def is_grad_enabled() -> bool:
    """Whether operations record the graph now, in this thread or task."""
    return _mode.get() == GRAD


def is_inference_mode_enabled() -> bool:
    """Whether `inference_mode` is on now, in this thread or task."""
    return _mode.get() == INFERENCE


class ModeContext:
    """A context manager that is also a decorator of functions, generators and their ``async`` forms.

    Inference mode is stronger than the other two, and stays.

    A decorated generator's body runs in the mode, its caller's code between two values does not.
    """

    mode: int
    _previous: list[int]

    def clone(self) -> ModeContext:
        return type(self)()

    def __enter__(self) -> Any:
        self._previous.append(_mode.get())
        if self._previous[-1] != INFERENCE:
            _mode.set(self.mode)

    def __exit__(self, *exc: object) -> None:
        _mode.set(self._previous.pop())

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        from ..utils.decorating import decorated

        return decorated(function, self.clone)


class _BareDecorator(ModeContext):
    """A mode that also decorates without being called first: ``@no_grad`` as well as ``@no_grad()``."""

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        self = object.__new__(cls)
        self._previous = []
        return self if function is None else self(function)


class no_grad(_BareDecorator):
    """Operations inside do not record the graph; their results do not require grad.

    >>> import rushlight as torch
    >>> x = torch.tensor(1.0, requires_grad=True)
    >>> with torch.no_grad():
    ...     y = x * 2
    >>> y.requires_grad
    False
    """

    mode = NO_GRAD


class enable_grad(_BareDecorator):
    """Operations inside record the graph, also inside an outer `no_grad`."""

    mode = GRAD


class set_grad_enabled(ModeContext):
    """Turns recording on or off at once, as a function does; used as a context manager, until its end.

    Raises TypeError unless `mode` is a bool.
    """

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise TypeError(f"set_grad_enabled(): argument 'enabled' (position 1) must be bool, not {type(mode).__name__}")
        self.mode = GRAD if mode else NO_GRAD
        self._previous = [_mode.get()]
        if self._previous[-1] != INFERENCE:
            _mode.set(self.mode)

    def clone(self) -> ModeContext:
        return type(self)(self.mode == GRAD)

    def __enter__(self) -> None:
        if self._previous[-1] != INFERENCE:
            _mode.set(self.mode)

    def __exit__(self, *exc: object) -> None:
        _mode.set(self._previous[-1])

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        _mode.set(self._previous[-1])
        return super().__call__(function)

    def __str__(self) -> str:
        return f"torch.autograd.grad_mode.set_grad_enabled(mode={self.mode == GRAD})"

    def __repr__(self) -> str:
        return f"set_grad_enabled(mode={self.mode == GRAD})"


class inference_mode(ModeContext):
    """Like `no_grad`, and its results can never enter a graph: they keep no version counter.

    ``mode=False`` switches an outer inference mode off.
    """

    def __new__(cls, mode: bool | Callable[..., Any] = True) -> Any:
        return object.__new__(cls) if isinstance(mode, bool) else cls()(mode)

    def __init__(self, mode: bool = True) -> None:
        self._previous, self.enabled, self.mode = [], mode, INFERENCE

    def clone(self) -> ModeContext:
        return type(self)(self.enabled)

    def __enter__(self) -> None:
        self._previous.append(_mode.get())
        if self.enabled:
            _mode.set(INFERENCE)
        elif self._previous[-1] == INFERENCE:
            _mode.set(GRAD)
