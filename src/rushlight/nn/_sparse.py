"""Looking up rows of a table, in :mod:`nn.functional`."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..autograd.grad_mode import no_grad
from ..core import Tensor
from ..ops.neural import embedding_bag as bags
from ..ops.support.options import warn_user

__all__ = ["embedding", "embedding_bag", "padding_row"]


def padding_row(padding_idx: int | None, rows: int) -> int | None:
    """`padding_idx` counted from the front, of a table of `rows` rows."""
    if padding_idx is None:
        return None
    # Row 0 passes even for a table without rows.
    if padding_idx != 0 and not -rows <= padding_idx < rows:
        raise AssertionError("Padding_idx must be within num_embeddings")
    return padding_idx + rows if padding_idx < 0 else padding_idx


def _renorm(weight: Tensor, input: Tensor, max_norm: float, norm_type: float) -> None:
    with no_grad():
        ops.embedding_renorm_(weight.detach(), input, max_norm, norm_type)


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """The rows of `weight` at the indices `input`; see :class:`~nn.Embedding`.

    With `max_norm`, the rows that are looked up are first scaled down to it in place, unrecorded.

    Raises:
        AssertionError: if `padding_idx` is not a row.
        IndexError: if an index is not a row.
        RuntimeError: if `weight` is no matrix, or `input` neither int nor long.

    Example::

        >>> F.embedding(torch.tensor([1]), torch.eye(3))
        tensor([[0., 1., 0.]])
    """
    row = None if padding_idx is None else padding_row(padding_idx, weight.size(0))
    if max_norm is not None:
        input = input.contiguous()
        _renorm(weight, input, max_norm, norm_type)
    return ops.embedding(weight, input, -1 if row is None else row, scale_grad_by_freq, sparse)


_MODES = {"sum": bags.SUM, "mean": bags.MEAN, "max": bags.MAX}


def _flat_bags(
    input: Tensor, offsets: Tensor | None, per_sample_weights: Tensor | None, include_last_offset: bool
) -> tuple[Tensor, Tensor, Tensor | None, bool]:
    """Bags given as rows of one length, or one after the other with offsets, in the second form."""
    if input.dim() == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length "
                f"sequences. However, found offsets of type {type(offsets)}"
            )
        offsets = ops.arange(0, input.numel(), input.size(1), dtype=input.dtype)
        weights = None if per_sample_weights is None else per_sample_weights.reshape(-1)
        return input.reshape(-1), offsets, weights, False
    if input.dim() != 1:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.dim()}")
    if offsets is None:
        raise ValueError("offsets has to be a 1D Tensor but got None")
    if offsets.dim() != 1:
        raise ValueError("offsets has to be a 1D Tensor")
    return input, offsets, per_sample_weights, include_last_offset


def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """Sums, means or maxima of bags of rows of `weight`; see :class:`~nn.EmbeddingBag`.

    Raises:
        ValueError: if `input` and `offsets` do not name bags, or an option does not suit the mode.
        NotImplementedError: for `per_sample_weights` in other modes than ``"sum"``, and for `sparse`.
        RuntimeError: if an index is not a row.

    Example::

        >>> F.embedding_bag(torch.tensor([[0, 2]]), torch.eye(3), mode="sum")
        tensor([[1., 0., 1.]])
    """
    if weight.dtype is ops.arange(0).dtype and input.is_floating_point():
        warn_user(
            "Argument order of nn.functional.embedding_bag was changed. Usage `embedding_bag(weight, input, ...)` is "
            "deprecated, and should now be `embedding_bag(input, weight, ...)`."
        )
        weight, input = input, weight
    if per_sample_weights is not None and input.size() != per_sample_weights.size():
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, then it must have the same "
            f"shape as the input ({input.shape})"
        )
    if weight.dim() != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.dim()}")
    arguments = _flat_bags(input, offsets, per_sample_weights, include_last_offset)
    _check_mode(mode, scale_grad_by_freq, sparse)
    if max_norm is not None:
        _renorm(weight, arguments[0], max_norm, norm_type)
    if per_sample_weights is not None and mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got "
            f"mode='{mode}'). Please open a feature request on GitHub."
        )
    flat, starts, weights, last = arguments
    return bags.embedding_bag(
        weight, flat, starts, scale_grad_by_freq, _MODES[mode], sparse, weights, last, padding_idx
    )[0]


def _check_mode(mode: Any, scale_grad_by_freq: bool, sparse: bool) -> None:
    if mode not in _MODES:
        raise ValueError("mode has to be one of sum, mean or max")
    if mode == "max":
        if scale_grad_by_freq:
            raise ValueError("max mode does not support scaling the gradient by the frequency")
        if sparse:
            raise ValueError("max mode does not support sparse weights")
