"""The short way through an operation.

Note [The short way]
    Nearly every call in nearly every program is on float32 or float64 tensors of one dtype, or on one and a Python
    number. The functions here are what that costs: check, compute, wrap, record, without a call in between. They do what
    `declare` and `record` do, in the same order; whatever is out of the ordinary goes there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from ..arrays.blocks import LARGE
from .modes import GRAD, INFERENCE, grad_mode
from .node import Node, next_rank
from .op import ARGUMENT, F32, F64, LAYERS, LIVE, OBSERVERS, OUT, RAW, SHAPE, Call, Op, layer_of, parameters
from .record import Broadcast, Metas, versions_of
from .tensor import LEAF, PLAIN, UNTRACKED, Tensor, edge_of, new

#: The classes of most parameters: no layer has a part in them.
CONSTANTS = frozenset((int, float, bool, str, type(None)))


def _is_tensor(a: Any) -> bool:
    """Whether a parameter is a Tensor, or what a layer has in place of one, or holds some."""
    return isinstance(a, Tensor) or a.__class__ in LAYERS or (LIVE[0] != 0 and layer_of((a,)) is not None)


def several_inputs(op: Op, slow: Call) -> Call:
    """The short way of an operation with any number of inputs and one result: what `record` does, on real tensors."""
    forward, differentiable, conforms, plan = op.forward, op.differentiable, op.conforms, op.plan
    unrecorded = (False,) * len(differentiable)

    def call(*arguments: Any) -> Any:
        payloads, found = [], False
        for a in arguments:
            if a.__class__ in PLAIN:
                a, found = a._data, True
                if a.dtype.kind == "c":
                    return slow(*arguments)
            elif a.__class__ not in CONSTANTS and _is_tensor(a):
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
        node = Node()
        node._rank, node.op, node.edges, node.extras = next_rank(), op, edges, None
        y._node, y._counter = node, None
        _keep(node, plan(mask), arguments, payloads, y)
        node.metas = Metas.of(op, [arguments[i] for i in differentiable], r) if conforms else None
        if OBSERVERS:
            for observe in OBSERVERS:
                observe(node, arguments, y)
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


def float_value(op: Op) -> Call:
    """The operation's value on float32 and float64, where that is computed more directly than on other dtypes."""
    return getattr(op.forward, "plain", op.forward)


def one_input(op: Op, slow: Call) -> Call:
    forward = op.forward
    value = float_value(op)
    saves_x, saves_out, smooth = _reads(op, op.names[0]), _reads(op, "out"), bool(op.rules)
    saves_shape = _reads(op, f"{op.names[0]}_shape")
    saves, saves_tensor = any(_reads(op, name) for name in op.saves), saves_x or saves_out
    unsaved = (None,) * (len(op.names) - 1)
    large = LARGE if op.conforms else math.inf

    def call(input: Any, *parameters: Any, out: Any = None) -> Any:
        if input.__class__ in RAW:
            return forward(input, *parameters)
        if input.__class__ not in PLAIN or out is not None:
            return slow(input, *parameters) if out is None else into(out, slow, input, *parameters)
        a = input._data
        d = a.dtype
        if (d is not F32 and d is not F64) or a.size >= large:
            return slow(input, *parameters)
        for p in parameters:
            if p.__class__ not in CONSTANTS and _is_tensor(p):
                return slow(input, *parameters)
        try:
            r = value(a, *parameters)
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
        node = Node()
        node._rank, node.op = next_rank(), op
        node.edges = (input if n is LEAF else n,)
        y._node = node
        y._counter = [0] if saves_out else None
        if saves:
            shape = a.shape if saves_shape else None
            node.values = (a if saves_x else None, *parameters, r if saves_out else None, shape)
            node.saved = saved = (input if saves_x else None, *unsaved, y._counter, None) if saves_tensor else ()
            node.versions = versions_of(saved) if saves_x and counter is not None and counter[0] else None
        else:
            node.values, node.saved, node.versions = (), (), None
        node.metas = node.extras = None
        if OBSERVERS:
            for observe in OBSERVERS:
                observe(node, (input, *parameters), y)
        return y

    return call


def two_inputs(op: Op, slow: Call) -> Call:
    forward, conforms = op.forward, op.conforms
    value = float_value(op)
    first, second = [*[parameters(rule) for rule in op.rules.values()], (), ()][:2]
    numbers, one_edge, large = op.numbers, len(op.rules) == 1, LARGE if conforms else math.inf
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
        elif ((kind is float or kind is int) and numbers) or (kind in RAW and other.dtype is d):
            b = other if kind in RAW or a.__class__ is not ndarray else (FLOATS if d is F32 else DOUBLES)[other]
            ny = counter_y = None
        else:
            return slow(input, other)
        if (d is not F32 and d is not F64) or a.size >= large:
            return slow(input, other)
        try:
            r = value(a, b)
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
        node = Node()
        node._rank, node.op = next_rank(), op
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
            node.saved = saved = (x, y if kind in PLAIN else None, z._counter)
            written = (counter_x is not None and counter_x[0]) or (counter_y is not None and counter_y[0])
            node.versions = versions_of(saved) if written else None
        else:
            node.values, node.saved, node.versions = (), (), None
        node.extras = None
        if kind is float or kind is int or not conforms or a.shape == b.shape or not (b.shape or kind in PLAIN):
            node.metas = None
        else:
            node.metas = Metas.of(op, (input, other), r) if one_edge else Broadcast(a.shape, b.shape)
        if OBSERVERS:
            for observe in OBSERVERS:
                observe(node, (input, other), z)
        return z

    return call


def with_out(call: Call) -> Call:
    def function(input: Any, other: Any, *, out: Any = None) -> Any:
        return call(input, other) if out is None else into(out, function, input, other)

    return function


def _reads(op: Op, name: str) -> bool:
    return any(name in parameters(rule) for rule in op.rules.values())


def into(out: Any, call: Call, *arguments: Any) -> Any:
    from ..ops.support.outputs import into

    return into(out, call, *arguments)
