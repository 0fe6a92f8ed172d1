"""Recording an operation on the graph, and what the graph asks of gradients that come back to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy import ndarray

from ..arrays import dtypes
from ..arrays.blocks import LARGE, blockwise
from ..arrays.stretches import Pending, stretch_of, whole
from ..arrays.summation import along, total
from ..arrays.types import as_one
from .modes import GRAD, grad_mode
from .node import Node, Output, next_rank
from .op import F32, F64, OBSERVERS, Call, Op, compiled
from .saved import versions_of
from .tensor import Tensor, edge_of, new, shared_counter, wrap


def record(op: Op, arguments: Sequence[Any], payloads: Sequence[Any], result: Any) -> Any:
    """The result(s) of an operation as Tensor(s), on the graph if an input requires grad."""
    several = isinstance(result, (tuple, list))
    dtype: Any = None if several else result.dtype
    mixed = several or dtype.kind == "c"  # or an input has another dtype than the result
    edges: list[Any] = []
    if grad_mode() == GRAD and (several or dtype.kind in "fc"):
        inputs = arguments[0] if op.variadic else [arguments[i] for i in op.differentiable]
        edges = [edge_of(a) if isinstance(a, Tensor) else None for a in inputs]
        mixed = mixed or any([isinstance(a, Tensor) and a._data.dtype is not dtype for a in inputs])
    mask = tuple([edge is not None for edge in edges])
    if True not in mask:
        return as_one(result, [wrap(r) for r in result]) if several else wrap(result)
    node = op.node_class() if several else Node()
    node._rank, node._edges, node.metas, node.extras = next_rank(), tuple(edges), None, None
    if several:
        node.outputs = len(result)  # type: ignore[misc]
        out: Any = [wrap(r, Output(node, i) if r.dtype.kind in "fc" else None) for i, r in enumerate(result)]
    else:
        node.op, out = op, new(Tensor)
        out._data, out._node, out._counter, out._view, out._cold = result, node, None, None, None
    wanted = () if op.variadic else mask
    node.values, saved = (op.savings.get(wanted) or _saving(op, wanted))(arguments, payloads, out)
    node.saved, node.versions = saved, versions_of(saved) if saved else None
    results = result if several else (result,)
    if op.conforms or op.variadic or (mixed and _any_complex(inputs, results)):
        node.metas = Metas.of(op, inputs, results)
    if OBSERVERS:
        for observe in OBSERVERS:
            observe(node, arguments, out)
    return as_one(result, out) if several else out


def _saving(op: Op, mask: tuple[bool, ...]) -> Call:
    """The function that gathers `Node.values` and `Node.saved` where the inputs of `mask` want a gradient, written out
    as by hand. For a product of x and y, of which only x does:

        lambda arguments, payloads, out: ((None, payloads[1]), (None, arguments[1]) if isinstance(arguments[1], Tensor) else ())
    """
    each = (True,) if op.joint else mask
    needed = {name for reads, wanted in zip(op.reads, each) if wanted for name in reads}
    values, saved, held = [], [], []
    for name in op.saves:
        value = origin = "None"
        if name == "out" and name in needed:
            value, origin = "payload(out)", "counter(out)"
            held.append("True")
        elif name in needed:
            i = op.names.index(name.removesuffix("_shape"))
            value = f"payloads[{i}]"
            if name in op.names:
                origin = f"(arguments[{i}] if isinstance(arguments[{i}], Tensor) else None)"
                held.append(f"isinstance(arguments[{i}], Tensor)")
            else:
                value = f"shape({value})"
        values.append(value)
        saved.append(origin)
    both = f"({', '.join([*values, ''])}), ({', '.join([*saved, ''])}) if {' or '.join(held) or 'False'} else ()"
    written = compiled(f"lambda Tensor, payload, counter, shape: lambda arguments, payloads, out: ({both})")
    op.savings[mask] = written(Tensor, _payload, _counter, _shape)
    return op.savings[mask]


def _payload(out: Any) -> Any:
    return tuple([o._data for o in out]) if isinstance(out, list) else out._data


def _counter(out: Any) -> Any:
    return tuple([shared_counter(o) for o in out]) if isinstance(out, list) else shared_counter(out)


def _shape(payload: Any) -> Any:
    return [p.shape for p in payload] if isinstance(payload, (list, tuple)) else getattr(payload, "shape", ())


def _any_complex(inputs: Sequence[Any], results: Sequence[Any]) -> bool:
    return "c" in [p.dtype.kind for p in (*results, *[a._data for a in inputs if isinstance(a, Tensor)])]


#: What is asked of the gradient of a number.
NOTHING = ((), None)


class Metas:
    """What the edges of a node ask of its gradients: a shape and a dtype (None: as it comes) each, and conjugation."""

    __slots__ = ("conjugate", "edges")

    def __init__(self, edges: tuple[Any, ...], conjugate: bool = False) -> None:
        self.edges, self.conjugate = edges, conjugate

    @classmethod
    def of(cls, op: Op, inputs: Sequence[Any], results: Sequence[Any]) -> Metas | None:
        conjugate = op.holomorphic and _any_complex(inputs, results)
        edges = tuple([(a._data.shape, a.dtype) if isinstance(a, Tensor) else NOTHING for a in inputs])
        like = (results[0].shape, dtypes.of_array(results[0]))
        # In 16 bits rules may give float32.
        alike = like[1].itemsize != 2 and all([e is NOTHING or e == like for e in edges])
        if alike and not conjugate and not (op.inputs and results[0].size >= LARGE):
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
        out = []
        for grad, edge, (shape, dtype) in zip(grads, node.edges, self.edges):
            if grad is not None and edge is not None:
                if self.conjugate:
                    grad = conj(grad)
                if dtype is not None or grad.shape != shape:
                    grad = conform(grad, shape, dtype)
            out.append(grad)
        return out


class Broadcast(Metas):
    """The `Metas` of the short way: two real tensors of one dtype, of shapes that differ."""

    __slots__ = ()

    def backward(self, node: Node, g: Any, values: tuple[Any, ...]) -> list[Any]:
        """Runs the node's rules and brings each gradient to the shape of its edge."""
        return [
            unbroadcast(grad, shape) if grad is not None and grad.shape != shape else grad
            for grad, (shape, _) in zip(node.op.backward(node, g, values), self.edges)
        ]

    noted = backward


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


def conform(g: Any, shape: tuple[int, ...], dtype: dtypes.dtype | None) -> Any:
    """Undoes a broadcast and a promotion: sums `g` down to `shape`, and casts it to `dtype`."""
    if g.shape != shape:
        g = unbroadcast(g, shape)
    if dtype is None or (g.dtype if isinstance(g, Tensor) else dtypes.of_array(g)) is dtype:
        return g
    if isinstance(g, Tensor):
        return (g.real if g.is_complex() and not dtype.is_complex else g).to(dtype)
    return dtypes.cast(g.real if g.dtype.kind == "c" and not dtype.is_complex else g, dtype)


def unbroadcast(g: Any, shape: tuple[int, ...]) -> Any:
    """Sums `g` down to `shape`, which broadcasts to the shape of `g`."""
    if g.shape == shape:
        return g
    if not shape and g.__class__ is ndarray:
        return total(g)
    lead = g.ndim - len(shape)
    if g.__class__ is ndarray and g.shape[lead:] == shape:
        return along(g, 0 if lead == 1 else tuple(range(lead)))
    axes = tuple([i for i, n in enumerate(g.shape) if i < lead or (shape[i - lead] == 1 and n != 1)])
    if len(axes) == g.ndim and isinstance(g, ndarray):
        return total(g).reshape(shape)
    g = g.sum(axes[0] if len(axes) == 1 else axes, keepdims=True) if axes else g
    return g.reshape(shape) if lead else g
