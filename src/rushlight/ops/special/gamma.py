"""Incomplete gamma functions and Hurwitz's zeta function.

By their second argument P' = x^(a-1) exp(-x) / gamma(a) (https://dlmf.nist.gov/8.8) and zeta' = -s zeta(s + 1, x)
(https://dlmf.nist.gov/25.11); by the first torch has no derivative: backward raises NotImplementedError.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.declare import elementwise
from ...core.tensor import Tensor
from ..elementwise.math import exp, lgamma, log
from ..support.attach import described, inplace_methods, methods
from ..support.kinds import only
from ..support.no_derivative import not_implemented
from ..support.signatures import either
from .kinds import full_precision, in_double, of_numbers

__all__ = ["igamma", "igammac", "zeta"]


def _density(g: Any, x: Any, y: Any) -> Any:
    return g * exp((x - 1) * log(y) - y - lgamma(x))


def _incomplete(name: str, at_zero: int) -> Any:
    """SciPy's value, with torch's where one argument is NaN and the other alone decides: at 0, at infinity."""
    value = in_double(name)

    def corrected(x: Any, y: Any) -> Any:
        zero = ((x != x) & (y == 0)) | ((x == np.inf) & (y != y))
        one = (x != x) & (y == np.inf)
        ends = np.where(zero, x.dtype.type(at_zero), x.dtype.type(1 - at_zero))
        return np.where(zero | one, ends, value(x, y))[()]

    return corrected


#: The regularized lower incomplete gamma function P(x, y).
igamma = elementwise(
    "igamma", _incomplete("gammainc", 0), "IgammaBackward0", not_implemented("igamma: input"), _density,
    names=("x", "y"), numbers=False, promote=only("f", "igamma_cpu"),
)  # fmt: skip
#: The regularized upper incomplete gamma function, 1 - P(x, y).
igammac = elementwise(
    "igammac", _incomplete("gammaincc", 1), "IgammacBackward0", not_implemented("igammac: input"),
    lambda g, x, y: -_density(g, x, y), names=("x", "y"), numbers=False, promote=only("f", "igammac_cpu"),
)  # fmt: skip

_zeta: Any = in_double("zeta")


def _value(x: Any, y: Any) -> Any:
    return np.where((x > 1) & (y == np.inf), x.dtype.type(np.nan), _zeta(x, y))[()]  # torch's: the limit is 0


_about: dict[str, Any] = {"promote": full_precision("zeta_cpu"), "numbers": either("special_zeta")}
_unknown, _slope = not_implemented("zeta"), lambda g, x, y: g * (-x * zeta(x + 1.0, y))
_tensors = elementwise(
    "special_zeta", _value, "SpecialZetaBackward0", _unknown, _slope, names=("x", "y"), **_about
)
_by_number = elementwise(
    "special_zeta_number", _value, "SpecialZetaBackward2", _unknown, names=("x", "y"), inputs=2, **_about
)
_of_number = elementwise(
    "special_zeta_of_number", lambda y, x: _value(x, y), "SpecialZetaBackward1",
    lambda g, y, x: g * (-x * zeta(x + 1.0, y)), inputs=2, **_about,
)  # fmt: skip


def zeta(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """Hurwitz's zeta function, the sum of ``(k + other) ** -input`` over k = 0, 1, ...; one may be a number.

    >>> torch.special.zeta(torch.tensor([2.0, 4.0]), 1)
    tensor([1.6449, 1.0823])
    """
    return of_numbers(_tensors, _by_number, _of_number, input, other, out)


described(
    globals(),
    igamma="The regularised lower incomplete gamma function P(input, other).",
    igammac="The regularised upper incomplete gamma function Q(input, other) = 1 - P(input, other).",
)
methods(igamma=igamma, igammac=igammac)
inplace_methods(igamma, igammac)
