"""``torch.Tensor(...)`` as a constructor, and FloatTensor, LongTensor, ...: PyTorch's oldest way to make tensors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.types import CPU, Size, device
from ...core.tensor import LEAF, Tensor, memory, new, shared_counter
from ...core.views import alias
from ..creation.from_data import copied
from ..support.attach import methods
from ..support.options import MISSING, NEEDS_FLOATING_POINT, check_nonnegative, check_size, made, type_name

_SIGNATURES = (
    " * (*, torch.device device = None)\n{}"
    " * (torch.Storage storage)\n * (Tensor other)\n * (tuple of ints size, *, torch.device device = None)\n"
    " * (object data, *, torch.device device = None)\n"
)




def legacy_tensor(cls: type[Tensor], *args: Any, **keywords: Any) -> Any:
    """``Tensor(2, 3)`` (a size, values unspecified), ``Tensor([1, 2])`` (data) or ``Tensor(tensor)`` (an alias).

    Takes the default dtype. Raises TypeError for data that is no sequence.
    """
    payload = _payload(dtypes.get_default_dtype(), args, keywords, any_dtype=True)
    x = alias(payload) if isinstance(payload, Tensor) else made(payload)
    return x if cls is Tensor else of_class(cls, x)


def of_class(cls: type[Tensor], x: Tensor) -> Any:
    """`x` as an instance of a subclass: the same memory and history."""
    out = new(cls)
    out._data, out._node, out._counter, out._view, out._cold = memory(x), x._node, shared_counter(x), x._view, None
    return out


def _payload(d: dtypes.dtype, args: tuple[Any, ...], keywords: dict[str, Any], any_dtype: bool) -> Any:
    """The payload that the arguments of a legacy constructor describe, or the Tensor that they are."""
    place = keywords.pop("device", None)
    kind = "cpu" if place is None else device(place).type
    if kind != "cpu":
        raise RuntimeError(f"legacy constructor expects device type: cpu but device type: {kind} was passed")
    data = args[0] if len(args) == 1 else keywords.pop("data", MISSING) if not args else MISSING
    size = keywords.pop("size", None) if not args else None
    if keywords:
        raise _no_such_call(args, keywords, f"some of the keywords were incorrect: {', '.join(keywords)}")
    if size is not None or (data is MISSING and (not args or type(args[0]) is int)):
        return _sized(check_size("new", size if size is not None else args or (0,)), d)
    if data is MISSING:
        wrong = ", ".join(f"!{type_name(a)}!" for a in args)
        raise _no_such_call(args, keywords, f"some of the arguments have invalid types: ({wrong})")
    if isinstance(data, Tensor):
        if not any_dtype and data.dtype is not d:
            raise TypeError(f"expected {_options(d)} (got {_options(data.dtype)})")
        return data
    if type(data) is Size:
        return _sized(data, d)
    if isinstance(data, (int, np.integer)) and not isinstance(data, bool):
        return _sized((int(data),), d)
    if isinstance(data, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
    if not isinstance(data, Iterable) and not hasattr(data, "__getitem__"):
        raise TypeError(f"new(): data must be a sequence (got {type_name(data)})")
    return copied(data, d, "torch.Tensor")


def _sized(size: tuple[int, ...], d: dtypes.dtype) -> Any:
    check_nonnegative(size)
    return dtypes.cast(np.empty(size, d.numpy), d)


def _no_such_call(args: tuple[Any, ...], keywords: dict[str, Any], why: str) -> TypeError:
    got = [type_name(a) for a in args] + [f"{k}={type_name(v)}" for k, v in keywords.items()]
    return TypeError(
        f"new() received an invalid combination of arguments - got ({', '.join(got)}), but expected one of:\n"
        + _SIGNATURES.format(f"      didn't match because {why}\n")
    )


_C_NAMES = {
    "Bool": "bool", "Byte": "unsigned char", "Char": "signed char", "Short": "short int", "Int": "int",
    "Long": "long int", "Half": "c10::Half", "BFloat16": "c10::BFloat16", "Float": "float", "Double": "double",
}  # fmt: skip


def _options(d: dtypes.dtype) -> str:
    return (
        f"TensorOptions(dtype={_C_NAMES.get(d.scalar_name, d.scalar_name)}, device=cpu, layout=Strided, "
        "requires_grad=false (default), pinned_memory=false (default), memory_format=(nullopt))"
    )


def _of_dtype(dtype: dtypes.dtype, args: tuple[Any, ...], keywords: dict[str, Any]) -> Tensor:
    payload = _payload(dtype, args, keywords, any_dtype=False)
    return payload.detach() if isinstance(payload, Tensor) else made(payload)


class tensortype(type):
    """The type of FloatTensor and its like: tensors of a dtype are their instances."""

    __module__ = "torch"
    dtype: dtypes.dtype

    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, Tensor) and x.dtype is cls.dtype

    def __call__(cls, *args: Any, **keywords: Any) -> Tensor:
        return _of_dtype(cls.dtype, args, keywords)


#: FloatTensor and the others, by name.
TENSOR_TYPES: dict[str, Any] = {
    name: tensortype(name, (), {"dtype": d, "device": CPU, "__module__": "torch"})
    for name, d in {f"{d.scalar_name}Tensor": d for d in dtypes.NAMES.values() if d.scalar_name in _C_NAMES}.items()
}
globals().update(TENSOR_TYPES)
__all__ = [*TENSOR_TYPES]


def _new(self: Tensor, *args: Any, **keywords: Any) -> Tensor:
    """``Tensor(...)`` in the dtype of this tensor."""
    return _of_dtype(self.dtype, args, keywords)


def _make_subclass(cls: type, data: Any, require_grad: bool = False, *unused: Any) -> Any:
    """A tensor of class `cls` that shares the payload and the version of `data`."""
    if require_grad and data._data.dtype.kind not in "fc":
        raise RuntimeError(NEEDS_FLOATING_POINT)
    shared = new(cls)
    shared._data, shared._counter = memory(data), shared_counter(data)
    shared._view = shared._cold = None
    shared._node = LEAF if require_grad else None
    return shared


methods(
    new=_new, __new__=staticmethod(legacy_tensor), __init__=lambda self, *args, **kwargs: None,
    _make_subclass=staticmethod(_make_subclass),
)  # fmt: skip
