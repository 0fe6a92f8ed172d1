"""Samples for `rushlight.ops.neural.weight_norm`."""

from __future__ import annotations

import numpy as np

from . import Sample, array

SAMPLES = [
    # PyTorch is compared in first order: in second order it takes the norms, which it saved, for constants, and its own
    # gradgradcheck fails.
    *[
        Sample("weight_norm", lambda t, v, g, dim=dim: t._weight_norm(v, g, dim), (v, g), twice=not parity, parity=parity)
        for v, g, dim in (
            (array(2, 3), array(2, 1), 0), (array(2, 3), array(1, 3), 1), (array(2, 3, 2), array(2, 1, 1), 0),
        )
        for parity in (True, False)
    ],
    Sample(
        "weight_norm",
        lambda t, v, g: t._weight_norm(v.mT, g, 0),
        (array(3, 2), array(2, 1)),
        twice=False,
        label="transposed",
    ),
    Sample(
        "weight_norm",
        lambda t, v, g: t._weight_norm(v, g, 0),
        (array(2, 3).astype(np.float32), array(2, 1).astype(np.float32)),
        smooth=False,
        twice=False,
    ),
    # PyTorch's kernel divides by the number of rows, and the process ends there.
    Sample("weight_norm", lambda t, v, g: t._weight_norm(v, g, 0), (array(0, 3), array(0, 1)), parity=False, label="empty"),
]  # fmt: skip
