"""Results of reductions put back: at their places along a dimension, or with the dimensions they lost."""

from __future__ import annotations

from typing import Any

from .scattering import gather_op, scatter_add_op, zeros_from


def gather_along(x: Any, index: Any, dim: int) -> Any:
    """The elements of `x` at `index` along `dim`; both have the same number of dimensions."""
    return gather_op(x, dim, index)


def scatter_along(g: Any, index: Any, dim: int, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape`, to which `g` is added at the places of `index` along `dim`."""
    return scatter_add_op(zeros_from(g, shape), g, dim, index)


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
