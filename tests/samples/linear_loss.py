"""Samples of `rushlight.ops.neural.linear_loss`."""

import numpy as np

from . import Sample, array

X, W, B, TARGET = array(5, 3), array(4, 3, seed=1), array(4, seed=2), np.array([0, 3, 1, 1, 2])
WEIGHT = np.array([0.5, 1.0, 2.0, 0.0])


def chunked(inputs, target, weight=None, rows=2, reduction="mean", smooth=True, gradient=None, **options):
    def call(t, x, w, *bias):
        given = None if weight is None else t.tensor(weight, dtype=x.dtype)
        return t.nn.functional.linear_cross_entropy(
            x, w, t.tensor(target), linear_bias=bias[0] if bias else None, weight=given, reduction=reduction,
            options=t.nn.LinearCrossEntropyOptions(batch_chunk_size=rows, allow_retain_graph=True), **options,
        )  # fmt: skip

    name = "linear_cross_entropy_batch_chunked" + ("_no_reduction" if reduction == "none" else "")
    label = f"{reduction}{'-weighted' if weight is not None else ''}-{rows}"
    return Sample(name, call, inputs, smooth=smooth, twice=False, label=label, gradient=gradient)


def backward(torch, g, x, w, b):
    from rushlight.core.op import OPS

    call = OPS["linear_cross_entropy_backward"].call
    return tuple([s.detach() for s in call(g, x, w, b, TARGET, np.ones(5), None, 2, (True, True, True))])


SAMPLES = [
    *[
        chunked(inputs, TARGET, reduction=reduction, **options)
        for reduction in ("none", "mean", "sum")
        for inputs in ((X, W), (X, W, B))
        for options in ({}, {"weight": WEIGHT}, {"rows": 5}, {"ignore_index": 1})
    ],
    *[chunked((X[0], W, B), np.array(1), reduction=reduction) for reduction in ("none", "mean")],
    *[
        chunked(
            (array(0, 3), W),
            np.zeros(0, np.int64),
            reduction=reduction,
            smooth=reduction != "mean",
            gradient=None if reduction != "mean" else lambda g, out, x, w: (x, 0 * w),
        )  # the mean of nothing is NaN
        for reduction in ("none", "mean", "sum")
    ],
    chunked((X.astype(np.float32), W.astype(np.float32)), TARGET, smooth=False),
    Sample(
        "linear_cross_entropy_backward",
        backward,
        (array(5), X, W, B),
        smooth=False,
        twice=False,
        parity=False,
    ),
]
