"""The pooling functions of `functional`: what they add to the operations is what they return, and shapes as defaults."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..core import Tensor
from ..ops import pooling

__all__ = [
    "avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool1d", "max_pool1d_with_indices", "max_pool2d",
    "max_pool2d_with_indices", "max_pool3d", "max_pool3d_with_indices",
]  # fmt: skip

avg_pool1d = pooling.avg_pool1d


def max_pool1d_with_indices(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
                            ceil_mode: bool = False, return_indices: bool = False) -> tuple[Tensor, Tensor]:  # fmt: skip
    """:func:`max_pool1d` with ``return_indices=True``."""
    return pooling.max_pool1d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool2d_with_indices(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
                            ceil_mode: bool = False, return_indices: bool = False) -> tuple[Tensor, Tensor]:  # fmt: skip
    """:func:`max_pool2d` with ``return_indices=True``."""
    return pooling.max_pool_with_indices(2, input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool3d_with_indices(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
                            ceil_mode: bool = False, return_indices: bool = False) -> tuple[Tensor, Tensor]:  # fmt: skip
    """:func:`max_pool3d` with ``return_indices=True``."""
    return pooling.max_pool_with_indices(3, input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool1d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
               ceil_mode: bool = False, return_indices: bool = False) -> Any:  # fmt: skip
    """The greatest element of every window; see :class:`~nn.MaxPool1d`.

    Args:
        input: ``(N, C, L)`` or ``(C, L)``.
        return_indices: whether the places of the greatest elements are returned too.

    Raises:
        RuntimeError: if shapes or numbers do not fit.

    Example::

        >>> F.max_pool1d(torch.tensor([[1.0, 3.0, 2.0, 0.0]]), 2)
        tensor([[3., 2.]])
    """
    call = pooling.max_pool1d_with_indices if return_indices else pooling.max_pool1d
    return call(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool2d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
               ceil_mode: bool = False, return_indices: bool = False) -> Any:  # fmt: skip
    """The greatest element of every window; see :class:`~nn.MaxPool2d`.

    Args:
        input: ``(N, C, H, W)`` or ``(C, H, W)``.
        return_indices: whether the places of the greatest elements, counted along flattened rows, are returned too.

    Raises:
        RuntimeError: if shapes or numbers do not fit.

    Example::

        >>> F.max_pool2d(torch.tensor([[[1.0, 3.0], [2.0, 0.0]]]), 2, return_indices=True)
        (tensor([[[3.]]]), tensor([[[1]]]))
    """
    if return_indices:
        return pooling.max_pool_with_indices(2, input, kernel_size, stride, padding, dilation, ceil_mode)
    return pooling.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool3d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
               ceil_mode: bool = False, return_indices: bool = False) -> Any:  # fmt: skip
    """The greatest element of every window of three dimensions; as :func:`max_pool2d`, see :class:`~nn.MaxPool3d`."""
    if return_indices:
        return pooling.max_pool_with_indices(3, input, kernel_size, stride, padding, dilation, ceil_mode)
    return pooling.max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode)


def avg_pool2d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
               count_include_pad: bool = True, divisor_override: int | None = None, *,
               out: Tensor | None = None) -> Tensor:  # fmt: skip
    """The mean of every window; see :class:`~nn.AvgPool2d`.

    Args:
        input: ``(N, C, H, W)`` or ``(C, H, W)``.
        count_include_pad: whether the padding counts.
        divisor_override: by what the sums are divided in place of the size of the window.

    Raises:
        RuntimeError: if shapes or numbers do not fit.

    Example::

        >>> F.avg_pool2d(torch.tensor([[[1.0, 3.0], [2.0, 0.0]]]), 2)
        tensor([[[1.5000]]])
    """
    return pooling.avg_pool(2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, out)


def avg_pool3d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
               count_include_pad: bool = True, divisor_override: int | None = None, *,
               out: Tensor | None = None) -> Tensor:  # fmt: skip
    """The mean of every window of three dimensions; as :func:`avg_pool2d`, see :class:`~nn.AvgPool3d`."""
    return pooling.avg_pool(3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, out)
