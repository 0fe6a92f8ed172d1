"""Orthogonal polynomials by their recurrences (https://dlmf.nist.gov/18.9), of degrees that may differ by element.

    P_0 = 1,    P_k = (a P_{k-1} - b P_{k-2}) / c,    with a, b, c that depend on k and x

A degree is truncated to an integer; the polynomial of a negative one is 0. Chebyshev polynomials of higher degrees are
computed on (-1, 1) by cosines (https://dlmf.nist.gov/18.5.1): with t = acos(x),

    T_n = cos n t,    U_n = sin (n+1) t / sin t,    V_n = cos (n+1/2) t / cos t/2,    W_n = sin (n+1/2) t / sin t/2.

torch has no derivatives of these functions: results do not require grad.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...core.declare import elementwise
from ...core.tensor import Tensor
from ..support.operands import call_into, fused
from ..support.signatures import either
from .kinds import full_precision

__all__ = [
    "chebyshev_polynomial_t", "chebyshev_polynomial_u", "chebyshev_polynomial_v", "chebyshev_polynomial_w",
    "hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l", "legendre_polynomial_p",
    "shifted_chebyshev_polynomial_t", "shifted_chebyshev_polynomial_u", "shifted_chebyshev_polynomial_v",
    "shifted_chebyshev_polynomial_w",
]  # fmt: skip

#: Of k and x, the coefficients a and b, and c, or None for 1.
Coefficients = Callable[[int, Any], tuple[Any, Any, Any]]


def _degrees(n: Any) -> Any:
    return np.where(np.isfinite(n), np.trunc(n), -1)


def _by_recurrence(x: Any, n: Any, first: Any, coefficients: Coefficients) -> Any:
    """P_n(x), where P_1(x) is `first`. Stops early where nothing but NaN is left."""
    before, last = np.ones_like(x), first
    result = np.where(n < 1, (n == 0).astype(x.dtype), first)
    k = 2
    while True:
        going = (n >= k) & (last == last)
        if not going.any():
            return result[()]
        a, b, c = coefficients(k, x)
        following = fused(before * -b, last, a)
        before, last = last, following if c is None else following / c
        result = np.where(going, last, result)
        k += 1


#: The kinds of Chebyshev polynomials: the constant in P_1 = 2x + c (T: half of that), the closed form, and the value at 1
#: and the absolute value at -1. (The sign at -1 is that of the degree's parity.)
_CHEBYSHEV: dict[str, tuple[Any, Any, Any, Any]] = {
    "t": (lambda x: x, lambda n, t: np.cos(n * t), lambda n: n * 0 + 1, lambda n: n * 0 + 1),
    "u": (lambda x: x + x, lambda n, t: np.sin((n + 1) * t) / np.sin(t), lambda n: n + 1, lambda n: n + 1),
    "v": (
        lambda x: x + x - 1, lambda n, t: np.cos((n + 0.5) * t) / np.cos(t / 2), lambda n: n * 0 + 1, lambda n: n + n + 1
    ),
    "w": (
        lambda x: x + x + 1, lambda n, t: np.sin((n + 0.5) * t) / np.sin(t / 2), lambda n: n + n + 1, lambda n: n * 0 + 1
    ),
}  # fmt: skip
#: The degree from which on the closed forms are used.
_HIGH = 9


def _chebyshev(kind: str) -> Callable[[Any, Any], Any]:
    first, closed, at_one, at_minus_one = _CHEBYSHEV[kind]

    def value(x: Any, n: Any) -> Any:
        n = _degrees(n)
        high = (n >= _HIGH) & (abs(x) <= 1)
        result = _by_recurrence(x, np.where(high, 0, n), first(x), lambda k, x: (x + x, 1, None))
        if not high.any():
            return result
        ends = np.where(x == 1, at_one(n), at_minus_one(n) * (1 - 2 * (n % 2)))
        inside = closed(n, np.arccos(np.asarray(x, np.float64)))
        return np.where(high, np.where(abs(x) == 1, ends, inside), result).astype(x.dtype)[()]

    return value


def _shifted(value: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda x, n: value(x + x - 1, n)


def _bounded(value: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Hermite polynomials of degrees above torch's bounds, where they overflow, are NaN."""

    def bounded(x: Any, n: Any) -> Any:
        limit = 512 if x.dtype == np.float64 else 128
        n = _degrees(n)
        return np.where(n > limit, x.dtype.type(np.nan), value(x, np.where(n > limit, 0, n)))[()]

    return bounded


def _recurrent(first: Any, coefficients: Coefficients) -> Callable[[Any, Any], Any]:
    return lambda x, n: _by_recurrence(x, _degrees(n), first(x), coefficients)


_VALUES: dict[str, Callable[[Any, Any], Any]] = {
    **{f"chebyshev_polynomial_{kind}": _chebyshev(kind) for kind in _CHEBYSHEV},
    **{f"shifted_chebyshev_polynomial_{kind}": _shifted(_chebyshev(kind)) for kind in _CHEBYSHEV},
    "hermite_polynomial_h": _bounded(_recurrent(lambda x: x + x, lambda k, x: (x + x, 2 * k - 2, None))),
    "hermite_polynomial_he": _bounded(_recurrent(lambda x: x, lambda k, x: (x, k - 1, None))),
    "laguerre_polynomial_l": _recurrent(lambda x: 1 - x, lambda k, x: (2 * k - 2 + (1 - x), k - 1, k)),
    "legendre_polynomial_p": _recurrent(lambda x: x, lambda k, x: ((2 * k - 1) * x, k - 1, k)),
}  # fmt: skip


def _polynomial(name: str) -> Any:
    operation = elementwise(
        f"special_{name}", _VALUES[name], names=("x", "n"), promote=full_precision(f"{name}_cpu"),
        numbers=either(f"special_{name}", "x", "n"), inputs=2,
    )  # fmt: skip

    def function(x: Any, n: Any, *, out: Tensor | None = None) -> Tensor:
        return call_into(out, operation, x, n)

    function.__name__ = function.__qualname__ = f"special_{name}"
    function.__doc__ = f"""The {name.replace('_', ' ')} of degree `n` at `x`; they broadcast, and one may be a number."""
    return function


chebyshev_polynomial_t, chebyshev_polynomial_u = _polynomial("chebyshev_polynomial_t"), _polynomial("chebyshev_polynomial_u")
chebyshev_polynomial_v, chebyshev_polynomial_w = _polynomial("chebyshev_polynomial_v"), _polynomial("chebyshev_polynomial_w")
shifted_chebyshev_polynomial_t = _polynomial("shifted_chebyshev_polynomial_t")
shifted_chebyshev_polynomial_u = _polynomial("shifted_chebyshev_polynomial_u")
shifted_chebyshev_polynomial_v = _polynomial("shifted_chebyshev_polynomial_v")
shifted_chebyshev_polynomial_w = _polynomial("shifted_chebyshev_polynomial_w")
hermite_polynomial_h, hermite_polynomial_he = _polynomial("hermite_polynomial_h"), _polynomial("hermite_polynomial_he")
laguerre_polynomial_l, legendre_polynomial_p = _polynomial("laguerre_polynomial_l"), _polynomial("legendre_polynomial_p")
