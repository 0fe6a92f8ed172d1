"""Losses that ask for a margin: between scores of classes, between distances, between a score and its sign.

The `reduction` is a number, as in `loss`; those under torch.* keep the losses as they are by default, as torch's do.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.promotion import check_output_dtype
from ...arrays.shapes import broadcast_shapes
from ...core.declare import elementwise
from ...core.tensor import Tensor
from ..creation.filled import check_fits, full_like, ones_like, zeros_like
from ..elementwise.comparison import where
from ..reduction.extremum import minimum
from ..support.arguments import (
    check_bool,
    check_int,
    check_no_gradient,
    check_number,
    check_real,
    check_tensor,
    check_wide,
)
from ..support.layered import every_value
from ..support.no_derivative import no_derivative
from ..support.precision import wide_op
from ..support.scalars import minus, plus
from .loss import MEAN, NONE, divisor_of, reduce, reduced, share
from .normalization import pairwise_distance

__all__ = ["cosine_embedding_loss", "hinge_embedding_loss", "margin_ranking_loss", "triplet_margin_loss"]


def _check_arguments(name: str, reduction: Any, position: int, margin: Any, **tensors: Any) -> None:
    """Raises TypeError for what is no tensor, no margin, or no number of a reduction."""
    for i, (argument, tensor) in enumerate(tensors.items(), 1):
        check_tensor(name, tensor, argument, i)
    check_real(name, margin, "margin", len(tensors) + 1)
    check_int(name, reduction, "reduction", position)


# Of embeddings: how similar two are, or should not be.


def cosine_embedding_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = NONE
) -> Tensor:
    """1 - cos where `target` is 1, cos - `margin` where it is -1 and that is positive, of the cosine of each two rows.

    Raises RuntimeError unless the inputs are matrices with a target for each row, or vectors with one target.
    """
    _check_arguments("cosine_embedding_loss", reduction, 5, margin, input1=input1, input2=input2, target=target)
    dim = target.ndim
    if dim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if input1.ndim != dim + 1 or input2.ndim != dim + 1:
        raise RuntimeError(
            f"{dim}D target tensor expects {dim + 1}D input tensors, but found inputs with sizes "
            f"{list(input1.shape)} and {list(input2.shape)}."
        )
    squares = [plus((x * x).sum(dim), 1e-12) for x in (input1, input2)]
    cos = (input1 * input2).sum(dim) / (squares[0] * squares[1]).sqrt()
    zeros = zeros_like(cos)
    alike = where(target == 1, ones_like(cos) - cos, zeros)
    apart = where(target == -1, minus(cos, margin).clamp_min(0), zeros)
    return reduce(alike + apart, reduction)


def hinge_embedding_loss(input: Tensor, target: Tensor, margin: float = 1.0, reduction: int = NONE) -> Tensor:
    """`input` where `target` is 1, `margin` - input where it is -1 and that is positive; both for other targets."""
    _check_arguments("hinge_embedding_loss", reduction, 4, margin, input=input, target=target)
    zeros = zeros_like(input)
    apart = where(target != 1, (full_like(input, margin) - input).clamp_min(0), zeros)
    return reduce(apart + where(target != -1, input, zeros), reduction)


# Of rankings: which of two is to be larger, and by how much.


def margin_ranking_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = NONE
) -> Tensor:
    """`margin` less by how much the first is above the second (`target` 1) or below it (-1), where that is positive."""
    _check_arguments("margin_ranking_loss", reduction, 5, margin, input1=input1, input2=input2, target=target)
    return reduce(plus(-target * (input1 - input2), margin).clamp_min(0), reduction)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: int = NONE,
) -> Tensor:
    """`margin` plus the distance from anchor to positive less that to negative, where that is positive.

    Distances are norms of order `p` of rows. With `swap`, the negative's distance is the smaller of those to anchor and
    positive (Balntas et al., BMVC 2016). Raises RuntimeError unless all have as many dimensions.
    """
    _check_arguments("triplet_margin_loss", reduction, 8, margin, anchor=anchor, positive=positive, negative=negative)
    check_bool("triplet_margin_loss", swap, "swap", 7)
    check_triplet(anchor, positive, negative)
    near, far = (pairwise_distance(anchor, other, p, eps) for other in (positive, negative))
    if swap:
        far = minimum(far, pairwise_distance(positive, negative, p, eps))
    return reduce((plus(near, margin) - far).clamp_min(0), reduction)


def check_triplet(anchor: Tensor, positive: Tensor, negative: Tensor) -> None:
    """Raises RuntimeError unless all three have as many dimensions."""
    dims = anchor.ndim, positive.ndim, negative.ndim
    if len(set(dims)) != 1:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            "anchor {}D, positive {}D, and negative {}D inputs".format(*dims)
        )


# Of a score and its sign.


def _soft_slope(g: Any, x: Any, y: Any, divisor: Any) -> Any:
    z = np.exp(-y * x)
    return share(-y * z / (z + 1), divisor) * g


def _soft_curvature(gg: Any, g: Any, x: Any, y: Any, divisor: Any) -> Any:
    z = np.exp(-y * x)
    return share(gg * g * (y * y) * z / ((z + 1) * (z + 1)), divisor)


soft_margin_loss_backward = elementwise(
    "soft_margin_loss_backward", _soft_slope, "SoftMarginLossBackwardBackward0",
    lambda gg, x, y, divisor: soft_margin_loss_backward(gg, x, y, divisor),
    _soft_curvature,
    inputs=3,
)  # fmt: skip

_soft_margin_loss = wide_op(
    "soft_margin_loss", lambda x, y, divisor: reduced(np.log1p(np.exp(-y * x)), divisor), "SoftMarginLossBackward0", {
        "x": lambda g, x, y, divisor: soft_margin_loss_backward(g, x, y, divisor),
    }, conforms=True, saved_as={"y": "target"},
)  # fmt: skip


def soft_margin_loss(input: Tensor, target: Tensor, reduction: int = MEAN) -> Tensor:
    """log(1 + exp(-target * input)), the logistic loss of targets 1 and -1; reduced."""
    check_tensor("soft_margin_loss", input)
    check_tensor("soft_margin_loss", target, "target", 2)
    check_no_gradient("soft_margin_loss", target, "target")
    x = input._data
    if x.dtype.kind == "b":
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the "
            "`~` or `logical_not()` operator instead."
        )
    if x.dtype.kind in "iu":
        check_output_dtype(dtypes.get_default_dtype(), input.dtype)
    shape = broadcast_shapes(x.shape, target._data.shape)
    if shape != x.shape:
        raise RuntimeError(f"output with shape {list(x.shape)} doesn't match the broadcast shape {list(shape)}")
    if target.dtype is not input.dtype:
        target = target.to(input.dtype)
    return _soft_margin_loss(input, target, divisor_of(reduction, x.size))


# Of the scores of classes.


def check_scalar_type(value: Tensor, wanted: dtypes.dtype) -> None:
    """Raises RuntimeError for another dtype than the one that a kernel takes here."""
    if value.dtype is not wanted:
        raise RuntimeError(f"expected scalar type {wanted.scalar_name} but found {value.dtype.scalar_name}")


def _batched(x: Any) -> Any:
    """A vector of scores as a batch of one."""
    return x.reshape(-1, x.shape[-1] if x.ndim else 1)


def _class_margins(x: Any, target: Any, margin: float) -> Any:
    """By how much each class comes too close to the right one, 0 for itself: (batch, classes)."""
    rows = np.arange(target.size)
    short = np.maximum(margin - x[rows, target][:, None] + x, 0)
    short[rows, target] = 0
    return short


def _multi_value(x: Any, target: Any, p: int, margin: float, weight: Any, divisor: Any) -> Any:
    scores, classes = _batched(x), target.reshape(-1)
    short = _class_margins(scores, classes, margin)
    losses = (short if p == 1 else short * short).sum(1) / scores.shape[1]
    return reduced((losses if weight is None else losses * weight[classes]).reshape(target.shape), divisor)


def _multi_slope(g: Any, x: Any, target: Any, p: int, margin: float, weight: Any, divisor: Any) -> Any:
    scores, classes = _batched(x), target.reshape(-1)
    short = _class_margins(scores, classes, margin)
    slope = (short > 0).astype(x.dtype) if p == 1 else 2 * short
    slope = slope / scores.shape[1] if weight is None else slope * (weight[classes] / scores.shape[1])[:, None]
    slope[np.arange(classes.size), classes] = -slope.sum(1)
    return (slope * share(g, divisor).reshape(-1, 1)).reshape(x.shape)


def _pushed(slope: Any, t: Any, g_shape: tuple[int, ...]) -> Any:
    """The adjoint of multiplying the slope of each loss by its gradient: each loss's tangent, or that of their sum."""
    moved = slope * t
    return moved.sum(-1).reshape(g_shape) if g_shape else moved.sum()


_multi_margin_loss_backward = wide_op("multi_margin_loss_backward", _multi_slope, "NotImplemented", {
    "g": lambda t, g_shape, x, target, p, margin, weight, divisor: _pushed(
        _multi_margin_loss_backward(np.ones_like(t, shape=g_shape), x, target, p, margin, weight, divisor), t, g_shape
    ),
    "x": no_derivative("multi_margin_loss_backward"),
})  # fmt: skip
_multi_margin_loss = wide_op("multi_margin_loss", _multi_value, "MultiMarginLossBackward0", {
    "x": lambda g, x, target, p, margin, weight, divisor: _multi_margin_loss_backward(
        g, x, target, p, margin, weight, divisor
    ),
})  # fmt: skip


def multi_margin_loss(
    input: Tensor, target: Tensor, p: float = 1, margin: float = 1, weight: Tensor | None = None, reduction: int = MEAN
) -> Tensor:
    """The sum over the wrong classes of (margin - right score + score) where positive, to the power `p`, over all classes.

    Scores are (batch, classes) and targets (batch), or (classes) and (); a `weight` is that of the right class. There is
    no second derivative: RuntimeError, as in torch. Raises RuntimeError for what does not fit.
    """
    name = "multi_margin_loss"
    check_tensor(name, input)
    check_tensor(name, target, "target", 2)
    check_no_gradient(name, weight, "weight")
    check_number(name, margin, "margin", 4)
    check_fits(margin, input.dtype)
    x, t = input._data, target._data
    if p not in (1, 2):
        raise RuntimeError("only p == 1 and p == 2 supported")
    if x.ndim > 2 or (x.ndim and not x.shape[-1]) or (x.ndim < 2 and not x.size):
        raise RuntimeError(
            f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(x.shape)}"
        )
    batch = x.shape[0] if x.ndim == 2 else 1
    if t.ndim > 1 or t.size != batch:
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). "
            f"Expected target size [{batch}], but got {list(t.shape)}. Input has shape {list(x.shape)}."
        )
    classes = x.shape[-1] if x.ndim else 1
    if weight is not None and (weight.ndim > 1 or weight._data.size != classes):
        raise RuntimeError(f"inconsistent weight size, expected {classes} but got {list(weight.shape)}")
    check_wide("multi_margin_loss_cpu_kernel", input)
    check_scalar_type(target, dtypes.int64)
    if weight is not None:
        check_scalar_type(weight, input.dtype)
    if t.size and not 0 <= every_value(t).min() <= every_value(t).max() < classes:
        raise RuntimeError("target out of range")
    return _multi_margin_loss(input, target, p, margin, weight, divisor_of(reduction, batch or 1))


def _labels(target: Any, classes: int) -> tuple[Any, Any, Any]:
    """The labels (batch, positions), up to the first -1; which positions count; which classes are labels."""
    given = np.logical_and.accumulate(target >= 0, 1)
    given = given[:, : given.sum(1).max(initial=0)]
    labels = np.where(given, target[:, : given.shape[1]], 0)
    wanted = np.zeros((target.shape[0], classes), bool)
    rows = np.broadcast_to(np.arange(target.shape[0])[:, None], labels.shape)
    wanted[rows[given], labels[given]] = True
    return labels, given, wanted


def _too_close(x: Any, labels: Any, given: Any, wanted: Any, position: int) -> Any:
    """By how much each class that is no label comes too close to the label at one position: (batch, classes)."""
    right = np.take_along_axis(x, labels[:, position, None], 1)
    return np.where(~wanted & given[:, position, None], np.maximum(1 - right + x, 0), 0)


def _multilabel_value(x: Any, target: Any, divisor: Any) -> Any:
    scores = _batched(x)
    found = _labels(_batched(target), scores.shape[1])
    losses = np.zeros(scores.shape[0], x.dtype)
    for position in range(found[0].shape[1]):
        losses += _too_close(scores, *found, position).sum(1)
    losses /= scores.shape[1]
    return reduced(losses.reshape(x.shape[:-1]), divisor)


def _multilabel_slope(g: Any, x: Any, target: Any, divisor: Any) -> Any:
    scores = _batched(x)
    labels, given, wanted = _labels(_batched(target), scores.shape[1])
    slope, rows = np.zeros_like(scores), np.arange(scores.shape[0])
    for position in range(labels.shape[1]):
        close = _too_close(scores, labels, given, wanted, position) > 0
        slope += close
        slope[rows, labels[:, position]] -= close.sum(1)
    return (slope / scores.shape[1] * share(g, divisor).reshape(-1, 1)).reshape(x.shape)


_multilabel_margin_loss_backward = wide_op("multilabel_margin_loss_backward", _multilabel_slope, "NotImplemented", {
    "g": lambda t, g_shape, x, target, divisor: _pushed(
        _multilabel_margin_loss_backward(np.ones_like(t, shape=g_shape), x, target, divisor), t, g_shape
    ),
    "x": no_derivative("multilabel_margin_loss_backward"),
})  # fmt: skip
_multilabel_margin_loss = wide_op("multilabel_margin_loss", _multilabel_value, "MultilabelMarginLossBackward0", {
    "x": lambda g, x, target, divisor: _multilabel_margin_loss_backward(g, x, target, divisor),
}, saved_as={"y": "target"})  # fmt: skip


def multilabel_margin_loss(input: Tensor, target: Tensor, reduction: int = MEAN) -> Tensor:
    """The sum over the labels, and over the classes that are none, of (1 - label's score + score) where positive, over
    all classes.

    Scores are (batch, classes) or (classes); targets of the same shape list the labels, up to the first -1. There is no
    second derivative: RuntimeError, as in torch. Raises RuntimeError for what does not fit.
    """
    name = "multilabel_margin_loss"
    check_tensor(name, input)
    check_tensor(name, target, "target", 2)
    x, t = input._data, target._data
    if x.ndim > 2 or (x.ndim and not x.shape[-1]):
        raise RuntimeError(
            f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(x.shape)}"
        )
    if t.shape != x.shape and (x.ndim == 2 or t.ndim > 1 or t.size != x.size):
        raise RuntimeError(f"inconsistent target size: {list(t.shape)} for input of size: {list(x.shape)}")
    if t.size and (every_value(t).min() < -1 or every_value(t).max() >= (x.shape[-1] if x.ndim else 1)):
        raise RuntimeError("argument #2 'target' is out of range")
    check_wide("multilabel_margin_loss_forward_out_frame", input)
    check_scalar_type(target, dtypes.int64)
    return _multilabel_margin_loss(input, target, divisor_of(reduction, (x.shape[0] or 1) if x.ndim == 2 else 1))
