"""``torch.autograd.grad_mode``: what is recorded, and switches of PyTorch's engine that decide nothing here.

The mode itself is one context variable: see `core.modes`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from ..core.modes import GRAD, INFERENCE, NO_GRAD, grad_mode, set_grad_mode

__all__ = [
    "enable_grad", "enforce_grad_layout_policy", "inference_mode", "no_grad", "set_grad_enabled",
    "set_multithreading_enabled",
]  # fmt: skip


class ModeContext:
    """A context manager that is also a decorator of functions, generators and their ``async`` forms.

    Inference mode is stronger than the other two, and stays.

    A decorated generator's body runs in the mode, its caller's code between two values does not.
    """

    _target: int
    _previous: list[int]

    def clone(self) -> ModeContext:
        return type(self)()

    def __enter__(self) -> Any:
        self._previous.append(grad_mode())
        if self._previous[-1] != INFERENCE:
            set_grad_mode(self._target)

    def __exit__(self, *exc: object) -> None:
        set_grad_mode(self._previous.pop())

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

    _target = NO_GRAD


class enable_grad(_BareDecorator):
    """Operations inside record the graph, also inside an outer `no_grad`.

    >>> import rushlight as torch
    >>> x = torch.tensor(1.0, requires_grad=True)
    >>> with torch.no_grad(), torch.enable_grad():
    ...     y = x * 2
    >>> y.requires_grad
    True
    """

    _target = GRAD


class set_grad_enabled(ModeContext):
    """Turns recording on or off at once, as a function does; used as a context manager, until its end.

    Raises TypeError unless `mode` is a bool.

    >>> import rushlight as torch
    >>> with torch.set_grad_enabled(False):
    ...     torch.is_grad_enabled()
    False
    """

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise TypeError(f"set_grad_enabled(): argument 'enabled' (position 1) must be bool, not {type(mode).__name__}")
        self.mode, self._target = mode, GRAD if mode else NO_GRAD
        self._previous = [grad_mode()]
        if self._previous[-1] != INFERENCE:
            set_grad_mode(self._target)

    def clone(self) -> ModeContext:
        return type(self)(self.mode)

    def __enter__(self) -> None:
        if self._previous[-1] != INFERENCE:
            set_grad_mode(self._target)

    def __exit__(self, *exc: object) -> None:
        set_grad_mode(self._previous[-1])

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        set_grad_mode(self._previous[-1])
        return super().__call__(function)

    def __repr__(self) -> str:
        return f"torch.autograd.grad_mode.set_grad_enabled(mode={self.mode})"


class inference_mode(ModeContext):
    """Like `no_grad`, and its results can never enter a graph: they keep no version counter.

    ``mode=False`` switches an outer inference mode off. Outside, RuntimeError is raised where a result would be saved for
    backward, or written in place.

    >>> import rushlight as torch
    >>> with torch.inference_mode():
    ...     x = torch.ones(2)
    >>> x.is_inference()
    True
    """

    def __new__(cls, mode: bool | Callable[..., Any] = True) -> Any:
        return object.__new__(cls) if isinstance(mode, bool) else cls()(mode)

    def __init__(self, mode: bool = True) -> None:
        self._previous, self.mode, self._target = [], mode, INFERENCE

    def clone(self) -> ModeContext:
        return type(self)(self.mode)

    def __enter__(self) -> None:
        self._previous.append(grad_mode())
        if self.mode:
            set_grad_mode(INFERENCE)
        elif self._previous[-1] == INFERENCE:
            set_grad_mode(GRAD)


class _Switch(ModeContext):
    """Sets a switch at once, as a function does; as a context manager or a decorator, until the end."""

    _state: ContextVar[bool]
    #: The function of PyTorch's that sets it, in error messages.
    _setter = "set_multithreading_enabled"

    def __init__(self, mode: bool) -> None:
        if mode is not True and mode is not False:
            kind = type(mode).__name__
            raise TypeError(f"{self._setter}(): argument 'enabled' (position 1) must be bool, not {kind}")
        self._before = self._state.get()
        self._state.set(mode)
        self.mode = mode

    def clone(self) -> ModeContext:
        return type(self)(self.mode)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc: object) -> None:
        self._state.set(self._before)

    def __call__(self, function: Any) -> Any:
        self._state.set(self._before)
        return super().__call__(function)


class set_multithreading_enabled(_Switch):
    """Whether backward may use threads of its own. It never does: it runs in the thread that called it."""

    _state = ContextVar("rushlight.multithreading", default=True)


class _force_original_view_tracking(_Switch):
    """Whether a view is made anew by its own operations. It always is here, if not by its strides."""

    _state = ContextVar("rushlight.view_replay", default=False)
    _setter = "set_view_replay_enabled"


class enforce_grad_layout_policy(_Switch):
    """Whether a `.grad` must have the strides that PyTorch's contract asks for. It is contiguous here, whatever this says."""

    _state = ContextVar("rushlight.grad_layout", default=True)

    def __init__(self, enable: bool = True) -> None:
        super().__init__(enable)


def is_multithreading_enabled() -> bool:
    """What `set_multithreading_enabled` set last, in this thread or task."""
    return set_multithreading_enabled._state.get()
