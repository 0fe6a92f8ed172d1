"""A linear layer and the cross entropy of its logits, as one module."""

from __future__ import annotations

import math
from typing import Any

from ...core import Tensor
from .. import functional as F
from .._linear_cross_entropy import LinearCrossEntropyOptions
from .linear import Linear
from .loss import _WeightedLoss

__all__ = ["LinearCrossEntropyLoss", "LinearCrossEntropyOptions"]


class LinearCrossEntropyLoss(_WeightedLoss):
    """The cross entropy of the logits that a linear layer makes of the input: :class:`Linear` and
    :class:`CrossEntropyLoss` in one, which can do without holding all the logits.

    Args:
        in_features: the size of the input's last dimension.
        num_classes: the number of classes, ``C``.
        out_features: the sizes of further dimensions of the logits, for as many targets each.
        bias: whether the layer has a bias.
        device, dtype: of the layer's parameters.
        reduction, weight, ignore_index, label_smoothing: as in :class:`CrossEntropyLoss`.
        options: how to go through the batch some rows at a time; None: all at once.

    Shape:
        input: ``(N, in_features)`` or ``(in_features)``; target: ``(N, *out_features)`` or ``()`` of class indices, or
        ``(N, C, *out_features)`` or ``(C)`` of class probabilities.

    Attributes:
        linear: the layer, with a weight ``(C * prod(out_features), in_features)``.

    Raises:
        RuntimeError: if `weight` is not ``(C)``, or `label_smoothing` not between 0 and 1.

    Example::

        >>> nn.LinearCrossEntropyLoss(5, 3)(torch.zeros(2, 5), torch.tensor([0, 2]))
        tensor(1.0986, grad_fn=<NllLossBackward0>)
    """

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: tuple[int, ...] = (),
        bias: bool = False,
        device: Any = None,
        dtype: Any = None,
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options: LinearCrossEntropyOptions | None = None,
    ) -> None:
        if weight is not None and weight.shape != (num_classes,):
            raise RuntimeError(f"expected weight shape to be {(num_classes,)}, got {tuple(weight.shape)}")
        if not 0 <= label_smoothing <= 1:
            raise RuntimeError(f"expected label_smoothing to be in range [0, 1], got {label_smoothing}")
        super().__init__(weight=weight, size_average=None, reduce=None, reduction=reduction)
        self.num_classes = num_classes
        self.out_features = out_features
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        self.linear = Linear(in_features, num_classes * math.prod(out_features), bias=bias, device=device, dtype=dtype)
        self.options = options

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        outputs = (self.num_classes, *self.out_features)
        bias = self.linear.bias
        return F.linear_cross_entropy(
            input,
            self.linear.weight.reshape((*outputs, self.linear.in_features)),
            target,
            linear_bias=None if bias is None else bias.reshape(outputs),
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )

    def extra_repr(self) -> str:
        return (
            f"in_features={self.linear.in_features}, num_classes={self.num_classes}, out_features={self.out_features}, "
            f"bias={self.linear.bias is not None}, reduction={self.reduction}, ignore_index={self.ignore_index}, "
            f"label_smoothing={self.label_smoothing}, options={self.options}"
        )
