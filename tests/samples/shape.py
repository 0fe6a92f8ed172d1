"""Samples of `rushlight.ops.layout.shape`."""

import numpy as np

from . import Sample, array

X, M, V, S = array(2, 3, 4), array(3, 4), array(4), array()
Z = array(3, 4, dtype=np.complex128)
EMPTY, INTS = array(0, 3), np.arange(6).reshape(2, 3)


def _turned(t, x):
    return x.transpose(0, 1)


SAMPLES = [
    *[
        Sample("view", lambda t, x, size=size: x.view(size), (a,))
        for a, size in ((X, (6, 4)), (X, (-1,)), (S, (1, 1)), (V, (2, -1)), (Z, (12,)), (EMPTY, (3, 0)), (INTS, (3, 2)))
    ],
    Sample("view", lambda t, x, y: x.view_as(y) * y, (M, array(4, 3))),
    Sample("view", lambda t, x: x.reshape(4, 6) + x.reshape_as(t.zeros(4, 6)), (X,)),
    *[Sample("view", lambda t, x, dims=dims: x.flatten(*dims), (X,)) for dims in ((), (1,), (0, 1), (-2, -1))],
    Sample("view", lambda t, x: t.flatten(x), (S,)),
    Sample("view", lambda t, x: x.unflatten(2, (2, -1)) * 2, (X,)),
    Sample("view", lambda t, x: t.ravel(x), (X,)),
    Sample("reshape_alias", lambda t, x: _turned(t, x).reshape(3, 1, 2, 4), (X,)),
    Sample("reshape_alias", lambda t, x: x[:, ::2].reshape(3, 2, 1), (M,)),
    Sample("unsafe_view", lambda t, x: _turned(t, x).reshape(-1), (X,)),
    Sample("unsafe_view", lambda t, x: t.reshape(x.mT, (2, 6)), (Z,)),
    *[
        Sample("transpose", lambda t, x, dims=dims: x.transpose(*dims), (a,))
        for a, dims in ((X, (0, 1)), (X, (-1, 0)), (X, (1, 1)), (V, (0, 0)), (S, (0, -1)), (Z, (0, 1)), (EMPTY, (0, 1)))
    ],
    Sample("transpose", lambda t, x: t.swapaxes(x, 0, 2) + t.swapdims(x, 2, 0), (X,)),
    Sample("transpose", lambda t, x: x.mT, (X,)),
    Sample("transpose", lambda t, x: (x.mH, x.adjoint()), (M,)),
    Sample("transpose", lambda t, x: (x.H, x.mH, x.adjoint()), (Z,)),
    *[Sample("t", lambda t, x: t.t(x), (a,)) for a in (M, V, S, Z)],
    *[
        Sample("permute", lambda t, x, dims=dims: x.permute(dims), (a,))
        for a, dims in ((X, (2, 0, 1)), (X, (0, 1, 2)), (X, (-1, 0, 1)), (S, ()), (Z, (1, 0)), (INTS, (1, 0)))
    ],
    Sample("permute", lambda t, x: x.T, (M,)),
    Sample(
        "permute",
        lambda t, x: x.movedim(0, 2) + t.moveaxis(x, (0, 1), (2, 0)).movedim(1, 0).mT.mT.movedim(0, 1),
        (array(2, 2, 2),),
    ),
]
