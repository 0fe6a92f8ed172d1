"""What the writer and the reader of checkpoints share.

A checkpoint is a zip archive of uncompressed records, all in one folder::

    data.pkl        the object, pickled (protocol 2); where it has a tensor's memory, it names a record
    data/0, ...     the memory of each storage
    byteorder       "little" or "big"
    version         of the format
"""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from ..arrays import dtypes

#: The classes by which PyTorch's pickles name a storage's element type.
STORAGES = {
    "DoubleStorage": dtypes.float64, "FloatStorage": dtypes.float32, "HalfStorage": dtypes.float16,
    "BFloat16Storage": dtypes.bfloat16, "LongStorage": dtypes.int64, "IntStorage": dtypes.int32,
    "ShortStorage": dtypes.int16, "CharStorage": dtypes.int8, "ByteStorage": dtypes.uint8, "BoolStorage": dtypes.bool_,
    "ComplexFloatStorage": dtypes.complex64, "ComplexDoubleStorage": dtypes.complex128,
}  # fmt: skip
STORAGE_OF = {dtype: name for name, dtype in STORAGES.items()}
#: Records start at multiples of this many bytes, so that a memory map of them is aligned.
ALIGNMENT = 64


class Global:
    """A name in a pickle: written for things whose module is PyTorch's, read for what stands for a function of it."""

    __slots__ = ("module", "name")

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    def __repr__(self) -> str:
        return f"{self.module}.{self.name}"

    def __call__(self, *args: Any) -> NoReturn:
        raise TypeError(f"{self!r} is only a name")


def encoded(owner: np.ndarray, dtype: dtypes.dtype) -> bytes | memoryview:
    """The bytes of a storage as they are written."""
    flat = np.lib.stride_tricks.as_strided(owner, (owner.size,), (owner.itemsize,))
    if dtype is dtypes.bfloat16:
        return (flat.view(np.uint32) >> 16).astype(np.uint16).tobytes()
    return np.ascontiguousarray(flat).data.cast("B") if flat.size else b""


def decoded(data: Any, dtype: dtypes.dtype, swapped: bool) -> np.ndarray:
    """A storage of these bytes (a writable buffer, used as it is where it can be)."""
    stored = np.dtype(np.uint16) if dtype is dtypes.bfloat16 else dtype.numpy
    if swapped:
        stored = stored.newbyteorder()
    flat = np.frombuffer(data, stored)
    if swapped:
        flat = flat.astype(stored.newbyteorder())
    if dtype is dtypes.bfloat16:
        return (flat.astype(np.uint32) << 16).view(np.float32)
    return flat
