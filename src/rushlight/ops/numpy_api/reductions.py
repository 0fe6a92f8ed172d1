"""NumPy's reductions on Tensors, over one axis, several or all, with ``initial=`` and ``where=``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ... import ops
from ...arrays import dtypes
from ...core.tensor import Tensor
from .arguments import axes, every_axis, flat, floating, promoted, tensor, torch_dtype
from .arguments import operand as _operand

Call = Callable[..., Any]
#: Not given.
MISSING: Any = type("Missing", (), {"__repr__": lambda self: "<no value>"})()


def refuse_out(name: str, out: Any) -> None:
    """Raises TypeError for an ``out=``: NumPy would write into memory that the graph knows nothing of."""
    if out is not None and any([o is not None for o in (out if isinstance(out, tuple) else (out,))]):
        raise TypeError(f"numpy.{name}: a Tensor takes no part in out=...; use the torch function's out=")


def chosen(x: Tensor, where: Any, otherwise: Any) -> Tensor:
    """`x` where `where` says so, and a number elsewhere; broadcast as NumPy does in reductions."""
    if where is True or where is MISSING:
        return x
    return ops.where(condition(where), x, ops.scalar_tensor(otherwise, dtype=x.dtype))


def condition(where: Any) -> Tensor:
    where = tensor(where)
    return where if where.dtype is dtypes.bool_ else where != 0


def _reduced(name: str, x: Tensor, axis: Any, keepdims: Any, **about: Any) -> Tensor:
    function = getattr(ops, name)
    if axis == ():
        x = ops.unsqueeze(x, -1)
        return function(x, -1, False, **about)
    if axis is None and not keepdims:
        return function(x, **about)
    return function(x, every_axis(x, axis) if axis is None else axes(axis), bool(keepdims), **about)


def reduction(name: str, torch_name: str, identity: Any, combine: str, prepare: Call = tensor) -> Call:
    """``numpy.sum`` and its like: `identity` stands where ``where=`` leaves out, `combine` takes ``initial=`` in."""

    def reduce(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
               initial: Any = MISSING, where: Any = MISSING) -> Tensor:  # fmt: skip
        refuse_out(name, out)
        x = chosen(prepare(a), where, identity)
        about: dict[str, Any] = {} if dtype is None else {"dtype": torch_dtype(dtype)}
        if torch_name == "prod" and axis is not MISSING and (isinstance(axis, tuple) or (axis is None and keepdims)):
            x, axis, keepdims, shape = _one_axis(x, axis, keepdims)
            result = ops.reshape(ops.prod(x, -1, **about), shape)
        else:
            result = _reduced(torch_name, x, axis, keepdims, **about)
        return result if initial is MISSING else getattr(ops, combine)(result, tensor(_operand(initial)))

    return reduce


def _one_axis(x: Tensor, axis: Any, keepdims: Any) -> tuple[Tensor, int, bool, tuple[int, ...]]:
    """`x` with the reduced axes as one, the last, and the shape of the result."""
    reduced = every_axis(x, axis)
    kept = [i for i in range(x.ndim) if i not in reduced]
    shape = tuple([1 if i in reduced else n for i, n in enumerate(x.shape) if keepdims or i not in reduced])
    length = math.prod([x.shape[i] for i in reduced])
    return ops.permute(x, (*kept, *reduced)).reshape(*[x.shape[i] for i in kept], length), -1, False, shape


def last_axis(x: Tensor, axis: Any, keepdims: Any) -> tuple[Tensor, tuple[int, ...]]:
    """`x` with the axes to be reduced as one, the last, and the shape that the result shall have."""
    joined, _, _, shape = _one_axis(x, axis, keepdims)
    return joined, shape


def truth(name: str) -> Call:
    def reduce(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = MISSING) -> Tensor:
        refuse_out(name, out)
        x = tensor(a)
        if where is not MISSING:
            x = ops.where(condition(where), condition(x), ops.scalar_tensor(name == "all"))
        return _reduced(name, x, axis, keepdims) if x.dtype is dtypes.bool_ else _reduced(name, x != 0, axis, keepdims)

    return reduce


def extreme(name: str, torch_name: str, combine: str, prepare: Call = tensor) -> Call:
    def reduce(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = MISSING,
               where: Any = MISSING) -> Tensor:  # fmt: skip
        refuse_out(name, out)
        x = prepare(a)
        if where is not MISSING and where is not True:
            if initial is MISSING:
                raise ValueError(f"reduction operation '{combine}' does not have an identity, so to use a where mask one has "
                                 "to specify 'initial'")  # fmt: skip
            x = chosen(x, where, initial)
        if initial is not MISSING:
            x, first = promoted(x, initial)
            if not x.numel():
                return ops.full(_one_axis(x, axis, keepdims)[3], first.item(), dtype=x.dtype)
            return getattr(ops, combine)(_extreme(torch_name, x, axis, keepdims), first)
        return _extreme(torch_name, x, axis, keepdims)

    return reduce


def _extreme(torch_name: str, x: Tensor, axis: Any, keepdims: Any) -> Tensor:
    if axis == ():
        return x
    return getattr(ops, torch_name)(x, () if axis is None else axes(axis), bool(keepdims))


def _mean(x: Tensor, axis: Any, keepdims: Any, where: Any) -> Tensor:
    if where is MISSING or where is True:
        return _reduced("mean", x, axis, keepdims)
    return _reduced("sum", chosen(x, where, 0), axis, keepdims) / _count(x, axis, keepdims, where)


def _count(x: Tensor, axis: Any, keepdims: Any, where: Any) -> Tensor:
    """How many elements `where` leaves in each sum."""
    return _reduced("sum", ops.broadcast_to(condition(where), x.shape), axis, keepdims).to(x.dtype.to_real())


def _known(x: Tensor, where: Any) -> Any:
    """Where `x` is a number, in `where`."""
    known = ~ops.isnan(x)
    return known if where is MISSING else known & condition(where)


def mean(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, *,
         where: Any = MISSING) -> Tensor:  # fmt: skip
    refuse_out("mean", out)
    return _mean(_cast(a, dtype), axis, keepdims, where)


def nanmean(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, *,
            where: Any = MISSING) -> Tensor:  # fmt: skip
    refuse_out("nanmean", out)
    x = _cast(a, dtype)
    return _mean(x, axis, keepdims, _known(x, where))


def _cast(a: Any, dtype: Any) -> Tensor:
    x = floating(a)
    return x if dtype is None else x.to(torch_dtype(dtype))


def spread(name: str) -> Call:
    """``numpy.var``, ``std`` and, without what is not a number, ``nanvar``, ``nanstd``."""

    def reduce(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0, keepdims: Any = False, *,
               where: Any = MISSING, mean: Any = MISSING, correction: Any = MISSING) -> Tensor:  # fmt: skip
        refuse_out(name, out)
        x = _cast(a, dtype)
        ddof = ddof if correction is MISSING else correction
        short = name.removeprefix("nan")
        if short != name:
            where = _known(x, where)
        if where is MISSING and mean is MISSING and axis != ():
            return getattr(ops, short)(x, axes(axis), correction=ddof, keepdim=bool(keepdims))
        where = ops.ones((), dtype=dtypes.bool_) if where is MISSING else where
        center = _mean(x, axis, True, where) if mean is MISSING else tensor(mean)
        distance = chosen(x - center, where, 0)
        square = (distance * distance.conj()).real if x.is_complex() else distance * distance
        count = _count(x, axis, keepdims, where) - ddof
        variance = _reduced("sum", square, axis, keepdims) / ops.where(
            count > 0, count, ops.scalar_tensor(0, dtype=count.dtype)
        )
        return variance if short == "var" else ops.sqrt(variance)

    return reduce


def position(name: str) -> Call:
    def find(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Tensor:
        refuse_out(name, out)
        return getattr(ops, name)(tensor(a), axis, bool(keepdims))

    return find


def running(name: str, torch_name: str, prepare: Call = tensor) -> Call:
    def accumulate(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Tensor:
        refuse_out(name, out)
        x = prepare(a)
        return getattr(ops, torch_name)(flat(x) if axis is None else x, axis or 0, dtype=torch_dtype(dtype))

    return accumulate


def cumulative(name: str, start: int) -> Call:
    """``cumulative_sum``, ``cumulative_prod``: one axis, and maybe the empty sum or product first."""

    def accumulate(
        x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False
    ) -> Tensor:
        refuse_out(name, out)
        x = ops.atleast_1d(tensor(x))
        if axis is None:
            if x.ndim != 1:
                raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
            axis = 0
        total = getattr(ops, "cumsum" if start == 0 else "cumprod")(x, axis, dtype=torch_dtype(dtype))
        if not include_initial:
            return total
        shape = list(x.shape)
        shape[axis] = 1
        return ops.cat([ops.full(shape, start, dtype=total.dtype), total], axis)

    return accumulate


def without_nan(value: float) -> Call:
    """An argument with `value` in place of what is not a number."""

    def prepare(a: Any) -> Tensor:
        x = tensor(a)
        inexact = x.dtype.is_floating_point or x.dtype.is_complex
        return ops.where(ops.isnan(x), ops.scalar_tensor(value, dtype=x.dtype), x) if inexact else x

    return prepare


def _nan_extreme(name: str, torch_name: str, combine: str, least: float) -> Call:
    reduce = extreme(name, torch_name, combine, without_nan(least))

    def nan_reduce(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = MISSING,
                   where: Any = MISSING) -> Tensor:  # fmt: skip
        result, x = reduce(a, axis, out, keepdims, initial, where), tensor(a)
        if not x.dtype.is_floating_point or initial is not MISSING:
            return result
        nothing = _reduced("all", ops.isnan(x), axis, keepdims)
        return ops.where(nothing, ops.scalar_tensor(math.nan, dtype=x.dtype), result)

    return nan_reduce


def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Tensor:
    refuse_out("ptp", out)
    x = tensor(a)
    return _extreme("amax", x, axis, keepdims) - _extreme("amin", x, axis, keepdims)


def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False) -> Any:
    x = floating(a)
    if weights is None:
        mean_ = _reduced("mean", x, axis, keepdims)
        total = ops.full_like(mean_, x.numel() / max(mean_.numel(), 1))
    else:
        x, w = promoted(x, weights)
        if w.shape != x.shape:
            if axis is None:
                raise TypeError("Axis must be specified when shapes of a and weights differ.")
            along = every_axis(x, axis)
            if tuple(w.shape) != tuple([x.shape[i] for i in along]):
                raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
            order = sorted(range(len(along)), key=lambda i: along[i])
            w = ops.permute(w, order).reshape([n if i in along else 1 for i, n in enumerate(x.shape)])
            w = ops.broadcast_to(w, x.shape)
        total = _reduced("sum", w, axis, keepdims)
        if bool((total == 0).any()):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        mean_ = _reduced("sum", x * w, axis, keepdims) / total
    return (mean_, total) if returned else mean_


def count_nonzero(a: Any, axis: Any = None, *, keepdims: Any = False) -> Tensor:
    return _reduced("sum", condition(a), axis, keepdims)


_ZERO, _ONE = without_nan(0), without_nan(1)
FUNCTIONS: dict[str, Call] = {
    "sum": reduction("sum", "sum", 0, "add"), "prod": reduction("prod", "prod", 1, "mul"),
    "nansum": reduction("nansum", "sum", 0, "add", _ZERO), "nanprod": reduction("nanprod", "prod", 1, "mul", _ONE),
    "mean": mean, "nanmean": nanmean, "average": average, "ptp": ptp, "count_nonzero": count_nonzero,
    "all": truth("all"), "any": truth("any"),
    **{name: spread(name) for name in ("var", "std", "nanvar", "nanstd")},
    "max": extreme("max", "amax", "maximum"), "min": extreme("min", "amin", "minimum"),
    "amax": extreme("max", "amax", "maximum"), "amin": extreme("min", "amin", "minimum"),
    "nanmax": _nan_extreme("nanmax", "amax", "maximum", -math.inf),
    "nanmin": _nan_extreme("nanmin", "amin", "minimum", math.inf),
    "argmax": position("argmax"), "argmin": position("argmin"),
    "cumsum": running("cumsum", "cumsum"), "cumprod": running("cumprod", "cumprod"),
    "nancumsum": running("nancumsum", "cumsum", _ZERO), "nancumprod": running("nancumprod", "cumprod", _ONE),
    "cumulative_sum": cumulative("cumulative_sum", 0), "cumulative_prod": cumulative("cumulative_prod", 1),
}  # fmt: skip
