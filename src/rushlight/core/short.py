"""The short way through an operation.

Note [The short way]
    Nearly every call in nearly every program is on float32 or float64 tensors of one dtype, or on one and a Python
    number. The functions here are what that costs: check, compute, wrap, record, with hardly a call in between. They do
    what `declare` and `record` do, in the same order; whatever is out of the ordinary goes there.
"""

from __future__ import annotations

import math
from typing import Any

from numpy import ndarray

from ..arrays.blocks import LARGE
from ..arrays.numbers import DOUBLES, FLOATS
from .modes import GRAD, INFERENCE, grad_mode
from .node import Node, next_rank
from .op import F32, F64, LAYERS, LIVE, OBSERVERS, RAW, Call, Op, layer_of
from .record import Broadcast
from .saved import versions_of
from .tensor import LEAF, PLAIN, UNTRACKED, Tensor, edge_of, new

#: The classes of most parameters: no layer has a part in them.
CONSTANTS = frozenset((int, float, bool, str, type(None)))


def is_tensor(a: Any) -> bool:
    """Whether a parameter is a Tensor, or what a layer has in place of one, or holds some."""
    return isinstance(a, Tensor) or a.__class__ in LAYERS or (LIVE[0] != 0 and layer_of((a,)) is not None)


def one_input(op: Op, slow: Call) -> Call:
    """The short way of an operation on one tensor, which comes first. It keeps what `op.saves` says, all in one order."""
    forward, smooth = op.forward, bool(op.rules)
    # The value on float32 and float64, where that is computed more directly than on other dtypes.
    value = getattr(forward, "plain", forward)
    reads = {name for reads in op.reads for name in reads}
    saves_x, saves_out, saves_shape = op.names[0] in reads, "out" in reads, f"{op.names[0]}_shape" in reads
    saves_tensor, unsaved = saves_x or saves_out, (None,) * (len(op.names) - 1)
    large = LARGE if op.conforms else math.inf

    def call(input: Any, *parameters: Any, out: Any = None) -> Any:
        if input.__class__ in RAW:
            return forward(input, *parameters)
        if input.__class__ not in PLAIN or out is not None:
            return slow(input, *parameters) if out is None else Op.into(out, slow, input, *parameters)
        a = input._data
        d = a.dtype
        if (d is not F32 and d is not F64) or a.size >= large:
            return slow(input, *parameters)
        for p in parameters:
            if p.__class__ not in CONSTANTS and is_tensor(p):
                return slow(input, *parameters)
        try:
            r = value(a, *parameters)
        except (RuntimeWarning, ValueError, TypeError):
            return slow(input, *parameters)
        y = new(Tensor)
        y._data = r
        y._view = y._cold = None
        mode = grad_mode()
        if mode != GRAD or not smooth:
            y._node, y._counter = None, UNTRACKED if mode == INFERENCE else None
            return y
        n, counter = input._node, input._counter
        if counter is not None and input._view is not None:
            n = edge_of(input)
        if n is None:
            y._node = y._counter = None
            return y
        y._counter = [0] if saves_out else None
        values: Any = ()
        saved: Any = ()
        versions = None
        if reads:
            values = (a if saves_x else None, *parameters, r if saves_out else None, a.shape if saves_shape else None)
            if saves_tensor:
                saved = (input if saves_x else None, *unsaved, y._counter, None)
                if saves_x and counter is not None and counter[0]:
                    versions = versions_of(saved)
        y._node = node = Node()  # and what `filled` does, without a call
        node._rank, node.op, node._edges, node.values, node.saved = next_rank(), op, input if n is LEAF else n, values, saved
        node.versions, node.metas, node.extras = versions, None, None
        if OBSERVERS:
            for observe in OBSERVERS:
                observe(node, (input, *parameters), y)
        return y

    return call


def two_inputs(op: Op, slow: Call) -> Call:
    """The short way of an operation on two tensors, or on a tensor and a number. It keeps both, and the result."""
    forward, smooth, conforms, numbers = op.forward, bool(op.rules), op.conforms, op.numbers
    value = getattr(forward, "plain", forward)
    one_edge, large = len(op.rules) == 1, LARGE if conforms else math.inf
    # What is kept where the first input wants a gradient, where the second, where both do.
    keeps = [tuple([name in reads for name in op.saves]) for reads in [*op.reads, (), ()][:2]]
    keeps_x, keeps_y = [keep if True in keep else None for keep in keeps]
    keeps_both = tuple([i or j for i, j in zip(*keeps)]) if keeps_x or keeps_y else None

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
        if mode != GRAD or not smooth:
            z._node, z._counter = None, UNTRACKED if mode == INFERENCE else None
            return z
        nx, counter_x = input._node, input._counter
        if counter_x is not None and input._view is not None:
            nx = edge_of(input)
        if counter_y is not None and other._view is not None:
            ny = edge_of(other)
        z._node = z._counter = None
        if nx is None and ny is None:
            return z
        keep = keeps_x if ny is None else keeps_y if nx is None else keeps_both
        values: Any = ()
        saved: Any = ()
        versions = None
        if keep is not None:
            x, y, out = keep
            if out:
                z._counter = [0]
            values = (a if x else None, b if y else None, r if out else None)
            saved = (input if x else None, other if y and kind in PLAIN else None, z._counter)
            if (counter_x is not None and counter_x[0]) or (counter_y is not None and counter_y[0]):
                versions = versions_of(saved)
        metas = None
        if conforms and kind is not float and kind is not int:
            shape, shape_y = a.shape, b.shape
            if shape != shape_y and (shape_y or kind in PLAIN):
                metas = Broadcast(((shape, None), (shape_y, None)))
        edge = input if nx is LEAF else nx
        z._node = node = Node()
        node._edges = edge if one_edge or ny is None else (edge, other if ny is LEAF else ny)
        node._rank, node.op, node.values, node.saved = next_rank(), op, values, saved
        node.versions, node.metas, node.extras = versions, metas, None
        if OBSERVERS:
            for observe in OBSERVERS:
                observe(node, (input, other), z)
        return z

    return call


def with_out(call: Call) -> Call:
    def function(input: Any, other: Any, *, out: Any = None) -> Any:
        return call(input, other) if out is None else Op.into(out, function, input, other)

    return function
