"""torch's functions of recurrent networks: layers on top of each other, in one direction or both, and single cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import wrap_dim
from ...core.tensor import Tensor
from ..layout.joining import cat, stack
from ..layout.shape import transpose_op, view_op
from ..support.arguments import check_tensor
from ..support.casting import in_lower_precision
from ..support.options import no_such_call
from ..support.precision import as_wide_as, wide
from ..support.renamed import renamed
from .dropout import dropout as dropout_
from .recurrent_layers import Steps, gru_layer, lstm_layer, rnn_layer

__all__ = ["gru", "gru_cell", "lstm", "lstm_cell", "rnn_relu", "rnn_relu_cell", "rnn_tanh", "rnn_tanh_cell"]

States = tuple[Tensor, ...]
#: Views called as the last of the operations that PyTorch makes of a layer, or of a cell.
_ENDS = {name: renamed(view_op, f"{name}Backward0") for name in ("Add", "Cat", "MkldnnRnnLayer", "Mul", "Relu", "Stack", "Tanh")}
_transposed = renamed(transpose_op, "TransposeBackward1")
#: ``layer(x, states, parameters, steps)`` returns the results of all rows and the last states.
Layer = Callable[[Tensor, States, Sequence[Any], Steps], tuple[Tensor, States]]


def _lstm(x: Tensor, states: States, parameters: Sequence[Any], steps: Steps) -> tuple[Tensor, States]:
    y, cells, _ = lstm_layer(x, *states, *parameters, steps)
    return y, (steps.last(y), steps.last(cells))


def _gru(x: Tensor, states: States, parameters: Sequence[Any], steps: Steps) -> tuple[Tensor, States]:
    y, _ = gru_layer(x, *states, *parameters[:4], steps)
    return y, (steps.last(y),)


def _rnn_tanh(x: Tensor, states: States, parameters: Sequence[Any], steps: Steps) -> tuple[Tensor, States]:
    y = rnn_layer(x, *states, *parameters[:4], False, steps)
    return y, (steps.last(y),)


def _rnn_relu(x: Tensor, states: States, parameters: Sequence[Any], steps: Steps) -> tuple[Tensor, States]:
    y = rnn_layer(x, *states, *parameters[:4], True, steps)
    return y, (steps.last(y),)


# What fits together.


def _check_product(x: Tensor, weight: Tensor) -> None:
    """Raises RuntimeError, in torch's words, if the rows of `x` cannot be multiplied by the transposed `weight`."""
    if x.dtype is not weight.dtype:
        names = x.dtype.scalar_name, weight.dtype.scalar_name
        raise RuntimeError("mat1 and mat2 must have the same dtype, but got {} and {}".format(*names))
    (n, k), (p, m) = x._data.shape, weight._data.shape
    if k != m:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({n}x{k} and {m}x{p})")


def _check_layer(x: Tensor, states: States, parameters: Sequence[Any], batch: int, gates: int) -> None:
    w_ih, w_hh, *biases, w_hr = parameters
    _check_product(x, w_ih)
    _check_product(states[0], w_hh)
    for state in states:
        if state._data.shape[0] != batch:
            given = state._data.shape
            raise RuntimeError(
                f"output with shape {list(given)} doesn't match the broadcast shape {[batch, *given[1:]]}"
            )
    rows = gates * (states[-1] if w_hr is not None else states[0])._data.shape[1]
    for p in (w_ih, w_hh, *biases):
        if p is not None and (p._data.shape[0] != rows or p.dtype is not x.dtype):
            if p.dtype is not x.dtype:
                names = p.dtype.scalar_name, x.dtype.scalar_name
                raise RuntimeError("self and mat2 must have the same dtype, but got {} and {}".format(*names))
            raise RuntimeError(
                f"The size of tensor a ({p._data.shape[0]}) must match the size of tensor b ({rows}) at non-singleton "
                f"dimension 1"
            )


# Layers on top of each other.


def _grouped(params: Sequence[Any], has_biases: bool, projects: bool, count: int) -> list[list[Any]]:
    """The parameters of each layer and direction: two weights, two biases or None, the projection or None."""
    width = (4 if has_biases else 2) + projects
    if len(params) % width:
        raise RuntimeError("got an incorrect number of RNN parameters")
    if len(params) != count * width:
        raise RuntimeError("Expected more weights in stacked_rnn")
    groups = [list(params[i : i + width]) for i in range(0, len(params), width)]
    return [
        [*group[:2], *(group[2:4] if has_biases else (None, None)), group[-1] if projects else None] for group in groups
    ]


def _stacked(
    layer: Layer, gates: int, x: Tensor, hx: States, sizes: Sequence[int], params: Sequence[Any], has_biases: bool,
    num_layers: int, dropout: float, train: bool, bidirectional: bool,
) -> tuple[Tensor, list[Tensor]]:  # fmt: skip
    """The rows of the last layer, and the last states of all layers and directions."""
    directions = 2 if bidirectional else 1
    count, dtype = num_layers * directions, x.dtype
    for h in hx:
        if h.ndim != 3:
            raise RuntimeError(f"hidden states must have 3 dimensions, got {h.ndim}")
    if any([h._data.shape[0] != count for h in hx]):
        raise RuntimeError("Expected more hidden states in stacked_rnn")
    projects = len(hx) == 2 and hx[0]._data.shape[2] != hx[1]._data.shape[2]
    groups = _grouped(params, has_biases, projects, count)
    orders = [Steps(sizes, reverse) for reverse in (False, True)[:directions]]
    finals: list[States] = []
    for depth in range(num_layers):
        results = []
        for direction, steps in enumerate(orders):
            i = depth * directions + direction
            rows, states, parameters = x, tuple([h[i] for h in hx]), groups[i]
            _check_layer(x, states, parameters, steps.batch, gates)
            if dtype.itemsize == 2:
                rows, states = wide(x), tuple([wide(s) for s in states])
                parameters = [None if p is None else wide(p) for p in parameters]
            y, last = layer(rows, states, parameters, steps)
            results.append(as_wide_as(hx[0], y))
            finals.append(tuple([as_wide_as(hx[0], s) for s in last]))
        x = results[0] if directions == 1 else cat(results, 1)
        if dropout != 0 and train and depth < num_layers - 1:
            x = dropout_(x, dropout, True)
    return x, [stack(states) for states in zip(*finals)]


def _sizes_of(batch_sizes: Any, rows: int) -> list[int]:
    """The number of rows of each step of a packed sequence."""
    if batch_sizes._data.dtype != np.int64:
        raise RuntimeError(f"expected scalar type Long but found {batch_sizes.dtype.scalar_name}")
    sizes: list[int] = batch_sizes.tolist()
    for before, size in pairwise(sizes):
        if size > before:
            raise RuntimeError(
                f"The size of tensor a ({before}) must match the size of tensor b ({size}) at non-singleton dimension 0"
            )
    if sum(sizes) > rows:
        start = sum(sizes[:-1])
        raise RuntimeError(f"start ({start}) + length ({sizes[-1]}) exceeds dimension size ({rows}).")
    return sizes


_OPTIONS = ("params", "has_biases", "num_layers", "dropout", "train", "bidirectional")


def _function(name: str, layer: Layer, gates: int, doc: str) -> Any:
    """torch's function `name`, for padded and for packed sequences."""
    state = "tuple of Tensors" if layer is _lstm else "Tensor"
    options = "tuple of Tensors params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional"
    forms = [
        f"(Tensor data, Tensor batch_sizes, {state} hx, {options})",
        f"(Tensor input, {state} hx, {options}, bool batch_first)",
    ]
    packed, padded = ("data", "batch_sizes", "hx", *_OPTIONS), ("input", "hx", *_OPTIONS, "batch_first")

    def function(*args: Any, **kwargs: Any) -> tuple[Tensor, ...]:
        is_padded = len(args) > 2 and isinstance(args[2], (tuple, list)) and isinstance(args[2][0], Tensor)
        is_padded = (is_padded and len(args) > 3 and isinstance(args[3], bool)) or "input" in kwargs or "params" in kwargs
        names = padded if is_padded and "batch_sizes" not in kwargs else packed
        given = {**dict(zip(names, args)), **kwargs}
        hx = given.get("hx")
        hidden = tuple(hx) if isinstance(hx, (tuple, list)) else (hx,)
        right_state = isinstance(hx, (tuple, list)) == (layer is _lstm) and all([isinstance(h, Tensor) for h in hidden])
        if set(given) != set(names) or len(args) + len(kwargs) != len(names) or not right_state:
            raise no_such_call(name, args, kwargs, forms)
        if layer is _lstm and len(hidden) != 2:
            raise RuntimeError("lstm expects two hidden states")
        options = [given[key] for key in _OPTIONS]
        if names is packed:
            data, sizes = given["data"], _sizes_of(given["batch_sizes"], given["data"].shape[0])
            y, finals = _stacked(layer, gates, data[: sum(sizes)], hidden, sizes, *options)
            return _ENDS["Cat"](y, tuple(y.shape)), *finals
        return _padded(layer, gates, given["input"], hidden, given["batch_first"], options)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


def _padded(layer: Layer, gates: int, x: Tensor, hx: States, batch_first: bool, options: list[Any]) -> tuple[Tensor, ...]:
    if x.ndim != 3:
        raise RuntimeError(f"input must have 3 dimensions, got {x.ndim}")
    if batch_first:
        x = x.transpose(0, 1)
    length, batch, width = x.shape
    if length == 0:
        raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
    y, finals = _stacked(layer, gates, x.reshape(length * batch, width), hx, [batch] * length, *options)
    fused = layer is _lstm and y.dtype in (dtypes.float32, dtypes.bfloat16) and hx[0]._data.shape[2] == hx[1]._data.shape[2]
    end = "Cat" if options[-1] else "MkldnnRnnLayer" if fused else "Stack"
    y = _ENDS[end](y, (length, batch, y._data.shape[1]))
    if batch_first:
        y = (transpose_op if layer is _lstm else _transposed)(y, 0, 1)
    return y, *finals


_DOC = """{what}: see :class:`~nn.{module}`.

    ``{name}(input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first)`` takes sequences of one
    length, ``{name}(data, batch_sizes, hx, params, has_biases, num_layers, dropout, train, bidirectional)`` packed ones.

    Returns:
        The results of the last layer, and the last {states} of all layers.

    Raises:
        RuntimeError: for shapes, dtypes or numbers of tensors that do not fit together.
    """

lstm = in_lower_precision(_function("lstm", _lstm, 4, _DOC.format(
    what="LSTM layers", module="LSTM", name="lstm", states="hidden states and the last cells")))  # fmt: skip
gru = _function("gru", _gru, 3, _DOC.format(what="GRU layers", module="GRU", name="gru", states="states"))
rnn_tanh = in_lower_precision(_function("rnn_tanh", _rnn_tanh, 1, _DOC.format(
    what="Elman layers with tanh", module="RNN", name="rnn_tanh", states="states")))  # fmt: skip
rnn_relu = in_lower_precision(_function("rnn_relu", _rnn_relu, 1, _DOC.format(
    what="Elman layers with relu", module="RNN", name="rnn_relu", states="states")))  # fmt: skip


# Cells: one layer, one step.


class _OneStep(Steps):
    """The only step of a cell, whose last states are all that it computes."""

    __slots__ = ()

    def last(self, states: Any) -> Any:
        return states


#: How the state, or state and cell, of each kind of cell end.
_CELLS: dict[Any, tuple[str, ...]] = {_lstm: ("Mul", "Add"), _gru: ("Add",), _rnn_tanh: ("Tanh",), _rnn_relu: ("Relu",)}


def _cell(layer: Layer, gates: int, input: Tensor, hx: States, parameters: Sequence[Any]) -> States:
    hidden = parameters[1]._data.shape[1]
    for t in (input, *hx):
        wrap_dim(1, t.ndim)
    if input._data.shape[1] != parameters[0]._data.shape[1]:
        raise RuntimeError(
            f"input has inconsistent input_size: got {input.shape[1]} expected {parameters[0].shape[1]}"
        )
    for i, h in enumerate(hx):
        if h._data.shape[0] != input._data.shape[0]:
            raise RuntimeError(f"Input batch size {input.shape[0]} doesn't match hidden{i} batch size {h.shape[0]}")
        if h._data.shape[1] != hidden:
            raise RuntimeError(f"hidden{i} has inconsistent hidden_size: got {h.shape[1]}, expected {hidden}")
    batch = input._data.shape[0]
    parameters = [*parameters, None]
    _check_layer(input, hx, parameters, batch, gates)
    narrow = input
    if input.dtype.itemsize == 2:
        input, hx = wide(input), tuple([wide(h) for h in hx])
        parameters = [None if p is None else wide(p) for p in parameters]
    _, states = layer(input, hx, parameters, _OneStep((batch,), False))
    return tuple([_ENDS[end](s, s._data.shape) for s, end in zip([as_wide_as(narrow, s) for s in states], _CELLS[layer])])


def lstm_cell(
    input: Tensor, hx: Sequence[Tensor], w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """One step of an LSTM: the next hidden state and cell; see :class:`~nn.LSTMCell`.

    Raises:
        RuntimeError: for shapes or dtypes that do not fit together.
    """
    check_tensor("lstm_cell", input)
    if len(hx) != 2:
        raise RuntimeError("lstm_cell expects two hidden states")
    h, c = _cell(_lstm, 4, input, tuple(hx), (w_ih, w_hh, b_ih, b_hh))
    return h, c


def _single(name: str, layer: Layer, gates: int, what: str) -> Any:
    def cell(
        input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
    ) -> Tensor:
        check_tensor(name, input)
        check_tensor(name, hx, "hx", 2)
        return _cell(layer, gates, input, (hx,), (w_ih, w_hh, b_ih, b_hh))[0]

    cell.__name__ = cell.__qualname__ = name
    cell.__doc__ = f"{what}\n\n    Raises RuntimeError for shapes or dtypes that do not fit together.\n    "
    return cell


gru_cell = _single("gru_cell", _gru, 3, "One step of a GRU: the next state; see :class:`~nn.GRUCell`.")
rnn_tanh_cell = in_lower_precision(_single(
    "rnn_tanh_cell", _rnn_tanh, 1, "One step of an Elman network with tanh; see :class:`~nn.RNNCell`."))  # fmt: skip
rnn_relu_cell = in_lower_precision(_single(
    "rnn_relu_cell", _rnn_relu, 1, "One step of an Elman network with relu; see :class:`~nn.RNNCell`."))  # fmt: skip
