"""Pooling over windows that slide: the greatest element of each, or the mean.

Note [Where the maximum was]
    Most programs never ask for indices, so `max_pool` does not compute them: backward finds the greatest elements by
    comparing the taps of the windows with the maxima, the first tap that is equal takes the gradient. The maxima are
    computed once more, for a part of the batch that stays in the cache: a node that kept the result would forbid what
    many networks do, to write an activation into it. This, too, goes one dimension at a time: the maxima of stretches of
    rows first, then those of stretches of columns of these. The first row that has the maximum takes the gradient, and
    gives it to the first element of the row that has it: the first element in torch's order. Where a window holds NaN
    nothing is equal; then, and where indices are asked for, `places_of_max` looks as torch does: an element that is
    greater than those before it, or NaN, takes the place.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache, reduce
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import wrap_dim
from ...core.declare import op
from ...core.tensor import Tensor, wrap
from ..elementwise.comparison import zeros
from ..support.arguments import check_bool, check_int, check_tensor, unimplemented
from ..support.layered import reads_values
from ..support.operands import call_into
from ..support.precision import wide_op
from .reducing import Axis, along, at_greatest, axes_of, given_back, in_parts, reduced, shares_of_greatest
from .sliding import Ints, ints_of, taps

__all__ = ["avg_pool1d", "max_pool1d", "max_pool1d_with_indices", "max_pool2d", "max_pool3d"]


def lowest(dtype: np.dtype) -> Any:
    """What no element of this dtype is smaller than."""
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


# The mean.


def means(x: Any, kernel: Ints, size: Ints, stride: Ints, padding: Ints, divisor: Any) -> Any:
    """The sums of windows over `divisor`."""
    axes = axes_of(x.shape[-len(size) :], kernel, size, stride, padding, (1,) * len(kernel))
    out = np.empty_like(x, shape=(*x.shape[: x.ndim - len(size)], *size), order="C")

    def work(part: slice) -> None:
        sums = out[part]
        reduced(np.add, 0, x[part], axes, sums)
        if sums.dtype.kind == "f":
            np.divide(sums, divisor, out=sums, casting="same_kind")
            np.add(sums, 0, out=sums)  # no -0.0: torch adds the quotient to zero
        else:  # integers are divided towards zero
            quotient, rest = np.divmod(sums, divisor)
            sums[...] = quotient + ((rest != 0) & (quotient < 0))

    in_parts(x, work)
    return out


def _spread_means(g: Any, shape: Ints, kernel: Ints, size: Ints, stride: Ints, padding: Ints, divisor: Any) -> Any:
    axes = axes_of(shape[-len(size) :], kernel, size, stride, padding, (1,) * len(kernel))
    grad = np.empty_like(g, shape=shape, order="C")

    def work(part: slice) -> None:
        some = (g[part] / divisor).astype(g.dtype, copy=False)
        for axis in axes:
            some = given_back(axis, [some[inside] for inside, _ in axis.taps], some, grad[part] if axis is axes[-1] else None)
        if not axes:
            grad[part] = some

    in_parts(grad, work)
    return grad


def _declare_mean(ndim: int) -> Any:
    backward = wide_op(f"avg_pool{ndim}d_backward", _spread_means, f"AvgPool{ndim}DBackwardBackward0", {
        "g": lambda gg, kernel, size, stride, padding, divisor: pool(gg, kernel, size, stride, padding, divisor),
    })  # fmt: skip
    pool = wide_op(f"avg_pool{ndim}d", means, f"AvgPool{ndim}DBackward0", {
        "x": lambda g, x_shape, kernel, size, stride, padding, divisor: backward(
            g, x_shape, kernel, size, stride, padding, divisor),
    })  # fmt: skip
    return pool


_MEANS = {ndim: _declare_mean(ndim) for ndim in (2, 3)}


@lru_cache(maxsize=32)
def _divisor(n: Ints, kernel: Ints, size: Ints, stride: Ints, padding: Ints, count_include_pad: bool) -> Any:
    """By what the sum of each window is divided: a number, or an array where windows reach out differently far."""
    covered = []
    for m, k, count, s, p in zip(n, kernel, size, stride, padding):
        start = np.arange(count) * s - p
        inside = np.minimum(start + k, m + p) - start if count_include_pad else np.minimum(start + k, m) - np.maximum(start, 0)
        covered.append(inside)
    if all([(c == c[0]).all() for c in covered]):
        return math.prod([int(c[0]) for c in covered])
    return reduce(np.multiply.outer, covered)


# The greatest element.


def _maxima(x: Any, kernel: Ints, size: Ints, stride: Ints, padding: Ints, dilation: Ints) -> Any:
    axes = axes_of(x.shape[-len(size) :], kernel, size, stride, padding, dilation)
    out = np.empty_like(x, shape=(*x.shape[: x.ndim - len(size)], *size), order="C")
    low = lowest(x.dtype)
    in_parts(x, lambda part: reduced(np.maximum, low, x[part], axes, out[part]))
    return out


def places_of_max(candidates: Iterable[tuple[Any, Any]], first: Any, x: Any, size: Ints) -> np.ndarray:
    """The flat places of the greatest elements of windows, whose taps come as (elements, their flat places) in turn; the
    place is `first` where all are -inf. See Note [Where the maximum was]."""
    best = np.full_like(x, lowest(x.dtype), shape=(*x.shape[: x.ndim - len(size)], *size), order="C")
    out = np.empty(best.shape, np.int64)
    out[...] = first
    for values, places in candidates:
        better = values > best
        if x.dtype.kind == "f":
            better |= values != values
        np.copyto(best, values, where=better)
        np.copyto(out, places, where=better)
    return out


def _window_places(x: Any, kernel: Ints, size: Ints, stride: Ints, padding: Ints, dilation: Ints) -> np.ndarray:
    shape = x.shape[x.ndim - len(kernel) :]
    steps = [math.prod(shape[axis + 1 :]) for axis in range(len(kernel))]
    starts = [np.arange(count) * s - p for count, s, p in zip(size, stride, padding)]

    def flat(places: Iterable[Any]) -> Any:
        return reduce(np.add.outer, [p * step for p, step in zip(places, steps)])

    def candidates() -> Iterator[tuple[Any, Any]]:
        low = lowest(x.dtype)
        for tap, inside, places in taps(kernel, size, stride, padding, dilation, shape):
            values = np.full_like(x, low, shape=(*x.shape[: x.ndim - len(size)], *size), order="C")
            values[inside] = x[places]
            yield values, flat([start + i * d for start, i, d in zip(starts, tap, dilation)])

    return places_of_max(candidates(), flat([np.where(s < 0, s + -(s // d) * d, s) for s, d in zip(starts, dilation)]), x, size)


def _steps(x: Any, axes: list[Axis]) -> list[tuple[Axis, Any, Any]] | None:
    """The dimensions from the last on, each with the elements before and after it is pooled; None where there is NaN."""
    steps = []
    for axis in reversed(axes):
        before, x = x, along(np.maximum, lowest(x.dtype), x, axis)
        steps.append((axis, before, x))
    return None if x.dtype.kind == "f" and np.isnan(x).any() else steps


def _max_gradient(g: Any, x: Any, kernel: Ints, size: Ints, stride: Ints, padding: Ints, dilation: Ints) -> Any:
    axes = axes_of(x.shape[-len(size) :], kernel, size, stride, padding, dilation)
    grad = np.empty_like(g, shape=x.shape, order="C")

    def work(part: slice) -> None:
        steps, some = _steps(x[part], axes), g[part]
        if steps is None:
            found = _window_places(x[part], kernel, size, stride, padding, dilation)
            grad[part] = _unpicked(some, x[part].shape, found, len(size))
            return
        for axis, before, after in reversed(steps):
            shares = shares_of_greatest(axis, some, before, after)
            some = given_back(axis, shares, some, grad[part] if axis is axes[-1] else None)
        if not steps:
            grad[part] = some

    in_parts(x, work)
    return grad


def _max_taken(gg: Any, x: Any, kernel: Ints, size: Ints, stride: Ints, padding: Ints, dilation: Ints) -> Any:
    """The elements of `gg` where those of `x` are the greatest."""
    steps = _steps(x, axes_of(x.shape[-len(size) :], kernel, size, stride, padding, dilation))
    if steps is None:
        return _picked(gg, _window_places(x, kernel, size, stride, padding, dilation), len(size))
    for axis, before, after in steps:
        gg = at_greatest(axis, gg, before, after)
    return gg


def _declare_max(ndim: int) -> Any:
    node = f"MaxPool{ndim}DWithIndicesBackward"
    greatest = op(f"max_pool{ndim}d_taken", _max_taken, "ViewBackward0", {
        "gg": lambda g, x, kernel, size, stride, padding, dilation: backward(
            g, x, kernel, size, stride, padding, dilation),
    })  # fmt: skip
    backward = op(f"max_pool{ndim}d_backward", _max_gradient, f"{node}Backward0", {
        "g": lambda gg, x, kernel, size, stride, padding, dilation: greatest(
            gg, x, kernel, size, stride, padding, dilation),
        "x": lambda gg: zeros(gg),
    })  # fmt: skip
    return op(f"max_pool{ndim}d", _maxima, f"{node}0", {
        "x": lambda g, x, kernel, size, stride, padding, dilation: backward(
            g, x, kernel, size, stride, padding, dilation),
    })  # fmt: skip


_MAXIMA = {ndim: _declare_max(ndim) for ndim in (2, 3)}


# Elements at given places: the greatest ones, where their indices are asked for.


def flattened(x: Any, ndim: int) -> Any:
    """The last `ndim` dimensions as one."""
    lead = x.shape[: x.ndim - ndim]
    return x.reshape((*lead, math.prod(x.shape[x.ndim - ndim :])))


def _picked(x: Any, indices: Any, ndim: int) -> Any:
    return np.take_along_axis(flattened(x, ndim), flattened(indices, ndim), -1).reshape(indices.shape)


def _unpicked(g: Any, shape: Ints, indices: Any, ndim: int) -> Any:
    """Zeros of `shape`, to which `g` is added at the places `indices`."""
    n = math.prod(shape[len(shape) - ndim :])
    rows = math.prod(shape[: len(shape) - ndim])
    out = dtypes.cast(np.zeros(rows * n, g.dtype), dtypes.of_array(g))
    where = indices.reshape(rows, -1) + np.arange(rows)[:, None] * n if rows else indices
    np.add.at(out, where.ravel(), g.ravel())
    return out.reshape(shape)


def picking(name: str, node: str) -> Any:
    """The operation that takes the elements at flat `indices` of the last `ndim` dimensions, and its transpose."""
    backward = wide_op(f"{name}_backward", _unpicked, node.replace("Backward0", "BackwardBackward0"), {
        "g": lambda gg, indices, ndim: pick(gg, indices, ndim),
    })  # fmt: skip
    pick = op(name, _picked, node, {
        "x": lambda g, x_shape, indices, ndim: backward(g, x_shape, indices, ndim),
    }, saved_as={"indices": "result1"})  # fmt: skip
    pick.backward = backward
    return pick


_PICKED = {
    ndim: picking(f"max_pool{ndim}d_with_indices", f"MaxPool{ndim}DWithIndicesBackward0") for ndim in (2, 3)
}
_indices_backward = wide_op(
    "max_pool2d_indices_backward", lambda g, x, indices: _unpicked(g, x.shape, indices, 2),
    "MaxPool2DWithIndicesBackwardBackward0", {
        "g": lambda gg, indices: _PICKED[2](gg, indices, 2),
        "x": lambda gg: zeros(gg),
    },
)  # fmt: skip


# Checks, in torch's words and its order.

_COUNT = {1: "one int", 2: "two ints", 3: "three ints"}


def _numbers(name: str, argument: str, value: Any, ndim: int, position: int, or_omitted: bool = False) -> Ints:
    """One integer for each dimension; none at all where that is allowed."""
    value = () if value is None and or_omitted else value
    out = ints_of(name, argument, value, ndim, position)
    if len(out) == ndim or (or_omitted and not out):
        return out
    if len(out) == 1:
        return out * ndim
    either = "" if name == "avg_pool3d" else "either "
    must = "must be either " if argument == "dilation" else f"must {either}be {'omitted, ' if or_omitted else ''}"
    raise RuntimeError(f"{name}: {argument} {must}a single int, or a tuple of {_COUNT[ndim]}")


def one_number(name: str, argument: str, value: Any, position: int, or_omitted: bool = False) -> Ints:
    """One integer in a tuple; none at all where that is allowed."""
    out = ints_of(name, argument, () if value is None and or_omitted else value, 1, position)
    if len(out) != 1 and not (or_omitted and not out):
        raise RuntimeError(f"{name}() argument '{argument}' should contain one int (got {len(out)})")
    return out


def output_size(n: int, k: int, s: int, p: int, d: int, ceil_mode: bool) -> int:
    """How many windows there are. Raises RuntimeError for a stride of zero and for too much padding."""
    if s == 0:
        raise RuntimeError("stride should not be zero")
    if p < 0:
        raise RuntimeError(f"pad must be non-negative, but got pad: {p}")
    if p > int(((k - 1) * d + 1) / 2):
        raise RuntimeError(
            f"pad should be at most half of effective kernel size, but got pad={p}, kernel_size={k} and dilation={d}"
        )
    count = (n + 2 * p - d * (k - 1) - 1 + (s - 1 if ceil_mode else 0)) // s + 1
    if ceil_mode and (count - 1) * s >= n + p:
        count -= 1  # the last window would start in the padding
    return count


_AXES = {2: ("H", "W"), 3: ("T", "H", "W")}


def _listed(prefix: str, values: Ints, sep: str = " ") -> str:
    return sep.join([f"{prefix}{axis}: {value}" for axis, value in zip(_AXES[len(values)], values)])


def _check_windows(kernel: Ints, stride: Ints, dilation: Ints) -> None:
    for word, prefix, values in (("kernel size", "k", kernel), ("stride", "d", stride), ("dilation", "dilation", dilation)):
        if any([v <= 0 for v in values]):
            raise RuntimeError(f"{word} should be greater than zero, but got {_listed(prefix, values)}")


def _check_pool(name: str, x: Ints, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, size: Ints) -> None:
    """Of windows whose number, `size`, is known."""
    ndim = len(kernel)
    _check_windows(kernel, stride, dilation)
    if ndim == 2 and (len(x) not in (3, 4) or 0 in x[len(x) - 3 :]):
        raise RuntimeError(
            f"Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:{list(x)}"
        )
    if ndim == 3:
        kernel_name = "max_pool3d_with_indices_out_cpu_template" if name == "max_pool3d" else name
        if 0 in x[len(x) - 4 :]:
            raise RuntimeError(
                f"{kernel_name}(): Expected input's non-batch dimensions to have positive length, but input has a shape of "
                f"{list(x)} and non-batch dimension 0 has length zero!"
            )
        if name == "avg_pool3d" and any([n < k for n, k in zip(x[-3:], kernel)]):
            raise RuntimeError(
                f"input image ({_listed('', x[-3:])}) smaller than kernel size ({_listed('k', kernel)})"
            )
    if any([k // 2 < p for k, p in zip(kernel, padding)]):
        if ndim == 2:
            (ph, pw), (kh, kw) = padding, kernel
            given = f"padW = {pw}, padH = {ph}, kW = {kw}, kH = {kh}"
        else:
            (kt, kh, kw), (pt, ph, pw) = kernel, padding
            given = f"kT: {kt} kW: {kw} kH: {kh} padT: {pt} padW: {pw} padH: {ph}"
        raise RuntimeError(f"pad should be smaller than or equal to half of kernel size, but got {given}")
    if any([n < 1 for n in size]):
        channels = x[len(x) - ndim - 1]
        raise RuntimeError(
            f"Given input size: ({'x'.join(map(str, (channels, *x[len(x) - ndim :])))}). Calculated output size: "
            f"({'x'.join(map(str, (channels, *size)))}). Output size is too small"
        )


@lru_cache(maxsize=1024)
def _windows(name: str, x: Ints, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, ceil_mode: bool) -> Ints:
    """How many windows there are along each dimension, all checked."""
    n = x[len(x) - len(kernel) :]
    size = tuple([output_size(*numbers, ceil_mode) for numbers in zip(n, kernel, stride, padding, dilation)])
    _check_pool(name, x, kernel, stride, padding, dilation, size)
    return size


# The functions as torch has them.


def _max_pool(ndim: int, input: Tensor, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool,
              return_indices: bool, name: str = "") -> Any:  # fmt: skip
    name = name or f"max_pool{ndim}d"
    check_tensor(name, input)
    kernel = _numbers(name, "kernel_size", kernel_size, ndim, 2)
    stride = _numbers(name, "stride", stride, ndim, 3, True) or kernel
    padding, dilation = _numbers(name, "padding", padding, ndim, 4), _numbers(name, "dilation", dilation, ndim, 5)
    check_bool(name, ceil_mode, "ceil_mode", None)
    x = input._data
    if x.ndim not in (ndim + 1, ndim + 2):
        raise RuntimeError(f"non-empty {ndim + 1}D or {ndim + 2}D (batch mode) tensor expected for input")
    size = _windows(name, x.shape, kernel, stride, padding, dilation, ceil_mode)
    if x.dtype.kind in "bc":
        raise unimplemented(name, input.dtype)
    if not return_indices:
        return _MAXIMA[ndim](input, kernel, size, stride, padding, dilation)
    return max_with_places(input, kernel, size, stride, padding, dilation)


@reads_values
def max_with_places(input: Tensor, kernel: Ints, size: Ints, stride: Ints, padding: Ints, dilation: Ints) -> Any:
    """The greatest elements of windows of the last dimensions, and their places."""
    indices = wrap(_window_places(input._data, kernel, size, stride, padding, dilation))
    return _PICKED[len(size)](input, indices, len(size)), indices


def max_pool2d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
               ceil_mode: bool = False) -> Tensor:  # fmt: skip
    """The greatest element of every window of the last two dimensions of `input` (N, C, H, W) or (C, H, W).

    `kernel_size`, `stride` (that of the kernel if left out), `padding` (with -inf) and `dilation` are integers, or two;
    with `ceil_mode` a last window may reach out. Raises RuntimeError for shapes and numbers that do not fit.

    >>> torch.max_pool2d(torch.tensor([[[1., 2.], [3., 4.]]]), 2)
    tensor([[[4.]]])
    """
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, False)


def max_pool3d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
               ceil_mode: bool = False) -> Tensor:  # fmt: skip
    """`max_pool2d` of three dimensions: `input` is (N, C, D, H, W) or (C, D, H, W)."""
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, False)


def max_pool2d_with_indices_backward(grad_output: Tensor, self: Tensor, kernel_size: Any, stride: Any, padding: Any,
                                     dilation: Any, ceil_mode: bool, indices: Tensor) -> Tensor:  # fmt: skip
    """The gradient of `max_pool2d` of `self`, whose greatest elements were at `indices`."""
    return _indices_backward(grad_output, self, indices)


def max_pool_with_indices(ndim: int, input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0,
                          dilation: Any = 1, ceil_mode: bool = False) -> tuple[Tensor, Tensor]:  # fmt: skip
    """The greatest elements, and their places in the flattened last dimensions."""
    return _max_pool(ndim, input, kernel_size, stride, padding, dilation, ceil_mode, True)


def check_1d(name: str, input: Tensor) -> None:
    """Raises RuntimeError unless `input` has two or three dimensions."""
    check_tensor(name, input)
    if input._data.ndim not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {input._data.ndim}-dimensional tensor for argument #1 'self' (while "
            f"checking arguments for {name})"
        )


def max_pool1d_with_indices(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
                            ceil_mode: bool = False) -> tuple[Tensor, Tensor]:  # fmt: skip
    """`max_pool1d`, and the places of the greatest elements."""
    name = "max_pool1d"
    check_1d(name, input)
    kernel, stride = one_number(name, "kernel_size", kernel_size, 2), one_number(name, "stride", stride, 3, True)
    padding, dilation = one_number(name, "padding", padding, 4), one_number(name, "dilation", dilation, 5)
    values, indices = _max_pool(
        2, input.unsqueeze(-2), (1, *kernel), (1, *(stride or kernel)), (0, *padding), (1, *dilation), ceil_mode, True
    )
    return values.squeeze(-2), indices.squeeze(-2)


def _max_number(argument: str, value: Any, position: int, kinds: str, or_omitted: bool = False) -> Ints:
    out = ints_of("max_pool1d", argument, () if value is None and or_omitted else value, 1, position)
    if len(out) != 1 and not (or_omitted and not out):
        raise RuntimeError(
            f"max_pool1d() {argument} must be {kinds} of size 1 but got size {len(out)}"
        )
    return out


def max_pool1d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
               ceil_mode: bool = False) -> Tensor:  # fmt: skip
    """`max_pool2d` of one dimension: `input` is (N, C, L) or (C, L)."""
    check_tensor("max_pool1d", input)
    x = input._data.shape
    if len(x) not in (2, 3) or 0 in x[len(x) - 2 :]:
        raise RuntimeError(
            "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:"
            f"{list(x)}"
        )
    kinds = "an int, list of ints or tuple of ints"
    (kernel,) = _max_number("kernel_size", kernel_size, 2, kinds)
    (stride_,) = _max_number("stride", stride, 3, "None, an int, list of ints, or tuple of ints", True) or (kernel,)
    (pad,), (spread,) = _max_number("padding", padding, 4, kinds), _max_number("dilation", dilation, 5, kinds)
    check_bool("max_pool1d", ceil_mode, "ceil_mode", None)
    for word, value in (("kernel_size", kernel), ("stride", stride_), ("dilation", spread)):
        if value <= 0 and (word != "dilation" or pad >= 0):
            raise RuntimeError(f"max_pool1d() {word} must be greater than zero, but got {value}")
    if pad < 0:
        raise RuntimeError(f"max_pool1d() padding must be non-negative, but got {pad}")
    if pad > kernel // 2:
        raise RuntimeError(
            f"max_pool1d() padding should be at most half of kernel size, but got padding={pad} and kernel_size={kernel}"
        )
    size = output_size(x[-1], kernel, stride_, pad, spread, ceil_mode)
    if size <= 0:
        raise RuntimeError(f"max_pool1d() Invalid computed output size: {size}")
    if input._data.dtype.kind not in "f":
        raise unimplemented("max_pool1d_impl", input.dtype)
    return _MAXIMA[2](input.unsqueeze(-2), (1, kernel), (1, size), (1, stride_), (0, pad), (1, spread)).squeeze(-2)


def avg_pool(ndim: int, input: Tensor, kernel_size: Any, stride: Any, padding: Any, ceil_mode: bool,
             count_include_pad: bool, divisor_override: int | None, out: Tensor | None = None) -> Tensor:  # fmt: skip
    """`avg_pool2d` and `avg_pool3d`."""
    name = f"avg_pool{ndim}d"
    check_tensor(name, input)
    kernel = _numbers(name, "kernel_size", kernel_size, ndim, 2)
    stride = _numbers(name, "stride", stride, ndim, 3, True) or kernel
    padding = _numbers(name, "padding", padding, ndim, 4)
    check_bool(name, ceil_mode, "ceil_mode", None)
    check_bool(name, count_include_pad, "count_include_pad", None)
    if divisor_override is not None:
        check_int(name, divisor_override, "divisor_override", 7)
    x = input._data
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    if ndim == 3 and x.ndim not in (4, 5):
        raise RuntimeError("non-empty 4D or 5D (batch mode) tensor expected for input")
    wrap_dim(-3, x.ndim)
    size = _windows(name, x.shape, kernel, stride, padding, (1,) * ndim, ceil_mode)
    if (x.dtype.kind != "f" and input.dtype is not dtypes.int64) or (ndim == 3 and input.dtype.itemsize == 2):
        raise unimplemented(name if ndim == 2 else "avg_pool3d_out_frame", input.dtype)
    divisor = divisor_override
    if divisor is None:
        divisor = _divisor(x.shape[x.ndim - ndim :], kernel, size, stride, padding, count_include_pad)
    return call_into(out, _MEANS[ndim], input, kernel, size, stride, padding, divisor)


def avg_pool1d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
               count_include_pad: bool = True) -> Tensor:  # fmt: skip
    """The mean of every window of the last dimension of `input`: (N, C, L) or (C, L).

    `stride` is `kernel_size` if left out. Raises RuntimeError for shapes and numbers that do not fit.

    >>> torch.avg_pool1d(torch.tensor([[1.0, 3.0, 2.0, 4.0]]), 2)
    tensor([[2., 3.]])
    """
    name = "avg_pool1d"
    check_1d(name, input)
    kernel, stride = one_number(name, "kernel_size", kernel_size, 2), one_number(name, "stride", stride, 3, True)
    padding = one_number(name, "padding", padding, 4)
    return avg_pool(
        2, input.unsqueeze(-2), (1, *kernel), (1, *(stride or kernel)), (0, *padding), ceil_mode, count_include_pad, None
    ).squeeze(-2)
