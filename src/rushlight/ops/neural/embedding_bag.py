"""Sums, means and maxima of bags of rows of a table, without the rows in between.

A bag is a stretch of a list of indices. The sum of all bags is the product of the table with a sparse matrix, a row for
each bag; the derivatives are looked up and added up as those of an embedding.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.tensor import Tensor, wrap
from ..support.along import scatter_along
from ..support.arguments import check_tensor
from ..support.layered import reads_values
from ..support.precision import wide_op
from .normalization import embedding_dense_backward, embedding_op

__all__ = ["embedding_bag"]

SUM, MEAN, MAX = 0, 1, 2


def _summed(
    weight: Any, sample_weights: Any, indices: Any, bags: Any, count: int, scale: Any, padding_idx: int, by_freq: bool
) -> Any:
    """Sums of rows times weights of their own (if any); `bags` says in which bag an index is, `scale` multiplies bags."""
    from scipy.sparse import csr_array

    ends = np.append(0, np.cumsum(np.bincount(bags, minlength=count)))
    factors = np.ones(indices.size, weight.dtype) if sample_weights is None else sample_weights.astype(weight.dtype)
    out = csr_array((factors, indices, ends), (count, weight.shape[0])) @ weight
    return out if scale is None else out * scale.astype(out.dtype)


def _summed_rule(
    g: Any, weight: Any, sample_weights: Any, indices: Any, bags: Any, scale: Any, padding_idx: int, by_freq: bool,
    needs: tuple[bool, ...],
) -> list[Any]:  # fmt: skip
    if scale is not None:
        g = g * scale.astype(g._data.dtype if isinstance(g, Tensor) else g.dtype)
    rows = embedding_op(g, bags, -1, False)
    grads: list[Any] = [None, None]
    if needs[0]:
        weighted = rows if sample_weights is None else rows * sample_weights[:, None]
        grads[0] = embedding_dense_backward(weighted, indices, weight.shape[0], padding_idx, by_freq)
    if needs[1]:
        grads[1] = (rows * embedding_op(weight, indices, padding_idx, False)).sum(1)
    return grads


_sum_bags = wide_op(
    "embedding_bag", _summed, "EmbeddingBagBackward0", _summed_rule, differentiable=("weight", "sample_weights")
)


def _greatest(weight: Any, chosen: Any) -> Any:
    """The elements of each column at `chosen` (bags, columns); 0 where that is -1."""
    return np.where(chosen < 0, 0, weight[chosen, np.arange(weight.shape[1])])


_greatest_of_bags = wide_op("embedding_bag_max", _greatest, "EmbeddingBagBackward0", {
    "weight": lambda g, weight_shape, chosen: scatter_along(
        g * (chosen >= 0), np.maximum(chosen, 0), 0, weight_shape, distinct=False
    ),
})  # fmt: skip


def _chosen(weight: Any, indices: Any, bags: Any, count: int) -> Any:
    """The row of the greatest element of each bag and column, the first where several are; -1 for an empty bag."""
    chosen = np.full((count, weight.shape[1]), -1)
    if indices.size:
        full, starts = np.unique(bags, return_index=True)
        rows = weight[indices]
        greatest = np.maximum.reduceat(rows, starts, 0)
        hits = rows == np.repeat(greatest, np.diff(np.append(starts, indices.size)), 0)
        places = np.where(hits, np.arange(indices.size)[:, None], indices.size - 1)
        chosen[full] = indices[np.minimum.reduceat(places, starts, 0)]
    return chosen


def _bags(indices: Any, offsets: Any, include_last_offset: bool) -> tuple[Any, int]:
    """In which bag each index is, and how many bags there are."""
    count = max(offsets.size - 1, 0) if include_last_offset else offsets.size
    if offsets.size and offsets[0] != 0:
        raise RuntimeError(
            "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, "
            f"got {offsets[0]}\n[ torch.{'Long' if offsets.dtype == np.int64 else 'Int'}Tensor{{}} ]"
        )
    if offsets.size and offsets[-1] > indices.size:
        raise RuntimeError(
            f"offsets[-1] can not be greater than input's length {indices.size} but got offsets[-1] of {offsets[-1]}"
        )
    sizes = np.diff(np.append(offsets[:count], offsets[-1] if include_last_offset and count else indices.size))
    if (sizes < 0).any():
        raise RuntimeError(_internal("i < index_size"))
    return np.repeat(np.arange(count), sizes[:count]), count


def _internal(condition: str) -> str:
    return (
        f"Expected {condition} to be true, but got false.  (Could this error message be improved?  If so, please report "
        "an enhancement request to PyTorch.)"
    )


def _check(weight: Tensor, indices: Tensor, offsets: Tensor, mode: int, sample_weights: Tensor | None) -> None:
    for position, (name, t) in enumerate((("weight", weight), ("indices", indices), ("offsets", offsets)), 1):
        check_tensor("embedding_bag", t, name, position)
    if mode not in (SUM, MEAN, MAX):
        raise RuntimeError("`mode` must be sum, mean, or max.")
    for name, t in (("indices", indices), ("offsets", offsets)):
        if t._data.dtype.char not in "li":
            raise RuntimeError(
                f"Expected tensor for argument #1 '{name}' to have one of the following scalar types: Long, Int; but "
                f"got {t.type()} instead (while checking arguments for embedding_bag)"
            )
    if not weight.dtype.is_floating_point:
        raise RuntimeError(
            "Expected tensor for argument #1 'weight' to have one of the following scalar types: Half, BFloat16, "
            f"Float, Double; but got {weight.type()} instead (while checking arguments for embedding_bag)"
        )
    if weight.ndim != 2:
        raise RuntimeError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.ndim}")
    if sample_weights is not None:
        if mode != SUM:
            raise RuntimeError("embedding_bag: per_sample_weights only supported with mode='sum'")
        if sample_weights.dtype is not weight.dtype:
            raise RuntimeError(
                "Expected tensor for argument #1 'weight' to have the same type as tensor for argument #1 "
                f"'per_sample_weights'; but type {weight.type()} does not equal {sample_weights.type()} (while checking "
                "arguments for embedding_bag)"
            )
        if sample_weights._data.size != indices._data.size:
            raise RuntimeError(_internal("per_sample_weights.value().numel() == indices.numel()"))


@reads_values
def embedding_bag(
    weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: bool = False, mode: int = 0,
    sparse: bool = False, per_sample_weights: Tensor | None = None, include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:  # fmt: skip
    """Sums (mode 0), means (1) or maxima (2) of rows of `weight` (n, m): (bags, m), and what was counted on the way.

    Bag i is ``indices[offsets[i]:offsets[i + 1]]``, without those that are `padding_idx`. The further results are the
    bag of each index, the sizes of the bags, and for maxima the rows they are from. Raises RuntimeError for indices that
    are no rows and offsets that do not rise, NotImplementedError for `sparse`.
    """
    _check(weight, indices, offsets, mode, per_sample_weights)
    if sparse and weight.requires_grad:
        raise NotImplementedError("embedding_bag(): sparse gradients are not supported")
    i, rows = np.asarray(indices._data).reshape(-1), weight._data.shape[0]
    pad = -1
    if padding_idx is not None:
        if not -rows <= padding_idx < rows:
            raise RuntimeError(
                f"padding_idx must be within the number of embeddings, {-rows} through {rows - 1}, but got {padding_idx}"
            )
        pad = padding_idx % rows
    (wrong,) = np.nonzero((i < 0) | (i >= rows))
    if wrong.size:
        place = int(wrong[0])
        raise RuntimeError(
            f"Index {place} of input takes value {i[place]} which is not in the valid range [0, {rows})"
        )
    bags, count = _bags(i, np.asarray(offsets._data), include_last_offset)
    i, every = i[: bags.size], bags
    looked: Any = indices.detach().reshape(-1)[: bags.size]  # a Tensor, so that backward sees writes into the indices
    if per_sample_weights is not None:
        per_sample_weights = per_sample_weights.reshape(-1)[: bags.size]
    if pad >= 0:
        kept = i != pad
        i, bags = i[kept], bags[kept]
        looked = i
        if per_sample_weights is not None:
            per_sample_weights = per_sample_weights[wrap(kept)]
    sizes = np.bincount(bags, minlength=count)
    # torch's quick way does not look at the bags one by one.
    quick = mode != MAX and padding_idx is None and weight._data.dtype != np.float64
    looked_up = wrap(every[:0] if quick else every)
    if mode == MAX:
        chosen = _chosen(weight._data, i, bags, count)
        return _greatest_of_bags(weight, chosen), looked_up, wrap(sizes), wrap(np.maximum(chosen, 0))
    scale = (1 / np.maximum(sizes, 1))[:, None] if mode == MEAN else None
    out = _sum_bags(weight, per_sample_weights, looked, bags, count, scale, pad, scale_grad_by_freq)
    counted = sizes if mode == MEAN else np.zeros_like(sizes)
    return out, looked_up, wrap(counted), wrap(counted.copy())
