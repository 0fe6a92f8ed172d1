"""Samples for `rushlight.ops.neural.grid`."""

from __future__ import annotations

import itertools

import numpy as np

from rushlight.core.op import OPS

from . import Sample, array

IMAGE, PLACES = array(1, 2, 3, 4), array(1, 2, 3, 2, low=-1.3, high=1.3)
VOLUME, SPOTS = array(1, 1, 2, 3, 3), array(1, 1, 2, 2, 3, low=-1.3, high=1.3)
EDGES = np.array([[[[-1.0, -1.0], [1.0, 1.0], [0.0, 3.0], [-2.5, 1.7]]]])


def sampled(dims, x, places, mode, padding, align, **about):
    return Sample(
        f"grid_sampler_{dims}d",
        lambda t, x, g: t.nn.functional.grid_sample(x, g, mode, padding, align),
        (x, places),
        label=f"{mode},{padding},{align}",
        **about,
    )


def nearest(w, x, places, padding):
    """The gradient at `EDGES`, which lie on pixels or half way between two: then the even one is nearer."""
    slope, size = np.zeros_like(x), np.array([x.shape[3], x.shape[2]])
    inside = np.clip(places, -1, 1) if padding == "border" else 1 - abs((places + 1) % 4 - 2)
    for place, out in zip(inside[0, 0], w[0, :, 0].T):
        column, row = np.round((place + 1) / 2 * (size - 1)).astype(int)
        slope[0, :, row, column] += out
    return slope, np.zeros_like(places)


SAMPLES = [
    *[
        sampled(2, IMAGE, PLACES, *options)
        for options in itertools.product(
            ("bilinear", "nearest", "bicubic"), ("zeros", "border", "reflection"), (True, False)
        )
    ],
    *[
        sampled(3, VOLUME, SPOTS, *options)
        for options in itertools.product(("bilinear", "nearest"), ("zeros", "border", "reflection"), (True, False))
    ],
    *[
        sampled(2, IMAGE, EDGES, mode, padding, True, smooth=False, twice=False,
                gradient=(lambda w, out, x, places, p=padding: nearest(w, x, places, p)) if mode == "nearest" else None)
        for mode, padding in itertools.product(("bilinear", "nearest"), ("border", "reflection"))
    ],
    sampled(2, array(0, 2, 3, 4), array(0, 2, 3, 2), "bilinear", "zeros", False),
    sampled(2, IMAGE, array(1, 0, 3, 2), "bilinear", "zeros", False),
    sampled(2, IMAGE[:, :, :1, :1], PLACES, "bilinear", "reflection", True),
    Sample("grid_sampler_2d", lambda t, x, g: t.grid_sampler(x.mT, g, 0, 0, False), (IMAGE, PLACES), label="mT"),
    *[
        Sample("affine_grid_generator", lambda t, m, s=size, a=align: t.nn.functional.affine_grid(m, s, a), (maps,))
        for maps, size in (
            (array(2, 2, 3), (2, 1, 3, 4)),
            (array(1, 3, 4), (1, 2, 2, 3, 2)),
            (array(1, 2, 3), (1, 1, 2, 1)),
            (array(3, 2, 1).T, (1, 1, 3, 2)),
        )
        for align in (False, True)
        if not (align and size[-1] == 1)
    ],
    Sample(
        "take_pixels",
        lambda t, x: OPS["take_pixels"].call(x, np.array([[2, -1, 2, 0]])),
        (array(1, 2, 3),),
        parity=False,
    ),
    Sample(
        "put_pixels",
        lambda t, g: OPS["put_pixels"].call(g, np.array([[2, -1, 2, 0]]), 3),
        (array(1, 2, 4),),
        parity=False,
    ),
]

SAMPLES += [
    # Nothing to take, nothing to put; pixels of one image alone; places far out and at the very edges.
    *[
        Sample("put_pixels", lambda t, g, i=i: OPS["put_pixels"].call(g, i, 3), (x,), parity=False)
        for x, i in ((array(0, 2, 4), np.zeros((0, 4), int)), (array(1, 4, 2).swapaxes(1, 2), np.array([[2, -1, 2, 0]])))
    ],
    Sample("take_pixels", lambda t, x: OPS["take_pixels"].call(x, np.zeros((0, 2), int)), (array(0, 2, 3),), parity=False),
    *[
        sampled(2, array(2, 1, 1, 3), array(2, 2, 1, 2, low=-0.9, high=0.9), mode, "zeros", False, twice=twice)
        for mode, twice in (("bilinear", True), ("bicubic", False))
    ],
    sampled(2, IMAGE, np.full((1, 1, 2, 2), 5.3), "bilinear", "zeros", False),
    sampled(2, IMAGE[..., ::-1], array(2, 3, 2, 1, low=-1.3, high=1.3).T, "bilinear", "border", True),
    sampled(3, array(0, 1, 2, 3, 3), array(0, 1, 2, 2, 3), "bilinear", "zeros", False),
    sampled(3, VOLUME, np.full((1, 1, 1, 2, 3), -4.2), "bilinear", "zeros", True),
]
