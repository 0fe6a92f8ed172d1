"""Samples for `rushlight.ops.neural.packing`."""

from __future__ import annotations

from . import Sample, array

X = array(3, 2, 2)


def _pack(lengths, batch_first=False):
    return lambda t, x: t._pack_padded_sequence(x, t.tensor(lengths), batch_first)[0]


def _pad(sizes, batch_first=False, length=0):
    return lambda t, x: t._pad_packed_sequence(x, t.tensor(sizes), batch_first, 0.5, length)[0]


SAMPLES = [
    Sample("pack_padded_sequence", _pack([3, 1]), (X,)),
    Sample("pack_padded_sequence", _pack([3, 3], True), (array(2, 3),)),
    Sample("pack_padded_sequence", lambda t, x: t._pack_padded_sequence(x, t.tensor([2, 1]), False), (X,), label="shorter"),
    Sample("pack_padded_sequence", _pack([2, 2]), (array(2, 2, 2, dtype=complex),), parity=False),
    Sample("pack_padded_sequence", _pack([1, 1]), (array(2, 2, 3).T,)),
    Sample("pad_packed_sequence", _pad([1, 1, 1]), (array(3, 0),)),
    Sample("pad_packed_sequence", _pad([2, 1], length=3), (array(6, 2, dtype=complex)[::-2],)),
    Sample("pad_packed_sequence", _pad([2, 1]), (array(3, 2),)),
    Sample("pad_packed_sequence", _pad([2, 2], True), (array(4),)),
    Sample("pad_packed_sequence", _pad([2, 1], length=4), (array(3),)),
    Sample(
        "pad_packed_sequence",
        lambda t, x, y: t.nn.utils.rnn.pad_sequence([x, y], padding_value=2),
        (array(3, 2), array(1, 2)),
    ),
    Sample(
        "pad_packed_sequence",
        lambda t, x, y: t.nn.utils.rnn.pad_sequence([x, y], True, padding_side="left"),
        (array(1), array(3)),
    ),
]
