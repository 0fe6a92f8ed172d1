"""The rules of vmap for recurrent layers.

Where examples share the weights, their sequences are one larger batch. Where they have weights of their own, the layer is
written out, step by step, as operations that have rules. Rows lie as `ops.neural.recurrent_layers` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import ops
from ..ops.neural.recurrent_layers import Steps
from .batched import lower, raised
from .batching import lifted, rules
from .levels import Batch


def _rule(states: int, written_out: Any) -> Any:
    def rule(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
        *given, steps = arguments
        weights = given[1 + states :]
        if any([hasattr(w, "ndim") and lower(w, level)[1] for w in weights]):
            return written_out(*given, steps)
        rows = [raised(a, level).transpose(0, 1).flatten(0, 1) for a in given[: 1 + states]]
        sizes = [(part.stop - part.start) * level.size for part in sorted(steps.parts, key=lambda part: part.start)]
        out = call(*rows, *weights, Steps(sizes, steps.reverse))
        return tuple([_each(o, level) for o in out]) if isinstance(out, tuple) else _each(out, level)

    return rule


def _each(out: Any, level: Batch) -> Any:
    """(..., rows * examples, n) for each example."""
    return lifted(out.unflatten(-2, (-1, level.size)).movedim(-2, 0), level)


@rules("pack_padded_sequence", "pad_packed_sequence")
def _packed(call: Any, level: Batch, arguments: Sequence[Any]) -> Any:
    """The mask, of steps and sequences, is the same for all examples: they come behind."""
    x, *rest = arguments
    return lifted(call(raised(x, level).movedim(0, -1), *rest).movedim(-1, 0), level)


def _resized(state: Any, size: int, initial: Any) -> Any:
    known = state.shape[0]
    return state[:size] if size <= known else ops.cat((state, initial[known:size]))


def _in_order(parts: list[Any], steps: Steps) -> Any:
    return ops.cat(parts[::-1] if steps.reverse else parts)


def _rnn(x: Any, h0: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, relu: bool, steps: Steps) -> Any:
    seen, h, found = ops.linear(x, w_ih, b_ih), h0, []
    for rows in steps.parts:
        total = seen[rows] + ops.linear(_resized(h, rows.stop - rows.start, h0), w_hh, b_hh)
        h = total.relu() if relu else total.tanh()
        found.append(h)
    return _in_order(found, steps)


def _lstm(
    x: Any, h0: Any, c0: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, w_hr: Any, steps: Steps
) -> tuple[Any, Any, Any]:
    """The gates, the third result of the layer, serve its own derivative alone."""
    seen, h, c = ops.linear(x, w_ih, b_ih), h0, c0
    found: list[Any] = []
    cells: list[Any] = []
    for rows in steps.parts:
        size = rows.stop - rows.start
        i, f, g, o = (seen[rows] + ops.linear(_resized(h, size, h0), w_hh, b_hh)).chunk(4, 1)
        c = f.sigmoid() * _resized(c, size, c0) + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        if w_hr is not None:
            h = ops.linear(h, w_hr)
        found.append(h)
        cells.append(c)
    return _in_order(found, steps), _in_order(cells, steps), None


def _gru(x: Any, h0: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, steps: Steps) -> tuple[Any, Any]:
    seen, h, found = ops.linear(x, w_ih, b_ih), h0, []
    for rows in steps.parts:
        h = _resized(h, rows.stop - rows.start, h0)
        (r, z, n), (to_r, to_z, q) = seen[rows].chunk(3, 1), ops.linear(h, w_hh, b_hh).chunk(3, 1)
        n = (n + (r + to_r).sigmoid() * q).tanh()
        h = n + (z + to_z).sigmoid() * (h - n)
        found.append(h)
    return _in_order(found, steps), None


rules("rnn_layer")(_rule(1, _rnn))
rules("lstm_layer")(_rule(2, _lstm))
rules("gru_layer")(_rule(1, _gru))
