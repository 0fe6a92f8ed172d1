"""NumPy's ufuncs on Tensors, and their methods: ``np.sin(t)``, ``np.add.reduce(t, axis=0)``, ``np.multiply.outer(t, u)``."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from ... import ops
from ...arrays import dtypes
from ...core.tensor import Tensor
from .arguments import arrays, axes, floating, operand, payloads, tensor, tensors, torch_dtype
from .reductions import FUNCTIONS as REDUCTIONS
from .reductions import MISSING, condition, extreme, refuse_out, without_nan

#: torch's name of each ufunc that has another there; the rest are called the same in both.
_UFUNC_NAMES = {
    "absolute": "abs", "arccos": "acos", "arccosh": "acosh", "arcsin": "asin", "arcsinh": "asinh", "arctan": "atan",
    "arctan2": "atan2", "arctanh": "atanh", "conjugate": "conj", "degrees": "rad2deg", "divide": "div", "equal": "eq",
    "fabs": "abs", "greater": "gt", "greater_equal": "ge", "invert": "bitwise_not", "left_shift": "bitwise_left_shift",
    "less": "lt", "less_equal": "le", "multiply": "mul", "negative": "neg", "not_equal": "ne", "power": "pow",
    "radians": "deg2rad", "right_shift": "bitwise_right_shift", "rint": "round", "subtract": "sub",
}  # fmt: skip
_SAME_NAMES = (
    "add bitwise_and bitwise_or bitwise_xor ceil copysign cos cosh deg2rad exp exp2 expm1 float_power floor "
    "floor_divide "
    "fmax fmin fmod frexp gcd heaviside hypot isfinite isinf isnan lcm ldexp log log10 log1p log2 logaddexp logaddexp2 "
    "logical_and logical_not logical_or logical_xor matmul maximum minimum nextafter positive rad2deg reciprocal "
    "remainder "
    "signbit sin sinh sqrt square tan tanh trunc"
)
_OPERATORS = {
    np.add: operator.add, np.subtract: operator.sub, np.multiply: operator.mul, np.divide: operator.truediv,
    np.power: operator.pow, np.matmul: operator.matmul, np.floor_divide: operator.floordiv, np.remainder: operator.mod,
}  # fmt: skip


def _cbrt(x: Any) -> Tensor:
    x = floating(x)
    return ops.copysign(abs(x) ** (1 / 3), x)


def _sign(x: Any) -> Tensor:
    return ops.sgn(x) if x.is_complex() else ops.sign(x)


def _modf(x: Any) -> tuple[Tensor, Tensor]:
    x = floating(x)
    whole = ops.trunc(x)
    finite = ops.where(ops.isinf(x), ops.zeros_like(x), x - whole)
    return ops.copysign(finite, x.detach()), whole


def _divmod(x: Any, y: Any) -> tuple[Tensor, Tensor]:
    return ops.div(x, y, rounding_mode="floor"), x % y


def _vecdot(x: Any, y: Any) -> Tensor:
    return (tensor(x).conj() * tensor(y)).sum(-1)


def _matvec(x: Any, y: Any) -> Tensor:
    return ops.squeeze(ops.matmul(tensor(x), ops.unsqueeze(tensor(y), -1)), -1)


def _vecmat(x: Any, y: Any) -> Tensor:
    return ops.squeeze(ops.matmul(ops.unsqueeze(tensor(x).conj(), -2), tensor(y)), -2)


#: The torch function of each ufunc, by name, or a function made of several.
_UFUNCS: dict[Any, Any] = {
    getattr(np, name): torch_name or name
    for name, torch_name in {**_UFUNC_NAMES, **dict.fromkeys(_SAME_NAMES.split())}.items()
}
_UFUNCS |= {
    getattr(np, name): function
    for name, function in {
        "cbrt": _cbrt, "modf": _modf, "sign": _sign, "divmod": _divmod, "vecdot": _vecdot, "matvec": _matvec, "vecmat": _vecmat,
    }.items()
    if hasattr(np, name)
}  # fmt: skip
#: Without a derivative: NumPy's own, on arrays.
_DISCRETE = {"bitwise_count", "isnat", "spacing"}


def call_ufunc(ufunc: Any, method: str, inputs: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """``Tensor.__array_ufunc__``: the torch function of this name on these inputs.

    Raises TypeError for ``out=``, for keywords that mean nothing here, and for ``ufunc.at``, which writes.
    """
    if kwargs:
        kwargs = dict(kwargs)
        refuse_out(ufunc.__name__ + ("" if method == "__call__" else "." + method), kwargs.pop("out", None))
    if method != "__call__":
        if method not in _METHODS:
            raise TypeError(f"numpy.{ufunc.__name__}.{method} would write into a Tensor unnoticed; use torch's methods")
        return _METHODS[method](ufunc, *inputs, **kwargs)
    if kwargs:
        return _with_keywords(ufunc, inputs, kwargs)
    function = _OPERATORS.get(ufunc)
    if function is not None:
        return function(*[operand(x) for x in inputs])
    name = _UFUNCS.get(ufunc)
    if name is None:
        if ufunc.__name__ in _DISCRETE:
            return tensors(ufunc(*payloads(inputs)))
        return ufunc(*arrays(inputs))
    operands = [operand(x) for x in inputs]
    if not isinstance(operands[0], Tensor):
        operands[0] = ops.scalar_tensor(operands[0], dtype=ops.result_type(operands[0], operands[1]))
    result = (getattr(ops, name) if name.__class__ is str else name)(*operands)
    return tuple(result) if ufunc.nout > 1 else result


def _with_keywords(ufunc: Any, inputs: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """``dtype=`` converts the inputs; ``axis=`` of a function of vectors says where they lie."""
    for name in ("casting", "order", "subok"):
        kwargs.pop(name, None)
    if kwargs.pop("where", True) is not True:
        raise TypeError(
            f"numpy.{ufunc.__name__} on a Tensor takes no keyword argument 'where': the rest would be undefined"
        )
    dtype = kwargs.pop("dtype", None)
    if dtype is not None:
        inputs = [tensor(x).to(torch_dtype(dtype)) for x in inputs]
    if ufunc.__name__ == "vecdot":
        axis, keepdims = kwargs.pop("axis", -1), kwargs.pop("keepdims", False)
        result = _vecdot(*[ops.movedim(tensor(x), axis, -1) for x in inputs])
        inputs = [ops.movedim(ops.unsqueeze(result, -1), -1, axis) if keepdims else result]
        ufunc = np.positive
    if kwargs:
        raise TypeError(f"numpy.{ufunc.__name__} on a Tensor takes no keyword argument {next(iter(kwargs))!r}")
    return inputs[0] if ufunc is np.positive else call_ufunc(ufunc, "__call__", inputs, {})


# The methods of ufuncs of two inputs.

#: The reduction that a ufunc's `reduce` is.
_REDUCE: dict[str, Callable[..., Any]] = {
    "add": REDUCTIONS["sum"], "multiply": REDUCTIONS["prod"], "logical_and": REDUCTIONS["all"],
    "logical_or": REDUCTIONS["any"], "maximum": REDUCTIONS["max"], "minimum": REDUCTIONS["min"],
}  # fmt: skip
_ACCUMULATE = {
    "add": "cumsum",
    "multiply": "cumprod",
    "maximum": "cummax",
    "minimum": "cummin",
    "logaddexp": "logcumsumexp",
}


def _check_binary(ufunc: Any, method: str) -> None:
    if ufunc.nin != 2 or ufunc.nout != 1 or ufunc.signature is not None:
        raise ValueError(f"{method} only supported for binary functions")


def _reduce(ufunc: Any, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False,
            initial: Any = MISSING, where: Any = True) -> Any:  # fmt: skip
    """Over one axis, several, or all (``axis=None``): the reduction of that name, or else one slice after the other."""
    _check_binary(ufunc, "reduce")
    refuse_out(f"{ufunc.__name__}.reduce", out)
    name, x = ufunc.__name__, tensor(array)
    about: dict[str, Any] = {} if initial is MISSING else {"initial": initial}
    if where is not True:
        about["where"] = where
    if name in _REDUCE:
        if dtype is not None:
            x = x.to(torch_dtype(dtype))
        if x.dtype is dtypes.bool_ and name in ("maximum", "minimum"):
            name = {"maximum": "logical_or", "minimum": "logical_and"}[name]
        return _REDUCE[name](x, axis, keepdims=keepdims, **about)
    x = condition(x) if name.startswith("logical") else x
    if where is not True:
        raise NotImplementedError(f"numpy.{name}.reduce of a Tensor with where=")
    lists = list(range(x.ndim))[::-1] if axis is None else [axis] if isinstance(axis, int) else axis
    for i in sorted([a % max(x.ndim, 1) for a in lists], reverse=True) if x.ndim else ():
        if not x.shape[i] and ufunc.identity is None and initial is MISSING:
            raise ValueError(f"zero-size array to reduction operation {name} which has no identity")
        slices = list(ops.unbind(x, i))
        first = [] if initial is MISSING and slices else [ufunc.identity if initial is MISSING else initial]
        x = reduce(ufunc, [*first, *slices])
        x = ops.unsqueeze(x, i) if keepdims else x
    return x


def _accumulate(ufunc: Any, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None) -> Any:
    _check_binary(ufunc, "accumulate")
    refuse_out(f"{ufunc.__name__}.accumulate", out)
    x = tensor(array) if dtype is None else tensor(array).to(torch_dtype(dtype))
    name = _ACCUMULATE.get(ufunc.__name__)
    if name is not None:
        result = getattr(ops, name)(x, axes(axis))
        return result if isinstance(result, Tensor) else result[0]
    slices = list(ops.unbind(x, axis))
    for i in range(1, len(slices)):
        slices[i] = ufunc(slices[i - 1], slices[i])
    return ops.stack([s.to(slices[-1].dtype) for s in slices], axis) if slices else x


def _outer(ufunc: Any, a: Any, b: Any, /, **kwargs: Any) -> Any:
    _check_binary(ufunc, "outer")
    x, y = tensor(a), tensor(b)
    return call_ufunc(ufunc, "__call__", [ops.reshape(x, (*x.shape, *[1] * y.ndim)), y], kwargs)


def _reduceat(ufunc: Any, array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    _check_binary(ufunc, "reduceat")
    refuse_out(f"{ufunc.__name__}.reduceat", out)
    x, starts = tensor(array), [int(i) for i in np.asarray(payloads(indices)).reshape(-1)]
    length = x.shape[axis]
    for i in starts:
        if not 0 <= i < length:
            raise IndexError(f"index {i} out-of-bounds in {ufunc.__name__}.reduceat [0, {length})")
    ends = [*starts[1:], length]
    parts = [ops.narrow(x, axis, i, max(j - i, 1)) for i, j in zip(starts, ends)]
    return ops.stack([_reduce(ufunc, part, axis, dtype) for part in parts], axis)


_METHODS: dict[str, Callable[..., Any]] = {
    "reduce": _reduce,
    "accumulate": _accumulate,
    "outer": _outer,
    "reduceat": _reduceat,
}
_REDUCE |= {
    name: extreme(name, f"a{name[1:]}", name, without_nan(float("-inf" if name == "fmax" else "inf")))
    for name in ("fmax", "fmin")
}
