"""Layers that normalise over the last dimensions, over groups of channels, over neighbouring channels."""

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

__all__ = ["CrossMapLRN2d", "GroupNorm", "LayerNorm", "LocalResponseNorm", "RMSNorm"]


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


class GroupNorm(Module):
    r""":math:`(x - E[x]) / \sqrt{Var[x] + \epsilon} \cdot \gamma + \beta`, with mean and variance over groups of channels
    of each sample (Wu and He, arXiv:1803.08494).

    Args:
        num_groups: the number of groups.
        num_channels: the number of channels, a multiple of it.
        eps: added to the variance.
        affine: whether there are `weight` and `bias`.
        device, dtype: of the parameters.
        bias: whether there is a `bias`.

    Shape:
        input and output: ``(n, num_channels, *)``.

    Attributes:
        weight, bias: :math:`\gamma` and :math:`\beta`, one a channel, which begin as ones and zeros; or None.

    Raises:
        ValueError: if the channels do not divide into the groups.

    Example::

        >>> nn.GroupNorm(1, 2, affine=False)(torch.tensor([[1.0, 3.0]]))
        tensor([[-1.0000,  1.0000]])
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups != 0:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            empty = ops.empty(num_channels, device=device, dtype=dtype) if wanted else None
            self.register_parameter(name, None if empty is None else Parameter(empty))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set `weight` to ones and `bias` to zeros."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class LocalResponseNorm(Module):
    r""":math:`x / (k + \alpha a)^\beta`, `a` the mean square of `size` neighbouring channels (Krizhevsky et al. 2012).

    Shape:
        input and output: ``(n, channels, *)``.

    Raises:
        ValueError: in the call, if the input has less than three dimensions.

    Example::

        >>> nn.LocalResponseNorm(2, alpha=1.0, beta=1.0)(torch.ones(1, 2, 1)).flatten()
        tensor([0.6667, 0.5000])
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


class CrossMapLRN2d(LocalResponseNorm):
    """:class:`LocalResponseNorm` of images as the first Torch had it: of the channels less than ``(size + 1) // 2``
    away, and, as it happens there, always of the first one too once it has been among them.

    Shape:
        input and output: ``(n, channels, height, width)``.

    Raises:
        ValueError: in the call, for another number of dimensions.

    Example::

        >>> nn.CrossMapLRN2d(1, alpha=1.0, beta=1.0)(torch.ones(1, 1, 1, 2)).flatten()
        tensor([0.5000, 0.5000])
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1) -> None:
        super().__init__(size, alpha, beta, k)

    def forward(self, input: Tensor) -> Tensor:
        if input.dim() != 4:
            raise ValueError(f"CrossMapLRN2d: Expected input to be 4D, got {input.dim()}D instead.")
        reach, channel = int((self.size - 1) / 2 + 1), ops.arange(input.size(1))
        near = (channel[:, None] - channel).abs() < reach
        near = near | ((channel == 0) & (channel[:, None] >= reach))
        squares = (near.to(input.dtype) @ input.pow(2).flatten(2)).view(input.size())
        return input * (squares * (self.alpha / self.size) + self.k).pow(-self.beta)
