"""Scaled dot product attention: softmax(q k' / sqrt(e) + mask) v (A. Vaswani et al., arXiv:1706.03762).

Where all three have four dimensions it is one operation, which keeps its inputs alone: its derivative computes the
weights anew, as in T. Dao et al., arXiv:2205.14135. Elsewhere it is written out.

Note [Keys first]
    As one operation, scores and weights have a row for each key and a column for each query. Their maximum and their sum
    then run down the columns, which NumPy and BLAS do with whole rows at a time; along rows of 64 numbers the maximum
    alone costs as much as the product that made the scores. Nor are the weights divided by their sums: the few rows of
    the result are, and, on the way back, those of the gradient.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import wrap_dim
from ...arrays.threads import one_blas_thread, share
from ...core.tensor import ORDINARY, Tensor, wrap
from ..support.arguments import check_tensor
from ..support.casting import in_lower_precision
from ..support.checked import checked
from ..support.operands import call_into
from ..support.precision import as_wide_as, wide, wide_op
from ..support.rows import inner, parts, peaks, summed
from .dropout import dropout
from .softmax import check_softmax_kernel, softmax_backward_data

__all__ = ["_safe_softmax", "_softmax_backward_data"]


# The softmax that knows rows without an entry.


def _exponentials(x: Any, dim: int) -> tuple[Any, Any]:
    """exp(x) up to a factor, and the sum to divide it by."""
    top = peaks(x, dim)
    e = x - np.where(np.isneginf(top), 0, top)
    e = np.exp(e, e if e.ndim else None)
    total = summed(e, dim, True)
    return e, np.where(total == 0, 1, total)


def _safe_softmax_value(x: Any, dim: int) -> Any:
    e, total = _exponentials(x, dim)
    return e / total


safe_softmax = wide_op("safe_softmax", _safe_softmax_value, "SafeSoftmaxBackward0", {
    "x": lambda g, out, dim: softmax_backward_data(g, out, dim),
})  # fmt: skip


def _safe_softmax(input: Tensor, dim: int, dtype: dtypes.dtype | None = None) -> Tensor:
    """The softmax along `dim`, and zeros where all entries are minus infinity."""
    check_tensor("_safe_softmax", input)
    if dtype is not None:
        input = input.to(dtype)
    dim = wrap_dim(dim, input.ndim)
    check_softmax_kernel("softmax", input, dim)
    return safe_softmax(input, dim)


def _softmax_backward_data(
    grad_output: Tensor, output: Tensor, dim: int, input_dtype: dtypes.dtype, *, grad_input: Tensor | None = None
) -> Tensor:
    """The gradient of `softmax` from its result and the gradient of that."""
    return call_into(grad_input, softmax_backward_data, grad_output, output, wrap_dim(dim, output.ndim)).to(input_dtype)


# Attention as one operation.


def _tiles(query: Any, key: Any) -> Iterator[tuple[slice, slice, slice]]:
    """Slices of the batch, of the heads and of the rows, whose weights stay in the cache."""
    n, heads, rows = query.shape[:3]
    columns = key.shape[2]
    for sample in parts(n, heads * rows * columns):
        for head in parts(heads, rows * columns):
            for row in parts(rows, columns):
                yield sample, head, row


def _weights(query: Any, key: Any, mask: Any) -> tuple[Any, Any]:
    """The weights up to a factor for each query, and their sums, from queries that are scaled and laid out as columns.

    exp(x) is as exact for large x as for small ones, so the maximum is subtracted only where a sum is too large to be a
    number, or too small for its smallest terms to count.
    """
    weights = _scores(query, key, mask)
    np.exp(weights, weights)
    total = summed(weights, 2, True)
    if total.min() > _LEAST and total.max() < np.inf:
        return weights, total
    return _exponentials(_scores(query, key, mask), 2)


#: The least sum of weights that needs no maximum: what rounds to zero in it is smaller by 18 digits.
_LEAST = 1e-20


def _scores(query: Any, key: Any, mask: Any) -> Any:
    """See Note [Keys first]: the mask has its rows and columns exchanged, too."""
    scores = key @ query
    if mask is None:
        return scores
    return np.add(scores, mask, scores) if scores.__class__ is np.ndarray else scores + mask


def _keys_first(mask: Any, query: Any, key: Any) -> Any:
    if mask is None:
        return None
    return np.broadcast_to(np.ascontiguousarray(mask.mT), (*query.shape[:2], key.shape[2], query.shape[2]))


def _of_tile(mask: Any, tile: tuple[slice, slice, slice]) -> Any:
    return None if mask is None else mask[(*tile[:2], slice(None), tile[2])]


def _attention_value(query: Any, key: Any, value: Any, mask: Any, scale: float) -> Any:
    out = np.empty_like(query)
    mask = _keys_first(mask, query, key)
    tiles = list(_tiles(query, key))

    def fill(number: int) -> None:
        tile = tiles[number]
        some = tile[:2]
        weights, total = _weights(_columns(query[tile], scale), key[some], _of_tile(mask, tile))
        np.divide(weights.mT @ value[some], total.mT, out=out[tile])

    with one_blas_thread():
        share(fill, len(tiles))
    return out


def _columns(x: Any, factor: Any) -> Any:
    """The rows times a factor, laid out as columns: BLAS takes them from there in half the time."""
    return np.multiply(x.mT, factor, order="C", dtype=x.dtype)


def _slopes(
    g: Any, query: Any, key: Any, value: Any, out: Any, mask: Any, scale: float, needs: tuple[bool, ...]
) -> list[Any]:
    columns = _columns(query, scale)
    weights, total = _weights(columns, key, mask)
    g = g / total.mT
    grads: list[Any] = [None, None, weights @ g if needs[2] else None]
    if needs[0] or needs[1]:
        slope = value @ np.ascontiguousarray(g.mT)
        slope -= inner(g, out).mT
        slope *= weights
        if needs[0]:
            grads[0] = slope.mT @ key
            grads[0] *= scale
        if needs[1]:
            grads[1] = slope @ (query * scale)
    return grads


def _slopes_of_tensors(
    g: Any, query: Any, key: Any, value: Any, mask: Any, scale: float, needs: tuple[bool, ...]
) -> list[Any]:
    """The same, to be differentiated again."""
    weights = safe_softmax(_scores((query * scale).mT, key, mask), 2)
    slope = softmax_backward_data(value @ g.mT, weights, 2)
    return [
        slope.mT @ key * scale if needs[0] else None, slope @ (query * scale) if needs[1] else None,
        weights @ g if needs[2] else None,
    ]  # fmt: skip


def _attention_rule(
    g: Any, query: Any, key: Any, value: Any, out: Any, mask: Any, scale: float, needs: tuple[bool, ...]
) -> list[Any]:
    narrow = query
    g, query, key, value, out = wide(g), wide(query), wide(key), wide(value), wide(out)
    mask = _keys_first(mask, query, key)
    if isinstance(query, Tensor):
        grads = _slopes_of_tensors(g, query, key, value, mask, scale, needs)
    else:
        grads = [np.empty_like(x) if need else None for x, need in zip((query, key, value), needs)]
        # Tiles of the same heads add to the same gradients, one after the other.
        jobs = [list(tiles) for _, tiles in groupby(_tiles(query, key), lambda tile: tile[:2])]

        def add(number: int) -> None:
            for tile in jobs[number]:
                some, few = tile[:2], _of_tile(mask, tile)
                found = _slopes(g[tile], query[tile], key[some], value[some], out[tile], few, scale, needs)
                for whole, slope, place in zip(grads, found, (tile, some, some)):
                    if whole is None:
                        continue
                    if place is tile or not tile[2].start:
                        whole[place] = slope
                    else:
                        whole[place] += slope

        with one_blas_thread():
            share(add, len(jobs))
    return [None if h is None else as_wide_as(narrow, h) for h in grads]


_attention = wide_op(
    "scaled_dot_product_attention", _attention_value, "ScaledDotProductFlashAttentionForCpuBackward0", _attention_rule,
    differentiable=("query", "key", "value"), saved_as={"mask": "attn_mask", "out": "output"},
)  # fmt: skip


# The front.


def _check(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> None:
    name = "scaled_dot_product_attention"
    for position, (word, t) in enumerate((("query", query), ("key", key), ("value", value))):
        check_tensor(name, t, word, position + 1)
    three = query, key, value
    if len({t.dtype for t in three}) > 1:
        words = [t.dtype.cpp_name for t in three]
        raise RuntimeError(
            "Expected query, key, and value to have the same dtype, but got query.dtype: {} key.dtype: {} and "
            "value.dtype: {} instead.".format(*words)
        )
    if min(t.ndim for t in three) < 2:
        raise RuntimeError(
            "Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: {} key.dim: {} and "
            "value.dim: {} instead.".format(*[t.ndim for t in three])
        )
    if mask is not None and mask.dtype is not query.dtype and mask.dtype not in (dtypes.bool_, dtypes.float32):
        raise RuntimeError(
            f"Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
            f"{mask.dtype.cpp_name} and  query.dtype: {query.dtype.cpp_name} instead."
        )
    if query.dtype.is_complex:
        check_softmax_kernel("softmax", query, query.ndim - 1)
    if not query.dtype.is_floating_point:
        raise RuntimeError(f"expected scalar type Float but found {query.dtype.scalar_name}")


def _is_one_operation(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> bool:
    """Whether torch has a kernel of its own for this."""
    q, k, v = query._data, key._data, value._data
    if not (q.ndim == k.ndim == v.ndim == 4 and q.shape[0] == k.shape[0] == v.shape[0] and k.shape[:3] == v.shape[:3]):
        return False
    if q.shape[1] != k.shape[1] or not q.shape[-1] == k.shape[-1] == v.shape[-1]:
        return False
    if not (q.size and k.size) or any([t.strides[-1] != t.itemsize and t.shape[-1] > 1 for t in (q, k, v)]):
        return False
    if mask is None:
        return True
    whole = (*q.shape[:3], k.shape[2])
    m = mask._data.shape
    fits = len(m) in (2, 4) and all([n in (1, size) for n, size in zip(m[::-1], whole[::-1])])
    return fits and mask.__class__ in ORDINARY and not mask.requires_grad


def _as_addend(mask: Tensor, dtype: dtypes.dtype) -> Tensor:
    """A mask of bools as numbers to add: 0 where true, minus infinity elsewhere."""
    if mask.dtype is not dtypes.bool_:
        return mask
    if mask.__class__ not in ORDINARY:
        return wrap(dtypes.cast(np.zeros((), np.float32), dtype)).masked_fill(mask.logical_not(), -np.inf)
    return wrap(dtypes.cast(np.where(mask._data, np.float32(0), np.float32(-np.inf)), dtype))


def _causal(rows: int, columns: int) -> Tensor:
    return wrap(np.tri(rows, columns, dtype=np.bool_))


@checked
@in_lower_precision
def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    r"""The values, averaged with the softmax of the products of queries and keys as weights.

    Args:
        query: ``(n, ..., heads, rows, e)``.
        key: ``(n, ..., heads, columns, e)``.
        value: ``(n, ..., heads, columns, v)``.
        attn_mask: broadcasts to ``(n, ..., heads, rows, columns)``: where a bool mask is false, there is no weight; any
            other mask is added to the scores.
        dropout_p: the probability with which weights become zero (also outside training).
        is_causal: whether a row looks at no later column.
        scale: multiplies the scores; one over the square root of ``e`` if left out.
        enable_gqa: whether there may be fewer heads of keys and values, each for several of the queries.

    Returns:
        ``(n, ..., heads, rows, v)``. A row without any weight is zero.

    Raises:
        RuntimeError: for dtypes and shapes that do not fit together, or a mask given with `is_causal`.

    Example::

        >>> q = torch.ones(1, 2, 1)
        >>> F.scaled_dot_product_attention(q, q, torch.tensor([[[1.0], [3.0]]]))
        tensor([[[2.],
                 [2.]]])
    """
    _check(query, key, value, attn_mask)
    dtype, width = query.dtype, query._data.shape[-1]
    scale = (1 / math.sqrt(width) if width else math.inf) if scale is None else scale
    if enable_gqa:
        key, value = _for_all_heads(query, key, value)
    rows, columns = query._data.shape[-2], key._data.shape[-2]
    if dropout_p == 0 and _is_one_operation(query, key, value, attn_mask):
        mask = None if attn_mask is None else wide(_as_addend(attn_mask, dtype)._data)
        if is_causal:
            causal = wide(_as_addend(_causal(rows, columns), dtype)._data)
            mask = causal if mask is None else mask + causal
        return _attention(query, key, value, mask, scale)
    if is_causal:
        if attn_mask is not None:
            raise RuntimeError(
                "_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True"
            )
        attn_mask = _causal(rows, columns)
    out = _composed(wide(query), wide(key), wide(value), attn_mask, dropout_p, scale)
    return out.to(dtype) if out.dtype is not dtype else out


def _composed(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, dropout_p: float, scale: float) -> Tensor:
    """Attention by an operation each for the scores, their softmax, dropout and the average."""
    root = math.sqrt(abs(scale))
    scores = (query * (-root if scale < 0 else root)) @ (key.transpose(-2, -1) * root)
    if mask is not None:
        scores = scores + _as_addend(mask, scores.dtype)
    weights = safe_softmax(scores, scores.ndim - 1)
    if dropout_p > 0:
        weights = dropout(weights, dropout_p, True)
    return weights @ value


def _for_all_heads(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    """Keys and values with as many heads as the queries."""
    heads = query.size(-3)
    repeated = []
    for t in (key, value):
        if t.size(-3) == 0 or heads % t.size(-3):
            raise RuntimeError("Number of heads in key and value must divide the number of heads in ")
        repeated.append(t if t.size(-3) == heads else t.repeat_interleave(heads // t.size(-3), -3))
    return repeated[0], repeated[1]
