"""``torch.autograd.grad_mode``: what is recorded, and switches of PyTorch's engine that decide nothing here."""

from contextvars import ContextVar
from typing import Any

from ..core.modes import ModeContext, enable_grad, inference_mode, no_grad, set_grad_enabled

__all__ = [
    "enable_grad", "enforce_grad_layout_policy", "inference_mode", "no_grad", "set_grad_enabled",
    "set_multithreading_enabled",
]  # fmt: skip


class _Switch(ModeContext):
    """Sets a switch at once, as a function does; as a context manager or a decorator, until the end."""

    _state: ContextVar[bool]

    def __init__(self, mode: bool) -> None:
        self._before = self._state.get()
        self._state.set(mode)
        self.mode = mode

    def clone(self) -> ModeContext:
        return type(self)(bool(self.mode))

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


class enforce_grad_layout_policy(_Switch):
    """Whether a `.grad` must have the strides that PyTorch's contract asks for. It is contiguous here, whatever this says."""

    _state = ContextVar("rushlight.grad_layout", default=True)

    def __init__(self, enable: bool = True) -> None:
        super().__init__(enable)


def is_multithreading_enabled() -> bool:
    """What `set_multithreading_enabled` set last, in this thread or task."""
    return set_multithreading_enabled._state.get()
