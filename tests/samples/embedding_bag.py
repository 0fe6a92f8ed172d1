"""Samples for `rushlight.ops.neural.embedding_bag`."""

from __future__ import annotations

import numpy as np

from . import Sample, array

TABLE, INDICES, OFFSETS, OWN = array(5, 3), np.array([1, 2, 2, 4, 0]), np.array([0, 3, 3]), array(5)


def counted(w, table, mode, indices, offsets):
    """The gradient, in shares: each row's by how often it occurs in all."""
    slope = np.zeros_like(table)
    for bag, out in zip(np.split(indices, offsets[1:]), w):
        for i in bag:
            slope[i] += out / (len(bag) if mode == "mean" else 1) / (indices == i).sum()
    return slope


def bags(op, *, twice=True, parity=True, indices=INDICES, offsets=OFFSETS, label="", **options):
    """torch has no second derivative of them, and divides by the wrong frequencies."""
    return Sample(
        op,
        lambda t, w: t.nn.functional.embedding_bag(
            t.tensor(indices), w, None if offsets is None else t.tensor(offsets), **options
        ),
        (TABLE,),
        twice=twice,
        parity=parity and not twice,
        smooth=not options.get("scale_grad_by_freq") and (twice or options.get("padding_idx") is None),
        label=label or ",".join(f"{k}={v}" for k, v in options.items()),
        gradient=(lambda w, out, x: (counted(w, x, options["mode"], indices, offsets),))
        if options.get("scale_grad_by_freq")
        else None,
    )


SAMPLES = [
    *[
        bags("embedding_bag_max" if mode == "max" else "embedding_bag", mode=mode, twice=twice)
        for mode in ("sum", "mean", "max")
        for twice in (True, False)
    ],
    *[
        bags("embedding_bag_max" if mode == "max" else "embedding_bag", mode=mode, twice=False, **options)
        for mode in ("sum", "mean", "max")
        for options in (
            {"padding_idx": 2},
            {"offsets": np.array([0, 2, 5]), "include_last_offset": True},
            {"indices": np.array([[0, 1], [4, 4]]), "offsets": None, "label": f"{mode},rows"},
        )
    ],
    *[
        bags(
            "embedding_bag",
            mode=mode,
            twice=False,
            parity=False,
            scale_grad_by_freq=True,
            indices=np.array([1, 1, 1, 2, 2]),
        )
        for mode in ("sum", "mean")
    ],
    Sample(
        "embedding_bag",
        lambda t, w, p: t.nn.functional.embedding_bag(
            t.tensor(INDICES), w, t.tensor(OFFSETS), mode="sum", per_sample_weights=p
        ),
        (TABLE, OWN),
        parity=False,
    ),
    Sample(
        "embedding_bag",
        lambda t, w, p: t.nn.functional.embedding_bag(
            t.tensor(INDICES), w, t.tensor(OFFSETS), mode="sum", per_sample_weights=p, padding_idx=2
        ),
        (TABLE, OWN),
        twice=False,
    ),
    *[
        Sample(
            "embedding_bag",
            lambda t, w, m=mode, p=pad: t.embedding_bag(
                w, t.tensor(INDICES), t.tensor(OFFSETS), False, m, False, None, False, p
            )[: 3 if m < 2 else 4],
            (TABLE,),
            twice=False,
            smooth=False,
            label=f"{mode},{pad},counts",
        )
        for mode in (0, 1, 2)
        for pad in (None, 2, -1)
    ],
]

SAMPLES += [
    # Bags of nothing, one bag of all, each index its own bag, a row that is never looked at or always padded.
    *[
        bags(
            "embedding_bag_max" if mode == "max" else "embedding_bag",
            mode=mode,
            twice=twice,
            label=f"{mode},{label}",
            **given,
        )
        for mode in ("sum", "mean", "max")
        for twice in (False, True)
        for label, given in {
            "one bag": {"offsets": np.array([0])},
            "each its own": {"offsets": np.arange(5)},
            "nothing": {"indices": np.zeros(0, np.int64), "offsets": np.array([0, 0])},
            "last ones empty": {"offsets": np.array([0, 5, 5])},
            "one row": {"indices": np.array([3, 3, 3, 3, 3])},
            "padding alone": {"indices": np.array([2, 2, 2, 2, 2]), "padding_idx": 2},
        }.items()
        if not (twice and "padding_idx" in given)
    ],
]
