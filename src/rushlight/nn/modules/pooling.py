"""Pooling: the greatest elements, means or norms of windows, in one, two and three dimensions."""

from __future__ import annotations

from typing import Any

from ...core import Tensor
from .. import functional as F
from .._sizes import for_each
from .module import Module

__all__ = [
    "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d", "AdaptiveMaxPool1d", "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d", "AvgPool1d", "AvgPool2d", "AvgPool3d", "FractionalMaxPool2d", "FractionalMaxPool3d", "LPPool1d",
    "LPPool2d", "LPPool3d", "MaxPool1d", "MaxPool2d", "MaxPool3d", "MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d",
]  # fmt: skip


class _PoolNd(Module):
    _ndim: int

    def _call(self, name: str, *arguments: Any, **options: Any) -> Any:
        """The function of this name for this many dimensions."""
        return getattr(F, f"{name}{self._ndim}d")(*arguments, **options)


class _MaxPoolNd(_PoolNd):
    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Any:
        return self._call(
            "max_pool", input, self.kernel_size, self.stride, self.padding, self.dilation, ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )  # fmt: skip

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}, "
            f"ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPoolNd):
    """The greatest element of every window of one dimension. Everything is as in :class:`MaxPool2d`.

    Example::

        >>> nn.MaxPool1d(3, stride=2)(torch.randn(20, 16, 50)).shape
        torch.Size([20, 16, 24])
    """

    _ndim = 1


class MaxPool2d(_MaxPoolNd):
    """The greatest element of every window of two dimensions.

    Args:
        kernel_size, stride, padding, dilation: an integer, or two; the stride is that of the kernel if left out, the
            padding is of -inf.
        return_indices: whether the places of the greatest elements are returned too, for :class:`MaxUnpool2d`.
        ceil_mode: whether a last window may reach out.

    Shape:
        input: ``(N, C, H, W)`` or ``(C, H, W)``; output: as many dimensions, with
        ``(n + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1`` windows.

    Raises:
        RuntimeError: if shapes or numbers do not fit.

    Example::

        >>> nn.MaxPool2d(3, stride=2)(torch.randn(20, 16, 50, 32)).shape
        torch.Size([20, 16, 24, 15])
    """

    _ndim = 2


class MaxPool3d(_MaxPoolNd):
    """The greatest element of every window of three dimensions. Everything is as in :class:`MaxPool2d`.

    Example::

        >>> nn.MaxPool3d(3, stride=2)(torch.randn(20, 16, 50, 32, 16)).shape
        torch.Size([20, 16, 24, 15, 7])
    """

    _ndim = 3


class _MaxUnpoolNd(_PoolNd):
    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        super().__init__()
        self.kernel_size = for_each(kernel_size, self._ndim)
        self.stride = for_each(kernel_size if stride is None else stride, self._ndim)
        self.padding = for_each(padding, self._ndim)

    def forward(self, input: Tensor, indices: Tensor, output_size: Any = None) -> Tensor:
        return self._call("max_unpool", input, indices, self.kernel_size, self.stride, self.padding, output_size)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpoolNd):
    """Zeros, with the input at the places of maxima of one dimension. Everything is as in :class:`MaxUnpool2d`.

    Example::

        >>> nn.MaxUnpool1d(2)(*nn.MaxPool1d(2, return_indices=True)(torch.randn(1, 1, 4))).shape
        torch.Size([1, 1, 4])
    """

    _ndim = 1


class MaxUnpool2d(_MaxUnpoolNd):
    """Zeros, with the input at the places from which a :class:`MaxPool2d` took it.

    Args:
        kernel_size, stride, padding: an integer, or two, as of the pooling.

    Shape:
        input and indices: ``(N, C, H, W)`` or ``(C, H, W)``; output: as many dimensions, with
        ``(n - 1) * stride - 2 * padding + kernel_size`` elements, or as the third argument, ``output_size``, says.

    Raises:
        ValueError: if pooling could not have made the input of that size.
        RuntimeError: if shapes do not fit, or an index is out of range.

    Example::

        >>> nn.MaxUnpool2d(2)(*nn.MaxPool2d(2, return_indices=True)(torch.randn(1, 1, 4, 4))).shape
        torch.Size([1, 1, 4, 4])
    """

    _ndim = 2


class MaxUnpool3d(_MaxUnpoolNd):
    """Zeros, with the input at the places of maxima of three dimensions. Everything is as in :class:`MaxUnpool2d`.

    Example::

        >>> nn.MaxUnpool3d(2)(*nn.MaxPool3d(2, return_indices=True)(torch.randn(1, 1, 4, 4, 4))).shape
        torch.Size([1, 1, 4, 4, 4])
    """

    _ndim = 3


class _AvgPoolNd(_PoolNd):
    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPoolNd):
    """The mean of every window of one dimension. Everything is as in :class:`AvgPool2d`, without `divisor_override`.

    Example::

        >>> nn.AvgPool1d(3, stride=2)(torch.tensor([[[1.0, 2, 3, 4, 5, 6, 7]]]))
        tensor([[[2., 4., 6.]]])
    """

    _ndim = 1

    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.kernel_size = for_each(kernel_size, 1)
        self.stride = for_each(kernel_size if stride is None else stride, 1)
        self.padding = for_each(padding, 1)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        return F.avg_pool1d(
            input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        )


class _DividingAvgPoolNd(_AvgPoolNd):
    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
        count_include_pad: bool = True, divisor_override: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        return self._call(
            "avg_pool", input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad,
            self.divisor_override,
        )  # fmt: skip


class AvgPool2d(_DividingAvgPoolNd):
    """The mean of every window of two dimensions.

    Args:
        kernel_size, stride, padding: an integer, or two; the stride is that of the kernel if left out.
        ceil_mode: whether a last window may reach out.
        count_include_pad: whether the zeros of the padding count.
        divisor_override: by what the sums are divided in place of the size of the window.

    Shape:
        input: ``(N, C, H, W)`` or ``(C, H, W)``; output: as many dimensions, with
        ``(n + 2 * padding - kernel_size) // stride + 1`` windows.

    Raises:
        RuntimeError: if shapes or numbers do not fit.

    Example::

        >>> nn.AvgPool2d(3, stride=2)(torch.randn(20, 16, 50, 32)).shape
        torch.Size([20, 16, 24, 15])
    """

    _ndim = 2


class AvgPool3d(_DividingAvgPoolNd):
    """The mean of every window of three dimensions. Everything is as in :class:`AvgPool2d`.

    Example::

        >>> nn.AvgPool3d(3, stride=2)(torch.randn(20, 16, 50, 32, 16)).shape
        torch.Size([20, 16, 24, 15, 7])
    """

    _ndim = 3


class _FractionalMaxPoolNd(_PoolNd):
    def __init__(
        self, kernel_size: Any, output_size: Any = None, output_ratio: Any = None, return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        n, name = self._ndim, self.__class__.__name__
        if n == 3 and not all(k > 0 for k in for_each(kernel_size, n)):
            raise ValueError(f"kernel_size must be greater than 0, but got {kernel_size}")
        self.kernel_size = for_each(kernel_size, n)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else for_each(output_size, n)
        self.output_ratio = None if output_ratio is None else for_each(output_ratio, n)
        if output_size is None and output_ratio is None:
            raise ValueError(f"{name} requires specifying either an output size, or a pooling ratio")
        if output_size is not None and output_ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")
        if self.output_ratio is not None and not all(0 < ratio < 1 for ratio in self.output_ratio[:n]):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")

    def forward(self, input: Tensor) -> Any:
        return self._call(
            "fractional_max_pool", input, self.kernel_size, self.output_size, self.output_ratio, self.return_indices,
            _random_samples=self._random_samples,
        )  # fmt: skip


class FractionalMaxPool2d(_FractionalMaxPoolNd):
    """The greatest elements of windows placed at random (Graham, arXiv:1412.6071).

    Args:
        kernel_size: an integer, or two, of the windows.
        output_size: how many windows there are: an integer, or two.
        output_ratio: or how many for each element, between 0 and 1.
        return_indices: whether the places of the greatest elements are returned too, for :class:`MaxUnpool2d`.

    Shape:
        input: ``(N, C, H, W)`` or ``(C, H, W)``; output: ``(N, C, *output_size)`` or ``(C, *output_size)``.

    Raises:
        ValueError: unless one of `output_size` and `output_ratio` is given; if a ratio is not between 0 and 1.
        RuntimeError: if shapes do not fit.

    Example::

        >>> nn.FractionalMaxPool2d(3, output_size=(13, 12))(torch.randn(20, 16, 50, 32)).shape
        torch.Size([20, 16, 13, 12])
    """

    _ndim = 2


class FractionalMaxPool3d(_FractionalMaxPoolNd):
    """The greatest elements of windows placed at random of three dimensions. Everything is as in :class:`FractionalMaxPool2d`.

    Example::

        >>> nn.FractionalMaxPool3d(3, output_size=(13, 12, 11))(torch.randn(20, 16, 50, 32, 16)).shape
        torch.Size([20, 16, 13, 12, 11])
    """

    _ndim = 3


class _LPPoolNd(_PoolNd):
    def __init__(self, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        return self._call("lp_pool", input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self) -> str:
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPoolNd):
    """The p-norm of every window of one dimension. Everything is as in :class:`LPPool2d`.

    Example::

        >>> nn.LPPool1d(2, 3, stride=2)(torch.randn(20, 16, 50)).shape
        torch.Size([20, 16, 24])
    """

    _ndim = 1


class LPPool2d(_LPPoolNd):
    """The p-norm of every window of two dimensions, without the absolute value: the p-th root of the sum of p-th powers.

    Args:
        norm_type: `p`; infinity for the greatest absolute value.
        kernel_size, stride: an integer, or two; the stride is that of the kernel if left out.
        ceil_mode: whether a last window may reach out.

    Shape:
        input: ``(N, C, H, W)`` or ``(C, H, W)``; output: as many dimensions, with
        ``(n - kernel_size) // stride + 1`` windows.

    Raises:
        RuntimeError: if shapes or numbers do not fit.

    Example::

        >>> nn.LPPool2d(2, 3, stride=2)(torch.randn(20, 16, 50, 32)).shape
        torch.Size([20, 16, 24, 15])
    """

    _ndim = 2


class LPPool3d(_LPPoolNd):
    """The p-norm of every window of three dimensions. Everything is as in :class:`LPPool2d`.

    Example::

        >>> nn.LPPool3d(2, 3, stride=2)(torch.randn(20, 16, 50, 32, 16)).shape
        torch.Size([20, 16, 24, 15, 7])
    """

    _ndim = 3


class _AdaptiveMaxPoolNd(_PoolNd):
    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        return self._call("adaptive_max_pool", input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """The greatest elements of one dimension. Everything is as in :class:`AdaptiveMaxPool2d`.

    Example::

        >>> nn.AdaptiveMaxPool1d(5)(torch.randn(1, 64, 8)).shape
        torch.Size([1, 64, 5])
    """

    _ndim = 1


class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """The greatest elements of as many windows as are asked for, of two dimensions.

    Args:
        output_size: an integer, or two, of which None stands for the input's own size.
        return_indices: whether the places of the greatest elements are returned too, for :class:`MaxUnpool2d`.

    Shape:
        input: ``(N, C, H, W)`` or ``(C, H, W)``; output: ``(N, C, *output_size)`` or ``(C, *output_size)``.

    Raises:
        RuntimeError: if shapes do not fit.

    Example::

        >>> nn.AdaptiveMaxPool2d(5)(torch.randn(1, 64, 8, 9)).shape
        torch.Size([1, 64, 5, 5])
    """

    _ndim = 2


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """The greatest elements of three dimensions. Everything is as in :class:`AdaptiveMaxPool2d`.

    Example::

        >>> nn.AdaptiveMaxPool3d(5)(torch.randn(1, 64, 8, 9, 10)).shape
        torch.Size([1, 64, 5, 5, 5])
    """

    _ndim = 3


class _AdaptiveAvgPoolNd(_PoolNd):
    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        return self._call("adaptive_avg_pool", input, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """The means of one dimension. Everything is as in :class:`AdaptiveAvgPool2d`.

    Example::

        >>> nn.AdaptiveAvgPool1d(5)(torch.randn(1, 64, 8)).shape
        torch.Size([1, 64, 5])
    """

    _ndim = 1


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """The means of as many windows as are asked for, of two dimensions.

    Args:
        output_size: an integer, or two, of which None stands for the input's own size.

    Shape:
        input: ``(N, C, H, W)`` or ``(C, H, W)``; output: ``(N, C, *output_size)`` or ``(C, *output_size)``.

    Raises:
        RuntimeError: if shapes do not fit.

    Example::

        >>> nn.AdaptiveAvgPool2d(5)(torch.randn(1, 64, 8, 9)).shape
        torch.Size([1, 64, 5, 5])
    """

    _ndim = 2


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """The means of three dimensions. Everything is as in :class:`AdaptiveAvgPool2d`.

    Example::

        >>> nn.AdaptiveAvgPool3d(5)(torch.randn(1, 64, 8, 9, 10)).shape
        torch.Size([1, 64, 5, 5, 5])
    """

    _ndim = 3
