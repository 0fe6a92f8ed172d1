"""Samples of `rushlight.ops.neural.folding`."""

import numpy as np

from . import Sample, array, pulled
from .pooling import BACK, X1, X2, distinct

COMPLEX = array(1, 1, 3, 3, dtype=np.complex128)


def _unpool(ndim, *args):
    """Maxima, put back where they were."""

    def call(t, x):
        pool, unpool = (getattr(t.nn.functional, f"max_{name}{ndim}d") for name in ("pool", "unpool"))
        values, indices = pool(x, *args, return_indices=True)
        return unpool(values * values, indices, *args)

    return call


def _unpool_gradient(ndim):
    def program(t, x):
        x = x if x.requires_grad else x.clone().requires_grad_()
        out = _unpool(ndim, 2)(t, x)
        values = getattr(t.nn.functional, f"max_pool{ndim}d")(x, 2, return_indices=True)
        unpooled = getattr(t.nn.functional, f"max_unpool{ndim}d")(*values, 2)
        (g,) = t.autograd.grad((out * unpooled).sum(), values[0], create_graph=True)
        return g

    return program


def of_unpooled(w, x):
    """Of windows of three, two apart, in an image with a border of one. Two have the same maximum: both get its gradient."""
    slope = np.zeros_like(x)
    image = np.pad(x[0], 1, constant_values=-np.inf)
    for i, j in np.ndindex(3, 3):
        window = image[2 * i : 2 * i + 3, 2 * j : 2 * j + 3]
        row, column = np.unravel_index(window.argmax(), window.shape)
        row, column = row + 2 * i - 1, column + 2 * j - 1
        place = np.unravel_index(row * x.shape[2] + column, w.shape[1:])
        slope[0, row, column] += w[0][place] * 2 * x[0, row, column]
    return slope


SAMPLES = [
    Sample("im2col", lambda t, x: t.nn.functional.unfold(x, 2), (X2,)),
    Sample(
        "im2col", lambda t, x: t.nn.functional.unfold(x, (3, 2), (1, 2), (2, 1), (2, 1)), (X2[0],), label="unbatched"
    ),
    Sample("im2col", lambda t, x: t.nn.functional.unfold(x, 2, stride=2), (COMPLEX,)),
    Sample("im2col", lambda t, x: t.nn.functional.unfold(x, 2), (X2[:0],), label="empty"),
    Sample("im2col", lambda t, x: t.nn.functional.unfold(x > 1, 2, padding=1), (X2,), label="bool"),
    Sample("col2im", lambda t, x: t.nn.functional.fold(x, (3, 4), 2), (array(2, 8, 6),)),
    Sample(
        "col2im",
        lambda t, x: t.nn.functional.fold(x, 4, (2, 1), (2, 1), (1, 0), (1, 2)),
        (array(6, 8),),
        label="unbatched",
    ),
    Sample("col2im", lambda t, x: t.nn.functional.fold(x, (3, 3), 2), (array(1, 4, 4, dtype=np.complex128),)),
    Sample("max_unpool2d", _unpool(1, 2), (X1,)),
    Sample("max_unpool2d", _unpool(2, 2), (X2,)),
    Sample(
        "max_unpool2d",
        _unpool(2, 3, 2, 1),
        (X2[0],),
        smooth=False,
        label="unbatched",
        gradient=lambda w, out, x: (of_unpooled(w, x),),
    ),
    Sample("max_unpool3d", _unpool(3, 2), (distinct(1, 2, 2, 4, 4),)),
    Sample("unpooled_elements", _unpool_gradient(2), (X2,)),
    Sample(f"unpooled_elements{BACK}", _unpool_gradient(2), (X2,)),
]

SAMPLES += [
    *[
        Sample("im2col", lambda t, x, o=options: t.nn.functional.unfold(x, **o), (x,), label=str(options))
        for options, x in (
            ({"kernel_size": 1}, X2),
            ({"kernel_size": (5, 6)}, X2),
            ({"kernel_size": 3, "padding": 3, "dilation": 3}, array(1, 1, 2, 2)),
            ({"kernel_size": 2, "stride": 4}, X2),
            ({"kernel_size": 2, "padding": 1}, COMPLEX),
            ({"kernel_size": 2}, array(4, 3, 2, 1).T),
        )
    ],
    *[
        Sample("col2im", lambda t, x, o=options: t.nn.functional.fold(x, **o), (x,), label=str(options))
        for options, x in (
            ({"output_size": 2, "kernel_size": 2}, array(1, 4, 1)),
            ({"output_size": (3, 2), "kernel_size": 1}, array(2, 6)),
            ({"output_size": 4, "kernel_size": 2, "stride": 3}, array(1, 4, 1)),
            ({"output_size": 3, "kernel_size": 2}, array(0, 4, 4)),
            ({"output_size": 3, "kernel_size": 2, "padding": 1}, array(16, 4, 1).T[..., ::-1]),
            ({"output_size": 2, "kernel_size": 2, "dilation": 2, "padding": 1}, array(1, 4, 4, dtype=np.complex128)),
        )
    ],
    # The gradient of an unpooling, and that of its gradient.
    pulled(
        "unpooled_elements",
        lambda t, v: t.nn.functional.max_unpool1d(v, t.tensor([[[1, 2]]]), 2),
        array(1, 1, 4),
        array(1, 1, 2),
    ),
    pulled(
        "unpooled_elements",
        lambda t, v: t.nn.functional.max_unpool2d(v, t.tensor([[[[0, 3], [9, 14]]]]), 2),
        array(4, 4, 1, 1).T,
        array(1, 1, 2, 2),
    ),
    pulled(
        "unpooled_elements",
        lambda t, v: t.nn.functional.max_unpool2d(v, t.zeros(0, 1, 2, 2, dtype=t.int64), 2),
        array(0, 1, 4, 4),
        array(0, 1, 2, 2),
        parity=False,
    ),
    *[
        Sample("max_unpool2d", lambda t, v, i=i: t.nn.functional.max_unpool2d(v, t.tensor(i), 2), (v,))
        for v, i in ((array(1, 2, 2), [[[0, 3], [9, 14]]]), (array(2, 1, 2).T, [[[0, 3]], [[1, 2]]]))
    ],
]


def _unpooled_again(t, v, places=((0, 3), (2, 3))):
    """The gradient of an unpooling's gradient: what was taken out of their places, put back."""
    x = t.zeros(v.shape[0], 1, 2, dtype=v.dtype, requires_grad=True)
    out = t.nn.functional.max_unpool1d(x, t.tensor(places)[: v.shape[0]].reshape(x.shape), 2)
    g = t.zeros_like(out).requires_grad_()
    (taken,) = t.autograd.grad(out, x, g, create_graph=True)
    return t.autograd.grad(taken, g, v, create_graph=True)[0]


SAMPLES += [
    *[
        Sample("unpooled_elements_backward", _unpooled_again, (v,), parity=v.size > 0, label="again")
        for v in (array(2, 1, 2), array(2, 1, 4)[..., ::-2], array(0, 1, 2))
    ],
]
