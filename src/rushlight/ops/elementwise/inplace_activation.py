"""Activations in place whose derivatives read the result, as torch's do: it has taken the input's memory.

The sign of the result tells the side that the input was on. A negative slope breaks that, and backward says so.
"""

from __future__ import annotations

from typing import Any

from ...core.declare import elementwise
from ...core.tensor import Tensor
from ..neural.dropout import rrelu_noise, rrelu_value
from ..support.arguments import check_number, check_tensor
from ..support.attach import inplace
from ..support.kinds import only
from ..support.layered import reads_values
from .activation import SELU, elu_value, leaky_relu_backward, leaky_relu_value, threshold_backward, threshold_value
from .comparison import choose as where

__all__ = ["celu_", "elu_", "leaky_relu_", "rrelu_", "selu_", "threshold_"]


def _check_slope(name: str, slope: float, report: str = "") -> None:
    if slope < 0:
        raise RuntimeError(
            f"In-place {name} backward calculation is triggered with a negative slope which is not supported. This is "
            "caused by calling in-place forward function with a negative slope, please call out-of-place version "
            f"instead.{report}"
        )


def _elu_slope(g: Any, out: Any, alpha: float, scale: float, input_scale: float) -> Any:
    _check_slope("elu", alpha)
    return where(g * input_scale * (out + alpha * scale), g * scale, out <= 0)


def _leaky_relu_slope(g: Any, out: Any, negative_slope: float) -> Any:
    report = (
        " File an issue at https://github.com/pytorch/pytorch if you do require supporting in-place leakRelu backward "
        "calculation with negative slope"
    )
    _check_slope("leakyReLu", negative_slope, report)
    return leaky_relu_backward(g, out, negative_slope)


_elu = inplace(elementwise("elu_", elu_value, "EluBackward1", _elu_slope, promote=only("f", "elu_cpu")))
_celu = inplace(elementwise("celu_", elu_value, "CeluBackward1", _elu_slope, promote=only("f", "elu_cpu")))
_leaky_relu = inplace(elementwise(
    "leaky_relu_", leaky_relu_value, "LeakyReluBackward1", _leaky_relu_slope, promote=only("f", "leaky_relu_cpu")
))  # fmt: skip
_threshold = inplace(elementwise(
    "threshold_", threshold_value, "ThresholdBackward1", lambda g, x, threshold: threshold_backward(g, x, threshold),
    promote=only("if", "threshold_cpu"),
))  # fmt: skip
_rrelu = inplace(elementwise(
    "rrelu_with_noise_", rrelu_value, "RreluWithNoiseBackward1", lambda g, noise: g * noise, names=("x", "noise"),
    inputs=1, promote=only("f", "rrelu_with_noise_out_cpu"),
))  # fmt: skip


def threshold_(input: Tensor, threshold: float, value: float) -> Tensor:
    """`threshold`, written into `input`, which is returned."""
    check_tensor("threshold_", input)
    check_number("threshold_", threshold, "threshold", 2)
    check_number("threshold_", value, "value", 3)
    return _threshold(input, threshold, value)


def leaky_relu_(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """`leaky_relu`, written into `input`, which is returned. Its backward raises RuntimeError for a negative slope."""
    check_tensor("leaky_relu_", input)
    check_number("leaky_relu_", negative_slope, "negative_slope", 2)
    return _leaky_relu(input, negative_slope)


def elu_(input: Tensor, alpha: float = 1.0, scale: float = 1.0, input_scale: float = 1.0) -> Tensor:
    """`elu`, written into `input`, which is returned. Its backward raises RuntimeError for a negative `alpha`."""
    check_tensor("elu_", input)
    check_number("elu_", alpha, "alpha", 2)
    return _elu(input, alpha, scale, input_scale)


def selu_(input: Tensor) -> Tensor:
    """`selu`, written into `input`, which is returned."""
    check_tensor("selu_", input)
    return _elu(input, *SELU)


def celu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """`celu`, written into `input`, which is returned. Its backward raises RuntimeError for a negative `alpha`."""
    check_tensor("celu_", input)
    check_number("celu_", alpha, "alpha", 2)
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    return _celu(input, alpha, 1.0, 1 / alpha)


@reads_values
def rrelu_(
    input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False, generator: Any = None
) -> Tensor:
    """`rrelu`, written into `input`, which is returned. Raises RuntimeError if `lower` is above `upper`."""
    return _rrelu(input, rrelu_noise(input, lower, upper, training, generator))
