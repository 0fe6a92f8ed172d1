"""The keywords that all functions which make tensors share: size, dtype, layout, device, requires_grad, out."""

from __future__ import annotations

import operator
import sys
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._torch_function import noted
from ...arrays import dtypes
from ...arrays.types import check_device, device, layout, strided
from ...core.modes import INFERENCE, grad_mode
from ...core.saved import bump
from ...core.tensor import LEAF, UNTRACKED, Tensor, new
from ...core.views import write

#: The default of an argument that must be given, where None may be given.
MISSING: Any = object()
#: The Python types that PyTorch takes for a dtype.
PYTHON_DTYPES = {float: dtypes.float64, int: dtypes.int64, bool: dtypes.bool_, complex: dtypes.complex128}
NEEDS_FLOATING_POINT = "Only Tensors of floating point and complex dtype can require gradients"
NO_PINNED_MEMORY = (
    "pin_memory=True requires a CUDA or other accelerator backend; no pinned memory allocator is available on this "
    "system."
)


def type_name(value: Any) -> str:
    """A type as PyTorch's messages call it: with its module, unless it is Python's own or a tensor's."""
    kind = type(value)
    if kind.__module__ == "numpy":
        return f"numpy.{kind.__name__}"
    return f"torch.{kind.__name__}" if isinstance(value, (dtypes.Constant, device)) else kind.__name__


def argument_error(name: str, argument: str, wanted: str, value: Any, position: int | None = None) -> TypeError:
    where = "" if position is None else f" (position {position})"
    error = TypeError(f"{name}(): argument '{argument}'{where} must be {wanted}, not {type_name(value)}")
    return error if isinstance(value, Tensor) else noted(error, value)


def missing_arguments(name: str, missing: Sequence[str]) -> TypeError:
    """The error of arguments that must be given; torch has the plural where one is missing."""
    words = ", ".join([f'"{argument}"' for argument in missing])
    return TypeError(f"{name}() missing {len(missing)} required positional argument{'s' * (len(missing) == 1)}: {words}")


def no_such_call(name: str, args: tuple[Any, ...], keywords: dict[str, Any], signatures: Sequence[str]) -> TypeError:
    """The error of a function with several signatures, called with arguments that suit none.

    As torch prints it: the keywords last first, and of each signature with as many parameters as there are arguments
    (torch counts the ``*`` and ``out``) why it does not suit.
    """
    last_first = dict(reversed(keywords.items()))
    named = ", ".join([f"{key}={type_name(value)}" for key, value in last_first.items()])
    got = ", ".join([type_name(a) for a in args]) + (f", {named}" if args and named else f"{named}, " if named else "")
    if len(signatures) == 1:
        return TypeError(f"{name}() received an invalid combination of arguments - got {_beside(signatures[0], args, last_first)}")
    expected = "".join([f" * {signature}\n{_mismatch(signature, args, last_first)}" for signature in signatures])
    return TypeError(
        f"{name}() received an invalid combination of arguments - got ({got}), but expected one of:\n{expected}"
    )


def _beside(signature: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> str:
    """What was given beside the only signature there is."""
    if keywords:
        return f"unrecognized keyword arguments: {', '.join(keywords)}"
    kinds = [part.split()[0] for part in signature[1:-1].split(", ") if part != "*"]
    marked = [type_name(a) if i < len(kinds) and type_name(a) == kinds[i] else f"!{type_name(a)}!" for i, a in enumerate(args)]
    return f"({', '.join(marked)}), but expected {signature}"


def _mismatch(signature: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> str:
    """Why a signature with as many parameters as there are arguments does not suit: a line; nothing for the others."""
    inner = signature.strip("()")
    parameters = [tuple(part.rpartition(" ")[::2]) for part in inner.split(", ")] if inner else []
    if not parameters or len(parameters) != len(args) + len(keywords):
        return ""
    places = parameters[len(args) :]
    unknown = [key for key in keywords if key not in [name for _, name in places]]
    if unknown:
        return f"      didn't match because some of the keywords were incorrect: {', '.join(unknown)}\n"
    given = [("", a) for a in args] + [(f"{name}=", keywords[name]) for _, name in places]
    marked = []
    for (kind, _), (name, value) in zip(parameters, given):
        text = name + _contents(value)
        suits = type_name(value) in ("float", "int") if kind == "float" else type_name(value) == kind
        marked.append(text if suits else f"!{text}!")
    return f"      didn't match because some of the arguments have invalid types: ({', '.join(marked)})\n"


def _contents(value: Any) -> str:
    """A type, with those of the elements of a sequence."""
    if not isinstance(value, (tuple, list)):
        return type_name(value)
    kinds = ", ".join([type_name(v) for v in value])
    if isinstance(value, list):
        return f"list of [{kinds}]"
    return f"tuple of ({kinds}{',' * (len(value) == 1)})"


def check_dtype(name: str, dtype: Any) -> dtypes.dtype | None:
    """The dtype that was asked for, None if none was. Raises TypeError for what is no dtype."""
    if dtype is None or dtype.__class__ is dtypes.dtype:
        return dtype
    try:
        return PYTHON_DTYPES[dtype]
    except (KeyError, TypeError):
        raise argument_error(name, "dtype", "torch.dtype", dtype) from None


def check_options(name: str, dtype: Any, layout_: Any, device_: Any, pin_memory: Any,
                  requires_grad: Any) -> dtypes.dtype | None:  # fmt: skip
    """Checks the keywords that say how to make a tensor, and returns its dtype (None: the function's default).

    Raises TypeError for a keyword of another type, NotImplementedError for a layout that is not strided, and PyTorch's
    errors for a device other than the CPU.
    """
    if (
        device_ is None
        and (layout_ is strided or layout_ is None)
        and pin_memory is False
        and (requires_grad is False or requires_grad is True)
        and (dtype is None or dtype.__class__ is dtypes.dtype)
    ):
        check_device(None)
        return dtype
    if device_ is not None and not isinstance(device_, (device, str, int)):
        raise argument_error(name, "device", "torch.device", device_)
    check_device(device_)
    if layout_ is not strided and layout_ is not None:
        if not isinstance(layout_, layout):
            raise argument_error(name, "layout", "torch.layout", layout_)
        raise NotImplementedError(f"{name}(): {layout_!r} is not supported")
    if pin_memory is not False and pin_memory is not None:
        if pin_memory is not True:
            raise argument_error(name, "pin_memory", "bool", pin_memory)
        raise RuntimeError(NO_PINNED_MEMORY)
    if requires_grad is not False and requires_grad is not True and requires_grad is not None:
        raise argument_error(name, "requires_grad", "bool", requires_grad)
    return check_dtype(name, dtype)


def check_keywords(name: str, unknown: dict[str, Any]) -> None:
    """Raises TypeError for a keyword that the function does not have."""
    for key in unknown:
        raise TypeError(f"{name}() got an unexpected keyword argument '{key}'")


def take_size(name: str, size: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[int, ...]:
    """The size given as integers, as one sequence, or as the keyword ``size``, which is taken out of `keywords`."""
    if "size" in keywords:
        if size:
            raise TypeError(f"{name}() got multiple values for argument 'size'")
        return check_size(name, keywords.pop("size"), None)
    if not size:
        raise TypeError(f'{name}() missing 1 required positional arguments: "size"')
    first = size[0]
    if first.__class__ is not int and not _is_integer(first):
        if len(size) > 1 and isinstance(first, (tuple, list)):
            raise TypeError(f"{name}() takes 1 positional argument but {len(size)} were given")
        size = first if len(size) == 1 else size
    return check_size(name, size)


def check_size(name: str, size: Any, position: int | None = 1, argument: str = "size") -> tuple[int, ...]:
    """A tuple of integers. Raises TypeError, in PyTorch's words, for anything else."""
    if not isinstance(size, (tuple, list)):
        raise argument_error(name, argument, "tuple of ints", size, position)
    for n in size:
        if n.__class__ is not int:
            break
    else:
        return tuple(size)
    error = size_error(name, argument, size, position)
    if error is not None:
        raise error
    return tuple([operator.index(n) for n in size])


def _is_integer(n: Any) -> bool:
    if isinstance(n, Tensor):
        return n._data.size == 1 and n._data.dtype.kind in "iu"
    return isinstance(n, (int, np.integer)) and not isinstance(n, bool)


def size_error(name: str, argument: str, size: Any, position: int | None = 1) -> TypeError | None:
    """The error of a sequence whose elements are not all integers; None if they are, or for what is no sequence."""
    for i, n in enumerate(size if isinstance(size, (tuple, list)) else ()):
        if n.__class__ is int or _is_integer(n) or (isinstance(n, bool) and i):
            continue
        kind = type_name(n)
        if i:
            return TypeError(
                f"{name}(): argument '{argument}' failed to unpack the object at pos {i + 1} with error \"type must be "
                f"tuple of ints,but got {kind}\""
            )
        if position is None:
            return argument_error(name, argument, "tuple of ints", size)
        return TypeError(
            f"{name}(): argument '{argument}' (position {position}) must be tuple of ints, but found element of type {kind} "
            "at pos 0"
        )
    return None


def check_nonnegative(size: tuple[int, ...], name: str = "") -> None:
    """Raises RuntimeError for a size that no tensor can have."""
    for n in size:
        if n < 0:
            if name == "zeros":
                raise RuntimeError("zeros: Dimension size must be non-negative.")
            raise RuntimeError(f"Trying to create tensor with negative dimension {n}: {list(size)}")


def check_integer(name: str, argument: str, value: Any, position: int) -> int:
    """An int. Raises TypeError for what is none."""
    if value.__class__ is not int:
        if not _is_integer(value):
            raise argument_error(name, argument, "int", value, position)
        value = operator.index(value)
    if not -(2**63) <= value < 2**63:
        raise ValueError("Overflow when unpacking long long")
    return value


def as_number(name: str, argument: str, value: Any, position: int | None = None) -> Any:
    """A Python number, from one or from a NumPy scalar or 0-d tensor. Raises TypeError for anything else."""
    if value.__class__ in (float, int, bool, complex):
        return value
    if isinstance(value, np.bool):
        return float(value)
    if isinstance(value, np.number):
        return value.item()
    if isinstance(value, Tensor) and value.ndim == 0 and not value.requires_grad:
        return value._data.item()
    if isinstance(value, (int, float, complex)):
        return value
    raise argument_error(name, argument, "Number", value, position)


# Warning.

_warned: set[str] = set()
_warns_always = False


def set_warn_always(b: bool, /) -> None:
    """Whether warnings that are given once in a process shall be given every time."""
    global _warns_always
    if not isinstance(b, bool):
        raise RuntimeError(f"setWarnOnlyOnce expects a bool, but got {type_name(b)}")
    _warns_always = b


def is_warn_always_enabled() -> bool:
    """Whether warnings that are given once in a process are given every time."""
    return _warns_always


def warn_expanded(name: str, example: str) -> None:
    """Warns of a write into elements that share memory, where torch still allows it."""
    warn_user(
        f"Use of {name} on expanded tensors is deprecated. Please clone() the tensor before performing this operation. "
        f"This also applies to advanced indexing e.g. {example}"
    )


def warn_user(message: str, category: type[Warning] = UserWarning) -> None:
    """Warns as from the line of the user's program that is running."""
    level, frame, package = 2, sys._getframe(1), __name__.partition(".")[0]
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


def warn_once(message: str, kind: str = "") -> None:
    """Warns the first time in a process only, unless `set_warn_always`: of this message, or of any of its `kind`."""
    if _warns_always or (kind or message) not in _warned:
        _warned.add(kind or message)
        warn_user(message)


# Making the tensor.


def made(data: Any, requires_grad: bool | None = False) -> Tensor:
    """A new leaf around a payload. Raises RuntimeError if it shall require grad and its dtype cannot."""
    out: Tensor = new(Tensor)
    out._data, out._view, out._cold = data, None, None
    out._counter = UNTRACKED if grad_mode() == INFERENCE else None
    if requires_grad:
        if data.dtype.kind not in "fc":
            raise RuntimeError(NEEDS_FLOATING_POINT)
        out._node = LEAF
    else:
        out._node = None
    return out


def check_out(name: str, out: Any, dtype: dtypes.dtype | None) -> None:
    """Raises if `out` cannot take the result of a function that makes a tensor (of dtype `dtype`, if one is named)."""
    if not isinstance(out, Tensor):
        raise argument_error(name, "out", "Tensor", out)
    if dtype is not None and dtype is not out.dtype:
        raise RuntimeError(
            f"dtype {dtype.scalar_name} does not match dtype of out parameter ({out.dtype.scalar_name})"
        )
    if out.requires_grad:
        raise RuntimeError(
            f"aten::{name}(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad."
        )


def write_made(out: Tensor, data: Any, requires_grad: bool | None = False) -> Tensor:
    """Writes a payload into `out`, which takes its shape."""
    if requires_grad and out._data.dtype.kind not in "fc":
        raise RuntimeError(NEEDS_FLOATING_POINT)
    if data.shape != out._data.shape:
        out._data = dtypes.cast(np.empty(data.shape, out._data.dtype), out.dtype)
    write(out, data)
    bump(out)
    if requires_grad:
        out.requires_grad_()
    return out
