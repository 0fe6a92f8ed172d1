"""Layers that normalise over the last dimensions."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

from ... import ops
from ...core import Tensor
from .. import functional as F
from .. import init
from ..parameter import Parameter
from .module import Module

__all__ = ["LayerNorm", "RMSNorm"]


def _shape(normalized_shape: int | Sequence[int]) -> tuple[int, ...]:
    return (normalized_shape,) if isinstance(normalized_shape, numbers.Integral) else tuple(normalized_shape)  # type: ignore


class LayerNorm(Module):
    r""":math:`(x - E[x]) / \sqrt{Var[x] + \epsilon} \cdot \gamma + \beta`, with mean and (biased) variance over the
    last dimensions (Ba et al., arXiv:1607.06450).

    Args:
        normalized_shape: the sizes of the last dimensions, or the size of the last one.
        eps: added to the variance.
        elementwise_affine: whether there are `weight` and `bias`.
        bias: whether there is a `bias`.
        device, dtype: of the parameters.

    Shape:
        input and output: ``(*, normalized_shape)``.

    Attributes:
        weight: :math:`\gamma`, of `normalized_shape`, which begins as ones; or None.
        bias: :math:`\beta`, of `normalized_shape`, which begins as zeros; or None.

    Raises:
        RuntimeError: in the call, if the input does not end in `normalized_shape`.

    Example::

        >>> nn.LayerNorm(2)(torch.tensor([1.0, 3.0]))
        tensor([-1.0000,  1.0000], grad_fn=<NativeLayerNormBackward0>)
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        for name, wanted in (("weight", elementwise_affine), ("bias", elementwise_affine and bias)):
            empty = ops.empty(self.normalized_shape, device=device, dtype=dtype) if wanted else None
            self.register_parameter(name, None if empty is None else Parameter(empty))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set `weight` to ones and `bias` to zeros."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(Module):
    r""":math:`x / \sqrt{E[x^2] + \epsilon} \cdot \gamma`, with the mean over the last dimensions (Zhang and
    Sennrich, arXiv:1910.07467).

    Args:
        normalized_shape: the sizes of the last dimensions, or the size of the last one.
        eps: added to the mean square; the machine epsilon of the dtype if left out.
        elementwise_affine: whether there is a `weight`.
        device, dtype: of the parameter.

    Shape:
        input and output: ``(*, normalized_shape)``.

    Attributes:
        weight: :math:`\gamma`, of `normalized_shape`, which begins as ones; or None.

    Raises:
        RuntimeError: in the call, if the input does not end in `normalized_shape`.

    Example::

        >>> nn.RMSNorm(2, elementwise_affine=False)(torch.tensor([1.0, 7.0]))
        tensor([0.2000, 1.4000])
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        if elementwise_affine:
            self.weight = Parameter(ops.empty(self.normalized_shape, device=device, dtype=dtype))
        else:
            self.register_parameter("weight", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set `weight` to ones."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
