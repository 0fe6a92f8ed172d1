"""The layers' side of `core.op.LAYERS`: which of them handles an operation.

Batches come first: what is left is an operation on whole batches, which may carry tangents.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from ..core.backward import Run, as_tensor, run_rules
from ..core.node import Node
from ..core.op import LAYERS, Op
from ..core.saved import tensors
from ..core.tensor import ORDINARY, Tensor
from . import batched, captures, dual, rows  # noqa: F401 - captures refuse writing
from .levels import newest_batch, refuse_inside  # noqa: F401 - the latter for `ops.support.layered`


def call(op: Op, arguments: Sequence[Any]) -> Any:
    """An operation on tensors of which some are batched or dual."""
    level = batched.newest(arguments)
    return dual.call(op, arguments) if level is None else batched.call(op, level, arguments)


# Note [Where layers look on]
#   Inside of vmap or forward mode a gradient may be batched or have a tangent, and so may what was saved. Then, and only
#   then, the rules of a node run on Tensors; and not even then if a batch knows how to run them on payloads. All else
#   that is not to be recorded stays a payload: nobody would see the Tensors, and they cost more than the numbers.


def run_node(job: Run, node: Node, gradient: Any) -> Any:
    """The `Run.run_node` of a backward that layers look on: the gradients of a node's edges, as Tensors or payloads."""
    if node.op.__class__ is Op and not _saved_more(node.saved):
        if gradient.__class__ is batched.Batched:
            try:
                found = rows.backward(node, job.parts.get(node, node), gradient)
            except RuntimeWarning:  # the long way knows how to be quiet
                found = None
            if found is not None:
                return found
        elif node.several:
            payloads = [g._data if g.__class__ in ORDINARY else g for g in gradient]
            if not any([isinstance(g, Tensor) for g in payloads]):
                return run_rules(job, node, payloads, node.values)
        elif gradient.__class__ in ORDINARY:
            return run_rules(job, node, gradient._data, node.values)
        elif not isinstance(gradient, Tensor):
            return run_rules(job, node, gradient, node.values)
    return run_rules(job, node, [as_tensor(g) for g in gradient] if node.several else as_tensor(gradient), tensors(node))


def _saved_more(saved: Any) -> bool:
    """Whether the payloads are not all there is to what a node saved: a layer has a part in it, or a hook."""
    if saved.__class__ is not tuple:
        return True
    return saved != () and any([
        origin is not None and origin.__class__ is not list and origin.__class__ not in ORDINARY for origin in saved
    ])  # fmt: skip


def assign(x: Tensor, function: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> Tensor:
    """``x.op_(*arguments)``."""
    layer = dual if batched.newest((x, *arguments)) is None else batched
    return layer.assign(x, function, arguments, options)  # type: ignore[attr-defined]


def assign_view(x: Tensor, function: Callable[..., Any], parameters: tuple[Any, ...]) -> bool:
    """``x.t_()`` and the like. Returns whether that was all."""
    if x.__class__ is batched.Batched:
        batched.assign_view(x, function, parameters)
        return True
    dual.assign_view(x, function, parameters)
    return False


def refuse_out(name: str, tensors: Sequence[Any]) -> None:
    """``out=``, of which neither layer knows."""
    if batched.newest(tensors) is None:
        raise NotImplementedError(
            f"Trying to use forward AD with {name}_out that does not support it because it is an out= function"
        )
    raise RuntimeError(
        f"Batching rule not implemented for aten::{name}.out; the fallback path doesn't work on out= or view ops."
    )


def apply_function(cls: Any, args: tuple[Any, ...]) -> Any:
    """``Function.apply``."""
    if batched.newest(args) is not None:
        from .custom import apply
    else:
        from .custom_tangents import apply
    return apply(cls, args)


def whole(call: Any, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A function that reads values: `call`, which is marked so, on what lies below a batch; as it is on dual tensors."""
    level = batched.newest((*args, *kwargs.values()))
    if level is None:
        return function(*args, **kwargs)
    from . import batching

    return batching.function_rule(call.__name__)(call, level, args, kwargs)


def drawn(make: Callable[[tuple[int, ...]], Any], size: tuple[int, ...]) -> Any:
    """A new random tensor: in a vmap, for each example or for all."""
    if newest_batch() is None:
        return make(size)
    from . import batching

    return batching.drawn(make, size)


def for_each_draw(x: Any) -> Any:
    """A tensor for whose elements numbers are drawn: in a vmap, for each example or for all."""
    if newest_batch() is None:
        return x
    from . import batching

    return batching.for_each_draw(x)


def check_fill(x: Any) -> None:
    """Raises RuntimeError where a vmap forbids to fill `x` in place with random numbers."""
    if newest_batch() is not None:
        from . import batching

        batching.check_fill(x)


def is_tracked(x: Tensor) -> bool:
    """Whether operations on `x` are recorded. (A batched tensor does not say so itself: see its `requires_grad`.)"""
    return batched.base_of(x).requires_grad


def values(data: Any) -> Any:
    """The values behind a payload of a batched tensor: those of all examples."""
    return batched.base_of(data.physical)._data


def has_tangent(x: Tensor) -> bool:
    return bool(dual.live_levels(x))


def text(x: Tensor, plain: Callable[..., str]) -> str:
    """How `x` prints: see `printing`."""
    from . import printing

    return printing.text(x, plain)


LAYERS.update(dict.fromkeys((dual.Dual, batched.Batched, batched.Hidden), sys.modules[__name__]))
