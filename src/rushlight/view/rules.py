"""The local derivative rule behind an edge, as the source has it, with the numbers it ran on."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ..core.node import Node
from ..core.op import Op, parameters
from .values import Summary, plain

_ROOT = Path(__file__).parent.parent


class Rule(NamedTuple):
    """A rule's source, where it stands, and what its parameters were: pairs of name and value."""

    source: str
    where: str
    numbers: list[tuple[str, str]]


def op_of(node: Node) -> Any:
    """The operation whose rules a node runs; None for a custom Function, and for nodes of the engine's own."""
    return node.op if isinstance(node.op, Op) else None


def rule_of(node: Node, slot: int, arrived: list[Any], values: list[Any]) -> Rule | None:
    """The rule that computed the gradient of edge `slot`; None where a node has no rule that can be read."""
    op = op_of(node)
    if op is None:
        return _written_backward(node, arrived, values)
    rule = op.joint or (list(op.rules.values())[slot] if slot < len(op.rules) else None)
    if rule is None:
        return None
    saved = dict(zip(op.saves, values))
    names = parameters(rule)
    numbers = [(names[0], _shown(arrived[0] if not node.several else arrived))]
    numbers += [(name, _shown(saved[name])) for name in names[1:] if saved.get(name) is not None]
    return Rule(*_source(rule), numbers)


def _written_backward(node: Node, arrived: list[Any], values: list[Any]) -> Rule | None:
    """The `backward` of a custom Function, or of a node of the engine's own."""
    cls = getattr(node, "_forward_cls", None)
    function: Any = type(node).backward if cls is None else cls.vjp if "vjp" in vars(cls) else cls.backward
    try:
        source, where = _source(function)
    except TypeError:
        return None
    numbers = [(f"grad_output {i}" if len(arrived) > 1 else "grad_output", _shown(g)) for i, g in enumerate(arrived)]
    numbers += [(f"saved_tensors[{i}]", _shown(v)) for i, v in enumerate(values) if v is not None]
    return Rule(source, where, numbers)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(v) for v in value)
    return Summary(value).text if hasattr(value, "dtype") else plain(value)


@lru_cache(maxsize=4096)
def _source(function: Callable[..., Any]) -> tuple[str, str]:
    """The text of a function (of a lambda just itself) and ``file:line``."""
    code = inspect.unwrap(function).__code__
    file = Path(code.co_filename)
    where = f"{file.relative_to(_ROOT.parent)}" if file.is_relative_to(_ROOT) else str(file)
    if code.co_name != "<lambda>":
        try:
            return inspect.cleandoc("\n" + inspect.getsource(code)), f"{where}:{code.co_firstlineno}"
        except OSError:
            return f"{code.co_name}(...)", where
    # The text is that of the innermost lambda around the first instruction that has a place.
    place = next((p for p in code.co_positions() if p[0] and p[2] is not None and p[2] != p[3]), None)
    lines = linecache.getlines(code.co_filename)
    for start, end in _lambdas("".join(lines)):
        if place is not None and start <= (place[0], place[2]) < end:
            return _cut_out(lines, start, end), f"{where}:{start[0]}"
    return f"lambda {', '.join(code.co_varnames[: code.co_argcount])}: ...", f"{where}:{code.co_firstlineno}"


Position = tuple[int, int]


@lru_cache(maxsize=256)
def _lambdas(text: str) -> list[tuple[Position, Position]]:
    """Start and end of every lambda in a source, the later ones first: of two around a place the inner one."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return []
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Lambda)]
    return sorted([((n.lineno, n.col_offset), (n.end_lineno or 0, n.end_col_offset or 0)) for n in found], reverse=True)


def _cut_out(lines: list[str], start: Position, end: Position) -> str:
    """A part of a source; columns count bytes."""
    rows = [line.encode() for line in lines[start[0] - 1 : end[0]]]
    rows[-1] = rows[-1][: end[1]]
    rows[0] = rows[0][start[1] :]
    return b"".join(rows).decode()
