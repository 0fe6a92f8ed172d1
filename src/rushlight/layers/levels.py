"""Which transforms are entered: the levels of vmap and of func's gradients, oldest first.

A level is *newer* than another if it was entered inside of it. Which of two batches an operation handles first, and
whether a gradient is wanted for each example of a batch or for all of them together, follows from that alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ..core.op import LIVE

_entered: ContextVar[tuple[Transform, ...]] = ContextVar("rushlight.transforms", default=())
_counting = threading.Lock()


def count_level(change: int) -> None:
    """Notes that a level was entered (1) or left (-1), in any thread."""
    with _counting:
        LIVE[0] += change


#: What is to be done with nodes as soon as they have saved tensors with their tangents; None where they have at once.
WAITING: ContextVar[list[Callable[[], None]] | None] = ContextVar("rushlight.waiting", default=None)


@contextmanager
def packing_later() -> Iterator[None]:
    """Within, hooks on saved tensors wait until the end: see Note [Forward over reverse] in `dual`."""
    if WAITING.get() is not None:
        yield
        return
    waiting: list[Callable[[], None]] = []
    token = WAITING.set(waiting)
    try:
        yield
    finally:
        WAITING.reset(token)
    for pack in waiting:
        pack()


class Transform:
    """One transform at work, for the time of a ``with`` block."""

    __slots__ = ("alive", "depth")

    def __enter__(self) -> Any:
        levels = _entered.get()
        self.depth, self.alive = len(levels) + 1, True
        _entered.set((*levels, self))
        count_level(1)
        return self

    def __exit__(self, *exc: object) -> None:
        self.alive = False
        _entered.set(_entered.get()[:-1])
        count_level(-1)


class Gradient(Transform):
    """A function whose gradient is going to be asked for: `func.grad`, `func.vjp`. `leaves`: by which tensors (their ids);
    `fresh`: the tensors."""

    __slots__ = ("fresh", "function", "leaves")

    def __init__(self, leaves: Collection[int] = (), fresh: Collection[Any] = (), function: Any = None) -> None:
        self.leaves, self.fresh, self.function = leaves, fresh, function


class Tangent(Transform):
    """A function whose derivative along a direction is computed with its value: `func.jvp`. `forward`: its level of forward
    mode."""

    __slots__ = ("forward", "function")

    def __init__(self, forward: Any = None, function: Any = None) -> None:
        self.forward, self.function = forward, function


class Batch(Transform):
    """One vmap: how many examples it has, and what random functions do in it ("error", "same" or "different")."""

    __slots__ = ("randomness", "size")

    def __init__(self, size: int, randomness: str = "error") -> None:
        self.size, self.randomness = size, randomness


def entered() -> tuple[Transform, ...]:
    return _entered.get()


def refuse_inside(words: str) -> None:
    """Raises RuntimeError inside of a transform."""
    if _entered.get():
        raise RuntimeError(words)


def newest_gradient() -> int:
    """The depth of the newest gradient that is being recorded; 0 outside of all."""
    for level in reversed(_entered.get()):
        if isinstance(level, Gradient):
            return level.depth
    return 0


def is_differentiated(leaf: Any, level: Batch) -> bool:
    """Whether a gradient by this leaf is asked for inside of the batch."""
    return any([isinstance(t, Gradient) and t.depth > level.depth and id(leaf) in t.leaves for t in _entered.get()])


def newest_batch() -> Batch | None:
    for level in reversed(_entered.get()):
        if isinstance(level, Batch):
            return level
    return None
