"""Elementwise computations that are noted first and computed together, block by block on all cores.

Note [Stretches]
    A large elementwise operation computes little and moves much: millions of numbers pass through memory each time. But in
    backward one such operation follows another, and nobody looks at the gradients between them. So the engine is given a
    `Pending` for each, which stands for what is to be computed; the sum of two gradients is a `Pending` too. The whole
    stretch is computed when something else needs a result, and what lies between stays in the cache.

        loss ──▶ add ──▶ div ──▶ leaf         add, div and mul are noted, one after the other, and with mul the stretch
                  └────▶ mul ──▶ linear       is computed: linear wants an array

    Every rule and every sum is what it would have been, element by element: the bits are the same.

    Between noting and computing, nothing may change what the rules read, which are the saved tensors. Their versions are
    checked when a node is noted. So before a hook runs, or a node that a user wrote, what has been noted is computed
    (`settle`). A stretch keeps alive what its nodes saved; that is why it is short (`LONGEST`).
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy import ndarray

from . import dtypes
from .blocks import flat_blocks
from .threads import share

#: The most rules and sums in a stretch.
LONGEST = 16
#: Elements in a block: a dozen of such blocks fit into the cache.
BLOCK = 1 << 15


class Stretch:
    """Functions that are yet to be called, elementwise in arrays of one shape.

    Values have places, in the order in which they come to be known. `likes` are empty arrays in their stead.
    """

    def __init__(self, shape: tuple[int, ...], size: int) -> None:
        self.shape, self.size = shape, size
        self.likes: list[Any] = []
        #: What stands at a place from the beginning.
        self.given: dict[int, Any] = {}
        #: A function, the places of its arguments, which of its results are kept, and where.
        self.steps: list[tuple[Callable[..., Any], list[int], list[tuple[int, int]]]] = []
        #: The results that somebody may want.
        self.asked: weakref.WeakSet[Pending] = weakref.WeakSet()
        self.is_open = True

    def place(self, x: Any) -> int | None:
        """The place of an argument; None for one that cannot be cut into blocks with the others."""
        if x.__class__ is Pending:
            return x.place if x.stretch is self else None
        like = x
        if isinstance(x, ndarray) and x.ndim:
            contiguous = x.flags.c_contiguous or not any(x.strides)
            if x.__class__ is not ndarray or x.shape != self.shape or not contiguous:
                return None
            like = x.reshape(-1)[:0]
        elif isinstance(x, (tuple, list)):
            return None
        self.given[len(self.likes)] = x
        self.likes.append(like)
        return len(self.likes) - 1

    def add(self, function: Callable[..., Any], arguments: Sequence[Any], wanted: Sequence[Any]) -> list[Any] | None:
        """Notes ``function(*arguments)``, a sequence. Returns a `Pending` for each of its entries that is not None.

        `wanted` has a shape and a dtype for each entry, or None where it is of no use. If the results are no arrays like
        the others, or one is none of what is wanted, the function is not noted, and the answer is None.
        """
        places: list[Any] = [self.place(x) for x in arguments]
        if None in places:
            return None
        given = [self.likes[p] for p in places]
        try:
            found = function(*given)
        except Exception:
            return None
        results: list[Any] = []
        kept: list[tuple[int, int]] = []
        new: list[ndarray] = []
        for i, (like, want) in enumerate(zip(found, wanted)):
            if like is None or want is None:
                results.append(None)
            elif like.__class__ is not ndarray or like.shape != (0,) or (self.shape, dtypes.of_array(like)) != want:
                return None
            elif any([like is x for x in given]):  # handed on as it is
                results.append(next(p for p, x in zip(places, given) if x is like))
            else:
                results.append(len(self.likes) + len(new))
                kept.append((i, results[-1]))
                new.append(like)
        self.likes += new
        self.steps.append((function, places, kept))
        self.is_open = len(self.steps) < LONGEST
        for x in arguments:
            if x.__class__ is Pending:
                self.asked.discard(x)
        return [None if place is None else Pending(self, place) for place in results]

    def compute(self) -> None:
        """Gives everything that is asked for its value."""
        self.is_open = False
        if OPEN.get() is self:
            OPEN.set(None)
        asked = list(self.asked)
        values = {p.place: self.given.get(p.place) for p in asked}
        outputs = []
        for place, value in values.items():
            if value is None:
                values[place] = out = np.empty(self.shape, self.likes[place].dtype)
                outputs.append((place, out.reshape(-1)))
        if outputs:
            blocks = flat_blocks(self.size, BLOCK)
            with np.errstate(all="ignore"):
                share(self._work(outputs, blocks), len(blocks))
        for p in asked:
            p.value = values[p.place]
        self.asked.clear()
        self.steps, self.given = [], {}

    def _work(self, outputs: list[tuple[int, ndarray]], blocks: list[slice]) -> Callable[[int], None]:
        """The work on one block."""
        begin: list[Any] = [self.given.get(place) for place in range(len(self.likes))]
        cut = [(place, x.reshape(-1)) for place, x in self.given.items() if isinstance(x, ndarray) and x.ndim]
        needed, steps = {place for place, _ in outputs}, []
        for function, places, kept in reversed(self.steps):
            steps.append((function, places, kept, [p for p in places if p not in needed]))
            needed.update(places)
        steps.reverse()

        def work(number: int) -> None:
            block, values = blocks[number], begin.copy()
            for place, x in cut:
                values[place] = x[block]
            for function, places, kept, done in steps:
                found = function(*[values[p] for p in places])
                for i, p in kept:
                    values[p] = found[i]
                for p in done:
                    values[p] = None
            for place, out in outputs:
                out[block] = values[place]

        return work


#: The stretch that is being noted.
OPEN: ContextVar[Stretch | None] = ContextVar("rushlight.stretch", default=None)


class Pending:
    """A result that is yet to be computed. It is used once: as an argument in its stretch, or as an array."""

    __slots__ = ("__weakref__", "place", "shape", "size", "stretch", "value")
    #: ``array + pending`` is left to this class.
    __array_ufunc__ = None

    def __init__(self, stretch: Stretch, place: int) -> None:
        self.stretch, self.place, self.value = stretch, place, None
        self.shape, self.size = stretch.shape, stretch.size
        stretch.asked.add(self)

    def take(self) -> Any:
        """The array."""
        if self in self.stretch.asked:
            self.stretch.compute()
        return self.value

    def release(self) -> Any:
        """The array, which this object forgets."""
        value, self.value = self.take(), None
        return value

    def __add__(self, other: Any) -> Any:
        stretch = self.stretch
        if stretch.is_open:
            dtype = dtypes.of_array(stretch.likes[self.place])
            found = stretch.add(lambda x, y: (x + y,), (self, other), [(self.shape, dtype)])
            if found is not None:
                return found[0]
        return whole(self) + whole(other)

    __radd__ = __add__


def whole(x: Any) -> Any:
    """`x` as an array, if it is pending."""
    return x.take() if x.__class__ is Pending else x


def settle() -> None:
    """Computes what has been noted."""
    stretch = OPEN.get()
    if stretch is not None:
        stretch.compute()


def stretch_of(x: Any) -> Stretch:
    """The stretch to which a function of `x` may be added: that of a `Pending`, or the open one, if it has the shape of the
    array."""
    stretch = x.stretch if x.__class__ is Pending else OPEN.get()
    if stretch is None or not stretch.is_open or stretch.shape != x.shape:
        settle()
        stretch = Stretch(x.shape, x.size)
        OPEN.set(stretch)
    return stretch
