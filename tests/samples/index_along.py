"""Samples of `rushlight.ops.indexing.index_along`."""

import numpy as np

from . import Sample, array

X, M, V, S = array(2, 3, 4), array(3, 4), array(4), array()
Z = array(3, 2, dtype=np.complex128)
ONE, TWICE = np.array(0), np.array([2, 0, 2])

SAMPLES = [
    *[
        Sample("index_select", lambda t, x, i, d=d: x.index_select(d, i), (a, i))
        for a, d, i in (
            (M, 0, TWICE),
            (X, -1, TWICE),
            (V, 0, ONE),
            (S, 0, ONE),
            (Z, 0, TWICE),
            (M, 1, np.array([], np.int64)),
        )
    ],
    *[
        Sample("index_add", lambda t, x, i, y, d=d: x.index_add(d, i, y), (a, i, y))
        for a, d, i, y in ((M, 0, TWICE, array(3, 4, seed=1)), (M, 1, ONE, array(3, 1)), (S, 0, ONE, array(seed=1)))
    ],
    Sample("index_add", lambda t, x, i, y: t.index_add(x, 0, i, y, alpha=2), (M, TWICE, array(3, 4, seed=1))),
    Sample(
        "index_add", lambda t, x, i, y: (x * 1).index_add_(0, i, y), (M, TWICE, array(3, 4, seed=1)), label="in-place"
    ),
    *[
        Sample("index_copy", lambda t, x, i, y, d=d: x.index_copy(d, i, y), (a, i, y))
        for a, d, i, y in (
            (M, 0, TWICE[:2], array(2, 4)),
            (M, 1, np.array([3]), array(3, 1)),
            (S, 0, ONE, array(seed=1)),
        )
    ],
    Sample(
        "index_copy", lambda t, x, i, y: (x * 1).index_copy_(0, i, y), (M, TWICE[:2], array(2, 4)), label="in-place"
    ),
    *[
        Sample("index_fill", lambda t, x, i, d=d: x.index_fill(d, i, 2.5), (a, i))
        for a, d, i in ((M, 0, TWICE), (M, 1, np.array([-1])), (S, 0, ONE), (np.arange(4), 0, TWICE))
    ],
    Sample("index_fill_tensor", lambda t, x, i, v: x.index_fill(0, i, v), (M, TWICE, S)),
    Sample("index_fill_tensor", lambda t, x, i, v: (x * 1).index_fill_(0, i, v), (M, TWICE, S), label="in-place"),
]
