"""torch.cpu: the one device there is, under the names that the modules of other devices have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import amp

__all__ = [
    "amp", "Stream", "current_device", "current_stream", "device_count", "is_available", "is_initialized", "set_device", "stream",
    "synchronize",
]  # fmt: skip


class Stream:
    """A queue of work, which is done when it is asked for."""

    def __init__(self, priority: int = -1) -> None:
        pass

    def wait_stream(self, stream: Any) -> None:
        """Returns at once."""

    def record_event(self) -> None:
        """Does nothing."""

    def wait_event(self, event: Any) -> None:
        """Returns at once."""


_stream = Stream()


def is_available() -> bool:
    """True."""
    return True


def is_initialized() -> bool:
    """True."""
    return True


def device_count() -> int:
    """1."""
    return 1


def current_device() -> str:
    """The name of the device."""
    return "cpu"


def set_device(device: Any) -> None:
    """Does nothing."""


def synchronize(device: Any = None) -> None:
    """Returns at once: all work is done."""


def current_stream(device: Any = None) -> Stream:
    """The stream in whose block this is called."""
    return _stream


@contextmanager
def stream(stream: Stream) -> Iterator[None]:
    """A block in which `stream` is the current one."""
    global _stream
    before, _stream = _stream, stream
    try:
        yield
    finally:
        _stream = before
