"""Large elementwise computations, block by block on all cores.

A function that treats every element alike may be given the elements in portions. What it computes on the way then stays
in the cache and needs no large buffers, and the portions can go to several threads (see `threads`). The results have the
same bits for any number of threads, and the same as in one go.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from .threads import get_number, share

#: From this many elements on a computation is large.
LARGE = 1 << 19
#: Elements in a block: few enough for the cache, enough that a thread rarely has to wait for the interpreter.
BLOCK = 1 << 17
#: Where there are threads for them, blocks may be as small as this.
LEAST = 1 << 16
#: Blocks of flat arrays begin at multiples of this, as NumPy's vector loops do.
STEP = 64

#: Operators as ufuncs, which can write a block where it belongs.
_UFUNCS: dict[Any, Any] = {
    operator.add: np.add, operator.sub: np.subtract, operator.mul: np.multiply, operator.truediv: np.true_divide,
    operator.neg: np.negative, operator.abs: np.absolute,
}  # fmt: skip


def blockwise(function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    """``function(*arguments)``, in blocks if the arguments are large.

    `function` is elementwise in those arguments that are arrays, which broadcast. It returns a new array, or a sequence
    whose entries are new arrays, arguments, or None. Arguments that are no arrays are handed on as they are.
    """
    cut = _cut(arguments)
    if cut is None:
        return function(*arguments)
    nothing = cut.arguments(slice(0, 0))
    try:
        likeness = function(*nothing)
    except Exception:
        return function(*arguments)
    several = likeness.__class__ is tuple or likeness.__class__ is list
    results = [_result(like, nothing, cut, arguments) for like in (likeness if several else (likeness,))]
    if any([r is NotImplemented for r in results]):
        return function(*arguments)
    outputs = [(i, cut.flat(r)) for i, r in enumerate(results) if r is not None and not _is_among(r, arguments)]
    if outputs:
        ufunc = None if several else _UFUNCS.get(function, function)
        share(_writing(ufunc if ufunc.__class__ is np.ufunc else None, function, several, cut, outputs), cut.count)
    return results if several else results[0]


def write_blockwise(ufunc: Any, arguments: Sequence[Any], out: ndarray) -> ndarray:
    """``ufunc(*arguments, out)``, in blocks if the arguments are large. Returns `out`."""
    cut = _cut(arguments) if out.flags.c_contiguous else None
    if cut is None or cut.shape != out.shape or any([a is not out and np.may_share_memory(a, out) for a in arguments]):
        return ufunc(*arguments, out=out)
    share(_writing(ufunc, ufunc, False, cut, [(0, cut.flat(out))]), cut.count)
    return out


def flat_blocks(size: int, most: int) -> list[slice]:
    """Slices of a flat array of `size` elements, of about `most` each."""
    count = -(-size // most)
    ends = [size * n // count // STEP * STEP for n in range(count)]
    return [slice(first, last) for first, last in zip(ends, [*ends[1:], size])]


def _result(like: Any, nothing: Sequence[Any], cut: _Cut, arguments: Sequence[Any]) -> Any:
    """What a function will return where it returned `like` for `nothing`: an argument, None or an array to be filled."""
    if like is None:
        return None
    for argument, part in zip(arguments, nothing):
        if like is part and argument is not part:
            return argument
    if like.__class__ is ndarray and like.shape == cut.of_nothing:
        return np.empty(cut.shape, like.dtype)
    return NotImplemented


def _is_among(x: Any, arguments: Sequence[Any]) -> bool:
    return any([x is a for a in arguments])


def _writing(ufunc: Any, function: Any, several: bool, cut: _Cut, outputs: list[tuple[int, Any]]) -> Callable[[int], None]:
    """The work on one block."""

    def work(number: int) -> None:
        block = cut.block(number)
        if ufunc is not None:
            ufunc(*cut.arguments(block), out=outputs[0][1][block])
            return
        computed = function(*cut.arguments(block))
        for i, output in outputs:
            output[block] = computed[i] if several else computed

    return work


class _Cut:
    """How arguments are cut into blocks: along their first axis, or flat."""

    def __init__(self, arguments: Sequence[Any], shape: tuple[int, ...], whole: bool) -> None:
        self.shape, self.is_flat = shape, whole
        size = math.prod(shape)
        length = size if whole else shape[0]
        self.count = min(length, max(-(-size // BLOCK), min(get_number(), size // LEAST)))
        self.step = STEP if whole else 1
        self.length = length
        self.of_nothing = (0,) if whole else (0, *shape[1:])
        self.parts = [
            (self.flat(a), True) if a.__class__ is ndarray and a.ndim == len(shape) and a.shape[0] == shape[0] else (a, False)
            for a in arguments
        ]

    def flat(self, a: Any) -> Any:
        return a.reshape(-1) if self.is_flat else a

    def block(self, number: int) -> slice:
        first, last = (self.length * n // self.count // self.step * self.step for n in (number, number + 1))
        return slice(first, self.length if number + 1 == self.count else last)

    def arguments(self, block: slice) -> list[Any]:
        return [a[block] if cut else a for a, cut in self.parts]


def _cut(arguments: Sequence[Any]) -> _Cut | None:
    """How to cut arguments; None where they are not large, or their order in memory is not that of the result."""
    arrays = []
    for a in arguments:
        if a.__class__ is ndarray:
            if a.ndim:
                arrays.append(a)
        elif isinstance(a, (ndarray, tuple, list)):
            return None
    if not arrays:
        return None
    try:
        around: Any = np.broadcast(*arrays)
    except ValueError:
        return None  # which the function says in its own words
    shape = around.shape
    if around.size < LARGE:
        return None
    if all([a.shape == shape and (a.flags.c_contiguous or not any(a.strides)) for a in arrays]):
        return _Cut(arguments, shape, True)
    if shape[0] < 2 or not all([_in_order(a) for a in arrays]):
        return None
    return _Cut(arguments, shape, False)


def _in_order(a: ndarray) -> bool:
    """Whether the later of two axes has the smaller stride: NumPy lays out results in the order of their arguments."""
    strides = [abs(stride) for stride, n in zip(a.strides, a.shape) if stride and n > 1]
    return strides == sorted(strides, reverse=True)
