"""Strides: where the elements of a payload lie in memory.

Strides and offsets are counted in elements, as torch counts them; bytes stay inside `view_memory`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .types import as_one


class _Memory:
    """Offers memory to NumPy under another shape and other strides, and keeps its owner alive."""

    __slots__ = ("__array_interface__", "owner")

    def __init__(self, interface: dict[str, Any], owner: Any) -> None:
        self.__array_interface__, self.owner = interface, owner


def view_memory(x: np.ndarray, size: tuple[int, ...], stride: tuple[int, ...], offset: int = 0) -> np.ndarray:
    """A writable view of the memory from `offset` elements past the first of `x`. Nothing is checked."""
    itemsize = x.itemsize
    if x.__class__ is np.ndarray and offset >= 0 and x.flags.c_contiguous and offset + reach(size, stride) < x.size:
        # Inside of one contiguous array NumPy has a shorter way.
        return np.ndarray(size, x.dtype, x, offset * itemsize, [s * itemsize for s in stride])
    interface = x.__array_interface__
    pointer, readonly = interface["data"]
    interface["data"] = (pointer + offset * itemsize, readonly)
    interface["shape"] = size
    interface["strides"] = tuple([s * itemsize for s in stride])
    out = np.asarray(_Memory(interface, x))
    return out if type(x) is np.ndarray else out.view(type(x))


def strides(x: np.ndarray) -> tuple[int, ...]:
    """The strides of a payload, in elements."""
    itemsize = x.itemsize
    return tuple([s // itemsize for s in x.strides])


def storage(x: np.ndarray) -> np.ndarray:
    """The array that owns the memory of `x`."""
    while True:
        owner = x.base
        if isinstance(owner, _Memory) or (owner is not None and not isinstance(owner, np.ndarray)):
            owner = getattr(owner, "owner", None)
        if owner is None:
            return x
        x = owner


def offset_between(x: np.ndarray, base: np.ndarray) -> int:
    """How many elements after the first of `base` the first of `x` lies."""
    return int(x.__array_interface__["data"][0] - base.__array_interface__["data"][0]) // x.itemsize


def geometry(x: np.ndarray, base: np.ndarray) -> tuple[Any, ...]:
    """The parameters of `as_strided` that make `x` out of `base`, whose memory it shares."""
    return x.shape, strides(x), offset_between(x, base), strides(base)


def resized(x: np.ndarray, size: tuple[int, ...]) -> np.ndarray | None:
    """The memory of `x`, from its first element on, in another size and contiguous; None if it does not suffice."""
    owner, numel = storage(x), math.prod(size)
    if offset_between(x, owner) + numel > owner.size:
        return None
    return view_memory(x, size, tuple([math.prod([max(n, 1) for n in size[i + 1 :]]) for i in range(len(size))]))


def overlaps_itself(data: Any) -> bool:
    """Whether several elements share one place in memory, as far as zero strides tell."""
    return isinstance(data, np.ndarray) and 0 in data.strides and data.size > 1 and any(
        s == 0 and n > 1 for s, n in zip(data.strides, data.shape)
    )


def is_dense(x: np.ndarray) -> bool:
    """Whether the elements of `x` fill a stretch of memory, each place once, in some order of dimensions."""
    if x.flags.c_contiguous or x.flags.f_contiguous:
        return True
    expected = x.itemsize
    for stride, n in sorted((s, n) for s, n in zip(x.strides, x.shape) if n != 1):
        if stride != expected:
            return False
        expected *= n
    return True


def laid_out_like(source: np.ndarray, x: Any, alone: bool = False) -> np.ndarray:
    """A copy of `source` that lies in memory as `x` of its shape does, if that is dense, and in C's order otherwise.

    `alone`: nobody else holds `source`, so that it may be returned itself.
    """
    if x.flags.c_contiguous or not is_dense(x):
        return source if alone and source.base is None and source.flags.c_contiguous else source.copy("C")
    out = np.empty_like(x, source.dtype)
    out[...] = source
    return out


def in_c_order(value: Callable[..., Any]) -> Callable[..., Any]:
    """`value` with its result (or each of them) in C's order: NumPy's functions lay them out as their arguments are."""

    def compute(*arguments: Any) -> Any:
        result = value(*arguments)
        if isinstance(result, tuple):
            return as_one(result, [_in_c_order(part) for part in result])
        return result if result.ndim < 2 else _in_c_order(result)

    if hasattr(value, "plain"):
        compute.plain = in_c_order(value.plain)  # type: ignore[attr-defined]
    return compute


def _in_c_order(x: Any) -> Any:
    return x if x.ndim < 2 or x.flags.c_contiguous else x.copy()


def overlaps(x: Any, y: Any) -> bool:
    """Whether `x` and `y` share memory; only told of two that are dense."""
    if not (isinstance(x, np.ndarray) and isinstance(y, np.ndarray) and x.size and y.size):
        return False
    if not (is_dense(x) and is_dense(y)):
        return False
    start, other = x.__array_interface__["data"][0], y.__array_interface__["data"][0]
    return start < other + y.nbytes and other < start + x.nbytes


def overlaps_partly(x: Any, y: Any) -> bool:
    """Whether `x` and `y` share memory, but not element for element; only told of two that are dense."""
    if not overlaps(x, y):
        return False
    start, other = x.__array_interface__["data"][0], y.__array_interface__["data"][0]
    return start != other or x.shape != y.shape or x.strides != y.strides


# Note [as_strided]
#   Called by a program, as_strided looks at x's memory. Replayed on another payload of x's shape, such as a gradient,
#   it means the places that x's elements had then: `layout` are x's strides at that time, places count from x's first
#   element, what lies between x's elements or beyond them is zero, and a place that several share has their mean.


def reach(size: tuple[int, ...], stride: tuple[int, ...]) -> int:
    """The place of the last element, counted from the first; -1 if there are no elements."""
    return -1 if 0 in size else sum([(n - 1) * s for n, s in zip(size, stride)])


def _places(size: tuple[int, ...], stride: tuple[int, ...], offset: int) -> np.ndarray:
    places = np.full(size, offset)
    for axis, (n, step) in enumerate(zip(size, stride)):
        places += (np.arange(n) * step).reshape((n,) + (1,) * (len(size) - axis - 1))
    return places


def _relaid(x: Any, source: np.ndarray, target: np.ndarray, shared: np.ndarray) -> Any:
    """`x`, put at the places `source` and read at `target`, divided by how many of `shared` are at the same place."""
    low = min([int(places.min()) for places in (source, target) if places.size], default=0)
    high = max([int(places.max()) for places in (source, target) if places.size], default=0)
    memory = np.zeros(high - low + 1, x.dtype)
    np.add.at(memory, source.ravel() - low, np.asarray(x).ravel())
    count = np.bincount(shared.ravel() - low, minlength=len(memory))
    if (count > 1).any():
        memory /= np.maximum(count, 1).astype(memory.real.dtype)
    out = memory[target - low]
    return out.view(type(x)) if isinstance(x, np.ndarray) else out


def place(x: Any, size: Any, stride: Any, offset: int, layout: Any) -> Any:
    if offset >= 0 and strides(x) == layout and is_dense(x) and offset + reach(size, stride) < x.size:
        return view_memory(x, size, stride, offset)
    places = _places(x.shape, layout, 0)
    return _relaid(x, places, _places(size, stride, offset), places)


def place_backward(g: Any, shape: Any, size: Any, stride: Any, offset: int, layout: Any) -> Any:
    places = _places(shape, layout, 0)
    return _relaid(g, _places(size, stride, offset), places, places)


def place_into(x: Any, src: Any, size: Any, stride: Any, offset: int, layout: Any) -> Any:
    """A copy of `x`, which lies in memory as `layout` says, with `src` written at the places of the other geometry."""
    own, target = _places(x.shape, layout, 0), _places(size, stride, offset)
    low = min([int(places.min()) for places in (own, target) if places.size], default=0)
    high = max([int(places.max()) for places in (own, target) if places.size], default=0)
    memory = np.zeros(high - low + 1, x.dtype)
    memory[own - low] = x
    memory[target - low] = src
    out = memory[own - low]
    return out.view(type(x)) if isinstance(x, np.ndarray) else out
