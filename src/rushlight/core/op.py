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

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..arrays import dtypes
from .errors import INFERENCE_SAVED
from .modes import GRAD, INFERENCE, grad_mode
from .node import Node, Output, next_rank, saved_properties
from ..arrays.promotion import result_dtype
from ..arrays.summation import total
from .tensor import LEAF, PLAIN, UNTRACKED, Tensor, edge_of, new, shared_counter, wrap

F32, F64 = np.dtype(np.float32), np.dtype(np.float64)
ndarray = np.ndarray
Rule = Callable[..., Any]
Call = Callable[..., Any]

#: Called with every node that is recorded while anomaly mode (or another observer) is on; empty otherwise.
OBSERVERS: list[Callable[[Node], None]] = []
#: Every operation, by name; tests go through it.
OPS: dict[str, Op] = {}


class Op:
    """An operation: what it computes, how it is differentiated, what it is called.

    ``names`` are its parameters and ``rules`` its derivative rules by parameter; ``joint`` is one rule for all
    ``differentiable`` parameters at once. ``saves`` lists what rules read, in the order of `Node.values`.
    """

    def __init__(self, name: str, forward: Call, node: str, names: Sequence[str], *, rules: dict[str, Rule] | None = None,
                 joint: Rule | None = None, differentiable: Sequence[str] = (), saves: Sequence[str] | None = None,
                 several: bool = False, view: bool = False, variadic: bool = False, conforms: bool = False,
                 holomorphic: bool = True, promote: Call | None = None, saved_as: dict[str, str] | None = None,
                 c: str | None = None, linear: bool = False, numbers: bool = True,
                 check: Call | None = None, wide: bool = True) -> None:  # fmt: skip
        self.name, self.forward, self.names, self.c, self.linear = name, forward, tuple(names), c, linear
        self.rules, self.joint = rules or {}, joint
        self.differentiable = tuple(self.names.index(n) for n in (differentiable if joint else self.rules))
        self.view, self.variadic, self.conforms, self.holomorphic = view, variadic, conforms, holomorphic
        self.promote, self.several, self.numbers, self.check, self.wide = promote, several, numbers, check, wide
        self.call: Call = forward
        every = [joint] if joint else list(self.rules.values())
        wanted = {parameter for rule in every for parameter in parameters(rule)[1:]} - {"needs"}
        self.saves = tuple(saves) if saves is not None else tuple(sorted(wanted, key=self._order))
        self.bound = tuple(bind(rule, self.saves) for rule in every)
        self._plans: dict[tuple[bool, ...], list[tuple[int, int]]] = {}
        torch_names = {"x": "self", "y": "other", "out": "result", "x_shape": "self_sym_sizes", **(saved_as or {})}
        self.node_class = type(node, (Node,), {
            "__slots__": ("outputs",) if several else (), "op": self, "several": several, "backward": self._backward(),
            **saved_properties({torch_names.get(n, n): i for i, n in enumerate(self.saves) if n in wanted})})  # fmt: skip
        OPS[name] = self

    def _order(self, name: str) -> int:
        return len(self.names) if name == "out" else self.names.index(name.removesuffix("_shape"))

    def _backward(self) -> Rule:
        """The method that runs the rules: written out for one and two inputs, in general otherwise."""
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
            needed = {parameter for rule in rules if rule for parameter in parameters(rule)[1:]}
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


# Recording, in general.


def record(op: Op, arguments: Sequence[Any], payloads: Sequence[Any], result: Any) -> Any:
    """The result(s) of an operation as Tensor(s), on the graph if an input requires grad."""
    inputs = arguments[0] if op.variadic else [arguments[i] for i in op.differentiable]
    edges: tuple[Any, ...] = ()
    if inputs and grad_mode() == GRAD:
        edges = tuple([edge_of(a) if isinstance(a, Tensor) else None for a in inputs])
    several = isinstance(result, (tuple, list))
    assert several == op.several or not op.rules and not op.joint, op.name
    recorded = any(e is not None for e in edges) and (several or result.dtype.kind in "fc")
    if not recorded:
        return _tuple_like(result, [wrap(r) for r in result]) if several else wrap(result)
    node = op.node_class()
    node._rank, node.edges, node.extras = next_rank(), edges, None
    if several:
        node.outputs = len(result)  # type: ignore[misc]
        out: Any = [wrap(r, Output(node, i) if r.dtype.kind in "fc" else None) for i, r in enumerate(result)]
    else:
        out = wrap(result, node)
    _save(op, node, arguments, payloads, out)
    node.metas = None
    if op.conforms or op.variadic or _any_complex(inputs, result if several else (result,)):
        node.metas = Metas.of(op, inputs, result)
    if OBSERVERS:
        for observe in OBSERVERS:
            observe(node)
    return _tuple_like(result, out) if several else out


def _tuple_like(result: Any, tensors: list[Tensor]) -> Any:
    """A tuple of tensors; a named tuple where the payloads came in one."""
    return type(result)(*tensors) if hasattr(result, "_fields") else tuple(tensors)


def _save(op: Op, node: Node, arguments: Sequence[Any], payloads: Sequence[Any], out: Any) -> None:
    values: list[Any] = []
    saved: list[Any] = []
    for kind, i in op.plan(tuple([edge is not None for edge in node.edges])) if not op.variadic else op.plan(()):
        value = origin = None
        if kind == ARGUMENT:
            value = payloads[i]
            if isinstance(arguments[i], Tensor):
                origin = arguments[i]
        elif kind == SHAPE:
            value = [p.shape for p in payloads[i]] if op.variadic and i == 0 else np.shape(payloads[i])
        elif kind == OUT:
            if isinstance(out, list):
                value, origin = tuple([o._data for o in out]), tuple([shared_counter(o) for o in out])
            else:
                value, origin = out._data, shared_counter(out)
        values.append(value)
        saved.append(origin)
    node.values, node.saved = tuple(values), tuple(saved) if any([s is not None for s in saved]) else ()
    node.versions = versions_of(node.saved)


def versions_of(saved: Sequence[Any]) -> tuple[int, ...] | None:
    """The versions of saved tensors now; None when none was ever written. Inference tensors cannot be saved."""
    versions, written = [], False
    for s in saved:
        counter = s if s is None or s.__class__ is list else getattr(s, "_counter", None)
        version = 0
        if counter is not None:
            if counter is UNTRACKED:
                raise RuntimeError(INFERENCE_SAVED)
            version = counter[0]
            written = written or version > 0
        versions.append(version)
    return tuple(versions) if written else None


def _any_complex(inputs: Sequence[Any], results: Sequence[Any]) -> bool:
    return any(r.dtype.kind == "c" for r in results) or any(
        isinstance(a, Tensor) and a._data.dtype.kind == "c" for a in inputs
    )


class Metas:
    """What the edges of a node ask of its gradients: a shape and a dtype each, and complex conjugation."""

    __slots__ = ("conjugate", "edges")

    def __init__(self, edges: tuple[Any, ...], conjugate: bool) -> None:
        self.edges, self.conjugate = edges, conjugate

    @classmethod
    def of(cls, op: Op, inputs: Sequence[Any], result: Any) -> Metas | None:
        results = result if isinstance(result, (tuple, list)) else (result,)
        conjugate = op.holomorphic and _any_complex(inputs, results)
        edges = tuple([(a._data.shape, a.dtype) if isinstance(a, Tensor) else None for a in inputs])
        like = (results[0].shape, dtypes.of_array(results[0]))
        if not conjugate and all(e is None or e == like for e in edges):
            return None
        return cls(edges, conjugate)

    def backward(self, node: Node, g: Any, values: tuple[Any, ...]) -> list[Any]:
        """Runs the node's rules and brings each gradient to the shape and dtype of its edge."""
        if self.conjugate:
            g = tuple([conj(part) for part in g]) if isinstance(g, (tuple, list)) else conj(g)
        grads = node.backward(g, values)
        out = []
        for grad, edge, meta in zip(grads, node.edges, self.edges):
            if grad is not None and edge is not None:
                grad = conform(conj(grad) if self.conjugate else grad, *meta)
            out.append(grad)
        return out


def conj(g: Any) -> Any:
    return g.conj() if g is not None and (g.is_complex() if isinstance(g, Tensor) else g.dtype.kind == "c") else g


def conform(g: Any, shape: tuple[int, ...], dtype: dtypes.dtype) -> Any:
    """Undoes a broadcast and a promotion: sums `g` down to `shape`, and casts it to `dtype`."""
    if g.shape != shape:
        g = unbroadcast(g, shape)
    if isinstance(g, Tensor):
        return g if g.dtype is dtype else (g.real if g.is_complex() and not dtype.is_complex else g).to(dtype)
    if dtypes.of_array(g) is dtype:
        return g
    return dtypes.cast(g.real if g.dtype.kind == "c" and not dtype.is_complex else g, dtype)


def unbroadcast(g: Any, shape: tuple[int, ...]) -> Any:
    """Sums `g` down to `shape`, which broadcasts to the shape of `g`."""
    if not shape and g.__class__ is ndarray:
        return total(g)
    lead = g.ndim - len(shape)
    axes = tuple([i for i, n in enumerate(g.shape) if i < lead or (shape[i - lead] == 1 and n != 1)])
    if len(axes) == g.ndim and isinstance(g, ndarray):
        return total(g).reshape(shape)
    if lead == len(axes):
        return g.sum(axes)
    return g.sum(axes, keepdims=True).reshape(shape)


class Broadcast:
    """The `Metas` of the short way: two real tensors of one dtype, of shapes that differ."""

    __slots__ = ("shapes",)

    def __init__(self, first: tuple[int, ...], second: tuple[int, ...]) -> None:
        self.shapes = first, second

    def backward(self, node: Node, g: Any, values: tuple[Any, ...]) -> Any:
        """Runs the node's rules and brings each gradient to the shape of its edge."""
        x, y = node.backward(g, values)
        first, second = self.shapes
        if x is not None and x.shape != first:
            x = unbroadcast(x, first)
        if y is not None and y.shape != second:
            y = unbroadcast(y, second)
        return x, y


# Declarations.


def op(name: str, forward: Call, node: str = "", vjp: Any = None, *, differentiable: Sequence[str] = (), **about: Any) -> Call:
    """Declares an operation in general and returns the function that calls it.

    `vjp` is a dict of rules by parameter of `forward`, or one function that returns all gradients of `differentiable`.
    The function takes Tensors (and numbers, shapes, ...) in the order of `forward`'s parameters; called on raw
    payloads only, as by a derivative rule in first-order backward, it computes on them directly.
    """
    names = about.pop("names", None) or parameters(forward)
    joint = vjp if callable(vjp) else None
    if about.get("view"):
        from .views import view_call, views_call

        this = Op(name, forward, node or name, names, rules=vjp, saves=(f"{names[0]}_shape", *names[1:]), **about)
        return _named(views_call(this) if this.several else view_call(this), this)
    # One input with a gradient, and it comes first: calls on a float tensor may take the short way.
    short = bool(vjp) and joint is None and list(vjp) == [names[0]] and not (about.keys() & {"several", "variadic"} or about.get("conforms"))
    this = Op(name, forward, node or name, names, rules=None if joint else vjp, joint=joint,
              differentiable=differentiable, saves=_one_input_saves(names) if short else None, **about)  # fmt: skip
    call = _general(this)
    if vjp and not about.keys() & {"several", "variadic"}:
        call = _several_inputs(this, call)
    return _named(_unary(this, call) if short else call, this)


def _one_input_saves(names: Sequence[str]) -> tuple[str, ...]:
    """What the short way keeps, in its order: the arguments, the result, the input's shape."""
    return (*names, "out", f"{names[0]}_shape")


def _general(op: Op) -> Call:
    forward = op.forward

    def call(*arguments: Any) -> Any:
        if op.variadic:
            if not any([isinstance(a, Tensor) for a in arguments[0]]):
                return forward(*arguments)
            payloads = [[_payload(a) for a in arguments[0]], *arguments[1:]]
        else:
            if not any([isinstance(a, Tensor) for a in arguments]):
                return forward(*arguments)
            payloads = [_payload(a) for a in arguments]
        return record(op, arguments, payloads, quietly(forward, *payloads))

    return call


def _several_inputs(op: Op, slow: Call) -> Call:
    """The short way of an operation with any number of inputs and one result: what `record` does, on real tensors."""
    forward, node_class, differentiable, conforms, plan = op.forward, op.node_class, op.differentiable, op.conforms, op.plan
    unrecorded = (False,) * len(differentiable)

    def call(*arguments: Any) -> Any:
        payloads, found = [], False
        for a in arguments:
            if a.__class__ in PLAIN:
                a, found = a._data, True
                if a.dtype.kind == "c":
                    return slow(*arguments)
            elif isinstance(a, Tensor):
                return slow(*arguments)
            payloads.append(a)
        if not found:
            return forward(*arguments)
        try:
            r = forward(*payloads)
        except RuntimeWarning:
            return slow(*arguments)
        if r.dtype.kind == "c":
            return slow(*arguments)
        y = new(Tensor)
        y._data = r
        y._view = y._cold = None
        mode, mask = grad_mode(), unrecorded
        if mode == GRAD and r.dtype.kind == "f":
            edges = tuple([edge_of(arguments[i]) if arguments[i].__class__ in PLAIN else None for i in differentiable])
            mask = tuple([edge is not None for edge in edges])
        if mask == unrecorded:
            y._node, y._counter = None, UNTRACKED if mode == INFERENCE else None
            return y
        node = node_class()
        node._rank, node.edges, node.extras = next_rank(), edges, None
        y._node, y._counter = node, None
        _keep(node, plan(mask), arguments, payloads, y)
        node.metas = Metas.of(op, [arguments[i] for i in differentiable], r) if conforms else None
        if OBSERVERS:
            for observe in OBSERVERS:
                observe(node)
        return y

    return call


def _keep(node: Node, plan: list[tuple[int, int]], arguments: Sequence[Any], payloads: list[Any], y: Tensor) -> None:
    """What `_save` does, for one plain result."""
    values, saved, tracked, held = [], [], False, False
    for kind, i in plan:
        value = origin = None
        if kind == ARGUMENT:
            value = payloads[i]
            if arguments[i].__class__ in PLAIN:
                origin, held = arguments[i], True
                tracked |= origin._counter is not None
        elif kind == SHAPE:
            value = np.shape(payloads[i])
        elif kind == OUT:
            value, held = y._data, True
            origin = y._counter = [0]
        values.append(value)
        saved.append(origin)
    node.values, node.saved = tuple(values), tuple(saved) if held else ()
    node.versions = versions_of(saved) if tracked else None


def _payload(a: Any) -> Any:
    return a._data if isinstance(a, Tensor) else a


def _named(call: Call, op: Op) -> Call:
    call.__name__ = call.__qualname__ = op.name
    call.op = op  # type: ignore[attr-defined]
    op.call = call
    return call


def elementwise(name: str, forward: Call, node: str = "", *vjp: Rule, names: Sequence[str] | None = None, **about: Any) -> Call:
    """Declares an elementwise operation: one rule per input, promotion and broadcasting as torch does them.

    The first `inputs` parameters are tensors (or numbers, unless ``numbers=False``) that broadcast and promote together;
    one without a rule has no gradient. Calls on float tensors take a short way through where there is one input, or two
    and no further parameters. ``promote`` maps the common dtype of the inputs to that in which to compute
    (`int_to_float` for the likes of ``sin``), and raises for a dtype that the operation does not know; ``check`` is called
    with the inputs, to raise for a mixture that it refuses, unless they are float tensors of one dtype.
    """
    names = names or (parameters(forward) if hasattr(forward, "__code__") else ("x", "y")[: max(len(vjp), 1)])
    inputs = about.pop("inputs", len(vjp) or len(names))
    about.setdefault("numbers", inputs > 1)
    simple = inputs == 1 or len(names) == inputs == 2
    saves = (_one_input_saves(names) if inputs == 1 else (*names, "out")) if simple and vjp else None
    this = Op(name, forward, node or name, names, rules=dict(zip(names, vjp)), conforms=True, saves=saves, **about)
    slow = _promoting(this, inputs)
    # The operator answers NotImplemented where the function raises.
    operator = _named(_binary(this, _as_operator(slow)), this) if simple and inputs == 2 else None
    call = _named(_with_out(_binary(this, slow)) if operator else _unary(this, slow) if simple else slow, this)
    call.operator = operator  # type: ignore[attr-defined]
    return call


def _promoting(op: Op, inputs: int) -> Call:
    """An elementwise operation the long way: any dtypes, numbers, layers, shapes; errors in torch's words."""
    from .errors import broadcast_shapes

    forward, promote = op.forward, op.promote

    def call(*arguments: Any) -> Any:
        operands = arguments[:inputs]
        if len(arguments) != len(op.names):
            count = f"{len(op.names)} positional argument{'s' * (len(op.names) != 1)}"
            raise TypeError(f"{op.name}() takes {count} but {len(arguments)} were given")
        dtype, payloads = _floats(operands, op.numbers)
        if dtype is None:
            if not any([isinstance(a, Tensor) for a in arguments]) and any([hasattr(a, "dtype") for a in operands]):
                return forward(*arguments)
            for position, a in enumerate(operands):
                check_operand(op, position, a)
            if op.check is not None:
                op.check(*operands)
            dtype = result_dtype([_category(a) for a in operands])
            if promote is not None:
                dtype = promote(dtype)
            payloads = [_cast_operand(a, dtype) for a in operands]
        elif promote is not None:
            promote(dtype)
        payloads += [_payload(a) for a in arguments[inputs:]]
        try:
            result = quietly(_rounding_once(forward, dtype) if dtype.itemsize == 2 and op.wide else forward, *payloads)
        except ValueError:
            broadcast_shapes(*[p.shape for p in payloads if hasattr(p, "shape")])  # raises in torch's words
            raise
        return record(op, arguments, payloads, result)

    return call


def _floats(operands: Sequence[Any], numbers: bool) -> tuple[Any, list[Any]]:
    """The common dtype and the payloads of operands that need no promotion: float32 or float64 tensors, and numbers."""
    dtype = None
    for a in operands:
        if a.__class__ in PLAIN:
            d = a._data.dtype
            if (d is not F32 and d is not F64) or (dtype is not None and dtype is not d):
                return None, []
            dtype = d
        elif not (numbers and (a.__class__ is float or a.__class__ is int)):
            return None, []
    if dtype is None:
        return None, []
    cast = FLOATS if dtype is F32 else DOUBLES
    return dtypes.BY_NUMPY[dtype], [a._data if a.__class__ in PLAIN else cast[a] for a in operands]


def _rounding_once(forward: Call, dtype: dtypes.dtype) -> Call:
    """`forward` on 16-bit floats: computed in float32 and rounded at the end, as in torch's kernels."""
    if not dtype.is_floating_point:
        return forward

    def compute(*payloads: Any) -> Any:
        result = forward(*[_widened(p, dtype) for p in payloads])
        return dtypes.cast(result, dtype) if result.dtype == F32 else result

    return compute


NUMBERS = (bool, int, float, complex)
#: The classes of payloads on which a derivative rule computes directly, in first-order backward.
RAW = frozenset((np.ndarray, np.float32, np.float64))


def _widened(payload: Any, dtype: dtypes.dtype) -> Any:
    wide = isinstance(payload, (np.ndarray, np.generic)) and dtypes.of_array(payload) is dtype
    return dtypes.cast(payload, dtypes.float32) if wide else payload


def check_operand(op: Op, position: int, a: Any) -> None:
    """Raises TypeError, in torch's words, if `a` cannot be the operand at `position`."""
    if not hasattr(a, "dtype") and not (op.numbers and isinstance(a, NUMBERS)):
        word = "input" if position == 0 else op.names[position] if len(op.names[position]) > 1 else "other"
        raise TypeError(
            f"{op.name}(): argument '{word}' (position {position + 1}) must be Tensor, not {type(a).__name__}"
        )


def _category(a: Any) -> Any:
    """An operand as promotion sees it: a number, or a dtype and a number of dimensions."""
    if isinstance(a, Tensor):
        return a.dtype, a._data.ndim
    return a if isinstance(a, (*NUMBERS, np.generic)) else (dtypes.of_array(a), a.ndim)


def _cast_operand(a: Any, dtype: dtypes.dtype) -> Any:
    if isinstance(a, Tensor):
        data = a._data
        return data if dtypes.of_array(data) is dtype else dtypes.cast(data, dtype)
    if isinstance(a, NUMBERS):
        return dtypes.cast(np.asarray(a), dtype)[()]
    return dtypes.cast(a, dtype)


def int_to_float(dtype: dtypes.dtype) -> dtypes.dtype:
    """The `promote` of operations whose result on integers is of the default dtype."""
    return dtype if dtype.is_floating_point or dtype.is_complex else dtypes.get_default_dtype()


def _as_operator(slow: Call) -> Call:
    def call(x: Any, y: Any) -> Any:
        if not isinstance(y, (Tensor, *NUMBERS, np.ndarray, np.generic)):
            return NotImplemented
        return slow(x, y)

    return call


class _Numbers(dict[float, Any]):
    """Python numbers as 0-d arrays of one dtype, with which NumPy multiplies an array twice as fast."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype

    def __missing__(self, number: float) -> Any:
        array = np.array(number, self.dtype)
        array.flags.writeable = False
        if number and len(self) < 4096:  # zero is not kept: it would stand for minus zero too
            self[number] = array
        return array


FLOATS, DOUBLES = _Numbers(F32), _Numbers(F64)


# The short way. Note [The short way]
#   Nearly every call in nearly every program is on float32 or float64 tensors of one dtype, or on one and a Python
#   number. These two functions are what that costs: check, compute, wrap, record, without a call in between. They do
#   what `_promoting` and `record` do, in the same order; whatever is out of the ordinary goes there.


def _unary(op: Op, slow: Call) -> Call:
    forward, node_class = op.forward, op.node_class
    saves_x, saves_out, smooth = _reads(op, op.names[0]), _reads(op, "out"), bool(op.rules)
    saves_shape = _reads(op, f"{op.names[0]}_shape")
    saves, saves_tensor = any(_reads(op, name) for name in op.saves), saves_x or saves_out
    unsaved = (None,) * (len(op.names) - 1)

    def call(input: Any, *parameters: Any, out: Any = None) -> Any:
        if input.__class__ in RAW:
            return forward(input, *parameters)
        if input.__class__ not in PLAIN or out is not None:
            return slow(input, *parameters) if out is None else into(out, slow, input, *parameters)
        a = input._data
        d = a.dtype
        if d is not F32 and d is not F64:
            return slow(input, *parameters)
        for p in parameters:
            if p.__class__ in PLAIN:
                return slow(input, *parameters)
        try:
            r = forward(a, *parameters)
        except (RuntimeWarning, ValueError, TypeError):
            return slow(input, *parameters)
        y = new(Tensor)
        y._data = r
        y._view = y._cold = None
        mode = grad_mode()
        counter = input._counter
        n = input._node
        if counter is not None and input._view is not None and mode == GRAD and smooth:
            n = edge_of(input)
        if n is None or mode != GRAD or not smooth:
            y._node, y._counter = None, UNTRACKED if mode == INFERENCE else None
            return y
        node = node_class()
        node._rank = next_rank()
        node.edges = (input if n is LEAF else n,)
        y._node = node
        y._counter = [0] if saves_out else None
        if saves:
            shape = a.shape if saves_shape else None
            node.values = (a if saves_x else None, *parameters, r if saves_out else None, shape)
            node.saved = saved = (input if saves_x else None, *unsaved, y._counter, None) if saves_tensor else ()
            node.versions = None if counter is None or not saves_x else versions_of(saved)
        else:
            node.values, node.saved, node.versions = (), (), None
        node.metas = node.extras = None
        if OBSERVERS:
            for observe in OBSERVERS:
                observe(node)
        return y

    return call


def _binary(op: Op, slow: Call) -> Call:
    forward, node_class = op.forward, op.node_class
    first, second = [*[parameters(rule) for rule in op.rules.values()], (), ()][:2]
    numbers, one_edge = op.numbers, len(op.rules) == 1
    nx, ny = op.names
    x_for_x, y_for_x, out_for_x = nx in first, ny in first, "out" in first
    x_for_y, y_for_y, out_for_y = nx in second, ny in second, "out" in second
    saves, smooth = any(_reads(op, n) for n in (nx, ny, "out")), bool(op.rules)

    def call(input: Any, other: Any) -> Any:
        kind = other.__class__
        if input.__class__ not in PLAIN:
            return forward(input, other) if input.__class__ in RAW and kind in RAW else slow(input, other)
        a = input._data
        d = a.dtype
        if kind in PLAIN:
            b = other._data
            if b.dtype is not d:
                return slow(input, other)
            ny, counter_y = other._node, other._counter
        elif (kind is float or kind is int) and numbers:
            b = (FLOATS if d is F32 else DOUBLES)[other] if a.__class__ is ndarray else other
            ny = counter_y = None
        else:
            return slow(input, other)
        if d is not F32 and d is not F64:
            return slow(input, other)
        try:
            r = forward(a, b)
        except (RuntimeWarning, ValueError, TypeError, OverflowError, ZeroDivisionError):
            return slow(input, other)
        z = new(Tensor)
        z._data = r
        z._view = z._cold = None
        mode = grad_mode()
        nx, counter_x = input._node, input._counter
        if mode == GRAD and smooth:
            if counter_x is not None and input._view is not None:
                nx = edge_of(input)
            if counter_y is not None and other._view is not None:
                ny = edge_of(other)
        if (nx is None and ny is None) or mode != GRAD or not smooth:
            z._node, z._counter = None, UNTRACKED if mode == INFERENCE else None
            return z
        node = node_class()
        node._rank = next_rank()
        node.edges = (input if nx is LEAF else nx, other if ny is LEAF else ny)
        if one_edge:
            node.edges = node.edges[:1]
        z._node, z._counter = node, None
        if saves:
            wants_x, wants_y = nx is not None, ny is not None
            x = input if (wants_x and x_for_x) or (wants_y and x_for_y) else None
            y = other if (wants_x and y_for_x) or (wants_y and y_for_y) else None
            result = None
            if (wants_x and out_for_x) or (wants_y and out_for_y):
                result, z._counter = r, [0]
            node.values = (None if x is None else a, None if y is None else b, result)
            node.saved = saved = (x, y if kind is not float and kind is not int else None, z._counter)
            node.versions = None if counter_x is None and counter_y is None else versions_of(saved)
        else:
            node.values, node.saved, node.versions = (), (), None
        node.extras = None
        if kind is float or kind is int or a.shape == b.shape:
            node.metas = None
        else:
            node.metas = Metas.of(op, (input, other), r) if one_edge else Broadcast(a.shape, b.shape)
        if OBSERVERS:
            for observe in OBSERVERS:
                observe(node)
        return z

    return call


def _with_out(call: Call) -> Call:
    def function(input: Any, other: Any, *, out: Any = None) -> Any:
        return call(input, other) if out is None else into(out, call, input, other)

    return function


def _reads(op: Op, name: str) -> bool:
    return any(name in parameters(rule) for rule in op.rules.values())


def into(out: Tensor, call: Call, *arguments: Any) -> Tensor:
    """``out=``: writes the result into `out` (reshaped if it must be), which may not take part in a graph."""
    from .views import write_out

    return write_out(out, call, arguments)
