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


SQUARE, TALL, WIDE = array(3, 3, dtype=C), array(4, 2, dtype=C), array(2, 3, dtype=C)
EMPTY = array(0, 0), array(0, 3, 3), array(2, 3, 0), array(2, 0, 3)

SAMPLES = [
    *of("linalg_svd", _svd(), array(3, 3), array(4, 2), array(2, 3), array(2, 3, 2), TALL, WIDE, *EMPTY, array(1, 1)),
    *of("linalg_svd", _svd(False), SQUARE, array(2, 4).T, array(2, 2, 3), label="reduced"),
    *of("linalg_svd", _parts, array(4, 2), SQUARE, parity=False, label="parts"),
    *of("linalg_svd", lambda t, x: t.linalg.svdvals(x), array(3, 2), SQUARE, label="values"),
    *of("linalg_svd", lambda t, x: t.svd(x, compute_uv=False)[1], array(3, 2), label="old"),
    *of("linalg_svdvals", lambda t, x: t.linalg.svdvals(x.detach()), array(3, 2), *EMPTY),
    *of("linalg_eigh", _eigh, array(3, 3), array(2, 2, 2), SQUARE, array(0, 0), array(0, 2, 2)),
    *of("linalg_eigh", _eigh_vectors, array(3, 3), SQUARE, label="vectors"),
    *of("linalg_eigh", lambda t, x: t.linalg.eigvalsh(hermitian(t, x)), array(3, 3), SQUARE, label="values"),
    *of("linalg_eigvalsh", lambda t, x: t.linalg.eigvalsh(x.detach(), "U"), array(3, 3), SQUARE, array(0, 0)),
    *of("linalg_eig", _eig, array(3, 3), array(2, 2, 2), SQUARE, array(0, 0), array(0, 2, 2)),
    *of("linalg_eig", lambda t, x: t.linalg.eigvals(x), array(3, 3), SQUARE, label="values"),
    *of("linalg_eigvals", lambda t, x: t.linalg.eigvals(x.detach()), array(3, 3), SQUARE, array(0, 0)),
]
