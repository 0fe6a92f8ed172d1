"""LAPACK and BLAS on stacks of matrices, through SciPy, which is loaded when the first of them is called."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

Call = Callable[..., Any]


@cache
def _routine(library: str, name: str, kind: str) -> Call:
    from importlib import import_module

    return getattr(import_module(f"scipy.linalg.{library}"), "sdcz"["fdFD".index(kind)] + name)


def lapack(name: str, like: Any) -> Call:
    """The LAPACK routine of this name (``getrf``, ...) for the dtype of the array `like`."""
    return _routine("lapack", name, like.dtype.char)


def blas(name: str, like: Any) -> Call:
    """The BLAS routine of this name for the dtype of the array `like`."""
    return _routine("blas", name, like.dtype.char)


def singly(x: Any) -> bool:
    """Whether to call LAPACK for each matrix. NumPy takes a stack at once, but computes all in double precision: twice
    the work, and a matrix that is singular in single precision is not noticed. Only many small matrices are worth that.
    """
    return x.dtype.char in "fF" and 0 < x.size <= x.shape[-2] * x.shape[-1] * max(x.shape[-1], 8)


def each(function: Call, shapes: list[tuple[int, ...]], kinds: list[Any], *stacks: Any) -> list[Any]:
    """``function(*matrices)``, which returns a list of arrays, on each matrix of stacks with the same leading dimensions.

    `shapes` and `kinds` (dtypes) are those of the results on one matrix. Stacks come with the number of dimensions of
    one item: pairs (array, ndim).
    """
    (first, ndim), arrays = stacks[0], [a for a, _ in stacks]
    batch = first.shape[: first.ndim - ndim]
    outs = [np.empty((*batch, *shape), kind) for shape, kind in zip(shapes, kinds)]
    for i in np.ndindex(batch):
        for out, result in zip(outs, function(*[a[i] for a in arrays])):
            out[i] = result
    return [out[()] for out in outs]


def stretched(*stacks: tuple[Any, int]) -> list[tuple[Any, int]]:
    """Pairs (array, ndim of one item) with their leading dimensions broadcast together."""
    batch = np.broadcast_shapes(*[a.shape[: a.ndim - ndim] for a, ndim in stacks])
    return [(np.broadcast_to(a, (*batch, *a.shape[a.ndim - ndim :])), ndim) for a, ndim in stacks]


def adjoint(x: Any) -> Any:
    """The conjugate transposes of matrices; a payload or a Tensor."""
    kind = getattr(x, "_data", x).dtype.kind
    return x.mT.conj() if kind == "c" else x.mT
