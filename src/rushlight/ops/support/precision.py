"""Sixteen-bit floating point: computed in float32 and rounded once, as torch's kernels do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...arrays import dtypes, precision
from ...arrays.precision import is_narrow, widened
from ...core.declare import op
from ...core.op import parameters
from ...core.tensor import Tensor

Call = Callable[..., Any]


def wide(x: Any) -> Any:
    """A payload or Tensor of 16 bits in float32; others as they are. For derivative rules that compute in float32."""
    if isinstance(x, Tensor):
        return x.to(dtypes.float32) if is_narrow(x._data) else x
    return precision.wide(x)


def as_wide_as(x: Any, g: Any) -> Any:
    """`g` in the dtype of `x`, if that has 16 bits: the values on the way had 32."""
    same = g.dtype == x.dtype and type(g) is type(x)
    if same or g.dtype.itemsize != 4 or x.dtype.itemsize == 8:
        return g
    return g.to(x.dtype) if isinstance(g, Tensor) else dtypes.cast(g, dtypes.of_array(x))


def wide_op(name: str, forward: Call, node: str = "", vjp: Any = None, **about: Any) -> Any:
    """`op` whose value is computed by `widened(forward)`."""
    about.setdefault("names", parameters(forward))
    return op(name, widened(forward), node, vjp, **about)


def converting(name: str, value: Call, node: str, vjp: dict[str, Any], **about: Any) -> Any:
    """An operation on x with a ``dtype=``, to which it converts x by itself, as torch's do."""
    plain = wide_op(name, value, node, vjp, **about)
    names = about.pop("names", None) or parameters(value)
    converted = op(
        f"{name}_as", lambda x, *rest: dtypes.cast(value(dtypes.cast(x, rest[-1]), *rest[:-1]), rest[-1]), node, vjp,
        names=(*names, "dtype"), **about, conforms=True,
    )  # fmt: skip

    def call(input: Tensor, *rest: Any, dtype: dtypes.dtype | None = None) -> Tensor:
        if dtype is None:
            return plain(input, *rest)
        if input.is_complex() and not dtype.is_complex:
            input = input.to(dtype)  # the rules are to see the real part alone
        if dtype is input.dtype and (dtype.category > 1 or dtype is dtypes.int64):
            return plain(input, *rest)
        return converted(input, *rest, dtype)  # narrow integers too: NumPy widens what it adds up

    call.__name__ = name
    call.plain = plain  # type: ignore[attr-defined]
    call.op = plain.op  # type: ignore[attr-defined]
    return call


def summed_dtype(input: Tensor, dtype: dtypes.dtype | None) -> dtypes.dtype | None:
    """The dtype in which to add up: int64 for integers and bool, unless one is asked for."""
    if dtype is None and input._data.dtype.kind in "biu":
        return dtypes.int64
    return dtype
