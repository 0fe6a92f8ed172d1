"""The normal distribution and the error functions; entropy. Derivatives: https://dlmf.nist.gov/7.2, 7.10."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.declare import elementwise, int_to_float
from ...core.tensor import Tensor
from ..elementwise.comparison import masked_fill
from ..elementwise.math import exp, log, log1p, scipy_special
from ..support.kinds import only
from ..support.signatures import either
from .kinds import in_double, of_numbers, special

__all__ = ["entr", "erfcx", "log_ndtr", "ndtr", "ndtri", "xlog1py"]

_ROOT_HALF, _ROOT_2PI = math.sqrt(0.5), math.sqrt(2 * math.pi)

#: exp(x^2) erfc(x), which does not vanish as erfc does.
erfcx = special(
    "erfcx", in_double("erfcx"), "SpecialErfcxBackward0",
    lambda g, x, out: g * (2 * x * out - 2 / math.sqrt(math.pi)),
)  # fmt: skip
#: The standard normal distribution function: (1 + erf(x / sqrt 2)) / 2.
ndtr = special(
    "ndtr", lambda x: (1 + scipy_special("erf")(x * x.dtype.type(_ROOT_HALF))) * x.dtype.type(0.5), "MulBackward1",
    lambda g, x: g * (exp(-(x * x) / 2) / _ROOT_2PI), promote=only("bif", "erf_vml_cpu", int_to_float),
)  # fmt: skip
#: The inverse of `ndtr`.
ndtri = special(
    "ndtri", in_double("ndtri"), "SpecialNdtriBackward0", lambda g, out: g * (_ROOT_2PI * exp(out * out / 2))
)
#: The logarithm of `ndtr`, right where that rounds to 0 or 1, and so is its derivative, exp(-x^2/2) / ndtr(x) / sqrt(2 pi).
log_ndtr = special(
    "log_ndtr", in_double("log_ndtr"), "SpecialLogNdtrBackward0",
    lambda g, x: g / erfcx(-x * _ROOT_HALF) * math.sqrt(2 / math.pi),
)  # fmt: skip
#: -x log(x), 0 at 0 and -inf below.
entr = special(
    "entr", in_double("entr"), "SpecialEntrBackward0", lambda g, x: g * (-log(x) - 1),
    promote=only("bif", "entr_cpu", int_to_float),
)  # fmt: skip


def _xlog1py(x: Any, y: Any) -> Any:
    # 0 wherever x is 0, unless y is not a number.
    return np.where((x == 0) & (y == y), x.dtype.type(0), x * np.log1p(y))[()]


_log1p_of = lambda g, x, y: masked_fill(g * log1p(y), (x == 0) & (y <= -1), 0)
_about: dict[str, Any] = {
    "promote": only("bif", "xlog1py_cpu", int_to_float), "numbers": either("special_xlog1py"), "wide": False,
}  # fmt: skip
_tensors = elementwise(
    "special_xlog1py", _xlog1py, "SpecialXlog1PyBackward0", _log1p_of, lambda g, x, y: g * x / (y + 1), **_about
)
_by_number = elementwise(
    "special_xlog1py_number", _xlog1py, "SpecialXlog1PyBackward2", _log1p_of, inputs=2, **_about
)
_of_number = elementwise(
    "special_xlog1py_of_number", lambda y, x: _xlog1py(x, y), "SpecialXlog1PyBackward1",
    lambda g, y, x: g * x / (y + 1), inputs=2, **_about,
)  # fmt: skip


def xlog1py(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """``input * log1p(other)``, and 0 where `input` is 0; they broadcast, and one of the two may be a number.

    >>> torch.special.xlog1py(torch.tensor([0.0, 2.0]), torch.tensor([-1.0, 1.0]))
    tensor([0.0000, 1.3863])
    """
    return of_numbers(_tensors, _by_number, _of_number, input, other, out)
