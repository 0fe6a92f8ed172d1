"""Samples for the operations of `rushlight.ops.neural.dropout` that draw nothing."""

from __future__ import annotations

import numpy as np

from rushlight.core.op import OPS

from . import Sample, array

X, KEPT = array(2, 3), np.array([[True, False, True], [False, True, True]])


def seeded(call):
    """`call` on the same random numbers every time."""

    def run(t, x):
        t.manual_seed(3)
        return call(t, x)

    return run


SAMPLES = [
    Sample("native_dropout", seeded(lambda t, x: t.native_dropout(x, 0.4, True)[0]), (X,)),
    Sample("native_dropout", lambda t, x: t.native_dropout(x, 0.4, False)[0], (X,), label="evaluation"),
    Sample("native_dropout", seeded(lambda t, x: t.native_dropout(x, 1.0, True)[0]), (X,), label="all"),
    Sample("native_dropout_backward", lambda t, g: OPS["native_dropout_backward"].call(g, KEPT, 2.0), (X,), parity=False),
    *[
        Sample("native_dropout_backward", lambda t, g, m=m: OPS["native_dropout_backward"].call(g, m, 2.0), (x,), parity=False)
        for x, m in ((array(dtype=np.complex128), np.True_), (array(0, 2), np.ones((0, 2), bool)), (array(3, 2).T, KEPT))
    ],
    *[
        Sample("native_dropout", seeded(lambda t, x: t.native_dropout(x, 0.4, True)[0]), (x,))
        for x in (array(), array(0, 3))
    ],
    Sample("native_dropout", seeded(lambda t, x: t.native_dropout(x, 0.0, True)[0]), (X,), label="none"),
    *[
        Sample("mul", seeded(lambda t, x, p=p: t.nn.functional.dropout(x, p)), (x,), label=f"dropout{p}")
        for p in (0.0, 0.5, 1.0) for x in (array(), X, array(0, 2))
    ],
    *[
        Sample("mul", seeded(lambda t, x, f=f: getattr(t.nn.functional, f)(x, 0.4, True)), (x,), label=f)
        for f, x in (("dropout1d", array(2, 3, 2)), ("dropout2d", array(2, 3, 2, 1)), ("dropout3d", array(2, 3, 2, 1, 1)),
                     ("alpha_dropout", X), ("feature_alpha_dropout", array(2, 3, 2)))
    ],
]  # fmt: skip
