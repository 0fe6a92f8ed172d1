"""Samples of `rushlight.ops.indexing.subscript`."""

import numpy as np

from . import Sample, array

X, M, V, S = array(2, 3, 4), array(3, 4), array(4), array()
Z, INTS = array(3, 4, dtype=np.complex128), np.arange(6).reshape(2, 3)
MASK = np.array([[True, False, True, False], [False] * 4, [True] * 4])
TWICE = np.array([0, 2, 0, 1])


def _set(index, times=1):
    def call(t, x, value):
        y = x * times
        y[index] = value
        return y

    return call


SAMPLES = [
    *[
        Sample("index", lambda t, x, index=index: x[index] * 2, (a,), label=str(index).replace(" ", ""))
        for a, index in (
            (X, 0),
            (X, -1),
            (X, (0, 1)),
            (X, (..., 0)),
            (X, (slice(None), 1)),
            (X, slice(0, 1)),
            (X, slice(None)),
            (X, None),
            (X, (0, ..., None)),
            (X, (slice(None), slice(1, 9), slice(None, None, 3))),
            (X, True),
            (X, False),
            (S, ...),
            (S, None),
            (S, ()),
            (S, True),
            (Z, (1, slice(1, 3))),
            (INTS, (1, 1)),
            (X, (slice(5, None),)),
        )
    ],
    *[
        Sample("index", lambda t, x, index=index: x[index], (a,), label=f"list{i}")
        for i, (a, index) in enumerate(
            (
                (X, [0, 1, 1]),
                (X, ([0, 1], [2, 2])),
                (X, (slice(None), [0, 2])),
                (X, ([0, 1], slice(None), [0, 1])),
                (X, (..., [0, -1])),
                (X, (0, [1, 1])),
                (X, ([1, 0], None, [0, 1])),
                (X, (None, [0])),
                (X, []),
                (X, ([[0], [1]], [0, 2])),
                (M, [True, False, True]),
                (X, ([0, 1], ..., 0)),
                (Z, [2, 2]),
                (INTS, ([0, 1], [1, 2])),
            )
        )
    ],
    Sample("index", lambda t, x, i: x[i], (M, TWICE[:3]), label="tensor"),
    Sample("index", lambda t, x, i: (x[:, i], x[i[0]], x[i.reshape(2, 2)]), (M, TWICE), label="tensors"),
    *[Sample("index", lambda t, x, mask: x[mask], pair, label="mask") for pair in ((M, MASK), (S, np.array(True)))],
    Sample("index", lambda t, x, mask: x[:, mask[:, 0]], (X, MASK), label="mask"),
    Sample("index", lambda t, x, mask, i: x[0, mask[:, 0], i[:2]], (X, MASK, TWICE), label="mask"),
    *[
        Sample("index_put", _set(index), (X, value), label=f"set{i}")
        for i, (index, value) in enumerate(
            (
                ([0, 1], array(4)),
                (([0, 1], [0, 2]), array(2, 4)),
                ((slice(None), [0, 2]), array()),
                ((0, [1, 2]), array(1, 4)),
                (([0, 1], slice(None), [0, 1]), array(3)),
                ([], array(1)),
                (True, array(3, 4)),
                ((..., [0, 3]), array(2, 1, 2)),
            )
        )
    ],
    *[
        Sample("index_put", _set(index), (X, value), label=f"slice{i}")
        for i, (index, value) in enumerate(
            (
                (0, array(3, 4)),
                ((0, 1), array(4)),
                ((0, 1, 2), array()),
                (..., array(4)),
                (slice(None), array(3, 4)),
                (slice(0, 1), array(1, 4)),
                ((slice(None), 1), array(2, 1)),
                (None, array(4)),
                ((..., 0), array(1, 2, 3)),
                ((slice(None), slice(0, 3, 2)), array(2, 1, 4)),
                (slice(2, None), array(4)),
            )
        )
    ],
    Sample("index_put", lambda t, x, mask: _with(x * 1, mask, 5), (M, MASK), label="mask"),
    Sample("index_put", lambda t, x, mask, v: _with(x * 1, mask, v), (M, MASK, array(6)), label="mask-tensor"),
    Sample("index_put", lambda t, x, v: _with(x * 1, 0, v), (M, np.arange(4)), label="cast"),
    Sample("index_put", lambda t, x, v: _with(x * 0, 0, v), (np.zeros((2, 3)), array(3)), label="constant"),
    Sample("index_put", lambda t, x, v: t.index_put(x, (t.tensor([0, 2]),), v), (M, V)),
    Sample("index_put", lambda t, x, v: t.index_put(x, (t.tensor([0, 0]),), v, True), (M, V), label="accumulate"),
    Sample("index_put", lambda t, x, i: (x * 1).index_put_((i,), x[0], accumulate=True), (M, np.array([1, 1]))),
    Sample("index_put_impl", lambda t, x: x[[0, 0, 1]].sin(), (M,)),
    Sample("index_put_impl", lambda t, x, mask: x[mask].sin(), (M, MASK)),
]


def _with(y, index, value):
    y[index] = value
    return y
