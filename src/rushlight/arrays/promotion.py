"""PyTorch's type promotion: which dtype the result of an operation has.

Two dtypes promote to the smallest one that holds both, where any floating point dtype holds every integer. Operands
come in three categories: tensors with dimensions, 0-d tensors, and Python numbers. A lower category changes the result
only if its kind (bool < integer < floating point < complex) is above that of the categories before it.
https://docs.pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np

from . import dtypes
from .dtypes import bool_, complex128, dtype, float32, float64, get_default_dtype, int16, int64

# These three promote with floating point dtypes alone.
_UNPROMOTABLE = (dtypes.uint16, dtypes.uint32, dtypes.uint64)


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest dtype that holds the values of both.

    Raises RuntimeError for uint16, uint32 and uint64 with anything else that is not floating point.

    >>> promote_types(dtypes.int64, dtypes.float16)
    torch.float16
    """
    _check_dtypes("promote_types", type1=type1, type2=type2)
    return _promote(type1, type2)


@cache
def _promote(a: dtype, b: dtype) -> dtype:
    if a is b:
        return a
    if (a in _UNPROMOTABLE or b in _UNPROMOTABLE) and not (a.is_floating_point or b.is_floating_point):
        raise RuntimeError(
            "Promotion for uint16, uint32, uint64 types is not supported, "
            f"attempted to promote {a.scalar_name} and {b.scalar_name}"
        )
    low, high = sorted((a, b), key=lambda d: (d.category, d.itemsize))
    if low.category == high.category and low.itemsize == high.itemsize:
        return int16 if low.itemsize == 1 else float32  # of uint8 and int8, or of float16 and bfloat16
    return complex128 if high.is_complex and low is float64 else high


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether PyTorch lets a result of dtype `from_` be written to a tensor of dtype `to`.

    >>> can_cast(dtypes.float64, dtypes.float16), can_cast(dtypes.float16, dtypes.int64)
    (True, False)
    """
    _check_dtypes("can_cast", from_=from_, to=to)
    if to is bool_:
        return from_ is bool_
    return from_.category <= max(to.category, 1)


def check_output_dtype(result: dtype, output: dtype, own: bool = False) -> None:
    """Raise PyTorch's RuntimeError if a result of dtype `result` can't be written to a tensor of dtype `output`.

    `own`: if it is any other dtype.
    """
    if result is output:
        return
    if own:
        raise RuntimeError(f"Expected out tensor to have dtype {result.cpp_name}, but got {output.cpp_name} instead")
    if not can_cast(result, output):
        raise RuntimeError(
            f"result type {result.scalar_name} can't be cast to the desired output type {output.scalar_name}"
        )


def number_dtype(number: Any) -> dtype:
    """The dtype of the tensor made from a Python number (or NumPy scalar): the default dtype for a float."""
    kind = type(number)
    if kind is float:
        return get_default_dtype()
    if kind is int:
        return int64
    if isinstance(number, bool | np.bool):
        return bool_
    if isinstance(number, int | np.integer):
        return int64
    if isinstance(number, float | np.floating):
        return get_default_dtype()
    if isinstance(number, complex | np.complexfloating):
        return get_default_dtype().to_complex()
    raise TypeError(f"expected a number, but got {kind.__name__}")


def result_dtype(operands: Iterable[tuple[dtype, int] | complex]) -> dtype:
    """The dtype of the result of an operation on `operands`, each of them (dtype, number of dimensions) or a number.

    >>> result_dtype([(dtypes.int32, 1), 2.5]), result_dtype([(dtypes.float32, 1), (dtypes.float64, 0)])
    (torch.float32, torch.float32)
    """
    dimensioned = scalar = number = None
    for operand in operands:
        if type(operand) is not tuple:
            number = _join(number, number_dtype(operand))
        elif operand[1]:
            dimensioned = _join(dimensioned, operand[0])
        else:
            scalar = _join(scalar, operand[0])
    result = _outrank(dimensioned, _outrank(scalar, number))
    if result is None:
        raise ValueError("result_dtype() needs at least one operand")
    return result


def _join(a: dtype | None, b: dtype) -> dtype:
    return b if a is None or a is b else _promote(a, b)


def _outrank(first: dtype | None, second: dtype | None) -> dtype | None:
    """The dtype of two categories together, of which `first` comes before `second`."""
    if first is None or second is None:
        return first or second
    if second.category <= first.category:
        return first
    if first.is_floating_point:
        return first.to_complex()
    if first is bool_:
        return _promote(first, second)
    return second if second.category > 1 else first


def _check_dtypes(function: str, **arguments: Any) -> None:
    for position, (name, value) in enumerate(arguments.items(), 1):
        if not isinstance(value, dtype):
            kind = type(value).__name__
            raise TypeError(f"{function}(): argument '{name}' (position {position}) must be torch.dtype, not {kind}")
