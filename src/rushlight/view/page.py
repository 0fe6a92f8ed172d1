"""The graph as a page: one file, with the drawing, what is known of every part of it, and the steps of backward."""

from __future__ import annotations

import json
from html import escape
from importlib.resources import files
from typing import Any

from .layout import Box
from .model import Edge, Model, Step, Vertex
from .shapes import (
    THEMES,
    Card,
    Part,
    Scene,
    attachments,
    card_of_group,
    closed_groups,
    edge_text,
    parts,
    places_on_targets,
)
from .svg import markup, printable, style
from .values import Summary

#: Longer texts are cut.
LONGEST = 1200


def draw(model: Model, title: str, language: str) -> str:
    """The page. Raises ValueError for a language that it does not speak."""
    if language not in ("auto", "en", "zh"):
        raise ValueError(f"language must be 'auto', 'en' or 'zh', not {language!r}")
    scene = Scene(model)
    cards = {g.id: card_of_group(g, scene.members[g.id]) for g in model.groups}
    drawn = parts(scene) + [_group_part(g, card, scene) for g, card in cards.items()]
    order = ["frame", "edge", "vertex", "group"]
    body = "".join(markup(part) for part in sorted(drawn, key=lambda part: order.index(part.what)))
    text = _read("page.html")
    for mark, content in {
        "{{title}}": escape(title),
        "{{style}}": style("light") + _read("page.css"),
        "{{drawing}}": body,
        "{{data}}": _json(_data(model, scene, cards, language)),
        "{{script}}": _read("page.js"),
    }.items():
        before, after = text.split(mark, 1)
        text = before + content + after
    return text


def _read(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _json(data: Any) -> str:
    """JSON that may stand in a page: nothing in it ends the script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.translate({ord(c): f"\\u{ord(c):04x}" for c in "&<>\u2028\u2029"})


def _group_part(number: int, card: Card, scene: Scene) -> Part:
    box, (width, height) = scene.drawing.boxes["f", number], card.size
    x, y = box.x + (box.width - width) / 2, box.y + (box.height - height) / 2
    return Part(f"g{number}", "group", x, y, card.shapes())


def _data(model: Model, scene: Scene, cards: dict[int, Card], language: str) -> dict[str, Any]:
    ways = attachments(scene)
    places = places_on_targets(scene, ways)
    closed = closed_groups(model, None)
    rules = list(dict.fromkeys((e.rule.source, e.rule.where) for e in model.edges if e.rule))
    return {
        "language": language,
        "themes": THEMES,
        "hints": model.hints,
        "open": [g.id for g in model.groups if g.id not in closed],
        "groups": [
            {
                "id": g.id, "name": _cut(g.name), "kind": _cut(g.kind), "parent": g.parent,
                "box": _box(scene.drawing.boxes["f", g.id]), "card": [round(n, 1) for n in cards[g.id].size],
                "operations": sum(v.kind == "op" for v in scene.members[g.id]),
                "numbers": sum(v.value.size for v in scene.members[g.id] if v.kind == "leaf" and v.value is not None),
            }
            for g in model.groups
        ],
        "vertices": [_vertex(v, scene) for v in model.vertices],
        "edges": [_edge(e, ways[e.id], places[e.id], rules) for e in model.edges if e.id in ways],
        "rules": [{"source": _cut(source), "where": where} for source, where in rules],
        "steps": [_step(s, model) for s in model.steps],
    }  # fmt: skip


def _cut(text: str) -> str:
    return printable(text if len(text) <= LONGEST else text[:LONGEST] + " …")


def _box(box: Box) -> list[float]:
    return [round(n, 1) for n in (box.x, box.y, box.width, box.height)]


def _summary(s: Summary | None) -> dict[str, Any] | None:
    if s is None:
        return None
    found: dict[str, Any] = {
        "text": _cut(s.text),
        "short": s.short.replace("\n", " "),
        "type": s.type,
        "bytes": s.bytes,
    }
    return found if s.whole else {**found, "statistics": {k: f"{n:.5g}" for k, n in s.statistics.items()}}


def _brief(s: Summary | None) -> dict[str, str] | None:
    return None if s is None else {"text": _cut(s.text), "short": s.short.replace("\n", " ")}


def _vertex(v: Vertex, scene: Scene) -> dict[str, Any]:
    place = v.place
    return {
        "id": v.id, "kind": v.kind, "op": v.op, "name": v.name and _cut(v.name), "node": v.node, "call": _cut(v.call),
        "box": _box(scene.place(("v", v.id))), "room": round(scene.drawing.boxes["v", v.id].width, 1),
        "home": scene.home[v.id], "root": v.is_root, "values": [_summary(s) for s in v.values],
        "saved": [[name, _cut(text)] for name, text in v.saved], "gradient": _brief(v.gradient),
        "error": v.error and _cut(v.error),
        "made": v.made_by, "seconds": v.seconds, "back": v.backward_seconds, "seeded": v.seed is not None,
        "place": place and {"where": f"{place.file}:{place.line}", "text": _cut(place.text), "span": [place.start, place.end]},
    }  # fmt: skip


def _edge(e: Edge, way: list[tuple[float, float, Any]], place: tuple[int, int], rules: list[Any]) -> dict[str, Any]:
    return {
        "id": e.id, "source": e.source, "target": e.target, "slot": e.slot, "nr": e.nr, "on": e.differentiable,
        "place": place, "way": [[round(x, 1), round(y, 1), frame[1] if frame else None] for x, y, frame in way],
        "label": e.label and _cut(e.label), "partial": e.partial, "text": edge_text(e), "gradient": _brief(e.gradient),
        "rule": e.rule and rules.index((e.rule.source, e.rule.where)),
        "numbers": [[name, _cut(text)] for name, text in e.rule.numbers] if e.rule else [],
    }  # fmt: skip


def _step(s: Step, model: Model) -> dict[str, Any]:
    return {
        "vertex": s.vertex, "kind": s.kind, "run": s.run, "arrived": [_brief(a) for a in s.arrived],
        "sent": [[number, _text_of(model.edges[number], gradient), _cut(gradient.text)] for number, gradient in s.sent],
        "before": _brief(s.before), "after": _brief(s.after), "error": s.error and _cut(s.error),
    }  # fmt: skip


def _text_of(edge: Edge, gradient: Summary) -> str:
    """What stood on an edge after a step, which a later backward may have overwritten."""
    latest, edge.gradient = edge.gradient, gradient
    try:
        return edge_text(edge)
    finally:
        edge.gradient = latest
