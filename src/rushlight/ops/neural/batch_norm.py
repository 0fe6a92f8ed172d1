"""Normalisation over batches, instances and groups of channels.

S. Ioffe, C. Szegedy 2015 (batches); D. Ulyanov, A. Vedaldi, V. Lempitsky 2016 (instances); Y. Wu, K. He 2018 (groups).
All of them: less a mean, over a standard deviation, times a weight and plus a bias for each channel (dimension 1).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.repeated import repeated
from ...arrays.shapes import wrap_dim
from ...core.declare import op
from ...core.op import parameters
from ...core.saved import bump
from ...core.tensor import Tensor, memory, wrap
from ..layout.broadcasting import expand_op
from ..reduction.sums import count
from ..support.arguments import check_no_gradient, check_real, check_tensor, unimplemented
from ..support.checked import checked
from ..support.layered import reads_values
from ..support.precision import wide, widened
from ..support.rows import inner, parts, summed
from .tiles import shared

__all__ = [
    "_batch_norm_with_update", "_native_batch_norm_legit", "batch_norm", "group_norm", "instance_norm",
    "native_batch_norm", "native_group_norm",
]  # fmt: skip


def _moments(x: Any, axes: Any) -> tuple[Any, Any]:
    """Mean and (biased) variance over `axes`, which stay with size 1."""
    n = count(x.shape, axes) or 1
    mean = summed(x, axes, True) / n
    centred = x - mean
    return mean, _summed_product(centred, centred, axes) / n


def _summed_product(x: Any, y: Any, axes: Any) -> Any:
    """``summed(x * y, axes, True)``, the last of which is that of the whole; payloads are multiplied row by row."""
    if x.shape[-1] < 32:
        return summed(x * y, axes, True)
    return summed(inner(x, y), axes, True)


# Batches. Here `x` is seen as (samples, channels, what is left), and a parameter as (channels, 1).

_OVER = (0, 2)


def _by_channel(x: Any) -> Any:
    return x.reshape((*x.shape[:2], math.prod(x.shape[2:])))


def _column(p: Any) -> Any:
    return p if p is None else p.reshape((-1, 1))


def _channel_parts(x: np.ndarray) -> list[slice]:
    """Slices of the channels, to be computed apart: each channel has its own statistics."""
    samples, channels, rest = x.shape
    return list(parts(channels, samples * rest)) if rest > 16 else [slice(0, channels)]


def _batch_moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x = _by_channel(x)
    mean, variance = np.empty((2, x.shape[1], 1), x.dtype)

    def work(part: slice) -> None:
        with repeated(x):
            found = _moments(x[:, part], _OVER)
        mean[part], variance[part] = [each.reshape(-1, 1) for each in found]

    shared(work, _channel_parts(x))
    return mean, variance


def _batch_norm_value(x: Any, weight: Any, bias: Any, mean: Any, rstd: Any, training: bool, eps: float) -> Any:
    scale, bias = rstd if weight is None else rstd * _column(weight), _column(bias)
    rows = _by_channel(x)
    out = np.empty_like(rows, order="C")

    def work(part: slice) -> None:
        with repeated(rows):
            normal = np.subtract(rows[:, part], mean[part], out[:, part])
            normal *= scale[part]
            if bias is not None:
                normal += bias[part]

    shared(work, _channel_parts(rows))
    return out.reshape(x.shape)


def _batch_slopes(
    g: Any, x: Any, weight: Any, mean: Any, rstd: Any, training: bool, needs: tuple[bool, ...], out: Any = None
) -> list[Any]:
    """The gradients of all three; of arrays, that of x in the memory `out`."""
    grads: list[Any] = [None, None, None]
    scale = rstd if weight is None else rstd * weight
    if needs[0] and not training:
        grads[0] = g * scale if out is None else np.multiply(g, scale, out)
    total: Any = summed(g, _OVER, True) if needs[2] or (needs[0] and training) else None
    if needs[2]:
        grads[2] = total.reshape((-1,))
    if needs[1] or (needs[0] and training):
        centred = x - mean
        along = _summed_product(g, centred, _OVER) * rstd
        if needs[1]:
            grads[1] = along.reshape((-1,))
        if needs[0] and training:
            n = count(x.shape, _OVER)
            slope = along * rstd / n
            if out is None:
                grads[0] = (g - total / n - centred * slope) * scale
            else:
                centred *= slope
                grads[0] = np.subtract(g, total / n, out)
                grads[0] -= centred
                grads[0] *= scale
    return grads


def _batch_norm_rule(
    g: Any, x: Any, weight: Any, mean: Any, rstd: Any, training: bool, eps: float, needs: tuple[bool, ...]
) -> list[Any]:
    """The gradients of all three. The statistics of a batch are constants for it; where the gradient is to be
    differentiated again, they are computed anew from x."""
    shape, weight = x.shape, _column(weight)
    g, x = _by_channel(wide(g)), _by_channel(wide(x))
    if isinstance(x, Tensor):
        if training:
            mean, variance = _moments(x, _OVER)
            rstd = (variance + eps) ** -0.5
        found = _batch_slopes(g, x, weight, mean, rstd, training, needs)
    else:
        shapes = x.shape, x.shape[1:2], x.shape[1:2]
        found = [np.empty(size, x.dtype) if wanted else None for wanted, size in zip(needs, shapes)]

        def work(part: slice) -> None:
            scales = None if weight is None else weight[part]
            out = found[0][:, part] if needs[0] else None
            with repeated(x):
                few = _batch_slopes(g[:, part], x[:, part], scales, mean[part], rstd[part], training, needs, out)
            for whole, slope in zip(found[1:], few[1:]):
                if whole is not None:
                    whole[part] = slope

        shared(work, _channel_parts(x))
    return [None if found[0] is None else found[0].reshape(shape), *found[1:]]


def _declare(name: str, node: str) -> Any:
    return op(
        name, widened(_batch_norm_value), node, _batch_norm_rule, differentiable=("x", "weight", "bias"),
        names=parameters(_batch_norm_value), conforms=True, saved_as={"x": "input", "mean": "result1", "rstd": "result2"},
    )  # fmt: skip


#: One operation for each function that torch has, and so for each name that a node may have.
_native = _declare("native_batch_norm", "NativeBatchNormBackward0")
_legit = _declare("native_batch_norm_legit", "NativeBatchNormLegitBackward0")
_no_stats = _declare("native_batch_norm_legit_no_stats", "NativeBatchNormLegitBackward1")
_with_update = _declare("batch_norm_with_update", "BatchNormWithUpdateBackward0")


def _check_parameters(x: Tensor, parameters: dict[str, Tensor | None]) -> None:
    """Raises RuntimeError for another size than the number of channels, and for dtypes that do not fit together."""
    channels = x._data.shape[1]
    for name, p in parameters.items():
        if p is not None and p._data.size != channels:
            raise RuntimeError(f"{name} should contain {channels} elements not {p._data.size}")
    if x._data.dtype.kind != "f":
        raise unimplemented("batch_norm", x.dtype)
    check_mixture(x, [parameters[name] for name in ("weight", "bias", "running_mean", "running_var")])


def check_mixture(x: Tensor, parameters: list[Tensor | None]) -> None:
    """Raises RuntimeError unless the parameters have the dtype of `x`, or all of them float32 where that has 16 bits."""
    given = [p for p in parameters if p is not None]
    mixed = x.dtype.itemsize == 2 and bool(given) and given[0].dtype is dtypes.float32
    expected = dtypes.float32 if mixed else x.dtype
    for p in given:
        if p.dtype is not expected:
            if p is parameters[0] and p.dtype is dtypes.float32:
                raise RuntimeError("mixed dtype (CPU): all inputs must share same datatype.")
            if mixed or p is parameters[0]:
                raise RuntimeError("mixed dtype (CPU): expect parameter to have scalar type of Float")
            names = expected.scalar_name, p.dtype.scalar_name
            raise RuntimeError("expected scalar type {} but found {}".format(*names))


@reads_values
def _normalized(
    function: Any, input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None,
    running_var: Tensor | None, training: bool, momentum: float, eps: float,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """The result, and the mean and the inverse standard deviation of the batch (empty where it was not looked at)."""
    name = function.op.name
    check_tensor(name, input)
    check_real(name, momentum, "momentum", 7)
    check_real(name, eps, "eps", 8)
    check_no_gradient(name, running_mean, "running_mean")
    check_no_gradient(name, running_var, "running_var")
    wrap_dim(1, input.ndim)
    for word, running in (("running_mean", running_mean), ("running_var", running_var)):
        if running is None and not training:
            raise RuntimeError(f"{word} must be defined in evaluation mode")
    if (running_mean is None) is not (running_var is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")
    statistics = {"running_mean": running_mean, "running_var": running_var}
    _check_parameters(input, {**statistics, "weight": weight, "bias": bias})
    x = wide(input._data)
    if training:
        if not x.size:
            raise RuntimeError(f"input tensor must have at least one element, but got input_sizes = {list(x.shape)}")
        mean, variance = _batch_moments(x)
        n = x.size // x.shape[1]
        _follow(running_mean, mean, momentum)
        _follow(running_var, variance * (n / (n - 1 or np.nan)), momentum)
    else:
        mean, variance = [_column(wide(memory(s))) for s in statistics.values() if s is not None]
    found = [mean, 1 / np.sqrt(variance + eps)]
    kept = next((p.dtype for p in (weight, bias, *statistics.values()) if p is not None), input.dtype)
    if training:
        found = [dtypes.cast(s, kept) for s in found]
    out = function(input, weight, bias, *map(wide, found), training, eps)
    first, second = [s.reshape(-1) if training else dtypes.cast(s.reshape(-1)[:0], kept) for s in found]
    return out, wrap(first), wrap(second)


def _follow(running: Tensor | None, value: Any, momentum: float) -> None:
    """Moves a running statistic towards that of a batch."""
    if running is None:
        return
    data = memory(running)
    data[...] = dtypes.cast((1 - momentum) * wide(data) + momentum * value.reshape(data.shape), running.dtype)
    bump(running)


def native_batch_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None,
    training: bool, momentum: float, eps: float,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """`batch_norm`, and the mean and the inverse standard deviation of the batch, which are empty in evaluation."""
    return _normalized(_native, input, weight, bias, running_mean, running_var, training, momentum, eps)


def _native_batch_norm_legit(input: Tensor, weight: Tensor | None, bias: Tensor | None, *rest: Any, **named: Any) -> Any:
    """`native_batch_norm`, also without the two running statistics."""
    statistics = len(rest) == 5 or "running_mean" in named
    names = (("running_mean", "running_var") if statistics else ()) + ("training", "momentum", "eps")
    given = {"running_mean": None, "running_var": None, **dict(zip(names, rest)), **named}
    return _normalized(_legit if statistics else _no_stats, input, weight, bias, **given)


def _batch_norm_with_update(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor, running_var: Tensor,
    momentum: float, eps: float,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:  # fmt: skip
    """`native_batch_norm` in training, and an empty tensor where other devices keep what they reuse in backward."""
    three = _normalized(_with_update, input, weight, bias, running_mean, running_var, True, momentum, eps)
    return *three, wrap(np.empty(0, np.uint8))


@checked
def batch_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None,
    training: bool, momentum: float, eps: float, cudnn_enabled: bool = True,
) -> Tensor:  # fmt: skip
    """`input` (n, channels, ...) less the mean of each channel, over its standard deviation; times `weight`, plus `bias`.

    In training the statistics are those of the batch, and the running ones move towards them by `momentum`, in place;
    otherwise the running ones are used. Raises RuntimeError for parameters of other sizes or dtypes.
    """
    if not input._data.size:
        # Without elements there are no statistics; the parameters get their (zero) gradients all the same.
        out: Tensor = input.clone()
        out = out if weight is None else out * weight[0]
        return out if bias is None else out + bias[0]
    return _normalized(_native, input, weight, bias, running_mean, running_var, training, momentum, eps)[0]


# Instances: batches of one.


@reads_values
@checked
def instance_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None,
    use_input_stats: bool, momentum: float, eps: float, cudnn_enabled: bool = True,
) -> Tensor:  # fmt: skip
    """`batch_norm` of each sample by itself; the running statistics move towards the mean of theirs."""
    if not use_input_stats and (running_mean is None or running_var is None):
        raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
    n, channels = input.size(0), input.size(1)
    w, b, mean, var = [None if p is None else p.repeat(n) for p in (weight, bias, running_mean, running_var)]
    one = input.contiguous().view((1, n * channels, *input._data.shape[2:]))
    out = batch_norm(one, w, b, mean, var, use_input_stats, momentum, eps)
    for running, each in ((running_mean, mean), (running_var, var)):
        if running is not None and each is not None and use_input_stats:
            data = memory(running)
            data[...] = dtypes.cast(wide(memory(each.view((n, channels)))).mean(0), running.dtype)
            bump(running)
    return out.view(input._data.shape)


# Groups. Here `x` is seen as (samples * groups, channels of a group, what is left), and a parameter like that with 1.

_WITHIN = (1, 2)


def _by_group(x: Any, groups: int) -> Any:
    samples, channels = x.shape[:2]
    return x.reshape((samples * groups, channels // groups, math.prod(x.shape[2:])))


def _for_groups(p: Any, samples: int, groups: int) -> Any:
    """A parameter, for the groups of all samples."""
    if p is None:
        return None
    return expand_op(wide(p), (samples, *p.shape)).reshape((samples * groups, p.shape[0] // groups, 1))


def _group_parts(x: np.ndarray) -> Iterator[slice]:
    return parts(len(x), x.shape[1] * x.shape[2])


def _group_moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean, variance = np.empty((2, len(x), 1, 1), x.dtype)
    with repeated(x):
        for part in _group_parts(x):
            mean[part], variance[part] = _moments(x[part], _WITHIN)
    return mean, variance


def _group_norm_value(
    x: Any, weight: Any, bias: Any, mean: Any, rstd: Any, groups: int, eps: float
) -> tuple[Any, Any, Any]:
    rows = _by_group(wide(x), groups)
    w, b = [_for_groups(p, len(x), groups) for p in (weight, bias)]
    scale = rstd if w is None else rstd * w
    out = np.empty_like(rows, order="C")
    with repeated(rows):
        for part in _group_parts(rows):
            normal = np.subtract(rows[part], mean[part], out[part])
            normal *= scale[part]
            if b is not None:
                normal += b[part]
    kept = dtypes.of_array(x if weight is None else weight)
    moments = [dtypes.cast(m.reshape(len(x), groups), kept, copy=True) for m in (mean, rstd)]
    return dtypes.cast(out.reshape(x.shape), dtypes.of_array(x)), moments[0], moments[1]


def _group_slopes(g: Any, normal: Any, weight: Any, rstd: Any, needs: tuple[bool, ...]) -> list[Any]:
    """The gradients of x and, of each group by itself, of weight and bias."""
    along, total = inner(g, normal, 2), summed(g, 2, True)
    if not needs[0]:
        return [None, along, total]
    h, of_normal, of_one = (g, along, total) if weight is None else (g * weight, along * weight, total * weight)
    n = normal.shape[1] * normal.shape[2]
    slope = h - summed(of_one, 1, True) / n - normal * (summed(of_normal, 1, True) / n)
    return [slope * rstd, along, total]


def _group_norm_rule(
    g: tuple[Any, Any, Any], x: Any, weight: Any, mean: Any, rstd: Any, groups: int, eps: float,
    needs: tuple[bool, ...],
) -> list[Any]:  # fmt: skip
    """As `_batch_norm_rule`; mean and inverse deviation are results too, and may have gradients of their own."""
    shape, samples = x.shape, x.shape[0]
    x = _by_group(wide(x), groups)
    if not math.prod(shape):
        return [(x * 0).reshape(shape), *[None if p is None else np.zeros_like(p) for p in (weight, weight)]]
    if isinstance(x, Tensor):
        mean, variance = _moments(x, _WITHIN)
        rstd = (variance + eps) ** -0.5
    found: list[Any] = [0, None, None]
    if g[0] is not None:
        out, w = _by_group(wide(g[0]), groups), _for_groups(weight, samples, groups)
        if isinstance(x, Tensor):
            found = _group_slopes(out, (x - mean) * rstd, w, rstd, needs)
        else:
            found = [np.empty_like(x) if needs[0] else None, *np.empty((2, *x.shape[:2], 1), x.dtype)]
            with repeated(x):
                for part in _group_parts(x):
                    normal, scales = (x[part] - mean[part]) * rstd[part], None if w is None else w[part]
                    for whole, slope in zip(found, _group_slopes(out[part], normal, scales, rstd[part], needs)):
                        if whole is not None:
                            whole[part] = slope
        found[1:] = [summed(f.reshape((samples, shape[1])), 0) if need else None for f, need in zip(found[1:], needs[1:])]
    if needs[0] and (g[1] is not None or g[2] is not None):
        found[0] = found[0] + _of_moments(g, (x - mean) * rstd, rstd)
    return [found[0].reshape(shape) if needs[0] else None, *found[1:]]


def _of_moments(g: tuple[Any, Any, Any], normal: Any, rstd: Any) -> Any:
    """What reaches x through the mean and the inverse deviation of its group."""
    d = normal.shape[1] * normal.shape[2]
    through_mean, through_rstd = [None if h is None else wide(h).reshape((-1, 1, 1)) / d for h in g[1:]]
    out = normal * 0 if through_rstd is None else normal * (-through_rstd * rstd * rstd)
    return out if through_mean is None else out + through_mean


_group_norm = op(
    "native_group_norm", _group_norm_value, "NativeGroupNormBackward0", _group_norm_rule,
    differentiable=("x", "weight", "bias"), names=parameters(_group_norm_value), several=True, conforms=True,
    saved_as={"x": "input", "mean": "result1", "rstd": "result2", "groups": "group"},
)  # fmt: skip


@reads_values
@checked
def native_group_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, N: int, C: int, HxW: int, group: int, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """`group_norm` of N samples, C channels and HxW elements each, and the mean and inverse deviation of each group."""
    x = wide(input._data)
    if group <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {group}")
    if C % group:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(x.shape)} and num_groups={group}"
        )
    for word, p in (("weight", weight), ("bias", bias)):
        if p is not None and p._data.shape != (C,):
            raise RuntimeError(
                f"Expected {word} to be a vector of size equal to the number of channels in input, but got {word} of "
                # (torch prints the shape of the weight in both cases.)
                f"shape {list((p if weight is None else weight).shape)} and input of shape {list(x.shape)}"
            )
    if x.dtype.kind == "f" or weight is not None or bias is not None:
        check_mixture(input, [weight, bias])
    if x.dtype.kind != "f":
        raise unimplemented("GroupNormKernelImpl", input.dtype)
    if x.size != N * C * HxW:
        raise RuntimeError(
            "Expected X.numel() == N * C * HxW to be true, but got false.  (Could this error message be improved?  If so, "
            "please report an enhancement request to PyTorch.)"
        )
    mean, variance = _group_moments(x.reshape(N * group, C // group, HxW))
    return _group_norm(input, weight, bias, mean, 1 / np.sqrt(variance + eps), group, eps)


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-05,
    cudnn_enabled: bool = True,
) -> Tensor:  # fmt: skip
    """`input` (n, channels, ...) normalised over each of `num_groups` groups of channels; times `weight`, plus `bias`.

    Raises RuntimeError if the channels do not divide into the groups, or for parameters of other sizes or dtypes.
    """
    check_tensor("group_norm", input)
    n, channels = input.size(0), input.size(1)
    rest = math.prod(input._data.shape[2:])
    return native_group_norm(input, weight, bias, n, channels, rest, num_groups, eps)[0]
