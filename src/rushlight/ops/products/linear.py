"""Rows times a matrix of weights: ``input @ weight.T + bias``, the product of neural networks."""

from __future__ import annotations

from typing import Any

from ...arrays.products import product
from ...core.node import Node, filled
from ...core.op import MODES
from ...core.tensor import Tensor
from ..layout.shape import t_op, unsafe_view, view_op
from ..support.arguments import check_tensor
from ..support.casting import ACTIVE, lowered
from ..support.outputs import into
from ..support.precision import wide_op
from ..support.rows import summed
from .adding import addmm, check_addmm
from .matmul import Shape, check_mm, fits, fold, matrix_product

__all__ = ["linear"]


def unfolded(x: Any, shape: tuple[int, ...]) -> Any:
    """A folded stack in its own shape again."""
    return x if len(shape) == 2 else x.reshape(shape)


def _linear_value(x: Any, weight: Any, bias: Any) -> Any:
    out = product(fold(x), weight.T)
    out += bias
    return out


_linear = wide_op("linear", _linear_value, "AddmmBackward0", {
    "bias": lambda g: summed(g, 0),
    "x": lambda g, weight, x_shape: unfolded(product(g, weight), x_shape),
    "weight": lambda g, x: product(g.T, fold(x)),
}, names=("x", "weight", "bias"))  # fmt: skip
_linear_mm = wide_op("linear_without_bias", lambda x, weight: product(fold(x), weight.T), "MmBackward0", {
    "x": lambda g, weight, x_shape: unfolded(product(g, weight), x_shape),
    "weight": lambda g, x: product(g.T, fold(x)),
})  # fmt: skip


def _show_transpose(operation: Any, position: int) -> None:
    """torch records the transpose of a weight as a node of its own. Here the product reads the weight as it is, and its
    node shows that transpose to who asks for `next_functions`."""

    def next_functions(self: Node) -> tuple[tuple[Any, int], ...]:
        shown = list(Node.next_functions.fget(self))  # type: ignore[attr-defined]
        weight = self.edges[position]
        if weight is not None:
            node = filled(t_op.op.node_class(), (weight,))
            node._rank = self._rank
            shown[position] = (node, 0)
        return tuple(shown)

    operation.op.node_class.next_functions = property(next_functions)


_show_transpose(_linear, 2)
_show_transpose(_linear_mm, 1)


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None, *, out: Tensor | None = None) -> Tensor:
    """``input @ weight.T + bias`` over the last dimension of `input`: (..., k), (m, k) and (m) to (..., m).

    A `weight` (k) gives (...). Raises RuntimeError for shapes that do not fit and for two dtypes.

    >>> torch.nn.functional.linear(torch.ones(2), torch.tensor([[1.0, 2.0]]), torch.tensor([0.5]))
    tensor([3.5000])
    """
    if out is not None:
        return into(out, linear, input, weight, bias)
    check_tensor("linear", input)
    check_tensor("linear", weight, "weight", 2)
    if ACTIVE[0]:
        input, weight, bias = lowered(input, weight, bias)
    x, w = input._data, weight._data
    if bias is None:
        if w.ndim != 2 or not x.ndim:
            return _odd_linear(input, weight, None)
        if x.ndim == 1:
            return matrix_product(input, weight.t())
        if x.shape[-1] != w.shape[1] or not fits(x, w) or x.dtype.char == "?":
            check_mm("linear", Shape.of(input, fold(x).shape), Shape.of(weight, w.shape[::-1]))
        if MODES:
            return _odd_linear(input, weight, None)
        rows = _linear_mm(input, weight)
        return rows if x.ndim == 2 else unsafe_view(rows, (*x.shape[:-1], w.shape[0]))
    check_tensor("linear", bias, "bias", 3)
    if w.ndim != 2 or not x.ndim or bias._data.shape != w.shape[:1]:
        return _odd_linear(input, weight, bias)
    b = bias._data
    if x.shape[-1] != w.shape[1] or x.dtype.char == "?" or not (fits(x, w) and fits(b, w)):
        check_addmm(bias, Shape.of(input, fold(x).shape), Shape.of(weight, w.shape[::-1]))
    if MODES and x.flags.c_contiguous:
        return _odd_linear(input, weight, bias)
    if x.ndim == 2:
        return _linear(input, weight, bias)
    if not x.flags.c_contiguous:
        return linear(input, weight) + bias
    return view_op(_linear(input, weight, bias), (*x.shape[:-1], w.shape[0]))


def _odd_linear(input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """linear with a vector of weights, or with a bias that has to broadcast; or operation by operation, for modes to see."""
    if not input.ndim or not weight.ndim:
        raise RuntimeError(
            f"both arguments to linear need to be at least 1D, but they are {input.ndim}D and {weight.ndim}D"
        )
    if bias is None:
        return matrix_product(input, weight.t())
    if (input.ndim != 2 and not bias.ndim) or (input.ndim > 2 and bias.ndim > 1):
        return matrix_product(input, weight.t()) + bias
    out = addmm(bias, fold(input), weight.t())
    return out if input.ndim == 2 else out.view((*input.shape[:-1], weight.shape[0]))
