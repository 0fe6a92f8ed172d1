"""The rules of vmap: what an operation on all examples at once is.

A rule is called with the operation (as a function of tensors), the level, and the arguments, of which at least one is
batched at this level. Elementwise operations, views and whatever works along given dimensions need none of their own:
their kind says it. What has no rule runs once for each example, and warns.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import ops
from ..arrays.promotion import result_dtype
from ..arrays.types import as_one
from ..core.declare import _category
from ..core.op import Op
from ..core.short import CONSTANTS
from ..core.tensor import Tensor
from ..ops.layout.shape import view_op
from ..ops.support.options import warn_user
from .batched import RULES, Batched, Hidden, is_batched, lower, raised, wrap
from .levels import Batch, entered

Rule = Callable[[Any, Batch, Sequence[Any]], Any]

NO_RULE = "There is a performance drop because we have not yet implemented the batching rule for {}."
NO_VIEW_RULE = "Batching rule not implemented for {}; the fallback path doesn't work on views."

#: Rules of functions that read values, by their names. (`RULES` are those of operations: written by hand, or of their kind.)
FUNCTIONS: dict[str, Callable[..., Any]] = {}

SAME = "Vmap does not currently support same randomness with a batched tensor input. Please file an issue with functorch"
FILLED = (
    "vmap: Cannot ask for different inplace randomness on an unbatched tensor. This will appear like same randomness. If this "
    "is necessary for your usage, please file an issue with functorch."
)
RANDOM = (
    "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' randomness "
    "flags on vmap or perform the randomness operation out of vmap"
)


def rule_of(op: Op) -> Rule:
    """The rule of an operation: its own, that of its kind, or the loop."""
    rule = RULES.get(op.name)
    if rule is None:
        _load()
        view = RULES.get(op.name.removesuffix("_")) if op.view else None  # t_ is as t
        rule = RULES.get(op.name) or view or (elementwise(op) if op.inputs else looping(op))
        RULES[op.name] = rule
    return rule


def function_rule(name: str) -> Callable[..., Any]:
    """The rule of a function that reads values, called with its keywords, too: its own, or the loop."""
    rule = FUNCTIONS.get(name)
    if rule is None:
        _load()
        rule = FUNCTIONS.get(name, function_loop)
    return rule


def _load() -> None:
    from . import (  # noqa: F401
        rules_of_distances,
        rules_of_functions,
        rules_of_indexing,
        rules_of_losses,
        rules_of_networks,
        rules_of_products,
        rules_of_random,
        rules_of_recurrence,
        rules_of_shapes,
    )


def rules(*names: str) -> Callable[[Rule], Rule]:
    """Declares a function as the rule of these operations."""

    def declare(rule: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, rule))
        return rule

    return declare


def functions(*names: str) -> Callable[[Any], Any]:
    """Declares a function as the rule of these functions, which read values: ``rule(call, level, args, kwargs)``."""

    def declare(rule: Any) -> Any:
        FUNCTIONS.update(dict.fromkeys(names, rule))
        return rule

    return declare


# What rules are made of.


def lowered(a: Any, level: Batch) -> tuple[Any, bool]:
    """An argument below the level, and whether it is batched there. A payload stays one."""
    if isinstance(a, Tensor):
        return lower(a, level)
    if a.__class__ is Hidden:
        physical, batched = lower(wrap(a.physical, a.level), level)
        return physical._data, batched
    if a.__class__ in (list, tuple) and not hasattr(a, "_fields"):
        pairs = [lowered(item, level) for item in a]
        return type(a)([p for p, _ in pairs]), any([b for _, b in pairs])
    return a, False


def lifted(result: Any, level: Batch) -> Any:
    """What an operation on all examples returned, as one example."""
    if isinstance(result, Tensor):
        return wrap(result, level)
    if isinstance(result, (tuple, list)):
        parts = [lifted(r, level) for r in result]
        return type(result)(*parts) if hasattr(result, "_fields") else type(result)(parts)
    return result


def ndim_of(a: Any, number: Any = 0) -> Any:
    """The number of dimensions of one example; `number` for what has none."""
    return a._data.ndim if isinstance(a, Tensor) else getattr(a, "ndim", number)


def shifted(dim: Any, ndim: int) -> Any:
    """Dimensions of an example as dimensions of the whole batch: None stands for all of them."""
    if dim.__class__ is int:
        return dim % (ndim or 1) + 1
    if dim is None:
        return tuple(range(1, ndim + 1))
    if isinstance(dim, (tuple, list)):
        return type(dim)([shifted(d, ndim) for d in dim])
    return dim % max(ndim, 1) + 1


def bound(call: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a function by their names, with its defaults."""
    given = inspect.signature(call).bind(*args, **kwargs)
    given.apply_defaults()
    return dict(given.arguments)


# Kinds.


def elementwise(op: Op) -> Rule:
    """Operands are aligned: the batch first, then dimensions of size one that an example lacks."""

    def rule(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
        given, rank = [], None
        for a in arguments:
            if a.__class__ is Batched and a._data.level is level:
                physical, ndim = a._data.physical, a._data.ndim
            else:
                physical, ndim = lowered(a, level)[0], ndim_of(a, rank)
            if ndim != rank:
                if rank is not None:
                    return aligned(call, level, (*_promoted(arguments[: op.inputs]), *arguments[op.inputs :]))
                rank = ndim
            given.append(physical)
        out = call(*given)
        return wrap(out, level) if isinstance(out, Tensor) else lifted(out, level)

    return rule


def aligned(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    """Of functions of tensors that broadcast."""
    rank = max([ndim_of(a) for a in arguments])
    return lifted(call(*[_aligned(a, level, rank) for a in arguments]), level)


def _aligned(a: Any, level: Batch, rank: int) -> Any:
    physical, batched = lowered(a, level)
    lacking = rank - ndim_of(a)
    if not batched or not lacking or not hasattr(physical, "reshape"):
        return physical
    return with_ones(physical, lacking)


def with_ones(physical: Any, count: int) -> Any:
    """A batch whose examples have so many more dimensions, of size one, in front of theirs."""
    shape = physical._data.shape if isinstance(physical, Tensor) else physical.shape
    return view_op(physical, (shape[0], *(1,) * count, *shape[1:]))


def _promoted(operands: Sequence[Any]) -> Sequence[Any]:
    """Examples without dimensions give way to others' dtypes as ever, though as a batch they have one."""
    tensors = [a for a in operands if isinstance(a, Tensor)]
    if len({a.dtype for a in tensors}) < 2 or len({a.ndim == 0 for a in tensors}) < 2:
        return operands
    dtype = result_dtype([_category(a) for a in operands])
    if not dtype.is_floating_point and not dtype.is_complex:
        return operands
    return [a.to(dtype) if isinstance(a, Tensor) and a.ndim == 0 else a for a in operands]  # type: ignore[attr-defined]


def along(*places: int) -> Rule:
    """Of operations along dimensions of their first argument, which stand at `places`. Other tensors are batched, too.

    An example without dimensions counts as one with a single dimension of size one.
    """

    def rule(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
        ndim = ndim_of(arguments[0])
        given = [_at_front(a, level) if a.__class__ not in CONSTANTS and _is_data(a) else a for a in arguments]
        for place in places:
            if place < len(given):
                given[place] = shifted(given[place], ndim or 1)
        result = lifted(call(*given), level)
        return result if ndim else _squeezed(result)

    return rule


def _is_data(a: Any) -> bool:
    return isinstance(a, Tensor) or a.__class__ is Hidden or (hasattr(a, "dtype") and getattr(a, "ndim", 0) > 0)


def _at_front(a: Any, level: Batch) -> Any:
    """`a` with the examples along its first dimension, and at least one more."""
    if not isinstance(a, Tensor):
        physical, batched = lowered(a, level)
        if not batched:
            physical = np.broadcast_to(physical, (level.size, *physical.shape))
        return physical if physical.ndim > 1 else physical.reshape(level.size, 1)
    physical = raised(a, level)
    return physical if physical._data.ndim > 1 else physical.unsqueeze(1)  # type: ignore[attr-defined]


def _squeezed(result: Any) -> Any:
    """Results of an example that counted as one with a dimension, without it."""
    if isinstance(result, Tensor):
        return result.reshape(()) if result.ndim else result
    return as_one(result, [_squeezed(part) for part in result])


def leading(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    """Of operations that broadcast all dimensions before those they work on: the batch is one more."""
    rank = max([ndim_of(a) for a in arguments if isinstance(a, Tensor)])
    given = [_aligned(a, level, rank) if isinstance(a, Tensor) else lowered(a, level)[0] for a in arguments]
    return lifted(call(*given), level)


def cores(*counts: int) -> Rule:
    """Of operations on arguments whose last so many dimensions belong together, while those before broadcast."""

    def rule(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
        pairs = [(*lowered(a, level), ndim_of(a) - count) for a, count in zip(arguments, counts)]
        rank = max([lead for _, _, lead in pairs])
        given = [with_ones(p, rank - lead) if batched and lead < rank else p for p, batched, lead in pairs]
        return lifted(call(*given, *arguments[len(counts) :]), level)

    return rule


def stacked(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    """Of operations that treat the first dimensions of their only tensor one by one already."""
    return lifted(call(*[raised(a, level) if isinstance(a, Tensor) else lowered(a, level)[0] for a in arguments]), level)


# The loop.


def looping(op: Op) -> Rule:
    def rule(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
        if op.view:
            raise RuntimeError(NO_VIEW_RULE.format(f"aten::{op.name}"))
        warn_user(NO_RULE.format(f"aten::{op.name}"))
        return loop(call, level, arguments, {})

    return rule


def function_loop(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    warn_user(NO_RULE.format(f"aten::{call.__name__}"))
    return loop(call, level, args, kwargs)


def loop(function: Any, level: Batch, arguments: Sequence[Any], options: dict[str, Any]) -> Any:
    """The function on one example after the other."""
    names = list(options)
    pairs = [lowered(a, level) for a in (*arguments, *options.values())]
    results = []
    for n in range(level.size or 1):
        given = [_example(a, n, level.size) if batched else a for a, batched in pairs]
        count = len(arguments)
        results.append(function(*given[:count], **dict(zip(names, given[count:]))))
    return _joined(results, level)


def _example(a: Any, n: int, size: int) -> Any:
    if isinstance(a, (list, tuple)):
        return type(a)([_example(item, n, size) for item in a])
    if not hasattr(a, "dtype"):
        return a
    if not size:
        return ops.zeros(a.shape[1:], dtype=a.dtype) if isinstance(a, Tensor) else a.sum(0)
    return a.select(0, n) if isinstance(a, Tensor) else a[n]


def _joined(results: list[Any], level: Batch) -> Any:
    first = results[0]
    if isinstance(first, Tensor):
        joined = ops.stack(results) if level.size else ops.stack(results)[:0]
        return wrap(joined, level)
    if isinstance(first, (tuple, list)):
        parts = [_joined(list(column), level) for column in zip(*results)]
        return type(first)(*parts) if hasattr(first, "_fields") else type(first)(parts)
    return first


# Random numbers.


def _different() -> list[Batch]:
    """The batches whose examples get random numbers of their own, oldest first. RuntimeError in one that forbids them."""
    batches = [level for level in entered() if isinstance(level, Batch)]
    if any([level.randomness == "error" for level in batches]):
        raise RuntimeError(RANDOM)
    return [level for level in batches if level.randomness == "different"]


def drawn(make: Callable[[tuple[int, ...]], Any], size: tuple[int, ...]) -> Any:
    """A random tensor: all numbers of all examples at once."""
    levels = _different()
    out = make((*[level.size for level in levels], *size))
    for level in levels:
        out = wrap(out, level)
    return out


def for_each_draw(x: Tensor) -> Tensor:
    """`x` once for each example whose numbers are to differ."""
    for level in _different():
        if not is_batched(x, level):
            x = wrap(raised(x, level), level)
    return x


def check_fill(x: Tensor) -> None:
    """Raises RuntimeError where `x` is the same for all examples, but its random numbers are not to be."""
    if not all([is_batched(x, level) for level in _different()]):
        raise RuntimeError(FILLED)


def random(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    """Of operations that draw a number for each element of their arguments."""
    _different()
    if level.randomness != "different":
        raise RuntimeError(SAME)
    return leading(call, level, arguments)


def filling(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    """Of those that fill their first argument: what was in it does not matter."""
    x, p, *rest = arguments
    if level.randomness == "different":
        return leading(call, level, arguments)
    if isinstance(p, Tensor) and lower(p, level)[1]:
        raise RuntimeError(SAME)
    return call(ops.zeros(x.shape, dtype=x.dtype), p, *rest)
