"""NumPy's polynomials on Tensors: vectors of coefficients, the highest power first."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from ... import ops
from ...core.tensor import Tensor
from .arguments import flat, floating, payloads, promoted, tensor
from .calculus import convolve


def polyval(p: Any, x: Any) -> Tensor:
    """By Horner's rule."""
    p, x = promoted(p, x)
    return reduce(lambda value, c: value * x + c, ops.unbind(p), ops.zeros_like(x))


def _aligned(a1: Any, a2: Any) -> list[Tensor]:
    x, y = promoted(a1, a2)
    x, y = ops.atleast_1d(x), ops.atleast_1d(y)
    length = max(len(x), len(y))
    return [ops.cat([ops.zeros(length - len(v), dtype=v.dtype), v]) for v in (x, y)]


def polyadd(a1: Any, a2: Any) -> Tensor:
    x, y = _aligned(a1, a2)
    return x + y


def polysub(a1: Any, a2: Any) -> Tensor:
    x, y = _aligned(a1, a2)
    return x - y


def _trimmed(p: Any) -> Tensor:
    """Without leading zeros, but for the last coefficient."""
    x = flat(p)
    nonzero = np.flatnonzero(payloads(x))
    return x[int(nonzero[0]) :] if len(nonzero) else x[-1:] * 0


def polymul(a1: Any, a2: Any) -> Tensor:
    return convolve(_trimmed(a1), _trimmed(a2))


def polyder(p: Any, m: int = 1) -> Tensor:
    if m < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    x = flat(p)
    for _ in range(m):
        x = x[:-1] * ops.arange(len(x) - 1, 0, -1).to(x.dtype)
    return x


def polyint(p: Any, m: int = 1, k: Any = None) -> Tensor:
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    constants = ops.zeros(m) if k is None else ops.atleast_1d(floating(k))
    if len(constants) == 1 and m > 1:
        constants = ops.broadcast_to(constants, (m,))
    if len(constants) < m:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    x = flat(floating(p))
    for i in range(m):
        x = ops.cat([x / ops.arange(len(x), 0, -1), constants[i : i + 1].to(x.dtype)])
    return x


def polydiv(u: Any, v: Any) -> tuple[Tensor, Tensor]:
    """Quotient and remainder, by long division."""
    u, v = [ops.atleast_1d(floating(x)) for x in promoted(u, v)]
    m, n = len(u) - 1, len(v) - 1
    quotient, rest = [], u
    for _ in range(max(m - n + 1, 1)):
        if len(rest) < len(v):
            quotient.append(ops.zeros_like(v[0]))
            break
        quotient.append(rest[0] / v[0])
        rest = ops.cat([rest[1 : n + 1] - quotient[-1] * v[1:], rest[n + 1 :]])
    while len(rest) > 1 and bool(abs(rest[0]) <= 1e-14):
        rest = rest[1:]
    return ops.stack(quotient), rest if len(rest) else ops.zeros(1, dtype=u.dtype)


def _vander(x: Any, N: Any = None, increasing: bool = False) -> Tensor:
    x = tensor(x)
    if x.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    return ops.vander(x, len(x) if N is None else N, increasing)


def polyfit(x: Any, y: Any, deg: int, rcond: Any = None, full: bool = False, w: Any = None, cov: Any = False) -> Any:
    """The polynomial of least squares, by `numpy.linalg.lstsq` of the scaled Vandermonde matrix."""
    from .linalg import lstsq

    x, y = floating(x), floating(y)
    x, y = promoted(x, y)
    if deg < 0:
        raise ValueError("expected deg >= 0")
    if x.ndim != 1 or not len(x):
        raise TypeError("expected 1D vector for x" if x.ndim != 1 else "expected non-empty vector for x")
    if y.ndim not in (1, 2) or len(x) != len(y):
        raise TypeError(
            "expected 1D or 2D array for y" if y.ndim not in (1, 2) else "expected x and y to have same length"
        )
    rcond = len(x) * np.finfo(payloads(x).dtype).eps if rcond is None else rcond
    left, right = _vander(x, deg + 1), y
    if w is not None:
        weight = floating(w)
        left, right = left * weight[:, None], right * (weight[:, None] if y.ndim == 2 else weight)
    scale = ops.sqrt((left * left).sum(0))
    solution, residuals, rank, singular = lstsq(left / scale, right, rcond)
    solution = (solution.mT / scale).mT if y.ndim == 2 else solution / scale
    if full:
        return solution, residuals, int(rank), singular, rcond
    if not cov:
        return solution
    base = ops.matmul(left.mT, left)
    inverse = ops.inverse(base / ops.outer(scale, scale)) / ops.outer(scale, scale)
    if cov == "unscaled":
        return solution, inverse
    factor = residuals / (len(x) - deg - 1)
    return solution, inverse * factor if y.ndim == 1 else inverse[:, :, None] * factor


def roots(p: Any) -> Tensor:
    """The eigenvalues of the companion matrix, and a zero for each trailing zero."""
    from .linalg import eigvals

    x = flat(floating(p))
    nonzero = np.flatnonzero(payloads(x))
    if not len(nonzero):
        return ops.zeros(0, dtype=x.dtype)
    zeros, x = len(x) - int(nonzero[-1]) - 1, x[int(nonzero[0]) : int(nonzero[-1]) + 1]
    if len(x) < 2:
        return ops.zeros(zeros, dtype=x.dtype)
    below = ops.eye(len(x) - 2, len(x) - 1, dtype=x.dtype)
    found = eigvals(ops.cat([(-x[1:] / x[0])[None], below]))
    return ops.cat([found, ops.zeros(zeros, dtype=found.dtype)])


def poly(seq_of_zeros: Any) -> Tensor:
    """The polynomial with these zeros, or the characteristic polynomial of a matrix."""
    from .linalg import eigvals

    x = ops.atleast_1d(tensor(seq_of_zeros))
    if x.ndim == 2 and x.shape[0] == x.shape[1] != 0:
        x = eigvals(x)
    elif x.ndim != 1:
        raise ValueError("input must be 1d or non-empty square 2d array.")
    p = ops.ones(1, dtype=x.dtype)
    for zero in ops.unbind(x):
        p = convolve(p, ops.stack([ops.ones((), dtype=x.dtype), -zero]))
    if p.is_complex():
        z = payloads(x)
        if np.array_equal(np.sort(z), np.sort(z.conj())):
            return p.real
    return p


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "vander": _vander,
    **{f.__name__: f for f in (poly, polyadd, polyder, polydiv, polyfit, polyint, polymul, polysub, polyval, roots)},
}
