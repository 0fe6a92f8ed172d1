"""Grad mode: does an operation record the graph?

One context variable holds the answer, so it is right for threads (each starts afresh) and for ``async`` tasks, and
reading it costs one C call. Its value is one of three small integers; the hot path of an operation compares it with
`GRAD` and does nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

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
