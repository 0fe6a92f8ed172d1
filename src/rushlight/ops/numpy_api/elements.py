"""NumPy's functions of shape and of single elements, on Tensors: those that derivative rules call, and their kin.

Where a parameter of NumPy's signature is missing here, torch has nothing like it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ... import ops
from ...arrays import dtypes
from ...core.tensor import Tensor
from .arguments import every_axis, flat, operand, payloads, promoted, size, tensor, torch_dtype


def _like(x: Any, dtype: Any, shape: Any, value: Any) -> Tensor:
    x = tensor(x)
    if isinstance(value, Tensor):
        like = _like(x, dtype, shape, 0)
        return ops.broadcast_to(value.to(like.dtype), like.shape).clone()
    if shape is None:
        return ops.full_like(x, value, dtype=torch_dtype(dtype))
    return ops.full(size(shape), value, dtype=torch_dtype(dtype) or x.dtype)


def _transpose(a: Any, axes: Any = None) -> Tensor:
    x = tensor(a)
    return ops.permute(x, tuple(range(x.ndim))[::-1] if axes is None else tuple(axes))


def _squeeze(a: Any, axis: Any = None) -> Tensor:
    x = tensor(a)
    if axis is None:
        return ops.squeeze(x)
    along = every_axis(x, axis)
    if any([x.shape[i] != 1 for i in along]):
        raise ValueError("cannot select an axis to squeeze out which has size not equal to one")
    return ops.squeeze(x, along)


def _expand_dims(a: Any, axis: Any) -> Tensor:
    x = tensor(a)
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    for i in sorted([n % (x.ndim + len(axes)) for n in axes]):
        x = ops.unsqueeze(x, i)
    return x


def _reshape(a: Any, shape: Any, order: str = "C", *, copy: Any = None) -> Tensor:
    x = tensor(a)
    if order == "F":
        return _transpose(ops.reshape(_transpose(x), size(shape)[::-1]))
    return ops.reshape(x, size(shape))


def _concatenate(arrays: Any, /, axis: Any = 0, *, dtype: Any = None, casting: str = "same_kind") -> Tensor:
    parts = [flat(x) if axis is None else tensor(x) for x in arrays]
    joined = ops.cat(parts, axis or 0)
    return joined if dtype is None else joined.to(torch_dtype(dtype))


def _split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    x = tensor(ary)
    if isinstance(indices_or_sections, int):
        if x.shape[axis] % indices_or_sections:
            raise ValueError("array split does not result in an equal division")
        return list(ops.split(x, max(x.shape[axis] // indices_or_sections, 1), axis))
    return list(ops.tensor_split(x, tuple(indices_or_sections), axis))


def _split_along(axis: int) -> Callable[..., list[Tensor]]:
    def split(ary: Any, indices_or_sections: Any) -> list[Tensor]:
        x = tensor(ary)
        if x.ndim < (1 if axis == 1 else axis + 1):
            raise ValueError(
                f"{'vhd'[axis]}split only works on arrays of {max(axis + 1, 1 if axis == 1 else 2)} or more dimensions"
            )
        return _split(x, indices_or_sections, 0 if x.ndim == 1 else axis)

    return split


def _where(condition: Any, *xy: Any) -> Any:
    condition = tensor(condition)
    if condition.dtype is not dtypes.bool_:
        condition = condition != 0
    return ops.where(condition, *[operand(x) for x in xy])


def _clip(a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, *, min: Any = None, max: Any = None) -> Tensor:
    low, high = [operand(x) for x in (a_min if min is None else min, a_max if max is None else max)]
    x = tensor(a)
    if low is None and high is None:
        return x.clone()
    if isinstance(low, Tensor) is not isinstance(high, Tensor):
        low, high = [None if b is None else tensor(b) for b in (low, high)]
    return ops.clamp(x, low, high)


def _repeat(a: Any, repeats: Any, axis: Any = None) -> Tensor:
    x = tensor(a)
    counts = repeats if isinstance(repeats, int) else ops.flatten(tensor(repeats))
    if isinstance(counts, Tensor) and counts.numel() == 1:
        counts = int(counts.item())
    return ops.repeat_interleave(flat(x) if axis is None else x, counts, dim=axis or 0)


def _roll(a: Any, shift: Any, axis: Any = None) -> Tensor:
    if axis is not None and isinstance(shift, (tuple, list)) is not isinstance(axis, (tuple, list)):
        shift, axis = [list(n) for n in zip(*np.broadcast(shift, axis))]
    return ops.roll(tensor(a), shift, () if axis is None else axis)


def _diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    return ops.diagonal(tensor(a), offset, axis1, axis2)


def _trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Tensor:
    return ops.sum(_diagonal(a, offset, axis1, axis2), -1, dtype=torch_dtype(dtype))


def _atleast(name: str, n: int) -> Callable[..., Any]:
    def atleast(*arys: Any) -> Any:
        return getattr(ops, name)(*[tensor(x) for x in arys])

    return atleast


def _matched(name: str) -> Callable[..., Any]:
    def compare(a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False) -> Any:
        x, y = promoted(a, b)
        if name == "allclose":
            x, y = ops.broadcast_tensors(x, y)
        return getattr(ops, name)(x, y, rtol, atol, equal_nan)

    return compare


def _array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> bool:
    x, y = promoted(a1, a2)
    if tuple(x.shape) != tuple(y.shape):
        return False
    same = x == y
    return bool((same | (ops.isnan(x) & ops.isnan(y)) if equal_nan else same).all())


def _take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Tensor:
    x = flat(a) if axis is None else tensor(a)
    axis, indices = (axis or 0) % max(x.ndim, 1), np.asarray(payloads(indices))
    if mode == "wrap":
        indices = indices % x.shape[axis]
    elif mode == "clip":
        indices = np.clip(indices, 0, x.shape[axis] - 1)
    elif indices.size and not -x.shape[axis] <= indices.min() <= indices.max() < x.shape[axis]:
        bad = indices[(indices < -x.shape[axis]) | (indices >= x.shape[axis])].flat[0]
        raise IndexError(f"index {bad} is out of bounds for axis {axis} with size {x.shape[axis]}")
    indices = np.where(indices < 0, indices + x.shape[axis], indices)
    picked = ops.index_select(x, axis, tensor(indices.reshape(-1)))
    return ops.reshape(picked, (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]))


def _take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Tensor:
    if axis is None:
        return ops.take_along_dim(flat(arr), tensor(indices), 0)
    x, where = tensor(arr), tensor(indices)
    return ops.take_along_dim(x, ops.where(where < 0, where + x.shape[axis], where), axis)


def _sort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Tensor:
    x = flat(a) if axis is None else tensor(a)
    return ops.sort(x, dim=-1 if axis is None else axis, stable=_stable(kind, order, stable))[0]


def _argsort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Tensor:
    x = flat(a) if axis is None else tensor(a)
    return ops.argsort(x, dim=-1 if axis is None else axis, stable=_stable(kind, order, stable))


def _stable(kind: Any, order: Any, stable: Any) -> bool:
    if order is not None:
        raise ValueError("Cannot specify order when the array has no fields.")
    return bool(stable) or kind in ("stable", "mergesort")


def _searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Tensor:
    x, y = promoted(a, v)
    return ops.searchsorted(x, y, side=side, sorter=None if sorter is None else tensor(sorter))


def _dot(a: Any, b: Any) -> Tensor:
    x, y = promoted(a, b)
    if x.ndim == 0 or y.ndim == 0:
        return x * y
    if y.ndim > 2:
        return ops.tensordot(x, y, ([x.ndim - 1], [y.ndim - 2]))
    return ops.matmul(x, y)


def _vdot(a: Any, b: Any, /) -> Tensor:
    return ops.vdot(*promoted(flat(a), flat(b)))


def _inner(a: Any, b: Any, /) -> Tensor:
    return ops.inner(*promoted(a, b))


def _kron(a: Any, b: Any) -> Tensor:
    return ops.kron(tensor(a), tensor(b))


def _tensordot(a: Any, b: Any, axes: Any = 2) -> Tensor:
    x, y = promoted(a, b)
    if not isinstance(axes, int):
        axes = [[i] if isinstance(i, int) else list(i) for i in axes]
    return ops.tensordot(x, y, axes)


def _einsum(
    *operands: Any, optimize: Any = False, dtype: Any = None, order: str = "K", casting: str = "safe"
) -> Tensor:
    if isinstance(operands[0], str):
        subscripts, *values = operands
        return ops.einsum(subscripts, *_typed(values, dtype))
    lists = list(operands)
    lists[: len(lists) // 2 * 2 : 2] = _typed(lists[: len(lists) // 2 * 2 : 2], dtype)
    return ops.einsum(*lists)


def _typed(values: list[Any], dtype: Any) -> list[Tensor]:
    return promoted(*values) if dtype is None else [tensor(x).to(torch_dtype(dtype)) for x in values]


def _nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Tensor:
    return ops.nan_to_num(tensor(x), *[None if v is None else operand(v) for v in (nan, posinf, neginf)])


def _angle(z: Any, deg: bool = False) -> Tensor:
    return ops.rad2deg(ops.angle(tensor(z))) if deg else ops.angle(tensor(z))


def _unstack(x: Any, /, *, axis: int = 0) -> tuple[Tensor, ...]:
    return ops.unbind(tensor(x), axis)


def _broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Tensor, ...]:
    return tuple(ops.broadcast_tensors(*[tensor(x) for x in args]))


def _numel(a: Any, axis: Any = None) -> int:
    return a.numel() if axis is None else math.prod([a.shape[i] for i in every_axis(a, axis)])


def _joined(name: str) -> Callable[..., Tensor]:
    def join(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Tensor:
        joined = getattr(ops, name)([tensor(x) for x in tup])
        return joined if dtype is None else joined.to(torch_dtype(dtype))

    return join


def _stack(arrays: Any, axis: int = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind") -> Tensor:
    stacked = ops.stack([tensor(x) for x in arrays], operator.index(axis))
    return stacked if dtype is None else stacked.to(torch_dtype(dtype))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    # Like another array.
    "zeros_like": lambda a, dtype=None, order="K", subok=True, shape=None, device=None: _like(a, dtype, shape, 0),
    "ones_like": lambda a, dtype=None, order="K", subok=True, shape=None, device=None: _like(a, dtype, shape, 1),
    "full_like": lambda a, fill_value, dtype=None, order="K", subok=True, shape=None, device=None:
        _like(a, dtype, shape, operand(fill_value)),
    "empty_like": lambda a, dtype=None, order="K", subok=True, shape=None, device=None: _like(a, dtype, shape, 0),
    "copy": lambda a, order="K", subok=False: ops.clone(tensor(a)),
    "astype": lambda x, dtype, /, *, copy=True, device=None: x.to(torch_dtype(dtype), copy=copy),
    # Of shape.
    "shape": lambda a: a.shape,
    "ndim": lambda a: a.ndim,
    "size": _numel,
    "reshape": _reshape,
    "ravel": lambda a, order="C": flat(_transpose(a)) if order == "F" else ops.ravel(tensor(a)),
    "transpose": _transpose,
    "permute_dims": _transpose,
    "matrix_transpose": lambda x, /: x.mT,
    "swapaxes": lambda a, axis1, axis2: ops.transpose(tensor(a), axis1, axis2),
    "moveaxis": lambda a, source, destination: ops.movedim(tensor(a), source, destination),
    "squeeze": _squeeze,
    "expand_dims": _expand_dims,
    "broadcast_to": lambda array, shape, subok=False: ops.broadcast_to(tensor(array), size(shape)),
    "broadcast_arrays": _broadcast_arrays,
    "concatenate": _concatenate,
    "stack": _stack,
    "vstack": _joined("vstack"),
    "hstack": _joined("hstack"),
    "dstack": lambda tup: ops.dstack([tensor(x) for x in tup]),
    "column_stack": lambda tup: ops.column_stack([tensor(x) for x in tup]),
    "split": _split,
    "vsplit": _split_along(0), "hsplit": _split_along(1), "dsplit": _split_along(2),
    "array_split": lambda ary, indices_or_sections, axis=0:
        list(ops.tensor_split(tensor(ary), indices_or_sections, axis)),
    "unstack": _unstack,
    "tile": lambda A, reps: ops.tile(tensor(A), size(reps)),
    "repeat": _repeat,
    "roll": _roll,
    "flip": lambda m, axis=None: ops.flip(tensor(m), every_axis(tensor(m), axis)),
    "flipud": lambda m: ops.flipud(tensor(m)),
    "fliplr": lambda m: ops.fliplr(tensor(m)),
    "rot90": lambda m, k=1, axes=(0, 1): ops.rot90(tensor(m), k, axes),
    "tril": lambda m, k=0: ops.tril(tensor(m), k),
    "triu": lambda m, k=0: ops.triu(tensor(m), k),
    "diag": lambda v, k=0: ops.diag(tensor(v), k),
    "diagonal": _diagonal,
    "trace": _trace,
    **{name: _atleast(name, n) for n, name in enumerate(("atleast_1d", "atleast_2d"), 1)},
    "atleast_3d": _atleast("atleast_3d", 3),
    # Of elements.
    "where": _where,
    "clip": _clip,
    "real": lambda val: val.real,
    "imag": lambda val: val.imag if val.is_complex() else ops.zeros_like(val),
    "angle": _angle,
    "round": lambda a, decimals=0, out=None: ops.round(tensor(a), decimals=decimals),
    "around": lambda a, decimals=0, out=None: ops.round(tensor(a), decimals=decimals),
    "fix": lambda x, out=None: ops.trunc(tensor(x)),
    "nan_to_num": _nan_to_num,
    "sinc": lambda x: ops.sinc(tensor(x)),
    "i0": lambda x: ops.i0(tensor(x)),
    "isclose": _matched("isclose"),
    "allclose": _matched("allclose"),
    "array_equal": _array_equal,
    "isreal": lambda x: ops.isreal(tensor(x)),
    "isneginf": lambda x, out=None: ops.isneginf(tensor(x)),
    "isposinf": lambda x, out=None: ops.isposinf(tensor(x)),
    "iscomplexobj": lambda x: x.is_complex(),
    "isrealobj": lambda x: not x.is_complex(),
    "take_along_axis": _take_along_axis,
    "take": _take,
    "searchsorted": _searchsorted,
    "sort": _sort,
    "argsort": _argsort,
    # Products.
    "dot": _dot, "vdot": _vdot, "inner": _inner, "kron": _kron, "tensordot": _tensordot, "einsum": _einsum,
    "outer": lambda a, b, out=None: ops.outer(*promoted(flat(a), flat(b))),
}  # fmt: skip
