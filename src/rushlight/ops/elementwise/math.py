"""Functions of one real or complex number, as ``exp`` and ``erf``, and a few of two, as ``atan2`` and ``logaddexp``.

The derivatives are those of any table (M. Abramowitz, I. Stegun, Handbook of Mathematical Functions; https://dlmf.nist.gov),
written in the order in which torch computes them.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.types import finfo
from ...core.declare import NUMBERS, elementwise, int_to_float
from ...core.modes import GRAD, grad_mode
from ...core.tensor import Tensor
from ..support.arguments import check_int, check_real, check_tensor, unimplemented
from ..support.attach import described, functions, inplace_methods, methods
from ..support.kinds import only
from ..support.layered import is_tracked
from ..support.operands import call_into, is_complex, multiplied
from ..support.options import argument_error
from ..support.signatures import either
from .arithmetic import reciprocal
from .comparison import choose, isfinite, masked_fill, zeros
from .powers import pow_of_number
from .sine import cosine, sine

__all__ = [
    "acos", "acosh", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "asin", "asinh",
    "atan", "atan2", "atanh", "ceil", "cos", "cosh", "deg2rad", "digamma", "erf", "erfc", "erfinv", "exp", "exp2",
    "expm1", "fix", "floor", "frac", "hypot", "i0", "lgamma", "log", "log10", "log1p", "log2", "logaddexp",
    "logaddexp2", "logit", "mvlgamma", "nan_to_num", "polygamma", "rad2deg", "round", "rsqrt", "sigmoid", "sin",
    "sinc", "sinh", "sqrt", "tan", "tanh", "trunc", "xlogy",
]  # fmt: skip


def _function(name: str, forward: Any, node: str, rule: Any, promote: Any = int_to_float) -> Any:
    return elementwise(name, forward, node, rule, promote=promote, names=("x",))


@cache
def scipy_special(name: str) -> Any:
    """A ufunc of SciPy, which is imported when the first one is used."""
    import scipy.special

    return getattr(scipy.special, name)


def by_scipy(name: str) -> Any:
    return lambda *x: scipy_special(name)(*x)


# Exponentials and logarithms.

exp = _function("exp", np.exp, "ExpBackward0", lambda g, out: g * out)
exp2 = _function(
    "exp2", lambda x: np.exp2(x) if x.dtype.kind != "c" else np.exp(x * math.log(2)), "Exp2Backward0",
    lambda g, out: g * out * math.log(2),
)  # fmt: skip
expm1 = _function("expm1", np.expm1, "Expm1Backward0", lambda g, out: g * (out + 1))
log = _function("log", np.log, "LogBackward0", lambda g, x: g / x)
log2 = _function("log2", np.log2, "Log2Backward0", lambda g, x: g / (x * math.log(2)))
log10 = _function("log10", np.log10, "Log10Backward0", lambda g, x: g / (x * math.log(10)))
log1p = _function("log1p", np.log1p, "Log1PBackward0", lambda g, x: g / (x + 1))
sqrt = _function("sqrt", np.sqrt, "SqrtBackward0", lambda g, out: g / (2 * out))
rsqrt = _function("rsqrt", lambda x: 1 / np.sqrt(x), "RsqrtBackward0", lambda g, out: -0.5 * g * out**3)

# Circular and hyperbolic functions, and their inverses.

sin = _function("sin", sine, "SinBackward0", lambda g, x: g * cos(x))
cos = _function("cos", cosine, "CosBackward0", lambda g, x: g * -sin(x))
tan = _function("tan", np.tan, "TanBackward0", lambda g, out: g * (out**2 + 1))
asin = arcsin = _function("asin", np.arcsin, "AsinBackward0", lambda g, x: g * rsqrt(-x * x + 1))
acos = arccos = _function("acos", np.arccos, "AcosBackward0", lambda g, x: g * -rsqrt(-x * x + 1))
atan = arctan = _function("atan", np.arctan, "AtanBackward0", lambda g, x: g / (x * x + 1))
sinh = _function("sinh", np.sinh, "SinhBackward0", lambda g, x: g * cosh(x))
cosh = _function("cosh", np.cosh, "CoshBackward0", lambda g, x: g * sinh(x))
asinh = arcsinh = _function("asinh", np.arcsinh, "AsinhBackward0", lambda g, x: g * rsqrt(x**2 + 1))
acosh = arccosh = _function("acosh", np.arccosh, "AcoshBackward0", lambda g, x: g * _acosh_slope(x))
atanh = arctanh = _function("atanh", np.arctanh, "AtanhBackward0", lambda g, x: g / (1 - x**2))


def subtracted(number: Any, x: Any) -> Any:
    """``number - x``, in the memory of `x`, which must be new."""
    return np.subtract(number, x, x) if type(x) is np.ndarray and x.ndim else number - x


def _acosh_slope(x: Any) -> Any:
    # One root of the product would be on the wrong branch left of the imaginary axis.
    return rsqrt(x + 1) * rsqrt(x - 1) if is_complex(x) else rsqrt(x * x - 1)


tanh_backward = elementwise(
    "tanh_backward", lambda x, y: multiplied(subtracted(1, y * y), x), "TanhBackwardBackward0",
    lambda g, y: tanh_backward(g, y),
    lambda g, x, y: x * (-2 * y * g), saved_as={"x": "grad_output", "y": "output"},
)  # fmt: skip
tanh = _function("tanh", np.tanh, "TanhBackward0", lambda g, out: tanh_backward(g, out))

sigmoid_backward = elementwise(
    "sigmoid_backward", lambda x, y: multiplied(multiplied(1 - y, x), y), "SigmoidBackwardBackward0",
    lambda g, y: sigmoid_backward(g, y),
    lambda g, x, y: x * g * (-2 * y + 1), saved_as={"x": "grad_output", "y": "output"},
)  # fmt: skip


def _logistic(x: Any) -> Any:
    y = -x
    if type(y) is not np.ndarray or not y.ndim:
        return 1 / (1 + np.exp(y))
    np.exp(y, y)
    y += 1
    return np.divide(1, y, y)


sigmoid = _function("sigmoid", _logistic, "SigmoidBackward0", lambda g, out: sigmoid_backward(g, out))


def _sinc(x: Any) -> Any:
    x = x * math.pi
    return np.where(x == 0, x.dtype.type(1), np.sin(x) / x)[()]


def _sinc_rule(g: Any, x: Any) -> Any:
    y, square = x * math.pi, x * x * math.pi
    return choose(0, g * ((y * cos(y) - sin(y)) / square), square == 0)


sinc = _function("sinc", _sinc, "SincBackward0", _sinc_rule)
deg2rad, rad2deg = (
    _function(name, lambda x, factor=factor: x * x.dtype.type(factor), node, rule,
              only("bif", RuntimeError(f"{name} is not supported for complex tensors."), int_to_float))
    for name, factor, node, rule in (
        ("deg2rad", math.pi / 180, "Deg2RadBackward0", lambda g: deg2rad(g)),
        ("rad2deg", 180 / math.pi, "Rad2DegBackward0", lambda g: rad2deg(g)),
    )
)  # fmt: skip


# Functions of two.

hypot = elementwise(
    "hypot", np.hypot, "HypotBackward0", lambda g, x, out: g * (x / out), lambda g, y, out: g * (y / out),
    names=("x", "y"), numbers=False, promote=only("f", "hypot_cpu"),
)  # fmt: skip


def _inverse_square(x: Any, y: Any) -> Any:
    square = x * x + y * y
    return masked_fill(reciprocal(square), square == 0, 0)


atan2 = arctan2 = elementwise(
    "atan2", np.arctan2, "Atan2Backward0",
    lambda g, x, y: g * y * _inverse_square(x, y), lambda g, x, y: g * -x * _inverse_square(x, y),
    names=("x", "y"), numbers=False, promote=only("bif", "atan2_cpu", int_to_float),
)  # fmt: skip


def log_of_sum(x: Any, y: Any) -> Any:
    """log(exp(x) + exp(y)), on raw payloads."""
    if x.dtype.kind != "c":
        return np.logaddexp(x, y)
    low, high = np.where(x.real < y.real, x, y), np.where(x.real < y.real, y, x)
    return (high + np.log1p(np.exp(low - high)))[()]


logaddexp = elementwise(
    "logaddexp", log_of_sum, "LogaddexpBackward0",
    lambda g, x, y: g / (1 + exp(y - x)), lambda g, x, y: g / (1 + exp(x - y)),
    numbers=False, promote=only("fc", "logaddexp_cpu"),
)  # fmt: skip
logaddexp2 = elementwise(
    "logaddexp2", np.logaddexp2, "Logaddexp2Backward0",
    lambda g, x, y: g / (1 + pow_of_number(y - x, 2)), lambda g, x, y: g / (1 + pow_of_number(x - y, 2)),
    names=("x", "y"), numbers=False, promote=only("f", "logaddexp2_cpu"),
)  # fmt: skip


def _xlogy(x: Any, y: Any) -> Any:
    # 0 wherever x is 0, unless y is not a number.
    return np.where((x == 0) & (y == y), x.dtype.type(0), x * np.log(y))[()]


_XLOGY = either("xlogy")
xlogy_dtype = only("bif", "xlogy_cpu", int_to_float)
_log_of = lambda g, x, y: masked_fill(xlogy(g, y), (x == 0) & (y <= 0), 0)
_xlogy_tensors = elementwise(
    "xlogy", _xlogy, "XlogyBackward0", _log_of, lambda g, x, y: g * x / y, promote=xlogy_dtype, numbers=_XLOGY, wide=False,
)  # fmt: skip
_xlogy_number = elementwise(
    "xlogy_number", _xlogy, "XlogyBackward2", _log_of, inputs=2, promote=xlogy_dtype, numbers=_XLOGY, wide=False,
)  # fmt: skip
_xlogy_of_number = elementwise(
    "xlogy_of_number", lambda y, x: _xlogy(x, y), "XlogyBackward1", lambda g, y, x: g * x / y, inputs=2,
    promote=xlogy_dtype, wide=False,
)  # fmt: skip


def xlogy(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """``input * log(other)``, and 0 where `input` is 0; one of the two may be a number."""
    if isinstance(other, NUMBERS):
        return _xlogy_number(input, other, out=out)
    if isinstance(input, NUMBERS):
        return _xlogy_of_number(other, input, out=out)
    return _xlogy_tensors(input, other) if out is None else _xlogy_tensors(input, other, out=out)


# Error functions, gamma functions, Bessel functions.


def real_function(name: str, kernel: str, value: Any, node: str, rule: Any) -> Any:
    return _function(name, value, node, rule, only("bif", kernel, int_to_float))


erf = real_function(
    "erf", "erf_vml_cpu", by_scipy("erf"), "ErfBackward0", lambda g, x: 2 / math.sqrt(math.pi) * exp(-(x**2)) * g
)
erfc = real_function(
    "erfc", "erfc_vml_cpu", by_scipy("erfc"), "ErfcBackward0", lambda g, x: -2 / math.sqrt(math.pi) * exp(-(x**2)) * g
)
erfinv = real_function(
    "erfinv", "erfinv_vml_cpu", by_scipy("erfinv"), "ErfinvBackward0",
    lambda g, out: 0.5 * math.sqrt(math.pi) * exp(out**2) * g,
)  # fmt: skip
lgamma = real_function(
    "lgamma", "lgamma_vml_cpu", lambda x: scipy_special("gammaln")(np.where(x == -np.inf, x.dtype.type(np.inf), x)),
    "LgammaBackward0", lambda g, x: g * digamma(x),
)  # fmt: skip


def _digamma(x: Any) -> Any:
    # At the poles: infinite at 0, with the sign of the side it is seen from, and undefined below.
    pole = (x == 0) | ((x < 0) & (x == np.floor(x)))
    ends = np.where(x == 0, -np.copysign(x.dtype.type(np.inf), x), np.nan)
    return np.where(pole, ends, scipy_special("psi")(x)).astype(x.dtype)[()]


digamma = real_function("digamma", "digamma", _digamma, "DigammaBackward0", lambda g, x: g * _polygamma(x, 1))


def _polygamma_value(x: Any, n: int) -> Any:
    if n == 0:
        return _digamma(x)
    x64 = np.asarray(x, np.float64)
    value = (-1.0) ** (n + 1) * math.factorial(n) * scipy_special("zeta")(float(n + 1), x64)
    if n == 1:
        # zeta is not defined left of 0: reflection, psi1(1 - x) + psi1(x) = (pi / sin(pi x))^2. How near a pole x is
        # depends on pi x, which torch rounds to the dtype of x.
        sine = np.asarray(np.sin(x.dtype.type(math.pi) * x), np.float64)
        value = np.where(x64 < 0.5, (math.pi / sine) ** 2 - scipy_special("zeta")(2.0, 1 - x64), value)
    else:
        value = np.where(np.isinf(x64) & (x64 > 0), np.nan, value)  # torch's
    return np.asarray(value).astype(x.dtype)[()]


_polygamma = elementwise(
    "polygamma", _polygamma_value, "PolygammaBackward0", lambda g, x, n: g * _polygamma(x, n + 1),
    inputs=1, promote=only("bif", "polygamma", int_to_float),
)  # fmt: skip


def polygamma(n: int, input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The `n`-th derivative of `digamma`. Raises RuntimeError for a negative `n`."""
    check_int("polygamma", n, "n", 1)
    check_tensor("polygamma", input, "input", 2)
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    return call_into(out, _polygamma, input, n)


def _mvlgamma_value(x: Any, p: int) -> Any:
    return sum(scipy_special("gammaln")(x - 0.5 * i) for i in range(p)) + x.dtype.type(p * (p - 1) / 4 * math.log(math.pi))


_mvlgamma = elementwise(
    "mvlgamma", _mvlgamma_value, "MvlgammaBackward0", lambda g, x, p: g * sum(digamma(x - 0.5 * i) for i in range(p)),
    inputs=1, promote=only("bif", "mvlgamma", int_to_float),
)  # fmt: skip


def mvlgamma(input: Tensor, p: int, *, out: Tensor | None = None) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension `p`."""
    check_tensor("mvlgamma", input)
    check_int("mvlgamma", p, "p", 2)
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    if input.dtype is dtypes.bool_:
        raise RuntimeError("The input tensor may not be a boolean tensor.")
    return call_into(out, _mvlgamma, input, p)


i0 = real_function("i0", "i0_vml_cpu", by_scipy("i0"), "I0Backward0", lambda g, x: g * i1(x))
i1 = real_function("special_i1", "i1_cpu", by_scipy("i1"), "SpecialI1Backward0", lambda g, x, out: g * i1_slope(x, out))


#: Below this (and far below any rounding) I1(x) / x is taken to be its limit 1/2: denormal numbers have no precision left.
_TINY = 1e-30


def i1_slope(x: Any, out: Any) -> Any:
    tiny = np.abs(x) < _TINY
    safe = choose(1.0, x, tiny)
    return choose(0.5, i0(safe) - out / safe, tiny)


# Rounding.


def _rounding(name: str, forward: Any, node: str, complex_error: str | Exception) -> Any:
    def promote(d: dtypes.dtype) -> dtypes.dtype:
        return only("bif", complex_error, only("ifc", f"{name}_vml_cpu"))(d)

    return _function(name, forward, node, lambda g: zeros(g), promote)


floor, ceil, trunc = (
    _rounding(
        name, forward, f"{name.title()}Backward0", NotImplementedError(f"{name} is not supported for complex inputs")
    )
    for name, forward in (("floor", np.floor), ("ceil", np.ceil), ("trunc", np.trunc))
)
fix = trunc
_round = _rounding(
    "round", lambda x: np.rint(x) if x.dtype.kind == "f" else +x, "RoundBackward0", "round_vml_cpu"
)


def _round_to(x: Any, decimals: int) -> Any:
    scale = x.dtype.type(10.0 ** abs(decimals))
    return np.rint(x * scale) / scale if decimals >= 0 else np.rint(x / scale) * scale


_round_decimals = elementwise(
    "round_decimals", _round_to, "RoundBackward1", lambda g: zeros(g), inputs=1, promote=only("f", "round_cpu")
)


def round(input: Tensor, *, decimals: int | None = None, out: Tensor | None = None) -> Tensor:
    """The nearest integer, or multiple of ``10 ** -decimals``; the even one of two that are equally near.

    With `decimals`, if only 0, raises NotImplementedError for integers.
    """
    if decimals is None:
        return _round(input, out=out)
    check_int("round", decimals, "decimals", 2)
    if decimals == 0 and isinstance(input, Tensor) and not input.dtype.is_floating_point:
        raise unimplemented("round_vml_cpu", input.dtype)
    return call_into(out, _round_decimals, input, decimals)


def special_round(input: Tensor, *, decimals: int = 0, out: Tensor | None = None) -> Tensor:
    """`round` to so many decimals, of floating-point numbers alone."""
    return round(input, decimals=decimals, out=out)


frac = _function("frac", lambda x: x - np.trunc(x), "FracBackward0", lambda g: g, only("f", "frac_cpu"))


# Cleaning up.


def _logit_value(x: Any, eps: float | None) -> Any:
    if eps is not None:
        x = np.minimum(np.maximum(x, eps), 1 - eps)
    return np.log(x / (1 - x))


def _logit_rule(g: Any, x: Any, eps: float | None) -> Any:
    slope = g / (x * (1 - x))
    if eps is None:
        return choose(slope, math.nan, (x >= 0) & (x <= 1))
    return choose(slope, 0, (x >= eps) & (x <= 1 - eps))


_logit = elementwise(
    "logit", _logit_value, "LogitBackward0", _logit_rule, inputs=1, promote=only("bif", "logit_cpu", int_to_float), wide=False,
)  # fmt: skip


def logit(input: Tensor, eps: float | None = None, *, out: Tensor | None = None) -> Tensor:
    """``log(input / (1 - input))``, of `input` kept within [`eps`, 1 - `eps`] where `eps` is given."""
    if eps is not None:
        check_real("logit", eps, "eps", 2)
    return call_into(out, _logit, input, eps)


def _finite(x: Any, nan: float, posinf: float, neginf: float) -> Any:
    if x.dtype.kind in "biu":
        return +x if x.dtype.kind != "b" else x | x
    if x.dtype.kind == "c":
        parts = x.reshape(x.shape + (1,)).view(x.real.dtype)
        return _finite(parts, nan, posinf, neginf).view(x.dtype)[..., 0]
    out = np.where(np.isnan(x), x.dtype.type(nan), x)
    return np.where(out == np.inf, x.dtype.type(posinf), np.where(out == -np.inf, x.dtype.type(neginf), out))[()]


_nan_to_num = elementwise(
    "nan_to_num", _finite, "NanToNumBackward0", lambda g, x: g * isfinite(x), inputs=1
)


def nan_to_num(
    input: Tensor, nan: float | None = None, posinf: float | None = None, neginf: float | None = None, *,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """`input` with 0 or `nan` for what is not a number, and the extreme numbers or others for infinities."""
    check_tensor("nan_to_num", input)
    for name, value in (("nan", nan), ("posinf", posinf), ("neginf", neginf)):
        if value is not None and not isinstance(value, (int, float)):
            raise argument_error("nan_to_num", name, "float", value)
    most = finfo(input.dtype).max if input.dtype.category > 1 else 0
    arguments = (input, nan or 0.0, most if posinf is None else posinf, -most if neginf is None else neginf)
    if is_complex(input) and is_tracked(input) and grad_mode() == GRAD:
        raise RuntimeError(
            "nan_to_num does not support automatic differentiation for outputs with complex dtype."
        )
    return call_into(out, _nan_to_num, *arguments)


described(
    globals(),
    acos="The angle in [0, pi] whose cosine each element is; NaN beyond [-1, 1].",
    acosh="The inverse of `cosh`; NaN below 1.",
    asin="The angle in [-pi / 2, pi / 2] whose sine each element is; NaN beyond [-1, 1].",
    asinh="The inverse of `sinh`.",
    atan="The angle in [-pi / 2, pi / 2] whose tangent each element is.",
    atan2="The angle of the point (`other`, `input`), in [-pi, pi]: the arc tangent of ``input / other`` in the right quadrant.",
    atanh="The inverse of `tanh`; infinite at -1 and 1, NaN beyond.",
    ceil="The smallest integer that is not below each element. Integers are given back.",
    cos="The cosine of each element, in radians.",
    cosh="The hyperbolic cosine of each element.",
    deg2rad="Degrees in radians.",
    digamma="The derivative of `lgamma`.",
    erf="The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to each element.",
    erfc="``1 - erf(input)``, computed without cancellation.",
    erfinv="The inverse of `erf`, on (-1, 1).",
    exp="e to the power of each element. Integers give the default dtype.",
    exp2="2 to the power of each element.",
    expm1="``exp(input) - 1``, exact for small elements too.",
    floor="The greatest integer that is not above each element. Integers are given back.",
    frac="The part behind the point, with the sign of the element.",
    hypot="``sqrt(input**2 + other**2)``, without overflow on the way.",
    i0="The modified Bessel function of the first kind, of order 0.",
    lgamma="The logarithm of the absolute value of the gamma function.",
    log="The natural logarithm; -inf at 0 and NaN below (complex numbers: the principal value).",
    log10="The logarithm to the base 10.",
    log1p="``log(1 + input)``, exact for small elements too.",
    log2="The logarithm to the base 2.",
    logaddexp="``log(exp(input) + exp(other))``, without overflow.",
    logaddexp2="``log2(2**input + 2**other)``, without overflow.",
    rad2deg="Radians in degrees.",
    rsqrt="``1 / sqrt(input)``.",
    sigmoid="``1 / (1 + exp(-input))``, between 0 and 1.",
    sin="The sine of each element, in radians. Integers give the default dtype.",
    sinc="``sin(pi * input) / (pi * input)``, and 1 at 0.",
    sinh="The hyperbolic sine of each element.",
    sqrt="The square root; NaN of negative numbers (complex numbers: the principal value).",
    tan="The tangent of each element, in radians.",
    tanh="The hyperbolic tangent of each element, between -1 and 1.",
    trunc="Each element without the part behind the point. Integers are given back.",
)  # fmt: skip

_UNARY = (
    acos, acosh, asin, asinh, atan, atanh, ceil, cos, cosh, deg2rad, digamma, erf, erfc, erfinv, exp, exp2, expm1,
    floor, frac, i0, lgamma, log, log10, log1p, log2, logit, nan_to_num, rad2deg, round, rsqrt, sigmoid, sin, sinc,
    sinh, sqrt, tan, tanh, trunc,
)  # fmt: skip
_ALIASES = {
    "arccos": acos, "arccosh": acosh, "arcsin": asin, "arcsinh": asinh, "arctan": atan, "arctanh": atanh, "fix": trunc,
}  # fmt: skip
methods(
    **{f.__name__: f for f in _UNARY}, **_ALIASES,
    atan2=atan2, arctan2=atan2, hypot=hypot, logaddexp=logaddexp, logaddexp2=logaddexp2, xlogy=xlogy, mvlgamma=mvlgamma,
    polygamma=lambda self, n: polygamma(n, self),
)  # fmt: skip
inplace_methods(
    *_UNARY, atan2, hypot, xlogy, mvlgamma, arctan2_=atan2, polygamma_=lambda self, n: polygamma(n, self),
    **{name + "_": f for name, f in _ALIASES.items()},
)  # fmt: skip
#: The functions whose in-place forms torch has as functions too: ``torch.exp_(x)``.
_INPLACE = (
    "acos_", "acosh_", "arccos_", "arccosh_", "arcsin_", "arcsinh_", "arctan_", "arctanh_", "asin_", "asinh_",
    "atan_", "atanh_", "ceil_", "cos_", "cosh_", "deg2rad_", "erf_", "erfc_", "exp2_", "exp_", "expm1_", "fix_",
    "floor_", "frac_", "i0_", "log10_", "log1p_", "log2_", "log_", "logit_", "nan_to_num_", "rad2deg_", "round_",
    "rsqrt_", "sigmoid_", "sin_", "sinc_", "sinh_", "sqrt_", "tan_", "tanh_", "trunc_", "xlogy_",
)  # fmt: skip
globals().update(zip(_INPLACE, functions(*_INPLACE)))
__all__ += _INPLACE
