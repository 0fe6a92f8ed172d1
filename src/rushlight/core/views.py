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
from typing import Any

import numpy as np

from ..arrays import dtypes
from ..arrays.promotion import check_output_dtype
from ..arrays.strided import geometry, overlaps_itself, overlaps_partly, place, place_backward
from . import errors
from .declare import op
from .errors import CUSTOM_VIEW, DEFAULT_VIEW, INFERENCE_VIEW, MULTI_VIEW, NO_GRAD_VIEW
from .modes import GRAD, INFERENCE, NO_GRAD, grad_mode, set_grad_mode
from .node import Node, Output, next_rank
from .op import LAYERS, OBSERVERS, Call, Op, layer_of
from .record import versions_of
from .saved import PACKERS, bump, read
from .tensor import LEAF, PLAIN, UNTRACKED, Tensor, edge_of, memory, new, shared_counter

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
        return AsStridedBackward0(edge_of(base), step)

    def path(self, x: Tensor) -> Step:
        """The steps that lead from the base as it is now to the view `x`."""
        base = self.base
        if base._data is not self.origin:
            # The base was transposed, resized, ... in place: only the memory still connects the two.
            place_of = geometry(x._data, base._data)
            self.step = Step(as_strided.op, place_of, base._data.shape, None, 1, None)  # type: ignore[attr-defined]
            self.origin = base._data
        return self.step

    def error(self, x: Tensor, indirect: bool) -> RuntimeError:
        """torch's words for a view that may not be changed in place, itself or (`indirect`) through its base."""
        node = x._node
        if isinstance(node, Output):
            return errors.view_error(self.creation, indirect, node.node.short_name(), node.nr)
        name = None if node is None or node is LEAF else node.short_name()
        return errors.view_error(self.creation, indirect, name, 0)


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
        g = step.op.bound[0](gradient, values)
    return g


class AsStridedBackward0(Node):
    """The node of a view that was made anew: from the base, by the view's steps."""

    __slots__ = ()

    def __init__(self, edge: Any, last: Step) -> None:
        self._rank, self.edges = next_rank(), (edge,)
        self.values, self.saved, self.versions = (last,), (), None
        self.metas = self.extras = None

    def backward(self, gradient: Any, values: tuple[Any, ...]) -> Any:
        return (pull_back(gradient, values[0]),)


# View operations. They save the shape of their tensor and all their parameters, in this order, and nothing else; so
# one function records them all. Their rules need no conjugation: they only move numbers about.


def view_call(op: Op) -> Call:
    """The function that calls a view operation with one result."""
    forward = op.forward

    def call(x: Any, *parameters: Any) -> Any:
        if x.__class__ not in PLAIN:
            if x.__class__ in LAYERS:
                return LAYERS[x.__class__].call(op, (x, *parameters))
            if not isinstance(x, Tensor):
                return forward(x, *parameters)
        data = x._data
        if isinstance(data, np.generic):
            data = memory(x)
        out = new(Tensor)
        out._data, out._cold, out._node = forward(data, *parameters), None, None
        n = _attach(x, out, op, parameters, None, 1)
        if n is not None:
            node = out._node = Node()
            node._rank, node.op, node.edges = next_rank(), op, (n,)
            node.values, node.saved, node.versions = (data.shape, *parameters), (), None
            node.metas = node.extras = None
            if OBSERVERS:
                for observe in OBSERVERS:
                    observe(node, (x, *parameters), out)
        return out

    return call


def views_call(op: Op) -> Call:
    """The function that calls a view operation with several results."""

    def call(x: Any, *parameters: Any) -> Any:
        if x.__class__ in LAYERS:
            return LAYERS[x.__class__].call(op, (x, *parameters))
        if not isinstance(x, Tensor):
            return op.forward(x, *parameters)
        data = memory(x)
        payloads = op.forward(data, *parameters)
        node, outs = None, []
        for nr, payload in enumerate(payloads):
            out: Tensor = new(Tensor)
            out._data, out._cold, out._node = payload, None, None
            n = _attach(x, out, op, parameters, nr, len(payloads))
            if n is not None:
                if node is None:
                    node = op.node_class()
                    node._rank, node.edges, node.outputs = next_rank(), (n,), len(payloads)  # type: ignore[misc]
                    node.values, node.saved, node.versions = (data.shape, *parameters), (), None
                    node.metas = node.extras = None
                out._node = Output(node, nr)
            outs.append(out)
        if node is not None:
            for observe in OBSERVERS:
                observe(node, (x, *parameters), outs)
        return tuple(outs)

    return call


def _attach(x: Tensor, out: Tensor, op: Op, parameters: tuple[Any, ...], nr: int | None, results: int) -> Any:
    """Makes `out` a view of `x`. Returns the edge for its node; None where there is nothing to record."""
    counter = x._counter
    if counter is None:
        counter = x._counter = [0]
    out._counter = counter
    if counter is UNTRACKED:
        out._view = None
        return None
    view = out._view = new(View)
    above, mode, n = x._view, grad_mode(), x._node
    creation = NO_GRAD_VIEW if mode == NO_GRAD else INFERENCE_VIEW if mode == INFERENCE else DEFAULT_VIEW
    if nr is not None and creation == DEFAULT_VIEW:
        creation = MULTI_VIEW
    if above is None:
        view.base, view.origin = x, x._data
        view.step = _step(Step, (op, parameters, x._data.shape, nr, results, None))
    else:
        if mode == GRAD:
            n = edge_of(x)
        view.base = above.base
        last = above.path(x) if above.origin is not above.base._data else above.step
        view.origin = above.origin
        view.step = _step(Step, (op, parameters, x._data.shape, nr, results, last))
        creation = creation or above.creation
    view.creation, view.seen = creation, counter[0]
    return None if mode != GRAD else x if n is LEAF else n


def same_view(x: Any) -> Any:
    """`x` as a view of itself, without a node."""
    out: Tensor = new(Tensor)
    out._data, out._cold, out._node = memory(x), None, None
    _attach(x, out, alias.op, (), None, 1)  # type: ignore[attr-defined]
    return out


def custom_view(x: Tensor) -> None:
    """Notes that the view `x` has the history that a custom Function gave it, which must not be rewritten."""
    if x._view is not None:
        x._view.creation = CUSTOM_VIEW


alias = op("alias", lambda x: x[...], "AliasBackward0", {"x": lambda g: g}, view=True)
#: A view of x's memory, in any strides; see Note [as_strided] in `strided`.
as_strided = op("as_strided", place, "AsStridedBackward0", {
    "x": lambda g, x_shape, size, stride, offset, layout: as_strided_backward(g, x_shape, size, stride, offset, layout),
}, view=True)  # fmt: skip
as_strided_backward = op("as_strided_backward", place_backward, "AsStridedBackwardBackward0", {
    "g": lambda gg, size, stride, offset, layout: as_strided(gg, size, stride, offset, layout),
}, names=("g", "shape", "size", "stride", "offset", "layout"))  # fmt: skip


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
        self._rank = next_rank()
        self.edges = (edge_of(base), *inner.edges[:position], *inner.edges[position + 1 :])
        # F counts as saved, whatever it saved: as in torch, a second backward through here is always an error.
        self.values, self.saved, self.versions = (inner,), (None,), None
        self.metas = self.extras = None

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
    recording = is_recorded(x, arguments)
    check_inplace(x, recording)
    if not overlap:
        check_overlap(x, arguments)
    if not recording:
        result = call(x, *arguments)
        _check_fits(x, result, like_copy)
        if result is not x:
            write(x, result._data)
        bump(x)
        return x
    source = _apart(_before(x))
    result = call(source, *[_apart(_stand_in(x)) if a is x else a for a in arguments])
    _check_fits(x, result, like_copy)
    node = result._node
    if node is None and x._data.dtype.kind in "fc":
        node = _constant(getattr(call, "func", call).__name__, source)
    if result is source:
        bump(x)
        return x
    _keep_original(node, source)
    write(x, result._data)
    bump(x)
    if node is not None:
        _adopt_saved_result(x, result)
        rebase(x, node)
    return x


def is_recorded(x: Tensor, arguments: tuple[Any, ...]) -> bool:
    """Whether an in-place operation on `x` enters the graph."""
    if LAYERS and layer_of((x, *arguments)) is not None:
        return True
    return grad_mode() == GRAD and (
        x.requires_grad or any([isinstance(a, Tensor) and a.requires_grad for a in arguments])
    )


def assign_view(x: Tensor, call: Call, parameters: tuple[Any, ...]) -> Tensor:
    """``x.t_()``, ``x.squeeze_()`` and the like: `x` becomes the view that ``call(x, *parameters)`` is."""
    if x.__class__ in LAYERS and LAYERS[x.__class__].assign_view(x, call, parameters):
        return x
    recording = is_recorded(x, ())
    check_inplace(x, recording)
    memory(x)
    source, view = _before(x), x._view
    result = call(source, *parameters)
    bump(x)
    if view is not None:
        last = result._view.step
        view.step = Step(last.op, last.parameters, last.shape, None, 1, view.path(x))
        view.seen = x._version
    x._data = result._data
    if recording:
        old, x._node = x._node, result._node
        move_retained(x, old)
    return x


def _check_fits(x: Tensor, result: Tensor, like_copy: bool) -> None:
    if result._data.shape != x._data.shape:
        raise RuntimeError(
            f"output with shape {list(x.shape)} doesn't match the broadcast shape {list(result.shape)}"
        )
    if not like_copy:
        check_output_dtype(result.dtype, x.dtype)


def _before(x: Tensor) -> Tensor:
    """`x` as it is now: same payload and counter, and the history that it will leave behind."""
    before: Tensor = new(Tensor)
    if x._view is not None:
        x._view.refresh(x)
    before._data, before._node, before._counter = x._data, x._node, shared_counter(x)
    before._view = before._cold = None
    return before


def _stand_in(x: Tensor) -> Tensor:
    """`_before`, for an argument that is `x` itself: an error about it speaks of `x` as it will be."""
    before = _before(x)
    before.__dict__["stands_for"] = weakref.ref(x)
    return before


def _apart(source: Tensor) -> Tensor:
    """`source`, with a copy of its payload where a hook is about to pack it, and may look at it after the write."""
    if PACKERS and isinstance(source._data, np.ndarray):
        source._data, source._counter = source._data.copy(), None
    return source


def _keep_original(node: Any, source: Tensor) -> None:
    """If the node saved what is about to be overwritten, lets it keep a copy: see Note [In-place]."""
    if isinstance(node, Output):
        node = node.node
    if node is None or not any([origin is source for origin in node.saved]):
        return
    if isinstance(source._data, np.ndarray):
        source._data = source._data.copy()
    source._counter = None
    node.values = tuple([source._data if o is source else v for o, v in zip(node.saved, node.values)])
    node.versions = versions_of(node.saved)


def _constant(name: str, source: Tensor) -> Node | None:
    """The node of an in-place operation without derivative, such as ``x.ge_(0)``: what was in `x` gets zeros."""
    edge = edge_of(source)
    if edge is None:
        return None
    node = _constant_class(name)()
    node._rank, node.edges = next_rank(), (edge,)
    node.values, node.saved, node.versions = (), (), None
    node.metas = node.extras = None
    return node


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


def _adopt_saved_result(x: Tensor, result: Tensor) -> None:
    """What the node saved as its result is `x` now: checked by x's counter, read from x's memory."""
    counter, node = result._counter, result._node
    if counter is None or counter is x._counter or node is None or isinstance(node, Output):
        return
    at = [i for i, origin in enumerate(node.saved) if origin is counter]
    if not at:
        return
    versions = list(node.versions or [0] * len(node.saved))
    values, saved = list(node.values), list(node.saved)
    for i in at:
        versions[i], saved[i], values[i] = x._version, x._counter, x._data
    node.values, node.saved, node.versions = tuple(values), tuple(saved), tuple(versions)


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
    if isinstance(node, Output):
        node = node.node
    slices = CopySlices(base, view.path(x), node, position)
    old, base._node = base._node, slices
    move_retained(base, old)
    view.seen = -1


def move_retained(x: Tensor, old: Any) -> None:
    """A tensor that retains its gradient stops doing so at its old node, and goes on at its new one."""
    cold = x._cold
    if cold is None or not cold.retain:
        return
    if isinstance(old, Output):
        old, nr = old.node, old.nr
    else:
        nr = 0
    if isinstance(old, Node) and old.extras is not None:
        old.extras.retained.pop(nr, None)
    if x._node is not None and x._node is not LEAF:
        node = x._node.node if isinstance(x._node, Output) else x._node
        node._extras().retained[x.output_nr] = weakref.ref(x)
