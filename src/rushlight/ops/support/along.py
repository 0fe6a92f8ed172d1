"""Results of reductions put back: at their places along a dimension, or with the dimensions they lost."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..indexing.scattering import gather_op, scatter_add_op, zeros_from
from .accumulation import put_along, taken_along


def other_dims(ndim: int, dim: int) -> tuple[int, ...]:
    """All dimensions but one."""
    return tuple([d for d in range(ndim) if d != dim])


def gather_along(x: Any, index: Any, dim: int) -> Any:
    """The elements of `x` at `index` along `dim`; both have the same number of dimensions."""
    if x.__class__ is np.ndarray and x.ndim:
        return taken_along(x, index, dim)
    return gather_op(x, dim, index)


def scatter_along(g: Any, index: Any, dim: int, shape: tuple[int, ...], distinct: bool = True) -> Any:
    """Zeros of `shape`, to which `g` is added at the places of `index` along `dim`. `distinct`: no place twice."""
    if not distinct or g.__class__ is not np.ndarray or not g.ndim:
        return scatter_add_op(zeros_from(g, shape), g, dim, index)
    out = np.zeros(shape, g.dtype)
    put_along(out, index, dim, g)
    return out


def restored(g: Any, dim: Any, keepdim: bool, ndim: int) -> Any:
    """A reduction's result or gradient with the reduced dimensions (None: all) as ones."""
    if keepdim or not ndim:
        return g
    if dim is None:
        return g.reshape((1,) * ndim)
    if dim.__class__ is int:
        dim = (dim,)
    shape = list(g.shape)
    for d in sorted(dim):
        shape.insert(d, 1)
    return g.reshape(tuple(shape))
