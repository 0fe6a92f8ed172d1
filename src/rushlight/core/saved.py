"""What a node saved: checked against later writes, and read back as Tensors."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from .errors import INFERENCE_SAVED
from .node import FREED_GRAPH, Node, Output, next_rank
from .tensor import PLAIN, UNTRACKED, Tensor, wrap


class SavedResult:
    """What a node keeps of its own result, where that is more than the version counter: which of several it is (`nr`),
    and how to give it its tangents again (`restore`)."""

    __slots__ = ("_counter", "nr", "restore")

    def __init__(self, counter: list[int], nr: int | None = None, restore: Any = None) -> None:
        self._counter, self.nr, self.restore = counter, nr, restore


def counter_of(origin: Any) -> Any:
    """The version counter behind an entry of `Node.saved`, if it has one."""
    return origin._counter if isinstance(origin, (Tensor, SavedResult)) else origin


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


def versions_of(saved: Sequence[Any]) -> tuple[int, ...] | None:
    """The versions of saved tensors now; None when none was ever written. Inference tensors cannot be saved."""
    versions = []
    for origin in saved:
        kind = origin.__class__  # a counter itself is a list; the results saved as a tuple are new
        counter = origin if kind is list else None if origin is None or kind is tuple else origin._counter
        versions.append(0 if counter is None else counter[0])
    if UNTRACKED[0] in versions:
        raise RuntimeError(INFERENCE_SAVED)
    return tuple(versions) if any(versions) else None


def check_versions(node: Node) -> None:
    """Raises RuntimeError, in torch's words, if a saved tensor was written since."""
    for i, origin in enumerate(node.saved):
        parts = origin if isinstance(origin, tuple) else (origin,)
        for part in parts:
            counter = counter_of(part)
            expected = 0 if node.versions is None or isinstance(origin, tuple) else node.versions[i]
            if counter is not None and counter[0] != expected:
                raise node._overwritten(i, counter[0], expected)


def read(node: Node, on_tensors: bool) -> Any:
    """What a node's rules run on: its saved values, checked, as Tensors or as payloads."""
    if node.values is None:
        raise RuntimeError(FREED_GRAPH)
    check_versions(node)
    if node.runs_undefined:
        return ()  # a custom Function reads for itself
    return tensors(node, on_tensors) if on_tensors or node.saved.__class__ is not tuple else node.values


def tensors(node: Node, on_tensors: bool = True) -> Any:
    """`node.values` with Tensors, on the graph, in place of saved payloads: what rules run on under ``create_graph``."""
    values, saved = node.values, node.saved
    if not saved:
        return values  # shapes and numbers only
    if saved.__class__ is not tuple:
        return saved.unpacked(node, on_tensors)  # type: ignore[attr-defined]
    return tuple([
        value if origin is None else origin if origin.__class__ in PLAIN else rebuilt(node, origin, value)
        for value, origin in zip(values, saved)  # type: ignore[arg-type]
    ])


def rebuilt(node: Node, origin: Any, value: Any) -> Any:
    """The Tensor behind one entry of `Node.saved` and its payload."""
    if isinstance(origin, Tensor):
        return origin
    if isinstance(origin, SavedResult) and origin.nr is not None:
        return _result(Output(node, origin.nr), origin, value)
    if isinstance(origin, tuple):
        return tuple([_result(Output(node, i), c, v) for i, (c, v) in enumerate(zip(origin, value))])
    return _result(node, origin, value)


def _result(edge: Any, origin: Any, value: Any) -> Tensor:
    """A saved result as a Tensor again: the node does not hold the first one, that would be a cycle."""
    out = wrap(value, edge if value.dtype.kind in "fc" else None)
    out._counter = counter_of(origin)
    if isinstance(origin, SavedResult) and origin.restore is not None:
        origin.restore(out)
    return out
