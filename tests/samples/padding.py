"""Samples for `rushlight.ops.neural.padding`."""

from __future__ import annotations

import numpy as np

from rushlight.core.op import OPS

from . import Sample, array

X, IMAGE, SOLID = array(2, 4), array(2, 3, 4), array(1, 2, 3, 3)


def pads(op, mode, x, *paddings):
    return [
        Sample(op, lambda t, x, p=p: t.nn.functional.pad(x, p, mode), (x,), label=",".join(map(str, p)))
        for p in paddings
    ]


def transposes(name, mode, x, padding):
    """The gradient of a padding, as an operation of its own."""
    shape = [*x.shape]
    for i in range(len(padding) // 2):
        shape[-1 - i] += padding[2 * i] + padding[2 * i + 1]
    return Sample(
        f"{name}_backward",
        lambda t, g: OPS[f"{name}_backward"].call(g, x.shape, padding, mode),
        (array(*shape),),
        parity=False,
    )


SAMPLES = [
    *[
        Sample("constant_pad_nd", lambda t, x, p=p: t.nn.functional.pad(x, p), (x,), label=",".join(map(str, p)))
        for x, p in (
            (X, (1, 2)),
            (X, (0, 1, 2, 0)),
            (X, (-1, 2)),
            (X, (-1, -1)),
            (X, (-2, -2)),
            (X, (0, 0)),
            (array(0, 3), (1, 1)),
        )
    ],
    Sample("constant_pad_nd", lambda t, x: t.nn.functional.pad(x, (1, 1), value=2.5), (X,)),
    Sample("constant_pad_nd", lambda t, x: t.constant_pad_nd(x.mT, (1, 0), 1), (X,), label="transposed"),
    Sample("constant_pad_nd", lambda t, x: t.nn.functional.pad(x, (1, 1), value=1), (array(3, dtype=np.complex128),)),
    Sample("constant_pad_nd", lambda t, x: t.nn.functional.pad(x, (1, 1), value=1.5), (np.arange(3),)),
    *pads("reflection_pad1d", "reflect", X, (3, 2), (-1, 2), (0, 0)),
    *pads("reflection_pad2d", "reflect", IMAGE, (1, 3, 2, 0), (1, -1, 0, 1)),
    *pads("reflection_pad3d", "reflect", SOLID, (1, 2, 0, 2, 1, 1)),
    *pads("replication_pad1d", "replicate", X, (3, 5), (-1, 2), (-3, 3)),
    *pads("replication_pad2d", "replicate", IMAGE, (1, 3, 2, 0), (5, -1, 0, 1)),
    *pads("replication_pad3d", "replicate", SOLID, (1, 2, 0, 2, 3, 1)),
    *pads("circular_pad", "circular", X, (4, 2), (-1, 2), (1, -2)),
    *pads("circular_pad", "circular", IMAGE, (1, 3, 2, 0)),
    *pads("circular_pad", "circular", array(2, 2, 3, dtype=np.complex128), (1, 1)),
    *pads("reflection_pad1d", "reflect", array(0, 2, 3), (1, 1)),
    transposes("reflection_pad1d", "reflect", X, (3, 2)),
    transposes("reflection_pad2d", "reflect", IMAGE, (1, 3, 2, 0)),
    transposes("reflection_pad3d", "reflect", SOLID, (1, 2, 0, 2, 1, 1)),
    transposes("replication_pad1d", "replicate", X, (3, 2)),
    transposes("replication_pad2d", "replicate", IMAGE, (1, 3, 2, 0)),
    transposes("replication_pad3d", "replicate", SOLID, (1, 2, 0, 2, 1, 1)),
    transposes("circular_pad", "circular", IMAGE, (1, 3, 2, 0)),
]
