"""One operation, declared in one place: its value, its derivative rules, its names.

    mul = elementwise(operator.mul, "MulBackward0", lambda g, y: g * y, lambda g, x: g * x)

A rule is plain NumPy code. Its *parameter names* are what the operation saves, read once, here:

    g             the gradient that arrives (a tuple, with None for the undefined, where the op has several results)
    x, y, dim...  the argument of that name, as it was passed in
    x_shape       only the shape of the argument x
    out           the result
    needs         which inputs want a gradient (for a rule that computes all of them at once)

First-order backward calls the rules on raw payloads; with ``create_graph`` the same rules run on Tensors and so record
their own graph. Rules never mutate, and never undo a broadcast: the edge does (see `conform`).

Note [Complex derivatives]
    torch's gradient of a real loss L with respect to a complex z is conj(dL/dz) (twice the Wirtinger derivative by
    conj(z)). For a holomorphic f that makes grad_in = grad_out * conj(f'(z)) = conj(conj(grad_out) * f'(z)): so rules
    are written as if everything were real, and the graph conjugates before and after. Operations that are not
    holomorphic (abs, real, conj, ...) declare ``holomorphic=False`` and write torch's rule themselves.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .node import Node, saved_properties

F32, F64 = np.dtype(np.float32), np.dtype(np.float64)
#: The classes of payloads on which a derivative rule computes directly, in first-order backward.
RAW = frozenset((np.ndarray, np.float32, np.float64))
Rule = Callable[..., Any]
Call = Callable[..., Any]

#: Called with every node that is recorded, what the operation was called with and what it returned, while anomaly mode
#: (or another observer) is on; empty otherwise.
OBSERVERS: list[Callable[[Node, Sequence[Any], Any], None]] = []
#: Every operation, by name; tests go through it.
OPS: dict[str, Op] = {}
#: Classes of Tensors that carry more than their payload, with the layer that handles operations on them: see `layers`.
LAYERS: dict[type, Any] = {}
#: How many levels of layers are entered now: while there are any, backward runs on Tensors.
LIVE = [0]
_counting = threading.Lock()


def count_level(change: int) -> None:
    """Notes that a level was entered (1) or left (-1), in any thread."""
    with _counting:
        LIVE[0] += change


def layer_of(arguments: Sequence[Any]) -> Any:
    """The layer that handles a call with these arguments; None for plain tensors."""
    for a in arguments:
        kind = a.__class__
        if kind in LAYERS:
            return LAYERS[kind]
        if kind is list or kind is tuple:
            layer = layer_of(a)
            if layer is not None:
                return layer
    return None


class Op:
    """An operation: what it computes, how it is differentiated, what it is called.

    ``names`` are its parameters and ``rules`` its derivative rules by parameter; ``joint`` is one rule for all
    ``differentiable`` parameters at once. ``saves`` lists what rules read, in the order of `Node.values`.
    """

    def __init__(self, name: str, forward: Call, node: str, names: Sequence[str], *, rules: dict[str, Rule] | None = None,
                 joint: Rule | None = None, differentiable: Sequence[str] = (), saves: Sequence[str] | None = None,
                 several: bool = False, view: bool = False, variadic: bool = False, conforms: bool = False,
                 holomorphic: bool = True, promote: Call | None = None, saved_as: dict[str, str] | None = None,
                 c: str | None = None, linear: bool = False, numbers: Any = True,
                 check: Call | None = None, wide: bool = True) -> None:  # fmt: skip
        if name in OPS:
            raise ValueError(f"operation {name!r} is declared twice")
        self.name, self.forward, self.names, self.c, self.linear = name, forward, tuple(names), c, linear
        self.rules, self.joint = rules or {}, joint
        self.differentiable = tuple(self.names.index(n) for n in (differentiable if joint else self.rules))
        self.view, self.variadic, self.conforms, self.holomorphic = view, variadic, conforms, holomorphic
        self.promote, self.several, self.numbers, self.check, self.wide = promote, several, numbers, check, wide
        self.call: Call = forward
        #: How many of the first parameters are tensors or numbers that promote together.
        self.inputs = 0
        every = [joint] if joint else list(self.rules.values())
        wanted = {parameter for rule in every for parameter in parameters(rule)[1:]} - {"needs"}
        self.saves = tuple(saves) if saves is not None else tuple(sorted(wanted, key=self._order))
        self.bound = tuple(bind(rule, self.saves) for rule in every)
        self._plans: dict[tuple[bool, ...], list[tuple[int, int]]] = {}
        torch_names = {"x": "self", "y": "other", "out": "result", "x_shape": "self_sym_sizes", **(saved_as or {})}
        #: ``backward(node, g, values)``: the gradients of a node's edges; None where one wants none.
        self.backward = self._backward()
        self.node_class = type(node, (Node,), {
            "__slots__": ("outputs",) if several else (), "op": self, "several": several, "__module__": "builtins",
            **saved_properties({torch_names.get(n, n): i for i, n in enumerate(self.saves) if n in wanted})})  # fmt: skip
        OPS[name] = self

    def _order(self, name: str) -> int:
        return len(self.names) if name == "out" else self.names.index(name.removesuffix("_shape"))

    def _backward(self) -> Rule:
        """The function that runs the rules: written out for one and two inputs, in general otherwise."""
        if self.joint:
            (joint,) = self.bound
            takes_needs = "needs" in parameters(self.joint)
            if takes_needs:
                return lambda node, g, values: joint(g, (*values, tuple(e is not None for e in node.edges)))
            return lambda node, g, values: joint(g, values)
        picks = [positions(rule, self.saves) for rule in self.rules.values()]
        single = all(len(p) == 1 for p in picks)
        if len(picks) == 1:
            if single:
                (raw,), ((i,),) = self.rules.values(), picks
                return lambda node, g, values: (raw(g, values[i]),)
            (rule,) = self.bound
            return lambda node, g, values: (rule(g, values),)
        if len(picks) == 2:
            return _pair_single(self.rules.values(), picks) if single else _pair(*self.bound)
        rules = self.bound
        return lambda node, g, values: [
            None if edge is None else rule(g, values) for rule, edge in zip(rules, node.edges)
        ]

    def plan(self, mask: tuple[bool, ...]) -> list[tuple[int, int]]:
        """What to save when only the inputs of `mask` want a gradient: (kind, parameter) for each of ``saves``."""
        if mask not in self._plans:
            rules = [self.joint] if self.joint else [r for r, wanted in zip(self.rules.values(), mask) if wanted]
            needed = {parameter for rule in rules for parameter in parameters(rule)[1:]}
            self._plans[mask] = [self._saving(name) if name in needed else (SKIP, 0) for name in self.saves]
        return self._plans[mask]

    def _saving(self, name: str) -> tuple[int, int]:
        if name == "out":
            return OUT, 0
        if name in self.names:
            return ARGUMENT, self.names.index(name)
        return SHAPE, self.names.index(name.removesuffix("_shape"))


SKIP, ARGUMENT, SHAPE, OUT = range(4)


def parameters(function: Call) -> tuple[str, ...]:
    """The parameter names of a plain Python function."""
    code = function.__code__  # type: ignore[attr-defined]
    return code.co_varnames[: code.co_argcount]


def positions(rule: Rule, saves: Sequence[str]) -> list[int]:
    """Where in the saved values a rule finds its arguments; "needs" comes after all of them."""
    return [len(saves) if name == "needs" else saves.index(name) for name in parameters(rule)[1:]]


def _pair(first: Rule, second: Rule) -> Rule:
    def backward(node: Node, g: Any, values: tuple[Any, ...]) -> Any:
        x, y = node.edges
        return None if x is None else first(g, values), None if y is None else second(g, values)

    return backward


def _pair_single(rules: Any, picks: Sequence[Sequence[int]]) -> Rule:
    (first, second), ((i,), (j,)) = rules, picks

    def backward(node: Node, g: Any, values: tuple[Any, ...]) -> Any:
        x, y = node.edges
        return None if x is None else first(g, values[i]), None if y is None else second(g, values[j])

    return backward


def bind(rule: Rule, saves: Sequence[str]) -> Rule:
    """``rule(g, a, b)`` as a function of the gradient and of the tuple of all saved values."""
    picks = positions(rule, saves)
    if not picks:
        return lambda g, values: rule(g)
    if len(picks) == 1:
        (i,) = picks
        return lambda g, values: rule(g, values[i])
    if len(picks) == 2:
        i, j = picks
        return lambda g, values: rule(g, values[i], values[j])
    return lambda g, values: rule(g, *[values[i] for i in picks])


def quietly(forward: Call, *arguments: Any) -> Any:
    """Calls `forward` without NumPy's floating-point warnings, at no cost where there are none.

    They are filtered by module where rushlight is imported; a program that turns warnings into errors still gets
    torch's silence, from a second run.
    """
    try:
        return forward(*arguments)
    except RuntimeWarning:
        with np.errstate(all="ignore"):
            return forward(*arguments)
