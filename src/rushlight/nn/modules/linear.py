"""Layers that multiply by a matrix."""

from __future__ import annotations

import math
from typing import Any

from ... import ops
from ...core import Tensor
from .. import functional as F
from .. import init
from ..parameter import Parameter
from .module import Module

__all__ = ["Bilinear", "Identity", "Linear"]


class Identity(Module):
    """Returns its input. All arguments are ignored, so that it can stand in for any layer.

    Example::

        >>> nn.Identity(54, unused=True)(torch.ones(2))
        tensor([1., 1.])
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input


class Linear(Module):
    r"""The affine map :math:`y = x A^T + b` of the last dimension.

    Both parameters begin uniform in :math:`\pm 1 / \sqrt{\text{in\_features}}`.

    Args:
        in_features: the size of the input's last dimension.
        out_features: the size of the output's last dimension.
        bias: whether there is a `b`.
        device, dtype: of the parameters.

    Shape:
        input: ``(*, in_features)``, with any number of dimensions before; output: ``(*, out_features)``.

    Attributes:
        weight: ``(out_features, in_features)``.
        bias: ``(out_features)``, or None.

    Raises:
        RuntimeError: if the input's last dimension or its dtype does not fit.

    Example::

        >>> nn.Linear(20, 30)(torch.randn(128, 20)).shape
        torch.Size([128, 30])
    """

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(ops.empty((out_features, in_features), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(ops.empty(out_features, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        # A leaky slope of sqrt(5) makes the Kaiming bound 1 / sqrt(fan_in).
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in = self.weight.size(1)
            bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class NonDynamicallyQuantizableLinear(Linear):
    """A :class:`Linear` under another name: PyTorch has it in attention, where it must not be quantised."""


class Bilinear(Module):
    r"""The bilinear map :math:`y = x_1^T A x_2 + b` of the last dimensions of two inputs.

    Both parameters begin uniform in :math:`\pm 1 / \sqrt{\text{in1\_features}}`.

    Args:
        in1_features, in2_features: the sizes of the inputs' last dimensions.
        out_features: the size of the output's last dimension.
        bias: whether there is a `b`.
        device, dtype: of the parameters.

    Shape:
        inputs: ``(*, in1_features)`` and ``(*, in2_features)``, alike before; output: ``(*, out_features)``.

    Attributes:
        weight: ``(out_features, in1_features, in2_features)``.
        bias: ``(out_features)``, or None.

    Raises:
        ValueError: if `in1_features` is not positive.
        RuntimeError: if the shapes of the inputs do not fit.

    Example::

        >>> nn.Bilinear(20, 30, 40)(torch.randn(128, 20), torch.randn(128, 30)).shape
        torch.Size([128, 40])
    """

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        self.weight = Parameter(ops.empty((out_features, in1_features, in2_features), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(ops.empty(out_features, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        if self.in1_features <= 0:
            raise ValueError(f"in1_features must be > 0, but got (in1_features={self.in1_features})")
        bound = 1 / math.sqrt(self.weight.size(1))
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )
