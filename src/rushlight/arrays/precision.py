"""Sixteen-bit floating point: computed in float32 and rounded once, as torch's kernels do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import dtypes
from .types import as_one

_HALF = np.dtype(np.float16)


def is_narrow(x: Any) -> bool:
    """Whether `x` is a payload of 16 bits, in floating point."""
    return hasattr(x, "dtype") and (x.dtype == _HALF or type(x) is dtypes.BFloat16Array)


def widened(forward: Callable[..., Any]) -> Callable[..., Any]:
    """`forward` with its 16-bit payloads in float32, and its float32 results as narrow again if there were any."""

    def compute(*arguments: Any) -> Any:
        x = arguments[0]
        if is_narrow(x):
            dtype = dtypes.of_array(x)
            return narrowed(forward(*[wide(a) for a in arguments]), dtype)
        return forward(*arguments)

    compute.plain = forward  # type: ignore[attr-defined]
    return compute


#: Of an operation: computed in float32, and its second operand is not even rounded to 16 bits where that is a number.
EXACT = object()


def exact(a: Any, rounded: Any) -> Any:
    """The operand `a`, which was `rounded` to the dtype of an operation: a number in float32 where that has 16 bits."""
    return np.float32(a) if is_narrow(rounded) and not getattr(a, "ndim", 0) else rounded


def wide(a: Any) -> Any:
    """A payload of 16 bits in float32; all else as it is."""
    return dtypes.cast(a, dtypes.float32) if is_narrow(a) else a


def narrowed(result: Any, dtype: dtypes.dtype) -> Any:
    """float32 results as `dtype`; others as they are."""
    if isinstance(result, tuple):
        return as_one(result, [narrowed(r, dtype) for r in result])
    return dtypes.cast(result, dtype) if result.dtype == np.float32 else result
