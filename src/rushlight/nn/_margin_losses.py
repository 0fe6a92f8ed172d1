"""The losses of :mod:`nn.functional` that ask for a margin: of embeddings, of rankings, of the scores of classes.

All take `reduction` as those in :mod:`nn._losses` do.
"""

from __future__ import annotations

from collections.abc import Callable

from .. import ops
from ..core import Tensor
from ..ops.neural import loss, margin_loss
from ..ops.support.casting import in_float32
from . import _reduction

__all__ = [
    "cosine_embedding_loss",
    "hinge_embedding_loss",
    "margin_ranking_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "soft_margin_loss",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]


@in_float32
def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """How unlike two embeddings are that should be alike, or how alike; see :class:`~nn.CosineEmbeddingLoss`.

    Raises:
        RuntimeError: unless the inputs are matrices with a target for each row, or vectors with one target.

    Example::

        >>> F.cosine_embedding_loss(torch.eye(2), torch.ones(2, 2), torch.tensor([1, -1]))
        tensor(0.5000)
    """
    number = _reduction.chosen(size_average, reduce, reduction)
    return margin_loss.cosine_embedding_loss(input1, input2, target, margin, number)


@in_float32
def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`input` where `target` is 1, ``max(0, margin - input)`` where it is -1; see :class:`~nn.HingeEmbeddingLoss`.

    Input and target broadcast; RuntimeError if they do not.

    Example::

        >>> F.hinge_embedding_loss(torch.tensor([0.5, 0.25]), torch.tensor([1, -1]))
        tensor(0.6250)
    """
    number = _reduction.chosen(size_average, reduce, reduction)
    return margin_loss.hinge_embedding_loss(input, target, margin, number)


@in_float32
def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """What one input lacks to be above the other by `margin`; see :class:`~nn.MarginRankingLoss`.

    Raises:
        RuntimeError: if the inputs and the target have not as many dimensions, or do not broadcast.

    Example::

        >>> F.margin_ranking_loss(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 0.0]), torch.tensor([1, 1]))
        tensor(1.)
    """
    number = _reduction.chosen(size_average, reduce, reduction)
    if input1.dim() != input2.dim() or input1.dim() != target.dim():
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {input1.size()}, input2: {input2.size()}, target: {target.size()} "
        )
    return margin_loss.margin_ranking_loss(input1, input2, target, margin, number)


@in_float32
def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """What a negative lacks to be farther from the anchor than a positive; see :class:`~nn.TripletMarginLoss`.

    Raises:
        ValueError: if `margin` is not positive.
        RuntimeError: if the inputs have not as many dimensions, or do not broadcast.

    Example::

        >>> F.triplet_margin_loss(torch.zeros(1, 2), torch.ones(1, 2), torch.ones(1, 2))
        tensor(1.0000)
    """
    number = _reduction.chosen(size_average, reduce, reduction)
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    return margin_loss.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, number)


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """:func:`triplet_margin_loss` with a distance of one's own; see :class:`~nn.TripletMarginWithDistanceLoss`.

    Raises:
        ValueError: if `margin` is not positive.
        RuntimeError: if the inputs have not as many dimensions.

    Example::

        >>> far = lambda x, y: (x - y).abs().amax(-1)
        >>> a, b = torch.zeros(1, 2), torch.ones(1, 2)
        >>> F.triplet_margin_with_distance_loss(a, b, 3 * b, distance_function=far, margin=4.0)
        tensor(2.)
    """
    number = _reduction.get_enum(reduction)
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    margin_loss.check_triplet(anchor, positive, negative)
    distance = ops.pairwise_distance if distance_function is None else distance_function
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = ops.minimum(far, distance(positive, negative))
    return loss.reduce(ops.clamp_min(margin + near - far, 0), number)


@in_float32
def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The logistic loss of targets 1 and -1; see :class:`~nn.SoftMarginLoss`.

    Raises:
        RuntimeError: if the target does not broadcast to the input, or requires grad; for inputs that are integers.

    Example::

        >>> F.soft_margin_loss(torch.zeros(2), torch.tensor([1.0, -1.0]))
        tensor(0.6931)
    """
    return margin_loss.soft_margin_loss(input, target, _reduction.chosen(size_average, reduce, reduction))


@in_float32
def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """What the right class lacks to be above each other one by `margin`; see :class:`~nn.MultiMarginLoss`.

    Raises:
        ValueError: if `p` is neither 1 nor 2, or `weight` no vector.
        RuntimeError: if the shapes or dtypes do not fit, or a target is not a class.

    Example::

        >>> F.multi_margin_loss(torch.tensor([[0.0, 0.5]]), torch.tensor([1]))
        tensor(0.2500)
    """
    number = _reduction.chosen(size_average, reduce, reduction)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.dim() != 1:
        raise ValueError("weight must be one-dimensional")
    return margin_loss.multi_margin_loss(input, target, p, margin, weight, number)


@in_float32
def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """What each label lacks to be above each class that is none by 1; see :class:`~nn.MultiLabelMarginLoss`.

    Raises:
        RuntimeError: if the shapes or dtypes do not fit, or a target is neither a class nor -1.

    Example::

        >>> F.multilabel_margin_loss(torch.tensor([[0.0, 0.5]]), torch.tensor([[1, -1]]))
        tensor(0.2500)
    """
    return margin_loss.multilabel_margin_loss(input, target, _reduction.chosen(size_average, reduce, reduction))


def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The binary cross entropy of each class, averaged over the classes; see :class:`~nn.MultiLabelSoftMarginLoss`.

    Raises:
        ValueError: for another `reduction`.
        RuntimeError: if the shapes do not broadcast.

    Example::

        >>> F.multilabel_soft_margin_loss(torch.zeros(1, 2), torch.tensor([[1.0, 0.0]]))
        tensor(0.6931)
    """
    reduction = _reduction.from_legacy(size_average, reduce, reduction)
    losses = -(target * ops.log_sigmoid(input) + (1 - target) * ops.log_sigmoid(-input))
    if weight is not None:
        losses = losses * weight
    classes = input.dim() - 1
    losses = losses.sum(dim=classes) / input.size(classes)
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not valid")
    return loss.reduce(losses, _reduction.get_enum(reduction))
