"""The graph in Graphviz's language."""

from __future__ import annotations

from .model import Model
from .shapes import THEMES, card_of, edge_text, homes


def draw(model: Model) -> str:
    """The whole graph, with a cluster for each module."""
    colours, home = THEMES["light"], homes(model)
    lines = ["digraph rushlight {", '  node [shape=box style="rounded,filled" fontname=monospace fontsize=11];',
             f'  edge [color="{colours["edge"]}" fontcolor="{colours["gradient"]}" fontname=monospace fontsize=10];']  # fmt: skip

    def inside(group: int | None, indent: str) -> None:
        for vertex in model.vertices:
            if home[vertex.id] == group:
                text = "\n".join(" ".join(word for _, word, _ in line) for line in card_of(vertex).lines)
                colour = colours["error-card" if vertex.error else "leaf" if vertex.kind == "leaf" else "card"]
                lines.append(f'{indent}v{vertex.id} [label={quoted(text)} fillcolor="{colour}"];')
        for g in model.groups:
            if g.parent == group:
                lines.append(f"{indent}subgraph cluster_{g.id} {{")
                lines.append(f"{indent}  label={quoted(f'{g.name}  {g.kind}'.strip())};")
                inside(g.id, indent + "  ")
                lines.append(f"{indent}}}")

    inside(None, "  ")
    for edge in model.edges:
        text = edge_text(edge)
        lines.append(f"  v{edge.source} -> v{edge.target}{f' [label={quoted(text)}]' if text else ''};")
    return "\n".join([*lines, "}", ""])


def quoted(text: str) -> str:
    """A string of the language, in which nothing but the line's end has a meaning."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\l") + '"'
