"""Sums, means, products and logical sums over some dimensions or all.

A dimension argument is an int, a sequence of ints or None for all; an empty sequence means all, too. ``keepdim`` keeps
the reduced dimensions with size 1. Dimensions out of range raise IndexError, repeated ones RuntimeError.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import wrap_dim
from ...arrays.summation import along, total
from ...core.declare import op
from ...core.op import F32, F64
from ...core.tensor import Tensor, new
from ..elementwise.comparison import choose as where
from ..layout.broadcasting import expand_op
from ..support.along import restored
from ..support.arguments import check_bool, check_tensor, unimplemented
from ..support.attach import methods
from ..support.casting import in_float32
from ..support.checked import checked
from ..support.options import MISSING, check_dtype, no_such_call
from ..support.outputs import dtype_to_add_in, into, renamed
from ..support.precision import converting, summed_dtype
from ..support.rows import folded
from .scan import products_of_others

__all__ = ["all", "any", "count_nonzero", "mean", "nanmean", "nansum", "prod", "sum"]

Dims = int | Sequence[int] | None
# (Any: NumPy's annotations want by keyword what is quicker by position.)
add: Any = np.add.reduce
product: Any = np.multiply.reduce
#: Elements from which on a product is computed by halves.
_HALVED = 4096
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
}, contiguous=True)  # fmt: skip
_mean_all = converting("mean", lambda x: total(x) / (x.size or np.nan), "MeanBackward0", {
    "x": lambda g, x_shape: expand_op(g / math.prod(x_shape), x_shape),
})  # fmt: skip
_mean_dim = converting(
    "mean_dim", lambda x, dim, keepdim: _over(x, dim, keepdim) / (count(x.shape, dim) or np.nan),
    "MeanBackward1", {
        "x": lambda g, x_shape, dim, keepdim: spread(g / (count(x_shape, dim) or np.nan), x_shape, dim, keepdim),
    }, contiguous=True,
)  # fmt: skip


def sum(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None,
    out: Tensor | None = None, axis: Dims = None, keepdims: bool = False,
) -> Tensor:  # fmt: skip
    """The sum over `dim`. Integers and bool add up to int64 unless a `dtype` is asked for.

    >>> torch.ones(2, 3).sum(0)
    tensor([2., 2., 2.])
    """
    if axis is None and dtype is None and out is None and input.__class__ is Tensor:
        d, keep = input._data.dtype, keepdim or keepdims
        if d is F32 or d is F64:
            if dim is None and not keep:
                return _sum_all.plain(input)
            if dim.__class__ is int and 0 <= dim < input._data.ndim and (keep is False or keep is True):
                return _sum_dim.plain(input, dim, keep)
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


NO_MEAN = (
    "{}(): could not infer output dtype. {} dtype must be either a floating point or complex dtype. Got: {}"
)


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
            raise RuntimeError(NO_MEAN.format("mean", which, wanted.scalar_name))
    elif dim is None and axis is None and out is None and not keepdim:
        return _mean_all.plain(input)
    return _reduced("mean", _mean_all, _mean_dim, input, dim, keepdim, dtype, out, axis, keepdims)


_nansum = converting(
    "nansum", lambda x, dim, keepdim: add(np.where(np.isnan(x), 0, x), dim, None, None, keepdim), "NansumBackward0", {
        "x": lambda g, x, dim, keepdim: where(spread(g, tuple(x.shape), dim, keepdim), 0, ~np.isnan(x)),
    }, contiguous=True,
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
    if dtype is not None and dtype.category < 2:
        raise RuntimeError(NO_MEAN.format("nanmean", "Optional", dtype.scalar_name))
    if out is not None:
        return into(out, renamed("nanmean", lambda x: nanmean(x, dim, keepdim, dtype=dtype)), input)
    return nansum(input, dim, keepdim, dtype=dtype) / sum(~input.detach().isnan(), dim, keepdim)


# Products.


def _prod_value(x: Any, dim: Any, keepdim: bool) -> Any:
    if x.size > _HALVED and (dim is None or dim % x.ndim == x.ndim - 1) and x.flags.c_contiguous:
        x, dim = folded(np.multiply, x.reshape(-1) if dim is None else x), -1
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
_prod_dim = converting(
    "prod_dim", _prod_value, "ProdBackward1", {"x": _prod_slope}, names=("x", "dim", "keepdim"), contiguous=True
)


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


# Logic and counts.


def _logical(name: str, ufunc: Any, summary: str) -> Any:
    def value(x: Any, dim: Any, keepdim: bool) -> Any:
        result = ufunc.reduce(x, dim, np.bool_, None, keepdim)
        return result.astype(np.uint8) if x.dtype == np.uint8 else result

    operation = op(name, value, contiguous=True)

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

_count_nonzero = op("count_nonzero", lambda x, dim: add(x != 0, dim, np.int64), contiguous=True)


@checked(signatures=(
    "(Tensor input, int dim = None)",
    "(Tensor input, tuple of ints dim)",
))
def count_nonzero(input: Tensor, dim: Dims = None) -> Tensor:
    """How many elements are not 0, over `dim`."""
    return _count_nonzero(input, dims("count_nonzero", dim, input._data.ndim))


methods(
    all=all, any=any, count_nonzero=count_nonzero, mean=mean, nanmean=nanmean, nansum=nansum, prod=prod, sum=sum,
)  # fmt: skip
