"""Samples of `rushlight.ops.layout.splitting`."""

import numpy as np

from . import Sample, array

X, M, V, S = array(2, 3, 4), array(3, 4), array(4), array()
Z, INTS = array(3, 4, dtype=np.complex128), np.arange(6).reshape(2, 3)


def _all(parts):
    return tuple(p * (i + 1) for i, p in enumerate(parts))


SAMPLES = [
    *[
        Sample("select", lambda t, x, d=d, i=i: x.select(d, i), (a,))
        for a, d, i in ((X, 0, 1), (X, 1, -1), (X, -1, 0), (V, 0, 2), (Z, 1, 3), (INTS, 0, 0))
    ],
    Sample("select_backward", lambda t, x: x.select(0, 1).sin(), (X,)),
    *[
        Sample("slice", lambda t, x, p=p: x.narrow(*p), (a,))
        for a, p in ((X, (0, 0, 1)), (X, (2, 1, 2)), (X, (-1, -2, 2)), (V, (0, 4, 0)), (Z, (1, 1, 2)))
    ],
    Sample("slice_backward", lambda t, x: x.narrow(1, 1, 2).sin(), (X,)),
    *[
        Sample("diagonal", lambda t, x, p=p: x.diagonal(*p), (a,))
        for a, p in ((M, ()), (M, (1,)), (M, (-2,)), (X, (0, 1, 2)), (X, (0, 2, 0)), (X, (9,)), (Z, ()))
    ],
    Sample("diagonal_backward", lambda t, x: x.diagonal(1).sin(), (M,)),
    *[Sample("diagonal", lambda t, x, k=k: t.diag(x, k), (M,), label="diag") for k in (0, 2, -1)],
    *[Sample("diag_embed", lambda t, x, k=k: t.diag(x, k), (V,)) for k in (0, 2, -1)],
    *[Sample("diag_embed", lambda t, x, p=p: x.diag_embed(*p), (M,)) for p in ((), (1,), (-1, 0, 2), (0, 1, 0))],
    Sample("diag_embed", lambda t, x: t.diagflat(x, 1), (array(2, 2),)),
    *[Sample("unbind", lambda t, x, d=d: _all(x.unbind(d)), (a,)) for a, d in ((X, 0), (X, -1), (V, 0), (Z, 1))],
    Sample("unbind", lambda t, x: x.unbind(1)[2], (M,), label="one"),
    *[
        Sample("split", lambda t, x, n=n, d=d: _all(x.split(n, d)), (a,))
        for a, n, d in ((X, 1, 0), (X, 3, 2), (X, 9, 1), (Z, 2, 1), (array(0), 0, 0), (array(0), 2, 0))
    ],
    Sample("split", lambda t, x: t.split(x, 2)[1], (V,), label="one"),
    Sample("split", lambda t, x: _all(x.chunk(3, 1)), (M,), label="chunk"),
    Sample("split_with_sizes", lambda t, x: _all(x.split([1, 0, 3], 1)), (M,)),
    Sample("split_with_sizes", lambda t, x: t.split_with_sizes(x, (2, 1))[0], (M,)),
    Sample("slice", lambda t, x: _all(x.tensor_split(3, 1)), (M,), label="tensor_split"),
    Sample("slice", lambda t, x: _all(t.tensor_split(x, (1, 3, 9))), (V,), label="tensor_split"),
    Sample("slice", lambda t, x: (*t.hsplit(x, 3), *t.vsplit(x, 2), *t.dsplit(x, [1])), (X,), label="hsplit"),
    *[
        Sample("unfold", lambda t, x, p=p: x.unfold(*p), (a,))
        for a, p in ((X, (2, 2, 1)), (X, (2, 3, 2)), (X, (0, 2, 1)), (V, (0, 4, 1)), (S, (0, 1, 1)), (V, (0, 0, 1)))
    ],
    *[Sample("unfold_backward", lambda t, x: x.unfold(-1, 2, 1).sin(), (a,)) for a in (V, Z, array(0, 4))],
    Sample("trace", lambda t, x: t.trace(x).sin(), (array(0, 3),), label="empty"),
    Sample("select_scatter", lambda t, x, y: t.select_scatter(x, y, 0, 1), (M, V)),
    Sample("select_scatter", lambda t, x, y: x.select_scatter(y, -1, -1), (M, array(3))),
    Sample("slice_scatter", lambda t, x, y: t.slice_scatter(x, y, 1, 0, 4, 2), (M, array(3, 2))),
    Sample("slice_scatter", lambda t, x, y: t.slice_scatter(x, y), (M, array(3, 4, seed=3))),
    Sample("diagonal_scatter", lambda t, x, y: t.diagonal_scatter(x, y, 1), (M, array(3))),
]
