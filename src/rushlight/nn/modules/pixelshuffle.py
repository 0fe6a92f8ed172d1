"""Layers that make places of channels in images, and channels of places."""

from __future__ import annotations

from ...core import Tensor
from .. import functional as F
from .module import Module

__all__ = ["PixelShuffle", "PixelUnshuffle"]


class PixelShuffle(Module):
    """Makes places of channels: images that are `upscale_factor` times as high and wide (Shi et al., arXiv:1609.05158).

    Shape:
        input: ``(*, C * r * r, H, W)``; output: ``(*, C, H * r, W * r)``, with the factor `r`.

    Example::

        >>> nn.PixelShuffle(2)(torch.arange(4.0).view(4, 1, 1))
        tensor([[[0., 1.],
                 [2., 3.]]])
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """Makes channels of places: the opposite of :class:`PixelShuffle`.

    Shape:
        input: ``(*, C, H * r, W * r)``; output: ``(*, C * r * r, H, W)``, with the factor `r`.

    Example::

        >>> nn.PixelUnshuffle(2)(torch.arange(4.0).view(1, 2, 2)).flatten()
        tensor([0., 1., 2., 3.])
    """

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        return f"downscale_factor={self.downscale_factor}"
