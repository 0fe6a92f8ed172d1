"""What is drawn: made from the nodes of the graph, what was noted of them, and the backwards that ran over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..autograd.graph import _reached
from ..core.node import Node, Output, node_of
from ..core.tensor import Tensor
from ..ops.language.overloads import aten_name
from .names import Names, Place, place_of
from .recording import KEY, Constant, Event, Flow, Note, Slot, Sweep
from .rules import Rule, op_of, rule_of
from .values import Summary, freeze, plain, summarize


@dataclass
class Vertex:
    """One box: an operation, a leaf, a tensor without a graph ("constant"), or what was left out ("more")."""

    id: int
    kind: str
    op: str
    name: str | None = None
    node: str = ""
    call: str = ""
    values: list[Summary | None] = field(default_factory=list)
    saved: list[tuple[str, str]] = field(default_factory=list)
    place: Place | None = None
    group: int | None = None
    made_by: str | None = None
    seconds: float | None = None
    backward_seconds: float | None = None
    #: What arrived here altogether; of a leaf, its `.grad`.
    gradient: Summary | None = None
    #: The gradient that backward began with, at a root.
    seed: Summary | None = None
    is_root: bool = False
    error: str | None = None
    hint: str | None = None

    @property
    def value(self) -> Summary | None:
        return self.values[0] if self.values else None

    @property
    def title(self) -> str:
        return self.name or self.op


@dataclass
class Edge:
    """From the vertex `source`, whose result number `nr` was used, to argument number `slot` of the vertex `target`."""

    id: int
    source: int
    target: int
    slot: int
    nr: int = 0
    differentiable: bool = True
    gradient: Summary | None = None
    #: Such as da/du; None where the program has no names for it.
    label: str | None = None
    #: Whether more than one edge brings a gradient to the source: this is a part of the sum.
    partial: bool = False
    rule: Rule | None = None


@dataclass
class Group:
    """One call of a module, and what it recorded."""

    id: int
    name: str
    kind: str
    parent: int | None
    depth: int


@dataclass
class Step:
    """One step of backward: a node that ran, or a leaf that got its gradient."""

    vertex: int
    kind: str  # "run", "accumulate", "capture"
    run: int
    arrived: list[Summary | None]
    sent: list[tuple[int, Summary]] = field(default_factory=list)
    before: Summary | None = None
    after: Summary | None = None
    error: str | None = None


@dataclass
class Model:
    vertices: list[Vertex]
    edges: list[Edge]
    groups: list[Group]
    steps: list[Step]
    hints: list[str]


FREED = "What was saved has been freed by backward. To see it, call backward(retain_graph=True), or draw before."
UNSEEN = "values and lines are known of what runs inside `with rushlight.view.record()`"


def build(roots: Sequence[Any], flow: Flow, names: Names, limit: int) -> Model:
    return _Builder(roots, flow, names, limit).model()


class _Builder:
    def __init__(self, roots: Sequence[Any], flow: Flow, names: Names, limit: int) -> None:
        self.roots, self.flow, self.names, self.limit = roots, flow, names, limit
        self.vertices: list[Vertex] = []
        self.edges: list[Edge] = []
        self.groups: dict[int, Group] = {}
        self.steps: list[Step] = []
        self.of: dict[Any, Vertex] = {}  # node, leaf, or the id of a constant
        self.by_slot: dict[tuple[Any, int], Edge] = {}
        self.cut = False
        self.kept: list[Constant] = []  # their tensors' ids are theirs as long as they live

    def model(self) -> Model:
        reached = list(_reached([r for r in self.roots if r is not None]))
        nodes = sorted((n for n in reached if isinstance(n, Node) and n._rank < 0), key=lambda n: n._rank)
        self.cut = len(nodes) > self.limit
        self.more = len(nodes) - self.limit
        shown = nodes[self.limit - 1 :: -1] if self.cut else nodes[::-1]
        targets = _targets(shown)
        for node in shown:
            self._operation(node, targets.get(node))
        for root in self.roots:
            node = node_of(root)
            if node in self.of:
                self.of[node].is_root = True
        for sweep in self.flow.sweeps:
            self._replay(sweep)
        for x, vertex in self.of.items():
            if isinstance(x, Tensor) and vertex.gradient is None and x._cold is not None and x._cold.grad is not None:
                vertex.gradient = summarize(freeze(x._cold.grad))
        self._label()
        return Model(
            self.vertices, self.edges, list(self.groups.values()), self.steps, self._hints(nodes[: self.limit])
        )

    def _hints(self, nodes: list[Node]) -> list[str]:
        found = []
        if any([n.values is None for n in nodes]) and not self.steps:
            found.append(FREED)
        if not any([_note(n) for n in nodes]):
            found.append(f"Drawn from the graph alone: {UNSEEN}.")
        if self.cut:
            found.append(f"Only the newest {self.limit} operations are drawn; {self.more} older ones are left out.")
        return found

    # Vertices.

    def _add(self, key: Any, kind: str, op: str, **about: Any) -> Vertex:
        vertex = self.of[key] = Vertex(len(self.vertices), kind, op, **about)
        self.vertices.append(vertex)
        return vertex

    def _operation(self, node: Node, target: str | None) -> None:
        note = _note(node)
        place = place_of(note.code, note.instruction) if note else None
        sources = [self._source(edge) for edge in node.edges]
        constants: list[tuple[int, Constant]] = []
        name = self.names.of_result(node, 0) or target
        vertex = self._add(
            node, "op", _operation_name(node), name=name, node=node.name(), place=place,
            saved=list(_saved(node, node.values)), group=self._group(note),
        )  # fmt: skip
        if note is not None:
            vertex.values = [summarize(r) for r in note.results]
            vertex.seconds, vertex.made_by = note.seconds, note.made_by
            constants = [(i, a) for i, a in enumerate(note.arguments) if isinstance(a, Constant)]
        elif node.saved.__class__ is tuple:
            found = [x for x in node.saved if isinstance(x, Tensor) and not x.requires_grad]
            constants = [(len(node.edges) + i, Constant(x)) for i, x in enumerate(found)]
            vertex.values = _own_results(node)
        for slot, (source, edge) in enumerate(zip(sources, node.edges)):
            if source is not None:
                self._connect(node, source, vertex, slot, edge.nr if isinstance(edge, Output) else 0)
        for slot, constant in constants:
            source = self._constant(constant, vertex)
            self._connect(None, source, vertex, slot + 1000, 0)
        vertex.call = self._call(vertex, note, sources)

    def _connect(self, node: Node | None, source: Vertex, target: Vertex, slot: int, nr: int) -> None:
        edge = Edge(len(self.edges), source.id, target.id, slot, nr, node is not None)
        self.edges.append(edge)
        if node is not None:
            self.by_slot[node, slot] = edge

    def _source(self, edge: Any) -> Vertex | None:
        target = node_of(edge)
        if target is None or (isinstance(target, Node) and target._rank > 0):
            return None
        if target in self.of:
            return self.of[target]
        if isinstance(target, Tensor):
            return self._leaf(target)
        return self.of.get("more") or self._add("more", "more", f"{self.more} more operations")

    def _leaf(self, x: Tensor) -> Vertex:
        return self._add(x, "leaf", "leaf", name=self.names.of_tensor(x), values=[summarize(freeze(x))])

    def _constant(self, constant: Constant, user: Vertex) -> Vertex:
        key = id(constant.tensor), constant.tensor._version if not constant.tensor.is_inference() else 0
        if key in self.of:
            return self.of[key]
        vertex = self._add(key, "constant", "constant", name=self.names.of_tensor(constant.tensor))
        vertex.values = [summarize(constant.payload)]
        self.kept.append(constant)
        return vertex

    def _call(self, vertex: Vertex, note: Note | None, sources: list[Vertex | None]) -> str:
        """The call as the program might write it: mul(w, 3)."""
        if note is None:
            return f"{vertex.op}({', '.join(s.title for s in sources if s is not None)})"
        parts = []
        for a in note.arguments:
            if isinstance(a, Slot):
                source = sources[a]
                parts.append(source.title if source is not None else "…")
            elif isinstance(a, Constant):
                parts.append(self._constant(a, vertex).title)
            else:
                parts.append(plain(a))
        return f"{vertex.op}({', '.join(parts)})"

    def _group(self, note: Note | None) -> int | None:
        parent = None
        for depth, call in enumerate(note.modules if note else ()):
            if call.number not in self.groups:
                self.groups[call.number] = Group(call.number, call.name, call.kind, parent, depth)
            parent = call.number
        return parent

    # Backward.

    def _replay(self, sweep: Sweep) -> None:
        run = 1 + max([s.run for s in self.steps], default=0)
        arrivals: dict[Any, list[tuple[Edge | None, Any]]] = {}
        roots = [node_of(root) for root in sweep.roots]
        for event in sweep.events:
            vertex = self.of.get(event.node)
            if vertex is None:
                continue
            self._run(run, vertex, event, arrivals, event.node in roots)
        ran = {event.node for event in sweep.events}
        wanted = {node_of(edge) for edge in sweep.wanted or ()}
        waiting = [key for key in arrivals if isinstance(key, Node) and key in self.of and key not in ran | wanted]
        if any([event.error for event in sweep.events]) or sweep.is_running():
            return  # leaves get their gradients last, and then all of them
        for key in waiting:
            self.of[key].error = "backward stopped before this operation: a hook raised an error"
        for key, parts in arrivals.items() if not waiting else ():
            if isinstance(key, Tensor) or (key in wanted and key not in ran):
                self._arrive(run, sweep, key, [p for _, p in parts])

    def _run(self, run: int, vertex: Vertex, event: Event, arrivals: dict[Any, Any], is_root: bool) -> None:
        arrived = [summarize(g) for g in event.arrived]
        vertex.gradient = arrived[0] if arrived else None
        vertex.backward_seconds, vertex.error = event.seconds, event.error
        if event.node.values is None:
            vertex.saved = list(_saved(event.node, event.values))
        if is_root and event.node not in arrivals:
            vertex.seed = vertex.gradient
        step = Step(vertex.id, "run", run, arrived, error=event.error)
        for slot, (target, gradient) in enumerate(zip(event.node.edges, event.sent)):
            edge = self.by_slot.get((event.node, slot))
            if edge is None or gradient is None:
                continue
            edge.gradient = summarize(gradient)
            assert edge.gradient is not None
            edge.rule = rule_of(event.node, slot, event.arrived, event.values)
            step.sent.append((edge.id, edge.gradient))
            arrivals.setdefault(node_of(target), []).append((edge, gradient))
        self.steps.append(step)

    def _arrive(self, run: int, sweep: Sweep, key: Any, parts: list[Any]) -> None:
        """All that arrived at a leaf, or at a tensor whose gradient was asked for."""
        vertex, total = self.of[key], parts[0]
        for part in parts[1:]:
            total = total + part
        arrived = summarize(total)
        if isinstance(key, Tensor) and sweep.accumulates:
            before = sweep.before.get(key)
            after = summarize(total if before is None else before + total)
            self.steps.append(Step(vertex.id, "accumulate", run, [arrived], before=summarize(before), after=after))
            vertex.gradient = after
        else:
            self.steps.append(Step(vertex.id, "capture", run, [arrived], after=arrived))
            vertex.gradient = arrived

    def _label(self) -> None:
        """da/du on each edge, where the program has names for a and u."""
        roots = [v for v in self.vertices if v.is_root]
        used: dict[int, int] = {}
        for edge in self.edges:
            if edge.gradient is not None:
                used[edge.source] = used.get(edge.source, 0) + 1
        for edge in self.edges:
            source = self.vertices[edge.source]
            edge.partial = used.get(edge.source, 0) > 1
            if len(roots) == 1 and roots[0].name and source.name and edge.differentiable:
                edge.label = f"d{roots[0].name}/d{source.name}"


def _operation_name(node: Node) -> str:
    """The operation as torch calls it: log_softmax for LogSoftmaxBackward0; a custom Function by its own name."""
    op = op_of(node)
    return node.short_name().rpartition("::")[2] if op is None else aten_name(op).strip("_")


def _note(node: Node) -> Note | None:
    return node.extras.metadata.get(KEY) if node.extras is not None else None


def _targets(nodes: Sequence[Node]) -> dict[Node, str]:
    """The variables that results went to, by the program's text. Of several operations in one call the last one made the
    result; where the first one comes again, in a loop, a new call begins."""
    found: dict[Node, str] = {}
    before: Note | None = None
    first = last = None
    for node in nodes:
        note = _note(node)
        if note is None:
            continue
        again = before is not None and (note.code, note.instruction) == (before.code, before.instruction)
        if again and node.op is not first and last is not None:
            found.pop(last, None)
        else:
            first = node.op
        place = place_of(note.code, note.instruction) if note.made_by is None else None
        if place is not None and place.target is not None:
            found[node] = place.target
        before, last = note, node
    return found


def _saved(node: Node, values: Sequence[Any] | None) -> Iterable[tuple[str, str]]:
    """What a node keeps for its rules, or kept when it ran: name and value."""
    if values is None:
        yield "saved tensors", "freed"
        return
    names = {i: name for name, i in getattr(node.shown(), "saved_names", {}).items()}
    packed = node.saved.handles if node.saved.__class__ is not tuple else ()  # type: ignore[attr-defined]
    for i, value in enumerate(values):
        if value is not None:
            yield names.get(i, f"saved {i}"), Summary(value).text if hasattr(value, "dtype") else plain(value)
        elif i in packed:
            yield names.get(i, f"saved {i}"), "packed by hooks"


def _own_results(node: Node) -> list[Summary | None]:
    """The result of an operation that saved it for its own rules."""
    op = op_of(node)
    if op is None or node.several or node.values is None or "out" not in op.saves:
        return []
    value = node.values[op.saves.index("out")] if len(node.values) > op.saves.index("out") else None
    return [summarize(freeze(value))] if hasattr(value, "dtype") else []
