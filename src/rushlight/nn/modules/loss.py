"""Losses as modules: each compares an input with a target and reduces the result.

All take `reduction`: ``"mean"`` and ``"sum"`` give a scalar, ``"none"`` one number for each element or row. The flags
`size_average` and `reduce`, which stood for it once, are deprecated. Errors come from the functions of the same name in
:mod:`nn.functional`, in the call.
"""

from __future__ import annotations

from ...core import Tensor
from ...ops.support.options import warn_user
from .. import _reduction
from .. import functional as F
from .module import Module

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "MSELoss",
    "NLLLoss",
    "NLLLoss2d",
    "SmoothL1Loss",
]


class _Loss(Module):
    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = _reduction.from_legacy(size_average, reduce, reduction)


class _WeightedLoss(_Loss):
    """A loss with a weight for each class or element, kept as a buffer."""

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


class L1Loss(_Loss):
    r"""The absolute error :math:`|x - y|`.

    Shape:
        input and target: alike.

    Example::

        >>> nn.L1Loss()(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
        tensor(1.)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.l1_loss(input, target, reduction=self.reduction)


class MSELoss(_Loss):
    r"""The squared error :math:`(x - y)^2`.

    Shape:
        input and target: alike.

    Example::

        >>> nn.MSELoss()(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
        tensor(2.)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(_Loss):
    r""":math:`(x - y)^2 / (2 \beta)` where the difference is below :math:`\beta`, :math:`|x - y| - \beta / 2`
    elsewhere (Girshick, arXiv:1504.08083).

    Shape:
        input and target: alike.

    Example::

        >>> nn.SmoothL1Loss()(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
        tensor(0.7500)
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(_Loss):
    r""":math:`(x - y)^2 / 2` where the difference is below :math:`\delta`, :math:`\delta (|x - y| - \delta / 2)`
    elsewhere (Huber, 1964).

    Shape:
        input and target: alike.

    Raises:
        TypeError: if `delta` is no number.

    Example::

        >>> nn.HuberLoss(delta=2.0)(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 5.0]))
        tensor(2.)
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        if not isinstance(delta, (float, int)):
            raise TypeError(f"delta must be a float or int, got: {type(delta)}")
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class BCELoss(_WeightedLoss):
    r"""The binary cross entropy :math:`-w (y \log x + (1 - y) \log(1 - x))` of probabilities `x`.

    Shape:
        input and target: alike; weight: broadcast to them.

    Example::

        >>> nn.BCELoss()(torch.tensor([0.5]), torch.tensor([1.0]))
        tensor(0.6931)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_Loss):
    r"""The binary cross entropy :math:`-w (p y \log \sigma(x) + (1 - y) \log(1 - \sigma(x)))` of logits `x`, computed
    without overflow.

    Args:
        weight: `w`, a weight for each element, broadcast to the target.
        pos_weight: `p`, a weight of the positive examples, broadcast to the target.

    Shape:
        input and target: alike.

    Example::

        >>> nn.BCEWithLogitsLoss()(torch.tensor([0.0]), torch.tensor([1.0]))
        tensor(0.6931)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, pos_weight=self.pos_weight, reduction=self.reduction
        )


class NLLLoss(_WeightedLoss):
    r"""The negative log likelihood :math:`-w_y x_y` of the class `y`, for log probabilities `x`. The mean is weighted.

    Args:
        weight: a weight for each class, ``(C)``.
        ignore_index: a target that adds nothing, neither to the loss nor to the gradient.

    Shape:
        input: ``(C)``, ``(N, C)`` or ``(N, C, d1, ...)``; target: the same without `C`, of class indices.

    Example::

        >>> nn.NLLLoss()(torch.tensor([[-1.0, -2.0]]), torch.tensor([1]))
        tensor(2.)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.nll_loss(input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction)


class NLLLoss2d(NLLLoss):
    """Deprecated: :class:`NLLLoss`."""

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        warn_user(
            "`NLLLoss2d` has been deprecated. Please use `NLLLoss` instead as a drop-in replacement and see "
            "https://pytorch.org/docs/main/nn.html#torch.nn.NLLLoss for more details.",
            FutureWarning,
        )
        super().__init__(weight, size_average, ignore_index, reduce, reduction)


class CrossEntropyLoss(_WeightedLoss):
    r"""The cross entropy :math:`-\sum_c w_c y_c \log \text{softmax}(x)_c` of logits `x`.

    Args:
        weight: a weight for each class, ``(C)``.
        ignore_index: a target class that adds nothing; only for targets that are class indices.
        label_smoothing: how much of the target is spread evenly over all classes, from 0 to 1.

    Shape:
        input: ``(C)``, ``(N, C)`` or ``(N, C, d1, ...)``; target: the same without `C`, of class indices, or alike, of
        class probabilities.

    Example::

        >>> nn.CrossEntropyLoss()(torch.zeros(1, 2), torch.tensor([1]))
        tensor(0.6931)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class KLDivLoss(_Loss):
    r"""The Kullback-Leibler divergence, pointwise :math:`y (\log y - x)`, for log probabilities `x`.

    Args:
        reduction: besides the usual ones ``"batchmean"``, the sum divided by the batch size, which is the divergence.
        log_target: whether the target is given as log probabilities too.

    Shape:
        input and target: alike.

    Example::

        >>> nn.KLDivLoss(reduction="sum")(torch.tensor([0.5, 0.5]).log(), torch.tensor([1.0, 0.0]))
        tensor(0.6931)
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)
