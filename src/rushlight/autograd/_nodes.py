"""What a program may ask of a node of the graph: its name, its edges, what it saved, hooks.

`core.node` has what the operations record and the engine walks; the rest of torch's `Node` is hung on the class here.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from ..core.backward import Run, add_to_grad, of_all_edges, run_node
from ..core.modes import GRAD, INFERENCE, grad_mode
from ..core.node import FREED_GRAPH, NOWHERE, Node, Output, filled
from ..core.saved import check_versions, rebuilt
from ..core.tensor import Tensor, wrap
from .anomaly_mode import overwritten

#: Nodes that torch does not generate: their names carry a namespace.
WRITTEN_BY_HAND = {"AccumulateGrad", "CopyBackwards", "CopySlices", "NotImplemented"}


def name(node: Node) -> str:
    """torch's name of the operation's derivative, as MulBackward0."""
    name = type(node.shown()).__name__
    return f"torch::autograd::{name}" if name in WRITTEN_BY_HAND else name


def short_name(node: Node) -> str:
    """The operation's name in error messages: Mul for MulBackward0, Pow1 for PowBackward1."""
    operation, backward, number = node.name().rpartition("Backward")
    return operation + number.removeprefix("0") if backward and not number.startswith("s") else node.name()


def _repr(node: Node) -> str:
    return f"<{type(node).__name__} object at {id(node):#x}>"


def next_functions(node: Node) -> tuple[tuple[Any, int], ...]:
    """The edges as torch shows them: pairs of node (None: no gradient) and the number of its result."""
    return tuple(_exposed(node, edge) for edge in node.edges)


def _exposed(node: Node, edge: Any) -> tuple[Any, int]:
    if edge is None or edge is NOWHERE:
        return None, 0
    if isinstance(edge, Node):
        return edge.shown(), 0
    if isinstance(edge, Output):
        return edge.node, edge.nr
    accumulator = accumulate_grad_of(edge)
    node._extras().accumulators[id(edge)] = accumulator
    return accumulator, 0


def metadata(node: Node) -> dict[Any, Any]:
    """A dict for the user's own notes on this node."""
    return node._extras().metadata


def _sequence_nr(node: Node) -> int:
    return -node._rank


def register_hook(node: Node, fn: Callable[..., Any]) -> Any:
    """Calls ``fn(grad_inputs, grad_outputs)`` after this node ran; a result replaces grad_inputs.

    Returns a handle with ``remove()``.
    """
    return registered(node._extras().post, fn)


def register_prehook(node: Node, fn: Callable[..., Any]) -> Any:
    """Calls ``fn(grad_outputs)`` before this node runs; a result replaces grad_outputs."""
    return registered(node._extras().pre, fn)


def registered(hooks: OrderedDict[int, Any], hook: Any) -> Any:
    """Adds a hook; returns the handle that takes it away again."""
    from ..utils.hooks import RemovableHandle

    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    return handle


def _check_call(node: Node, gradients: tuple[Any, ...], keywords: dict[str, Any]) -> bool:
    """Raises TypeError where `gradients` cannot be those of the node's results. Whether any of them is defined."""
    if keywords:
        raise TypeError("keyword arguments are not supported")
    if len(gradients) != node.outputs:
        raise TypeError(f"expected {node.outputs} arguments, got {len(gradients)} instead")
    for i, g in enumerate(gradients):
        if g is not None and not isinstance(g, Tensor):
            raise TypeError(f"argument {i} is not a Variable")
    return any([g is not None for g in gradients])


def _call(node: Node, *gradients: Any, **keywords: Any) -> Any:
    """Runs this node alone, by hand: gradient Tensors in, gradient Tensors out (recorded where grad mode is on)."""
    defined = _check_call(node, gradients, keywords)
    job = Run()
    job.keep_graph = job.on_tensors = True
    results: tuple[Any, ...] = (None,) * len(node.edges)
    if defined or node.runs_undefined:
        results = of_all_edges(node, run_node(job, node, list(gradients) if node.several else gradients[0]))
    return results[0] if len(results) == 1 else results


def _saved(node: Node, i: int) -> Any:
    """The value behind ``node._saved_<name>``; raises RuntimeError if it was freed or written since."""
    if node.values is None:
        raise RuntimeError(FREED_GRAPH)
    check_versions(node)
    if node.saved.__class__ is not tuple and i in node.saved.handles:  # type: ignore[attr-defined]
        return node.saved.one(node, i)  # type: ignore[attr-defined]
    origin, value = node.saved[i] if node.saved else None, node.values[i]
    if origin is not None:
        return rebuilt(node, origin, value)
    if isinstance(value, (tuple, list)):
        return tuple([_shown(v) for v in value])
    return _shown(value)


def _shown(value: Any) -> Any:
    """A payload among what was saved as a Tensor; None for a slice among indices, as torch has a node of its own for it."""
    if isinstance(value, slice):
        return None
    return wrap(value) if hasattr(value, "dtype") and grad_mode() != INFERENCE else value


def _raw_saved(node: Node, i: int) -> Any:
    from .saved_hooks import SavedTensor

    return SavedTensor(node, i)


for _name, _member in {
    "name": name, "short_name": short_name, "__repr__": _repr, "next_functions": property(next_functions),
    "metadata": property(metadata), "_sequence_nr": _sequence_nr, "register_hook": register_hook,
    "register_prehook": register_prehook, "__call__": _call, "_saved": _saved, "_raw_saved": _raw_saved,
    "_overwritten": overwritten, "requires_grad": True, "__module__": __name__.replace("_nodes", "graph"),
}.items():  # fmt: skip
    setattr(Node, _name, _member)


class AccumulateGrad(Node):
    """The end of an edge at a leaf, as torch shows it: called with a gradient, it adds it to ``variable.grad``.

    The engine has no need of it: a leaf stands in the edge itself. One is made when a program asks, and it carries
    the hooks that the program then registers on it.
    """

    __slots__ = ("__weakref__", "variable")

    def __init__(self, variable: Any) -> None:
        self.variable = variable
        filled(self, ())._rank = 0

    def _sequence_nr(self) -> int:
        return 2**64 - 1

    def __call__(self, *gradients: Any, **keywords: Any) -> tuple[()]:
        if _check_call(self, gradients, keywords):
            add_to_grad(self.variable, gradients[0] if grad_mode() == GRAD else gradients[0]._data)
        return ()


def accumulate_grad_of(leaf: Any) -> AccumulateGrad:
    """The one living AccumulateGrad of a leaf; the leaf only refers to it weakly."""
    cold = leaf._cold_state()
    accumulator = cold.accumulator() if cold.accumulator is not None else None
    if accumulator is None:
        accumulator = AccumulateGrad(leaf)
        cold.hooked = True
        cold.accumulator = weakref.ref(accumulator)
    return accumulator
