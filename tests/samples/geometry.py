"""Samples of `rushlight.ops.layout.geometry`, and of the views that `rushlight.core.views` makes."""

import numpy as np

from . import Sample, array

X, M, V, ONES = array(2, 3, 4), array(3, 4), array(4), array(1, 3, 1)
Z = array(2, 3, dtype=np.complex128)

SAMPLES = [
    Sample("alias", lambda t, x: x[...] * 2, (M,)),
    *[
        Sample("as_strided", lambda t, x, p=p: x.as_strided(*p), (a,))
        for a, p in (
            (M, ((2, 2), (4, 1))),
            (M, ((2, 2), (1, 1), 3)),
            (M, ((3, 2), (0, 1), 1)),
            (M, ((), ())),
            (M, ((0, 2), (4, 1))),
            (Z, ((2, 2), (3, 2))),
            (V, ((3, 2), (1, 1))),
        )
    ],
    Sample("as_strided", lambda t, x: x.t().as_strided((2, 2), (1, 4)), (M,), label="transposed"),
    Sample("as_strided", lambda t, x: x[1:].as_strided((2, 2), (4, 1)), (M,), label="view"),
    Sample("as_strided", lambda t, x: x.expand(3, 4).as_strided((2, 2), (0, 1)), (V,), label="expanded"),
    Sample("as_strided_backward", lambda t, x: x.as_strided((2, 2), (1, 1)).sin(), (M,)),
    Sample("as_strided_backward", lambda t, x: x.as_strided((0, 2), (1, 1)).sin(), (M,), label="empty"),
    # PyTorch's gradient of the first argument is wrong here: its own gradcheck says so.
    *[
        Sample("as_strided_scatter", lambda t, x, y, p=p: t.as_strided_scatter(x, y, *p), (a, b), parity=False)
        for a, b, p in (
            (M, array(2, 2), ((2, 2), (1, 5), 1)),
            (V, array(), ((), (), 2)),
            (V, array(0, 2), ((0, 2), (1, 1))),
            (X, array(3, 2), ((3, 2), (5, 2))),
            (Z, array(2, 2, dtype=np.complex128), ((2, 2), (3, 1))),
        )
    ],
    Sample("as_strided_scatter", lambda t, x, y: x.t().as_strided_scatter(y, (2,), (4,), 1), (M, array(2)), parity=False),
    Sample("as_strided_scatter", lambda t, x, y: x[1:].as_strided_scatter(y, (2,), (1,)), (M, array(2)), parity=False),
    Sample("t_", lambda t, x: (x * 2).t_(), (M,)),
    Sample("transpose_", lambda t, x: (x * 2).transpose_(0, 2) * 3, (X,)),
    Sample("transpose_", lambda t, x: (x * 2).swapaxes_(0, 1).mul_(x.transpose(0, 1)), (X,), label="then-in-place"),
    Sample("unsqueeze_", lambda t, x: (x * 2).unsqueeze_(1), (M,)),
    Sample("squeeze_", lambda t, x: (x * 2).squeeze_(), (ONES,)),
    Sample("squeeze_dim_", lambda t, x: (x * 2).squeeze_(0), (ONES,)),
    Sample("squeeze_dims_", lambda t, x: (x * 2).squeeze_((0, 2)), (ONES,)),
    Sample("as_strided_", lambda t, x: (x * 2).as_strided_((2, 2), (4, 1), 1), (M,)),
    Sample("as_strided_", lambda t, x: (x * 2).as_strided_((0, 2), (4, 1), 1), (M,), label="empty"),
    Sample("write_slice", lambda t, x: _overwritten(x * 2), (M,)),
    Sample("replay", lambda t, x: _stale_view(x * 2), (M,)),
]


def _overwritten(y):
    y[1].exp_()
    return y


def _stale_view(y):
    rows = y[1:].mT
    y.mul_(3)
    return rows * rows
