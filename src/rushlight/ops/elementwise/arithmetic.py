"""Arithmetic: sums and products, quotients and remainders, absolute values and signs.

The formulas of the derivatives are elementary calculus; their order of operations, and the side that is taken at ties
and kinks, are torch's.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.precision import EXACT
from ...core.declare import NUMBERS, check_operands, elementwise, int_to_float
from ...core.tensor import Tensor
from ...core.views import assign
from ..support.arguments import check_tensor
from ..support.attach import described, functions, inplace, inplace_methods, inplace_operator, methods, written
from ..support.kinds import only
from ..support.no_derivative import no_derivative
from ..support.number_first import NumberFirst
from ..support.operands import call_into, common, fused, is_complex
from ..support.options import MISSING, as_number, no_such_call
from ..support.signatures import Signatures, either, last
from .comparison import masked_fill, zeros

__all__ = [
    "abs", "abs_", "absolute", "add", "div", "divide", "floor_divide", "fmod", "mul", "multiply", "neg", "neg_",
    "negative", "negative_", "positive", "reciprocal", "reciprocal_", "remainder", "rsub", "sgn", "sign", "sub",
    "subtract", "true_divide",
]  # fmt: skip


# Sums.

#: A factor that was not given, or makes no difference.
_ONE = 1

_add = elementwise("add", operator.add, "AddBackward0", lambda g: g, lambda g: g, names=("x", "y"))


def check_sub(x: Any, y: Any) -> None:
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


_sub = elementwise("sub", operator.sub, "SubBackward0", lambda g: g, lambda g: -g, names=("x", "y"), check=check_sub)


_add_scaled = elementwise(
    "add_scaled", fused, "AddBackward0", lambda g: g, lambda g, alpha: g * alpha, names=("x", "y", "alpha"), inputs=2
)
_sub_scaled = elementwise(
    "sub_scaled", lambda x, y, alpha: fused(x, y, -alpha), "SubBackward0", lambda g: g, lambda g, alpha: -g * alpha,
    names=("x", "y", "alpha"), inputs=2, check=check_sub,
)  # fmt: skip


def _factor(call: Any, alpha: Any, *operands: Any) -> Any:
    """A number that multiplies an operand of the operation `call`. Raises RuntimeError where it cannot."""
    check_operands(call.op, operands)
    alpha, dtype = as_number(call.__name__, "alpha", alpha), common(*operands)
    if alpha.__class__ is bool and dtype is not dtypes.bool_:
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if not dtype.is_floating_point and not dtype.is_complex and isinstance(alpha, (float, complex)):
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    if isinstance(alpha, complex) and not dtype.is_complex:
        raise RuntimeError("For non-complex input tensors, argument alpha must not be a complex number.")
    return alpha


def _sum(name: str, plain: Any, scaled: Any, ufunc: Any, sign: int) -> tuple[Any, Any, Any]:
    """``input + alpha * other`` or its like, by two operations: the function, the method, and the method in place.

    A call by position, without options, is quick. Any other is read, and may be in the order of PyTorch's first years:
    ``first`` is the number then, and the tensor is ``second``, or comes by keyword.
    """
    order = NumberFirst(
        name, ["(Tensor input, Tensor other, *, Number alpha = 1, Tensor out = None)"],
        ["(Tensor input, Number alpha, Tensor other, *, Tensor out = None)"], numbers=True,
    )  # fmt: skip
    of_method, of_inplace = order.as_method(), order.as_method(name + "_")

    def function(
        input: Tensor, first: Any = MISSING, second: Any = MISSING, *, other: Any = MISSING, alpha: Any = 1, out: Any = None
    ) -> Tensor:
        if second is not MISSING or other is not MISSING:
            (input, first), alpha = _read(order, (input,), first, second, other, alpha)
        if alpha is _ONE:
            return plain(input, first, out=out)
        return _scaled(plain, scaled, input, first, alpha, out)

    def method(self: Tensor, first: Any = MISSING, second: Any = MISSING, *, other: Any = MISSING, alpha: Any = 1) -> Tensor:
        if second is not MISSING or other is not MISSING:
            (first,), alpha = _read(of_method, (), first, second, other, alpha)
        return plain(self, first) if alpha is _ONE else _scaled(plain, scaled, self, first, alpha)

    def inplace(self: Tensor, first: Any = MISSING, second: Any = MISSING, *, other: Any = MISSING, alpha: Any = 1) -> Tensor:
        if second is not MISSING or other is not MISSING:
            (first,), alpha = _read(of_inplace, (), first, second, other, alpha)
        if alpha is _ONE:
            return self if written(self, ufunc, first) else assign(self, plain, (first,))
        if alpha.__class__ in (float, int):
            factor = sign * alpha
            if written(self, lambda x, y, out=None: fused(x, y, factor, out), first, numbers=False):
                return self
        if plain.op.check is not None:
            plain.op.check(self, first)
        return assign(self, scaled, (first, _factor(plain, alpha, self, first)))

    function.__name__ = function.__qualname__ = name
    return function, method, inplace


def _read(order: NumberFirst, before: tuple[Any, ...], first: Any, second: Any, other: Any, alpha: Any) -> tuple[Any, Any]:
    """The tensors and the factor of a call that is not quick. Raises TypeError for one that torch does not take."""
    if first is MISSING is second and other is not MISSING:
        return (*before, other), alpha
    args = (*before, *[a for a in (first, second) if a is not MISSING])
    factor = {} if alpha is _ONE else {"alpha": alpha}
    tensors, numbers = order.required(args, factor if other is MISSING else {"other": other, **factor})
    return tensors, numbers["alpha"]


def _scaled(plain: Any, scaled: Any, input: Tensor, other: Any, alpha: Any, out: Tensor | None = None) -> Tensor:
    alpha = _factor(plain, alpha, input, other)
    if plain.op.check is not None:
        plain.op.check(input, other)
    return call_into(out, scaled, input, other, alpha)


add, _add_method, _add_inplace = _sum("add", _add, _add_scaled, np.add, 1)
sub, _sub_method, _sub_inplace = _sum("sub", _sub, _sub_scaled, np.subtract, -1)


_RSUB = Signatures(
    "rsub", "(Tensor input, Tensor other, *, Number alpha = 1)", "(Tensor input, Number other, Number alpha = 1)"
)
_rsub = elementwise(
    "rsub", lambda x, y: y - x, "RsubBackward0", lambda g: -g, lambda g: g, check=check_sub, numbers=_RSUB
)
_rsub_number = elementwise(
    "rsub_number", lambda x, y: y - x, "RsubBackward1", lambda g: -g, inputs=2, check=check_sub, numbers=_RSUB
)


def rsub(input: Tensor, other: Any, *, alpha: Any = 1) -> Tensor:
    """``other - alpha * input``."""
    if not (alpha.__class__ is int and alpha == 1):
        alpha = _factor(_rsub, alpha, input, other)
        check_sub(input, other)
        input = mul(input, alpha)
    return (_rsub_number if isinstance(other, NUMBERS) else _rsub)(input, other)


# What torch's nodes of these operations save beside tensors.
for _operation in (_add, _sub, _rsub, _rsub_number):
    _operation.op.node_class._saved_alpha = 1


def _neg_dtype(d: dtypes.dtype) -> dtypes.dtype:
    if d is dtypes.bool_:
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use "
            "the `~` or `logical_not()` operator instead."
        )
    return d


neg = negative = elementwise("neg", operator.neg, "NegBackward0", lambda g: -g, promote=_neg_dtype, names=("x",))


def positive(input: Tensor) -> Tensor:
    """`input` itself. Raises RuntimeError for a bool tensor."""
    check_tensor("positive", input)
    if input.dtype is dtypes.bool_:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


# Products and quotients.

mul = multiply = elementwise(
    "mul", operator.mul, "MulBackward0", lambda g, y: g * y, lambda g, x: g * x, names=("x", "y"), wide=EXACT
)
_div = elementwise(
    "div", operator.truediv, "DivBackward0", lambda g, y: g / y, lambda g, x, y: g * (x / -y / y),
    promote=int_to_float, names=("x", "y"), wide=EXACT,
)  # fmt: skip
reciprocal = elementwise(
    "reciprocal", lambda x: 1 / x, "ReciprocalBackward0", lambda g, out: -g * (out * out), promote=int_to_float
)


def _nonzero(x: Any, y: Any) -> None:
    """No integer may be divided by zero. (A Python number stands beside a float.)"""
    if hasattr(y, "dtype") and y.dtype.kind in "iu" and not np.all(y) and x.size:
        raise RuntimeError("ZeroDivisionError")


def _floor_quotient(x: Any, y: Any) -> Any:
    _nonzero(x, y)
    return np.floor_divide(x, y)


def _trunc_quotient(x: Any, y: Any) -> Any:
    _nonzero(x, y)
    return np.trunc(x / y) if x.dtype.kind == "f" else (x - np.fmod(x, y)) // y


def _floor_remainder(x: Any, y: Any) -> Any:
    _nonzero(x, y)
    if x.dtype.kind != "f":
        return np.remainder(x, y)
    rest = np.fmod(x, y)
    return np.where((rest != 0) & ((y < 0) != (rest < 0)), rest + y, rest)[()]


def _trunc_remainder(x: Any, y: Any) -> Any:
    _nonzero(x, y)
    return np.fmod(x, y)


_div_floor, _div_trunc = (
    elementwise(name, forward, "DivBackward2", lambda g: zeros(g), lambda g: zeros(g), names=("x", "y"),
                promote=only("if", f"{name}_cpu"), wide=wide)
    for name, forward, wide in (
        ("div_floor", _floor_quotient, True),
        ("div_trunc", _trunc_quotient, False),  # in 16 bits too the quotient is rounded first
    )
)  # fmt: skip
_div_floor.op.node_class._saved_rounding_mode, _div_trunc.op.node_class._saved_rounding_mode = "floor", "trunc"
floor_divide = elementwise(
    "floor_divide", _floor_quotient, "NotImplemented", no_derivative("floor_divide"), no_derivative("floor_divide"),
    names=("x", "y"), promote=only("if", "div_floor_cpu"),
)  # fmt: skip
_REMAINDER, _FMOD = either("remainder", out=""), last("fmod")
_remainder, _fmod = (
    elementwise(numbers.name, forward, node + "1", lambda g: g, other, names=("x", "y"), numbers=numbers,
                promote=only("if", f"{numbers.name}_cpu"))
    for numbers, forward, node, other in (
        (_REMAINDER, _floor_remainder, "RemainderBackward", lambda g, x, y: -g * _div_floor(x, y)),
        (_FMOD, _trunc_remainder, "FmodBackward", lambda g, x, y: -g * _div_trunc(x, y)),
    )
)  # fmt: skip
_remainder_number, _fmod_number = (
    elementwise(numbers.name + "_number", forward, node + "0", lambda g: g, names=("x", "y"), inputs=2, numbers=numbers,
                promote=only("if", f"{numbers.name}_cpu"))
    for numbers, forward, node in (
        (_REMAINDER, _floor_remainder, "RemainderBackward"), (_FMOD, _trunc_remainder, "FmodBackward"),
    )
)  # fmt: skip
_remainder_of_number = elementwise(
    "remainder_of_number", lambda x, y: _floor_remainder(y, x), "NotImplemented", no_derivative("remainder"), inputs=2,
    names=("x", "y"), promote=only("if", "remainder_cpu"),
)  # fmt: skip


_DIV = (
    "(Tensor input, Tensor other, *, Tensor out = None)",
    "(Tensor input, Tensor other, *, str rounding_mode, Tensor out = None)",
    "(Tensor input, Number other, *, str rounding_mode)",
)


def div(input: Tensor, other: Any, *, rounding_mode: str | None = None, out: Tensor | None = None) -> Tensor:
    """``input / other``: true division, or rounded down ("floor") or towards zero ("trunc").

    True division of integers gives the default dtype; rounded division keeps theirs, and raises RuntimeError where it
    would divide an integer by zero.
    """
    if rounding_mode is None:
        return _div(input, other, out=out)
    operands = all([hasattr(a, "dtype") or isinstance(a, NUMBERS) for a in (input, other)])
    if not isinstance(rounding_mode, str) or not operands:
        raise no_such_call("div", (input, other), {"rounding_mode": rounding_mode}, _DIV)
    if rounding_mode == "floor":
        return _div_floor(input, other, out=out)
    if rounding_mode == "trunc":
        return _div_trunc(input, other, out=out)
    raise RuntimeError(
        f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
    )


divide, subtract = div, sub


def true_divide(input: Tensor, other: Any, *, out: Tensor | None = None) -> Tensor:
    """``input / other``; integers give the default dtype."""
    return _div(input, other, out=out)


def remainder(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """Python's ``%``: the rest of the division rounded down, with the sign of `other`."""
    if isinstance(other, NUMBERS):
        return _remainder_number(input, other, out=out)
    if isinstance(input, NUMBERS):
        return _remainder_of_number(other, input, out=out)
    return _remainder(input, other, out=out)


def fmod(input: Tensor, other: Any, *, out: Tensor | None = None) -> Tensor:
    """C's ``fmod``: the rest of the division rounded towards zero, with the sign of `input`."""
    return (_fmod_number if isinstance(other, NUMBERS) else _fmod)(input, other, out=out)


def _rdiv_operator(self: Tensor, other: Any) -> Any:
    return reciprocal(self) * other if hasattr(other, "dtype") or isinstance(other, NUMBERS) else NotImplemented


def _rsub_operator(self: Tensor, other: Any) -> Any:
    if other.__class__ is float or other.__class__ is int:
        return _rsub_number.operator(self, other)
    return rsub(self, other) if hasattr(other, "dtype") or isinstance(other, NUMBERS) else NotImplemented


def _rfloordiv_operator(self: Tensor, other: Any) -> Any:
    if not hasattr(other, "dtype") and not isinstance(other, NUMBERS):
        return NotImplemented
    return floor_divide(other, self)


def _remainder_operator(self: Tensor, other: Any) -> Any:
    return (_remainder_number if isinstance(other, NUMBERS) else _remainder).operator(self, other)


def _rmod_operator(self: Tensor, other: Any) -> Any:
    return remainder(other, self) if hasattr(other, "dtype") or isinstance(other, NUMBERS) else NotImplemented


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
    nothing = size == 0
    # Masked before the division too: second derivatives go through it.
    size, out = masked_fill(size, nothing, 1), masked_fill(out, nothing, 1)
    return masked_fill(g / size - (g / out).real * out / size, nothing, 0)


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


def _abs_inplace(self: Tensor) -> Tensor:
    if is_complex(self):
        raise RuntimeError("In-place abs is not supported for complex tensors.")
    return assign(self, abs, ())


described(
    globals(),
    add="""``input + alpha * other``, with broadcasting and type promotion.

    >>> import rushlight as torch
    >>> torch.add(torch.tensor([1., 2.]), 3, alpha=10)
    tensor([31., 32.])
    """,
    abs="The absolute value; of complex numbers, the modulus, which is real.",
    floor_divide="``input / other``, rounded down.",
    mul="``input * other``, with broadcasting and type promotion.",
    neg="``-input``. Raises RuntimeError for a bool tensor.",
    reciprocal="``1 / input``. Integers give the default dtype.",
    sub="``input - alpha * other``, with broadcasting and type promotion. Raises RuntimeError for bool tensors.",
    sgn="Each element divided by its absolute value; 0 at 0. Of real numbers, `sign`.",
    sign="-1, 0 or 1 by the sign of each element. Raises RuntimeError for complex numbers.",
)  # fmt: skip

methods(
    add=_add_method, sub=_sub_method, subtract=_sub_method,
    mul=mul, multiply=mul, div=div, divide=div, true_divide=true_divide, neg=neg,
    negative=neg, positive=positive, reciprocal=reciprocal, floor_divide=floor_divide, remainder=remainder, fmod=fmod,
    abs=abs, absolute=abs, sgn=sgn, sign=sign,
    __add__=_add.operator, __radd__=_add.operator, __sub__=_sub.operator, __rsub__=_rsub_operator,
    __mul__=mul.operator, __rmul__=mul.operator, __truediv__=_div.operator, __rtruediv__=_rdiv_operator,
    __floordiv__=floor_divide.operator, __rfloordiv__=_rfloordiv_operator,
    __rdiv__=_rdiv_operator, __mod__=_remainder_operator, __rmod__=_rmod_operator, __neg__=neg, __pos__=positive, __abs__=abs,
)  # fmt: skip
inplace_methods(reciprocal, floor_divide, remainder, fmod, sgn, sign)
_mul_inplace, _neg_inplace = inplace(mul, np.multiply), inplace(neg, np.negative)
_div_inplace, _true_divide_inplace = inplace(div, np.divide), inplace(true_divide, np.divide)
methods(
    add_=_add_inplace, sub_=_sub_inplace, subtract_=_sub_inplace, mul_=_mul_inplace, multiply_=_mul_inplace,
    div_=_div_inplace, divide_=_div_inplace, true_divide_=_true_divide_inplace, neg_=_neg_inplace,
    negative_=_neg_inplace, abs_=_abs_inplace, absolute_=_abs_inplace,
    __iadd__=inplace_operator(_add.operator, np.add), __isub__=inplace_operator(_sub.operator, np.subtract),
    __imul__=inplace_operator(mul.operator, np.multiply), __itruediv__=inplace_operator(_div.operator, np.divide),
    __ifloordiv__=inplace_operator(floor_divide.operator), __imod__=inplace_operator(_remainder_operator),
)  # fmt: skip
abs_, neg_, negative_, reciprocal_ = functions("abs_", "neg_", "negative_", "reciprocal_")
