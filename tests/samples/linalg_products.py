"""Samples of `rushlight.ops.linalg.products` and of norms of matrices, which are made of other operations."""

import numpy as np

from . import Sample, array

C = np.complex128
INTS = np.array([[1, 2, 3], [4, 5, 6]])


def of(op, call, *inputs, **about):
    return [Sample(op, call, i if isinstance(i, tuple) else (i,), **about) for i in inputs]


def _norm(ord, **options):
    return lambda t, x: t.linalg.matrix_norm(x, ord, **options)


SQUARE, COMPLEX = array(3, 3), array(2, 2, 2, dtype=C)

SAMPLES = [
    *of("linalg_matrix_exp", lambda t, x: t.matrix_exp(x), SQUARE, COMPLEX, array(2, 2).T * 5, np.zeros((2, 2))),
    *of(
        "linalg_matrix_exp",
        lambda t, x: t.linalg.matrix_exp(x),
        array(0, 0),
        array(0, 2, 2),
        array(2, 0, 0),
        array(1, 1),
    ),
    *of(
        "linalg_matrix_exp",
        lambda t, x: t.linalg.matrix_exp(x),
        array(1, 1, dtype=C),
        array(0, 2, 2, dtype=C),
        COMPLEX[:, ::-1].swapaxes(1, 2),
    ),
    *of(
        "linalg_matrix_exp",
        lambda t, x: t.linalg.matrix_exp(x),
        np.triu(SQUARE, 1),
        np.zeros((2, 2), C),
        array(2, 1, 2, 2),
    ),
    *of(
        "linalg_matrix_exp",
        lambda t, x: t.linalg.matrix_exp(x),
        np.stack([SQUARE[:2, :2] * 1e-4, SQUARE[1:, 1:] * 8]),
        label="small and large",
    ),
    *of("linalg_cross", lambda t, x, y: t.linalg.cross(x, y), (array(3), array(3, seed=1)), (SQUARE, array(1, 3))),
    *of("linalg_cross", lambda t, x, y: t.linalg.cross(x, y, dim=0), (array(3, 2), array(3, 1)), (array(3, 0),) * 2),
    *of(
        "linalg_cross",
        lambda t, x, y: t.cross(x, y, 1),
        (array(2, 3, 2, dtype=C), array(2, 3, 1, dtype=C)),
        (INTS, INTS),
    ),
    *of(
        "linalg_cross",
        lambda t, x, y: t.linalg.cross(x, y),
        (array(1, 3, dtype=C), array(2, 3, dtype=C)),
        (array(0, 3), array(1, 3)),
    ),
    *of(
        "linalg_cross",
        lambda t, x, y: t.linalg.cross(x, y),
        (SQUARE, SQUARE),
        (SQUARE.T, SQUARE),
        (array(2, 1, 3), array(1, 4, 3)),
    ),
    *of("linalg_inv_ex", lambda t, x: t.linalg.matrix_power(x, -3), SQUARE, COMPLEX, label="power"),
    *[
        Sample("mm", lambda t, x, n=n: t.matrix_power(x, n), (SQUARE,), label=f"power{n}", parity=n != 0)
        for n in (0, 1, 2, 3, 4, 7)
    ],
    *[
        Sample("mm", lambda t, x, n=n: t.matrix_power(x, n), (x,), label=f"power{n}")
        for n in (2, 5)
        for x in (array(2, 2, dtype=C), array(0, 0), np.zeros((2, 2)), SQUARE.T)
    ],
    *[Sample("bmm", lambda t, x, n=n: t.matrix_power(x, n), (COMPLEX,), label=f"power{n}") for n in (2, 3)],
    *of("linalg_inv_ex", lambda t, x: t.linalg.tensorinv(x, 1), array(4, 2, 2), label="tensorinv", parity=False),
    *of(
        "linalg_solve_ex",
        lambda t, a, b: t.linalg.tensorsolve(a, b, (0,)),
        (array(2, 4, 2), array(4)),
        label="tensorsolve",
    ),
    *of(
        "cat",
        lambda t, x: t.linalg.vander(x, N=3),
        array(2, 3),
        array(dtype=C),
        np.array([0.0, 1.0, -1.0]),
        label="vander",
    ),
    *of("flip", lambda t, x: t.vander(x), array(3), np.array([0.0, 2.0]), label="vander", parity=False),
    *of(
        "sum_dim",
        lambda t, x, y: t.linalg.vecdot(x, y),
        (COMPLEX, array(2, dtype=C)),
        (SQUARE, SQUARE.T),
        label="vecdot",
    ),
    *of(
        "sum_dim",
        lambda t, x, y: t.linalg.vecdot(x, y, dim=0),
        (array(2, 3, dtype=C), array(2, 1, dtype=C)),
        (array(0, 3), array(0, 3)),
        label="vecdot",
    ),
    *of("vdot", lambda t, x, y: t.linalg.vecdot(x, y), (array(3), array(3, seed=1)), label="vecdot"),
    *of("mm", lambda t, x, y, z: t.linalg.multi_dot([x, y, z]), (array(3), array(3, 2), array(2, 4)), (SQUARE,) * 3),
    *of(
        "mm",
        lambda t, x, y, z: t.linalg.multi_dot([x, y, z]),
        (array(2, 0), array(0, 3), array(3, 1)),
        (array(2, 2, dtype=C),) * 3,
    ),
    *of(
        "mm",
        lambda t, *xs: t.linalg.multi_dot(xs),
        (array(2, dtype=C), array(2, 3, dtype=C), array(3, 2, dtype=C), array(2, dtype=C)),
    ),
    *of("linalg_vector_norm", _norm("fro"), SQUARE, COMPLEX, array(0, 3), label="matrix"),
    *[
        Sample("linalg_svd", _norm(ord, dim=(0, 2), keepdim=keep), (array(3, 2, 3),), label=f"norm{ord}")
        for ord in (2, -2, "nuc")
        for keep in (False, True)
    ],
    *[
        Sample("linalg_svd", _norm(ord), (x,), label=f"norm{ord}")
        for ord in (2, -2, "nuc")
        for x in (COMPLEX, array(2, 3, dtype=C), array(0, 2, 2), array(1, 1))
    ],
    *[Sample("amax" if ord > 0 else "amin", _norm(ord), (COMPLEX,), label="norm") for ord in (1, -1, np.inf, -np.inf)],
    *[
        Sample(
            "linalg_svd", lambda t, x, p=p: t.linalg.cond(x, p), (COMPLEX,), label=f"cond{p}", parity=p in (None, -2)
        )
        for p in (None, -2, "nuc", 1)
    ],
    *[Sample("amax" if ord > 0 else "amin", _norm(ord), (SQUARE,), label="norm") for ord in (1, -1, np.inf, -np.inf)],
    # (torch's own backward fails where an inverse is taken, and in vander: it writes to what it saved.)
    *[
        Sample(
            "linalg_svd",
            lambda t, x, p=p: t.linalg.cond(x, p),
            (SQUARE,),
            label=f"cond{p}",
            parity=p in (None, -2, "nuc"),
        )
        for p in (None, -2, "nuc", "fro", 1, -np.inf)
    ],
]
