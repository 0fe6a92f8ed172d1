"""Connectionist temporal classification: sequences of labels that are not aligned with the frames they are read from.

Graves, Fernández, Gomez and Schmidhuber, "Connectionist Temporal Classification" (ICML 2006). Between, before and after
its labels a target gets blanks: with S labels there are 2 S + 1 states. A path goes through the states frame by frame:
it stays, goes on by one, or by two where that skips a blank between labels that differ. The loss is minus the logarithm
of the probability of all paths together.

    alpha[t, s]   log probability of all beginnings of paths that are in state s at frame t   (the frame included)
    beta[t, s]    that of all ends of paths from there on                                     (the frame included)

Backwards in time, with the states in opposite order, the betas are alphas: one recursion computes both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.declare import op
from ...core.tensor import Tensor, wrap
from ..elementwise.comparison import where
from ..support.arguments import check_wide
from ..support.layered import reads_values
from ..support.no_derivative import no_derivative
from ..support.options import no_such_call
from .loss import MEAN, NONE, SUM

__all__ = ["ctc_loss"]

_INF = float("inf")


def _states(labels: Any, blank: int) -> Any:
    """The class of each state: the labels (batch, S), with blanks around: (batch, 2 S + 1)."""
    states = np.full((labels.shape[0], 2 * labels.shape[1] + 1), blank)
    states[:, 1::2] = labels
    return states


def _alphas(emission: Any, states: Any) -> Any:
    """The alphas (frames, batch, states) of the log probabilities of each state at each frame."""
    frames, batch, count = emission.shape
    dtype = emission.dtype
    # Two states that are never reached, before the first, spare the recursion its special cases.
    alphas = np.full((frames, batch, count + 2), -_INF, dtype)
    skips = np.full((batch, count), -_INF, dtype)
    skips[:, 2:][states[:, 2:] != states[:, :-2]] = 0
    alphas[0, :, 2:4] = emission[0, :, :2]
    least = np.finfo(dtype).min  # where all three are impossible, a finite number is to be taken off
    with np.errstate(divide="ignore"):
        for t in range(1, frames):
            stay, one, two = alphas[t - 1, :, 2:], alphas[t - 1, :, 1:-1], alphas[t - 1, :, :-2] + skips
            base = np.maximum(np.maximum(stay, one), np.maximum(two, least))
            total = np.exp(stay - base) + np.exp(one - base) + np.exp(two - base)
            alphas[t, :, 2:] = np.log(total) + base + emission[t]
    return alphas[:, :, 2:]


def _ctc_value(
    log_probs: Any, labels: Any, input_lengths: Any, target_lengths: Any, blank: int, zero_infinity: bool
) -> Any:
    """Minus the log probability of each target, and the alphas, which the gradient needs."""
    states = _states(labels, blank)
    alphas = _alphas(np.take_along_axis(log_probs, states[None], 2), states)
    sample = np.arange(states.shape[0])
    end = alphas[input_lengths - 1, sample]
    last = np.where(target_lengths > 0, end[sample, 2 * target_lengths - 1], -_INF)
    total = np.logaddexp(end[sample, 2 * target_lengths], last)
    # Without frames there is one path for the target without labels, and none for any other.
    total = np.where(input_lengths == 0, np.where(target_lengths == 0, 0, -_INF), total)
    return (-total).astype(log_probs.dtype, copy=False), alphas


def _ctc_slope(
    g: Any, log_probs: Any, labels: Any, input_lengths: Any, target_lengths: Any, blank: int, zero_infinity: bool,
    losses: Any, alphas: Any,
) -> Any:  # fmt: skip
    """The gradient of the losses by what was normalised to `log_probs`, as torch's: it does for them as well.

    It is each class's probability less its share in the paths. Where no path leads to the target there is none: nan, or
    0 with `zero_infinity`.
    """
    frames, batch, _ = log_probs.shape
    states = _states(labels, blank)
    sample = np.arange(batch)[None, :, None]
    frame, state = np.arange(frames)[:, None, None], np.arange(states.shape[1])[None, None, :]
    last_frame, last_state = input_lengths[None, :, None] - 1, 2 * target_lengths[None, :, None]
    # Counting from the end, modulo the size, is its own inverse; what is beyond the end comes last.
    turn = (last_frame - frame) % frames, sample, (last_state - state) % states.shape[1]

    emission = np.take_along_axis(log_probs, states[None], 2)
    betas = _alphas(emission[turn], states[sample[0], turn[2][0]])[turn]
    certain = np.where(np.isneginf(emission), emission.dtype.type(0), emission)
    reached = np.where(losses == _INF, losses.dtype.type(0), losses)
    shares = np.exp(alphas + betas - certain + reached[None, :, None])
    shares = np.where((frame <= last_frame) & (state <= last_state), shares, emission.dtype.type(0))

    out = np.exp(log_probs)
    out[:, :, blank] -= shares[:, :, ::2].sum(2)
    for s in range(1, states.shape[1], 2):
        out[:, sample[0, :, 0], states[:, s]] -= shares[:, :, s]
    out *= g[None, :, None]
    out[:, losses == _INF] = 0 if zero_infinity else np.nan
    out[np.broadcast_to(frame > last_frame, (frames, batch, 1))[:, :, 0]] = 0
    return out


#: Linear in the gradients: so there are tangents, though no second derivatives.
_ctc_loss_backward = op("ctc_loss_backward", _ctc_slope, "NotImplemented", {
    "g": lambda t, g_shape, log_probs, labels, input_lengths, target_lengths, blank, zero_infinity, losses, alphas: (
        _ctc_loss_backward(
            np.ones_like(t, shape=g_shape), log_probs, labels, input_lengths, target_lengths, blank, zero_infinity,
            losses, alphas,
        ) * t
    ).sum((0, 2)),
    "log_probs": no_derivative("_ctc_loss_backward"),
})  # fmt: skip


_ctc_loss = op("ctc_loss", _ctc_value, "CtcLossBackward0", {
    "log_probs": lambda g, log_probs, labels, input_lengths, target_lengths, blank, zero_infinity, out: (
        _ctc_loss_backward(g[0], log_probs, labels, input_lengths, target_lengths, blank, zero_infinity, *out)
    ),
}, several=True, saved_as={"labels": "targets"})  # fmt: skip


@reads_values
def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: int = NONE,
    zero_infinity: bool = False,
) -> Tensor:
    """Minus the log probability of each target, over all its alignments with the frames.

    Args:
        log_probs: log probabilities of the classes, ``(T, N, C)`` or ``(T, C)``, float32 or float64.
        targets: classes, ``(N, S)``, or those of all samples one after the other, ``(sum(target_lengths))``.
        input_lengths, target_lengths: how many frames and labels count in each sample; tensors or tuples of ints.
        blank: the class that stands for no label.
        reduction: 0 none, 1 the mean of the losses over their targets' lengths, 2 the sum.
        zero_infinity: whether a target that no path reaches counts 0, with a zero gradient, and not infinity.

    Raises RuntimeError for shapes, lengths and a blank that do not fit, IndexError for a target that is no class. There
    is no second derivative: RuntimeError, as in torch.

    Example::

        >>> torch.ctc_loss(torch.full((3, 1, 2), 0.5).log(), torch.tensor([[1]]), (3,), (1,))
        tensor([0.2877])
    """
    given = (log_probs, targets, input_lengths, target_lengths, blank, reduction, zero_infinity)
    frames, counts = _lengths(given)
    batched = log_probs.ndim == 3
    probs = log_probs if batched else log_probs.unsqueeze(1)
    labels = _labels(probs, targets, frames, counts, blank)
    losses, _ = _ctc_loss(probs, labels, frames, counts, blank, zero_infinity)
    if zero_infinity:
        losses = where(losses == _INF, wrap(np.zeros((), losses._data.dtype)), losses)
    if reduction == MEAN:
        return (losses / wrap(np.maximum(counts, 1).astype(losses._data.dtype))).mean()
    if reduction == SUM:
        return losses.sum()
    return losses if batched else losses.squeeze(0)


_SIGNATURE = (
    "(Tensor log_probs, Tensor targets, {0} input_lengths, {0} target_lengths, int blank = 0, "
    "int reduction = at::Reduction::Mean, bool zero_infinity = False)"
)


def _lengths(given: tuple[Any, ...]) -> tuple[Any, Any]:
    """Both kinds of lengths as arrays. TypeError for arguments of another kind, RuntimeError for floats in tensors."""
    log_probs, targets, inputs, labels, blank, reduction, zero_infinity = given
    plain = all(type(n) is int for n in (blank, reduction)) and type(zero_infinity) is bool
    tensors = all(isinstance(t, Tensor) for t in (log_probs, targets))
    if plain and tensors and isinstance(inputs, Tensor) and isinstance(labels, Tensor):
        for lengths, name in ((inputs, "input_lengths"), (labels, "target_lengths")):
            if lengths._data.dtype.kind not in "iu":
                raise RuntimeError(f"{name} must be integral")
        return tuple(t._data.reshape(-1).astype(np.intp) for t in (inputs, labels))  # type: ignore[return-value]
    if not (plain and tensors and _are_ints(inputs) and _are_ints(labels)):
        raise no_such_call("ctc_loss", given, {}, [_SIGNATURE.format("tuple of ints"), _SIGNATURE.format("Tensor")])
    return np.array(inputs, np.intp), np.array(labels, np.intp)


def _are_ints(lengths: Any) -> bool:
    return isinstance(lengths, (tuple, list)) and all(type(n) is int for n in lengths)


def _labels(log_probs: Tensor, targets: Tensor, frames: Any, counts: Any, blank: int) -> Any:
    """The targets (batch, S), filled up with blanks. Raises torch's errors for what does not fit."""
    x, t = log_probs._data, targets._data
    if not x.size:
        raise RuntimeError("log_probs tensor must not be empty")
    checking = "(while checking arguments for ctc_loss_allocate_outputs)"
    check_wide("ctc_loss_cpu", log_probs)
    if x.ndim != 3:
        raise RuntimeError(
            f"Expected 3-dimensional tensor, but got {x.ndim}-dimensional tensor for argument #1 'log_probs' {checking}"
        )
    if not 1 <= t.ndim <= 2:
        raise RuntimeError(
            f"Expected 1 to 2 dimensions, but got {t.ndim}-dimensional tensor for argument #2 'targets' {checking}"
        )
    batch = x.shape[1]
    if not 0 <= blank < x.shape[2]:
        raise RuntimeError("blank must be in label range")
    _check_lengths(frames, counts, batch, x.shape[0], checking)
    longest = int(counts.max())
    _check_sizes(t.shape, (int(counts.sum()),) if t.ndim == 1 else (batch, longest), checking)

    labels, counted = np.full((batch, longest), blank), np.arange(longest) < counts[:, None]
    t = t.astype(np.intp, copy=False)
    labels[counted] = t if t.ndim == 1 else t[:, :longest][counted]
    wrong = labels[(labels < 0) | (labels >= x.shape[2])]
    if wrong.size:
        raise IndexError(f"Target {wrong[0]} is out of bounds.")
    return labels


def _check_lengths(frames: Any, counts: Any, batch: int, most: int, checking: str) -> None:
    for lengths, name in ((frames, "input_lengths"), (counts, "target_lengths")):
        if lengths.size != batch:
            raise RuntimeError(f"{name} must be of size batch_size")
    for lengths, name in ((counts, "target_lengths"), (frames, "input_lengths")):
        if lengths.min() < 0:
            raise RuntimeError(f"Expected {name} to have value at least 0, but got value {lengths.min()} {checking}")
    if frames.max() > most:
        wrong = frames[frames > most][0]
        raise RuntimeError(f"Expected input_lengths to have value at most {most}, but got value {wrong} {checking}")


def _check_sizes(got: Sequence[int], wanted: Sequence[int], checking: str) -> None:
    """The first size must be as wanted, the second suffice."""
    for dim, (size, want) in enumerate(zip(got, wanted)):
        if size < want or (not dim and size != want):
            raise RuntimeError(
                f"Expected tensor to have size {'at least ' * dim}{want} at dimension {dim}, but got size {size} for "
                f"argument #2 'targets' {checking}"
            )
