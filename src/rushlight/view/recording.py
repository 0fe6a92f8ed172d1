"""What is seen of a program: the operations as they enter the graph, and every backward as it runs over them.

Nothing is noted, and nothing costs anything, but inside of `record` and for a graph that somebody asked to see.
"""

from __future__ import annotations

import itertools
import sys
import time
import weakref
from collections.abc import Callable, Iterable, Sequence
from types import CodeType
from typing import Any

from ..autograd.anomaly_mode import in_package, user_frame
from ..autograd.graph import _reached
from ..core.backward import CURRENT, GUARDS, Run
from ..core.node import Node
from ..core.op import OBSERVERS
from ..core.tensor import Tensor
from ..nn.modules.module_hooks import register_module_forward_hook, register_module_forward_pre_hook
from .names import Names
from .rules import op_of
from .values import freeze

#: The key of a `Note` in a node's metadata.
KEY = "rushlight.view"


class Note:
    """What was seen when a node was recorded. It is kept on the node, and goes with it."""

    __slots__ = ("arguments", "code", "instruction", "made_by", "modules", "results", "seconds")

    def __init__(self, node: Node, arguments: Sequence[Any], result: Any, frame: Any) -> None:
        self.arguments = list(_arguments(node, arguments))
        self.results = [freeze(r) for r in (result if isinstance(result, (tuple, list)) else (result,))]
        self.code: CodeType | None = None if frame is None else frame.f_code
        self.instruction: int = 0 if frame is None else frame.f_lasti
        self.modules: tuple[Call, ...] = ()
        self.made_by: str | None = None
        self.seconds = 0.0


class Constant:
    """A tensor without a graph that an operation took: itself, to know it again, and what it held then."""

    __slots__ = ("payload", "tensor")

    def __init__(self, tensor: Tensor) -> None:
        self.tensor, self.payload = tensor, freeze(tensor)


class Slot(int):
    """In the place of an argument that is on the graph: the number of its edge."""


def _arguments(node: Node, arguments: Sequence[Any]) -> Iterable[Any]:
    """The arguments of an operation, each as a `Slot`, a `Constant`, or the plain value."""
    op = op_of(node)
    if op is not None and op.variadic:
        slots: dict[int, int] = {i: i for i in range(len(arguments[0]))}
        arguments = [*arguments[0], *arguments[1:]]
    elif op is not None:
        slots = {position: i for i, position in enumerate(op.differentiable)}
    else:  # a custom Function: one edge for each Tensor
        slots = {position: i for i, position in enumerate(p for p, a in enumerate(arguments) if isinstance(a, Tensor))}
    for position, a in enumerate(arguments):
        slot = slots.get(position)
        if isinstance(a, Tensor):
            if slot is not None and slot < len(node.edges) and node.edges[slot] is not None:
                yield Slot(slot)
            else:
                yield Constant(a) if a._node is None else "…"
        else:
            yield a


class Call:
    """One call of a module: its name in the model, its class, and the number of the call."""

    __slots__ = ("kind", "name", "number")

    def __init__(self, number: int, name: str, kind: str) -> None:
        self.number, self.name, self.kind = number, name, kind


class Event:
    """One node as the engine ran it: what arrived, what its rules read, what they sent, or the error."""

    __slots__ = ("arrived", "error", "node", "seconds", "sent", "values")

    def __init__(self, node: Node, arrived: Any) -> None:
        self.node = node
        self.arrived = [freeze(g) for g in (arrived if node.several else [arrived])]
        self.values = [_kept(v) for v in node.values] if isinstance(node.values, tuple) else []
        self.sent: list[Any] = []
        self.error: str | None = None
        self.seconds: float | None = None


def _kept(value: Any) -> Any:
    return freeze(value) if hasattr(value, "dtype") else None if isinstance(value, (tuple, list)) and any(
        hasattr(v, "dtype") for v in value) else value  # fmt: skip


class Sweep:
    """One backward: its events in the engine's order, and what the leaves held before."""

    def __init__(self, job: Run, names: Names) -> None:
        self.job, self.roots, self.names = weakref.ref(job), list(job.roots), names
        self.reached = _reached(job.roots)
        self.accumulates = job.captures is None or job.accumulate
        self.wanted = None if job.captures is None else set(job.captures)
        self.before = {x: freeze(x._cold.grad) if x._cold is not None and x._cold.grad is not None else None
                       for x in self.reached if isinstance(x, Tensor)}  # fmt: skip
        self.events: list[Event] = []

    def is_running(self) -> bool:
        """Whether we are inside of it now, in a hook."""
        return CURRENT.get() is not None and CURRENT.get() is self.job()


def _is_internal(frame: Any) -> bool:
    """Whether a layer runs this backward for ends of its own, as forward mode does."""
    while frame is not None and in_package(frame):
        if frame.f_globals["__name__"].startswith(_LAYERS):
            return True
        frame = frame.f_back
    return False


_LAYERS = f"{__name__.partition('.')[0]}.layers."


class Flow:
    """The backwards that ran over one graph. A new graph takes the place of the old one."""

    def __init__(self) -> None:
        self.sweeps: list[Sweep] = []
        self.running: list[Event] = []
        self.unseen: Callable[[], Any] = lambda: None
        self.names = Names()

    def event(self, node: Node, arrived: Any) -> Event | None:
        """Notes that a node is about to run; None in a backward inside of another, or of which the program knows
        nothing: there nothing is noted."""
        job = CURRENT.get()
        if not self.sweeps or self.sweeps[-1].job() is not job:
            if job is None or self.running or self.unseen() is job:
                return None
            if _is_internal(sys._getframe(1)):
                self.unseen = weakref.ref(job)
                return None
            self._begin(job)
        found = Event(node, arrived)
        self.sweeps[-1].events.append(found)
        return found

    def _begin(self, job: Run) -> None:
        roots = [getattr(root, "node", root) for root in job.roots]
        if not any([root in sweep.reached for sweep in self.sweeps for root in roots]):
            self.sweeps.clear()
        names = Names()
        names.update(self.names)
        names.look_around(user_frame(sys._getframe(1)))
        self.sweeps.append(Sweep(job, names))

    def guard(self, node: Node, arrived: Any, run: Callable[[], Any]) -> Any:
        """Called by the engine around every node."""
        event = self.event(node, arrived)
        if event is None:
            return run()
        self.running.append(event)
        start = time.perf_counter()
        try:
            results = run()
        except Exception as error:
            event.error = f"{type(error).__name__}: {error}"
            raise
        finally:
            event.seconds = time.perf_counter() - start
            self.running.pop()
        event.sent = [freeze(g) for g in results]
        return results

    def attach(self, nodes: Iterable[Node]) -> None:
        """Notes from now on what runs over these nodes, which nobody else notes: with hooks, that go with the graph."""
        flow = weakref.ref(self)
        entered: dict[int, Event] = {}

        def before(rank: int) -> Callable[..., None]:  # by rank: a hook must not hold its node
            def hook(arrived: Sequence[Any]) -> None:
                seen = flow()
                if seen is not None:
                    seen.entered(rank, arrived, entered)

            return hook

        def after(rank: int) -> Callable[..., None]:
            def hook(sent: Sequence[Any], arrived: Sequence[Any]) -> None:
                if flow() is not None and rank in entered:
                    event = entered.pop(rank)
                    event.sent, event.error = [freeze(g) for g in sent], None

            return hook

        self.by_rank = {node._rank: node for node in nodes}
        for node in self.by_rank.values():
            node.register_prehook(before(node._rank))
            node.register_hook(after(node._rank))

    def entered(self, rank: int, arrived: Sequence[Any], entered: dict[int, Event]) -> None:
        node = self.by_rank[rank]
        event = self.event(node, list(arrived) if node.several else arrived[0])
        if event is not None:
            event.error, entered[rank] = STOPPED, event


STOPPED = "backward stopped here: run it inside `with rushlight.view.record()` to see the error"


class record:
    """Context manager that sees every operation that enters the graph inside, and every backward.

    For each operation it notes the value, the line of the program, the module and the time; for each backward the
    gradient on every edge. Only the graph of the last backward is kept (and earlier backwards over that same graph). It
    copies what it notes: a program runs slower inside, and takes up to twice the memory.

    >>> import rushlight as torch
    >>> w, x = torch.tensor(2., requires_grad=True), torch.tensor(3.)
    >>> with torch.view.record() as picture:
    ...     u = w * x
    ...     u.backward()
    >>> print(picture.graph().edges[0].gradient.text)
    3.
    """

    active: list[record] = []

    def __init__(self) -> None:
        self.flow = Flow()
        self.newest: Node | None = None
        self._calls: list[tuple[Any, Call]] = []
        self._numbers = itertools.count()
        self._clock = 0.0
        self._handles: list[Any] = []

    def __enter__(self) -> record:
        OBSERVERS.append(self._note)
        GUARDS.append(self.flow.guard)
        self._handles = [
            register_module_forward_pre_hook(self._enter_module),
            register_module_forward_hook(self._leave_module, always_call=True),
        ]
        record.active.append(self)
        self._clock = time.perf_counter()
        return self

    def __exit__(self, *exc: object) -> None:
        record.active.remove(self)
        OBSERVERS.remove(self._note)
        GUARDS.remove(self.flow.guard)
        for handle in self._handles:
            handle.remove()

    def _note(self, node: Node, arguments: Sequence[Any], result: Any) -> None:
        now = time.perf_counter()
        note = Note(node, arguments, result, user_frame(sys._getframe(1)))
        note.seconds, note.modules = now - self._clock, tuple([call for _, call in self._calls])
        if self.flow.running:
            note.made_by = self.flow.running[-1].node.name()
        node.metadata[KEY] = note
        self.newest = node
        self._clock = time.perf_counter()

    def _enter_module(self, module: Any, arguments: Any) -> None:
        if not self._calls:
            self.flow.names.add_model(module)
        name = self.flow.names.module_name(module)
        self._calls.append((module, Call(next(self._numbers), name, type(module).__name__)))

    def _leave_module(self, module: Any, *_: Any) -> None:
        # A forward that failed in a module whose hooks were not called leaves more than one.
        while self._calls and self._calls.pop()[0] is not module:
            pass

    def graph(self) -> Any:
        """The graph of the last backward; before any, that of the last operation. Raises RuntimeError where none was
        recorded, ValueError where it is too large to draw."""
        from .picture import Graph

        sweeps = self.flow.sweeps
        if not sweeps and self.newest is None:
            raise RuntimeError(
                "nothing to draw: no operation on a tensor that requires grad was recorded. Compute the result, and call "
                "backward() on it, inside of `with rushlight.view.record()`."
            )
        roots = sweeps[-1].roots if sweeps else [self.newest]
        names = sweeps[-1].names if sweeps else self.flow.names.looking_around(sys._getframe(1))
        return Graph(roots, self.flow, names)

    def save(self, path: Any, **options: Any) -> None:
        """`Graph.save` of `graph()`."""
        self.graph().save(path, **options)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self.graph()._repr_mimebundle_(include, exclude)

    def _repr_svg_(self) -> str:
        return self.graph()._repr_svg_()
