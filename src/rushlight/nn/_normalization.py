"""Normalisation in :mod:`nn.functional`: over batches, instances, groups of channels, neighbouring channels."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..core import Tensor
from ..ops.neural import batch_norm as norms
from ..ops.neural.padding import constant_pad_nd
from ..ops.support.options import argument_error

__all__ = ["batch_norm", "group_norm", "instance_norm", "local_response_norm"]


def _verify_batch_size(size: Sequence[int]) -> None:
    """A batch of one value a channel has no variance."""
    if size[0] * math.prod(size[2:]) == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {size}")


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """The input less the mean of each channel, over its standard deviation; see :class:`~nn.BatchNorm2d`.

    In training the statistics are those of the batch, and the running ones follow them in place.

    Raises:
        ValueError: if a batch has one value a channel, or `eps` is out of range.
        RuntimeError: if the parameters have not one element a channel, or the dtypes do not fit.

    Example::

        >>> F.batch_norm(torch.tensor([[1.0], [3.0]]), None, None, training=True)
        tensor([[-1.0000],
                [ 1.0000]])
    """
    if training:
        _verify_batch_size(input.size())
        if eps <= 0.0:
            raise ValueError(f"batch_norm eps must be positive during training, but got {eps}")
    elif eps < 0.0:
        raise ValueError(f"batch_norm eps must be non-negative, but got {eps}")
    return norms.batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """The batch normalisation of every sample by itself; see :class:`~nn.InstanceNorm2d`.

    Raises:
        ValueError: if a channel of a sample has one element.
        RuntimeError: if the parameters have not one element a channel, or the running statistics are missing.

    Example::

        >>> F.instance_norm(torch.tensor([[[1.0, 3.0]]]))
        tensor([[[-1.0000,  1.0000]]])
    """
    if (running_mean is None) is not (running_var is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")
    if use_input_stats and math.prod(input.size()[2:]) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {input.size()}")
    return norms.instance_norm(input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps)


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """The input normalised over groups of channels; see :class:`~nn.GroupNorm`.

    Raises:
        ValueError: if a group has one element.
        RuntimeError: if the channels do not divide into the groups, or the parameters have not one element a channel.

    Example::

        >>> F.group_norm(torch.tensor([[1.0, 3.0]]), 1)
        tensor([[-1.0000,  1.0000]])
    """
    if input.dim() < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {input.dim()}")
    rows = input.size(0) * input.size(1) // num_groups
    _verify_batch_size([rows, num_groups, *input.size()[2:]])
    if not isinstance(num_groups, int):
        raise argument_error("group_norm", "num_groups", "int", num_groups, 2)
    return norms.group_norm(input, num_groups, weight, bias, eps)


def local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    r"""Every element over :math:`(k + \alpha a)^\beta`, `a` the mean square of `size` neighbouring channels; see
    :class:`~nn.LocalResponseNorm`.

    Raises:
        ValueError: if the input has less than three dimensions.

    Example::

        >>> F.local_response_norm(torch.ones(1, 2, 1), 2, alpha=1.0, beta=1.0)
        tensor([[[0.6667],
                 [0.5000]]])
    """
    dim = input.dim()
    if dim < 3:
        # The gap is in torch's message.
        raise ValueError(f"Expected 3D or higher dimensionality{' ' * 26}input (got {dim} dimensions)")
    if input.numel() == 0:
        return input
    padding = [0, 0] * (dim - 2) + [size // 2, (size - 1) // 2]
    squares = constant_pad_nd(input.mul(input), padding)
    total = squares.unfold(1, size, 1).sum(-1)
    mean = total / size if total.is_floating_point() else total // size
    return input / mean.mul(alpha).add(k).pow(beta)
