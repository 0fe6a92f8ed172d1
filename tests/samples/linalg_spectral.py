"""Samples of `rushlight.ops.linalg.spectral`: losses that do not depend on the phase of vectors."""

import numpy as np

from . import Sample, array

C = np.complex128


def of(op, call, *matrices, **about):
    return [Sample(op, call, (a,), **about) for a in matrices]


def _svd(full=True):
    def call(t, x):
        u, s, vh = t.linalg.svd(x, full_matrices=full)
        k = s.shape[-1]
        return u[..., :, :k].abs(), s, vh[..., :k, :].abs(), u[..., :, :k] @ vh[..., :k, :]

    return call


def _parts(t, x):
    """A loss for each of U, S and V alone, so that the others come without a gradient."""
    u, s, v = t.svd(x)
    return u.abs().sum() + 0 * s.sum(), v.abs().sum()


def hermitian(t, x):
    return (x + x.mH) / 2


def _eigh(t, x):
    values, vectors = t.linalg.eigh(hermitian(t, x))
    return values, vectors.abs()


def _eigh_vectors(t, x):
    return t.linalg.eigh(hermitian(t, x), "U").eigenvectors.abs()


def _eig(t, x):
    values, vectors = t.linalg.eig(x)
    return values, vectors.abs()


def _squares(name):
    """Smooth where elements of vectors are zero, too. (The order of eigenvalues changes with small changes of the matrix.)"""

    def call(t, x):
        values, vectors = getattr(t.linalg, name)(hermitian(t, x) if name == "eigh" else x)
        order = values.detach().real.argsort()
        return values[order], (vectors * vectors.conj()).real[:, order]

    return call


SQUARE, TALL, WIDE = array(3, 3, dtype=C), array(4, 2, dtype=C), array(2, 3, dtype=C)
#: Complex matrices, two of them, and not contiguous in memory.
MANY = array(2, 2, 2, 2, dtype=C)[:, ::-1].swapaxes(2, 3).reshape(4, 2, 2)[::2]
EMPTY = array(0, 0), array(0, 3, 3), array(2, 3, 0), array(2, 0, 3)

SAMPLES = [
    *of("linalg_svd", _svd(), array(3, 3), array(4, 2), array(2, 3), array(2, 3, 2), TALL, WIDE, *EMPTY, array(1, 1)),
    *of(
        "linalg_svd",
        _svd(),
        SQUARE,
        MANY,
        MANY[..., :1],
        MANY.swapaxes(1, 2),
        array(1, 1, dtype=C),
        array(0, 2, 3, dtype=C),
        array(1, 3),
        array(3, 1, dtype=C),
    ),
    *of("linalg_svd", _svd(False), SQUARE, array(2, 4).T, array(2, 2, 3), TALL, WIDE, MANY, label="reduced"),
    *of("linalg_svd", _parts, array(4, 2), SQUARE, parity=False, label="parts"),
    *of(
        "linalg_svd",
        lambda t, x: t.linalg.svdvals(x),
        array(3, 2),
        SQUARE,
        MANY,
        TALL,
        WIDE,
        *EMPTY,
        array(1, 1),
        np.diag([3.0, 1.0]),
        label="values",
    ),
    *of("linalg_svd", lambda t, x: t.svd(x, compute_uv=False)[1], array(3, 2), label="old"),
    *of("linalg_svdvals", lambda t, x: t.linalg.svdvals(x.detach()), array(3, 2), *EMPTY),
    *of("linalg_eigh", _eigh, array(3, 3), array(2, 2, 2), SQUARE, array(0, 0), array(0, 2, 2)),
    *of(
        "linalg_eigh", _eigh, array(2, 2, 2, dtype=C)[:, ::-1], array(1, 1), array(1, 1, dtype=C), array(0, 0, dtype=C)
    ),
    *of("linalg_eigh", _squares("eigh"), np.diag([1.0, 2.0]), np.diag([3, 1j]), label="diagonal"),
    *of("linalg_eigh", _eigh_vectors, array(3, 3), SQUARE, label="vectors"),
    *of(
        "linalg_eigh",
        lambda t, x: t.linalg.eigvalsh(hermitian(t, x)),
        array(3, 3),
        SQUARE,
        array(2, 2, 2, dtype=C),
        array(0, 0),
        array(0, 2, 2),
        label="values",
    ),
    # Where values are equal, sums over them still have a gradient.
    *of(
        "linalg_eigh",
        lambda t, x: t.linalg.eigvalsh(hermitian(t, x)).exp().sum(),
        np.eye(3),
        np.zeros((2, 2), C),
        twice=False,
        label="equal values",
    ),
    *of(
        "linalg_svd",
        lambda t, x: t.linalg.svdvals(x).square().sum(),
        np.eye(3),
        np.eye(2, 3, dtype=C),
        twice=False,
        label="equal values",
    ),
    *of("linalg_eigvalsh", lambda t, x: t.linalg.eigvalsh(x.detach(), "U"), array(3, 3), SQUARE, array(0, 0)),
    *of("linalg_eig", _eig, array(3, 3), array(2, 2, 2), SQUARE, array(0, 0), array(0, 2, 2)),
    *of("linalg_eig", _eig, array(2, 2, 2, dtype=C)[:, ::-1], array(1, 1), array(1, 1, dtype=C), array(0, 0, dtype=C)),
    *of("linalg_eig", _squares("eig"), np.triu(array(3, 3)), np.diag([3, 1j]), label="triangular"),
    *of(
        "linalg_eig",
        lambda t, x: t.linalg.eigvals(x),
        array(3, 3),
        SQUARE,
        array(2, 2, 2, dtype=C),
        array(0, 2, 2),
        label="values",
    ),
    *of("linalg_eigvals", lambda t, x: t.linalg.eigvals(x.detach()), array(3, 3), SQUARE, array(0, 0)),
]

SAMPLES += of("linalg_eigh", lambda t, x: t.linalg.eigvalsh(hermitian(t, x).mT), array(3, 3), SQUARE, label="columns")
