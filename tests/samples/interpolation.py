"""Samples for `rushlight.ops.neural.interpolation`."""

from __future__ import annotations

import numpy as np

from rushlight.core.op import OPS
from rushlight.ops.neural import interpolation

from . import Sample, array

SIGNAL, IMAGE, VOLUME = array(1, 2, 5), array(1, 2, 3, 4), array(1, 1, 2, 3, 2)
BYTES = np.arange(200, 232, dtype=np.uint8).reshape(1, 2, 4, 4)


def resized(op, x, mode, **options):
    return Sample(
        op,
        lambda t, x: t.nn.functional.interpolate(x, mode=mode, **options),
        (x,),
        label=",".join(f"{k}={v}" for k, v in options.items()).replace(" ", ""),
    )


def transposed(kind, dims, x, size):
    """The gradient of a resampling, as an operation of its own."""
    name = interpolation._OPERATIONS[kind, dims].op.name
    matrices = tuple(interpolation._matrix(kind, n, m, False, None, np.float64) for n, m in zip(x.shape[2:], size))
    return Sample(
        f"{name}_backward",
        lambda t, g: OPS[f"{name}_backward"].call(g, matrices),
        (array(*x.shape[:2], *size),),
        parity=False,
    )


SAMPLES = [
    *[
        resized(f"upsample_{word}{dims}d", x, mode, **options)
        for mode, word in (("nearest", "nearest"), ("nearest-exact", "nearest_exact"))
        for dims, x in ((1, SIGNAL), (2, IMAGE), (3, VOLUME))
        for options in ({"size": 3}, {"scale_factor": 2}, {"scale_factor": 1.7}, {"scale_factor": 0.8 if dims < 3 else 1.5})
    ],
    *[
        resized(name, x, mode, **options, align_corners=align)
        for name, x, mode in (
            ("upsample_linear1d", SIGNAL, "linear"),
            ("upsample_bilinear2d", IMAGE, "bilinear"),
            ("upsample_trilinear3d", VOLUME, "trilinear"),
            ("upsample_bicubic2d", IMAGE, "bicubic"),
        )
        for options in ({"size": 3}, {"scale_factor": 1.7}, {"scale_factor": 1.7, "recompute_scale_factor": True}, {"size": 1})
        for align in (True, False)
    ],
    *[
        resized(name, array(1, 2, 6, 5), mode, **options, antialias=True)
        for name, mode in (
            ("upsample_bilinear2d_aa", "bilinear"),
            ("upsample_bicubic2d_aa", "bicubic"),
            ("upsample_lanczos2d_aa", "lanczos"),
        )
        for options in ({"size": (3, 7)}, {"scale_factor": 0.6}, {"size": 1})
    ],
    resized("upsample_bilinear2d_aa", array(1, 2, 6, 5), "bilinear", size=3, antialias=True, align_corners=True),
    resized("upsample_bilinear2d", array(0, 2, 3, 4), "bilinear", size=5),
    Sample(
        "upsample_bilinear2d", lambda t, x: t.nn.functional.interpolate(x.mT, (2, 5), mode="bilinear"), (IMAGE,), label="mT"
    ),
    Sample(
        "upsample_nearest2d", lambda t, x: t.nn.functional.interpolate(x, 5), (np.array([[[[np.inf, 1.0]]]]),), smooth=False,
        gradient=lambda w, out, x: (np.stack([w[..., :3].sum((2, 3)), w[..., 3:].sum((2, 3))], -1)[:, :, None],),
    ),
    *[
        Sample("upsample_bilinear2d", lambda t, x, m=m: t.nn.functional.interpolate(x, 3, mode=m), (BYTES,), label=m)
        for m in ("nearest", "bilinear", "bicubic")
    ],
    *[transposed(kind, 1, SIGNAL, (3,)) for kind in ("nearest", "nearest_exact", "linear")],
    *[
        transposed(kind, 2, IMAGE, (5, 3))
        for kind in ("nearest", "nearest_exact", "linear", "cubic", "linear_aa", "cubic_aa", "lanczos_aa")
    ],
    *[transposed(kind, 3, VOLUME, (3, 2, 4)) for kind in ("nearest", "nearest_exact", "linear")],
]  # fmt: skip

SAMPLES += [
    *[
        transposed(kind, dims, shaped[:0], size)
        for dims, shaped, size in ((1, SIGNAL, (3,)), (2, IMAGE, (5, 3)), (3, VOLUME, (3, 2, 4)))
        for kind in ("nearest", "nearest_exact", "linear")
    ],
    *[transposed(kind, 2, IMAGE[:0], (5, 3)) for kind in ("cubic", "linear_aa", "cubic_aa", "lanczos_aa")],
    *[
        resized(f"upsample_{op}", x, mode, **options)
        for op, mode, x in (
            ("nearest1d", "nearest", SIGNAL),
            ("nearest2d", "nearest", IMAGE),
            ("nearest3d", "nearest", VOLUME),
            ("linear1d", "linear", SIGNAL),
            ("bilinear2d", "bilinear", IMAGE),
            ("trilinear3d", "trilinear", VOLUME),
        )
        for options in ({"size": 1}, {"scale_factor": 2.0}, {"size": tuple(x.shape[2:])})
    ],
    resized("upsample_bilinear2d", IMAGE[:, :, :1, :1], "bilinear", size=(3, 2), align_corners=True),
    resized("upsample_linear1d", array(1, 1, 4), "linear", size=1, align_corners=True),
    *[resized("upsample_bicubic2d", x, "bicubic", size=(4, 3)) for x in (array(0, 1, 2, 2), array(2, 3, 1, 1).T)],
]
