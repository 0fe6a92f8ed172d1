"""Activation functions.

The derivatives are those of the defining formulas. At a kink each function takes the side that torch takes. The first
derivative of each is an operation of its own, named as in torch, so that its graph shows torch's nodes.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...core.declare import elementwise
from ...core.tensor import Tensor
from ..creation.filled import check_fits
from ..support.arguments import check_number, check_tensor, unimplemented
from ..support.attach import inplace, methods
from ..support.casting import in_lower_precision
from ..support.kinds import Promote, only
from ..support.operands import call_into
from ..support.options import argument_error
from ..support.selection import choose, drop, keep
from . import normal_curve
from .comparison import choose as where
from .comparison import zeros
from .math import erf, sigmoid

__all__ = [
    "celu", "elu", "gelu", "hardshrink", "hardsigmoid", "hardsigmoid_", "hardswish",
    "hardswish_", "hardtanh", "hardtanh_", "leaky_relu", "log_sigmoid", "mish", "mish_",
    "prelu", "relu", "relu6", "relu6_", "relu_", "selu", "silu", "silu_", "softplus", "softshrink",
    "softsign", "tanhshrink", "threshold",
]  # fmt: skip


# Piecewise linear functions.


def clampable(refusal: str) -> Promote:
    """The ``promote`` of functions that clamp: any real numbers, but no bool."""
    no_complex = NotImplementedError("clamp is not supported for complex types")
    return only("bif", no_complex, only("ifc", RuntimeError(refusal)))


threshold_backward = elementwise(
    "threshold_backward", lambda g, x, threshold: drop(x <= threshold, g),
    "ThresholdBackwardBackward0",
    lambda gg, x, threshold: threshold_backward(gg, x, threshold),
    zeros,
    names=("g", "x", "threshold"),
)  # fmt: skip
#: A Python number would be converted at every call.
_ZEROS = {np.dtype(d).char: np.zeros((), d) for d in (np.float32, np.float64)}
relu = elementwise(
    "relu", lambda x: np.maximum(x, _ZEROS.get(x.dtype.char, 0)), "ReluBackward0", lambda g, out: threshold_backward(g, out, 0),
    promote=clampable("Boolean inputs not supported for relu"),
)  # fmt: skip


def threshold_value(x: Any, threshold: float, value: float) -> Any:
    if x.dtype.kind in "iu":  # the numbers are integers too, and wrap around
        threshold, value = (check_fits(v, dtypes.of_array(x)) for v in (threshold, value))
    return np.where(x <= threshold, np.asarray(value, x.dtype), x)


_threshold = elementwise(
    "threshold", threshold_value, "ThresholdBackward0", lambda g, x, threshold: threshold_backward(g, x, threshold),
    promote=only("if", "threshold_cpu"),
)  # fmt: skip

def _leaky_slope(g: Any, x: Any, negative_slope: float) -> Any:
    if 0 <= negative_slope <= 1:
        return g * np.maximum((x > 0).astype(x.dtype), negative_slope)
    return choose(x > 0, g, g * negative_slope)


leaky_relu_backward = elementwise(
    "leaky_relu_backward", _leaky_slope,
    "LeakyReluBackwardBackward0",
    lambda gg, x, negative_slope: leaky_relu_backward(gg, x, negative_slope),
    zeros,
    names=("g", "x", "negative_slope"),
)  # fmt: skip


def leaky_relu_value(x: Any, negative_slope: float) -> Any:
    return np.maximum(x, x * negative_slope) if 0 < negative_slope <= 1 else choose(x > 0, x, x * negative_slope)


_leaky_relu = elementwise(
    "leaky_relu", leaky_relu_value, "LeakyReluBackward0",
    lambda g, x, negative_slope: leaky_relu_backward(g, x, negative_slope), promote=only("f", "leaky_relu_cpu"),
)  # fmt: skip

hardtanh_backward = elementwise(
    "hardtanh_backward", lambda g, x, min_val, max_val: drop((x <= min_val) | (x >= max_val), g),
    "HardtanhBackwardBackward0",
    lambda gg, x, min_val, max_val: hardtanh_backward(gg, x, min_val, max_val),
    zeros,
    names=("g", "x", "min_val", "max_val"),
)  # fmt: skip


_hardtanh = elementwise(
    "hardtanh", lambda x, min_val, max_val: np.minimum(np.maximum(x, min_val), max_val), "HardtanhBackward0",
    lambda g, x, min_val, max_val: hardtanh_backward(g, x, min_val, max_val),
    promote=clampable("Bool inputs not supported for hardtanh"),
)  # fmt: skip

#: torch's constant, a float32.
_SIXTH = float(np.float32(1) / np.float32(6))
hardsigmoid_backward = elementwise(
    "hardsigmoid_backward", lambda g, x: keep((x > -3) & (x < 3), g * _SIXTH), "HardsigmoidBackwardBackward0",
    lambda gg, x: hardsigmoid_backward(gg, x), zeros, names=("g", "x"),
)  # fmt: skip
hardsigmoid = elementwise(
    "hardsigmoid", lambda x: np.minimum(np.maximum(x + 3, 0), 6) / 6, "HardsigmoidBackward0",
    lambda g, x: hardsigmoid_backward(g, x), promote=only("f", "hardsigmoid_cpu"),
)  # fmt: skip

hardswish_backward = elementwise(
    "hardswish_backward", lambda g, x: drop(x <= -3, choose(x < 3, g * (x / 3 + 0.5), g)),
    "HardswishBackwardBackward0",
    lambda gg, x: hardswish_backward(gg, x),
    lambda gg, g, x: where(gg * g / 3, 0, (x > -3) & (x < 3)),
    names=("g", "x"),
)  # fmt: skip
hardswish = elementwise(
    "hardswish", lambda x: x * np.minimum(np.maximum(x + 3, 0), 6) / 6, "HardswishBackward0",
    lambda g, x: hardswish_backward(g, x), promote=only("f", "hardswish_cpu"),
)  # fmt: skip

_shrink_backward = elementwise(
    "hardshrink_backward", lambda g, x, lambd: drop((x >= -lambd) & (x <= lambd), g), "HardshrinkBackwardBackward0",
    lambda gg, x, lambd: _shrink_backward(gg, x, lambd), zeros, names=("g", "x", "lambd"),
)  # fmt: skip
_hardshrink = elementwise(
    "hardshrink", lambda x, lambd: drop((x >= -lambd) & (x <= lambd), x), "HardshrinkBackward0",
    lambda g, x, lambd: _shrink_backward(g, x, lambd), promote=only("f", "hardshrink_cpu"),
)  # fmt: skip
_softshrink = elementwise(
    "softshrink", lambda x, lambd: np.copysign(x - np.minimum(np.maximum(x, -lambd), lambd), x), "SoftshrinkBackward0",
    lambda g, x, lambd: _shrink_backward(g, x, lambd), promote=only("f", "softshrink_check"),
)  # fmt: skip

_prelu_kernel = elementwise(
    "prelu_kernel", lambda x, weight: choose(x > 0, x, weight * x), "PreluKernelBackward0",
    lambda g, x, weight: where(g, weight * g, x > 0),
    lambda g, x: where(0, x * g, x > 0),
    saved_as={"weight": "weight"}, promote=only("f", "prelu_cpu"),
)  # fmt: skip


# Exponential and bell-shaped functions.


def elu_value(x: Any, alpha: float, scale: float, input_scale: float) -> Any:
    return choose(x < 0, np.expm1(np.minimum(x, 0) * input_scale) * (alpha * scale), x * scale)


def _elu_slope(g: Any, x: Any, alpha: float, scale: float, input_scale: float) -> Any:
    bent = g * (input_scale * alpha * scale) * np.exp(np.minimum(x, 0) * input_scale)
    return choose(x <= 0, bent, g * scale)


def _elu_curvature(g: Any, x: Any, alpha: float, scale: float, input_scale: float) -> Any:
    bend = g * (input_scale * input_scale * alpha * scale) * np.exp(np.minimum(x, 0) * input_scale)
    return keep(x < 0, bend)


_elu_double_backward = elementwise(
    "elu_double_backward", _elu_curvature, "EluDoubleBackwardBackward0",
    lambda gg, x, alpha, scale, input_scale: _elu_double_backward(gg, x, alpha, scale, input_scale),
    lambda gg, g, x, alpha, scale, input_scale: _elu_double_backward(
        gg * g * input_scale, x, alpha, scale, input_scale
    ),
)  # fmt: skip
elu_backward = elementwise(
    "elu_backward", _elu_slope, "EluBackwardBackward0",
    lambda gg, x, alpha, scale, input_scale: elu_backward(gg, x, alpha, scale, input_scale),
    lambda gg, g, x, alpha, scale, input_scale: _elu_double_backward(gg * g, x, alpha, scale, input_scale),
)  # fmt: skip
_elu = elementwise(
    "elu", elu_value, "EluBackward0",
    lambda g, x, alpha, scale, input_scale: elu_backward(g, x, alpha, scale, input_scale), promote=only("f", "elu_cpu"),
)  # fmt: skip
_celu = elementwise(
    "celu", elu_value, "CeluBackward0",
    lambda g, x, alpha, scale, input_scale: elu_backward(g, x, alpha, scale, input_scale), promote=only("f", "elu_cpu"),
)  # fmt: skip

#: selu as an elu: alpha, scale, input_scale.
SELU = (1.6732632423543772848170429916717, 1.0507009873554804934193349852946, 1.0)

_SQRT_HALF, _PEAK = math.sqrt(0.5), 1 / math.sqrt(2 * math.pi)
#: gelu's tanh approximation: tanh(_BETA * (x + _KAPPA * x**3)).
_BETA, _KAPPA = math.sqrt(2 / math.pi), 0.044715


def _normal_cdf(x: Any) -> Any:
    return 0.5 * (1 + erf(x * _SQRT_HALF))


def _normal_pdf(x: Any) -> Any:
    return np.exp(-0.5 * x * x) * _PEAK


def _gelu_value(x: Any) -> Any:
    return normal_curve.gelu(x) if normal_curve.is_large(x) else x * _normal_cdf(x)


def _gelu_slope(g: Any, x: Any) -> Any:
    if normal_curve.is_large(x) and normal_curve.is_large(g) and g.shape == x.shape:
        return normal_curve.gelu_slope(g, x)
    return g * (_normal_cdf(x) + x * _normal_pdf(x))


gelu_backward = elementwise(
    "gelu_backward", _gelu_slope, "GeluBackwardBackward0",
    lambda gg, x: gelu_backward(gg, x),
    lambda gg, g, x: gg * g * (_normal_pdf(x) * (2 - x * x)),
    names=("g", "x"),
)  # fmt: skip
_gelu = elementwise(
    "gelu", _gelu_value, "GeluBackward0", lambda g, x: gelu_backward(g, x),
    promote=only("f", "GeluKernelImpl"),
)  # fmt: skip


def _gelu_tanh_slope(g: Any, x: Any) -> Any:
    t = np.tanh(_BETA * (x + _KAPPA * x * x * x))
    return g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (_BETA * (1 + 3 * _KAPPA * x * x)))


def _gelu_tanh_curvature(g: Any, x: Any) -> Any:
    t = np.tanh(_BETA * (x + _KAPPA * x * x * x))
    inner, slope = _BETA * (1 + 3 * _KAPPA * x * x), 1 - t * t
    return g * slope * (inner - x * t * inner * inner + x * x * (3 * _BETA * _KAPPA))


gelu_tanh_backward = elementwise(
    "gelu_tanh_backward", _gelu_tanh_slope, "GeluBackwardBackward0",
    lambda gg, x: gelu_tanh_backward(gg, x), lambda gg, g, x: _gelu_tanh_curvature(gg * g, x), names=("g", "x"),
)  # fmt: skip
_gelu_tanh = elementwise(
    "gelu_tanh", lambda x: 0.5 * x * (1 + np.tanh(_BETA * (x + _KAPPA * x * x * x))), "GeluBackward0",
    lambda g, x: gelu_tanh_backward(g, x), promote=only("f", "GeluKernelImpl"),
)  # fmt: skip


def _silu_slope(g: Any, x: Any) -> Any:
    s = sigmoid(x)
    return g * (s * (1 + x * (1 - s)))


silu = elementwise("silu", lambda x: x / (1 + np.exp(-x)), "SiluBackward0", _silu_slope, promote=only("fc", "silu_cpu"))


def _mish_slope(g: Any, x: Any) -> Any:
    t = np.tanh(_softplus(x, 1.0, 20.0))
    return g * (t + x * sigmoid(x) * (1 - t * t))


mish = elementwise(
    "mish", lambda x: x * np.tanh(np.logaddexp(x, x.dtype.type(0))), "MishBackward0", _mish_slope,
    promote=only("f", "mish_cpu"),
)  # fmt: skip


def _softplus_slope(g: Any, x: Any, beta: float, threshold: float) -> Any:
    z = np.exp(np.minimum(x * beta, threshold))
    return choose(x * beta > threshold, g, g * (z / (z + 1)))


def _softplus_curvature(g: Any, x: Any, beta: float, threshold: float) -> Any:
    s = sigmoid(x * beta)
    return g * s * (1 - s) * beta * (x * beta < threshold)


softplus_backward = elementwise(
    "softplus_backward", _softplus_slope, "SoftplusBackwardBackward0",
    lambda gg, x, beta, threshold: softplus_backward(gg, x, beta, threshold),
    lambda gg, g, x, beta, threshold: _softplus_curvature(gg * g, x, beta, threshold),
)  # fmt: skip
_softplus = elementwise(
    "softplus",
    lambda x, beta, threshold: choose(
        x * beta > threshold, x, np.log1p(np.exp(np.minimum(x * beta, threshold))) / beta
    ),
    "SoftplusBackward0", lambda g, x, beta, threshold: softplus_backward(g, x, beta, threshold),
    promote=only("f", "softplus_cpu"),
)  # fmt: skip

log_sigmoid_backward = elementwise(
    "log_sigmoid_backward", lambda g, x: g * sigmoid(-x), "LogSigmoidBackwardBackward0",
    lambda gg, x: log_sigmoid_backward(gg, x),
    lambda gg, g, x: gg * g * -(sigmoid(x) * sigmoid(-x)),
    names=("g", "x"),
)  # fmt: skip
log_sigmoid = elementwise(
    "log_sigmoid", lambda x: np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x))), "LogSigmoidBackward0",
    lambda g, x: log_sigmoid_backward(g, x), promote=only("f", "log_sigmoid_cpu"),
)  # fmt: skip


# The functions as torch has them.


def _check_fits(name: str, input: Any, **numbers: Any) -> None:
    """Raises TypeError for what is no number, RuntimeError for a complex one beside a real `input`."""
    for position, (argument, value) in enumerate(numbers.items(), 2):
        check_number(name, value, argument, position)
        if isinstance(value, complex) and isinstance(input, Tensor):
            check_fits(value, input.dtype)


def threshold(input: Tensor, threshold: float, value: float) -> Tensor:
    """`input` where it is greater than `threshold`, `value` elsewhere."""
    _check_fits("threshold", input, threshold=threshold, value=value)
    return _threshold(input, threshold, value)


def leaky_relu(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """`input` where it is positive, ``negative_slope * input`` elsewhere."""
    check_number("leaky_relu", negative_slope, "negative_slope", 2)
    return _leaky_relu(input, negative_slope)


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """`input` clipped to [min_val, max_val]. Raises ValueError if that is empty."""
    check_number("hardtanh", min_val, "min_val", 2)
    check_number("hardtanh", max_val, "max_val", 3)
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    if isinstance(input, Tensor) and input._data.dtype.kind in "iu":
        if input._data.dtype.kind == "u" and min_val < 0:
            raise RuntimeError("cannot do hardtanh on an unsigned type with negative limits")
        min_val, max_val = (check_fits(v, input.dtype) for v in (min_val, max_val))
    return _hardtanh(input, min_val, max_val)


def relu6(input: Tensor) -> Tensor:
    """`input` clipped to [0, 6]."""
    return hardtanh(input, 0, 6)


def elu(input: Tensor, alpha: float = 1.0, scale: float = 1.0, input_scale: float = 1.0) -> Tensor:
    """``scale * x`` where x > 0, ``scale * alpha * (exp(input_scale * x) - 1)`` elsewhere (Clevert et al. 2015)."""
    check_number("elu", alpha, "alpha", 2)
    return _elu(input, alpha, scale, input_scale)


def selu(input: Tensor) -> Tensor:
    """The elu whose constants keep mean 0 and variance 1 (Klambauer et al. 2017)."""
    check_tensor("selu", input)
    return _elu(input, *SELU)


def celu(input: Tensor, alpha: float = 1.0) -> Tensor:
    """The elu with ``input_scale = 1 / alpha``, continuously differentiable for every `alpha` but 0 (RuntimeError)."""
    check_number("celu", alpha, "alpha", 2)
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    return _celu(input, alpha, 1.0, 1 / alpha)


def gelu(input: Tensor, approximate: str = "none", out: Tensor | None = None) -> Tensor:
    """x times the standard normal cdf of x (Hendrycks & Gimpel 2016), or its ``"tanh"`` approximation.

    Raises RuntimeError for other values of `approximate`.
    """
    if not isinstance(approximate, str):
        raise argument_error("gelu", "approximate", "str", approximate)
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    return call_into(out, _gelu if approximate == "none" else _gelu_tanh, input)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0, *, out: Tensor | None = None) -> Tensor:
    """``log(1 + exp(beta * x)) / beta``: a smooth relu; x itself where ``beta * x`` is greater than `threshold`.

    Raises NotImplementedError for dtypes other than floating point.

    >>> torch.nn.functional.softplus(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([0.3133, 0.6931, 2.1269])
    """
    _check_fits("softplus", input, beta=beta, threshold=threshold)
    return call_into(out, _softplus, input, beta, threshold)


def softsign(input: Tensor) -> Tensor:
    """``x / (1 + |x|)``, of any shape.

    >>> torch.nn.functional.softsign(torch.tensor([-1.0, 3.0]))
    tensor([-0.5000,  0.7500])
    """
    return input / (input.abs() + 1)


def tanhshrink(input: Tensor) -> Tensor:
    """``x - tanh(x)``, of any shape.

    >>> torch.nn.functional.tanhshrink(torch.tensor([-1.0, 2.0]))
    tensor([-0.2384,  1.0360])
    """
    return input - input.tanh()


def hardshrink(input: Tensor, lambd: float = 0.5, *, out: Tensor | None = None) -> Tensor:
    """0 on [-lambd, lambd], `input` elsewhere (hard thresholding: Donoho and Johnstone 1994).

    Raises NotImplementedError for dtypes other than floating point.

    >>> torch.nn.functional.hardshrink(torch.tensor([-1.0, 0.25, 2.0]))
    tensor([-1.,  0.,  2.])
    """
    _check_fits("hardshrink", input, lambd=lambd)
    return call_into(out, _hardshrink, input, lambd)


def softshrink(input: Tensor, lambd: float = 0.5, *, out: Tensor | None = None) -> Tensor:
    """`input` moved towards 0 by `lambd`, and not beyond (soft thresholding: Donoho and Johnstone 1994).

    Raises RuntimeError for a negative `lambd`, NotImplementedError for dtypes other than floating point.

    >>> torch.nn.functional.softshrink(torch.tensor([-1.0, 0.25, 2.0]))
    tensor([-0.5000,  0.0000,  1.5000])
    """
    check_tensor("softshrink", input)
    check_number("softshrink", lambd, "lambd", 2)
    if isinstance(lambd, complex):
        raise RuntimeError("value cannot be converted to type double without overflow")
    d = input.dtype
    if not d.is_floating_point:
        raise unimplemented("softshrink_check", d)
    if lambd < 0:
        greatest = float(np.finfo(d.numpy).max)
        raise RuntimeError(
            f"lambda must be in range [0, {greatest:g}] for input dtype {d.scalar_name}, but found {lambd:g}"
        )
    return call_into(out, _softshrink, input, lambd)


@in_lower_precision
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """`input` where it is positive, ``weight * input`` elsewhere (He et al., arXiv:1502.01852).

    `weight` has one element for all, or one for each channel (dimension 1 of `input`). Raises RuntimeError for other
    numbers of weights, and if the dtypes differ.

    >>> torch.prelu(torch.tensor([-1.0, 2.0]), torch.tensor(0.25))
    tensor([-0.2500,  2.0000])
    """
    check_tensor("prelu", input)
    check_tensor("prelu", weight, "weight", 2)
    if input.dtype is not weight.dtype:
        names = input.dtype.scalar_name, weight.dtype.scalar_name
        raise RuntimeError("prelu: Type promoting not supported. Got {} and {}".format(*names))
    if weight.ndim > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.ndim}")
    if weight._data.size != 1:
        if not input.ndim:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = input.shape[1] if input.ndim > 1 else 1
        if channels != weight._data.size:
            raise RuntimeError(
                f"Mismatch of parameter numbers and input channel size. Found parameter numbers = {weight._data.size} "
                f"and channel size = {channels}."
            )
    if weight.ndim != input.ndim:
        shape = [1] * input.ndim
        if input.ndim > 1:
            shape[1] = weight._data.size
        weight = weight.view(shape)
    return _prelu_kernel(input, weight)


relu_, hardtanh_, relu6_, silu_, mish_, hardsigmoid_, hardswish_ = map(
    inplace, (relu, hardtanh, relu6, silu, mish, hardsigmoid, hardswish)
)

log_sigmoid.__doc__ = """``log(sigmoid(input))``, computed without cancellation, of any shape.

>>> torch.nn.functional.logsigmoid(torch.tensor([0.0, -100.0]))
tensor([  -0.6931, -100.0000])
"""
relu.__doc__ = "``max(input, 0)``; its gradient at 0 is 0."
methods(relu=relu, relu_=relu_, hardshrink=hardshrink, prelu=prelu)
