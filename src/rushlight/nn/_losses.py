"""The losses of :mod:`nn.functional`.

All take `reduction` (``"mean"``, ``"sum"`` or ``"none"``) and raise ValueError for another one. The flags
`size_average` and `reduce`, which stood for it once, are deprecated and override it with a warning.
"""

from __future__ import annotations

from .. import ops
from ..core import Tensor
from ..ops.neural import loss
from ..ops.support.casting import in_float32
from ..ops.support.options import warn_user
from . import _reduction
from ._cross_entropy import cross_entropy_loss, nll_loss_nd

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "mse_loss",
    "nll_loss",
    "smooth_l1_loss",
]


def _same_size(input: Tensor, target: Tensor) -> bool:
    try:
        return input._data.shape == target._data.shape  # several times cheaper than making two Sizes
    except AttributeError:
        return input.size() == target.size()  # what is no tensor fails here in torch's words


def _broadcast(input: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Both of the same size: a warning where they are not, RuntimeError where they cannot be."""
    if _same_size(target, input):
        return input, target
    warn_user(
        f"Using a target size ({target.size()}) that is different to the input size ({input.size()}). "
        "This will likely lead to incorrect results due to broadcasting. "
        "Please ensure they have the same size."
    )
    one, other = ops.broadcast_tensors(input, target)
    return one, other


def _weighted(weight: Tensor, input: Tensor, reduction: str) -> int:
    """Checks the weight of each loss, and returns the number of the reduction."""
    if not _same_size(weight, input):
        raise ValueError("Weights and input must have the same size.")
    if reduction not in ("none", "sum", "mean"):
        raise ValueError(f"Invalid reduction mode: {reduction}. Expected one of 'none', 'mean', 'sum'.")
    return _reduction.get_enum(reduction)


def _weighted_average(losses: Tensor, weight: Tensor, reduction: int) -> Tensor:
    """The weighted losses, reduced; the mean is that over the weights."""
    losses = losses * weight
    return losses.sum() / weight.sum() if reduction == loss.MEAN else loss.reduce(losses, reduction)


@in_float32
def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The absolute error; see :class:`~nn.L1Loss`. With a `weight` of the input's size, the mean is weighted.

    Input and target broadcast; if their sizes differ, there is a warning. RuntimeError if they do not broadcast.

    Example::

        >>> F.l1_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
        tensor(1.)
    """
    reduction = _reduction.from_legacy(size_average, reduce, reduction)
    expanded, target = _broadcast(input, target)
    if weight is not None:
        number = _weighted(weight, input, reduction)
        return _weighted_average((expanded - target).abs(), weight, number)
    return loss.l1_loss(expanded, target, _reduction.get_enum(reduction))


@in_float32
def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The squared error; see :class:`~nn.MSELoss`. With a `weight` of the input's size, the mean is weighted.

    Input and target broadcast; if their sizes differ, there is a warning. RuntimeError if they do not broadcast.

    Example::

        >>> F.mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
        tensor(2.)
    """
    reduction = _reduction.from_legacy(size_average, reduce, reduction)
    expanded, target = _broadcast(input, target)
    if weight is not None:
        number = _weighted(weight, input, reduction)
        return _weighted_average((expanded - target) ** 2, weight, number)
    return loss.mse_loss(expanded, target, _reduction.get_enum(reduction))


@in_float32
def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """The squared error below `beta`, the absolute one above; see :class:`~nn.SmoothL1Loss`.

    Raises:
        RuntimeError: if `beta` is negative.

    Example::

        >>> F.smooth_l1_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
        tensor(0.7500)
    """
    number = _reduction.chosen(size_average, reduce, reduction)
    input, target = _broadcast(input, target)
    return loss.smooth_l1_loss(input, target, number, beta)


@in_float32
def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """The squared error below `delta`, a straight line above; see :class:`~nn.HuberLoss`. With a `weight` of the
    input's size, the losses are multiplied by it.

    Raises:
        RuntimeError: if `delta` is not positive.

    Example::

        >>> F.huber_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 5.0]), delta=2.0)
        tensor(2.)
    """
    expanded, target = _broadcast(input, target)
    if weight is None:
        return loss.huber_loss(expanded, target, _reduction.get_enum(reduction), delta)
    number = _weighted(weight, input, reduction)
    return loss.reduce(loss.huber_loss(expanded, target, loss.NONE, delta) * weight, number)


@in_float32
def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The cross entropy of probabilities and targets between 0 and 1; see :class:`~nn.BCELoss`.

    Raises:
        ValueError: if the sizes differ.
        RuntimeError: if `weight` cannot be broadcast to them, or a probability is not between 0 and 1.

    Example::

        >>> F.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([1.0]))
        tensor(0.6931)
    """
    number = _reduction.chosen(size_average, reduce, reduction)
    if not _same_size(target, input):
        raise ValueError(
            f"Using a target size ({target.size()}) that is different to the input size ({input.size()}) "
            "is deprecated. Please ensure they have the same size."
        )
    if weight is not None:
        weight = weight.expand(ops.broadcast_shapes(target.size(), weight.size()))
    return loss.binary_cross_entropy(input, target, weight, number)


@in_float32
def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """The cross entropy of logits and targets between 0 and 1; see :class:`~nn.BCEWithLogitsLoss`.

    Raises:
        ValueError: if the sizes differ.
        RuntimeError: if `weight` or `pos_weight` cannot be broadcast to them.

    Example::

        >>> F.binary_cross_entropy_with_logits(torch.tensor([0.0]), torch.tensor([1.0]))
        tensor(0.6931)
    """
    number = _reduction.chosen(size_average, reduce, reduction)
    if not _same_size(target, input):
        raise ValueError(f"Target size ({target.size()}) must be the same as input size ({input.size()})")
    return loss.binary_cross_entropy_with_logits(input, target, weight, pos_weight, number)


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The negative log likelihood of the target classes; see :class:`~nn.NLLLoss`.

    Raises:
        ValueError: if the batch sizes differ, or the input has no dimensions.
        IndexError: if a target is not a class.
        RuntimeError: if the shapes or dtypes do not fit.

    Example::

        >>> F.nll_loss(torch.tensor([[-1.0, -2.0]]), torch.tensor([1]))
        tensor(2.)
    """
    number = _reduction.chosen(size_average, reduce, reduction)
    return nll_loss_nd(input, target, weight, number, ignore_index)


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """The cross entropy of logits and target classes, or class probabilities; see :class:`~nn.CrossEntropyLoss`.

    Raises:
        ValueError: if the batch sizes differ.
        IndexError: if a target is not a class.
        RuntimeError: if the shapes or dtypes do not fit, `label_smoothing` is above 1, or `ignore_index` is given for
            class probabilities.

    Example::

        >>> F.cross_entropy(torch.zeros(1, 2), torch.tensor([1]))
        tensor(0.6931)
    """
    number = _reduction.chosen(size_average, reduce, reduction)
    return cross_entropy_loss(input, target, weight, number, ignore_index, label_smoothing)


@in_float32
def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """The Kullback-Leibler divergence; see :class:`~nn.KLDivLoss`, also for ``reduction="batchmean"``.

    `input` has logarithms of probabilities, `target` probabilities, or with `log_target` logarithms too. Input and target
    broadcast; RuntimeError if they do not. The default reduction warns: it is not the divergence's definition.

    Example::

        >>> F.kl_div(torch.tensor([0.5, 0.5]).log(), torch.tensor([1.0, 0.0]), reduction="sum")
        tensor(0.6931)
    """
    if size_average is None and reduce is None and reduction == "mean":
        warn_user(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
            "'mean' will be changed to behave the same as 'batchmean' in the next major release."
        )
    per_batch = reduction == "batchmean"
    reduction = _reduction.from_legacy(size_average, reduce, "sum" if per_batch else reduction)
    total = loss.kl_div(input, target, _reduction.get_enum(reduction), log_target=log_target)
    return total / input.size(0) if per_batch and input.dim() != 0 else total
