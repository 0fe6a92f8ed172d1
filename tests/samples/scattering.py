"""Samples of `rushlight.ops.indexing.scattering`."""

import numpy as np

from . import Sample, array

M, V, S = array(3, 4), array(4), array()
Z, INTS = array(3, 2, dtype=np.complex128), np.arange(12).reshape(3, 4)
ROWS = np.array([[0, 2, 0, 1], [1, 1, 2, 0]])
COLUMNS = np.array([[0, 3], [1, 1], [2, 0]])
SOURCE = array(2, 4, seed=1)
TIES = np.array([[1.0, 1.0, 0.0, -2.0], [1.0, 0.0, 0.0, 3.0], [0.0, 2.0, 5.0, -2.0]])

SAMPLES = [
    *[
        Sample("gather", lambda t, x, i, d=d: x.gather(d, i), (a, i))
        for a, d, i in (
            (M, 0, ROWS),
            (M, 1, COLUMNS),
            (V, 0, np.array([3, 3])),
            (S, 0, np.array(0)),
            (Z, 0, COLUMNS % 3),
        )
    ],
    Sample("gather", lambda t, x, i: t.take_along_dim(x, i, 1), (M, np.array([[1]]))),
    Sample("gather", lambda t, x, i: t.take_along_dim(x, i), (M, np.array([11, 0, 0]))),
    Sample("scatter", lambda t, x, i, y: x.scatter(0, i, y), (M, np.array([[0, 2, 0, 1]]), array(1, 4))),
    Sample("scatter", lambda t, x, i, y: t.scatter(x, 1, i, src=y), (M, COLUMNS[:, :1], array(3, 1))),
    Sample("scatter", lambda t, x, i, y: (x * 1).scatter_(1, i, y), (M, COLUMNS[:, :1], array(3, 1)), label="in-place"),
    Sample("scatter_value", lambda t, x, i: x.scatter(0, i, 2.5), (M, ROWS)),
    Sample("scatter_value", lambda t, x, i: t.scatter(x, 0, i, value=3), (INTS, ROWS)),
    Sample("scatter_combined", lambda t, x, i: x.scatter(0, i, 3, reduce="add"), (INTS, ROWS)),
    Sample("scatter_combined", lambda t, x, i: x.scatter(0, i, 3, reduce="multiply"), (INTS, ROWS)),
    *[
        Sample("scatter_add", lambda t, x, i, y, d=d: x.scatter_add(d, i, y), (a, i, y))
        for a, d, i, y in (
            (M, 0, ROWS, SOURCE),
            (M, 1, COLUMNS, array(3, 2)),
            (V, 0, np.array([1, 1]), array(2)),
            (S, 0, np.array(0), array(seed=3)),
            (Z, 0, COLUMNS % 3, array(3, 2, dtype=np.complex128, seed=3)),
        )
    ],
    Sample("scatter_add", lambda t, x, i, y: (x * 1).scatter_add_(0, i, y), (M, ROWS, SOURCE), label="in-place"),
    *[
        Sample(
            "scatter_reduce",
            lambda t, x, i, y, r=r, s=s: x.scatter_reduce(0, i, y, r, include_self=s),
            (M, ROWS, SOURCE),
            label=f"{r}{s}",
        )
        for r in ("sum", "prod", "mean", "amax", "amin")
        for s in (True, False)
    ],
    *[
        Sample(
            "scatter_reduce",
            lambda t, x, i, y, r=r: x.scatter_reduce(0, i, y, r),
            (TIES, ROWS, TIES[1:]),
            smooth=False,
            twice=False,
            label=f"ties-{r}",
        )
        for r in ("prod", "amax", "amin")
    ],
    Sample("scatter_reduce", lambda t, x, i, y: x.scatter_reduce(0, i, y, "mean"), (INTS, ROWS, INTS[:2])),
    Sample(
        "scatter_reduce",
        lambda t, x, i, y: (x * 1).scatter_reduce_(0, i, y, "sum"),
        (M, ROWS, SOURCE),
        label="in-place",
    ),
    *[
        Sample("take", lambda t, x, i: x.take(i), (a, i))
        for a, i in (
            (M, np.array([0, 11, -1])),
            (M, np.array([[1, 1]])),
            (M, np.array(3)),
            (Z, np.array([1])),
            (S, np.array([0, 0])),
        )
    ],
    Sample("put", lambda t, x, i, y: x.put(i, y), (M, np.array([0, -1]), array(2))),
    Sample("put", lambda t, x, i, y: x.put(i, y, accumulate=True), (M, np.array([[0, 0]]), array(1, 2))),
    Sample("put", lambda t, x, i, y: (x * 1).put_(i, y), (M, np.array([0, -1]), array(2)), label="in-place"),
]
