"""Losses that ask for a margin, as modules: of embeddings, of rankings, of the scores of classes.

Errors come from the functions of the same name in :mod:`nn.functional`, in the call. `reduction`, `size_average` and
`reduce` are those of all losses.
"""

from __future__ import annotations

from collections.abc import Callable

from ...core import Tensor
from .. import functional as F
from .distance import PairwiseDistance
from .loss import _Loss, _WeightedLoss

__all__ = [
    "CosineEmbeddingLoss",
    "HingeEmbeddingLoss",
    "MarginRankingLoss",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "SoftMarginLoss",
    "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
]


class _MarginLoss(_Loss):
    """A loss with a margin to choose."""

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin


class CosineEmbeddingLoss(_MarginLoss):
    r"""Of the cosine of two embeddings: :math:`1 - \cos(x_1, x_2)` where the target is 1,
    :math:`\max(0, \cos(x_1, x_2) - \text{margin})` where it is -1.

    Shape:
        inputs: ``(N, D)`` or ``(D)``; target: ``(N)`` or ``()``.

    Example::

        >>> nn.CosineEmbeddingLoss()(torch.eye(2), 3 * torch.eye(2), torch.tensor([1, -1]))
        tensor(0.5000)
    """

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.cosine_embedding_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class HingeEmbeddingLoss(_MarginLoss):
    r"""Of a distance: `x` where the target is 1, :math:`\max(0, \text{margin} - x)` where it is -1.

    Shape:
        input and target: alike.

    Example::

        >>> nn.HingeEmbeddingLoss()(torch.tensor([0.5, 0.25]), torch.tensor([1, -1]))
        tensor(0.6250)
    """

    def __init__(
        self,
        margin: float = 1.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(margin, size_average, reduce, reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class MarginRankingLoss(_MarginLoss):
    r""":math:`\max(0, -y (x_1 - x_2) + \text{margin})`: the first is to rank above the second where the target `y` is 1,
    below where it is -1.

    Shape:
        inputs and target: alike.

    Example::

        >>> nn.MarginRankingLoss()(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 0.0]), torch.tensor([1, 1]))
        tensor(1.)
    """

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.margin_ranking_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class SoftMarginLoss(_Loss):
    r"""The logistic loss :math:`\log(1 + e^{-y x})` of targets `y` that are 1 or -1.

    Shape:
        input and target: alike.

    Example::

        >>> nn.SoftMarginLoss()(torch.zeros(2), torch.tensor([1.0, -1.0]))
        tensor(0.6931)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class MultiMarginLoss(_WeightedLoss):
    r""":math:`\frac{1}{C} \sum_{i \ne y} w_y \max(0, \text{margin} - x_y + x_i)^p` of scores `x` and the class `y`.

    Args:
        p: 1 or 2.
        margin: by how much the right class is to be above the others.
        weight: `w`, a weight for each class, ``(C)``.

    Shape:
        input: ``(N, C)`` or ``(C)``; target: ``(N)`` or ``()``, of class indices.

    Raises:
        ValueError: if `p` is neither 1 nor 2, or `weight` no vector.

    Example::

        >>> nn.MultiMarginLoss()(torch.tensor([[0.0, 0.5]]), torch.tensor([1]))
        tensor(0.2500)
    """

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise ValueError("only p == 1 and p == 2 supported")
        if weight is not None and weight.dim() != 1:
            raise ValueError(f"MultiMarginLoss: expected weight to be None or 1D tensor, got {weight.dim()}D instead")
        self.p = p
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multi_margin_loss(
            input, target, p=self.p, margin=self.margin, weight=self.weight, reduction=self.reduction
        )


class MultiLabelMarginLoss(_Loss):
    r""":math:`\frac{1}{C} \sum_{j \in y} \sum_{i \notin y} \max(0, 1 - x_j + x_i)` of scores `x` and the labels `y`.

    Shape:
        input: ``(N, C)`` or ``(C)``; target: alike, the labels first, then -1 (what comes after it does not count).

    Example::

        >>> nn.MultiLabelMarginLoss()(torch.tensor([[0.0, 0.5]]), torch.tensor([[1, -1]]))
        tensor(0.2500)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(_WeightedLoss):
    r"""The binary cross entropy of the logits of each class, :math:`-\frac{1}{C} \sum_i w_i (y_i \log \sigma(x_i) +
    (1 - y_i) \log \sigma(-x_i))`.

    Shape:
        input and target: ``(*, C)``; weight: broadcast to them.

    Example::

        >>> nn.MultiLabelSoftMarginLoss()(torch.zeros(1, 2), torch.tensor([[1.0, 0.0]]))
        tensor(0.6931)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_soft_margin_loss(input, target, weight=self.weight, reduction=self.reduction)


class TripletMarginLoss(_Loss):
    r""":math:`\max(0, \text{margin} + d(a, p) - d(a, n))` of an anchor, a positive and a negative, where `d` is a norm of
    the difference (Balntas et al., BMVC 2016).

    Args:
        margin: by how much the negative is to be farther from the anchor than the positive.
        p: the order of the norm.
        eps: added to each difference, so that the gradient is defined where there is none.
        swap: whether the negative's distance is the smaller of those to anchor and positive.

    Shape:
        anchor, positive, negative: ``(N, D)`` or ``(D)``.

    Raises:
        ValueError: if `margin` is not positive.

    Example::

        >>> nn.TripletMarginLoss(2.0)(torch.zeros(1, 1), torch.ones(1, 1), torch.tensor([[2.0]]))
        tensor(1.)
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        if margin <= 0:
            raise ValueError(f"TripletMarginLoss: expected margin to be greater than 0, got {margin} instead")
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return F.triplet_margin_loss(
            anchor,
            positive,
            negative,
            margin=self.margin,
            p=self.p,
            eps=self.eps,
            swap=self.swap,
            reduction=self.reduction,
        )


class TripletMarginWithDistanceLoss(_Loss):
    """:class:`TripletMarginLoss` with a distance of one's own, a function of two tensors: by default
    :class:`PairwiseDistance`.

    Raises:
        ValueError: if `margin` is not positive.

    Example::

        >>> far = lambda x, y: (x - y).abs().amax(-1)
        >>> loss = nn.TripletMarginWithDistanceLoss(distance_function=far, margin=4.0)
        >>> loss(torch.zeros(1, 2), torch.ones(1, 2), 3 * torch.ones(1, 2))
        tensor(2.)
    """

    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average=None, reduce=None, reduction=reduction)
        if margin <= 0:
            raise ValueError(
                f"TripletMarginWithDistanceLoss: expected margin to be greater than 0, got {margin} instead"
            )
        self.distance_function = distance_function if distance_function is not None else PairwiseDistance()
        self.margin = margin
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return F.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )
