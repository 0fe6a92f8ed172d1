"""The linear layer and the cross entropy in one, with options for when there are many classes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..arrays import dtypes
from ..core import Tensor
from ..ops import linear
from ..ops.neural import linear_loss
from ..ops.support.options import warn_user
from . import _reduction
from ._losses import cross_entropy

__all__ = ["LinearCrossEntropyOptions", "linear_cross_entropy"]

_HALVES = (dtypes.float16, dtypes.bfloat16)


@dataclass(slots=True, frozen=True)
class LinearCrossEntropyOptions:
    """How :func:`linear_cross_entropy` goes through the batch, so many rows at a time, without holding all the logits.

    Args:
        allow_retain_graph: makes no difference: a second backward through a retained graph is always possible.
        batch_chunk_size: so many rows.
        chunking_method: how to choose them where no number is given: ``"aspect_ratio"`` (the logits then take as much
            memory as the input), ``"aspect_ratio:N"`` (as much divided by N), ``"auto"`` (N is 2), or None (all rows).
        acc_policy: ``"accurate"``, ``"balanced"``, ``"compact"`` or ``"auto"``. Makes no difference: 16-bit inputs are
            always computed in float32.
        acc_dtype: the dtype to compute in: float32 for 16-bit inputs, the input's own otherwise, or None.

    Raises:
        ValueError: for any other value.
    """

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: dtypes.dtype | None = None

    def __post_init__(self) -> None:
        if self.acc_policy not in ("auto", "accurate", "balanced", "compact"):
            raise ValueError(f"invalid acc_policy: {self.acc_policy!r}")
        if self.chunking_method not in (None, "auto"):
            name, colon, part = self.chunking_method.partition(":")
            if name != "aspect_ratio" or (colon and not (part.isdigit() and int(part) > 0)):
                raise ValueError(f"invalid chunking_method: {self.chunking_method!r}")
        size = self.batch_chunk_size
        if size is not None and not (isinstance(size, int) and size > 0):
            raise ValueError(f"batch_chunk_size must be positive int or None, got {size!r}")
        self._check_computed(self.acc_dtype)

    def _rows(self, batch: int, features: int, classes: int) -> int:
        """How many rows to take at a time."""
        method, given = self.chunking_method, self.batch_chunk_size
        if method is None or (method == "auto" and given is not None):
            return max(1, batch if given is None else min(given, batch))
        part = 2 if method == "auto" else int(method.partition(":")[2] or 1)
        even = math.ceil(batch / math.ceil(classes / features))
        rows = min((1 << (even - 1).bit_length()) // part, batch)
        if given is not None and given != rows:
            raise ValueError(
                f"batch_chunk_size (={given}) and chunking_method ('{method}') give different chunk sizes ({given} vs "
                f"{rows}); pass only one."
            )
        return max(1, rows)

    @staticmethod
    def _check_computed(dtype: dtypes.dtype | None) -> None:
        if dtype not in (None, *_HALVES, dtypes.float32, dtypes.float64):
            raise ValueError(
                "acc_dtype must be one of {None, torch.float16, torch.bfloat16, torch.float32, torch.float64}, got "
                f"{dtype!r}. Pass acc_dtype=None to let the op pick automatically."
            )

    def _check_dtype(self, dtype: dtypes.dtype) -> None:
        acc = dtype if self.acc_dtype is None else self.acc_dtype
        self._check_computed(acc)
        if acc not in (None, dtype) and not (dtype in _HALVES and acc is dtypes.float32):
            raise RuntimeError(
                "linear_cross_entropy supports float32 acc_dtype with float16/bfloat16 inputs, but got "
                f"{acc} acc_dtype and {dtype} inputs."
            )


def linear_cross_entropy(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: LinearCrossEntropyOptions | None = None,
) -> Tensor:
    """The cross entropy of the logits ``input @ linear_weight.T + linear_bias``; see :class:`~nn.LinearCrossEntropyLoss`.

    Raises:
        RuntimeError: if the shapes or dtypes do not fit, or `ignore_index` is given for class probabilities.

    Example::

        >>> F.linear_cross_entropy(torch.ones(1, 3), torch.ones(2, 3), torch.tensor([1]))
        tensor(0.6931)
    """
    logits_shape = _check_shapes(input, linear_weight, linear_bias)
    if ignore_index is not None and target.shape == logits_shape:
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    ignore_index = -100 if ignore_index is None else ignore_index
    if options is not None and _suits(linear_weight, linear_bias, target, reduction, label_smoothing):
        return _chunked(input, linear_weight, target, linear_bias, weight, reduction, ignore_index, options)
    if linear_weight.dim() > 2:
        linear_weight = linear_weight.reshape(-1, linear_weight.size(-1))
        linear_bias = linear_bias if linear_bias is None else linear_bias.reshape(-1)
    logits = linear(input, linear_weight, linear_bias).reshape(logits_shape)
    return cross_entropy(
        logits,
        target,
        weight=weight,
        reduction=reduction,
        ignore_index=ignore_index,
        label_smoothing=label_smoothing,
    )


def _check_shapes(input: Tensor, linear_weight: Tensor, linear_bias: Tensor | None) -> tuple[int, ...]:
    """The shape of the logits: (batch, classes, ...), where the dots are those of the weight, and the batch's of the input."""
    if input.dim() not in (1, 2):
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.dim()}")
    if linear_weight.dim() < 2:
        raise RuntimeError(f"expected linear_weight with dimensionality at least 2, got {linear_weight.dim()}")
    *batch, features = input.shape
    *outputs, expected = linear_weight.shape
    if features != expected:
        raise RuntimeError(
            "expected equal input and linear_weight last dimensions (in_features), "
            f"got {features} and {expected}, respectively"
        )
    if linear_bias is not None and list(linear_bias.shape) != outputs:
        raise RuntimeError(f"expected linear_bias shape {tuple(outputs)}, got {tuple(linear_bias.shape)}")
    if len(outputs) > 1 and not batch:
        raise RuntimeError(
            f"K-dimensional loss defined by linear_weight shape {tuple(linear_weight.shape)} requires batched input, "
            f"(N, {features}), got unbatched input with shape {tuple(input.shape)}"
        )
    return (*batch, *outputs)


def _suits(
    linear_weight: Tensor, linear_bias: Tensor | None, target: Tensor, reduction: str, label_smoothing: float
) -> bool:
    """Whether the loss can be computed some rows at a time; a warning where it cannot."""
    outputs = tuple(linear_weight.shape[1:-1])
    if not outputs and reduction in ("mean", "sum", "none") and not label_smoothing and target.dtype is dtypes.int64:
        return True
    warn_user(
        "linear_cross_entropy: ``options`` ignored; chunked path needs reduction in {'mean','sum','none'}, "
        f"label_smoothing == 0, target.dtype == int64, out_features == (). Got reduction={reduction!r}, "
        f"label_smoothing={label_smoothing}, target.dtype={target.dtype}, out_features={outputs}, tracing=False, "
        f"linear_bias.shape={None if linear_bias is None else tuple(linear_bias.shape)}."
    )
    return False


def _chunked(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    linear_bias: Tensor | None,
    weight: Tensor | None,
    reduction: str,
    ignore_index: int,
    options: LinearCrossEntropyOptions,
) -> Tensor:
    batched = input.dim() == 2
    if not batched:
        input, target = input.unsqueeze(0), target.unsqueeze(0)
    rows = options._rows(input.size(0), input.size(1), linear_weight.size(0))
    options._check_dtype(input.dtype)
    losses = linear_loss.linear_cross_entropy(
        input, linear_weight, linear_bias, target, weight, _reduction.get_enum(reduction), ignore_index, rows
    )
    return losses if batched else losses.squeeze(0)
