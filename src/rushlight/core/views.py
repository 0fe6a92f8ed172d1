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
    Where torch will not vouch for such a node (see `View.creation`) the asking is an error.

    Nodes hold steps, never Views: a View holds its base, and base -> node -> View -> base would be a cycle.

Note [In-place]
    ``x.op_(y)`` computes ``op(x, y)`` as ever, writes the result into x's memory, and moves x to the new node. On a
    payload without memory of its own (a NumPy scalar, a layer) the write rebinds the payload: such a payload has no
    views. The new node must not hold x, or x -> node -> x would be a cycle: the operation is called on an alias of x
    that stays with x's old history. If the node saved it, it keeps a copy of the payload, and its derivative is right.
    Where x is another argument as well, as in ``x.mul_(x)``, that alias shares x's counter, so that the version check
    finds the write and refuses. Both are what torch does.
"""

from __future__ import annotations

import weakref
from collections import namedtuple
from functools import cache
from threading import get_ident
from typing import Any

import numpy as np

from ..arrays import dtypes
from ..arrays.promotion import check_output_dtype
from ..arrays.strided import geometry, overlaps_itself, overlaps_partly
from . import errors
from .declare import op
from .errors import DEFAULT_VIEW, INFERENCE_VIEW, MULTI_VIEW, NO_GRAD_VIEW
from .modes import GRAD, INFERENCE, NO_GRAD, grad_mode, set_grad_mode
from .node import Node, Output, filled, node_of
from .op import LAYERS, LIVE, MODES, OBSERVERS, OPS, WRITES, Call, Op, layer_of
from .saved import PACKERS, bump, read
from .tensor import LEAF, PLAIN, UNTRACKED, Tensor, edge_of, memory, new, shared_counter, wrap

#: One step from a base to a view: an operation with its parameters, the shape it was applied to, which of its results
#: this is (None: it has one) out of how many, and the step before.
Step = namedtuple("Step", "op parameters shape nr results above")
_step = tuple.__new__


class View:
    """How a tensor is a view: of which base, by which steps.

    ``creation`` says whether its history may be rewritten; ``seen`` is the version of the memory that the view's node
    speaks of; ``origin`` is the base's payload when the view was made (the base may get another geometry: `path`).
    """

    __slots__ = ("base", "creation", "origin", "seen", "step")

    base: Tensor
    creation: int
    origin: Any
    seen: int
    step: Step

    def refresh(self, x: Tensor) -> None:
        """Makes the node of the view `x` anew if its memory was written since the node was made.

        Raises RuntimeError, in torch's words, if the view's history may not be rewritten.
        """
        version = x._counter[0]  # type: ignore[index]
        if version == self.seen:
            return
        if (x._node is None or x._node is LEAF) and self.base._node is None:
            return
        if self.creation:
            raise self.error(x, indirect=True)
        old, self.seen = x._node, version
        x._node = self._new_node(x)
        move_retained(x, old)

    def _new_node(self, x: Tensor) -> Any:
        base = self.base
        step = self.path(x)
        if dtypes.of_array(x._data) is not dtypes.of_array(base._data):
            # No strides lead from one dtype to another: the steps themselves are recorded.
            mode = grad_mode()
            set_grad_mode(GRAD)
            try:
                return replay(base, step)._node
            finally:
                set_grad_mode(mode)
        node = filled(Node(), edge_of(base), (step,))
        node.op = _replayed
        return node

    def path(self, x: Tensor) -> Step:
        """The steps that lead from the base as it is now to the view `x`."""
        base = self.base
        if base._data is not self.origin:
            # The base was transposed, resized, ... in place: only the memory still connects the two.
            place_of = geometry(x._data, base._data)
            self.step = Step(OPS["as_strided"], place_of, base._data.shape, None, 1, None)
            self.origin = base._data
        return self.step

    def error(self, x: Tensor, indirect: bool) -> RuntimeError:
        """torch's words for a view that may not be changed in place, itself or (`indirect`) through its base."""
        name = None if x._node is None or x._node is LEAF else node_of(x._node).short_name()
        return errors.view_error(self.creation, indirect, name, x.output_nr)


def steps(last: Step) -> list[Step]:
    """The steps from the base to a view, in their order."""
    found: list[Step] = []
    step: Step | None = last
    while step is not None:
        found.append(step)
        step = step.above
    return found[::-1]


def replay(x: Any, last: Step) -> Any:
    """The view's steps on another tensor (or payload) of its base's shape."""
    for step in steps(last):
        x = step.op.call(x, *step.parameters)
        if step.nr is not None:
            x = x[step.nr]
    return x


def pull_back(g: Any, last: Step) -> Any:
    """The gradient of the base, zero outside the view, from the gradient of the view."""
    for step in steps(last)[::-1]:
        values = (step.shape, *step.parameters)
        gradient = g if step.nr is None else tuple([g if i == step.nr else None for i in range(step.results)])
        g = step.op.backward(None, gradient, values)[0]
    return g


#: What the node of a view that was made anew has computed: the view, from its base, by its steps.
_replayed = Op("replay", replay, "AsStridedBackward0", ("x", "last"), rules={"x": lambda g, last: pull_back(g, last)})


def view_call(op: Op) -> Call:
    """The function that calls a view operation.

    It saves the shape of its tensor and all its parameters, and nothing else; so one function records them all. Its rule
    needs no conjugation: it only moves numbers about.
    """
    forward, several = op.forward, op.several
    kind = MULTI_VIEW if several else DEFAULT_VIEW

    def call(x: Any, *parameters: Any) -> Any:
        if x.__class__ not in PLAIN:
            if x.__class__ in LAYERS:
                return LAYERS[x.__class__].call(op, (x, *parameters))
            if not isinstance(x, Tensor):
                return forward(x, *parameters)
            if MODES and (watch := MODES.get(get_ident())) is not None:
                return watch.call(op, (x, *parameters))
        data, counter = x._data, x._counter
        if data.__class__ is not np.ndarray:
            data = memory(x)
        if counter is None:
            counter = x._counter = [0]
        found = forward(data, *parameters)
        mode, edge, above = grad_mode(), x._node, x._view
        creation = NO_GRAD_VIEW if mode == NO_GRAD else INFERENCE_VIEW if mode == INFERENCE else kind
        base, origin, last = x, data, None
        if above is not None:
            base, last = above.base, above.path(x)
            origin, creation = above.origin, creation or above.creation
            if mode == GRAD:
                edge = edge_of(x)
        node = None
        if edge is not None and mode == GRAD and counter is not UNTRACKED:
            node = filled(op.node_class() if several else Node(), x if edge is LEAF else edge, (data.shape, *parameters))
            if several:
                node.outputs = len(found)
            else:
                node.op = op
        if several:
            result: Any = []
            for nr, part in enumerate(found):
                step = _step(Step, (op, parameters, data.shape, nr, len(found), last))
                edge = None if node is None else Output(node, nr)
                result.append(_viewing(part, edge, counter, base, origin, creation, step))
        else:
            step = _step(Step, (op, parameters, data.shape, None, 1, last))
            result = _viewing(found, node, counter, base, origin, creation, step)
        if node is not None and OBSERVERS:
            for observe in OBSERVERS:
                observe(node, (x, *parameters), result)
        return tuple(result) if several else result

    return call


def _viewing(data: Any, node: Any, counter: Any, base: Tensor, origin: Any, creation: int, step: Any) -> Tensor:
    out: Tensor = new(Tensor)
    out._data, out._node, out._counter, out._view, out._cold = data, node, counter, None, None
    if counter is not UNTRACKED:
        view = out._view = View()
        view.base, view.origin, view.creation, view.seen, view.step = base, origin, creation, counter[0], step
    return out


alias = op("alias", lambda x: x[...], "AliasBackward0", {"x": lambda g: g}, view=True)


def _write_slice(x: Any, value: Any, last: Step) -> Any:
    out = np.array(x, order="C", subok=True)
    part = replay(out, last)
    if np.may_share_memory(out, part):
        if overlaps_itself(part):
            raise RuntimeError(errors.OVERLAPPING_WRITE)
        part[...] = value
        return out
    # A step that was a view on the base's strides had to copy here: find the places by their numbers instead.
    places = replay(np.arange(out.size).reshape(out.shape), last)
    out.reshape(-1)[places] = value
    return out


#: The base with the part under the view replaced by `value`: CopySlices' own step, recorded under ``create_graph``.
write_slice = op("write_slice", _write_slice, "CopySlices", {
    "x": lambda g, last: write_slice(g, 0, last),
    "value": lambda g, last: replay(g, last),
})  # fmt: skip


class CopySlices(Node):
    """The history of a base after an in-place operation on one of its views. See Note [Views]."""

    __slots__ = ("last", "position")

    last: Step
    position: int

    def __init__(self, base: Tensor, last: Step, inner: Node, position: int = 0) -> None:
        if inner.outputs != 1:
            raise RuntimeError("Functions which modify views in-place must return a single Variable")
        self.last, self.position = last, position
        # F counts as saved, whatever it saved: as in torch, a second backward through here is always an error.
        filled(self, (edge_of(base), *inner.edges[:position], *inner.edges[position + 1 :]), (inner,), (None,))

    def backward(self, gradient: Any, values: tuple[Any, ...]) -> Any:
        (inner,) = values
        saved = read(inner, isinstance(gradient, Tensor))
        grads = list(inner.gradients(replay(gradient, self.last), saved))
        under = grads.pop(self.position)
        base = None if self.edges[0] is None else write_slice(gradient, 0 if under is None else under, self.last)
        return (base, *grads)


# In-place operations.


def check_inplace(x: Tensor, recording: bool) -> None:
    """Raises, as torch does, where `x` may not be changed in place (`recording`: by what enters the graph)."""
    if x._counter is UNTRACKED and grad_mode() != INFERENCE:
        raise RuntimeError(errors.INFERENCE_INPLACE)
    if not recording:
        return
    view = x._view
    if view is not None:
        if view.creation:
            raise view.error(x, indirect=False)
        if x.requires_grad and view.base.is_leaf:
            raise RuntimeError(errors.LEAF_VIEW_INPLACE)
    if x._node is LEAF:
        raise RuntimeError(errors.LEAF_INPLACE)


def check_overlap(x: Tensor, arguments: tuple[Any, ...]) -> None:
    """Raises RuntimeError if elements of `x` share memory, or share some of it with an argument."""
    counter = x._counter
    if counter is None:
        return
    if overlaps_itself(x._data):
        raise RuntimeError(errors.OVERLAPPING_WRITE)
    for a in arguments:
        if isinstance(a, Tensor) and a._counter is counter and a is not x and overlaps_partly(x._data, a._data):
            raise RuntimeError(errors.OVERLAPPING_INPUT)


def assign(x: Tensor, call: Call, arguments: tuple[Any, ...], *, like_copy: bool = False,
           overlap: bool = False) -> Tensor:  # fmt: skip
    """``x.op_(*arguments)``: computes ``call(x, *arguments)`` into `x`. See Note [In-place].

    Raises RuntimeError where torch does, before anything is changed. `like_copy` casts the result to any dtype;
    `overlap` lets elements of `x` share memory.
    """
    layer = layer_of((x, *arguments)) if LAYERS else None
    if layer is not None:
        return layer.assign(x, call, arguments, {"like_copy": like_copy, "overlap": overlap})
    if MODES and (mode := MODES.get(get_ident())) is not None:
        return mode.assign(x, call, arguments, {"like_copy": like_copy, "overlap": overlap})
    for refuse in WRITES if LIVE[0] else ():
        refuse(x, call, arguments)
    recording = is_recorded(x, arguments)
    check_inplace(x, recording)
    if not overlap:
        check_overlap(x, arguments)
    source = x
    if recording:
        source, arguments = _before(x), tuple([_before(x, argument=True) if a is x else a for a in arguments])
    result = call(source, *arguments)
    _check_fits(x, result, like_copy)
    node = None
    if recording and result is not source:
        node = result._node
        if node is None and x._data.dtype.kind in "fc":
            node = _constant(getattr(call, "func", call).__name__, source)
        if node is not None and any([origin is source for origin in node_of(node).saved]):
            # What is about to be overwritten was saved: the node keeps a copy. See Note [In-place].
            source._data, source._counter = source._data.copy(), None
            _save_again(node, source, source, source._data, 0)
    if result is not source:
        write(x, result._data)
    bump(x)
    if node is not None:
        if result._counter is not None and result._counter is not x._counter:
            # What the node saved as its result is `x` now: checked by x's counter, read from x's memory.
            _save_again(node, result._counter, x._counter, x._data, x._version)
        rebase(x, node)
    return x


def is_recorded(x: Tensor, arguments: tuple[Any, ...]) -> bool:
    """Whether an in-place operation on `x` enters the graph."""
    if LAYERS and layer_of((x, *arguments)) is not None:
        return True
    return grad_mode() == GRAD and any([isinstance(a, Tensor) and a.requires_grad for a in (x, *arguments)])


def assign_view(x: Tensor, call: Call, parameters: tuple[Any, ...]) -> Tensor:
    """``x.t_()``, ``x.squeeze_()`` and the like: `x` becomes the view that ``call(x, *parameters)`` is."""
    if x.__class__ in LAYERS and LAYERS[x.__class__].assign_view(x, call, parameters):
        return x
    recording = grad_mode() == GRAD and x.requires_grad
    check_inplace(x, recording)
    memory(x)
    result, view = call(_as_before(x), *parameters), x._view
    bump(x)
    if view is not None:
        view.step, view.seen = result._view.step._replace(above=view.path(x)), x._version
    x._data = result._data
    if recording:
        old, x._node = x._node, result._node
        move_retained(x, old)
    return x


def _check_fits(x: Tensor, result: Tensor, like_copy: bool) -> None:
    if result._data.shape != x._data.shape:
        raise RuntimeError(f"output with shape {list(x.shape)} doesn't match the broadcast shape {list(result.shape)}")
    if not like_copy:
        check_output_dtype(result.dtype, x.dtype)


def _as_before(x: Tensor) -> Tensor:
    """`x` as it is now: same payload and counter, and the history that it will leave behind."""
    if x._view is not None:
        x._view.refresh(x)
    before = wrap(x._data, x._node)
    before._counter = shared_counter(x)
    return before


def _before(x: Tensor, argument: bool = False) -> Tensor:
    """What an in-place operation on `x` reads; as another `argument` it is what an error about it calls `x`.

    It has a payload of its own where a hook is about to pack it, and may look at it after the write.
    """
    before = _as_before(x)
    if argument:
        before.__dict__["stands_for"] = weakref.ref(x)
    if PACKERS and isinstance(before._data, np.ndarray):
        before._data, before._counter = before._data.copy(), None
    return before


def _save_again(node: Any, old: Any, new: Any, payload: Any, version: int) -> None:
    """Puts another origin, its payload and its version where the node saved `old`."""
    node = node_of(node)
    at = [i for i, origin in enumerate(node.saved) if origin is old]
    if at:
        values, saved, versions = list(node.values), list(node.saved), list(node.versions or [0] * len(node.saved))
        for i in at:
            values[i], saved[i], versions[i] = payload, new, version
        node.values, node.saved, node.versions = tuple(values), tuple(saved), tuple(versions)


def _constant(name: str, source: Tensor) -> Node | None:
    """The node of an in-place operation without derivative, such as ``x.ge_(0)``: what was in `x` gets zeros."""
    edge = edge_of(source)
    return None if edge is None else filled(_constant_class(name)(), (edge,))


@cache
def _constant_class(name: str) -> type[Node]:
    title = "".join(word.title() for word in name.split("_"))
    return type(title + "Backward0", (Node,), {"__slots__": (), "backward": lambda node, g, values: (g * 0,)})


def write(x: Tensor, payload: Any) -> None:
    """Puts a payload's values into `x`: into its memory where it has one."""
    data, dtype = x._data, x.dtype
    if dtypes.of_array(payload) is not dtype:
        payload = dtypes.cast(payload, dtype)
    if isinstance(data, np.ndarray):
        data[...] = payload
    else:
        x._data = payload


def rebase(x: Tensor, node: Any, position: int = 0) -> None:
    """Moves `x` to a new node; if it is a view, its base moves, and `x` becomes stale.

    The node's edge at `position` is the one to what `x` was before.
    """
    view = x._view
    if view is None:
        old, x._node = x._node, node
        move_retained(x, old)
        return
    base = view.base
    slices = CopySlices(base, view.path(x), node_of(node), position)
    old, base._node = base._node, slices
    move_retained(base, old)
    view.seen = -1


def move_retained(x: Tensor, old: Any) -> None:
    """A tensor that retains its gradient stops doing so at its old node, and goes on at its new one."""
    cold = x._cold
    if cold is None or not cold.retain:
        return
    if isinstance(old, (Node, Output)) and node_of(old).extras is not None:
        node_of(old).extras.retained.pop(old.nr, None)
    if x._node is not None and x._node is not LEAF:
        node_of(x._node)._extras().retained[x.output_nr] = weakref.ref(x)
