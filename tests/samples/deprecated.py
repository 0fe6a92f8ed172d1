"""Samples of what PyTorch advises against, and of set_."""

import warnings

import numpy as np

from . import Sample, array


def _quietly(call):
    def run(torch, x):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return call(torch, x)

    return run


def _set(torch, x):
    y = x * 1
    with torch.no_grad():
        y.set_(torch.ones(2, dtype=torch.float64))
    return torch.ones(2, dtype=torch.float64) + x.sum() * 0 + y.detach()


SAMPLES = [
    Sample("resize", _quietly(lambda torch, x: x.resize(3, 2)), (array(2, 3),)),
    Sample("resize", _quietly(lambda torch, x: x.resize(3, 0)), (array(0, 2),)),
    Sample("resize", _quietly(lambda torch, x: x.resize_as(torch.zeros(6))), (array(2, 3),), label="as"),
    Sample("set_", lambda torch, x: torch.zeros(2, dtype=torch.float64).set_(x.detach()), (np.ones(2),), smooth=False),
]
