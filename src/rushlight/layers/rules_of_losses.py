"""The rules of vmap for losses. Their reduction is that of one example: so losses come one by one, and are added up here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import ops
from ..core.tensor import Tensor
from ..ops.neural.loss import MEAN, NONE, SUM, divisor_of, reduce, share
from .batched import lower, raised
from .batching import functions, leading, lifted, loop, lowered, rules
from .levels import Batch
from .rules_of_indexing import as_tensor
from .rules_of_networks import folded

# Of two tensors: the divisor says how an example's losses are reduced, see `ops.neural.loss`.


def _reduced(losses: Any, divisor: Any) -> Any:
    return losses if divisor is None else losses.sum() if divisor == 1 else losses.sum() / divisor


@rules(
    "mse_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits",
    "soft_margin_loss",
)  # fmt: skip
def _loss(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    place = call.op.names.index("divisor")
    shape = np.broadcast_shapes(*[a.shape for a in arguments if isinstance(a, Tensor)])
    given = [a.expand(shape) if isinstance(a, Tensor) else a for a in arguments]
    losses = leading(call, level, [*given[:place], None, *given[place + 1 :]])
    return _reduced(losses, arguments[place])


rules("binary_cross_entropy_backward")(leading)

# Of scores and classes.


def _flat(a: Any, x: Any, level: Batch, sample: int) -> Any:
    """The samples of all examples, where an example of scores is a batch (of samples of so many dimensions), or one."""
    return folded(a, level) if x.ndim > sample else raised(a, level)


def _again(losses: Any, target: Any, level: Batch) -> Any:
    return lifted(losses.reshape(level.size, *target.shape), level)


@rules("multi_margin_loss")
def _multi_margin(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, target, p, margin, weight, divisor = arguments
    if weight is not None and lower(weight, level)[1]:
        weighted = _taken(weight, target)
        return _reduced(_multi_margin(call, level, (x, target, p, margin, None, None)) * weighted, divisor)
    scores = x if x.ndim else x.reshape(1)
    losses = call(_flat(scores, x, level, 1), raised(target, level).reshape(-1), p, margin, weight, None)
    return _reduced(_again(losses, target, level), divisor)


@rules("multi_margin_loss_backward")
def _multi_margin_slope(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    g, x, target, p, margin, weight, divisor = arguments
    g = share(g, divisor).expand(target.shape)
    if weight is not None and lower(weight, level)[1]:
        g, weight = g * _taken(weight, target), None
    scores = x if x.ndim else x.reshape(1)
    flat = [raised(a, level).reshape(-1) for a in (g, target)]
    out = call(flat[0], _flat(scores, x, level, 1), flat[1], p, margin, weight, None)
    return lifted(out.reshape(level.size, *x.shape), level)


@rules("multilabel_margin_loss")
def _multilabel(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, target, divisor = arguments
    rows = [raised(a, level).reshape(-1, *(a.shape[-1:] or (1,))) for a in (x, target)]
    losses = call(*rows, None)
    return _reduced(lifted(losses.reshape(level.size, *x.shape[:-1]), level), divisor)


@rules("multilabel_margin_loss_backward")
def _multilabel_slope(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    g, x, target, divisor = arguments
    rows = [raised(a, level).reshape(-1, *(a.shape[-1:] or (1,))) for a in (x, target)]
    g = raised(share(g, divisor).expand(x.shape[:-1]), level).reshape(-1)
    return lifted(call(g, *rows, None).reshape(level.size, *x.shape), level)


def _weights_of(target: Any, weight: Any, ignore_index: int | None) -> Any:
    """The weight of each target, zero for those that are ignored; None where all count alike."""
    if ignore_index is None:
        return None if weight is None else _taken(weight, target)
    kept = target != ignore_index
    if weight is None:
        return kept
    return _taken(weight, target.masked_fill(~kept, 0)) * kept


def _taken(weight: Any, target: Any) -> Any:
    return ops.embedding(weight.unsqueeze(1), target.long()).squeeze(-1)


def _divisor(target: Any, factors: Any, reduction: int) -> Any:
    """By what the sum of an example's losses is divided: the sum of its weights."""
    if factors is None or reduction != MEAN:
        return divisor_of(reduction, target.numel())
    total = factors.sum()
    return total.to(ops.get_default_dtype()) if not total.is_floating_point() else total


@rules("nll_loss", "nll_loss2d")
def _nll(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    x, target, weight, reduction, ignore_index = arguments
    target, weight = as_tensor(target), None if weight is None else as_tensor(weight)
    factors = _weights_of(target, weight, ignore_index)
    own = weight is not None and lower(weight, level)[1]
    flat = _flat(x, x, level, 1), _flat(target, x, level, 1)
    found = call(*flat, None if own else weight, NONE, ignore_index)
    if factors is None and reduction != NONE:
        if target.numel() == found.ndim == 1 or not target.ndim:  # of one sample each
            return lifted(found, level)
        rows = found.reshape(level.size, target.numel())
        return lifted(rows.mean(1) if reduction == MEAN else rows.sum(1), level)
    losses = _again(found, target, level)
    if own:
        losses = losses * factors
    divisor = _divisor(target, factors, reduction)
    if reduction == NONE:
        return losses
    return losses.sum() if reduction == SUM else losses.sum() / divisor


@rules("nll_loss_backward", "nll_loss2d_backward")
def _nll_slope(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    g, target, weight, reduction, ignore_index, shape = arguments
    target = as_tensor(target)
    factors = _weights_of(target, weight, ignore_index)
    if reduction == MEAN:
        g = g / _divisor(target, factors, reduction)
    g = g.expand(target.shape)
    if weight is not None and lower(weight, level)[1]:
        g, weight = g * factors, None
    batch = len(shape) > 1
    flat = [folded(a, level) if batch else raised(a, level) for a in (g, target)]
    whole = (level.size * shape[0], *shape[1:]) if batch else (level.size, *shape)
    return lifted(call(*flat, weight, NONE, ignore_index, whole).reshape(level.size, *shape), level)


@functions("linear_cross_entropy")
def _linear_cross_entropy(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """As two operations: a batch of examples has all logits at once."""
    x, linear_weight, linear_bias, target, weight, reduction, ignore_index, _ = args
    scores = ops.linear(x, linear_weight, linear_bias).log_softmax(-1)
    return ops.nll_loss(scores, target, weight, reduction, ignore_index)


# Of sequences.


@functions("ctc_loss")
def _ctc(call: Any, level: Batch, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """The sequences of all examples are one batch."""
    log_probs, targets, frames, counts, blank, reduction, zero_infinity = args
    single = log_probs.ndim == 2
    if single:
        log_probs = log_probs.unsqueeze(1)
    probs = raised(log_probs, level).movedim(0, 1).flatten(1, 2)
    lengths = [
        raised(n, level).reshape(-1) if isinstance(n, Tensor) else tuple(n) * level.size for n in (frames, counts)
    ]
    losses = call(probs, raised(targets, level).flatten(0, 1), *lengths, blank, NONE, zero_infinity)
    losses = lifted(losses.reshape(level.size, log_probs.shape[1]), level)
    if reduction == MEAN:
        most = counts if isinstance(counts, Tensor) else ops.tensor(counts)
        return (losses / most.clamp(min=1).to(losses.dtype)).mean()
    return reduce(losses.squeeze(0) if single and reduction == NONE else losses, reduction)


@rules("ctc_loss_backward")
def _ctc_slope(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    """Linear in the gradient of each loss: the slope for gradients of one, times these."""
    g, *rest = arguments
    if any([lowered(a, level)[1] for a in rest]):
        return loop(call, level, arguments, {})
    slope = call(ops.ones(g.shape, dtype=g.dtype), *rest)
    return slope * g.unsqueeze(-1)
