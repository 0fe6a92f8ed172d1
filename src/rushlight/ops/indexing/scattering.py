"""Reading and writing at places that tensors of integers name: gather and scatter, take and put."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import broadcast_shapes, wrap_dim
from ...core.declare import op
from ...core.tensor import Tensor
from ..creation.filled import check_fits
from ..layout.broadcasting import expanded
from ..layout.joining import zeros_from
from ..layout.shape import reshaped
from ..support.accumulation import combine_along, put_along, taken_along
from ..support.arguments import check_int, check_tensor, unimplemented
from ..support.attach import inplace_methods, methods
from ..support.checked import checked
from ..support.layered import reads_values
from ..support.no_derivative import no_derivative
from ..support.options import MISSING, no_such_call, warn_once
from ..support.outputs import into
from .index_along import BOTH, check_index, check_range, copied, lined, out_of_bounds

__all__ = ["gather", "put", "scatter", "scatter_add", "scatter_reduce", "take", "take_along_dim"]


# gather and scatter. The index has as many dimensions as the tensor: places along `dim`, one by one.


def _gather(x: Any, dim: int, index: Any) -> Any:
    if not index.size:
        return zeros_from(x, index.shape)
    return taken_along(lined(x), lined(index), dim).reshape(index.shape)


def _part(src: Any, index: Any) -> Any:
    """The part of `src` that an index uses: it may be smaller."""
    return src if src.shape == index.shape else src[tuple([slice(n) for n in index.shape])]


def _scatter(x: Any, src: Any, dim: int, index: Any) -> Any:
    out = copied(x)
    if index.size:
        index = lined(index)
        put_along(lined(out), index, dim, _part(lined(src), index) if hasattr(src, "ndim") else src)
    return out


def _scatter_add(x: Any, src: Any, dim: int, index: Any) -> Any:
    out = copied(x)
    if index.size:
        index = lined(index)
        combine_along(np.add, lined(out), index, dim, _part(lined(src), index))
    return out


def _source_gradient(node: str, g: Any, src_shape: tuple[int, ...], dim: int, index: Any) -> Any:
    if not math.prod(index.shape):
        return zeros_from(g, src_shape)  # of nothing that was scattered
    if tuple(index.shape) != src_shape:
        raise RuntimeError(
            f"Function {node} returned an invalid gradient at index 1 - got {list(index.shape)} but expected shape "
            f"compatible with {list(src_shape)}"
        )
    return gather_op(g, dim, index)


gather_op = op("gather", _gather, "GatherBackward0", {
    "x": lambda g, x_shape, dim, index: scatter_add_op(zeros_from(g, x_shape), g, dim, index),
})  # fmt: skip
scatter_op = op("scatter", _scatter, "ScatterBackward0", {
    "x": lambda g, dim, index: scatter_value(g, 0, dim, index),
    "src": lambda g, src_shape, dim, index: _source_gradient("ScatterBackward0", g, src_shape, dim, index),
})  # fmt: skip
scatter_value = op("scatter_value", _scatter, "ScatterBackward1", {
    "x": lambda g, dim, index: scatter_value(g, 0, dim, index),
}, names=("x", "value", "dim", "index"))  # fmt: skip
scatter_add_op = op("scatter_add", _scatter_add, "ScatterAddBackward0", {
    "x": lambda g: g,
    "src": lambda g, src_shape, dim, index: _source_gradient("ScatterAddBackward0", g, src_shape, dim, index),
})  # fmt: skip


@checked
def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False, out: Tensor | None = None) -> Tensor:
    """The elements that `index` names along `dim`, each at its place: ``out[i][j] = input[index[i][j]][j]`` for dim 0.

    Raises RuntimeError for indices out of range, and for an index larger than `input` in another dimension.
    """
    if out is not None:
        return into(out, gather, input, dim, index, own=True, disjoint=True)
    if dim.__class__ is not int:
        check_int("gather", dim, "dim", 2)
    x, i = input._data, index._data
    dim = wrap_dim(dim, x.ndim)
    if i.size == 0:
        return gather_op(input, dim, index)
    check_index(index, BOTH, RuntimeError("gather(): Expected dtype int32/int64 for index"))
    if max(i.ndim, 1) != max(x.ndim, 1):
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")
    for d, (n, m) in enumerate(zip(i.shape, x.shape)):
        if d != dim and n > m:
            raise RuntimeError(
                f"Size does not match at dimension {d} expected index {list(i.shape)} to be no larger than self "
                f"{list(x.shape)} apart from dimension {dim}"
            )
    n = x.shape[dim] if x.ndim else 1
    check_range(i, n, out_of_bounds(dim, n))
    return gather_op(input, dim, index)


def _check_scatter(name: str, x: Any, dim: int, index: Any, src: Any) -> int:
    check_tensor(name, x)
    dim = wrap_dim(dim, x._data.ndim)
    data, i = x._data, index._data
    if i.size == 0:
        return dim
    check_index(index, BOTH, RuntimeError("scatter(): Expected dtype int32/int64 for index"))
    parts = src._data if isinstance(src, Tensor) else None
    if parts is not None and src.dtype is not x.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    if max(i.ndim, 1) != max(data.ndim, 1):
        raise RuntimeError("Index tensor must have the same number of dimensions as self tensor")
    if parts is not None and max(i.ndim, 1) != max(parts.ndim, 1):
        raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
    large = any([n > m for d, (n, m) in enumerate(zip(i.shape, data.shape)) if d != dim])
    if large or (parts is not None and any([n > m for n, m in zip(i.shape, parts.shape)])):
        more = "" if parts is None else f" and to be no larger size than src {list(parts.shape)}"
        raise RuntimeError(
            f"Expected index {list(i.shape)} to be no larger than self {list(data.shape)} apart from dimension "
            f"{dim}{more}"
        )
    n = data.shape[dim] if data.ndim else 1
    check_range(i, n, out_of_bounds(dim, n))
    return dim


_SCATTER = (
    "(Tensor input, int dim, Tensor index, Tensor src, *, Tensor out = None)",
    "(Tensor input, int dim, Tensor index, Tensor src, *, str reduce, Tensor out = None)",
    "(Tensor input, int dim, Tensor index, Number value, *, Tensor out = None)",
    "(Tensor input, int dim, Tensor index, Number value, *, str reduce, Tensor out = None)",
)


@checked(signatures=_SCATTER)
def scatter(
    input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: Any = MISSING,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """A copy of `input` with the elements of `src` (or one number) written where `index` says along `dim`.

    ``reduce="add"`` or ``"multiply"`` combines them with what is there; that has no derivative. Raises RuntimeError for
    indices out of range and for an index larger than `input` in another dimension, or than `src`.
    """
    src = value if src is None else src
    number = isinstance(src, (bool, int, float, complex, np.number))
    if not (number or isinstance(src, Tensor)) or not (reduce is MISSING or isinstance(reduce, str)):
        named = {} if reduce is MISSING else {"reduce": reduce}
        raise no_such_call("scatter", tuple([a for a in (input, dim, index, src) if a is not None]), named, _SCATTER)
    if out is not None:
        return into(out, partial(scatter, reduce=reduce), input, dim, index, src, own=True)
    dim = _check_scatter("scatter", input, dim, index, src)
    if number:
        src = check_fits(src, input.dtype)
    if reduce is MISSING:
        return (scatter_value if number else scatter_op)(input, src, dim, index)
    if not number:
        _warn_deprecated()
    if reduce not in ("add", "multiply"):
        raise RuntimeError("reduce argument must be either add or multiply.")
    return _scatter_combined(input, src, dim, index, reduce)


def _warn_deprecated() -> None:
    warn_once(
        "The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a future "
        "PyTorch release. Use torch.scatter_reduce instead for more reduction options."
    )


def _combined(x: Any, src: Any, dim: int, index: Any, reduce: str) -> Any:
    out = copied(x)
    if index.size:
        index = lined(index)
        src = _part(lined(src), index) if hasattr(src, "ndim") else src
        combine_along(np.add if reduce == "add" else np.multiply, lined(out), index, dim, src)
    return out


_scatter_combined = op("scatter_combined", _combined, "NotImplemented", {
    "x": no_derivative("scatter"), "src": no_derivative("scatter"),
})  # fmt: skip


@checked
def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor, *, out: Tensor | None = None) -> Tensor:
    """A copy of `input` with the elements of `src` added where `index` says along `dim`; places may repeat."""
    if out is not None:
        return into(out, scatter_add, input, dim, index, src, own=True)
    return scatter_add_op(input, src, _check_scatter("scatter_add", input, dim, index, src), index)


# scatter_reduce.

_COMBINE = {"sum": np.add, "mean": np.add, "prod": np.multiply, "amax": np.maximum, "amin": np.minimum}


def _identity(reduce: str, dtype: np.dtype) -> Any:
    if reduce in ("sum", "mean", "prod"):
        return 1 if reduce == "prod" else 0
    low = reduce == "amax"
    if dtype.kind == "f":
        return -np.inf if low else np.inf
    if dtype.kind == "b":
        return not low
    return np.iinfo(dtype).min if low else np.iinfo(dtype).max


def scattered(x: Any, src: Any, dim: int, index: Any, reduce: str, include_self: bool) -> Any:
    out = copied(x)
    if not index.size:
        return out
    index = lined(index)
    flat = lined(out)
    if not include_self:
        put_along(flat, index, dim, _identity(reduce, out.dtype))
    combine_along(_COMBINE[reduce], flat, index, dim, _part(lined(src), index))
    if reduce == "mean":
        count = np.full(flat.shape, int(include_self))
        combine_along(np.add, count, index, dim, 1)
        count = np.maximum(count, 1)
        flat[...] = flat // count if out.dtype.kind in "iu" else flat / count.astype(flat.real.dtype)
    return out


def _mean_gradients(g: Any, src: Any, dim: int, index: Any, include_self: bool) -> tuple[Any, Any]:
    count = np.ones_like(g) if include_self else zeros_from(g, tuple(g.shape))
    count = scatter_add_op(count, np.ones_like(src), dim, index)
    count = np.where(count == 0, np.ones_like(count), count)
    return g / count, gather_op(g, dim, index) / gather_op(count, dim, index)


def _extreme_gradients(g: Any, x: Any, src: Any, out: Any, dim: int, index: Any) -> tuple[Any, Any]:
    """The gradient is shared evenly among all that equal the extreme."""
    from_x = np.where(x == out, np.ones_like(g), np.zeros_like(g))
    hit = src == gather_op(out, dim, index)
    from_src = np.where(hit, np.ones_like(src), np.zeros_like(src))
    shared = g / scatter_add_op(from_x, from_src, dim, index)
    return from_x * shared, from_src * gather_op(shared, dim, index)


def product_gradients(g: Any, x: Any, src: Any, out: Any, dim: int, index: Any, include_self: bool) -> tuple[Any, Any]:
    """Where one factor is zero, the product of the others is computed anew with a one in its place."""
    one = np.ones_like(x)
    without = np.where(x == 0, one, x)
    from_x = g * scatter_reduce_op(without, src, dim, index, "prod", include_self) / without
    zero = src == 0
    ones = np.ones_like(src)
    zeros = gather_op(scatter_add_op(np.zeros_like(x), np.where(zero, ones, np.zeros_like(src)), dim, index), dim, index)
    single = zero & (zeros == 1)
    others = scatter_reduce_op(x, np.where(single, ones, src), dim, index, "prod", include_self)
    from_src = np.where(
        single,
        gather_op(g * others, dim, index),
        gather_op(g * out, dim, index) / np.where(zero, ones, src),
    )
    return from_x, from_src


def reduce_gradients(
    g: Any, x: Any, src: Any, out: Any, dim: int, index: Any, reduce: str, include_self: bool
) -> tuple[Any, Any]:
    if tuple(index.shape) != tuple(src.shape):
        return g, _source_gradient("ScatterReduceBackward0", g, tuple(src.shape), dim, index)
    if reduce == "sum":
        from_x, from_src = g, gather_op(g, dim, index)
    elif reduce == "mean":
        from_x, from_src = _mean_gradients(g, src, dim, index, include_self)
    elif reduce == "prod":
        from_x, from_src = product_gradients(g, x, src, out, dim, index, include_self)
    else:
        from_x, from_src = _extreme_gradients(g, x, src, out, dim, index)
    if not include_self:
        from_x = scatter_value(from_x, 0, dim, index)
    return from_x, from_src


scatter_reduce_op = op(
    "scatter_reduce", scattered, "ScatterReduceBackward0", reduce_gradients, differentiable=("x", "src")
)


@checked
def scatter_reduce(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """A copy of `input` with the elements of `src` combined with it where `index` says along `dim`.

    `reduce` is sum, prod, mean, amax (or max) or amin (or min); ``include_self=False`` leaves what was there out of it.
    """
    if out is not None:
        return into(out, partial(scatter_reduce, include_self=include_self), input, dim, index, src, reduce, own=True)
    dim = _check_scatter("scatter_reduce", input, dim, index, src)
    if reduce in ("max", "min"):
        reduce = "a" + reduce
    if reduce not in _COMBINE:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    if (input.dtype is dtypes.bool_ and reduce == "mean") or (input.dtype.is_complex and reduce in ("amax", "amin")):
        raise unimplemented(f"scatter_gather_tensor_cpu_reduce_{reduce}", input.dtype)
    return scatter_reduce_op(input, src, dim, index, reduce, include_self)


# take and put number the elements through, whatever the shape.


def _put(x: Any, source: Any, index: Any, accumulate: bool) -> Any:
    out = copied(x)
    flat, i = out.reshape(-1), np.asarray(index).ravel()
    if accumulate:
        np.add.at(flat, i, np.asarray(source).ravel())
    else:
        flat[i] = np.asarray(source).ravel()
    return out


def _take(x: Any, index: Any) -> Any:
    out = x.reshape(-1)[np.asarray(index)]
    return out if isinstance(out, np.ndarray) else np.asarray(out)


take_op = op("take", _take, "TakeBackward0", {
    "x": lambda g, x_shape, index: put_op(zeros_from(g, x_shape), g, index, True),
})  # fmt: skip
put_op = op("put", _put, "PutBackward0", {
    "x": lambda g, source_shape, index, accumulate: (
        g if accumulate else put_op(g, zeros_from(g, source_shape), index, False)
    ),
    "source": lambda g, source_shape, index: take_op(g, index).reshape(source_shape),
}, saved_as={"source": "source"})  # fmt: skip


def take(input: Tensor, index: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The elements with these numbers, as if `input` had one dimension; in the shape of `index`."""
    if out is not None:
        if isinstance(out, Tensor) and out.dtype is not input.dtype:
            raise RuntimeError(
                "take(): self and out expected to have the same dtype, but got self.dtype = "
                f"{input.dtype.scalar_name} and out.dtype = {out.dtype.scalar_name}"
            )
        return into(out, take, input, index, disjoint=True)
    check_tensor("take", input)
    check_tensor("take", index, "index", 1)
    name = index.dtype.scalar_name
    check_index(index, BOTH[:1], RuntimeError(f"take(): Expected a long tensor for index, but got {name}"))
    if not input._data.size and index._data.size:
        raise IndexError("take(): tried to take from an empty tensor")
    _check_numbers(index._data, input._data.size)
    return take_op(input, index)


@reads_values
def _check_numbers(index: Any, n: int) -> None:
    if index.size:
        bad = index[(index < -n) | (index >= n)]
        if bad.size:
            raise IndexError(f"out of range: tried to access index {bad.flat[0]} on a tensor of {n} elements.")


@checked
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """A copy of `input` with the elements of `source` at these numbers, or added there (`accumulate`)."""
    name = index.dtype.scalar_name
    check_index(index, BOTH[:1], RuntimeError(f"put_(): Expected a long tensor for index, but got {name}"))
    if input.dtype is not source.dtype:
        raise RuntimeError(
            "put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{input.dtype.scalar_name} and source.dtype = {source.dtype.scalar_name}"
        )
    if index._data.size != source._data.size:
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{source._data.size}, index.numel() = {index._data.size}"
        )
    _check_numbers(index._data, input._data.size)
    return put_op(input, source, index, accumulate)


@checked
def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None, *, out: Tensor | None = None) -> Tensor:
    """`gather`, with other dimensions broadcast; without `dim`, of all elements as if in one dimension."""
    if out is not None:
        return into(out, take_along_dim, input, indices, dim, own=True, disjoint=True)
    if indices.dtype is not dtypes.int64:
        raise RuntimeError(
            f"torch.take_along_dim(): dtype of indices should be Long but got {indices.dtype.scalar_name}"
        )
    if dim is None:
        return gather(reshaped(input, (-1,)), 0, reshaped(indices, (-1,)))
    x, i = input._data, indices._data
    if x.ndim != i.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{x.ndim} dimensions for input, and {i.ndim} dimensions for indices"
        )
    dim = wrap_dim(dim, x.ndim)
    common = broadcast_shapes(*[(*data.shape[:dim], 1, *data.shape[dim + 1 :]) for data in (x, i)])
    sizes = [(*common[:dim], data.shape[dim], *common[dim + 1 :]) for data in (x, i)]
    x_whole, i_whole = [
        t if t._data.shape == size else expanded(t, size) for t, size in zip((input, indices), sizes)
    ]
    n = x.shape[dim] if x.ndim else 1
    if _outside(i, n):
        i_whole = i_whole % n  # as torch's: an index beyond either end starts again
    return gather(x_whole, dim, i_whole)



@reads_values
def _outside(index: Any, n: int) -> bool:
    """Whether any of the indices is not between 0 and `n`."""
    return index.size and not (index.min() >= 0 and index.max() < n)


methods(
    gather=gather, put=put, scatter=scatter, scatter_add=scatter_add, scatter_reduce=scatter_reduce, take=take,
    take_along_dim=take_along_dim,
)  # fmt: skip
inplace_methods(put, scatter, scatter_add, scatter_reduce)
