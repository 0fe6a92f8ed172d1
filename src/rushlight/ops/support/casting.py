"""The dtype in which an operation computes while `torch.autocast` is on.

Products and convolutions are `lowered`: their float32 arguments are cast to the 16 bits of the region. Losses,
decompositions and Fourier transforms are `in_float32`: their 16-bit arguments are cast up. All other operations
promote, as they always do. The casts are operations like any other and stand in the graph, so gradients arrive in the
dtype of the parameter.

Note [Casts are kept]
    A weight that is used several times in a region is cast once, as in torch: its uses then add their gradients in 16
    bits, and the sum is cast. Kept are leaves that require grad, until the outermost region ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

from ...arrays import dtypes
from ...core.tensor import LEAF, Tensor
from .layered import F

#: In how many threads autocast is on: all that operations look at.
ACTIVE = [0]
_counting = threading.Lock()


class _Autocast(threading.local):
    """What a thread has said about autocast on the CPU."""

    def __init__(self) -> None:
        self.enabled = False
        self.dtype = dtypes.bfloat16
        self.keeps_casts = True
        #: How many regions are entered, and the casts of leaves: see Note [Casts are kept].
        self.depth = 0
        self.casts: dict[tuple[int, Any], tuple[Tensor, Tensor]] = {}

    def enable(self, enabled: bool) -> None:
        if enabled != self.enabled:
            self.enabled = enabled
            with _counting:
                ACTIVE[0] += 1 if enabled else -1


AUTOCAST = _Autocast()


def _cast(value: Any, dtype: Any) -> Any:
    """`value` in `dtype`, if it is a tensor of floats, or tensors in a list; float64 stays what it is."""
    if isinstance(value, (tuple, list)) and any([isinstance(v, Tensor) for v in value]):
        return type(value)([_cast(v, dtype) for v in value])
    if not isinstance(value, Tensor) or value.dtype in (dtype, dtypes.float64) or not value.dtype.is_floating_point:
        return value
    if not AUTOCAST.keeps_casts or value._node is not LEAF or value.dtype is not dtypes.float32 or value._view is not None:
        return value.to(dtype)
    kept = AUTOCAST.casts.get((id(value), dtype))
    if kept is None:
        kept = AUTOCAST.casts[id(value), dtype] = value, value.to(dtype)
    return kept[1]


def lowered(*arguments: Any) -> Any:
    """The arguments of a product, in the 16 bits of this thread's region. To be asked while `ACTIVE`."""
    return [_cast(a, AUTOCAST.dtype) for a in arguments] if AUTOCAST.enabled else arguments


def _in_dtype(function: Callable[..., Any], dtype_of: Callable[[], Any]) -> Any:
    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if ACTIVE[0] and AUTOCAST.enabled:
            dtype = dtype_of()
            args = tuple([_cast(a, dtype) for a in args])
            kwargs = {name: _cast(a, dtype) for name, a in kwargs.items()}
            # What the function calls is no longer the program's.
            AUTOCAST.enable(False)
            try:
                return function(*args, **kwargs)
            finally:
                AUTOCAST.enable(True)
        return function(*args, **kwargs)

    return call


def in_lower_precision(function: F) -> F:
    """`function`, with `lowered` arguments."""
    return _in_dtype(function, lambda: AUTOCAST.dtype)


def in_float32(function: F) -> F:
    """`function`, with 16-bit arguments cast to float32."""
    return _in_dtype(function, lambda: dtypes.float32)
