"""Checks of arguments that many functions share, in torch's words."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.dtypes import dtype
from ...core.modes import is_grad_enabled
from ...core.tensor import Tensor
from .options import argument_error

PYTHON_NUMBERS = (bool, int, float, complex, np.number)


def check_tensor(function: str, value: Any, name: str = "input", position: int = 1) -> None:
    """Raises TypeError if `value` is not a Tensor."""
    if not isinstance(value, Tensor):
        raise argument_error(function, name, "Tensor", value, position)


def check_number(function: str, value: Any, name: str, position: int | None) -> None:
    """Raises TypeError if `value` is not a number (a 0-d tensor passes for one)."""
    if isinstance(value, Tensor):
        value = value if value.ndim else 0
    if not isinstance(value, PYTHON_NUMBERS):
        raise argument_error(function, name, "Number", value, position)


def check_real(function: str, value: Any, name: str, position: int | None) -> None:
    """Raises TypeError if `value` is not a real number (a 0-d tensor passes for one)."""
    if not isinstance(value, Tensor) and (isinstance(value, complex) or not isinstance(value, PYTHON_NUMBERS)):
        raise argument_error(function, name, "float", value, position)


def check_int(function: str, value: Any, name: str, position: int | None) -> None:
    """Raises TypeError if `value` is not an integer."""
    if isinstance(value, bool) or not (isinstance(value, (int, np.integer)) or is_index(value)):
        raise argument_error(function, name, "int", value, position)


def is_index(value: Any) -> bool:
    """Whether `value` is a tensor that passes for an int."""
    return isinstance(value, Tensor) and not value.ndim and value._data.dtype.kind in "iu"


def check_bool(function: str, value: Any, name: str, position: int | None) -> None:
    """Raises TypeError if `value` is not a bool."""
    if not isinstance(value, (bool, np.bool)):
        raise argument_error(function, name, "bool", value, position)


def unimplemented(kernel: str, d: dtype) -> NotImplementedError:
    """The error of a kernel that does not take this dtype."""
    return NotImplementedError(f"\"{kernel}\" not implemented for '{d.scalar_name}'")


def check_wide(kernel: str, value: Any) -> None:
    """Raises NotImplementedError unless `value` is of float32 or float64: all that some kernels take."""
    if not (value.dtype.is_floating_point and value.dtype.itemsize >= 4):
        raise unimplemented(kernel, value.dtype)


def check_no_gradient(function: str, value: Any, name: str) -> None:
    """Raises RuntimeError if `value` is a tensor whose gradient would be recorded: this argument has none."""
    if isinstance(value, Tensor) and value.requires_grad and is_grad_enabled():
        raise RuntimeError(
            f"The function '{function}' is not differentiable with respect to argument '{name}'. This input cannot "
            "have requires_grad True."
        )
