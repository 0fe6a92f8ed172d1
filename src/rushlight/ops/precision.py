"""Sixteen-bit floating point: computed in float32 and rounded once, as torch's kernels do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core import dtypes
from ..core.op import op, parameters

_HALF = np.dtype(np.float16)


def widened(forward: Callable[..., Any]) -> Callable[..., Any]:
    """`forward` with its first argument, where that has 16 bits, in float32, and floating results as narrow again."""

    def compute(x: Any, *parameters: Any) -> Any:
        if x.dtype is _HALF or type(x) is dtypes.BFloat16Array:
            return narrowed(forward(dtypes.cast(x, dtypes.float32), *parameters), dtypes.of_array(x))
        return forward(x, *parameters)

    return compute


def narrowed(result: Any, dtype: dtypes.dtype) -> Any:
    """float32 results as `dtype`; others as they are."""
    if isinstance(result, tuple):
        parts = [narrowed(r, dtype) for r in result]
        return type(result)(*parts) if hasattr(result, "_fields") else tuple(parts)
    return dtypes.cast(result, dtype) if result.dtype == np.float32 else result


def wide_op(name: str, forward: Callable[..., Any], node: str = "", vjp: Any = None, **about: Any) -> Callable[..., Any]:
    """`op` whose value is computed by `widened(forward)`."""
    return op(name, widened(forward), node, vjp, names=parameters(forward), **about)
