"""Samples of `rushlight.ops.reduction.histograms`, whose results have no derivative."""

from . import Sample, array

SAMPLES = [
    Sample("histogramdd", lambda t, x: t.histogram(x.detach(), 4)[0], (array(3, 5),), smooth=False),
    Sample("histogramdd", lambda t, x: t.histogramdd(x.detach(), [2, 3])[0], (array(7, 2),), smooth=False),
]
