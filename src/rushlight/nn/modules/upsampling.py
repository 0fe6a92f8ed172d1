"""Layers that change the size of images, signals and volumes."""

from __future__ import annotations

from typing import Any

from ...core import Tensor
from .. import functional as F
from .module import Module

__all__ = ["Upsample", "UpsamplingBilinear2d", "UpsamplingNearest2d"]


class Upsample(Module):
    """The input in another size.

    Args:
        size: of the spatial dimensions of the result: a number for all or one each.
        scale_factor: in place of `size`, its ratio to that of the input.
        mode: ``"nearest"``, ``"nearest-exact"``, ``"area"``, ``"linear"``, ``"bilinear"``, ``"bicubic"`` or
            ``"trilinear"``.
        align_corners: whether the centers of the corner elements stay where they are, rather than the edges.
        recompute_scale_factor: whether the ratio used is that of the integer sizes rather than the one given.

    Shape:
        input: ``(n, channels, ...)`` with one to three spatial dimensions.

    Raises:
        ValueError, NotImplementedError: in the call, as :func:`nn.functional.interpolate`.

    Example::

        >>> nn.Upsample(scale_factor=2)(torch.tensor([[[1.0, 3.0]]]))
        tensor([[[1., 1., 3., 3.]]])
    """

    def __init__(
        self,
        size: Any = None,
        scale_factor: Any = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.name = type(self).__name__
        self.size = size
        if isinstance(scale_factor, tuple):
            self.scale_factor: Any = tuple([float(factor) for factor in scale_factor])
        else:
            self.scale_factor = float(scale_factor) if scale_factor else None
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.interpolate(
            input,
            self.size,
            self.scale_factor,
            self.mode,
            self.align_corners,
            recompute_scale_factor=self.recompute_scale_factor,
        )

    def extra_repr(self) -> str:
        what = f"size={self.size!r}" if self.scale_factor is None else f"scale_factor={self.scale_factor!r}"
        return f"{what}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """:class:`Upsample` of images with ``mode="nearest"``.

    Example::

        >>> nn.UpsamplingNearest2d(size=(1, 4))(torch.tensor([[[[1.0, 3.0]]]]))
        tensor([[[[1., 1., 3., 3.]]]])
    """

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """:class:`Upsample` of images with ``mode="bilinear"`` and corners aligned.

    Example::

        >>> nn.UpsamplingBilinear2d(size=(1, 3))(torch.tensor([[[[1.0, 3.0]]]]))
        tensor([[[[1., 2., 3.]]]])
    """

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)
