"""Samples of `rushlight.ops.linalg.least_squares`."""

import numpy as np

from . import Sample, array

C = np.complex128
#: Of rank 2, and exactly so in binary fractions.
LOW = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 0.0, 1.0]])


def of(op, call, *matrices, **about):
    return [Sample(op, call, (a,), **about) for a in matrices]


def solved(driver, *pairs, **about):
    return [
        Sample("linalg_lstsq", lambda t, a, b: t.linalg.lstsq(a, b, driver=driver)[:2], pair, label=driver, **about)
        for pair in pairs
    ]


EMPTY = array(0, 0), array(2, 0, 3), array(0, 2, 3)
TALL, WIDE = array(4, 2), array(2, 3)
MANY = array(2, 4, 2, dtype=C), array(2, 4, 3, dtype=C)


def of_pinv(w, x):
    """The gradient of tr(w^T pinv(x)) in the directions of matrices of the same rank: Golub and Pereyra 1973, theorem 4.3."""
    p = np.linalg.pinv(x)
    slope = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = 1
        change = -p @ d @ p + p @ p.T @ d.T @ (np.eye(len(x)) - x @ p) + (np.eye(len(p)) - p @ x) @ d.T @ p.T @ p
        slope[place] = (w * change).sum()
    return slope


def of_solution(w, out, a, b):
    """The solution is ``pinv(a) @ b``."""
    w = w[0]
    return of_pinv(w @ b.T, a), np.linalg.pinv(a).T @ w


SAMPLES = [
    *of("linalg_pinv", lambda t, x: t.linalg.pinv(x), array(3, 3), TALL, WIDE, array(2, 3, 2, dtype=C), WIDE.T, *EMPTY),
    *of(
        "linalg_pinv",
        lambda t, x: t.linalg.pinv(x),
        array(3, 3, dtype=C),
        array(4, 2, dtype=C),
        array(2, 4, dtype=C),
        array(2, 2, 4),
        array(1, 1),
    ),
    *of(
        "linalg_pinv",
        lambda t, x: t.linalg.pinv(x),
        array(0, 0, dtype=C),
        array(3, 0),
        array(2, 4, 3)[:, ::-1].swapaxes(1, 2),
        array(1, 3, dtype=C),
    ),
    # The rank is low: other ranks are near by, so finite differences are right among matrices of this rank alone.
    *[
        Sample("linalg_pinv", lambda t, x, y: t.linalg.pinv(x @ y, rtol=1e-5), pair, label="low rank")
        for pair in (
            (array(3, 2), array(2, 3)),
            (array(3, 1, dtype=C), array(1, 2, dtype=C)),
            (array(2, 3, 1), array(1, 3)),
        )
    ],
    *of(
        "linalg_pinv",
        lambda t, x: t.linalg.pinv(x),
        LOW,
        smooth=False,
        label="low rank",
        gradient=lambda w, out, x: (of_pinv(w, x),),
    ),
    *of(
        "linalg_pinv",
        lambda t, x: t.linalg.pinv(x),
        np.zeros((2, 3)),
        smooth=False,
        label="zero",
        gradient=lambda w, out, x: (0 * x,),
    ),
    *of(
        "linalg_pinv",
        lambda t, x: t.linalg.pinv(x + x.mH, hermitian=True),
        array(3, 3),
        array(2, 2, dtype=C),
        array(2, 2, 2, dtype=C),
        array(0, 0),
    ),
    *of("linalg_pinv", lambda t, x: t.linalg.pinv(x, atol=t.tensor([0.1, 0.2], dtype=x.real.dtype)), array(2, 2)),
    *of("linalg_pinv", lambda t, x: t.linalg.pinv(x, rtol=0.01), array(2, 2), array(3, 2)[:0]),
    *of("linalg_pinv", lambda t, x: t.pinverse(x), array(3, 2)),
    *of("linalg_matrix_rank", lambda t, x: t.linalg.matrix_rank(x.detach()), LOW, TALL, WIDE, np.zeros((2, 2)), *EMPTY),
    *of("linalg_matrix_rank", lambda t, x: t.linalg.matrix_rank(x.detach(), hermitian=True), LOW @ LOW.T),
    *of("linalg_matrix_rank", lambda t, x: t.linalg.matrix_rank(x.detach(), 100.0), LOW),
    *solved(None, (TALL, array(4, 3)), (WIDE, array(2, 2)), (array(3, 3), array(3)), MANY, (TALL, array(4, 0))),
    *solved(
        None,
        (array(3, 3, dtype=C), array(3, dtype=C)),
        (array(2, 4, dtype=C), array(2, 2, dtype=C)),
        (array(4, 2, dtype=C), array(4, 1, dtype=C)),
    ),
    *solved(
        None,
        (array(0, 3, 2), array(0, 3, 2)),
        (array(3, 2, 4).transpose(0, 2, 1), array(3, 4, 1)),
        (array(1, 1), array(1, 1)),
    ),
    *solved("gels", (TALL, array(4, 3)), (TALL, array(4)), (WIDE, array(2, 2)), MANY),
    *solved("gelsd", (TALL, array(4, 3)), (array(2, 4, 2), array(1, 4, 1)), MANY),
    *solved("gelss", (TALL, array(4, 3)), (array(1, 3, 2), array(2, 3, 2))),
    *[
        Sample(
            "linalg_lstsq",
            lambda t, x, y, b, d=d: t.linalg.lstsq(x @ y, b, rcond=1e-5, driver=d)[0],
            inputs,
            label=f"low rank,{d}",
        )
        for d in ("gelsd", "gelsy", "gelss")
        for inputs in (
            (array(3, 2), array(2, 3), array(3, 2)),
            (array(4, 1, dtype=C), array(1, 2, dtype=C), array(4, 1, dtype=C)),
        )
    ],
    *solved("gelsd", (LOW, array(3, 2)), smooth=False, gradient=of_solution),
]
