"""Samples of `rushlight.ops.neural.folding`."""

import numpy as np

from . import Sample, array
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
    Sample("im2col", lambda t, x: t.nn.functional.unfold(x, (3, 2), (1, 2), (2, 1), (2, 1)), (X2[0],), label="unbatched"),
    Sample("im2col", lambda t, x: t.nn.functional.unfold(x, 2, stride=2), (COMPLEX,)),
    Sample("im2col", lambda t, x: t.nn.functional.unfold(x, 2), (X2[:0],), label="empty"),
    Sample("im2col", lambda t, x: t.nn.functional.unfold(x > 1, 2, padding=1), (X2,), label="bool"),
    Sample("col2im", lambda t, x: t.nn.functional.fold(x, (3, 4), 2), (array(2, 8, 6),)),
    Sample("col2im", lambda t, x: t.nn.functional.fold(x, 4, (2, 1), (2, 1), (1, 0), (1, 2)), (array(6, 8),), label="unbatched"),
    Sample("col2im", lambda t, x: t.nn.functional.fold(x, (3, 3), 2), (array(1, 4, 4, dtype=np.complex128),)),
    Sample("max_unpool2d", _unpool(1, 2), (X1,)),
    Sample("max_unpool2d", _unpool(2, 2), (X2,)),
    Sample("max_unpool2d", _unpool(2, 3, 2, 1), (X2[0],), smooth=False, label="unbatched",
           gradient=lambda w, out, x: (of_unpooled(w, x),)),
    Sample("max_unpool3d", _unpool(3, 2), (distinct(1, 2, 2, 4, 4),)),
    Sample("unpooled_elements", _unpool_gradient(2), (X2,)),
    Sample(f"unpooled_elements{BACK}", _unpool_gradient(2), (X2,)),
]
