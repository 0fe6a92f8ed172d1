"""Where everything stands: a layered drawing, layer upon layer of what was computed, nested where modules nest.

Each module that is open is a drawing of its own and a box in the drawing around it. In one drawing (K. Sugiyama, S. Tagawa,
M. Toda, Methods for visual understanding of hierarchical system structures, 1981):

    layers      an item stands just above what uses it first: leaves come next to their operations
    waypoints   an edge that passes a layer gets a place in it
    order       items of a layer by the mean place of their neighbours, up and down, a few times; the best order is kept
    places      the nearest places to the neighbours' that keep the order and the distances: an isotonic regression
                (the pool-adjacent-violators algorithm; M. Ayer and others, 1955)

Everything is linear in the number of edges but for sorting. docs/view.md says what else was weighed.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

#: Between neighbours in a layer, between layers, between the frame of a module and its layers, inside of it, above it.
GAP, LAYER_GAP, PORT_GAP, PADDING, HEADER = 22.0, 54.0, 24.0, 16.0, 26.0
SWEEPS = 8


@dataclass
class Box:
    """The top left corner and the size of something, in the whole drawing."""

    x: float
    y: float
    width: float
    height: float


@dataclass
class Drawing:
    """Boxes by key, and for each edge the points that it goes through, with the frame (None: outermost) each lies in."""

    boxes: dict[Hashable, Box] = field(default_factory=dict)
    routes: dict[int, list[tuple[float, float, Hashable]]] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0


class _Item:
    """Something with a place in one layer: a box, a frame, or (key None) the waypoint of an edge."""

    __slots__ = ("above", "below", "centre", "height", "key", "layer", "level", "width", "y")

    def __init__(self, key: Hashable, width: float, height: float) -> None:
        self.key, self.width, self.height = key, width, height
        self.above: list[_Item] = []
        self.below: list[_Item] = []
        self.layer, self.centre, self.y = 0, 0.0, 0.0
        self.level: Level | None = None


class Level:
    """One drawing: the inside of a frame, or the whole."""

    def __init__(self, key: Hashable, above: Level | None) -> None:
        self.key, self.above = key, above
        self.items: dict[Hashable, _Item] = {}
        self.edges: list[tuple[_Item, _Item, int]] = []
        self.paths: dict[int, list[_Item]] = {}
        self.entries: dict[Hashable, _Item] = {}
        self.exits: dict[Hashable, _Item] = {}
        self.width = self.height = 0.0
        self.tops: list[float] = []
        self.depths: list[float] = []

    def port(self, ports: dict[Hashable, _Item], source: Hashable) -> _Item:
        """Where an edge from `source` comes in through the frame, or goes out."""
        if source not in ports:
            ports[source] = _Item(None, 4.0, 0.0)
        return ports[source]

    # Layers.

    def arrange(self) -> None:
        for item in self.items.values():
            if item.level is not None:
                item.level.arrange()
                item.width, item.height = item.level.width, item.level.height
        count = self._layers()
        rows: list[list[_Item]] = [[] for _ in range(count)]
        for item in self._everything():
            rows[item.layer].append(item)
        self._link(rows)
        rows = _ordered(rows)
        _place(rows)
        self._measure(rows)

    def _everything(self) -> Iterable[_Item]:
        yield from self.entries.values()
        yield from self.items.values()
        yield from self.exits.values()

    def _layers(self) -> int:
        """Numbers the layers: as far down as what an item feeds allows."""
        below: dict[_Item, list[_Item]] = {item: [] for item in self._everything()}
        for source, target, _ in self.edges:
            below[source].append(target)
        heights: dict[_Item, int] = dict.fromkeys(self.exits.values(), 0)
        lowest = 1 if self.exits else 0
        for item in _after_their_targets(below):
            if item not in heights:
                heights[item] = max([1 + heights[t] for t in below[item] if t in heights], default=lowest)
        top = max(heights.values(), default=0)
        if self.entries:
            top = max(top, 1 + max([heights[i] for i in self.items.values()], default=0))
        for item, height in heights.items():
            item.layer = top - height
        for item in self.entries.values():
            item.layer = 0
        return top + 1

    def _link(self, rows: list[list[_Item]]) -> None:
        """Splits edges at every layer that they pass."""
        for source, target, key in self.edges:
            path, step = [source], 1 if target.layer >= source.layer else -1
            for layer in range(source.layer + step, target.layer, step):
                waypoint = _Item(None, 6.0, 0.0)
                waypoint.layer = layer
                rows[layer].append(waypoint)
                path.append(waypoint)
            path.append(target)
            self.paths[key] = path
            for a, b in pairwise(path):
                upper, lower = (a, b) if a.layer <= b.layer else (b, a)
                upper.below.append(lower)
                lower.above.append(upper)

    def _measure(self, rows: list[list[_Item]]) -> None:
        framed = self.key is not None
        y = HEADER if framed else 0.0
        left = min([i.centre - i.width / 2 for row in rows for i in row], default=0.0)
        right = max([i.centre + i.width / 2 for row in rows for i in row], default=0.0)
        edge = PADDING if framed else 0.0
        for number, row in enumerate(rows):
            height = max([i.height for i in row], default=0.0)
            self.tops.append(y)
            self.depths.append(height)
            for item in row:
                item.y = y + (height - item.height) / 2
                item.centre += edge - left
            ports = framed and ((number == 0 and self.entries) or (number == len(rows) - 2 and self.exits))
            y += height + (PORT_GAP if ports else LAYER_GAP)
        y -= LAYER_GAP
        self.width, self.height = right - left + 2 * edge, max(0.0, y) + (PADDING / 2 if framed else 0.0)


def _after_their_targets(below: dict[_Item, list[_Item]]) -> list[_Item]:
    """All items, each after those that it leads to (but for one edge of a circle), without recursion."""
    done: list[_Item] = []
    seen: set[_Item] = set()
    for start in below:
        stack = [(start, iter(below[start]))] if start not in seen else []
        seen.add(start)
        while stack:
            item, targets = stack[-1]
            following = next((t for t in targets if t not in seen), None)
            if following is None:
                done.append(item)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(below[following])))
    return done


# Order.


def _ordered(rows: list[list[_Item]]) -> list[list[_Item]]:
    """The rows with few crossings."""
    rows = _as_reached(rows)
    best, fewest = rows, _crossings(rows)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        rows = [list(row) for row in rows]
        down = sweep % 2 == 0
        for row in rows[1:] if down else reversed(rows[:-1]):
            _sort(row, rows[row[0].layer + (-1 if down else 1)] if row else [], down)
        crossings = _crossings(rows)
        if crossings < fewest:
            best, fewest = rows, crossings
    return best


def _as_reached(rows: list[list[_Item]]) -> list[list[_Item]]:
    """The order in which a walk from the results upwards comes by, arguments from left to right."""
    found: list[list[_Item]] = [[] for _ in rows]
    seen: set[_Item] = set()
    for row in reversed(rows):
        for start in row:
            stack = [start]
            while stack:
                item = stack.pop()
                if item not in seen:
                    seen.add(item)
                    found[item.layer].append(item)
                    stack.extend(reversed(item.above))
    return found


def _sort(row: list[_Item], neighbours: Sequence[_Item], down: bool) -> None:
    places = {item: i for i, item in enumerate(neighbours)}
    means = {}
    for i, item in enumerate(row):
        found = [places[n] for n in (item.above if down else item.below) if n in places]
        means[item] = sum(found) / len(found) if found else i * len(neighbours) / len(row)
    row.sort(key=means.__getitem__)


def _crossings(rows: list[list[_Item]]) -> int:
    count = 0
    for upper, lower in pairwise(rows):
        places = {item: i for i, item in enumerate(lower)}
        passed: list[int] = []
        for item in upper:
            targets = sorted(places[b] for b in item.below if b in places)
            for t in targets:
                count += len(passed) - bisect_right(passed, t)
            for t in targets:
                insort(passed, t)
    return count


# Places.


def _place(rows: list[list[_Item]]) -> None:
    for row in rows:
        x = 0.0
        for item in row:
            item.centre = x + item.width / 2
            x += item.width + GAP
        for item in row:
            item.centre -= x / 2
    for sweep in range(2 * SWEEPS):
        both = sweep >= SWEEPS
        for row in rows if sweep % 2 else reversed(rows):
            wanted, weights = [], []
            for item in row:
                near = [*item.above, *item.below] if both else item.above if sweep % 2 else item.below
                strengths = [8.0 if n.key is None and item.key is None else 1.0 for n in near]
                total = sum(strengths)
                pull = sum(s * n.centre for s, n in zip(strengths, near))
                wanted.append(pull / total if total else item.centre)
                weights.append(4.0 if item.key is None else 1.0 if near else 0.05)
            for item, x in zip(row, spread(wanted, weights, [item.width for item in row])):
                item.centre = x


def spread(wanted: Sequence[float], weights: Sequence[float], widths: Sequence[float]) -> list[float]:
    """The centres nearest to `wanted` (least squares) at which boxes of these widths keep their order and distance."""
    offsets, offset = [], 0.0
    for i, width in enumerate(widths):
        offset += (widths[i - 1] + width) / 2 + GAP if i else 0.0
        offsets.append(offset)
    blocks: list[list[float]] = []  # weight, mean, how many
    for target, weight, shift in zip(wanted, weights, offsets):
        blocks.append([weight, target - shift, 1])
        while len(blocks) > 1 and blocks[-2][1] >= blocks[-1][1]:
            weight_b, mean_b, count_b = blocks.pop()
            weight_a, mean_a, count_a = blocks[-1]
            together = weight_a + weight_b
            blocks[-1] = [together, (weight_a * mean_a + weight_b * mean_b) / together, count_a + count_b]
    means = [mean for _, mean, count in blocks for _ in range(int(count))]
    return [mean + shift for mean, shift in zip(means, offsets)]


# The whole.


def layout(sizes: dict[Hashable, tuple[float, float]], frames: dict[Hashable, Hashable], inside: dict[Hashable, Hashable],
           edges: Sequence[tuple[int, Hashable, Hashable]]) -> Drawing:  # fmt: skip
    """The drawing of boxes in frames.

    Args:
        sizes: width and height of every box.
        frames: for every frame the frame around it, or None.
        inside: for every box the frame that it stands in, or None.
        edges: number, source and target of each edge, in the order of a target's arguments.
    """
    levels: dict[Hashable, Level] = {}
    whole = Level(None, None)

    def level_of(frame: Hashable) -> Level:
        if frame is None:
            return whole
        if frame not in levels:
            around = level_of(frames[frame])
            item = around.items[frame] = _Item(frame, 0.0, 0.0)
            item.level = levels[frame] = Level(frame, around)
        return levels[frame]

    for key, (width, height) in sizes.items():
        level_of(inside.get(key)).items[key] = _Item(key, width, height)
    trails: dict[int, list[Level]] = {}
    for number, source, target in edges:
        trails[number] = _thread(number, source, target, level_of(inside.get(source)), level_of(inside.get(target)))
    whole.arrange()
    drawing = Drawing(width=whole.width, height=whole.height)
    origins: dict[Level, tuple[float, float]] = {}
    _collect(whole, drawing, origins)
    for number, trail in trails.items():
        drawing.routes[number] = [point for level in trail for point in _points(level, number, origins[level])]
    return drawing


def _thread(number: int, source: Hashable, target: Hashable, start: Level, end: Level) -> list[Level]:
    """Leads an edge out of the frames around its source and into those around its target."""
    outward, inward = _chain(start), _chain(end)
    common = next(level for level in outward if level in inward)
    trail = []
    item = start.items[source]
    for level in outward[: outward.index(common)]:
        level.edges.append((item, level.port(level.exits, source), number))
        trail.append(level)
        assert level.above is not None
        item = level.above.items[level.key]
    into = inward[: inward.index(common)]
    last = common.items[into[-1].key] if into else common.items[target]
    common.edges.append((item, last, number))
    trail.append(common)
    for i, level in reversed(list(enumerate(into))):
        goal = level.items[into[i - 1].key] if i else level.items[target]
        level.edges.append((level.port(level.entries, source), goal, number))
        trail.append(level)
    return trail


def _chain(level: Level | None) -> list[Level]:
    found = []
    while level is not None:
        found.append(level)
        level = level.above
    return found


def _collect(whole: Level, drawing: Drawing, origins: dict[Level, tuple[float, float]]) -> None:
    stack = [(whole, 0.0, 0.0)]
    while stack:
        level, x, y = stack.pop()
        origins[level] = x, y
        for key, item in level.items.items():
            left = x + item.centre - item.width / 2
            drawing.boxes[key] = Box(left, y + item.y, item.width, item.height)
            if item.level is not None:
                stack.append((item.level, left, y + item.y))


def _points(level: Level, number: int, origin: tuple[float, float]) -> list[tuple[float, float, Any]]:
    """The waypoints of an edge in one level: it passes a layer straight."""
    found: list[tuple[float, float, Any]] = []
    for item in level.paths[number]:
        if item.key is None:
            x, top = origin[0] + item.centre, origin[1] + level.tops[item.layer]
            bottom = top + level.depths[item.layer]
            found.append((x, top, level.key))
            if bottom > top:
                found.append((x, bottom, level.key))
    return found
