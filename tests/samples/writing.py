"""Samples of `rushlight.ops.indexing.writing`."""

import numpy as np

from . import Sample, array

A, ROW = array(3, 4), array(4, seed=1)

SAMPLES = [
    Sample("zero", lambda t, x: (x * 2).zero_() + x, (A,)),
    Sample("fill", lambda t, x: t.fill(x, 2.5), (A,)),
    Sample("fill", lambda t, x: t.fill(x, 2.7), (np.arange(3),)),
    Sample("fill_from_tensor", lambda t, x, v: t.fill(x, v), (A, array(seed=2))),
    Sample("fill_", lambda t, x: (x * 2).fill_(3) * x, (A,)),
    Sample("fill_from_tensor_", lambda t, x, v: (x * 2).fill_(v) * x, (A, array(seed=2))),
    Sample("copy", lambda t, x, y: (x * 2).copy_(y) * x, (A, ROW)),
    Sample("copy", lambda t, x, y: t.zeros(3, 4).double().copy_(y), (A, ROW)),
    Sample("copy", lambda t, x, y: (x * 1j).copy_(y), (A, ROW)),
]
