"""The distribution function of the normal distribution, times x, on large float32 arrays: what gelu is made of.

The error functions that libraries offer are computed one number at a time. Here the upper tail is
``Q(t) = exp(-t**2 / 2) * y * p(y)`` with ``y = 1 / (1 + 0.27 t)``, the form of C. Hastings (Approximations for Digital
Computers, 1955); the polynomial p is fitted to Q with a relative error of 2.4e-8 up to t = 14, beyond which Q is 0 in
float32. So small values are as good as large ones.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.op import F32
from ..support.rows import parts

#: Elements from which on it is worth while.
_MANY = 1024
_POLYNOMIAL = (
    0.0289153813, -0.126255789, 0.169292493, -0.0686222238, 0.10740029, 0.0722399266, 0.101759258, 0.107550494, 0.107720182,
)  # fmt: skip
_PEAK = 1 / math.sqrt(2 * math.pi)


def is_large(x: Any) -> bool:
    """Whether `x` is an array for which this is made."""
    return x.__class__ is np.ndarray and x.dtype is F32 and x.size >= _MANY


def _tail(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """|x|, the probability of what is greater, and exp(-x^2 / 2)."""
    t = np.abs(x)
    bell = x * -0.5
    bell *= x
    np.exp(bell, bell)
    y = t * 0.27
    y += 1
    np.divide(1, y, y)
    tail = y * _POLYNOMIAL[0]
    for coefficient in _POLYNOMIAL[1:]:
        tail += coefficient
        tail *= y
    tail *= bell
    return t, tail, bell


def gelu(x: np.ndarray) -> np.ndarray:
    """x times the distribution function: max(x, 0) - |x| Q(|x|)."""
    flat = x.reshape(-1)
    out = np.empty_like(flat)
    for part in parts(flat.size, 2):
        t, tail, _ = _tail(flat[part])
        tail *= t
        np.subtract(np.maximum(flat[part], 0), tail, out[part])
    return out.reshape(x.shape)


def gelu_slope(g: np.ndarray, x: np.ndarray) -> np.ndarray:
    """g times the derivative of `gelu`: the distribution function, and x times the density."""
    flat, along = x.reshape(-1), g.reshape(-1)
    out = np.empty_like(flat)
    for part in parts(flat.size, 2):
        some = flat[part]
        _, tail, bell = _tail(some)
        np.subtract(0.5, tail, tail)
        np.copysign(tail, some, tail)
        tail += 0.5
        bell *= _PEAK
        bell *= some
        bell += tail
        np.multiply(bell, along[part], out[part])
    return out.reshape(x.shape)
