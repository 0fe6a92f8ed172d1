"""Samples of `rushlight.ops.neural.adaptive_pooling`."""

import numpy as np

from . import Sample
from .pooling import BACK, TIES, WITH, X1, X2, X3, _gradient, _pool, distinct, greatest

WIDE = distinct(2, 2, 4, 7)


def _fractional(ndim, *args):
    def call(t, x, samples):
        function = getattr(t.nn.functional, f"fractional_max_pool{ndim}d")
        return function(x, *args, return_indices=True, _random_samples=samples.detach())[0]

    return call


def _steps(*shape):
    return np.random.default_rng(0).uniform(size=shape)


SAMPLES = [
    Sample("adaptive_avg_pool2d", _pool("adaptive_avg_pool1d", 3), (X1,)),
    Sample("adaptive_avg_pool2d", _pool("adaptive_avg_pool2d", (2, 3)), (WIDE,)),
    Sample("adaptive_avg_pool2d", _pool("adaptive_avg_pool2d", (None, 9)), (WIDE[0],), label="unbatched"),
    Sample("adaptive_avg_pool2d", _pool("adaptive_avg_pool2d", (0, 2)), (WIDE,), parity=False, label="none"),
    Sample("adaptive_avg_pool2d", _pool("adaptive_avg_pool2d", 2), (WIDE[:0],), label="empty"),
    Sample("adaptive_avg_pool2d", _pool("adaptive_avg_pool2d", 1), (WIDE,), label="one"),
    Sample("adaptive_avg_pool3d", _pool("adaptive_avg_pool3d", (2, 3, 4)), (X3,)),
    *[Sample(f"adaptive_avg_pool{n}d{BACK}", _gradient(_pool(f"adaptive_avg_pool{n}d", 2)), (x,)) for n, x in ((2, WIDE), (3, X3))],
    Sample("adaptive_max_pool2d", _pool("adaptive_max_pool1d", 3), (X1,)),
    Sample("adaptive_max_pool2d", _pool("adaptive_max_pool2d", (3, 9)), (X2,)),
    Sample("adaptive_max_pool2d", _pool("adaptive_max_pool2d", (2, None), **WITH), (X2[0],), label="unbatched"),
    Sample("adaptive_max_pool2d", _pool("adaptive_max_pool2d", (0, 2)), (X2,), parity=False, label="none"),
    Sample("adaptive_max_pool2d", _pool("adaptive_max_pool2d", 2), (TIES,), smooth=False, label="ties",
           gradient=lambda w, out, x: (greatest(w, x, [range(2), range(1, 3)], [range(2), range(2, 4)]),)),
    Sample("adaptive_max_pool2d", lambda t, x: t.nn.functional.adaptive_max_pool2d(x, (2, 3), **WITH)[1], (TIES,)),
    Sample("adaptive_max_pool3d", _pool("adaptive_max_pool3d", (2, 3, 4)), (X3,)),
    *[Sample(f"adaptive_max_pool{n}d{BACK}", _gradient(_pool(f"adaptive_max_pool{n}d", 2)), (x,)) for n, x in ((2, X2), (3, X3))],
    Sample("fractional_max_pool2d", _fractional(2, 2, (3, 4)), (X2, _steps(2, 1, 2))),
    Sample("fractional_max_pool2d", _fractional(2, 2, (1, 3)), (X2[0], _steps(1, 1, 2)), label="unbatched"),
    Sample("fractional_max_pool3d", _fractional(3, (1, 2, 2), (2, 2, 3)), (X3, _steps(1, 2, 3))),
    *[
        Sample(
            f"fractional_max_pool{n}d{BACK}",
            lambda t, x, s, n=n: _gradient(lambda t, x: _fractional(n, 2, 2)(t, x, s))(t, x),
            (x, _steps(*x.shape[:2], n)),
        )
        for n, x in ((2, X2), (3, distinct(1, 2, 4, 4, 5)))
    ],
]
