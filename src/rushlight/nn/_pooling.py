"""The pooling functions of `functional`: what they add to the operations is what they return, and shapes as defaults."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .. import ops
from ..core import Tensor
from ..ops.neural import adaptive_pooling, folding, pooling
from ..ops.support.casting import in_float32
from ._sizes import for_each

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d",
    "adaptive_max_pool1d_with_indices", "adaptive_max_pool2d", "adaptive_max_pool2d_with_indices", "adaptive_max_pool3d",
    "adaptive_max_pool3d_with_indices", "avg_pool1d", "avg_pool2d", "avg_pool3d", "fold", "fractional_max_pool2d",
    "fractional_max_pool2d_with_indices", "fractional_max_pool3d", "fractional_max_pool3d_with_indices", "lp_pool1d",
    "lp_pool2d", "lp_pool3d", "max_pool1d", "max_pool1d_with_indices", "max_pool2d", "max_pool2d_with_indices", "max_pool3d",
    "max_pool3d_with_indices", "max_unpool1d", "max_unpool2d", "max_unpool3d", "unfold",
]  # fmt: skip

avg_pool1d = pooling.avg_pool1d
adaptive_avg_pool1d = adaptive_pooling.adaptive_avg_pool1d


def max_pool1d_with_indices(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
                            ceil_mode: bool = False, return_indices: bool = False) -> tuple[Tensor, Tensor]:  # fmt: skip
    """:func:`max_pool1d` with ``return_indices=True``: the maxima, and their places (int64)."""
    return pooling.max_pool1d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool2d_with_indices(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
                            ceil_mode: bool = False, return_indices: bool = False) -> tuple[Tensor, Tensor]:  # fmt: skip
    """:func:`max_pool2d` with ``return_indices=True``: the maxima, and their places (int64)."""
    return pooling.max_pool_with_indices(2, input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool3d_with_indices(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
                            ceil_mode: bool = False, return_indices: bool = False) -> tuple[Tensor, Tensor]:  # fmt: skip
    """:func:`max_pool3d` with ``return_indices=True``: the maxima, and their places (int64)."""
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


@in_float32
def max_pool3d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
               ceil_mode: bool = False, return_indices: bool = False) -> Any:  # fmt: skip
    """The greatest element of every window of three dimensions; see :class:`~nn.MaxPool3d`.

    `input` is ``(N, C, D, H, W)`` or ``(C, D, H, W)``; arguments and errors are otherwise those of :func:`max_pool2d`.

    Example::

        >>> F.max_pool3d(torch.arange(8.0).reshape(1, 2, 2, 2), 2)
        tensor([[[[7.]]]])
    """
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


@in_float32
def avg_pool3d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
               count_include_pad: bool = True, divisor_override: int | None = None, *,
               out: Tensor | None = None) -> Tensor:  # fmt: skip
    """The mean of every window of three dimensions; see :class:`~nn.AvgPool3d`.

    `input` is ``(N, C, D, H, W)`` or ``(C, D, H, W)``; arguments and errors are otherwise those of :func:`avg_pool2d`.

    Example::

        >>> F.avg_pool3d(torch.arange(8.0).reshape(1, 2, 2, 2), 2)
        tensor([[[[3.5000]]]])
    """
    return pooling.avg_pool(3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, out)


# Pooling to a given size.


def _with_default(output_size: Any, input: Tensor) -> Any:
    """`output_size`, with the input's own size where it is None."""
    shape = input.size()
    if isinstance(output_size, int):
        return output_size
    if len(shape) <= len(output_size):
        raise ValueError(f"Input dimension should be at least {len(output_size) + 1}")
    return [d if n is None else n for n, d in zip(output_size, shape[len(shape) - len(output_size) :])]


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """The means of as many windows as `output_size` says; see :class:`~nn.AdaptiveAvgPool2d`.

    Args:
        input: ``(N, C, H, W)`` or ``(C, H, W)``.
        output_size: an integer, or two, of which None stands for the input's own size.

    Raises:
        RuntimeError: if shapes do not fit.

    Example::

        >>> F.adaptive_avg_pool2d(torch.eye(4)[None], 2)
        tensor([[[0.5000, 0.0000],
                 [0.0000, 0.5000]]])
    """
    return adaptive_pooling.adaptive_avg_pool(2, input, _with_default(output_size, input))


@in_float32
def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor:
    """The means of as many windows of three dimensions as `output_size` says; see :class:`~nn.AdaptiveAvgPool3d`.

    `input` is ``(N, C, D, H, W)`` or ``(C, D, H, W)``; arguments and errors are otherwise those of :func:`adaptive_avg_pool2d`.

    Example::

        >>> F.adaptive_avg_pool3d(torch.arange(8.0).reshape(1, 2, 2, 2), (2, 1, 1)).flatten()
        tensor([1.5000, 5.5000])
    """
    return adaptive_pooling.adaptive_avg_pool(3, input, _with_default(output_size, input))


def adaptive_max_pool1d_with_indices(input: Tensor, output_size: Any,
                                     return_indices: bool = False) -> tuple[Tensor, Tensor]:  # fmt: skip
    """:func:`adaptive_max_pool1d` with ``return_indices=True``: the maxima, and their places (int64)."""
    return adaptive_pooling.adaptive_max_pool1d(input, output_size)


def adaptive_max_pool2d_with_indices(input: Tensor, output_size: Any,
                                     return_indices: bool = False) -> tuple[Tensor, Tensor]:  # fmt: skip
    """:func:`adaptive_max_pool2d` with ``return_indices=True``: the maxima, and their places (int64)."""
    return adaptive_pooling.adaptive_max_pool(2, input, _with_default(output_size, input))


def adaptive_max_pool3d_with_indices(input: Tensor, output_size: Any,
                                     return_indices: bool = False) -> tuple[Tensor, Tensor]:  # fmt: skip
    """:func:`adaptive_max_pool3d` with ``return_indices=True``: the maxima, and their places (int64)."""
    return adaptive_pooling.adaptive_max_pool(3, input, _with_default(output_size, input))


def adaptive_max_pool1d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The greatest elements of `output_size` windows; see :class:`~nn.AdaptiveMaxPool1d`.

    Args:
        input: ``(N, C, L)`` or ``(C, L)``.
        return_indices: whether the places of the greatest elements are returned too.

    Raises:
        RuntimeError: if shapes do not fit.

    Example::

        >>> F.adaptive_max_pool1d(torch.tensor([[1.0, 3.0, 2.0, 0.0]]), 2)
        tensor([[3., 2.]])
    """
    found = adaptive_max_pool1d_with_indices(input, output_size)
    return found if return_indices else found[0]


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The greatest elements of as many windows as `output_size` says; see :class:`~nn.AdaptiveMaxPool2d`.

    `input` is ``(N, C, H, W)`` or ``(C, H, W)``, `output_size` an integer, or two, of which None stands for the input's own
    size; arguments and errors are otherwise those of :func:`adaptive_max_pool1d`.

    Example::

        >>> F.adaptive_max_pool2d(torch.arange(4.0).reshape(1, 2, 2), (1, None))
        tensor([[[2., 3.]]])
    """
    found = adaptive_max_pool2d_with_indices(input, output_size)
    return found if return_indices else found[0]


@in_float32
def adaptive_max_pool3d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The greatest elements of as many windows of three dimensions as `output_size` says; see :class:`~nn.AdaptiveMaxPool3d`.

    `input` is ``(N, C, D, H, W)`` or ``(C, D, H, W)``; arguments and errors are otherwise those of :func:`adaptive_max_pool2d`.

    Example::

        >>> F.adaptive_max_pool3d(torch.arange(8.0).reshape(1, 2, 2, 2), (2, 1, 1)).flatten()
        tensor([3., 7.])
    """
    found = adaptive_max_pool3d_with_indices(input, output_size)
    return found if return_indices else found[0]


def _fractional(ndim: int, input: Tensor, kernel_size: Any, output_size: Any, output_ratio: Any,
                samples: Tensor | None) -> tuple[Tensor, Tensor]:  # fmt: skip
    if output_size is None:
        if output_ratio is None:
            raise ValueError(
                f"fractional_max_pool{ndim}d requires specifying either an output_size or an output_ratio"
            )
        if ndim == 2 and len(output_ratio) > 2:
            raise ValueError(
                "fractional_max_pool2d requires output_ratio to either be a single Int or tuple of Ints."
            )
        ratios = output_ratio if hasattr(output_ratio, "__iter__") else (output_ratio,) * ndim
        output_size = [int(input.size(axis - ndim) * ratio) for axis, ratio in zip(range(ndim), ratios)]
    if samples is None:
        batch = 1 if input.dim() == ndim + 1 else input.size(0)
        samples = ops.rand(batch, adaptive_pooling.channels(input, ndim), ndim, dtype=input.dtype)
    return adaptive_pooling.fractional_max_pool(ndim, input, kernel_size, output_size, samples)


def fractional_max_pool2d_with_indices(
    input: Tensor, kernel_size: Any, output_size: Any = None, output_ratio: Any = None, return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """:func:`fractional_max_pool2d` with ``return_indices=True``: the maxima, and their places (int64)."""
    return _fractional(2, input, kernel_size, output_size, output_ratio, _random_samples)


def fractional_max_pool3d_with_indices(
    input: Tensor, kernel_size: Any, output_size: Any = None, output_ratio: Any = None, return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """:func:`fractional_max_pool3d` with ``return_indices=True``: the maxima, and their places (int64)."""
    return _fractional(3, input, kernel_size, output_size, output_ratio, _random_samples)


@in_float32
def fractional_max_pool2d(
    input: Tensor, kernel_size: Any, output_size: Any = None, output_ratio: Any = None, return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Any:  # fmt: skip
    """The greatest elements of windows placed at random (Graham, arXiv:1412.6071); see :class:`~nn.FractionalMaxPool2d`.

    Args:
        input: ``(N, C, H, W)`` or ``(C, H, W)``.
        kernel_size: of the windows.
        output_size, output_ratio: how many windows there are, or how many for each element.
        return_indices: whether the places of the greatest elements are returned too.

    Raises:
        ValueError: if neither size nor ratio is given.
        RuntimeError: if shapes do not fit.

    Example::

        >>> F.fractional_max_pool2d(torch.ones(1, 5, 5), 2, output_size=3).shape
        torch.Size([1, 3, 3])
    """
    found = _fractional(2, input, kernel_size, output_size, output_ratio, _random_samples)
    return found if return_indices else found[0]


@in_float32
def fractional_max_pool3d(
    input: Tensor, kernel_size: Any, output_size: Any = None, output_ratio: Any = None, return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Any:  # fmt: skip
    """The greatest elements of windows placed at random, of three dimensions; see :class:`~nn.FractionalMaxPool3d`.

    `input` is ``(N, C, D, H, W)`` or ``(C, D, H, W)``; arguments and errors are otherwise those of :func:`fractional_max_pool2d`.

    Example::

        >>> F.fractional_max_pool3d(torch.ones(1, 5, 5, 5), 2, output_size=3).shape
        torch.Size([1, 3, 3, 3])
    """
    found = _fractional(3, input, kernel_size, output_size, output_ratio, _random_samples)
    return found if return_indices else found[0]


# Norms of windows.


def _lp_pool(ndim: int, input: Tensor, norm_type: float, kernel_size: Any, stride: Any, ceil_mode: bool) -> Tensor:
    """The p-norm of every window: the mean of the powers, times their number, under the root."""
    kernel = for_each(kernel_size, ndim)
    if norm_type == math.inf:
        return _MAX[ndim](input.abs(), kernel_size, stride, 0, 1, ceil_mode)
    if norm_type == -math.inf:
        return -_MAX[ndim](-input.abs(), kernel_size, stride, 0, 1, ceil_mode)
    out = _AVERAGE[ndim](input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    return (ops.sign(out) * ops.relu(ops.abs(out))).mul(math.prod(kernel)).pow(1.0 / norm_type)


_MAX = {1: max_pool1d, 2: max_pool2d, 3: max_pool3d}
_AVERAGE = {1: avg_pool1d, 2: avg_pool2d, 3: avg_pool3d}


def lp_pool1d(input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Tensor:
    r"""The `p`-norm of every window, :math:`(\sum x^p)^{1/p}` with ``p = norm_type``; see :class:`~nn.LPPool1d`.

    Raises:
        RuntimeError: if shapes or numbers do not fit.

    Example::

        >>> F.lp_pool1d(torch.tensor([[3.0, 4.0, 0.0, 1.0]]), 2, 2)
        tensor([[5., 1.]])
    """
    return _lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Tensor:
    """The `p`-norm of every window of ``(N, C, H, W)`` or ``(C, H, W)``; see :class:`~nn.LPPool2d` and :func:`lp_pool1d`.

    Example::

        >>> F.lp_pool2d(torch.tensor([[[3.0, 4.0], [0.0, 0.0]]]), 2, 2)
        tensor([[[5.]]])
    """
    return _lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Tensor:
    """The `p`-norm of every window of ``(N, C, D, H, W)`` or ``(C, D, H, W)``; see :class:`~nn.LPPool3d` and
    :func:`lp_pool1d`.

    Example::

        >>> F.lp_pool3d(torch.ones(1, 1, 2, 2), 2, (1, 2, 2))
        tensor([[[[2.]]]])
    """
    return _lp_pool(3, input, norm_type, kernel_size, stride, ceil_mode)


# Maxima put back.


def _unpooled_size(input: Tensor, kernel: Sequence[int], stride: Sequence[int], padding: Sequence[int],
                   output_size: Any) -> tuple[int, ...]:  # fmt: skip
    ndim = len(kernel)
    shape = input.size()
    default = [(n - 1) * s + k - 2 * p for n, s, k, p in zip(shape[len(shape) - ndim :], stride, kernel, padding)]
    size = default if output_size is None else output_size
    if output_size is not None:
        if len(size) == ndim + 2:
            size = size[2:]
        if len(size) != ndim:
            raise ValueError(
                f"output_size should be a sequence containing {ndim} or {ndim + 2} elements, but it has a length of "
                f"'{len(size)}'"
            )
        for d in range(ndim):
            least, most = default[d] - stride[d], default[d] + stride[d]
            if not least < size[d] < most:
                raise ValueError(f'invalid output_size "{size}" (dim {d} must be between {least} and {most})')
    for d, n in enumerate(size):
        if n < 0:
            raise ValueError(
                f"max_unpooling: output_size must contain non-negative spatial dimensions, but got output_size[{d}]={n}"
            )
    return tuple(size)


def _max_unpool(ndim: int, input: Tensor, indices: Tensor, kernel_size: Any, stride: Any, padding: Any,
                output_size: Any) -> Tensor:  # fmt: skip
    kernel = for_each(kernel_size, ndim)
    steps = kernel if stride is None else for_each(stride, ndim)
    size = _unpooled_size(input, kernel, steps, for_each(padding, ndim), output_size)
    if ndim == 1:
        return folding.max_unpool(2, input.unsqueeze(-1), indices.unsqueeze(-1), (*size, 1), (*steps, 1)).squeeze(-1)
    return folding.max_unpool(ndim, input, indices, size, steps)


@in_float32
def max_unpool1d(input: Tensor, indices: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0,
                 output_size: Any = None) -> Tensor:  # fmt: skip
    """Zeros, with `input` at the places `indices`, from which :func:`max_pool1d` took it; see :class:`~nn.MaxUnpool1d`.

    Raises:
        ValueError: if `output_size` is none that pooling could have made `input` of.
        RuntimeError: if shapes do not fit, or an index is out of range.

    Example::

        >>> F.max_unpool1d(torch.tensor([[3.0, 2.0]]), torch.tensor([[1, 2]]), 2)
        tensor([[0., 3., 2., 0.]])
    """
    return _max_unpool(1, input, indices, kernel_size, stride, padding, output_size)


@in_float32
def max_unpool2d(input: Tensor, indices: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0,
                 output_size: Any = None) -> Tensor:  # fmt: skip
    """Zeros, with `input` at the places `indices`, from which :func:`max_pool2d` took it; see :class:`~nn.MaxUnpool2d`.

    `input` and `indices` are ``(N, C, H, W)`` or ``(C, H, W)``; arguments and errors are otherwise those of
    :func:`max_unpool1d`.

    Example::

        >>> F.max_unpool2d(torch.tensor([[[3.0]]]), torch.tensor([[[1]]]), 2)
        tensor([[[0., 3.],
                 [0., 0.]]])
    """
    return _max_unpool(2, input, indices, kernel_size, stride, padding, output_size)


@in_float32
def max_unpool3d(input: Tensor, indices: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0,
                 output_size: Any = None) -> Tensor:  # fmt: skip
    """Zeros, with `input` at the places `indices`, from which :func:`max_pool3d` took it; see :class:`~nn.MaxUnpool3d`.

    `input` and `indices` are ``(N, C, D, H, W)`` or ``(C, D, H, W)``; arguments and errors are otherwise those of
    :func:`max_unpool1d`.

    Example::

        >>> F.max_unpool3d(torch.full((1, 1, 1, 1), 3.0), torch.full((1, 1, 1, 1), 5), 2).flatten()
        tensor([0., 0., 0., 0., 0., 3., 0., 0.])
    """
    return _max_unpool(3, input, indices, kernel_size, stride, padding, output_size)


# Windows as columns.


def unfold(input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """Every window of the input as a column; see :class:`~nn.Unfold`.

    Args:
        input: ``(N, C, H, W)`` or ``(C, H, W)``.

    Returns:
        ``(N, C * taps, windows)`` or ``(C * taps, windows)``.

    Raises:
        RuntimeError: if shapes or numbers do not fit.

    Example::

        >>> F.unfold(torch.ones(1, 3, 4, 4), 2).shape
        torch.Size([1, 12, 9])
    """
    return folding.unfold(input, kernel_size, dilation, padding, stride)


def fold(input: Tensor, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0,
         stride: Any = 1) -> Tensor:  # fmt: skip
    """Columns put back into their windows, added where windows overlap; see :class:`~nn.Fold`.

    Args:
        input: ``(N, C * taps, windows)`` or ``(C * taps, windows)``.
        output_size: the sizes of the result's last two dimensions.

    Raises:
        RuntimeError: if shapes or numbers do not fit.

    Example::

        >>> F.fold(torch.ones(1, 12, 9), (4, 4), 2).shape
        torch.Size([1, 3, 4, 4])
    """
    return folding.fold(input, output_size, kernel_size, dilation, padding, stride)
