"""Comparisons, tests, logic and bits, and choosing by a mask."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import broadcast_shapes
from ...arrays.strided import overlaps_itself
from ...core.declare import NUMBERS, elementwise, int_to_float, op
from ...core.tensor import Tensor, wrap
from ...core.views import assign
from ..creation.filled import check_fits
from ..support.arguments import check_tensor
from ..support.attach import described, inplace_methods, inplace_operator, methods
from ..support.checked import checked
from ..support.kinds import only
from ..support.layered import reads_values
from ..support.no_derivative import no_derivative
from ..support.options import no_such_call, warn_expanded, warn_user
from ..support.selection import choose as chosen
from ..support.selection import drop, keep
from ..support.signatures import either, last

__all__ = [
    "allclose", "bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor",
    "copysign", "eq", "equal", "ge", "greater", "greater_equal", "gt", "heaviside", "isclose", "isfinite", "isinf",
    "isnan", "isneginf", "isposinf", "isreal", "le", "less", "less_equal", "logical_and", "logical_not", "logical_or",
    "logical_xor", "lt", "masked_fill", "ne", "not_equal", "signbit", "where",
]  # fmt: skip


#: Zeros like a gradient: the rule of an input on which a result depends only piecewise constantly.
zeros = elementwise("zero_gradient", np.zeros_like, names=("x",))


# Comparisons.


def _comparison(name: str, forward: Any, kinds: str = "bif") -> Any:
    return elementwise(name, forward, promote=only(kinds, f"{name}_cpu"), names=("x", "y"), numbers=last(name))


eq = _comparison("eq", operator.eq, "bifc")
ne = not_equal = _comparison("ne", operator.ne, "bifc")
lt = less = _comparison("lt", operator.lt)
le = less_equal = _comparison("le", operator.le)
gt = greater = _comparison("gt", operator.gt)
ge = greater_equal = _comparison("ge", operator.ge)


def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same shape and equal elements.

    >>> import rushlight as torch
    >>> torch.equal(torch.tensor([1, 2]), torch.tensor([1., 2.]))
    True
    """
    check_tensor("equal", input)
    check_tensor("equal", other, "other", 2)
    return input._data.shape == other._data.shape and _all_equal(input, other)


@reads_values
def _all_equal(input: Tensor, other: Tensor) -> bool:
    return bool(np.all(input._data == other._data))


@checked
def isclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
    """Elementwise ``|input - other| <= atol + rtol * |other|``; infinities are close to themselves alone.

    Raises RuntimeError unless both have one dtype and neither tolerance is negative.
    """
    return _isclose(input, other, rtol, atol, equal_nan)


@reads_values
def _isclose(*arguments: Any) -> Tensor:
    return wrap(_close("isclose", *arguments))


def allclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Whether all elements are close, as `isclose` has it."""
    return _allclose(input, other, rtol, atol, equal_nan)


@reads_values
def _allclose(*arguments: Any) -> bool:
    return bool(np.all(_close("allclose", *arguments)))


def _close(function: str, input: Tensor, other: Tensor, rtol: float, atol: float, equal_nan: bool) -> Any:
    check_tensor(function, input)
    check_tensor(function, other, "other", 2)
    if input.dtype is not other.dtype:
        raise RuntimeError(f"{input.dtype.scalar_name} did not match {other.dtype.scalar_name}")
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if not tolerance >= 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {tolerance:g}")
    x, y = input._data, other._data
    broadcast_shapes(x.shape, y.shape)
    if x.dtype.kind in "biu":
        x, y = (dtypes.cast(a, dtypes.get_default_dtype()) for a in (x, y))
    with np.errstate(all="ignore"):
        close = x == y
        if equal_nan:
            close = close | (np.isnan(x) & np.isnan(y))
        if rtol or atol:
            distance = abs(x - y)
            close = close | (np.isfinite(distance) & (distance <= atol + abs(rtol * y)))
    return close


# Tests of one element.

isnan = elementwise("isnan", np.isnan)
isinf = elementwise("isinf", np.isinf)
isfinite = elementwise("isfinite", np.isfinite)
isreal = elementwise("isreal", lambda x: x.imag == 0)
isposinf = elementwise(
    "isposinf", lambda x: x == np.inf, promote=only("bif", RuntimeError("isposinf does not support complex inputs."))
)
isneginf = elementwise(
    "isneginf", lambda x: x == -np.inf, promote=only("bif", RuntimeError("isneginf does not support complex inputs."))
)
signbit = elementwise(
    "signbit", lambda x: np.signbit(x) if x.dtype.kind == "f" else x < 0,
    promote=only("bif", NotImplementedError("signbit is not implemented for complex tensors.")),
)  # fmt: skip


# Logic and bits.

logical_and = elementwise("logical_and", np.logical_and, names=("x", "y"), numbers=False)
logical_or = elementwise("logical_or", np.logical_or, names=("x", "y"), numbers=False)
logical_xor = elementwise("logical_xor", np.logical_xor, names=("x", "y"), numbers=False)
logical_not = elementwise("logical_not", np.logical_not)


def _bitwise(name: str, forward: Any, kinds: str, kernel: str) -> Any:
    numbers = either(f"bitwise_{name}", out="")
    return elementwise(f"bitwise_{name}", forward, promote=only(kinds, f"{kernel}_cpu"), names=("x", "y"), numbers=numbers)


bitwise_and = _bitwise("and", operator.and_, "bi", "bitwise_and")
bitwise_or = _bitwise("or", operator.or_, "bi", "bitwise_or")
bitwise_xor = _bitwise("xor", operator.xor, "bi", "bitwise_xor")
bitwise_not = elementwise("bitwise_not", np.invert, promote=only("bi", "bitwise_not_cpu"))


def _invert(self: Tensor) -> Tensor:
    if self._data.dtype.kind in "fc":
        raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return bitwise_not(self)


def _shift_left(x: Any, y: Any) -> Any:
    inside = (y >= 0) & (y < 8 * x.itemsize)
    return np.where(inside, x << np.where(inside, y, y.dtype.type(0)), x.dtype.type(0))


def _shift_right(x: Any, y: Any) -> Any:
    most = y.dtype.type(8 * x.itemsize - 1)
    inside = (y >= 0) & (y <= most)
    shifted = x >> np.where(inside, y, most)
    return shifted if x.dtype.kind == "i" else np.where(inside, shifted, x.dtype.type(0))


bitwise_left_shift = _bitwise("left_shift", _shift_left, "i", "lshift")
bitwise_right_shift = _bitwise("right_shift", _shift_right, "i", "rshift")


def _reflected(function: Any) -> Any:
    """``number << tensor`` and the like."""
    return lambda self, other: function(other, self) if isinstance(other, (Tensor, *NUMBERS)) else NotImplemented


# Signs and steps.

_copysign_rule = lambda g, x, out: g * masked_fill(out / x, x == 0, 0)
_copysign = elementwise(
    "copysign", np.copysign, "CopysignBackward0", _copysign_rule, lambda g: zeros(g),
    promote=only("bif", "copysign_cpu", int_to_float), numbers=last("copysign"),
)  # fmt: skip
_copysign_number = elementwise(
    "copysign_number", np.copysign, "CopysignBackward1", _copysign_rule, names=("x", "y"), inputs=2,
    promote=only("bif", "copysign_cpu", int_to_float), numbers=last("copysign"),
)  # fmt: skip


def copysign(input: Tensor, other: Any, *, out: Tensor | None = None) -> Tensor:
    """The magnitude of `input` with the sign of `other` (a tensor or a number), zeros and NaN included."""
    return (_copysign_number if isinstance(other, NUMBERS) else _copysign)(input, other, out=out)


def _check_heaviside(x: Any, values: Any) -> None:
    if x.dtype.is_complex or values.dtype.is_complex:
        raise RuntimeError("heaviside is not yet implemented for complex tensors.")
    if x.dtype is not values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")


heaviside = elementwise(
    "heaviside", lambda x, values: np.where(x == 0, values, (x > 0).astype(values.dtype)), "NotImplemented",
    no_derivative("heaviside"), no_derivative("heaviside"),
    names=("x", "values"), numbers=False, check=_check_heaviside,
)  # fmt: skip


# Choosing.


def _choose(x: Any, y: Any, condition: Any) -> Any:
    # A number 0 on one side, as in derivative rules, has a faster way.
    if x.__class__ is int and x == 0:
        return drop(condition, y)
    if y.__class__ is int and y == 0:
        return keep(condition, x)
    return chosen(condition, x, y)


#: ``where``, with the condition last.
choose = elementwise(
    "where", _choose, "WhereBackward0",
    lambda g, condition: choose(g, 0, condition),
    lambda g, condition: choose(0, g, condition),
)  # fmt: skip
WHERE_UINT8 = (
    "where received a uint8 condition tensor. This behavior is deprecated and will be removed in a future version of "
    "PyTorch. Use a boolean condition instead."
)


_WHERE = (
    "(Tensor condition)",
    "(Tensor condition, Tensor input, Tensor other, *, Tensor out = None)",
    "(Tensor condition, Number self, Tensor other)",
    "(Tensor condition, Tensor input, Number other)",
    "(Tensor condition, Number self, Number other)",
)


def where(condition: Tensor, input: Any = None, other: Any = None, *, out: Tensor | None = None) -> Any:
    """`input` where `condition` holds, `other` elsewhere; both may be tensors or numbers, and all three broadcast.

    ``where(condition)`` alone gives the indices at which it holds, a tuple of one tensor for each dimension.
    Raises RuntimeError unless `condition` is a bool tensor.

    >>> import rushlight as torch
    >>> torch.where(torch.tensor([True, False]), torch.tensor([1., 2.]), 0)
    tensor([1., 0.])
    """
    if input is None and other is None:
        check_tensor("where", condition, "condition")
        return condition.nonzero(as_tuple=True)  # type: ignore[attr-defined]
    if not isinstance(condition, Tensor) or not all([isinstance(a, (Tensor, *NUMBERS)) for a in (input, other)]):
        raise no_such_call("where", tuple([a for a in (condition, input, other) if a is not None]), {}, _WHERE)
    if condition._data.dtype.kind != "b":
        if condition.dtype is not dtypes.uint8:
            raise RuntimeError(
                "where expected condition to be a boolean tensor, but got a tensor with dtype "
                f"{condition.dtype.scalar_name}"
            )
        warn_user(WHERE_UINT8)
        condition = wrap(condition._data != 0)
    shapes = [a._data.shape for a in (condition, input, other) if isinstance(a, Tensor)]
    if any([shape != shapes[0] for shape in shapes]):
        broadcast_shapes(*shapes)
    if out is None:
        return choose(input, other, condition)
    from ..support.outputs import into

    return into(out, choose, input, other, condition)


def _where_method(self: Tensor, condition: Tensor, other: Any) -> Tensor:
    return where(condition, self, other)


def _filled(x: Any, mask: Any, value: Any) -> Any:
    if value.__class__ is int and value == 0 and x.dtype.kind == "f":
        return drop(mask, x)
    dtype = dtypes.of_array(x)
    value = check_fits(value, dtype) if isinstance(value, NUMBERS) else value
    return np.where(mask, dtypes.cast(np.asarray(value), dtype), x)


_masked_fill = op(
    "masked_fill", _filled, "MaskedFillBackward0", {"x": lambda g, mask: _masked_fill(g, mask, 0)}, conforms=True,
    contiguous=True,
)
_masked_fill_tensor = op("masked_fill_tensor", _filled, "MaskedFillBackward1", {
    "x": lambda g, mask: _masked_fill(g, mask, 0),
    "value": lambda g, mask: choose(g, 0, mask).sum(),
}, conforms=True, contiguous=True)  # fmt: skip


_MASKED_FILL = ("(Tensor input, Tensor mask, Tensor value)", "(Tensor input, Tensor mask, Number value)")


def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """`input` with `value` (a number or a 0-d tensor) in the places where the bool tensor `mask` holds.

    The shapes broadcast. Raises RuntimeError for another mask, or a value with dimensions.
    """
    if not isinstance(input, Tensor) and hasattr(input, "dtype"):
        return _masked_fill(input, mask, value)
    if not (isinstance(input, Tensor) and isinstance(mask, Tensor) and isinstance(value, (Tensor, *NUMBERS, np.generic))):
        raise no_such_call("masked_fill", (input, mask, value), {}, _MASKED_FILL)
    if mask._data.shape != input._data.shape:
        broadcast_shapes(mask._data.shape, input._data.shape)
    if mask._data.dtype.kind != "b":
        raise RuntimeError(f"masked_fill_ only supports boolean masks, but got mask with dtype {mask.dtype.cpp_name}")
    if not isinstance(value, Tensor):
        return _masked_fill(input, mask, value)
    if value._data.ndim:
        raise RuntimeError(
            "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value._data.ndim} dimension(s)."
        )
    if value.dtype.category > input.dtype.category:
        check_fits(value.item(), input.dtype)
    return _masked_fill_tensor(input, mask, value)


def _masked_fill_inplace(self: Tensor, mask: Tensor, value: Any) -> Tensor:
    """`masked_fill`, in place."""
    if isinstance(mask, Tensor) and mask._data.shape != self._data.shape:
        broadcast_shapes(self._data.shape, mask._data.shape)  # whose words name the tensor itself first
    if overlaps_itself(self._data):
        warn_expanded("masked_fill_", "tensor[mask] = scalar")
    return assign(self, masked_fill, (mask, value), overlap=True)


described(
    globals(),
    bitwise_and="``input & other`` of integers or bools.",
    bitwise_left_shift="``input << other`` of integers.",
    bitwise_not="``~input`` of integers or bools.",
    bitwise_or="``input | other`` of integers or bools.",
    bitwise_right_shift="``input >> other`` of integers.",
    bitwise_xor="``input ^ other`` of integers or bools.",
    eq="``input == other``, element by element: of bool.",
    ge="``input >= other``, element by element: of bool. Raises RuntimeError for complex numbers.",
    gt="``input > other``, element by element: of bool. Raises RuntimeError for complex numbers.",
    heaviside="0 below zero, 1 above, and at zero the element of `values`.",
    isfinite="Whether each element is neither infinite nor NaN.",
    isinf="Whether each element is infinite.",
    isnan="Whether each element is NaN.",
    isneginf="Whether each element is negative infinity.",
    isposinf="Whether each element is positive infinity.",
    isreal="Whether the imaginary part of each element is 0.",
    le="``input <= other``, element by element: of bool. Raises RuntimeError for complex numbers.",
    logical_and="Whether both are not 0, element by element: of bool.",
    logical_not="Whether each element is 0.",
    logical_or="Whether one is not 0, element by element: of bool.",
    logical_xor="Whether just one is not 0, element by element: of bool.",
    lt="``input < other``, element by element: of bool. Raises RuntimeError for complex numbers.",
    ne="``input != other``, element by element: of bool.",
    signbit="Whether the sign bit of each element is set, that of -0.0 too.",
)  # fmt: skip

methods(
    eq=eq, ne=ne, lt=lt, le=le, gt=gt, ge=ge, greater=gt, greater_equal=ge, less=lt, less_equal=le, not_equal=ne,
    __eq__=eq.operator, __ne__=ne.operator, __lt__=lt.operator, __le__=le.operator, __gt__=gt.operator,
    __ge__=ge.operator, equal=equal, isclose=isclose, allclose=allclose, isnan=isnan, isinf=isinf, isfinite=isfinite,
    isreal=isreal, isposinf=isposinf, isneginf=isneginf, signbit=signbit, copysign=copysign, heaviside=heaviside,
    logical_and=logical_and, logical_or=logical_or, logical_xor=logical_xor, logical_not=logical_not,
    bitwise_and=bitwise_and, bitwise_or=bitwise_or, bitwise_xor=bitwise_xor, bitwise_not=bitwise_not,
    bitwise_left_shift=bitwise_left_shift, bitwise_right_shift=bitwise_right_shift,
    __and__=bitwise_and.operator, __or__=bitwise_or.operator, __xor__=bitwise_xor.operator, __invert__=_invert,
    __rand__=bitwise_and.operator, __ror__=bitwise_or.operator, __rxor__=bitwise_xor.operator,
    __lshift__=bitwise_left_shift.operator, __rshift__=bitwise_right_shift.operator,
    __rlshift__=_reflected(bitwise_left_shift), __rrshift__=_reflected(bitwise_right_shift),
    where=_where_method, masked_fill=masked_fill, masked_fill_=_masked_fill_inplace,
)  # fmt: skip
inplace_methods(
    eq, ne, lt, le, gt, ge, logical_and, logical_or, logical_xor, logical_not, copysign, heaviside,
    bitwise_and, bitwise_or, bitwise_xor, bitwise_not, bitwise_left_shift, bitwise_right_shift,
    greater_=gt, greater_equal_=ge, less_=lt, less_equal_=le, not_equal_=ne,
)  # fmt: skip
methods(
    __iand__=inplace_operator(bitwise_and.operator), __ior__=inplace_operator(bitwise_or.operator),
    __ixor__=inplace_operator(bitwise_xor.operator), __ilshift__=inplace_operator(bitwise_left_shift.operator),
    __irshift__=inplace_operator(bitwise_right_shift.operator),
)  # fmt: skip
