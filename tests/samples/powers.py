"""Samples of `rushlight.ops.elementwise.powers`."""

import numpy as np

from . import Sample, array
from .elementwise import DIVISORS, INTS, NUMBER, POSITIVE, ROW, A, B, binary, nonzero

C = np.complex128

SAMPLES = [
    *[
        Sample("pow_number", lambda t, x, n=n: x**n, (POSITIVE,), label=str(n))
        for n in (0, 1, 2, 3, 4, 0.5, -0.5, -1, -2, 2.7, -1.3)
    ],
    Sample("pow_number", lambda t, x: x**3, (A,)),
    Sample("pow_number", lambda t, x: x.square(), (np.zeros(2),)),
    Sample("pow_number", lambda t, x: x**1, (np.zeros(2),)),
    Sample("pow_number", lambda t, x: x**0, (np.zeros(2),)),
    Sample("pow_number", lambda t, x: x**0.5, (np.zeros(2),), smooth=False),
    Sample("pow_number", lambda t, x: x**3, (nonzero(array(3, dtype=C)),)),
    Sample("pow_number", lambda t, x: x**2.5, (nonzero(array(3, dtype=C)),)),
    Sample("pow_number", lambda t, x: x**2, (INTS,)),
    Sample("pow_number", lambda t, x: x**2.5, (np.abs(INTS),)),
    *binary("pow", lambda t, x, y: x**y, pairs=((POSITIVE, B), (POSITIVE, ROW), (POSITIVE, NUMBER))),
    Sample("pow", lambda t, x, y: t.pow(x, y), (np.abs(INTS), np.abs(DIVISORS))),
    Sample("pow", lambda t, x, y: t.pow(x, y), (INTS, DIVISORS)),
    Sample("pow", lambda t, x, y: x**y, (nonzero(array(3, dtype=C)), array(3, dtype=C, seed=1))),
    Sample("pow", lambda t, x, y: x**y, (np.zeros(4), np.array([0.0, 1.0, 2.0, -1.0])), smooth=False,
           gradient=lambda w, out, x, y: (w * np.array([0, 1, 0, -np.inf]), w * np.array([0, 0, 0, -np.inf]))),
    Sample("pow", lambda t, x, y: x**y, (np.array([-1.0, -2.0]), np.array([2.0, 0.5])), smooth=False),
    *[Sample("pow_of_number", lambda t, x, b=b: b**x, (A,), label=str(b)) for b in (2, 0.5, 1)],
    Sample("pow_of_number", lambda t, x: 2j**x, (A,)),
    Sample("pow_of_number", lambda t, x: 0**x, (np.array([0.0, 1.0, -1.0]),), smooth=False),
    Sample("pow_of_number", lambda t, x: 3**x, (np.abs(INTS),)),
    Sample("pow_number", lambda t, x: t.float_power(x, 2), (INTS,)),
]
