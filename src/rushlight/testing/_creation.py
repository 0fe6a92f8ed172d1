"""`make_tensor`: random tensors for tests."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

from .. import ops
from ..arrays import dtypes
from ..arrays.types import finfo, iinfo
from ..core.tensor import Tensor


def make_tensor(
    *shape: Any, dtype: dtypes.dtype, device: Any, low: float | None = None, high: float | None = None,
    requires_grad: bool = False, noncontiguous: bool = False, exclude_zero: bool = False, memory_format: Any = None,
) -> Tensor:  # fmt: skip
    """Numbers uniform on [low, high), by default from -9 to 9 (10 for integers, 0 and 1 for bool).

    With `noncontiguous` every second one of twice as many; with `exclude_zero` the least positive number (1 for integers)
    stands for zero. Raises ValueError for a range that is empty, or that the dtype does not hold, and for integers that
    shall require grad.

    >>> make_tensor(2, 3, dtype=dtypes.float32, device="cpu", low=0).shape
    torch.Size([2, 3])
    """
    if len(shape) == 1 and isinstance(shape[0], Sequence):
        shape = tuple(shape[0])
    whole = dtype.category < 2
    if noncontiguous and memory_format is not None:
        raise ValueError(
            "The parameters `noncontiguous` and `memory_format` are mutually exclusive, but got "
            f"{noncontiguous=} and {memory_format=}"
        )
    if requires_grad and whole:
        raise ValueError(f"`requires_grad=True` is not supported for boolean and integral dtypes, but got {dtype=}")
    spread = noncontiguous and math.prod(shape) > 1
    if spread:
        shape = (*shape[:-1], 2 * shape[-1])
    first, last = _range(dtype, low, high)
    if whole:
        result: Any = ops.randint(math.ceil(first), math.ceil(last), shape, device=device, dtype=dtype)
    else:
        result = ops.empty(shape, device=device, dtype=dtype)
        _fill(ops.view_as_real(result) if dtype.is_complex else result, first, last)
    if spread:
        result = result[..., 1::2]
    elif memory_format is not None:
        result = result.clone(memory_format=memory_format)
    if exclude_zero:
        result[result == 0] = 1 if whole else finfo(dtype).tiny
    if not whole:
        result.requires_grad = requires_grad
    return result


def _fill(x: Any, low: float, high: float) -> None:
    if high - low >= finfo(x.dtype).max:  # too far apart for `uniform_`
        x.uniform_(low / 2, high / 2).mul_(2)
    else:
        x.uniform_(low, high)


def _range(dtype: dtypes.dtype, low: float | None, high: float | None) -> tuple[float, float]:
    """The bounds, as far as the dtype holds them."""
    least: float
    most: float
    if dtype is dtypes.bool_:
        least, most, default = 0, 2, (0, 2)
    elif dtype.category < 2:
        least, most = iinfo(dtype).min, iinfo(dtype).max + (dtype is not dtypes.int64)
        default = (-9, 10)
    else:
        least, most, default = finfo(dtype).min, finfo(dtype).max, (-9, 9)
    low, high = default[0] if low is None else low, default[1] if high is None else high
    if any([isinstance(value, float) and math.isnan(value) for value in (low, high)]):
        raise ValueError(f"`low` and `high` cannot be NaN, but got {low=} and {high=}")
    if low == high and dtype.category >= 2:
        warnings.warn(
            "Passing `low==high` to `torch.testing.make_tensor` for floating or complex types is deprecated since 2.1 and will "
            "be removed in 2.3. Use `torch.full(...)` instead.",
            FutureWarning,
            stacklevel=3,
        )
    elif low >= high:
        raise ValueError(f"`low` must be less than `high`, but got {low} >= {high}")
    elif high < least or low >= most:
        raise ValueError(
            f"The value interval specified by `low` and `high` is [{low}, {high}), but {dtype} only supports [{least}, {most})"
        )
    return min(max(low, least), most), min(max(high, least), most)
