"""The softmax and its kin: activations along one dimension."""

from __future__ import annotations

from ...core import Tensor
from .. import functional as F
from .module import Module

__all__ = ["LogSoftmax", "Softmax", "Softmax2d", "Softmin"]


class _AlongDim(Module):
    """An activation along one dimension. Without `dim` one is chosen by the number of dimensions, with a warning."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Softmax(_AlongDim):
    r""":math:`e^{x_i} / \sum_j e^{x_j}` along `dim`: positive numbers that sum to one.

    Example::

        >>> nn.Softmax(dim=0)(torch.zeros(4))
        tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.softmax(input, self.dim)


class Softmin(_AlongDim):
    r""":math:`e^{-x_i} / \sum_j e^{-x_j}` along `dim`.

    Example::

        >>> nn.Softmin(dim=0)(torch.zeros(4))
        tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.softmin(input, self.dim)


class LogSoftmax(_AlongDim):
    r"""The logarithm of the softmax along `dim`, computed without overflow.

    Example::

        >>> nn.LogSoftmax(dim=0)(torch.zeros(4))
        tensor([-1.3863, -1.3863, -1.3863, -1.3863])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.log_softmax(input, self.dim)


class Softmax2d(Module):
    """The softmax over the channels at each place of an image.

    Shape:
        input and output: ``(N, C, H, W)`` or ``(C, H, W)``.

    Raises:
        ValueError: in the call, for another number of dimensions.

    Example::

        >>> nn.Softmax2d()(torch.zeros(2, 1, 1)).flatten()
        tensor([0.5000, 0.5000])
    """

    def forward(self, input: Tensor) -> Tensor:
        if input.dim() not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead")
        return F.softmax(input, -3)
