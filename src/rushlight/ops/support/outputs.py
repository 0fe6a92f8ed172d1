"""``out=`` of functions with several results, or with a result computed before it is known where it goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...arrays.dtypes import dtype
from ...arrays.promotion import check_output_dtype
from ...arrays.strided import overlaps_itself
from ...core.errors import OVERLAPPING_WRITE
from ...core.modes import GRAD, grad_mode
from ...core.short import into
from ...core.tensor import Tensor
from .options import argument_error

_MEDIAN_VALUES = (
    "Expected tensor for 'values' to have the same type as tensor for argument #2 'self'; but type torch.{1.scalar_name}Tensor "
    "does not equal torch.{0.scalar_name}Tensor (while checking arguments for median)"
)
_MEDIAN_INDICES = (
    "Expected tensor for argument #1 'indices' to have scalar type {0.scalar_name}; but got torch.{1.scalar_name}Tensor "
    "instead (while checking arguments for median)"
)
_RUNNING = ("expected scalar_type {0.scalar_name} but found {1.scalar_name}",) * 2
_MODE = "expected scalar type '{0.scalar_name}' but got '{1.scalar_name}' for {2} output"
#: What functions say of an `out` of another dtype, for values and for indices, where they do not say it as most do.
_WORDS: dict[str, tuple[str, str]] = {
    "cummax": _RUNNING,
    "cummin": _RUNNING,
    "kthvalue": ("output values must be of same type as input", "output indices must be of scalar type Long"),
    "median": (_MEDIAN_VALUES, _MEDIAN_INDICES),
    "nanmedian": (_MEDIAN_VALUES, _MEDIAN_INDICES),
    "mode": (_MODE, _MODE),
}


def into_each(out: Any, results: Any, name: str = "") -> Any:
    """Writes each of `results` into its tensor of `out`, of its dtype, as `name` (that of the named tuple by default).

    Raises, before anything is written, TypeError for what is not as many tensors, RuntimeError for other dtypes, for
    tensors that require grad and for such whose elements share memory.
    """
    name = name or type(results).__name__
    if not isinstance(out, (tuple, list)):
        raise argument_error(name, "out", "tuple of Tensors", out)
    if len(out) != len(results):
        raise TypeError(f"expected tuple of {len(results)} elements but got {len(out)}")
    for target, part, kind, words in zip(out, results, ("values", "indices"), _WORDS.get(name, ("", ""))):
        if not isinstance(target, Tensor):
            raise TypeError(
                f"expected Tensor as element {out.index(target)} in argument 'out', but got {type(target).__name__}"
            )
        if words and target.dtype is not part.dtype:
            raise RuntimeError(words.format(part.dtype, target.dtype, kind))
    check_each(out, results, name)
    keep = renamed(name, lambda result: result)
    for target, part in zip(out, results):
        into(target, keep, part, own=True)
    return type(results)(out)


def check_each(out: Any, results: Any, name: str, own: bool = True) -> None:
    """Raises what `into` raises for any of `out` that cannot take its result, while none of them is written yet."""
    for target, part in zip(out, results):
        if grad_mode() == GRAD and target.requires_grad:
            raise RuntimeError(
                f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the "
                "arguments requires grad."
            )
        check_output_dtype(part.dtype, target.dtype, own)
        if overlaps_itself(target._data):
            raise RuntimeError(OVERLAPPING_WRITE)


def into_own(out: Any, result: Tensor, name: str) -> Tensor:
    """Writes `result` into `out`, of its dtype, as the function `name`."""
    return into(out, renamed(name, lambda result: result), result, own=True)


def renamed(name: str, call: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """`call` under the name that the errors of `into` shall give it."""
    call.__name__ = name
    return call


def dtype_to_add_in(dtype: dtype | None, out: Any) -> dtype | None:
    """The dtype in which a sum or product is computed that goes into `out`: that of `out`, unless one is asked for."""
    if not isinstance(out, Tensor):
        return dtype
    if dtype is None:
        return out.dtype
    check_output_dtype(dtype, out.dtype, own=True)
    return dtype
