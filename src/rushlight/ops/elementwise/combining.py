"""Operations that combine several tensors at once: a product added to a third, interpolation; integers' divisors."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...core.declare import NUMBERS, elementwise, int_to_float
from ...core.tensor import Tensor
from ...core.views import assign
from ..creation.filled import check_fits
from ..support.attach import described, functions, inplace_methods, methods, written
from ..support.kinds import only
from ..support.number_first import NumberFirst
from ..support.operands import as_payload, call_into, common, fused
from ..support.options import as_number, no_such_call
from .comparison import choose, zeros

__all__ = [
    "addcdiv", "addcmul", "gcd", "gcd_", "lcm", "lcm_", "ldexp", "ldexp_", "lerp", "nextafter",
]  # fmt: skip


# Products and quotients that are added.


def _check_addcdiv(x: Any, tensor1: Any, tensor2: Any) -> None:
    if not any(t.dtype.category > 1 for t in (tensor1, tensor2)):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a "
            "true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value "
            "* torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / "
            "tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value "
            "* tensor1 / tensor2), for all dtypes."
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


def _value(name: str, value: Any, *operands: Any) -> Any:
    """The number that a product or quotient is scaled by. Raises RuntimeError for a complex one beside real operands."""
    value = as_number(name, "value", value)
    if isinstance(value, complex) and all([isinstance(t, Tensor) for t in operands]):
        check_fits(value, common(*operands))
    return value


def _combined(name: str, call: Any, into: Any) -> tuple[Any, Any, Any]:
    """addcmul or addcdiv: the function, the method, and the method in place, which `into` may compute where the tensor is."""
    order = NumberFirst(
        name, ["(Tensor input, Tensor tensor1, Tensor tensor2, *, Number value = 1, Tensor out = None)"],
        ["(Tensor input, Number value, Tensor tensor1, Tensor tensor2, *, Tensor out = None)"],
    )  # fmt: skip
    of_method, of_inplace = order.as_method(), order.as_method(name + "_")

    def function(input: Tensor, *tensors: Any, value: Any = 1, out: Tensor | None = None, **named: Any) -> Tensor:
        if named or len(tensors) != 2:
            (input, *tensors), value = _read(order, (input, *tensors), value, named)
        return call_into(out, call, input, *tensors, _value(name, value, input, *tensors))

    def method(self: Tensor, *tensors: Any, value: Any = 1, **named: Any) -> Tensor:
        if named or len(tensors) != 2:
            tensors, value = _read(of_method, tensors, value, named)
        return function(self, *tensors, value=value)

    def inplace(self: Tensor, *tensors: Any, value: Any = 1, **named: Any) -> Tensor:
        if named or len(tensors) != 2:
            tensors, value = _read(of_inplace, tensors, value, named)
        if isinstance(value, (int, float)) and written(
            self, lambda x, y, z, out=None: into(x, y, z, value, out), *tensors, numbers=False
        ):
            return self
        return assign(self, call, (*tensors, as_number(of_inplace.name, "value", value)))

    function.__name__ = function.__qualname__ = name
    return function, method, inplace


def _read(order: NumberFirst, tensors: Any, value: Any, named: dict[str, Any]) -> tuple[Any, Any]:
    """The tensors and the number of a call that is not by position. Raises TypeError for one that torch does not take."""
    names = [part.split()[1] for part in order.today[0][1:-1].split(", *")[0].split(", ")][len(tensors) :]
    if names and named.keys() == set(names):
        return (*tensors, *[named[name] for name in names]), value
    given = {} if value.__class__ is int and value == 1 else {"value": value}
    tensors, numbers = order.required(tensors, {**named, **given})
    return tensors, numbers["value"]


addcmul, _addcmul_method, _addcmul_inplace = _combined(
    "addcmul", _addcmul, lambda x, y, z, value, out: fused(x, z, y * value, out)
)
addcdiv, _addcdiv_method, _addcdiv_inplace = _combined(
    "addcdiv", _addcdiv, lambda x, y, z, value, out: np.add(x, y * value / z, out)
)


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


_LERP = (
    "(Tensor input, Tensor end, Tensor weight, *, Tensor out = None)",
    "(Tensor input, Tensor end, Number weight, *, Tensor out = None)",
)


def lerp(input: Tensor, end: Tensor, weight: Any, *, out: Tensor | None = None) -> Tensor:
    """``input + weight * (end - input)`` for a number or a tensor `weight`. Raises RuntimeError if dtypes differ."""
    if not (isinstance(input, Tensor) and isinstance(end, Tensor) and isinstance(weight, (Tensor, *NUMBERS, np.generic))):
        raise no_such_call("lerp", (input, end, weight), {}, _LERP)
    if isinstance(weight, Tensor):
        return call_into(out, _lerp_tensor, input, end, weight)
    weight = check_fits(as_number("lerp", "weight", weight, 3), input.dtype)
    return call_into(out, _lerp, input, end, weight)


# Integers and the floating-point format.

gcd = elementwise("gcd", np.gcd, names=("x", "y"), numbers=False, promote=only("i", "gcd_cpu"))
lcm = elementwise("lcm", np.lcm, names=("x", "y"), numbers=False, promote=only("i", "lcm_cpu"))


def _nextafter_value(x: Any, y: Any) -> Any:
    """Of bfloat16, the next of its own numbers, which are the upper halves of those of float32."""
    if not isinstance(x, dtypes.BFloat16Array):
        return np.nextafter(x, y)
    x, y = np.broadcast_arrays(dtypes.cast(x, dtypes.float32), dtypes.cast(y, dtypes.float32))
    bits, step = np.atleast_1d(x).view(np.int32), np.where((y > x) == (x > 0), 1 << 16, -(1 << 16))
    beside = np.where(x == 0, np.copysign(np.array(1 << 16, np.int32).view(np.float32), y),
                      (bits.reshape(x.shape) + step).astype(np.int32).view(np.float32))  # fmt: skip
    odd = np.isnan(x) | np.isnan(y)
    return dtypes.cast(np.where(odd, np.float32(math.nan), np.where(x == y, y, beside)), dtypes.bfloat16)


nextafter = elementwise(
    "nextafter", _nextafter_value, "NextafterBackward0", lambda g, x, y: choose(0, g, x == y), lambda g: zeros(g),
    names=("x", "y"), numbers=False, promote=only("f", "nextafter_cpu"), wide=False,
)  # fmt: skip
ldexp = elementwise(
    "ldexp", lambda x, y: x * np.exp2(y), "LdexpBackward0",
    lambda g, y: ldexp(g, y), lambda g, out: g * out * math.log(2),
    names=("x", "y"), numbers=False, promote=int_to_float, wide=False,
)  # fmt: skip


def _lerp_inplace(self: Tensor, end: Tensor, weight: Any) -> Tensor:
    if weight.__class__ is float and written(
        self, lambda x, y, out=None: _lerp_value(x, y, weight, out), end, numbers=False
    ):
        return self
    return assign(self, lerp, (end, weight))


described(
    globals(),
    addcdiv="``input + value * tensor1 / tensor2``. Raises RuntimeError if both are integers.",
    addcmul="``input + value * tensor1 * tensor2``",
    gcd="The greatest common divisor of integers, element by element.",
    lcm="The least common multiple of integers, element by element.",
    ldexp="``input * 2**other``.",
    nextafter="The next number after `input` in the direction of `other`.",
)  # fmt: skip

methods(
    addcmul=_addcmul_method, addcdiv=_addcdiv_method, lerp=lerp, gcd=gcd, lcm=lcm, nextafter=nextafter, ldexp=ldexp,
    addcmul_=_addcmul_inplace, addcdiv_=_addcdiv_inplace, lerp_=_lerp_inplace,
)  # fmt: skip
inplace_methods(gcd, lcm, nextafter, ldexp)
gcd_, lcm_, ldexp_ = functions("gcd_", "lcm_", "ldexp_")
