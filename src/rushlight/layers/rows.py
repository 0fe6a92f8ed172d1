"""Backward on the gradients of all examples at once, as payloads.

Note [The batch is one dimension more]
    Where a gradient is batched, the rules of a node are written for one example, and what the node saved is that of one.
    Run on Tensors, they would go through the layer's dispatch operation by operation. But most nodes need no more than to
    be read as an operation on the whole batch, whose rules then compute on its payload, the examples along the first
    dimension of the gradient:

    - what was saved by a *pointwise* operation broadcasts as it stands, and so do stacks of matrices (`BROADCAST`);
    - where nothing but shapes and dimensions was saved (`DIMENSIONS`), the shapes begin with the size of the batch and
      dimensions come one later;
    - products of matrices are written out here (`WRITTEN`): the rows of all examples are one matrix.

    All others, and gradients that lie in more than one batch or have tangents, go the long way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from ..arrays.blocks import LARGE
from ..arrays.products import product
from ..arrays.summation import along
from ..arrays.threads import get_number
from ..core.node import Node
from ..core.op import Op
from ..core.record import conform, unbroadcast
from ..core.tensor import PLAIN, Tensor
from ..ops.layout.broadcasting import expand_op
from ..ops.products.matmul import fold
from .batched import examples
from .kinds import is_pointwise

#: The gradients of a node's edges by those of its results: the node as its rules see it, the rows, what was saved.
Slope = Callable[[Any, Any, Any], Any]

#: Products of stacks, whose rules take any dimensions in front.
BROADCAST = {"bmm", "bmm_broadcast", "linear_of_examples", "vectors_of_examples"}
#: Operations that save nothing but shapes, dimensions and other numbers, with the names of these dimensions.
DIMENSIONS = {
    **dict.fromkeys(("view", "reshape_alias", "unsafe_view", "alias", "clone"), ()),
    **dict.fromkeys(("select", "slice", "select_backward", "slice_backward", "sum_dim", "mean_dim", "cumsum"), ("dim",)),
    **dict.fromkeys(("squeeze", "squeeze_dim", "squeeze_dims", "flip"), ("dims",)),
    **dict.fromkeys(("cat", "stack"), ("dim",)),
    "transpose": ("dim0", "dim1"),
    "diagonal": ("dim1", "dim2"),
    "diagonal_backward": ("dim1", "dim2"),
}  # fmt: skip


def backward(node: Node, part: Any, g: Tensor) -> list[Any] | None:
    """The gradients of the edges of a node whose result has the batched gradient `g`, where they can be had from payloads;
    else None. `part` is the node as its rules see it. See Note [The batch is one dimension more].
    """
    physical = g._data.physical
    if physical.__class__ not in PLAIN:
        return None
    rows, metas, level = physical._data, node.metas, g._data.level
    slope = slope_of(node.op)
    if slope is None or (rows.size >= LARGE and node.op.inputs and get_number() > 1):
        return None  # threads share pointwise operations on large tensors
    if metas is not None and metas.conjugate:
        return None
    found = slope(part, rows, node.values)
    if found is None:
        return None
    if metas is not None:
        found = [None if x is None or edge is None else _fitted(x, rows, *edge) for x, edge in zip(found, metas.edges)]
    elif node.op.inputs:
        shape = rows.shape
        found = [x if x is None or x.shape == shape else _fitted(x, rows, shape[1:], None) for x in found]
    return [None if x is None else examples(x, level) for x in found]


def _fitted(gradient: Any, rows: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """The gradients of all examples in the shape and the dtype of one example's input: broadcasts are undone."""
    wanted = (len(rows), *shape)
    if gradient.shape != wanted:
        if gradient.ndim < rows.ndim:
            gradient = np.broadcast_to(gradient, rows.shape)
        lacking = (1,) * (gradient.ndim - len(wanted))
        gradient = unbroadcast(gradient, (len(rows), *lacking, *shape)).reshape(wanted)
    return gradient if dtype is None else conform(gradient, wanted, dtype)


@cache
def slope_of(op: Op) -> Slope | None:
    """How an operation's gradients are computed on rows; None where that is not known."""
    if op.name in WRITTEN:
        written, names = WRITTEN[op.name], op.saves
        return lambda part, rows, values: written(part.edges, rows, **dict(zip(names, values)))
    if op.name in DIMENSIONS:
        return _shifting(op, DIMENSIONS[op.name])
    if op.name in BROADCAST or (op.inputs and is_pointwise(op)):
        return lambda part, rows, values: op.backward(part, rows, values)  # which is another one after its first call
    return None


def _shifting(op: Op, dimensions: Sequence[str]) -> Slope:
    """The rules on what an operation on the whole batch would have saved."""
    shapes = [i for i, name in enumerate(op.saves) if name.endswith("_shape")]
    places = [op.saves.index(name) for name in dimensions]

    def slope(part: Any, rows: Any, values: Any) -> Any:
        if not values:
            return op.backward(part, rows, values)
        given, size, ndim = list(values), len(rows), rows.ndim - 1
        for i in shapes:
            shape = given[i]
            if shape.__class__ is list:  # of several tensors, in which those without elements may lack dimensions
                given[i] = [(size, *s) for s in shape]
                if (0,) in shape:
                    return None
            elif shape is not None:
                given[i], ndim = (size, *shape), len(shape)
        for i in places:
            moved = _later(given[i], ndim)
            if moved is None:
                return None
            given[i] = moved
        return op.backward(part, rows, given)

    return slope


def _later(dim: Any, ndim: int) -> Any:
    """A dimension of an example, or several, as those of the batch; None where an example has none."""
    if dim.__class__ is int:
        return None if not ndim else dim + 1 if dim >= 0 else dim + ndim + 1
    if dim is None:
        return tuple(range(1, ndim + 1)) if ndim else None
    found = [_later(d, ndim) for d in dim]
    return None if None in found else tuple(found)


# Written out: functions of the node's edges, of the rows, and of what was saved, by its names.


def _spread(g: Any, shape: tuple[int, ...]) -> Any:
    """A number for each example, repeated in an example's shape."""
    return expand_op(g.reshape(len(g), *(1,) * len(shape)), (len(g), *shape))


def _sum(edges: Any, rows: Any, x_shape: Any, **_: Any) -> Any:
    return (_spread(rows, x_shape),)


def _mean(edges: Any, rows: Any, x_shape: Any, **_: Any) -> Any:
    return (_spread(rows / math.prod(x_shape), x_shape),)


def _expand(edges: Any, rows: Any, x_shape: Any, **_: Any) -> Any:
    return (_fitted(rows, rows, x_shape, None),)


def _t(edges: Any, rows: Any, **_: Any) -> Any:
    return (rows.swapaxes(1, 2) if rows.ndim == 3 else rows,)


def _permute(edges: Any, rows: Any, dims: Any, **_: Any) -> Any:
    order = [dim % len(dims) for dim in dims]
    return (rows.transpose(0, *[order.index(i) + 1 for i in range(len(order))]),)


def _unsqueeze(edges: Any, rows: Any, x_shape: Any, **_: Any) -> Any:
    return (rows.reshape(len(rows), *x_shape),)


def _times(rows: Any, y: Any) -> Any:
    """The matrices of all examples, times one: as one matrix, unless each has rows enough for a product of its own. (BLAS
    takes 20,480 x 32 times 32 x 10 in 0.33 ms, in portions of 64 rows in 0.19.)"""
    if rows.shape[-2] >= 32:
        return product(rows, y)
    return product(fold(rows), y).reshape(*rows.shape[:-1], y.shape[-1])


def _mm(edges: Any, rows: Any, x: Any, y: Any, **_: Any) -> Any:
    by_x, by_y = edges
    return None if by_x is None else _times(rows, y.T), None if by_y is None else product(x.T, rows)


def _mv(edges: Any, rows: Any, x: Any, y: Any, **_: Any) -> Any:
    by_x, by_y = edges
    return None if by_x is None else rows[..., None] * y, None if by_y is None else product(rows, x)


def _vm(edges: Any, rows: Any, x: Any, y: Any, **_: Any) -> Any:
    by_x, by_y = edges
    return None if by_x is None else product(rows, y.T), None if by_y is None else x[:, None] * rows[:, None]


def _dot(edges: Any, rows: Any, x: Any, y: Any, **_: Any) -> Any:
    by_x, by_y = edges
    return None if by_x is None else rows[:, None] * y, None if by_y is None else rows[:, None] * x


def _linear(edges: Any, rows: Any, x: Any, weight: Any, x_shape: Any) -> Any:
    *by_bias, by_x, by_weight = edges
    of_bias = [None if edge is None else along(rows, (1,)) for edge in by_bias]
    of_x = None if by_x is None else _times(rows, weight).reshape(len(rows), *x_shape)
    return *of_bias, of_x, None if by_weight is None else product(rows.mT, fold(x))


WRITTEN: dict[str, Callable[..., Any]] = {
    "sum": _sum, "mean": _mean, "expand": _expand, "t": _t, "permute": _permute, "unsqueeze": _unsqueeze,
    "mm": _mm, "mv": _mv, "vm": _vm, "dot": _dot, "linear": _linear, "linear_without_bias": _linear,
}  # fmt: skip
