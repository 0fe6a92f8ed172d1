"""The rules of vmap for what neural networks are made of; `rules_of_losses` and `rules_of_recurrence` have the rest.

Most layers work on each sample of a batch by itself: the examples of a vmap are a larger batch then. Where examples have
parameters of their own, they become channels, or groups of channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import ops
from ..core.backward import as_tensor
from ..core.modes import NO_GRAD, grad_mode, set_grad_mode
from ..core.tensor import Tensor
from ..ops.neural import per_example
from .batched import Hidden, is_batched, lower, raised
from .batching import bound, functions, lifted, lowered, rules, stacked
from .levels import Batch

# What works on the last dimensions, whatever comes before them.

rules(
    "max_pool2d", "max_pool3d", "max_pool2d_backward", "max_pool3d_backward", "max_pool2d_taken", "max_pool3d_taken",
    "avg_pool2d", "avg_pool3d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "max_pool2d_with_indices",
    "max_pool3d_with_indices", "max_pool2d_indices_backward", "adaptive_max_pool2d", "adaptive_max_pool3d",
    "fractional_max_pool2d", "fractional_max_pool3d", "unpooled_elements", "max_unpool2d", "max_unpool3d", "im2col", "col2im",
    "constant_pad_nd", "reflection_pad1d", "reflection_pad2d", "reflection_pad3d", "replication_pad1d", "replication_pad2d",
    "replication_pad3d", "circular_pad",
)(stacked)  # fmt: skip
for _name in (
    "linear1d", "bilinear2d", "trilinear3d", "bicubic2d", "bilinear2d_aa", "bicubic2d_aa", "lanczos2d_aa", "nearest1d",
    "nearest2d", "nearest3d", "nearest_exact1d", "nearest_exact2d", "nearest_exact3d",
):  # fmt: skip
    rules(f"upsample_{_name}", f"upsample_{_name}_backward")(stacked)


@rules(
    "avg_pool2d_backward", "avg_pool3d_backward", "adaptive_avg_pool2d_backward", "adaptive_avg_pool3d_backward",
    "max_pool2d_with_indices_backward", "max_pool3d_with_indices_backward", "adaptive_max_pool2d_backward",
    "adaptive_max_pool3d_backward", "fractional_max_pool2d_backward", "fractional_max_pool3d_backward",
    "unpooled_elements_backward", "reflection_pad1d_backward", "reflection_pad2d_backward", "reflection_pad3d_backward",
    "replication_pad1d_backward", "replication_pad2d_backward", "replication_pad3d_backward", "circular_pad_backward",
)  # fmt: skip
def _back_to_a_shape(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    """Of the adjoints of these: gradient, shape of what it is the gradient of, ..."""
    g, shape, *rest = arguments
    given = [raised(a, level) if isinstance(a, Tensor) else lowered(a, level)[0] for a in rest]
    return lifted(call(raised(g, level), (level.size, *shape), *given), level)


@functions("max_with_places", "adaptive_max_with_places")
def _with_places(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    x, *rest = args
    return lifted(call(raised(x, level), *rest), level)


# What works on each sample: the examples and their samples are one batch.


def folded(x: Any, level: Batch) -> Any:
    """The samples of all examples, along the first dimension."""
    physical = raised(x, level)
    return physical.reshape(level.size * x.shape[0], *x.shape[1:])


def unfolded(x: Any, level: Batch) -> Any:
    """What was computed of them, for each example."""
    return lifted(x.reshape(level.size, x.shape[0] // (level.size or 1), *x.shape[1:]), level)


@functions("fractional_max_with_places")
def _fractional(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    x, samples, size, kernel = args
    if x.ndim == len(size) + 1:
        return lifted(call(raised(x, level), raised(samples[0], level), size, kernel), level)
    samples = samples[: x.shape[0]]
    return tuple([unfolded(r, level) for r in call(folded(x, level), folded(samples, level), size, kernel)])


@rules("grid_sampler_2d", "grid_sampler_3d")
def _sampled(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, grid, *rest = arguments
    return unfolded(call(folded(x, level), folded(grid, level), *rest), level)


@rules("take_pixels", "put_pixels")
def _pixels(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, index, *rest = arguments
    index, batched = lowered(index, level)
    index = index.reshape(-1, index.shape[-1]) if batched else index[[*range(index.shape[0])] * level.size]
    return unfolded(call(folded(x, level), index, *rest), level)


@rules("affine_grid_generator")
def _affine_grid(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    theta, size, align = arguments
    return unfolded(call(folded(theta, level), (level.size * size[0], *size[1:]), align), level)


@rules("scaled_dot_product_attention")
def _attention(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    """The mask, a payload, is the same for all examples."""
    *three, mask, scale = arguments
    if mask is not None and mask.ndim == 4 and mask.shape[0] > 1:
        mask = mask[[*range(mask.shape[0])] * level.size]
    return unfolded(call(*[folded(x, level) for x in three], mask, scale), level)


# Convolutions.


@rules("convolution", "transposed_convolution", "convolution_input_gradient", "transposed_convolution_input_gradient")
def _convolution(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, weight, bias, *numbers = arguments
    (w, in_w), (b, in_b) = lower(weight, level), (None, False) if bias is None else lower(bias, level)
    if not in_w:
        out = unfolded(call(folded(x, level), w, None if in_b else b, *numbers), level)
        return out if not in_b else out + _column(bias, weight)
    if lower(x, level)[1]:
        out = lifted(per_example.convolutions[call.__name__](raised(x, level), w, *numbers), level)
    else:
        out = _of_one_input(call, level, x, w, numbers)
    return out if bias is None else out + _column(bias, weight)


def _column(bias: Any, weight: Any) -> Any:
    return bias.reshape(-1, *[1] * (weight.ndim - 2))


def _of_one_input(call: Any, level: Batch, x: Any, w: Any, numbers: Sequence[Any]) -> Any:
    """Of an input that all examples share: their weights are more channels of the result, in each group."""
    groups, size = numbers[-1], level.size
    transposed = ("transposed" in call.__name__) != ("input_gradient" in call.__name__)
    if transposed:  # weight (C, O / groups, ...)
        w = w.movedim(0, 1).reshape(w.shape[1], size * w.shape[2], *w.shape[3:])
    else:  # weight (O, C / groups, ...)
        w = w.reshape(size, groups, w.shape[1] // groups, *w.shape[2:]).movedim(0, 1)
        w = w.reshape(groups * size * w.shape[2], *w.shape[3:])
    out = call(x, w, None, *numbers)
    out = out.reshape(out.shape[0], groups, size, out.shape[1] // (groups * size), *out.shape[2:]).movedim(2, 0)
    return lifted(out.reshape(size, out.shape[1], groups * out.shape[3], *out.shape[4:]), level)


@rules("convolution_weight_gradient")
def _weight_gradient(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    g, x, *numbers = arguments
    return lifted(per_example.weight_gradient(raised(g, level), raised(x, level), *numbers), level)


@rules("conv_tbc")
def _over_time(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, weight, bias, _, pad = arguments
    return ops.conv1d(x.permute(1, 2, 0), weight.permute(2, 1, 0), bias, 1, pad).permute(2, 0, 1)


@rules(*per_example.NAMES)
def _of_examples(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    """Batches of examples are more examples."""
    x, y, *numbers = arguments
    out = call(raised(x, level).flatten(0, 1), raised(y, level).flatten(0, 1), *numbers)
    return lifted(out.unflatten(0, (level.size, x.shape[0])), level)


# Embeddings.


def _numbered(indices: Any, level: Batch, rows: int) -> Any:
    """Rows of the tables of all examples, one below the other."""
    own = ops.arange(level.size).reshape(-1, *[1] * indices.ndim) * rows
    return raised(indices, level) + own.to(indices.dtype)


@rules("embedding")
def _embedding(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    weight, indices, padding_idx, by_freq = arguments
    indices = as_tensor(indices)
    w, batched = lower(weight, level)
    if not batched and not by_freq:
        return lifted(call(w, raised(indices, level), padding_idx, by_freq), level)
    table = raised(weight, level).reshape(level.size * weight.shape[0], weight.shape[1])
    out = lifted(call(table, _numbered(indices, level, weight.shape[0]), -1, by_freq), level)
    return out if padding_idx < 0 else ops.where((indices == padding_idx).unsqueeze(-1), out.detach(), out)


@rules("embedding_dense_backward")
def _embedding_backward(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    g, indices, rows, padding_idx, by_freq = arguments
    if not isinstance(indices, Tensor):
        indices = ops.from_numpy(indices)
    if padding_idx >= 0:
        g = g.masked_fill((indices == padding_idx).unsqueeze(-1), 0)
    out = call(raised(g, level), _numbered(indices, level, rows), level.size * rows, -1, by_freq)
    return lifted(out.reshape(level.size, rows, g.shape[-1]), level)


# Normalisation.


def _affine(out: Any, weight: Any, bias: Any) -> Any:
    out = out if weight is None else out * weight
    return out if bias is None else out + bias


def _shared(level: Batch, *parameters: Any) -> bool:
    """Whether all examples have the same parameters."""
    return not any([p is not None and lower(p, level)[1] for p in parameters])


@functions("layer_norm", "native_layer_norm")
def _layer_norm(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    given = bound(call, args, kwargs)
    weight, bias, x = given["weight"], given["bias"], given.pop("input")
    if _shared(level, weight, bias):
        return lifted(call(raised(x, level), **given), level)
    out = lifted(call(raised(x, level), **{**given, "weight": None, "bias": None}), level)
    return (_affine(out[0], weight, bias), *out[1:]) if isinstance(out, tuple) else _affine(out, weight, bias)


@functions("native_group_norm")
def _group_norm(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    given = bound(call, args, kwargs)
    weight, bias, x = given["weight"], given["bias"], given.pop("input")
    shared = _shared(level, weight, bias)
    options = {**given, "N": level.size * given["N"]} | ({} if shared else {"weight": None, "bias": None})
    out, mean, rstd = [unfolded(r, level) for r in call(folded(x, level), **options)]
    if not shared:
        out = _affine(out, *[None if p is None else _column(p, x) for p in (weight, bias)])
    return out, mean, rstd


UPDATED = (
    "Batch norm got a batched tensor as input while the running_mean or running_var, which will be updated in place, were not "
    "batched.\nIf you are using a module and do not need eval mode, please set `track_running_stats` to be False.If you are using "
    "a prebuilt module and do not need eval mode, please see the functorch website for resources on how to patch your module to "
    "work with vmap"
)


@functions("_normalized")
def _batch_norm(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Statistics are those of an example: the examples are more channels."""
    given = bound(call, args, kwargs)
    function, x = given.pop("function"), given.pop("input")
    parameters = {name: given[name] for name in ("weight", "bias", "running_mean", "running_var")}
    running = [p for p in list(parameters.values())[2:] if p is not None]
    if given["training"] and is_batched(x, level) and not all([is_batched(p, level) for p in running]):
        raise RuntimeError(UPDATED)
    if not given["training"] and _shared(level, *parameters.values()):
        out, first, second = call(function, folded(x, level), **given)
        return unfolded(out, level), lifted(first.reshape(level.size, 0), level), lifted(second.reshape(level.size, 0), level)
    for name, p in parameters.items():
        given[name] = None if p is None else raised(p, level).reshape(level.size * x.shape[1])
    n, channels = x.shape[:2]
    wide = raised(x, level).transpose(0, 1).reshape(n, level.size * channels, *x.shape[2:])
    out, *moments = call(function, wide, **given)
    if given["training"]:
        _updated(level, parameters, given)
    out = out.reshape(n, level.size, channels, *x.shape[2:]).transpose(0, 1)
    return lifted(out, level), *[lifted(m.reshape(level.size, m.numel() // (level.size or 1)), level) for m in moments]


def _updated(level: Batch, parameters: dict[str, Any], given: dict[str, Any]) -> None:
    """Writes the running statistics of all examples back to where they came from."""
    mode = grad_mode()
    set_grad_mode(min(mode, NO_GRAD))
    try:
        for name in ("running_mean", "running_var"):
            if parameters[name] is not None:
                parameters[name].copy_(lifted(given[name].reshape(level.size, -1), level))
    finally:
        set_grad_mode(mode)


@functions("instance_norm")
def _instance_norm(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Samples are normalised one by one, so that only parameters and running statistics need the examples apart."""
    given = bound(call, args, kwargs)
    weight, bias, x = given["weight"], given["bias"], given.pop("input")
    running = [given[name] for name in ("running_mean", "running_var") if given[name] is not None]
    if given["use_input_stats"] and running:
        if not all([is_batched(p, level) for p in running]):
            raise RuntimeError(UPDATED)
        return _tracking_instance_norm(call, level, x, given)
    if not _shared(level, *running):
        return _tracking_instance_norm(call, level, x, given)
    shared = _shared(level, weight, bias)
    options = given if shared else {**given, "weight": None, "bias": None}
    out = unfolded(call(folded(x, level), **options), level)
    return out if shared else _affine(out, *[None if p is None else _column(p, x) for p in (weight, bias)])


def _tracking_instance_norm(call: Any, level: Batch, x: Any, given: dict[str, Any]) -> Any:
    """With running statistics of each example: examples as channels."""
    names = ("weight", "bias", "running_mean", "running_var")
    channels = {
        name: None if given[name] is None else raised(given[name], level).reshape(level.size * x.shape[1]) for name in names
    }
    wide = raised(x, level).transpose(0, 1).reshape(x.shape[0], level.size * x.shape[1], *x.shape[2:])
    out = call(wide, **{**given, **channels})
    if given["use_input_stats"]:
        _updated(level, given, channels)
    return lifted(out.reshape(x.shape[0], level.size, *x.shape[1:]).transpose(0, 1), level)


@rules("weight_norm")
def _weight_norm(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    v, length, dim = arguments
    others = tuple([i for i in range(v.ndim) if i != dim % v.ndim])
    return v * (length / (v * v).sum(others, keepdim=True).sqrt())


# Dropout.


@rules("native_dropout", "native_dropout_backward")
def _masked(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, mask, scale = arguments
    if mask.__class__ is Hidden:
        mask = ops.from_numpy(lowered(mask, level)[0])
    elif not isinstance(mask, Tensor):
        return lifted(call(raised(x, level), mask, scale), level)
    else:
        mask = raised(mask, level)
    return lifted(call(raised(x, level), mask, scale), level)
