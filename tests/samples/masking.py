"""Samples of `rushlight.ops.indexing.masking`."""

import numpy as np

from . import Sample, array

M, V, S = array(3, 4), array(4), array()
Z = array(3, 4, dtype=np.complex128)
MASK = np.array([[True, False, True, False], [False] * 4, [True] * 4])

SAMPLES = [
    *[
        Sample("masked_select", lambda t, x, mask: x.masked_select(mask), (a, mask))
        for a, mask in (
            (M, MASK),
            (M, MASK[0]),
            (V, MASK),
            (S, np.array(True)),
            (Z, MASK),
            (M, MASK[:, :1]),
            (M, ~MASK & MASK),
            (V, np.array([[True, False, True, False], [False] * 4, [True, False, False, True]])),  # as many as V has
            (array(0), np.zeros((3, 0), bool)),
        )
    ],
    *[
        Sample("masked_scatter", lambda t, x, mask, y: x.masked_scatter(mask, y), (a, mask, array(3, 5)))
        for a, mask in ((M, MASK), (M, MASK[0]), (V, MASK))
    ],
    Sample(
        "masked_scatter", lambda t, x, mask, y: (x * 1).masked_scatter_(mask, y), (M, MASK, array(9)), label="in-place"
    ),
    Sample("masked_scatter_backward", lambda t, x, mask, y: x.masked_scatter(mask, y).sin(), (M, MASK, array(3, 5))),
    *[
        Sample(
            "masked_select",
            lambda t, x: (t.nonzero(x), *t.nonzero(x, as_tuple=True), t.argwhere(x)),
            (a,),
            label="nonzero",
        )
        for a in (
            np.array([[0, 3], [5, 0]]),
            np.array([0.0, -0.0, np.nan]),
            MASK,
            np.array(0),
            np.array(2),
            np.zeros((0, 2)),
        )
    ],
]
