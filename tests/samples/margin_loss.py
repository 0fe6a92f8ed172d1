"""Samples of `rushlight.ops.neural.margin_loss`."""

import numpy as np

from . import Sample, array

X, SIGNS = array(3, 4), np.sign(array(3, 4, seed=1)).astype(np.int64)
TARGET, LABELS = np.array([0, 3, 1]), np.array([[0, 3, -1, 1], [1, -1, 2, 2], [-1, 0, 0, 0]])
WEIGHT = np.array([0.5, 1.0, 2.0, 0.0])
REDUCTIONS = ("none", "mean", "sum")


def declared(op):
    from rushlight.core.op import OPS

    return OPS[op].call


def classes(op, inputs, target, twice=False, **options):
    """Losses of the scores of classes. PyTorch has no second derivative of them."""

    def call(t, x, y, reduction):
        given = {k: t.tensor(v, dtype=x.dtype) if isinstance(v, np.ndarray) else v for k, v in options.items()}
        return getattr(t.nn.functional, op)(x, y, reduction=reduction, **given)

    return [
        Sample(op, lambda t, x, y, r=r: call(t, x, y, r), (inputs, target), twice=twice, label=r,
               smooth=inputs.dtype != np.float32)
        for r in REDUCTIONS
    ]  # fmt: skip


SAMPLES = [
    *classes("soft_margin_loss", X, SIGNS, twice=True),
    *classes("soft_margin_loss", X, SIGNS[0], twice=True),
    *classes("soft_margin_loss", array(), np.array(-1), twice=True),
    *classes("soft_margin_loss", array(0, 3), np.zeros((0, 3), np.int64), twice=True),
    *classes("soft_margin_loss", X.T, SIGNS.T, twice=True),
    *classes("soft_margin_loss", X.astype(np.float32), SIGNS),
    *classes("multi_margin_loss", X, TARGET),
    *classes("multi_margin_loss", X, TARGET, p=2, margin=0.5),
    *classes("multi_margin_loss", X, TARGET, weight=WEIGHT),
    *classes("multi_margin_loss", X, TARGET, weight=WEIGHT, p=2),
    *classes("multi_margin_loss", X[0], np.array(2)),
    *classes("multi_margin_loss", X[0], np.array([2])),
    *classes("multi_margin_loss", array(), np.array(0)),
    *classes("multi_margin_loss", array(0, 3), np.zeros(0, np.int64)),
    *classes("multi_margin_loss", X.astype(np.float32), TARGET),
    *classes("multilabel_margin_loss", X, LABELS),
    *classes("multilabel_margin_loss", X, np.array([[0, 0, -1, 1]] * 3)),
    *classes("multilabel_margin_loss", X, np.array([[0, 1, 2, 3]] * 3)),
    *classes("multilabel_margin_loss", X[0], LABELS[0]),
    *classes("multilabel_margin_loss", array(), np.array(0)),
    *classes("multilabel_margin_loss", array(0, 3), np.zeros((0, 3), np.int64)),
    # At the very margin: the slope there is that of the flat side.
    *[
        Sample(op, lambda t, x, y, op=op: getattr(t.nn.functional, op)(x, y), (np.array([[1.0, 0.0, 0.5]]), y),
               smooth=False, twice=False, label="tie")
        for op, y in (("multi_margin_loss", np.array([0])), ("multilabel_margin_loss", np.array([[0, -1, -1]])))
    ],
    *[
        Sample("soft_margin_loss_backward", lambda t, g, x, y, d=d: declared("soft_margin_loss_backward")(g, x, y, d),
               (g, X, SIGNS), parity=False)
        for d, g in ((None, array(3, 4, seed=2)), (12, array()))
    ],
    Sample(
        "multi_margin_loss_backward",
        lambda t, g, x: declared("multi_margin_loss_backward")(g, x, t.tensor(TARGET), 1, 1.0, None, 3).detach(),
        (array(), X), smooth=False, twice=False, parity=False,
    ),
    *[
        Sample("multi_margin_loss_backward", lambda t, g, d=d: declared("multi_margin_loss_backward")(
            g, t.tensor(X), t.tensor(TARGET), 2, 1.0, None, d), (g,), parity=False, label="of the gradient")
        for g, d in ((array(3), None), (array(), 3))
    ],
    *[
        Sample("multilabel_margin_loss_backward", lambda t, g, d=d: declared("multilabel_margin_loss_backward")(
            g, t.tensor(X), t.tensor(LABELS), d), (g,), parity=False, label="of the gradient")
        for g, d in ((array(3), None), (array(), 3))
    ],
    Sample(
        "multilabel_margin_loss_backward",
        lambda t, g, x: declared("multilabel_margin_loss_backward")(g, x, t.tensor(LABELS), 3).detach(),
        (array(), X), smooth=False, twice=False, parity=False,
    ),
]  # fmt: skip

#: Other memory, one class, weights of zero, labels all there and none.
FLIPPED, ONE = array(8, 3).T[:, ::-2], array(3, 1)
SAMPLES += [
    *classes("multi_margin_loss", FLIPPED, TARGET, p=2),
    *classes("multi_margin_loss", ONE, np.zeros(3, np.int64)),
    *classes("multi_margin_loss", X, TARGET, weight=np.zeros(4)),
    *classes("multi_margin_loss", X, TARGET, margin=-0.7),
    *classes("multi_margin_loss", X, TARGET, margin=10.0, p=2),
    *classes("multilabel_margin_loss", FLIPPED, LABELS),
    *classes("multilabel_margin_loss", X, np.full((3, 4), -1)),
    *classes("multilabel_margin_loss", ONE, np.array([[0], [-1], [0]])),
    *classes("soft_margin_loss", np.array([-70.0, -40.0, 0.0, 40.0, 70.0]), np.array([1, -1, 1, 1, -1]), twice=True),
]
