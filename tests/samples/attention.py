"""Samples for `rushlight.ops.neural.attention`."""

from __future__ import annotations

import numpy as np

from . import Sample, array

Q, K, V = array(1, 2, 3, 4), array(1, 2, 5, 4, seed=1), array(1, 2, 5, 4, seed=2)
MASK = np.array([[1, 0, 1, 1, 0], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]], bool)


def attention(*inputs, twice=False, label="", **options):
    """PyTorch has no second derivative of its one operation: `twice` is ours alone."""
    return Sample(
        "scaled_dot_product_attention",
        lambda t, *qkv: t.nn.functional.scaled_dot_product_attention(
            *qkv, **{k: t.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
        ),
        inputs,
        twice=twice,
        parity=not twice,
        label=label,
    )


SAMPLES = [
    Sample("safe_softmax", lambda t, x: t._safe_softmax(x, 1), (array(2, 3, 4),)),
    Sample("safe_softmax", lambda t, x: t._safe_softmax(x, 0), (array(),), label="0-d"),
    Sample(
        "safe_softmax",
        lambda t, x: t._safe_softmax(x, -1),
        (np.full((2, 3), -np.inf),),
        smooth=False,
        gradient=lambda w, out, x: (0 * w,),
    ),
    Sample(
        "safe_softmax",
        lambda t, x: t._safe_softmax(x, -1, dtype=t.float64),
        (array(2, 3).astype(np.float32),),
        smooth=False,
    ),
    attention(Q, K, V),
    attention(Q, K, V, twice=True),
    attention(Q, K, V, attn_mask=MASK),
    attention(Q, K, V, attn_mask=MASK, twice=True),
    attention(Q, K, V, attn_mask=array(3, 5), label="added"),
    attention(Q, K, V, is_causal=True, scale=0.3),
    attention(Q, K, V, is_causal=True, attn_mask=array(1, 1, 3, 5)),
    attention(array(1, 4, 3, 4), K, V, enable_gqa=True),
    # Written out.
    *[
        Sample(
            "safe_softmax",
            lambda t, q, k, v, m=m: t.nn.functional.scaled_dot_product_attention(q, k, v, **m(t)),
            (Q[0], K[0], V[0]),
            label=label,
        )
        for label, m in (
            ("plain", lambda t: {}),
            ("mask", lambda t: {"attn_mask": t.tensor(MASK)}),
            ("causal", lambda t: {"is_causal": True, "scale": -0.5}),
        )
    ],
    Sample(
        "safe_softmax",
        lambda t, q, k, v, m: t.nn.functional.scaled_dot_product_attention(q, k, v, m),
        (Q, K, V, array(3, 5)),
        label="mask with a gradient",
    ),
    Sample(
        "safe_softmax",
        lambda t, q, k, v: t.nn.functional.scaled_dot_product_attention(q, k, v),
        (Q[0, 0], K[0, 0], V[0, 0][:, :3]),
        label="matrices",
    ),
]

SAMPLES += [
    # Nothing to look at, one thing to look at, rows without any weight, memory that lies otherwise.
    attention(Q[:, :, :1], K[:, :, :1], V[:, :, :1]),
    attention(Q, K, V, attn_mask=np.zeros((3, 5), bool), label="nothing"),
    attention(Q, K, V, scale=0.0),
    attention(array(4, 3, 2, 1).T, array(4, 5, 2, 1).T, V, twice=True),
    *[
        Sample(
            "safe_softmax",
            lambda t, q, k, v: t.nn.functional.scaled_dot_product_attention(q, k, v),
            inputs,
            label="empty",
            parity=False,  # its graph is another one in PyTorch
        )
        for inputs in ((Q[:0], K[:0], V[:0]), (Q[:, :, :0], K, V), (Q, K[:, :, :0], V[:, :, :0]), (Q, K, V[..., :0]))
    ],
    *[
        Sample("safe_softmax", lambda t, x, d=d: t._safe_softmax(x, d), (x,))
        for x, d in ((array(0, 3), 1), (array(3, 0), 1), (array(3, 2).T, 0), (array(4, 1), 1), (1e3 * array(2, 3), 1))
    ],
]
