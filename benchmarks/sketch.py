"""A bare reverse mode: what it costs to record operations in Python, before anything of PyTorch's.

Gradients, accumulation, broadcasting and custom Functions; no checks, views, versions, dtypes, hooks, second order, or
sums in PyTorch's order. ``python -m benchmarks --by-hand`` runs programs of the table on it as they are: what rushlight
takes more is the price of full semantics.
"""

import itertools
from contextlib import contextmanager
from heapq import heappop, heappush

import numpy as np

__all__ = ["Tensor", "autograd", "full", "linspace", "manual_seed", "no_grad", "randn", "sin", "tanh", "tensor", "zeros"]

next_rank = itertools.count(-1, -1).__next__
recording = [True]


class Node:
    """One operation: where the gradients of its inputs go, the rule of each, and what rules read, the inputs first."""

    __slots__ = ("edges", "rank", "rules", "values")


class Tensor:
    """A payload and its node; a leaf that requires grad is its own node, of rank 0."""

    __slots__ = ("data", "grad", "node")
    rank = 0

    def __init__(self, data, node=None):
        self.data, self.node, self.grad = data, node, None

    def backward(self):
        one = self.data.dtype.type(1)
        waiting, heap = {self.node: one}, [(self.node.rank, self.node)]
        while heap:
            node = heappop(heap)[1]
            g = waiting.pop(node)
            for edge, rule, x in zip(node.edges, node.rules, node.values):
                if edge is not None:
                    gradient = rule(g, *node.values)
                    if gradient.shape != x.shape:
                        gradient = fitted(gradient, x.shape)
                    if edge in waiting:
                        waiting[edge] = waiting[edge] + gradient
                    else:
                        waiting[edge] = gradient
                        if edge.rank:
                            heappush(heap, (edge.rank, edge))
        for leaf, g in waiting.items():
            leaf.grad = Tensor(g) if leaf.grad is None else leaf.grad + Tensor(g)

    def requires_grad_(self):
        self.node = self
        return self

    def detach(self):
        return Tensor(self.data)

    def __isub__(self, other):
        self.data = self.data - other.data
        return self

    def __getitem__(self, index):
        return Tensor(self.data[index])

    def __float__(self):
        return float(self.data)


def recorded(data, edges, rules, values):
    """The result of an operation, on the graph if an edge leads anywhere."""
    out = Tensor(data)
    if recording[0] and (edges[0] is not None or edges[-1] is not None):
        out.node = node = Node()
        node.rank, node.edges, node.rules, node.values = next_rank(), edges, rules, values
    return out


def fitted(g, shape):
    """A gradient, with a broadcast undone."""
    return g.sum(tuple(range(g.ndim - len(shape)))) if shape else g.sum()


def binary(value, rule_x, rule_y):
    """An operation on two tensors, or on a tensor and a number."""
    rules = rule_x, rule_y

    def call(a, b):
        x = a.data
        y, edge = (b.data, b.node) if b.__class__ is Tensor else (x.dtype.type(b), None)
        return recorded(value(x, y), (a.node, edge), rules, (x, y))

    return call


def unary(value, rule):
    """An operation on one tensor; its rule reads the result as well."""

    def call(a):
        x = a.data
        out = value(x)
        return recorded(out, (a.node,), (rule,), (x, out))

    return call


multiply = binary(np.multiply, lambda g, x, y: g * y, lambda g, x, y: g * x)
subtract = binary(np.subtract, lambda g, x, y: g, lambda g, x, y: -g)
Tensor.__add__ = Tensor.__radd__ = binary(np.add, lambda g, x, y: g, lambda g, x, y: g)
Tensor.__mul__ = Tensor.__rmul__ = multiply
Tensor.__sub__ = subtract
Tensor.__rsub__ = lambda a, b: subtract(Tensor(a.data.dtype.type(b)), a)
Tensor.__truediv__ = binary(np.divide, lambda g, x, y: g / y, lambda g, x, y: -g * x / (y * y))
Tensor.__pow__ = Tensor.pow = binary(np.power, lambda g, x, n: g * n * x ** (n - 1), lambda g, x, n: None)
Tensor.__matmul__ = binary(np.matmul, lambda g, x, y: g @ y.T, lambda g, x, y: x.T @ g)
Tensor.sum = unary(np.sum, lambda g, x, out: np.broadcast_to(g, x.shape))
sin = unary(np.sin, lambda g, x, out: g * np.cos(x))
tanh = unary(np.tanh, lambda g, x, out: g * (1 - out * out))


class Function:
    """A custom operation, in PyTorch's style."""

    def save_for_backward(self, *tensors):
        self.saved_tensors = tensors

    @classmethod
    def apply(cls, *inputs):
        context = cls()
        with no_grad():
            out = cls.forward(context, *inputs)
        return recorded(out.data, (inputs[0].node,), (cls.run_backward,), (inputs[0].data, context))

    @classmethod
    def run_backward(cls, g, x, context):
        return cls.backward(context, Tensor(g)).data


class autograd:  # the module of that name
    Function = Function


@contextmanager
def no_grad():
    recording[0], before = False, recording[0]
    try:
        yield
    finally:
        recording[0] = before


def leaf(data, requires_grad):
    return Tensor(data).requires_grad_() if requires_grad else Tensor(data)


def tensor(number, requires_grad=False):
    return leaf(np.float32(number), requires_grad)


def full(shape, value, requires_grad=False):
    return leaf(np.full(shape, value, np.float32)[()], requires_grad)


def zeros(*shape, requires_grad=False):
    return leaf(np.zeros(shape, np.float32), requires_grad)


def linspace(start, end, steps, requires_grad=False):
    return leaf(np.linspace(start, end, steps, dtype=np.float32), requires_grad)


def manual_seed(seed):
    from rushlight import manual_seed

    manual_seed(seed)


def randn(*shape):
    """PyTorch's own random numbers."""
    from rushlight import randn

    return Tensor(randn(*shape).numpy())
