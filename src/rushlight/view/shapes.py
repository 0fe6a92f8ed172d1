"""The drawing as simple shapes, which `svg` and `png` turn into pictures: cards, frames, edges, and how they look."""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from .layout import Box, Drawing, layout
from .model import Edge, Group, Model, Vertex

#: The colours of both themes, by what they are for.
THEMES = {
    "light": {
        "paper": "#ffffff", "ink": "#1f2933", "quiet": "#6b7785", "card": "#ffffff", "border": "#b8c1cc", "leaf": "#eaf5ec",
        "leaf-border": "#5c9c6c", "constant": "#f5f6f7", "root-border": "#3b5bdb", "frame": "#f4f6f9", "frame-border": "#d5dbe3",
        "edge": "#98a2ae", "gradient": "#c2410c", "error": "#c92a2a", "error-card": "#fff1f0", "bars": "#9db4d6",
    },
    "dark": {
        "paper": "#16191d", "ink": "#e6e9ed", "quiet": "#939eab", "card": "#21262c", "border": "#4a5460", "leaf": "#1d2f24",
        "leaf-border": "#5fa573", "constant": "#1c2025", "root-border": "#7c95ff", "frame": "#1b1f24", "frame-border": "#343b44",
        "edge": "#6d7884", "gradient": "#ff9d66", "error": "#ff8787", "error-card": "#3a1f1f", "bars": "#4d678f",
    },
}  # fmt: skip

#: Classes of shapes: fill, stroke, width of the stroke, dashes.
LOOKS = {
    "card": ("card", "border", 1.2, ""), "leaf": ("leaf", "leaf-border", 1.2, ""),
    "constant": ("constant", "border", 1.2, "4 3"), "more": ("constant", "border", 1.2, "2 3"),
    "root": ("card", "root-border", 2.0, ""), "error": ("error-card", "error", 2.0, ""), "group": ("frame", "border", 1.2, ""),
    "frame": ("frame", "frame-border", 1.0, ""), "edge": ("", "edge", 1.4, ""), "tip": ("edge", "", 0, ""),
    "flow": ("", "gradient", 1.4, ""), "flowtip": ("gradient", "", 0, ""), "bars": ("bars", "", 0, ""),
}  # fmt: skip
#: Classes of text: colour, size, weight.
WRITING = {
    "name": ("ink", 13, 600), "op": ("quiet", 12, 400), "value": ("ink", 11.5, 400), "type": ("quiet", 10, 400),
    "gradient": ("gradient", 11, 400), "label": ("quiet", 11, 600), "wrong": ("error", 11, 400), "hint": ("quiet", 10.5, 400),
}  # fmt: skip
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', monospace"

LINE, MARGIN, SIDE = 15.0, 9.0, 12.0
BARS = 18.0
#: The gradient's line runs beside the edge.
BESIDE = 5.0


@dataclass
class Shape:
    """A rectangle, a path (kind "path", through `points`: M, then triples of a cubic), a polygon, or a text."""

    kind: str
    look: str
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0
    points: list[tuple[float, float]] = field(default_factory=list)
    text: str = ""
    role: str = ""


class Part(NamedTuple):
    """Shapes that belong together, and where: of a vertex, a group, an edge."""

    id: str
    what: str
    x: float
    y: float
    shapes: list[Shape]


def text_width(text: str, size: float) -> float:
    """In a fixed-width font, where wide letters count twice."""
    if text.isascii():
        return size * 0.605 * len(text)
    return size * 0.605 * sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def clipped(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1] + "…"


# Cards.


class Card:
    """What a box says, line by line, and its size."""

    def __init__(self, look: str) -> None:
        self.look = look
        self.lines: list[list[tuple[str, str, str]]] = []  # of (look, text, role)
        self.bars: list[int] = []

    def line(self, *words: tuple[str, str], role: str = "") -> None:
        self.lines.append([(look, text, role) for look, text in words if text])

    @cached_property
    def size(self) -> tuple[float, float]:
        width = max(
            [sum(text_width(t + " ", WRITING[look][1]) for look, t, _ in line) for line in self.lines], default=40
        )
        return max(64.0, width + 2 * SIDE - 6), len(self.lines) * LINE + 2 * MARGIN - 2 + (BARS if self.bars else 0)

    def shapes(self) -> list[Shape]:
        width, height = self.size
        shapes = [Shape("rect", self.look, 0, 0, width, height)]
        y = MARGIN
        for number, line in enumerate(self.lines):
            x = SIDE
            for look, text, role in line:
                shapes.append(Shape("text", look, x, y + 11, text=text.rstrip(), role=role))
                x += text_width(text + " ", WRITING[look][1])
            y += LINE
            if self.bars and number == len(self.lines) - 2:
                shapes.append(Shape("polygon", "bars", points=_bars(self.bars, SIDE, y, width - 2 * SIDE, BARS - 4)))
                y += BARS
        return shapes


def _bars(counts: list[int], x: float, y: float, width: float, height: float) -> list[tuple[float, float]]:
    step, most = width / len(counts), max(counts)
    points = [(x, y + height)]
    for i, count in enumerate(counts):
        top = y + height * (1 - count / most)
        points += [(x + i * step, top), (x + (i + 1) * step, top)]
    return [*points, (x + width, y + height)]


def card_of(vertex: Vertex) -> Card:
    look = {"leaf": "leaf", "constant": "constant", "more": "more"}.get(
        vertex.kind, "root" if vertex.is_root else "card"
    )
    card = Card("error" if vertex.error else look)
    title = vertex.name or vertex.op
    card.line(("name", clipped(title, 34)), ("op", vertex.op if vertex.name and vertex.kind == "op" else ""))
    value = vertex.value
    for line in value.text.splitlines()[:6] if value is not None else ():
        card.line(("value", clipped(line, 44)))
    if value is not None:
        several = f" ×{len(vertex.values)}" if len(vertex.values) > 1 else ""
        card.bars = value.histogram()
        card.line(("type", value.type + several))
    if vertex.made_by:
        card.line(("type", f"in {clipped(vertex.made_by, 34)}"))
    if vertex.kind == "leaf":
        text = clipped(vertex.gradient.short.replace("\n", " "), 30) if vertex.gradient is not None else "None"
        card.line(("gradient", f".grad {text:4}"), role="grad")  # as wide as None
    if vertex.error:
        for line in wrapped(vertex.error, 44)[:5]:
            card.line(("wrong", line))
    return card


def wrapped(text: str, letters: int) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > letters:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [clipped(part, letters) for part in [*lines, line]]


def card_of_group(group: Group, members: Iterable[Vertex]) -> Card:
    found = list(members)
    card = Card("group")
    card.line(("name", clipped(group.name or group.kind, 34)), ("op", group.kind if group.name else ""))
    operations = sum(v.kind == "op" for v in found)
    numbers = sum(v.value.size for v in found if v.kind == "leaf" and v.value is not None)
    card.line(("type", f"{operations} ops, {numbers:,} parameters" if numbers else f"{operations} ops"))
    return card


# The scene.


def edge_text(edge: Edge) -> str:
    """What stands beside the gradient of an edge."""
    if edge.gradient is None:
        return ""
    short = clipped(edge.gradient.short.replace("\n", " "), 30)
    if edge.label is None:
        return f"+ {short}" if edge.partial else short
    return f"{edge.label} {'+=' if edge.partial else '='} {short}"


class Scene:
    """Everything that is to be drawn, with its place. Of a group in `closed` only the card is."""

    def __init__(self, model: Model, closed: frozenset[int] = frozenset()) -> None:
        self.model, self.closed = model, closed
        groups = {g.id: g for g in model.groups}
        self.around = {g.id: g.parent for g in model.groups}
        self.home = homes(model)
        self.members: dict[int, list[Vertex]] = {g: [] for g in groups}
        for vertex in model.vertices:
            for g in self._outward(self.home[vertex.id]):
                self.members[g].append(vertex)
        self.hidden = {g for g in groups if any(a in closed for a in self._outward(self.around[g]))}
        self.cards: dict[Hashable, Card] = {}
        inside: dict[Hashable, Hashable] = {}
        for g, group in groups.items():
            if g in closed and g not in self.hidden:
                self.cards["g", g] = card_of_group(group, self.members[g])
                inside["g", g] = self._frame(self.around[g])
        for vertex in model.vertices:
            if not any(g in closed for g in self._outward(self.home[vertex.id])):
                self.cards["v", vertex.id] = card_of(vertex)
                inside["v", vertex.id] = self._frame(self.home[vertex.id])
        self.inside = inside
        self.frames = {
            ("f", g): self._frame(self.around[g]) for g in groups if g not in closed and g not in self.hidden
        }
        self.edges = self._visible_edges()
        self.drawing = layout(self._sizes(), dict(self.frames), inside, [(n, a, b) for n, a, b, _ in self.edges])

    def _frame(self, group: int | None) -> Hashable:
        return None if group is None else ("f", group)

    def _outward(self, group: int | None) -> Iterable[int]:
        while group is not None:
            yield group
            group = self.around[group]

    def seen_as(self, vertex: int) -> Hashable:
        """The card that stands for a vertex: its own, or that of the outermost closed group around it."""
        closed = [g for g in self._outward(self.home[vertex]) if g in self.closed]
        return ("g", closed[-1]) if closed else ("v", vertex)

    def _visible_edges(self) -> list[tuple[int, Hashable, Hashable, Edge]]:
        """Edges between cards; of several between the same two cards, one of which is a group, the first."""
        found, seen = [], set()
        for edge in sorted(self.model.edges, key=lambda e: (e.target, e.slot)):
            a, b = self.seen_as(edge.source), self.seen_as(edge.target)
            pair = (a, b) if a[0] == "g" or b[0] == "g" else (a, b, edge.id)  # type: ignore[index]
            if a != b and pair not in seen:
                seen.add(pair)
                found.append((edge.id, a, b, edge))
        return found

    def _sizes(self) -> dict[Hashable, tuple[float, float]]:
        sizes = {key: card.size for key, card in self.cards.items()}
        for _, a, _, edge in self.edges:
            if not edge.partial:
                width, height = sizes[a]
                sizes[a] = max(width, 2 * (text_width(edge_text(edge), 11) + BESIDE + 4)), height
        return sizes

    def place(self, key: Hashable) -> Box:
        """Where a card stands: in the middle of the place that it got."""
        box, (width, height) = self.drawing.boxes[key], self.cards[key].size
        return Box(box.x + (box.width - width) / 2, box.y + (box.height - height) / 2, width, height)


def homes(model: Model) -> dict[int, int | None]:
    """The group that each vertex stands in: leaves and constants where all that use them stand."""
    around = {g.id: g.parent for g in model.groups}

    def outward(group: int | None) -> list[int]:
        found = []
        while group is not None:
            found.append(group)
            group = around[group]
        return found

    users: dict[int, list[int]] = {}
    for edge in model.edges:
        users.setdefault(edge.source, []).append(edge.target)
    home = {v.id: v.group for v in model.vertices}
    for vertex in model.vertices:
        if vertex.kind != "op" and vertex.id in users:
            chains = [outward(model.vertices[u].group) for u in users[vertex.id]]
            home[vertex.id] = next((g for g in chains[0] if all(g in chain for chain in chains)), None)
    return home


#: A drawing with more cards than this is opened only so far.
COMFORTABLE = 18


def closed_groups(model: Model, expand: int | None) -> frozenset[int]:
    """The groups that stay closed: those below `expand` levels, or, if that is None, as many as keep it readable."""
    if expand is not None:
        return frozenset(g.id for g in model.groups if g.depth >= expand)
    deepest = max([g.depth for g in model.groups], default=-1) + 1
    home = homes(model)
    depth = {g.id: g.depth for g in model.groups}
    depth_of = {v: depth[g] + 1 if g is not None else 0 for v, g in home.items()}
    for level in range(deepest, 0, -1):
        shown = sum(d <= level for d in depth_of.values()) + sum(g.depth == level for g in model.groups)
        if shown <= COMFORTABLE:
            return frozenset(g.id for g in model.groups if g.depth >= level)
    return frozenset(g.id for g in model.groups if g.depth >= 1)


def attachments(scene: Scene) -> dict[int, list[tuple[float, float, Hashable]]]:
    """For each edge its whole way: from its place below the source, through its waypoints, to its place on the target."""
    ways = {}
    leaving: dict[Hashable, list[int]] = {}
    arriving: dict[Hashable, list[int]] = {}
    for number, a, b, _ in scene.edges:
        source, target = scene.place(a), scene.place(b)
        start = (source.x + source.width / 2, source.y + source.height, scene.inside[a])
        end = (target.x + target.width / 2, target.y, scene.inside[b])
        ways[number] = [start, *scene.drawing.routes[number], end]
        leaving.setdefault(a, []).append(number)
        arriving.setdefault(b, []).append(number)
    for ends, last in ((leaving, 0), (arriving, -1)):
        for key, numbers in ends.items():
            _fan_out([ways[n] for n in sorted(numbers)], scene.cards[key].size[0], last)
    return ways


def _fan_out(ways: list[list[tuple[float, float, Hashable]]], width: float, end: int) -> None:
    """Gives the ends of several edges at one card places of their own; edges that run together on to one waypoint share
    theirs."""
    bundles: dict[Hashable, list[list[tuple[float, float, Hashable]]]] = {}
    for number, way in enumerate(ways):
        following = way[-2 if end else 1]
        bundles.setdefault(following if len(way) > 2 else number, []).append(way)
    ordered = sorted(bundles.values(), key=lambda bundle: bundle[0][-2 if end else 1][0])
    step = min(26.0, (width - 16) / len(ordered))
    for i, bundle in enumerate(ordered):
        for way in bundle:
            x, y, frame = way[end]
            way[end] = (x + (i - (len(ordered) - 1) / 2) * step, y, frame)


def curve(way: list[tuple[float, float]], beside: float = 0.0) -> list[tuple[float, float]]:
    """A smooth line through points, upright at each: the first point, then three for every cubic. `beside`: how far to the
    east of it, and where it turns, to its left hand all the same."""
    points = [(way[0][0] + beside, way[0][1])]
    for (px, py), (qx, qy) in pairwise(way):
        middle = (py + qy) / 2 - beside * max(-1.0, min(1.0, (qx - px) / 24))
        points += [(px + beside, middle), (qx + beside, middle), (qx + beside, qy)]
    return points


def tip(x: float, y: float, up: bool) -> list[tuple[float, float]]:
    """An arrow's head that ends at a point."""
    back = 6.5 if up else -6.5
    return [(x, y), (x - 3.2, y + back), (x + 3.2, y + back)]


def edge_shapes(edge: Edge, way: list[tuple[float, float]], place: tuple[int, int]) -> list[Shape]:
    (x, y), (start_x, start_y) = way[-1], way[0]
    line = [*way[:-1], (x, y - 4)]
    look = [Shape("path", "edge", points=curve(line)), Shape("polygon", "tip", points=tip(x, y, False))]
    text = edge_text(edge)
    if text:
        look.append(Shape("path", "flow", points=curve([(start_x, start_y + 4), *way[1:]], BESIDE), role="flow"))
        look.append(Shape("polygon", "flowtip", points=tip(start_x + BESIDE, start_y, True), role="flow"))
        look.append(Shape("text", "gradient", *label_place(way, edge.partial, place, text), text=text, role="flow"))
    return look


def label_place(
    way: list[tuple[float, float]], partial: bool, place: tuple[int, int], text: str
) -> tuple[float, float]:
    """To the right of where the line leaves the source; where several edges leave it, beside where it meets the target, as
    the `place` (number, of how many) there has it."""
    if not partial:
        return way[0][0] + BESIDE + 4, way[0][1] + 15
    number, count = place
    x, y = way[-1][0], way[-1][1] - 9 - 12 * (min(number, count - 1 - number) % 3)
    return (x - 6 - text_width(text, 11) if number < count // 2 else x + BESIDE + 4), y


def seed_shapes(vertex: Vertex, box: Box, root: str | None) -> list[Shape]:
    """The gradient that backward began with, below a root."""
    if vertex.seed is None:
        return []
    x, y = box.x + box.width / 2, box.y + box.height
    text = clipped(vertex.seed.short.replace("\n", " "), 30)
    label = f"d{root}/d{root} = {text}" if root else text
    return [
        Shape("path", "flow", points=curve([(x, y + 4), (x, y + 30)]), role="seed"),
        Shape("polygon", "flowtip", points=tip(x, y, True), role="seed"),
        Shape("text", "gradient", x + 8, y + 24, text=label, role="seed"),
    ]


def parts(scene: Scene) -> list[Part]:
    """Frames from the outside in, then edges, then cards."""
    found = []
    names = {g.id: g for g in scene.model.groups}
    for frame in sorted(scene.frames, key=lambda f: names[f[1]].depth):
        group, box = names[frame[1]], scene.drawing.boxes[frame]
        title = f"{group.name}  {group.kind}" if group.name else group.kind
        shapes = [
            Shape("rect", "frame", 0, 0, box.width, box.height),
            Shape("text", "label", 10, 17, text=clipped(title, 60)),
        ]
        found.append(Part(f"f{group.id}", "frame", box.x, box.y, shapes))
    ways = attachments(scene)
    places = places_on_targets(scene, ways)
    for number, _, _, edge in scene.edges:
        way = [(x, y) for x, y, _ in ways[number]]
        found.append(Part(f"e{number}", "edge", 0, 0, edge_shapes(edge, way, places[number])))
    for key, card in scene.cards.items():
        box, (kind, number) = scene.place(key), key  # type: ignore[misc]
        shapes = card.shapes()
        if kind == "v":
            vertex = scene.model.vertices[number]
            shapes += seed_shapes(vertex, Box(0, 0, box.width, box.height), vertex.name)
        found.append(Part(f"{kind}{number}", "group" if kind == "g" else "vertex", box.x, box.y, shapes))
    return found


def places_on_targets(scene: Scene, ways: dict[int, list[tuple[float, float, Hashable]]]) -> dict[int, tuple[int, int]]:
    """For each edge its number among those that meet the same card, from the left, and how many they are."""
    arriving: dict[Hashable, list[int]] = {}
    for number, _, b, _ in scene.edges:
        arriving.setdefault(b, []).append(number)
    found = {}
    for numbers in arriving.values():
        for i, number in enumerate(sorted(numbers, key=lambda n: ways[n][-1][0])):
            found[number] = i, len(numbers)
    return found


def extent(drawing: Drawing, drawn: list[Part]) -> Box:
    """What the picture shows of the plane: the drawing, what stands beside and below it, and a margin."""
    texts = [(p.x + s.x, text_width(s.text, WRITING[s.look][1])) for p in drawn for s in p.shapes if s.kind == "text"]
    left = min([0.0, *[x for x, _ in texts]]) - 20
    right = max([drawing.width, *[x + width for x, width in texts]]) + 20
    seeds = any(shape.role == "seed" for part in drawn for shape in part.shapes)
    return Box(left, -20, max(300.0, right - left), drawing.height + (76 if seeds else 40))
