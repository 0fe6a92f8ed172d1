"""Samples of `rushlight.ops.elementwise.math`."""

import numpy as np

from . import Sample, array

C = np.complex128
#: The real interval on which each function is tried, points at its ends, and whether it takes complex numbers.
DOMAINS = {
    "exp": (-2, 2, (np.inf, -np.inf), True), "exp2": (-2, 2, (), True), "expm1": (-2, 2, (), True),
    "log": (0.2, 4, (0.0, -1.0), True), "log2": (0.2, 4, (0.0,), True), "log10": (0.2, 4, (0.0,), True),
    "log1p": (-0.8, 4, (-1.0, 0.0), True), "sqrt": (0.1, 4, (0.0, -1.0), True), "rsqrt": (0.1, 4, (0.0,), True),
    "sin": (-4, 4, (np.inf,), True), "cos": (-4, 4, (), True), "tan": (-1.2, 1.2, (), True),
    "asin": (-0.9, 0.9, (1.0, 2.0), True), "acos": (-0.9, 0.9, (-1.0,), True), "atan": (-4, 4, (), True),
    "sinh": (-2, 2, (), True), "cosh": (-2, 2, (), True), "tanh": (-2, 2, (np.inf,), True),
    "asinh": (-4, 4, (), True), "acosh": (1.2, 4, (1.0, 0.0), True), "atanh": (-0.9, 0.9, (1.0,), True),
    "sigmoid": (-4, 4, (np.inf, -np.inf, 800.0), True), "sinc": (0.3, 3, (0.0,), True),
    "erf": (-2, 2, (), False), "erfc": (-2, 2, (), False), "erfinv": (-0.9, 0.9, (1.0, -1.0, 2.0), False),
    "lgamma": (0.3, 4, (-0.5, 0.0), False), "digamma": (0.3, 4, (-0.5, 0.0, -1.0), False),
    "i0": (-2, 2, (0.0,), False), "logit": (0.1, 0.9, (0.0, 1.0, 2.0), False),
    "deg2rad": (-90, 90, (), False), "rad2deg": (-4, 4, (), False),
}  # fmt: skip
ROUNDINGS = ("floor", "ceil", "trunc", "round", "frac")
ENDS = np.array([-1.5, 2.5, -0.5, 0.0, -0.0, np.inf, np.nan])
A, B, ROW = array(3, 4, low=0.3, high=3), array(3, 4, seed=1), array(4, seed=2)
#: Their second derivative grows too fast for finite differences.
ONCE = ("erfinv",)


def _call(name):
    return lambda t, x, *more: getattr(t, name)(x, *more)


def _complex(name, low, high):
    return array(4, low=max(low, -1.5), high=min(high, 1.5), dtype=C) if name != "acosh" else array(4, dtype=C)


def _finite(w, out, x):
    return (w * np.isfinite(x),)


#: Where the gradient beyond the end of the domain is not a number, and no point near by says more.
AT_ENDS = {"acosh": lambda w, out, x: (w / np.sqrt(x * x - 1),)}
SAMPLES = [
    *[
        Sample(name, _call(name), (array(*shape, low=low, high=high),), twice=name not in ONCE)
        for name, (low, high, _, _) in DOMAINS.items()
        for shape in ((3, 4), ())
    ],
    *[
        Sample(name, _call(name), (np.array(ends),), smooth=False, gradient=AT_ENDS.get(name))
        for name, (_, _, ends, _) in DOMAINS.items() if ends
    ],
    *[Sample(name, _call(name), (_complex(name, low, high),)) for name, (low, high, _, c) in DOMAINS.items() if c],
    *[Sample(name, _call(name), (np.array([1, 0, 2]),)) for name in DOMAINS],
    *[Sample(name, _call(name), (a,), smooth=a is B) for name in ROUNDINGS for a in (B, ENDS)],
    *[Sample(name, _call(name), (np.array([-3, 0, 4]),)) for name in ROUNDINGS[:-1]],
    Sample("round_decimals", lambda t, x: t.round(x, decimals=2), (B,)),
    Sample("round_decimals", lambda t, x: x.round(decimals=-1), (np.array([14.0, 15.0, 25.0, -35.0]),), smooth=False),
    Sample("hypot", _call("hypot"), (A, B)),
    Sample("hypot", _call("hypot"), (A, ROW)),
    Sample("hypot", _call("hypot"), (np.array([0.0, np.inf]), np.array([0.0, np.nan])), smooth=False),
    Sample("atan2", _call("atan2"), (B, A)),
    Sample("atan2", _call("arctan2"), (array(seed=3), ROW)),
    Sample("atan2", _call("atan2"), (np.array([0.0, -0.0, 1.0]), np.array([0.0, -1.0, 0.0])), smooth=False),
    Sample("atan2", _call("atan2"), (np.array([1, 0]), np.array([-1, 2]))),
    Sample("logaddexp", _call("logaddexp"), (A, B)),
    Sample("logaddexp", _call("logaddexp"), (ROW, array(3, 1))),
    Sample("logaddexp", _call("logaddexp"), (np.array([-np.inf, 1.0]), np.array([1.0, 1000.0])), smooth=False),
    Sample("logaddexp", _call("logaddexp"), (array(3, dtype=C), array(3, dtype=C, seed=1))),
    Sample("logaddexp2", _call("logaddexp2"), (A, B)),
    Sample("xlogy", _call("xlogy"), (B, A)),
    Sample("xlogy", _call("xlogy"), (np.zeros(4), np.array([0.0, 1.0, -1.0, np.nan])), smooth=False,
           gradient=lambda w, out, x, y: (w * np.array([0, 0, 0, np.nan]), w * x / y)),
    Sample("xlogy", _call("xlogy"), (np.array([1, 0]), np.array([2, 0]))),
    Sample("xlogy_number", lambda t, x: t.xlogy(x, 2.5), (B,)),
    Sample("xlogy_of_number", lambda t, x: t.xlogy(2, x), (A,)),
    *[Sample("polygamma", lambda t, x, n=n: t.polygamma(n, x), (A,), label=str(n)) for n in (0, 1, 2, 3)],
    Sample("polygamma", lambda t, x: x.polygamma(1), (np.array([-0.5, -1.5]),), twice=False),
    Sample("mvlgamma", lambda t, x: t.mvlgamma(x, 2), (A + 1,)),
    Sample("logit", lambda t, x: t.logit(x, 0.25), (array(5, low=0.3, high=0.7),)),
    Sample("logit", lambda t, x: x.logit(0.25), (np.array([0.0, 0.25, 0.5, 1.0]),), smooth=False),
    *[
        Sample("nan_to_num", call, (np.array([np.nan, np.inf, -np.inf, 1.0]),), smooth=False, gradient=_finite)
        for call in (lambda t, x: t.nan_to_num(x), lambda t, x: x.nan_to_num(1, 2, 3))
    ],
    Sample("nan_to_num", lambda t, x: t.nan_to_num(x), (B,)),
    Sample("special_i1", lambda t, x: t.autograd.grad(t.i0(x).sum(), x, create_graph=True)[0], (A,)),
    Sample("tanh_backward", lambda t, x: t.autograd.grad((t.tanh(x) ** 2).sum(), x, create_graph=True)[0], (B,)),
    Sample("sigmoid_backward", lambda t, x: t.autograd.grad((t.sigmoid(x) ** 2).sum(), x, create_graph=True)[0], (B,)),
]
