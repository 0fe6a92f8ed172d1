"""Layers that normalise each channel over a batch."""

from __future__ import annotations

from typing import Any, cast

from ... import ops
from ...autograd.grad_mode import no_grad
from ...core import Tensor
from .. import functional as F
from .. import init
from ..parameter import Parameter
from .module import Module

__all__ = ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm"]


class NormBase(Module):
    """The parameters and the running statistics of all layers that normalise channels."""

    _version = 2
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        options = {"device": device, "dtype": dtype}
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            self.register_parameter(name, Parameter(ops.empty(num_features, **options)) if wanted else None)
        tracked = track_running_stats
        self.register_buffer("running_mean", ops.zeros(num_features, **options) if tracked else None)
        self.register_buffer("running_var", ops.ones(num_features, **options) if tracked else None)
        count = ops.tensor(0, dtype=ops.arange(0).dtype, device=device) if tracked else None
        self.register_buffer("num_batches_tracked", count)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forget the batches seen: mean 0, variance 1."""
        if self.track_running_stats:
            for statistic, value in ((self.running_mean, 0), (self.running_var, 1), (self.num_batches_tracked, 0)):
                cast(Tensor, statistic).fill_(value)

    def reset_parameters(self) -> None:
        """Set `weight` to ones and `bias` to zeros, and forget the batches seen."""
        self.reset_running_stats()
        if self.affine:
            init.ones_(self.weight)
            if self.bias is not None:
                init.zeros_(self.bias)

    def _check_input_dim(self, input: Tensor) -> None:
        raise NotImplementedError

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

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
        version, key = local_metadata.get("version", None), f"{prefix}num_batches_tracked"
        if (version is None or version < 2) and self.track_running_stats and key not in state_dict:
            # Version 1 did not count.
            state_dict[key] = self.num_batches_tracked
        super()._load_from_state_dict(
            state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
        )


class _BatchNorm(NormBase):
    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        share = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                share = 1.0 / float(self.num_batches_tracked)
        used = not self.training or self.track_running_stats
        mean, variance = (self.running_mean, self.running_var) if used else (None, None)
        of_batch = self.training or (self.running_mean is None and self.running_var is None)
        return F.batch_norm(input, mean, variance, self.weight, self.bias, of_batch, share, self.eps)

    def _expect(self, input: Tensor, *dims: int) -> None:
        if input.dim() not in dims:
            wanted = " or ".join([f"{d}D" for d in dims])
            raise ValueError(f"expected {wanted} input (got {input.dim()}D input)")


class BatchNorm1d(_BatchNorm):
    r""":math:`(x - E[x]) / \sqrt{Var[x] + \epsilon} \cdot \gamma + \beta`, with mean and variance of each channel over
    the batch (Ioffe and Szegedy, arXiv:1502.03167).

    In training the statistics are those of the batch (with the biased variance), and the running ones move towards them
    (with the unbiased variance); in evaluation the running ones are used.

    Args:
        num_features: the number of channels.
        eps: added to the variance.
        momentum: the share of a new batch in the running statistics; None: they are averages over all batches.
        affine: whether there are `weight` and `bias`.
        track_running_stats: whether there are running statistics; without, those of the batch are always used.
        device, dtype: of parameters and buffers.
        bias: whether there is a `bias`.

    Shape:
        input and output: ``(n, num_features)`` or ``(n, num_features, length)``.

    Attributes:
        weight, bias: :math:`\gamma` and :math:`\beta`, which begin as ones and zeros; or None.
        running_mean, running_var: buffers, which begin as zeros and ones; or None.
        num_batches_tracked: a buffer that counts batches; or None.

    Raises:
        ValueError: in the call, for another number of dimensions, or one value a channel in training.

    Example::

        >>> nn.BatchNorm1d(1, affine=False)(torch.tensor([[1.0], [3.0]]))
        tensor([[-1.0000],
                [ 1.0000]])
    """

    def _check_input_dim(self, input: Tensor) -> None:
        self._expect(input, 2, 3)


class BatchNorm2d(_BatchNorm):
    """:class:`BatchNorm1d` for images ``(n, num_features, height, width)``.

    Example::

        >>> nn.BatchNorm2d(1, affine=False)(torch.tensor([[[[1.0, 3.0]]]]))
        tensor([[[[-1.0000,  1.0000]]]])
    """

    def _check_input_dim(self, input: Tensor) -> None:
        self._expect(input, 4)


class BatchNorm3d(_BatchNorm):
    """:class:`BatchNorm1d` for volumes ``(n, num_features, depth, height, width)``.

    Example::

        >>> nn.BatchNorm3d(1, affine=False)(torch.tensor([[[[[1.0, 3.0]]]]]))
        tensor([[[[[-1.0000,  1.0000]]]]])
    """

    def _check_input_dim(self, input: Tensor) -> None:
        self._expect(input, 5)


class SyncBatchNorm(_BatchNorm):
    """:class:`BatchNorm1d` over the batches of all processes; in one process, which is all there is here, over its own.

    `process_group` is kept and makes no difference.

    Shape:
        input and output: ``(n, num_features, *)``.

    Example::

        >>> nn.SyncBatchNorm(1, affine=False)(torch.tensor([[1.0], [3.0]]))
        tensor([[-1.0000],
                [ 1.0000]])
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        process_group: Any = None,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)
        self.process_group = process_group

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() < 2:
            raise ValueError(f"expected at least 2D input (got {input.dim()}D input)")
        if input.size(1) == 0:
            raise ValueError("SyncBatchNorm number of input channels should be non-zero")

    @classmethod
    def convert_sync_batchnorm(cls, module: Module, process_group: Any = None) -> Module:
        """`module` with every batch normalisation in it as a `SyncBatchNorm` of the same parameters and buffers.

        Example::

            >>> nn.SyncBatchNorm.convert_sync_batchnorm(nn.BatchNorm2d(3))
            SyncBatchNorm(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
        """
        converted = module
        if isinstance(module, _BatchNorm):
            settings = module.num_features, module.eps, module.momentum, module.affine, module.track_running_stats
            converted = SyncBatchNorm(*settings, process_group, bias=module.bias is not None)
            if module.affine:
                with no_grad():
                    converted.weight, converted.bias = module.weight, module.bias
            for name in ("running_mean", "running_var", "num_batches_tracked", "training"):
                setattr(converted, name, getattr(module, name))
        for name, child in module.named_children():
            converted.add_module(name, cls.convert_sync_batchnorm(child, process_group))
        return converted
