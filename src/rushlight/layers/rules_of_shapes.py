"""The rules of vmap for views, and for what rearranges, joins and reduces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import ops
from ..core.tensor import Tensor
from ..core.views import replay
from .batched import lower, raised
from .batching import along, lifted, lowered, ndim_of, rules, shifted, stacked, with_ones
from .levels import Batch

# Views.


@rules("alias", "view_as_real", "view_as_complex", "clone", "_to_copy", "detach_copy")
def _as_it_is(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, *rest = arguments
    return lifted(call(raised(x, level), *rest), level)


@rules("view", "reshape_alias", "unsafe_view")
def _sized(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, size = arguments
    return lifted(call(raised(x, level), (level.size, *size)), level)


@rules("expand")
def _expanded(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, size = arguments
    physical = raised(x, level)
    if len(size) > x.ndim:
        physical = with_ones(physical, len(size) - x.ndim)
    return lifted(call(physical, (level.size, *size)), level)


@rules("t")
def _t(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    (x,) = arguments
    return lifted(raised(x, level).transpose(1, 2) if x.ndim == 2 else raised(x, level), level)


@rules("permute")
def _permuted(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, dims = arguments
    return lifted(call(raised(x, level), (0, *shifted(tuple(dims), x.ndim))), level)


@rules("squeeze")
def _squeezed(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, dims = arguments
    return lifted(call(raised(x, level), shifted(tuple(dims), x.ndim)), level)


@rules("unsqueeze")
def _unsqueezed(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, dim = arguments
    return lifted(call(raised(x, level), dim % (x.ndim + 1) + 1), level)


along_rules = {
    (1,): "squeeze_dim squeeze_dims select slice unbind flip cumsum cumprod logcumsumexp cumsum_as cumprod_as "
    "sum_dim sum_dim_as mean_dim mean_dim_as nansum nansum_as prod_dim prod_dim_as var std var_mean std_mean any all "
    "count_nonzero logsumexp amax amin aminmax softmax log_softmax safe_softmax glu take_along_dim "
    "shift_along shift_back_along",
    (2,): "split split_with_sizes diag_embed_ max_dim min_dim median_dim nanmedian_dim kthvalue mode cummax cummin sort "
    "sort_stable topk softmax_backward_data log_softmax_backward_data linalg_vector_norm linalg_vector_norm_as norm "
    "slice_scatter ties recurrence "
    "linalg_cross",
    (1, 2): "transpose",
    (2, 3): "diagonal",
}
for _places, _names in along_rules.items():
    rules(*_names.split())(along(*_places))


@rules("diag_embed")
def _diag_embedded(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, offset, dim1, dim2 = arguments
    ndim = x.ndim + 1
    return lifted(call(raised(x, level), offset, dim1 % ndim + 1, dim2 % ndim + 1), level)


@rules("diagonal_scatter")
def _diagonal_scattered(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, src, offset, dim1, dim2 = arguments
    src = raised(src, level) if isinstance(src, Tensor) else src
    return lifted(call(raised(x, level), src, offset, *shifted((dim1, dim2), x.ndim)), level)


def _with_shape(*dims: int) -> Any:
    """Of the adjoints of views: gradient, shape, and dimensions of that shape at the places given."""

    def rule(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
        g, shape, *rest = arguments
        for place in dims:
            rest[place] = shifted(rest[place], len(shape))
        return lifted(call(raised(g, level), (level.size, *shape), *rest), level)

    return rule


rules("select_backward", "slice_backward")(_with_shape(0))
rules("diagonal_backward")(_with_shape(1, 2))


@rules("unfold_backward")
def _folded(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    if not arguments[1]:  # the one window of an example without dimensions
        return lifted(raised(arguments[0], level).sum(1), level)
    return _with_shape(0)(call, level, arguments)


@rules("per_example")
def _per_example(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, other, axis = arguments
    return lifted(call(raised(x, level), other, axis + 1), level)


# Joining and repeating.


@rules("cat", "stack")
def _joined(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    tensors, dim, *rest = arguments
    if call.__name__ == "cat" and len({x.ndim for x in tensors}) > 1:
        tensors = [x for x in tensors if x.shape != (0,)]  # which any others may be joined with
    ndim = max(x.ndim for x in tensors) + (call.__name__ == "stack")
    return lifted(call([raised(x, level) for x in tensors], shifted(dim, ndim), *rest), level)


@rules("repeat")
def _repeated(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, repeats = arguments
    return lifted(call(with_ones(raised(x, level), len(repeats) - x.ndim), (1, *repeats)), level)


@rules("rot90")
def _turned(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, k, dims = arguments
    return lifted(call(raised(x, level), k, shifted(tuple(dims), x.ndim)), level)


@rules("roll")
def _rolled(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, shifts, dims = arguments
    physical = raised(x, level)
    if dims:
        return lifted(call(physical, shifts, shifted(tuple(dims), x.ndim)), level)
    # Without dimensions all numbers of an example are rolled as one row.
    return lifted(call(physical.reshape(level.size, x.numel()), shifts, (1,)).reshape(physical.shape), level)


@rules("tril", "triu")
def _triangle(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, diagonal = arguments
    return lifted(call(raised(x, level), diagonal), level)


# Reductions of everything.


def _of_all(reduce: Any) -> Any:
    def rule(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
        x, *rest = arguments
        physical = raised(x, level)
        rows = physical if physical.ndim == 2 else physical.reshape(level.size, x.numel())
        return lifted(reduce(rows, *rest), level)

    return rule


for _name, _reduce in {
    "sum": lambda x: x.sum(1),
    "sum_as": lambda x, dtype: x.sum(1, dtype=dtype),
    "mean": lambda x: x.mean(1),
    "mean_as": lambda x, dtype: x.mean(1, dtype=dtype),
    "prod": lambda x: x.prod(1),
    "prod_as": lambda x, dtype: x.prod(1, dtype=dtype),
    "max": lambda x: x.amax(1),
    "min": lambda x: x.amin(1),
    "median": lambda x: x.median(1)[0],
    "nanmedian": lambda x: x.nanmedian(1)[0],
}.items():
    rules(_name)(_of_all(_reduce))


@rules("trace")
def _trace(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    return lifted(raised(arguments[0], level).diagonal(0, 1, 2).sum(-1), level)


@rules("trace_backward")
def _trace_backward(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    g, (rows, columns) = arguments
    eye = ops.eye(rows, columns, dtype=g.dtype)
    return lifted(raised(g, level).reshape(level.size, 1, 1) * eye, level)


@rules("argmax", "argmin")
def _argument(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, dim, keepdim = arguments
    if dim is not None:
        return along(1)(call, level, arguments)
    found = call(raised(x, level).reshape(level.size, x.numel()), 1, False)
    return lifted(found.reshape(level.size, *[1] * x.ndim) if keepdim else found, level)


@rules("unfold")
def _unfolded(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, dim, size, step = arguments
    if not x.ndim:
        return lifted(raised(x, level).unsqueeze(1).narrow(1, 0, size), level)
    return lifted(call(raised(x, level), dim + 1, size, step), level)


@rules("select_scatter")
def _with_part(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, src, dim, index = arguments
    return lifted(call(raised(x, level), raised(src, level) if isinstance(src, Tensor) else src, dim + 1, index), level)


rules("frexp", "times_number", "over_number", "pixel_shuffle", "pixel_unshuffle")(stacked)


@rules("channel_shuffle")
def _channel_shuffled(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, groups = arguments
    rows, channels, *rest = x.shape
    return lifted(call(raised(x, level).reshape(level.size * rows, channels, *rest), groups).reshape(level.size, *x.shape), level)


@rules("block_diag")
def _block_diag(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    tensors, dtype = arguments
    blocks = [x.reshape((1, 1, *x.shape)[-2:]) for x in tensors]
    width, rows, start = sum([b.shape[1] for b in blocks]), [], 0
    for block in blocks:
        n, m = block.shape
        around = [ops.zeros(n, start, dtype=block.dtype), block, ops.zeros(n, width - start - m, dtype=block.dtype)]
        rows.append(ops.cat(around, 1))
        start += m
    return ops.cat(rows) if dtype is None else ops.cat(rows).to(dtype)


@rules("write_slice")
def _written(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    """The steps of the view are those of an example: they say which of its numbers are replaced."""
    x, value, last = arguments
    places = ops.from_numpy(replay(np.arange(x.numel()).reshape(x.shape), last).reshape(-1))
    rows = raised(x, level).reshape(level.size, x.numel())
    if isinstance(value, Tensor):
        out = rows.index_copy(1, places, raised(value, level).reshape(level.size, places.numel()))
    else:
        out = rows.index_fill(1, places, value)
    return lifted(out.reshape(level.size, *x.shape), level)


# Choosing and filling.


@rules("masked_fill", "masked_fill_tensor")
def _masked_fill(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, mask, value = arguments
    if isinstance(value, Tensor) and lower(value, level)[1]:
        return ops.where(mask, value.to(x.dtype), x)  # type: ignore[attr-defined]
    rank = max(ndim_of(x), ndim_of(mask))

    def spread(a: Any) -> Any:
        if not isinstance(a, Tensor) or (a.ndim == rank and a is not x):
            return lowered(a, level)[0]
        return with_ones(raised(a, level), rank - a.ndim)

    return lifted(call(spread(x), spread(mask), lowered(value, level)[0]), level)


@rules("copy")
def _copied(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, source = arguments
    physical = raised(x, level)
    return lifted(call(physical, raised(source.expand(x.shape), level)), level)


@rules("fill", "fill_from_tensor", "fill_", "fill_from_tensor_")
def _filled(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, value = arguments
    if isinstance(value, Tensor):
        physical = raised(value, level).reshape(level.size, *[1] * x.ndim).expand(level.size, *x.shape)
        return lifted(physical.to(x.dtype).clone(), level)
    return lifted(call(raised(x, level), value), level)
