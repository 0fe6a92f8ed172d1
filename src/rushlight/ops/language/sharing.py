"""Memory that lies in a mapping: shared by processes that are forked later, or in a file."""

from __future__ import annotations

import errno
import mmap
import os
from sys import getrefcount
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.strided import storage
from ...core.tensor import Tensor, memory
from ..support.attach import methods
from ..support.options import check_options, made
from .storage import TypedStorage, UntypedStorage

__all__ = ["from_file"]


def _in_mapping(array: Any) -> bool:
    """Whether the memory of an array is that of a mapping."""
    while array is not None and not isinstance(array, mmap.mmap):
        array = array.obj if isinstance(array, memoryview) else getattr(array, "base", None)
    return array is not None


def _on(mapping: Any, dtype: np.dtype[Any], count: int) -> np.ndarray:
    return np.frombuffer(mapping, dtype, count)


def is_shared(self: Tensor) -> bool:
    """Whether processes that are forked, or that map the same file, share this tensor's memory."""
    return _in_mapping(self._data)


def share_memory_(self: Tensor) -> Tensor:
    """Moves the memory to where processes that are forked from now on share it: a write in one is seen in all.

    Does nothing for memory that is shared. Raises NotImplementedError where other tensors have the same memory, for they
    would not follow.

    >>> torch.zeros(2).share_memory_().is_shared()
    True
    """
    data = memory(self)
    if is_shared(self):
        return self
    owner = storage(data)
    # This frame, its caller's slot and getrefcount hold `owner`; so does `data`, if it is a view of it.
    if getrefcount(owner) > 4 or self._view is not None:
        raise NotImplementedError("share_memory_() of memory that other tensors share")
    shared = _on(mmap.mmap(-1, max(data.nbytes, 1)), data.dtype, data.size).view(type(data))
    axes = sorted(range(data.ndim), key=lambda axis: -data.strides[axis])
    moved = shared.reshape([data.shape[axis] for axis in axes]).transpose(np.argsort(axes))
    moved[...] = data
    self._data = moved
    return self


def from_file(
    filename: str, shared: bool | None = None, size: int = 0, *, dtype: Any = None, layout: Any = None, device: Any = None,
    pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """A vector of `size` elements on the memory of a file. With `shared`, writes go into the file, which grows as needed.

    Raises RuntimeError for a file that cannot be opened, or that is too small and not to be changed.
    """
    dtype = check_options("from_file", dtype, layout, device, pin_memory, False) or dtypes.get_default_dtype()
    if dtype is dtypes.bfloat16:
        raise NotImplementedError("from_file() with bfloat16, whose memory is float32 here")
    mode, flags = ("read-write", os.O_RDWR | os.O_CREAT) if shared else ("read-only", os.O_RDONLY)
    try:
        file = os.open(filename, flags, 0o600)
    except OSError as error:
        words = f"{os.strerror(error.errno or errno.EIO)} ({error.errno})"
        raise RuntimeError(f"unable to open file <{filename}> in {mode} mode: {words}") from None
    try:
        length, needed = os.fstat(file).st_size, size * dtype.itemsize
        if length < needed:
            if not shared:
                raise RuntimeError(
                    f"file <{filename}> size <{length}> is smaller than the required mapping size <{needed}>"
                )
            os.ftruncate(file, needed)
        if not size:
            return made(np.empty(0, dtype.numpy))
        mapping = mmap.mmap(file, needed, access=mmap.ACCESS_WRITE if shared else mmap.ACCESS_COPY)
    finally:
        os.close(file)
    return made(_on(mapping, np.dtype(dtype.numpy), size))


def _storage_is_shared(self: Any) -> bool:
    """Whether processes share this memory."""
    return _in_mapping((self._untyped_storage if isinstance(self, TypedStorage) else self)._array)


methods(share_memory_=share_memory_, is_shared=is_shared)
for _kind in (UntypedStorage, TypedStorage):
    setattr(_kind, "is_shared", _storage_is_shared)  # noqa: B010
