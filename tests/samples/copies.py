"""Samples of `rushlight.ops.layout.copies`."""

import numpy as np

from . import Sample, array

X, M, V, S = array(2, 3, 4), array(3, 4), array(4), array()
ONES, Z, PAIRS = array(1, 3, 1), array(3, 4, dtype=np.complex128), array(3, 2)


def _all(parts):
    return tuple(p * (i + 1) for i, p in enumerate(parts))


#: One result each: the function's name, the operation that it copies, inputs, arguments.
CALLS = [
    ("alias", "alias", (X, S, Z), ()),
    ("as_strided", "as_strided", (M, X), ((2, 3), (1, 2), 1)),
    ("as_strided", "as_strided", (V,), ((0, 3), (1, 2))),
    ("diagonal", "diagonal", (M, X, Z), (1,)),
    ("expand", "expand", (ONES,), ((2, 1, 3, 4),)),
    ("expand", "expand", (array(0, 1),), ((0, 4),)),
    ("narrow", "narrow", (M, X, Z), (1, 0, 2)),
    ("permute", "permute", (X,), ((2, 0, 1),)),
    ("select", "select", (M, X, V), (-1, 1)),
    ("slice", "slice", (M, Z), (1, 0, 4, 2)),
    ("squeeze", "squeeze", (ONES, S), ()),
    ("squeeze", "squeeze_dim", (ONES, M, S), (0,)),
    ("squeeze", "squeeze_dims", (ONES,), ((0, 1),)),
    ("t", "t", (M, V, S, Z), ()),
    ("transpose", "transpose", (M, X, Z), (0, -1)),
    ("unfold", "unfold", (M, V), (0, 2, 1)),
    ("unsqueeze", "unsqueeze", (M, S), (-1,)),
    ("view_as_complex", "view_as_complex", (PAIRS, array(0, 2)), ()),
    ("view_as_real", "view_as_real", (Z,), ()),
    ("view", "view", (M, Z), ((2, -1),)),
]

#: PyTorch does not differentiate their complex results.
REAL = {"slice", "view_as_complex"}

SAMPLES = [
    *[
        Sample(f"{op}_copy", lambda t, x, f=f, a=a: getattr(t, f + "_copy")(x, *a), (x,), parity=f not in REAL or x is M)
        for f, op, inputs, a in CALLS
        for x in inputs
    ],
    Sample("view_copy", lambda t, x: t.view_copy(x.t(), (12,)), (M,), label="transposed"),
    Sample("permute_copy", lambda t, x: t.permute_copy(x[:, 1:], (1, 0)).t(), (M,), label="of-a-view"),
    *[Sample("split_copy", lambda t, x: _all(t.split_copy(x, 2, 1)), (a,)) for a in (M, X, Z)],
    Sample("split_copy", lambda t, x: t.split_copy(x, 3)[1], (V,), label="one"),
    Sample("split_with_sizes_copy", lambda t, x: _all(t.split_with_sizes_copy(x, (1, 0, 3), 1)), (M,)),
    *[Sample("unbind_copy", lambda t, x: _all(t.unbind_copy(x, -1)), (a,)) for a in (M, V, Z)],
    Sample("detach_copy", lambda t, x: t.detach_copy(x.detach()), (M,)),
    Sample("diagonal_copy", lambda t, x: t.diag(x, -1), (M,), label="diag"),
]

SAMPLES += [
    *[Sample("unsafe_split", lambda t, x: _all(t.unsafe_split(x, 2, 1)), (a,)) for a in (M, X, Z)],
    Sample("unsafe_split", lambda t, x: _all(x.unsafe_chunk(3)), (M,), label="chunk"),
    Sample("unsafe_split", lambda t, x: (x * 1).unsafe_split(2)[0].mul_(3), (V,), label="in-place"),
    Sample("unsafe_split_with_sizes", lambda t, x: _all(t.unsafe_split_with_sizes(x, (1, 0, 3), 1)), (M,)),
]
