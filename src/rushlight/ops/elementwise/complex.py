"""Complex tensors: their parts, their conjugates, and how they are put together.

None of these functions is holomorphic, so their rules are written out for torch's convention: see
Note [Complex derivatives] in `rushlight.core.op`. A conjugate is computed at once; torch only marks it, which shows in
`is_conj`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...core.declare import elementwise, int_to_float, op
from ...core.tensor import Tensor
from ..support.arguments import check_tensor
from ..support.attach import described, functions, inplace_methods, methods
from ..support.casting import in_float32
from ..support.operands import is_complex
from .arithmetic import sgn
from .comparison import choose, zeros

__all__ = [
    "angle", "complex", "conj", "conj_physical", "conj_physical_", "imag", "polar", "real", "resolve_conj", "resolve_neg",
    "view_as_complex", "view_as_real",
]  # fmt: skip


def resolve_conj(input: Tensor) -> Tensor:
    """`input` itself: there is no mark of a conjugate to resolve."""
    check_tensor("resolve_conj", input)
    return input


def resolve_neg(input: Tensor) -> Tensor:
    """`input` itself: there is no mark of a negation to resolve."""
    check_tensor("resolve_neg", input)
    return input


# Parts.

_COMPLEX = {"e": np.complex64, "f": np.complex64, "d": np.complex128}


def _as_pairs(x: Any) -> Any:
    return x[..., None].view(x.real.dtype)


def _as_numbers(x: Any) -> Any:
    if x.strides[-1] != x.itemsize or any(s % (2 * x.itemsize) for s in x.strides[:-1]):
        x = np.ascontiguousarray(x)  # a gradient of any strides; programs are told below
    return x.view(_COMPLEX[x.dtype.char])[..., 0]


_view_as_real = op(
    "view_as_real", _as_pairs, "ViewAsRealBackward0", {"x": lambda g: _view_as_complex(g)}, view=True, holomorphic=False
)
_view_as_complex = op(
    "view_as_complex", _as_numbers, "ViewAsComplexBackward0", {"x": lambda g: _view_as_real(g)}, view=True,
    holomorphic=False,
)  # fmt: skip


def view_as_real(input: Tensor) -> Tensor:
    """A view of the complex `input` as pairs of real numbers, in a new last dimension.

    Raises RuntimeError unless `input` is complex.
    """
    check_tensor("view_as_real", input)
    if not is_complex(input):
        raise RuntimeError("view_as_real is only supported for complex tensors")
    return _view_as_real(input)


@in_float32
def view_as_complex(input: Tensor) -> Tensor:
    """A view of pairs of real numbers, in the last dimension, as complex numbers.

    Raises RuntimeError unless `input` is of floating point and its pairs lie side by side in memory.
    """
    check_tensor("view_as_complex", input)
    d, data = input.dtype, input._data
    if d not in (dtypes.float16, dtypes.float32, dtypes.float64):
        raise RuntimeError(
            "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: "
            f"{d.scalar_name}"
        )
    if d is dtypes.float16:
        raise NotImplementedError("view_as_complex() of a float16 tensor: torch.complex32 is not supported")
    if not data.ndim:
        raise RuntimeError("Input tensor must have one or more dimensions")
    if data.shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    if data.size and data.strides[-1] != data.itemsize:
        raise RuntimeError("Tensor must have a last dimension with stride 1")
    if data.size and any(s % (2 * data.itemsize) for s, n in zip(data.strides[:-1], data.shape) if n > 1):
        raise RuntimeError("Tensor must have a stride divisible by 2 for all but last dimension")
    return _view_as_complex(input)


def _payload(name: str, input: Any) -> Any:
    if not hasattr(input, "dtype"):
        check_tensor(name, input)
    return input


def real(input: Any) -> Any:
    """The real part, as a view; a real tensor itself.

    >>> import rushlight as torch
    >>> torch.real(torch.tensor([1 + 2j]))
    tensor([1.])
    """
    if not isinstance(input, Tensor):
        return _payload("real", input).real
    return view_as_real(input).select(-1, 0) if is_complex(input) else input  # type: ignore[attr-defined]


def imag(input: Any) -> Any:
    """The imaginary part, as a view. Raises RuntimeError for a real tensor."""
    if not isinstance(input, Tensor):
        return _payload("imag", input).imag
    if not is_complex(input):
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return view_as_real(input).select(-1, 1)  # type: ignore[attr-defined]


def _set_real(self: Tensor, value: Any) -> None:
    real(self).copy_(value)


def _set_imag(self: Tensor, value: Any) -> None:
    imag(self).copy_(value)


# Conjugates.

_conj = elementwise("conj", np.conjugate, "ConjBackward0", lambda g: conj(g), names=("x",), holomorphic=False)
_conj_physical = elementwise(
    "conj_physical", lambda x: np.conjugate(x) if x.dtype.kind == "c" else x, "ConjPhysicalBackward0",
    lambda g: conj_physical(g), names=("x",), holomorphic=False,
)  # fmt: skip


def conj(input: Any) -> Any:
    """The complex conjugate; a real tensor itself."""
    return _conj(input) if is_complex(input) else input


def conj_physical(input: Any, *, out: Tensor | None = None) -> Any:
    """The complex conjugate; a real tensor itself."""
    if out is not None:
        return _conj_physical(input, out=out)
    return _conj_physical(input) if is_complex(input) else input


# Putting together.


def _check_parts(first: Any, second: Any) -> None:
    a, b = first.dtype, second.dtype
    if not (a.is_floating_point and b.is_floating_point) or dtypes.bfloat16 in (a, b):
        raise RuntimeError(
            f"Expected both inputs to be Half, Float or Double tensors but got {a.scalar_name} and {b.scalar_name}"
        )
    if a is not b:
        raise RuntimeError(
            f"Expected object of scalar type {a.scalar_name} but got scalar type {b.scalar_name} for second argument"
        )
    if a is dtypes.float16:
        raise NotImplementedError("torch.complex32 is not supported")


def _complex_value(x: Any, y: Any) -> Any:
    out: Any = np.empty_like(x, _COMPLEX[x.dtype.char], shape=np.broadcast_shapes(x.shape, y.shape))
    out.real, out.imag = x, y
    return out[()]


def _polar_value(x: Any, y: Any) -> Any:
    return _complex_value(x * np.cos(y), x * np.sin(y))


_complex = elementwise(
    "complex", _complex_value, "ComplexBackward0", lambda g: real(g), lambda g: imag(g),
    names=("real", "imag"), holomorphic=False, numbers=False, check=_check_parts,
)  # fmt: skip
_polar = elementwise(
    "polar", _polar_value, "PolarBackward0",
    lambda g, out: real(conj(g) * sgn(out)), lambda g, out: real(conj(g) * (out * 1j)),
    names=("abs", "angle"), holomorphic=False, numbers=False, check=_check_parts,
)  # fmt: skip


def _check_out(out: Tensor, part: Any) -> None:
    if not isinstance(part, Tensor) or not isinstance(out, Tensor):
        return
    wanted = {dtypes.float32: dtypes.complex64, dtypes.float64: dtypes.complex128}.get(part.dtype)
    if wanted is not None and out.dtype is not wanted:
        raise RuntimeError(
            f"Expected object of scalar type {wanted.scalar_name} but got scalar type {out.dtype.scalar_name} for "
            "argument 'out'"
        )


def complex(real: Tensor, imag: Tensor, *, out: Tensor | None = None) -> Tensor:
    """``real + imag * 1j``, of two tensors of one dtype, float32 or float64. Raises RuntimeError for others.

    >>> torch.complex(torch.tensor([1.0]), torch.tensor([2.0]))
    tensor([1.+2.j])
    """
    if out is not None:
        _check_out(out, real)
    return _complex(real, imag, out=out)


@in_float32
def polar(abs: Tensor, angle: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The complex numbers of these absolute values and angles; as `complex` otherwise."""
    if out is not None:
        _check_out(out, abs)
    return _polar(abs, angle, out=out)


def _angle_value(x: Any) -> Any:
    if x.dtype.kind == "c":
        return np.arctan2(x.imag, x.real)
    return np.where(x != x, x, np.where(x < 0, x.dtype.type(math.pi), x.dtype.type(0)))[()]


def _angle_rule(g: Any, x: Any) -> Any:
    return choose(0, g * x / abs(x) ** 2 * 1j, x == 0) if is_complex(x) else zeros(g)


angle = elementwise(
    "angle", _angle_value, "AngleBackward0", _angle_rule, names=("x",), holomorphic=False, promote=int_to_float
)


described(globals(), angle="The argument of complex numbers, in [-pi, pi]; of real ones 0, or pi below zero.")

methods(
    resolve_conj=resolve_conj, resolve_neg=resolve_neg, conj=conj, conj_physical=conj_physical, angle=angle,
    real=property(real, _set_real), imag=property(imag, _set_imag),
)  # fmt: skip
inplace_methods(conj_physical)
(conj_physical_,) = functions("conj_physical_")
