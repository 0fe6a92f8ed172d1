"""Sequences of different lengths: packed step by step, or padded to one length."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import broadcast_error, wrap_dim
from ...core.declare import op
from ...core.tensor import Tensor, wrap
from ..layout.joining import cat
from ..support.arguments import check_tensor
from ..support.operands import as_payload

__all__ = ["_pack_padded_sequence", "_pad_packed_sequence"]

_LENGTHS = "'lengths' argument should be a 1D CPU int64 tensor, but got {}D cpu {} tensor"
_UNSORTED = (
    "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
    "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not need "
    "ONNX exportability."
)


def _scattered(x: Any, mask: Any, value: Any) -> Any:
    out = np.full((*mask.shape, *x.shape[1:]), as_payload(value, x), x.dtype)
    out = out if type(x) is np.ndarray else out.view(type(x))
    out[mask] = x
    return out


#: The elements of x where the mask is true, in order.
pack = op("pack_padded_sequence", lambda x, mask: x[mask], "PackPaddedSequenceBackward0", {
    "x": lambda g, mask: pad(g, mask, 0),
})  # fmt: skip

#: The opposite: the elements of x in their places, `value` in all others. PyTorch fills the places by slices in place.
pad = op("pad_packed_sequence", _scattered, "CopySlices", {"x": lambda g, mask: pack(g, mask)})


def _pack_padded_sequence(input: Tensor, lengths: Tensor, batch_first: bool) -> tuple[Tensor, Tensor]:
    """The rows of a padded batch of sequences, step by step, and how many sequences each step has.

    Args:
        input: ``(steps, batch, ...)``, or ``(batch, steps, ...)`` with `batch_first`.
        lengths: of the sequences, longest first; int64.

    Raises:
        RuntimeError: for lengths that are not sorted, not positive, longer than the input, or of another number than
            the sequences.
    """
    check_tensor("_pack_padded_sequence", input)
    if input.numel() == 0:
        raise RuntimeError("Cannot pack empty tensors.")
    wrap_dim(1, input.ndim)
    x = input.transpose(0, 1) if batch_first else input
    ends = lengths._data
    if ends.ndim != 1 or ends.dtype != np.int64:
        raise RuntimeError(_LENGTHS.format(ends.ndim, lengths.dtype.scalar_name))
    steps, batch = x.shape[:2]
    if len(ends) != batch:
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(ends)} (batch_size={batch})"
        )
    if ends[-1] <= 0:
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
        )
    if (ends[1:] > ends[:-1]).any():
        raise RuntimeError(_UNSORTED)
    if ends[0] > steps:
        raise RuntimeError(f"Expected all lengths to be at most the length of the input, {steps}, but got {ends[0]}")
    mask = np.arange(steps)[:, None] < ends
    return pack(x, mask), wrap(mask[: ends[0]].sum(1))


def _pad_packed_sequence(
    data: Tensor, batch_sizes: Tensor, batch_first: bool, padding_value: float, total_length: int
) -> tuple[Tensor, Tensor]:
    """The opposite of `_pack_padded_sequence`: sequences side by side, padded to a common length, and their lengths.

    Raises:
        RuntimeError: if the sizes of the steps grow, or have more rows than `data`.
        ValueError: if `total_length` is less than the number of steps.
    """
    sizes = batch_sizes._data
    if sizes.ndim != 1 or sizes.dtype != np.int64:
        raise RuntimeError(_LENGTHS.format(sizes.ndim, batch_sizes.dtype.scalar_name))
    for before, size in pairwise(sizes):
        if size > before:
            raise RuntimeError(f"output with shape [1, {before}] doesn't match the broadcast shape [1, {size}]")
    rows, count = data.shape[0], int(sizes.sum())
    if count > rows:
        raise RuntimeError(f"shape '[1, {sizes[-1]}]' is invalid for input of size {rows - count + int(sizes[-1])}")
    length = len(sizes)
    if total_length > 0:
        if total_length < length:
            raise ValueError(
                "Expected total_length to be at least the length of the longest sequence in input, but got "
                f"total_length={total_length} and max sequence length being {length}"
            )
        length = total_length
    mask = np.arange(sizes[0]) < np.concatenate((sizes, np.zeros(length - len(sizes), np.int64)))[:, None]
    out = pad(data if count == rows else data[:count], mask, padding_value)
    return out.transpose(0, 1) if batch_first else out, wrap(mask.sum(0))


def pad_sequence(
    sequences: list[Tensor], batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Tensor:
    """Sequences side by side, padded to the length of the longest; see :func:`~nn.utils.rnn.pad_sequence`."""
    if not sequences:
        raise RuntimeError("received an empty list of sequences")
    for i, sequence in enumerate(sequences):
        if not isinstance(sequence, Tensor):
            raise TypeError(f"expected Tensor as element {i} in argument 0, but got {type(sequence).__name__}")
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"Expected padding_side to be one of left or right, but got {padding_side}.")
    first = sequences[0]
    if first.ndim == 0:
        raise RuntimeError("ArrayRef: invalid slice, N = 1; size = 0")
    for sequence in sequences[1:]:
        if sequence.shape[1:] != first.shape[1:]:
            raise broadcast_error((1, *first.shape[1:]), (1, *(sequence.shape[1:] or sequence.shape)))
    ends = np.array([sequence.shape[0] for sequence in sequences])
    places = np.arange(ends.max())
    mask = places < ends[:, None] if padding_side == "right" else places >= ends.max() - ends[:, None]
    rows = cat([_like(sequence, first.dtype) for sequence in sequences])
    if batch_first:
        return pad(rows, mask, padding_value)
    # The rows of all sequences at one step after those at the step before.
    order = np.argsort(np.nonzero(mask)[1], kind="stable")
    return pad(rows[order], np.ascontiguousarray(mask.T), padding_value)


def _like(sequence: Tensor, dtype: dtypes.dtype) -> Tensor:
    return sequence if sequence.dtype is dtype else sequence.to(dtype)
