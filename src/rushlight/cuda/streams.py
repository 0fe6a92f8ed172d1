"""Streams and events of CUDA: none can be made. A block of no stream is a block."""

from __future__ import annotations

from typing import Any

__all__ = ["Event", "Stream", "StreamContext", "stream"]


class Stream:
    """A queue of work on a GPU. Raises RuntimeError: there is none."""

    def __new__(cls, device: Any = None, priority: int = 0, **kwargs: Any) -> Stream:
        raise RuntimeError("torch.cuda.Stream requires CUDA support")


class Event:
    """A mark in a stream. Raises RuntimeError: there is none."""

    def __new__(cls, enable_timing: bool = False, blocking: bool = False, interprocess: bool = False) -> Event:
        raise RuntimeError("Tried to instantiate dummy base class Event")


class StreamContext:
    """A block of what is queued in `stream`; here that can only be None, which changes nothing."""

    def __init__(self, stream: Stream | None) -> None:
        self.stream = stream

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc: object) -> None:
        pass


def stream(stream: Stream | None) -> StreamContext:
    """A block of what is queued in `stream`, which programs pass as None where there is no GPU.

    Example::

        >>> with torch.cuda.stream(None):
        ...     torch.ones(1) + 1
        tensor([2.])
    """
    return StreamContext(stream)
