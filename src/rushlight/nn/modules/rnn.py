"""Recurrent layers and cells."""

from __future__ import annotations

import math
import numbers
from typing import Any

from ... import ops
from ...core import Tensor
from ...ops.neural import recurrent
from ...ops.support.options import warn_user
from .. import init
from ..parameter import Parameter
from ..utils.rnn import PackedSequence
from .module import Module

__all__ = ["GRU", "GRUCell", "LSTM", "LSTMCell", "RNN", "RNNBase", "RNNCell", "RNNCellBase"]

_GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}
_FUNCTIONS = {
    "LSTM": recurrent.lstm, "GRU": recurrent.gru, "RNN_TANH": recurrent.rnn_tanh, "RNN_RELU": recurrent.rnn_relu,
}  # fmt: skip


def _check_type(name: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{name} should be of type {kind.__name__}, got: {type(value).__name__}")


def apply_permutation(tensor: Tensor, permutation: Tensor, dim: int = 1) -> Tensor:
    """Deprecated in favour of :meth:`Tensor.index_select`."""
    warn_user(
        "`apply_permutation` is deprecated, please use `tensor.index_select(dim, permutation)` instead", FutureWarning
    )
    return tensor.index_select(dim, permutation)


class RNNBase(Module):
    r"""What :class:`RNN`, :class:`LSTM` and :class:`GRU` share: parameters, options, the way through :meth:`forward`.

    Args:
        mode: ``"RNN_TANH"``, ``"RNN_RELU"``, ``"LSTM"`` or ``"GRU"``.
        input_size: the size of the input's last dimension.
        hidden_size: the size of the states.
        num_layers: layers on top of each other.
        bias: whether there are biases.
        batch_first: whether input and output are ``(batch, steps, ...)``, not ``(steps, batch, ...)``.
        dropout: the probability of dropout between layers.
        bidirectional: whether each layer also runs from the end to the start.
        proj_size: the size to which an LSTM's hidden states are projected; 0 for none.
        device, dtype: of the parameters.

    All parameters begin uniform in :math:`\pm 1 / \sqrt{\text{hidden\_size}}`.

    Raises:
        TypeError, ValueError: for arguments of another type or out of range.
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self._check_arguments(dropout)
        self._flat_weights_names: list[str] = []
        self._all_weights: list[list[str]] = []
        directions, size = 2 if bidirectional else 1, proj_size or hidden_size
        for layer in range(num_layers):
            for suffix in ("", "_reverse")[:directions]:
                width = input_size if layer == 0 else size * directions
                self._add_layer(f"_l{layer}{suffix}", width, size, {"device": device, "dtype": dtype})
        self.reset_parameters()

    def _check_arguments(self, dropout: Any) -> None:
        if not isinstance(dropout, numbers.Number) or not 0 <= dropout <= 1 or isinstance(dropout, bool):  # type: ignore
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
            )
        if dropout > 0 and self.num_layers == 1:  # type: ignore[operator]
            warn_user(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
                f"num_layers greater than 1, but got dropout={dropout} and num_layers={self.num_layers}"
            )
        _check_type("bias", self.bias, bool)
        _check_type("batch_first", self.batch_first, bool)
        for name in ("input_size", "hidden_size"):
            _check_type(name, getattr(self, name), int)
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be greater than zero")
        if self.num_layers <= 0:
            raise ValueError("num_layers must be greater than zero")
        if self.proj_size < 0:
            raise ValueError("proj_size should be a positive integer or zero to disable projections")
        if self.proj_size >= self.hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")
        if self.mode not in _GATES:
            raise ValueError("Unrecognized RNN mode: " + self.mode)

    def _add_layer(self, suffix: str, width: int, size: int, options: dict[str, Any]) -> None:
        rows = _GATES[self.mode] * self.hidden_size
        shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, width), "weight_hh": (rows, size)}
        if self.bias:
            shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
        if self.proj_size > 0:
            shapes["weight_hr"] = (self.proj_size, self.hidden_size)
        names = [name + suffix for name in shapes]
        for name, shape in zip(names, shapes.values()):
            setattr(self, name, Parameter(ops.empty(shape, **options)))
        self._flat_weights_names += names
        self._all_weights.append(names)

    @property
    def _flat_weights(self) -> list[Tensor]:
        return [getattr(self, name) for name in self._flat_weights_names]

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def flatten_parameters(self) -> None:
        """Does nothing: only PyTorch on GPUs wants parameters in one piece of memory."""

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def check_input(self, input: Tensor, batch_sizes: Tensor | None) -> None:
        """Raises ValueError or RuntimeError for an input of another dtype or size."""
        expected = getattr(self, self._flat_weights_names[0]).dtype
        if input.dtype is not expected:
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({expected}). "
                f"Convert input: input.to({expected}), or convert model: model.to({input.dtype})"
            )
        dimensions = 2 if batch_sizes is not None else 3
        if input.dim() != dimensions:
            raise RuntimeError(f"input must have {dimensions} dimensions, got {input.dim()}")
        if self.input_size != input.size(-1):
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.size(-1)}"
            )

    def get_expected_hidden_size(self, input: Tensor, batch_sizes: Tensor | None) -> tuple[int, int, int]:
        """The shape of the initial hidden states for this input."""
        if batch_sizes is not None:
            batch = int(batch_sizes[0])
        else:
            batch = input.size(0) if self.batch_first else input.size(1)
        return self.num_layers * (2 if self.bidirectional else 1), batch, self.proj_size or self.hidden_size

    def check_hidden_size(
        self, hx: Tensor, expected_hidden_size: tuple[int, int, int], msg: str = "Expected hidden size {}, got {}"
    ) -> None:
        """Raises RuntimeError, with these words, unless the state has the expected shape."""
        if hx.size() != expected_hidden_size:
            raise RuntimeError(msg.format(expected_hidden_size, list(hx.size())))

    def check_forward_args(self, input: Tensor, hidden: Any, batch_sizes: Tensor | None) -> None:
        """Raises ValueError or RuntimeError for an input or states that do not fit."""
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden, self.get_expected_hidden_size(input, batch_sizes))

    def permute_hidden(self, hx: Any, permutation: Tensor | None) -> Any:
        """The states of the sequences in another order."""
        return hx if permutation is None else hx.index_select(1, permutation)

    # -- forward: an LSTM has a tuple where the others have one state -----------------------------------------------

    def _initial(self, input: Tensor, batch_sizes: Tensor | None) -> Any:
        """Zeros for states that were not given."""
        return ops.zeros(self.get_expected_hidden_size(input, batch_sizes), dtype=input.dtype)

    def _batched(self, hx: Any, is_batched: bool) -> Any:
        """Given states with a dimension for the batch. Raises RuntimeError where that does not suit the input."""
        if not is_batched:
            if hx.dim() != 2:
                raise RuntimeError(f"For unbatched 2-D input, hx should also be 2-D but got {hx.dim()}-D tensor")
            return hx.unsqueeze(1)
        if hx.dim() != 3:
            raise RuntimeError(f"For batched 3-D input, hx should also be 3-D but got {hx.dim()}-D tensor")
        return hx

    def _states(self, results: tuple[Tensor, ...]) -> Any:
        return results[0]

    def _unbatched(self, hx: Any) -> Any:
        return hx.squeeze(1)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        packed = isinstance(input, PackedSequence)
        is_batched, batch_dim, sizes, order = True, 0 if self.batch_first else 1, None, None
        if packed:
            data, sizes, sorted_indices, order = input
            if hx is not None:
                hx = self.permute_hidden(hx, sorted_indices)
        else:
            data, is_batched = self._check_dimensions(input), input.dim() == 3
            if hx is not None:
                hx = self._batched(hx, is_batched)
            if not is_batched:
                data = data.unsqueeze(batch_dim)
        if hx is None:
            hx = self._initial(data, sizes)
        self.check_forward_args(data, hx, sizes)
        options = self._flat_weights, self.bias, self.num_layers, self.dropout, self.training, self.bidirectional
        function = _FUNCTIONS[self.mode]
        if packed:
            output, *results = function(data, sizes, hx, *options)
            packed_output = PackedSequence(output, *input[1:])
            return packed_output, self.permute_hidden(self._states(tuple(results)), order)
        output, *results = function(data, hx, *options, self.batch_first)
        states = self._states(tuple(results))
        return (output, states) if is_batched else (output.squeeze(batch_dim), self._unbatched(states))

    def _check_dimensions(self, input: Tensor) -> Tensor:
        if input.dim() not in (2, 3):
            name = self.mode.partition("_")[0]
            end = " tensor instead" if name == "RNN" else " instead"
            raise ValueError(f"{name}: Expected input to be 2D or 3D, got {input.dim()}D{end}")
        return input

    def extra_repr(self) -> str:
        shown = f"{self.input_size}, {self.hidden_size}"
        for name, default in (("proj_size", 0), ("num_layers", 1), ("bias", True), ("batch_first", False),
                              ("dropout", 0), ("bidirectional", False)):  # fmt: skip
            if getattr(self, name) != default:
                shown += f", {name}={getattr(self, name)}"
        return shown


_SHAPES = """
    Shape:
        input: ``(steps, batch, input_size)``, ``(batch, steps, input_size)`` with `batch_first`, ``(steps, input_size)`` for one
        sequence, or a :class:`~nn.utils.rnn.PackedSequence`;
        initial and last states: ``(num_layers * directions, batch, size)``;
        output: as the input, with the states of the last layer in its last dimension, those of both directions side by side.

    Attributes:
        weight_ih_l[k], weight_hh_l[k]: the weights of layer k for its input and for its state, one gate below the other;
            those of the other direction have the suffix ``_reverse``.
        bias_ih_l[k], bias_hh_l[k]: the biases, which are added to the products with either.

    Raises:
        TypeError, ValueError: for arguments of another type or out of range.
        RuntimeError: in the call, if the shapes of input and states do not fit.
"""


class RNN(RNNBase):
    __doc__ = (
        r"""Layers of an Elman network: :math:`h_t = \tanh(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})` (J. Elman 1990).

    Args:
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional: see :class:`RNNBase`.
        nonlinearity: ``"tanh"`` or ``"relu"``; the fourth argument.
"""
        + _SHAPES
        + """
    Example::

        >>> output, h_n = nn.RNN(10, 20, 2)(torch.randn(5, 3, 10), torch.randn(2, 3, 20))
        >>> output.shape
        torch.Size([5, 3, 20])
    """
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        nonlinearity = args[3] if len(args) > 3 else kwargs.pop("nonlinearity", "tanh")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        self.nonlinearity = nonlinearity
        super().__init__(f"RNN_{nonlinearity.upper()}", *args[:3], *args[4:], **kwargs)


class LSTM(RNNBase):
    __doc__ = (
        r"""Layers of long short-term memory (S. Hochreiter, J. Schmidhuber 1997):

    .. math::
        i, f, o = \sigma(W x_t + b + W' h_{t-1} + b'), \quad g = \tanh(W x_t + b + W' h_{t-1} + b'), \quad
        c_t = f c_{t-1} + i g, \quad h_t = o \tanh(c_t)

    with weights and biases of their own for each of the gates `i`, `f`, `g`, `o`. States are pairs of `h` and `c`.

    Args:
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional: see :class:`RNNBase`.
        proj_size: if not 0, the hidden states are multiplied by a matrix `weight_hr_l[k]` of ``(proj_size, hidden_size)``
            (H. Sak et al., arXiv:1402.1128).
"""
        + _SHAPES
        + """
    Example::

        >>> output, (h_n, c_n) = nn.LSTM(10, 20, 2)(torch.randn(5, 3, 10))
        >>> output.shape, c_n.shape
        (torch.Size([5, 3, 20]), torch.Size([2, 3, 20]))
    """
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)

    def get_expected_cell_size(self, input: Tensor, batch_sizes: Tensor | None) -> tuple[int, int, int]:
        """The shape of the initial cells for this input."""
        return *self.get_expected_hidden_size(input, batch_sizes)[:2], self.hidden_size

    def check_forward_args(self, input: Tensor, hidden: Any, batch_sizes: Tensor | None) -> None:
        self.check_input(input, batch_sizes)
        shapes = (
            self.get_expected_hidden_size(input, batch_sizes), self.get_expected_cell_size(input, batch_sizes)
        )  # fmt: skip
        for i in range(2):
            self.check_hidden_size(hidden[i], shapes[i], f"Expected hidden[{i}] size {{}}, got {{}}")

    def permute_hidden(self, hx: Any, permutation: Tensor | None) -> Any:
        return hx if permutation is None else tuple([s.index_select(1, permutation) for s in hx[:2]])

    def _initial(self, input: Tensor, batch_sizes: Tensor | None) -> Any:
        shape = self.get_expected_cell_size(input, batch_sizes)
        cells = ops.zeros(shape, dtype=input.dtype)
        return super()._initial(input, batch_sizes) if self.proj_size else cells, cells

    def _batched(self, hx: Any, is_batched: bool) -> Any:
        h, c = hx[0].dim(), hx[1].dim()
        if is_batched:
            if h != 3 or c != 3:
                raise RuntimeError(
                    f"For batched 3-D input, hx and cx should also be 3-D but got ({h}-D, {c}-D) tensors"
                )
            return hx
        if h != 2 or c != 2:
            raise RuntimeError(f"For unbatched 2-D input, hx and cx should also be 2-D but got ({h}-D, {c}-D) tensors")
        return hx[0].unsqueeze(1), hx[1].unsqueeze(1)

    def _states(self, results: tuple[Tensor, ...]) -> Any:
        return results

    def _unbatched(self, hx: Any) -> Any:
        return hx[0].squeeze(1), hx[1].squeeze(1)


class GRU(RNNBase):
    __doc__ = (
        r"""Layers of gated recurrent units (K. Cho et al., arXiv:1406.1078):

    .. math::
        r, z = \sigma(W x_t + b + W' h_{t-1} + b'), \quad n = \tanh(W x_t + b + r (W' h_{t-1} + b')), \quad
        h_t = (1 - z) n + z h_{t-1}

    with weights and biases of their own for each of the gates `r`, `z`, `n`.

    Args:
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional: see :class:`RNNBase`.
"""
        + _SHAPES
        + """
    Example::

        >>> output, h_n = nn.GRU(10, 20, bidirectional=True)(torch.randn(5, 3, 10))
        >>> output.shape
        torch.Size([5, 3, 40])
    """
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        super().__init__("GRU", *args, **kwargs)


class RNNCellBase(Module):
    r"""What the cells share: two weights and two biases, which begin uniform in :math:`\pm 1 / \sqrt{\text{hidden\_size}}`.

    Args:
        input_size: the size of the input's last dimension.
        hidden_size: the size of the state.
        bias: whether there are biases.
        num_chunks: the number of gates.
        device, dtype: of the parameters.
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows = num_chunks * hidden_size
        shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, input_size), "weight_hh": (rows, hidden_size)}
        shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
        for name, shape in shapes.items():
            wanted = bias or name.startswith("weight")
            empty = ops.empty(shape, device=device, dtype=dtype) if wanted else None
            self.register_parameter(name, None if empty is None else Parameter(empty))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def extra_repr(self) -> str:
        shown = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            shown += f", bias={self.bias}"
        nonlinearity = self.__dict__.get("nonlinearity", "tanh")
        return shown if nonlinearity == "tanh" else f"{shown}, nonlinearity={nonlinearity}"

    def _parameters_of_cell(self) -> tuple[Any, ...]:
        return self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh

    def _check_dimensions(self, input: Tensor, what: str = "input") -> None:
        if input.dim() not in (1, 2):
            raise ValueError(f"{type(self).__name__}: Expected {what} to be 1D or 2D, got {input.dim()}D instead")

    def _step(self, function: Any, input: Tensor, hx: Tensor | None) -> Tensor:
        """One step of a cell with one state."""
        self._check_dimensions(input)
        if hx is not None:
            self._check_dimensions(hx, "hidden")
        is_batched = input.dim() == 2
        if not is_batched:
            input = input.unsqueeze(0)
        if hx is None:
            hx = ops.zeros((input.size(0), self.hidden_size), dtype=input.dtype)
        elif not is_batched:
            hx = hx.unsqueeze(0)
        result = function(input, hx, *self._parameters_of_cell())
        return result if is_batched else result.squeeze(0)


class RNNCell(RNNCellBase):
    r"""One step of an Elman network: :math:`h' = \tanh(W_{ih} x + b_{ih} + W_{hh} h + b_{hh})`; see :class:`RNN`.

    Args:
        input_size, hidden_size, bias, device, dtype: see :class:`RNNCellBase`.
        nonlinearity: ``"tanh"`` or ``"relu"``.

    Shape:
        input: ``(batch, input_size)`` or ``(input_size)``; state: ``(batch, hidden_size)`` or ``(hidden_size)``.

    Raises:
        RuntimeError: in the call, for a nonlinearity that there is not, or shapes that do not fit.

    Example::

        >>> nn.RNNCell(10, 20)(torch.randn(3, 10)).shape
        torch.Size([3, 20])
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh", device: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(input_size, hidden_size, bias, num_chunks=1, device=device, dtype=dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        function = recurrent.rnn_tanh_cell if self.nonlinearity == "tanh" else recurrent.rnn_relu_cell
        return self._step(function, input, hx)


class LSTMCell(RNNCellBase):
    """One step of an LSTM; see :class:`LSTM`.

    Args:
        input_size, hidden_size, bias, device, dtype: see :class:`RNNCellBase`.

    Shape:
        input: ``(batch, input_size)`` or ``(input_size)``; both states: ``(batch, hidden_size)`` or ``(hidden_size)``.

    Raises:
        RuntimeError: in the call, for shapes that do not fit.

    Example::

        >>> h, c = nn.LSTMCell(10, 20)(torch.randn(3, 10))
        >>> h.shape
        torch.Size([3, 20])
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, num_chunks=4, device=device, dtype=dtype)

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        self._check_dimensions(input)
        for i, state in enumerate(hx or ()):
            self._check_dimensions(state, f"hx[{i}]")
        is_batched = input.dim() == 2
        if not is_batched:
            input = input.unsqueeze(0)
        if hx is None:
            zeros = ops.zeros((input.size(0), self.hidden_size), dtype=input.dtype)
            hx = zeros, zeros
        elif not is_batched:
            hx = hx[0].unsqueeze(0), hx[1].unsqueeze(0)
        h, c = recurrent.lstm_cell(input, hx, *self._parameters_of_cell())
        return (h, c) if is_batched else (h.squeeze(0), c.squeeze(0))


class GRUCell(RNNCellBase):
    """One step of a GRU; see :class:`GRU`.

    Args:
        input_size, hidden_size, bias, device, dtype: see :class:`RNNCellBase`.

    Shape:
        input: ``(batch, input_size)`` or ``(input_size)``; state: ``(batch, hidden_size)`` or ``(hidden_size)``.

    Raises:
        RuntimeError: in the call, for shapes that do not fit.

    Example::

        >>> nn.GRUCell(10, 20)(torch.randn(3, 10)).shape
        torch.Size([3, 20])
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, num_chunks=3, device=device, dtype=dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        return self._step(recurrent.gru_cell, input, hx)
