"""Samples of `rushlight.ops.layout.joining`."""

import numpy as np

from . import Sample, array

M, N, V, S = array(3, 4), array(2, 4, seed=1), array(4, seed=2), array()
Z, EMPTY, INTS = array(3, 2, dtype=np.complex128), array(0), np.arange(4)

SAMPLES = [
    Sample("cat", lambda t, x, y: t.cat([x, y]), (M, N)),
    Sample("cat", lambda t, x, y: t.cat((x, y.mT), dim=-1), (M, array(5, 3))),
    Sample("cat", lambda t, x: t.cat([x]), (M,)),
    Sample("cat", lambda t, x: t.concat([x, x * 2], 1), (M,)),
    Sample("cat", lambda t, x, e: t.concatenate([e, x, e], 1), (M, EMPTY), label="empty"),
    Sample("cat", lambda t, x, y: t.cat([x, y]), (V, INTS), label="promoted"),
    Sample("cat", lambda t, x, y: t.cat([x, y], 1), (array(3, 2), Z), label="complex"),
    Sample("cat", lambda t, x, y: t.hstack([x, y]) + t.hstack((y, x)), (V, array(4))),
    Sample("cat", lambda t, x: (t.hstack([x, x]), t.vstack([x, x]), t.row_stack([x, x])), (M,)),
    Sample("cat", lambda t, x: (t.dstack([x, x]), t.column_stack([x, x])), (V,)),
    Sample("cat", lambda t, x, v: t.column_stack([x, v[:3]]), (M, V)),
    Sample("cat", lambda t, s: (t.hstack([s, s]), t.vstack([s, s]), t.dstack([s, s])), (S,)),
    *[
        Sample("stack", lambda t, x, d=d: t.stack([x, x * x], d), (a,))
        for a, d in ((M, 0), (M, 1), (M, -1), (S, 0), (Z, 2))
    ],
    Sample("stack", lambda t, x, y: t.stack([x, y]), (V, INTS), label="promoted"),
    Sample("stack", lambda t, x, y: t.cartesian_prod(x, y), (V, array(2))),
    Sample("stack", lambda t, x: t.combinations(x, 2), (V,)),
    Sample("stack", lambda t, x: t.combinations(x, 3, True), (V,)),
    *[
        Sample("stack", lambda t, x, y, s, how=how: t.meshgrid(x, y, s, indexing=how), (V, array(3), S), label=how)
        for how in ("ij", "xy")
    ],
    Sample("block_diag", lambda t, x, v, s: t.block_diag(x, v, s), (M, V, S)),
    # PyTorch takes the gradient of what follows an empty tensor from the wrong column.
    Sample("block_diag", lambda t, x, e, s: t.block_diag(x, e, s), (M, array(0, 4), S), label="empty", parity=False),
    Sample("block_diag", lambda t, x, i: t.block_diag(x, i), (M, INTS), label="promoted"),
]
