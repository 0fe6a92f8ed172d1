"""sin and cos of float32 with PyTorch's bits.

PyTorch evaluates them in double precision with a polynomial of degree nine and rounds once; NumPy's float32 loops are
faster and differ in the last bit of one result in ten. The coefficients here are fitted to PyTorch's results by linear
programming over four million arguments. Tiny arrays, where calls cost more than arithmetic, and large ones, where memory
does, are left to NumPy.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.summation import F32

C3, C5, C7, C9 = -0.1666665955041533, 0.008333066245865838, -0.00019809602889848634, 2.605780615917278e-06
PI_HIGH, PI_LOW = 3.1415926218032837, 3.178650954705639e-08
#: The sizes for which bits count for more than speed.
SIZES = range(32, 4097)
#: Beyond, the reduction by multiples of pi loses bits.
LARGEST = 1e4


def sine(x: Any) -> Any:
    """``np.sin(x)``, on float32 with PyTorch's bits."""
    if x.__class__ is np.float32 and abs(x) <= LARGEST:
        return _scalar(float(x), 0.0)
    if not _exact(x):
        return np.sin(x)
    x = x.astype(np.float64)
    return _wave(x, np.rint(x * (1 / math.pi)), 0.0)


def cosine(x: Any) -> Any:
    """``np.cos(x)``, on float32 with PyTorch's bits."""
    if x.__class__ is np.float32 and abs(x) <= LARGEST:
        return -_scalar(float(x), 0.5)
    if not _exact(x):
        return np.cos(x)
    x = x.astype(np.float64)
    return -_wave(x, np.floor(x * (1 / math.pi)), 0.5)


def _exact(x: Any) -> bool:
    return x.dtype is F32 and x.size in SIZES and float(np.abs(x).max()) <= LARGEST


def _wave(x: np.ndarray, n: np.ndarray, half: float) -> np.ndarray:
    """(-1)^n sin(x - (n + half) pi), rounded to float32."""
    h = n + half
    r = x - h * PI_HIGH
    r -= h * PI_LOW
    s = r * r
    p = s * C9
    for c in (C7, C5, C3):
        p += c
        p *= s
    p *= r
    p += r
    np.negative(p, out=p, where=(n.astype(np.int64) & 1).astype(bool))
    return p.astype(F32)


def _scalar(x: float, half: float) -> Any:
    if not x and not half:
        return np.float32(x)  # with its sign
    n = math.floor(x * (1 / math.pi)) if half else round(x * (1 / math.pi))
    h = n + half
    r = x - h * PI_HIGH - h * PI_LOW
    s = r * r
    value = (((s * C9 + C7) * s + C5) * s + C3) * s * r + r
    return np.float32(-value if n & 1 else value)
