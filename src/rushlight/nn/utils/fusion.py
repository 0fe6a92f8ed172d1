"""Layers and the batch normalisation after them as one layer, for evaluation."""

from __future__ import annotations

import copy

from ... import ops
from ...core import Tensor
from ..modules.batchnorm import _BatchNorm
from ..modules.linear import Linear
from ..modules.module import Module
from ..parameter import Parameter

__all__ = ["fuse_conv_bn_eval", "fuse_conv_bn_weights", "fuse_linear_bn_eval", "fuse_linear_bn_weights"]


def _check(layer: Module, bn: _BatchNorm) -> tuple[Tensor, Tensor]:
    """The running statistics. Raises AssertionError in training, and if there are none."""
    if layer.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError("bn.running_mean and bn.running_var must not be None")
    return bn.running_mean, bn.running_var


def fuse_conv_bn_eval(conv: Module, bn: _BatchNorm, transpose: bool = False) -> Module:
    """A convolution that computes what `conv` and `bn` after it do, in evaluation.

    Args:
        conv: the convolution.
        bn: the batch normalisation.
        transpose: whether the convolution is a transposed one.

    Raises:
        AssertionError: if one of them is in training, or there are no running statistics.

    Example::

        >>> conv, bn = nn.Conv2d(2, 3, 2).eval(), nn.BatchNorm2d(3).eval()
        >>> nn.utils.fuse_conv_bn_eval(conv, bn)
        Conv2d(2, 3, kernel_size=(2, 2), stride=(1, 1))
    """
    mean, variance = _check(conv, bn)
    fused = copy.deepcopy(conv)
    fused.weight, fused.bias = fuse_conv_bn_weights(
        conv.weight, conv.bias, mean, variance, bn.eps, bn.weight, bn.bias, transpose
    )
    return fused


def fuse_conv_bn_weights(
    conv_w: Tensor, conv_b: Tensor | None, bn_rm: Tensor, bn_rv: Tensor, bn_eps: float, bn_w: Tensor | None,
    bn_b: Tensor | None, transpose: bool = False,
) -> tuple[Parameter, Parameter]:  # fmt: skip
    """The weight and the bias of :func:`fuse_conv_bn_eval`."""
    dtypes = conv_w.dtype, (conv_w if conv_b is None else conv_b).dtype
    bias = ops.zeros_like(bn_rm) if conv_b is None else conv_b
    scale = ops.rsqrt(bn_rv + bn_eps) * (ops.ones_like(bn_rm) if bn_w is None else bn_w)
    shape = [-1, 1, *[1] * (conv_w.ndim - 2)]
    weight = conv_w * scale.reshape(shape if not transpose else [1, -1, *shape[2:]])
    shifted = (bias - bn_rm) * scale + (ops.zeros_like(bn_rm) if bn_b is None else bn_b)
    return (
        Parameter(weight.detach().to(dtypes[0]), conv_w.requires_grad),
        Parameter(shifted.detach().to(dtypes[1]), bias.requires_grad),
    )


def fuse_linear_bn_eval(linear: Linear, bn: _BatchNorm) -> Linear:
    """A linear layer that computes what `linear` and `bn` after it do, in evaluation.

    Raises:
        AssertionError: if one of them is in training, there are no running statistics, or the numbers of features differ.

    Example::

        >>> nn.utils.fuse_linear_bn_eval(nn.Linear(2, 3).eval(), nn.BatchNorm1d(3).eval())
        Linear(in_features=2, out_features=3, bias=True)
    """
    if linear.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    if linear.out_features != bn.num_features and bn.num_features != 1:
        raise AssertionError(
            "To fuse, linear.out_features == bn.num_features or bn.num_features == 1, got linear.out_features="
            f"{linear.out_features} and bn.num_features={bn.num_features}"
        )
    mean, variance = _check(linear, bn)
    fused = copy.deepcopy(linear)
    fused.weight, fused.bias = fuse_linear_bn_weights(
        linear.weight, linear.bias, mean, variance, bn.eps, bn.weight, bn.bias
    )
    return fused


def fuse_linear_bn_weights(
    linear_w: Tensor, linear_b: Tensor | None, bn_rm: Tensor, bn_rv: Tensor, bn_eps: float, bn_w: Tensor, bn_b: Tensor
) -> tuple[Parameter, Parameter]:
    """The weight and the bias of :func:`fuse_linear_bn_eval`."""
    dtype = (linear_w if linear_b is None else linear_b).dtype
    bias = ops.zeros_like(bn_rm) if linear_b is None else linear_b
    scale = bn_w * ops.rsqrt(bn_rv + bn_eps)
    weight = linear_w * scale.unsqueeze(-1).to(linear_w.dtype)
    shifted = (bias - bn_rm) * scale + bn_b
    return (
        Parameter(weight.detach(), linear_w.requires_grad),
        Parameter(shifted.detach().to(dtype), bias.requires_grad),
    )
