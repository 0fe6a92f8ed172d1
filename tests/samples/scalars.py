"""Samples of `rushlight.ops.support.scalars`: functions of torch's that end with a number of their own."""

import numpy as np

from . import Sample, array

SCORES, PROBABILITIES, CLASSES = array(3, 4), array(3, 4, low=0.1, high=1, seed=1), np.array([0, 3, 1])


def _cross_entropy(torch, scores, target):
    return torch.nn.functional.cross_entropy(scores, target, label_smoothing=0.2)


def _stirling(torch, x, y):
    return torch.nn.functional.poisson_nll_loss(x, y, full=True, log_input=False, reduction="none")


def _ranking(torch, x, y):
    return torch.nn.functional.margin_ranking_loss(x, y, torch.ones(3, 4, dtype=x.dtype), 0.3, reduction="none")


def _cosines(torch, x, y):
    return torch.nn.functional.cosine_embedding_loss(x, y, torch.tensor([1, -1, -1]), 0.1)


def _declared(name, x, number):
    from rushlight.core.op import OPS

    return OPS[name].call(x, number)


SAMPLES = [
    Sample("mul_number", _cross_entropy, (SCORES, CLASSES), label="classes"),
    Sample("mul_number", _cross_entropy, (SCORES, PROBABILITIES), label="probabilities"),
    Sample("mul_number", _stirling, (PROBABILITIES, PROBABILITIES + 2)),
    Sample("div_number", lambda t, x, y: t.nn.functional.cross_entropy(x, y), (SCORES, PROBABILITIES)),
    Sample("add_number", _ranking, (SCORES, PROBABILITIES)),
    Sample("add_number", lambda t, x, y: t.nn.functional.triplet_margin_loss(x, y, y + 1, swap=True), (SCORES, PROBABILITIES)),
    Sample("sub_number", _cosines, (SCORES, PROBABILITIES)),
    *[
        Sample(f"{name}_number", lambda t, x, name=name: _declared(f"{name}_number", x, 1.5), (x,), parity=False)
        for name in ("add", "sub", "mul", "div")
        for x in (SCORES, array(), array(0, 3), array(3, dtype=np.complex128))
    ],
]
