"""Places of elements: as coordinates from their numbers, and a fixed count of those that are not zero."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.tensor import Tensor, wrap
from ..support.arguments import check_int, check_tensor
from ..support.attach import methods
from ..support.layered import reads_values
from ..support.outputs import into

__all__ = ["nonzero_static", "unravel_index"]


def _check_shape(shape: Any) -> tuple[int, ...]:
    if isinstance(shape, int):
        sizes: tuple[Any, ...] = (shape,)
    elif isinstance(shape, (tuple, list, str)):
        sizes = tuple(shape)
    else:
        kind = f"torch.{type(shape).__name__}" if isinstance(shape, Tensor) else type(shape).__name__
        raise TypeError(f"expected 'shape' to be int or sequence of ints, but got <class '{kind}'>")
    for n in sizes:
        if not isinstance(n, int):
            raise TypeError(f"expected 'shape' sequence to only contain ints, but got <class '{type(n).__name__}'>")
    if any([n < 0 for n in sizes]):
        raise ValueError(f"'shape' cannot have negative values, but got {sizes}")
    return sizes


@reads_values
def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """The coordinates, one tensor for each dimension, of the elements with these numbers in a tensor of this `shape`.

    Numbers beyond the end start again. Raises TypeError unless all are integers, ValueError for negative sizes.

    >>> torch.unravel_index(torch.tensor([3, 7]), (4, 5))
    (tensor([0, 1]), tensor([3, 2]))
    """
    if indices.dtype.category != 1:
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    sizes = _check_shape(shape)
    if not sizes:
        return ()
    if 0 in sizes and indices._data.size:
        raise RuntimeError("ZeroDivisionError")
    steps = np.array([math.prod(sizes[i + 1 :]) for i in range(len(sizes))], np.int64)
    data = np.asarray(indices._data)[..., None] // np.maximum(steps, 1) % np.maximum(np.array(sizes, np.int64), 1)
    return wrap(data).unbind(-1)


@reads_values
def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1, out: Tensor | None = None) -> Tensor:
    """The places of the first `size` elements other than zero, as the rows of a matrix; `fill_value` where there are less.

    Raises RuntimeError for a negative `size`.

    >>> torch.nonzero_static(torch.tensor([0, 3, 5]), size=3)
    tensor([[ 1],
            [ 2],
            [-1]])
    """
    check_tensor("nonzero_static", input)
    check_int("nonzero_static", size, "size", None)
    check_int("nonzero_static", fill_value, "fill_value", None)
    if out is not None:
        return into(out, lambda: nonzero_static(input, size=size, fill_value=fill_value))
    if size < 0:
        raise RuntimeError("nonzero_static: 'size' must be an non-negative integer")
    places = np.argwhere(np.asarray(input._data))[:size]
    rows = np.full((size, input._data.ndim), fill_value, np.int64)
    rows[: len(places)] = places
    return wrap(rows)


methods(nonzero_static=nonzero_static)
