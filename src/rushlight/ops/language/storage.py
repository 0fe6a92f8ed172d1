"""Storages: the memory behind tensors, as bytes and as elements, and tensors set to other memory."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.strided import geometry, is_dense, offset_between, reach, storage, strides, view_memory
from ...arrays.types import CPU
from ...core.declare import op
from ...core.modes import GRAD, grad_mode
from ...core.op import LAYERS
from ...core.saved import bump
from ...core.tensor import Tensor, memory
from ...core.views import check_inplace
from ..support.attach import methods
from ..support.no_derivative import no_derivative
from ..support.options import check_size, no_such_call, warn_user

__all__ = [
    "BFloat16Storage", "BoolStorage", "ByteStorage", "CharStorage", "ComplexDoubleStorage", "ComplexFloatStorage",
    "DoubleStorage", "FloatStorage", "HalfStorage", "IntStorage", "LongStorage", "ShortStorage", "TypedStorage",
    "UntypedStorage",
]  # fmt: skip


#: Given once in a process, whatever `set_warn_always` says.
_DEPRECATED = (
    "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only storage class. This "
    "should only matter to you if you are using storages directly.  To access UntypedStorage directly, use "
    "tensor.untyped_storage() instead of tensor.storage()"
)


def _converted(dtype: dtypes.dtype) -> Any:
    def convert(self: Any) -> TypedStorage:
        converted = dtypes.cast(self._elements(), dtype)
        return TypedStorage(wrap_storage=UntypedStorage._of(converted.copy()), dtype=dtype)

    return convert


class _Storage:
    """What storages of bytes and of elements share."""

    __slots__ = ()

    is_cuda = is_hpu = is_sparse = property(lambda self: False)
    device = property(lambda self: CPU)
    #: Conversions: a new storage with the elements as those of another dtype.
    bfloat16, half, float, double = [_converted(d) for d in (dtypes.bfloat16, dtypes.float16, dtypes.float32, dtypes.float64)]
    byte, char, short, int = [_converted(d) for d in (dtypes.uint8, dtypes.int8, dtypes.int16, dtypes.int32)]
    long, bool = _converted(dtypes.int64), _converted(dtypes.bool_)
    complex_float, complex_double = _converted(dtypes.complex64), _converted(dtypes.complex128)

    def is_pinned(self, device: Any = None) -> Any:
        return False

    def cpu(self) -> Any:
        return self

    def resize_(self, size: Any) -> Any:
        raise NotImplementedError("resize_() of a storage: memory does not grow or shrink here")

    def _printed(self, values: list[Any]) -> str:
        lines = "\n ".join([str(value) for value in values])
        return f" {lines}\n[{self.__module__}.{type(self).__name__}"

    def __hash__(self) -> Any:
        return hash(self.data_ptr())  # type: ignore[attr-defined]


class UntypedStorage(_Storage):
    """The bytes that a tensor and its views share; `UntypedStorage(n)` and `UntypedStorage(bytes)` are new ones."""

    __slots__ = ("_array",)
    __module__ = "torch.storage"

    _array: np.ndarray

    def __init__(self, source: Any = 0) -> None:
        made = np.zeros(source, np.uint8) if isinstance(source, int) else np.array(list(source), np.uint8)
        self._array = made

    @classmethod
    def _of(cls, array: np.ndarray) -> UntypedStorage:
        out = cls.__new__(cls)
        out._array = array
        return out

    def nbytes(self) -> int:
        size = 2 if isinstance(self._array, dtypes.BFloat16Array) else self._array.itemsize
        return self._array.size * size

    size = __len__ = nbytes

    def data_ptr(self) -> int:
        return self._array.__array_interface__["data"][0] if self._array.size else 0

    def element_size(self) -> int:
        return 1

    def untyped(self) -> UntypedStorage:
        return self

    def type(self) -> str:
        return "torch.storage.UntypedStorage"

    def tolist(self) -> list[int]:
        return list(self._bytes())

    def clone(self) -> UntypedStorage:
        """A copy."""
        return UntypedStorage._of(self._array.copy(order="K"))

    def copy_(self, source: UntypedStorage, non_blocking: bool = False) -> UntypedStorage:
        """Copies the bytes of `source`. Raises RuntimeError if their number differs."""
        if len(source) != len(self):
            raise RuntimeError(f"size does not match, self was {len(self)} bytes but src was {len(source)} bytes")
        self._memory()[...] = source._memory()
        return self

    def fill_(self, value: int) -> UntypedStorage:
        """Sets every byte to `value`."""
        self._memory()[...] = value
        return self

    def _memory(self) -> np.ndarray:
        """The bytes, to be written. Raises NotImplementedError for bfloat16, whose memory is float32 here."""
        if isinstance(self._array, dtypes.BFloat16Array):
            raise NotImplementedError("writing to the bytes of bfloat16, whose memory is float32 here")
        return elements(self._array, dtypes.uint8)

    def _bytes(self) -> bytes:
        if isinstance(self._array, dtypes.BFloat16Array):
            return (self._array.view(np.ndarray).view(np.uint32) >> 16).astype(np.uint16).tobytes(order="A")
        return self._array.tobytes(order="A")

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return UntypedStorage._of(self._memory()[index])
        return self._bytes()[index]

    def __setitem__(self, index: Any, value: int) -> None:
        self._memory()[index] = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UntypedStorage) and self.data_ptr() == other.data_ptr()

    __hash__ = _Storage.__hash__

    def _elements(self) -> np.ndarray:
        return np.frombuffer(self._bytes(), np.uint8)

    def __repr__(self) -> str:
        return f"{self._printed(self.tolist())}(device=cpu) of size {self.nbytes()}]"


def elements(array: np.ndarray, dtype: dtypes.dtype) -> np.ndarray:
    """The memory of an array that owns it as a vector of elements of `dtype`. Raises NotImplementedError if it cannot."""
    if dtypes.of_array(array) is not dtype and dtypes.bfloat16 in (dtype, dtypes.of_array(array)):
        raise NotImplementedError("a storage read as, or from, bfloat16, whose memory is float32 here")
    if not is_dense(array):
        raise NotImplementedError("the bytes of memory that has gaps")
    flat = view_memory(array, (array.size,), (1,))
    return flat if dtypes.of_array(array) is dtype else flat.view(dtype.numpy)


class TypedStorage(_Storage):
    """The elements that a tensor and its views share: `UntypedStorage` is what lies below.

    Deprecated, as in PyTorch: who makes one, or asks a tensor for it, is warned once.
    """

    __slots__ = ("_untyped_storage", "dtype")
    __module__ = "torch.storage"

    def __init__(
        self, *args: Any, wrap_storage: UntypedStorage | None = None, dtype: dtypes.dtype | None = None, device: Any = None,
        _internal: bool = False,
    ) -> None:  # fmt: skip
        self.dtype = dtypes.get_default_dtype() if dtype is None else dtype
        self._untyped_storage = _filled(args, self.dtype) if wrap_storage is None else wrap_storage

    def untyped(self) -> UntypedStorage:
        return self._untyped_storage

    def nbytes(self) -> int:
        return self._untyped_storage.nbytes()

    def element_size(self) -> int:
        return self.dtype.itemsize

    def size(self) -> int:
        return self.nbytes() // self.dtype.itemsize

    __len__ = _size = size

    def type(self) -> str:
        return f"torch.{self.pickle_storage_type()}"

    def pickle_storage_type(self) -> str:
        return f"{self.dtype.scalar_name}Storage"

    def data_ptr(self) -> int:
        return self._untyped_storage.data_ptr()

    def _elements(self) -> np.ndarray:
        return elements(self._untyped_storage._array, self.dtype)

    def tolist(self) -> list[Any]:
        return self._elements().tolist()

    def __getitem__(self, index: int) -> Any:
        if isinstance(index, slice):
            raise RuntimeError("slices are only supported in UntypedStorage.__getitem__")
        if not isinstance(index, int):
            raise RuntimeError(f"can't index a {type(self)} with {type(index)}")
        size = len(self)
        if not -size <= index < size:
            raise IndexError(f"index {index} out of range for storage of size {size}")
        return self._elements()[index].item()

    def __setitem__(self, index: Any, value: Any) -> None:
        self._elements()[index] = value

    def fill_(self, value: Any) -> TypedStorage:
        """Sets every element to `value`."""
        self._elements()[...] = value
        return self

    def copy_(self, source: Any, non_blocking: bool | None = None) -> TypedStorage:
        """Copies the elements of `source`, as those of this dtype."""
        self._elements()[...] = dtypes.cast(source._elements(), self.dtype)
        return self

    def clone(self) -> TypedStorage:
        """A copy."""
        return TypedStorage(wrap_storage=self._untyped_storage.clone(), dtype=self.dtype)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TypedStorage) and self.data_ptr() == other.data_ptr()

    __hash__ = _Storage.__hash__

    def __repr__(self) -> str:
        return f"{self._printed(self.tolist())}(dtype={self.dtype}, device=cpu) of size {len(self)}]"


def _filled(args: tuple[Any, ...], dtype: dtypes.dtype) -> UntypedStorage:
    """The memory of a new storage: of no elements, of so many, or of those of a sequence."""
    source = args[0] if args else 0
    if isinstance(source, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(source).__name__}'")
    data = np.empty(source, dtype.numpy) if isinstance(source, int) else np.array(list(source), dtype.numpy)
    return UntypedStorage._of(dtypes.cast(data, dtype))


_warned: list[bool] = []


def _warn_deprecated() -> None:
    if not _warned:
        _warned.append(True)
        warn_user(_DEPRECATED)


class _OfDtype(type):
    """The class of `torch.FloatStorage` and its kin: calling one makes a `TypedStorage`, which counts as its instance."""

    dtype: dtypes.dtype

    def __call__(cls, *args: Any, wrap_storage: UntypedStorage | None = None) -> TypedStorage:
        """``FloatStorage()``, ``FloatStorage(size)`` and ``FloatStorage(sequence)``."""
        if len(args) > 1:
            raise RuntimeError(
                f"{cls!r}.__new__ received an invalid combination of arguments. Expected one of:\n * no arguments\n * (int "
                "size)\n * (Sequence data)\n * (*, UntypedStorage wrap_storage)\nToo many positional arguments"
            )
        _warn_deprecated()
        return TypedStorage(*args, wrap_storage=wrap_storage, dtype=cls.dtype)

    def __instancecheck__(cls, instance: Any) -> bool:
        return type(instance) is TypedStorage and instance.dtype is cls.dtype


def _storage_of(dtype: dtypes.dtype) -> Any:
    return _OfDtype(f"{dtype.scalar_name}Storage", (), {"dtype": dtype, "__module__": "torch"})


BFloat16Storage, HalfStorage = _storage_of(dtypes.bfloat16), _storage_of(dtypes.float16)
FloatStorage, DoubleStorage = _storage_of(dtypes.float32), _storage_of(dtypes.float64)
ByteStorage, CharStorage, ShortStorage = _storage_of(dtypes.uint8), _storage_of(dtypes.int8), _storage_of(dtypes.int16)
IntStorage, LongStorage, BoolStorage = _storage_of(dtypes.int32), _storage_of(dtypes.int64), _storage_of(dtypes.bool_)
ComplexFloatStorage, ComplexDoubleStorage = _storage_of(dtypes.complex64), _storage_of(dtypes.complex128)


def untyped_storage(self: Tensor) -> UntypedStorage:
    """The memory that this tensor shares with its views."""
    data = memory(self)
    owner = storage(data)
    return UntypedStorage._of(owner if type(owner) is type(data) else owner.view(type(data)))


def typed_storage(self: Tensor) -> TypedStorage:
    """The elements of the memory that this tensor shares with its views."""
    return TypedStorage(wrap_storage=untyped_storage(self), dtype=self.dtype)


def storage_with_warning(self: Tensor) -> TypedStorage:
    """The elements of the memory that this tensor shares with its views. Deprecated, as in PyTorch: it warns once."""
    _warn_deprecated()
    return typed_storage(self)


def storage_type(self: Tensor) -> Any:
    """The class of the tensor's storage: ``torch.FloatStorage``."""
    return globals()[typed_storage(self).pickle_storage_type()]


#: PyTorch knows no derivative: the node says so when it is asked for one.
_set = op("set_", lambda x, source: x, "NotImplemented", {"x": no_derivative("set_"), "source": no_derivative("set_")})
_SET = [
    "()",
    "(torch.Storage source)",
    "(torch.Storage source, int storage_offset, tuple of ints size, tuple of ints stride = None)",
    "(Tensor source)",
    "(Tensor source, int storage_offset, tuple of ints size, tuple of ints stride = None)",
]


def set_(self: Tensor, source: Any = None, storage_offset: int | None = None, size: Any = None, stride: Any = None) -> Tensor:
    """Makes this tensor show the memory of `source`, a tensor or a storage, from now on; no memory without one.

    A tensor that requires grad, or is set to one that does, has no derivative from then on. Raises RuntimeError for another
    dtype and for a leaf that requires grad, NotImplementedError where it would leave the memory.
    """
    if source is not None and not isinstance(source, (Tensor, UntypedStorage, TypedStorage)):
        raise no_such_call("set_", (source,), {}, _SET)
    for x in (self, source):
        if x.__class__ in LAYERS and LAYERS[x.__class__].has_tangent(x):
            raise NotImplementedError(
                "Trying to use forward AD with set_ that does not support it because it has not been implemented yet.\nPlease "
                "file an issue to PyTorch at https://github.com/pytorch/pytorch/issues/new?template=feature-request.yml so that "
                "we can prioritize its implementation."
            )
    recording = grad_mode() == GRAD and (self.requires_grad or (isinstance(source, Tensor) and source.requires_grad))
    check_inplace(self, recording)
    if recording:
        node = _set(self, source if isinstance(source, Tensor) else None)._node
    if isinstance(source, (Tensor, TypedStorage)) and source.dtype is not self.dtype:
        raise RuntimeError(f"Could not set tensor of type {source.dtype.cpp_name} to a tensor of type {self.dtype.cpp_name}")
    if source is None:
        data = np.empty(0, memory(self).dtype).view(type(memory(self)))
    elif isinstance(source, Tensor) and size is None:
        data = memory(source)
    else:
        data = _placed(self, source, storage_offset or 0, size, stride)
    self._data, self._view = data, None
    if recording:
        self._node = node
    bump(self)
    return self


def _placed(x: Tensor, source: Any, offset: int, size: Any, stride: Any) -> np.ndarray:
    owner = (untyped_storage(source) if isinstance(source, Tensor) else source.untyped())._array
    flat = elements(owner, x.dtype)
    size = (flat.size - offset,) if size is None else check_size("set_", size, 3)
    if stride is None:
        stride = tuple([math.prod([max(n, 1) for n in size[i + 1 :]]) for i in range(len(size))])
    if offset + reach(size, stride) >= flat.size:
        raise NotImplementedError("set_() beyond the end of the memory, which does not grow here")
    return view_memory(flat, size, tuple(stride), offset)


def is_set_to(self: Tensor, tensor: Tensor) -> bool:
    """Whether both tensors show the same memory in the same way."""
    mine, other = memory(self), memory(tensor)
    if storage(mine) is not storage(other):
        return False
    return geometry(mine, other)[:2] == (other.shape, strides(other)) and not offset_between(mine, other)


methods(
    untyped_storage=untyped_storage, storage=storage_with_warning, _typed_storage=typed_storage,
    storage_type=storage_type, set_=set_, is_set_to=is_set_to
)
