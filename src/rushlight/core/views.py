"""Views and in-place operations.

Note [Views]
    A view shares its base's memory and version counter, and knows the steps from the base to itself, so that it can be
    replayed on another tensor. Its base is never itself a view: views of views add a step.

    An in-place operation on a view changes the base, so it rewrites the base's history::

        base ◀─ F(view)                      base.grad_fn ─▶ CopySlices ─┬─▶ base's node before
        view = base[0]         becomes                       (holds F)   └─▶ F's other inputs
        view.mul_(w)                         view.grad_fn ─▶ AsStridedBackward0 ─▶ CopySlices

    CopySlices gets the gradient of the whole new base. The part under the view goes through F; what F passes on to the
    old view replaces that part; the rest goes to the old base as it is. Every other view of the base has become stale:
    its version is behind its base's, and its node is made anew, from the base's, when someone asks (`View.refresh`).

Note [In-place]
    ``x.op_(y)`` computes ``op(x, y)`` as ever, writes the result into x's memory, and moves x to the new node. On a
    payload without memory of its own (a NumPy scalar, a layer) the write rebinds the payload: such a payload has no
    views. The new node must not hold x, or x -> node -> x would be a cycle: what it saved of x is kept under an alias
    that stays with x's old history and shares its counter, so that the version check finds the write.
"""

from __future__ import annotations

import weakref
from copy import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import dtypes, errors
from .modes import GRAD, INFERENCE, grad_mode
from .node import Extras, Node, Output, next_rank
from .op import Call, Op, op
from .promotion import can_cast
from .saved import bump
from .tensor import LEAF, UNTRACKED, Tensor, edge_of, memory, new, shared_counter

DEFAULT, NO_GRAD_VIEW, MULTI_VIEW, CUSTOM_VIEW = range(4)


class View:
    """How a tensor is a view of its base: the step (operation, parameters) from its parent, and the parent's own."""

    __slots__ = ("base", "creation", "nr", "op", "parameters", "parent", "parent_shape", "results", "seen")

    def __init__(self, parent: Tensor, op: Op, parameters: tuple[Any, ...], nr: int | None, results: int) -> None:
        above = parent._view
        self.base: Tensor = above.base if above is not None else parent
        self.parent: View | None = above
        self.parent_shape = parent._data.shape
        self.op, self.parameters, self.nr, self.results = op, parameters, nr, results
        self.seen = shared_counter(parent)[0]
        self.creation = DEFAULT if nr is None else MULTI_VIEW
        if grad_mode() != GRAD:
            self.creation = NO_GRAD_VIEW
        elif above is not None and self.creation == DEFAULT:
            self.creation = above.creation

    def steps(self) -> list[View]:
        """The steps from the base to this view, in their order."""
        steps: list[View] = []
        step: View | None = self
        while step is not None:
            steps.append(step)
            step = step.parent
        return steps[::-1]

    def refresh(self, x: Tensor) -> None:
        """Makes the node of the view `x` anew if its memory was written since the node was made."""
        version = x._counter[0]  # type: ignore[index]
        if version == self.seen:
            return
        self.seen = version
        if self.creation == CUSTOM_VIEW:
            return
        edge = edge_of(self.base)
        if edge is None or x._data.dtype.kind not in "fc":
            return
        node = _as_strided.op.node_class()  # type: ignore[attr-defined]
        node._rank, node.edges = next_rank(), (edge,)
        node.values, node.saved, node.versions = (self,), (None,), None
        node.metas = node.extras = None
        x._node = node
        _move_retained(x)


def custom_view(x: Tensor) -> None:
    """Marks a view that a custom Function made: it keeps the Function's node, and may not be changed in place."""
    view = copy(x._view)
    view.creation = CUSTOM_VIEW
    x._view = view


def replay(x: Any, view: View) -> Any:
    """The view's steps on another tensor (or payload) of its base's shape."""
    for step in view.steps():
        x = step.op.call(x, *step.parameters)
        if step.nr is not None:
            x = x[step.nr]
    return x


def pull_back(g: Any, view: View) -> Any:
    """The gradient of the base, zero outside the view, from the gradient of the view."""
    for step in view.steps()[::-1]:
        this = step.op
        named = dict(zip(this.names[1:], step.parameters), x_shape=step.parent_shape)
        gradient = g if step.nr is None else tuple([g if i == step.nr else None for i in range(step.results)])
        (g,) = [rule(gradient, tuple([named[name] for name in this.saves])) for rule in this.bound]
    return g


_as_strided = op("as_strided_view", replay, "AsStridedBackward0", {"x": lambda g, view: pull_back(g, view)})


def attach_view(op: Op, arguments: Sequence[Any], out: Any) -> None:
    """Notes that the result(s) of a view operation are views of its first argument."""
    x = arguments[0]
    if x._counter is UNTRACKED:
        return
    several = isinstance(out, tuple)
    for nr, o in enumerate(out if several else (out,)):
        o._counter = shared_counter(x)
        o._view = View(x, op, tuple(arguments[1:]), nr if several else None, len(out) if several else 1)


def _write_slice(x: Any, value: Any, view: View) -> Any:
    out = np.array(x, order="C")
    part = replay(out, view)
    if np.may_share_memory(out, part):
        part[...] = value
        return out
    # A step that was a view on the base's strides had to copy here: find the places by their numbers instead.
    places = replay(np.arange(out.size).reshape(out.shape), view)
    out.reshape(-1)[places] = value
    return out


#: The base with the part under the view replaced by `value`.
write_slice = op("write_slice", _write_slice, "SliceScatterBackward0", {
    "x": lambda g, view: write_slice(g, 0, view),
    "value": lambda g, view: replay(g, view),
})  # fmt: skip


class CopySlices(Node):
    """The history of a base after an in-place operation on one of its views. See Note [Views]."""

    __slots__ = ("inner", "position", "view")

    inner: Node
    view: View
    position: int

    def __init__(self, base: Tensor, view: View, inner: Node, position: int = 0) -> None:
        self.view, self.inner, self.position = view, inner, position
        self._rank = next_rank()
        self.edges = (edge_of(base), *inner.edges[:position], *inner.edges[position + 1 :])
        self.values, self.saved, self.versions = inner.values, inner.saved, inner.versions
        self.metas = None
        self.extras = Extras()  # the engine's long way, where `release` is called

    def backward(self, gradient: Any, values: tuple[Any, ...]) -> Any:
        inner, part = self.inner, replay(gradient, self.view)
        rules = inner.backward if inner.metas is None else inner.metas.backward  # type: ignore[attr-defined]
        grads = list(rules(part, values) if inner.metas is None else rules(inner, part, values))
        under = grads.pop(self.position)
        base = None if self.edges[0] is None else write_slice(gradient, 0 if under is None else under, self.view)
        return (base, *grads)

    def release(self) -> None:
        super().release()
        self.inner.release()


# In-place operations.


def check_inplace(x: Tensor, recording: bool) -> None:
    """Raises, as torch does, where `x` may not be changed in place; `recording`: the operation would enter the graph."""
    mode = grad_mode()
    if x._counter is UNTRACKED and mode != INFERENCE:
        raise RuntimeError(errors.INFERENCE_INPLACE)
    view = x._view
    if view is not None and overlaps_itself(x):
        raise RuntimeError(errors.OVERLAPPING_WRITE)
    if not recording:
        return
    if view is not None:
        if view.creation == NO_GRAD_VIEW:
            raise RuntimeError(errors.NO_GRAD_VIEW_INPLACE)
        if view.creation == CUSTOM_VIEW:
            raise RuntimeError(errors.CUSTOM_VIEW_INPLACE.format(x.output_nr, x.grad_fn.short_name() if x.grad_fn else ""))
        if view.creation == MULTI_VIEW:
            step = view
            while step.nr is None and step.parent is not None:
                step = step.parent
            name = step.op.node_class.__name__.rstrip("0123456789").removesuffix("Backward")
            raise RuntimeError(errors.MULTI_VIEW_INPLACE.format(step.nr, name))
        if x.requires_grad and view.base._node is LEAF:
            raise RuntimeError(errors.LEAF_VIEW_INPLACE)
    if x._node is LEAF:
        raise RuntimeError(errors.LEAF_INPLACE)


def overlaps_itself(x: Tensor) -> bool:
    data = x._data
    return isinstance(data, np.ndarray) and any(s == 0 and n > 1 for s, n in zip(data.strides, data.shape))


def assign(x: Tensor, call: Call, arguments: tuple[Any, ...], *, like_copy: bool = False) -> Tensor:
    """``x.op_(*arguments)``: computes ``call(x, *arguments)`` into `x`. See Note [In-place].

    Raises RuntimeError where torch does, before anything is changed. `like_copy` casts the result to any dtype.
    """
    recording = grad_mode() == GRAD and (
        x.requires_grad or any([isinstance(a, Tensor) and a.requires_grad for a in arguments])
    )
    check_inplace(x, recording)
    source = _alias(x) if recording else x
    result = call(source, *arguments)
    _check_fits(x, result, like_copy)
    write(x, result._data)
    bump(x)
    if result._node is not None:
        _adopt_saved_result(x, result)
        rebase(x, result._node)
    return x


def _check_fits(x: Tensor, result: Tensor, like_copy: bool) -> None:
    if result._data.shape != x._data.shape:
        raise RuntimeError(
            f"output with shape {list(x.shape)} doesn't match the broadcast shape {list(result.shape)}"
        )
    if result.dtype is not x.dtype and not like_copy and not can_cast(result.dtype, x.dtype):
        raise RuntimeError(
            f"result type {result.dtype.scalar_name} can't be cast to the desired output type {x.dtype.scalar_name}"
        )


def _alias(x: Tensor) -> Tensor:
    """`x` as it is now: same payload and counter, and the history that it will leave behind."""
    alias: Tensor = new(Tensor)
    alias._data, alias._node, alias._counter = x._data, x._node, shared_counter(x)
    alias._view, alias._cold = x._view, None
    return alias


def write(x: Tensor, payload: Any) -> None:
    """Puts a payload's values into `x`: into its memory where it has one."""
    data, dtype = x._data, x.dtype
    if dtypes.of_array(payload) is not dtype:
        payload = dtypes.cast(payload, dtype)
    if isinstance(data, np.ndarray):
        data[...] = payload
    else:
        x._data = payload


def _adopt_saved_result(x: Tensor, result: Tensor) -> None:
    """What the node saved as its result is `x` now: checked by x's counter, read from x's memory."""
    counter, node = result._counter, result._node
    if counter is None or counter is x._counter or isinstance(node, Output) or counter not in node.saved:
        return
    at = next(i for i, s in enumerate(node.saved) if s is counter)
    versions = list(node.versions or [0] * len(node.saved))
    versions[at] = x._version
    node.saved = tuple([x._counter if i == at else s for i, s in enumerate(node.saved)])
    node.values = tuple([x._data if i == at else v for i, v in enumerate(node.values)])
    node.versions = tuple(versions)


def rebase(x: Tensor, node: Any, position: int = 0) -> None:
    """Moves `x` to a new node; if it is a view, its base moves, and `x` becomes stale."""
    if x._view is None:
        x._node = node
        _move_retained(x)
        return
    view = x._view
    base = view.base
    base._node = CopySlices(base, view, node, position)
    _move_retained(base)
    view.seen = -1


def _move_retained(x: Tensor) -> None:
    """A tensor that retains its gradient goes on doing so at its new node."""
    if x._cold is not None and x._cold.retain:
        node = x._node.node if isinstance(x._node, Output) else x._node
        node._extras().retained[x.output_nr] = weakref.ref(x)


def write_out(out: Tensor, call: Call, arguments: tuple[Any, ...]) -> Tensor:
    """``out=``: the result of ``call`` written into `out`, resized where it must be."""
    if not isinstance(out, Tensor):
        raise TypeError(f"{call.__name__}(): argument 'out' must be Tensor, not {type(out).__name__}")
    if grad_mode() == GRAD and any([isinstance(a, Tensor) and a.requires_grad for a in (*arguments, out)]):
        raise RuntimeError(
            f"{call.__name__}(): functions with out=... arguments don't support automatic differentiation, but one of "
            "the arguments requires grad."
        )
    result = call(*arguments)
    if not can_cast(result.dtype, out.dtype):
        raise RuntimeError(
            f"result type {result.dtype.scalar_name} can't be cast to the desired output type {out.dtype.scalar_name}"
        )
    if result._data.shape != out._data.shape:
        _resize(out, result)
    write(out, result._data)
    bump(out)
    return out


def _resize(out: Tensor, result: Tensor) -> None:
    if out._data.size:
        import warnings

        warnings.warn(
            f"An output with one or more elements was resized since it had shape {list(out.shape)}, which does not "
            f"match the required output shape {list(result.shape)}. This behavior is deprecated, and in a future PyTorch "
            "release outputs will not be resized unless they have zero elements. You can explicitly reuse an out "
            "tensor t by resizing it, inplace, to zero elements with t.resize_(0).",
            UserWarning,
            stacklevel=5,
        )
    out._data = np.empty(result._data.shape, memory(out).dtype)
