"""Gradients of convolutions, as functions: of the input and of the weight, each from the other and the gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..core import Tensor
from ..ops.neural.convolution import input_gradient, weight_op
from ._sizes import for_each

Numbers = int | Sequence[int]


def _of_input(ndim: int) -> Callable[..., Tensor]:
    def gradient(
        input_size: Sequence[int], weight: Tensor, grad_output: Tensor, stride: Numbers = 1, padding: Numbers = 0,
        dilation: Numbers = 1, groups: int = 1,
    ) -> Tensor:  # fmt: skip
        settings = [for_each(n, ndim) for n in (stride, padding, dilation)]
        return input_gradient(grad_output, weight, None, tuple(input_size[2:]), *settings, groups)

    gradient.__name__ = gradient.__qualname__ = f"conv{ndim}d_input"
    gradient.__doc__ = f"""The gradient of :func:`~nn.functional.conv{ndim}d` by its input.

    Args:
        input_size: the shape of the input, (batch, channels, ...).
        weight: the weight, (channels out, channels / groups, ...).
        grad_output: the gradient of the result, (batch, channels out, ...).
    """
    return gradient


def _of_weight(ndim: int) -> Callable[..., Tensor]:
    def gradient(
        input: Tensor, weight_size: Sequence[int], grad_output: Tensor, stride: Numbers = 1, padding: Numbers = 0,
        dilation: Numbers = 1, groups: int = 1,
    ) -> Tensor:  # fmt: skip
        settings = [for_each(n, ndim) for n in (stride, padding, dilation)]
        return weight_op(grad_output, input, tuple(weight_size[2:]), *settings, groups)

    gradient.__name__ = gradient.__qualname__ = f"conv{ndim}d_weight"
    gradient.__doc__ = f"""The gradient of :func:`~nn.functional.conv{ndim}d` by its weight.

    Args:
        input: the input, (batch, channels, ...).
        weight_size: the shape of the weight, (channels out, channels / groups, ...).
        grad_output: the gradient of the result, (batch, channels out, ...).
    """
    return gradient


conv1d_input, conv2d_input, conv3d_input = (_of_input(ndim) for ndim in (1, 2, 3))
conv1d_weight, conv2d_weight, conv3d_weight = (_of_weight(ndim) for ndim in (1, 2, 3))
