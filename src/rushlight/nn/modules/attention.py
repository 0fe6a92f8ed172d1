"""Attention with several heads."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...core import Tensor
from .. import functional as F
from .. import init
from .._attention import canonical_mask
from ..parameter import Parameter
from .linear import NonDynamicallyQuantizableLinear
from .module import Module

__all__ = ["MultiheadAttention"]


class MultiheadAttention(Module):
    r"""Attention of several heads (A. Vaswani et al., arXiv:1706.03762): each projects queries, keys and values to a part of
    the width, averages its values with weights :math:`\mathrm{softmax}(q k^T / \sqrt{d})`, and all results side by side
    are projected once more.

    Args:
        embed_dim: the width of queries and of the result.
        num_heads: how many heads share it.
        dropout: the probability with which weights become zero in training.
        bias: whether projections have biases.
        add_bias_kv: whether one more key and value, which are parameters, follow the given ones.
        add_zero_attn: whether a key and a value of zeros follow them.
        kdim, vdim: the widths of keys and values, `embed_dim` if left out.
        batch_first: whether inputs and result are ``(batch, steps, width)``, not ``(steps, batch, width)``.
        device, dtype: of the parameters.

    Shape:
        query: ``(rows, batch, embed_dim)``; key: ``(columns, batch, kdim)``; value: ``(columns, batch, vdim)``; or all three
        without a batch. In the call, ``key_padding_mask`` is ``(batch, columns)``, ``attn_mask`` ``(rows, columns)`` or
        ``(batch * num_heads, rows, columns)``: bools that are true where there is to be no weight, or numbers to add to the
        scores. ``is_causal`` says of `attn_mask` that it is the causal one.

    Returns (from the call):
        The result, as `query`, and the weights ``(batch, rows, columns)``, averaged over the heads unless
        ``average_attn_weights=False``; None for them with ``need_weights=False``, which is faster.

    Attributes:
        in_proj_weight: the weights of queries, keys and values, one below the other; None if their widths differ:
        q_proj_weight, k_proj_weight, v_proj_weight: then these; None otherwise.
        in_proj_bias, out_proj, bias_k, bias_v: biases, the last projection, one more key and value.

    Raises:
        ValueError: if `embed_dim` or `num_heads` is not positive.
        AssertionError: if `embed_dim` is not divisible by `num_heads`; in the call, for shapes that do not fit.

    Example::

        >>> attention = nn.MultiheadAttention(8, 2)
        >>> output, weights = attention(torch.randn(3, 5, 8), torch.randn(4, 5, 8), torch.randn(4, 5, 8))
        >>> output.shape, weights.shape
        (torch.Size([3, 5, 8]), torch.Size([5, 3, 4]))
    """

    bias_k: Tensor | None
    bias_v: Tensor | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads} "
                "instead"
            )
        super().__init__()
        self.embed_dim = embed_dim
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        if self.head_dim * num_heads != embed_dim:
            raise AssertionError("embed_dim must be divisible by num_heads")
        options: dict[str, Any] = {"device": device, "dtype": dtype}
        shapes: dict[str, tuple[int, ...] | None] = dict.fromkeys(
            ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight")
        )
        if self._qkv_same_embed_dim:
            shapes["in_proj_weight"] = (3 * embed_dim, embed_dim)
        else:
            del shapes["in_proj_weight"]  # PyTorch registers it last
            for letter, width in zip("qkv", (embed_dim, self.kdim, self.vdim)):
                shapes[f"{letter}_proj_weight"] = (embed_dim, width)
            shapes["in_proj_weight"] = None
        shapes["in_proj_bias"] = (3 * embed_dim,) if bias else None
        for name, shape in shapes.items():
            self.register_parameter(name, None if shape is None else Parameter(ops.empty(shape, **options)))
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias, **options)
        for name in ("bias_k", "bias_v"):
            setattr(self, name, Parameter(ops.empty((1, 1, embed_dim), **options)) if add_bias_kv else None)
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        for name in ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight"):
            if getattr(self, name) is not None:
                init.xavier_uniform_(getattr(self, name))
        if self.in_proj_bias is not None:
            init.constant_(self.in_proj_bias, 0.0)
            init.constant_(self.out_proj.bias, 0.0)
        for extra in (self.bias_k, self.bias_v):
            if extra is not None:
                init.xavier_normal_(extra)

    def __setstate__(self, state: dict) -> None:
        state.setdefault("_qkv_same_embed_dim", True)  # modules of PyTorch 1.0 do not know it
        super().__setstate__(state)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        padding = canonical_mask(key_padding_mask, "key_padding_mask", query.dtype, attn_mask, "attn_mask")
        mask = canonical_mask(attn_mask, "attn_mask", query.dtype)
        turned = self.batch_first and query.dim() == 3
        if turned:
            # The same tensor stays the same: its projections are then one product.
            swapped = {id(x): x.transpose(1, 0) for x in (query, key, value)}
            query, key, value = [swapped[id(x)] for x in (query, key, value)]
        output, weights = F.multi_head_attention_forward(
            query, key, value, self.embed_dim, self.num_heads, self.in_proj_weight, self.in_proj_bias, self.bias_k,
            self.bias_v, self.add_zero_attn, self.dropout, self.out_proj.weight, self.out_proj.bias,
            training=self.training, key_padding_mask=padding, need_weights=need_weights, attn_mask=mask,
            use_separate_proj_weight=not self._qkv_same_embed_dim, q_proj_weight=self.q_proj_weight,
            k_proj_weight=self.k_proj_weight, v_proj_weight=self.v_proj_weight,
            average_attn_weights=average_attn_weights, is_causal=is_causal,
        )  # fmt: skip
        return output.transpose(1, 0) if turned else output, weights

    def merge_masks(
        self, attn_mask: Tensor | None, key_padding_mask: Tensor | None, query: Tensor
    ) -> tuple[Tensor | None, int | None]:
        """Both masks as one, for a batch first: ``(batch, num_heads, steps, steps)``, or the padding alone as it is.

        Returns:
            The mask or None, and what it is: 2 if there is an `attn_mask`, 1 if there is padding alone, None for neither.
        """
        if attn_mask is None:
            return key_padding_mask, None if key_padding_mask is None else 1
        batch, steps, _ = query.shape
        if attn_mask.dim() == 3:
            mask = attn_mask.view(batch, -1, steps, steps)
        else:
            mask = attn_mask.view(1, 1, steps, steps).expand(batch, self.num_heads, -1, -1)
        if key_padding_mask is None:
            return mask, 2
        return mask + key_padding_mask.view(batch, 1, 1, steps).expand(-1, self.num_heads, -1, -1), 2
