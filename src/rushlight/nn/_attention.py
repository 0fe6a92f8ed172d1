"""Attention with several heads, each with queries, keys and values of its own (A. Vaswani et al., arXiv:1706.03762)."""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..arrays import dtypes
from ..core import Tensor
from ..ops.neural.attention import scaled_dot_product_attention
from ..ops.neural.padding import pad
from ..ops.support.options import warn_user
from ._dropout import dropout
from ._softmax import softmax

__all__ = ["multi_head_attention_forward"]

linear = ops.linear


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(message)


def _check_shapes(
    query: Tensor, key: Tensor, value: Tensor, padding: Tensor | None, mask: Tensor | None, num_heads: int
) -> bool:
    """Whether there is a batch. Raises AssertionError for numbers of dimensions that do not go together."""
    dims = query.dim()
    _require(
        dims in (2, 3), f"query should be unbatched 2D or batched 3D tensor but received {query.dim()}-D query tensor"
    )
    given = f"For {'batched (3-D)' if dims == 3 else 'unbatched (2-D)'} `query`, expected "
    _require(
        key.dim() == value.dim() == dims,
        f"{given}`key` and `value` to be {dims}-D but found {key.dim()}-D and {value.dim()}-D tensors respectively",
    )
    if padding is not None:
        _require(
            padding.dim() == dims - 1,
            f"{given}`key_padding_mask` to be `None` or {dims - 1}-D but found {padding.dim()}-D tensor instead",
        )
    if mask is not None:
        _require(
            mask.dim() in (2, 3),
            f"{given}`attn_mask` to be `None`, 2-D or 3-D but found {mask.dim()}-D tensor instead",
        )
        if dims == 2 and mask.dim() == 3:
            shape = (num_heads, query.shape[0], key.shape[0])
            _require(mask.shape == shape, f"Expected `attn_mask` shape to be {shape} but got {mask.shape}")
    return dims == 3


def canonical_mask(
    mask: Tensor | None, name: str, target: dtypes.dtype, other: Tensor | None = None, other_name: str = ""
) -> Tensor | None:
    """A mask as numbers to add to scores: bools become minus infinity where true.

    Raises AssertionError for a mask of integers, and warns where its dtype is not that of the `other` mask.
    """
    if mask is None:
        return None
    is_float = mask.dtype.is_floating_point
    _require(is_float or mask.dtype is dtypes.bool_, f"only bool and floating types of {name} are supported")
    if other is not None and other.dtype is not mask.dtype:
        warn_user(f"Support for mismatched {name} and {other_name} is deprecated. Use same type for both instead.")
    return mask if is_float else ops.zeros_like(mask, dtype=target).masked_fill_(mask, -math.inf)


# Projections.


def _projected_together(q: Tensor, k: Tensor, v: Tensor, w: Tensor, b: Tensor | None) -> tuple[Tensor, ...]:
    """Queries, keys and values by one weight, in as few products as there are different inputs."""
    width = q.size(-1)
    if k is not v:
        weights, biases = w.chunk(3), (None,) * 3 if b is None else b.chunk(3)
        return tuple([linear(x, *given) for x, *given in zip((q, k, v), weights, biases)])
    if q is k:
        return _apart(linear(q, w, b), 3, width)
    w_q, w_kv = w.split([width, width * 2])
    b_q, b_kv = (None, None) if b is None else b.split([width, width * 2])
    return linear(q, w_q, b_q), *_apart(linear(k, w_kv, b_kv), 2, width)


def _apart(joint: Tensor, count: int, width: int) -> tuple[Tensor, ...]:
    parts = joint.unflatten(-1, (count, width)).unsqueeze(0).transpose(0, -2).squeeze(-2).contiguous()
    return tuple([parts[i] for i in range(count)])


def _projected_apart(inputs: Any, weights: Any, bias: Tensor | None) -> tuple[Tensor, ...]:
    """Queries, keys and values by a weight each. Raises AssertionError for shapes that do not fit."""
    biases = (None,) * 3 if bias is None else bias.chunk(3)
    width = inputs[0].size(-1)
    for name, x, w in zip(("query", "key", "value"), inputs, weights):
        shape = (width, x.size(-1))
        _require(w.shape == shape, f"expecting {name} weights shape of {shape}, but got {w.shape}")
    for name, b in zip(("query", "key", "value"), biases):
        _require(
            b is None or b.shape == (width,),
            f"expecting {name} bias shape of {(width,)}, but got {None if b is None else b.shape}",
        )
    return tuple([linear(x, w, b) for x, w, b in zip(inputs, weights, biases)])


def _project(
    inputs: tuple[Tensor, Tensor, Tensor], in_proj_weight: Tensor | None, bias: Tensor | None, separate: bool, weights: Any
) -> tuple[Tensor, ...]:  # fmt: skip
    _, key, value = inputs
    if not separate:
        _require(key.shape == value.shape, f"key shape {key.shape} does not match value shape {value.shape}")
        if in_proj_weight is None:
            raise AssertionError("use_separate_proj_weight is False but in_proj_weight is None")
        return _projected_together(*inputs, in_proj_weight, bias)
    _require(
        key.shape[:2] == value.shape[:2],
        f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}",
    )
    for letter, w in zip("qkv", weights):
        _require(w is not None, f"use_separate_proj_weight is True but {letter}_proj_weight is None")
    return _projected_apart(inputs, weights, bias)


# Heads, masks, and what is added to keys and values.


def _with_leading_dimension(mask: Tensor | None, rows: int, columns: int, heads: int) -> Tensor | None:
    """The mask ``(1 or batch * heads, rows, columns)``. Raises RuntimeError for another shape."""
    if mask is None:
        return None
    shape = (rows, columns) if mask.dim() == 2 else (heads, rows, columns)
    if mask.shape != shape:
        raise RuntimeError(f"The shape of the {mask.dim()}D attn_mask is {mask.shape}, but should be {shape}.")
    return mask.unsqueeze(0) if mask.dim() == 2 else mask


def _with_biases(
    k: Tensor, v: Tensor, bias_k: Tensor | None, bias_v: Tensor | None, static_k: Tensor | None, static_v: Tensor | None,
    batch: int,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Keys and values with a learnt one behind each, if they are given. Raises AssertionError for one without the other."""
    if bias_k is not None and bias_v is not None:
        _require(static_k is None, "bias cannot be added to static key.")
        _require(static_v is None, "bias cannot be added to static value.")
        return ops.cat([k, bias_k.repeat(1, batch, 1)]), ops.cat([v, bias_v.repeat(1, batch, 1)])
    _require(bias_k is None, "bias_k is set but bias_v is None")
    _require(bias_v is None, "bias_v is set but bias_k is None")
    return k, v


def _one_column_more(*masks: Tensor | None) -> list[Tensor | None]:
    return [None if mask is None else pad(mask, (0, 1)) for mask in masks]


def _in_heads(x: Tensor, static: Tensor | None, name: str, heads: int, width: int) -> Tensor:
    """``(batch * heads, steps, width)``. Raises AssertionError if a static one has another shape."""
    if static is None:
        return x.view(x.shape[0], heads, width).transpose(0, 1)
    _require(static.size(0) == heads, f"expecting static_{name}.size(0) of {heads}, but got {static.size(0)}")
    _require(static.size(2) == width, f"expecting static_{name}.size(2) of {width}, but got {static.size(2)}")
    return static


def _merged(mask: Tensor | None, padding: Tensor | None, batch: int, num_heads: int, columns: int) -> Tensor | None:
    """Both masks as one."""
    if padding is None:
        return mask
    for i, size in enumerate((batch, columns)):
        _require(
            padding.shape[i] == size, f"Expected key_padded_mask.shape[{i}] to be {size}, but got {padding.shape[i]}"
        )
    padding = padding.view(batch, 1, 1, columns).expand(-1, num_heads, -1, -1).reshape(batch * num_heads, 1, columns)
    return padding if mask is None else mask + padding


def _attend_with_weights(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, dropout_p: float, num_heads: int, average: bool
) -> tuple[Tensor, Tensor]:
    """What the heads give, side by side, ``(rows * batch, embed)``, and their weights ``(batch, [heads,] rows, columns)``."""
    heads, rows, width = q.shape
    q = q * math.sqrt(1.0 / float(width))
    scores = ops.bmm(q, k.transpose(-2, -1)) if mask is None else ops.baddbmm(mask, q, k.transpose(-2, -1))
    weights = softmax(scores, dim=-1)
    if dropout_p > 0.0:
        weights = dropout(weights, p=dropout_p)
    batch = heads // num_heads
    out = ops.bmm(weights, v).transpose(0, 1).reshape(rows * batch, num_heads * width)
    weights = weights.view(batch, num_heads, rows, k.size(1))
    return out, weights.mean(dim=1) if average else weights


def _attend(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, dropout_p: float, is_causal: bool, num_heads: int
) -> Tensor:
    """What the heads give, side by side, ``(rows * batch, embed)``, without their weights."""
    batch, columns = q.size(0) // num_heads, k.size(1)
    if mask is not None:
        mask = mask.unsqueeze(0) if mask.size(0) == 1 else mask.view(batch, num_heads, -1, columns)
    q, k, v = [x.view(batch, num_heads, x.size(1), x.size(2)) for x in (q, k, v)]
    out = scaled_dot_product_attention(q, k, v, mask, dropout_p, is_causal)
    return out.permute(2, 0, 1, 3).reshape(q.size(2) * batch, num_heads * q.size(3))


def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Attention of several heads, projections included; see :class:`~nn.MultiheadAttention`, which calls it.

    Shape:
        query: ``(rows, batch, embed)``; key: ``(columns, batch, kdim)``; value: ``(columns, batch, vdim)``; all three
        without a batch too. ``attn_mask``: ``(rows, columns)`` or ``(batch * num_heads, rows, columns)``;
        ``key_padding_mask``: ``(batch, columns)``.

    Returns:
        The result, as `query`, and the weights ``(batch, rows, columns)`` (``(batch, num_heads, rows, columns)`` if they
        are not to be averaged), or None if they are not needed.

    Raises:
        AssertionError, RuntimeError: for shapes and dtypes that do not fit together.
    """
    is_batched = _check_shapes(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not is_batched:
        query, key, value = [x.unsqueeze(1) for x in (query, key, value)]
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    rows, batch, embed_dim = query.shape
    columns, heads = key.shape[0], batch * num_heads
    padding = canonical_mask(key_padding_mask, "key_padding_mask", query.dtype, attn_mask, "attn_mask")
    mask, is_causal = _masks(attn_mask, padding, is_causal, need_weights, query.dtype)
    width = embed_dim // num_heads
    _require(
        embed_dim == embed_dim_to_check, f"was expecting embedding dimension of {embed_dim_to_check}, but got {embed_dim}"
    )
    _require(width * num_heads == embed_dim, f"embed_dim {embed_dim} not divisible by num_heads {num_heads}")
    weights_apart = q_proj_weight, k_proj_weight, v_proj_weight
    q, k, v = _project((query, key, value), in_proj_weight, in_proj_bias, use_separate_proj_weight, weights_apart)
    mask = _with_leading_dimension(mask, rows, columns, heads)
    k, v = _with_biases(k, v, bias_k, bias_v, static_k, static_v, batch)
    if bias_k is not None:
        mask, padding = _one_column_more(mask, padding)
    q = q.view(rows, heads, width).transpose(0, 1)
    k, v = _in_heads(k, static_k, "k", heads, width), _in_heads(v, static_v, "v", heads, width)
    if add_zero_attn:
        k, v = [ops.cat([x, ops.zeros((heads, 1, width), dtype=x.dtype)], dim=1) for x in (k, v)]
        mask, padding = _one_column_more(mask, padding)
    mask = _merged(mask, padding, batch, num_heads, k.size(1))
    probability = dropout_p if training else 0.0
    weights = None
    if need_weights:
        out, weights = _attend_with_weights(q, k, v, mask, probability, num_heads, average_attn_weights)
    else:
        out = _attend(q, k, v, mask, probability, is_causal, num_heads)
    out = linear(out, out_proj_weight, out_proj_bias)
    out = out.view(rows, batch, out.size(1))
    return (out, weights) if is_batched else (out.squeeze(1), None if weights is None else weights.squeeze(0))


def _masks(
    mask: Tensor | None, padding: Tensor | None, is_causal: bool, need_weights: bool, dtype: dtypes.dtype
) -> tuple[Tensor | None, bool]:
    """The mask of rows and columns that is left to add, and whether attention is to be causal by itself."""
    if is_causal and mask is None:
        raise RuntimeError(
            "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
            "`generate_square_subsequent_mask` to create this mask."
        )
    if is_causal and padding is None and not need_weights:
        return None, True
    return canonical_mask(mask, "attn_mask", dtype), is_causal and padding is None
