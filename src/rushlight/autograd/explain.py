"""Why is `.grad` None? `explain_none` walks the graph and says it in words. (Not in PyTorch.)

Note [What can be known]
    The graph alone says whether a loss depends on a parameter, not why it does not: what was computed without a graph
    left no trace in it. Two things help. A tensor that was cut off by ``detach()`` or ``.data`` shares its memory with
    what it was cut from, so a saved constant that shares the parameter's memory gives it away. And inside
    ``with watch() as seen`` a profile function (`sys.setprofile`) notes every call of rushlight that took or gave
    tensors, recorded or not; nothing is noted, and nothing costs anything, outside. From these calls the value of the
    parameter is followed forward, to the first place at which the graph did not follow.
"""

from __future__ import annotations

import inspect
import linecache
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from .._torch_function import code_of
from ..core.modes import INFERENCE, NO_GRAD, grad_mode
from ..core.node import Node, node_of
from ..core.tensor import LEAF, Tensor, edge_of
from ..ops.support import attach
from .anomaly_mode import TRACEBACK, line_of, user_line

__all__ = ["explain_none", "watch"]

#: Methods through which a value leaves as a Python number, a list or an array.
_EXITS = frozenset({"array", "bool", "complex", "float", "index", "int", "item", "numpy", "tolist"})
_SCALARS = (float, complex)


def explain_none(loss: Tensor, parameter: Tensor, seen: watch | None = None) -> str:
    """Says in words why ``parameter.grad`` is None after ``loss.backward()``, or why it would be.

    Args:
        loss: what backward is called on.
        parameter: the tensor without a gradient.
        seen: what `watch` saw while the loss was computed: with it the operation that cut the graph is named, with file
            and line.

    Raises TypeError unless both are Tensors.

    >>> import rushlight as torch
    >>> from rushlight.autograd import explain_none, watch
    >>> w = torch.ones(2, requires_grad=True)
    >>> loss = (w.detach() * torch.ones(2, requires_grad=True)).sum()
    >>> print(explain_none(loss, w).splitlines()[0])
    The loss has a graph, but no path in it leads to the parameter.
    """
    for name, x in (("loss", loss), ("parameter", parameter)):
        if not isinstance(x, Tensor):
            raise TypeError(f"explain_none(): argument '{name}' must be Tensor, not {type(x).__name__}")
    own = _about_the_parameter(parameter)
    if own is not None:
        return own
    if not loss.requires_grad:
        lines = ["The loss has no graph: it does not require grad, and backward() on it raises an error."]
    elif _Paths(parameter).lead_from(edge_of(loss)):
        return _reachable(loss, parameter)
    else:
        lines = ["The loss has a graph, but no path in it leads to the parameter."]
    lines += seen.cuts(loss, parameter) if seen is not None else _guesses(loss, parameter)
    return "\n".join(lines)


def _about_the_parameter(x: Tensor) -> str | None:
    """What is to be said of the parameter itself, whatever the loss is."""
    if x._cold is not None and x._cold.grad is not None:
        return "The parameter has a gradient: its .grad is not None."
    if not x.requires_grad:
        if x._data.dtype.kind not in "fc":
            return f"The parameter is of dtype {x.dtype}: only floating point and complex tensors have gradients."
        return (
            "The parameter does not require grad. Make it with requires_grad=True, or call requires_grad_() before it is "
            "used. (What an operation returns under no_grad(), detach() and .data do not require grad either.)"
        )
    if not x.is_leaf and not x.retains_grad:
        node = x.grad_fn
        assert node is not None
        return (
            f"The parameter is not a leaf: it is the result of {node.name()}{_at(node)}, and backward() fills .grad of "
            "leaves only. Call retain_grad() on it before backward(), or ask for the gradient of the leaf. (An operation "
            "on a leaf, also .to() and a multiplication, gives a new tensor that is none.)"
        )
    return None


def _at(node: Node) -> str:
    """`` at file:line``, where anomaly mode noted it."""
    return f" at {line_of(node)}" if node.extras is not None and TRACEBACK in node.extras.metadata else ""


def _reachable(loss: Tensor, parameter: Tensor) -> str:
    path = [node.name() for node in _Paths(parameter).path_from(edge_of(loss))]
    shown = path if len(path) <= 8 else [*path[:4], "...", *path[-3:]]
    text = (
        f"The loss depends on the parameter, through {' -> '.join(shown)}: backward() fills its .grad. Either it was not "
        "called on this loss, or only with other `inputs`, or the gradient was reset since: zero_grad() sets it to None. "
        "autograd.grad() returns gradients and fills none."
    )
    functions = [name for node, name in zip(_Paths(parameter).path_from(edge_of(loss)), path) if node.runs_undefined]
    if functions:
        text += f" Or the backward of {' or '.join(dict.fromkeys(functions))} returns None for it."
    return text


class _Paths:
    """Which edges lead to a tensor's own."""

    def __init__(self, x: Tensor) -> None:
        self.goal = node_of(edge_of(x))
        self.known: dict[Any, bool] = {self.goal: True}

    def lead_from(self, edge: Any) -> bool:
        start = node_of(edge)
        if start is None:
            return False
        for node in _below(start, self.known):
            # Newer nodes come later, and edges point to older ones: what is below is known.
            self.known[node] = any([self.known.get(node_of(e), False) for e in _edges(node)])
        return self.known[start]

    def path_from(self, edge: Any) -> Iterator[Node]:
        """The nodes of one path."""
        self.lead_from(edge)
        node = node_of(edge)
        while isinstance(node, Node) and node is not self.goal:
            yield node
            node = next(node_of(e) for e in _edges(node) if self.known.get(node_of(e)))


def _edges(node: Any) -> Iterable[Any]:
    return [e for e in node.edges if e is not None] if isinstance(node, Node) else ()


def _below(start: Any, known: Iterable[Any] = ()) -> list[Any]:
    """All nodes and leaves that can be reached from one, but for those that are known, oldest first."""
    found, stack, seen = [], [start], set(known)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            found.append(node)
            stack.extend([node_of(e) for e in _edges(node)])
    return sorted(found, key=lambda node: -node._rank)


def _guesses(loss: Tensor, parameter: Tensor) -> list[str]:
    """What the graph alone gives away: see Note [What can be known]."""
    lines, constants = [], []
    nodes = [n for n in _below(node_of(edge_of(loss))) if isinstance(n, Node)] if loss.requires_grad else []
    for node in nodes:
        for x in node.saved or ():
            if isinstance(x, Tensor) and x is not parameter and not x.requires_grad and x._data.dtype.kind in "fc":
                if _share_memory(x._data, parameter._data):
                    lines.append(
                        f"{node.name()}{_at(node)} took in a tensor that shares the parameter's memory and has no graph: "
                        "the parameter was cut off by detach() or .data just before it."
                    )
                else:
                    constants.append(f"{node.name()}{_at(node)} (of shape {list(x.shape)})")
    if lines:
        return list(dict.fromkeys(lines))
    if loss.requires_grad and any([n.values is None for n in nodes]):
        lines.append(
            "(Backward has freed what the operations saved; more can be said before it, or with retain_graph=True.)"
        )
    if constants:
        lines.append(f"These operations took in tensors without a graph: {', '.join(dict.fromkeys(constants))}.")
    return [
        *lines,
        "Either the parameter was not used, or on its way to the loss it went through detach(), .data, no_grad(), an "
        "integer dtype, item(), numpy(), or an operation without a derivative. To know which, and where: compute the loss "
        "in `with rushlight.autograd.watch() as seen:` and call explain_none(loss, parameter, seen).",
    ]


def _share_memory(a: Any, b: Any) -> bool:
    return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.size > 0 and np.may_share_memory(a, b)


class _Call:
    """One call that `watch` saw: what it took and gave, where, and in which mode."""

    __slots__ = ("edges", "given", "line", "mode", "name", "taken")

    def __init__(self, name: str, taken: list[Any], given: list[Any], line: str) -> None:
        self.name, self.taken, self.given, self.line, self.mode = name, taken, given, line, grad_mode()
        self.edges = [x._node if isinstance(x, Tensor) and x._node is not LEAF else None for x in given]

    def why(self, x: Any) -> str:
        """Why the graph did not follow the value into the result `x` of this call."""
        path, _, number = self.line.rpartition(":")
        code = linecache.getline(path, int(number) if number.isdigit() else 0).strip()
        at = f"at {self.line}{code and f', `{code}`'}"
        place = f"{self.name}() {at}"
        if not isinstance(x, Tensor):
            kind = {float: "a Python number", complex: "a Python number", list: "a list"}.get(type(x), "a NumPy array")
            return f"{place}: the value left as {kind}, which has no graph."
        if self.name == "data":
            return f".data {at}: it gives the values without their graph."
        if self.name in ("detach", "detach_"):
            return f"{place}: it gives the values without their graph."
        if self.mode == NO_GRAD:
            return f"{place}: it was called under no_grad()."
        if self.mode == INFERENCE:
            return f"{place}: it was called under inference_mode()."
        if x._data.dtype.kind not in "fc":
            return f"{place}: its result is of dtype {x.dtype}, which has no gradient."
        if x.requires_grad:
            return f"{place}: it has no derivative with respect to this argument."
        return f"{place}: it has no derivative, or does not depend on the values."


class watch:
    """Context manager that sees every call of rushlight in this thread, for `explain_none`. For debugging: it is slow,
    and keeps every tensor alive.

    >>> import rushlight as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> with torch.autograd.watch() as seen:
    ...     loss = (w.argmax() * torch.ones(2, requires_grad=True)).sum()
    >>> print(torch.autograd.explain_none(loss, w, seen).replace(__file__, "example.py"))  # doctest: +SKIP
    The loss has a graph, but no path in it leads to the parameter.
    The graph was cut by argmax() at example.py:5: its result is of dtype torch.int64, which has no gradient.
    """

    def __init__(self) -> None:
        self.calls: list[_Call] = []
        self._previous: Any = None
        #: The version of each tensor when it was last seen: a greater one says that a call wrote to it.
        self._versions: dict[int, int] = {}
        self._names = _public_names()

    def __enter__(self) -> watch:
        self._previous = sys.getprofile()
        sys.setprofile(self._note)
        return self

    def __exit__(self, *exc: object) -> None:
        sys.setprofile(self._previous)

    def _note(self, frame: Any, event: str, result: Any) -> None:
        if event != "return" or not frame.f_globals.get("__name__", "").startswith(_PACKAGE):
            return
        if frame.f_code.co_filename == _ASKING:
            return
        taken = [x for name in _arguments(frame.f_code) for x in _values(frame.f_locals.get(name))]
        if not taken and not isinstance(result, Tensor):
            return
        chain = _operation(frame)
        names = (self._names.get(f.f_code) or _made_name(f) for f in chain)
        name = next((name for name in names if name), "an operation")
        given = [x for x in _tensors(result) if not any([x is t for t in taken])]
        if frame is chain[0]:
            given += [x for x in taken if isinstance(x, Tensor) and self._written(x, name.endswith("_"))]
        if not given and name in _EXITS:
            given = [result]
        for x in given:
            if isinstance(x, Tensor):
                self._versions[id(x)] = _version(x)
        if given:
            self.calls.append(_Call(name, taken, given, user_line(frame)))

    def _written(self, x: Tensor, inplace: bool) -> bool:
        """Whether `x` was written since it was last seen; if it never was, whether that may be."""
        version = _version(x)
        before = self._versions.get(id(x), 0 if inplace else version)
        self._versions[id(x)] = version
        return version > before

    def cuts(self, loss: Tensor, parameter: Tensor) -> list[str]:
        """Follows the parameter's value through the calls: where the graph did not follow, in words."""
        paths, cut = _Paths(parameter), _Followed()
        live = {id(parameter)}
        for call in self.calls:
            followed = any([id(x) in live for x in call.taken])
            before = cut.behind(call.taken)
            for x, edge in zip(call.given, call.edges):
                if x is parameter or (isinstance(x, Tensor) and paths.lead_from(edge)):
                    live.add(id(x))
                elif followed:
                    cut.note(x, [(call, x)])
                elif before:
                    cut.note(x, before)
        found = cut.behind([loss])
        if found:
            return list(dict.fromkeys(f"The graph was cut by {call.why(x)}" for call, x in found))
        exits = [c for c in self.calls if c.name in _EXITS and any([id(x) in live or cut.behind([x]) for x in c.taken])]
        lines = ["The parameter was not used on the way to this loss, as far as was seen."]
        if exits:
            places = ", ".join(dict.fromkeys(f"{call.name}() at {call.line}" for call in exits))
            lines.append(f"Unless its value left and came back: it left through {places}.")
        return lines


class _Followed:
    """Which values depend on the parameter although the graph does not say so, and where each was cut off."""

    def __init__(self) -> None:
        self.at: dict[int, list[tuple[_Call, Any]]] = {}
        self.arrays: list[tuple[np.ndarray, list[tuple[_Call, Any]]]] = []

    def note(self, x: Any, calls: list[tuple[_Call, Any]]) -> None:
        if id(x) not in self.at:
            self.at[id(x)] = calls
            if isinstance(x, np.ndarray):
                self.arrays.append((x, calls))

    def behind(self, values: list[Any]) -> list[tuple[_Call, Any]]:
        """The calls, with their results, at which what these values hold of the parameter was cut off."""
        found = [call for x in values for call in self.at.get(id(x), ())]
        for x in values:
            if isinstance(x, np.ndarray) and id(x) not in self.at:
                found += [call for array, calls in self.arrays if _share_memory(x, array) for call in calls]
        return found


_PACKAGE = __package__.split(".")[0] + "."
#: The file of the functions that ask for overrides: what they were asked for comes after them.
_ASKING = str(Path(__file__).parents[1] / "_overriding.py")
_OPERATIONS = tuple(_PACKAGE + room for room in ("core", "ops", "autograd", "arrays", "_overriding"))


def _arguments(code: Any) -> tuple[str, ...]:
    """The names of a function's parameters, with those of *args and **kwargs."""
    stars = bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + stars]


def _values(x: Any) -> Iterator[Any]:
    """Tensors, arrays and numbers in an argument."""
    if isinstance(x, (Tensor, np.ndarray, *_SCALARS)):
        yield x
    elif isinstance(x, (tuple, list, dict)):
        if isinstance(x, list):
            yield x
        for part in x.values() if isinstance(x, dict) else x:
            yield from _values(part)


def _tensors(x: Any) -> Iterator[Tensor]:
    if isinstance(x, Tensor):
        yield x
    elif isinstance(x, (tuple, list)):
        for part in x:
            yield from _tensors(part)


def _operation(frame: Any) -> list[Any]:
    """The frames from the program's call of an operation down to this one; modules count as the program."""
    chain = [frame]
    while frame.f_back is not None and frame.f_back.f_globals.get("__name__", "").startswith(_OPERATIONS):
        chain.append(frame := frame.f_back)
    return [f for f in chain[::-1] if f.f_code.co_filename != _ASKING]


def _version(x: Tensor) -> int:
    return x._counter[0] if x._counter is not None else 0


def _public_names() -> dict[Any, str]:
    """The functions and methods of rushlight by their code, where that is not shared with others."""
    package = sys.modules[_PACKAGE[:-1]]
    names: dict[Any, set[str]] = {}
    for found in (vars(package), vars(Tensor)):
        for name, value in found.items():
            function = value.fget if isinstance(value, property) else value
            if isinstance(function, FunctionType):
                names.setdefault(code_of(function), set()).add(name.strip("_") if name.startswith("__") else name)
    return {code: min(found, key=len) for code, found in names.items() if len({n.rstrip("_") for n in found}) == 1}


#: Functions that are made by others, and named after what they call.
_MADE = frozenset({"<lambda>", "call", "function", "inplace", "method"})


def _made_name(frame: Any) -> str | None:
    known, name = frame.f_locals, frame.f_code.co_name
    if name == "apply" and isinstance(known.get("cls"), type):
        return f"{known['cls'].__name__}.apply"
    if name not in _MADE:
        return name.strip("_") if name.startswith("__") else re.sub(r"^_(\w+)_inplace$", r"\1_", name)
    inplace = "_" * (name == "method" and frame.f_globals is vars(attach))
    made_of = [known.get(key) for key in ("function", "operator", "op", "of_inplace")]
    names = [getattr(m, "__name__", getattr(m, "name", None)) for m in made_of]
    return next((n + inplace for n in [known.get("name"), *names] if isinstance(n, str) and n not in _MADE), None)
