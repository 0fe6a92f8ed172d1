"""Optimizer updates straight on the memory of parameters, without a tensor operation in between.

A *row* is the memory of a tensor as a one-dimensional array. An update rule takes the rows of a parameter, of its
gradient and of its state, and changes them in place. It treats every element alike, so it may as well be given

- several small parameters end to end: one call instead of many (:class:`Slab`);
- a large parameter block by block, small enough that what is computed in between stays in the cache (:func:`blocks`).

PyTorch's kernels round ``y + a * x`` once, with the processor's fused multiply-add. So does :func:`axpy`, and training
gives the same numbers to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np

from ..core import Tensor
from ..core.saved import bump
from ..core.tensor import UNTRACKED, memory, wrap

#: Up to this many elements a parameter counts as small: calls cost more than elements, so it goes into a slab, and
#: products of elements are fused too. (Larger gradients are sums whose order differs from library to library anyway.)
SMALL = 4096
#: Elements in one block of a large parameter.
BLOCK = 32768


# Between tensors and rows.


def row_of(x: Tensor) -> np.ndarray | None:
    """The memory of `x`, to be changed in place; None where only tensor operations can do that.

    They have to for all dtypes but float32 and float64, for other memory layouts than the contiguous one, and for
    payloads that are no plain arrays.
    """
    data = memory(x)
    if type(data) is np.ndarray and data.dtype.char in "fd" and data.flags.carray:
        return data.reshape(-1)
    return None


def gradient_row(gradient: Tensor, row: np.ndarray) -> np.ndarray | None:
    """The gradient of a parameter with the given row, to be read only."""
    data = gradient._data
    if isinstance(data, (np.ndarray, np.generic)) and data.dtype == row.dtype and data.size == row.size:
        return data.reshape(-1)
    return None


def rows_of(p: Tensor, state: dict[str, Any], names: Iterable[str]) -> list[np.ndarray] | None:
    """The rows of a parameter, its gradient and the named parts of its state; None if one of them has none."""
    row = row_of(p)
    gradient = None if row is None else gradient_row(p.grad, row)
    if row is None or gradient is None:
        return None
    rows = [row, gradient]
    for name in names:
        part = row_of(state[name])
        if part is None or (name != "step" and (part.size != row.size or part.dtype != row.dtype)):
            return None
        rows.append(part)
    return rows


def note_writes(tensors: Sequence[Tensor]) -> None:
    """Count one change in place of each of the tensors, so that a graph that saved one of them knows."""
    for x in tensors[1:]:
        if x._counter is None:
            x._counter = [1]
        elif x._counter is not UNTRACKED:
            x._counter[0] += 1
    if tensors:
        bump(tensors[0])


# Several small parameters at a time.


class Slab:
    """Small parameters of one dtype whose state lies end to end in one array for each part of it.

        exp_avg  |--- p0 ---|- p1 -|----- p2 -----|        state[p1]["exp_avg"] is a view of the middle

    The state stays a tensor for each parameter, and has as many elements, but for "step", which has one. The parameters themselves and their gradients stay where they are:
    they are copied to one array each, and the parameters back.
    """

    def __init__(self, params: list[Tensor], states: list[dict[str, Any]], names: Sequence[str]) -> None:
        self.params = params
        self.ids = set(map(id, params))
        self.shapes = [p._data.shape for p in params]
        self.names = names
        self.state_rows: list[np.ndarray] = []
        self.pieces: list[list[np.ndarray]] = [[] for _ in params]
        for name in names:
            old = [memory(state[name]) for state in states]
            row, views = _end_to_end(old)
            self.state_rows.append(row)
            for state, pieces, view in zip(states, self.pieces, views, strict=True):
                pieces.append(view)
                state[name] = wrap(view)
        self.param_row, self.param_views = _end_to_end([p._data for p in params])
        self.gradient_row = np.empty_like(self.param_row)

    def rows(self, state: Any) -> list[np.ndarray] | None:
        """The rows of all, the parameters' and gradients' filled in; None if not all is as it was laid out.

        That is the case where a gradient is missing, where a part of the state was replaced, or where parameters have
        seen different numbers of steps.
        """
        dtype = self.param_row.dtype
        values, gradients = [], []
        for p, shape, pieces in zip(self.params, self.shapes, self.pieces, strict=True):
            data, gradient, parts = p._data, p.grad, state.get(p)
            if gradient is None or not parts or data.shape != shape or data.dtype != dtype:
                return None
            for name, piece in zip(self.names, pieces, strict=True):
                if name not in parts or parts[name]._data is not piece:
                    return None
            row = gradient_row(gradient, self.param_row[: data.size])
            if row is None or type(data) is not np.ndarray:
                return None
            values.append(data.reshape(-1))
            gradients.append(row)
        if "step" in self.names and len(set(self.state_rows[self.names.index("step")].tolist())) > 1:
            return None
        np.concatenate(values, out=self.param_row)
        np.concatenate(gradients, out=self.gradient_row)
        return [self.param_row, self.gradient_row, *self.state_rows]

    def write_back(self, state: Any) -> None:
        """Copy the changed values to the parameters."""
        changed = []
        for p, view in zip(self.params, self.param_views, strict=True):
            p._data[...] = view
            changed.append(p)
            changed += [state[p][name] for name in self.names]
        note_writes(changed)


def _end_to_end(arrays: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Copies of the arrays in one row, and the views of it that are the single arrays."""
    row = np.concatenate([array.reshape(-1) for array in arrays])
    ends = np.cumsum([array.size for array in arrays]).tolist()
    return row, [row[end - array.size : end].reshape(array.shape) for array, end in zip(arrays, ends, strict=True)]


class Slabs:
    """The slabs of one optimizer. Parameters go into them at the first step that finds them with state."""

    def __init__(self) -> None:
        self._slabs: list[Slab] = []
        self._seen: set[int] = set()

    def add_new(self, params: list[Tensor], state: Any, names: Sequence[str]) -> None:
        """Lay out in slabs, one for each dtype, what is small and new among `params`; they have gradients and state."""
        new = [p for p in params if id(p) not in self._seen]
        if not new:
            return
        self._seen.update(map(id, new))
        alike: dict[Any, list[Tensor]] = {}
        for p in new:
            rows = rows_of(p, state[p], names)
            if rows is not None and rows[0].size <= SMALL:
                alike.setdefault(tuple(row.dtype for row in rows), []).append(p)
        for same in alike.values():
            if 1 < len(same) == len(set(map(id, same))):
                self._slabs.append(Slab(same, [state[p] for p in same], names))

    def update(self, params: list[Tensor], state: Any, rule: Callable[..., None]) -> list[Tensor]:
        """Apply the rule to all slabs that are as they were laid out; returns the parameters that remain."""
        for slab in self._slabs:
            if slab.ids.isdisjoint(map(id, params)):
                continue
            rows = slab.rows(state)
            if rows is not None:
                rule(*rows, small=True)
                slab.write_back(state)
                params = [p for p in params if id(p) not in slab.ids]
        return params


# The arithmetic.


@cache
def _blas_axpy() -> dict[np.dtype, Callable]:
    """BLAS's y += a * x. It is the one fused multiply-add within NumPy's reach, and the fastest way to this besides.

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
    else:
        blas = module_from_spec(spec)
        spec.loader.exec_module(blas)
    return {np.dtype(np.float32): blas.saxpy, np.dtype(np.float64): blas.daxpy}


def axpy(y: np.ndarray, x: np.ndarray, a: float) -> None:
    """``y += a * x``, rounded once. The rows must be of one dtype."""
    _blas_axpy()[y.dtype](x, y, a=a)


def axpy_of(y: np.ndarray, x: np.ndarray, a: float) -> np.ndarray:
    """``y + a * x``, rounded once."""
    result = y.copy()
    axpy(result, x, a)
    return result


def lerp(y: np.ndarray, x: np.ndarray, weight: float) -> None:
    """Move `y` towards `x`: ``y += weight * (x - y)``, reckoned from the nearer end."""
    difference = x - y
    rounded = y.dtype.type(weight)
    if abs(rounded) < 0.5:
        axpy(y, difference, weight)
    else:
        y[...] = x
        axpy(y, difference, rounded - y.dtype.type(1))


def add_square(y: np.ndarray, x: np.ndarray, a: float, fused: bool) -> None:
    """``y += (a * x) * x``, the sum and the second product rounded once if `fused` (float32 only)."""
    product = x * a
    if fused and y.dtype == np.float32:
        product = product.astype(np.float64)  # which holds a product of two float32 exactly
        product *= x
        product += y
        y[...] = product
    else:
        product *= x
        axpy(y, product, 1.0)


def blocks(*rows: np.ndarray | None) -> Iterator[tuple[Any, ...]]:
    """The rows, all of one length (or None), in pieces of at most :data:`BLOCK` elements."""
    size = rows[0].size if rows[0] is not None else 0
    if size <= BLOCK:
        yield rows
        return
    for start in range(0, size, BLOCK):
        yield tuple(None if row is None else row[start : start + BLOCK] for row in rows)


def number(x: Any) -> Any:
    """A hyperparameter for use with rows: a tensor as the NumPy scalar of its dtype, anything else as it is."""
    return memory(x).reshape(())[()] if isinstance(x, Tensor) else x
