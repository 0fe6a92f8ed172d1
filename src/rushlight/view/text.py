"""The graph in letters: what was computed, line by line, and what backward did."""

from __future__ import annotations

from .model import Model, Step, Vertex
from .shapes import clipped, edge_text, homes


def draw(model: Model) -> str:
    """The graph for a terminal: a line for each vertex, oldest first, then one for each step of backward."""
    rows = [_row(vertex) for vertex in model.vertices]
    widths = [min(limit, max([len(row[i]) for row in rows], default=0)) for i, limit in ((0, 24), (1, 44), (2, 34))]
    home, around, names = homes(model), {g.id: g.parent for g in model.groups}, {g.id: g for g in model.groups}
    lines: list[str] = []
    before: list[int] = []
    for vertex, row in zip(model.vertices, rows):
        chain: list[int] = []
        group = home[vertex.id]
        while group is not None:
            chain.insert(0, group)
            group = around[group]
        for depth, entered in enumerate(chain):
            if entered not in before:
                lines.append(f"{'  ' * depth}{names[entered].name or names[entered].kind}: {names[entered].kind}")
        before = chain
        cells = [clipped(cell, width).ljust(width) for cell, width in zip(row, widths)]
        lines.append(f"{'  ' * len(chain)}{cells[0]} = {cells[1]}  {cells[2]}  {row[3]}".rstrip())
    if model.steps:
        lines += ["", "backward"]
        run = 1
        for i, step in enumerate(model.steps, 1):
            if step.run != run:
                run = step.run
                lines.append(f"backward {run}")
            lines.append(f"{i:>4}  {_told(model, step)}")
    return "\n".join([*lines, *([""] if model.hints else []), *model.hints])


def _row(vertex: Vertex) -> tuple[str, str, str, str]:
    value = vertex.value
    told = "" if value is None else value.text.replace("\n", " ") if value.whole else f"{value.type}  {value.short}"
    kind = vertex.call if vertex.kind == "op" else vertex.kind
    if vertex.kind == "leaf" and vertex.gradient is not None:
        kind += f"  .grad {vertex.gradient.short}"
    place = f"{vertex.place.file.rsplit('/', 1)[-1]}:{vertex.place.line}" if vertex.place else ""
    name = vertex.name or f"%{vertex.id}"
    return name, kind, " ".join(told.split()), f"{place}  {vertex.place.text if vertex.place else ''}".strip()


def _told(model: Model, step: Step) -> str:
    vertex = model.vertices[step.vertex]
    arrived = ", ".join("None" if a is None else a.short.replace("\n", " ") for a in step.arrived)
    name = vertex.name or f"%{vertex.id}"
    if step.error:
        return f"{name} ({vertex.node}) receives {arrived} and fails: {step.error}"
    if step.kind == "accumulate":
        before = "None" if step.before is None else step.before.short
        return f"{name}.grad: {before} -> {step.after.short if step.after else 'None'}"
    if step.kind == "capture":
        return f"the gradient for {name} is returned: {arrived}"
    sent = []
    for number, gradient in step.sent:
        edge, source = model.edges[number], model.vertices[model.edges[number].source]
        text = edge_text(edge) if edge.gradient is gradient else gradient.short
        sent.append(text if edge.label else f"{source.name or f'%{source.id}'} <- {text}")
    return f"{name} ({vertex.node}) receives {arrived}, sends {', '.join(sent) or 'nothing'}"
