"""What a node saved: checked against later writes, and read back as Tensors."""

from __future__ import annotations

import threading
from typing import Any

from .modes import INFERENCE, grad_mode
from .node import FREED_GRAPH, Node, Output, next_rank
from .tensor import PLAIN, UNTRACKED, Tensor, new, wrap


class SavedOutput:
    """What a custom Function with several results keeps of one that it saved: its number and its version counter."""

    __slots__ = ("_counter", "nr")

    def __init__(self, nr: int, counter: list[int]) -> None:
        self.nr, self._counter = nr, counter


class SavedDual:
    """What a node keeps of its own result where that has tangents: they, and the result's version counter."""

    __slots__ = ("_counter", "restore")

    def __init__(self, counter: list[int], restore: Any) -> None:
        self._counter, self.restore = counter, restore


def counter_of(origin: Any) -> Any:
    """The version counter behind an entry of `Node.saved`, if it has one."""
    return origin._counter if isinstance(origin, (Tensor, SavedOutput, SavedDual)) else origin


# Note [When saved values are checked]
#   Every write into a tensor's memory takes a rank, as nodes do. A node that is newer than the last write anywhere
#   need not look at its saved tensors: nothing can have changed. So a training step, whose writes all precede its
#   forward pass, pays one comparison per node.
_lock = threading.Lock()
last_write = [0]
#: Called with the version counter of every write while anomaly mode is on.
WRITERS: list[Any] = []
#: Not empty while hooks pack what is saved, in any thread.
PACKERS: list[Any] = []


def bump(*changed: Tensor) -> None:
    """Notes an in-place change of each of these tensors. An inference tensor keeps no version."""
    for x in changed:
        counter = x._counter
        if counter is None:
            counter = x._counter = [1]
        elif counter is not UNTRACKED:
            counter[0] += 1
        if WRITERS:
            for note in WRITERS:
                note(counter)
    # From now on every node that is older than this has its saved tensors checked.
    with _lock:
        last_write[0] = next_rank()


def check_versions(node: Node) -> None:
    """Raises RuntimeError, in torch's words, if a saved tensor was written since."""
    for i, origin in enumerate(node.saved):
        parts = origin if isinstance(origin, tuple) else (origin,)
        for part in parts:
            counter = counter_of(part)
            expected = 0 if node.versions is None or isinstance(origin, tuple) else node.versions[i]
            if counter is not None and counter[0] != expected:
                raise RuntimeError(_modified(node, i, counter[0], expected))


def _modified(node: Node, i: int, version: int, expected: int) -> str:
    origin, values = node.saved[i], node.values
    assert values is not None
    if isinstance(origin, Tensor) and origin.__dict__.get("stands_for", lambda: None)() is not None:
        origin = origin.__dict__["stands_for"]()
    value = origin._data if isinstance(origin, Tensor) else values[i][0] if isinstance(values[i], tuple) else values[i]
    from ..arrays.dtypes import of_array

    maker = origin.grad_fn if isinstance(origin, Tensor) else node
    produced = ""
    if maker is not None:
        nr = origin.output_nr if isinstance(origin, Tensor) else origin.nr if isinstance(origin, SavedOutput) else 0
        produced = f", which is output {nr} of {maker.short_name()},"
    message = (
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[torch.{of_array(value).scalar_name}Tensor {list(value.shape)}]{produced} is at version {version}; expected version "
        f"{expected} instead. "
    )
    from ..autograd import anomaly_mode

    return message + anomaly_mode.inplace_hint(node, origin)


def read(node: Node, on_tensors: bool) -> Any:
    """What a node's rules run on: its saved values, checked, as Tensors or as payloads."""
    if node.values is None:
        raise RuntimeError(FREED_GRAPH)
    check_versions(node)
    if node.runs_undefined:
        return ()  # a custom Function reads for itself
    if node.saved.__class__ is not tuple:
        return node.saved.unpacked(node, on_tensors)  # type: ignore[attr-defined]
    return tensors(node) if on_tensors else node.values


def tensors(node: Node) -> tuple[Any, ...]:
    """`node.values` with Tensors, on the graph, in place of saved payloads: what rules run on under ``create_graph``."""
    if node.values is None:
        raise RuntimeError(FREED_GRAPH)
    if not node.saved:
        return node.values  # shapes and numbers only
    if node.saved.__class__ is not tuple:
        return node.saved.unpacked(node, True)  # type: ignore[attr-defined]
    return tuple([
        value if origin is None else origin if origin.__class__ in PLAIN else rebuilt(node, origin, value)
        for value, origin in zip(node.values, node.saved)
    ])


def rebuilt(node: Node, origin: Any, value: Any) -> Any:
    """The Tensor behind one entry of `Node.saved` and its payload."""
    if isinstance(origin, Tensor):
        return origin
    if isinstance(origin, SavedOutput):
        return _result(Output(node, origin.nr), origin._counter, value)
    if isinstance(origin, tuple):
        return tuple([_result(Output(node, i), c, v) for i, (c, v) in enumerate(zip(origin, value))])
    return _result(node, origin, value)


def _result(edge: Any, origin: Any, value: Any) -> Tensor:
    """A saved result as a Tensor again: the node does not hold the first one, that would be a cycle."""
    out: Tensor = new(Tensor)
    out._data, out._node, out._counter, out._view, out._cold = value, edge, counter_of(origin), None, None
    if value.dtype.kind not in "fc":
        out._node = None
    if isinstance(origin, SavedDual):
        origin.restore(out)
    return out


def saved_attribute(node: Node, i: int) -> Any:
    """The value behind ``node._saved_<name>``; raises if it was freed or written since."""
    if node.values is None:
        raise RuntimeError(FREED_GRAPH)
    check_versions(node)
    if node.saved.__class__ is not tuple and i in node.saved.handles:  # type: ignore[attr-defined]
        return node.saved.one(node, i)  # type: ignore[attr-defined]
    origin, value = node.saved[i] if node.saved else None, node.values[i]
    if origin is not None:
        return rebuilt(node, origin, value)
    if isinstance(value, tuple) and all(isinstance(n, int) for n in value):
        return value
    return wrap(value) if hasattr(value, "dtype") and grad_mode() != INFERENCE else value
