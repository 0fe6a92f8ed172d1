"""Samples of `rushlight.layers`: what vmap and grad record together."""

import numpy as np

from . import Sample, array


def _gradients(t, x, w):
    """The gradient of each example of `x`, of which `w` is a part too."""
    return t.func.vmap(lambda row: t.func.grad(lambda q: (q * q * (w * 1)).abs().square().sum())(row))(x)


SAMPLES = [
    Sample("per_example", _gradients, (x, w))
    for x, w in (
        (array(3, 4), array(4)), (array(3, 2), array(seed=1)), (array(3, 0), array(0)), (array(2, 2), array(2, 3).T),
        (array(3, 2), array(2, dtype=np.complex128)),
    )
]  # fmt: skip
