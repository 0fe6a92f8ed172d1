"""Recurrent layers: one operation for one layer, in one direction, over all time steps.

Elman networks (J. Elman 1990), LSTM (S. Hochreiter, J. Schmidhuber 1997; projections: H. Sak et al., arXiv:1402.1128),
GRU (K. Cho et al., arXiv:1406.1078, in the variant of arXiv:1412.3555v1 that resets after the product).

Rows are laid out as in a packed sequence: all rows of the first step, then all of the second, ... (see `Steps`). Gates
lie in blocks ``(gates, rows, hidden)``, so that each gate of a step is one piece of memory; their gradients in
``(rows, gates * hidden)``, as the products with weights want them. What need not wait for the step before is computed
for all steps at once: the products with the inputs before the loop, the gradients of inputs and weights after it.

What backward needs besides the result, gates and cells, are results themselves, which nobody sees. So the rules are
differentiated like all others: under ``create_graph`` gradients come back through gates and cells too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...core.declare import op


class Steps:
    """Which rows belong to which time step, and what comes before them.

    `sizes` is the number of rows of each step, which never grows: sequences are sorted by length, longest first.
    `parts` are the rows of the steps in the order in which they are computed; in a layer that runs backwards, that begins
    with the last step, and sequences join as it comes to their ends.
    """

    __slots__ = ("batch", "parts", "reverse", "uniform")

    def __init__(self, sizes: Sequence[int], reverse: bool) -> None:
        stops = np.cumsum(sizes).tolist()
        self.parts = [slice(stop - size, stop) for size, stop in zip(sizes, stops)]
        self.batch, self.reverse, self.uniform = sizes[0], reverse, sizes[0] == sizes[-1]
        if reverse:
            self.parts.reverse()

    def before(self, initial: Any, states: Any) -> Any:
        """For each row the state before it: `initial`, or that of the same sequence one step ago."""
        if not self.uniform:
            return np.concatenate((initial, states))[self._places()]
        if self.reverse:
            return np.concatenate((states[self.batch :], initial))
        return np.concatenate((initial, states[: states.shape[0] - self.batch]))

    def _places(self) -> Any:
        places = np.empty(max(rows.stop for rows in self.parts), np.intp)
        latest = np.arange(self.batch)
        for rows in self.parts:
            size = rows.stop - rows.start
            places[rows] = latest[:size]
            latest[:size] = np.arange(rows.start, rows.stop) + self.batch
        return places

    def last(self, states: Any) -> Any:
        """The last state of each sequence, in the order in which the layer runs."""
        if self.reverse:
            return states[: self.batch]
        if self.uniform:
            return states[states.shape[0] - self.batch :]
        ends = np.empty(self.batch, np.intp)
        for rows in self.parts:
            ends[: rows.stop - rows.start] = np.arange(rows.start, rows.stop)
        return states[ends]


def _resized(state: Any, size: int, initial: Any) -> Any:
    """The state of the first `size` sequences: those that have ended are left out, those that begin have `initial`."""
    known = state.shape[0]
    return state[:size] if size <= known else np.concatenate((state, initial[known:size]))


class _Backwards:
    """The gradient of a state, on its way back through the steps; sequences that begin later leave it, others join."""

    __slots__ = ("dropped", "g")

    def __init__(self) -> None:
        self.g: Any = None
        self.dropped: list[Any] = []

    def at(self, rows: slice, given: Any) -> Any:
        """The whole gradient of the state after a step: what comes from later steps, and what is `given` for it."""
        size, g = rows.stop - rows.start, self.g
        if g is not None and g.shape[0] > size:
            self.dropped.append(g[size:])
            g = g[:size]
        if given is None:
            if g is None or g.shape[0] == size:
                return g
            return np.concatenate((g, np.zeros_like(g, shape=(size - g.shape[0], *g.shape[1:]))))
        given = given[rows]
        if g is None:
            return given
        known = g.shape[0]
        return given + g if known == size else np.concatenate((given[:known] + g, given[known:]))

    def initial(self) -> Any:
        return np.concatenate((self.g, *self.dropped[::-1])) if self.dropped else self.g


class _Rows:
    """Gradients of the gates, collected step by step: arrays are written into one, Tensors joined at the end."""

    __slots__ = ("memory", "parts", "steps")

    def __init__(self, like: Any, shape: tuple[int, int], steps: Steps) -> None:
        self.memory = np.empty(shape, like.dtype) if isinstance(like, np.ndarray) else None
        self.parts: list[Any] = []
        self.steps = steps

    def put(self, rows: slice, columns: Sequence[Any]) -> Any:
        """Keeps the gradients of one step, those of its gates side by side, and returns them."""
        if self.memory is not None:
            return np.concatenate(columns, 1, out=self.memory[rows])
        self.parts.append(np.concatenate(columns, 1))
        return self.parts[-1]

    def all(self) -> Any:
        """Those of all steps, in the order of rows."""
        if self.memory is not None:
            return self.memory
        return np.concatenate(self.parts if self.steps.reverse else self.parts[::-1])


def _blocks(w: Any, gates: int) -> Any:
    """The rows of a weight (or the numbers of a bias), a block for each gate."""
    return w.reshape((gates, w.shape[0] // gates, *w.shape[1:]))


def _last_first(w: Any, gates: int) -> Any:
    """`w` with its last block of rows before the others."""
    first = w.shape[0] // gates * (gates - 1)
    return np.concatenate((w[first:], w[:first]))


def _first_last(w: Any, gates: int) -> Any:
    """`w` with its first block of rows behind the others."""
    first = w.shape[0] // gates
    return np.concatenate((w[first:], w[:first]))


def _sigmoid_of_negative(x: Any) -> None:
    """1 / (1 + e^x), in the memory of `x`. The weights carry the sign."""
    np.exp(x, x)
    x += 1
    np.reciprocal(x, x)


def _prepared(w: Any, gates: int, negative: slice, roll: bool) -> Any:
    """The blocks of a weight as factors from the right (of a bias as rows), those of sigmoids with their sign changed."""
    blocks = _blocks(_last_first(w, gates) if roll else w, gates)
    blocks = np.array(blocks.mT if w.ndim == 2 else blocks[:, None], order="C")
    np.negative(blocks[negative], blocks[negative])
    return blocks


def _seen_through(w: Any, gates: int, negative: slice, roll: bool, rows: int) -> Callable[[Any], Any]:
    """The product with a weight, as blocks, of so many rows in all: where they are few, not the weight is laid out in blocks
    but what comes of them."""
    if rows >= w.shape[1]:
        blocks = _prepared(w, gates, negative, roll)
        return lambda x: x @ blocks

    def arranged(x: Any) -> Any:
        y = (x @ w.T).reshape(x.shape[0], gates, w.shape[0] // gates).transpose(1, 0, 2)
        y = np.concatenate((y[-1:], y[:-1])) if roll else np.ascontiguousarray(y)
        np.negative(y[negative], y[negative])
        return y

    return arranged


def _total(first: Any, second: Any) -> Any:
    return first if second is None else second if first is None else first + second


# RNN: h' = act(w_ih x + b_ih + w_hh h + b_hh).


def _rnn_value(x: Any, h0: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, relu: bool, steps: Steps) -> Any:
    y = x @ w_ih.T
    bias = _total(b_ih, b_hh)
    if bias is not None:
        y += bias
    weight, h = np.ascontiguousarray(w_hh.T), h0
    for rows in steps.parts:
        part = y[rows]
        part += _resized(h, part.shape[0], h0) @ weight
        h = np.maximum(part, 0, out=part) if relu else np.tanh(part, part)
    return y


def _rnn_rule(
    g: Any, x: Any, h0: Any, w_ih: Any, w_hh: Any, relu: bool, steps: Steps, out: Any, needs: tuple[bool, ...]
) -> list[Any]:
    state, found = _Backwards(), _Rows(g, out.shape, steps)
    for rows in reversed(steps.parts):
        y = out[rows]
        d = found.put(rows, (state.at(rows, g) * ((y > 0) if relu else 1 - y * y),))
        state.g = d @ w_hh
    d = found.all()
    bias = d.sum(0) if needs[4] or needs[5] else None
    return [
        d @ w_ih if needs[0] else None,
        state.initial() if needs[1] else None,
        d.T @ x if needs[2] else None,
        d.T @ steps.before(h0, out) if needs[3] else None,
        bias,
        bias,
    ]


rnn_layer = op(
    "rnn_layer", _rnn_value, "RnnLayerBackward0", _rnn_rule,
    differentiable=("x", "h0", "w_ih", "w_hh", "b_ih", "b_hh"),
)  # fmt: skip


# LSTM: c' = f c + i g, h' = o tanh(c'); o, i and f are sigmoids, g is a tanh. Weights come in the order i, f, g, o. The
# gates are kept as o, i, f, g: so the sigmoids are neighbours.


def _lstm_value(
    x: Any, h0: Any, c0: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, w_hr: Any, steps: Steps
) -> tuple[Any, Any, Any]:
    sigmoids = slice(0, 3)
    gates = _seen_through(w_ih, 4, sigmoids, True, x.shape[0])(x)
    bias = _total(b_ih, b_hh)
    if bias is not None:
        gates += _prepared(bias, 4, sigmoids, True)
    see = _seen_through(w_hh, 4, sigmoids, True, x.shape[0])
    projection = None if w_hr is None else np.ascontiguousarray(w_hr.T)
    cells = np.empty(gates.shape[1:], gates.dtype)
    y = np.empty((gates.shape[1], h0.shape[1]), gates.dtype)
    h, c = h0, c0
    for rows in steps.parts:
        size = rows.stop - rows.start
        part = gates[:, rows]
        part += see(_resized(h, size, h0))
        _sigmoid_of_negative(part[:3])
        o, i, f, g = part
        np.tanh(g, g)
        c = np.multiply(f, _resized(c, size, c0), cells[rows])
        c += i * g
        if projection is None:
            h = np.multiply(o, np.tanh(c), y[rows])
        else:
            h = np.matmul(o * np.tanh(c), projection, y[rows])
    return y, cells, gates


def _lstm_step(part: Any, c: Any, before: Any, dh: Any, dc: Any, own: Any) -> tuple[list[Any], Any]:
    """The gradients of what goes into the gates i, f, g, o, and that of the cell before, from those of h and c.

    `own`: gradients of the gates' values, if they have any.
    """
    o, i, f, g = part
    squashed = np.tanh(c)
    through = dh * o * (1 - squashed * squashed)
    dc = through if dc is None else dc + through
    to_i, to_f, to_g, to_o = dc * g, dc * before, dc * i, dh * squashed
    if own is not None:
        to_o, to_i, to_f, to_g = to_o + own[0], to_i + own[1], to_f + own[2], to_g + own[3]
    return [to_i * (i - i * i), to_f * (f - f * f), to_g * (1 - g * g), to_o * (o - o * o)], dc * f


def _lstm_rule(
    g: Any, x: Any, h0: Any, c0: Any, w_ih: Any, w_hh: Any, w_hr: Any, steps: Steps, out: Any, needs: tuple[bool, ...]
) -> list[Any]:
    y, cells, gates = out
    to_y, to_cells, to_gates = g
    if to_y is None:
        to_y = np.zeros_like(y)
    hidden, cell, before = _Backwards(), _Backwards(), steps.before(c0, cells)
    found, projected = _Rows(y, (y.shape[0], w_ih.shape[0]), steps), _Rows(y, y.shape, steps)
    for rows in reversed(steps.parts):
        dh = hidden.at(rows, to_y)
        if w_hr is not None:
            dh = projected.put(rows, (dh,)) @ w_hr
        own = None if to_gates is None else to_gates[:, rows]
        columns, cell.g = _lstm_step(gates[:, rows], cells[rows], before[rows], dh, cell.at(rows, to_cells), own)
        hidden.g = found.put(rows, columns) @ w_hh
    d = found.all()
    bias = d.sum(0) if needs[5] or needs[6] else None
    return [
        d @ w_ih if needs[0] else None,
        hidden.initial() if needs[1] else None,
        cell.initial() if needs[2] else None,
        d.T @ x if needs[3] else None,
        d.T @ steps.before(h0, y) if needs[4] else None,
        bias,
        bias,
        projected.all().T @ (gates[0] * np.tanh(cells)) if w_hr is not None and needs[7] else None,
    ]


lstm_layer = op(
    "lstm_layer", _lstm_value, "LstmLayerBackward0", _lstm_rule, several=True,
    differentiable=("x", "h0", "c0", "w_ih", "w_hh", "b_ih", "b_hh", "w_hr"),
)  # fmt: skip


# GRU: h' = n + z (h - n) with n = tanh(w_in x + b_in + r q), q = w_hn h + b_hn; r and z are sigmoids. Weights come in the
# order r, z, n. The gates are kept as n, r, z, q: the first three see the inputs, the last three the state.


def _gru_value(
    x: Any, h0: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, steps: Steps
) -> tuple[Any, Any]:  # fmt: skip
    gates = np.empty((4, x.shape[0], h0.shape[1]), x.dtype)
    gates[:3] = _seen_through(w_ih, 3, slice(1, 3), True, x.shape[0])(x)
    if b_ih is not None:
        gates[:3] += _prepared(b_ih, 3, slice(1, 3), True)
    see = _seen_through(w_hh, 3, slice(0, 2), False, x.shape[0])
    bias = None if b_hh is None else _prepared(b_hh, 3, slice(0, 2), False)
    y, h = np.empty(gates.shape[1:], gates.dtype), h0
    for rows in steps.parts:
        h = _resized(h, rows.stop - rows.start, h0)
        seen = see(h)
        if bias is not None:
            seen += bias
        r, z, q = seen
        seen[:2] += gates[1:3, rows]
        _sigmoid_of_negative(seen[:2])
        n = r * q
        n += gates[0, rows]
        np.tanh(n, n)
        gates[0, rows] = n
        gates[1:, rows] = seen
        h = np.subtract(h, n, y[rows])
        h *= z
        h += n
    return y, gates


def _gru_step(part: Any, before: Any, dh: Any, own: Any) -> tuple[list[Any], Any]:
    """The gradients of what goes into the gates n, r, z, q, and a part of that of the state before, from that of h."""
    n, r, z, q = part
    kept = dh * z
    to_n, to_z = dh - kept, dh * (before - n)
    if own is not None:
        to_n, to_z = to_n + own[0], to_z + own[2]
    to_n = to_n * (1 - n * n)
    to_r, to_q = to_n * q, to_n * r
    if own is not None:
        to_r, to_q = to_r + own[1], to_q + own[3]
    return [to_n, to_r * (r - r * r), to_z * (z - z * z), to_q], kept


def _gru_rule(
    g: Any, x: Any, h0: Any, w_ih: Any, w_hh: Any, steps: Steps, out: Any, needs: tuple[bool, ...]
) -> list[Any]:
    y, gates = out
    to_y, to_gates = g
    if to_y is None:
        to_y = np.zeros_like(y)
    size, before = y.shape[1], steps.before(h0, y)
    state, found = _Backwards(), _Rows(y, (y.shape[0], 4 * size), steps)
    for rows in reversed(steps.parts):
        own = None if to_gates is None else to_gates[:, rows]
        columns, kept = _gru_step(gates[:, rows], before[rows], state.at(rows, to_y), own)
        state.g = kept + found.put(rows, columns)[:, size:] @ w_hh
    d = found.all()
    inputs, states = d[:, : 3 * size], d[:, size:]
    return [
        inputs @ _last_first(w_ih, 3) if needs[0] else None,
        state.initial() if needs[1] else None,
        _first_last(inputs.T @ x, 3) if needs[2] else None,
        states.T @ before if needs[3] else None,
        _first_last(inputs.sum(0), 3) if needs[4] else None,
        states.sum(0) if needs[5] else None,
    ]


gru_layer = op(
    "gru_layer", _gru_value, "GruLayerBackward0", _gru_rule, several=True,
    differentiable=("x", "h0", "w_ih", "w_hh", "b_ih", "b_hh"),
)  # fmt: skip
