"""Results of functions of matrices: ``out=`` without conversion, and named tuples."""

from __future__ import annotations

from typing import Any

from ... import return_types
from ...arrays.promotion import can_cast
from ...core.tensor import Tensor
from ..products.matmul import c_type
from ..support.options import argument_error
from ..support.outputs import check_each, into


def _check_out(out: Tensor, result: Tensor) -> None:
    if out.dtype is not result.dtype:
        raise RuntimeError(f"Expected out tensor to have dtype {c_type(result)}, but got {c_type(out)} instead")


def _copied_as(name: str) -> Any:
    """The identity, under the name of the function that `into` speaks of."""

    def copy(result: Tensor) -> Tensor:
        return result

    copy.__name__ = name
    return copy


def single(name: str, result: Tensor, out: Tensor | None) -> Tensor:
    """The result, in `out` if there is one, which must have its dtype."""
    if out is None:
        return result
    if not isinstance(out, Tensor):
        raise argument_error(name, "out", "Tensor", out)
    _check_out(out, result)
    return into(out, _copied_as(name), result)


def converted(function: str, result: Tensor, out: Tensor | None, what: str = "result") -> Tensor:
    """The result, in `out` if there is one, converted to its dtype: RuntimeError if that is of a lower kind."""
    if out is None:
        return result
    name = function.removeprefix("torch.").replace(".", "_")
    if not isinstance(out, Tensor):
        raise argument_error(name, "out", "Tensor", out)
    if not can_cast(result.dtype, out.dtype):
        raise RuntimeError(
            f"{function}: Expected {what} to be safely castable from {result.dtype.scalar_name} dtype, but got {what} "
            f"with dtype {out.dtype.scalar_name}"
        )
    return into(out, _copied_as(name), result)


def named(name: str, results: Any, out: Any = None) -> Any:
    """The named tuple of torch's function `name`; written into the tensors of `out` if they are given."""
    if out is None:
        return getattr(return_types, name)(results)
    if not isinstance(out, (tuple, list)):
        raise argument_error(name, "out", "tuple of Tensors", out)
    if len(out) != len(results):
        raise TypeError(f"expected tuple of {len(results)} elements but got {len(out)}")
    for target, result in zip(out, results):
        _check_out(target, result)
    check_each(out, results, name, own=False)
    copy = _copied_as(name)
    for target, result in zip(out, results):
        into(target, copy, result)
    return getattr(return_types, f"{name}_out")(out)
