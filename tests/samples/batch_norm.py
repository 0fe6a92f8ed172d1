"""Samples for `rushlight.ops.neural.batch_norm`."""

from __future__ import annotations

import numpy as np

from . import Sample, array

X, ROWS, FLAT = array(2, 4, 3), array(3, 2, 2, 2), array(4, 3)
WEIGHT, BIAS, MEAN, VAR = array(4), array(4, seed=1), array(4, seed=2), array(4, low=0.5, high=2, seed=3)


def _statistics(t):
    return t.tensor(MEAN), t.tensor(VAR)


SAMPLES = [
    *[
        Sample("native_batch_norm", lambda t, x: t.nn.functional.batch_norm(x, None, None, training=True), (x,))
        for x in (X, ROWS, FLAT)
    ],
    *[
        Sample(
            "native_batch_norm",
            lambda t, x, w, b, training=training: t.nn.functional.batch_norm(
                x, *_statistics(t), w, b, training=training
            ),
            (X, WEIGHT, BIAS),
            label="training" if training else "evaluation",
        )
        for training in (True, False)
    ],
    Sample("native_batch_norm", lambda t, x, w: t.nn.functional.batch_norm(x, *_statistics(t), w), (X, WEIGHT)),
    Sample(
        "native_batch_norm",
        lambda t, x, b: t.nn.functional.batch_norm(x, *_statistics(t), None, b),
        (X, BIAS),
        parity=False,
    ),
    Sample(
        "native_batch_norm",
        lambda t, x, w: t.nn.functional.batch_norm(x.mT, *_statistics(t), w),
        (array(2, 3, 4), WEIGHT),
    ),
    Sample(
        "native_batch_norm",
        lambda t, x, w, b: t.nn.functional.batch_norm(x, None, None, w, b, True),
        (X.astype(np.float32), WEIGHT.astype(np.float32), BIAS.astype(np.float32)),
        smooth=False,
        twice=False,
    ),
    Sample(
        "native_batch_norm",
        lambda t, x, w: t.batch_norm(x, w, None, None, None, True, 0.1, 1e-5, True),
        (array(0, 4, 3), WEIGHT),
    ),
    Sample(
        "native_batch_norm",
        lambda t, x, w, b: t.native_batch_norm(x, w, b, None, None, True, 0.1, 0.01),
        (X, WEIGHT, BIAS),
    ),
    Sample(
        "native_batch_norm_legit",
        lambda t, x, w, b: t._native_batch_norm_legit(x, w, b, *_statistics(t), True, 0.1, 0.01),
        (X, WEIGHT, BIAS),
    ),
    Sample(
        "native_batch_norm_legit_no_stats",
        lambda t, x, w, b: t._native_batch_norm_legit(x, w, b, True, 0.1, 0.01),
        (X, WEIGHT, BIAS),
    ),
    Sample(
        "batch_norm_with_update",
        lambda t, x, w, b: t._batch_norm_with_update(x, w, b, *_statistics(t), 0.1, 0.01),
        (X, WEIGHT, BIAS),
        parity=False,
    ),
    Sample(
        "native_batch_norm",
        lambda t, x, w, b: t.nn.functional.instance_norm(x, *_statistics(t), w, b),
        (X, WEIGHT, BIAS),
        label="instances",
    ),
    Sample(
        "native_batch_norm",
        lambda t, x, w: t.nn.functional.instance_norm(x, *_statistics(t), w, use_input_stats=False),
        (X, WEIGHT),
        label="instances",
    ),
    *[
        Sample("native_group_norm", lambda t, x, groups=groups: t.nn.functional.group_norm(x, groups), (x,))
        for x, groups in ((X, 2), (X, 4), (ROWS, 1), (array(2, 4), 2))
    ],
    Sample("native_group_norm", lambda t, x, w, b: t.nn.functional.group_norm(x, 2, w, b), (X, WEIGHT, BIAS)),
    Sample(
        "native_group_norm", lambda t, x, b: t.nn.functional.group_norm(x, 2, None, b, 0.1), (X, BIAS), parity=False
    ),
    Sample(
        "native_group_norm",
        lambda t, x, w: t.group_norm(x, 2, w),
        (array(0, 4, 3), WEIGHT),
        label="empty",
        parity=False,
    ),
    Sample(
        "native_group_norm",
        lambda t, x, w, b: t.native_group_norm(x, w, b, 2, 4, 3, 2, 0.01),
        (X, WEIGHT, BIAS),
        label="moments",
    ),
    Sample(
        "native_group_norm",
        lambda t, x, w: t.native_group_norm(x, w, None, 2, 4, 3, 2, 0.01)[1:],
        (X, WEIGHT),
        label="moments",
    ),
    Sample("native_layer_norm", lambda t, x: t.native_layer_norm(x, (3,), None, None, 1e-5), (X,)),
    *[
        Sample(
            "constant_pad_nd", lambda t, x: t.nn.functional.local_response_norm(x, 3, 0.5, 0.7, 1.5), (x,), parity=False
        )
        for x in (X, ROWS)
    ],
]

SAMPLES += [
    *[
        Sample(
            "native_batch_norm",
            lambda t, x, w, b, training=training: t.nn.functional.batch_norm(
                x, *_statistics(t), w, b, training=training
            ),
            inputs,
            label="training" if training else "evaluation",
        )
        for inputs, training in (
            ((array(0, 4, 3), WEIGHT, BIAS), False),
            ((array(0, 4), WEIGHT, BIAS), False),
            ((array(2, 4, 0), WEIGHT, BIAS), False),
            ((array(3, 4, 2).T[:, ::-1], WEIGHT[::-1], array(8)[::2]), False),
            ((array(3, 4, 2).T[:, ::-1], WEIGHT[::-1], array(8)[::2]), True),
            ((array(1, 4, 2, 1, 2), WEIGHT, BIAS), True),
            ((array(2, 4), np.zeros(4), BIAS), True),
            # Channels that do not vary: epsilon is what is left.
            ((np.ones((2, 4, 2)) * 1e-3, WEIGHT, BIAS), False),
        )
    ],
    *[
        Sample(
            "native_group_norm",
            lambda t, x, w, b, g=g: t.nn.functional.group_norm(x, g, w, b),
            (x, WEIGHT, BIAS),
            label=str(g),
        )
        for g, x in ((1, array(3, 4, 2).T), (2, array(1, 4, 1, 2)), (4, array(2, 4, 2)[:, ::-1]))
    ],
    *[
        Sample("native_batch_norm", lambda t, x: t.nn.functional.instance_norm(x), (x,), label="instances")
        for x in (array(1, 1, 3), array(2, 2, 2, 2), array(3, 4, 2).T)
    ],
    *[
        Sample("native_layer_norm", lambda t, x, w, b: t.nn.functional.layer_norm(x, (4,), w, b), (x, WEIGHT, BIAS))
        for x in (array(0, 4), array(4), array(8, 3).T[:, ::-2], array(2, 0, 4))
    ],
    # (One element varies from itself by nothing.)
    Sample(
        "native_layer_norm",
        lambda t, x, w, b: t.nn.functional.layer_norm(x, (1,), w, b),
        (array(3, 1), array(1), array(1)),
    ),
]

SAMPLES += [
    *[
        Sample(
            "native_batch_norm",
            lambda t, x, w, b: t.native_batch_norm(x, w, b, *_statistics(t), False, 0.1, 0.01)[0],
            (x, WEIGHT, BIAS),
            parity=False,  # PyTorch's process ends with a segmentation fault
        )
        for x in (array(0, 4, 3), array(2, 4, 0))
    ],
    Sample(
        "native_batch_norm_legit",
        lambda t, x, w, b: t._native_batch_norm_legit(x, w, b, *_statistics(t), False, 0.1, 0.01)[0],
        (array(0, 4, 3), WEIGHT, BIAS),
        parity=False,
    ),
]
