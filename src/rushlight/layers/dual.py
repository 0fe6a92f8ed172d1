"""Forward mode: tensors that carry a tangent.

A dual tensor is a Tensor of the class `Dual`, whose tangents, one for each level, lie with its rare state. An operation
on it takes the long way, which asks this layer (`core.op.LAYERS`). It computes the operation on what lies below the
newest level (plain tensors, or duals of older levels), which records the graph as ever, and then the tangent.

Note [Tangents from derivative rules]
    No operation needs a rule of its own for its tangent: they follow from the reverse rules.

    - A *linear* operation is applied to the tangents.
    - A *pointwise* one has partial derivatives, and its rules multiply by them: what they do to a gradient they may as
      well do to a tangent. (They are written without conjugation, see Note [Complex derivatives], so this is right for
      holomorphic functions too.)
    - In general the reverse rules give the map u -> J* u, which is linear in u; the reverse mode of that is
      t -> (J*)* t = J t, for any u. This "double backward" costs about two backward passes.

Note [Forward over reverse]
    A backward pass in a dual level shall give gradients that have tangents themselves. So the nodes recorded below are
    told to save the dual tensors in place of those that were computed with, and the engine runs their rules on Tensors.
    When the level is over its tangents are ignored, wherever they are still referred to. Hooks on saved tensors are called
    after that, with the dual tensors (`levels.packing_later`); what they return gets the tangents when it is unpacked.
"""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._torch_function import disabled
from ..arrays import dtypes
from ..core import views
from ..core.backward import Run, as_tensor, run
from ..core.declare import NUMBERS
from ..core.modes import GRAD, INFERENCE, NO_GRAD, grad_mode, set_grad_mode
from ..core.node import Output, node_of
from ..core.op import Op, parameters
from ..core.saved import PACKERS, SavedResult
from ..core.tensor import LEAF, Tensor, edge_of, memory, new, shared_counter, wrap
from ..ops import add, zeros_like
from ..ops.support.layered import is_tracked
from .kinds import is_linear, is_pointwise
from .levels import packing_later


class Level:
    """One nesting of forward mode. Tangents of a level that is over count no more."""

    __slots__ = ("alive", "depth")

    def __init__(self, depth: int) -> None:
        self.depth, self.alive = depth, True


class Dual(Tensor):
    """A Tensor with tangents. The layout is Tensor's: a tensor becomes dual, in place, by changing its class."""

    __slots__ = ()
    __torch_function__ = disabled


Dual.__name__ = Dual.__qualname__ = "Tensor"
Dual.__module__ = Tensor.__module__


def tangents_of(x: Any) -> dict[Level, Tensor]:
    """The tangents of `x`, those of levels that are over included."""
    if x.__class__ is not Dual or x._cold is None or x._cold.tangents is None:
        return {}
    return x._cold.tangents


def tangent_of(x: Any, level: Level) -> Tensor | None:
    """The tangent of `x` at a level; None for what does not depend on what is perturbed there."""
    return tangents_of(x).get(level) if level.alive else None


def set_tangent(x: Tensor, tangent: Tensor, level: Level) -> None:
    """Makes `x` dual, in place."""
    cold = x._cold_state()
    cold.tangents = {**(cold.tangents or {}), level: tangent}
    if x.__class__ is not Dual:
        x.__class__ = Dual


def drop_tangent(x: Tensor, level: Level) -> None:
    """Takes the tangent of a level from `x`, in place."""
    x._cold_state().tangents = {k: t for k, t in tangents_of(x).items() if k is not level}


def check_size(x: Tensor, tangent: Tensor) -> None:
    """Raises RuntimeError for a tangent of another size than `x`."""
    if tangent.shape != x.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {list(x.shape)} while the given forward gradient is of size {list(tangent.shape)}."
        )


def live_levels(x: Any) -> list[Level]:
    return [level for level in tangents_of(x) if level.alive]


def below(x: Any, level: Level | None) -> Any:
    """`x` without its tangent at `level` (None: without any): the same payload, history and version counter."""
    if x.__class__ in (list, tuple):
        return type(x)([below(item, level) for item in x]) if not hasattr(x, "_fields") else x
    if x.__class__ is not Dual:
        return x
    kept = {k: tangents_of(x)[k] for k in live_levels(x) if k is not level and level is not None}
    out: Tensor = new(Dual if kept else Tensor)
    memory(x)
    if x._view is not None and not x._view.creation:
        x._view.refresh(x)  # both share the view, which takes notice of a write only once
    out._data, out._counter, out._view, out._cold = x._data, shared_counter(x), x._view, None
    out._node = x if x._node is LEAF else x._node
    if kept:
        out._cold_state().tangents = kept
    return out


def tensors_in(arguments: Sequence[Any]) -> list[Any]:
    """The Tensors among the arguments, those in lists included."""
    found: list[Any] = []
    for a in arguments:
        if isinstance(a, Tensor):
            found.append(a)
        elif a.__class__ in (list, tuple):
            found += tensors_in(a)
    return found


def newest(arguments: Sequence[Any]) -> Level | None:
    """The newest living level among the arguments."""
    levels = [level for x in tensors_in(arguments) for level in live_levels(x)]
    return max(levels, key=lambda level: level.depth, default=None)


def call(op: Op, arguments: Sequence[Any]) -> Any:
    """An operation on dual tensors: its value, and its tangent at the newest level."""
    if not PACKERS:
        return _call(op, arguments)
    with packing_later():
        return _call(op, arguments)


def _call(op: Op, arguments: Sequence[Any]) -> Any:
    level = newest(arguments)
    lower = tuple([below(a, level) for a in arguments])
    out = op.call(*lower)
    if level is None:
        return out
    if op.view:
        _rebase(out, lower[0], arguments[0])
    inputs = arguments[0] if op.variadic else [arguments[i] for i in op.differentiable]
    tangents = [tangent_of(x, level) for x in inputs]
    if any([t is not None for t in tangents]):
        results = out if isinstance(out, tuple) else (out,)
        for result, tangent in zip(results, _tangents(op, lower, tangents, results)):
            if tangent is not None and isinstance(result, Tensor):
                set_tangent(result, tangent, level)
        _save_duals(results, dict(zip(map(id, tensors_in(lower)), tensors_in(arguments))))
    return out


def _rebase(views_of: Any, lower: Tensor, x: Tensor) -> None:
    """Makes views of what lies below `x` views of `x`: in-place operations on them rewrite the history of their base."""
    for out in views_of if isinstance(views_of, tuple) else (views_of,):
        if out._view is not None and out._view.base is lower:
            out._view.base = x


def _tangents(op: Op, lower: tuple[Any, ...], tangents: list[Tensor | None], results: Sequence[Any]) -> list[Tensor | None]:
    """The tangent of each result. See Note [Tangents from derivative rules]."""
    if not any([_smooth(r) for r in results]):
        return [None] * len(results)
    if is_linear(op):
        return [_cast(t, r) for t, r in zip(_of_linear(op, lower, tangents), results)]
    try:
        if is_pointwise(op) and _same_kind(op, lower, results[0]):
            return [_of_pointwise(op, lower, tangents, results[0])]
        return _of_any(op, lower, tangents)
    except RuntimeError as error:
        _refuse(op, error)
        raise


def _smooth(x: Any) -> bool:
    return isinstance(x, Tensor) and (x.dtype.is_floating_point or x.dtype.is_complex)


def _cast(tangent: Any, result: Any) -> Any:
    """A tangent in the dtype of its result, which numbers may have promoted."""
    return tangent if tangent is None or tangent.dtype is result.dtype else tangent.to(result.dtype)


def _of_linear(op: Op, lower: tuple[Any, ...], tangents: list[Tensor | None]) -> list[Tensor | None]:
    if op.variadic:
        moved = [zeros_like(x) if t is None else t for x, t in zip(lower[0], tangents)]
        out = op.call(moved, *lower[1:])
    else:
        replaced = list(lower)
        for i, t in zip(op.differentiable, tangents):
            # What is not perturbed, a number perhaps, contributes nothing.
            replaced[i] = t if t is not None else zeros_like(lower[i]) if isinstance(lower[i], Tensor) else 0
        out = op.call(*replaced)
    return list(out) if isinstance(out, tuple) else [out]


def _same_kind(op: Op, lower: tuple[Any, ...], out: Any) -> bool:
    """Whether rules may be applied as they stand: one real dtype (or a holomorphic function of one complex one)."""
    kinds = {x.dtype for x in tensors_in(lower)} | {out.dtype}
    return len(kinds) == 1 and (op.holomorphic or not out.dtype.is_complex)


def _of_pointwise(op: Op, lower: tuple[Any, ...], tangents: list[Tensor | None], out: Tensor) -> Tensor:
    known = dict(zip(op.names, lower))
    for name in op.names[: op.inputs]:
        if isinstance(known[name], NUMBERS):  # as the rules see numbers when the engine calls them
            known[name] = dtypes.cast(np.asarray(known[name]), out.dtype)[()]
    known |= {f"{name}_shape": value.shape for name, value in known.items() if isinstance(value, Tensor)}
    known["out"] = below(out, None) if out.__class__ is not Dual else out
    total: Any = None
    for rule, tangent in zip(op.rules.values(), tangents):
        if tangent is not None:
            term = rule(tangent, *[known[name] for name in parameters(rule)[1:]])
            total = term if total is None else add(total, term)
    return total if total.shape == out.shape else total.expand(out.shape)


def _of_any(op: Op, lower: tuple[Any, ...], tangents: list[Tensor | None]) -> list[Tensor | None]:
    """The derivative of the vector-Jacobian product by its vector, applied to the tangents."""
    mode = grad_mode()
    given = (*tensors_in(lower), *[t for t in tangents if t is not None])
    recorded = mode == GRAD and any([is_tracked(x) for x in given])
    set_grad_mode(GRAD)
    try:
        arguments, inputs = _fresh(op, lower, tangents, recorded)
        out = op.call(*arguments)
        outs = [o for o in (out if isinstance(out, tuple) else (out,)) if _smooth(o) and o.requires_grad]
        vectors = [_leaf(zeros_like(o)) for o in outs]
        pushed = _pushed(outs, vectors, inputs, [t for t in tangents if t is not None], recorded)
    finally:
        set_grad_mode(mode)
    found = iter([zeros_like(v.detach()) if p is None else p for p, v in zip(pushed, vectors)])
    places = out if isinstance(out, tuple) else (out,)
    return [next(found) if _smooth(o) and o.requires_grad else None for o in places]


def _pushed(outs: list[Any], vectors: list[Any], inputs: list[Tensor], tangents: list[Tensor], recorded: bool) -> list[Any]:
    """The tangents of `outs`; None for what does not depend on the inputs."""
    rows = _pulled(outs, vectors, inputs, create_graph=True)
    pairs = [(row, t) for row, t in zip(rows, tangents) if row is not None and row.requires_grad]
    if not pairs:
        return [None] * len(vectors)
    back, ts = zip(*pairs)
    return _pulled(list(back), list(ts), vectors, create_graph=recorded)


def _refuse(op: Op, error: RuntimeError) -> None:
    """An operation without a reverse rule, or with one that can't be differentiated, has no tangent either: torch's words."""
    refused = re.fullmatch(r"(?:the )?derivative for '?((?:aten::)?\w+).* is not implemented\.?", str(error))
    if refused is None:
        return
    name = refused[1]
    if name.startswith("aten::"):
        raise NotImplementedError(f"Trying to use forward AD with {name} that does not support it.") from error
    name = op.name if op.name.endswith(name) else name
    raise NotImplementedError(
        f"Trying to use forward AD with {name} that does not support it because it has not been implemented yet.\n"
        "Please file an issue to PyTorch at https://github.com/pytorch/pytorch/issues/new?template=feature-request.yml so that "
        "we can prioritize its implementation or submit a PR adding the implementation to derivatives.yaml"
    ) from error


def _leaf(x: Tensor) -> Tensor:
    """A leaf that requires grad, with the payload (and the older tangents) of `x`."""
    out = below(x, None) if x.__class__ is not Dual else _copy_of(x)
    if out is x:
        out = wrap(memory(x))
    out._node, out._view, out._counter = LEAF, None, None
    return out


def _copy_of(x: Tensor) -> Tensor:
    out: Tensor = new(Dual)
    out._data, out._counter, out._view, out._cold = memory(x), None, None, None
    out._cold_state().tangents = {level: tangents_of(x)[level] for level in live_levels(x)}
    return out


def _fresh(op: Op, lower: tuple[Any, ...], tangents: list[Tensor | None], recorded: bool) -> tuple[list[Any], list[Tensor]]:
    """The arguments with a fresh tensor that requires grad in each place that has a tangent, and these."""
    inputs: list[Tensor] = []

    def fresh(x: Any, tangent: Tensor | None) -> Any:
        if tangent is None:
            return below(x, None) if isinstance(x, Tensor) and not recorded else x
        connected = recorded and x.requires_grad
        inputs.append(views.alias(x) if connected else _leaf(x))
        return inputs[-1]

    arguments = list(lower)
    if op.variadic:
        arguments[0] = [fresh(x, t) for x, t in zip(lower[0], tangents)]
    else:
        for i, t in zip(op.differentiable, tangents):
            arguments[i] = fresh(lower[i], t)
    return arguments, inputs


def _pulled(outputs: list[Any], vectors: list[Any], inputs: list[Tensor], create_graph: bool) -> list[Any]:
    """Vector-Jacobian products, on Tensors."""
    from .dispatch import run_node

    job = Run()
    job.keep_graph, job.create_graph, job.on_tensors, job.accumulate = True, create_graph, True, False
    job.run_node, job.captures = None if create_graph else run_node, {}
    for i, x in enumerate(inputs):
        job.captures.setdefault(edge_of(x), []).append(i)
    captured = run(job, [edge_of(o) for o in outputs], vectors)
    return [as_tensor(captured.get(i)) for i in range(len(inputs))]


def _save_duals(results: Sequence[Any], duals: dict[int, Any]) -> None:
    """See Note [Forward over reverse]."""
    for nr, result in enumerate(results):
        if not isinstance(result, Tensor):
            continue
        node = node_of(result._node)
        if node is None or node is LEAF or isinstance(node, Tensor) or not node.saved:
            continue
        node.saved = tuple([_dual_entry(origin, result, nr, duals) for origin in node.saved])


def _dual_entry(origin: Any, result: Tensor, nr: int, duals: dict[int, Any]) -> Any:
    if isinstance(origin, Tensor):
        return duals.get(id(origin), origin)
    if isinstance(origin, tuple):  # the counters of several results
        return tuple([_dual_entry(part, result, nr, duals) for part in origin])
    if origin is result._counter and origin is not None and result.__class__ is Dual:
        tangents = dict(tangents_of(result))
        return SavedResult(origin, restore=lambda x: restore_tangents(x, tangents))
    return origin


def restore_tangents(x: Tensor, tangents: dict[Level, Tensor]) -> None:
    """Gives `x`, in place, those tangents whose level is not over."""
    for level, tangent in tangents.items():
        if level.alive:
            set_tangent(x, tangent, level)


# In-place operations.


def assign(x: Tensor, function: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> Tensor:
    """``x.op_(*arguments)`` where `x` or an argument is dual: both the value and the tangents change in place."""
    before = {level: tangents_of(x)[level].clone() for level in live_levels(x)}  # type: ignore[attr-defined]
    # If the tangents are recorded, what they were computed from is not to be overwritten.
    source = _apart(x, before) if grad_mode() == GRAD and any(map(_is_recorded, (x, *arguments))) else x
    result = function(source, *[source if a is x else a for a in arguments])
    tangents = {level: tangent_of(result, level) for level in live_levels(result)}
    if result is source:
        return x
    with packing_later():
        _write(x, function, arguments, options, tangents, before)
    return x


def _is_recorded(x: Any) -> bool:
    return isinstance(x, Tensor) and any([is_tracked(part) for part in (x, *tangents_of(x).values())])


def _apart(x: Tensor, tangents: dict[Level, Tensor]) -> Tensor:
    """A copy of `x` with its history and these tangents."""
    if x._view is not None:
        x._view.refresh(x)
    out: Tensor = new(Dual if tangents else Tensor)
    out._data, out._node = memory(x).copy(), x if x._node is LEAF else x._node
    out._counter = out._view = out._cold = None
    if tangents:
        out._cold_state().tangents = tangents
    return out


def _write(
    x: Tensor, function: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any],
    tangents: dict[Level, Tensor | None], before: dict[Level, Tensor],
) -> None:  # fmt: skip
    """The in-place operation on what lies below, and the new tangents."""
    lower = tuple([below(a, None) for a in arguments])
    cls, x.__class__ = x.__class__, Tensor
    try:
        views.assign(x, function, lower, **options)
    finally:
        x.__class__ = cls
    for level in tangents:
        if tangent_of(x, level) is None:
            _make_dual(x, level)
    for level in live_levels(x):
        _set(x, level, tangents.get(level))
    _save_duals_in_place(x, dict(zip(map(id, tensors_in(lower)), tensors_in(arguments))), before)


def _save_duals_in_place(x: Tensor, duals: dict[int, Any], before: dict[Level, Tensor]) -> None:
    """`_save_duals` for the node of an in-place operation, which may also have saved what was in `x` before."""
    node = x._node if x._view is None else x._view.base._node
    if isinstance(node, views.CopySlices) and node.values is not None:
        (node,) = node.values
    if node is None or node is LEAF or isinstance(node, (Tensor, Output)) or not node.saved:
        return
    entries = []
    for origin in node.saved:
        if isinstance(origin, Tensor) and id(origin) not in duals:
            for level, tangent in before.items():
                set_tangent(origin, tangent, level)
            entries.append(origin)
        else:
            entries.append(_dual_entry(origin, x, 0, duals))
    node.saved = tuple(entries)


def _set(x: Tensor, level: Level, tangent: Tensor | None) -> None:
    """The new tangent of `x`: written into the memory of the old one where views share it."""
    old = tangents_of(x)[level]
    if tangent is None:
        tangent = zeros_like(old)
    if tangent.dtype is not old.dtype:
        tangent = tangent.to(old.dtype)  # type: ignore[attr-defined]
    if x._view is not None or _holders(x) > 1:
        mode = grad_mode()
        if mode != INFERENCE and not is_tracked(tangent) and not is_tracked(old):
            set_grad_mode(NO_GRAD)
        try:
            old.copy_(tangent)  # type: ignore[attr-defined]
        finally:
            set_grad_mode(mode)
    else:
        tangents_of(x)[level] = tangent


def _holders(x: Tensor) -> int:
    """How many tensors share the version counter of `x`, itself among them (and nodes that saved it as a result)."""
    return 1 if x._counter is None else sys.getrefcount(x._counter) - 1


def _make_dual(x: Tensor, level: Level) -> None:
    """Gives the tensor that `x` is a view of the tangent zero, and all its views the same views of that.

    Which views there are nobody has noted; but they share the base's version counter, and the garbage collector knows
    who holds it. (It looks at every object there is: milliseconds, once for each tensor that becomes dual like this.)
    """
    base = x if x._view is None else x._view.base
    if tangent_of(base, level) is None:
        set_tangent(base, zeros_like(below(base, None).detach()), level)
    tangent = tangent_of(base, level)
    alone = _holders(x) == (1 if x is base else 2)
    for view in [x] if alone else gc.get_referrers(shared_counter(base)):
        if isinstance(view, Tensor) and view._view is not None and view._view.base is base:
            set_tangent(view, views.replay(tangent, view._view.path(view)), level)


def assign_view(x: Tensor, function: Callable[..., Any], given: tuple[Any, ...]) -> None:
    """``x.t_()`` and the like: the tangents become the same view of themselves."""
    for level in live_levels(x):
        views.assign_view(tangents_of(x)[level], function, given)
