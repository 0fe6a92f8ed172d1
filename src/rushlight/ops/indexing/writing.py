"""Filling and copying, in place."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import broadcast_shapes
from ...core.declare import NUMBERS, elementwise, op
from ...core.saved import bump
from ...core.tensor import Tensor, wrap
from ...core.views import assign
from ..creation.filled import check_fits
from ..elementwise.comparison import zeros
from ..support.arguments import check_tensor
from ..support.attach import functions, methods, unrecorded, written
from ..support.options import no_such_call

__all__ = ["fill", "fill_", "zero_"]


def _filled(x: Any, value: Any) -> Any:
    """An array like `x` of one value."""
    dtype = dtypes.of_array(x)
    value = check_fits(value, dtype) if isinstance(value, NUMBERS) else value
    return np.full_like(x, dtypes.cast(np.asarray(value), dtype))


_zero = elementwise("zero", np.zeros_like, "ZeroBackward0", lambda g: zeros(g), names=("x",))


def _fill_op(name: str, node: str, tensor: bool) -> Any:
    rules: dict[str, Any] = {"x": lambda g: zeros(g)}
    if tensor:
        rules["value"] = lambda g: g.sum()
    return op(name, _filled, node, rules, conforms=True)


_fill_number = _fill_op("fill", "FillBackward0", False)
_fill_tensor = _fill_op("fill_from_tensor", "FillBackward1", True)
_refill_number = _fill_op("fill_", "FillBackward2", False)
_refill_tensor = _fill_op("fill_from_tensor_", "FillBackward3", True)


def _check_fill(name: str, value: Any, *before: Tensor) -> bool:
    """Whether the value is a tensor; it must have no dimensions then."""
    if not isinstance(value, Tensor):
        if not isinstance(value, (*NUMBERS, np.generic)):
            forms = [f"({'Tensor input, ' * len(before)}{kind} value)" for kind in ("Tensor", "Number")]
            raise no_such_call(name, (*before, value), {}, forms)
        return False
    if value._data.ndim:
        raise RuntimeError(
            f"fill_ only supports 0-dimension value tensor but got tensor with {value._data.ndim} dimensions."
        )
    return True


def fill(input: Tensor, value: Any) -> Tensor:
    """A tensor like `input` of one value, a number or a 0-d tensor."""
    check_tensor("fill", input)
    return (_fill_tensor if _check_fill("fill", value, input) else _fill_number)(input, value)


def _fill_inplace(self: Tensor, value: Any) -> Tensor:
    """Sets every element to `value`, a number or a 0-d tensor."""
    data = self._data
    if value.__class__ in (float, int) and data.__class__ is np.ndarray and data.dtype.kind == "f" and unrecorded(self):
        data.fill(check_fits(value, self.dtype))
        bump(self)
        return self
    if _check_fill("fill_", value):
        return assign(self, _refill_tensor, (value,))
    return assign(self, _refill_number, (value,), overlap=True)


def _zero_inplace(self: Tensor) -> Tensor:
    """Sets every element to zero."""
    if self._data.__class__ is np.ndarray and unrecorded(self):
        self._data.fill(0)
        bump(self)
        return self
    return assign(self, _zero, (), overlap=True)


def _copied(x: Any, source: Any) -> Any:
    try:
        return np.broadcast_to(dtypes.cast(source, dtypes.of_array(x)), x.shape, subok=True)[()]
    except ValueError:
        shape = broadcast_shapes(x.shape, source.shape)
        raise RuntimeError(
            f"output with shape {list(x.shape)} doesn't match the broadcast shape {list(shape)}"
        ) from None


_copy = op(
    "copy", _copied, "CopyBackwards", {"x": lambda g: zeros(g), "source": lambda g: g}, conforms=True, holomorphic=False
)


def _copy_into(x: Any, source: Any, out: Any = None) -> Any:
    if out is None:
        return source
    np.copyto(out, source)
    return out


def _copy_inplace(self: Tensor, other: Any, non_blocking: bool = False) -> Tensor:
    """Copies the elements of `other`, broadcast and cast to this tensor's shape and dtype."""
    if written(self, _copy_into, other, numbers=False):
        return self
    if not isinstance(other, Tensor):
        if not isinstance(other, (*NUMBERS, np.generic)):
            check_tensor("copy_", other, "other")
        other = wrap(np.asarray(other))
    return assign(self, _copy, (other,), like_copy=True)


methods(fill_=_fill_inplace, zero_=_zero_inplace, copy_=_copy_inplace)
fill_, zero_ = functions("fill_", "zero_")
