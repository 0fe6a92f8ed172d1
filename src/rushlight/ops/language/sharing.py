"""Memory that lies in a mapping: shared by processes that are forked later, or in a file."""

from __future__ import annotations

import errno
import gc
import mmap
import os
import tempfile
from collections.abc import MutableMapping
from sys import getrefcount
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.strided import geometry, storage, view_memory
from ...core.tensor import Tensor, memory
from ..support.attach import methods
from ..support.options import check_options, made
from .storage import TypedStorage, UntypedStorage, elements

__all__ = ["from_file"]


class Mapping(mmap.mmap):
    """The memory of a file that has no name, in the memory of processes: `file` is its descriptor."""

    file: int

    @classmethod
    def of(cls, file: int, length: int, opened: MutableMapping[tuple[int, int], Mapping]) -> Mapping:
        """That of a file which came from another process; of one file only once. The descriptor is the mapping's."""
        status = os.fstat(file)
        known = opened.get((status.st_dev, status.st_ino))
        if known is not None:
            os.close(file)
            return known
        out = cls(file, length)
        out.file = file
        opened[status.st_dev, status.st_ino] = out
        return out

    @classmethod
    def new(cls, length: int) -> Mapping:
        file = os.memfd_create("rushlight") if hasattr(os, "memfd_create") else _unnamed_file()
        os.ftruncate(file, length)
        out = cls(file, length)
        out.file = file
        return out

    def __del__(self) -> None:
        os.close(self.file)


def _unnamed_file() -> int:
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def mapping_of(array: Any) -> Any:
    """The mapping in whose memory an array lies; None for others."""
    while array is not None and not isinstance(array, mmap.mmap):
        array = array.obj if isinstance(array, memoryview) else getattr(array, "base", None)
    return array


def _on(mapping: Any, dtype: np.dtype[Any], count: int) -> np.ndarray:
    return np.frombuffer(mapping, dtype, count)


def is_shared(self: Tensor) -> bool:
    """Whether processes that are forked, or that map the same file, share this tensor's memory."""
    return mapping_of(self._data) is not None


def share_memory_(self: Tensor) -> Tensor:
    """Moves the memory to where processes that are forked from now on share it: a write in one is seen in all.

    Views of the memory move with it. Does nothing for memory that is shared. Raises NotImplementedError where something
    else than tensors has the memory, a NumPy array or a graph, for it would not follow.

    >>> torch.zeros(2).share_memory_().is_shared()
    True
    """
    memory(self)  # a 0-d result may be a scalar, which has none
    if is_shared(self):
        return self
    owner = storage(self._data)
    tensors = _tensors_on(owner)
    if _others_hold(tensors, owner):
        raise NotImplementedError("share_memory_() of memory that a NumPy array or a graph has, too")
    whole = elements(owner, self.dtype)
    shared = _on(Mapping.new(max(whole.nbytes, 1)), whole.dtype, whole.size)
    shared[...] = whole
    moved = {id(t._data): view_memory(shared, *geometry(t._data, owner)[:3]).view(type(t._data)) for t in tensors}
    for view in [t._view for t in tensors if t._view is not None]:
        view.origin = moved.get(id(view.origin))
    for t in tensors:
        t._data = moved[id(t._data)]
    return self


def _tensors_on(owner: np.ndarray) -> list[Tensor]:
    """The tensors whose memory is `owner`'s."""
    everything = [t for t in gc.get_objects() if issubclass(type(t), Tensor)]  # (isinstance asks objects)
    return [t for t in everything if isinstance(getattr(t, "_data", None), np.ndarray) and storage(t._data) is owner]


def _others_hold(tensors: list[Tensor], owner: np.ndarray) -> bool:
    """Whether anything but these tensors, and how they are views of each other, holds the memory or a view of it."""
    held = [t._data for t in tensors] + [t._view.origin for t in tensors if t._view is not None]
    arrays = {id(a): a for a in (*held, owner)}
    for a in arrays.values():
        known = sum([h is a for h in held]) * 2 + sum([other.base is a for other in arrays.values()])
        here = 3 + 2 * (a is owner)  # `arrays`, `a`, getrefcount; `owner` here and in the caller
        if getrefcount(a) > known + here:
            return True
    return False


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
    return mapping_of((self._untyped_storage if isinstance(self, TypedStorage) else self)._array) is not None


methods(share_memory_=share_memory_, is_shared=is_shared)
for _kind in (UntypedStorage, TypedStorage):
    setattr(_kind, "is_shared", _storage_is_shared)  # noqa: B010
