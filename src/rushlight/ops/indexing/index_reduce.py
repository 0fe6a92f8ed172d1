"""index_reduce, and reductions of segments: elements combined group by group."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import wrap_dim
from ...core.declare import op
from ...core.tensor import Tensor
from ..support.arguments import check_tensor, unimplemented
from ..support.attach import inplace_methods, methods
from ..support.checked import checked
from ..support.layered import reads_values
from ..support.options import argument_error, warn_once
from ..support.outputs import into
from .index_along import check_range, check_vectors, lined
from .scattering import gather_op, product_gradients, reduce_gradients, scatter_add_op, scattered

__all__ = ["_segment_reduce", "index_reduce", "segment_reduce"]


# index_reduce is scatter_reduce, of an index that is the same for all elements of a part.


def _whole(index: Any, dim: int, shape: tuple[int, ...]) -> Any:
    """A vector of places along `dim` as a place for each element of `shape`."""
    vector = np.asarray(getattr(index, "_data", index)).reshape(-1)
    return np.broadcast_to(vector.reshape((-1,) + (1,) * (len(shape) - dim - 1)), shape) if shape else vector.reshape(())


def _index_reduce(x: Any, source: Any, dim: int, index: Any, reduce: str, include_self: bool) -> Any:
    return scattered(x, source, dim, _whole(index, dim, source.shape), reduce, include_self)


def _index_reduce_backward(
    g: Any, x: Any, source: Any, out: Any, dim: int, index: Any, reduce: str, include_self: bool
) -> tuple[Any, Any]:
    index = _whole(index, dim, tuple(source.shape))
    return reduce_gradients(g, x, source, out, dim, index, reduce, include_self)


_index_reduce_op = op(
    "index_reduce", _index_reduce, "IndexReduceBackward0", _index_reduce_backward, differentiable=("x", "source"),
    saved_as={"source": "source"},
)  # fmt: skip


@checked
def index_reduce(
    input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *, include_self: bool = True,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """A copy of `input` with the parts of `source` along `dim` combined with it where a vector of indices says.

    `reduce` is prod, mean, amax or amin; ``include_self=False`` leaves what was there out of it. Raises RuntimeError for
    other sizes and dtypes, IndexError for indices out of range.
    """
    if out is not None:
        return into(out, partial(index_reduce, include_self=include_self), input, dim, index, source, reduce, own=True)
    if not isinstance(reduce, str):
        raise argument_error("index_reduce", "reduce", "str", reduce, 5)
    dim = wrap_dim(dim, input._data.ndim)
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.")
    warn_once("index_reduce() is in beta and the API may change at any time.")
    check_vectors("index_reduce", input, dim, index, source)
    _check_reducible(input, reduce, include_self)
    n = input._data.shape[dim] if input._data.ndim else 1
    check_range(lined(index._data), n, lambda i: IndexError("index out of range in self"))
    return _index_reduce_op(input, source, dim, index, reduce, include_self)


def _check_reducible(x: Tensor, reduce: str, include_self: bool) -> None:
    """Raises NotImplementedError for bool and complex numbers where torch's kernels do not take them."""
    if x.dtype is not dtypes.bool_ and not x.dtype.is_complex:
        return
    if not include_self:
        raise unimplemented("index_reduce_func_exclude_input_init", x.dtype)
    if x._data.ndim < 2:
        raise unimplemented("index_func_", x.dtype)
    if reduce == "mean" and not x.dtype.is_complex:
        raise unimplemented("div_floor_cpu", x.dtype)
    if reduce in ("amax", "amin") and x.dtype.is_complex:
        raise unimplemented("maximum_cpu" if reduce == "amax" else "minimum_cpu", x.dtype)


# Segments: stretches of elements, one after the other along a dimension.


def _segments(bounds: Any, n: int) -> Any:
    """The number of the segment in which each of `n` elements is, from the segments' ends and the first one's start.

    The elements before the first segment and after the last have the number of segments.
    """
    count = bounds.shape[-1] - 1
    starts = np.zeros((*bounds.shape[:-1], n + 1), np.int64)
    rows = tuple([i[..., None] for i in np.indices(bounds.shape[:-1])])
    np.add.at(starts, (*rows, np.minimum(bounds, n)), 1)
    numbers = starts.cumsum(-1)[..., :n] - 1
    numbers[numbers < 0] = count
    return numbers


_REDUCE = {"sum": "sum", "mean": "sum", "prod": "prod", "max": "amax", "min": "amin"}
_EMPTY = {"sum": 0, "mean": 0, "prod": 1, "max": -np.inf, "min": np.inf}


def _counts(index: Any, axis: int, shape: tuple[int, ...], dtype: Any) -> Any:
    count = np.zeros(shape, dtype)
    return scattered(count, np.ones(index.shape, dtype), axis, index, "sum", True)


def _reduced(x: Any, axis: int, index: Any, count: int, reduce: str, initial: Any) -> Any:
    """One segment more than there are takes what belongs to none."""
    shape = (*x.shape[:axis], count + 1, *x.shape[axis + 1 :])
    wide = dtypes.cast(x, dtypes.float32) if dtypes.of_array(x).itemsize == 2 else x
    start = np.full(shape, _EMPTY[reduce] if initial is None else initial, wide.dtype)
    out = scattered(start, wide, axis, index, _REDUCE[reduce], True)
    if reduce == "mean":
        sizes = _counts(index, axis, shape, wide.dtype)
        out = np.where((sizes == 0) & (initial is not None), out, out / sizes)
    return dtypes.cast(out[(slice(None),) * axis + (slice(count),)], dtypes.of_array(x))


def _reduced_backward(g: Any, x: Any, out: Any, axis: int, index: Any, count: int, reduce: str, initial: Any) -> Any:
    if not count:
        return g.sum() * np.zeros_like(x)
    inside = index < count
    place, one = np.where(inside, index, 0), np.ones_like(x)
    if reduce in ("max", "min"):
        best = gather_op(out, axis, place)
        hit = np.where(((x == best) | np.isnan(x)) & inside, one, one * 0)
        ties = gather_op(scatter_add_op(np.zeros_like(out), hit, axis, place), axis, place)
        return hit * gather_op(g, axis, place) / np.where(ties == 0, np.ones_like(ties), ties)
    if reduce == "prod":
        start = np.ones_like(out) * (1 if initial is None else initial)
        _, grad = product_gradients(g, start, np.where(inside, x, one), out, axis, place, True)
    else:
        grad = gather_op(g, axis, place)
        if reduce == "mean":
            sizes = scatter_add_op(np.zeros_like(out), np.where(inside, one, one * 0), axis, place)
            grad = grad / gather_op(sizes, axis, place)
    return np.where(inside, grad, grad * 0)


_segment_op = op("segment_reduce", _reduced, "SegmentReduceBackward0", {"x": _reduced_backward})


@reads_values
def segment_reduce(
    data: Tensor, reduce: str, *, lengths: Tensor | None = None, indices: Tensor | None = None,
    offsets: Tensor | None = None, axis: int = 0, unsafe: bool = False, initial: Any = None,
) -> Tensor:  # fmt: skip
    """`data` reduced segment by segment along `axis`: its size becomes the number of segments.

    The segments follow one another; `lengths` are their sizes, `offsets` their boundaries, one more than there are
    segments. Both have the dimensions of `data` up to `axis`. `reduce` is sum, mean, max (or amax), min (or amin) or
    prod, each beginning with `initial`. Raises RuntimeError if lengths do not add up to the size of `data` along `axis`,
    unless `unsafe`.

    >>> import rushlight as torch
    >>> torch.segment_reduce(torch.tensor([1.0, 2.0, 3.0]), "sum", lengths=torch.tensor([2, 1]))
    tensor([3., 3.])
    """
    check_tensor("segment_reduce", data, "data")
    if indices is not None:
        raise RuntimeError("segment_reduce(): indices based reduction is not supported yet.")
    given = offsets if offsets is not None else lengths
    if given is None:
        raise RuntimeError("segment_reduce(): Either lengths or offsets must be defined.")
    kind = "offsets" if offsets is not None else "lengths"
    axis = wrap_dim(axis, data._data.ndim)
    if reduce in ("amax", "amin"):
        reduce = reduce[1:]
    if reduce not in _REDUCE:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    bounds = np.asarray(given._data)
    _check_segments(data, bounds, kind, axis, unsafe)
    if given.dtype not in (dtypes.int32, dtypes.int64):
        raise unimplemented(f"_segment_reduce_{kind}_cpu_kernel1", given.dtype)
    if not data.dtype.is_floating_point:
        raise unimplemented("_segment_reduce_cpu", data.dtype)
    if kind == "lengths":
        bounds = np.concatenate([np.zeros((*bounds.shape[:-1], 1), np.int64), bounds.cumsum(-1)], -1)
    shape = data._data.shape
    numbers = _segments(bounds, shape[axis])
    index = np.broadcast_to(numbers.reshape(numbers.shape + (1,) * (len(shape) - axis - 1)), shape)
    return _segment_op(data, axis, index, bounds.shape[-1] - 1, reduce, initial)


def _check_segments(data: Tensor, bounds: Any, kind: str, axis: int, unsafe: bool) -> None:
    shape = data._data.shape
    if len(shape) < bounds.ndim:
        raise RuntimeError(
            f"Expected data.dim() >= {kind}_value.dim() to be true, but got false.  (Could this error message be "
            "improved?  If so, please report an enhancement request to PyTorch.)"
        )
    if axis != bounds.ndim - 1:
        raise RuntimeError(f"segment_reduce(): Expected axis to be the last dimension of {kind} but got {axis}.")
    if kind == "offsets":
        if (np.diff(bounds) < 0).any():
            raise RuntimeError(
                "Expected segment_length >= 0 to be true, but got false.  (Could this error message be improved?  If so, "
                "please report an enhancement request to PyTorch.)"
            )
    elif not unsafe:
        if bounds.size and bounds.min() < 0:
            raise RuntimeError("lengths contains negative value!")
        if (bounds.sum(-1) != shape[axis]).any():
            raise RuntimeError(
                "segment_reduce(): Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when "
                "!unsafe."
            )


_segment_reduce = segment_reduce

methods(index_reduce=index_reduce)
inplace_methods(index_reduce)
