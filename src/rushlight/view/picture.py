"""The graph as an object: vertices, edges, groups of one module call each, and the steps of backward.

w ──┐                 a vertex for each leaf, each operation, each tensor without a graph
    ├─▶ u = mul       an edge from what an operation took to the operation; gradients run against it
x ──┘
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..autograd.graph import GradientEdge, _reached, engine_edge
from ..core.node import Node, Output
from ..core.tensor import Tensor, edge_of
from .model import Edge, Group, Model, Step, Vertex, build
from .names import Names
from .recording import Flow, record

__all__ = ["Edge", "Graph", "Group", "Step", "Vertex", "graph"]

#: What is drawn at most: more does not help anybody.
LIMIT = 4000


class Graph:
    """A graph that shows itself: in a notebook, printed, or saved as a file.

    ``vertices``, ``edges``, ``groups`` and ``steps`` say what is in it. It is live: what a backward does after the graph
    was made is there the next time it is shown.
    """

    def __init__(self, roots: Sequence[Any], flow: Flow, names: Names) -> None:
        self._roots, self._flow, self._names = list(roots), flow, names
        self._model: Model | None = None
        self._seen: tuple[int, ...] = ()

    @property
    def model(self) -> Model:
        seen = tuple(len(sweep.events) for sweep in self._flow.sweeps)
        if self._model is None or seen != self._seen:
            self._model, self._seen = build(self._roots, self._flow, self._names, LIMIT), seen
        return self._model

    @property
    def vertices(self) -> list[Vertex]:
        return self.model.vertices

    @property
    def edges(self) -> list[Edge]:
        return self.model.edges

    @property
    def groups(self) -> list[Group]:
        return self.model.groups

    @property
    def steps(self) -> list[Step]:
        return self.model.steps

    def __getitem__(self, name: str) -> Vertex:
        """The vertex that the program calls `name`. Raises KeyError."""
        for vertex in reversed(self.vertices):
            if vertex.name == name:
                return vertex
        raise KeyError(name)

    def __str__(self) -> str:
        return self.text()

    def text(self) -> str:
        """The graph in letters, for a terminal."""
        from .text import draw

        return draw(self.model)

    def svg(self, *, expand: int | None = None, theme: str = "auto") -> str:
        """The picture as SVG.

        Args:
            expand: how many levels of modules to open; None opens as many as stay easy to read.
            theme: "light", "dark", or "auto", as the reader's system has it.
        """
        from .svg import draw

        return draw(self.model, expand, theme)

    def dot(self) -> str:
        """The graph in Graphviz's language, for other programs."""
        from .dot import draw

        return draw(self.model)

    def html(self, *, title: str = "rushlight", language: str = "auto") -> str:
        """The page: one file that needs no network. `language` is "en", "zh", or "auto", as the browser has it."""
        from .page import draw

        return draw(self.model, title, language)

    def save(self, path: Any, *, expand: int | None = None, theme: str = "auto", language: str = "auto") -> None:
        """Writes the graph as ``.svg``, ``.png``, ``.html``, ``.dot`` or ``.txt``, by the name's end.

        A ``.png`` needs matplotlib (``pip install rushlight[view]``). Raises ValueError for another ending.
        """
        path = Path(path)
        kinds: dict[str, Callable[[], str]] = {
            ".svg": lambda: self.svg(expand=expand, theme=theme),
            ".html": lambda: self.html(title=path.stem, language=language),
            ".dot": self.dot,
            ".txt": self.text,
        }
        if path.suffix == ".png":
            from .png import draw

            draw(self.model, path, expand, "light" if theme == "auto" else theme)
        elif path.suffix in kinds:
            path.write_text(kinds[path.suffix](), encoding="utf-8")
        else:
            raise ValueError(
                f"cannot save a graph as {path.name!r}: the name must end in .html, .svg, .png, .dot or .txt"
            )

    def _repr_svg_(self) -> str:
        return self.svg()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": self.text()}


def graph(what: Any, *arguments: Any, **keywords: Any) -> Graph:
    """The graph behind a tensor (or several), or of a function or module called on `arguments`.

    Of a tensor that was computed before, the graph alone is known: operations, saved tensors, leaves. Values of results
    and lines of the program are there for what ran inside of `record`, and for functions called here. Gradients are
    there for every backward that runs from now on.

    Args:
        what: a Tensor, a GradientEdge, a list or tuple of them, or something to call.
        arguments, keywords: what to call it on. What it returns may hold tensors in lists, tuples and dicts.

    Raises RuntimeError if no tensor in it requires grad, TypeError for anything else than said above.

    >>> import rushlight as torch
    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> y = (x * 3).sum()
    >>> y.backward()
    >>> picture = torch.view.graph(y)
    >>> [vertex.op for vertex in picture.vertices]
    ['leaf', 'mul', 'sum']
    """
    import sys

    names = Names()
    flow = record.active[-1].flow if record.active else Flow()
    if callable(what) and not isinstance(what, Tensor):
        with record() as seen:
            result = what(*arguments, **keywords)
        names.update(seen.flow.names)
        flow = flow if record.active else seen.flow
    elif arguments or keywords:
        raise TypeError(f"graph() takes arguments only for something to call, not for {type(what).__name__}")
    else:
        result = what
    found = list(_results(result))
    roots = list(dict.fromkeys(edge for edge in found if isinstance(edge, (Node, Output))))
    if not roots:
        if not found and not isinstance(result, (Tensor, list, tuple, dict)):
            raise TypeError(
                f"graph() expects a Tensor, or something to call that returns one, but got {type(result).__name__}"
            )
        raise RuntimeError(
            "element 0 of tensors does not require grad and does not have a grad_fn: there is no graph to draw. Make the "
            "leaves with requires_grad=True, and compute the result outside of no_grad()."
        )
    names = names.looking_around(sys._getframe(1))
    if not record.active:
        flow.attach([node for node in _reached(roots) if isinstance(node, Node)])
        flow.names = names
    return Graph(roots, flow, names)


def _results(x: Any) -> Iterator[Any]:
    """The edges of all tensors in `x`."""
    if isinstance(x, Tensor):
        yield edge_of(x) if x.requires_grad else None
    elif isinstance(x, GradientEdge):
        yield engine_edge(x)
    elif isinstance(x, (list, tuple)):
        for part in x:
            yield from _results(part)
    elif isinstance(x, dict):
        yield from _results(list(x.values()))
