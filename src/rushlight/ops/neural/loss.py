"""Losses: of two tensors of one shape, and of scores and classes.

Each has a `reduction`, a number as in torch's own functions: `NONE`, `MEAN` or `SUM`; those under torch.* keep the losses
as they are by default, as torch's do. An operation knows it as its `divisor`: None keeps the losses as they are, a number
divides their sum (1 for the sum itself).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.dtypes import bool_
from ...arrays.promotion import check_output_dtype
from ...arrays.shapes import broadcast_shapes
from ...core.declare import elementwise
from ...core.tensor import Tensor
from ..elementwise.activation import log_sigmoid, sigmoid
from ..elementwise.comparison import choose as where
from ..support.accumulation import all_within
from ..support.arguments import check_int, check_no_gradient, check_tensor, unimplemented
from ..support.checked import checked
from ..support.layered import every_value
from ..support.precision import wide_op
from ..support.scalars import plus, times
from ..support.selection import choose

__all__ = [
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "huber_loss", "kl_div", "l1_loss", "mse_loss",
    "nll_loss", "nll_loss2d", "poisson_nll_loss", "smooth_l1_loss",
]  # fmt: skip


#: The reductions of losses.
NONE, MEAN, SUM = range(3)


def divisor_of(reduction: int, count: int) -> Any:
    """The divisor that stands for a reduction of `count` losses."""
    if reduction == MEAN:
        return count or np.nan
    return 1 if reduction == SUM else None


def reduce(losses: Tensor, reduction: int) -> Tensor:
    """The losses, their mean, or their sum."""
    if reduction == MEAN:
        return losses.mean()
    return losses.sum() if reduction == SUM else losses


def reduced(losses: Any, divisor: Any) -> Any:
    if divisor is None:
        return losses
    total = np.add.reduce(losses, None)
    return total if divisor == 1 else total / divisor


def share(g: Any, divisor: Any) -> Any:
    """The gradient of each loss from that of the reduced one."""
    return g if divisor is None or divisor == 1 else g / divisor


def _pair(name: str, kernel: str, input: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Both of one shape and one floating dtype; torch's errors where that cannot be."""
    check_tensor(name, input)
    check_tensor(name, target, "target", 2)
    x, y = input._data, target._data
    if x.shape != y.shape:
        shape = broadcast_shapes(x.shape, y.shape)
        input, target = input.expand(shape), target.expand(shape)
    if input.dtype is not target.dtype or x.dtype.kind != "f":
        from ...arrays.promotion import result_dtype

        d = result_dtype([(t.dtype, t.ndim) for t in (input, target)])
        if not d.is_floating_point:
            raise unimplemented(kernel, d)
        input, target = input.to(d), target.to(d)
    return input, target


# Losses of two tensors.


def _mse_slope(g: Any, x: Any, y: Any, divisor: Any) -> Any:
    return (2 if divisor is None else 2 / divisor) * (x - y) * g


mse_loss_backward = elementwise(
    "mse_loss_backward", _mse_slope, "MseLossBackwardBackward0",
    lambda gg, x, y, divisor: mse_loss_backward(gg, x, y, divisor),
    lambda gg, g, divisor: share(2 * gg * g, divisor),
    lambda gg, g, divisor: share(-2 * gg * g, divisor),
    names=("g", "x", "y", "divisor"), saved_as={"y": "target"},
)  # fmt: skip


def _mse_value(x: Any, y: Any, divisor: Any) -> Any:
    d = x - y
    return reduced(d * d, divisor)


_mse_loss = wide_op("mse_loss", _mse_value, "MseLossBackward0", {
    "x": lambda g, x, y, divisor: mse_loss_backward(g, x, y, divisor),
    "y": lambda g, x, y, divisor: mse_loss_backward(g, y, x, divisor),
}, saved_as={"y": "target"})  # fmt: skip


@checked
def mse_loss(input: Tensor, target: Tensor, reduction: int = MEAN) -> Tensor:
    """(input - target) squared, reduced. Raises RuntimeError if the shapes do not broadcast."""
    try:
        x, y = input._data, target._data
        fits = x.shape == y.shape and x.dtype is y.dtype and x.__class__ is y.__class__ and x.dtype.kind == "f"
    except AttributeError:
        fits = False
    if not fits:
        input, target = _pair("mse_loss", "mse_cpu", input, target)
    return _mse_loss(input, target, divisor_of(reduction, input._data.size))


def l1_loss(input: Tensor, target: Tensor, reduction: int = MEAN) -> Tensor:
    """|input - target|, reduced."""
    check_tensor("l1_loss", input)
    check_tensor("l1_loss", target, "target", 2)
    return reduce((input - target).abs(), reduction)


smooth_l1_loss_backward = elementwise(
    "smooth_l1_loss_backward",
    lambda g, x, y, divisor, beta: share(np.clip((x - y) / beta, -1, 1), divisor) * g,
    "SmoothL1LossBackwardBackward0",
    lambda gg, x, y, divisor, beta: smooth_l1_loss_backward(gg, x, y, divisor, beta),
    lambda gg, g, x, y, divisor, beta: where(share(gg * g / beta, divisor), 0, np.abs(x - y) < beta),
    lambda gg, g, x, y, divisor, beta: where(share(gg * g / -beta, divisor), 0, np.abs(x - y) < beta),
    saved_as={"y": "target"},
)  # fmt: skip


def _smooth_l1_value(x: Any, y: Any, divisor: Any, beta: float) -> Any:
    z = np.abs(x - y)
    return reduced(choose(z < beta, 0.5 * z * z / beta, z - 0.5 * beta), divisor)


_smooth_l1_loss = wide_op("smooth_l1_loss", _smooth_l1_value, "SmoothL1LossBackward0", {
    "x": lambda g, x, y, divisor, beta: smooth_l1_loss_backward(g, x, y, divisor, beta),
    "y": lambda g, x, y, divisor, beta: smooth_l1_loss_backward(g, y, x, divisor, beta),
}, saved_as={"y": "target"})  # fmt: skip


@checked
def smooth_l1_loss(input: Tensor, target: Tensor, reduction: int = MEAN, beta: float = 1.0) -> Tensor:
    """The squared error over 2 beta where it is below `beta`, the absolute one less beta / 2 elsewhere; reduced.

    Raises RuntimeError for a negative `beta`. With 0 it is the `l1_loss`.
    """
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    if beta == 0:
        return l1_loss(input, target, reduction)
    input, target = _pair("smooth_l1_loss", "smooth_l1_cpu", input, target)
    return _smooth_l1_loss(input, target, divisor_of(reduction, input._data.size), beta)


huber_loss_backward = elementwise(
    "huber_loss_backward",
    lambda g, x, y, divisor, delta: share(np.clip(x - y, -delta, delta), divisor) * g,
    "HuberLossBackwardBackward0",
    lambda gg, x, y, divisor, delta: huber_loss_backward(gg, x, y, divisor, delta),
    lambda gg, g, x, y, divisor, delta: where(share(gg * g, divisor), 0, np.abs(x - y) < delta),
    lambda gg, g, x, y, divisor, delta: where(share(-gg * g, divisor), 0, np.abs(x - y) < delta),
    saved_as={"y": "target"},
)  # fmt: skip


def _huber_value(x: Any, y: Any, divisor: Any, delta: float) -> Any:
    z = np.abs(x - y)
    return reduced(choose(z <= delta, 0.5 * z * z, delta * (z - 0.5 * delta)), divisor)


_huber_loss = wide_op("huber_loss", _huber_value, "HuberLossBackward0", {
    "x": lambda g, x, y, divisor, delta: huber_loss_backward(g, x, y, divisor, delta),
    "y": lambda g, x, y, divisor, delta: huber_loss_backward(g, y, x, divisor, delta),
}, saved_as={"y": "target"})  # fmt: skip


@checked
def huber_loss(input: Tensor, target: Tensor, reduction: int = MEAN, delta: float = 1.0) -> Tensor:
    """Half the squared error up to `delta`, a straight line of that slope beyond (P. Huber 1964); reduced.

    Raises RuntimeError unless `delta` is positive.
    """
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    written = input.dtype  # torch computes in the common dtype, into a tensor like `input`
    input, target = _pair("huber_loss", "huber_cpu", input, target)
    check_output_dtype(input.dtype, written)
    input, target = input.to(written), target.to(written)
    return _huber_loss(input, target, divisor_of(reduction, input._data.size), delta)


@checked
def kl_div(input: Tensor, target: Tensor, reduction: int = NONE, *, log_target: bool = False) -> Tensor:
    """The Kullback-Leibler divergence target * (log(target) - input), reduced; `target` may be given as logarithms.

    Raises RuntimeError for integers.
    """
    if input.dtype.is_complex or target.dtype.is_complex:
        raise RuntimeError("kl_div: Complex inputs not supported.")
    if input.dtype.category < 2 or target.dtype.category < 2:
        raise RuntimeError("kl_div: Integral inputs not supported.")
    return reduce(target.exp() * (target - input) if log_target else target.xlogy(target) - target * input, reduction)


@checked
def poisson_nll_loss(input: Tensor, target: Tensor, log_input: bool, full: bool, eps: float, reduction: int) -> Tensor:
    """exp(input) - target * input, for counts whose expected value has the logarithm `input`; reduced.

    Without `log_input`, `input` is the expected value: input - target * log(input + eps). With `full`, Stirling's
    approximation of log(target!) is added where the target is above 1.
    """
    losses = input.exp() - target * input if log_input else input - target * plus(input, eps).log()
    if full:
        stirling = target * target.log() - target + times(times(target, 2 * np.pi).log(), 0.5)
        losses = losses + stirling.masked_fill(target <= 1, 0)
    return reduce(losses, reduction)


# Losses of probabilities and of logits.

#: torch's bound of the logarithms, and of the denominator in the slope.
_LEAST_LOG, _EPSILON = -100, 1e-12


def _weighted(losses: Any, weight: Any) -> Any:
    return losses if weight is None else losses * weight


def _bce_slope(g: Any, x: Any, y: Any, weight: Any, divisor: Any) -> Any:
    return share(_weighted(g * (x - y) / np.maximum((1 - x) * x, _EPSILON), weight), divisor)


def _bce_curvature(gg: Any, g: Any, x: Any, y: Any, weight: Any, divisor: Any) -> Any:
    spread = x * (x - 1)
    bend = (x * x - 2 * x * y + y) / (spread * spread + _EPSILON)
    return share(_weighted(gg * g * bend, weight), divisor)


def _bce_target_curvature(gg: Any, g: Any, x: Any, weight: Any, divisor: Any) -> Any:
    return share(_weighted(-gg * g / (x * (1 - x) + _EPSILON), weight), divisor)


binary_cross_entropy_backward = wide_op(
    "binary_cross_entropy_backward", _bce_slope, "BinaryCrossEntropyBackwardBackward0", {
        "g": lambda gg, x, y, weight, divisor: binary_cross_entropy_backward(gg, x, y, weight, divisor),
        "x": _bce_curvature,
        "y": _bce_target_curvature,
    }, conforms=True, saved_as={"y": "target"},
)  # fmt: skip


def _bce_value(x: Any, y: Any, weight: Any, divisor: Any) -> Any:
    losses = (y - 1) * np.maximum(np.log1p(-x), _LEAST_LOG) - y * np.maximum(np.log(x), _LEAST_LOG)
    return reduced(_weighted(losses, weight), divisor)


def _bce_target_slope(g: Any, x: Any, weight: Any, divisor: Any) -> Any:
    return share(_weighted(g * (np.log(1 - x) - np.log(x)), weight), divisor)


_binary_cross_entropy = wide_op("binary_cross_entropy", _bce_value, "BinaryCrossEntropyBackward0", {
    "x": lambda g, x, y, weight, divisor: binary_cross_entropy_backward(g, x, y, weight, divisor),
    "y": _bce_target_slope,
}, saved_as={"y": "target"})  # fmt: skip


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: int = MEAN
) -> Tensor:
    """-target * log(input) - (1 - target) * log(1 - input), the logarithms bounded by -100; weighted and reduced.

    `input` and `target` have one shape, to which `weight` broadcasts. Raises RuntimeError for elements outside [0, 1],
    and for two dtypes.
    """
    check_tensor("binary_cross_entropy", input)
    check_tensor("binary_cross_entropy", target, "target", 2)
    check_no_gradient("binary_cross_entropy", weight, "weight")
    for other in (target, weight):
        if other is not None and other.dtype is not input.dtype:
            names = other.dtype.scalar_name, input.dtype.scalar_name
            raise RuntimeError("Found dtype {} but expected {}".format(*names))
    if not input.dtype.is_floating_point:
        raise unimplemented("binary_cross_entropy", input.dtype)
    _check_no_larger(input, weight)
    for t, name in ((input, "input"), (target, "target")):
        values = every_value(t._data)
        if not ((values >= 0) & (values <= 1)).all():
            raise RuntimeError(f"all elements of {name} should be between 0 and 1")
    return _binary_cross_entropy(input, target, weight, divisor_of(reduction, input._data.size))


def _check_no_larger(input: Tensor, weight: Tensor | None, *, first: bool = False) -> None:
    """That `weight`, the `first` to be multiplied or the second, broadcasts to the shape of `input`."""
    if weight is None:
        return
    shape, other = input._data.shape, weight._data.shape
    whole = broadcast_shapes(other, shape) if first else broadcast_shapes(shape, other)
    if whole != shape:
        raise RuntimeError(f"output with shape {list(shape)} doesn't match the broadcast shape {list(whole)}")


def _log_sigmoid(x: Any) -> Any:
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


def _logits_value(x: Any, y: Any, weight: Any, pos_weight: Any, divisor: Any) -> Any:
    log_sigmoid = _log_sigmoid(x)
    if pos_weight is not None:
        log_sigmoid = log_sigmoid * ((pos_weight - 1) * y + 1)
    return reduced(_weighted((1 - y) * x - log_sigmoid, weight), divisor)


def _logits_slope(g: Any, x: Any, y: Any, weight: Any, pos_weight: Any, divisor: Any) -> Any:
    s = sigmoid(x)
    if pos_weight is None:
        slope = (s - y) * g
    else:
        t = pos_weight * y
        slope = ((t + 1 - y) * s - t) * g
    return share(_weighted(slope, weight), divisor)


def _logits_target_slope(g: Any, x: Any, weight: Any, pos_weight: Any, divisor: Any) -> Any:
    slope = -x if pos_weight is None else log_sigmoid(-x) - pos_weight * log_sigmoid(x)
    return share(_weighted(g * slope, weight), divisor)


_with_logits = wide_op("binary_cross_entropy_with_logits", _logits_value, "BinaryCrossEntropyWithLogitsBackward0", {
    "x": _logits_slope,
    "y": _logits_target_slope,
}, saved_as={"y": "target"})  # fmt: skip


def _like_target(name: str, input: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Both in the dtype of the target, into whose complement torch multiplies the input."""
    if target.dtype is bool_:
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator "
            "instead."
        )
    if target.dtype.is_complex:
        raise unimplemented("log_sigmoid_cpu", target.dtype)
    check_output_dtype(input.dtype, target.dtype)
    return _pair(name, "log_sigmoid_cpu", input.to(target.dtype), target)


@checked
def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    pos_weight: Tensor | None = None,
    reduction: int = NONE,
) -> Tensor:
    """`binary_cross_entropy` of sigmoid(input), without overflow; weighted and reduced.

    `input` and `target` have one shape, to which `weight` and `pos_weight` (it multiplies `target` in the term of the
    ones) broadcast; RuntimeError if they do not.
    """
    name = "binary_cross_entropy_with_logits"
    check_tensor(name, input)
    check_tensor(name, target, "target", 2)
    check_int(name, reduction, "reduction", 5)
    check_no_gradient(name, weight, "weight")
    check_no_gradient(name, pos_weight, "pos_weight")
    if not input.dtype.is_floating_point:
        raise unimplemented("log_sigmoid_cpu", input.dtype)
    if target.dtype is not input.dtype:
        input, target = _like_target(name, input, target)
    _check_no_larger(input, pos_weight, first=True)
    _check_no_larger(input, weight)
    return _with_logits(input, target, weight, pos_weight, divisor_of(reduction, input._data.size))


# The negative log likelihood of classes.


def _places(target: Any, ignored: Any) -> tuple[Any, ...]:
    """The index that takes each target's score: scores (n, classes, ...), targets (n, ...), or (classes) and ()."""
    target = target.astype(np.intp, copy=False)
    if ignored is not None:
        target = np.where(ignored, 0, target)
    if not target.ndim:
        return (target,)
    if target.ndim == 1:
        return np.arange(target.size), target
    n, *rest = np.ogrid[tuple([slice(size) for size in target.shape])]
    return (n, target, *rest)


def _factors(target: Any, weight: Any, ignore_index: int | None) -> tuple[Any, Any]:
    """The weight of each target (None: all 1), 0 for the ignored; and where they are (None: nowhere)."""
    ignored = None if ignore_index is None else target == ignore_index
    if weight is None:
        return (None if ignored is None else (~ignored).astype(np.float32)), ignored
    safe = target if ignored is None else np.where(ignored, 0, target)
    factors = weight[safe.astype(np.intp, copy=False)]
    return (factors if ignored is None else np.where(ignored, 0, factors)), ignored


def _nll_value(x: Any, target: Any, weight: Any, reduction: int, ignore_index: int | None) -> Any:
    factors, ignored = _factors(target, weight, ignore_index)
    losses = -x[_places(target, ignored)]
    if factors is not None:
        losses = losses * factors.astype(x.dtype, copy=False)
    return reduced(losses, _nll_divisor(target, factors, reduction))


def _nll_divisor(target: Any, factors: Any, reduction: int) -> Any:
    if factors is None or reduction != MEAN:
        return divisor_of(reduction, target.size)
    return factors.sum()


def _nll_slope(g: Any, target: Any, weight: Any, reduction: int, ignore_index: int | None, x_shape: Any) -> Any:
    factors, ignored = _factors(target, weight, ignore_index)
    g = -share(g, _nll_divisor(target, factors, reduction))
    if factors is not None:
        g = g * factors.astype(g.dtype, copy=False)
    if ignored is not None:
        g = np.where(ignored, 0, g)
    out = np.zeros(x_shape, g.dtype)
    out[_places(target, ignored)] = g
    return out


def _declare_nll(name: str, node: str) -> Any:
    names = ("g", "target", "weight", "reduction", "ignore_index", "x_shape")
    backward = wide_op(f"{name}_backward", _nll_slope, node.replace("Backward0", "BackwardBackward0"), {
        "g": lambda gg, target, weight, reduction, ignore_index: loss(gg, target, weight, reduction, ignore_index),
    }, names=names)  # fmt: skip
    loss = wide_op(name, _nll_value, node, {
        "x": lambda g, target, weight, reduction, ignore_index, x_shape: backward(
            g, target, weight, reduction, ignore_index, x_shape
        ),
    })  # fmt: skip
    return loss


_nll_loss = _declare_nll("nll_loss", "NllLossBackward0")
_nll_loss2d = _declare_nll("nll_loss2d", "NllLoss2DBackward0")


def _check_targets(name: str, input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int) -> int | None:
    """Checks dtypes and classes. Returns `ignore_index` if it occurs, else None."""
    check_no_gradient(f"{name}_forward", weight, "weight")
    x, t = input._data, target._data
    classes = x.shape[0] if x.ndim == 1 else x.shape[1]
    if t.dtype.char not in "lB":
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {target.dtype.scalar_name}")
    if x.dtype.kind != "f":
        raise unimplemented(f"{name}_out_frame", input.dtype)
    if weight is not None and weight.dtype is not input.dtype:
        names = input.dtype.scalar_name, weight.dtype.scalar_name
        raise RuntimeError("expected scalar type {} but found {}".format(*names))
    if not t.size:
        return None
    t = every_value(t)
    if not 0 <= ignore_index < classes and all_within(t, classes):
        return None
    wrong = t[(t != ignore_index) & ((t < 0) | (t >= classes))]
    if wrong.size:
        raise IndexError(f"Target {wrong[0]} is out of bounds.")
    return ignore_index if (t == ignore_index).any() else None


def nll_loss(
    input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: int = MEAN, ignore_index: int = -100
) -> Tensor:
    """Minus the scores of the target classes: (n, classes) and (n), or (classes) and (); weighted and reduced.

    Targets that are `ignore_index` count nothing; the mean is over the weights of the others. Raises IndexError for
    targets that are no class, RuntimeError for shapes and dtypes that do not fit.
    """
    check_tensor("nll_loss", input)
    check_tensor("nll_loss", target, "target", 2)
    x, t = input._data, target._data
    if x.ndim not in (1, 2):
        raise RuntimeError("input tensor should be 1D or 2D")
    if t.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if x.ndim == 1 and t.ndim == 1:
        if t.size != 1:
            raise ValueError(f"For 1D input, 1D target must have size 1, but got target size: {t.size}")
        target = target.reshape(())
    elif x.ndim == 2 and x.shape[:1] != t.shape:
        raise RuntimeError(f"size mismatch (got input: {list(x.shape)}, target: {list(t.shape)})")
    if weight is not None and weight._data.shape != x.shape[-1:]:
        raise RuntimeError(
            f"weight tensor should be defined either for all {x.shape[-1]} classes or no classes but got weight tensor "
            f"of shape: {list(weight.shape)}"
        )
    ignored = _check_targets("nll_loss", input, target, weight, ignore_index)
    return _nll_loss(input, target, weight, reduction, ignored)


def nll_loss2d(
    input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: int = MEAN, ignore_index: int = -100
) -> Tensor:
    """`nll_loss` of scores (n, classes, height, width) and targets (n, height, width)."""
    check_tensor("nll_loss2d", input)
    check_tensor("nll_loss2d", target, "target", 2)
    x, t = input._data, target._data
    if t.ndim != 3:
        raise RuntimeError(
            f"only batches of spatial targets supported (3D tensors) but got targets of dimension: {t.ndim}"
        )
    if x.ndim != 4:
        raise RuntimeError(
            f"only batches of spatial inputs supported (4D tensors), but got input of dimension: {x.ndim}"
        )
    if (x.shape[0], *x.shape[2:]) != t.shape:
        raise RuntimeError(f"size mismatch (got input: {list(x.shape)} , target: {list(t.shape)}")
    if weight is not None and weight._data.size != x.shape[1]:
        raise RuntimeError("weight tensor should be defined either for all or no classes")
    ignored = _check_targets("nll_loss2d", input, target, weight, ignore_index)
    return _nll_loss2d(input, target, weight, reduction, ignored)
