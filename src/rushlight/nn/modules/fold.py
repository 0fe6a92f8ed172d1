"""Windows as columns, and columns put back into their windows."""

from __future__ import annotations

from typing import Any

from ...core import Tensor
from .. import functional as F
from .module import Module

__all__ = ["Fold", "Unfold"]


class Fold(Module):
    """Columns put back into the windows they stand for, added where windows overlap: the transpose of :class:`Unfold`.

    Args:
        output_size: the sizes of the last two dimensions of the output.
        kernel_size, dilation, padding, stride: an integer, or two, of the windows.

    Shape:
        input: ``(N, C * taps, windows)`` or ``(C * taps, windows)``; output: ``(N, C, *output_size)`` or
        ``(C, *output_size)``.

    Raises:
        RuntimeError: if shapes or numbers do not fit.

    Example::

        >>> nn.Fold((4, 5), (2, 2))(torch.randn(1, 3 * 2 * 2, 12)).shape
        torch.Size([1, 3, 4, 5])
    """

    def __init__(
        self, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
    ) -> None:
        super().__init__()
        self.output_size = output_size
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        return F.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
            f"padding={self.padding}, stride={self.stride}"
        )


class Unfold(Module):
    """Every window of the input as a column.

    Args:
        kernel_size, dilation, padding, stride: an integer, or two, of the windows.

    Shape:
        input: ``(N, C, H, W)`` or ``(C, H, W)``; output: ``(N, C * taps, windows)`` or ``(C * taps, windows)``, where taps
        is the product of `kernel_size`.

    Raises:
        RuntimeError: if shapes or numbers do not fit.

    Example::

        >>> nn.Unfold((2, 3))(torch.randn(2, 5, 3, 4)).shape
        torch.Size([2, 30, 4])
    """

    def __init__(self, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"
        )
