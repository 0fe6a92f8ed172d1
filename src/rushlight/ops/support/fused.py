"""Fused multiply-add, as the compilers of PyTorch's kernels emit it: one rounding where NumPy has two."""

from __future__ import annotations

from typing import Any

import numpy as np


def fma64(x: Any, y: Any, z: Any) -> Any:
    """``x * y + z`` in float64, rounded once.

    The errors of product and sum are computed exactly and added at the end: T. Dekker, Numerische Mathematik 18
    (1971); D. Knuth, The Art of Computer Programming 2, 4.2.2.
    """
    product = x * y
    total = product + z
    (x_high, x_low), (y_high, y_low) = _split(x), _split(y)
    error = ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low
    rest = total - product
    fused = total + (((product - (total - rest)) + (z - rest)) + error)
    # The splitting of numbers near the end of the range overflows.
    return np.where(np.isfinite(fused), fused, total)


def _split(x: Any) -> tuple[Any, Any]:
    """x as a sum of two numbers of 26 bits, whose products are exact."""
    high = x * 134217729.0
    high = high - (high - x)
    return high, x - high


def fma32(x: Any, y: Any, z: Any) -> Any:
    """``x * y + z`` of float32 numbers, rounded once: the product is exact in float64."""
    return (np.asarray(x, np.float64) * y + z).astype(np.float32)
