"""Samples of `rushlight.ops.reduction.differences`."""

import numpy as np

from . import Sample, array

X, Y, Z = array(3, 5), array(3, 5, seed=1), array(2, 4, dtype=np.complex128)

SAMPLES = [
    *[Sample("times_number", lambda t, y: t.trapezoid(y), (a,)) for a in (X, Z)],
    *[Sample("times_number", lambda t, y: t.trapezoid(y, dx=0.3, dim=0), (a,)) for a in (X, Z)],
    *[Sample("over_number", lambda t, y, x: t.trapezoid(y, x), (X, b)) for b in (Y, array(5))],
    Sample("over_number", lambda t, y, x: t.cumulative_trapezoid(y, x, dim=0), (X, array(3))),
    Sample("over_number", lambda t, y, x: t.trapezoid(y, x), (Z, array(4))),
    Sample("times_number", lambda t, y: t.trapezoid(y), (np.arange(6).reshape(2, 3),), label="integers"),
]  # fmt: skip
