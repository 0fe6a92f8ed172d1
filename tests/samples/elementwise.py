"""Samples of `rushlight.ops.elementwise.arithmetic`."""

import numpy as np

from . import Sample, array

C = np.complex128
A, B = array(3, 4), array(3, 4, seed=1)
ROW, COLUMN, NUMBER = array(4, seed=2), array(3, 1, seed=3), array(seed=4)
POSITIVE = array(3, 4, low=0.5, high=3, seed=5)
EMPTY = array(0, 3)
INTS = np.array([[-7, -2, 0], [1, 5, 9]])
DIVISORS = np.array([[2, -3, 4], [-5, 3, -2]])
PAIRS = ((A, B), (A, ROW), (COLUMN, ROW), (NUMBER, A), (NUMBER, NUMBER), (A.T, B.T), (EMPTY, EMPTY))
Z = array(3, dtype=C)
COMPLEX_PAIRS = ((Z, array(3, dtype=C, seed=1)), (Z, array(3)), (array(3), array(2, 1, dtype=C)))


def nonzero(a):
    """`a` with no element near 0: quotients by it are tame."""
    return np.where(np.abs(a) < 0.5, a + 1.0, a)


def binary(op, call, pairs=PAIRS + COMPLEX_PAIRS, **about):
    return [Sample(op, call, pair, **about) for pair in pairs]


SAMPLES = [
    *binary("add", lambda t, x, y: x + y),
    *binary("add", lambda t, x, y: t.add(x, y), pairs=((INTS, DIVISORS), (INTS, A[0, :3]), (INTS > 0, INTS))),
    Sample("add", lambda t, x: 2.5 + x, (A,)),
    Sample("add", lambda t, x: x + (1 - 2j), (A,)),
    *binary("add_scaled", lambda t, x, y: t.add(x, y, alpha=2.5)),
    Sample("add_scaled", lambda t, x, y: t.add(x, y, alpha=-3), (INTS, DIVISORS)),
    Sample("add_scaled", lambda t, x, y: t.add(x, y, alpha=1j), COMPLEX_PAIRS[0]),
    *binary("sub", lambda t, x, y: x - y),
    *binary("sub_scaled", lambda t, x, y: t.sub(x, y, alpha=0.5)),
    Sample("sub_scaled", lambda t, x, y: x.sub(y, alpha=2), (INTS, DIVISORS)),
    *binary("rsub", lambda t, x, y: t.rsub(x, y)),
    Sample("rsub", lambda t, x, y: t.rsub(x, y, alpha=2), (A, B)),
    *binary("rsub_number", lambda t, x: 3 - x, pairs=((A,), (NUMBER,), (INTS,), (array(3, dtype=C),))),
    Sample("neg", lambda t, x: -x, (A,)),
    Sample("neg", lambda t, x: t.neg(x), (array(3, dtype=C),)),
    *binary("mul", lambda t, x, y: x * y),
    Sample("mul", lambda t, x: x * 3, (A,)),
    Sample("mul", lambda t, x: 0.5j * x, (A,)),
    Sample("mul", lambda t, x: x * x, (A,)),
    *binary("div", lambda t, x, y: x / y, pairs=[(x, nonzero(y)) for x, y in PAIRS + COMPLEX_PAIRS]),
    Sample("div", lambda t, x, y: x / y, (INTS, DIVISORS)),
    Sample("div", lambda t, x: x / 4, (A,)),
    Sample("div", lambda t, x: t.div(x, 0), (A,), smooth=False, gradient=lambda w, out, x: (w / 0.0,)),
    Sample("reciprocal", lambda t, x: 2 / x, (POSITIVE,)),
    Sample("reciprocal", lambda t, x: x.reciprocal(), (nonzero(array(3, dtype=C)),)),
    Sample("reciprocal", lambda t, x: t.reciprocal(x), (np.array([0.0, 2.0]),), smooth=False),
    *[
        Sample(f"div_{mode}", lambda t, x, y, mode=mode: t.div(x, y, rounding_mode=mode), (x, y), smooth=x is POSITIVE,
               gradient=lambda w, out, x, y: (0 * x, 0 * y))
        for mode in ("floor", "trunc")
        for x, y in ((POSITIVE, array(3, 4, low=0.3, high=0.4)), (INTS, DIVISORS), (A, np.zeros(4)))
    ],
    Sample("floor_divide", lambda t, x, y: x // y, (INTS, DIVISORS)),
    Sample("floor_divide", lambda t, x: 7 // x, (DIVISORS,)),
    Sample("floor_divide", lambda t, x, y: t.floor_divide(x, y.to(t.float64)), (INTS, DIVISORS)),
    *binary("remainder", lambda t, x, y: x % y, pairs=((A, nonzero(B)), (INTS, DIVISORS), (INTS, nonzero(ROW[:3])))),
    Sample("remainder", lambda t, x, y: x % y, (np.array([-4.0, 4.0, 1.0]), np.array([2.0, -2.0, 0.0])), smooth=False),
    *binary("remainder_number", lambda t, x: x % -1.5, pairs=((A,), (INTS,), (NUMBER,))),
    Sample("remainder_of_number", lambda t, x: 7 % x, (DIVISORS,)),
    *binary("fmod", lambda t, x, y: t.fmod(x, y), pairs=((A, nonzero(B)), (INTS, DIVISORS))),
    *binary("fmod_number", lambda t, x: x.fmod(1.5), pairs=((A,), (INTS,), (NUMBER,))),
    Sample("abs", lambda t, x: abs(x), (A,)),
    Sample("abs", lambda t, x: x.abs(), (array(3, dtype=C),)),
    Sample("abs", lambda t, x: x.abs(), (np.array([0.0, -0.0, 1.0]),), smooth=False, gradient=lambda w, out, x: (w * np.sign(x),)),
    Sample("abs", lambda t, x: x.abs(), (np.zeros(2, C),), smooth=False, gradient=lambda w, out, x: (x,)),
    Sample("abs", lambda t, x: x.abs(), (INTS,)),
    Sample("sgn", lambda t, x: x.sgn(), (A,)),
    Sample("sgn", lambda t, x: t.sgn(x), (array(3, dtype=C),)),
    # At zero PyTorch's second derivative is not a number; here it is zero, as the first is.
    Sample("sgn", lambda t, x: t.sgn(x), (np.zeros(2, C),), smooth=False, twice=False, gradient=lambda w, out, x: (x,)),
    Sample("sgn", lambda t, x: t.sgn(x), (INTS > 0,)),
    Sample("sign", lambda t, x: x.sign(), (A,)),
    Sample("sign", lambda t, x: x.sign(), (np.array([0.0, np.nan, -np.inf]),), smooth=False),
]
