"""Samples of `rushlight.ops.reduction.distances`."""

import numpy as np

from . import Sample, array

KINK = {"smooth": False, "twice": False}
X, Y, B, Z = array(4, 3), array(5, 3, seed=1), array(2, 4, 3), array(4, 3, dtype=np.complex128)
TIED = np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [2.0, 2.0, 1.0]])
ORDERS = (0.5, 1, 1.5, 2, 3, float("inf"))
EXACT = {"compute_mode": "donot_use_mm_for_euclid_dist"}
PRODUCTS = {"compute_mode": "use_mm_for_euclid_dist"}



def declared(op):
    from rushlight.core.op import OPS

    return OPS[op].call


SAMPLES = [
    *[Sample("dist", lambda t, x, y, p=p: t.dist(x, y, p), (X, array(4, 3, seed=1)), label=str(p)) for p in ORDERS],
    Sample("dist", lambda t, x, y: t.dist(x, y), (B, X), label="broadcast"),
    Sample("dist", lambda t, x, y: t.dist(x, y), (Z, array(3, dtype=np.complex128))),
    Sample("dist", lambda t, x, y: t.dist(x, y, 3), (Z, X), parity=False, label="mixed"),
    Sample("dist", lambda t, x, y: t.dist(x, y, 0), (X, Y[:4]), smooth=False, parity=False, label="0"),
    Sample("dist", lambda t, x: t.dist(x, x), (X,), smooth=False, label="nothing"),
    Sample("dist", lambda t, x, y: t.dist(x, y), (array(0, 3), array(3))),
    *[
        Sample("_cdist_forward", lambda t, x, y, p=p: t.cdist(x, y, p, **EXACT), (a, b), twice=False, label=str(p))
        for p in ORDERS
        for a, b in ((X, Y), (B, Y))
    ],
    *[Sample("_cdist_forward", lambda t, x, p=p: t.cdist(x, x, p), (TIED,), **KINK, label=f"tied{p}") for p in ORDERS],
    Sample("_cdist_forward", lambda t, x, y: t.cdist(x, y, 0), (X, Y), **KINK, label="0"),
    Sample("_cdist_forward", lambda t, x, y: t.cdist(x, y), (array(0, 3), Y), twice=False),
    Sample("_cdist_forward", lambda t, x, y: t.cdist(x, y), (array(2, 0), array(3, 0)), twice=False),
    Sample("_cdist_backward", lambda t, x, y: t.cdist(x, y.T, **EXACT), (X, array(3, 5)), twice=False, label="strided"),
    *[Sample("_euclidean_dist", lambda t, x, y: t.cdist(x, y, 2, **PRODUCTS), (a, b)) for a, b in ((X, Y), (B, Y), (B, B + 1))],
    *[Sample("_pdist_forward", lambda t, x, p=p: t.pdist(x, p), (X,), twice=False, label=str(p)) for p in ORDERS],
    *[Sample("_pdist_forward", lambda t, x, p=p: t.pdist(x, p), (TIED,), **KINK, label=f"tied{p}") for p in ORDERS],
    Sample("_pdist_forward", lambda t, x: t.pdist(x, 0), (X,), **KINK, label="0"),
    Sample("_pdist_forward", lambda t, x: t.pdist(x), (array(1, 3),), twice=False),
    Sample("_pdist_backward", lambda t, x: t.pdist(x).sin(), (X,), twice=False),
    *[
        Sample("cdist_tangents", lambda t, v, p=p: declared("cdist_tangents")(v, t.tensor(X), t.tensor(Y), p,
               t.cdist(t.tensor(X), t.tensor(Y), p, **EXACT)), (X + 1,), parity=False, label=str(p))
        for p in (0.0, *ORDERS)
    ],
    *[
        Sample("pdist_tangents", lambda t, v, p=p: declared("pdist_tangents")(v, t.tensor(X), p, t.pdist(t.tensor(X), p)),
               (X + 1,), parity=False, label=str(p))
        for p in (0.0, *ORDERS)
    ],
    *[
        Sample("renorm", lambda t, x, p=p, d=d: x.renorm(p, d, 1.5), (a,), label=f"{p},{d}")
        for a in (X, B, Z)
        for p, d in ((1, 0), (2, 1), (3, -1), (float("inf"), 0))
    ],
    Sample("renorm", lambda t, x: t.renorm(x, 2, 0, 0), (np.vstack([X, X * 0]),), smooth=False, label="zeros",
           gradient=lambda w, out, x: (np.where(x.any(1, keepdims=True), 0, w),)),
]  # fmt: skip
