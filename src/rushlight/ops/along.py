"""Elements taken from, and put along, one dimension by an index: what reductions that select elements are made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.op import op


def places(shape: tuple[int, ...], index: Any, dim: int) -> tuple[Any, ...]:
    """The full index of the places (..., index, ...) of an array: `index` has its number of dimensions."""
    ndim = index.ndim
    out = []
    for d, n in enumerate(index.shape):
        if d == dim:
            out.append(index)
        else:
            out.append(np.arange(n).reshape((1,) * d + (n,) + (1,) * (ndim - d - 1)))
    return tuple(out)


def _gather(x: Any, index: Any, dim: int) -> Any:
    return x[places(x.shape, index, dim)] if x.ndim else x[...]


def _scatter(g: Any, index: Any, dim: int, shape: tuple[int, ...]) -> Any:
    if not shape:
        return g
    out = np.zeros_like(g, shape=shape)
    out[places(shape, index, dim)] = g
    return out


def _scatter_add(g: Any, index: Any, dim: int, shape: tuple[int, ...]) -> Any:
    if not shape:
        return g
    out = np.zeros_like(g, shape=shape)
    np.add.at(out, places(shape, index, dim), g)
    return out


#: x[..., index, ...], `index` in the number of dimensions of `x`.
gather_along = op("gather_along", _gather, "GatherBackward0", {
    "x": lambda g, index, dim, x_shape: scatter_add_along(g, index, dim, x_shape),
})  # fmt: skip
#: Zeros of `shape` with `g` at the places of `index`, all of them different.
scatter_along = op("scatter_along", _scatter, "ScatterBackward0", {
    "g": lambda gg, index, dim: gather_along(gg, index, dim),
})  # fmt: skip
#: Zeros of `shape` to which `g` is added at the places of `index`.
scatter_add_along = op("scatter_add_along", _scatter_add, "ScatterAddBackward0", {
    "g": lambda gg, index, dim: gather_along(gg, index, dim),
})  # fmt: skip


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
