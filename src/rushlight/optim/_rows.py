"""Optimizer updates straight on the memory of parameters, without a tensor operation in between.

A *row* is the memory of a tensor as a one-dimensional array. An update rule takes the rows of a parameter, of its
gradient and of its state, and changes them in place. It treats every element alike, so it may as well be given

- several small parameters end to end: one call instead of many (:class:`Slab`);
- a large parameter block by block, small enough that what is computed in between stays in the cache (:func:`blocks`).

PyTorch's kernels round ``y + a * x`` once, with the processor's fused multiply-add. So does :func:`axpy`, and training
gives the same numbers to the last bit.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds

from ..arrays.blocks import LARGE
from ..arrays.threads import blas_routine, get_number, one_blas_thread, share
from ..core import Tensor
from ..core.saved import bump
from ..core.tensor import memory, wrap

State = dict[str, Any]
_NUMPY = (np.ndarray, np.generic)

#: Up to this many elements a parameter counts as small: calls cost more than elements, so it goes into a slab, and
#: products of elements are fused too. (Larger gradients are sums whose order differs from library to library anyway.)
SMALL = 4096
#: Up to this many elements OpenBLAS keeps to one thread. (Its threads wait for each other awake: see `arrays.threads`.)
ONE_THREAD = 8192
#: Elements in one block of a large parameter.
BLOCK = 65536


# Between tensors and rows.


def row_of(x: Any) -> np.ndarray | None:
    """The memory of `x`, to be changed in place; None where only tensor operations can do that.

    They have to for all dtypes but float32 and float64, for other memory layouts than the contiguous one, and for
    payloads that are no plain arrays.
    """
    data = memory(x) if isinstance(x, Tensor) else None
    if type(data) is np.ndarray and data.dtype.char in "fd" and data.flags.carray:
        return data.ravel()
    return None


def rows_of(p: Tensor, state: State, names: Sequence[str]) -> list[np.ndarray] | None:
    """The rows of a parameter, its gradient (to be read only) and the named parts of its state, if all have one."""
    row = row_of(p)
    gradient = None if p.grad is None else p.grad._data
    if row is None or not isinstance(gradient, _NUMPY) or gradient.dtype != row.dtype:
        return None
    rows = [row, gradient.ravel()]
    for name in names:
        part = row_of(state[name])
        if part is None or (name != "step" and (part.size != row.size or part.dtype != row.dtype)):
            return None
        rows.append(part)
    return rows


# Several small parameters at a time.


class Slab:
    """Small parameters of one dtype whose state lies end to end in one array for each part of it.

        exp_avg  |--- p0 ---|- p1 -|----- p2 -----|        state[p1]["exp_avg"] is a view of the middle

    The state stays a tensor for each parameter, and has as many elements, but for "step", which has one. The parameters
    themselves and their gradients stay where they are: they are copied to one array each, and the parameters back.
    """

    def __init__(self, group: State, params: list[Tensor], state: Any, names: Sequence[str], first: bool) -> None:
        self.group = group
        self.names = names
        self.first = first
        self.ids = set(map(id, params))
        #: False as soon as something does not lie where it was laid.
        self.intact = True
        row, views = _end_to_end([memory(p) for p in params])
        gradient_row, gradient_views = _end_to_end(views)
        self._rows = [row, gradient_row]
        parts: list[list[tuple[str, Tensor, np.ndarray]]] = [[] for _ in params]
        for name in names:
            row, pieces = _end_to_end([memory(state[p][name]) for p in params])
            self._rows.append(row)
            for p, p_parts, piece in zip(params, parts, pieces, strict=True):
                state[p][name] = wrap(piece)
                p_parts.append((name, state[p][name], piece))
        self._entries = [(p, p._data, *more) for p, *more in zip(params, views, gradient_views, parts, strict=True)]
        self._changed = params + [part for p_parts in parts for _, part, _ in p_parts]

    def rows(self, state: Any) -> list[np.ndarray] | None:
        """The rows of all, those of parameters and gradients filled in; None where one update cannot serve all.

        So it is where a gradient is missing, where parameters have seen different numbers of steps, and where something
        is no longer `intact`.
        """
        for p, data, view, gradient_view, parts in self._entries:
            gradient = p.grad
            if gradient is None:
                return None
            gradient = gradient._data
            if (
                p._data is not data
                or not isinstance(gradient, _NUMPY)
                or (parts and not _in_place(parts, state.get(p)))
            ):
                self.intact = False
                return None
            view[...] = data
            gradient_view[...] = gradient
        if self.names and self.names[0] == "step" and len(set(self._rows[2].tolist())) > 1:
            return None
        return self._rows

    def write_back(self) -> None:
        """Copy the changed values to the parameters."""
        for _, data, view, _, _ in self._entries:
            data[...] = view
        bump(*self._changed)


def _in_place(parts: list[tuple[str, Tensor, np.ndarray]], state: State | None) -> bool:
    """Whether the parts of a parameter's state are the tensors, with the payloads, that they are known to be."""
    return state is not None and all([state.get(name) is part and part._data is piece for name, part, piece in parts])


def _end_to_end(arrays: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Copies of the arrays in one row, and the views of it that are the single arrays."""
    row = np.concatenate([array.ravel() for array in arrays])
    ends = np.cumsum([array.size for array in arrays]).tolist()
    return row, [row[end - array.size : end].reshape(array.shape) for array, end in zip(arrays, ends, strict=True)]


def _overlap(arrays: list[np.ndarray]) -> bool:
    """Whether arrays share memory: those have to be updated one after the other."""
    bounds = sorted([byte_bounds(array) for array in arrays if array.size])
    return any([low < high for (_, high), (low, _) in pairwise(bounds)])


class Slabs:
    """The slabs of one optimizer."""

    def __init__(self) -> None:
        self._slabs: list[Slab] = []

    def add(self, group: State, params: list[Tensor], state: Any, names: Sequence[str], first: set[int]) -> None:
        """Lay out what is small among `params`, which have gradients and state, in slabs of what can be updated alike.

        Args:
            first: the ids of those that take their first step now.
        """
        taken = set().union(*[slab.ids for slab in self._slabs])
        alike: dict[Any, list[Tensor]] = {}
        for p in params:
            rows = None if id(p) in taken else rows_of(p, state[p] if names else {}, names)
            if rows is not None and rows[0].size <= SMALL:
                steps = rows[2].item() if names[:1] == ("step",) else None
                alike.setdefault((id(p) in first, steps, *[row.dtype for row in rows]), []).append(p)
        for same in alike.values():
            if not _overlap([p._data for p in same]):
                self._slabs.append(Slab(group, same, state, names, id(same[0]) in first))

    def update(
        self, group: State, params: list[Tensor], state: Any, names: Sequence[str], rule: Callable[..., Any]
    ) -> list[Tensor]:
        """Apply the rule to the slabs of the group's parameters `params`; returns the parameters that remain."""
        ids = set(map(id, params))
        intact = True
        for slab in self._slabs:
            if slab.group is not group:
                continue
            slab.intact = slab.names == names
            rows = slab.rows(state) if slab.intact and slab.ids <= ids else None
            if rows is not None:
                for job in rule(group, *rows, small=True, first=slab.first) or ():
                    job()
                slab.write_back()
                ids -= slab.ids
            slab.first = False
            intact = intact and slab.intact
        if not intact:
            self._slabs = [slab for slab in self._slabs if slab.intact]
        return [p for p in params if id(p) in ids] if ids else []


# The arithmetic.


@cache
def _blas() -> Any:
    """BLAS as SciPy brings it. Its y += a * x is the one fused multiply-add within NumPy's reach, and fast besides.

    Importing `scipy.linalg` takes ten times as long as loading the one extension module of it that is needed here, so
    that is loaded alone where it is found.
    """
    from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder
    from importlib.util import find_spec, module_from_spec

    package = find_spec("scipy.linalg")
    assert package is not None
    assert package.submodule_search_locations is not None
    finder = FileFinder(package.submodule_search_locations[0], (ExtensionFileLoader, EXTENSION_SUFFIXES))
    spec = finder.find_spec("scipy.linalg._fblas")
    if spec is None or spec.loader is None:
        from scipy.linalg import blas

        return blas
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _unlocked_axpy(char: str) -> Callable[[np.ndarray, np.ndarray, float], None] | None:
    """The same function as NumPy's BLAS has it: called by `ctypes`, which takes longer to call and lets other threads run."""
    found = blas_routine("cblas_saxpy" if char == "f" else "cblas_daxpy")
    if found is None:
        return None
    routine, integer = found
    number, pointer = ctypes.c_float if char == "f" else ctypes.c_double, ctypes.c_void_p
    routine.argtypes, routine.restype = [integer, number, pointer, integer, pointer, integer], None
    return lambda y, x, a: routine(y.size, float(a), x.ctypes.data, 1, y.ctypes.data, 1)


def axpy(y: np.ndarray, x: np.ndarray, a: float) -> None:
    """``y += a * x``, rounded once. The rows must be of one dtype."""
    unlocked = _unlocked_axpy(y.dtype.char) if y.size > ONE_THREAD else None
    if unlocked is not None:
        return unlocked(y, x, a)
    call = _blas().saxpy if y.dtype.char == "f" else _blas().daxpy
    for start in range(0, y.size, ONE_THREAD):
        call(x, y, min(y.size - start, ONE_THREAD), a, start, 1, start, 1)


def axpy_of(y: np.ndarray, x: np.ndarray, a: float) -> np.ndarray:
    """``y + a * x``, rounded once."""
    result = y.copy()
    axpy(result, x, a)
    return result


def scale(y: np.ndarray, a: float) -> None:
    """``y *= a``"""
    np.multiply(y, constant(a, y.dtype), y)


def lerp(y: np.ndarray, x: np.ndarray, weight: float) -> None:
    """Move `y` towards `x`: ``y += weight * (x - y)``, reckoned from the nearer end."""
    difference = x - y
    if weight < 0.5:
        axpy(y, difference, weight)
    else:
        y[...] = x
        axpy(y, difference, y.dtype.type(weight) - y.dtype.type(1))


def add_square(y: np.ndarray, x: np.ndarray, a: float, fused: bool) -> None:
    """``y += (a * x) * x``, the sum and the second product rounded once if `fused` (float32 only)."""
    product = x * constant(a, x.dtype)
    if fused and y.dtype.char == "f":
        product = product.astype(np.float64)  # which holds a product of two float32 exactly
        product *= x
        product += y
        y[...] = product
    else:
        product *= x
        y += product


@lru_cache(256)
def constant(x: float, dtype: np.dtype) -> np.ndarray:
    """A number as an array, which NumPy takes in half the time that a Python number takes it."""
    return np.array(x, dtype)


def blocks(*rows: np.ndarray | None) -> Sequence[tuple[Any, ...]]:
    """The rows, all of one length (or None), in pieces of at most :data:`BLOCK` elements."""
    size = rows[0].size if rows[0] is not None else 0
    if size <= BLOCK:
        return (rows,)
    return [
        tuple([None if row is None else row[start : start + BLOCK] for row in rows]) for start in range(0, size, BLOCK)
    ]


def each_block(update: Callable[..., None], *rows: np.ndarray | None) -> list[Callable[[], None]]:
    """What is to be done: ``update(*pieces)`` for all :func:`blocks`."""
    return [partial(update, *pieces) for pieces in blocks(*rows)]


def perform(jobs: Sequence[Callable[[], None]], rows: list[np.ndarray]) -> None:
    """Does what is to be done to `rows`, on all cores if that is much and they share no memory."""
    with one_blas_thread():
        if get_number() == 1 or sum([row.size for row in rows]) < LARGE or _overlap(rows):
            for job in jobs:
                job()
        else:
            share(lambda i: jobs[i](), len(jobs))


def number(x: Any) -> Any:
    """A hyperparameter for use with rows: a tensor as the NumPy scalar of its dtype, anything else as it is."""
    return memory(x).reshape(())[()] if isinstance(x, Tensor) else x
