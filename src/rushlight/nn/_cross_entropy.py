"""Cross entropy and negative log likelihood, for inputs of any number of dimensions.

The input has its classes in dimension 1, after the batch, or in the only one. Targets are class indices, or, for the
cross entropy, class probabilities in the input's shape.
"""

from __future__ import annotations

from typing import Any

from ..core import Tensor
from ..ops.neural.loss import NONE, SUM, nll_loss, nll_loss2d
from ..ops.neural.softmax import log_softmax
from ..ops.support.arguments import check_int, check_tensor
from ..ops.support.casting import in_float32
from ..ops.support.options import argument_error
from ..ops.support.scalars import over, times


@in_float32
def nll_loss_nd(input: Tensor, target: Tensor, weight: Tensor | None, reduction: int, ignore_index: int) -> Tensor:
    """The negative log likelihood; one or two dimensions and four have kernels, others are brought to four."""
    shape, target_shape = _shapes("nll_loss_nd", input, target, weight, ignore_index)
    if not shape:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    if len(shape) != 1 and shape[:1] != target_shape[:1]:
        given = target_shape[0] if target_shape else 0
        raise ValueError(f"Expected input batch_size ({shape[0]}) to match target batch_size ({given}).")
    if len(shape) <= 2:
        return nll_loss(input, target, weight, reduction, ignore_index)
    if len(shape) == 4:
        return nll_loss2d(input, target, weight, reduction, ignore_index)

    batch, classes, *spatial = shape
    if list(target_shape[1:]) != spatial:
        raise RuntimeError(f"Expected target size {[batch, *spatial]}, got {list(target_shape)}")
    flat = (1, -1) if input.numel() else (0, 0)
    loss = nll_loss2d(
        input.contiguous().view(batch, classes, *flat),
        target.contiguous().view(batch, *flat),
        weight,
        reduction,
        ignore_index,
    )
    return loss.view(batch, *spatial) if reduction == NONE else loss


def _shapes(
    function: str, input: Any, target: Any, weight: Any, ignore_index: Any
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shapes of input and target; TypeError if an argument is of the wrong kind."""
    check_tensor(function, input)
    check_tensor(function, target, "target", 2)
    if weight is not None:
        check_tensor(function, weight, "weight", 3)
    check_int(function, ignore_index, "ignore_index", 5)
    # Those of the payloads, which are cheaper to ask for than Sizes.
    return input._data.shape, target._data.shape


def cross_entropy_loss(
    input: Tensor, target: Tensor, weight: Tensor | None, reduction: int, ignore_index: int, label_smoothing: float
) -> Tensor:
    """The cross entropy; the target's shape says whether it holds probabilities."""
    shape, target_shape = _shapes("cross_entropy_loss", input, target, weight, ignore_index)
    if not isinstance(label_smoothing, (int, float)):
        raise argument_error("cross_entropy_loss", "label_smoothing", "float", label_smoothing, 6)
    soft = shape == target_shape
    if soft and not target.is_floating_point():
        raise RuntimeError(
            f"Expected floating point type for target with class probabilities, got {target.dtype.scalar_name}"
        )
    if soft and ignore_index >= 0:
        raise RuntimeError("ignore_index is not supported for floating point target")
    if label_smoothing > 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}")

    class_dim = 0 if len(shape) == 1 else 1
    log_probs = log_softmax(input, class_dim)
    if soft:
        return _soft(log_probs, target, weight, reduction, label_smoothing, class_dim)
    loss = nll_loss_nd(log_probs, target, weight, reduction, ignore_index)
    if label_smoothing <= 0.0:
        return loss
    smooth = _smooth(log_probs, target, weight, reduction, ignore_index, class_dim)
    return times(loss, 1 - label_smoothing) + times(smooth, label_smoothing / max(shape[class_dim], 1))


def _along_classes(weight: Tensor, log_probs: Tensor) -> Tensor:
    """The weights of the classes, in a shape that broadcasts with `log_probs`."""
    return weight.view(1, -1, *[1] * (log_probs.dim() - 2)) if log_probs.dim() > 1 else weight


def _soft(
    log_probs: Tensor, target: Tensor, weight: Tensor | None, reduction: int, label_smoothing: float, class_dim: int
) -> Tensor:
    """The loss for class probabilities. The mean is that over the batch, whatever the weights."""
    classes = log_probs.size(class_dim)
    if weight is not None and weight.shape != (classes,):
        raise RuntimeError(
            f"cross_entropy: weight tensor should be defined either for all {classes} classes or no classes "
            f"but got weight tensor of shape: {list(weight.shape)}"
        )
    if label_smoothing > 0.0:
        target = times(target, 1 - label_smoothing) + label_smoothing / max(classes, 1)
    terms = log_probs * target
    if weight is not None:
        terms = terms * _along_classes(weight, log_probs)
    if reduction == NONE:
        return -terms.sum(class_dim)
    if reduction == SUM:
        return -terms.sum()
    return over(-terms.sum(), terms.numel() // max(classes, 1))


def _smooth(
    log_probs: Tensor, target: Tensor, weight: Tensor | None, reduction: int, ignore_index: int, class_dim: int
) -> Tensor:
    """The loss against all classes evenly, times their number; what is ignored adds nothing to it."""
    weighted = log_probs if weight is None else log_probs * _along_classes(weight, log_probs)
    ignored = target == ignore_index
    losses = (-weighted.sum(class_dim)).masked_fill(ignored, 0.0)
    if reduction == NONE:
        return losses
    if reduction == SUM:
        return losses.sum()
    if weight is None:
        return losses.sum() / (~ignored).sum()
    weights = weight.gather(0, target.masked_fill(ignored, 0).flatten())
    return losses.sum() / weights.masked_fill(ignored.flatten(), 0.0).sum()
