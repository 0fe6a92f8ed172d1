"""Layers that exchange channels and places of images."""

from __future__ import annotations

from ...core import Tensor
from .. import functional as F
from .module import Module

__all__ = ["ChannelShuffle", "PixelShuffle", "PixelUnshuffle"]


class ChannelShuffle(Module):
    """Deals the channels out anew: one of each group in turn (Zhang et al., arXiv:1707.01083).

    Shape:
        ``(N, C, *)``, where `groups` divides `C`.

    Example::

        >>> nn.ChannelShuffle(2)(torch.arange(4.0).view(1, 4, 1, 1)).flatten()
        tensor([0., 2., 1., 3.])
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"


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
