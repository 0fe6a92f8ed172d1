"""Samples for `rushlight.ops.layout.shuffling`."""

from __future__ import annotations

from . import Sample, array

X, WIDE = array(2, 8, 2, 3), array(2, 3, 4, 6)

SAMPLES = [
    Sample("pixel_shuffle", lambda t, x: t.nn.functional.pixel_shuffle(x, 2), (X,)),
    Sample("pixel_shuffle", lambda t, x: t.pixel_shuffle(x.mT, 1), (X[0],)),
    Sample("pixel_shuffle", lambda t, x: t.pixel_shuffle(x, 2), (array(0, 4, 2, 2),), parity=False),
    Sample("pixel_unshuffle", lambda t, x: t.nn.functional.pixel_unshuffle(x, 2), (WIDE,)),
    Sample("pixel_unshuffle", lambda t, x: t.pixel_unshuffle(x, 2), (WIDE[0],)),
    Sample("channel_shuffle", lambda t, x: t.nn.functional.channel_shuffle(x, 2), (X,)),
    Sample("channel_shuffle", lambda t, x: t.channel_shuffle(x, 4), (X[:, :, 0],)),
]
