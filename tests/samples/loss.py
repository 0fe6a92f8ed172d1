"""Samples of `rushlight.ops.neural.loss` and `rushlight.ops.neural.normalization`."""

import numpy as np

from . import Sample, array, pulled

X, Y, ROW = array(3, 4), array(3, 4, seed=1), array(4, seed=2)
P, Q = array(3, 4, low=0.1, high=0.9), array(3, 4, low=0, high=1, seed=1)
TARGET, IGNORED = np.array([0, 3, 1]), np.array([2, -100, 0])
SCORES, MAP = array(2, 3, 2, 2), np.array([[[0, 1], [2, 0]], [[1, -100], [2, 2]]])
WEIGHT = np.array([0.5, 1.0, 2.0, 0.0])
REDUCTIONS = ("none", "mean", "sum")


def declared(op):
    from rushlight.core.op import OPS

    return OPS[op].call


def pairs(op, inputs, *arguments, **keywords):
    def call(t, x, y, reduction):
        return getattr(t.nn.functional, op)(x, y, *arguments, reduction=reduction, **keywords)

    return [
        Sample(op, lambda t, x, y, r=r: call(t, x, y, r), pair, smooth=pair[0].dtype != np.float32, label=r)
        for r in REDUCTIONS
        for pair in inputs
    ]


def likelihood(op, scores, target, **keywords):
    """Losses of scores alone: targets and weights are no inputs to differentiate."""

    def call(t, x, y, reduction):
        options = {k: t.tensor(v, dtype=x.dtype) if isinstance(v, np.ndarray) else v for k, v in keywords.items()}
        return t.nn.functional.nll_loss(x, y, reduction=reduction, **options)

    return [Sample(op, lambda t, x, y, r=r: call(t, x, y, r), (scores, target), label=r) for r in REDUCTIONS]


def slopes(op, *parameters):
    """The operation that is a loss's first derivative, unreduced and reduced."""
    return [
        Sample(
            op,
            lambda t, g, x, y, d=d: declared(op)(g, x, y, *parameters[:1], d, *parameters[1:]),
            (g, P, Q),
            parity=False,
        )
        for d, g in ((None, X), (12, array()))
    ]


BOTH = ((X, Y), (array(), array(seed=1)), (array(0, 3), array(0, 3)), (X.astype(np.float32), Y.astype(np.float32)))

SAMPLES = [
    *pairs("mse_loss", (*BOTH, (X, X))),
    *pairs("smooth_l1_loss", BOTH, beta=0.7),
    *pairs("huber_loss", BOTH, delta=0.7),
    *pairs("binary_cross_entropy", ((P, Q), (array(low=0.2, high=0.8), array(low=0, high=1)))),
    Sample(
        "binary_cross_entropy",
        lambda t, x, y: t.nn.functional.binary_cross_entropy(x, y),
        (np.array([0.0, 1.0, 0.5]), np.array([1.0, 0.0, 1.0])),
        smooth=False,
        twice=False,
        # Logarithms are cut off at -100, x (1 - x) at 1e-12; but not for the gradient of the target.
        gradient=lambda w, out, x, y: (
            w / 3 * (x - y) / np.maximum(x * (1 - x), 1e-12),
            w / 3 * np.array([np.inf, -np.inf, 0]),
        ),
    ),
    Sample(
        "binary_cross_entropy",
        lambda t, x, y: t.nn.functional.binary_cross_entropy(x, y, weight=t.tensor(WEIGHT)),
        (P, Q),
    ),
    *pairs("binary_cross_entropy_with_logits", ((5 * X, Q), (array(), array(low=0, high=1)))),
    Sample(
        "binary_cross_entropy_with_logits",
        lambda t, x, y: t.nn.functional.binary_cross_entropy_with_logits(
            x, y, weight=t.tensor(WEIGHT), pos_weight=t.tensor(WEIGHT + 1)
        ),
        (X, Q),
    ),
    *likelihood("nll_loss", X, TARGET),
    *likelihood("nll_loss", X, IGNORED),
    *likelihood("nll_loss", X, TARGET, weight=WEIGHT),
    *likelihood("nll_loss", X, np.array([2, 0, 1]), weight=WEIGHT, ignore_index=0),
    *likelihood("nll_loss", ROW, np.array(2)),
    *likelihood("nll_loss2d", SCORES, MAP),
    *likelihood("nll_loss2d", SCORES, MAP, weight=WEIGHT[:3]),
    Sample("nll_loss", lambda t, x, y: t.nn.functional.cross_entropy(x, y), (X, TARGET)),
    Sample("nll_loss", lambda t, x, y: t.nn.functional.cross_entropy(x, y, label_smoothing=0.1), (X, IGNORED)),
    Sample("log_softmax", lambda t, x, y: t.nn.functional.cross_entropy(x, y.softmax(1)), (X, Y)),
    *[
        Sample(
            f"{op}_backward",
            lambda t, g, i=i, op=op, s=s: declared(f"{op}_backward")(g, i, None, 0, None, s),
            (g,),
            parity=False,
        )
        for op, g, i, s in (
            ("nll_loss", array(3), TARGET, (3, 4)),
            ("nll_loss2d", array(2, 2, 2), abs(MAP) % 3, (2, 3, 2, 2)),
        )
    ],
    *slopes("mse_loss_backward"),
    *[
        Sample(op, lambda t, g, x, y, op=op, d=d: declared(op)(g, x, y, d, 0.7), (g, X, Y), parity=False)
        for op in ("smooth_l1_loss_backward", "huber_loss_backward")
        for d, g in ((None, Y), (12, array()))
    ],
    *slopes("binary_cross_entropy_backward", None),
    # Normalisation and embeddings.
    *[
        Sample("native_layer_norm", lambda t, x: t.nn.functional.layer_norm(x, x.shape[-1:]), (x,))
        for x in (X, ROW, array(2, 3, 4), array(0, 3))
    ],
    Sample(
        "native_layer_norm",
        lambda t, x, w, b: t.nn.functional.layer_norm(x, (4,), w, b),
        (array(2, 3, 4), ROW, array(4, seed=3)),
    ),
    Sample("native_layer_norm", lambda t, x, w: t.nn.functional.layer_norm(x, (3, 4), w), (array(2, 3, 4), X)),
    Sample(
        "native_layer_norm", lambda t, x, b: t.nn.functional.layer_norm(x, (4,), None, b, 0.1), (X, ROW), parity=False
    ),
    Sample(
        "native_layer_norm_narrow",
        lambda t, x, w: t.nn.functional.layer_norm(x, (4,), w),
        (X.astype(np.float16), ROW.astype(np.float16)),
        smooth=False,
        parity=False,
    ),
    *[
        Sample("embedding", lambda t, i, w: t.nn.functional.embedding(i, w), (i, array(4, 3)))
        for i in (TARGET, np.array([[1, 1], [0, 1]]), np.array(2))
    ],
    Sample(
        "embedding",
        lambda t, i, w: t.nn.functional.embedding(i, w, padding_idx=1),
        (np.array([1, 2, 2]), array(4, 3)),
        smooth=False,
        gradient=lambda w, out, i, x: (np.stack([0 * w[0], 0 * w[0], w[1] + w[2], 0 * w[0]]),),
    ),
    Sample(
        "embedding",
        lambda t, i, w: t.nn.functional.embedding(i, w, scale_grad_by_freq=True),
        (np.array([1, 2, 2]), array(4, 3)),
        smooth=False,
        gradient=lambda w, out, i, x: (np.stack([0 * w[0], w[0], (w[1] + w[2]) / 2, 0 * w[0]]),),
    ),
    Sample(
        "embedding_dense_backward",
        lambda t, i, g: declared("embedding_dense_backward")(g, i, 4, 1, False),
        (np.array([1, 2, 2]), array(3, 2)),
        parity=False,
    ),
]


def _negative_likelihood(target, reduction, **options):
    return lambda t, x: t.nn.functional.nll_loss(x, t.tensor(target), reduction=reduction, **options)


NOTHING = np.zeros((0, 4))
ROWS, FLIPPED = array(4, 3).T, array(8, 3).T[:, ::-2]
ENDS = np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.25, 0.75])

SAMPLES += [
    # The gradients, of reduced losses and of nothing.
    pulled("nll_loss_backward", _negative_likelihood(TARGET, "mean"), array(), X),
    pulled("nll_loss_backward", _negative_likelihood(IGNORED, "sum"), array(), X),
    pulled("nll_loss_backward", _negative_likelihood(IGNORED, "none"), array(6)[::2], FLIPPED),
    pulled("nll_loss_backward", _negative_likelihood(np.zeros(0, int), "none"), array(0), NOTHING),
    pulled("nll_loss2d_backward", _negative_likelihood(MAP, "mean"), array(), SCORES),
    pulled("nll_loss2d_backward", _negative_likelihood(MAP[:0], "none"), array(0, 2, 2), SCORES[:0]),
    *[
        pulled(f"{op}_backward", lambda t, x, y, op=op, r=r: getattr(t.nn.functional, op)(x, y, reduction=r), g, x, y)
        for op in ("mse_loss", "smooth_l1_loss", "huber_loss")
        for r, g, x, y in (
            ("mean", array(), ROWS, Y),
            ("none", array(0, 4), NOTHING, NOTHING),
            ("none", ROWS, FLIPPED, Y),
        )
    ],
    *[
        pulled(
            "binary_cross_entropy_backward",
            lambda t, x, y, r=r: t.nn.functional.binary_cross_entropy(x, y, reduction=r),
            g,
            x,
            y,
        )
        for r, g, x, y in (
            ("mean", array(), P, Q),
            ("none", array(0, 4), NOTHING, NOTHING),
            ("none", ROWS, P[:, ::-1], Q),
        )
    ],
    # Other memory, and nothing at all.
    *[
        Sample(op, lambda t, x, y, op=op, r=r: getattr(t.nn.functional, op)(x, y, reduction=r), pair, label=r)
        for op in ("mse_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy_with_logits")
        for r, pair in (("mean", (ROWS, Y)), ("none", (FLIPPED, ROWS)), ("sum", (NOTHING, NOTHING)))
    ],
    *[
        Sample(
            "binary_cross_entropy",
            lambda t, x, y, r=r: t.nn.functional.binary_cross_entropy(x, y, reduction=r),
            pair,
            label=r,
        )
        for r, pair in (
            ("none", (P.T, Q.T)),
            ("sum", (NOTHING, NOTHING)),
            ("sum", (P[:, ::-1], Q[:, ::-2].repeat(2, 1))),
        )
    ],
    Sample(
        "binary_cross_entropy",
        lambda t, x, y: t.nn.functional.binary_cross_entropy(x, y, weight=t.zeros(4, dtype=x.dtype), reduction="sum"),
        (P, Q),
        label="weights of zero",
    ),
    # Certain, and right or wrong in part.
    Sample(
        "binary_cross_entropy",
        lambda t, x, y: t.nn.functional.binary_cross_entropy(x, y, reduction="none"),
        ENDS,
        smooth=False,
        twice=False,
        gradient=lambda w, out, x, y: (w * (x - y) / 1e-12, w * np.where(x == 0, np.inf, -np.inf)),
    ),
    *[
        Sample("nll_loss", _negative_likelihood(y, r), (x,), label=r)
        for r in ("none", "sum")
        for x, y in ((NOTHING, np.zeros(0, int)), (FLIPPED, TARGET))
    ],
    *[
        # (PyTorch's gradient fails where memory is not contiguous.)
        Sample("nll_loss2d", _negative_likelihood(y, r), (x,), label=r, parity=x.flags.c_contiguous)
        for r in ("none", "sum")
        for x, y in ((SCORES[:0], MAP[:0]), (array(2, 2, 3, 2).swapaxes(1, 2), MAP))
    ],
    *[
        Sample("nll_loss", _negative_likelihood([1, 1, 1], r, ignore_index=1), (X,), label=f"{r},all ignored")
        for r in ("none", "sum")
    ],
    Sample(
        "nll_loss",
        _negative_likelihood([1, 1, 1], "mean", ignore_index=1),
        (X,),
        smooth=False,
        label="all ignored",
        gradient=lambda w, out, x: (0 * x,),
    ),
    Sample(
        "nll_loss",
        _negative_likelihood([0, 3], "none"),
        (np.array([[-np.inf, 0.0], [0.0, -np.inf]]).repeat(2, 1),),
        smooth=False,
        twice=False,
    ),
    # Embeddings.
    *[
        Sample("embedding", lambda t, i, w: t.nn.functional.embedding(i, w), (i, w))
        for i, w in (
            (np.zeros(0, int), array(4, 3)),
            (np.zeros((2, 0), int), array(4, 3)),
            (TARGET, array(4, 0)),
            (np.array([[1, 0], [1, 1]]).T, array(3, 4).T),
            (np.array([2, 2, 2]), array(6, 3)[::-2]),
        )
    ],
    pulled(
        "embedding_dense_backward",
        lambda t, w: t.nn.functional.embedding(t.tensor([[1, 2], [1, 1]]), w),
        array(3, 2, 2).T,
        array(4, 3),
    ),
    pulled(
        "embedding_dense_backward",
        lambda t, w: t.nn.functional.embedding(t.zeros(0, dtype=t.int64), w),
        array(0, 3),
        array(4, 3),
        parity=False,
    ),
    pulled(
        "embedding_dense_backward",
        lambda t, w: t.nn.functional.embedding(t.tensor(1), w, padding_idx=1),
        array(3),
        array(4, 3),
    ),
    # (PyTorch forgets to divide in the second order.)
    pulled(
        "embedding_dense_backward",
        lambda t, w: t.nn.functional.embedding(t.tensor([1, 2, 2]), w, scale_grad_by_freq=True),
        array(3, 3),
        array(4, 3),
        parity=False,
    ),
]
