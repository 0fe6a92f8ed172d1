"""Powers, of tensors and numbers.

Numbers as exponents are common and take the multiplications and roots that torch takes. At 0 the derivatives follow
torch: the power 0 has none, and ``0 ** y`` is constant along y.
"""

from __future__ import annotations

import cmath
import math
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...core.declare import NUMBERS, elementwise
from ...core.tensor import Tensor
from ...core.views import assign
from ..support.attach import functions, inplace, inplace_methods, inplace_operator, methods
from ..support.kinds import only
from ..support.operands import as_payload, call_into, is_complex, multiplied, promoted
from ..support.signatures import either
from .comparison import choose, zeros

__all__ = [
    "float_power", "pow", "square", "square_",
]  # fmt: skip


def _power(x: Any, exponent: Any) -> Any:
    """``x ** exponent`` for a number, with the multiplications and roots that torch uses."""
    if x.dtype.kind == "b":
        return x | (not exponent)
    if exponent == 2:
        return x * x
    if exponent == 3:
        return multiplied(x * x, x)
    if exponent == 0.5:
        return np.sqrt(x)
    if x.dtype.kind in "iu" and exponent < 0:
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    if exponent == -0.5:
        return 1 / np.sqrt(x)
    if exponent == -2:
        return 1 / (x * x)
    return x**exponent


def _power_rule(g: Any, x: Any, exponent: Any) -> Any:
    if exponent == 0:
        return zeros(g)
    if not isinstance(x, Tensor):
        return g if exponent == 1 else g * (exponent * (x if exponent == 2 else _power(x, exponent - 1)))
    # On the graph x ** 1 stands for x, as in torch: the derivative of 2x is then known to depend on x.
    return g * (exponent * pow_number(x, exponent - 1))


pow_number = elementwise("pow_number", _power, "PowBackward0", _power_rule, names=("x", "exponent"), inputs=1)


def _power_of_tensors(x: Any, y: Any) -> Any:
    if x.dtype.kind not in "iu" or not np.any(y < 0):
        return np.power(x, y)
    # Of integers to negative powers only those of 1 and -1 are integers; torch gives 0 for the others.
    negative = y < 0
    sign = np.where(x == -1, 1 - 2 * (y % 2), x == 1)
    return np.where(negative, sign, np.power(x, np.where(negative, 0, y))).astype(x.dtype)


def _exponent_rule(g: Any, x: Any, y: Any, out: Any) -> Any:
    from .math import log

    # x ** y is constant 0 along y at x = 0, where log(x) is not finite.
    rising = (y.real >= 0) & (y.imag == 0) if is_complex(y) else y >= 0
    return g * choose(0, out * log(x), (x == 0) & rising)


pow_tensor = elementwise(
    "pow", _power_of_tensors, "PowBackward1",
    lambda g, x, y: choose(0, g * (y * pow_tensor(x, y - 1)), y == 0),
    lambda g, x, y, out: _exponent_rule(g, x, y, out),
    promote=only("ifc", "pow"), names=("x", "y"), saved_as={"y": "exponent"},
)  # fmt: skip


def _power_of_number(x: Any, base: Any) -> Any:
    return _power_of_tensors(as_payload(base, x)[()], x)


def _log(base: Any) -> Any:
    """The logarithm of a number as torch has it: not a number for a negative one, which no complex number is."""
    if isinstance(base, complex):
        return cmath.log(base) if base else -math.inf
    return math.log(base) if base > 0 else math.nan if base else -math.inf


def _base_rule(g: Any, x: Any, base: Any, out: Any) -> Any:
    if base == 0:
        return g * choose(0, out * _log(base), (x.real if is_complex(x) else x) >= 0)
    return g * (out * _log(base))


pow_of_number = elementwise(
    "pow_of_number", _power_of_number, "PowBackward2", _base_rule, names=("x", "base"), inputs=1,
    promote=only("ifc", "pow"), saved_as={"x": "exponent", "base": "self", "out": "result"},
)  # fmt: skip


_POW = either("pow", second="exponent")


def pow(input: Any, exponent: Any, *, out: Tensor | None = None) -> Tensor:
    """``input ** exponent``; either may be a number, and both broadcast.

    Integers keep their dtype; RuntimeError is raised for an integer tensor to a negative number.
    """
    if isinstance(exponent, NUMBERS) and isinstance(input, Tensor):
        return call_into(out, pow_number, promoted(input, exponent), exponent)
    _POW.check((input, exponent))
    if isinstance(input, NUMBERS):
        return call_into(out, pow_of_number, promoted(exponent, input), input)
    return pow_tensor(input, exponent, out=out)


def _pow_operator(self: Tensor, exponent: Any) -> Any:
    kind = exponent.__class__
    if (kind is int or kind is float) and self._data.dtype.kind == "f":
        return pow_number(self, exponent)
    if isinstance(exponent, NUMBERS):
        return pow_number(promoted(self, exponent), exponent)
    return pow_tensor.operator(self, exponent)


def _rpow_operator(self: Tensor, base: Any) -> Any:
    if isinstance(base, NUMBERS):
        return pow_of_number(promoted(self, base), base)
    return pow_tensor(base, self) if hasattr(base, "dtype") else NotImplemented


_FLOAT_POWER = either("float_power", second="exponent")


def float_power(input: Any, exponent: Any, *, out: Tensor | None = None) -> Tensor:
    """``input ** exponent`` in float64, or complex128 where one of the two is complex."""
    pair = (input, exponent)
    _FLOAT_POWER.check(pair)
    some_complex = any(isinstance(a, complex) or (isinstance(a, Tensor) and a.is_complex()) for a in pair)  # type: ignore[attr-defined]
    dtype = dtypes.complex128 if some_complex else dtypes.float64
    base, exponent = (a.to(dtype) if isinstance(a, Tensor) else dtype.numpy.type(a).item() for a in pair)
    return pow(base, exponent, out=out)


def square(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """``input ** 2``"""
    return pow(input, 2, out=out)


def _float_power_inplace(self: Tensor, exponent: Any) -> Tensor:
    result = float_power(self, exponent)
    if result.dtype is not self.dtype:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {self.dtype.scalar_name} but the operation's result requires "
            f"dtype {result.dtype.scalar_name}"
        )
    return assign(self, float_power, (exponent,))


methods(
    pow=pow, float_power=float_power, square=square, __pow__=_pow_operator, __rpow__=_rpow_operator, pow_=inplace(pow),
    float_power_=_float_power_inplace, __ipow__=inplace_operator(_pow_operator),
)  # fmt: skip
inplace_methods(square)
(square_,) = functions("square_")
