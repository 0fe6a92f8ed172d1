"""Samples of `rushlight.ops.layout.rearranging`."""

import numpy as np

from . import Sample, array

M, V, S, SQUARE = array(3, 4), array(4), array(), array(3, 3)
Z, COUNTS = array(2, 3, dtype=np.complex128), np.array([1, 2, 0])

SAMPLES = [
    *[
        Sample("repeat", lambda t, x, n=n: x.repeat(n), (a,))
        for a, n in ((V, (2,)), (V, (2, 3)), (M, (1, 2)), (M, (2, 1, 1)), (S, (3,)), (S, ()), (M, (0, 2)), (Z, (2, 2)))
    ],
    Sample("repeat", lambda t, x: t.tile(x, (2,)) + x.tile(1, 2), (M,)),
    Sample("repeat", lambda t, x: (x.repeat_interleave(2), x.repeat_interleave(3, dim=1)), (M,), label="interleave"),
    Sample("repeat", lambda t, x, n: x.repeat_interleave(n, dim=0), (M, COUNTS), label="interleave"),
    Sample("repeat", lambda t, n: t.repeat_interleave(n), (COUNTS,), label="interleave"),
    *[
        Sample("flip", lambda t, x, d=d: x.flip(d), (a,))
        for a, d in ((M, (0,)), (M, (0, 1)), (M, ()), (M, (-1,)), (S, (0,)), (Z, (1,)))
    ],
    Sample("flip", lambda t, x: t.fliplr(x) + t.flipud(x), (M,)),
    *[
        Sample("roll", lambda t, x, p=p: x.roll(*p), (a,))
        for a, p in ((M, (1,)), (M, (-2, 1)), (M, ((1, 5), (0, 1))), (S, (1,)), (Z, (1, 0)), (M, ((1, 1), (0, 0))))
    ],
    *[Sample("rot90", lambda t, x, k=k: x.rot90(k), (M,)) for k in (1, 2, 3, 4, -1)],
    Sample("rot90", lambda t, x: t.rot90(x, 1, (2, 0)), (array(2, 3, 4),)),
    *[Sample("tril", lambda t, x, k=k: x.tril(k), (a,)) for a in (M, array(2, 3, 3)) for k in (0, 1, -1)],
    *[Sample("triu", lambda t, x, k=k: t.triu(x, k), (a,)) for a in (SQUARE, Z) for k in (0, 1, -1)],
    Sample("tril", lambda t, x: (x * 2).tril_() + (x * 3).triu_(), (SQUARE,), label="in-place"),
    *[
        Sample("tril", lambda t, x, n=n: x.sum_to_size(n), (M,), label="sum_to_size")
        for n in ((1, 4), (4,), (3, 4), ())
    ],
]
