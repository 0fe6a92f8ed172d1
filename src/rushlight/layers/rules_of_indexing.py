"""The rules of vmap for reading and writing at places that indices, vectors of indices, and masks name.

An index that differs between examples becomes one that names the example, too: ``x[i]`` is ``x[[0, 1, ...], i]`` on the whole
batch. A vector of indices along a dimension, where it differs, is an index of `gather` and `scatter`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import ops
from ..arrays.dtypes import bool_
from ..core.tensor import Tensor
from ..core.tensor import wrap as plain
from ..ops.indexing.index_along import lined
from ..ops.indexing.scattering import gather_op, scatter_add_op, scatter_op, scatter_reduce_op, scatter_value
from ..ops.indexing.subscript import index_op, index_put_op
from .batched import Hidden, is_batched, lower, raised, unwrap, wrap
from .batching import _at_front, _squeezed, along, function_loop, functions, lifted, rules, with_ones
from .levels import Batch

WHOLE = slice(None)
SELECTED = (
    "vmap: Attempted to vmap over `mask` in torch.masked_select(self, mask) We cannot support this because for each batch this "
    "would return a differently shaped Tensor. Please file an issue at https://github.com/pytorch/pytorch/issues if you need "
    "this feature."
)


def as_tensor(a: Any) -> Tensor:
    """An index, which may be a payload, as a tensor."""
    if isinstance(a, Tensor):
        return a
    return wrap(a.physical, a.level) if a.__class__ is Hidden else plain(np.asarray(a))


# x[indices] and x[indices] = values.


class _Index:
    """The arrays of an index, and what it is on the whole batch.

    ``first`` is the dimension of the first array, ``count`` how many dimensions they index, ``rank`` how many they give;
    these come where the first array stands, or in front if the arrays stand ``apart``.
    """

    def __init__(self, indices: Sequence[Any], level: Batch) -> None:
        dims = [d for d, i in enumerate(indices) if not isinstance(i, slice)]
        arrays = [indices[d] for d in dims]
        self.first, self.apart = dims[0], dims[-1] - dims[0] >= len(dims)
        self.batched = any([is_batched(as_tensor(a), level) for a in arrays])
        self.count, self.rank = len(dims), max([a.ndim for a in arrays])
        if arrays[0].dtype.kind == "b":  # a mask comes alone
            self.count, self.rank = arrays[0].ndim, 1
        self.given = tuple([i if isinstance(i, slice) else self._aligned(i, level) for i in indices])
        self.examples = np.arange(level.size).reshape(level.size, *[1] * self.rank)

    def _aligned(self, array: Any, level: Batch) -> Any:
        physical = unwrap(as_tensor(array), level)
        if physical is None:
            return array
        return with_ones(physical, self.rank - array.ndim)._data

    @property
    def inner(self) -> list[int]:
        """Where the arrays' dimensions are in an example, after the batch's."""
        first = 0 if self.apart else self.first
        return [1 + first + d for d in range(self.rank)]

    @property
    def leading(self) -> list[int]:
        return [1 + d for d in range(self.rank)]


@rules("index")
def _index(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, indices = arguments
    index = _Index(indices, level)
    if not index.batched:
        out = call(raised(x, level), (WHOLE, *index.given))
        return lifted(out.movedim(index.rank, 0) if index.apart else out, level)
    physical, batched = lower(x, level)
    if not batched:
        out = call(physical, index.given)
        return lifted(out if index.apart else out.movedim(index.first, 0), level)
    out = call(physical, (index.examples, *index.given))
    return lifted(out.movedim(index.leading, index.inner), level)


@rules("index_put", "index_put_impl")
def _index_put(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, values, indices, accumulate = arguments
    index = _Index(indices, level)
    if isinstance(values, Tensor):
        lacking = x.ndim - index.count + index.rank - values.ndim
        values = with_ones(raised(values, level), lacking)
        if index.batched:
            values = values.movedim(index.inner, index.leading)
        elif index.apart:
            values = values.movedim(0, index.rank)
    first = index.examples if index.batched else WHOLE
    return lifted(call(raised(x, level), values, (first, *index.given), accumulate), level)


@functions("check_range", "check_bounds", "_check_numbers", "_check_places", "_check_parts", "_outside")
def _of_all_values(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Of checks, which look at the values of all examples at once."""
    return call(*[_values(a) for a in args])


def _values(a: Any) -> Any:
    if isinstance(a, (tuple, list)):
        return tuple([_values(item) for item in a])
    while a.__class__ is Hidden:
        a = a.physical._data
    return a


@functions("_unsafe_masked_index")
def _masked_index(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    x, mask, indices, fill = args
    if not x.numel():
        return function_loop(call, level, args, kwargs)
    return ops.where(mask, x[_inside(indices, x.shape)], fill).to(x.dtype)


@functions("_unsafe_masked_index_put_accumulate")
def _masked_index_put(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    x, mask, indices, values = args
    return x.index_put(_inside(indices, x.shape), ops.where(mask, values, 0).to(x.dtype), True) if x.numel() else x.clone()


def _inside(indices: Any, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """The indices, those out of range moved to the nearest end."""
    return tuple([i.clamp(-n, n - 1) for i, n in zip(indices, shape)])


rules("segment_reduce")(along(1))


# gather and scatter; vectors of indices.

rules("scatter", "scatter_value", "scatter_add", "scatter_combined", "scatter_reduce")(along(2))


@rules("gather")
def _gathered(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, dim, index = arguments
    out = call(_at_front(x, level), dim + 1, _at_front(index, level))
    return lifted(out.reshape(level.size, *index.shape), level)


def _spread(index: Any, dim: int, shape: tuple[int, ...]) -> Tensor:
    """A vector of places along `dim` as a place for each element of a tensor of that shape there."""
    vector = as_tensor(index).reshape(-1, *[1] * max(len(shape) - dim - 1, 0))  # type: ignore[attr-defined]
    return vector.expand(*shape[:dim], vector.shape[0], *shape[dim + 1 :])


def _by_vector(place: int, spread: Any) -> Any:
    """Of operations on the parts along a dimension that the vector at `place` names; `spread` is what to do if it differs."""

    def rule(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
        x, index = arguments[0], arguments[place]
        if is_batched(as_tensor(index), level):
            out = spread(lined(x), *[lined(a) if isinstance(a, Tensor) else a for a in arguments[1:]])
            return out if x.ndim else out.reshape(())
        given = [_at_front(a, level) if isinstance(a, Tensor) and i != place else a for i, a in enumerate(arguments)]
        given[place - 1] += 1
        result = lifted(call(*given), level)
        return result if x.ndim else _squeezed(result)

    return rule


rules("index_select")(_by_vector(2, lambda x, dim, index: gather_op(x, dim, _spread(index, dim, x.shape))))
rules("index_add")(_by_vector(3, lambda x, source, dim, index, alpha: scatter_add_op(
    x, source if alpha == 1 else source * alpha, dim, _spread(index, dim, source.shape)
)))  # fmt: skip
rules("index_copy")(_by_vector(3, lambda x, source, dim, index: scatter_op(
    x, source, dim, _spread(index, dim, source.shape)
)))  # fmt: skip
rules("index_fill")(_by_vector(3, lambda x, value, dim, index: scatter_value(
    x, value, dim, _spread(index, dim, x.shape)
)))  # fmt: skip
rules("index_reduce")(_by_vector(3, lambda x, source, dim, index, reduce, include_self: scatter_reduce_op(
    x, source, dim, _spread(index, dim, source.shape), reduce, include_self
)))  # fmt: skip


@rules("index_fill_tensor")
def _filled_at(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, value, dim, index = arguments
    line = lined(x)
    chosen = scatter_value(ops.zeros(line.shape, dtype=bool_), True, dim, _spread(index, dim, line.shape))
    return ops.where(chosen.reshape(x.shape), value.to(x.dtype), x)


# take and put; masks.


@rules("take")
def _take(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, index = arguments
    return index_op(x.reshape(-1), (as_tensor(index)._data,))


@rules("put")
def _put(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, source, index, accumulate = arguments
    places = as_tensor(index).reshape(-1)._data  # type: ignore[attr-defined]
    return index_put_op(x.reshape(-1), source.reshape(-1), (places,), accumulate).reshape(x.shape)


@rules("masked_select")
def _masked_select(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, mask = arguments
    if is_batched(as_tensor(mask), level):
        raise RuntimeError(SELECTED)
    shape = np.broadcast_shapes(x.shape, mask.shape)
    return index_op(x.expand(shape), (as_tensor(mask).expand(shape)._data,))  # type: ignore[attr-defined]


def _numbered(mask: Any, shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """The mask in that shape and, where it is true, the number of the element among those."""
    whole = as_tensor(mask).expand(shape)  # type: ignore[attr-defined]
    return whole, whole.reshape(-1).cumsum(0).reshape(shape) - 1


@rules("masked_scatter")
def _masked_scatter(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, mask, source = arguments
    if not source.numel():
        return x.clone()
    whole, number = _numbered(mask, x.shape)
    return ops.where(whole, source.reshape(-1)[number.clamp(0, source.numel() - 1)], x)


@rules("masked_scatter_backward")
def _masked_scatter_backward(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    g, mask, shape = arguments
    whole, number = _numbered(mask, g.shape)
    count = int(np.prod(shape))
    # What the mask leaves out goes to a place after the last.
    number = ops.where(whole, number, count).reshape(-1)
    return ops.zeros(count + 1, dtype=g.dtype).index_add(0, number, g.reshape(-1))[:count].reshape(shape)  # type: ignore[attr-defined]
