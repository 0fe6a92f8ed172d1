"""Samples for `rushlight.ops.neural.padding`."""

from __future__ import annotations

import numpy as np

from rushlight.core.op import OPS

from . import Sample, array, pulled

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

C = np.complex128
#: Each kind and number of dimensions, with its paddings: the most that reflection takes, none, and some of each.
SIDES = {
    ("reflect", 1): ((3, 0), (0, 0)),
    ("reflect", 2): ((2, 1, 1, 0), (0, 0, 1, 0)),
    ("reflect", 3): ((1, 0, 0, 1, 1, 0), (0, 1, 0, 0, 0, 0)),
    ("replicate", 1): ((5, 0), (0, 0)),
    ("replicate", 2): ((0, 3, 1, 0), (0, 0, 0, 1)),
    ("replicate", 3): ((2, 0, 0, 1, 1, 0), (0, 0, 0, 0, 0, 3)),
    ("circular", 1): ((4, 0), (0, 0)),
    ("circular", 2): ((1, 3, 0, 1), (0, 2, 0, 0)),
    ("circular", 3): ((2, 0, 0, 1, 0, 0), (0, 0, 1, 0, 0, 0)),
}
SHAPES = {1: (2, 4), 2: (1, 2, 3), 3: (1, 2, 2, 2)}
OPERATIONS = {"reflect": "reflection_pad{}d", "replicate": "replication_pad{}d", "circular": "circular_pad"}


def _every():
    for (mode, dims), (most, little) in SIDES.items():
        op, shape, batch = OPERATIONS[mode].format(dims), SHAPES[dims], (1, *SHAPES[dims])
        yield from pads(op, mode, array(*shape), most, little)
        yield from pads(op, mode, array(*batch, dtype=C), most)
        yield from pads(op, mode, array(0, *shape), little)
        yield from pads(op, mode, array(*shape[::-1]).T[..., ::-1], little)
        yield Sample(
            f"{op}_backward",
            lambda t, g, op=f"{op}_backward", s=batch, p=most, m=mode: OPS[op].call(g, s, p, m),
            (array(*[n + a + b for n, a, b in zip(batch, *_by_dimension(most, len(batch)))], dtype=C),),
            parity=False,
        )
        yield Sample(
            f"{op}_backward",
            lambda t, g, op=f"{op}_backward", s=(0, *shape), p=little, m=mode: OPS[op].call(g, s, p, m),
            (array(*[n + a + b for n, a, b in zip((0, *shape), *_by_dimension(little, len(batch)))]),),
            parity=False,
        )


def _by_dimension(padding, ndim):
    """What stands before and behind each dimension, the first one first."""
    rest = (0,) * (ndim - len(padding) // 2)
    return (*rest, *padding[::2][::-1]), (*rest, *padding[1::2][::-1])


SAMPLES += [
    *_every(),
    *[
        Sample("constant_pad_nd", lambda t, x, p=p, v=v: t.nn.functional.pad(x, p, value=v), (x,), label=",".join(map(str, p)))
        for x, p, v in (
            (array(2, 3, dtype=C), (1, 0), 2),
            (array(0, 3), (1, 2), -1.0),
            (array(0, 3), (1, 2, 1, 0), 0),
            (array(3, 2).T, (0, 1, 1, -1), 1e3),
            (array(3), (-1, -1), 0),
        )
    ],
    pulled("constant_pad_nd", lambda t, x: t.nn.functional.pad(x, (-1, 2)), array(2, 4), array(2, 3)),
]
