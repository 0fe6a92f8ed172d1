"""The rules of vmap for functions that read values (`ops.support.layered.reads_values`)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from .. import ops
from ..core.tensor import Tensor
from ..ops.neural.embedding_bag import MAX
from .batched import is_batched, levels_of, raised
from .batching import _aligned, aligned, along, bound, function_loop, functions, lifted, loop, lowered, rules, stacked
from .levels import Batch

DYNAMIC = (
    "vmap: We do not support batching operators that can output dynamic shape. Attempted to vmap over aten::{}. Please file an "
    "issue at https://github.com/pytorch/pytorch/issues if you need this feature."
)
ALLCLOSE = (
    "vmap over torch.allclose isn't supported yet. Please file an issue at https://github.com/pytorch/pytorch/issues if you need "
    "this feature."
)
NO_FALLBACK = "Batching rule not implemented for aten::{}. We could not generate a fallback."
CLASSES = "When vmap-ing torch.nn.functional.one_hot, please provide an explicit positive num_classes argument."


def like_an_op(rule: Any) -> Any:
    """A rule of operations as one of functions: keywords stay what they are."""
    return lambda call, level, args, kwargs: rule(partial(call, **kwargs), level, args)


functions("_selected", "_in_order", "_first", "running_extreme")(like_an_op(along(1)))
functions("_isclose")(like_an_op(aligned))
functions("unravel_index", "_view_dtype", "_of_bytes")(like_an_op(stacked))


def _refusing(words: str) -> Any:
    def rule(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        raise RuntimeError(words)

    return rule


functions("_all_equal")(_refusing(NO_FALLBACK.format("equal")))
functions("_allclose")(_refusing(ALLCLOSE))


@functions("nonzero")
def _nonzero(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    raise RuntimeError(NO_FALLBACK.format("nonzero_numpy") if kwargs.get("as_tuple") else DYNAMIC.format("nonzero"))


@functions("one_hot")
def _one_hot(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    x, classes = (*args, *kwargs.values(), -1)[:2]
    if classes < 0:
        raise RuntimeError(CLASSES)
    return lifted(call(raised(x, level), classes), level)


@rules("unique", "unique_dim", "unique_consecutive")
def _unique(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    name = call.__name__
    raise RuntimeError(DYNAMIC.format("_unique2" if name == "unique" else name))


# Tensors like others.


@functions("_like")
def _like(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    return lifted(call(*[raised(a, level) if isinstance(a, Tensor) else a for a in args], **kwargs), level)


@functions("new_zeros", "new_ones", "new_empty", "new_full", "new_empty_strided")
def _new(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """What is made of a batched tensor can take a batch in place."""
    return lifted(raised(call.__wrapped__(*args, **kwargs), level).clone(), level)  # type: ignore[attr-defined]


@functions("_copied_view")
def _copied_view(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    x, look, _, *rest = args
    seen = look(x, *rest, **kwargs)
    return seen.clone() if isinstance(seen, Tensor) else tuple([part.clone() for part in seen])


# Memory.


@functions("as_strided")
def _as_strided(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    x, size, stride, offset = (*args, *kwargs.values(), None)[:4]
    physical = raised(x, level)
    return lifted(call(physical, (level.size, *size), (physical.stride()[0], *stride), offset), level)  # type: ignore[attr-defined]


@functions("as_strided_scatter")
def _as_strided_scatter(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    x, src, size, stride, offset = (*args, *kwargs.values(), None)[:5]
    physical = raised(x, level)
    if not is_batched(x, level):
        physical = physical.clone()  # type: ignore[attr-defined]
    strides = (physical.stride()[0], *stride)  # type: ignore[attr-defined]
    return lifted(call(physical, raised(src, level), (level.size, *size), strides, offset), level)


@functions("as_strided_")
def _as_strided_inplace(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    x = args[0]
    x._data = ops.as_strided(*args, **kwargs)._data
    return x


@functions("resize_")
def _resized(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """As torch's: the first elements of each example. More than there are cannot be had."""
    x, *size = args
    shape = tuple(size[0]) if len(size) == 1 and isinstance(size[0], (tuple, list)) else tuple(size)
    count = math.prod(shape)
    if count > x.numel():
        raise RuntimeError("NYI: vmap over resize_ to a larger size")
    x._data = x.reshape(-1)[:count].reshape(shape)._data
    return x


@functions("_check_enough")
def _check_each(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    return loop(call, level, args, kwargs)


# Searching.


@functions("_search")
def _search(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    sequence, values, out_int32, right, sorter = args
    values = values if isinstance(values, Tensor) else ops.tensor(values)
    if not is_batched(sequence, level) and (sorter is None or not is_batched(sorter, level)) and sequence.ndim == 1:
        return lifted(call(sequence, raised(values, level), out_int32, right, sorter), level)
    # Of one sequence for all values, there are as many rows of values as there are examples.
    flat = values.reshape(-1) if sequence.ndim == 1 else values
    given = [None if a is None else raised(a, level) for a in (sequence, flat, sorter)]
    return lifted(call(*given[:2], out_int32, right, given[2]), level).reshape(values.shape)


@functions("isin")
def _isin(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    test = (*args, *kwargs.values())[1]
    if isinstance(test, Tensor) and is_batched(test, level):
        return function_loop(call, level, args, kwargs)
    return lifted(call(*[lowered(a, level)[0] for a in args], **kwargs), level)


# Segments and bags.


@functions("segment_reduce")
def _segments(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Lengths and offsets have the dimensions of the data before the axis: the examples are one more."""
    x, *rest = args
    given = {key: raised(a, level) if isinstance(a, Tensor) else a for key, a in kwargs.items()}
    given["axis"] = (kwargs.get("axis", 0) % max(x.ndim, 1)) + 1
    return lifted(call(raised(x, level), *rest, **given), level)


@functions("embedding_bag")
def _bags(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """The bags of all examples, one after the other: of one table, or each of its own rows of a longer one.

    Offsets that end before the indices do, and a row that does not count in each of several tables, need a loop.
    """
    options = bound(call, args, kwargs)
    weight, indices, offsets, last = [options[key] for key in ("weight", "indices", "offsets", "include_last_offset")]
    (table, own), n = lowered(weight, level), indices.numel()
    if last or (own and options["padding_idx"] is not None):
        return function_loop(call, level, args, kwargs)
    starts = ops.arange(level.size).unsqueeze(1)
    rows = raised(indices, level).reshape(level.size, n)
    options["indices"] = (rows + starts * weight.shape[0] if own else rows).reshape(-1)
    options["offsets"] = (raised(offsets, level) + starts * n).reshape(-1)
    options["weight"] = table.flatten(0, 1) if own else table
    if options["per_sample_weights"] is not None:
        options["per_sample_weights"] = raised(options["per_sample_weights"], level).reshape(-1)
    out, bags, sizes, rows = [r.reshape(level.size, -1, *r.shape[1:]) for r in call(**options)]
    if options["mode"] == MAX and own:
        rows = (rows - (starts * weight.shape[0]).unsqueeze(2)).clamp(min=0)  # an empty bag has none
    count = offsets.numel()
    bags = bags - starts * count if bags.numel() else bags
    return lifted((out, bags, sizes, rows), level)


@functions("_repeated_indices")
def _repeated(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """All examples at once, where their repeats add up to the same number."""
    repeats, output_size = args
    counts = raised(repeats, level)
    totals = counts.sum(1)
    if repeats.ndim != 1 or levels_of(counts) or len(set(totals.tolist())) != 1:
        return function_loop(call, level, args, kwargs)
    every = None if output_size is None else output_size * level.size
    places = call(counts.reshape(-1), every).reshape(level.size, -1)
    return lifted(places - (ops.arange(level.size) * repeats.shape[0]).unsqueeze(1).to(places.dtype), level)


# Quantiles.


@functions("_interpolated")
def _interpolated(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    rows, q, *rest = args
    return lifted(call(raised(rows, level), _aligned(q, level, rows.ndim), *rest), level)
