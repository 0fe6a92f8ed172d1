"""One operation, declared in one place: its value, its derivative rules, its names.

    mul = elementwise("mul", operator.mul, "MulBackward0", lambda g, y: g * y, lambda g, x: g * x)

A rule is plain NumPy code. Its *parameter names* are what the operation saves, read once, here:

    g             the gradient that arrives (a tuple, with None for the undefined, where the op has several results)
    x, y, dim...  the argument of that name, as it was passed in
    x_shape       only the shape of the argument x
    out           the result
    needs         which inputs want a gradient (for a rule that computes all of them at once)

First-order backward calls the rules on raw payloads; with ``create_graph`` the same rules run on Tensors and so record
their own graph. Rules never mutate, and never undo a broadcast: the edge does (see `record.conform`).

Note [Complex derivatives]
    torch's gradient of a real loss L with respect to a complex z is conj(dL/dz) (twice the Wirtinger derivative by
    conj(z)). For a holomorphic f that makes grad_in = grad_out * conj(f'(z)) = conj(conj(grad_out) * f'(z)): so rules
    are written as if everything were real, and the graph conjugates before and after. Operations that are not
    holomorphic (abs, real, conj, ...) declare ``holomorphic=False`` and write torch's rule themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property
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
#: torch's names of what is saved, where they are not those of the parameters; an operation may have others (`Op`, saved_as).
SAVED_AS = {"x": "self", "y": "other", "out": "result", "x_shape": "self_sym_sizes", "g": "grad_output",
            "kernel": "kernel_size", "align": "align_corners", "by_freq": "scale_grad_by_freq", "number": "other"}  # fmt: skip
#: Every operation, by name; tests go through it.
OPS: dict[str, Op] = {}
#: Classes of Tensors that carry more than their payload, with the layer that handles operations on them: see `layers`.
LAYERS: dict[type, Any] = {}
#: What is asked before every operation on tensors, by thread (its id): see `layers.dispatch_mode`.
MODES: dict[int, Any] = {}
#: What is called before a tensor is written while layers are entered: (tensor, call, arguments), to refuse it.
WRITES: list[Callable[[Any, Call, Sequence[Any]], None]] = []
#: How many levels of layers are entered now: while there are any, backward runs on Tensors.
LIVE = [0]


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
    ``differentiable`` parameters at once. ``saves`` lists what rules read, in the order of `Node.values`. What else a
    declaration may say:

        several      it returns a tuple; a joint rule gets a tuple of gradients
        view         its result shares the memory of its first argument (see `views`)
        variadic     its first argument is a list of tensors
        linear       it is linear in its tensors: a tangent goes the way of the values
        holomorphic  False: rules for complex numbers are torch's own, and the edge does not conjugate
        conforms     its edges bring gradients to the shape and dtype of the inputs (elementwise operations do)
        saved_as     torch's names of what is saved, where they are others than `SAVED_AS` has

    and, of elementwise operations (see `declare.elementwise`), ``promote``, ``numbers``, ``check`` and ``wide``.
    """

    #: Writes the result of a call into the tensor that was given as ``out=``: ``into(out, call, *arguments)``. The room of the
    #: operations sets it.
    into: Call
    #: ``backward(node, g, values)``: the gradients of a node's edges; None where one wants none. Written when it is first
    #: called, as the class of nodes is made when one is first seen: most programs use few operations.
    backward: Rule

    def __init__(self, name: str, forward: Call, node: str, names: Sequence[str], *, rules: dict[str, Rule] | None = None,
                 joint: Rule | None = None, differentiable: Sequence[str] = (), saves: Sequence[str] | None = None,
                 several: bool = False, view: bool = False, variadic: bool = False, conforms: bool = False,
                 holomorphic: bool = True, promote: Call | None = None, saved_as: dict[str, str] | None = None,
                 linear: bool = False, numbers: Any = True, check: Call | None = None, wide: Any = True) -> None:  # fmt: skip
        if name in OPS:
            raise ValueError(f"operation {name!r} is declared twice")
        self.name, self.forward, self.names, self.linear, self._node = name, forward, tuple(names), linear, node
        self.rules, self.joint = rules or {}, joint
        self.differentiable = tuple(self.names.index(n) for n in (differentiable if joint else self.rules))
        self.view, self.variadic, self.conforms, self.holomorphic = view, variadic, conforms, holomorphic
        self.promote, self.several, self.numbers, self.check, self.wide = promote, several, numbers, check, wide
        self.call: Call = forward
        #: How many of the first parameters are tensors or numbers that promote together.
        self.inputs = 0
        every = [joint] if joint else list(self.rules.values())
        #: What each rule reads, beside the gradient.
        self.reads = tuple(parameters(rule)[1:] for rule in every)
        wanted = {name for reads in self.reads for name in reads} - {"needs"}
        self.saves = tuple(saves) if saves is not None else tuple(sorted(wanted, key=self._order))
        #: What gathers what is saved, by which inputs want a gradient: see `record`.
        self.savings: dict[tuple[bool, ...], Call] = {}
        self._saved = {(saved_as or {}).get(n, SAVED_AS.get(n, n)): i for i, n in enumerate(self.saves) if n in wanted}

        def first(node: Node, g: Any, values: Any) -> Any:
            self.backward = self._written_out(every)
            return self.backward(node, g, values)

        self.backward = first
        OPS[name] = self

    @cached_property
    def node_class(self) -> Any:
        """The class of this operation's nodes, as a program sees them: see Note [One class on the way] in `node`."""
        return type(self._node, (Node,), {
            "__slots__": ("outputs",) if self.several else (), "op": self, "several": self.several, "__module__": "builtins",
            **saved_properties(self._saved)})  # fmt: skip

    def _order(self, name: str) -> int:
        return len(self.names) if name == "out" else self.names.index(name.removesuffix("_shape"))

    def _written_out(self, rules: Sequence[Rule]) -> Rule:
        """The function that runs the rules on the saved values, as one would write it by hand for this operation:

            lambda node, g, values: (x(g, values[1]) if node._edges[0] is not None else None,
                                     y(g, values[0]) if node._edges[1] is not None else None)

        (and the first rule alone for a node with a lone edge).
        """
        places = {name: f"values[{i}]" for i, name in enumerate(self.saves)}
        places["needs"] = "tuple([edge is not None for edge in node.edges])"
        calls = [f"rule{k}({', '.join(['g', *[places[name] for name in reads]])})" for k, reads in enumerate(self.reads)]
        if len(calls) > 1:
            several = [f"{call} if node._edges[{k}] is not None else None" for k, call in enumerate(calls)]
            result = f"({', '.join(several)}) if node._edges.__class__ is tuple else ({calls[0]},)"
        else:
            result = calls[0] if self.joint else f"({', '.join([*calls, ''])})"
        names = ", ".join([f"rule{k}" for k in range(len(rules))])
        return compiled(f"lambda {names}: lambda node, g, values: {result}")(*rules)


def parameters(function: Call) -> tuple[str, ...]:
    """The parameter names of a plain Python function."""
    code = function.__code__  # type: ignore[attr-defined]
    return code.co_varnames[: code.co_argcount]


@cache
def compiled(source: str) -> Any:
    return eval(source)


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
