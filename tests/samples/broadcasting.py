"""Samples of `rushlight.ops.layout.broadcasting`."""

import numpy as np

from . import Sample, array

M, V, S, ONES = array(3, 4), array(4), array(), array(1, 3, 1)
Z = array(1, 3, dtype=np.complex128)

SAMPLES = [
    *[
        Sample("expand", lambda t, x, size=size: x.expand(size), (a,))
        for a, size in (
            (V, (3, 4)),
            (V, (4,)),
            (V, (-1,)),
            (S, (2, 3)),
            (ONES, (2, -1, 5)),
            (ONES, (1, 3, 1)),
            (Z, (2, 2, 3)),
            (array(1), (0,)),
            (np.arange(3), (2, 3)),
        )
    ],
    Sample("expand", lambda t, x, y: x.expand_as(y) * y, (V, M)),
    Sample("expand", lambda t, x: t.broadcast_to(x, (2, 3, 4)), (M,)),
    Sample("expand", lambda t, x, y: t.broadcast_tensors(x, y), (array(3, 1), V)),
    *[Sample("squeeze", lambda t, x: x.squeeze(), (a,)) for a in (ONES, M, S, array(1), Z)],
    *[
        Sample("squeeze_dim", lambda t, x, d=d: x.squeeze(d), (a,))
        for a, d in ((ONES, 0), (ONES, 1), (ONES, -1), (S, 0))
    ],
    *[Sample("squeeze_dims", lambda t, x, d=d: x.squeeze(d), (ONES,)) for d in ((0, 2), (1,), (), (2, 0))],
    *[
        Sample("unsqueeze", lambda t, x, d=d: x.unsqueeze(d), (a,))
        for a, d in ((M, 0), (M, 1), (M, -1), (M, 2), (S, 0), (Z, 1))
    ],
    Sample("unsqueeze", lambda t, x: (t.atleast_2d(x), t.atleast_3d(x)), (V,)),
    Sample("unsqueeze", lambda t, x: t.atleast_3d(x), (M,)),
    Sample("expand", lambda t, x: (t.atleast_1d(x), t.atleast_2d(x), t.atleast_3d(x)), (S,), label="atleast"),
]
