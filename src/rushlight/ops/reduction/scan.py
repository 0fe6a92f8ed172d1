"""Running sums, products, extremes along one dimension.

Note [Recurrences]
    The derivative of a running product cannot divide where an element is 0. With y_k = x_0 ... x_k,

        dL/dx_i = (x_0 ... x_{i-1}) u_i,    u_i = g_i + x_{i+1} u_{i+1},

    a first-order linear recurrence that runs backwards. Its own derivative is the same recurrence, run forwards: so one
    operation, `recurrence`, serves all orders.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import wrap_dim
from ...core.declare import op
from ...core.tensor import Tensor, wrap
from ..elementwise.math import log_of_sum
from ..layout.rearranging import flip_op
from ..support.along import scatter_along
from ..support.arguments import check_int, check_tensor, unimplemented
from ..support.attach import inplace, methods
from ..support.checked import checked
from ..support.layered import reads_values
from ..support.outputs import dtype_to_add_in, into, into_each
from ..support.precision import as_wide_as, converting, summed_dtype, wide_op

__all__ = ["cummax", "cummin", "cumprod", "cumsum", "logcumsumexp"]


def along(dim: int, *index: Any) -> tuple[Any, ...]:
    """The index that indexes dimension `dim`."""
    return (slice(None),) * dim + index


def running(accumulate: Any) -> Any:
    """``accumulate(x, dim)``, by which a 0-d `x` is as it is."""
    return lambda x, dim: accumulate(x, dim) if x.ndim else x


def flipped(x: Any, dim: int) -> Any:
    """The elements in reverse order along `dim`."""
    return flip_op(x, (dim,))


def _shift(x: Any, dim: int, value: float) -> Any:
    out = np.empty_like(x)
    out[along(dim, slice(1, None))] = x[along(dim, slice(None, -1))]
    out[along(dim, slice(None, 1))] = value
    return out


def _shift_back(x: Any, dim: int) -> Any:
    return _shift(x[along(dim, slice(None, None, -1))], dim, 0)[along(dim, slice(None, None, -1))]


#: Each element one place further along `dim`; `value` in the first place, the last element is lost.
shift = op("shift_along", _shift, "CatBackward0", {"x": lambda g, dim: shift_back(g, dim)})
#: Each element one place back; 0 in the last place.
shift_back = op("shift_back_along", _shift_back, "CatBackward0", {"x": lambda g, dim: shift(g, dim, 0)})


def _recurrence(b: Any, a: Any, dim: int) -> Any:
    out = np.array(b)
    for i in range(1, out.shape[dim]):
        here = along(dim, i)
        out[here] += a[here] * out[along(dim, i - 1)]
    return out


#: r_i = b_i + a_i r_{i-1} along `dim`. See Note [Recurrences].
recurrence = op("recurrence", _recurrence, "RecurrenceBackward0", {
    "b": lambda g, a, dim: backward_recurrence(g, shift_back(a, dim), dim),
    "a": lambda g, a, out, dim: backward_recurrence(g, shift_back(a, dim), dim) * shift(out, dim, 0),
})  # fmt: skip


def backward_recurrence(b: Any, a: Any, dim: int) -> Any:
    """u_i = b_i + a_i u_{i+1}."""
    return flipped(recurrence(flipped(b, dim), flipped(a, dim), dim), dim)


def products_of_others(x: Any, dim: int) -> Any:
    """For each element, the product of all others along `dim`, zeros or not."""
    before = shift(cumprod_along(x, dim), dim, 1)
    after = flipped(shift(cumprod_along(flipped(x, dim), dim), dim, 1), dim)
    return before * after


def _cumsum_slope(g: Any, dim: int) -> Any:
    if not g.ndim:
        return g
    if g.__class__ is np.ndarray:
        backwards, out = along(dim, slice(None, None, -1)), np.empty(g.shape, g.dtype)
        np.add.accumulate(g[backwards], dim, None, out[backwards])
        return out
    return flipped(cumsum_along(flipped(g, dim), dim), dim)


def _cumprod_slope(g: Any, x: Any, out: Any, dim: int) -> Any:
    if not g.ndim:
        return g
    if not (x == 0).any():
        return _cumsum_slope(g * out, dim) / x
    return shift(cumprod_along(x, dim), dim, 1) * backward_recurrence(g, shift_back(x, dim), dim)


cumsum_along = converting(
    "cumsum", running(lambda x, dim: x.cumsum(dim, x.dtype)), "CumsumBackward0", {"x": _cumsum_slope}, contiguous=True
)
cumprod_along = converting(
    "cumprod", running(lambda x, dim: x.cumprod(dim, x.dtype)), "CumprodBackward0", {"x": _cumprod_slope}, contiguous=True
)


def _logcumsumexp_slope(g: Any, x: Any, out: Any, dim: int) -> Any:
    """The sum of g_k exp(x_i - y_k) over k >= i, in which no exponential exceeds 1."""
    if not g.ndim:
        return g
    decay = np.exp(shift_back(shift(out, dim, 0) - out, dim))
    return as_wide_as(x, np.exp(x - out) * backward_recurrence(g, decay, dim))


def _logcumsumexp_value(x: Any, dim: int) -> Any:
    if x.dtype.kind != "c":
        return np.logaddexp.accumulate(x, dim)
    out = np.array(x)
    for i in range(1, out.shape[dim]):
        out[along(dim, i)] = log_of_sum(out[along(dim, i - 1)], out[along(dim, i)])
    return out


_logcumsumexp = wide_op("logcumsumexp", running(_logcumsumexp_value), "LogcumsumexpBackward0", {
    "x": _logcumsumexp_slope,
}, contiguous=True)  # fmt: skip


def _dimension(name: str, input: Any, dim: Any) -> int:
    check_tensor(name, input)
    check_int(name, dim, "dim", 2)
    return wrap_dim(int(dim), input._data.ndim)


@checked
def cumsum(input: Tensor, dim: int, *, dtype: dtypes.dtype | None = None, out: Tensor | None = None) -> Tensor:
    """The running sum along `dim`, in the shape of `input`. Integers and bool give int64 unless a `dtype` is asked for.

    >>> torch.ones(3).cumsum(0)
    tensor([1., 2., 3.])
    """
    dim = _dimension("cumsum", input, dim)
    if out is not None:
        return into(out, partial(cumsum, dtype=dtype_to_add_in(dtype, out)), input, dim, own=True)
    dtype = summed_dtype(input, dtype)
    if dtype is dtypes.bool_:
        raise unimplemented("cumsum_out_cpu", dtype)
    return cumsum_along(input, dim, dtype=dtype)


@checked
def cumprod(input: Tensor, dim: int, *, dtype: dtypes.dtype | None = None, out: Tensor | None = None) -> Tensor:
    """The running product along `dim`; as `cumsum` otherwise."""
    dim = _dimension("cumprod", input, dim)
    if out is not None:
        return into(out, partial(cumprod, dtype=dtype_to_add_in(dtype, out)), input, dim, own=True)
    dtype = summed_dtype(input, dtype)
    if dtype is dtypes.bool_:
        raise unimplemented("cumprod_out_cpu", dtype)
    return cumprod_along(input, dim, dtype=dtype)


@checked
def logcumsumexp(input: Tensor, dim: int, *, out: Tensor | None = None) -> Tensor:
    """The logarithm of the running sum of exponentials along `dim`, without overflow. Raises for integers and bool."""
    dim = _dimension("logcumsumexp", input, dim)
    if out is not None:
        return into(out, logcumsumexp, input, dim)
    if input.dtype.category < 2:
        raise unimplemented("logcumsumexp_out_cpu", input.dtype)
    return _logcumsumexp(input, dim)


def _running(name: str, node: str, ufunc: np.ufunc, reaches: Any) -> Any:
    accumulate = running(ufunc.accumulate)
    values = op(name, lambda x, indices, dim: accumulate(x, dim), node, {
        "x": lambda g, indices, dim, x_shape: scatter_along(g, indices, dim, x_shape, False),
    }, contiguous=True)  # fmt: skip

    def indices(x: Any, extreme: Any, dim: int) -> Any:
        """The last place, up to each, at which the running extreme was reached; NaN is the extreme from then on."""
        if not x.ndim:
            return np.zeros((), np.int64)
        here = np.arange(x.shape[dim]).reshape(along(dim, -1)[dim:] + (1,) * (x.ndim - dim - 1))
        reached = reaches(x, _shift(extreme, dim, 0))
        if x.dtype.kind == "f":
            reached |= np.isnan(x)
        reached[along(dim, slice(0, 1))] = True
        return np.ascontiguousarray(np.maximum.accumulate(np.where(reached, here, 0), dim))

    @reads_values
    def running_extreme(input: Tensor, dim: int) -> tuple[Tensor, Tensor]:
        x = np.asarray(input._data)
        places = wrap(indices(x, accumulate(x, dim), dim))
        return values(input, places, dim), places

    def function(input: Tensor, dim: int, *, out: Any = None) -> Any:
        from ... import return_types

        dim = _dimension(name, input, dim)
        if input.dtype.is_complex:
            raise unimplemented(f"{name}_cpu", input.dtype)
        result = getattr(return_types, name)(running_extreme(input, dim))
        return result if out is None else into_each(out, result)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""The running {ufunc.__name__} along `dim`, and where it was last reached, as a named tuple."""
    return checked(function)


cummax = _running("cummax", "CummaxBackward0", np.maximum, np.greater_equal)
cummin = _running("cummin", "CumminBackward0", np.minimum, np.less_equal)


methods(
    cummax=cummax, cummin=cummin, cumprod=cumprod, cumprod_=inplace(cumprod), cumsum=cumsum, cumsum_=inplace(cumsum),
    logcumsumexp=logcumsumexp,
)  # fmt: skip
