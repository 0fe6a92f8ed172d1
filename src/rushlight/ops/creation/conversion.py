"""Copies of tensors, to other dtypes and memory orders; and what leaves the tensors: numbers, lists, arrays, DLPack."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.dtypes import bfloat16, cast
from ...arrays.strided import laid_out_like
from ...arrays.types import check_device, contiguous_format, device, memory_format, preserve_format
from ...core.declare import op
from ...core.modes import GRAD, grad_mode, is_grad_enabled
from ...core.tensor import Tensor, memory
from ..elementwise.comparison import zeros
from ..support.arguments import check_tensor
from ..support.attach import methods
from ..support.options import PYTHON_DTYPES, argument_error, made, no_such_call, warn_once
from .filled import ordered_copy
from .from_data import REQUIRES_GRAD_TO_SCALAR

__all__ = ["clone", "from_dlpack", "to_dlpack"]

REQUIRES_GRAD = "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
NO_BFLOAT16 = "Got unsupported ScalarType BFloat16"
_NOT_ONE_ELEMENT = "only one element tensors can be converted to Python scalars"


_clone = op("clone", ordered_copy, "CloneBackward0", {"data": lambda g: g}, names=("data", "format_"))


def _to_copy(x: Any, dtype: dtypes.dtype, format_: Any) -> Any:
    if dtypes.of_array(x) is dtype:
        return ordered_copy(x, format_)
    out = cast(x, dtype)
    return out if format_ is preserve_format or isinstance(out, np.generic) else ordered_copy(out, format_)


#: The gradient is brought back to the input's dtype where it arrives, on the edge.
_to_copy_op = op("_to_copy", _to_copy, "ToCopyBackward0", {"x": lambda g: g}, conforms=True)

# A copy that lies in memory as its leaf: what becomes of a gradient when ``create_graph`` puts it into an empty `.grad`.
op(
    "accumulated",
    lambda leaf, source: laid_out_like(source, leaf) if isinstance(source, np.ndarray) else source,
    "CopyBackwards",
    {"leaf": lambda g: zeros(g), "source": lambda g: g},
)


def clone(input: Tensor, *, memory_format: Any = preserve_format) -> Tensor:
    """A copy of `input`, on the graph: gradients of the copy flow to the original."""
    if not isinstance(input, Tensor):
        check_tensor("clone", input)
    return _clone(input, preserve_format if memory_format is None else _format("clone", memory_format))


def _format(name: str, format_: Any) -> Any:
    if not isinstance(format_, memory_format):
        raise argument_error(name, "memory_format", "torch.memory_format", format_)
    return format_


def _clone_method(self: Tensor, *args: Any, memory_format: Any = preserve_format) -> Tensor:
    """A copy of this tensor, on the graph: gradients of the copy flow to the original."""
    _no_arguments("clone", args)
    return clone(self, memory_format=memory_format)


def _no_arguments(name: str, args: tuple[Any, ...]) -> None:
    if args:
        were = "was" if len(args) == 1 else "were"
        raise TypeError(f"{name}() takes 0 positional arguments but {len(args)} {were} given")


def contiguous(self: Tensor, *args: Any, memory_format: Any = contiguous_format) -> Tensor:
    """This tensor if its memory is in the order of its elements (or of `memory_format`), else a copy that is."""
    if args:
        _no_arguments("contiguous", args)
    data = self._data
    if memory_format is contiguous_format:
        return self if isinstance(data, np.generic) or data.flags.c_contiguous else _clone(self, contiguous_format)
    if _format("contiguous", memory_format) is preserve_format:
        return self
    return self if in_order(data, memory_format) else _clone(self, memory_format)


def in_order(data: Any, format_: Any) -> bool:
    """Whether the memory of a payload is in the order of `format_`."""
    if isinstance(data, np.generic) or format_ is preserve_format:
        return isinstance(data, np.generic) or data.flags.c_contiguous
    if format_ is contiguous_format:
        return data.flags.c_contiguous
    return data.ndim > 3 and np.moveaxis(data, 1, -1).flags.c_contiguous


# Dtypes.

_TO = [
    "(torch.device device = None, torch.dtype dtype = None, bool non_blocking = False, bool copy = False, *, "
    "torch.memory_format memory_format = None)",
    "(torch.dtype dtype, bool non_blocking = False, bool copy = False, *, torch.memory_format memory_format = None)",
    "(Tensor tensor, bool non_blocking = False, bool copy = False, *, torch.memory_format memory_format = None)",
]  # fmt: skip


def to(self: Tensor, *args: Any, **keywords: Any) -> Tensor:
    """This tensor as another dtype (or on another device, of which there is one): itself if it is that already.

    ``to(dtype)``, ``to(device, dtype)``, ``to(tensor)``; then ``non_blocking``, ``copy`` (always a new tensor) and
    ``memory_format``. The conversion is on the graph.

    >>> torch.ones(2).to(torch.int64)
    tensor([1, 1])
    """
    if len(args) == 1 and not keywords and args[0].__class__ is dtypes.dtype:
        dtype, copy, format_ = args[0], False, None
    else:
        dtype, copy, format_ = _parse_to(args, keywords)
    return converted(self, dtype or self.dtype, copy, format_)


def converted(x: Tensor, dtype: dtypes.dtype, copy: bool = False, format_: Any = None) -> Tensor:
    """`x` as a `dtype`, itself if it is one and no copy is asked for."""
    as_it_is = format_ is None or format_ is preserve_format or in_order(x._data, format_)
    if not copy and dtype is x.dtype and as_it_is:
        return x
    return _to_copy_op(x, dtype, preserve_format if format_ is None else format_)


def _parse_to(args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, bool, Any]:
    """The dtype, ``copy`` and ``memory_format`` of a call of `to`."""
    first = args[0] if args else keywords.get("tensor", keywords.get("device"))
    if isinstance(first, Tensor):
        names: tuple[str, ...] = ("tensor", "non_blocking", "copy")
    elif first.__class__ is dtypes.dtype or _is_python_dtype(first):
        names = ("dtype", "non_blocking", "copy")
    else:
        names = ("device", "dtype", "non_blocking", "copy")
    given = {**dict(zip(names, args)), **keywords}
    known = {"non_blocking", "copy", "memory_format", *(names if args else ("tensor", "device", "dtype"))}
    dtype: Any = given.get("dtype")
    well_formed = (
        len(args) <= len(names)
        and given.keys() <= known
        and not set(names[: len(args)]) & keywords.keys()
        and isinstance(given.get("device"), (device, str, int, type(None)))
        and (dtype is None or dtype.__class__ is dtypes.dtype or _is_python_dtype(dtype))
        and all([isinstance(given.get(name, False), bool) for name in ("non_blocking", "copy")])
        and isinstance(given.get("memory_format"), (memory_format, type(None)))
    )
    if not well_formed:
        raise no_such_call("to", args, keywords, _TO)
    if given.get("device") is not None:
        check_device(given["device"])
    if "tensor" in given:
        dtype = given["tensor"].dtype
    return PYTHON_DTYPES.get(dtype, dtype), bool(given.get("copy")), given.get("memory_format")


def _is_python_dtype(value: Any) -> bool:
    return isinstance(value, type) and value in PYTHON_DTYPES


def _conversion(name: str, dtype: dtypes.dtype) -> Any:
    def method(self: Tensor, *args: Any, memory_format: Any = None) -> Tensor:
        _no_arguments(name, args)
        return converted(self, dtype, False, memory_format)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"``self.to({dtype!r})``."
    return method


def _chalf(self: Tensor, *args: Any, **keywords: Any) -> Tensor:
    raise NotImplementedError("torch.complex32 is not supported")


def type_(self: Tensor, dtype: Any = None, non_blocking: bool = False, **keywords: Any) -> Any:
    """The name of this tensor's type, as "torch.FloatTensor"; or given a type of that kind or a dtype, `self.to` it."""
    if dtype is None:
        return type_string(self.dtype)
    return converted(self, _dtype_named(dtype))


def type_string(d: dtypes.dtype) -> str:
    return f"torch.{d.scalar_name}Tensor"


def _dtype_named(named: Any) -> dtypes.dtype:
    from ..language.legacy import TENSOR_TYPES, tensortype

    if isinstance(named, dtypes.dtype):
        return named
    if named is Tensor:
        return dtypes.get_default_dtype()
    if isinstance(named, tensortype):
        return named.dtype
    if isinstance(named, type):
        named = named.__name__
    if not isinstance(named, str):
        raise TypeError("dtype must be a type, str, or dtype object")
    prefix, _, name = named.rpartition(".")
    if name not in TENSOR_TYPES or prefix not in ("torch", "torch.cuda"):
        raise ValueError(f"invalid type: '{named}'")
    if prefix == "torch.cuda":
        check_device("cuda")
    return TENSOR_TYPES[name].dtype


def type_as(self: Tensor, other: Tensor) -> Tensor:
    """``self.to(other.dtype)``."""
    check_tensor("type_as", other, "other")
    return converted(self, other.dtype)


def cpu(self: Tensor, *args: Any, memory_format: Any = None) -> Tensor:
    """This tensor: the CPU is where it is."""
    _no_arguments("cpu", args)
    return converted(self, self.dtype, False, memory_format)


def _elsewhere(kind: str) -> Any:
    def method(self: Tensor, device: Any = None, non_blocking: bool = False, memory_format: Any = None) -> Tensor:
        check_device(kind if device is None else device)
        raise NotImplementedError(f"{kind}() to {device!r}")

    method.__name__ = method.__qualname__ = kind
    method.__doc__ = f"Raises as a build of PyTorch without {kind.upper()} does."
    return method


# Out of the tensors.


def numpy(self: Tensor, *args: Any, force: bool = False) -> np.ndarray:
    """This tensor's memory as a NumPy array: writing to either changes both.

    Raises RuntimeError for a tensor that requires grad, unless `force`d or under `no_grad`; TypeError for bfloat16.
    """
    _no_arguments("numpy", args)
    if force is not False:
        if force is not True:
            raise argument_error("numpy", "force", "bool", force)
    elif grad_mode() == GRAD and self.requires_grad:
        raise RuntimeError(REQUIRES_GRAD)
    data = memory(self)
    if isinstance(data, dtypes.BFloat16Array):
        raise TypeError(NO_BFLOAT16)
    return data.view()


def array(self: Tensor, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
    """What NumPy makes of this tensor: ``self.numpy()``, with its errors."""
    data = numpy(self)
    return np.array(data, dtype, copy=copy)


def item(self: Tensor) -> Any:
    """The value of a one-element tensor as a Python number. Raises RuntimeError for any other size."""
    data = self._data
    if data.size != 1:
        raise RuntimeError(f"a Tensor with {data.size} elements cannot be converted to Scalar")
    return data.item()


def truth(self: Tensor) -> bool:
    """``bool(x)`` of a one-element tensor. Raises RuntimeError for any other size."""
    if self._data.size != 1:
        number = "more than one value" if self._data.size else "no values"
        raise RuntimeError(f"Boolean value of Tensor with {number} is ambiguous")
    return bool(self.item())


def tolist(self: Tensor) -> Any:
    """This tensor as nested lists of Python numbers; a 0-d tensor as a number."""
    return self._data.tolist()


def dlpack(self: Tensor, *, stream: Any = None, max_version: Any = None, dl_device: Any = None,
           copy: bool | None = None) -> Any:  # fmt: skip
    """A DLPack capsule that shares this tensor's memory.

    Raises BufferError for a tensor that requires grad, or of a dtype that NumPy does not export.
    """
    if self.requires_grad:
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    if stream is not None:
        raise AssertionError("stream should be None on cpu.")
    data = memory(self)
    if isinstance(data, dtypes.BFloat16Array):
        raise BufferError("bfloat16 tensors are float32 memory here and cannot be exported")
    return data.__dlpack__(stream=None, max_version=max_version, dl_device=dl_device, copy=copy)


def dlpack_device(self: Tensor) -> tuple[Any, int]:
    """The CPU, as DLPack names it."""
    return memory(self).__dlpack_device__()


def to_dlpack(input: Tensor) -> Any:
    """The memory of a tensor as a DLPack capsule, to be consumed once by another library."""
    check_tensor("to_dlpack", input)
    return dlpack(input)


class _Capsule:
    """A capsule as an object that gives it, which is what NumPy takes."""

    def __init__(self, capsule: Any) -> None:
        self._capsule = capsule

    def __dlpack__(self, **options: Any) -> Any:
        return self._capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0


class _Writeable:
    """The memory of a capsule, to write to: NumPy takes it for read-only where nothing says that it is not."""

    def __init__(self, array: Any) -> None:
        self._array, about = array, array.__array_interface__
        self.__array_interface__ = {**about, "data": (about["data"][0], False)}


def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor on the memory of a DLPack capsule, or of any object with ``__dlpack__``.

    RuntimeError for a capsule that was consumed.
    """
    if device is not None:
        check_device(device)
    if type(ext_tensor).__name__ == "PyCapsule" and 'object "dltensor' in repr(ext_tensor):
        return made(np.asarray(_Writeable(np.from_dlpack(_Capsule(ext_tensor), copy=copy))))
    if not hasattr(ext_tensor, "__dlpack__"):
        raise RuntimeError(
            "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you "
            "might "
            "have already constructed a tensor from it once."
        )
    return made(np.from_dlpack(ext_tensor, copy=copy))


# Python's conversions.


def _one_element(x: Tensor) -> Any:
    if x._data.size != 1:
        raise ValueError(_NOT_ONE_ELEMENT)
    return x._data.item()


def to_float(self: Tensor) -> float:
    if self.requires_grad and is_grad_enabled():
        warn_once(REQUIRES_GRAD_TO_SCALAR)
    value = _one_element(self)
    if isinstance(value, complex):
        if value.imag:
            raise RuntimeError("value cannot be converted to type double without overflow")
        value = value.real
    return float(value)


def to_complex(self: Tensor) -> complex:
    if self.requires_grad and is_grad_enabled():
        warn_once(REQUIRES_GRAD_TO_SCALAR)
    return complex(_one_element(self))


def to_int(self: Tensor) -> int:
    value = _one_element(self)
    if isinstance(value, complex):
        if value.imag:
            raise RuntimeError("value cannot be converted to type int64_t without overflow")
        value = value.real
    return int(value)


def to_index(self: Tensor) -> int:
    data = self._data
    if data.size != 1 or data.dtype.kind not in "iub":
        raise TypeError("only integer tensors of a single element can be converted to an index")
    return operator.index(int(data.item()))


def length(self: Tensor) -> int:
    if not self._data.ndim:
        raise TypeError("len() of a 0-d tensor")
    return len(self._data)


def iterate(self: Tensor) -> Any:
    """The slices along the first dimension, all views of one node."""
    if not self._data.ndim:
        raise TypeError("iteration over a 0-d tensor")
    return iter(self.unbind(0))  # type: ignore[attr-defined]


def contains(self: Tensor, element: Any) -> bool:
    if not isinstance(element, (Tensor, int, float, complex, np.number, np.bool)):
        raise RuntimeError(
            f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}."
        )
    found: Any = element == self
    return bool(found.any().item())


def backwards(self: Tensor) -> Tensor:
    """This tensor with its rows in reverse order: flipped along its first dimension."""
    return self.flip(0) if self.ndim else self  # type: ignore[attr-defined]


# By calls from Python.


def apply_(self: Tensor, callable: Any) -> Tensor:
    """Puts ``callable(element)`` in the place of each element. Slow: elements are Python numbers."""
    return _map("apply_", self, (), callable)


def map_(self: Tensor, tensor: Tensor, callable: Any) -> Tensor:
    """Puts ``callable(element, other)`` in the place of each element; `tensor` broadcasts to this one."""
    return _map("map_", self, (tensor,), callable)


def map2_(self: Tensor, x: Tensor, y: Tensor, callable: Any) -> Tensor:
    """Puts ``callable(element, of x, of y)`` in the place of each element."""
    return _map("map2_", self, (x, y), callable)


def _map(name: str, x: Tensor, others: tuple[Any, ...], function: Any) -> Tensor:
    for i, other in enumerate(others):
        check_tensor(name, other, "other", i + 1)
    if any([t.requires_grad for t in (x, *others)]):
        raise RuntimeError(
            f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead."
        )
    for other in others:
        if other.dtype is not x.dtype:
            raise TypeError(f"{name}: expected {type_string(x.dtype)} for 'other' (got {type_string(other.dtype)})")
    columns = [t.expand_as(x).flatten().tolist() for t in (x, *others)]  # type: ignore[attr-defined]
    values = made(cast(np.array([function(*row) for row in zip(*columns)]).reshape(x.shape), x.dtype))
    return x.copy_(values)  # type: ignore[attr-defined]


_NAMED = {
    "double": dtypes.float64, "float": dtypes.float32, "half": dtypes.float16, "bfloat16": bfloat16,
    "int": dtypes.int32, "long": dtypes.int64, "short": dtypes.int16, "char": dtypes.int8, "byte": dtypes.uint8,
    "bool": dtypes.bool_, "cfloat": dtypes.complex64, "cdouble": dtypes.complex128,
}  # fmt: skip

methods(
    clone=_clone_method, contiguous=contiguous, to=to, type=type_, type_as=type_as, cpu=cpu, cuda=_elsewhere("cuda"),
    xpu=_elsewhere("xpu"), numpy=numpy, __array__=array, item=item, __bool__=truth, tolist=tolist, __dlpack__=dlpack,
    __dlpack_device__=dlpack_device, __float__=to_float, __complex__=to_complex, __int__=to_int, __index__=to_index,
    __len__=length, __iter__=iterate, __contains__=contains, __reversed__=backwards, apply_=apply_, map_=map_,
    map2_=map2_, chalf=_chalf, **{name: _conversion(name, dtype) for name, dtype in _NAMED.items()},
)  # fmt: skip
