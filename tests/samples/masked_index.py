"""Samples of `rushlight.ops.indexing.masked_index`."""

import numpy as np

from . import Sample, array

M, Z = array(3, 4), array(3, 4, dtype=np.complex128)
ROWS, COLUMNS = np.array([[0], [9], [-1]]), np.array([[3, 0, 3, -99]])
MASK = np.array([[True, True, True, False], [False] * 4, [True, False, True, False]])
INTS = np.arange(12).reshape(3, 4)

SAMPLES = [
    *[
        Sample("unsafe_masked_index", lambda t, x, m, i, j: t._unsafe_masked_index(x, m, (i, j), 7.0), (a, MASK, ROWS, COLUMNS))
        for a in (M, Z, INTS)
    ],
    Sample("unsafe_masked_index", lambda t, x, m, i: t._unsafe_masked_index(x, m, (i,), 0), (M, MASK[:, :1], ROWS[:, 0])),
    *[
        Sample(
            "unsafe_masked_index_put_accumulate",
            lambda t, x, m, i, j, v: t._unsafe_masked_index_put_accumulate(x, m, (i, j), v),
            (a, MASK, ROWS, COLUMNS, a + 1),
        )
        for a in (M, Z, INTS)
    ],
]
