"""Evenly spaced numbers: arange, range, linspace, logspace. To the last bit those of PyTorch's kernels.

Note [Rounding of ranges]
    PyTorch's kernels compile ``start + step * i`` to fused multiply-adds, and `arange` fills vectors: element i of a
    vector is the rounded first element plus ``step * i``, so its neighbours in memory decide how a number is rounded.
    `linspace` counts from both ends to the middle, each in the dtype of the result, so that both ends are exact.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.dtypes import bfloat16, bool_, cast, dtype, float16, int64
from ...arrays.promotion import number_dtype
from ...arrays.types import strided
from ...core.tensor import Tensor
from ..support.arguments import unimplemented
from ..support.fused import fma32, fma64
from ..support.layered import reads_values
from ..support.options import (
    as_number,
    check_integer,
    check_keywords,
    check_options,
    check_out,
    made,
    no_such_call,
    warn_user,
    write_made,
)  # fmt: skip

__all__ = ["arange", "linspace", "logspace", "range"]

_OPTIONS = (
    "torch.dtype dtype = None, torch.layout layout = None, torch.device device = None, bool pin_memory = False, "
    "bool requires_grad = False)"
)


def arange(*args: Any, out: Tensor | None = None, dtype: Any = None, layout: Any = strided, device: Any = None,
           pin_memory: bool = False, requires_grad: bool = False, **keywords: Any) -> Tensor:  # fmt: skip
    """``arange(end)``, ``arange(start, end, step=1)``: the numbers from start up to, but without, end.

    Shape (ceil((end - start) / step),); int64 if all three are integers, else the default dtype. Raises RuntimeError
    for a step of zero or one that leads away from `end`.

    >>> arange(1, 2.5, 0.5)
    tensor([1.0000, 1.5000, 2.0000])
    """
    dtype = check_options("arange", dtype, layout, device, pin_memory, requires_grad)
    if not keywords and (args[:1] or (None,))[0].__class__ is int is args[-1].__class__ and len(args) < 3:
        start, end, step = args[0] if len(args) == 2 else 0, args[-1], 1
    else:
        start, end, step = _arange_numbers(args, keywords)
    if out is not None:
        check_out("arange", out, dtype)
        dtype = out.dtype
    elif dtype is None:
        integral = not any(isinstance(n, (float, complex)) for n in (start, end, step))
        dtype = int64 if integral else dtypes.get_default_dtype()
    data = _arange(start, end, step, dtype, inclusive=False)
    if out is None:
        return made(data, requires_grad)
    if out._data.size and out._data.size != data.size:
        warn_user(
            f"The number of elements in the out tensor of shape {list(out.shape)} is {out._data.size} which does not "
            f"match "
            f"the computed number of elements {data.size}. Note that this may occur as a result of rounding error. The "
            f"out tensor will be resized to a tensor of shape ({data.size},).",
            UserWarning,
        )
    return write_made(out, data, requires_grad)


def _arange_numbers(args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, Any, Any]:
    names = ("end",) if len(args) == 1 and "end" not in keywords else ("start", "end", "step")
    given = dict(zip(names, args))
    stepped = "step" in keywords and (names == ("end",) or "end" not in {**given, **keywords})
    if len(args) > 3 or not (args or keywords) or stepped:
        raise _no_such_arange(args, keywords)
    for name, value in keywords.items():
        if name not in ("start", "end", "step"):
            check_keywords("arange", {name: value})
        if name in given:
            raise TypeError(f"arange() got multiple values for argument '{name}'")
        given[name] = value
    if "end" not in given:
        raise TypeError('arange() missing 1 required positional arguments: "end"')
    try:
        numbers = [as_number("arange", name, value, 1) for name, value in given.items()]
    except TypeError:
        if len(given) == 1:
            raise
        raise _no_such_arange(args, keywords) from None
    start, end, step = (dict(zip(given, numbers)).get(n, d) for n, d in (("start", 0), ("end", 0), ("step", 1)))
    return start, end, step


def _no_such_arange(args: tuple[Any, ...], keywords: dict[str, Any]) -> TypeError:
    return no_such_call("arange", args, keywords, [
        f"(Number end, *, Tensor out = None, {_OPTIONS}",
        f"(Number start, Number end, *, {_OPTIONS}",
        f"(Number start, Number end, Number step = 1, *, Tensor out = None, {_OPTIONS}",
    ])  # fmt: skip


def _arange(start: Any, end: Any, step: Any, d: dtype, inclusive: bool) -> Any:
    if d.is_complex or d is bool_:
        raise unimplemented("range_cpu" if inclusive else "arange_cpu", d)
    if step == 0 or step != step:
        raise RuntimeError("step must be nonzero")
    given = start, end, step
    start, end, step = (_real(n, d) for n in given)
    if step == 0 and (inclusive or d is int64):
        raise ValueError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start:g} -> {end:g}")
    if (end < start) if given[2] > 0 else (end > start):
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if inclusive:
        count = int((end - start) / step + 1)
    else:
        # (Only the elements are integers, in other dtypes than int64.)
        low, high, by = (start, end, step) if d is int64 else given
        count = math.ceil((high - low) / by)
    if count >= 2**63:
        raise RuntimeError("invalid size, possible overflow?")
    if not d.is_floating_point:
        return cast(start + step * np.arange(count), d)
    return _vectors(start, step, np.arange(count, dtype=np.float64), d)


def _real(n: Any, d: dtype) -> Any:
    """A number as the kernel computes with it: in int64 for integers, in float64 for floats."""
    if isinstance(n, complex):
        raise RuntimeError("value cannot be converted to type double without overflow")
    if d.is_floating_point:
        return float(n)
    if not (math.isfinite(n) and -(2**63) <= n < 2**63):
        if isinstance(n, int) and not -(2**63) <= n < 2**64:
            raise OverflowError("int too big to convert" if n > 0 else "can't convert negative int to unsigned")
        raise RuntimeError("value cannot be converted to type int64_t without overflow")
    return int(n)


def _vectors(start: float, step: float, i: np.ndarray, d: dtype) -> Any:
    """``start + step * i`` as vectors of 32 bytes compute it. See Note [Rounding of ranges]."""
    lanes = 32 // d.itemsize
    compute = fma64
    if d in (float16, bfloat16):
        start, step, compute = float(np.float32(start)), float(np.float32(step)), fma32
    if start.is_integer() and step.is_integer() and abs(start) + abs(step) * len(i) < 2**24:
        return cast(start + step * i, d)  # exact in any order
    whole = len(i) // (2 * lanes) * (2 * lanes)
    first, lane = i[:whole] // lanes * lanes, i[:whole] % lanes
    base = np.asarray(cast(compute(first, step, start), d), np.float64)
    if d is bfloat16:
        vectors = np.float32(base) + np.float32(step) * np.float32(lane)
        return cast(np.concatenate([vectors, compute(i[whole:], step, start)]), d)
    lane = np.concatenate([lane, i[whole:]])
    return cast(compute(lane, step, np.concatenate([base, np.full(len(i) - whole, start)])), d)


def range(start: Any = 0, end: Any = None, step: Any = 1, *, out: Tensor | None = None, dtype: Any = None,
          layout: Any = strided, device: Any = None, pin_memory: bool = False,
          requires_grad: bool = False) -> Tensor:  # fmt: skip
    """The numbers from `start` to `end`, both included, in the default dtype. Deprecated, as in PyTorch: `arange`."""
    if end is None:
        raise TypeError('range() missing 1 required positional arguments: "end"')
    warn_user(
        "torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with "
        "Python's range builtin. Instead, use torch.arange, which produces values in [start, end).",
        UserWarning,
    )
    dtype = check_options("range", dtype, layout, device, pin_memory, requires_grad)
    start, end = as_number("range", "start", start, 1), as_number("range", "end", end, 2)
    step = as_number("range", "step", step, 3)
    if out is not None:
        check_out("range", out, dtype)
    d = dtype or (dtypes.get_default_dtype() if out is None else out.dtype)
    data = _arange(start, end, step, d, inclusive=True)
    return made(data, requires_grad) if out is None else write_made(out, data, requires_grad)


@reads_values
def linspace(start: Any, end: Any, steps: int, *, out: Tensor | None = None, dtype: Any = None, layout: Any = strided,
             device: Any = None, pin_memory: bool = False, requires_grad: bool = False) -> Tensor:  # fmt: skip
    """`steps` numbers from `start` to `end`, both included, evenly spaced. Shape (steps,).

    In the default dtype (complex if an end is). Raises RuntimeError for a negative `steps`.

    >>> linspace(0, 1, 3)
    tensor([0.0000, 0.5000, 1.0000])
    """
    options = (dtype, layout, device, pin_memory, requires_grad)
    return _spaced("linspace", (start, end), steps, {}, _linspace, out, *options)


@reads_values
def logspace(start: Any, end: Any, steps: int, base: float = 10.0, *, out: Tensor | None = None, dtype: Any = None,
             layout: Any = strided, device: Any = None, pin_memory: bool = False,
             requires_grad: bool = False) -> Tensor:  # fmt: skip
    """`steps` numbers from ``base ** start`` to ``base ** end``, evenly spaced on a logarithmic scale. Shape (steps,).

    >>> logspace(0, 2, 3)
    tensor([  1.,  10., 100.])
    """
    if base.__class__ is not float:
        base = as_number("logspace", "base", base, 4)
    options = (dtype, layout, device, pin_memory, requires_grad)
    return _spaced("logspace", (start, end), steps, {"base": base}, _logspace, out, *options)


def _spaced(name: str, ends: tuple[Any, Any], steps: Any, about: dict[str, Any], compute: Any, out: Any, dtype: Any,
            layout: Any, device: Any, pin_memory: Any, requires_grad: Any) -> Tensor:  # fmt: skip
    dtype = check_options(name, dtype, layout, device, pin_memory, requires_grad)
    start, end = [_end(name, n, e, (*ends, steps)) for n, e in zip(("start", "end"), ends)]
    try:
        steps = check_integer(name, "steps", steps, 3)
    except TypeError:
        raise _no_such_spacing(name, (*ends, steps)) from None
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    if out is not None:
        check_out(name, out, dtype)
        dtype = out.dtype
    inferred = number_dtype(1j if isinstance(start, complex) or isinstance(end, complex) else 1.0)
    if dtype is None:
        dtype = inferred
    elif inferred.is_complex and not dtype.is_complex:
        kind = "double" if inferred is dtypes.complex128 else "float"
        raise RuntimeError(
            f"torch.{name}(): inferred dtype c10::complex<{kind}> can't be safely cast to passed dtype "
            f"{dtype.scalar_name}"
        )
    if dtype is bool_ and steps > 1:
        raise unimplemented(f"{name}_cpu", dtype)
    data = compute(start, end, steps, dtype, **about)
    return made(data, requires_grad) if out is None else write_made(out, data, requires_grad)


def _end(name: str, argument: str, value: Any, given: tuple[Any, ...]) -> Any:
    """One end of the range as a number: a 0-d tensor stands for its value."""
    if isinstance(value, Tensor):
        if value.ndim:
            raise RuntimeError(
                f"{name} only supports 0-dimensional start and end tensors, but got {argument} with {value.ndim} "
                f"dimension(s)."
            )
        return value._data.item()
    try:
        return as_number(name, argument, value)
    except TypeError:
        raise _no_such_spacing(name, given) from None


def _no_such_spacing(name: str, given: tuple[Any, ...]) -> TypeError:
    middle = "int steps, *" if name == "linspace" else "int steps, float base = 10.0, *"
    kinds = (("Tensor", "Tensor"), ("Number", "Tensor"), ("Tensor", "Number"), ("Number", "Number"))
    return no_such_call(name, given, {}, [
        f"({a} start, {b} end, {middle}, Tensor out = None, {_OPTIONS}" for a, b in kinds
    ])  # fmt: skip


def _linspace(start: Any, end: Any, steps: int, d: dtype) -> Any:
    if d.is_complex:
        real = _linspace(complex(start).real, complex(end).real, steps, d.to_real())
        return real + 1j * _linspace(complex(start).imag, complex(end).imag, steps, d.to_real())
    start, end = _element(start, d), _element(end, d)
    if steps <= 1:
        return cast(np.full(steps, start), d)
    i = np.arange(steps)
    count = np.where(i < steps // 2, i, steps - 1 - i).astype(np.float64)
    origin = np.where(i < steps // 2, start, end).astype(np.float64)
    sign = np.where(i < steps // 2, 1.0, -1.0)
    if d.numpy == np.float32 or d is float16:
        step = _round(_round(end - start, d) / _round(steps - 1, d), d)
        if d.itemsize == 4:
            return fma32(sign * step, count, origin)
        return cast(np.float32(origin) + np.float32(sign) * _round(step * _round(count, d), d), d)
    # Of integers the step is a float64.
    return cast(fma64(sign * ((end - start) / (steps - 1)), count, origin), d)


def _logspace(start: Any, end: Any, steps: int, d: dtype, base: float) -> Any:
    if d.is_complex:
        return cast(base ** _linspace(start, end, steps, d), d)
    if steps <= 1:
        return cast(np.full(steps, _power(float(base), float(start))), d)
    start, end = _element(start, d), _element(end, d)
    step = float(_round(end - start, d)) / (steps - 1)
    i = np.arange(steps)
    exponents = np.where(i < steps // 2, start + step * i, end - step * (steps - 1 - i))
    return cast(np.array([_power(float(base), e) for e in exponents.tolist()], np.float64), d)


def _power(base: float, exponent: float) -> float:
    """The C library's pow, as PyTorch calls it: without Python's errors."""
    try:
        return math.pow(base, exponent)
    except (OverflowError, ValueError):
        with np.errstate(all="ignore"):
            return float(np.power(np.float64(base), exponent))


def _element(value: Any, d: dtype) -> Any:
    """A number rounded to the dtype, as a float (an int for integers)."""
    if isinstance(value, complex):
        raise RuntimeError("value cannot be converted to type double without overflow")
    return cast(np.asarray(value), d)[()].item()


def _round(x: Any, d: dtype) -> Any:
    """Numbers rounded to a floating point dtype, in a NumPy type to go on computing in."""
    rounded = np.asarray(cast(np.asarray(x, np.float64), d))
    return rounded.astype(np.float32) if d is float16 else rounded
