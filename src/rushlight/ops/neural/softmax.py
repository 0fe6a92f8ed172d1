"""Softmax, its logarithm, and the gated linear unit: along one dimension.

J. Bridle, "Probabilistic interpretation of feedforward classification network outputs" (1990); the gated linear unit is of
Y. Dauphin et al., arXiv:1612.08083.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import wrap_dim
from ...core.tensor import Tensor
from ..elementwise.math import sigmoid
from ..layout.joining import cat_op
from ..support.arguments import check_int, check_tensor, unimplemented
from ..support.attach import methods
from ..support.checked import checked
from ..support.operands import call_into
from ..support.precision import wide_op
from ..support.rows import by_parts, inner, peaks, summed

__all__ = ["glu", "log_softmax", "softmax"]


def _softmax_slope(g: Any, output: Any, dim: int, out: Any = None) -> Any:
    return np.multiply(g - inner(g, output, dim), output, out)


softmax_backward_data = wide_op(
    "softmax_backward_data", by_parts(_softmax_slope, 2), "SoftmaxBackwardDataBackward0", {
        "g": lambda gg, output, dim: softmax_backward_data(gg, output, dim),
        "output": lambda gg, g, output, dim: (
            gg * (g - inner(g, output, dim)) - g * inner(gg, output, dim)
        ),
    }, names=("g", "output", "dim"),
)  # fmt: skip


def _shifted(x: Any, dim: int) -> Any:
    """`x` less its maximum, whose exponentials cannot overflow."""
    return x - peaks(x, dim)


def _softmax_value(x: Any, dim: int, out: Any = None) -> Any:
    e = np.exp(_shifted(x, dim))
    if out is None and e.__class__ is np.ndarray and not e.flags.c_contiguous:
        out = np.empty(e.shape, e.dtype)  # torch's lies in C's order, too
    return np.divide(e, summed(e, dim, True), out)


_softmax = wide_op("softmax", by_parts(_softmax_value, 1), "SoftmaxBackward0", {
    "x": lambda g, out, dim: softmax_backward_data(g, out, dim),
}, names=("x", "dim"))  # fmt: skip


def _log_softmax_slope(g: Any, output: Any, dim: int, out: Any = None) -> Any:
    return np.subtract(g, np.exp(output) * summed(g, dim, True), out)


log_softmax_backward_data = wide_op(
    "log_softmax_backward_data", by_parts(_log_softmax_slope, 2), "LogSoftmaxBackwardDataBackward0", {
        "g": lambda gg, output, dim: gg - inner(gg, np.exp(output), dim),
        "output": lambda gg, g, output, dim: -(gg * np.exp(output) * summed(g, dim, True)),
    }, names=("g", "output", "dim"),
)  # fmt: skip


def _log_softmax_value(x: Any, dim: int, out: Any = None) -> Any:
    s = _shifted(x, dim)
    return np.subtract(s, np.log(summed(np.exp(s), dim, True)), out)


_log_softmax = wide_op("log_softmax", by_parts(_log_softmax_value, 1), "LogSoftmaxBackward0", {
    "x": lambda g, out, dim: log_softmax_backward_data(g, out, dim),
}, names=("x", "dim"), contiguous=True)  # fmt: skip


def _along(name: str, function: Any, input: Any, dim: Any, dtype: dtypes.dtype | None) -> Tensor:
    check_tensor(name, input)
    if dim.__class__ is not int:
        check_int(name, dim, "dim", 2)
        dim = int(dim)
    if dtype is not None:
        input = input.to(dtype)
    data = input._data
    dim = wrap_dim(dim, data.ndim)
    check_softmax_kernel(name, input, dim)
    return function(input, dim)


def check_softmax_kernel(name: str, input: Tensor, dim: int) -> None:
    if input._data.dtype.kind != "f":
        last = "_lastdim" if dim == max(input._data.ndim - 1, 0) else ""
        raise unimplemented(f"{name}{last}_kernel_impl", input.dtype)


@checked
def softmax(
    input: Tensor, dim: int, dtype: dtypes.dtype | None = None, *, out: Tensor | None = None
) -> Tensor:
    """exp(x) / sum(exp(x)) along `dim`: positive numbers that sum to 1. The shape of `input`.

    ``dtype`` converts `input` first. Raises IndexError for a dimension out of range, NotImplementedError for dtypes
    other than floating point.

    >>> torch.softmax(torch.zeros(2), 0)
    tensor([0.5000, 0.5000])
    """
    return call_into(out, _along, "softmax", _softmax, input, dim, dtype)


@checked
def log_softmax(
    input: Tensor, dim: int, dtype: dtypes.dtype | None = None, *, out: Tensor | None = None
) -> Tensor:
    """log(softmax(input)) along `dim`, computed without cancellation. See `softmax`."""
    return call_into(out, _along, "log_softmax", _log_softmax, input, dim, dtype)


def _glu_value(x: Any, dim: int) -> Any:
    a, b = np.split(x, 2, dim)
    return a * sigmoid(b)


def _glu_slope(g: Any, x: Any, dim: int) -> Any:
    half = x.shape[dim] // 2
    before = (slice(None),) * dim
    a, s = x[(*before, slice(0, half))], sigmoid(x[(*before, slice(half, None))])
    return cat_op([g * s, g * a * s * (1 - s)], dim, None)


_glu = wide_op("glu", _glu_value, "GluBackward0", {"x": _glu_slope})


@checked
def glu(input: Tensor, dim: int = -1) -> Tensor:
    """``a * sigmoid(b)``, of the two halves a and b of `input` along `dim`: a size n becomes n / 2.

    Raises RuntimeError if `input` is 0-d or has an odd size there, NotImplementedError for dtypes other than floating
    point.

    >>> torch.nn.functional.glu(torch.tensor([1.0, 2.0, 0.0, 0.0]))
    tensor([0.5000, 1.0000])
    """
    if not input.ndim:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    dim = wrap_dim(dim, input.ndim)
    size = input.shape[dim]
    if size % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim} is size {size}")
    if not input.dtype.is_floating_point:
        raise unimplemented("glu_cpu", input.dtype)
    return _glu(input, dim)


methods(softmax=softmax, log_softmax=log_softmax)
