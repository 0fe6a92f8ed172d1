"""Samples of `rushlight.nn._cross_entropy`."""

import numpy as np

from . import Sample, array

SCORES, PROBABILITIES = array(3, 4), array(3, 4, low=0.1, high=1, seed=1)
CLASSES = np.array([0, 3, 1])


def _smoothed(torch, scores, target):
    return torch.nn.functional.cross_entropy(scores, target, label_smoothing=0.2)


def _plain(torch, scores, target):
    return torch.nn.functional.cross_entropy(scores, target)


SAMPLES = [
    Sample("cross_entropy_scaled", _smoothed, (SCORES, CLASSES), label="classes"),
    Sample("cross_entropy_scaled", _smoothed, (SCORES, PROBABILITIES), label="probabilities"),
    Sample("cross_entropy_divided", _plain, (SCORES, PROBABILITIES)),
]
