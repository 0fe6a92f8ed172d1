"""Tensors of existing data: tensor, as_tensor, asarray, from_numpy, frombuffer.

Note [Nested sequences]
    The shape of a nested sequence is that of its first items; its dtype is what its numbers promote to. Nearly every
    sequence is of lists or tuples of plain Python numbers, and is flattened level by level at the speed of C. What is
    not, or not regular, is walked item by item as PyTorch does, which also finds PyTorch's errors in PyTorch's order.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.dtypes import BY_NUMPY, bfloat16, bool_, cast, complex128, dtype, int64
from ...arrays.promotion import promote_types
from ...arrays.types import preserve_format, strided
from ...core.tensor import Tensor, edge_of, memory
from ..support.attach import methods
from ..support.options import MISSING, check_options, made, warn_once, warn_user
from .filled import filled, in_range, ordered_copy

__all__ = ["as_tensor", "asarray", "from_numpy", "frombuffer", "tensor"]

_PLAIN_NUMBERS = {float, int, bool, complex}
_LISTS = {list, tuple}
_COPY_CONSTRUCTION = (
    "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
    "sourceTensor.detach().clone().requires_grad_(True), rather than {}(sourceTensor)."
)
_READ_ONLY = (
    "The given {} is not writable, and PyTorch does not support non-writable tensors. This means {} You may want to "
    "copy "
    "the {} to protect its data or make it writable before converting it to a tensor. This type of warning will be "
    "suppressed for the rest of this program."
)


def tensor(data: Any = MISSING, *args: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False,
           pin_memory: bool = False, **keywords: Any) -> Tensor:  # fmt: skip
    """A new leaf with a copy of `data`: a number, nested sequences of numbers, a NumPy array or a tensor.

    The dtype is inferred unless given: the default dtype for Python floats, int64 for integers. Raises ValueError for
    ragged sequences, TypeError and RuntimeError for what are no numbers, or numbers that the dtype cannot hold.

    >>> tensor([[1., 2.], [3., 4.]], requires_grad=True)
    tensor([[1., 2.],
            [3., 4.]], requires_grad=True)
    """
    if args or keywords or data is MISSING:
        raise _not_only_data(data, args, keywords)
    dtype = check_options("tensor", dtype, strided, device, pin_memory, requires_grad)
    return made(copied(data, dtype, "torch.tensor"), requires_grad)


def _not_only_data(data: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> TypeError:
    if args:
        return TypeError(f"tensor() takes 1 positional argument but {1 + len(args)} were given")
    if data is MISSING:
        return TypeError('tensor() missing 1 required positional arguments: "data"')
    return TypeError(f"tensor() got an unexpected keyword argument '{next(iter(keywords))}'")


def copied(data: Any, d: dtype | None, name: str) -> Any:
    """A payload of its own with the values of `data`, converted to `d` if that is not None."""
    kind = data.__class__
    if kind in _PLAIN_NUMBERS:
        if d is None:
            if kind is float:
                d = dtypes.get_default_dtype()
                if d.numpy == np.float32 and not -3e38 < data < 3e38:
                    return _numbers([data], {float}, d)[0]
                return filled((), data, d)
            d = _number_dtype(kind)
        return _scalar(data, kind, d)
    if kind in _LISTS:
        return _sequence(data, d)
    if isinstance(data, Tensor):
        warn_user(_COPY_CONSTRUCTION.format(name))
        source = data._data
        return cast(source, d) if d is not None and d is not data.dtype else ordered_copy(source, preserve_format)
    if isinstance(data, np.ndarray):
        found = check_array(data)
        return cast(data, d) if d is not None and d is not found else ordered_copy(data, preserve_format)
    if isinstance(data, np.generic) and not isinstance(data, (str, bytes)):
        return cast(data, d or BY_NUMPY[data.dtype]) if d is None or d.category >= 2 else _sequence(data, d)
    return _sequence(data, d)


def _scalar(data: Any, kind: type, d: dtype) -> Any:
    return _numbers([data], {kind}, d).reshape(())[()] if d is not bfloat16 else _numbers([data], {kind}, d).reshape(())


def _sequence(data: Any, d: dtype | None) -> Any:
    plain = _flattened(data)
    if plain is None:
        flat, shape, d = _walked(data, d)
        kinds = set(map(type, flat))
    else:
        flat, shape, kinds = plain
        if d is None:
            d = _plain_dtype(kinds)
    out = _numbers(flat, kinds, d).reshape(shape)
    return out if shape or d is bfloat16 else out[()]


def _flattened(data: Any) -> tuple[list[Any], tuple[int, ...], set[type]] | None:
    """The items, shape and types of regular nested lists of plain numbers; None for anything else."""
    if data.__class__ not in _LISTS:
        return None
    flat, shape = data, [len(data)]
    while flat and flat[0].__class__ in _LISTS:
        length = len(flat[0])
        if not set(map(type, flat)) <= _LISTS or set(map(len, flat)) != {length}:
            return None
        if length == 0:
            return [], (*shape, 0), set()
        shape.append(length)
        flat = list(chain.from_iterable(flat))
    kinds = set(map(type, flat))
    return (flat, tuple(shape), kinds) if kinds <= _PLAIN_NUMBERS else None


def _number_dtype(kind: type) -> dtype:
    if kind is bool:
        return bool_
    if kind is int:
        return int64
    default = dtypes.get_default_dtype()
    return default if kind is float else default.to_complex()


def _plain_dtype(kinds: set[type]) -> dtype:
    for kind in (complex, float, int, bool):
        if kind in kinds:
            return _number_dtype(kind)
    return dtypes.get_default_dtype()


def _numbers(flat: list[Any], kinds: set[type], d: dtype) -> Any:
    """A one-dimensional payload of Python numbers. Raises as PyTorch does for those that the dtype cannot hold."""
    if d.is_floating_point:
        if complex in kinds:
            raise TypeError("must be real number, not complex")
        return cast(np.array(flat, np.float64), d)
    if d.is_complex:
        return cast(np.array(flat, np.complex128), d)
    if d is bool_:
        return np.array([bool(x) for x in flat], np.bool)
    if complex in kinds:
        raise TypeError("'complex' object cannot be interpreted as an integer")
    if d is dtypes.uint64:
        return np.array([_unsigned(x) for x in flat], np.uint64)
    if kinds <= {int, bool} and d is int64:
        try:
            return np.array(flat, np.int64)
        except OverflowError:
            raise ValueError("Overflow when unpacking long long") from None
    return np.array([_integer(x, d) for x in flat], np.int64).astype(d.numpy)


def _integer(x: Any, d: dtype) -> int:
    if isinstance(x, int) and not -(2**63) <= x < 2**63:
        raise ValueError("Overflow when unpacking long long")
    if not in_range(x, d):
        raise RuntimeError(f"value cannot be converted to type {d.name} without overflow")
    return int(x)


def _unsigned(x: Any) -> int:
    if x < 0:
        raise OverflowError("can't convert negative int to unsigned")
    if not x < 2**64:
        raise OverflowError("int too big to convert")
    return int(x)


# The long way. See Note [Nested sequences].


def _is_sequence(data: Any) -> bool:
    if isinstance(data, (Tensor, dict)):
        return False
    kind = type(data)
    return kind in _LISTS or (hasattr(kind, "__getitem__") and hasattr(kind, "__len__"))


def _walked(data: Any, d: dtype | None) -> tuple[list[Any], tuple[int, ...], dtype]:
    if isinstance(data, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{_type_name(data)}'")
    shape = _first_shape(data)
    if d is None:
        d = _inferred(data)
    flat: list[Any] = []
    if 0 not in shape:  # PyTorch does not look at what stands beside an empty list
        _store(data, shape, 0, d, flat)
    return flat, shape, d


def _type_name(x: Any) -> str:
    module = type(x).__module__
    return type(x).__name__ if module in ("builtins", "__main__") else f"{module}.{type(x).__name__}"


def _first_shape(data: Any) -> tuple[int, ...]:
    shape: list[int] = []
    while (_is_sequence(data) and not isinstance(data, np.generic)) or isinstance(data, (str, bytes)):
        shape.append(len(data))
        if len(shape) > 128:
            raise ValueError(f"too many dimensions '{_type_name(data).rpartition('.')[2].rstrip('_')}'")
        if not shape[-1]:
            break
        try:
            data = data[0]
        except Exception:
            raise ValueError(f"could not determine the shape of object type '{type(data).__name__}'") from None
    return tuple(shape)


def _inferred(data: Any) -> dtype:
    """The dtype that the numbers in `data` promote to."""
    kind = type(data)
    if kind in _PLAIN_NUMBERS:
        return _number_dtype(kind)
    if isinstance(data, Tensor):
        return data.dtype
    if isinstance(data, (np.ndarray, np.generic)) and not isinstance(data, (str, bytes)):
        return BY_NUMPY[data.dtype]
    for base in (bool, int, float, complex):
        if isinstance(data, base):
            return _number_dtype(base)
    if isinstance(data, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{_type_name(data)}'")
    if not _is_sequence(data):
        raise RuntimeError(f"Could not infer dtype of {kind.__name__ if _is_heap(data) else _type_name(data)}")
    return _inferred_of_items(data)


def _is_heap(x: Any) -> bool:
    """Whether a class was made by a ``class`` statement: PyTorch then calls it by its bare name."""
    return bool(type(x).__flags__ & (1 << 9))


def _inferred_of_items(data: Any) -> dtype:
    found: dtype | None = None
    for i in range(len(data)):
        item = data[i]
        if item is data:
            raise TypeError("new(): self-referential lists are incompatible")
        this = _inferred(item)
        found = this if found is None else promote_types(found, this)
        if found is complex128:
            break
    return dtypes.get_default_dtype() if found is None else found


def _store(data: Any, shape: tuple[int, ...], depth: int, d: dtype, flat: list[Any]) -> None:
    """Appends the numbers in `data`, which has to be of this shape from `depth` on."""
    if depth == len(shape):
        flat.append(_leaf(data, d))
        return
    if not isinstance(data, Iterable) and not _is_sequence(data):
        raise TypeError("not a sequence")
    items = list(data)
    if len(items) != shape[depth]:
        raise ValueError(f"expected sequence of length {shape[depth]} at dim {depth} (got {len(items)})")
    if any([isinstance(item, np.ndarray) and item.ndim for item in items]):
        warn_once(
            "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting the list to a "
            "single numpy.ndarray with numpy.array() before converting to a tensor."
        )
    for item in items:
        _store(item, shape, depth + 1, d, flat)


def _leaf(x: Any, d: dtype) -> Any:
    """One item as the Python number that will be stored."""
    if type(x) in _PLAIN_NUMBERS:
        return x
    if isinstance(x, np.bool):
        return bool(x)
    if isinstance(x, Tensor):
        return _leaf_tensor(x, d)
    if isinstance(x, np.generic) and not isinstance(x, (str, bytes)):
        if isinstance(x, np.uint64) and d is dtypes.uint64:
            raise TypeError("an integer is required")
        return x.item()
    if d.category >= 2:
        conversions = ("__float__", "__index__", "__complex__")[: 3 if d.is_complex else 2]
        if not any([hasattr(x, name) for name in conversions]):
            raise TypeError(f"must be real number, not {type(x).__name__}")
        return complex(x) if d.is_complex else float(x)
    if isinstance(x, (int, float)):
        return int(x) if isinstance(x, int) else float(x)
    return operator.index(x)


def _leaf_tensor(x: Tensor, d: dtype) -> Any:
    source = x._data
    if d.category < 2:
        if source.size != 1 or source.dtype.kind not in "iub":
            raise TypeError("only integer tensors of a single element can be converted to an index")
    elif source.size != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    elif d.is_floating_point:
        if source.dtype.kind == "c" and source.item().imag:
            raise RuntimeError("value cannot be converted to type double without overflow")
        if edge_of(x) is not None:
            warn_once(REQUIRES_GRAD_TO_SCALAR)
    return source.item().real if d.is_floating_point else source.item()


REQUIRES_GRAD_TO_SCALAR = (
    "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
    "Consider using tensor.detach() first."
)


# Sharing memory.


def check_array(array: np.ndarray) -> dtype:
    """The dtype of a NumPy array. Raises TypeError and ValueError for arrays that no tensor can hold."""
    d = BY_NUMPY[array.dtype]
    if array.flags.c_contiguous:
        return d
    if any([s < 0 for s in array.strides]):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
            "currently "
            "supported. (You can probably work around this by making a copy of your array  with array.copy().) "
        )
    if any([s % array.itemsize for s in array.strides]):
        raise ValueError(
            "given numpy array strides not a multiple of the element byte size. Copy the numpy array to reallocate the "
            "memory."
        )
    return d


def shared(array: np.ndarray) -> Any:
    """A payload on the memory of `array`: writing to either changes both."""
    check_array(array)
    if not array.flags.writeable:
        danger = "writing to this tensor will result in undefined behavior."
        warn_once(_READ_ONLY.format("NumPy array", danger, "array"))
    return array if type(array) is np.ndarray else array.view(np.ndarray)


def from_numpy(ndarray: np.ndarray) -> Tensor:
    """A tensor on the memory of a NumPy array: writing to either changes both.

    Raises TypeError for what is no array, and for dtypes that tensors do not have; ValueError for negative strides.
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {_type_name(ndarray)})")
    return made(shared(ndarray))


def as_tensor(data: Any = MISSING, dtype: Any = None, device: Any = None) -> Tensor:
    """`data` as a tensor: itself if it is one of this dtype, sharing the memory of a NumPy array, else a copy.

    A tensor that requires grad keeps its history.
    """
    if data is MISSING:
        raise TypeError('as_tensor() missing 1 required positional arguments: "data"')
    dtype = check_options("as_tensor", dtype, strided, device, False, False)
    if isinstance(data, Tensor):
        return data if dtype is None or dtype is data.dtype else data.to(dtype)  # type: ignore[attr-defined]
    if isinstance(data, np.ndarray) and (dtype is None or BY_NUMPY[data.dtype] is dtype):
        return made(shared(data))
    return made(copied(data, dtype, "torch.as_tensor"))


def asarray(obj: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None,
            requires_grad: bool | None = None) -> Tensor:  # fmt: skip
    """`obj` as a tensor: sharing memory where it can and `copy` is not True. Raises ValueError if `copy` is False and
    it cannot.

    Takes tensors, NumPy arrays and scalars, objects with the buffer protocol, and nested sequences.
    """
    dtype = check_options("asarray", dtype, strided, device, False, requires_grad)
    if isinstance(obj, Tensor):
        return _tensor_as_array(obj, dtype, copy, requires_grad)
    if isinstance(obj, np.generic) and not isinstance(obj, (str, bytes)):
        if copy is False:
            raise RuntimeError("can't alias NumPy scalars. Either remove copy=False or transform it in a ndarray. ")
        return made(copied(obj, dtype, "torch.asarray"), requires_grad)
    if isinstance(obj, np.ndarray):
        source: Any = shared(obj)
    elif isinstance(obj, (bytes, bytearray, memoryview)) or hasattr(obj, "__buffer__"):
        dtype = dtype or dtypes.get_default_dtype()
        source = _from_buffer(obj, dtype, -1, 0)
    else:
        if copy is False:
            raise ValueError("can't alias arbitrary sequence into a tensor.")
        return made(copied(obj, dtype, "torch.asarray"), requires_grad)
    return made(_converted(source, dtype, copy), requires_grad)


def _converted(source: Any, d: dtype | None, copy: bool | None) -> Any:
    found = dtypes.of_array(source)
    if d is not None and d is not found and copy is False:
        raise ValueError(
            f"can't alias tensor with dtype '{found.scalar_name}' into dtype '{d.scalar_name}'."
        )
    return cast(source, d or found, copy=bool(copy))


def _tensor_as_array(x: Tensor, d: dtype | None, copy: bool | None, requires_grad: bool | None) -> Tensor:
    if d is not None and d is not x.dtype:
        _converted(memory(x), d, copy)
        x = x.to(d)  # type: ignore[attr-defined]
    elif copy:
        x = x.clone()  # type: ignore[attr-defined]
    if requires_grad is None:
        if x.requires_grad and x.is_leaf:
            warn_once(
                "torch.asarray: unspecified requires_grad now defaults to obj.requires_grad instead of False. Pass "
                "requires_grad=False explicitly to get the old behavior and silence this warning."
            )
        return x
    if not requires_grad:
        return x.detach() if x.requires_grad else x
    return x if x.requires_grad else x.requires_grad_()


def frombuffer(buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False) -> Tensor:
    """A one-dimensional tensor on the memory of an object with the buffer protocol, from byte `offset` on.

    Raises ValueError if the buffer is too small, or no multiple of the dtype's size while `count` is -1.
    """
    dtype = check_options("frombuffer", dtype, strided, None, False, requires_grad)
    try:
        memoryview(buffer)
    except TypeError:
        raise ValueError("object does not implement Python buffer protocol.") from None
    return made(_from_buffer(buffer, dtype, count, offset), requires_grad)


def _from_buffer(buffer: Any, d: dtype, count: int, offset: int) -> Any:
    view = memoryview(buffer)
    length, size = view.nbytes, d.itemsize
    if d is bfloat16:
        raise NotImplementedError("a bfloat16 tensor cannot share the memory of a buffer")
    if length == 0 or count == 0:
        raise ValueError(f"both buffer length ({length}) and count ({count}) must not be 0")
    if not 0 <= offset < length:
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({length} bytes) minus 1"
        )
    if count < 0 and (length - offset) % size:
        raise ValueError(
            f"buffer length ({length - offset} bytes) after offset ({offset} bytes) must be a multiple of element size "
            f"({size})"
        )
    count = (length - offset) // size if count < 0 else count
    if offset + count * size > length:
        raise ValueError(
            f"requested buffer length ({count} * {size} bytes) after offset ({offset} bytes) must not be greater than "
            f"actual buffer length ({length} bytes)"
        )
    if view.readonly:
        danger = "you can write to the underlying (supposedly non-writable) buffer using the tensor."
        warn_once(_READ_ONLY.format("buffer", danger, "buffer"))
    return np.frombuffer(view, d.numpy, count, offset)


def new_tensor(self: Tensor, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False,
               pin_memory: bool = False) -> Tensor:  # fmt: skip
    """A new leaf with a copy of `data`, in the dtype of this tensor unless one is given."""
    dtype = check_options("new_tensor", dtype, strided, device, pin_memory, requires_grad)
    return made(copied(data, dtype or self.dtype, "tensor.new_tensor"), requires_grad)


methods(new_tensor=new_tensor)
