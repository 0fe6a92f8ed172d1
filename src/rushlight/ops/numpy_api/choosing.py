"""NumPy's functions that choose among elements or functions, and those of sets, on Tensors."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from itertools import product
from typing import Any

import numpy as np

from ... import ops
from ...arrays import dtypes
from ...core.tensor import Tensor, wrap
from .arguments import every_axis, flat, payloads, promoted, tensor, tensors
from .reductions import condition


def select(condlist: Any, choicelist: Any, default: Any = 0) -> Tensor:
    """From the choice of the first condition that holds, else `default`."""
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if not len(condlist):
        raise ValueError("select with an empty condition list is not possible")
    *choices, result = promoted(*choicelist, default)
    for where, choice in zip(condlist[::-1], choices[::-1]):
        result = ops.where(condition(where), choice, result)
    return result


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Tensor:
    """Each function (or number) where its condition holds; a further function where none does."""
    x = tensor(x)
    if isinstance(condlist, bool) or (np.ndim(payloads(condlist)) < 2 and x.ndim != 0 and not _several(condlist)):
        condlist = [condlist]
    conditions = [ops.broadcast_to(condition(c), x.shape) for c in condlist]
    if len(funclist) == len(conditions) + 1:
        conditions.append(~reduce(lambda a, b: a | b, conditions))
    elif len(funclist) != len(conditions):
        raise ValueError(f"with {len(conditions)} condition(s), either {len(conditions)} or {len(conditions) + 1} functions "
                         "are expected")  # fmt: skip
    result = ops.zeros_like(x)
    for where, function in zip(conditions, funclist):
        if not callable(function):
            result = ops.where(where, tensor(function).to(x.dtype), result)
        elif bool(where.any()):
            result = ops.masked_scatter(result, where, tensor(function(x[where], *args, **kw)).to(x.dtype))
    return result


def _several(condlist: Any) -> bool:
    return isinstance(condlist, (list, tuple)) and any([np.ndim(payloads(c)) for c in condlist])


def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any) -> Tensor:
    """`func1d` of each vector along an axis; what it returns stands along that axis, or in its place."""
    x = ops.movedim(tensor(arr), axis, -1)
    places = x.shape[:-1]
    if 0 in places:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    results = [tensor(func1d(x[place], *args, **kwargs)) for place in product(*[range(n) for n in places])]
    shape, (axis,) = results[0].shape, every_axis(tensor(arr), axis)
    stacked = ops.reshape(ops.stack(results), (*places, *shape))
    return (
        ops.movedim(stacked, tuple(range(len(places), stacked.ndim)), tuple(range(axis, axis + len(shape))))
        if shape
        else stacked
    )


def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Tensor:
    x = tensor(a)
    for axis in (axes,) if isinstance(axes, int) else axes:
        result = tensor(func(x, axis % x.ndim))
        x = result if result.ndim == x.ndim else ops.unsqueeze(result, axis % x.ndim)
        if result.ndim not in (x.ndim, x.ndim - 1):
            raise ValueError("function is not returning an array of the correct shape")
    return x


# Sets.


def unique(ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False, axis: Any = None,
           *, equal_nan: bool = True, sorted: bool = True) -> Any:  # fmt: skip
    """The values once each: gathered, so that a gradient goes to the first place where each stands."""
    x = flat(ar) if axis is None else tensor(ar)
    _, index, inverse, counts = np.unique(
        payloads(tensor(ar)), return_index=True, return_inverse=True, return_counts=True, axis=axis, equal_nan=equal_nan
    )
    values = ops.index_select(x, axis or 0, wrap(index))
    asked = [r for r, wanted in ((index, return_index), (inverse, return_inverse), (counts, return_counts)) if wanted]
    return (values, *tensors(asked)) if asked else values


def _unique_as(name: str) -> Callable[..., Any]:
    function = getattr(np, name)

    def call(x: Any) -> Any:
        kinds = function(np.zeros(1))
        values, *others = unique(x, True, True, True, equal_nan=False)
        if name == "unique_values":
            return values
        parts = {"values": values, **dict(zip(("indices", "inverse_indices", "counts"), others))}
        return type(kinds)(*[parts[field] for field in kinds._fields])

    return call


def _of_values(name: str) -> Callable[..., Tensor]:
    """A function of sets: NumPy chooses the values, and they are gathered from where they first stand."""
    function = getattr(np, name)

    def call(ar1: Any, ar2: Any, *args: Any, **kwargs: Any) -> Any:
        pair = promoted(ar1, ar2)
        result = function(*payloads(pair), *args, **kwargs)
        values, *rest = result if isinstance(result, tuple) else (result,)
        pool = ops.cat([ops.flatten(x) for x in pair])
        order = np.argsort(payloads(pool), kind="stable")
        found = wrap(order[np.searchsorted(payloads(pool), values, sorter=order)])
        return (ops.take(pool, found), *tensors(rest)) if rest else ops.take(pool, found)

    return call


def linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None,
             axis: int = 0, *, device: Any = None) -> Any:  # fmt: skip
    start, stop = promoted(start, stop)
    start, stop = [x if x.dtype.category >= 2 else x.to(dtypes.get_default_dtype()) for x in (start, stop)]
    start, stop = ops.broadcast_tensors(start, stop)
    steps = np.linspace(0.0, 1.0, num, endpoint).reshape(-1, *[1] * start.ndim)
    weights = tensor(steps).to(start.dtype)
    # From both ends, so that they are met exactly.
    values = ops.where(weights < 0.5, start + (stop - start) * weights, stop - (stop - start) * (1 - weights))
    values = ops.movedim(values, 0, axis)
    values = values if dtype is None else values.to(dtypes.BY_NUMPY[np.dtype(dtype)])
    intervals = num - 1 if endpoint else num
    return (values, (stop - start) / (intervals or np.nan)) if retstep else values


def logspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None,
             axis: int = 0) -> Tensor:  # fmt: skip
    start, stop, base = ops.broadcast_tensors(*[x.to(x.dtype if x.dtype.category >= 2 else dtypes.get_default_dtype())
                                                for x in promoted(start, stop, base)])  # fmt: skip
    values = ops.pow(ops.unsqueeze(base, axis), linspace(start, stop, num, endpoint, axis=axis))
    return values if dtype is None else values.to(dtypes.BY_NUMPY[np.dtype(dtype)])


def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Tensor:
    start, stop = ops.broadcast_tensors(*[x.to(x.dtype if x.dtype.category >= 2 else dtypes.get_default_dtype())
                                          for x in promoted(start, stop)])  # fmt: skip
    if bool((start == 0).any() | (stop == 0).any()):
        raise ValueError("Geometric sequence cannot include zero")
    exponents = linspace(ops.zeros_like(start), ops.ones_like(start), num, endpoint, axis=axis)
    values = ops.unsqueeze(start, axis) * ops.unsqueeze(stop / start, axis) ** exponents
    return values if dtype is None else values.to(dtypes.BY_NUMPY[np.dtype(dtype)])


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "select": select, "piecewise": piecewise, "apply_along_axis": apply_along_axis, "apply_over_axes": apply_over_axes,
    "unique": unique,
    **{name: _unique_as(name) for name in ("unique_all", "unique_counts", "unique_inverse", "unique_values")},
    **{name: _of_values(name) for name in ("intersect1d", "setdiff1d", "setxor1d", "union1d")},
    "linspace": linspace, "logspace": logspace, "geomspace": geomspace,
}  # fmt: skip
