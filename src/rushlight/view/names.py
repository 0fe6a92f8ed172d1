"""What the program calls its tensors: parameters by their place in the model, others by the variables that hold them."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from types import CodeType
from typing import Any, NamedTuple

from ..autograd.anomaly_mode import in_package, user_frame
from ..core.node import Output
from ..core.tensor import LEAF, Tensor
from ..nn.modules.module import Module


class Names:
    """Names by identity: of leaves and other tensors, of results on the graph, of modules."""

    def __init__(self) -> None:
        self.tensors: dict[int, str] = {}
        self.results: dict[tuple[int, int], str] = {}
        self.models: dict[int, tuple[Any, str]] = {}
        self._modules: dict[int, str] = {}

    def update(self, other: Names) -> None:
        self.tensors |= other.tensors
        self.results |= other.results
        self._modules |= other._modules
        self.models |= other.models

    def of_tensor(self, x: Any) -> str | None:
        return self.tensors.get(id(x))

    def of_result(self, node: Any, nr: int) -> str | None:
        return self.results.get((id(node), nr))

    def module_name(self, module: Any) -> str:
        return self._modules.get(id(module), "")

    def add_model(self, model: Any, name: str = "") -> None:
        """A module that is part of no other: its parameters go by their names in it."""
        if id(model) in self._modules:
            return
        for path, module in model.named_modules():
            self._modules.setdefault(id(module), path)
        self.models[id(model)] = model, name

    def look_around(self, frame: Any) -> None:
        """Learns the names of variables, from a frame of the program outwards."""
        while frame is not None:
            if not in_package(frame):
                for name, value in list(frame.f_locals.items()):
                    if not name.startswith("__"):
                        self._learn(name, value)
            frame = frame.f_back
        self._name_parameters()

    def looking_around(self, frame: Any) -> Names:
        found = Names()
        found.update(self)
        found.look_around(user_frame(frame))
        return found

    def _learn(self, name: str, value: Any) -> None:
        for path, x in _tensors(name, value):
            node = x._node
            if node is None or node is LEAF:
                self.tensors.setdefault(id(x), path)
            elif node.__class__ is Output:
                self.results.setdefault((id(node.node), node.nr), path)
            else:
                self.results.setdefault((id(node), 0), path)
        if isinstance(value, Module):
            if id(value) in self.models and not self.models[id(value)][1]:
                self.models[id(value)] = value, name
            self.add_model(value, name)

    def _name_parameters(self) -> None:
        """A parameter goes by its path in the model; the model's name stands before it where there are several."""
        inner = {id(m) for model, _ in self.models.values() for m in model.modules() if m is not model}
        models = [
            (m, name)
            for m, name in self.models.values()
            if id(m) not in inner and next(m.parameters(), None) is not None
        ]
        for model, name in models:
            prefix = f"{name or type(model).__name__}." if len(models) > 1 else ""
            for path, x in [*model.named_parameters(), *model.named_buffers()]:
                self.tensors[id(x)] = prefix + path


def _tensors(name: str, value: Any) -> Iterator[tuple[str, Tensor]]:
    """The tensors in a variable: itself, or in a list, tuple or dict that it holds."""
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, (list, tuple)) and len(value) <= 1000:
        yield from ((f"{name}[{i}]", x) for i, x in enumerate(value) if isinstance(x, Tensor))
    elif isinstance(value, dict) and len(value) <= 1000:
        yield from ((f"{name}[{key!r}]", x) for key, x in value.items() if isinstance(x, Tensor))


class Place(NamedTuple):
    """Where in the program an operation was called: file, line, the line's text, which part of it, and the variable that
    the result went to."""

    file: str
    line: int
    text: str
    start: int
    end: int
    target: str | None

    @property
    def expression(self) -> str:
        return self.text[self.start : self.end]


def place_of(code: CodeType | None, instruction: int) -> Place | None:
    """The place of an instruction."""
    if code is None:
        return None
    found = next(islice(code.co_positions(), instruction // 2, None), (None,) * 4)
    line, last, start, end = found
    if line is None:
        return None
    file = code.co_filename
    raw = linecache.getline(file, line).rstrip("\n")
    text = raw.strip()
    if start is None or end is None or last != line:
        return Place(file, line, text, 0, 0, None)
    # Columns are bytes.
    lead = len(raw) - len(raw.lstrip())
    shift = lambda column: len(raw.encode()[:column].decode(errors="replace")) - lead
    target = _targets("".join(linecache.getlines(file))).get((line, start, end))
    return Place(file, line, text, shift(start), shift(end), target)


@lru_cache(maxsize=64)
def _targets(source: str) -> dict[tuple[int, int, int], str]:
    """The variable that each assigned expression of a file goes to."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    found = {}
    for node in ast.walk(tree):
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        assigns = isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr))
        if assigns and value is not None and isinstance(target, (ast.Name, ast.Attribute)):
            span: Any = node if isinstance(node, ast.AugAssign) else value
            found[span.lineno, span.col_offset, span.end_col_offset or 0] = ast.unparse(target)
    return found
