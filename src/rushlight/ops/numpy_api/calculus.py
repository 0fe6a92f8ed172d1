"""NumPy's differences, integrals, convolutions and interpolation, on Tensors."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ... import ops
from ...core.tensor import Tensor, wrap
from .arguments import every_axis, flat, floating, payloads, promoted, tensor
from .reductions import MISSING


def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = MISSING, append: Any = MISSING) -> Tensor:
    if n == 0:
        return tensor(a)
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n}")
    x = tensor(a)
    if x.ndim == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    (axis,) = every_axis(x, axis)
    return ops.diff(_extended(x, axis, prepend, append), n, axis)


def _extended(x: Tensor, axis: int, prepend: Any, append: Any) -> Tensor:
    shape = [1 if i == axis else m for i, m in enumerate(x.shape)]
    ends = [None if e is MISSING else tensor(e) for e in (prepend, append)]
    first, last = [None if e is None else ops.broadcast_to(e, shape) if e.ndim == 0 else e for e in ends]
    parts = [p for p in (first, x, last) if p is not None]
    return ops.cat(promoted(*parts), axis) if len(parts) > 1 else x


def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Tensor:
    x = flat(ary)
    ends = [[] if e is None else [flat(e).to(x.dtype)] for e in (to_begin, to_end)]
    return ops.cat([*ends[0], ops.diff(x), *ends[1]])


def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Central differences, of first or second order at the ends; spacings are numbers or coordinates."""
    x = floating(f)
    along = every_axis(x, axis)
    spacing = list(varargs) or [1.0]
    if len(spacing) == 1:
        spacing *= len(along)
    if len(spacing) != len(along):
        raise TypeError("invalid number of arguments")
    slopes = []
    for i, h in zip(along, spacing):
        if x.shape[i] < edge_order + 1:
            raise ValueError("Shape of array too small to calculate a numerical gradient, at least (edge_order + 1) elements "
                             "are required.")  # fmt: skip
        slopes.append(_slope(ops.movedim(x, i, -1), h, edge_order).movedim(-1, i))
    return slopes[0] if len(along) == 1 else tuple(slopes)


def _slope(y: Tensor, spacing: Any, edge_order: int) -> Any:
    """The gradient along the last axis: a difference of neighbours weighted by the other distance."""
    n = y.shape[-1]
    h = tensor(spacing)
    if h.ndim == 0:
        step = ops.broadcast_to(h.to(y.dtype.to_real()), (n - 1,))
    else:
        if h.ndim != 1 or h.shape[0] != n:
            raise ValueError("when 1d, distances must match the length of the corresponding dimension")
        step = ops.diff(h).to(y.dtype.to_real())
    slope = ops.diff(y) / step
    before, after, left, right = slope[..., :-1], slope[..., 1:], step[:-1], step[1:]
    inner = (right * before + left * after) / (left + right)
    if edge_order == 1:
        first, last = slope[..., :1], slope[..., -1:]
    else:
        bend = (after - before) / (left + right)
        first = slope[..., :1] - bend[..., :1] * step[:1]
        last = slope[..., -1:] + bend[..., -1:] * step[-1:]
    return ops.cat([first, inner, last], -1)


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Tensor:
    y = floating(y)
    (axis,) = every_axis(y, axis)
    ends = ops.narrow(y, axis, 1, y.shape[axis] - 1), ops.narrow(y, axis, 0, y.shape[axis] - 1)
    if x is None:
        step = tensor(dx)
    else:
        x = tensor(x)
        step = ops.diff(x, 1, axis if x.ndim > 1 else -1)
        step = ops.reshape(step, [-1 if i == axis else 1 for i in range(y.ndim)]) if x.ndim == 1 else step
    return ops.sum(step * (ends[0] + ends[1]) / 2, axis)


def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None) -> Tensor:
    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = promoted(a, b)
    x, y = ops.movedim(x, axisa, -1), ops.movedim(y, axisb, -1)
    if x.shape[-1] not in (2, 3) or y.shape[-1] not in (2, 3):
        raise ValueError("incompatible dimensions for cross product\n(dimension must be 2 or 3)")
    planar = x.shape[-1] == y.shape[-1] == 2
    x, y = [v if v.shape[-1] == 3 else ops.cat([v, ops.zeros_like(v[..., :1])], -1) for v in (x, y)]
    product = ops.cross(*ops.broadcast_tensors(x, y), dim=-1)
    return product[..., 2] if planar else ops.movedim(product, -1, axisc)


def _full(x: Tensor, y: Tensor) -> Tensor:
    """The convolution of two vectors: sums of products of the shorter with each of its places along the other."""
    for vector, name in ((x, "a"), (y, "v")):
        if vector.ndim != 1:
            raise ValueError("object too deep for desired array")
        if not vector.numel():
            raise ValueError(f"{name} cannot be empty")
    x, y = promoted(*((x, y) if len(x) >= len(y) else (y, x)))
    edge = ops.zeros(len(y) - 1, dtype=x.dtype)
    return ops.matmul(ops.cat([edge, x, edge]).unfold(0, len(y), 1), ops.flip(y, (0,)))


def convolve(a: Any, v: Any, mode: str = "full") -> Tensor:
    x, y = ops.atleast_1d(tensor(a)), ops.atleast_1d(tensor(v))
    return _cut(_full(x, y), mode, len(x), len(y), False)


def correlate(a: Any, v: Any, mode: str = "valid") -> Tensor:
    """Like NumPy's: the conjugate of `v` slides along `a`."""
    x, y = tensor(a), tensor(v)
    full = _full(x, ops.flip(y.conj(), tuple(range(y.ndim))))
    return _cut(full, mode, len(x), len(y), len(x) < len(y))


def _cut(full: Tensor, mode: str, n: int, m: int, late: bool) -> Tensor:
    """The part of a full convolution of `n` and `m` numbers that `mode` asks for."""
    short, long = sorted((n, m))
    if mode not in ("full", "same", "valid"):
        raise ValueError(f"mode must be one of 'valid', 'same', or 'full' (got {mode!r})")
    start, count = {
        "full": (0, long + short - 1),
        "same": (short // 2 if late else (short - 1) // 2, long),
        "valid": (short - 1, long - short + 1),
    }[mode]
    return ops.narrow(full, 0, start, count)


def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Tensor:
    """Piecewise linear interpolation, with derivatives by `x`, by the points and by their values."""
    x, xp, fp = floating(x), flat(floating(xp)), flat(floating(fp))
    if not xp.numel():
        raise ValueError("array of sample points is empty")
    if xp.numel() != fp.numel():
        raise ValueError("fp and xp are not of the same length.")
    if period is not None:
        if period == 0:
            raise ValueError("period must be a non-zero value")
        period, left, right = abs(period), None, None
        x, xp = ops.remainder(x, period), ops.remainder(xp, period)
        order = ops.argsort(xp)
        xp, fp = xp[order], fp[order]
        xp, fp = ops.cat([xp[-1:] - period, xp, xp[:1] + period]), ops.cat([fp[-1:], fp, fp[:1]])
    at, points = payloads(x), payloads(xp)
    n = len(points)
    place = np.clip(np.searchsorted(points, at, side="right") - 1, 0, max(n - 2, 0))
    i, j = wrap(place.astype(np.int64)), wrap(np.minimum(place + 1, n - 1).astype(np.int64))
    slope = (ops.take(fp, j) - ops.take(fp, i)) / (ops.take(xp, j) - ops.take(xp, i)) if n > 1 else 0.0
    value = ops.take(fp, i) + slope * (x - ops.take(xp, i))
    value = ops.where(wrap(at <= points[0]), fp[0], value)
    value = ops.where(wrap(at >= points[-1]), fp[-1], value)
    for limit, outside in ((left, at < points[0]), (right, at > points[-1])):
        if limit is not None:
            value = ops.where(wrap(outside), tensor(limit).to(value.dtype), value)
    return ops.where(wrap(np.isnan(at)), x.to(value.dtype), value)


def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: float = 2 * math.pi) -> Tensor:
    """Adds multiples of the period, constants: their derivative is one."""
    x = tensor(p)
    straight = np.unwrap(payloads(x), discont, axis, period=period)
    return x + wrap(np.asarray(straight - payloads(x)))


def real_if_close(a: Any, tol: float = 100) -> Tensor:
    x = tensor(a)
    return x.real if x.is_complex() and np.isrealobj(np.real_if_close(payloads(x), tol)) else x


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f.__name__: f
    for f in (diff, ediff1d, gradient, trapezoid, cross, convolve, correlate, interp, unwrap, real_if_close)
}
