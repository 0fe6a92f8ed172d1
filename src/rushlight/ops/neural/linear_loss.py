"""The cross entropy of logits that a linear layer makes, without ever holding all of them.

With many classes the logits (batch, classes) are much larger than what they are made of. Here they are made for some
rows at a time, once for the loss and once more for the gradient: p - y, the softmax less the target, times the layer's
weight and input.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...core.declare import op
from ...core.tensor import Tensor
from ..support.layered import reads_values
from ..support.no_derivative import no_derivative
from ..support.precision import widened
from .loss import MEAN, NONE, SUM, reduced, share


def _chunks(x: Any, weight: Any, bias: Any, rows: int) -> Iterator[tuple[slice, Any]]:
    """The logits of so many rows at a time, each less the largest of its row."""
    for start in range(0, x.shape[0], rows):
        part = slice(start, start + rows)
        logits = x[part] @ weight.T
        if bias is not None:
            logits += bias
        logits -= logits.max(1, keepdims=True)
        yield part, logits


def _value(x: Any, weight: Any, bias: Any, target: Any, factors: Any, divisor: Any, rows: int) -> Any:
    losses = np.empty(x.shape[0], x.dtype)
    for part, logits in _chunks(x, weight, bias, rows):
        right = logits[np.arange(len(logits)), target[part]]
        losses[part] = np.log(np.exp(logits, logits).sum(1)) - right
    return reduced(losses * factors.astype(x.dtype, copy=False), divisor)


def _slopes(
    g: Any, x: Any, weight: Any, bias: Any, target: Any, factors: Any, divisor: Any, rows: int, wanted: tuple[bool, ...]
) -> tuple[Any, ...]:
    """The gradients of input, weight and bias, of those that are wanted; the others are empty."""
    scale = np.broadcast_to(share(g, divisor) * factors.astype(x.dtype, copy=False), x.shape[:1])
    shapes = x.shape, weight.shape, weight.shape[:1]
    d_x, d_weight, d_bias = (np.zeros(shape if want else 0, x.dtype) for shape, want in zip(shapes, wanted))
    for part, logits in _chunks(x, weight, bias, rows):
        slope = np.exp(logits, logits)
        slope *= (scale[part] / slope.sum(1))[:, None]
        slope[np.arange(len(slope)), target[part]] -= scale[part]
        if wanted[0]:
            d_x[part] = slope @ weight
        if wanted[1]:
            d_weight += slope.T @ x[part]
        if wanted[2]:
            d_bias += slope.sum(0)
    return d_x, d_weight, d_bias


_refused = no_derivative("linear_cross_entropy_backward")
_backward = op(
    "linear_cross_entropy_backward", widened(_slopes), "NotImplemented", lambda g: _refused(g), several=True,
    differentiable=("g", "x", "weight", "bias"),
    names=("g", "x", "weight", "bias", "target", "factors", "divisor", "rows", "wanted"),
)  # fmt: skip


def _rule(
    g: Any, x: Any, weight: Any, bias: Any, target: Any, factors: Any, divisor: Any, rows: int, needs: tuple[bool, ...]
) -> list[Any]:
    slopes = _backward(g, x, weight, bias, target, factors, divisor, rows, needs)
    return [slope if wanted else None for slope, wanted in zip(slopes, needs)]


def _declare(name: str) -> Any:
    return op(
        name, widened(_value), f"GeneratedBackwardFor_torch_nn__{name}_defaultBackward", _rule,
        differentiable=("x", "weight", "bias"), names=("x", "weight", "bias", "target", "factors", "divisor", "rows"),
    )  # fmt: skip


_reduced = _declare("linear_cross_entropy_batch_chunked")
_unreduced = _declare("linear_cross_entropy_batch_chunked_no_reduction")


@reads_values
def linear_cross_entropy(
    input: Tensor, linear_weight: Tensor, linear_bias: Tensor | None, target: Tensor, weight: Tensor | None,
    reduction: int, ignore_index: int, rows: int,
) -> Tensor:  # fmt: skip
    """The cross entropy of ``input @ linear_weight.T + linear_bias`` and target classes, so many `rows` at a time.

    Shapes are (batch, features), (classes, features), (classes), (batch) and, of the `weight` of classes, (classes). There
    is no second derivative: RuntimeError. Raises RuntimeError for shapes and dtypes that do not fit and for targets that
    are no class.
    """
    x, t = input._data, target._data
    classes = linear_weight._data.shape[0]
    if t.shape != x.shape[:1]:
        raise RuntimeError(f"size mismatch (got input: {list(x.shape)}, target: {list(t.shape)})")
    for other in (linear_weight, linear_bias):
        if other is not None and other.dtype is not input.dtype:
            raise RuntimeError(
                f"expected m1 and m2 to have the same dtype, but got: {input.dtype.cpp_name} != {other.dtype.cpp_name}"
            )
    ignored = t == ignore_index
    t = np.where(ignored, 0, t)
    wrong = t[(t < 0) | (t >= classes)]
    if wrong.size:
        raise RuntimeError(f"index {wrong[0]} is out of bounds for dimension 1 with size {classes}")
    factors = np.where(ignored, 0, 1.0 if weight is None else weight._data[t])
    divisor: Any = {NONE: None, SUM: 1}.get(reduction, float(factors.sum()) or np.nan)
    call = _unreduced if reduction not in (MEAN, SUM) else _reduced
    return call(input, linear_weight, linear_bias, t, factors, divisor, rows)
