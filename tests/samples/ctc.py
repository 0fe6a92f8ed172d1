"""Samples of `rushlight.ops.neural.ctc`: of logits, because the gradient is right only where `log_softmax` comes before."""

import itertools

import numpy as np

from . import Sample, array

LOGITS, LABELS = array(6, 3, 4), np.array([[1, 2, 1], [3, 3, 1], [2, 1, 3]])
FRAMES, COUNTS = (6, 5, 4), (3, 2, 1)


def ctc(
    logits, labels, frames=FRAMES, counts=COUNTS, smooth=True, label="", gradient=None, batch_first=False, **options
):
    def call(t, x, y):
        log_probs = x.log_softmax(-1).transpose(0, 1) if batch_first else x.log_softmax(-1)
        return t.nn.functional.ctc_loss(log_probs, y, frames, counts, **options)

    return Sample("ctc_loss", call, (logits, labels), smooth=smooth, twice=False, label=label, gradient=gradient)


def posterior(logits, labels, frames=FRAMES, counts=COUNTS):
    """How probable each label is at each time, given the targets: summed over all paths that collapse to them."""
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    mass = np.zeros_like(p)
    for n, (t, count) in enumerate(zip(frames, counts)):
        for path in itertools.product(range(p.shape[-1]), repeat=t):
            merged = [c for c, _ in itertools.groupby(path) if c]
            if merged == list(labels[n][:count]):
                mass[range(t), n, path] += np.prod(p[range(t), n, path])
        with np.errstate(invalid="ignore"):
            mass[:t, n] /= mass[:t, n].sum(-1, keepdims=True)
        p[t:, n] = 0
    return p, mass


def slope(g, logits, labels=LABELS, frames=FRAMES):
    p, mass = posterior(logits, labels, frames)
    return g[:, None] * (p - mass)


def backward(torch, g, log_probs):
    return slopes(g, log_probs).detach()


def backward_of_gradients(torch, g):
    return slopes(g, torch.tensor(LOGITS))


def slopes(g, log_probs):
    from rushlight.core.op import OPS

    losses, alphas = OPS["ctc_loss"].call(
        log_probs.log_softmax(-1), LABELS, np.array(FRAMES), np.array(COUNTS), 0, False
    )
    return OPS["ctc_loss_backward"].call(
        g, log_probs.log_softmax(-1), LABELS, np.array(FRAMES), np.array(COUNTS), 0, False, losses, alphas
    )


SAMPLES = [
    *[ctc(LOGITS, LABELS, reduction=reduction, label=reduction) for reduction in ("none", "mean", "sum")],
    ctc(LOGITS, np.array([1, 2, 1, 3, 3, 2]), label="one after the other"),
    ctc(LOGITS, LABELS - 1, blank=3, label="another blank"),
    ctc(LOGITS, LABELS, counts=(0, 2, 1), label="a target without labels"),
    ctc(LOGITS, LABELS[:, :0], counts=(0, 0, 0), label="no labels at all"),
    ctc(
        LOGITS,
        LABELS,
        frames=(2, 5, 4),
        smooth=False,
        reduction="none",
        label="no path",
        gradient=lambda w, out, x, y: (slope(w, x, y, (2, 5, 4)),),
    ),
    ctc(LOGITS, LABELS, frames=(2, 5, 4), reduction="none", zero_infinity=True, label="no path, zero"),
    ctc(LOGITS, LABELS, frames=(0, 5, 4), counts=(0, 2, 1), reduction="none", label="no frames"),
    ctc(LOGITS[:, 0], LABELS[0], (6,), (3,), label="unbatched"),
    ctc(LOGITS[:1], LABELS[:, :1], (1, 1, 1), (1, 0, 1), reduction="none", label="one frame"),
    ctc(LOGITS[:4], np.array([[1, 1], [2, 2], [3, 1]]), (4, 4, 3), (2, 2, 2), label="the same twice"),
    ctc(LOGITS[:3], np.array([[1, 1], [2, 2], [3, 3]]), (3, 3, 3), (2, 2, 2), label="one path"),
    ctc(LOGITS[:, ::-1], LABELS[::-1].copy(), label="reversed"),
    ctc(LOGITS[:, 0], LABELS[0], (6,), (3,), reduction="none", label="unbatched"),
    ctc(LOGITS.astype(np.float32), LABELS, smooth=False),
    ctc(array(3, 4, 6), LABELS, (4, 4, 3), label="not contiguous", batch_first=True),
    Sample("ctc_loss_backward", backward, (array(3), LOGITS), smooth=False, twice=False, parity=False),
    Sample("ctc_loss_backward", backward_of_gradients, (array(3),), parity=False),
]
