"""Sorting, and what rests on an order: the first k, distinct values, binary search, counts.

NaN comes after every number. Equal elements keep their order.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ... import return_types
from ...arrays import dtypes
from ...arrays.dtypes import int64
from ...arrays.shapes import wrap_dim
from ...core.declare import op
from ...core.tensor import Tensor, wrap
from ..reduction.scan import along
from ..support.along import gather_along, scatter_along
from ..support.arguments import check_tensor, unimplemented
from ..support.attach import methods
from ..support.checked import checked
from ..support.layered import reads_values
from ..support.outputs import into_each, into_own
from ..support.rows import parts

__all__ = [
    "argsort", "bincount", "bucketize", "histc", "msort", "searchsorted", "sort", "topk", "unique",
    "unique_consecutive",
]  # fmt: skip


def _arranging(name: str, node: str) -> Any:
    """An operation that takes the elements of x at `indices`, in x's number of dimensions."""
    return op(name, lambda x, indices, dim: gather_along(x, indices, dim), node, {
        "x": lambda g, indices, dim, x_shape: scatter_along(g, indices, dim, x_shape),
    })  # fmt: skip


_sort = _arranging("sort", "SortBackward0")
_sort_stable = _arranging("sort_stable", "SortBackward1")
_topk = _arranging("topk", "TopkBackward0")


def _order(x: Any, dim: int, descending: bool) -> Any:
    """The indices that sort `x` along `dim`, equal elements in their order both ways."""
    if not x.ndim:
        return np.zeros((), np.int64)
    if not descending:
        return x.argsort(dim, kind="stable")
    back = along(dim, slice(None, None, -1))
    return x.shape[dim] - 1 - x[back].argsort(dim, kind="stable")[back]


def leading(x: np.ndarray, k: int, dim: int, descending: bool) -> np.ndarray:
    """The first `k` of the indices that sort `x` along `dim`: as `_order` has them, without sorting what comes after."""
    n = x.shape[dim] if x.ndim else 1
    if k * 4 > n or not k or not x.size:
        order = _order(x, dim, descending)
        return np.ascontiguousarray(order[along(dim, slice(0, k))]) if x.ndim else order
    front = np.moveaxis(x, dim, -1)
    rows = np.asarray(front).reshape(-1, n)
    found = np.empty((len(rows), k), np.int64)
    for part in parts(*rows.shape):
        found[part] = _leading_of_rows(rows[part], k, descending)
    return np.ascontiguousarray(np.moveaxis(found.reshape(*front.shape[:-1], k), -1, dim))


def _leading_of_rows(x: np.ndarray, k: int, descending: bool) -> np.ndarray:
    n = x.shape[1]
    arranged = np.partition(x, n - k if descending else k - 1, 1)
    last = arranged[:, n - k if descending else k - 1, None]  # of those that are wanted
    if not (np.greater_equal(x, last) | np.less(x, last)).all():  # there are NaN
        return _order(x, 1, descending)[:, :k]
    chosen = x >= last if descending else x <= last
    if np.count_nonzero(chosen) > len(x) * k:
        # Of the elements that equal the last one, the first.
        beyond = x > last if descending else x < last
        equal = x == last
        chosen = beyond | (equal & (np.cumsum(equal, 1) <= k - beyond.sum(1, keepdims=True)))
    places = (np.flatnonzero(chosen) % n).reshape(-1, k)
    values = x[chosen].reshape(-1, k)
    return np.take_along_axis(places, _order(values, 1, descending), 1)


@checked(signatures=(
    "(Tensor input, *, bool stable, int dim = -1, bool descending = False, tuple of Tensors out = None)",
    "(Tensor input, int dim = -1, bool descending = False, *, tuple of Tensors out = None)",
))
def sort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool | None = None, out: Any = None) -> Any:
    """The elements in order along `dim`, and their indices, as a named tuple (values, indices).

    The order of equal elements is kept in any case. Raises RuntimeError for complex numbers.

    >>> torch.tensor([3., 1., 2.]).sort().indices
    tensor([1, 2, 0])
    """
    dim = wrap_dim(int(dim), input._data.ndim)
    if input.dtype.is_complex:
        raise RuntimeError(" Sort does not support complex dtypes on CPU")
    result = return_types.sort(_in_order(input, dim, descending, _sort if stable is None else _sort_stable))
    return result if out is None else into_each(out, result)


@reads_values
def _in_order(input: Tensor, dim: int, descending: bool, operation: Any) -> tuple[Tensor, Tensor]:
    indices = wrap(_order(input._data, dim, descending))
    return operation(input, indices, dim), indices


@checked(signatures=(
    "(Tensor input, *, bool stable, int dim = -1, bool descending = False, Tensor out = None)",
    "(Tensor input, int dim = -1, bool descending = False)",
))
def argsort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Tensor:
    """The indices that put `input` in order along `dim`. See `sort`."""
    return sort(input.detach(), dim, descending)[1]


def msort(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`input` sorted along its first dimension."""
    check_tensor("msort", input)
    values = sort(input, 0)[0]
    return values if out is None else into_own(out, values, "sort")


@checked
def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True, *, out: Any = None) -> Any:
    """The `k` greatest (or smallest) elements along `dim`, in order, and their indices, as a named tuple.

    Raises RuntimeError if there are fewer, and for bool and complex dtypes.
    """
    x = input._data
    dim = wrap_dim(dim, x.ndim)
    if not 0 <= k <= (x.shape[dim] if x.ndim else 1):
        raise RuntimeError("selected index k out of range")
    if input.dtype.is_complex:
        raise RuntimeError(" topk does not support complex dtypes on CPU")
    if input.dtype is dtypes.bool_:
        raise RuntimeError("topk does not support bool dtypes on CPU")
    result = return_types.topk(_first(input, dim, int(k), largest))
    return result if out is None else into_each(out, result)


@reads_values
def _first(input: Tensor, dim: int, k: int, largest: bool) -> tuple[Tensor, Tensor]:
    indices = wrap(leading(input._data, k, dim, largest))
    return _topk(input, indices, dim), indices


# Distinct values.


def _unique_value(x: Any, dim: int | None, inverse: bool, counts: bool) -> Any:
    dtype, x = dtypes.of_array(x), np.asarray(x)
    nothing = np.empty(0, np.int64)
    found = np.unique(x, return_inverse=True, return_counts=True, axis=dim, equal_nan=False)
    places = found[1].reshape(x.shape if dim is None else (x.shape[dim],))
    return dtypes.cast(found[0], dtype), places if inverse else nothing, found[2] if counts else nothing


def _consecutive_value(x: Any, dim: int | None, inverse: bool, counts: bool) -> Any:
    dtype, x = dtypes.of_array(x), np.asarray(x)
    rows = x.reshape(-1) if dim is None else np.moveaxis(x, dim, 0)
    n = rows.shape[0]
    starts = np.ones(n, bool)
    starts[1:] = (rows[1:] != rows[:-1]).any(tuple(range(1, rows.ndim)))
    (first,) = np.nonzero(starts)
    values = rows[first] if dim is None else np.moveaxis(rows[first], 0, dim)
    run = np.cumsum(starts) - 1
    places = run.reshape(x.shape) if dim is None else run
    nothing = np.empty(0, np.int64)
    return dtypes.cast(values, dtype), places if inverse else nothing, np.diff(first, append=n) if counts else nothing


def _distinct(name: str, value: Any, node: str, aten: str) -> Any:
    def refuse(g: Any) -> Any:
        raise NotImplementedError(f"the derivative for '{aten}' is not implemented.")

    return op(name, value, node, {"x": refuse}, several=True)


_unique2 = _distinct("unique", _unique_value, "Unique2Backward0", "_unique2")
_unique_dim = _distinct("unique_dim", _unique_value, "UniqueDimBackward0", "unique_dim")
_consecutive = _distinct("unique_consecutive", _consecutive_value, "UniqueConsecutiveBackward0", "unique_consecutive")


@checked(name="_unique2")
def unique(
    input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False,
    dim: int | None = None,
) -> Any:  # fmt: skip
    """The distinct elements in order, or the distinct slices along `dim`.

    With ``return_inverse`` also where in them each element went, with ``return_counts`` also how often each occurs.
    """
    return _answer(_unique2 if dim is None else _unique_dim, input, return_inverse, return_counts, dim)


@checked
def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The elements (or slices along `dim`) without those that equal the one before them; otherwise as `unique`."""
    return _answer(_consecutive, input, return_inverse, return_counts, dim)


def _check_sizes(shape: tuple[int, ...], dim: int) -> None:
    """Slices of nothing are neither the same nor not."""
    if shape.count(0) > 1:
        raise RuntimeError("Number of zero sized dimensions is more than one, so unique cannot be applied ")
    if 0 in shape and shape[dim]:
        raise RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied")


def _answer(operation: Any, input: Tensor, inverse: bool, counts: bool, dim: int | None) -> Any:
    chosen = None if dim is None else wrap_dim(dim, input._data.ndim)
    if dim is not None and not input._data.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    if input.dtype.is_complex:
        raise unimplemented("unique" if dim is None else "unique_dim", input.dtype)
    if chosen is not None:
        _check_sizes(input._data.shape, chosen)
    values, places, numbers = operation(input, chosen, inverse, counts)
    extra = ([places] if inverse else []) + ([numbers] if counts else [])
    return (values, *extra) if extra else values


# Binary search.


@reads_values
def _search(sequence: Tensor, values: Any, out_int32: bool, right: bool, sorter: Any) -> Tensor:
    given = [t for t in (sequence, values) if isinstance(t, Tensor)]
    if all([t._data.size for t in given]):
        for t in given:
            if t.dtype.is_complex:
                raise unimplemented("searchsorted_out_cpu", t.dtype)
    a = np.asarray(sequence._data)
    v = np.asarray(values._data if isinstance(values, Tensor) else values)
    side: Literal["left", "right"] = "right" if right else "left"
    order = None if sorter is None else np.asarray(sorter._data)
    if a.ndim == 1:
        found = np.searchsorted(a, v, side, order)
    else:
        found = np.empty(v.shape, np.int64)
        for i in np.ndindex(*a.shape[:-1]):
            found[i] = np.searchsorted(a[i], v[i], side, None if order is None else order[i])
    return wrap(np.asarray(found).astype(np.int32 if out_int32 else np.int64))


def _placed(out: Any, found: Tensor, out_int32: bool) -> Tensor:
    if isinstance(out, Tensor) and out.dtype is not found.dtype:
        raise RuntimeError(
            "torch.searchsorted(): output tensor's dtype is wrong, it can only be Int(int32) or Long(int64) depending on "
            f"whether out_int32 flag is True, but we got output tensor's dtype {out.dtype.scalar_name} and out_int32 flag is "
            f"{out_int32}"
        )
    return into_own(out, found, "searchsorted")


def _check_sorter(name: str, sequence: Tensor, sorter: Tensor | None) -> None:
    if sorter is not None and sorter.shape != sequence.shape:
        raise RuntimeError(
            f"{name}: boundary and sorter must have the same size, but got boundary tensor {list(sequence.shape)}and got "
            f"sorter tensor {list(sorter.shape)}"
        )
    if sorter is not None and sorter.dtype is not int64:
        raise RuntimeError(f"{name}: sorter must be a tensor of long dtype but got dtype {sorter.dtype.scalar_name}")


@checked(signatures=(
    "(Tensor sorted_sequence, Tensor input, *, bool out_int32 = False, bool right = False, str side = None, "
    "Tensor sorter = None, Tensor out = None)",
    "(Tensor sorted_sequence, Number self, *, bool out_int32 = False, bool right = False, str side = None, "
    "Tensor sorter = None, Tensor out = None)",
))
def searchsorted(
    sorted_sequence: Tensor, input: Tensor | complex, *, out_int32: bool = False, right: bool = False, side: str | None = None,
    sorter: Tensor | None = None, out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Where each value would be put into the last dimension of `sorted_sequence` to keep it in order.

    Before equal elements, or after them with ``right=True`` (``side="right"``). `input` may be a number if the sequence
    has one dimension; otherwise their leading dimensions agree. Raises RuntimeError where they do not.
    """
    name = "torch.searchsorted()"
    if side is not None and side not in ("left", "right"):
        raise RuntimeError(f"{name}: side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError(f"{name}: side and right can't be set to opposites, got side of left while right was True")
    a, shape = sorted_sequence._data, tuple(getattr(input, "shape", ()))
    if not a.ndim:
        raise RuntimeError(f"{name}: boundaries tensor should have positive dimension, but got 0 dimension")
    _check_sorter(name, sorted_sequence, sorter)
    if a.ndim != 1:
        if not shape:
            raise RuntimeError(
                f"{name}: input value can be a scalar only when boundaries tensor dimension is 1, but we got "
                f"boundaries tensor dim({a.ndim}) and input value's dim(0) numel(1)"
            )
        if a.shape[:-1] != shape[:-1]:
            raise RuntimeError(
                f"{name}: boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and "
                f"input value tensor must match, but we got boundaries tensor {list(a.shape)} and input value tensor "
                f"{list(shape)}"
            )
    found = _search(sorted_sequence, input, out_int32, right or side == "right", sorter)
    return found if out is None else _placed(out, found, out_int32)


@checked(signatures=(
    "(Tensor input, Tensor boundaries, *, bool out_int32 = False, bool right = False, Tensor out = None)",
    "(Number self, Tensor boundaries, *, bool out_int32 = False, bool right = False)",
))
def bucketize(
    input: Tensor | complex, boundaries: Tensor, *, out_int32: bool = False, right: bool = False, out: Tensor | None = None
) -> Tensor:
    """The number of the bucket between `boundaries` (one dimension, in order) into which each value falls."""
    if boundaries.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    found = _search(boundaries, input, out_int32, right, None)
    return found if out is None else _placed(out, found, out_int32)


# Counts.


@checked
@reads_values
def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each number from 0 up occurs in a vector of integers; or the sums of the `weights` of each.

    The result has at least `minlength` elements. Raises RuntimeError for other shapes and negative numbers.
    """
    x = input._data
    if x.dtype.kind not in "iu":
        raise unimplemented("bincount_cpu", input.dtype)
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if x.ndim != 1 or (x.size and x.min() < 0):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is None or not x.size:
        return wrap(np.bincount(x.astype(np.int64), minlength=minlength))
    if weights._data.shape != x.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    totals = np.bincount(x.astype(np.int64), weights._data.real, minlength)
    return wrap(totals.astype(np.float32) if weights.dtype is dtypes.float32 else totals)


def _counted(x: Any, bins: int, low: float, high: float) -> Any:
    """As torch's kernel: the bin follows from the value, not from a comparison with rounded edges."""
    values = np.asarray(x)
    low, high = values.dtype.type(low), values.dtype.type(high)
    inside = values[(values >= low) & (values <= high)]
    places = ((inside - low) * values.dtype.type(bins) / (high - low)).astype(np.int64)
    return dtypes.cast(np.bincount(np.minimum(places, bins - 1), minlength=bins), dtypes.of_array(x))


@checked
@reads_values
def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0, *, out: Tensor | None = None) -> Tensor:
    """How many elements fall into each of `bins` equal parts of [min, max]; of the range of `input` if both are equal.

    Raises RuntimeError for no bins, a range the wrong way round, and one that is not finite.
    """
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    low, high, x = min, max, input._data
    if low == high and x.size:
        low, high = float(x.min()), float(x.max())
    if low == high:
        low, high = low - 1, high + 1
    if not (np.isfinite(low) and np.isfinite(high)):
        ends = [f"{'-' * bool(np.signbit(end))}{abs(end):g}" for end in (low, high)]
        raise RuntimeError("torch.histc: range of [{}, {}] is not finite".format(*ends))
    if low > high:
        raise RuntimeError("torch.histc: max must be larger than min")
    if not input.dtype.is_floating_point:
        raise unimplemented("histogram_cpu", input.dtype)
    if out is not None and out.dtype is not input.dtype:
        raise RuntimeError(
            "torch.histogram: input tensor and hist tensor should have the same dtype, but got input "
            f"{input.dtype.cpp_name} and hist {out.dtype.cpp_name}"
        )
    counts = wrap(_counted(x, bins, low, high))
    return counts if out is None else into_own(out, counts, "histc")


methods(
    argsort=argsort, bincount=bincount, histc=histc, msort=msort, sort=sort, topk=topk, unique=unique,
    unique_consecutive=unique_consecutive,
)  # fmt: skip
