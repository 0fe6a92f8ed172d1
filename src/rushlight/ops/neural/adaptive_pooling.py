"""Pooling to a given size: the windows are chosen, evenly (adaptive) or at random (fractional).

Adaptive pooling of n elements to m takes the mean, or the greatest, of ``floor(i n / m)`` to ``ceil((i + 1) n / m)``.
Fractional max pooling (Graham, arXiv:1412.6071) places windows of one size at random steps that differ by at most one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from ...arrays.shapes import wrap_dim
from ...core.tensor import Tensor, wrap
from ..support.arguments import check_tensor, unimplemented
from ..support.layered import reads_values
from ..support.operands import call_into
from ..support.precision import wide_op
from .pooling import check_1d, flattened, means, one_number, picking, places_of_max
from .sliding import Ints, ints_of

__all__ = ["adaptive_avg_pool1d", "adaptive_max_pool1d"]


def _regions(n: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the `count` windows over `n` elements start and end."""
    i = np.arange(count)
    return i * n // max(count, 1), -(-(i + 1) * n // max(count, 1))


# The mean. Where sizes divide each other the windows are as large as each other; otherwise one dimension after the other.


def _even(shape: Ints, size: Ints) -> Ints | None:
    """The size of the windows over the last dimensions of `shape`, if they all have the same."""
    inner = shape[len(shape) - len(size) :]
    return tuple([n // m for n, m in zip(inner, size)]) if all([m and n and n % m == 0 for n, m in zip(inner, size)]) else None


def _means(x: Any, size: Ints) -> Any:
    kernel = _even(x.shape, size)
    if kernel is not None and set(size) == {1}:
        return x.mean(tuple(range(-len(size), 0)), keepdims=True)
    if kernel is not None:
        return means(x, kernel, size, kernel, (0,) * len(size), math.prod(kernel))
    for axis, count in enumerate(size):
        dim = x.ndim - len(size) + axis
        starts, ends = _regions(x.shape[dim], count)
        out = np.empty((*x.shape[:dim], count, *x.shape[dim + 1 :]), x.dtype)
        rows, target = np.moveaxis(x, dim, 0), np.moveaxis(out, dim, 0)
        for i in range(count):
            np.mean(rows[starts[i] : ends[i]], 0, out=target[i])
        x = out
    return x


def _spread_means(g: Any, shape: Ints, size: Ints) -> Any:
    kernel, lead = _even(shape, size), g.shape[: g.ndim - len(size)]
    if kernel is not None:
        spread = np.empty((*lead, *[n for pair in zip(size, kernel) for n in pair]), g.dtype)
        spread[...] = (g / math.prod(kernel)).reshape(*lead, *[n for m in size for n in (m, 1)])
        return spread.reshape(shape)
    for axis in reversed(range(len(size))):
        dim = g.ndim - len(size) + axis
        starts, ends = _regions(shape[dim], size[axis])
        out = np.zeros((*g.shape[:dim], shape[dim], *g.shape[dim + 1 :]), g.dtype)
        rows, target = np.moveaxis(g, dim, 0), np.moveaxis(out, dim, 0)
        for i in range(size[axis]):
            target[starts[i] : ends[i]] += rows[i] / (ends[i] - starts[i]).astype(g.dtype)
        g = out
    return g


def _declare_mean(ndim: int) -> Any:
    node = f"AdaptiveAvgPool{ndim}DBackward"
    backward = wide_op(f"adaptive_avg_pool{ndim}d_backward", _spread_means, f"{node}Backward0", {
        "g": lambda gg, size: pool(gg, size),
    })  # fmt: skip
    pool = wide_op(f"adaptive_avg_pool{ndim}d", _means, f"{node}0", {
        "x": lambda g, x_shape, size: backward(g, x_shape, size),
    })  # fmt: skip
    return pool


_MEANS = {ndim: _declare_mean(ndim) for ndim in (2, 3)}
_ADAPTIVE = {n: picking(f"adaptive_max_pool{n}d", f"AdaptiveMaxPool{n}DBackward0") for n in (2, 3)}
_FRACTIONAL = {n: picking(f"fractional_max_pool{n}d", f"FractionalMaxPool{n}DBackward0") for n in (2, 3)}


# The greatest element: where it is.


def _adaptive_places(x: Any, size: Ints) -> np.ndarray:
    shape = x.shape[x.ndim - len(size) :]
    regions = [_regions(n, count) for n, count in zip(shape, size)]
    numbers = np.arange(math.prod(shape)).reshape(shape)
    longest = [int((ends - starts).max(initial=0)) for starts, ends in regions]

    def candidates() -> Iterator[tuple[Any, Any]]:
        for tap in product(*[range(n) for n in longest]):
            # A window that is shorter than the longest looks at its last element again.
            index = np.ix_(*[np.minimum(starts + i, ends - 1) for i, (starts, ends) in zip(tap, regions)])
            yield x[(..., *index)], numbers[index]

    return places_of_max(candidates(), numbers[np.ix_(*[starts for starts, _ in regions])], x, size)


def _random_starts(samples: np.ndarray, n: int, count: int, k: int) -> np.ndarray:
    """Where windows of size `k` start: (..., count) for samples (...), at steps that one random number shifts."""
    starts = np.full((*samples.shape, count), n - k)
    if count > 1:
        alpha = samples.dtype.type(n - k) / samples.dtype.type(count - 1)
        i = np.arange(count - 1).astype(samples.dtype)
        starts[..., :-1] = ((i + samples[..., None]) * alpha).astype(int) - (samples * alpha).astype(int)[..., None]
    return starts


def _fractional_places(x: Any, size: Ints, kernel: Ints, samples: np.ndarray) -> np.ndarray:
    ndim = len(size)
    shape = x.shape[x.ndim - ndim :]
    lead = x.shape[: x.ndim - ndim]
    samples = samples[: lead[0]] if len(lead) == 2 else samples[0]
    # Two dimensions take their random numbers in reverse order.
    order = range(ndim) if ndim == 3 else (1, 0)
    flat: Any = 0
    for axis, number in enumerate(order):
        starts = _random_starts(samples[..., number], shape[axis], size[axis], kernel[axis])
        starts = starts.reshape(*lead, *[1] * axis, size[axis], *[1] * (ndim - 1 - axis))
        flat = flat + starts * math.prod(shape[axis + 1 :])
    elements = flattened(x, ndim)

    def candidates() -> Iterator[tuple[Any, Any]]:
        for tap in product(*[range(k) for k in kernel]):
            places = flat + sum([i * math.prod(shape[axis + 1 :]) for axis, i in enumerate(tap)])
            yield np.take_along_axis(elements, places.reshape(*lead, math.prod(size)), -1).reshape(places.shape), places

    return places_of_max(candidates(), flat, x, size)


# Checks and functions.


def _sizes(name: str, value: Any, ndim: int, words: str) -> Ints:
    size = ints_of(name, "output_size", value, ndim, 2)
    if len(size) != ndim:
        raise RuntimeError(words)
    return size


def _check_shape(name: str, x: Ints, ndim: int, colon: str = "") -> None:
    if len(x) not in (ndim + 1, ndim + 2):
        raise RuntimeError(f"{name}(): Expected {ndim + 1}D or {ndim + 2}D tensor, but got{colon} {list(x)}")


def _check_not_empty(name: str, x: Ints, dims: range) -> None:
    for dim in dims:
        if x[dim] == 0:
            raise RuntimeError(
                f"{name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes {list(x)} "
                f"with dimension {dim} being empty"
            )


def adaptive_avg_pool(ndim: int, input: Tensor, output_size: Any, out: Tensor | None = None) -> Tensor:
    """The means of windows, as many as `output_size` says for the last `ndim` dimensions of a batch."""
    name = f"adaptive_avg_pool{ndim}d"
    check_tensor(name, input)
    size = _sizes(name, output_size, ndim, f"{name}: output_size must be {ndim}")
    if any([n < 0 for n in size]):
        given = ", ".join(map(str, size)) if ndim == 2 else f"{size[0]}, {size[1]},{size[2]}"
        raise RuntimeError(
            f"{name}: elements of output_size must be greater than or equal to 0 but received {{{given}}}"
        )
    x = input._data
    if set(size) == {1}:
        return call_into(out, lambda x: x.mean(tuple(range(-1, -ndim - 1, -1)), keepdim=True), input)
    _check_shape(name, x.shape, ndim)
    _check_not_empty(name, x.shape, range(1 if ndim == 3 else x.ndim - ndim, x.ndim))
    if x.dtype.kind != "f":
        raise unimplemented(name if ndim == 2 else f"{name}_cpu", input.dtype)
    return call_into(out, _MEANS[ndim], input, size)


def adaptive_avg_pool1d(input: Tensor, output_size: Any, *, out: Tensor | None = None) -> Tensor:
    """The means of `output_size` windows of the last dimension of `input` (N, C, L) or (C, L).

    Raises RuntimeError for shapes that do not fit.

    >>> torch.adaptive_avg_pool1d(torch.tensor([[1., 2., 3., 6.]]), 2)
    tensor([[1.5000, 4.5000]])
    """
    check_1d("adaptive_avg_pool1d", input)
    (size,) = one_number("adaptive_avg_pool1d", "output_size", output_size, 2)
    return call_into(out, lambda x: adaptive_avg_pool(2, x.unsqueeze(-2), (1, size)).squeeze(-2), input)


def adaptive_max_pool(ndim: int, input: Tensor, output_size: Any) -> tuple[Tensor, Tensor]:
    """The greatest elements of windows, as many as `output_size` says, and their places."""
    name = f"adaptive_max_pool{ndim}d"
    check_tensor(name, input)
    size = _sizes(name, output_size, ndim, f"{name}(): internal error: output_size.size() must be {ndim}")
    x = input._data
    _check_shape(name, x.shape, ndim, ":")
    _check_not_empty(name, x.shape, range(1, x.ndim))
    if any([n < 0 for n in size]):
        shape = [*x.shape[: x.ndim - ndim], *size]
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(size)}: {shape}")
    if x.dtype.kind != "f":
        raise unimplemented(name if ndim == 2 else f"{name}_cpu", input.dtype)
    return adaptive_max_with_places(input, size)


@reads_values
def adaptive_max_with_places(input: Tensor, size: Ints) -> tuple[Tensor, Tensor]:
    """The greatest elements of windows of the last dimensions, as many as `size` says, and their places."""
    indices = wrap(_adaptive_places(input._data, size))
    return _ADAPTIVE[len(size)](input, indices, len(size)), indices


def adaptive_max_pool1d(input: Tensor, output_size: Any) -> tuple[Tensor, Tensor]:
    """The greatest elements of `output_size` windows of the last dimension of `input` (N, C, L) or (C, L), and their
    places.

    Raises RuntimeError for shapes that do not fit.

    >>> torch.adaptive_max_pool1d(torch.tensor([[1., 2., 3., 6.]]), 2)
    (tensor([[2., 6.]]), tensor([[1, 3]]))
    """
    name = "adaptive_max_pool1d"
    check_1d(name, input)
    (size,) = one_number(name, "output_size", output_size, 2)
    x = input._data.shape
    _check_not_empty(name, x, range(1, len(x)))
    values, indices = adaptive_max_pool(2, input.unsqueeze(-2), (1, size))
    return values.squeeze(-2), indices.squeeze(-2)


_AXES = {2: ("height", "width"), 3: ("time", "height", "width")}


def fractional_max_pool(ndim: int, input: Tensor, kernel_size: Any, output_size: Any,
                        random_samples: Tensor) -> tuple[Tensor, Tensor]:  # fmt: skip
    """The greatest elements of windows that `random_samples` (N, C, ndim) place, and their places."""
    name = f"fractional_max_pool{ndim}d"
    check_tensor(name, input)
    words = "tuple of Ints" if ndim == 2 else "tuple of three Ints"
    kernel = ints_of(name, "kernel_size", kernel_size, ndim, 2)
    if len(kernel) != ndim:
        raise RuntimeError(f"{name}: kernel_size must either be a single Int or {words}")
    size = _sizes(name, output_size, ndim, f"{name}: output_size must either be a single Int or {words}")
    x = input._data
    where = name if ndim == 2 else f"{name}_out"
    for dim in range(max(x.ndim - ndim - 1, 0), x.ndim):
        if x.shape[dim] == 0:
            raise RuntimeError(
                f"{where}(): Expected input to have non-zero size for non-batch dimensions, but got{list(x.shape)} with "
                f"dimension {dim} being empty."
            )
    _check_shape(where, x.shape, ndim, ":")
    if min(kernel) <= 0:
        raise RuntimeError(f"{where}(): kernel_size must be positive, but got {list(kernel)}")
    for axis, n, k, count in zip(_AXES[ndim], x.shape[x.ndim - ndim :], kernel, size):
        if count + k - 1 > n:
            raise RuntimeError(f"{where}(): pool {axis} {k} too large relative to input {axis} {n}")
    _check_samples(input, random_samples, ndim)
    if x.dtype.kind != "f":
        raise unimplemented(f"{name}_out_frame", input.dtype)
    return fractional_max_with_places(input, random_samples, size, kernel)


@reads_values
def fractional_max_with_places(input: Tensor, samples: Tensor, size: Ints, kernel: Ints) -> tuple[Tensor, Tensor]:
    """The greatest elements of windows that `samples` place, and their places."""
    indices = wrap(_fractional_places(input._data, size, kernel, samples._data))
    return _FRACTIONAL[len(size)](input, indices, len(size)), indices


def _check_samples(input: Tensor, samples: Tensor, ndim: int) -> None:
    if samples.dtype is not input.dtype:
        raise RuntimeError("Expect _random_samples to have the same dtype as input")
    shape, x = samples._data.shape, input._data.shape
    if len(shape) != 3:
        raise RuntimeError(f"Expect _random_samples to have 3 dimensions, got {len(shape)}")
    if len(x) == ndim + 2 and shape[0] < x[0]:
        raise RuntimeError("Expect _random_samples.size(0) no less then input batch size.")
    if shape[1] != x[len(x) - ndim - 1]:
        raise RuntimeError("Expect _random_samples.size(1) equals to input channel size.")
    if shape[2] != ndim:
        raise RuntimeError(f"Expect _random_samples.size(2) equals to {ndim}; got {shape[2]}.")


def channels(input: Tensor, ndim: int) -> int:
    """The number of channels before the last `ndim` dimensions. Raises IndexError where there are none."""
    return input._data.shape[wrap_dim(-ndim - 1, input._data.ndim)]
