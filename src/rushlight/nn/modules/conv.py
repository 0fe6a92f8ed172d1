"""Convolutions and their transposes, in one, two and three dimensions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ... import ops
from ...autograd.grad_mode import no_grad
from ...core import Tensor
from .. import functional as F
from .. import init
from .._sizes import for_each
from ..parameter import Parameter
from .module import Module

__all__ = ["Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"]

_PADDINGS = {"same", "valid"}
_MODES = {"zeros", "reflect", "replicate", "circular"}


def _total_padding(padding: Any, kernel_size: Sequence[int], dilation: Sequence[int]) -> list[int]:
    """What `F.pad` wants: (before, after) of each dimension, the last one first."""
    if not isinstance(padding, str):
        return [p for p in reversed(padding) for _side in range(2)]
    if padding == "valid":
        return [0, 0] * len(kernel_size)
    totals = [d * (k - 1) for d, k in zip(dilation, kernel_size)]
    return [side for total in reversed(totals) for side in (total // 2, total - total // 2)]


class _ConvNd(Module):
    """What convolutions of all kinds share: their parameters, how these begin, and how they are shown."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: tuple[int, ...], stride: tuple[int, ...], padding: Any,
        dilation: tuple[int, ...], transposed: bool, output_padding: tuple[int, ...], groups: int, bias: bool,
        padding_mode: str, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(padding, str):
            if padding not in _PADDINGS:
                raise ValueError(f"Invalid padding string {padding!r}, should be one of {_PADDINGS}")
            if padding == "same" and any(s != 1 for s in stride):
                raise ValueError("padding='same' is not supported for strided convolutions")
        if padding_mode not in _MODES:
            raise ValueError(f"padding_mode must be one of {_MODES}, but got padding_mode='{padding_mode}'")
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.transposed = transposed
        self.output_padding = output_padding
        self.groups = groups
        self.padding_mode = padding_mode
        self._reversed_padding_repeated_twice = _total_padding(padding, kernel_size, dilation)
        first, second = (in_channels, out_channels) if transposed else (out_channels, in_channels)
        self.weight = Parameter(ops.empty((first, second // groups, *kernel_size), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(ops.empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        with no_grad():
            # A leaky slope of sqrt(5) makes the Kaiming bound 1 / sqrt(fan_in).
            init.kaiming_uniform_(self.weight, a=math.sqrt(5))
            if self.bias is not None:
                fan_in = math.prod(self.weight.shape[1:])
                bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
                init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if self.padding != (0,) * len(self.padding):
            text += f", padding={self.padding}"
        if self.dilation != (1,) * len(self.dilation):
            text += f", dilation={self.dilation}"
        if self.output_padding != (0,) * len(self.output_padding):
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text

    def __setstate__(self, state: dict) -> None:
        super().__setstate__(state)
        if not hasattr(self, "padding_mode"):
            self.padding_mode = "zeros"


class _Convolution(_ConvNd):
    _ndim: int

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        dilation: Any = 1, groups: int = 1, bias: bool = True, padding_mode: str = "zeros", device: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        n = self._ndim
        super().__init__(
            in_channels, out_channels, for_each(kernel_size, n), for_each(stride, n),
            padding if isinstance(padding, str) else for_each(padding, n), for_each(dilation, n), False, (0,) * n, groups,
            bias, padding_mode, device, dtype,
        )  # fmt: skip

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        convolve = getattr(F, f"conv{self._ndim}d")
        padding = self.padding
        if self.padding_mode != "zeros":
            input = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode)
            padding = (0,) * self._ndim
        return convolve(input, weight, bias, self.stride, padding, self.dilation, self.groups)

    def forward(self, input: Tensor) -> Tensor:
        return self._conv_forward(input, self.weight, self.bias)


class Conv1d(_Convolution):
    r"""A one-dimensional convolution: :func:`F.conv1d` with parameters of its own.

    Everything is as in :class:`Conv2d`, with one dimension in place of two.

    Example::

        >>> nn.Conv1d(16, 33, 3, stride=2)(torch.randn(20, 16, 50)).shape
        torch.Size([20, 33, 24])
    """

    _ndim = 1


class Conv2d(_Convolution):
    r"""A two-dimensional convolution: every window of the input times the kernels, summed, plus a bias.

    .. math:: y_{n,o} = b_o + \sum_c w_{o,c} \star x_{n,c}

    where :math:`\star` is the cross-correlation. Both parameters begin uniform in
    :math:`\pm 1 / \sqrt{\text{in\_channels} / \text{groups} \cdot \prod \text{kernel\_size}}`.

    Args:
        in_channels, out_channels: channels of the input and of the output.
        kernel_size, stride, dilation: an integer, or one for each dimension.
        padding: the same, or ``"valid"`` (none), or ``"same"`` (as much as keeps the size, for a stride of one).
        groups: into how many parts the channels are split; each sees only its own part of the input.
        bias: whether there is a `b`.
        padding_mode: ``"zeros"``, ``"reflect"``, ``"replicate"`` or ``"circular"``.
        device, dtype: of the parameters.

    Shape:
        input: ``(N, in_channels, H, W)`` or ``(in_channels, H, W)``; output: ``(N, out_channels, H', W')`` or
        ``(out_channels, H', W')``, with ``H' = (H + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1``.

    Attributes:
        weight: ``(out_channels, in_channels / groups, *kernel_size)``.
        bias: ``(out_channels)``, or None.

    Raises:
        ValueError: if the channels cannot be split into `groups`, or `padding` or `padding_mode` is unknown.
        RuntimeError: if the input's shape or dtype does not fit.

    Example::

        >>> nn.Conv2d(16, 33, (3, 5), stride=(2, 1), padding=(4, 2))(torch.randn(20, 16, 50, 100)).shape
        torch.Size([20, 33, 28, 100])
    """

    _ndim = 2


class Conv3d(_Convolution):
    r"""A three-dimensional convolution: :func:`F.conv3d` with parameters of its own.

    Everything is as in :class:`Conv2d`, with three dimensions in place of two.

    Example::

        >>> nn.Conv3d(4, 8, 3, stride=2)(torch.randn(2, 4, 10, 12, 14)).shape
        torch.Size([2, 8, 4, 5, 6])
    """

    _ndim = 3


class _ConvTransposeNd(_ConvNd):
    _ndim: int

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        output_padding: Any = 0, groups: int = 1, bias: bool = True, dilation: Any = 1, padding_mode: str = "zeros",
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {self.__class__.__name__}')
        n = self._ndim
        super().__init__(
            in_channels, out_channels, for_each(kernel_size, n), for_each(stride, n), for_each(padding, n),
            for_each(dilation, n), True, for_each(output_padding, n), groups, bias, padding_mode, device, dtype,
        )  # fmt: skip

    def _output_padding(self, input: Tensor, output_size: Sequence[int] | None) -> tuple[int, ...]:
        """The output padding that makes the result as large as `output_size` says."""
        if output_size is None:
            return self.output_padding
        n, lead = self._ndim, 2 if input.dim() == self._ndim + 2 else 1
        size = output_size[lead:] if len(output_size) == lead + n else output_size
        if len(size) != n:
            raise ValueError(
                f"ConvTranspose{n}D: for {input.dim()}D input, output_size must have {n} or {lead + n} elements "
                f"(got {len(size)})"
            )
        least = [
            (m - 1) * s - 2 * p + d * (k - 1) + 1
            for m, s, p, d, k in zip(input.shape[lead:], self.stride, self.padding, self.dilation, self.kernel_size)
        ]
        most = [m + s - 1 for m, s in zip(least, self.stride)]
        if any(not low <= m <= high for low, m, high in zip(least, size, most)):
            raise ValueError(
                f"requested an output size of {size}, but valid sizes range from {least} to {most} "
                f"(for an input of {input.size()[2:]})"
            )
        return tuple(m - low for m, low in zip(size, least))

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        if self.padding_mode != "zeros":
            raise ValueError(f"Only `zeros` padding mode is supported for ConvTranspose{self._ndim}d")
        output_padding = self._output_padding(input, output_size)
        convolve = getattr(F, f"conv_transpose{self._ndim}d")
        return convolve(
            input, self.weight, self.bias, self.stride, self.padding, output_padding, self.groups, self.dilation
        )


class ConvTranspose1d(_ConvTransposeNd):
    r"""The transpose of a one-dimensional convolution: :func:`F.conv_transpose1d` with parameters of its own.

    Everything is as in :class:`ConvTranspose2d`, with one dimension in place of two.

    Example::

        >>> nn.ConvTranspose1d(16, 33, 3, stride=2)(torch.randn(20, 16, 50)).shape
        torch.Size([20, 33, 101])
    """

    _ndim = 1


class ConvTranspose2d(_ConvTransposeNd):
    r"""The transpose of a two-dimensional convolution: every element of the input times the kernels, added where they
    fall. It maps the sizes of a :class:`Conv2d` of the same arguments back.

    Both parameters begin uniform in
    :math:`\pm 1 / \sqrt{\text{out\_channels} / \text{groups} \cdot \prod \text{kernel\_size}}`.

    Args:
        in_channels, out_channels: channels of the input and of the output.
        kernel_size, stride, padding, dilation: an integer, or one for each dimension, of the convolution.
        output_padding: how much larger the result is on one side: with a stride, a convolution maps several sizes to one.
        groups: into how many parts the channels are split; each sees only its own part of the input.
        bias: whether a bias is added.
        padding_mode: ``"zeros"``.
        device, dtype: of the parameters.

    Shape:
        input: ``(N, in_channels, H, W)`` or ``(in_channels, H, W)``; output: ``(N, out_channels, H', W')`` or
        ``(out_channels, H', W')``, with
        ``H' = (H - 1) * stride - 2 * padding + dilation * (kernel_size - 1) + output_padding + 1``. Called with a second
        argument, ``output_size``, the module chooses the output padding by itself.

    Attributes:
        weight: ``(in_channels, out_channels / groups, *kernel_size)``.
        bias: ``(out_channels)``, or None.

    Raises:
        ValueError: if the channels cannot be split into `groups`, or `output_size` cannot be reached.
        RuntimeError: if the input's shape or dtype does not fit.

    Example::

        >>> nn.ConvTranspose2d(16, 33, 3, stride=2)(torch.randn(20, 16, 50, 100)).shape
        torch.Size([20, 33, 101, 201])
    """

    _ndim = 2


class ConvTranspose3d(_ConvTransposeNd):
    r"""The transpose of a three-dimensional convolution: :func:`F.conv_transpose3d` with parameters of its own.

    Everything is as in :class:`ConvTranspose2d`, with three dimensions in place of two.

    Example::

        >>> nn.ConvTranspose3d(4, 8, 3, stride=2)(torch.randn(2, 4, 5, 6, 7)).shape
        torch.Size([2, 8, 11, 13, 15])
    """

    _ndim = 3
