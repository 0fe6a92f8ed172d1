"""Samples of what `rushlight.nn.functional` makes of other operations: losses, norms and similarities, at their ends too."""

from __future__ import annotations

import numpy as np

from . import Sample, array, quietly

C = np.complex128
X, Y, P = array(3, 4), array(3, 4, seed=1), array(3, 4, low=0.1, high=0.9, seed=2)
EMPTY, ROW, ODD = array(0, 4), array(4, seed=3), array(8, 3).T[:, ::-2]
SIGNS, SIDES = np.array([[1, -1, 1, -1]] * 3), np.array([1, -1, 1])
#: A row of zeros, and rows with equal elements.
FLAT = np.array([[0.0, 0.0, 0.0], [1.0, 1.0, -1.0], [3.0, 0.0, 0.0]])
REDUCTIONS = ("none", "mean", "sum")


def of(op, name, *inputs, smooth=True, twice=True, parity=True, gradient=None, **options):
    """``torch.nn.functional.name`` of these arrays."""

    def call(t, *tensors):
        given = {k: t.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
        return getattr(t.nn.functional, name)(*tensors, **given)

    label = ",".join([name, *[f"{k}={v}" for k, v in options.items() if not isinstance(v, np.ndarray)]])
    return Sample(op, quietly(call), inputs, smooth=smooth, twice=twice, parity=parity, label=label, gradient=gradient)


def reduced(name, *inputs, ops=("mul", "mean", "sum"), **about):
    return [of(op, name, *inputs, reduction=r, **about) for op, r in zip(ops, REDUCTIONS)]


def of_cosines(w, out, x, y):
    """Of rows; lengths are at least 1e-8, and constant below."""
    norms = [np.maximum(np.linalg.norm(a, axis=1, keepdims=True), 1e-8) for a in (x, y)]
    cosines = (x * y).sum(1, keepdims=True) / (norms[0] * norms[1])
    return tuple(
        w[:, None] * (b / (norms[0] * norms[1]) - a * cosines / n**2)
        for a, b, n in ((x, y, norms[0]), (y, x, norms[1]))
    )


SAMPLES = [
    # Losses.
    *[
        s
        for pair in ((X, Y), (ODD, X), (array(), array(seed=1)))
        for s in reduced("l1_loss", *pair, ops=("abs", "mean", "sum"))
    ],
    *[of("sum" if r == "sum" else "abs", "l1_loss", EMPTY, EMPTY, reduction=r) for r in ("none", "sum")],
    of("mean", "l1_loss", array(3, dtype=C), array(3, dtype=C, seed=1)),
    of("mean", "l1_loss", X, X, smooth=False),
    *reduced("smooth_l1_loss", X, Y, ops=("abs", "mean", "sum"), beta=0.0),
    of("smooth_l1_loss", "smooth_l1_loss", np.array([0.5, -0.5, 0.0, 0.2]), np.zeros(4), beta=0.5, smooth=False),
    of("huber_loss", "huber_loss", np.array([0.5, -0.5, 0.0, 0.2]), np.zeros(4), delta=0.5, smooth=False),
    *reduced("kl_div", X, P, ops=("sub", "mean", "sum")),
    *reduced("kl_div", X, Y, ops=("mul", "mean", "sum"), log_target=True),
    of("div", "kl_div", X, P, reduction="batchmean"),
    of("sum", "kl_div", EMPTY, EMPTY, reduction="sum"),
    of("sum", "kl_div", array(), array(low=0.2, high=0.5), reduction="sum"),
    of(
        "sum",
        "kl_div",
        X,
        np.where(P > 0.5, P, 0),
        reduction="sum",
        smooth=False,
        gradient=lambda w, out, x, p: (-w * p, np.where(p > 0, w * (np.log(np.where(p > 0, p, 1)) + 1 - x), np.nan)),
    ),
    *reduced("poisson_nll_loss", X, P, ops=("sub", "mean", "sum")),
    *reduced("poisson_nll_loss", P, P + 2, ops=("add", "mean", "sum"), log_input=False, full=True),
    of(
        "mean",
        "poisson_nll_loss",
        np.zeros(3),
        np.array([0.0, 1.0, 2.0]),
        log_input=False,
        smooth=False,
        gradient=lambda w, out, x, y: (w / 3 * (1 - y / 1e-8), w / 3 * -np.log(x + 1e-8)),
    ),
    of("mean", "poisson_nll_loss", EMPTY, EMPTY, smooth=False),
    *reduced("gaussian_nll_loss", X, Y, P, ops=("mul", "mean", "sum")),
    of("mean", "gaussian_nll_loss", X, Y, array(3, 1, low=0.5, high=2), full=True),
    of("mean", "gaussian_nll_loss", X, Y, array(3, low=0.5, high=2)),
    *reduced("hinge_embedding_loss", X, ops=("add", "mean", "sum"), target=SIGNS, margin=0.7),
    *reduced("margin_ranking_loss", ROW, X[0], ops=("clamp_min", "mean", "sum"), target=SIGNS[0], margin=0.3),
    *reduced("cosine_embedding_loss", X, Y, ops=("add", "mean", "sum"), target=SIDES, margin=0.1),
    of("mean", "cosine_embedding_loss", X[0], Y[0], target=np.array(-1), margin=-0.2),
    *reduced("multilabel_soft_margin_loss", X, P, ops=("div", "mean", "sum")),
    of("mean", "multilabel_soft_margin_loss", X, P, weight=np.array([0.0, 1.0, 2.0, 0.5])),
    *reduced("triplet_margin_loss", X, Y, P, ops=("clamp_min", "mean", "sum"), swap=True),
    of("mean", "triplet_margin_loss", X, Y, P, p=1.0, margin=0.2),
    of("mean", "triplet_margin_with_distance_loss", X, Y, P, margin=3.0),
    of("clamp_min", "triplet_margin_with_distance_loss", X, Y, P, margin=3.0, swap=True, reduction="none"),
    *reduced("cross_entropy", X, P, ops=("neg", "div_number", "neg"), label_smoothing=0.3),
    *reduced("cross_entropy", X, P, ops=("neg", "div_number", "neg"), weight=np.array([0.0, 1.0, 2.0, 0.5])),
    *[
        of("nll_loss2d" if x.ndim > 2 else "nll_loss", "cross_entropy", x, target=y, reduction=r, **options)
        for r in REDUCTIONS
        for x, y, options in (
            (X, np.array([0, 3, 1]), {"weight": np.array([0.0, 1.0, 2.0, 0.5]), "label_smoothing": 0.2}),
            (X, np.array([0, 3, 1]), {"ignore_index": 3}),
            (X[0], np.array(2), {}),
            (array(2, 3, 2, 1), np.array([[[0], [1]], [[2], [-100]]]), {}),
        )
    ],
    # Every label ignored, weights of zero: the mean of nothing.
    *[
        of("nll_loss", "cross_entropy", X, target=np.array([1, 1, 1]), ignore_index=1, reduction=r)
        for r in ("none", "sum")
    ],
    *[
        of(
            "nll_loss",
            "cross_entropy",
            X,
            target=np.array([1, 1, 1]),
            weight=np.array([1.0, 0.0, 1.0, 1.0]),
            reduction=r,
        )
        for r in ("none", "sum")
    ],
    of(
        "nll_loss",
        "cross_entropy",
        X,
        target=np.array([1, 1, 1]),
        ignore_index=1,
        smooth=False,
        gradient=lambda w, out, x: (0 * x,),
    ),
    of(
        "nll_loss",
        "cross_entropy",
        X,
        target=np.array([1, 1, 1]),
        weight=np.array([1.0, 0.0, 1.0, 1.0]),
        smooth=False,
        gradient=lambda w, out, x: (x * np.nan,),
    ),
    of("nll_loss", "cross_entropy", np.array([[-np.inf, 0.5, 1.0]]), target=np.array([1]), twice=False, smooth=False),
    of(
        "binary_cross_entropy_with_logits",
        "binary_cross_entropy_with_logits",
        np.array([-800.0, -40.0, 0.0, 40.0, 800.0]),
        np.array([0.0, 1.0, 0.5, 0.0, 1.0]),
        reduction="none",
    ),
    of(
        "binary_cross_entropy_with_logits",
        "binary_cross_entropy_with_logits",
        X,
        P,
        weight=np.zeros(4),
        pos_weight=np.array([0.0, 1.0, 2.0, 0.0]),
        reduction="none",
    ),
    of(
        "binary_cross_entropy_with_logits",
        "binary_cross_entropy_with_logits",
        X,
        P,
        pos_weight=np.array([0.0, 1.0, 2.0, 0.0]),
    ),
    # Similarities and norms.
    *[
        of("sum_dim", "cosine_similarity", *pair, dim=dim)
        for pair, dim in (
            ((X, Y), 1),
            ((X, ROW), -1),
            ((X, Y), 0),
            ((EMPTY, ROW), 1),
            ((ODD, X), 1),
            ((array(2, 1, 3), array(4, 3)), -1),
        )
    ],
    of(
        "sum_dim", "cosine_similarity", np.array([[1e-9, 0.0], [0.0, 0.0]]) * 0 + 1, np.array([[1.0, 1.0], [1.0, -1.0]])
    ),
    of("sum_dim", "cosine_similarity", FLAT, FLAT + 1, smooth=False, twice=False, gradient=of_cosines),
    *[of("norm", "pairwise_distance", X, Y, p=p, keepdim=p > 1) for p in (0.5, 1.0, 2.0, 3.0, np.inf)],
    of("norm", "pairwise_distance", X, ROW),
    of("norm", "pairwise_distance", EMPTY, EMPTY),
    of("norm", "pairwise_distance", array(3, dtype=C), array(2, 3, dtype=C)),
    # Equal but for epsilon, which stands inside the norm.
    of(
        "norm",
        "pairwise_distance",
        X,
        X,
        smooth=False,
        gradient=lambda w, out, x, y: (w[:, None] / 2 + 0 * x, -w[:, None] / 2 + 0 * x),
    ),
    *[of("div", "normalize", X, p=p, dim=dim) for p, dim in ((1.0, 1), (2.0, 0), (3.0, -1), (np.inf, 1), (0.5, 1))],
    *[of("div", "normalize", x, dim=-1) for x in (EMPTY, ODD, array(2, 3, dtype=C))],
    of("div", "normalize", np.array([[1e-14, 0.0]]), smooth=False, twice=False, gradient=lambda w, out, x: (w * 1e12,)),
    *[of("div", "normalize", FLAT, p=p, smooth=False, twice=False) for p in (1.0, 2.0, np.inf)],
    # Pooling by norms.
    *[of("pow_number", "lp_pool1d", array(2, 5, low=0.2), norm_type=p, kernel_size=2) for p in (1.0, 2.0, 3.0)],
    of("pow_number", "lp_pool1d", array(1, 5, low=0.2), norm_type=2.0, kernel_size=3, stride=2, ceil_mode=True),
    of("pow_number", "lp_pool2d", array(1, 1, 4, 3, low=0.2), norm_type=2.0, kernel_size=2, stride=1),
    of("pow_number", "lp_pool3d", array(1, 2, 2, 2, low=0.2), norm_type=2.0, kernel_size=2),
    of(
        "pow_number",
        "lp_pool1d",
        np.array([[0.0, 0.0, 1.0, 0.0]]),
        norm_type=2.0,
        kernel_size=2,
        smooth=False,
        twice=False,
    ),
    # Layers.
    *[
        of("mul", "rms_norm", x, normalized_shape=(4,))
        for x in (X, EMPTY, ODD, array(2, 1, 4, dtype=C), np.full((2, 4), 0.5))
    ],
    of("mul", "rms_norm", np.zeros((2, 4)), normalized_shape=(4,), eps=0.1),
    Sample("mul", lambda t, x, w: t.nn.functional.rms_norm(x, (3, 4), w, 0.1), (array(2, 3, 4), X)),
    *[of("div", "softsign", x) for x in (X, EMPTY, array(), ODD)],
    *[of("sub", "tanhshrink", x) for x in (X, EMPTY, array(), ODD, array(3, dtype=C))],
    *[of("softmax", "softmin", x, dim=d) for x, d in ((X, 0), (EMPTY, 1), (array(), 0), (ODD, -1))],
    *[
        of(f"{n}2d", n, array(1, 1, 2, 3), scale_factor=2, parity=False)
        for n in ("upsample_nearest", "upsample_bilinear")
    ],
    Sample(
        "squeeze_dim",
        lambda t, x: t.nn.functional.max_unpool1d(*t.nn.functional.max_pool1d(x, 2, return_indices=True), 2),
        (array(2, 2, 4),),
        label="1d",
    ),
]
