"""Layers that normalise each channel of each sample."""

from __future__ import annotations

from typing import Any

from ...core import Tensor
from ...ops.support.options import warn_user
from .. import functional as F
from .batchnorm import NormBase

__all__ = ["InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"]


class _InstanceNorm(NormBase):
    _spatial: int

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _check_input_dim(self, input: Tensor) -> None:
        low, high = self._spatial + 1, self._spatial + 2
        if input.dim() not in (low, high):
            raise ValueError(f"expected {low}D or {high}D input (got {input.dim()}D input)")

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        dim = input.dim() - self._spatial - 1
        if input.size(dim) != self.num_features:
            if self.affine:
                raise ValueError(
                    f"expected input's size at dim={dim} to match num_features ({self.num_features}), but got: "
                    f"{input.size(dim)}."
                )
            warn_user(
                f"input's size at dim={dim} does not match num_features. You can silence this warning by not passing "
                "in num_features, which is not used because affine=False"
            )
        return self._normalized(input) if dim else self._normalized(input.unsqueeze(0)).squeeze(0)

    def _normalized(self, input: Tensor) -> Tensor:
        of_sample = self.training or not self.track_running_stats
        momentum = 0.0 if self.momentum is None else self.momentum
        statistics = self.running_mean, self.running_var
        return F.instance_norm(input, *statistics, self.weight, self.bias, of_sample, momentum, self.eps)

    def _load_from_state_dict(
        self,
        state_dict: Any,
        prefix: str,
        local_metadata: Any,
        strict: bool,
        missing_keys: Any,
        unexpected_keys: Any,
        error_msgs: Any,
    ) -> None:
        if local_metadata.get("version", None) is None and not self.track_running_stats:
            kept = [prefix + name for name in ("running_mean", "running_var") if prefix + name in state_dict]
            if kept:
                names, kind = " and ".join([f'"{key}"' for key in kept]), type(self).__name__
                error_msgs.append(
                    f"Unexpected running stats buffer(s) {names} for {kind} with track_running_stats=False. If "
                    f"state_dict is a checkpoint saved before 0.4.0, this may be expected because {kind} does not track "
                    "running stats by default since 0.4.0. Please remove these keys from state_dict. If the running "
                    f"stats are actually needed, instead set track_running_stats=True in {kind} to enable them. See the "
                    f"documentation of {kind} for details."
                )
            for key in kept:
                state_dict.pop(key)
        super()._load_from_state_dict(
            state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
        )


class InstanceNorm1d(_InstanceNorm):
    r""":math:`(x - E[x]) / \sqrt{Var[x] + \epsilon} \cdot \gamma + \beta`, with mean and variance of each channel of each
    sample (Ulyanov et al., arXiv:1607.08022).

    Args:
        num_features: the number of channels.
        eps: added to the variance.
        momentum: the share of a new batch in the running statistics.
        affine: whether there are `weight` and `bias`.
        track_running_stats: whether there are running statistics, which evaluation then uses.
        device, dtype: of parameters and buffers.
        bias: whether there is a `bias`.

    Shape:
        input and output: ``(n, num_features, length)`` or ``(num_features, length)``.

    Attributes:
        weight, bias: :math:`\gamma` and :math:`\beta`, which begin as ones and zeros; or None.
        running_mean, running_var, num_batches_tracked: buffers; or None.

    Raises:
        ValueError: in the call, for another number of dimensions, one element a channel, or, if affine, of channels.

    Example::

        >>> nn.InstanceNorm1d(1)(torch.tensor([[[1.0, 3.0]]]))
        tensor([[[-1.0000,  1.0000]]])
    """

    _spatial = 1


class InstanceNorm2d(_InstanceNorm):
    """:class:`InstanceNorm1d` for images ``(n, num_features, height, width)`` or ``(num_features, height, width)``.

    Example::

        >>> nn.InstanceNorm2d(1)(torch.tensor([[[[1.0, 3.0]]]]))
        tensor([[[[-1.0000,  1.0000]]]])
    """

    _spatial = 2


class InstanceNorm3d(_InstanceNorm):
    """:class:`InstanceNorm1d` for volumes, with a depth before height and width.

    Example::

        >>> nn.InstanceNorm3d(1)(torch.tensor([[[[[1.0, 3.0]]]]]))
        tensor([[[[[-1.0000,  1.0000]]]]])
    """

    _spatial = 3
