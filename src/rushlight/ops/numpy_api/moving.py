"""NumPy's functions that only move elements, on Tensors.

Where its elements go, NumPy itself says: the function is called on their positions, and the elements follow in one
gather, which has a derivative. Position 0 is that of a zero, for what a function fills with zeros.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from ... import ops
from ...core.tensor import Tensor, wrap
from .arguments import arrays, every_axis, flat, holds_tensor, payloads, promoted, tensor

Call = Callable[..., Any]


def moving(function: Call, *moved: str) -> Call:
    """`function`, of which the parameters `moved` (arrays, or nested lists of them) hold the elements that are moved."""
    signature = inspect.signature(function)

    def call(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        given = bound.arguments
        pool = _Pool()
        for name, value in given.items():
            given[name] = pool.place(value) if name in moved else payloads(value)
        return pool.gather(function(*bound.args, **bound.kwargs))

    call.__name__ = function.__name__
    return call


class _Pool:
    """Elements in a row, and the arrays of their positions."""

    def __init__(self) -> None:
        self.parts: list[Any] = []
        self.count = 1

    def place(self, x: Any) -> Any:
        if isinstance(x, (list, tuple)):
            return type(x)([self.place(y) for y in x])
        self.parts.append(x)
        shape = np.shape(payloads(x))
        first, self.count = self.count, self.count + int(np.prod(shape, dtype=np.int64))
        return np.arange(first, self.count).reshape(shape) if shape else np.int64(first)

    def gather(self, positions: Any) -> Any:
        """The elements at `positions`: an array, or a list or tuple of arrays."""
        parts = [ops.flatten(p) for p in promoted(*self.parts)]
        pool = ops.cat([ops.zeros(1, dtype=parts[0].dtype), *parts])
        if isinstance(positions, (list, tuple)):
            return type(positions)([ops.take(pool, wrap(np.asarray(p, np.int64))) for p in positions])
        return ops.take(pool, wrap(np.asarray(positions, np.int64)))


_insert = moving(np.insert, "arr", "values")


def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Tensor:
    x = tensor(arr)
    return _insert(x, obj, _values(values, x), axis)


def _values(values: Any, x: Tensor) -> Tensor:
    """Values that are written into an array like `x`, in its dtype."""
    return tensor(values).to(x.dtype)


def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    if (
        mode not in ("constant", "edge", "reflect", "symmetric", "wrap", "empty")
        or kwargs.get("reflect_type", "even") != "even"
    ):
        if holds_tensor(array) and array.requires_grad:
            raise NotImplementedError(f"numpy.pad of a Tensor that requires grad with mode={mode!r}")
        return wrap(np.pad(arrays(array), payloads(pad_width), mode, **payloads(kwargs)))
    x, pool = tensor(array), _Pool()
    positions = pool.place(x)
    if "constant_values" in kwargs:
        kwargs["constant_values"] = pool.place(_values(kwargs["constant_values"], x))
    return pool.gather(
        np.pad(positions, payloads(pad_width), "constant" if mode == "empty" else mode, **payloads(kwargs))
    )


def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Tensor:
    """The elements from the first to the last that are not zero."""
    x = tensor(filt)
    nonzero, window = np.nonzero(payloads(x)), [slice(None)] * x.ndim
    for i in every_axis(x, axis):
        places = nonzero[i]
        start = int(places.min()) if len(places) and "f" in trim.lower() else 0
        stop = int(places.max()) + 1 if len(places) and "b" in trim.lower() else x.shape[i] if len(places) else 0
        window[i] = slice(start, stop)
    return x[tuple(window)]


def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Tensor, ...]:
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    vectors = [flat(x) for x in xi]
    shapes = [[-1 if i == j else 1 for j in range(len(vectors))] for i in range(len(vectors))]
    if indexing == "xy" and len(vectors) > 1:
        shapes[0], shapes[1] = shapes[1], shapes[0]
    grids = [ops.reshape(x, shape) for x, shape in zip(vectors, shapes)]
    return tuple(grids) if sparse else tuple(ops.broadcast_tensors(*grids))


def partition(a: Any, kth: Any, axis: Any = -1, kind: Any = "introselect", order: Any = None) -> Tensor:
    x, axis = (flat(a), -1) if axis is None else (tensor(a), axis)
    return ops.take_along_dim(x, wrap(np.argpartition(payloads(x), kth, axis, kind, order)), axis)


def sort_complex(a: Any) -> Tensor:
    x = tensor(a)
    values = ops.take_along_dim(x, wrap(np.argsort(payloads(x), axis=-1)), -1)
    return (
        values
        if values.is_complex()
        else ops.complex(
            values.to(ops.result_type(values, 1.0)), ops.zeros_like(values, dtype=ops.result_type(values, 1.0))
        )
    )


FUNCTIONS: dict[str, Call] = {
    "append": moving(np.append, "arr", "values"),
    "block": moving(np.block, "arrays"),
    "choose": moving(np.choose, "choices"),
    "compress": moving(np.compress, "a"),
    "delete": moving(np.delete, "arr"),
    "diagflat": moving(np.diagflat, "v"),
    "extract": moving(np.extract, "arr"),
    "insert": insert,
    "meshgrid": meshgrid,
    "pad": pad,
    "partition": partition,
    "resize": moving(np.resize, "a"),
    "rollaxis": moving(np.rollaxis, "a"),
    "sort_complex": sort_complex,
    "trim_zeros": trim_zeros,
}
