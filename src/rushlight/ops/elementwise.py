"""Arithmetic: sums and products, quotients and remainders, powers, signs, extremes, bounds.

The formulas of the derivatives are elementary calculus; their order of operations, and the side that is taken at ties
and kinks, are torch's.
"""

from __future__ import annotations

import builtins
import cmath
import math
import operator
from typing import Any

import numpy as np

from ..core import dtypes
from ..core.modes import GRAD, grad_mode
from ..core.op import F32, NUMBERS, elementwise, int_to_float, into
from ..core.promotion import result_dtype
from ..core.saved import bump
from ..core.tensor import PLAIN, Tensor
from ..core.views import assign
from .arguments import check_tensor
from .attach import functions, inplace, inplace_methods, inplace_operator, methods, unrecorded, written
from .comparison import choose, masked_fill, no_derivative, zeros
from .kinds import only
from .options import as_number

__all__ = [
    "abs", "abs_", "absolute", "add", "addcdiv", "addcmul", "div", "divide", "float_power", "floor_divide", "fmod", "gcd",
    "gcd_", "lcm", "lcm_", "ldexp", "ldexp_", "lerp", "mul", "multiply", "neg", "neg_", "negative", "negative_",
    "nextafter", "positive", "pow", "reciprocal", "reciprocal_", "remainder", "rsub", "sgn", "sign", "square", "square_",
    "sub", "subtract", "true_divide",
]  # fmt: skip


# Sums.

_add = elementwise("add", operator.add, "AddBackward0", lambda g: g, lambda g: g, names=("x", "y"))


def _check_sub(x: Any, y: Any) -> None:
    bools = [a.__class__ is bool or (isinstance(a, Tensor) and a.dtype is dtypes.bool_) for a in (x, y)]
    if all(bools):
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
            "operator instead."
        )
    if any(bools):
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
            "use the `~` or `logical_not()` operator instead."
        )


_sub = elementwise("sub", operator.sub, "SubBackward0", lambda g: g, lambda g: -g, names=("x", "y"), check=_check_sub)


def as_payload(number: Any, like: Any) -> Any:
    """A number (or payload) in the dtype of the payload `like`; integers wrap around as torch's do."""
    return np.asarray(number, like.dtype) if like.dtype.kind in "fc" else dtypes.cast(np.asarray(number), dtypes.of_array(like))


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


_add_scaled = elementwise(
    "add_scaled", fused, "AddBackward0", lambda g: g, lambda g, alpha: g * alpha, names=("x", "y", "alpha"), inputs=2
)
_sub_scaled = elementwise(
    "sub_scaled", lambda x, y, alpha: fused(x, y, -alpha), "SubBackward0", lambda g: g, lambda g, alpha: -g * alpha,
    names=("x", "y", "alpha"), inputs=2, check=_check_sub,
)  # fmt: skip


def _factor(alpha: Any, *operands: Any) -> Any:
    """A number that multiplies an operand of an operation on `operands`. Raises RuntimeError where it cannot."""
    alpha, dtype = as_number("add", "alpha", alpha), _common(*operands)
    if alpha.__class__ is bool and dtype is not dtypes.bool_:
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if not dtype.is_floating_point and not dtype.is_complex and isinstance(alpha, (float, complex)):
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    if isinstance(alpha, complex) and not dtype.is_complex:
        raise RuntimeError("For non-complex input tensors, argument alpha must not be a complex number.")
    return alpha


def _common(*operands: Any) -> dtypes.dtype:
    """The dtype to which operands promote."""
    return result_dtype([(a.dtype, a._data.ndim) if isinstance(a, Tensor) else a for a in operands])


def add(input: Tensor, other: Any, *, alpha: Any = 1, out: Tensor | None = None) -> Tensor:
    """``input + alpha * other``, with broadcasting and type promotion.

    >>> import rushlight as torch
    >>> torch.add(torch.tensor([1., 2.]), 3, alpha=10)
    tensor([31., 32.])
    """
    if alpha.__class__ is int and alpha == 1:
        return _add(input, other, out=out)
    return _into(out, _add_scaled, input, other, _factor(alpha, input, other))


def sub(input: Tensor, other: Any, *, alpha: Any = 1, out: Tensor | None = None) -> Tensor:
    """``input - alpha * other``, with broadcasting and type promotion. Raises RuntimeError for bool tensors."""
    if alpha.__class__ is int and alpha == 1:
        return _sub(input, other, out=out)
    _check_sub(input, other)
    return _into(out, _sub_scaled, input, other, _factor(alpha, input, other))


def _into(out: Tensor | None, call: Any, *arguments: Any) -> Tensor:
    if out is None:
        return call(*arguments)
    return into(out, call, *arguments)


_rsub = elementwise("rsub", lambda x, y: y - x, "RsubBackward0", lambda g: -g, lambda g: g, check=_check_sub)
_rsub_number = elementwise("rsub_number", lambda x, y: y - x, "RsubBackward1", lambda g: -g, inputs=2, check=_check_sub)


def rsub(input: Tensor, other: Any, *, alpha: Any = 1) -> Tensor:
    """``other - alpha * input``."""
    if not (alpha.__class__ is int and alpha == 1):
        input = mul(input, _factor(alpha, input, other))
    return (_rsub_number if isinstance(other, NUMBERS) else _rsub)(input, other)


def _neg_dtype(d: dtypes.dtype) -> dtypes.dtype:
    if d is dtypes.bool_:
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the "
            "`~` or `logical_not()` operator instead."
        )
    return d


neg = negative = elementwise("neg", operator.neg, "NegBackward0", lambda g: -g, promote=_neg_dtype, names=("x",))


def positive(input: Tensor) -> Tensor:
    """`input` itself. Raises RuntimeError for a bool tensor."""
    if input.dtype is dtypes.bool_:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


# Products and quotients.

mul = multiply = elementwise(
    "mul", operator.mul, "MulBackward0", lambda g, y: g * y, lambda g, x: g * x, names=("x", "y")
)
_div = elementwise(
    "div", operator.truediv, "DivBackward0", lambda g, y: g / y, lambda g, x, y: -g * ((x / y) / y),
    promote=int_to_float, names=("x", "y"),
)  # fmt: skip
reciprocal = elementwise("reciprocal", lambda x: 1 / x, "ReciprocalBackward0", lambda g, out: -g * (out * out), promote=int_to_float)


def _nonzero(y: Any) -> None:
    """An integer may not be divided by zero."""
    if y.dtype.kind in "iu" and not np.all(y):
        raise RuntimeError("ZeroDivisionError")


def _floor_quotient(x: Any, y: Any) -> Any:
    _nonzero(y)
    return np.floor_divide(x, y)


def _trunc_quotient(x: Any, y: Any) -> Any:
    _nonzero(y)
    return np.trunc(x / y) if x.dtype.kind == "f" else (x - np.fmod(x, y)) // y


def _floor_remainder(x: Any, y: Any) -> Any:
    _nonzero(y)
    if x.dtype.kind != "f":
        return np.remainder(x, y)
    rest = np.fmod(x, y)
    return np.where((rest != 0) & ((y < 0) != (rest < 0)), rest + y, rest)[()]


def _trunc_remainder(x: Any, y: Any) -> Any:
    _nonzero(y)
    return np.fmod(x, y)


_div_floor, _div_trunc = (
    elementwise(name, forward, "DivBackward2", lambda g: zeros(g), lambda g: zeros(g), names=("x", "y"),
                promote=only("if", f"{name}_cpu"))
    for name, forward in (("div_floor", _floor_quotient), ("div_trunc", _trunc_quotient))
)  # fmt: skip
floor_divide = elementwise(
    "floor_divide", _floor_quotient, "NotImplemented", no_derivative("floor_divide"), no_derivative("floor_divide"),
    names=("x", "y"), promote=only("if", "div_floor_cpu"),
)  # fmt: skip
_remainder, _fmod = (
    elementwise(name, forward, node + "1", lambda g: g, other, names=("x", "y"), promote=only("if", f"{name}_cpu"))
    for name, forward, node, other in (
        ("remainder", _floor_remainder, "RemainderBackward", lambda g, x, y: -g * _div_floor(x, y)),
        ("fmod", _trunc_remainder, "FmodBackward", lambda g, x, y: -g * _div_trunc(x, y)),
    )
)
_remainder_number, _fmod_number = (
    elementwise(name + "_number", forward, node + "0", lambda g: g, names=("x", "y"), inputs=2,
                promote=only("if", f"{name}_cpu"))
    for name, forward, node in (
        ("remainder", _floor_remainder, "RemainderBackward"), ("fmod", _trunc_remainder, "FmodBackward"),
    )
)  # fmt: skip
_remainder_of_number = elementwise(
    "remainder_of_number", lambda x, y: _floor_remainder(y, x), "NotImplemented", no_derivative("remainder"), inputs=2,
    names=("x", "y"), promote=only("if", "remainder_cpu"),
)  # fmt: skip


def div(input: Tensor, other: Any, *, rounding_mode: str | None = None, out: Tensor | None = None) -> Tensor:
    """``input / other``: true division, or rounded down ("floor") or towards zero ("trunc").

    True division of integers gives the default dtype; rounded division keeps theirs, and raises RuntimeError where it
    would divide an integer by zero.
    """
    if rounding_mode is None:
        return _div(input, other, out=out)
    if rounding_mode == "floor":
        return _div_floor(input, other, out=out)
    if rounding_mode == "trunc":
        return _div_trunc(input, other, out=out)
    raise RuntimeError(
        f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
    )


divide = div


def true_divide(input: Tensor, other: Any, *, out: Tensor | None = None) -> Tensor:
    """``input / other``; integers give the default dtype."""
    return _div(input, other, out=out)


def remainder(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """Python's ``%``: the rest of the division rounded down, with the sign of `other`."""
    if isinstance(other, NUMBERS):
        return _remainder_number(input, other, out=out)
    return _remainder_of_number(other, input, out=out) if isinstance(input, NUMBERS) else _remainder(input, other, out=out)


def fmod(input: Tensor, other: Any, *, out: Tensor | None = None) -> Tensor:
    """C's ``fmod``: the rest of the division rounded towards zero, with the sign of `input`."""
    return (_fmod_number if isinstance(other, NUMBERS) else _fmod)(input, other, out=out)


# Powers.


def multiplied(x: Any, y: Any) -> Any:
    """``x * y``, in the memory of `x`, which must be new, if it has that shape."""
    return np.multiply(x, y, x) if type(x) is np.ndarray is type(y) and x.shape == y.shape and x.ndim else x * y


def _power(x: Any, exponent: Any) -> Any:
    """``x ** exponent`` for a number, with the multiplications and roots that torch uses."""
    if x.dtype.kind == "b":
        return x | (not exponent)
    if exponent == 2:
        return x * x
    if exponent == 3:
        return multiplied(x * x, x)
    if exponent == 0.5:
        return np.sqrt(x)
    if x.dtype.kind in "iu" and exponent < 0:
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    if exponent == -0.5:
        return 1 / np.sqrt(x)
    if exponent == -2:
        return 1 / (x * x)
    return x**exponent


def _power_rule(g: Any, x: Any, exponent: Any) -> Any:
    if exponent == 0:
        return zeros(g)
    return g * (exponent * (x if exponent == 2 else pow_number(x, exponent - 1)))


pow_number = elementwise("pow_number", _power, "PowBackward0", _power_rule, names=("x", "exponent"), inputs=1)


def _power_of_tensors(x: Any, y: Any) -> Any:
    if x.dtype.kind not in "iu" or not np.any(y < 0):
        return np.power(x, y)
    # Of integers to negative powers only those of 1 and -1 are integers; torch gives 0 for the others.
    negative = y < 0
    sign = np.where(x == -1, 1 - 2 * (y % 2), x == 1)
    return np.where(negative, sign, np.power(x, np.where(negative, 0, y))).astype(x.dtype)


def is_complex(input: Any) -> bool:
    """Whether a tensor (or payload) is complex."""
    if not isinstance(input, (Tensor, np.ndarray, np.generic)):
        check_tensor("is_complex", input)
    return getattr(input, "_data", input).dtype.kind == "c"


def _exponent_rule(g: Any, x: Any, y: Any, out: Any) -> Any:
    from .math import log

    # x ** y is constant 0 along y at x = 0, where log(x) is not finite.
    rising = (y.real >= 0) & (y.imag == 0) if is_complex(y) else y >= 0
    return g * choose(0, out * log(x), (x == 0) & rising)


pow_tensor = elementwise(
    "pow", _power_of_tensors, "PowBackward1",
    lambda g, x, y: choose(0, g * (y * pow_tensor(x, y - 1)), y == 0),
    lambda g, x, y, out: _exponent_rule(g, x, y, out),
    promote=only("ifc", "pow"), names=("x", "y"), saved_as={"y": "exponent"},
)  # fmt: skip


def _power_of_number(x: Any, base: Any) -> Any:
    return _power_of_tensors(as_payload(base, x)[()], x)


def _log(base: Any) -> Any:
    """The logarithm of a number as torch has it: not a number for a negative one, which no complex number is."""
    if isinstance(base, complex):
        return cmath.log(base) if base else -math.inf
    return math.log(base) if base > 0 else math.nan if base else -math.inf


def _base_rule(g: Any, x: Any, base: Any, out: Any) -> Any:
    if base == 0:
        return g * choose(0, out * _log(base), (x.real if is_complex(x) else x) >= 0)
    return g * (out * _log(base))


pow_of_number = elementwise(
    "pow_of_number", _power_of_number, "PowBackward2", _base_rule, names=("x", "base"), inputs=1, promote=only("ifc", "pow"),
    saved_as={"x": "exponent", "base": "self", "out": "result"},
)  # fmt: skip


def promoted(x: Tensor, number: Any) -> Tensor:
    """`x` in the dtype that it has in common with a number."""
    if x._data.dtype.kind == "f" and number.__class__ is not complex:
        return x
    dtype = _common(x, number)
    return x if dtype is x.dtype else x.to(dtype)  # type: ignore[attr-defined]


def pow(input: Any, exponent: Any, *, out: Tensor | None = None) -> Tensor:
    """``input ** exponent``; either may be a number, and both broadcast.

    Integers keep their dtype; RuntimeError is raised for an integer tensor to a negative number.
    """
    if isinstance(exponent, NUMBERS) and isinstance(input, Tensor):
        return _into(out, pow_number, promoted(input, exponent), exponent)
    check_tensor("pow", exponent, "exponent", 2)
    if isinstance(input, NUMBERS):
        return _into(out, pow_of_number, promoted(exponent, input), input)
    return pow_tensor(input, exponent, out=out)


def _pow_operator(self: Tensor, exponent: Any) -> Any:
    kind = exponent.__class__
    if kind is int or kind is float or isinstance(exponent, NUMBERS):
        return pow_number(promoted(self, exponent), exponent)
    return pow_tensor.operator(self, exponent)


def _rpow_operator(self: Tensor, base: Any) -> Any:
    if isinstance(base, NUMBERS):
        return pow_of_number(promoted(self, base), base)
    return pow_tensor(base, self) if hasattr(base, "dtype") else NotImplemented


def _rdiv_operator(self: Tensor, other: Any) -> Any:
    return reciprocal(self) * other if hasattr(other, "dtype") or isinstance(other, NUMBERS) else NotImplemented


def _rsub_operator(self: Tensor, other: Any) -> Any:
    return rsub(self, other) if hasattr(other, "dtype") or isinstance(other, NUMBERS) else NotImplemented


def _rfloordiv_operator(self: Tensor, other: Any) -> Any:
    if not hasattr(other, "dtype") and not isinstance(other, NUMBERS):
        return NotImplemented
    return floor_divide(other, self)


def _remainder_operator(self: Tensor, other: Any) -> Any:
    return (_remainder_number if isinstance(other, NUMBERS) else _remainder).operator(self, other)


def float_power(input: Any, exponent: Any, *, out: Tensor | None = None) -> Tensor:
    """``input ** exponent`` in float64, or complex128 where one of the two is complex."""
    pair = (input, exponent)
    some_complex = any(isinstance(a, complex) or (isinstance(a, Tensor) and a.is_complex()) for a in pair)  # type: ignore[attr-defined]
    dtype = dtypes.complex128 if some_complex else dtypes.float64
    base, exponent = (a.to(dtype) if isinstance(a, Tensor) else dtype.numpy.type(a).item() for a in pair)
    return pow(base, exponent, out=out)


def square(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """``input ** 2``"""
    return pow(input, 2, out=out)


# Absolute values and signs.


def _direction(x: Any) -> Any:
    # Unlike NumPy's, torch's sign of what is not a number is 0.
    if x.dtype.kind in "bc":
        return np.sign(x) if x.dtype.kind == "c" else x | x
    return np.subtract(x > 0, x < 0, dtype=x.dtype)


def _sgn_rule(g: Any, x: Any, out: Any) -> Any:
    if not is_complex(x):
        return zeros(g)
    size = abs(x)
    return masked_fill(g / size - (g / out).real * out / size, size == 0, 0)


abs = absolute = elementwise(
    "abs", operator.abs, "AbsBackward0", lambda g, x: g * sgn(x), names=("x",), holomorphic=False,
    promote=only("ifc", "abs_cpu"),
)  # fmt: skip
sgn = elementwise("sgn", _direction, "SgnBackward0", _sgn_rule, names=("x",), holomorphic=False)
sign = elementwise(
    "sign", _direction, "SignBackward0", lambda g: zeros(g), names=("x",),
    promote=only("bif", NotImplementedError(
        "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead."
    )),
)  # fmt: skip


# Products and quotients that are added.


def _check_addcdiv(x: Any, tensor1: Any, tensor2: Any) -> None:
    if not any(t.dtype.category > 1 for t in (tensor1, tensor2)):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true "
            "division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * "
            "torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / "
            "tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value * "
            "tensor1 / tensor2), for all dtypes."
        )


_addcmul = elementwise(
    "addcmul", lambda x, tensor1, tensor2, value: fused(x, tensor2, tensor1 * as_payload(value, x)),
    "AddcmulBackward0",
    lambda g: g,
    lambda g, tensor2, value: g * (tensor2 * value),
    lambda g, tensor1, value: g * (tensor1 * value),
    names=("input", "tensor1", "tensor2", "value"), inputs=3, numbers=False,
    promote=only("ifc", "addcmul_cpu_out"),
)  # fmt: skip
_addcdiv = elementwise(
    "addcdiv", lambda x, tensor1, tensor2, value: x + tensor1 * as_payload(value, x) / tensor2, "AddcdivBackward0",
    lambda g: g,
    lambda g, tensor2, value: g * (value / tensor2),
    lambda g, tensor1, tensor2, value: -g * (value * tensor1 / (tensor2 * tensor2)),
    names=("input", "tensor1", "tensor2", "value"), inputs=3, numbers=False, check=_check_addcdiv,
)  # fmt: skip


def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1, out: Tensor | None = None) -> Tensor:
    """``input + value * tensor1 * tensor2``"""
    return _into(out, _addcmul, input, tensor1, tensor2, as_number("addcmul", "value", value))


def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1, out: Tensor | None = None) -> Tensor:
    """``input + value * tensor1 / tensor2``. Raises RuntimeError if both are integers."""
    return _into(out, _addcdiv, input, tensor1, tensor2, as_number("addcdiv", "value", value))


def _lerp_value(x: Any, end: Any, weight: Any, out: Any = None) -> Any:
    # From the nearer end, so that weights 0 and 1 are exact.
    weight = np.asarray(weight, x.dtype)
    if not weight.ndim:
        start, part = (x, weight) if builtins.abs(weight) < 0.5 else (end, weight - weight.dtype.type(1))
        return fused(start, end - x, part, out)
    near = np.abs(weight) < 0.5
    return fused(np.where(near, x, end), end - x, np.where(near, weight, weight - weight.dtype.type(1)))[()]


def _check_lerp(x: Any, end: Any, weight: Any = None) -> None:
    for name, a in (("end", end), ("weight", weight)):
        if isinstance(a, Tensor) and a.dtype is not x.dtype and (name == "end" or a._data.ndim):
            raise RuntimeError(f"expected dtype {x.dtype.cpp_name} for `{name}` but got dtype {a.dtype.cpp_name}")


_lerp = elementwise(
    "lerp", _lerp_value, "LerpBackward0", lambda g, weight: g * (1 - weight), lambda g, weight: g * weight,
    names=("x", "end", "weight"), inputs=2, numbers=False, check=_check_lerp, promote=only("fc", "lerp_kernel_scalar"),
)  # fmt: skip
_lerp_tensor = elementwise(
    "lerp_tensor", _lerp_value, "LerpBackward1",
    lambda g, weight: g * (1 - weight), lambda g, weight: g * weight, lambda g, x, end: g * (end - x),
    names=("x", "end", "weight"), check=_check_lerp, promote=only("fc", "lerp_kernel_tensor"),
)  # fmt: skip


def lerp(input: Tensor, end: Tensor, weight: Any, *, out: Tensor | None = None) -> Tensor:
    """``input + weight * (end - input)`` for a number or a tensor `weight`. Raises RuntimeError if dtypes differ."""
    if isinstance(weight, Tensor):
        return _into(out, _lerp_tensor, input, end, weight)
    if isinstance(weight, complex) and not (isinstance(input, Tensor) and is_complex(input)):
        raise RuntimeError(f"value cannot be converted to type {input.dtype.cpp_name} without overflow")
    return _into(out, _lerp, input, end, as_number("lerp", "weight", weight, 3))


# Integers and the floating-point format.

gcd = elementwise("gcd", np.gcd, names=("x", "y"), numbers=False, promote=only("i", "gcd_cpu"))
lcm = elementwise("lcm", np.lcm, names=("x", "y"), numbers=False, promote=only("i", "lcm_cpu"))
nextafter = elementwise(
    "nextafter", np.nextafter, "NextafterBackward0", lambda g, x, y: choose(0, g, x == y), lambda g: zeros(g),
    names=("x", "y"), numbers=False, promote=only("f", "nextafter_cpu"),
)  # fmt: skip
ldexp = elementwise(
    "ldexp", lambda x, y: x * np.exp2(y), "LdexpBackward0",
    lambda g, y: g * pow_of_number(y, 2), lambda g, out: g * out * math.log(2),
    names=("x", "y"), numbers=False, promote=int_to_float,
)  # fmt: skip


# In place, where the updates of training loops are quick.

_plain_add_, _plain_sub_ = inplace(_add, np.add), inplace(_sub, np.subtract)


def _scaled_inplace(x: Tensor, other: Any, alpha: Any) -> bool:
    """``x += alpha * other`` in the memory of `x`, if that may be done, and says whether it was."""
    if x.__class__ not in PLAIN or other.__class__ not in PLAIN or alpha.__class__ not in (float, int):
        return False
    a, b = x._data, other._data
    if a.__class__ is not np.ndarray or a.dtype.char not in "fd" or b.dtype is not a.dtype or a.shape != b.shape:
        return False
    if not unrecorded(x) or not (grad_mode() != GRAD or (other._node is None and other._view is None)):
        return False
    fused(a, b, alpha, a)
    bump(x)
    return True


def _add_inplace(self: Tensor, other: Any, *, alpha: Any = 1) -> Tensor:
    if alpha.__class__ is int and alpha == 1:
        return _plain_add_(self, other)
    if _scaled_inplace(self, other, alpha):
        return self
    return assign(self, _add_scaled, (other, _factor(alpha, self, other)))


def _sub_inplace(self: Tensor, other: Any, *, alpha: Any = 1) -> Tensor:
    if alpha.__class__ is int and alpha == 1:
        return _plain_sub_(self, other)
    if alpha.__class__ is float and _scaled_inplace(self, other, -alpha):
        return self
    _check_sub(self, other)
    return assign(self, _sub_scaled, (other, _factor(alpha, self, other)))


def _addcmul_inplace(self: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
    if isinstance(value, (int, float)) and written(
        self, lambda x, y, z, out=None: fused(x, z, y * value, out), tensor1, tensor2, numbers=False
    ):
        return self
    return assign(self, _addcmul, (tensor1, tensor2, as_number("addcmul_", "value", value)))


def _addcdiv_inplace(self: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
    if isinstance(value, (int, float)) and written(
        self, lambda x, y, z, out=None: np.add(x, y * value / z, out), tensor1, tensor2, numbers=False
    ):
        return self
    return assign(self, _addcdiv, (tensor1, tensor2, as_number("addcdiv_", "value", value)))


def _lerp_inplace(self: Tensor, end: Tensor, weight: Any) -> Tensor:
    if weight.__class__ is float and written(
        self, lambda x, y, out=None: _lerp_value(x, y, weight, out), end, numbers=False
    ):
        return self
    return assign(self, lerp, (end, weight))


def _abs_inplace(self: Tensor) -> Tensor:
    if is_complex(self):
        raise RuntimeError("In-place abs is not supported for complex tensors.")
    return assign(self, abs, ())


def _float_power_inplace(self: Tensor, exponent: Any) -> Tensor:
    result = float_power(self, exponent)
    if result.dtype is not self.dtype:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {self.dtype.scalar_name} but the operation's result requires dtype "
            f"{result.dtype.scalar_name}"
        )
    return assign(self, float_power, (exponent,))


subtract, multiply, negative, absolute, divide = sub, mul, neg, abs, div
methods(
    add=add, sub=sub, subtract=sub, mul=mul, multiply=mul, div=div, divide=div, true_divide=true_divide, neg=neg,
    negative=neg, positive=positive, reciprocal=reciprocal, floor_divide=floor_divide, remainder=remainder, fmod=fmod,
    pow=pow, float_power=float_power, square=square, abs=abs, absolute=abs, sgn=sgn, sign=sign, addcmul=addcmul,
    addcdiv=addcdiv, lerp=lerp, gcd=gcd, lcm=lcm, nextafter=nextafter, ldexp=ldexp,
    __add__=_add.operator, __radd__=_add.operator, __sub__=_sub.operator, __rsub__=_rsub_operator,
    __mul__=mul.operator, __rmul__=mul.operator, __truediv__=_div.operator, __rtruediv__=_rdiv_operator,
    __floordiv__=floor_divide.operator, __rfloordiv__=_rfloordiv_operator,
    __mod__=_remainder_operator, __rmod__=_remainder_of_number.operator, __pow__=_pow_operator,
    __rpow__=_rpow_operator, __neg__=neg, __pos__=positive, __abs__=abs,
)  # fmt: skip
inplace_methods(
    neg, reciprocal, floor_divide, remainder, fmod, float_power, square, sgn, sign, gcd, lcm, nextafter, ldexp, negative_=neg,
)
_mul_inplace, _pow_inplace = inplace(mul, np.multiply), inplace(pow)
_div_inplace, _true_divide_inplace = inplace(div, np.divide), inplace(true_divide, np.divide)
methods(
    add_=_add_inplace, sub_=_sub_inplace, subtract_=_sub_inplace, mul_=_mul_inplace, multiply_=_mul_inplace,
    div_=_div_inplace, divide_=_div_inplace, true_divide_=_true_divide_inplace, pow_=_pow_inplace, neg_=inplace(neg, np.negative),
    float_power_=_float_power_inplace, abs_=_abs_inplace, absolute_=_abs_inplace,
    addcmul_=_addcmul_inplace, addcdiv_=_addcdiv_inplace, lerp_=_lerp_inplace,
    __iadd__=inplace_operator(_add.operator, np.add), __isub__=inplace_operator(_sub.operator, np.subtract),
    __imul__=inplace_operator(mul.operator, np.multiply), __itruediv__=inplace_operator(_div.operator, np.divide),
    __ifloordiv__=inplace_operator(floor_divide.operator), __imod__=inplace_operator(_remainder_operator),
    __ipow__=inplace_operator(_pow_operator),
)  # fmt: skip

abs_, gcd_, lcm_, ldexp_, neg_, negative_, reciprocal_, square_ = functions(
    "abs_", "gcd_", "lcm_", "ldexp_", "neg_", "negative_", "reciprocal_", "square_"
)
