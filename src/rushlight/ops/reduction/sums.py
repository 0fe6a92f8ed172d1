"""Sums, means, products, variances and norms over some dimensions or all.

A dimension argument is an int, a sequence of ints or None for all; an empty sequence means all, too. ``keepdim`` keeps
the reduced dimensions with size 1. Dimensions out of range raise IndexError, repeated ones RuntimeError.
"""

from __future__ import annotations

import builtins
import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.promotion import promote_types
from ...arrays.shapes import wrap_dim
from ...arrays.summation import along, total
from ...core.declare import op
from ...core.op import F32, F64
from ...core.tensor import Tensor, new
from ..elementwise.arithmetic import sgn
from ..elementwise.comparison import choose as where
from ..layout.broadcasting import expand_op
from ..support.along import restored
from ..support.arguments import check_bool, check_tensor, unimplemented
from ..support.attach import methods
from ..support.casting import in_float32
from ..support.checked import checked
from ..support.options import MISSING, as_number, check_dtype, no_such_call
from ..support.outputs import dtype_to_add_in, into, renamed
from ..support.precision import converting, summed_dtype, wide_op
from .scan import products_of_others

__all__ = [
    "all", "any", "count_nonzero", "logsumexp", "mean", "nanmean", "nansum", "norm", "prod", "std", "std_mean", "sum",
    "var", "var_mean",
]  # fmt: skip

Dims = int | Sequence[int] | None
# (Any: NumPy's annotations want by keyword what is quicker by position.)
add: Any = np.add.reduce
product: Any = np.multiply.reduce
greatest: Any = np.maximum.reduce
least: Any = np.minimum.reduce


# Arguments.


def dims(name: str, dim: Any, ndim: int) -> Any:
    """A dimension argument as an int or a tuple of ints counted from the front; None for all."""
    if dim is None:
        return None
    if dim.__class__ is int:
        return wrap_dim(dim, ndim)
    if isinstance(dim, (tuple, list)) and builtins.all([isinstance(d, (int, np.integer)) for d in dim]):
        wrapped = tuple([wrap_dim(int(d), ndim) for d in dim])
        for d in wrapped:
            if wrapped.count(d) > 1:
                raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
        return wrapped if wrapped and ndim else None
    if hasattr(dim, "__index__") and not isinstance(dim, bool):
        return wrap_dim(dim.__index__(), ndim)
    # (Of the tensor, which is not here, only the type is named.)
    raise no_such_call(name, (new(Tensor), dim), {}, FORMS.get(name, FORMS["sum"]))


_ALONG = "(Tensor input, tuple of ints dim, bool keepdim = False, *, torch.dtype dtype = None, Tensor out = None)"
_LOGICAL = (
    "(Tensor input, *, Tensor out = None)",
    "(Tensor input, tuple of ints dim = None, bool keepdim = False, *, Tensor out = None)",
    "(Tensor input, int dim, bool keepdim = False, *, Tensor out = None)",
)
_SPREAD = (
    "(Tensor input, tuple of ints dim, bool unbiased = True, bool keepdim = False, *, Tensor out = None)",
    "(Tensor input, tuple of ints dim = None, *, Number correction = None, bool keepdim = False, Tensor out = None)",
    "(Tensor input, bool unbiased = True)",
)
_SPREADS = tuple([form.replace(", Tensor out = None", "") for form in _SPREAD])
#: torch's signatures, by function.
FORMS = {
    "sum": ("(Tensor input, *, torch.dtype dtype = None)", _ALONG),
    "mean": ("(Tensor input, *, torch.dtype dtype = None, Tensor out = None)", _ALONG),
    "prod": ("(Tensor input, *, torch.dtype dtype = None)", _ALONG.replace("tuple of ints", "int")),
    "all": _LOGICAL, "any": _LOGICAL,
    "var": _SPREAD, "std": _SPREAD, "var_mean": _SPREADS, "std_mean": _SPREADS,
}  # fmt: skip


def check_keepdim(name: str, keepdim: Any, position: int = 3) -> None:
    if keepdim is not True and keepdim is not False:
        check_bool(name, keepdim, "keepdim", position)


def count(shape: tuple[int, ...], dim: Any) -> int:
    """How many elements go into each result."""
    if dim is None:
        return math.prod(shape)
    if dim.__class__ is int:
        return shape[dim] if shape else 1
    return math.prod([shape[d] for d in dim]) if shape else 1


def _over(x: Any, dim: Any, keepdim: bool) -> Any:
    """The sum of a payload; None for all dimensions."""
    return add(x, None, None, None, keepdim) if dim is None else along(x, dim, keepdim)


def spread(g: Any, shape: tuple[int, ...], dim: Any, keepdim: bool) -> Any:
    """The gradient of a sum, repeated along the dimensions it was taken over."""
    return expand_op(restored(g, dim, keepdim, len(shape)), shape)


# Sums and means.

_sum_all = converting("sum", total, "SumBackward0", {"x": lambda g, x_shape: expand_op(g, x_shape)})
_sum_dim = converting("sum_dim", _over, "SumBackward1", {
    "x": lambda g, x_shape, dim, keepdim: spread(g, x_shape, dim, keepdim),
})  # fmt: skip
_mean_all = converting("mean", lambda x: total(x) / (x.size or np.nan), "MeanBackward0", {
    "x": lambda g, x_shape: expand_op(g / math.prod(x_shape), x_shape),
})  # fmt: skip
_mean_dim = converting(
    "mean_dim", lambda x, dim, keepdim: _over(x, dim, keepdim) / (count(x.shape, dim) or np.nan),
    "MeanBackward1", {
        "x": lambda g, x_shape, dim, keepdim: spread(g / (count(x_shape, dim) or np.nan), x_shape, dim, keepdim),
    },
)  # fmt: skip


def sum(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None,
    out: Tensor | None = None, axis: Dims = None, keepdims: bool = False,
) -> Tensor:  # fmt: skip
    """The sum over `dim`. Integers and bool add up to int64 unless a `dtype` is asked for.

    >>> torch.ones(2, 3).sum(0)
    tensor([2., 2., 2.])
    """
    if dim is None and axis is None and dtype is None and out is None and not keepdim and input.__class__ is Tensor:
        d = input._data.dtype
        if d is F32 or d is F64:
            return _sum_all.plain(input)
    return _reduced("sum", _sum_all, _sum_dim, input, dim, keepdim, dtype, out, axis, keepdims)


def _reduced(
    name: str, whole: Any, along: Any, input: Any, dim: Any, keepdim: Any, dtype: Any, out: Any, axis: Any,
    keepdims: Any,
) -> Tensor:  # fmt: skip
    check_tensor(name, input)
    check_keepdim(name, keepdim)
    if out is not None and name != "mean":
        dtype = dtype_to_add_in(dtype, out)
    dtype = check_dtype(name, summed_dtype(input, dtype))
    keepdim = keepdim or keepdims
    if dim is None:
        dim = axis
    every = dim is None
    dim = dims(name, dim, input._data.ndim)
    if out is not None:
        return into(out, renamed(name, lambda x: along(x, dim, keepdim, dtype=dtype)), input)
    if every and not keepdim:
        return whole(input, dtype=dtype)
    return along(input, dim, keepdim, dtype=dtype)


def mean(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None,
    out: Tensor | None = None, axis: Dims = None, keepdims: bool = False,
) -> Tensor:  # fmt: skip
    """The mean over `dim`; NaN of nothing. Raises RuntimeError for integers, unless a floating `dtype` is asked for."""
    check_tensor("mean", input)
    d = input._data.dtype
    if dtype is not None or (d is not F32 and d is not F64):
        wanted, which = check_dtype("mean", dtype) or input.dtype, "Input" if dtype is None else "Optional"
        if not (wanted.is_floating_point or wanted.is_complex):
            raise RuntimeError(
                f"mean(): could not infer output dtype. {which} dtype must be either a floating point or complex "
                f"dtype. Got: {wanted.scalar_name}"
            )
    elif dim is None and axis is None and out is None and not keepdim:
        return _mean_all.plain(input)
    return _reduced("mean", _mean_all, _mean_dim, input, dim, keepdim, dtype, out, axis, keepdims)


_nansum = converting(
    "nansum", lambda x, dim, keepdim: add(np.where(np.isnan(x), 0, x), dim, None, None, keepdim), "NansumBackward0", {
        "x": lambda g, x, dim, keepdim: where(spread(g, tuple(x.shape), dim, keepdim), 0, ~np.isnan(x)),
    },
)  # fmt: skip


def nansum(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None,
    out: Tensor | None = None, axis: Dims = None, keepdims: bool = False,
) -> Tensor:  # fmt: skip
    """`sum` of what is not NaN."""
    check_tensor("nansum", input)
    if isinstance(out, Tensor) and dtype not in (None, out.dtype):
        names = out.dtype.scalar_name, dtype.scalar_name
        raise RuntimeError("nansum: provided dtype must match dtype of result. Got {} and {}.".format(*names))
    if input.dtype.is_complex:
        raise RuntimeError("nansum on CPU does not support complex inputs")
    if input.dtype.category < 2:
        return sum(input, dim, keepdim, dtype=dtype, out=out, axis=axis, keepdims=keepdims)
    if dtype is not None and dtype.is_complex:
        raise unimplemented("nansum_cpu", dtype)

    def every(x: Tensor, dtype: Any) -> Tensor:
        return _nansum(x, None, False, dtype=dtype)

    return _reduced("nansum", every, _nansum, input, dim, keepdim, dtype, out, axis, keepdims)


@checked
def nanmean(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The mean of what is not NaN. Raises RuntimeError for integers."""
    if input.dtype.category < 2:
        raise RuntimeError(
            f"nanmean(): expected input to have floating point or complex dtype but got {input.dtype.scalar_name}"
        )
    if out is not None:
        return into(out, renamed("nanmean", lambda x: nanmean(x, dim, keepdim, dtype=dtype)), input)
    return nansum(input, dim, keepdim, dtype=dtype) / sum(~input.detach().isnan(), dim, keepdim)


# Products.


def _prod_value(x: Any, dim: Any, keepdim: bool) -> Any:
    return product(x, dim, None, None, keepdim)


def _prod_slope(g: Any, x: Any, out: Any, dim: Any, keepdim: bool) -> Any:
    """g times the product of the others: the result over x, unless that is 0."""
    g, result = (restored(a, dim, keepdim, x.ndim) for a in (g, out))
    zeros_in = x == 0
    if not zeros_in.any():
        return g * result / x
    if dim is None:
        return g * products_of_others(x.reshape((-1,)), 0).reshape(tuple(x.shape))
    return g * (products_of_others(x, dim) if x.ndim else 1)


_prod_all = converting("prod", lambda x: _prod_value(x, None, False), "ProdBackward0", {
    "x": lambda g, x, out: _prod_slope(g, x, out, None, False),
})  # fmt: skip
_prod_dim = converting("prod_dim", _prod_value, "ProdBackward1", {"x": _prod_slope}, names=("x", "dim", "keepdim"))


@in_float32
def prod(
    input: Tensor, dim: int = MISSING, keepdim: bool = False, *, dtype: dtypes.dtype | None = None,
    out: Tensor | None = None, axis: int | None = None, keepdims: bool = False,
) -> Tensor:  # fmt: skip
    """The product over one dimension or all. Integers and bool give int64 unless a `dtype` is asked for."""
    given, dim = dim, axis if dim is MISSING else dim  # type: ignore[assignment]
    if given is None or isinstance(dim, (tuple, list)) or (dim is None and keepdim):
        raise no_such_call("prod", (input, dim), {}, FORMS["prod"])
    return _reduced("prod", _prod_all, _prod_dim, input, dim, keepdim, dtype, out, None, keepdims)


# Variances.


def _deviation(x: Any, dim: Any) -> Any:
    n = count(tuple(x.shape), dim) or np.nan
    if x.__class__ is np.ndarray:
        return x - add(x, dim, None, None, True) / n
    return x - (x.sum(keepdims=True) if dim is None else x.sum(dim, keepdims=True)) / n


def _var_value(x: Any, dim: Any, correction: float, keepdim: bool) -> Any:
    d = np.asarray(x)
    d = _deviation(d, dim)
    squares = d * d if d.dtype.kind == "f" else d.real * d.real + d.imag * d.imag
    freedom = max(count(d.shape, dim) - correction, 0)
    return add(squares, dim, None, None, keepdim) / (freedom or _zero(squares))


def _zero(like: Any) -> Any:
    """A zero that numbers may be divided by."""
    return like.dtype.type(0)


def _var_slope(g: Any, x: Any, dim: Any, correction: float, keepdim: bool) -> Any:
    freedom = max(count(tuple(x.shape), dim) - correction, 0)
    return (2 / freedom if freedom else np.inf) * restored(g, dim, keepdim, x.ndim) * _deviation(x, dim)


def _std_value(x: Any, dim: Any, correction: float, keepdim: bool) -> Any:
    return np.sqrt(_var_value(x, dim, correction, keepdim))


def _std_slope(g: Any, x: Any, out: Any, dim: Any, correction: float, keepdim: bool) -> Any:
    return _var_slope(where(0, g / (out * 2), out == 0), x, dim, correction, keepdim)


_var = wide_op("var", _var_value, "VarBackward0", {"x": _var_slope}, holomorphic=False)
_std = wide_op("std", _std_value, "StdBackward0", {"x": _std_slope}, holomorphic=False)


def _mean_value(x: Any, dim: Any, keepdim: bool) -> Any:
    return add(x, dim, None, None, keepdim) / (count(x.shape, dim) or np.nan)


def _with_mean(value: Any) -> Any:
    def both(x: Any, dim: Any, correction: float, keepdim: bool) -> Any:
        return value(x, dim, correction, keepdim), _mean_value(x, dim, keepdim)

    return both


def _mean_slope(g: Any, shape: tuple[int, ...], dim: Any, keepdim: bool) -> Any:
    return spread(g / (count(shape, dim) or np.nan), shape, dim, keepdim)


def _sum_of(*parts: Any) -> Any:
    """The sum of the gradients that are there."""
    there = [p for p in parts if p is not None]
    return there[0] if len(there) == 1 else there[0] + there[1]


def _var_mean_slope(g: Any, x: Any, dim: Any, correction: float, keepdim: bool) -> Any:
    return _sum_of(
        None if g[0] is None else _var_slope(g[0], x, dim, correction, keepdim),
        None if g[1] is None else _mean_slope(g[1], tuple(x.shape), dim, keepdim),
    )


def _std_mean_slope(g: Any, x: Any, out: Any, dim: Any, correction: float, keepdim: bool) -> Any:
    return _sum_of(
        None if g[0] is None else _std_slope(g[0], x, out[0], dim, correction, keepdim),
        None if g[1] is None else _mean_slope(g[1], tuple(x.shape), dim, keepdim),
    )


_var_mean = wide_op(
    "var_mean", _with_mean(_var_value), "VarMeanBackward0", {"x": _var_mean_slope}, several=True, holomorphic=False,
)  # fmt: skip
_std_mean = wide_op(
    "std_mean", _with_mean(_std_value), "StdMeanBackward0", {"x": _std_mean_slope}, several=True, holomorphic=False
)  # fmt: skip


FREEDOM = (
    "{}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input numel "
    "divided by output numel)."
)


def _spread_function(name: str, operation: Any, refusal: str, summary: str) -> Any:
    """var, std and their kin: they share their arguments."""

    def function(
        input: Tensor, dim: Any = None, unbiased: bool = MISSING, keepdim: bool = False, *,
        correction: complex | None = None, out: Tensor | None = None, axis: Dims = None, keepdims: bool = False,
    ) -> Any:  # fmt: skip
        if isinstance(dim, bool):
            dim, unbiased = None, dim
        if input._data.dtype.kind not in "fc":
            raise RuntimeError(refusal)
        if correction is None:
            correction = 1 if unbiased is MISSING else int(unbiased)
        elif isinstance(correction, complex):
            raise RuntimeError("value cannot be converted to type double without overflow")
        dim = dims(name, axis if dim is None else dim, input._data.ndim)
        if count(input._data.shape, dim) <= correction:
            warnings.warn(FREEDOM.format(name), UserWarning, stacklevel=2)
        if out is not None:
            return into(out, operation, input, dim, correction, keepdim or keepdims)
        return operation(input, dim, correction, keepdim or keepdims)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary} over `dim`.

    The sum of squared deviations is divided by n - `correction` (1 by default; ``unbiased=False`` is correction 0).
    Raises RuntimeError for integers.
    """
    return checked(function, signatures=FORMS[name])


_ONE = "std and var only support floating point and complex dtypes"
var = _spread_function("var", _var, _ONE, "The variance")
std = _spread_function("std", _std, _ONE, "The standard deviation")
var_mean = _spread_function(
    "var_mean", _var_mean, "var_mean only support floating point and complex dtypes", "The variance and the mean"
)
std_mean = _spread_function(
    "std_mean", _std_mean, "std_mean only support floating point and complex dtypes",
    "The standard deviation and the mean",
)  # fmt: skip


# Logic and counts.


def _logical(name: str, ufunc: Any, summary: str) -> Any:
    def value(x: Any, dim: Any, keepdim: bool) -> Any:
        result = ufunc.reduce(x, dim, np.bool_, None, keepdim)
        return result.astype(np.uint8) if x.dtype == np.uint8 else result

    operation = op(name, value)

    def function(
        input: Tensor, dim: Dims = None, keepdim: bool = False, *, out: Tensor | None = None, axis: Dims = None,
        keepdims: bool = False,
    ) -> Tensor:  # fmt: skip
        dim = axis if dim is None else dim
        # Of no dimensions at all, each element is its own result.
        chosen = () if isinstance(dim, (tuple, list)) and not dim else dims(name, dim, input._data.ndim)
        if out is not None:
            return into(out, operation, input, chosen, keepdim or keepdims)
        return operation(input, chosen, keepdim or keepdims)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{summary} over `dim`: of bool (of uint8 for uint8)."
    return checked(function, signatures=FORMS[name])


any = _logical("any", np.logical_or, "Whether some element is not 0,")
all = _logical("all", np.logical_and, "Whether no element is 0,")

_count_nonzero = op("count_nonzero", lambda x, dim: add(x != 0, dim, np.int64))


@checked(signatures=(
    "(Tensor input, int dim = None)",
    "(Tensor input, tuple of ints dim)",
))
def count_nonzero(input: Tensor, dim: Dims = None) -> Tensor:
    """How many elements are not 0, over `dim`."""
    return _count_nonzero(input, dims("count_nonzero", dim, input._data.ndim))


# Norms.


def _logsumexp_value(x: Any, dim: Any, keepdim: bool) -> Any:
    top = greatest(x.real if x.dtype.kind == "c" else x, dim, None, None, True, -np.inf)
    top = np.where(np.isinf(top), 0, top)
    result = np.log(add(np.exp(x - top), dim, None, None, True)) + top
    return result if keepdim else result.reshape(add(x, dim).shape)


_logsumexp = wide_op("logsumexp", _logsumexp_value, "LogsumexpBackward0", {
    "x": lambda g, x, out, dim, keepdim: (
        restored(g, dim, keepdim, x.ndim) * np.exp(x - restored(out, dim, keepdim, x.ndim))
    ),
})  # fmt: skip


def logsumexp(
    input: Tensor, dim: Dims, keepdim: bool = False, *, out: Tensor | None = None, axis: Dims = None,
    keepdims: bool = False,
) -> Tensor:  # fmt: skip
    """log(sum(exp(input))) over `dim`, without overflow. Integers give the default dtype."""
    check_tensor("logsumexp", input)
    check_keepdim("logsumexp", keepdim)
    dim = axis if dim is None else dim
    if dim is None:
        raise TypeError("logsumexp(): argument 'dim' must be tuple of ints, not NoneType")
    if input.dtype.category < 2:
        input = input.to(dtypes.get_default_dtype())
    chosen = dims("logsumexp", dim, input._data.ndim)
    if not input._data.ndim:
        chosen = None
    if out is not None:
        return into(out, _logsumexp, input, chosen, keepdim or keepdims)
    return _logsumexp(input, chosen, keepdim or keepdims)


def _norm_value(x: Any, ord: float, dim: Any, keepdim: bool) -> Any:
    a = np.abs(x)
    if ord == 2:
        return np.sqrt(add(a * a, dim, None, None, keepdim))
    if ord == 1:
        return add(a, dim, None, None, keepdim)
    if ord == 0:
        return add(a != 0, dim, a.dtype, None, keepdim)
    if np.isinf(ord):
        return (greatest if ord > 0 else least)(a, dim, None, None, keepdim)
    return add(a**ord, dim, None, None, keepdim) ** (1 / ord)


def _norm_slope(g: Any, x: Any, out: Any, ord: float, dim: Any, keepdim: bool) -> Any:
    g, norm = (restored(a, dim, keepdim, x.ndim) for a in (g, out))
    if ord == 2:
        return g * where(0, x / norm, norm == 0)
    sign = sgn(x)
    if ord == 1:
        return sign * g
    if ord == 0:
        return None
    size = np.abs(x)
    if np.isinf(ord):
        return sign * g * ties(size, norm, dim)
    if ord < 1:
        return sign * where(0, size ** (ord - 1), x == 0) * (g * norm ** (1 - ord))
    scale = g * where(0, 1 / where(1, norm, norm == 0) ** (ord - 1), norm == 0)
    return (sign * size ** (ord - 1) if ord < 2 else x * size ** (ord - 2)) * scale


def _ties(x: Any, extreme: Any, dim: Any, nan: bool = False) -> Any:
    mask = x == extreme
    if nan:
        mask |= (x != x) & (extreme != extreme)
    return np.asarray(mask / add(mask, dim, np.int64, None, True)).astype(x.dtype, copy=False)


#: Shares of the places that attain the extreme, even among ties; `extreme` has the reduced dimensions as ones. NaN ties
#: with NaN if asked for. It is constant but for jumps.
ties = op("ties", _ties)

_vector_norm = converting("linalg_vector_norm", _norm_value, "LinalgVectorNormBackward0", {
    "x": _norm_slope,
}, holomorphic=False)  # fmt: skip
#: The same, as distances record it.
aten_norm = wide_op("norm", _norm_value, "NormBackward1", {"x": _norm_slope}, holomorphic=False)


def norm_order(name: str, ord: Any) -> float:
    """The order of a norm as a float. Raises RuntimeError if it is complex."""
    number = as_number(name, "ord", ord, 2)
    if isinstance(number, complex):
        raise RuntimeError(f"{name}: Expected a non-complex scalar as the order of norm.")
    return float(number)


def check_norm_dtype(name: str, input: Tensor, dtype: dtypes.dtype | None) -> None:
    """Raises RuntimeError unless a norm may be computed in `dtype`: of the input's kind, and as wide at least."""
    if dtype is None:
        return
    d, wanted = input.dtype, dtype.scalar_name
    if dtype.category < 2:
        raise RuntimeError(f"{name}: dtype should be floating point or complex, but got {wanted}")
    if d.is_complex is not dtype.is_complex:
        kind = "complex" if d.is_complex else "real"
        raise RuntimeError(f"{name}: dtype should be {kind} for {kind} inputs, but got {wanted}")
    if promote_types(d, dtype) is not dtype:
        raise RuntimeError(
            f"{name}: the dtype of the input ({d.scalar_name}) should be convertible without narrowing to the specified "
            f"dtype ({wanted})"
        )


@checked(name="linalg_vector_norm")
def vector_norm(
    input: Tensor, ord: complex = 2, dim: Dims = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """sum(|x| ** ord) ** (1 / ord) over `dim`; the count of nonzeros for 0, the extremes for the infinities.

    Raises RuntimeError for integers, and for extremes of nothing.
    """
    name = "linalg.vector_norm"
    d = input.dtype
    if d.category < 2:
        raise RuntimeError(f"{name}: Expected a floating point or complex tensor as input. Got {d.scalar_name}")
    if ord.__class__ is not float:
        ord = norm_order(name, as_number("linalg_vector_norm", "ord", ord, 2))
    chosen = dims(name, dim, input._data.ndim)
    if (ord < 0 or np.isinf(ord)) and not count(input._data.shape, chosen):
        empty = [d for d in ((chosen,) if chosen.__class__ is int else chosen or ()) if not input._data.shape[d]]
        # (torch's words run together here.)
        what = "an empty tensor" if chosen is None else f"the dimension {empty[0]}because this dimension is empty"
        why = "because" if chosen is None else "and"
        raise RuntimeError(
            f"{name} cannot compute the {ord:g} norm on {what} {why} the operation does not have an identity"
        )
    check_norm_dtype(name, input, dtype)
    result = _vector_norm(input, ord, chosen, keepdim, dtype=dtype)
    if out is None:
        return result
    from ..linalg.results import single

    return single("linalg_vector_norm", result, out)


def norm(
    input: Tensor, p: Any = "fro", dim: Dims = None, keepdim: bool = False, out: Tensor | None = None,
    dtype: dtypes.dtype | None = None,
) -> Tensor:  # fmt: skip
    """The vector norm of order `p` over `dim`; ``"fro"``, the default, is 2. ``"nuc"`` is a matrix norm."""
    if not isinstance(input, Tensor):
        raise AttributeError(f"'{type(input).__name__}' object has no attribute 'layout'")
    if isinstance(p, str) and (p != "fro" or (isinstance(dim, (tuple, list)) and len(dim) > 2)):
        from ..linalg.norms import matrix_norm

        of = range(input.ndim) if dim is None else (dim,) if isinstance(dim, int) else dim
        return matrix_norm(input, p, tuple(of), keepdim, dtype=dtype, out=out)
    return vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype, out=out)


methods(
    all=all, any=any, count_nonzero=count_nonzero, logsumexp=logsumexp, mean=mean, nanmean=nanmean, nansum=nansum,
    norm=norm, prod=prod, std=std, sum=sum, var=var,
)  # fmt: skip
