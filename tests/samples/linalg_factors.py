"""Samples of `rushlight.ops.linalg`: triangular, inverse, determinants, lu, cholesky, qr, ldl."""

import numpy as np

from . import Sample, array, quietly

C = np.complex128


def square(*batch, n=3, dtype=np.float64, seed=0):
    """Matrices with an inverse that is not large."""
    return array(*batch, n, n, dtype=dtype, seed=seed) + 4 * np.eye(n)


A, Z, STACK = square(), square(dtype=C), square(2)
B, W = array(3, 2), array(3, 2, dtype=C)
#: Of rank two, and of rank one.
SINGULAR = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [5.0, 7.0, 9.0]])
RANK_ONE = np.outer([1.0, -2.0, 0.5], [2.0, 1.0, 1.0])
EMPTY, NO_ROWS, NONE = np.zeros((0, 0)), np.zeros((0, 3)), np.zeros((0, 3, 3))
ODD = square(2)[:, ::-1].swapaxes(-1, -2)
#: Stacks of complex matrices, and one whose matrices lie in no order.
ZSTACK, ZODD = square(2, n=2, dtype=C), square(2, n=2, dtype=C)[::-1].swapaxes(-1, -2)
ZNONE, ZEMPTY = NONE.astype(C), EMPTY.astype(C)
#: Stacks of wide and of tall matrices.
FLAT, HIGH = array(2, 2, 4), array(2, 4, 2)
ZFLAT, ZHIGH = array(2, 4, dtype=C), array(4, 2, dtype=C)
NO_COLUMNS = np.zeros((3, 0))


def each(op, call, *inputs, **about):
    """A sample for each of the inputs; single precision is not precise enough for finite differences."""
    inputs = [given if isinstance(given, tuple) else (given,) for given in inputs]
    return [Sample(op, call, i, **{"smooth": i[0].dtype != np.float32, **about}) for i in inputs]


def positive(x):
    """A Hermitian positive-definite matrix of any one."""
    return x @ x.mH


def with_real_diagonal(t, x):
    """A factor as Cholesky's: its diagonal is real."""
    return x - 1j * t.diag_embed(x.diagonal(dim1=-2, dim2=-1).imag) if x.is_complex() else x


def pivots(t, *rows):
    return t.tensor(rows, dtype=t.int32)


def declared(op, *arguments):
    from rushlight.core.op import OPS

    return OPS[op].call(*arguments)


def reflections(call, *inputs, op):
    """`call(t, x, tau)` on reflectors with scales that do not make them orthogonal."""
    return each(op, call, *[(x, array(*x.shape[:-2], k, dtype=x.dtype, seed=4)) for x, k in inputs])


TRIANGULAR = [
    {"upper": True}, {"upper": False}, {"upper": True, "unitriangular": True},
    {"upper": False, "left": False}, {"upper": True, "left": False, "unitriangular": True},
]  # fmt: skip
REFLECTORS = (array(4, 3), 3), (array(4, 3), 2), (array(2, 3, 3), 3), (array(3, 2, dtype=C), 2), (array(3, 2), 0)
REFLECTORS += (
    (array(2, 3, 2, dtype=C), 2),
    (array(0, 3, 2), 2),
    (np.zeros((0, 0)), 0),
    (array(3, 0), 0),
    (array(1, 1), 1),
)
REFLECTORS += (array(3, 4).T[::-1], 2), (array(2, 2, 3, 2), 1)

SAMPLES = [
    # Triangular systems.
    *[
        sample
        for options in TRIANGULAR
        for sample in each(
            "linalg_solve_triangular",
            lambda t, a, b, o=options: t.linalg.solve_triangular(a, b, **o),
            (A, B if options.get("left", True) else B.T),
            label=",".join(options),
        )
    ],
    *each(
        "linalg_solve_triangular",
        lambda t, a, b: t.linalg.solve_triangular(a, b, upper=False),
        (Z, W),
        (STACK, B),
        (A, array(2, 3, 2)),
        (square(5, n=2), array(5, 2, 1)),
        (ODD, B),
        (EMPTY, np.zeros((0, 2))),
        (ZSTACK, W[:2]),
        (Z, array(2, 3, 1, dtype=C)),
        (ZODD, W[:2].T[:, ::-1].T),
        (ZNONE, W),
        (A, NO_COLUMNS),
        (array(1, 1) + 3, array(1, 1)),
    ),
    *each(
        "linalg_solve_triangular",
        lambda t, a, b: t.linalg.solve_triangular(a, b, upper=True, left=False, unitriangular=True),
        (Z, W.T),
        (ZSTACK, W[:2].T),
        (STACK, NO_COLUMNS.T),
        label="unitriangular from the right",
    ),
    *[
        sample
        for options in ((), (False,), (True, True), (False, True, True))
        for sample in each(
            "triangular_solve", quietly(lambda t, b, a, o=options: t.triangular_solve(b, a, *o)), (B, A), (W, Z)
        )
    ],
    *each("triangular_solve", quietly(lambda t, b, a: t.triangular_solve(b, a)), (B, STACK), (array(2, 3, 2), A)),
    *each(
        "triangular_solve",
        quietly(lambda t, b, a: t.triangular_solve(b, a)),
        (NO_COLUMNS, A),
        (np.zeros((0, 2)), EMPTY),
        (W[:2], ZSTACK),
    ),
    # Inverses and systems.
    *each("linalg_inv_ex", lambda t, x: t.linalg.inv(x), A, Z, STACK, ODD, EMPTY, NONE, A.astype(np.float32)),
    *each("linalg_inv_ex", lambda t, x: t.linalg.inv(x), ZSTACK, ZODD, ZEMPTY, array(1, 1), np.zeros((2, 0, 0))),
    *each("linalg_inv_ex", lambda t, x: t.linalg.inv_ex(x), A, STACK.astype(np.float32)),
    *each(
        "linalg_solve_ex",
        lambda t, a, b: t.linalg.solve(a, b),
        (A, B),
        (A, array(3)),
        (Z, W),
        (STACK, B),
        (A, array(2, 3, 1)),
        (STACK, array(2, 3)),
        (ODD, B),
        (NONE, B),
        (A.astype(np.float32), B.astype(np.float32)),
        (Z, array(3, dtype=C)),
        (ZSTACK, W[:2]),
        (ZODD, W[:2]),
        (Z, array(2, 3, 1, dtype=C)),
        (A, NO_COLUMNS),
        (EMPTY, np.zeros(0)),
        (EMPTY, np.zeros((0, 2))),
        (ZNONE, W),
        (array(1, 1), array(1)),
    ),
    *each(
        "linalg_solve_ex",
        lambda t, a, b: t.linalg.solve(a, b, left=False),
        (A, B.T),
        (Z, W.T),
        (STACK, array(4, 3)),
        (ZSTACK, array(4, 2, dtype=C)),
    ),
    *each("linalg_solve_ex", lambda t, a, b: t.linalg.solve_ex(a, b), (A, B)),
    # Determinants.
    *each(
        "linalg_det",
        lambda t, x: t.det(x),
        A,
        Z,
        STACK,
        EMPTY,
        NONE,
        array(1, 1),
        np.zeros((1, 1)),
        A.astype(np.float32),
        ZSTACK,
        ZODD,
        ZEMPTY,
        ZNONE,
        array(1, 1, dtype=C),
        np.zeros((1, 1), C),
        ODD,
    ),
    # torch's gradient of the gradient is not finite where singular values are equal, here zero.
    *each(
        "linalg_det",
        lambda t, x: t.det(x),
        SINGULAR,
        RANK_ONE,
        np.zeros((3, 3)),
        np.diag([0.0, 2.0, 2.0]),
        np.stack([A, SINGULAR, np.zeros((3, 3))]),
        SINGULAR * (1 + 2j),
        np.outer([1j, 1.0, 2.0], [1.0, 3.0, 1j]),
        np.zeros((3, 3), C),
        np.zeros((2, 2)),
        np.ones((2, 2), C),
        parity=False,
    ),
    *each("cofactor", lambda t, x: declared("cofactor", x), A, Z, EMPTY, parity=False),
    *each("cofactor", lambda t, x: declared("cofactor", x), SINGULAR, RANK_ONE, parity=False, twice=False),
    *each(
        "cofactor_slope",
        lambda t, x, e: declared("cofactor_slope", x, e),
        (A, SINGULAR),
        (Z, square(dtype=C, seed=1)),
        (STACK, square(2, seed=1)),
        parity=False,
    ),
    *each("linalg_slogdet", lambda t, x: t.linalg.slogdet(x), A, -A, Z, STACK, EMPTY, A.astype(np.float32)),
    *each(
        "linalg_slogdet",
        lambda t, x: t.linalg.slogdet(x),
        ZSTACK,
        ZODD,
        ZNONE,
        NONE,
        array(1, 1),
        array(1, 1, dtype=C),
        -STACK,
    ),
    *each("linalg_slogdet", lambda t, x: t.logdet(x), A, Z, STACK, ZSTACK, NONE, EMPTY),
    # LU.
    *each(
        "linalg_lu", lambda t, x: t.linalg.lu(x), A, Z, STACK, array(3, 5), array(5, 3), array(4, 2, dtype=C), NO_ROWS
    ),
    *each(
        "linalg_lu",
        lambda t, x: t.linalg.lu(x),
        ZSTACK,
        ZODD,
        ZFLAT,
        FLAT,
        HIGH,
        NO_COLUMNS,
        NONE,
        EMPTY,
        array(1, 1),
        array(1, 3),
        array(3, 1, dtype=C),
    ),
    *each("linalg_lu", lambda t, x: t.linalg.lu(x).L, array(3, 5), array(5, 3)),
    *each("linalg_lu", lambda t, x: t.linalg.lu(x).U, array(3, 5), array(5, 3)),
    *each(
        "linalg_lu_factor_ex",
        lambda t, x: t.linalg.lu_factor(x),
        A,
        Z,
        STACK,
        array(3, 5),
        array(5, 3),
        NONE,
        ZSTACK,
        ZODD,
        ZFLAT,
        ZHIGH,
        FLAT,
        HIGH,
        EMPTY,
        NO_ROWS,
        NO_COLUMNS,
        array(1, 1),
    ),
    *each(
        "lu_unpack",
        lambda t, x: t.lu_unpack(x, pivots(t, 2, 3, 3)),
        A,
        Z,
        array(3, 4),
        array(4, 3),
        array(3, 4, dtype=C),
        array(4, 3, dtype=C),
    ),
    *each(
        "lu_unpack",
        lambda t, x: t.lu_unpack(x, t.ones((*x.shape[:-2], min(x.shape[-2:])), dtype=t.int32)),
        NONE,
        ZNONE,
        EMPTY,
        NO_ROWS,
        NO_COLUMNS,
        STACK,
        ZSTACK,
        FLAT,
        HIGH,
    ),
    *each("lu_unpack", lambda t, x: t.lu_unpack(x, pivots(t, 2, 3, 3), unpack_pivots=False)[1:], Z),
    *each("lu_unpack", lambda t, x: t.lu_unpack(x, pivots(t, 2, 3, 3)).U, A),
    *[
        sample
        for left in (True, False)
        for adjoint in (True, False)
        for sample in each(
            "linalg_lu_solve",
            lambda t, lu, b, o=(left, adjoint): t.linalg.lu_solve(lu, pivots(t, 2, 3, 3), b, left=o[0], adjoint=o[1]),
            (A, B if left else B.T),
            (Z, W if left else W.T),
            (A, array(2, 3, 3)),
            *([(Z, array(2, 3, 1, dtype=C))] if left else []),
            (A, NO_COLUMNS if left else NO_ROWS),
            label=f"{left},{adjoint}",
        )
    ],
    # Cholesky.
    *[
        sample
        for upper in (False, True)
        for sample in (
            *each(
                "linalg_cholesky_ex",
                lambda t, x, u=upper: t.linalg.cholesky(positive(x), upper=u),
                A,
                Z,
                STACK,
                EMPTY,
                A.astype(np.float32),
                ZSTACK,
                ZNONE,
                array(1, 1),
                array(1, 1, dtype=C),
            ),
            *each(
                "cholesky",
                quietly(lambda t, x, u=upper: t.cholesky(positive(x), u)),
                A,
                Z,
                STACK,
                EMPTY,
                NONE,
                array(1, 1),
            ),
            *each(
                "cholesky_solve",
                lambda t, b, x, u=upper: t.cholesky_solve(b, x.triu() if u else x.tril(), u),
                (B, A),
                (W, Z),
                (NO_COLUMNS, A),
                (np.zeros((0, 2)), EMPTY),
                (W[:2], ZSTACK),
            ),
            *each(
                "cholesky_inverse",
                lambda t, x, u=upper: t.cholesky_inverse(t.linalg.cholesky(positive(x), upper=u), u),
                Z,
            ),
            *each(
                "cholesky_inverse",
                lambda t, x, u=upper: t.cholesky_inverse(with_real_diagonal(t, t.tril(x) if u else t.triu(x)).mT, u),
                A,
            ),
            *each(
                "cholesky_inverse",
                lambda t, x, u=upper: t.cholesky_inverse(with_real_diagonal(t, t.triu(x) if u else t.tril(x)), u),
                A,
                STACK,
                Z,
                ZSTACK,
                EMPTY,
                NONE,
                ODD,
                array(1, 1),
            ),
        )
    ],
    *each("cholesky_solve", lambda t, b, x: t.cholesky_solve(b, x.tril()), (B, STACK), (array(2, 3, 2), A)),
    # QR.
    *each("linalg_qr", lambda t, x: t.linalg.qr(x), A, STACK, array(4, 2), array(2, 4), NONE, A.astype(np.float32)),
    *each("linalg_qr", lambda t, x: t.linalg.qr(x), Z, array(4, 2, dtype=C), array(2, 4, dtype=C)),
    *each(
        "linalg_qr",
        lambda t, x: t.linalg.qr(x),
        ZSTACK,
        ZODD,
        FLAT,
        HIGH,
        EMPTY,
        ZNONE,
        NO_ROWS,
        NO_COLUMNS,
        array(1, 1),
        array(1, 3),
        array(3, 1, dtype=C),
        array(1, 1, dtype=C),
    ),
    *each("linalg_qr", lambda t, x: t.linalg.qr(x, "complete"), Z, ZSTACK, array(2, 4, dtype=C)),
    *each("linalg_qr", lambda t, x: t.linalg.qr(x).R, Z, array(4, 2, dtype=C), array(2, 4, dtype=C), HIGH),
    *each("linalg_qr", lambda t, x: t.linalg.qr(x).Q, Z, array(4, 2, dtype=C), FLAT),
    *each("linalg_qr", lambda t, x: t.linalg.qr(x).Q, A, array(2, 4)),
    *each("linalg_qr", lambda t, x: t.linalg.qr(x).R, A, array(2, 4)),
    *each("linalg_qr", lambda t, x: t.linalg.qr(x, "complete"), A, array(2, 4)),
    *each("geqrf", lambda t, x: t.geqrf(x.detach()), A, array(4, 2), A.astype(np.float32)),
    *each("reflectors", lambda t, x: declared("reflectors", x, 2), array(4, 3), array(2, 3, 2), parity=False),
    *reflections(lambda t, x, tau: t.linalg.householder_product(x, tau), *REFLECTORS, op="linalg_householder_product"),
    *[
        sample
        for left in (True, False)
        for transpose in (True, False)
        for sample in each(
            "ormqr",
            lambda t, x, tau, c, o=(left, transpose): t.ormqr(x, tau, c, *o),
            (array(3, 2), array(2), array(3, 3, seed=1)),
            (array(3, 2, dtype=C), array(2, dtype=C), array(3, 3, dtype=C)),
            (array(2, 3, 2), array(2, 2), array(2, 3, 3, seed=1)),
            (array(0, 3, 2), array(0, 2), array(0, 3, 3)),
            label=f"{left},{transpose}",
        )
    ],
    # LDL.
    *each("linalg_ldl_factor_ex", lambda t, x: t.linalg.ldl_factor(positive(x.detach())), A, STACK),
    *each(
        "linalg_ldl_solve",
        lambda t, x, b: t.linalg.ldl_solve(x.detach(), pivots(t, 1, 2, 3), b.detach()),
        (A, B),
        (A, W.real),
    ),
]

SAMPLES += [
    # Of memory that lies in columns.
    *each("linalg_cholesky_ex", lambda t, x: t.linalg.cholesky(positive(x).mT), A, Z, STACK, label="columns"),
    *each("cholesky", quietly(lambda t, x: t.cholesky(positive(x).mT)), A, Z, label="columns"),
]
