"""What files of elementwise operations share: common dtypes, numbers as payloads, products rounded once."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.promotion import result_dtype
from ...core.op import F32
from ...core.tensor import Tensor
from .arguments import check_tensor
from .outputs import into


def call_into(out: Tensor | None, call: Any, *arguments: Any) -> Tensor:
    """``call(*arguments)``, written into `out` if there is one."""
    if out is None:
        return call(*arguments)
    return into(out, call, *arguments)


def is_complex(input: Any) -> bool:
    """Whether a tensor (or payload) is complex."""
    if not isinstance(input, (Tensor, np.ndarray, np.generic)):
        check_tensor("is_complex", input)
    return getattr(input, "_data", input).dtype.kind == "c"


def common(*operands: Any) -> dtypes.dtype:
    """The dtype to which operands promote."""
    return result_dtype([(a.dtype, a._data.ndim) if isinstance(a, Tensor) else a for a in operands])


def promoted(x: Tensor, number: Any) -> Tensor:
    """`x` in the dtype that it has in common with a number."""
    if x._data.dtype.kind == "f" and number.__class__ is not complex:
        return x
    dtype = common(x, number)
    return x if dtype is x.dtype else x.to(dtype)  # type: ignore[attr-defined]


def as_payload(number: Any, like: Any) -> Any:
    """A number (or payload) in the dtype of the payload `like`; integers wrap around as torch's do."""
    if like.dtype.kind in "fc":
        return np.asarray(number, like.dtype)
    return dtypes.cast(np.asarray(number), dtypes.of_array(like))


def fused(x: Any, y: Any, a: Any, out: Any = None) -> Any:
    """``x + a * y``, rounded once in small float32 arrays: torch's kernels use the processor's fused multiply-add.

    A product of two float32 is exact in float64. In large arrays speed counts for more than the last bit.
    """
    a = as_payload(a, y)
    if y.dtype is F32 and y.size <= 4096:
        total = np.multiply(y, a, dtype=np.float64) + x
        if out is None:
            return total.astype(F32)
        out[...] = total
        return out
    return x + a * y if out is None else np.add(x, a * y, out)


def multiplied(x: Any, y: Any) -> Any:
    """``x * y``, in the memory of `x`, which must be new, if it has that shape."""
    return np.multiply(x, y, x) if type(x) is np.ndarray is type(y) and x.shape == y.shape and x.ndim else x * y
