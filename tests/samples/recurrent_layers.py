"""Samples for `rushlight.ops.neural.recurrent_layers`."""

from __future__ import annotations

import numpy as np

from . import Sample, array

I, H, P, B, T = 3, 2, 1, 2, 3
X, H0 = array(T, B, I), array(1, B, H)
#: A batch of three sequences, of lengths 4, 3 and 1, packed.
PACKED, SIZES, STATE = array(8, I), [3, 2, 2, 1], array(1, 3, H)


def _weights(gates, width=I, size=H, rows=None):
    rows = (rows or H) * gates
    return [array(rows, width), array(rows, size, seed=1), array(rows, seed=2), array(rows, seed=3)]


def _padded(name, bidirectional=False, batch_first=False, bias=True):
    def call(t, x, h, *rest):
        hx, params = ((h, rest[0]), rest[1:]) if name == "lstm" else (h, rest)
        return getattr(t, name)(x, hx, list(params), bias, 1, 0.0, True, bidirectional, batch_first)

    return call


def _packed(name, bidirectional=False):
    def call(t, x, h, *rest):
        hx, params = ((h, rest[0]), rest[1:]) if name == "lstm" else (h, rest)
        return getattr(t, name)(x, t.tensor([3, 2, 2] if not bidirectional else SIZES), hx, list(params), True, 1, 0.0, True,
                                bidirectional)  # fmt: skip

    return call


def _samples(op, name, gates):
    """PyTorch's graph is made of other operations: it is compared in `tests/parity/test_recurrent.py`."""
    both = [np.concatenate([H0, H0 * 0.5])] * (2 if name == "lstm" else 1)
    packed = [np.concatenate([STATE, STATE * 0.5])] * (2 if name == "lstm" else 1)
    one, single = both[0][:1], packed[0][:1]
    n = len(both)
    return [
        Sample(op, _padded(name), (X, *[one] * n, *_weights(gates)), parity=False, label=name),
        Sample(op, _padded(name, bias=False), (X, *[one] * n, *_weights(gates)[:2]), parity=False, label=f"{name}-no bias"),
        Sample(op, _padded(name, True, True), (array(B, T, I), *both, *_weights(gates), *_weights(gates)), parity=False,
               label=f"{name}-both directions"),
        Sample(op, _packed(name), (array(7, I), *[single] * n, *_weights(gates)), parity=False, label=f"{name}-packed"),
        Sample(op, _packed(name, True), (PACKED, *packed, *_weights(gates), *_weights(gates)), parity=False,
               label=f"{name}-packed, both directions"),
        Sample(op, _padded(name), (array(2, 0, I), *[array(1, 0, H)] * n, *_weights(gates)), parity=False, label=f"{name}-empty"),
        Sample(op, lambda t, x, *rest: getattr(t, f"{name}_cell")(x, rest[:2] if n == 2 else rest[0], *rest[n:]),
               (array(B, I), *[array(B, H)] * n, *_weights(gates)), parity=False, label=f"{name}_cell"),
    ]  # fmt: skip


SAMPLES = [
    *_samples("rnn_layer", "rnn_tanh", 1),
    *_samples("rnn_layer", "rnn_relu", 1),
    *_samples("lstm_layer", "lstm", 4),
    *_samples("gru_layer", "gru", 3),
    Sample(
        "lstm_layer",
        lambda t, x, h, c, *p: t.lstm(x, (h, c), list(p), True, 1, 0.0, True, False, False),
        (X, array(1, B, P), H0, *_weights(4, size=P), array(P, H)),
        parity=False,
        label="projected",
    ),
    Sample(
        "lstm_layer",
        lambda t, x, h, *p: t.lstm(x, (h, h), list(p), True, 1, 0.0, True, False, False)[2],
        (X, H0, *_weights(4)),
        parity=False,
        label="the cell alone",
    ),
    Sample(
        "gru_layer",
        lambda t, x, h, *p: t.gru(x, h, list(p), True, 1, 0.0, True, False, False),
        (X.astype(np.complex128) * (1 + 0.5j), H0 * (0.5 + 1j), *[p * (0.5 - 0.2j) for p in _weights(3)]),
        twice=False,
        parity=False,
        label="complex",
    ),
]

def _complex(*arrays):
    return [a * (1 + 0.5j) if a.ndim > 2 else a * (0.5 - 0.2j) for a in arrays]


SAMPLES += [
    *[
        Sample(
            op,
            _padded(name),
            tuple(_complex(X[:2, :1], *[H0[:, :1]] * n, *_weights(gates))),
            twice=False,
            parity=False,
            label=f"{name}-complex",
        )
        for op, name, gates, n in (("rnn_layer", "rnn_tanh", 1, 1), ("lstm_layer", "lstm", 4, 2))
    ],
    *[
        Sample(
            op,
            _padded(name),
            (X[:1, ::-1], *[H0[..., ::-1]] * n, *[np.asfortranarray(w) for w in _weights(gates)]),
            parity=False,
            label=f"{name}-one step",
        )
        for op, name, gates, n in (("rnn_layer", "rnn_relu", 1, 1), ("lstm_layer", "lstm", 4, 2), ("gru_layer", "gru", 3, 1))
    ],
]
