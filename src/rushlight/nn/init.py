"""Initial values for parameters. Every function fills its tensor in place, unrecorded, and returns it.

The recipes draw the same random numbers as PyTorch's, in the same order.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..arrays.dtypes import bfloat16, float16
from ..autograd.grad_mode import no_grad
from ..core import Tensor
from ..ops.support.arguments import unimplemented
from ..ops.support.options import warn_user

__all__ = [
    "calculate_gain",
    "constant",
    "constant_",
    "dirac",
    "dirac_",
    "eye",
    "eye_",
    "kaiming_normal",
    "kaiming_normal_",
    "kaiming_uniform",
    "kaiming_uniform_",
    "normal",
    "normal_",
    "ones_",
    "orthogonal",
    "orthogonal_",
    "sparse",
    "sparse_",
    "trunc_normal_",
    "uniform",
    "uniform_",
    "xavier_normal",
    "xavier_normal_",
    "xavier_uniform",
    "xavier_uniform_",
    "zeros_",
]

_UNIT_GAIN = frozenset(f"{conv}{dims}d" for conv in ("conv", "conv_transpose") for dims in (1, 2, 3)) | {
    "linear",
    "sigmoid",
}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    r"""The factor by which the standard deviation of a layer's weights is scaled for the nonlinearity that follows.

    It is 1 for linear layers, convolutions and ``"sigmoid"``, 5/3 for ``"tanh"``, :math:`\sqrt 2` for ``"relu"``,
    :math:`\sqrt{2 / (1 + \text{param}^2)}` for ``"leaky_relu"`` (`param` is the slope, 0.01 by default) and 3/4 for
    ``"selu"``.

    Raises:
        ValueError: for another nonlinearity, or a slope that is no number.

    Example::

        >>> nn.init.calculate_gain("leaky_relu", 0.2)
        1.3867504905630728
    """
    if nonlinearity in _UNIT_GAIN:
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "selu":
        return 3.0 / 4
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """Fill with numbers drawn uniformly from `a` to `b`.

    Example::

        >>> w = nn.init.uniform_(torch.empty(3, 5))
    """
    with no_grad():
        return tensor.uniform_(a, b, generator=generator)


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    """Fill with numbers drawn from the normal distribution.

    Example::

        >>> w = nn.init.normal_(torch.empty(3, 5), std=0.02)
    """
    with no_grad():
        return tensor.normal_(mean, std, generator=generator)


def trunc_normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, generator: Any = None
) -> Tensor:
    """Fill with numbers drawn from the normal distribution, those outside of `a` to `b` drawn again.

    Where little of the distribution lies between the bounds, candidates are drawn uniformly from them instead, and
    accepted with a probability proportional to the density.

    Example::

        >>> w = nn.init.trunc_normal_(torch.empty(3, 5))
    """

    def cdf(x: float) -> float:
        return (1.0 + math.erf((x - mean) / std / math.sqrt(2.0))) / 2.0

    if mean < a - 2 * std or mean > b + 2 * std:
        warn_user(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect."
        )
    with no_grad():
        draw = _redraw_normal if cdf(b) - cdf(a) > 0.3 else _accept_uniform
        return draw(tensor, mean, std, a, b, generator)


def _redraw_normal(tensor: Tensor, mean: float, std: float, a: float, b: float, generator: Any) -> Tensor:
    # The bounds as the dtype of the tensor has them.
    low, high = tensor.new_tensor(a).item(), tensor.new_tensor(b).item()
    drawn = tensor.normal_(mean, std, generator=generator)
    while True:
        outside = (drawn < low) | (drawn > high)
        if not outside.any():
            break
        drawn = ops.where(outside, ops.empty_like(drawn).normal_(mean, std, generator=generator), drawn)
    return tensor if drawn is tensor else tensor.copy_(drawn)


def _accept_uniform(tensor: Tensor, mean: float, std: float, a: float, b: float, generator: Any) -> Tensor:
    # The density relative to its peak within the bounds, in logarithms, so that no candidate is rejected needlessly.
    log_peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2

    def rejected(candidates: Tensor) -> Tensor:
        log_density = candidates.sub(mean).div_(std).pow_(2).mul_(-0.5).sub_(log_peak)
        return ops.empty_like(tensor).uniform_(generator=generator).log_().gt(log_density)

    drawn = tensor.uniform_(a, b, generator=generator)
    pending = rejected(drawn)
    while pending.any():
        candidates = ops.empty_like(tensor).uniform_(a, b, generator=generator)
        drawn = ops.where(pending, candidates, drawn)
        pending = ops.where(pending, rejected(candidates), pending)
    return tensor if drawn is tensor else tensor.copy_(drawn)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with `val`.

    Example::

        >>> nn.init.constant_(torch.empty(2), 0.3)
        tensor([0.3000, 0.3000])
    """
    with no_grad():
        return tensor.fill_(val)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones.

    Example::

        >>> nn.init.ones_(torch.empty(2))
        tensor([1., 1.])
    """
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros.

    Example::

        >>> nn.init.zeros_(torch.empty(2))
        tensor([0., 0.])
    """
    with no_grad():
        return tensor.zero_()


def eye_(tensor: Tensor) -> Tensor:
    """Fill a matrix with the identity, or with as much of it as there is room for.

    Raises:
        ValueError: if `tensor` is no matrix.

    Example::

        >>> nn.init.eye_(torch.empty(2, 3))
        tensor([[1., 0., 0.],
                [0., 1., 0.]])
    """
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    with no_grad():
        return tensor.copy_(ops.eye(*tensor.shape, dtype=tensor.dtype))


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Fill the weight of a convolution so that it passes as many input channels through as it can.

    Args:
        tensor: ``(out_channels, in_channels, *kernel)`` with one to three dimensions of the kernel.
        groups: in how many groups of output channels the identity is repeated.

    Raises:
        ValueError: if `tensor` has another number of dimensions, or `groups` does not divide the output channels.

    Example::

        >>> w = nn.init.dirac_(torch.empty(3, 16, 5, 5))
    """
    if tensor.ndim not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    out_channels, in_channels, *kernel = tensor.shape
    if out_channels % groups != 0:
        raise ValueError("dim 0 must be divisible by groups")
    per_group = out_channels // groups
    centre = tuple(size // 2 for size in kernel)
    with no_grad():
        tensor.zero_()
        for group in range(groups):
            for channel in range(min(per_group, in_channels)):
                tensor[(group * per_group + channel, channel, *centre)] = 1
    return tensor


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """How many inputs each output of the layer has, and how many outputs each input has."""
    if tensor.ndim < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    fan_out, fan_in, *kernel = tensor.shape
    receptive_field = math.prod(kernel)
    return fan_in * receptive_field, fan_out * receptive_field


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    modes = ["fan_in", "fan_out"]
    mode = mode.lower()
    if mode not in modes:
        raise ValueError(f"Mode {mode} not supported, please use one of {modes}")
    return _calculate_fan_in_and_fan_out(tensor)[modes.index(mode)]


def _xavier_std(tensor: Tensor, gain: float) -> float:
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return gain * math.sqrt(2.0 / float(fan_in + fan_out))


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    r"""Fill with numbers drawn uniformly from :math:`\pm \text{gain} \sqrt{6 / (\text{fan in} + \text{fan out})}`
    (Glorot and Bengio, 2010).

    Raises:
        ValueError: if `tensor` has fewer than two dimensions.

    Example::

        >>> w = nn.init.xavier_uniform_(torch.empty(3, 5), gain=nn.init.calculate_gain("relu"))
    """
    bound = math.sqrt(3.0) * _xavier_std(tensor, gain)
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    r"""Fill with normal numbers of standard deviation :math:`\text{gain} \sqrt{2 / (\text{fan in} + \text{fan out})}`
    (Glorot and Bengio, 2010).

    Raises:
        ValueError: if `tensor` has fewer than two dimensions.

    Example::

        >>> w = nn.init.xavier_normal_(torch.empty(3, 5))
    """
    return normal_(tensor, 0.0, _xavier_std(tensor, gain), generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float | None:
    """The standard deviation, or None (with a warning) if there is nothing to fill."""
    if 0 in tensor.shape:
        warn_user("Initializing zero-element tensors is a no-op")
        return None
    fan = _calculate_correct_fan(tensor, mode)
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def kaiming_uniform_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Tensor:
    r"""Fill with numbers drawn uniformly from :math:`\pm \text{gain} \sqrt{3 / \text{fan}}` (He et al.,
    arXiv:1502.01852).

    Args:
        tensor: the weights, ``(out, in, ...)``.
        a: the slope of the leaky ReLU.
        mode: ``"fan_in"`` keeps the variance forward, ``"fan_out"`` backward.
        nonlinearity: see :func:`calculate_gain`.
        generator: the random numbers; the default generator if left out.

    Raises:
        ValueError: if `tensor` has fewer than two dimensions, or `mode` or `nonlinearity` is unknown.

    Example::

        >>> w = nn.init.kaiming_uniform_(torch.empty(3, 5), nonlinearity="relu")
    """
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    if std is None:
        return tensor
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Tensor:
    r"""Fill with normal numbers of standard deviation :math:`\text{gain} / \sqrt{\text{fan}}` (He et al.,
    arXiv:1502.01852). Arguments and errors are those of :func:`kaiming_uniform_`.

    Example::

        >>> w = nn.init.kaiming_normal_(torch.empty(3, 5), mode="fan_out", nonlinearity="relu")
    """
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    return tensor if std is None else normal_(tensor, 0, std, generator)


def orthogonal_(tensor: Tensor, gain: float = 1, generator: Any = None) -> Tensor:
    """Fill with an orthogonal matrix times `gain`, or with orthonormal rows or columns if not square (Saxe et al.,
    arXiv:1312.6120). More than two dimensions are flattened to ``(first, all others)``.

    Raises:
        ValueError: if `tensor` has fewer than two dimensions.
        NotImplementedError: if it is of half precision or complex.

    Example::

        >>> w = nn.init.orthogonal_(torch.empty(3, 5))
    """
    if tensor.ndim < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    rows = tensor.size(0)
    columns = tensor.numel() // rows
    with no_grad():
        drawn = tensor.new_empty((rows, columns)).normal_(0, 1, generator=generator)
        if tensor.dtype in (float16, bfloat16):
            raise unimplemented("geqrf_cpu", tensor.dtype)
        factors = np.linalg.qr((drawn.t() if rows < columns else drawn).numpy())
        q, r = ops.from_numpy(factors.Q), ops.from_numpy(factors.R)
        # Only with positive numbers on R's diagonal is Q uniformly distributed (Mezzadri, math-ph/0609050).
        q = q * ops.diag(r).sign()
        tensor.copy_((q.t() if rows < columns else q).reshape(tensor.shape))
        return tensor.mul_(gain)


def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Any = None) -> Tensor:
    """Fill a matrix with normal numbers, and a fraction of `sparsity` of each column with zeros (Martens, 2010).

    Raises:
        ValueError: if `tensor` is no matrix.

    Example::

        >>> w = nn.init.sparse_(torch.empty(3, 5), sparsity=0.1)
    """
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = tensor.shape
    zeros = math.ceil(sparsity * rows)
    with no_grad():
        tensor.normal_(0, std, generator=generator)
        for column in range(columns):
            tensor[ops.randperm(rows)[:zeros], column] = 0
    return tensor


def _deprecated(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """`function` under its name of old, without the underscore."""
    new_name = function.__name__
    old_name = new_name[:-1]

    def renamed(*args: Any, **kwargs: Any) -> Tensor:
        warn_user(f"`nn.init.{old_name}` is now deprecated in favor of `nn.init.{new_name}`.", FutureWarning)
        return function(*args, **kwargs)

    renamed.__name__ = renamed.__qualname__ = old_name
    renamed.__doc__ = f"Deprecated in favor of :func:`{new_name}`."
    return renamed


uniform = _deprecated(uniform_)
normal = _deprecated(normal_)
constant = _deprecated(constant_)
eye = _deprecated(eye_)
dirac = _deprecated(dirac_)
xavier_uniform = _deprecated(xavier_uniform_)
xavier_normal = _deprecated(xavier_normal_)
kaiming_uniform = _deprecated(kaiming_uniform_)
kaiming_normal = _deprecated(kaiming_normal_)
orthogonal = _deprecated(orthogonal_)
sparse = _deprecated(sparse_)
