"""Layers of examples that have weights of their own: what vmap makes of linear layers and convolutions.

Note [Examples as groups]
    Inputs are (examples, N, C, ...) and weights (examples, O, C / groups, ...). That is one convolution, of N samples, whose
    groups are those of all examples. Where the weights are all alike (their first stride is zero: `per_example` in the layer
    of vmap) it is one convolution of a larger batch, as for any weight that is shared; only the gradient of the weights
    needs the examples apart. Derivatives are those of Note [Three products] in `convolution`.
"""

from __future__ import annotations

from typing import Any

from ...core.declare import op
from ..products.matmul import products
from ..support.precision import wide_op
from .convolution import convolution_op, transposed_op, weight_op
from .sliding import Ints


def _as_channels(x: Any) -> Any:
    """(examples, N, C, ...) as (N, examples * C, ...)."""
    examples, n, channels = x.shape[:3]
    return x.swapaxes(0, 1).reshape((n, examples * channels, *x.shape[3:]))


def _of_examples(convolution: Any) -> Any:
    value = convolution.op.forward

    def compute(x: Any, weight: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int) -> Any:
        examples, n = x.shape[:2]
        if not weight.strides[0]:
            out = value(x.reshape((examples * n, *x.shape[2:])), weight[0], None, size, stride, padding, dilation, groups)
            return out.reshape((examples, n, *out.shape[1:]))
        stacked = weight.reshape((examples * weight.shape[1], *weight.shape[2:]))
        out = value(_as_channels(x), stacked, None, size, stride, padding, dilation, examples * groups)
        return out.reshape((n, examples, out.shape[1] // examples, *out.shape[2:])).swapaxes(0, 1)

    return compute


def _weights(g: Any, x: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int) -> Any:
    examples = len(g)
    out = weight_op.op.forward(_as_channels(g), _as_channels(x), size, stride, padding, dilation, examples * groups)
    return out.reshape((examples, out.shape[0] // examples, *out.shape[1:]))


# Linear layers: x (examples, rows, k), weight (examples, m, k), bias (examples, m).


def _linear_value(x: Any, weight: Any, bias: Any) -> Any:
    out = products(x, weight.mT)
    return out if bias is None else out + bias[:, None]


linear = wide_op("linear_of_examples", _linear_value, "AddmmBackward0", {
    "x": lambda g, weight: products(g, weight),
    "weight": lambda g, x: products(g.mT, x),
    "bias": lambda g: g.sum(-2),
})  # fmt: skip


def _outer(x: Any, y: Any) -> Any:
    """A column times a row for each example; the longer of the two is what NumPy's innermost loop runs along."""
    return x[..., None] * y[..., None, :] if y.shape[-1] >= x.shape[-1] else (y[..., None] * x[..., None, :]).mT


#: Vectors x (examples, k) times matrices y (examples, k, n).
vector = wide_op("vectors_of_examples", lambda x, y: products(x[..., None, :], y)[..., 0, :], "BmmBackward0", {
    "x": lambda g, y: vector(g, y.mT),
    "y": lambda g, x: _outer(x, g),
})  # fmt: skip


# Convolutions.

_NAMES = ("x", "weight", "size", "stride", "padding", "dilation", "groups")
convolution = op("convolution_of_examples", _of_examples(convolution_op), "ConvolutionBackward0", {
    "x": lambda g, x_shape, weight, stride, padding, dilation, groups: transposed(
        g, weight, x_shape[3:], stride, padding, dilation, groups),
    "weight": lambda g, x, weight_shape, stride, padding, dilation, groups: weight_gradient(
        g, x, weight_shape[3:], stride, padding, dilation, groups),
}, names=_NAMES)  # fmt: skip
transposed = op("transposed_convolution_of_examples", _of_examples(transposed_op), "ConvolutionBackward0", {
    "x": lambda g, x_shape, weight, stride, padding, dilation, groups: convolution(
        g, weight, x_shape[3:], stride, padding, dilation, groups),
    "weight": lambda g, x, weight_shape, stride, padding, dilation, groups: weight_gradient(
        x, g, weight_shape[3:], stride, padding, dilation, groups),
}, names=_NAMES)  # fmt: skip
weight_gradient = wide_op("weight_gradient_of_examples", _weights, "ConvolutionBackwardBackward0", {
    "g": lambda gg, g_shape, x, stride, padding, dilation, groups: convolution(
        x, gg, g_shape[3:], stride, padding, dilation, groups),
    "x": lambda gg, g, x_shape, stride, padding, dilation, groups: transposed(
        g, gg, x_shape[3:], stride, padding, dilation, groups),
})  # fmt: skip

NAMES = ("convolution_of_examples", "transposed_convolution_of_examples", "weight_gradient_of_examples")
#: For each convolution of one input the one of examples.
convolutions = {
    "convolution": convolution, "transposed_convolution": transposed, "convolution_input_gradient": transposed,
    "transposed_convolution_input_gradient": convolution,
}  # fmt: skip
