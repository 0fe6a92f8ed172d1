"""Recording an operation on the graph, and what the graph asks of gradients that come back to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from ..arrays import dtypes
from ..arrays.blocks import LARGE, blockwise
from ..arrays.stretches import Pending, stretch_of, whole
from ..arrays.summation import along, total
from .errors import INFERENCE_SAVED
from .modes import GRAD, grad_mode
from .node import Node, Output, next_rank
from .op import ARGUMENT, F32, F64, OBSERVERS, OUT, SHAPE, Op
from .tensor import UNTRACKED, Tensor, edge_of, shared_counter, wrap


def record(op: Op, arguments: Sequence[Any], payloads: Sequence[Any], result: Any) -> Any:
    """The result(s) of an operation as Tensor(s), on the graph if an input requires grad."""
    inputs = arguments[0] if op.variadic else [arguments[i] for i in op.differentiable]
    edges: tuple[Any, ...] = ()
    if inputs and grad_mode() == GRAD:
        edges = tuple([edge_of(a) if isinstance(a, Tensor) else None for a in inputs])
    several = isinstance(result, (tuple, list))
    assert several == op.several or (not op.rules and not op.joint), op.name
    recorded = any(e is not None for e in edges) and (several or result.dtype.kind in "fc")
    if not recorded:
        return _tuple_like(result, [wrap(r) for r in result]) if several else wrap(result)
    node = op.node_class() if several else Node()
    node._rank, node.edges, node.extras = next_rank(), edges, None
    if several:
        node.outputs = len(result)  # type: ignore[misc]
        out: Any = [wrap(r, Output(node, i) if r.dtype.kind in "fc" else None) for i, r in enumerate(result)]
    else:
        node.op, out = op, wrap(result, node)
    _save(op, node, arguments, payloads, out)
    node.metas = None
    if op.conforms or op.variadic or _any_complex(inputs, result if several else (result,)):
        node.metas = Metas.of(op, inputs, result)
    if OBSERVERS:
        for observe in OBSERVERS:
            observe(node, arguments, out)
    return _tuple_like(result, out) if several else out


def _tuple_like(result: Any, tensors: list[Tensor]) -> Any:
    """A tuple of tensors; a named tuple where the payloads came in one."""
    return type(result)(*tensors) if hasattr(result, "_fields") else tuple(tensors)


def _save(op: Op, node: Node, arguments: Sequence[Any], payloads: Sequence[Any], out: Any) -> None:
    values: list[Any] = []
    saved: list[Any] = []
    for kind, i in op.plan(tuple([edge is not None for edge in node.edges])) if not op.variadic else op.plan(()):
        value = origin = None
        if kind == ARGUMENT:
            value = payloads[i]
            if isinstance(arguments[i], Tensor):
                origin = arguments[i]
        elif kind == SHAPE:
            value = [p.shape for p in payloads[i]] if op.variadic and i == 0 else np.shape(payloads[i])
        elif kind == OUT:
            if isinstance(out, list):
                value, origin = tuple([o._data for o in out]), tuple([shared_counter(o) for o in out])
            else:
                value, origin = out._data, shared_counter(out)
        values.append(value)
        saved.append(origin)
    node.values, node.saved = tuple(values), tuple(saved) if any([s is not None for s in saved]) else ()
    node.versions = versions_of(node.saved)


def versions_of(saved: Sequence[Any]) -> tuple[int, ...] | None:
    """The versions of saved tensors now; None when none was ever written. Inference tensors cannot be saved."""
    versions, written = [], False
    for s in saved:
        counter = s if s is None or s.__class__ is list else getattr(s, "_counter", None)
        version = 0
        if counter is not None:
            if counter is UNTRACKED:
                raise RuntimeError(INFERENCE_SAVED)
            version = counter[0]
            written = written or version != 0
        versions.append(version)
    return tuple(versions) if written else None


def _any_complex(inputs: Sequence[Any], results: Sequence[Any]) -> bool:
    return any(r.dtype.kind == "c" for r in results) or any(
        isinstance(a, Tensor) and a._data.dtype.kind == "c" for a in inputs
    )


class Metas:
    """What the edges of a node ask of its gradients: a shape and a dtype each, and complex conjugation."""

    __slots__ = ("conjugate", "edges")

    def __init__(self, edges: tuple[Any, ...], conjugate: bool) -> None:
        self.edges, self.conjugate = edges, conjugate

    @classmethod
    def of(cls, op: Op, inputs: Sequence[Any], result: Any) -> Metas | None:
        results = result if isinstance(result, (tuple, list)) else (result,)
        conjugate = op.holomorphic and _any_complex(inputs, results)
        edges = tuple([(a._data.shape, a.dtype) if isinstance(a, Tensor) else None for a in inputs])
        like = (results[0].shape, dtypes.of_array(results[0]))
        if not conjugate and all(e is None or e == like for e in edges) and not (op.inputs and results[0].size >= LARGE):
            return None
        return cls(edges, conjugate)

    def noted(self, node: Node, g: Any, values: tuple[Any, ...]) -> list[Any]:
        """`backward` for the engine, which may leave elementwise gradients pending: see Note [Stretches]."""
        if g.__class__ is Pending and not g.stretch.is_open:
            g = g.take()
        if self._is_noted(node, g):
            rules = lambda g, *values: node.op.backward(node, g, values)
            wanted = [None if edge is None else meta for edge, meta in zip(node.edges, self.edges)]
            found = stretch_of(g).add(rules, (g, *values), wanted)
            if found is not None:
                return [x if edge is None or _may_pend(edge) else whole(x) for x, edge in zip(found, node.edges)]
        return self.backward(node, whole(g), values)

    def _is_noted(self, node: Node, g: Any) -> bool:
        if not node.op.inputs or self.conjugate:
            return False
        if g.__class__ is not ndarray:
            return g.__class__ is Pending
        large = g.size >= LARGE and (g.dtype is F32 or g.dtype is F64)
        return large and any([edge is not None and edge._rank and _may_pend(edge) for edge in node.edges])

    def backward(self, node: Node, g: Any, values: tuple[Any, ...]) -> list[Any]:
        """Runs the node's rules and brings each gradient to the shape and dtype of its edge."""
        if self.conjugate:
            g = tuple([conj(part) for part in g]) if isinstance(g, (tuple, list)) else conj(g)
        blocks = g.__class__ is ndarray and g.size >= LARGE
        grads = in_blocks(node, g, values) if blocks else node.op.backward(node, g, values)
        return [
            grad if grad is None or edge is None else conform(conj(grad) if self.conjugate else grad, *meta)
            for grad, edge, meta in zip(grads, node.edges, self.edges)
        ]


def _may_pend(edge: Any) -> bool:
    """Whether a gradient that goes to `edge` may be pending: it is a leaf without hooks, or a node that may be noted."""
    if edge.__class__ is Output:
        return False
    if not edge._rank:
        return edge._cold is None or not edge._cold.hooked
    return edge.extras is None and edge.metas.__class__ is Metas and bool(edge.op is not None and edge.op.inputs)


def in_blocks(node: Node, g: Any, values: tuple[Any, ...]) -> Any:
    """Runs a node's rules on a large gradient, block by block if they are elementwise."""
    if not node.op.inputs:
        return node.op.backward(node, g, values)
    return blockwise(lambda g, *values: node.op.backward(node, g, values), (g, *values))


def conj(g: Any) -> Any:
    return g.conj() if g is not None and (g.is_complex() if isinstance(g, Tensor) else g.dtype.kind == "c") else g


def conform(g: Any, shape: tuple[int, ...], dtype: dtypes.dtype) -> Any:
    """Undoes a broadcast and a promotion: sums `g` down to `shape`, and casts it to `dtype`."""
    g = unbroadcast(g, shape)
    if isinstance(g, Tensor):
        return g if g.dtype is dtype else (g.real if g.is_complex() and not dtype.is_complex else g).to(dtype)
    if dtypes.of_array(g) is dtype:
        return g
    return dtypes.cast(g.real if g.dtype.kind == "c" and not dtype.is_complex else g, dtype)


def unbroadcast(g: Any, shape: tuple[int, ...]) -> Any:
    """Sums `g` down to `shape`, which broadcasts to the shape of `g`."""
    if g.shape == shape:
        return g
    if not shape and g.__class__ is ndarray:
        return total(g)
    lead = g.ndim - len(shape)
    axes = tuple([i for i, n in enumerate(g.shape) if i < lead or (shape[i - lead] == 1 and n != 1)])
    if len(axes) == g.ndim and isinstance(g, ndarray):
        return total(g).reshape(shape)
    if lead == len(axes) and isinstance(g, ndarray):
        return along(g, axes)
    g = g.sum(axes, keepdims=True) if axes else g
    return g.reshape(shape) if lead else g


class Broadcast:
    """The `Metas` of the short way: two real tensors of one dtype, of shapes that differ."""

    __slots__ = ("shapes",)

    def __init__(self, first: tuple[int, ...], second: tuple[int, ...]) -> None:
        self.shapes = first, second

    def backward(self, node: Node, g: Any, values: tuple[Any, ...]) -> Any:
        """Runs the node's rules and brings each gradient to the shape of its edge."""
        x, y = node.op.backward(node, g, values)
        first, second = self.shapes
        if x is not None and x.shape != first:
            x = unbroadcast(x, first)
        if y is not None and y.shape != second:
            y = unbroadcast(y, second)
        return x, y

    noted = backward
