"""Samples of `rushlight.ops.elementwise.activation`, `rushlight.ops.neural.softmax` and `rushlight.ops.neural.dropout`."""

import numpy as np

from . import Sample, array

X = array(3, 5, low=-4, high=4)
KINKS = np.array([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0])
FAR = np.array([-800.0, -40.0, 40.0, 800.0])
NUMBER, EMPTY, C = array(seed=3), array(0, 2), array(3, dtype=np.complex128)
FLOAT32 = X.astype(np.float32)
G = array(3, 5, seed=9)
#: Large enough for the ways that large arrays take.
LARGE = array(70, 70)


def functional(t, name):
    return getattr(t.nn.functional, name, None) or getattr(t.ops, name)


def smooth(op, *arguments, function=None, more=(), **about):
    """Samples of a function of one tensor without kinks."""
    name = function or op

    def call(t, x):
        return functional(t, name)(x, *arguments)

    return [
        Sample(op, call, (x,), **{"twice": x is not LARGE, "smooth": x is not LARGE, **about})
        for x in (X, NUMBER, EMPTY, X.T, LARGE, *more)
    ]


#: The slopes that PyTorch takes, at the kinks too.
SLOPES = {
    "relu": lambda x: x > 0,
    "threshold": lambda x: x > 0.5,
    "leaky_relu": lambda x: np.where(x > 0, 1, 0.1),
    "hardtanh": lambda x: (x > -1) & (x < 1),
    "relu6": lambda x: (x > 0) & (x < 6),
    "hardsigmoid": lambda x: np.where((x > -3) & (x < 3), np.float64(np.float32(1 / 6)), 0),  # PyTorch's sixth is a float
    "hardswish": lambda x: np.where(x <= -3, 0, np.where(x < 3, x / 3 + 0.5, 1)),
    "hardshrink": lambda x: abs(x) > 0.5,
    "softshrink": lambda x: abs(x) > 0.7,
    "elu": lambda x: np.where(x > 0, 1, 1.5 * np.exp(np.minimum(x, 0))),
    "selu": lambda x: 1.0507009873554804934193349852946 * np.where(x > 0, 1, 1.6732632423543772848 * np.exp(np.minimum(x, 0))),
    "celu": lambda x: np.where(x > 0, 1, np.exp(np.minimum(x, 0) / 0.7)),
}


def kinked(op, *arguments, function=None, **about):
    """Samples of a function of one tensor with kinks: there finite differences are wrong."""
    name = function or op
    about["gradient"] = lambda w, out, x: (w * SLOPES[name](x),)

    def call(t, x):
        return functional(t, name)(x, *arguments)

    return smooth(op, *arguments, function=function, **about) + [
        Sample(op, call, (KINKS,), smooth=False, label="kinks", **about),
        Sample(op, call, (FAR,), smooth=False, label="far", **about),
        Sample(op, call, (FLOAT32,), smooth=False, label="float32", **about),
    ]


def first_derivative(op, *parameters):
    """Samples of the operation that is another's first derivative."""
    return [
        *[
            Sample(op, lambda t, g, x: _declared(op)(g, x, *parameters), pair, parity=False)
            for pair in ((G, X), (NUMBER, array(seed=4)), (EMPTY, EMPTY))
        ],
        Sample(op, lambda t, g, x: _declared(op)(g, x, *parameters), (array(8), KINKS), parity=False, smooth=False),
    ]


def _declared(op):
    from rushlight.core.op import OPS

    return OPS[op].call


SAMPLES = [
    *kinked("relu", function="relu"),
    Sample("relu", lambda t, x: t.relu(x), (np.array([[-1, 2]]),)),
    Sample("relu", lambda t, x: t.relu(x), (LARGE.astype(np.float32),), smooth=False, label="float32"),
    *kinked("threshold", 0.5, -1.0),
    *kinked("leaky_relu", 0.1),
    *kinked("hardtanh"),
    *kinked("hardtanh", function="relu6"),
    Sample("hardtanh", lambda t, x: t.nn.functional.hardtanh(x), (np.array([-3, 0, 5]),)),
    *kinked("hardsigmoid", twice=False),
    *kinked("hardswish"),
    *kinked("hardshrink", 0.5),
    *kinked("softshrink", 0.7),
    *kinked("elu", 1.5),
    *kinked("elu", function="selu"),
    *kinked("celu", 0.7),
    *smooth("gelu", more=(FAR,)),
    *[Sample("gelu_tanh", lambda t, x: t.nn.functional.gelu(x, approximate="tanh"), (x,)) for x in (X, NUMBER, EMPTY)],
    *smooth("silu", more=(FAR,)),
    Sample("silu", lambda t, x: t.nn.functional.silu(x), (C,), parity=False),
    *smooth("mish"),
    *smooth("softplus", 2.0, 5.0),
    *smooth("log_sigmoid", function="logsigmoid", more=(FAR,)),
    *[Sample("softmax", lambda t, x, d=d: t.softmax(x, d), (x,)) for x in (X, X.T, array(2, 3, 2)) for d in (0, -1)],
    *[Sample("log_softmax", lambda t, x, d=d: t.log_softmax(x, d), (x,)) for x in (X, array(2, 3, 2)) for d in (0, -1)],
    *[
        Sample(op, lambda t, x, op=op: getattr(t, op)(x, 0), (x,))
        for op in ("softmax", "log_softmax")
        for x in (NUMBER, EMPTY)
    ],
    *[Sample(op, lambda t, x, op=op: getattr(t, op)(x, 0), (FAR,)) for op in ("softmax", "log_softmax")],
    *[
        Sample("prelu_kernel", lambda t, x, w: t.prelu(x, w), pair)
        for pair in ((X, array(5)), (X, array(1)), (array(2, 3, 2), array(3)))
    ],
    Sample("prelu_kernel", lambda t, x, w: t.prelu(x, w), (KINKS, array(1)), smooth=False, twice=False),
    *[Sample("glu", lambda t, x, d=d: functional(t, "glu")(x, d), (array(4, 6),)) for d in (0, -1)],
    Sample("rrelu_with_noise", lambda t, x: t.rrelu(x), (X,)),
    *[
        Sample(
            f"{op}_", lambda t, x, op=op, p=p: functional(t, f"{op}_")(x.clone(), *p), (x,), smooth=x is X, twice=x is X
        )
        for op, p in (("leaky_relu", (0.1,)), ("elu", (1.5,)))
        for x in (X, KINKS)
    ],
    Sample("celu_", lambda t, x: t.celu_(x.clone(), 0.7), (X,)),
    Sample("elu_", lambda t, x: t.selu_(x.clone()), (X,)),
    Sample("threshold_", lambda t, x: t.threshold_(x.clone(), 0.5, -1.0), (X,)),
    Sample("rrelu_with_noise_", lambda t, x: t.rrelu_(x.clone()), (X,)),
    *first_derivative("threshold_backward", 0.5),
    *first_derivative("leaky_relu_backward", 0.1),
    *first_derivative("hardtanh_backward", -1.0, 1.0),
    *first_derivative("hardsigmoid_backward"),
    *first_derivative("hardswish_backward"),
    *first_derivative("hardshrink_backward", 0.5),
    *first_derivative("elu_backward", 1.5, 1.0, 1.0),
    *first_derivative("elu_double_backward", 1.5, 1.0, 2.0),
    *first_derivative("gelu_backward"),
    *first_derivative("gelu_tanh_backward"),
    *first_derivative("softplus_backward", 2.0, 5.0),
    *first_derivative("log_sigmoid_backward"),
    *[
        Sample(op, lambda t, g, y, op=op: _declared(op)(g, y, 1), (G, X / 4), parity=False)
        for op in ("softmax_backward_data", "log_softmax_backward_data")
    ],
]
