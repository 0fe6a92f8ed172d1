"""Random numbers of gamma, Dirichlet, Poisson and binomial distributions, and implicit derivatives of the former.

A gamma number x of shape a has no formula, but its distribution function F(x; a) stays where it is as a varies:
dx/da = -(dF/da) / (dF/dx). For this derivative PyTorch has approximations, of 4 digits and more, that are computed here
to give the same gradients: M. Jankowiak and F. Obermeyer, "Pathwise derivatives beyond the reparameterization trick",
2018. The coefficients are those of PyTorch's `aten/src/ATen/native/Distributions.h`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.generator import Generator
from ...arrays.shapes import broadcast_shapes
from ...core.declare import op
from ...core.tensor import Tensor
from ..elementwise.comparison import zeros as zero_gradient
from ..elementwise.math import digamma
from ..support.arguments import check_tensor, unimplemented
from ..support.no_derivative import no_derivative, not_implemented
from ..support.outputs import warn_resized
from . import rejection
from .tensors import check_generator

__all__ = [
    "_dirichlet_grad", "_sample_dirichlet", "_standard_gamma", "_standard_gamma_grad", "binomial", "poisson",
]  # fmt: skip

F32, F64 = np.dtype(np.float32), np.dtype(np.float64)


def _check(name: str, kernel: str, *tensors: tuple[str, Any], also: tuple[Any, ...] = ()) -> None:
    """Tensors of one dtype, float32 or float64 (or of `also`)."""
    for position, (argument, x) in enumerate(tensors, 1):
        check_tensor(name, x, argument, position)
    first = tensors[0][1].dtype
    for _, x in tensors[1:]:
        if x.dtype is not first:
            raise RuntimeError(f"Found dtype {x.dtype.scalar_name} but expected {first.scalar_name}")
    if first not in (dtypes.float32, dtypes.float64, *also):
        raise unimplemented(kernel, first)
    _check_shapes([x for _, x in tensors])


def _check_shapes(tensors: list[Tensor]) -> None:
    """Shapes that broadcast; it should be to that of the first, for which PyTorch has allocated its result."""
    first = tensors[0]._data
    shape = broadcast_shapes(*[x._data.shape for x in tensors])
    if shape != first.shape:
        warn_resized(first, shape)


# Samples.


def _drawn(x: Any, values: np.ndarray) -> Any:
    """The numbers drawn for the payload `x`, in its dtype, and a scalar where it is one."""
    values = dtypes.cast(values, dtypes.of_array(x))
    return values if isinstance(x, np.ndarray) else values[()]


def _gamma_value(x: Any, generator: Generator | None) -> Any:
    return _drawn(x, rejection.gamma(np.asarray(x), generator))


def _dirichlet_value(x: Any, generator: Generator | None) -> Any:
    gamma = rejection.gamma(np.asarray(x, np.float64), generator)
    values = (gamma / gamma.sum(-1, keepdims=True) if gamma.ndim else gamma / gamma).astype(x.dtype)
    one = x.dtype.type(1)
    return _drawn(x, np.clip(values, np.finfo(x.dtype).tiny, np.nextafter(one, x.dtype.type(0))))


def _poisson_value(x: Any, generator: Generator | None) -> Any:
    return _drawn(x, rejection.poisson(np.asarray(x), generator))


def _binomial_value(count: Any, prob: Any, generator: Generator | None) -> Any:
    n, p = np.broadcast_arrays(count, prob)
    return _drawn(n if n.ndim else count, rejection.binomial(n, p, generator))


_standard_gamma_op = op(
    "standard_gamma", _gamma_value, "StandardGammaBackward0",
    {"x": lambda g, x, out: g * standard_gamma_grad(x, out)},
)  # fmt: skip
_dirichlet = op("sample_dirichlet", _dirichlet_value, "NotImplemented", {"x": no_derivative("_sample_dirichlet")})
_poisson = op("poisson", _poisson_value, "PoissonBackward0", {"x": lambda g: zero_gradient(g)})
_binomial = op(
    "binomial", _binomial_value, "NotImplemented",
    {"count": no_derivative("binomial"), "prob": no_derivative("binomial")}, conforms=True,
)  # fmt: skip


def _standard_gamma(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Gamma numbers of the shapes in `input` and scale 1, differentiable in them; float32 or float64."""
    _check("_standard_gamma", "gamma_cpu", ("input", input))
    check_generator("_standard_gamma", generator)
    return _standard_gamma_op(input, generator)


def _sample_dirichlet(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Points of the simplex, of the concentrations in the last dimension of `input`; float32 or float64."""
    _check("_sample_dirichlet", "dirichlet", ("input", input))
    check_generator("_sample_dirichlet", generator)
    return _dirichlet(input, generator)


def poisson(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Poisson numbers of the means in `input`, in its shape and dtype.

    Raises RuntimeError for a mean that is negative or NaN, NotImplementedError for a dtype that is not floating.

    >>> torch.poisson(torch.zeros(3))
    tensor([0., 0., 0.])
    """
    _check("poisson", "poisson_cpu", ("input", input), also=(dtypes.float16, dtypes.bfloat16))
    check_generator("poisson", generator)
    return _poisson(input, generator)


def binomial(count: Tensor, prob: Tensor, generator: Generator | None = None) -> Tensor:
    """Numbers of successes in `count` trials of probability `prob`: tensors of one dtype, whose shapes broadcast.

    Raises ValueError for dtypes that are not floating, RuntimeError for two different ones.

    >>> torch.binomial(torch.tensor([3.0, 4.0]), torch.tensor([1.0, 0.0]))
    tensor([3., 0.])
    """
    for position, (name, x) in enumerate((("count", count), ("prob", prob)), 1):
        check_tensor("binomial", x, name, position)
    for name, x in (("count", count), ("prob", prob)):
        if not x.dtype.is_floating_point:
            raise ValueError(f"binomial only supports floating-point dtypes for {name}, got: {x.dtype.scalar_name}")
    _check("binomial", "binomial_cpu", ("count", count), ("prob", prob))
    check_generator("binomial", generator)
    return _binomial(count, prob, generator)


# The implicit derivative of gamma numbers.


def _gamma_grad_value(x: Any, out: Any) -> Any:
    a, y = (np.asarray(p, np.float64) for p in np.broadcast_arrays(x, out))
    near, large = y < 0.8, a > 8
    result = np.empty(a.shape)
    with np.errstate(all="ignore"):
        for where, function in (
            (near, _gamma_grad_small),
            (~near & large, _gamma_grad_large),
            (~near & ~large, _gamma_grad_mid),
        ):
            if where.any():
                result[where] = function(a[where], y[where])
    return result.astype(x.dtype)[()]


def _psi(x: Any) -> Any:
    """The digamma function; at its poles +inf, for which PyTorch's kernel takes it here."""
    return np.where((x <= 0) & (x == np.floor(x)), x.dtype.type(np.inf), digamma(x))


def _gamma_grad_small(a: Any, x: Any) -> Any:
    """For small x, by the Taylor series of the distribution function."""
    numerator, denominator = np.ones_like(x), a
    series1, series2 = 1 / a, 1 / (a * a)
    for i in range(1, 6):
        numerator = numerator * (-x / i)
        denominator = denominator + 1
        series1 = series1 + numerator / denominator
        series2 = series2 + numerator / (denominator * denominator)
    power = x**a
    density = x ** (a - 1) * np.exp(-x)
    slope = (np.log(x) - _psi(a)) * (power * series1) - power * series2
    result = -slope / density
    return np.where(np.isnan(result), 0.0, result)


def _gamma_grad_large(a: Any, x: Any) -> Any:
    """For large shapes, by Rice's saddle point expansion; around x = a by a series of it."""
    polynomial = 1440 * (a * a) + 6 * x * (53 - 120 * x) - 65 * x * x / a + a * (107 + 3600 * x)
    central = (1 + 24 * a * (1 + 12 * a)) * polynomial / (1244160 * (a * a) * (a * a))
    root = np.sqrt(8 * a)
    term2 = root / (a - x)
    term3 = (x - a - a * np.log(x / a)) ** -1.5
    term23 = np.where(x < a, term2 - term3, term2 + term3)
    term1 = np.log(x / a) * term23 - np.sqrt(2 / a) * (a + x) / ((a - x) * (a - x))
    stirling = 1 + 1 / (12 * a) * (1 + 1 / (24 * a))
    return np.where((_0_9 * a <= x) & (x <= _1_1 * a), central, -stirling * (x * term1) / root)


_0_9, _1_1 = float(np.float32(0.9)), float(np.float32(1.1))

# Numerator and denominator: 4 powers of log a each, whose coefficients are polynomials in log(x / a).
_GAMMA = np.array([
    [0.16009398, -0.094634809, 0.025146376, -0.0030648343, 1, 0.32668115, 0.10406089, 0.0014179084],
    [0.53487893, 0.1298071, 0.065735949, -0.0015649758, 0.16639465, 0.020070113, -0.0035938915, -0.00058392623],
    [0.040121004, -0.0065914022, -0.0026286047, -0.0013441777, 0.017050642, -0.0021309326, 0.00085092367, -1.5247877e-07],
])  # fmt: skip


def _gamma_grad_mid(a: Any, x: Any) -> Any:
    """Between, by a rational function of logarithms."""
    u, v = np.log(x / a), np.log(a)
    c = [_GAMMA[0, i] + u * (_GAMMA[1, i] + u * _GAMMA[2, i]) for i in range(8)]
    return np.exp(_horner(v, c[:4]) / _horner(v, c[4:]))


def _horner(x: Any, coefficients: Any) -> Any:
    result = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        result = coefficient + x * result
    return result


standard_gamma_grad = op(
    "standard_gamma_grad", _gamma_grad_value, "StandardGammaGradBackward0",
    {"x": not_implemented("_standard_gamma_grad")}, names=("x", "out"),
)  # fmt: skip


def _standard_gamma_grad(input: Tensor, output: Tensor) -> Tensor:
    """The derivative of gamma numbers `output` by their shapes `input`."""
    _check("_standard_gamma_grad", "_standard_gamma_grad_cpu", ("input", input), ("output", output))
    return standard_gamma_grad(input, output)


# The implicit derivative of beta numbers, of which those of Dirichlet's are made.


def _dirichlet_grad_value(x: Any, alpha: Any, total: Any) -> Any:
    x, a, s = np.broadcast_arrays(x, alpha, total)
    result = np.empty(x.shape, x.dtype)
    with np.errstate(all="ignore"):
        b = s - a
        boundary = s * x * (1 - x)
        low = (x <= 0.5) & (boundary < 2.5)
        high = ~low & (x >= 0.5) & (boundary < 0.75)
        large = ~low & ~high & (a > 6) & (b > 6)
        for where, function in (
            (low, lambda x, a, b, s: _beta_grad_alpha_small(x, a, b)),
            (high, lambda x, a, b, s: -_beta_grad_beta_small(1 - x, b, a)),
            (large, lambda x, a, b, s: _beta_grad_alpha_mid(*_doubles(x, a, s))),
            (~(low | high | large), lambda x, a, b, s: _beta_grad_rational(*_doubles(x, a, s))),
        ):
            if where.any():
                result[where] = function(x[where], a[where], b[where], s[where])
    return result[()]


def _doubles(x: Any, a: Any, s: Any) -> Any:
    return x.astype(np.float64), a.astype(np.float64), s.astype(np.float64)


def _finite(result: Any) -> Any:
    return np.where(np.isnan(result), result.dtype.type(0), result)


def _beta_grad_alpha_small(x: Any, a: Any, b: Any) -> Any:
    """By `a`, for x close to 0: a Taylor series."""
    factor = _psi(a) - _psi(a + b) - np.log(x)
    numerator: Any = x.dtype.type(1)
    series = numerator / a * (factor + 1 / a)
    for i in range(1, 11):
        numerator = numerator * ((i - b) * x / i)
        denominator = a + i
        series = series + numerator / denominator * (factor + 1 / denominator)
    return _finite(x * (1 - x) ** -b * series)


def _beta_grad_beta_small(x: Any, a: Any, b: Any) -> Any:
    """By `b`, for x close to 0: a Taylor series."""
    factor = _psi(a + b) - _psi(b)
    numerator: Any = x.dtype.type(1)
    betas, dbetas, series = np.ones_like(x), np.zeros_like(x), factor / a
    for i in range(1, 9):
        numerator = numerator * (-x / i)
        dbetas = dbetas * (b - i) + betas
        betas = betas * (b - i)
        series = series + numerator / (a + i) * (dbetas + factor * betas)
    return _finite(-((1 - x) ** (1 - b)) * series)


def _beta_grad_alpha_mid(x: Any, a: Any, total: Any) -> Any:
    """By `a`, where both are large: Rice's saddle point expansion; around the mean by a series of it."""
    b = total - a
    mean = a / total
    std = np.sqrt(a * b / (total + 1)) / total
    polynomial = 47 * x * (b * b) * (b * b) + a * (
        (43 + 20 * (16 + 27 * b) * x) * (b * b) * b
        + a * (
            3 * (59 + 180 * b - 90 * x) * (b * b)
            + a * ((453 + 1620 * b * (1 - x) - 455 * x) * b + a * (8 * (1 - x) * (135 * b - 11)))
        )
    )  # fmt: skip
    scale = (1 + 12 * a) * (1 + 12 * b) / (total * total)
    central = scale / (1 - x) * polynomial / (12960 * a * a * a * b * b * (1 + 12 * total))
    stirling = _stirling(a) * _stirling(b) / _stirling(total)
    numerator = 2 * (a * a) * (x - 1) + a * b * (x - 1) - x * (b * b)
    distance = a * (x - 1) + b * x
    term1 = numerator / (np.sqrt(2 * a / b) * total**1.5 * distance * distance)
    term2 = 0.5 * np.log(a / (total * x))
    term3 = np.sqrt(8 * a * b / total) / distance
    term4 = (b * np.log(b / (total * (1 - x))) + a * np.log(a / (total * x))) ** -1.5
    terms = term1 + term2 * (term3 + np.where(x < mean, term4, -term4))
    tails = stirling * (-x / np.sqrt(2 * a * b / total)) * terms
    return np.where((mean - 0.1 * std <= x) & (x <= mean + 0.1 * std), central, tails)


def _stirling(x: Any) -> Any:
    return 1 + 1 / (12 * x) + 1 / (288 * x * x)


# Numerator and denominator: polynomials in log x, in log(a / x), and in log(total) - log(a / x).
_BETA = np.array([
    [[[1.003668233, -0.01061107488, -0.0657888334, 0.01201642863],
      [0.6336835991, -0.3557432599, 0.05486251648, -0.001465281033],
      [-0.03276231906, 0.004474107445, 0.002429354597, -0.0001557569013]],
     [[0.221950385, -0.3187676331, 0.01799915743, 0.01074823814],
      [-0.2951249643, 0.06219954479, 0.01535556598, 0.001550077057],
      [0.02155310298, 0.004170831599, 0.001292462449, 6.976601077e-05]],
     [[-0.05980841433, 0.008441916499, 0.01085618172, 0.002319392565],
      [0.02911413504, 0.01400243777, -0.002721828457, 0.000751041181],
      [0.005900514878, -0.001936558688, -9.495446725e-06, 5.385558597e-05]]],
    [[[1, -0.02924021934, -0.04438342661, 0.007285809825],
      [0.6357567472, -0.3473456711, 0.05454656494, -0.002407477521],
      [-0.03301322327, 0.004845219414, 0.00231480583, -0.0002307248149]],
     [[0.5925320577, -0.1757678135, 0.01505928619, 0.000564515273],
      [0.1014815858, -0.06589186703, 0.01272886114, -0.0007316646956],
      [-0.007258481865, 0.001096195486, 0.0003934994223, -4.12701925e-05]],
     [[0.06469649321, -0.0236701437, 0.002902096474, -5.896963079e-05],
      [0.001925008108, -0.002869809258, 0.0008000589141, -6.063713228e-05],
      [-0.0003477407336, 6.959756487e-05, 1.097287507e-05, -1.650964693e-06]]],
])  # fmt: skip


def _beta_grad_rational(x: Any, a: Any, total: Any) -> Any:
    """By `a`, elsewhere: a rational correction of an analytic approximation."""
    u = np.log(x)
    v = np.log(a) - u
    w = np.log(total) - v
    numerator, denominator = (sum(u**i * v**j * _horner(w, c[i, j]) for i in range(3) for j in range(3)) for c in _BETA)
    return numerator / denominator * (x * (_psi(total) - _psi(a)) / (total - a))


_unknown = no_derivative("_dirichlet_grad")
dirichlet_grad = op(
    "dirichlet_grad", _dirichlet_grad_value, "NotImplemented",
    {"x": _unknown, "alpha": _unknown, "total": _unknown}, conforms=True,
)  # fmt: skip


def _dirichlet_grad(x: Tensor, alpha: Tensor, total: Tensor) -> Tensor:
    """The derivative of a coordinate `x` of a Dirichlet number by its concentration, divided by 1 - x."""
    _check("_dirichlet_grad", "_dirichlet_grad_cpu", ("x", x), ("alpha", alpha), ("total", total))
    return dirichlet_grad(x, alpha, total)
