"""Samples of `rushlight.ops.elementwise.comparison`."""

import operator

import numpy as np

from . import Sample, array

A, B, ROW = array(3, 4), array(3, 4, seed=1), array(4, seed=2)
INTS, OTHERS = np.array([-3, 0, 4, 5]), np.array([2, 0, 3, 5])
ODD = np.array([0.0, -0.0, np.nan, np.inf, -np.inf])
Z = np.array([1 + 2j, np.nan, 0j, np.inf])
MASK = np.array([[True, False, True, False], [False] * 4, [True] * 4])


def _call(name):
    return lambda t, x, *more: getattr(t, name)(x, *more)


def _operator(name, *constants):
    apply = getattr(operator, name)
    return lambda t, x, *more: apply(x, *more, *constants)


SAMPLES = [
    *[
        Sample(name, _operator(name), inputs)
        for name in ("eq", "ne", "lt", "le", "gt", "ge")
        for inputs in ((A, B), (A, A), (A, ROW), (INTS, OTHERS), (INTS, A), (ODD, ODD), (INTS > 0, INTS))
    ],
    *[Sample(name, _operator(name, 3), (a,)) for name in ("eq", "lt") for a in (A, INTS)],
    Sample("eq", lambda t, z: z == z, (Z,)),
    *[Sample(name, _call(name), (a,)) for name in ("isnan", "isinf", "isfinite", "isreal") for a in (ODD, Z, INTS)],
    *[Sample(name, _call(name), (a,)) for name in ("isposinf", "isneginf", "signbit") for a in (ODD, INTS, INTS > 0)],
    *[
        Sample(name, _call(name), inputs)
        for name in ("logical_and", "logical_or", "logical_xor")
        for inputs in ((A, B), (ODD, ODD), (INTS, OTHERS), (INTS > 0, OTHERS > 0), (Z, INTS))
    ],
    *[Sample("logical_not", _call("logical_not"), (a,)) for a in (ODD, Z, INTS, INTS > 0)],
    *[
        Sample(f"bitwise_{name}", lambda t, x, y, f=f: f(x, y), inputs)
        for name, f in (("and", operator.and_), ("or", operator.or_), ("xor", operator.xor))
        for inputs in ((INTS, OTHERS), (INTS > 0, OTHERS > 0), (INTS, OTHERS > 0))
    ],
    *[Sample("bitwise_not", lambda t, x: ~x, (a,)) for a in (INTS, INTS > 0, INTS.astype(np.uint8))],
    Sample("bitwise_left_shift", lambda t, x, y: x << y, (INTS, np.array([0, 1, 63, 64]))),
    Sample("bitwise_right_shift", lambda t, x, y: x >> y, (INTS, np.array([0, 1, -1, 64]))),
    Sample("bitwise_left_shift", lambda t, x: 3 << x, (OTHERS,)),
    Sample("copysign", _call("copysign"), (A, B)),
    Sample("copysign", _call("copysign"), (ODD[:2], np.array([-1.0, 1.0])), smooth=False,
           gradient=lambda w, out, x, y: (0 * w, 0 * w)),
    Sample("copysign", _call("copysign"), (INTS, OTHERS)),
    Sample("copysign_number", lambda t, x: t.copysign(x, -0.0), (A,)),
    Sample("heaviside", _call("heaviside"), (INTS, OTHERS)),
    Sample("where", _call("where"), (MASK, A, B)),
    Sample("where", _call("where"), (MASK[0], A, array(3, 1, seed=4))),
    Sample("where", lambda t, m, x: t.where(m, x, 0), (MASK, A)),
    Sample("where", lambda t, m, x: x.where(m, 2.5), (MASK, A)),
    Sample("where", lambda t, m, x: t.where(m, 0, x), (MASK, A.astype(np.complex128))),
    Sample("where", lambda t, m: t.where(m, 1, 2.5), (MASK,)),
    Sample("where", _call("where"), (MASK, INTS, A)),
    Sample("masked_fill", lambda t, x, m: x.masked_fill(m, -1), (A, MASK)),
    Sample("masked_fill", lambda t, x, m: x.masked_fill(m, float("-inf")), (ROW, MASK), smooth=False),
    Sample("masked_fill", lambda t, x, m: x.masked_fill(m, 1.5), (INTS, MASK)),
    Sample("masked_fill_tensor", lambda t, x, m, v: t.masked_fill(x, m, v), (A, MASK, array(seed=5))),
    Sample("zero_gradient", lambda t, x: t.sign(x), (A,)),
]
