"""Samples of `rushlight.ops.elementwise.representation`."""

import numpy as np

from . import Sample, array

SAMPLES = [
    *[
        Sample("frexp", lambda t, x: tuple(t.frexp(x)), (a,), smooth=smooth,
               gradient=lambda w, out, x: (w[0] / np.exp2(out[1].astype(float)),))
        for a, smooth in (
            (array(3, 4), True), (np.array(5.0), True), (array(0, 2), True),
            (np.array([0.0, -0.0, np.inf, np.nan, 5e-324, -8.0]), False),
        )
    ],
    Sample("divided_by_power", lambda t, x: t.autograd.grad((t.frexp(x)[0] ** 2).sum(), x, create_graph=True)[0], (array(3),)),
    Sample("frexp", lambda t, x: tuple(x.frexp()), (array(3, 4, dtype=np.float32).T,), smooth=False),
]  # fmt: skip
