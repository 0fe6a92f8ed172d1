"""Samples of `rushlight.ops.indexing.index_reduce`."""

import warnings

import numpy as np

from . import Sample, array

M, X, S = array(3, 4), array(2, 3, 4), array(5, 4, seed=1)
INDEX = [0, 2, 0, 2, 2]
ZEROS = np.array([[2.0, 0.0, 3.0, -1.0], [0.0, 0.0, 1.0, 2.0], [1.0, 1.0, 1.0, 1.0]])
TIES = np.array([[1.0, 1.0], [1.0, 2.0], [2.0, 2.0], [0.0, 2.0], [0.0, 0.0]])


def _reduce(t, x, source, reduce, include_self, dim=0, index=INDEX):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is in beta
        return t.index_reduce(x, dim, t.tensor(index, dtype=t.int64), source, reduce, include_self=include_self)


def _segments(t, x, reduce, **options):
    options = {k: t.tensor(v) if isinstance(v, list) else v for k, v in options.items()}
    return t.segment_reduce(x, reduce, **options)


# PyTorch has no second derivative of segment_reduce; tests/ops/test_index_reduce.py checks ours.
SAMPLES = [
    *[
        Sample("index_reduce", lambda t, x, s, r=r, i=i: _reduce(t, x, s, r, i), (M, S), label=f"{r}-{i}")
        for r in ("prod", "mean", "amax", "amin")
        for i in (True, False)
    ],
    Sample("index_reduce", lambda t, x, s: _reduce(t, x, s, "mean", True, 1, [1, 0]), (X, array(2, 2, 4)), label="middle"),
    Sample("index_reduce", lambda t, x, s: _reduce(t, x, s, "prod", True, 0, [0]), (array(), array(seed=2)), label="0-d"),
    Sample("index_reduce", lambda t, x, s: _reduce(t, x, s, "amax", True, 0, []), (M, array(0, 4)), label="empty"),
    Sample("index_reduce", lambda t, x, s: _reduce(t, x, s, "mean", True, 0, [0, 0]), (np.arange(6).reshape(2, 3),) * 2),
    Sample("index_reduce", lambda t, x, s: _reduce(t, x, s, "amax", True, 0, [0, 0, 1, 1, 1]), (TIES[:2], TIES),
           label="ties", smooth=False),
    Sample("index_reduce", lambda t, x, s: _reduce(t, x, s, "prod", True, 0, [0, 1, 1]), (M, ZEROS), label="zeros", twice=False),
    *[
        Sample("segment_reduce", lambda t, x, r=r: _segments(t, x, r, lengths=[2, 1]), (M,), twice=False, label=r)
        for r in ("sum", "mean", "max", "min", "prod")
    ],
    *[
        Sample("segment_reduce", lambda t, x, r=r: _segments(t, x, r, offsets=[0, 2, 2, 3], initial=0.5), (M,),
               twice=False, label=f"{r}-initial")
        for r in ("sum", "mean", "max", "min", "prod")
    ],
    Sample("segment_reduce", lambda t, x: _segments(t, x, "mean", lengths=[[1, 2], [3, 0]], axis=1, initial=0), (X,),
           twice=False, label="rows"),
    Sample("segment_reduce", lambda t, x: _segments(t, x, "prod", lengths=[[1, 1], [1, 0]], axis=1, unsafe=True), (X,),
           twice=False, label="unsafe"),
    Sample("segment_reduce", lambda t, x: _segments(t, x, "sum", offsets=[1, 3]), (M,), twice=False, label="from-the-second"),
    Sample("segment_reduce", lambda t, x: _segments(t, x, "max", lengths=[3, 2]), (TIES,), smooth=False, twice=False,
           label="ties"),
    Sample("segment_reduce", lambda t, x: _segments(t, x, "prod", lengths=[1, 2]), (ZEROS,), twice=False, label="zeros"),
]  # fmt: skip
