"""Tensors of a shape and a value: zeros, ones, full, empty, eye, their ``_like`` and ``new_`` forms, triangles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.dtypes import bfloat16, bool_, cast, int64
from ...arrays.strided import is_dense
from ...arrays.types import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    finfo,
    memory_format,
    preserve_format,
    strided,
)  # fmt: skip
from ...core.tensor import Tensor
from ..support.arguments import check_tensor, unimplemented
from ..support.attach import methods
from ..support.layered import reads_values
from ..support.options import (
    MISSING,
    argument_error,
    as_number,
    check_integer,
    check_keywords,
    check_nonnegative,
    check_options,
    check_out,
    check_size,
    made,
    no_such_call,
    take_size,
    write_made,
)  # fmt: skip

__all__ = [
    "empty", "empty_like", "empty_permuted", "empty_strided", "eye", "full", "full_like", "ones", "ones_like",
    "scalar_tensor", "tril_indices", "triu_indices", "zeros", "zeros_like",
]  # fmt: skip

# C names of the dtypes, in the messages about numbers out of range.
_C_TYPES = {
    "Bool": "bool", "Byte": "uint8_t", "Char": "int8_t", "Short": "int16_t", "Int": "int", "Long": "int64_t",
    "UInt16": "uint16_t", "UInt32": "uint32_t", "UInt64": "uint64_t", "Half": "c10::Half", "BFloat16": "c10::BFloat16",
    "Float": "float", "Double": "double", "ComplexFloat": "c10::complex<float>",
    "ComplexDouble": "c10::complex<double>",
}  # fmt: skip


def filled(size: tuple[int, ...], value: Any, d: dtypes.dtype) -> Any:
    """A payload of this size, every element `value`, a number that the dtype holds. A 0-d one is a NumPy scalar."""
    if d is bfloat16:
        return cast(np.full(size, value, np.float32), d)
    if not size:
        return d.numpy.type(value)
    try:
        data = np.empty(size, d.numpy) if value else np.zeros(size, d.numpy)
    except MemoryError:
        raise out_of_memory(size, d) from None
    if value:
        data.fill(value)
    return data


def out_of_memory(size: tuple[int, ...], d: dtypes.dtype) -> RuntimeError:
    """The error for a tensor that is too large for this machine."""
    return RuntimeError(
        "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to "
        f"allocate {math.prod(size) * d.itemsize} bytes. Error code 12 (Cannot allocate memory)"
    )


def _constant(name: str, value: int, size: tuple[Any, ...], out: Any, dtype: Any, layout: Any, device: Any,
              pin_memory: Any, requires_grad: Any, keywords: dict[str, Any]) -> Tensor:  # fmt: skip
    dtype = check_options(name, dtype, layout, device, pin_memory, requires_grad)
    size = take_size(name, size, keywords)
    if keywords:
        check_keywords(name, keywords)
    check_nonnegative(size, name)
    if out is None:
        return made(filled(size, value, dtype or dtypes.get_default_dtype()), requires_grad)
    check_out(name, out, dtype)
    return write_made(out, filled(size, value, out.dtype), requires_grad)


def zeros(*size: Any, out: Tensor | None = None, dtype: Any = None, layout: Any = strided, device: Any = None,
          pin_memory: bool = False, requires_grad: bool = False, **keywords: Any) -> Tensor:  # fmt: skip
    """A tensor of zeros: ``zeros(2, 3)`` or ``zeros((2, 3))``, in the default dtype unless one is given.

    Raises RuntimeError for a negative size, or if a tensor of integers is to require grad.

    >>> zeros(2)
    tensor([0., 0.])
    """
    return _constant("zeros", 0, size, out, dtype, layout, device, pin_memory, requires_grad, keywords)


def ones(*size: Any, out: Tensor | None = None, dtype: Any = None, layout: Any = strided, device: Any = None,
         pin_memory: bool = False, requires_grad: bool = False, **keywords: Any) -> Tensor:  # fmt: skip
    """A tensor of ones; see `zeros`.

    >>> ones(2, dtype=torch.int64)
    tensor([1, 1])
    """
    return _constant("ones", 1, size, out, dtype, layout, device, pin_memory, requires_grad, keywords)


def empty(*size: Any, out: Tensor | None = None, dtype: Any = None, layout: Any = strided, device: Any = None,
          pin_memory: bool = False, requires_grad: bool = False, memory_format: Any = None,
          **keywords: Any) -> Tensor:  # fmt: skip
    """A tensor of unspecified values; `memory_format` orders its memory. See `zeros`."""
    dtype = check_options("empty", dtype, layout, device, pin_memory, requires_grad)
    size = take_size("empty", size, keywords)
    if keywords:
        check_keywords("empty", keywords)
    check_nonnegative(size)
    if out is not None:
        if out.requires_grad:
            raise RuntimeError("cannot resize variables that require grad")
        check_out("empty", out, dtype)
        dtype = out.dtype
    data = uninitialised(size, dtype or dtypes.get_default_dtype())
    if memory_format is not None and memory_format is not contiguous_format:
        data = in_format("empty", data, memory_format)
    return made(data, requires_grad) if out is None else write_made(out, data, requires_grad)


def uninitialised(size: tuple[int, ...], d: dtypes.dtype) -> Any:
    """An array of this size, values unspecified."""
    try:
        return cast(np.zeros(size, d.numpy), d) if d is bfloat16 else np.empty(size, d.numpy)
    except MemoryError:
        raise out_of_memory(size, d) from None


def in_format(name: str, data: Any, format_: Any) -> Any:
    """An array like `data`, its memory in the order that `format_` names; values unspecified."""
    if not isinstance(format_, memory_format):
        raise argument_error(name, "memory_format", "torch.memory_format", format_)
    if format_ is preserve_format:
        raise RuntimeError("unsupported memory format Preserve")
    rank = {channels_last: 4, channels_last_3d: 5}.get(format_)
    if rank is None:
        return np.empty_like(data, order="C")
    if data.ndim != rank:
        raise RuntimeError(f"required rank {rank} tensor to use {format_.name} format")
    return np.moveaxis(np.empty_like(np.moveaxis(data, 1, -1), order="C"), -1, 1)


def full(size: Any, fill_value: Any = MISSING, *, out: Tensor | None = None, dtype: Any = None, layout: Any = strided,
         device: Any = None, pin_memory: bool = False, requires_grad: bool = False) -> Tensor:  # fmt: skip
    """A tensor of this size, every element `fill_value`, of whose kind the dtype is unless one is given.

    Raises RuntimeError if the dtype cannot hold the value.

    >>> full((2,), 3)
    tensor([3, 3])
    """
    dtype = check_options("full", dtype, layout, device, pin_memory, requires_grad)
    size = check_size("full", size)
    value = _fill_value("full", fill_value, 2)
    check_nonnegative(size)
    if out is not None:
        check_out("full", out, dtype)
        return write_made(out, _full(size, value, out.dtype), requires_grad)
    return made(_full(size, value, dtype or _dtype_of(value)), requires_grad)


def _fill_value(name: str, value: Any, position: int) -> Any:
    if value is MISSING:
        raise TypeError(f'{name}() missing 1 required positional arguments: "fill_value"')
    return as_number(name, "fill_value", value, position)


def _dtype_of(value: Any) -> dtypes.dtype:
    if isinstance(value, bool):
        return bool_
    if isinstance(value, int):
        return int64
    default = dtypes.get_default_dtype()
    return default.to_complex() if isinstance(value, complex) else default


def _full(size: tuple[int, ...], value: Any, d: dtypes.dtype) -> Any:
    return filled(size, check_fits(value, d), d)


def check_fits(value: Any, d: dtypes.dtype) -> Any:
    """The number as the dtype holds it. Raises RuntimeError if it cannot, OverflowError beyond 64 bits."""
    if d.is_floating_point:
        if value.__class__ is float and (d is dtypes.float64 or (-3e38 < value < 3e38 and d is dtypes.float32)):
            return value
        if isinstance(value, int) and not -(2**63) <= value < 2**64:
            raise OverflowError("int too big to convert")
        # A complex number without an imaginary part is a real one.
        fits = not (isinstance(value, complex) and value.imag) and not _overflows(value, d)
        value = value.real if fits else value
    elif d.is_complex:
        parts = complex(value)
        fits = not (_overflows(parts.real, d.to_real()) or _overflows(parts.imag, d.to_real()))
    elif d is bool_:
        return bool(value)
    else:
        if isinstance(value, int) and not -(2**63) <= value < 2**64:
            raise OverflowError("int too big to convert")
        fits = not (isinstance(value, complex) and value.imag) and in_range(value.real, d)
        if fits:
            return int(value.real) % 2 ** (8 * d.itemsize) if not d.is_signed else int(value.real)
    if not fits:
        raise RuntimeError(f"value cannot be converted to type {_C_TYPES[d.scalar_name]} without overflow")
    return value


def _overflows(value: Any, d: dtypes.dtype) -> bool:
    real, top = float(value.real), finfo(d).max
    return math.isfinite(real) and not -top <= real <= top


def in_range(value: Any, d: dtypes.dtype) -> bool:
    """Whether PyTorch lets this real number into the integer dtype: negative integers wrap around in unsigned ones."""
    if isinstance(value, float) and not math.isfinite(value):
        return False
    info = np.iinfo(d.numpy)
    low = -int(info.max) if not d.is_signed and isinstance(value, int) else int(info.min)
    return low <= value <= int(info.max)


def scalar_tensor(s: Any, *, dtype: Any = None, layout: Any = strided, device: Any = None, pin_memory: bool = False,
                  requires_grad: bool = False) -> Tensor:  # fmt: skip
    """A 0-d tensor of the default dtype, whatever the kind of the number `s`.

    >>> scalar_tensor(3)
    tensor(3.)
    """
    dtype = check_options("scalar_tensor", dtype, layout, device, pin_memory, requires_grad)
    value = as_number("scalar_tensor", "s", s, 1)
    return made(_full((), value, dtype or dtypes.get_default_dtype()), requires_grad)


_OPTIONS = (
    "Tensor out = None, torch.dtype dtype = None, torch.layout layout = None, torch.device device = None, bool pin_memory = "
    "False, bool requires_grad = False"
)
_EYE = (f"(int n, *, {_OPTIONS})", f"(int n, int m, *, {_OPTIONS})")


def eye(n: int, m: int = MISSING, *, out: Tensor | None = None, dtype: Any = None, layout: Any = strided,
        device: Any = None, pin_memory: bool = False, requires_grad: bool = False) -> Tensor:  # fmt: skip
    """The n by m matrix (m: as n) with ones on the diagonal and zeros elsewhere."""
    dtype = check_options("eye", dtype, layout, device, pin_memory, requires_grad)
    n = check_integer("eye", "n", n, 1)
    if m is None:
        raise no_such_call("eye", (n, m), {}, _EYE)
    m = n if m is MISSING else check_integer("eye", "m", m, 2)
    for name, count in (("n", n), ("m", m)):
        if count < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {count}")
    if out is not None:
        check_out("eye", out, dtype)
        dtype = out.dtype
    d = dtype or dtypes.get_default_dtype()
    data = np.zeros((n, m), d.numpy)
    data.reshape(-1)[: min(n, m) * m : m + 1] = 1
    data = cast(data, d) if d is bfloat16 else data
    return made(data, requires_grad) if out is None else write_made(out, data, requires_grad)


def empty_strided(size: Any, stride: Any, *, dtype: Any = None, layout: Any = strided, device: Any = None,
                  requires_grad: bool = False, pin_memory: bool = False) -> Tensor:  # fmt: skip
    """A tensor of unspecified values, of this size and these strides."""
    dtype = check_options("empty_strided", dtype, layout, device, pin_memory, requires_grad)
    size = check_size("empty_strided", size)
    stride = check_size("empty_strided", stride, 2, "stride")
    return made(_strided(size, stride, dtype or dtypes.get_default_dtype()), requires_grad)


def ordered_copy(data: Any, format_: Any) -> Any:
    """A copy of a payload: in the order of its memory if `format_` preserves it, else in that of the format."""
    if isinstance(data, np.generic):
        return data
    if format_ is contiguous_format:
        return data.copy(order="C")
    if format_ is preserve_format:
        return data.copy(order="K") if 0 not in data.strides or is_dense(data) else data.copy(order="C")
    out = in_format("clone", data, format_)
    out[...] = data
    return out


def _strided(size: tuple[int, ...], stride: tuple[int, ...], d: dtypes.dtype) -> Any:
    if len(size) != len(stride):
        raise RuntimeError(
            f"dimensionality of sizes ({len(size)}) must match dimensionality of strides ({len(stride)})"
        )
    check_nonnegative(size)
    if any(s < 0 for s in stride):
        raise RuntimeError(f"as_strided: Negative strides are not supported at the moment, got strides: {list(stride)}")
    count = 1 + sum((n - 1) * s for n, s in zip(size, stride)) if all(size) else 0
    data = np.ndarray(size, d.numpy, np.empty(count, d.numpy), 0, tuple([s * d.numpy.itemsize for s in stride]))
    if d is bfloat16:
        data[...] = 0
        return data.view(dtypes.BFloat16Array)
    return data


def empty_permuted(size: Any, physical_layout: Any, *, dtype: Any = None, layout: Any = strided, device: Any = None,
                   requires_grad: bool = False, pin_memory: bool = False) -> Tensor:  # fmt: skip
    """A dense tensor of unspecified values whose dimensions lie in memory in the order `physical_layout`."""
    dtype = check_options("empty_permuted", dtype, layout, device, pin_memory, requires_grad)
    size = check_size("empty_permuted", size)
    order = check_size("empty_permuted", physical_layout, 2, "physical_layout")
    if sorted(order) != list(range(len(size))):
        raise RuntimeError(
            f"Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = "
            f"{len(size)} "
            f"is not equal to len(physical_layout) = {len(order)}"
            if len(order) != len(size)
            else "Duplicate dim or dimension out of range in physical_layout"
        )
    data = uninitialised(tuple([size[i] for i in order]), dtype or dtypes.get_default_dtype())
    return made(data.transpose(np.argsort(order)), requires_grad)


# Like another tensor.


def like_payload(data: Any, format_: Any = preserve_format, d: dtypes.dtype | None = None) -> Any:
    """An array like `data`, values unspecified: dense, in the order of its memory or in that of `format_`."""
    source = np.asarray(data)
    if d is not None and source.dtype != d.numpy:
        source = np.empty_like(source, dtype=d.numpy, order="K")
    if format_ is preserve_format or format_ is None:
        made_ = np.empty_like(source, order="K") if 0 not in source.strides else np.empty_like(source, order="C")
    else:
        made_ = in_format("empty_like", source, format_)
    if d is bfloat16 or (d is None and isinstance(data, dtypes.BFloat16Array)):
        made_[...] = 0
        return made_.view(dtypes.BFloat16Array)
    return made_


@reads_values
def _like(name: str, value: Any, x: Any, dtype: Any, layout: Any, device: Any, pin_memory: Any, requires_grad: Any,
          format_: Any) -> Tensor:  # fmt: skip
    if not isinstance(x, Tensor):
        check_tensor(name, x)
    dtype = check_options(name, dtype, layout, device, pin_memory, requires_grad) or x.dtype
    source = x._data
    if value is not None:
        value = check_fits(value, dtype)
    in_order = not source.ndim or (format_ is preserve_format and source.flags.c_contiguous)
    if in_order and value is not None:
        return made(filled(source.shape, value, dtype), requires_grad)
    data = like_payload(source, format_, dtype)
    if value is not None:
        data.fill(value)
    return made(data, requires_grad)


def zeros_like(input: Tensor, *, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: bool = False,
               requires_grad: bool = False, memory_format: Any = preserve_format) -> Tensor:  # fmt: skip
    """Zeros of the shape and dtype of `input`, and in the order of its memory."""
    return _like("zeros_like", 0, input, dtype, layout, device, pin_memory, requires_grad, memory_format)


def ones_like(input: Tensor, *, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: bool = False,
              requires_grad: bool = False, memory_format: Any = preserve_format) -> Tensor:  # fmt: skip
    """Ones of the shape and dtype of `input`, and in the order of its memory."""
    return _like("ones_like", 1, input, dtype, layout, device, pin_memory, requires_grad, memory_format)


def empty_like(input: Tensor, *, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: bool = False,
               requires_grad: bool = False, memory_format: Any = preserve_format) -> Tensor:  # fmt: skip
    """Unspecified values, of the shape and dtype of `input`, and in the order of its memory."""
    return _like("empty_like", None, input, dtype, layout, device, pin_memory, requires_grad, memory_format)


def full_like(input: Tensor, fill_value: Any = MISSING, *, dtype: Any = None, layout: Any = None, device: Any = None,
              pin_memory: bool = False, requires_grad: bool = False,
              memory_format: Any = preserve_format) -> Tensor:  # fmt: skip
    """`fill_value` everywhere, in the shape and dtype of `input`, and in the order of its memory."""
    value = _fill_value("full_like", fill_value, 2)
    return _like("full_like", value, input, dtype, layout, device, pin_memory, requires_grad, memory_format)


def _new_constant(name: str, value: int | None) -> Any:
    @reads_values
    def method(self: Tensor, *size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False,
               layout: Any = strided, pin_memory: bool = False, **keywords: Any) -> Tensor:  # fmt: skip
        dtype = check_options(name, dtype, layout, device, pin_memory, requires_grad) or self.dtype
        size = take_size(name, size, keywords)
        check_keywords(name, keywords)
        check_nonnegative(size)
        return made(uninitialised(size, dtype) if value is None else filled(size, value, dtype), requires_grad)

    words = "Unspecified values" if value is None else "Zeros" if value == 0 else "Ones"
    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"{words} in the dtype of this tensor, of the given size; the result is a leaf."
    return method


@reads_values
def new_full(self: Tensor, size: Any, fill_value: Any = MISSING, *, dtype: Any = None, device: Any = None,
             requires_grad: bool = False, layout: Any = strided, pin_memory: bool = False) -> Tensor:  # fmt: skip
    """`fill_value` everywhere, in the dtype of this tensor, of the given size; the result is a leaf."""
    dtype = check_options("new_full", dtype, layout, device, pin_memory, requires_grad) or self.dtype
    size = check_size("new_full", size)
    value = _fill_value("new_full", fill_value, 2)
    check_nonnegative(size)
    return made(_full(size, value, dtype), requires_grad)


@reads_values
def new_empty_strided(self: Tensor, size: Any, stride: Any, *, dtype: Any = None, layout: Any = strided,
                      device: Any = None, requires_grad: bool = False, pin_memory: bool = False) -> Tensor:  # fmt: skip
    """Unspecified values in the dtype of this tensor, of the given size and strides; the result is a leaf."""
    dtype = check_options("new_empty_strided", dtype, layout, device, pin_memory, requires_grad) or self.dtype
    size = check_size("new_empty_strided", size)
    return made(_strided(size, check_size("new_empty_strided", stride, 2, "stride"), dtype), requires_grad)


# Triangles.


def tril_indices(row: int, col: int, offset: int = 0, *, dtype: Any = int64, layout: Any = strided, device: Any = None,
                 pin_memory: bool = False) -> Tensor:  # fmt: skip
    """The rows and columns, shape (2, n), of the lower triangle of a row by col matrix: those with j <= i + offset."""
    return _triangle("tril_indices", row, col, offset, dtype, layout, device, pin_memory, np.tril_indices)


def triu_indices(row: int, col: int, offset: int = 0, *, dtype: Any = int64, layout: Any = strided, device: Any = None,
                 pin_memory: bool = False) -> Tensor:  # fmt: skip
    """The rows and columns, shape (2, n), of the upper triangle of a row by col matrix: those with j >= i + offset."""
    return _triangle("triu_indices", row, col, offset, dtype, layout, device, pin_memory, np.triu_indices)


def _triangle(name: str, row: Any, col: Any, offset: Any, dtype: Any, layout: Any, device: Any, pin_memory: Any,
              indices: Any) -> Tensor:  # fmt: skip
    dtype = check_options(name, dtype, layout, device, pin_memory, False) or int64
    counts = [check_integer(name, n, v, i) for i, (n, v) in enumerate((("row", row), ("col", col)), 1)]
    offset = check_integer(name, "offset", offset, 3)
    for word, count in zip(("row", "col"), counts):
        if count < 0:
            raise RuntimeError(f"{word} must be non-negative, got{count}")
    if dtype not in (dtypes.int32, int64):
        raise unimplemented(name, dtype)
    return made(cast(np.array(indices(counts[0], offset, counts[1])), dtype))


methods(
    new_zeros=_new_constant("new_zeros", 0), new_ones=_new_constant("new_ones", 1),
    new_empty=_new_constant("new_empty", None), new_full=new_full, new_empty_strided=new_empty_strided,
)  # fmt: skip
