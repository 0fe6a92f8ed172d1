"""Dropout: elements (or whole channels) made zero at random, with torch's random stream."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.dtypes import get_default_dtype
from ...core.declare import elementwise, op
from ...core.tensor import Tensor, memory, wrap
from ..creation.filled import uninitialised
from ..random import sampling
from ..support.arguments import check_tensor
from ..support.attach import inplace
from ..support.checked import checked
from ..support.kinds import only
from ..support.layered import drawn, reads_values
from ..support.selection import choose

__all__ = [
    "alpha_dropout", "alpha_dropout_", "dropout", "dropout_", "feature_alpha_dropout", "feature_alpha_dropout_",
    "feature_dropout", "feature_dropout_", "native_dropout",
    "native_dropout_backward", "rrelu",
]  # fmt: skip

#: The negative of selu's value at minus infinity: what alpha dropout puts in place of an element.
_ALPHA = 1.7580993408473766


def _survivors(input: Tensor, p: float, features: bool, change: Any) -> Any:
    """Ones with probability 1 - p, one for each element or one for each channel; changed by `change`."""
    x = memory(input)
    shape = x.shape
    if features:
        if x.ndim < 2:
            raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
        shape = shape[:2] + (1,) * (x.ndim - 2)

    def make(size: tuple[int, ...]) -> Tensor:
        if size == x.shape and isinstance(x, np.ndarray) and not features:  # in the order of memory
            return wrap(change(sampling.bernoulli(np.empty_like(x), 1 - p)))
        return wrap(change(sampling.bernoulli(uninitialised(size, input.dtype), 1 - p)))

    return drawn(make, shape)


def _dropout(name: str, features: bool, alpha: bool, summary: str) -> Any:
    def apply(input: Tensor, p: float, train: bool) -> Tensor:
        if not 0 <= p <= 1:
            raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p:g}")
        if p == 0 or not train or not input._data.size:
            return input
        if p == 1:
            return input * wrap(np.zeros((), input._data.dtype))
        if input.dtype.category < 2:
            raise RuntimeError(f"result type Float can't be cast to the desired output type {input.dtype.scalar_name}")
        if not alpha:
            return input * _survivors(input, p, features, lambda mask: np.divide(mask, 1 - p, out=mask))
        a = 1 / ((_ALPHA * _ALPHA * p + 1) * (1 - p)) ** 0.5
        mask = _survivors(input, p, features, lambda mask: mask)
        return input * (mask * a) + ((mask - 1) * (_ALPHA * a) + _ALPHA * a * p)

    apply.__name__ = apply.__qualname__ = name
    apply.__doc__ = f"""{summary} with probability `p` if `train`; the rest is scaled so that the mean stays.

    Raises RuntimeError for a probability outside [0, 1]. Without training, or for p = 0, `input` itself is returned.
    """
    return checked(apply)


dropout = _dropout("dropout", False, False, "Zeros elements")
feature_dropout = _dropout("feature_dropout", True, False, "Zeros whole channels (dimension 1)")
alpha_dropout = _dropout("alpha_dropout", False, True, "Puts selu's limit in place of elements")
feature_alpha_dropout = _dropout("feature_alpha_dropout", True, True, "Puts selu's limit in place of whole channels")


def _in_place(function: Any) -> Any:
    assign = inplace(function)

    def apply(input: Tensor, p: float, train: bool) -> Tensor:
        check_tensor(function.__name__ + "_", input)
        return assign(input, p, train) if train and p != 0 else function(input, p, train)

    apply.__name__ = apply.__qualname__ = function.__name__ + "_"
    apply.__doc__ = f"`{function.__name__}`, written into `input`, which is returned."
    return apply


dropout_, feature_dropout_, alpha_dropout_, feature_alpha_dropout_ = map(
    _in_place, (dropout, feature_dropout, alpha_dropout, feature_alpha_dropout)
)


_masked_scale = op("native_dropout_backward", lambda g, mask, scale: g * mask * scale, "NativeDropoutBackwardBackward0", {
    "g": lambda gg, mask, scale: _masked_scale(gg, mask, scale),
})  # fmt: skip
_native_dropout = op("native_dropout", lambda x, mask, scale: x * mask * scale, "NativeDropoutBackward0", {
    "x": lambda g, mask, scale: _masked_scale(g, mask, scale),
}, saved_as={"mask": "result1"})  # fmt: skip


def native_dropout(input: Tensor, p: float, train: bool | None) -> tuple[Tensor, Tensor]:
    """`dropout`, and which elements it kept."""
    if not train and train is not None:
        kept = np.ones(input._data.shape, np.bool_)
        return _native_dropout(input, kept, 1), wrap(kept)
    kept = _survivors(input, p, False, lambda mask: mask.astype(np.bool_))
    return _native_dropout(input, kept, 0 if p == 1 else 1 / (1 - p)), kept


def native_dropout_backward(grad_output: Tensor, mask: Tensor, scale: float) -> Tensor:
    """The gradient of `native_dropout`: `grad_output` where it kept elements, times `scale`."""
    check_tensor("native_dropout_backward", grad_output, "grad_output", 1)
    check_tensor("native_dropout_backward", mask, "mask", 2)
    if mask._data.dtype.kind != "b":
        raise RuntimeError(f"Mask should be Bool Scalar Type{mask.dtype.scalar_name}")
    if not grad_output.dtype.is_floating_point and not grad_output.dtype.is_complex:
        grad_output = grad_output.to(get_default_dtype())
    return _masked_scale(grad_output, mask, scale)


def rrelu_value(x: Any, noise: Any) -> Any:
    return choose(x > 0, x, x * noise)


_rrelu = elementwise(
    "rrelu_with_noise", rrelu_value, "RreluWithNoiseBackward0", lambda g, noise: g * noise,
    names=("x", "noise"), inputs=1, promote=only("f", "rrelu_with_noise_out_cpu"),
)  # fmt: skip


@checked
def rrelu(
    input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False, generator: Any = None
) -> Tensor:
    """The leaky relu whose slope is drawn for each element from [lower, upper] in training, and their mean otherwise.

    Raises RuntimeError if the bounds are the wrong way round.
    """
    return _leaky(input, lower, upper, training, generator)


@reads_values
def _leaky(input: Tensor, lower: float, upper: float, training: bool, generator: Any) -> Tensor:
    return _rrelu(input, rrelu_noise(input, lower, upper, training, generator))


def rrelu_noise(input: Tensor, lower: float, upper: float, training: bool, generator: Any) -> Any:
    """The slope for each element: 1 where it is positive."""
    check_tensor("rrelu", input)
    if lower > upper:
        raise RuntimeError("Lower bound should be less than or equal to the upper bound")
    x = memory(input)
    if training:
        noise = np.ones_like(x)
        flat, values = noise.reshape(-1), x.reshape(-1)
        (negative,) = np.nonzero(values <= 0)
        flat[negative] = sampling.uniform(np.empty(negative.size, np.float64), lower, upper, generator)
    else:
        noise = np.where(x > 0, 1, (lower + upper) / 2).astype(x.dtype)
    return noise
