"""Hooks on what operations save: `graph.saved_tensors_hooks`, and the ``_raw_saved_...`` attributes of nodes.

Note [Packing]
    Nothing here is asked while no hook is installed. The first `push` puts `_observe` among the observers that are
    called with every node that was recorded; it hands each saved tensor to the pack hook, and puts what comes back where
    the tensor was::

        values  (x's payload, y's payload, 3)             (None, None, 3)
        saved   (x, y, None)                      ->      Packed(None, None, None), with a handle each at 0 and 1

    A node with handles has extras, so the engine takes the long way through it, and reads it with `saved.read`, which
    finds a `Packed` in the place of a plain tuple. There are no version checks on what a hook keeps, as in torch: what
    it makes of the tensor is its own affair.

    In-place operations write over a tensor right after it was packed, and a pack hook may have kept its memory. While
    hooks are installed (`saved.PACKERS`) they record a copy instead: see `views.assign`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import Any

from ..core.node import FREED_GRAPH, Node, Output, filled
from ..core.op import LIVE, OBSERVERS
from ..core.saved import PACKERS, SavedResult, check_versions, rebuilt
from ..core.tensor import Tensor, edge_of, new
from .grad_mode import no_grad

Hook = Callable[[Any], Any]

#: The pairs of hooks that are installed in this thread or task; the last one counts.
_stack: ContextVar[tuple[tuple[Hook, Hook], ...]] = ContextVar("rushlight.saved_tensors_hooks", default=())
#: Why hooks may not be installed now, in this thread or task.
_refusal: ContextVar[str | None] = ContextVar("rushlight.saved_tensors_hooks_refusal", default=None)
_lock = threading.Lock()


def push(pack_hook: Hook, unpack_hook: Hook) -> None:
    """Installs a pair of hooks. Raises RuntimeError where that was forbidden, TypeError for what cannot be called."""
    if not (callable(pack_hook) and callable(unpack_hook)):
        raise TypeError(
            "_push_saved_tensors_default_hooks(): incompatible function arguments. The following argument types are "
            "supported:\n    1. (arg0: collections.abc.Callable, arg1: collections.abc.Callable) -> None\n\n"
            f"Invoked with: {pack_hook!r}, {unpack_hook!r}"
        )
    refusal = _refusal.get()
    if refusal is not None:
        raise RuntimeError(refusal)
    _stack.set((*_stack.get(), (pack_hook, unpack_hook)))
    with _lock:
        PACKERS.append(pack_hook)
        if _observe not in OBSERVERS:
            OBSERVERS.append(_observe)


def pop() -> None:
    """Takes the last pair of hooks off again."""
    *rest, (pack_hook, _) = _stack.get()
    _stack.set(tuple(rest))
    with _lock:
        PACKERS.remove(pack_hook)
        if not PACKERS:
            OBSERVERS.remove(_observe)


def refusal() -> str | None:
    return _refusal.get()


def refuse(message: str | None) -> None:
    """Forbids hooks from now on, with the words to raise; allows them again with None."""
    if message is not None and _stack.get():
        raise RuntimeError(message)
    _refusal.set(message)


def _observe(node: Node, *_: Any) -> None:
    hooks = _stack.get()
    if not hooks or not node.saved:
        return
    waiting = None
    if LIVE[0]:
        from ..layers.levels import WAITING

        waiting = WAITING.get()
    if waiting is None:
        pack(node, *hooks[-1])
    else:
        waiting.append(partial(pack, node, *hooks[-1]))


def pack(node: Node, pack_hook: Hook, unpack_hook: Hook) -> None:
    """Puts every tensor that `node` saved into the keeping of a pair of hooks. See Note [Packing]."""
    handles = {}
    for i in _order(node, len(node.saved)):
        if node.saved[i] is not None:
            handles[i] = _handles(node, i, pack_hook, unpack_hook)
    _install(node, handles)


def _install(node: Node, handles: dict[int, Any]) -> None:
    if handles:
        if isinstance(node.saved, Packed):
            handles = node.saved.handles | handles
        assert node.values is not None
        node._extras()
        node.values = tuple([None if i in handles else value for i, value in enumerate(node.values)])
        node.saved = Packed([None if i in handles else origin for i, origin in enumerate(node.saved)])
        node.saved.handles = handles


def _order(node: Node, count: int) -> list[int]:
    """Positions in `Node.saved` in the order in which torch saves: by torch's names, with the result last."""
    named = {i: name for name, i in getattr(node.shown(), "saved_names", {}).items()}
    return sorted(range(count), key=lambda i: (named.get(i, "").startswith("result"), named.get(i, "~"), i))


def _handles(node: Node, i: int, pack_hook: Hook, unpack_hook: Hook, detached: bool = False) -> Any:
    """The handle of one entry of `Node.saved`; a tuple of them where all results were saved as one."""
    origin, value = node.saved[i], node.values[i]  # type: ignore[index]
    if isinstance(origin, tuple):
        results = rebuilt(node, origin, value)
        return tuple([Handle(x, x._node, nr, pack_hook, unpack_hook) for nr, x in enumerate(results)])
    x = rebuilt(node, origin, value)
    given = x.detach() if detached else x
    if isinstance(origin, Tensor):
        return Handle(given, edge_of(origin), None, pack_hook, unpack_hook)
    return Handle(given, x._node, (isinstance(origin, SavedResult) and origin.nr) or 0, pack_hook, unpack_hook)


class Handle:
    """One tensor in the keeping of hooks: what the pack hook made of it, and how it hung on the graph.

    Either `edge` (None: it required no grad) or, for a result of the node itself, its number `nr`: a node must not hold
    an edge to itself.
    """

    __slots__ = ("edge", "kept", "nr", "tangents", "unpack_hook")

    def __init__(self, x: Tensor, edge: Any, nr: int | None, pack_hook: Hook, unpack_hook: Hook) -> None:
        own = edge is not None and nr is not None
        self.edge, self.nr = None if own else edge, nr if own else None
        self.unpack_hook = unpack_hook
        self.tangents = None if x._cold is None else x._cold.tangents
        version = x._version
        with no_grad():
            self.kept = pack_hook(x)
        if x._version != version:
            raise RuntimeError(
                "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook cannot "
                "be modified by in-place operations as this can lead to unexpected side-effects. Please open an issue if "
                "you need to perform in-place operations on the input to a pack hook."
            )

    def unpack(self, node: Node) -> Tensor:
        """The tensor again, on the graph."""
        made = self.unpack_hook(self.kept)
        if not isinstance(made, Tensor):
            raise TypeError(
                f"Output of saved tensor unpack_hook expected to be a Tensor but got result of type {type(made).__name__}"
            )
        edge = self.edge if self.nr is None else Output(node, self.nr) if node.several else node
        if edge is None and not self.tangents:
            return made.detach() if made.requires_grad else made
        out: Tensor = new(Tensor)
        out._data, out._node, out._counter, out._view, out._cold = made._data, edge, made._counter, None, None
        if self.tangents:
            from ..layers.dual import restore_tangents

            restore_tangents(out, self.tangents)
        return out


class Packed(tuple[Any, ...]):
    """`Node.saved` of a node with handles: None at their positions, else as ever."""

    handles: dict[int, Any]

    def one(self, node: Node, i: int) -> Any:
        """What the handle at `i` keeps, unpacked."""
        handle = self.handles[i]
        return tuple([h.unpack(node) for h in handle]) if isinstance(handle, tuple) else handle.unpack(node)

    def unpacked(self, node: Node, on_tensors: bool) -> tuple[Any, ...]:
        """All values of the node, as Tensors or as payloads, with what the handles keep unpacked."""
        assert node.values is not None
        values = list(node.values)
        for i in _order(node, len(values)):
            if i in self.handles:
                found = self.one(node, i)
                values[i] = found if on_tensors else _payload(found)
            elif on_tensors and self[i] is not None:
                values[i] = rebuilt(node, self[i], values[i])
        return tuple(values)


def _payload(x: Any) -> Any:
    return tuple([part._data for part in x]) if isinstance(x, tuple) else x._data


class SavedTensor:
    """One tensor that a node saved, as ``node._raw_saved_<name>`` shows it: hooks can be put on this one alone."""

    __slots__ = ("_at", "_node")

    def __init__(self, node: Node, at: int) -> None:
        self._node, self._at = node, at

    def __repr__(self) -> str:
        return f"<torch._C._autograd.SavedTensor object at {id(self):#x}>"

    def _handle(self) -> Any:
        saved = self._node.saved
        return saved.handles.get(self._at) if isinstance(saved, Packed) else None

    def register_hooks(self, pack_hook: Hook, unpack_hook: Hook) -> None:
        """Packs this tensor now, with a pair of hooks of its own.

        Raises RuntimeError if it has hooks, was freed, or is None; TypeError for what cannot be called.
        """
        node, i = self._node, self._at
        if not (callable(pack_hook) and callable(unpack_hook)):
            raise TypeError(
                "register_hooks(): incompatible function arguments. The following argument types are supported:\n"
                "    1. (self: torch._C._autograd.SavedTensor, arg0: collections.abc.Callable, arg1: "
                f"collections.abc.Callable) -> None\n\nInvoked with: {self!r}, {pack_hook!r}, {unpack_hook!r}"
            )
        if self._handle() is not None:
            raise RuntimeError(
                "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only one pair of hooks "
                "is allowed at a time."
            )
        if node.values is None:
            raise RuntimeError(
                "Calling register_hooks on a saved tensor after it has been freed. "
                + FREED_GRAPH.partition("). ")[2].replace("saved tensors", "saved variables")
            )
        if not node.saved or node.saved[i] is None:
            raise RuntimeError("Calling register_hooks on a saved tensor with value None is forbidden")
        _install(node, {i: _handles(node, i, pack_hook, unpack_hook, detached=True)})

    @property
    def data(self) -> Any:
        """What is kept: what the pack hook returned, or the tensor."""
        handle = self._handle()
        return self.unpack() if handle is None else handle.kept

    @property
    def unpack_hook(self) -> Hook | None:
        handle = self._handle()
        return None if handle is None else handle.unpack_hook

    def unpack(self) -> Any:
        """The tensor as a derivative rule would read it: checked, unpacked, on the graph."""
        node, i = self._node, self._at
        if node.values is None:
            raise RuntimeError(FREED_GRAPH)
        check_versions(node)
        if self._handle() is not None:
            return node.saved.one(node, i)  # type: ignore[attr-defined]
        return rebuilt(node, node.saved[i], node.values[i]) if node.saved and node.saved[i] is not None else None


class _Keeper(Node):
    """A node that is on no graph, and only saves one tensor."""

    __slots__ = ()


def saved_tensor(x: Tensor) -> SavedTensor:
    """`x` as an operation would save it now: packed if hooks are installed, checked when it is read."""
    node = filled(_Keeper(), (), (x._data,), (x,), (x._version,))
    _observe(node)
    return SavedTensor(node, 0)
