"""The engine: one loop that carries gradients from the roots to the leaves.

Ranks fall as the program runs, so "newest first" is a topological order: a heap of ranks yields every node after all
nodes that used its results. Gradients in flight live in a dict local to the run, by the edge they wait at.

    pending = {root: gradient}
    while a node is pending:
        take the newest; run its rule; add each result to what is pending at that edge

What is pending at the end belongs to leaves. They are added to `.grad` last, all at once, so that a backward that
fails leaves every `.grad` as it was. The exception is a leaf with hooks, which must run as soon as its gradient is
complete; how the engine knows is told at `_finish_complete`.

In a first-order run gradients are raw payloads. Under ``create_graph`` they are Tensors, and the rules record. Where
layers look on, those that a layer has a part in are Tensors, the others payloads still.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from heapq import heappop, heappush
from operator import attrgetter
from sys import getrefcount
from typing import Any

import numpy as np

from ..arrays.blocks import LARGE, write_blockwise
from ..arrays.ownership import BY_NAME, IN_LOOP, total
from ..arrays.stretches import OPEN, Pending, settle, whole
from ..arrays.strided import laid_out_like
from .modes import GRAD, INFERENCE, NO_GRAD, grad_mode, set_grad_mode
from .node import FREED_GRAPH, Node, Output, node_of
from .op import OPS
from .saved import bump, check_versions, last_write, read, tensors
from .tensor import Tensor, wrap

#: Called around every node while anomaly mode (or another observer) is on: (node, what arrived, run the node) -> gradients.
GUARDS: list[Callable[..., Any]] = []


class Run:
    """What one backward is asked to do."""

    keep_graph = create_graph = False
    #: Whether gradients come as Tensors, and rules run on Tensors: to be recorded, or where a layer has a part in it.
    on_tensors = False
    #: What runs a node's rules where layers look on and nothing is recorded (``layers.dispatch.run_node``).
    run_node: Any = None
    #: Edge -> positions in the result of `grad()`; None where every leaf gets its gradient.
    captures: dict[Any, list[int]] | None = None
    captured: dict[int, Any]
    #: With captures: whether captured leaves get their gradient too.
    accumulate = True
    #: With captures: the nodes and captured edges that the run visits; None where it visits the whole graph.
    needed: set[Any] | None = None
    #: With captures: the nodes of which only some edges are needed, as their rules are to see them.
    parts: dict[Any, Part] = {}
    #: The edges where it begins.
    roots: Sequence[Any] = ()


#: The run in whose hooks we are; None outside of hooks.
CURRENT: ContextVar[Run | None] = ContextVar("rushlight.run", default=None)


def _within(job: Run, step: Callable[..., Any], *arguments: Any) -> Any:
    """A step that may call hooks: in them, `CURRENT` is `job`."""
    settle()
    token = CURRENT.set(job)
    try:
        return step(job, *arguments)
    finally:
        CURRENT.reset(token)


def run(job: Run, roots: Sequence[Any], gradients: Sequence[Any]) -> dict[int, Any]:
    """Carries `gradients` from the edges `roots` down the graph. Returns what was captured, by position."""
    mode = GRAD if job.create_graph else NO_GRAD
    job.on_tensors = job.on_tensors or job.create_graph
    previous, job.roots = grad_mode(), roots
    if job.captures is not None:
        job.captured, (job.needed, job.parts) = {}, _needed(roots, job.captures)
    settle()
    if previous != mode and previous != INFERENCE:
        set_grad_mode(mode)
    try:
        pending, last = _sweep(job, roots, gradients), []
        with _accumulating:
            for leaf, gradient in pending.items():
                if (leaf._cold is not None and leaf._cold.hooked) or (job.captures is not None and job.accumulate):
                    last.append((leaf, gradient))
                elif gradient is None:
                    continue
                elif job.captures is not None:
                    job.captured |= dict.fromkeys(job.captures.get(leaf, ()), whole(gradient))
                else:
                    held = IN_LOOP
                    if gradient.__class__ is Pending:
                        gradient, held = gradient.release(), BY_NAME
                    alone = getrefcount(gradient) <= held
                    accumulate(leaf, gradient, alone)
        for leaf, gradient in last:
            _within(job, _finish_leaf, leaf, gradient)
    finally:
        OPEN.set(None)
        if previous != mode:
            set_grad_mode(previous)
    return job.captured if job.captures is not None else {}


# Note [The next node]
#   In a chain every node feeds just one other, and neither the heap nor the dict has anything to decide. So the
#   first node that is reached waits in `following`, with its gradient in `waits`, in front of the heap; it goes
#   into the heap when a second one comes, unless it is the newest of all anyway.


def _sweep(job: Run, targets: Sequence[Any], gradients: Sequence[Any]) -> dict[Any, Any]:
    """The loop. Returns the gradients of the leaves."""
    pending: dict[Any, Any] = {}
    heap: list[tuple[int, Any]] = []
    needed, on_tensors, run_layered, free = job.needed, job.on_tensors, job.run_node, not job.keep_graph
    plain, stops = not GUARDS, None if job.captures is None else {node_of(e) for e in job.captures if e._rank} or None
    hooked, edges_left, parts = False, None, job.parts
    while True:
        following = waits = None
        for target, gradient in zip(targets, gradients):
            if target is None or (needed is not None and target not in needed):
                continue
            if target in pending:
                if gradient is not None:
                    waiting = pending[target]
                    if waiting is None:
                        pending[target] = gradient
                    elif on_tensors or waiting.size < LARGE:
                        pending[target] = waiting + gradient
                    else:
                        pending[target] = None
                        pending[target] = total(waiting, gradient)
            elif target is following:
                if waits is None:
                    waits = gradient
                elif gradient is not None:
                    waits = waits + gradient if on_tensors or waits.size < LARGE else total(waits, gradient)
            elif not target._rank:
                pending[target] = gradient
                cold = target._cold
                if cold is not None and cold.hooked and not hooked:
                    hooked = _has_hooks(target)
            elif following is None:
                following, waits = target, gradient
            else:
                pending[target] = gradient
                heappush(heap, (target._rank, target))
        if hooked:
            edges_left = _finish_complete(job, targets, pending, edges_left, [*heap, (0, following)])
        if following is not None and (not heap or following._rank < heap[0][0]):
            node, gradient = following, waits
        elif heap:
            if following is not None:
                pending[following] = waits
                heappush(heap, (following._rank, following))
            node = heappop(heap)[1]
            gradient = pending.pop(node)
        else:
            return pending
        if node.__class__ is Output:
            node, gradient = _gather(node, gradient, heap, pending)
        if plain and node.extras is None and gradient is not None and (stops is None or node not in stops):
            values = node.values
            if values is None:
                raise RuntimeError(FREED_GRAPH)
            saved = node.saved
            if saved and node._rank > last_write[0]:
                check_versions(node)
            op, metas, edges, part = node.op, node.metas, node._edges, parts.get(node, node) if parts else node
            targets = edges if edges.__class__ is tuple else (edges,)
            if run_layered is not None:
                gradients = run_layered(job, node, gradient)
            else:
                if on_tensors:
                    values = tensors(node)
                try:
                    if metas is not None:
                        gradients = (metas.backward if on_tensors else metas.noted)(part, gradient, values)
                    elif op is not None:
                        gradients = op.backward(part, gradient, values)
                    else:
                        settle()  # its class is written by hand, perhaps a user's
                        gradients = node.backward(gradient, values)
                except RuntimeWarning:
                    gradients = _again(part, gradient, values)
            if saved and free:
                node.values, node.saved = None, ()
        else:
            targets, gradients = _within(job, _run_special, node, gradient)


def _gather(output: Output, gradient: Any, heap: list[Any], pending: dict[Any, Any]) -> tuple[Node, list[Any] | None]:
    """All gradients that wait at the results of one node: its outputs share a rank. None if all are undefined."""
    node = output.node
    gradients = [None] * node.outputs
    gradients[output.nr] = gradient
    while heap and heap[0][0] == output._rank:
        other = heappop(heap)[1]
        gradients[other.nr] = pending.pop(other)
    return node, None if all([g is None for g in gradients]) else gradients


def run_node(job: Run, node: Node, gradient: Any) -> Any:
    """Runs one node's rules: checked, on payloads or Tensors as the job has it. (The loop has this inline.)"""
    return run_rules(job, node, gradient, read(node, job.on_tensors))


def run_rules(job: Run, node: Node, gradient: Any, values: Any) -> Any:
    part: Any = job.parts.get(node, node)
    try:
        return part.gradients(gradient, values)
    except RuntimeWarning:
        return _again(part, gradient, values)


class Part:
    """A node as its rules see it where some of its edges want no gradient in this run: their rules are not run."""

    __slots__ = ("_edges", "metas", "op")
    runs_undefined = False
    edges, backward, gradients = Node.edges, Node.backward, Node.gradients

    def __init__(self, node: Node, needed: set[Any]) -> None:
        self.op, self.metas = node.op, node.metas
        self._edges = tuple([edge if edge is not None and edge in needed else None for edge in node.edges])


def _again(node: Any, gradient: Any, values: Any) -> Any:
    """Where NumPy's warnings are errors, runs a node's rules once more without them (see `op.quietly`)."""
    if node.runs_undefined:
        raise  # a custom Function: the warning is its author's
    with np.errstate(all="ignore"):
        return node.gradients(whole(gradient), values)


def _run_special(job: Run, node: Node, gradient: Any) -> tuple[Sequence[Any], Sequence[Any]]:
    """A node with hooks, captures, guards or an undefined gradient. torch's order: the tensor's hooks and what retains
    its gradient, the capture, the node's pre-hooks, the node, its post-hooks."""
    extras, gradient = node.extras, whole(gradient)
    gradients = [gradient] if not node.several else gradient or [None] * node.outputs
    if job.on_tensors:
        gradients = [as_tensor(g) for g in gradients]
    # As in torch, a gradient is captured before its hooks where the run goes on from here, after them where it ends.
    needed = job.needed
    ends = needed is not None and not any([e is not None and e in needed for e in _targets(node)])
    if needed is not None and not ends:
        _capture(job, node, gradients)
    if extras is not None and (extras.tensor_pre or extras.retained):
        gradients = _tensor_hooks(job, extras, gradients)
    if ends:
        _capture(job, node, gradients)
        return (), ()
    if extras is not None and extras.pre:
        gradients = _with_hooks(job, extras.pre, gradients)
    if all(g is None for g in gradients) and not node.runs_undefined:
        results: Sequence[Any] = [None] * len(node.edges)
    else:
        argument = gradients if node.several else gradients[0]
        step: Callable[[], Any] = lambda: run_node(job, node, argument)
        for guard in GUARDS:
            step = lambda step=step, guard=guard: guard(node, argument, step)  # type: ignore[misc]
        results = step()
    if extras is not None and extras.post:
        results = _with_hooks(job, extras.post, of_all_edges(node, results), tuple([as_tensor(g) for g in gradients]))
    if not job.keep_graph:
        node.release()
    return node.edges, results


def of_all_edges(node: Node, results: Sequence[Any]) -> tuple[Any, ...]:
    """A node's results as programs see them: one for each edge, also where it stands alone in the node."""
    return (*results, *[None] * (len(node.edges) - len(results)))


# Hooks see Tensors, whatever the run carries.


def as_tensor(gradient: Any) -> Any:
    return gradient if gradient is None or isinstance(gradient, Tensor) else wrap(gradient)


def taken(job: Run, gradient: Any) -> Any:
    return gradient if gradient is None or job.on_tensors else gradient._data


def _tensor_hooks(job: Run, extras: Any, gradients: list[Any]) -> list[Any]:
    gradients = list(gradients)
    for nr, hook in list(extras.tensor_pre.values()):
        gradients[nr] = _hook_result(job, hook, gradients[nr])
    for nr, reference in extras.retained.items():
        x = reference()
        if x is not None and gradients[nr] is not None:
            cold, kept = x._cold_state(), gradients[nr].clone() if job.on_tensors else wrap(gradients[nr].copy())
            cold.grad = kept if cold.grad is None else cold.grad + kept
    return gradients


def _hook_result(job: Run, hook: Callable[..., Any], gradient: Any) -> Any:
    before = as_tensor(gradient)
    after = hook(before)
    if after is None:
        return taken(job, before)
    check_hook_result(before, after, hook)
    return taken(job, after)


def check_hook_result(before: Any, after: Any, hook: Any) -> None:
    """Raises, in torch's words, where what a hook returned cannot stand for the gradient (or tensor) that it was given."""
    if after is None:
        return
    if before is None:
        raise RuntimeError("can't replace a None gradient with a non-None value")
    if not isinstance(after, Tensor):
        raise TypeError(f"expected Variable, but hook returned '{type(after).__name__}'")
    if after.dtype is not before.dtype:
        was, got = before.type()[6:], after.type()[6:]  # type: ignore[attr-defined]
        raise RuntimeError(f"hook '{_named(hook)}' has changed the type of value (was torch.{was} got torch.{got})")
    if after.shape != before.shape:
        raise RuntimeError(f"hook '{_named(hook)}' has changed the size of value")


def _named(hook: Any) -> str:
    return getattr(hook, "__name__", repr(hook))


def _with_hooks(job: Run, hooks: Any, gradients: Sequence[Any], *outputs: Any) -> Sequence[Any]:
    """What a node's pre-hooks, or (called with the gradients of its `outputs` too) its post-hooks make of gradients."""
    for hook in list(hooks.values()):
        given = tuple([as_tensor(g) for g in gradients])
        result = hook(given, *outputs)
        if result is not None:
            if not isinstance(result, tuple):
                raise TypeError(f"expected tuple, but hook returned '{type(result).__name__}'")
            if len(result) != len(given):
                counts = f"got {len(result)}, but expected {len(given)}"
                raise RuntimeError(f"hook '{_named(hook)}' has returned an incorrect number of values ({counts})")
            for before, after in zip(given, result):
                check_hook_result(before, after, hook)
            given = result
        gradients = [taken(job, g) for g in given]
    return gradients


# Captures: what `grad()` and `inputs=` ask for.


def _needed(roots: Sequence[Any], captures: dict[Any, list[int]]) -> tuple[set[Any] | None, dict[Any, Part]]:
    """The nodes on a path from a root to a captured edge, with the captured edges themselves, and `Run.parts`.

    None where that is the whole graph: what is captured are its leaves, all of them.
    """
    edges_of: dict[Any, tuple[Any, ...]] = {}
    whole_graph = not any([e._rank for e in captures])
    stack = list(roots)
    for edge in stack:
        node = edge.node if edge.__class__ is Output else edge
        if node is not None and node not in edges_of:
            edges_of[node] = edges = _targets(node) if node._rank else ()
            whole_graph = whole_graph and bool(edges or node in captures)
            stack += edges
    if whole_graph:
        return None, {}
    needed, parts = set(captures), {}
    for node in sorted(edges_of, key=_rank, reverse=True):  # the oldest first: what is below a node is known before it
        wanted = [e in needed for e in edges_of[node] if e is not None]
        if True in wanted:
            needed.add(node)
            if node.several:
                needed.update([Output(node, i) for i in range(node.outputs)])
            if False in wanted and node.op is not None:
                parts[node] = Part(node, needed)
    return needed, parts


_rank = attrgetter("_rank")


def _targets(node: Node) -> tuple[Any, ...]:
    """The edges of a node, without what follows a lone one. (The loop has this inline.)"""
    edges = node._edges
    return edges if edges.__class__ is tuple else (edges,)


def _capture(job: Run, node: Node, gradients: list[Any]) -> None:
    assert job.captures is not None
    for nr, gradient in enumerate(gradients):
        job.captured |= dict.fromkeys(job.captures.get(Output(node, nr) if node.several else node, ()), gradient)


# Leaves.


def _has_hooks(leaf: Tensor) -> bool:
    cold = leaf._cold
    if cold is None or not cold.hooked:
        return False
    accumulator = cold.accumulator() if cold.accumulator is not None else None
    return bool(cold.hooks or cold.post_accumulate or (accumulator is not None and accumulator.extras is not None))


def _finish_complete(job: Run, targets: Sequence[Any], pending: dict[Any, Any], left: Any, rest: Sequence[Any]) -> Any:
    """After the edges to `targets` were crossed: finishes those leaves with hooks that wait for nothing more.

    The loop keeps no count of what a leaf still waits for. When the first gradient arrives at a leaf with hooks, the
    edges into such leaves are counted over the `rest` of the graph, which is still to run; from then on each that is
    crossed counts one down. Returns what is `left`.
    """
    leaves = [t for t in targets if t is not None and not t._rank and _has_hooks(t)]
    if left is None:
        left = _count_edges(job, [node_of(edge) for _, edge in rest if edge is not None])
    else:
        left.subtract(leaves)
    for leaf in dict.fromkeys(leaves):
        if left[leaf] <= 0 and leaf in pending:
            _within(job, _finish_leaf, leaf, pending.pop(leaf))
    return left


def _count_edges(job: Run, stack: list[Any]) -> Counter[Any]:
    """How many edges lead from these nodes, and from all below them, into each leaf with hooks."""
    found: Counter[Any] = Counter()
    seen: set[Any] = set()
    while stack:
        node = stack.pop()
        if node in seen or (job.needed is not None and node not in job.needed):
            continue
        seen.add(node)
        edges = [edge for edge in _targets(node) if edge is not None]
        stack += [node_of(edge) for edge in edges if edge._rank]
        found.update([edge for edge in edges if not edge._rank and _has_hooks(edge)])
    return found


_accumulating = threading.RLock()


def _finish_leaf(job: Run, leaf: Tensor, gradient: Any) -> None:
    """A leaf's gradient is complete: its hooks, then the capture or `.grad`."""
    cold, gradient = leaf._cold, whole(gradient)
    if cold is not None and cold.hooks:
        for hook in list(cold.hooks.values()):
            gradient = _hook_result(job, hook, gradient)
    if job.captures is not None:
        job.captured |= dict.fromkeys(job.captures.get(leaf, ()), gradient)
        if not job.accumulate:
            return
    accumulator = cold.accumulator() if cold is not None and cold.accumulator is not None else None
    extras = accumulator.extras if accumulator is not None else None
    if extras is not None and extras.pre:
        (gradient,) = _with_hooks(job, extras.pre, [gradient])
    if gradient is not None:
        add_to_grad(leaf, gradient)
    if cold is not None and cold.post_accumulate:
        for hook in list(cold.post_accumulate.values()):
            result = hook(leaf)
            if result is not None and result is not leaf:
                check_hook_result(leaf, result, hook)
                raise RuntimeError("Tensor post accumulate grad hooks should return None.")
    if extras is not None and extras.post:
        _with_hooks(job, extras.post, (), (as_tensor(gradient),))


def accumulate(leaf: Tensor, gradient: Any, alone: bool = False) -> None:
    """Adds a payload to a leaf's `.grad`, in place; a Tensor, which is recorded under grad mode, out of place.

    `alone`: nobody else holds the payload, so that it may itself become the `.grad`. The caller holds the lock.
    """
    cold = leaf._cold or leaf._cold_state()
    grad = cold.grad
    if isinstance(gradient, Tensor):
        cold.grad = OPS["accumulated"].call(leaf._data, gradient) if grad is None else grad + gradient
    elif grad is None:
        cold.grad = wrap(laid_out_like(gradient, leaf._data, alone) if isinstance(gradient, np.ndarray) else gradient)
    elif grad._data.__class__ is np.ndarray and grad._view is None:
        write_blockwise(np.add, (grad._data, gradient), grad._data)
        bump(grad)
    elif isinstance(grad._data, np.generic):
        grad._data = grad._data + gradient
        bump(grad)
    else:
        grad.add_(wrap(gradient))


def add_to_grad(leaf: Tensor, gradient: Any) -> None:
    """`accumulate`, on its own."""
    with _accumulating:
        accumulate(leaf, gradient)
