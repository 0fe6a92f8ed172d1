"""Bessel functions and their kin: of the first and second kind, modified, scaled, spherical, and Airy's.

Values are SciPy's. torch has derivatives of the modified functions i0, i0e, i1, i1e only:

    I0' = I1,    I1' = I0 - I1 / x    (https://dlmf.nist.gov/10.29),

and those of the scaled ones, ``exp(-|x|) I(x)``, follow. Results of the others do not require grad.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.declare import int_to_float
from ..elementwise.arithmetic import sgn
from ..elementwise.comparison import choose
from ..elementwise.math import scipy_special
from ..support.kinds import only
from .kinds import in_double, special

__all__ = [
    "airy_ai", "bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "i0e", "i1e", "modified_bessel_i0",
    "modified_bessel_i1", "modified_bessel_k0", "modified_bessel_k1", "scaled_modified_bessel_k0",
    "scaled_modified_bessel_k1", "spherical_bessel_j0",
]  # fmt: skip


def _airy(x: Any) -> Any:
    y = np.asarray(x, np.float64)
    value = scipy_special("airy")(y)[0]
    # Far out SciPy gives up: on the left the wave of https://dlmf.nist.gov/9.7.9, on the right nothing. At infinity torch
    # has NaN.
    z = 2 / 3 * np.abs(y) ** 1.5
    wave = (np.sin(z + math.pi / 4) - 5 / 72 / z * np.cos(z + math.pi / 4)) / np.sqrt(math.pi * np.sqrt(np.abs(y)))
    value = np.where(np.isinf(y), np.nan, np.where(y > 104, 0, np.where(y < -1e5, wave, value)))
    return value.astype(x.dtype)[()]


def _spherical(x: Any) -> Any:
    y = np.asarray(x, np.float64)
    value = np.where(y == 0, 1, np.where(np.isinf(y), 0, np.sin(y) / y))
    return value.astype(x.dtype)[()]


airy_ai = special("airy_ai", _airy)
bessel_j0, bessel_j1 = special("bessel_j0", in_double("j0")), special("bessel_j1", in_double("j1"))
bessel_y0, bessel_y1 = special("bessel_y0", in_double("y0")), special("bessel_y1", in_double("y1"))
modified_bessel_i0, modified_bessel_i1 = (special(f"modified_bessel_{name}", in_double(name)) for name in ("i0", "i1"))
modified_bessel_k0, modified_bessel_k1 = (special(f"modified_bessel_{name}", in_double(name)) for name in ("k0", "k1"))
scaled_modified_bessel_k0, scaled_modified_bessel_k1 = (
    special(f"scaled_modified_bessel_{name}", in_double(f"{name}e")) for name in ("k0", "k1")
)
spherical_bessel_j0 = special("spherical_bessel_j0", _spherical)

i0e = special(
    "i0e", in_double("i0e"), "SpecialI0EBackward0", lambda g, x, out: g * (i1e(x) - sgn(x) * out),
    promote=only("bif", "i0e_cpu", int_to_float),
)  # fmt: skip
i1e = special(
    "i1e", in_double("i1e"), "SpecialI1EBackward0", lambda g, x, out: g * _i1e_slope(x, out),
    promote=only("bif", "i1e_cpu", int_to_float),
)  # fmt: skip


def _i1e_slope(x: Any, out: Any) -> Any:
    tiny = np.abs(x) < 1e-30  # denormal numbers have no precision left for the quotient
    safe = choose(1.0, x, tiny)
    return choose(0.5, i0e(safe) - out * (sgn(safe) + 1 / safe), tiny)
