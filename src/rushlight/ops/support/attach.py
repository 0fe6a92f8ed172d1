"""How functions become methods of Tensor: each file of operations ends with the list of its own.

Note [In-place without a graph]
    The updates of a training loop, ``p -= lr * p.grad`` under `no_grad`, are not recorded. Where the operation is one
    ufunc and dtypes and shapes allow, it writes into the payload directly; all else takes the way of `views.assign`.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import add, mul, neg, sub, truediv
from types import FunctionType
from typing import Any

import numpy as np

from ...arrays.numbers import DOUBLES, FLOATS
from ...core.modes import GRAD, INFERENCE, grad_mode
from ...core.op import F32, F64, LAYERS, LIVE
from ...core.saved import bump
from ...core.tensor import PLAIN, UNTRACKED, Tensor
from ...core.views import assign, overlaps_itself
from .arguments import check_tensor


def methods(**functions: Any) -> None:
    """Makes each function a method of Tensor under its keyword: ``methods(mul=mul, __mul__=mul.operator)``."""
    for name, function in functions.items():
        function = getattr(function, "as_method", function)
        setattr(Tensor, name, copied(function, name) if function.__class__ is FunctionType else function)


def copied(function: Any, name: str = "") -> Any:
    """A function of its own that does the same: ``torch.mul`` and ``Tensor.mul`` are two, and tell one from the other."""
    name = name or function.__name__
    out = FunctionType(function.__code__, function.__globals__, name, function.__defaults__, function.__closure__)
    out.__qualname__ = name
    out.__kwdefaults__, out.__doc__ = function.__kwdefaults__, function.__doc__
    if function.__dict__:
        out.__dict__.update(function.__dict__)
    return out


def inplace(function: Callable[..., Any], ufunc: Callable[..., Any] | None = None) -> Callable[..., Tensor]:
    """The in-place form of ``function(x, ...)``: writes the result into x, with torch's checks, and returns x.

    With no options, ``ufunc(*payloads, out)`` may compute it: see Note [In-place without a graph].
    """

    numbers = getattr(getattr(function, "op", None), "numbers", True)
    function = function.as_inplace() if hasattr(function, "as_inplace") else function

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        if kwargs:
            return assign(self, *_by_position(function, args, kwargs))
        if ufunc is not None and written(self, ufunc, *args, numbers=numbers):
            return self
        return assign(self, function, args)

    method.__name__ = method.__qualname__ = function.__name__ + "_"
    method.__doc__ = f"`{function.__name__}`, written into the tensor itself, which is returned."
    return method


def _by_position(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, tuple[Any, ...]]:
    """What calls `function`, and its arguments, those by keyword last: `assign` looks at all tensors among them."""
    count, names = len(args), tuple(kwargs)

    def call(x: Any, *given: Any) -> Any:
        return function(x, *given[:count], **dict(zip(names, given[count:])))

    call.func, call.__name__ = function, function.__name__  # type: ignore[attr-defined]
    return call, (*args, *kwargs.values())


def inplace_operator(operator: Callable[..., Any], ufunc: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """``x op= y``: as `inplace`, but leaves an operand that is neither a tensor nor a number to Python."""

    def method(self: Tensor, other: Any) -> Any:
        if ufunc is not None and written(self, ufunc, other):
            return self
        if not hasattr(other, "dtype") and not isinstance(other, (bool, int, float, complex)):
            return NotImplemented
        return assign(self, operator, (other,))

    return method


#: What computes on NumPy scalars, ten times cheaper than the ufunc.
_ON_SCALARS: dict[Any, Callable[..., Any]] = {
    np.add: add, np.subtract: sub, np.multiply: mul, np.divide: truediv, np.negative: neg,
}  # fmt: skip


def written(x: Tensor, ufunc: Callable[..., Any], *operands: Any, numbers: bool = True) -> bool:
    """Computes ``x = ufunc(x, *operands)`` in the memory of `x`, if that may be done, and says whether it was."""
    a = x._data
    d = a.dtype
    if x.__class__ not in PLAIN or (d is not F32 and d is not F64) or not unrecorded(x):
        return False
    others = []
    for y in operands:
        kind = y.__class__
        if kind in PLAIN:
            b = y._data
            if b.dtype is not d or not ((y._node is None and y._view is None) or grad_mode() != GRAD):
                return False
            if y._counter is x._counter and y._view is not x._view:
                return False  # memory may be shared in part
            others.append(b)
        elif kind is float and numbers:
            others.append((FLOATS if d is F32 else DOUBLES)[y])
        elif kind is int and numbers:
            others.append(y)
        else:
            return False
    try:
        if a.__class__ is np.ndarray:
            ufunc(a, *others, a)
        else:
            r = _ON_SCALARS.get(ufunc, ufunc)(a, *others)
            if r.__class__ is not a.__class__:
                return False
            x._data = r
    except RuntimeWarning:
        # A program that turns warnings into errors: NumPy raises when the loop is done.
        if a.__class__ is not np.ndarray:
            return False
    except (ValueError, TypeError, OverflowError):
        return False
    bump(x)
    return True


def unrecorded(x: Tensor) -> bool:
    """Whether a change of `x` in place may go on without another look: nothing to record, nothing to refuse."""
    mode, counter = grad_mode(), x._counter
    if LIVE[0] or (LAYERS and x.__class__ in LAYERS):
        return False
    if counter is UNTRACKED:
        return mode == INFERENCE
    if mode == GRAD:
        return x._node is None and x._view is None
    return counter is None or x._view is None or not overlaps_itself(x._data)


def inplace_methods(*functions: Callable[..., Any], **renamed: Callable[..., Any]) -> None:
    """Makes ``x.<name>_(...)`` of each function, quick where its forward is a ufunc."""
    for name, function in {**{f.__name__ + "_": f for f in functions}, **renamed}.items():
        forward = getattr(getattr(function, "op", None), "forward", None)
        ufunc = forward if isinstance(forward, np.ufunc) and forward.nout == 1 else None
        setattr(Tensor, name, inplace(function, ufunc))


def described(of: dict[str, Any], **texts: str) -> None:
    """Gives the operations of these names in a file their docstrings."""
    for name, text in texts.items():
        of[name].__doc__ = text


def functions(*names: str) -> list[Callable[..., Tensor]]:
    """The in-place methods of these names as functions: ``torch.neg_(x)`` is ``x.neg_()``."""
    return [_as_function(name) for name in names]


def _as_function(name: str) -> Callable[..., Tensor]:
    method = getattr(Tensor, name)

    def function(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        check_tensor(name, input)
        return method(input, *args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"``input.{name}(...)``: the result is written into `input`, which is returned."
    return function
