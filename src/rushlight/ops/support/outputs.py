"""``out=``: results written into tensors that the program gives, for one result and for several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...arrays.dtypes import cast, dtype
from ...arrays.promotion import check_output_dtype
from ...arrays.strided import overlaps, overlaps_itself, overlaps_partly, resized
from ...core.errors import OVERLAPPING_INPUT, OVERLAPPING_WRITE
from ...core.modes import GRAD, grad_mode
from ...core.op import LAYERS, Op, layer_of
from ...core.saved import bump
from ...core.tensor import Tensor, memory
from ...core.views import write
from .options import argument_error, warn_user

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


_RECORDS = (
    "{}(): functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad."
)


def into(out: Tensor, call: Callable[..., Any], *arguments: Any, own: bool = False, disjoint: bool = False) -> Tensor:
    """``out=``: the result of ``call(*arguments)`` written into `out`, which may not take part in a graph.

    `out` is resized where it must be. Raises, before anything is written, where `out` cannot take the result's dtype
    (`own`: no dtype but that one) and where its elements share memory, among them or in part with a tensor argument
    (`disjoint`: at all). Tensors not among the arguments (in a closure) are not checked.
    """
    name = getattr(call, "func", call).__name__
    if not isinstance(out, Tensor):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type(out).__name__}")
    inputs = [t for a in arguments for t in (a if isinstance(a, (tuple, list)) else (a,)) if isinstance(t, Tensor)]
    if grad_mode() == GRAD and any([a.requires_grad for a in (*inputs, out)]):
        raise RuntimeError(_RECORDS.format(name))
    if LAYERS and (layer := layer_of((out, *arguments))) is not None:
        layer.refuse_out(name, (out, *arguments))
    result = call(*arguments)
    check_output_dtype(result.dtype, out.dtype, own)
    data = before = out._data
    if overlaps_itself(before):
        raise RuntimeError(OVERLAPPING_WRITE)
    if result._data.shape != before.shape:
        data = resized(memory(out), result._data.shape)
        data = cast(np.empty(result._data.shape, before.dtype), out.dtype) if data is None else data
    for a in inputs:
        same = overlaps(before, a._data) or overlaps(data, a._data) or (a is out and data.size)
        if same if disjoint else overlaps_partly(before, a._data):
            raise RuntimeError(OVERLAPPING_INPUT)
    if data is not before:
        warn_resized(before, data.shape)
        out._data = data
    write(out, result._data)
    bump(out)
    return out


Op.into = staticmethod(into)


def warn_resized(before: Any, shape: tuple[int, ...]) -> None:
    """Warns of an `out` that is not empty and does not have the shape of the result."""
    if before.size:
        warn_user(
            f"An output with one or more elements was resized since it had shape {list(before.shape)}, which does not "
            f"match the required output shape {list(shape)}. This behavior is deprecated, and in a future "
            "PyTorch release outputs will not be resized unless they have zero elements. You can explicitly reuse an "
            "out tensor t by resizing it, inplace, to zero elements with t.resize_(0)."
        )


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
            raise RuntimeError(_RECORDS.format(name))
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
