"""Writing checkpoints."""

from __future__ import annotations

import io
import os
import pickle
import struct
import sys
import zipfile
from collections import OrderedDict
from functools import cache
from pathlib import PurePath
from types import FunctionType
from typing import Any

import numpy as np

from .._torch_function import DisableTorchFunctionSubclass
from ..arrays import dtypes, types
from ..core.op import LAYERS
from ..core.tensor import Tensor
from ..ops.language.copying import _pieces as pieces
from .format import ALIGNMENT, STORAGE_OF, Global, encoded
from .trust import PACKAGE

name_of = cache(Global)
_PythonPickler: Any = vars(pickle)["_Pickler"]


class _Storage:
    """Stands in the pickle for a tensor's memory."""

    def __init__(self, key: str, owner: np.ndarray, dtype: dtypes.dtype) -> None:
        self.key, self.owner, self.dtype = key, owner, dtype


class _Pickler(_PythonPickler):
    """Pickles tensors, dtypes and the like under PyTorch's names, and puts memory aside.

    (The pickler in Python, not that in C, which insists on importing what it names.)
    """

    def __init__(self, file: Any) -> None:
        super().__init__(file, protocol=2)
        self.storages: dict[tuple[int, dtypes.dtype], _Storage] = {}

    def save(self, obj: Any, save_persistent_id: bool = True) -> Any:
        if not isinstance(obj, (Global, Tensor, types.Size, types.device, dtypes.Constant)):
            return super().save(obj, save_persistent_id)
        before = self.memo.get(id(obj))
        if before is not None:
            return self.write(self.get(before[0]))
        if isinstance(obj, dtypes.Constant):
            obj = name_of("torch", obj.name)
            if id(obj) in self.memo:
                return self.write(self.get(self.memo[id(obj)][0]))
        if isinstance(obj, Global):
            self.write(pickle.GLOBAL + f"{obj.module}\n{obj.name}\n".encode())
            return self.memoize(obj)
        if isinstance(obj, types.Size):
            return self.save_reduce(name_of("torch", "Size"), (tuple(obj),), obj=obj)
        if isinstance(obj, types.device):
            place: Any = (obj.type,) if obj.index is None else (obj.type, obj.index)
            return self.save_reduce(name_of("torch", "device"), place, obj=obj)
        return self.save_reduce(*self._taken_apart(obj), obj=obj)

    def save_global(self, obj: Any, name: str | None = None) -> None:
        """A class or function of this package goes by its torch name."""
        package, dot, rest = (getattr(obj, "__module__", None) or "").partition(".")
        if package not in ("torch", PACKAGE):
            return super().save_global(obj, name)
        self.write(pickle.GLOBAL + f"torch{dot}{rest}\n{name or obj.__qualname__}\n".encode())
        self.memoize(obj)

    dispatch = {**_PythonPickler.dispatch, FunctionType: save_global}

    def _taken_apart(self, x: Tensor) -> tuple[Global, tuple[Any, ...]]:
        from ..nn.parameter import Parameter

        if Parameter in type(x).__mro__:
            return name_of("torch._utils", "_rebuild_parameter"), (x.data, x.requires_grad, OrderedDict())
        with DisableTorchFunctionSubclass():
            rebuild, place = self._place_of(x)
        kind = type(x)
        if kind is Tensor or kind in LAYERS:
            return rebuild, place
        # A subclass is written by name, and with its attributes.
        name = Global(kind.__module__, kind.__qualname__)
        return name_of("torch._tensor", "_rebuild_from_type_v2"), (rebuild, name, place, dict(x.__dict__))

    def _place_of(self, x: Tensor) -> tuple[Global, tuple[Any, ...]]:
        owner, size, stride, offset = pieces(x)
        dtype = x.dtype
        if not owner.size:
            stride = x.stride()  # type: ignore[attr-defined]
        storage = self.storages.setdefault((id(owner), dtype), _Storage(str(len(self.storages)), owner, dtype))
        place: Any = (storage, offset, tuple(size), tuple(stride), x.requires_grad, OrderedDict())
        if dtype in STORAGE_OF:
            return name_of("torch._utils", "_rebuild_tensor_v2"), place
        return name_of("torch._utils", "_rebuild_tensor_v3"), (*place, dtype, {})

    def persistent_id(self, obj: Any) -> Any:
        if not isinstance(obj, _Storage):
            return None
        if obj.dtype in STORAGE_OF:
            return "storage", name_of("torch", STORAGE_OF[obj.dtype]), obj.key, "cpu", obj.owner.size
        return "storage", name_of("torch.storage", "UntypedStorage"), obj.key, "cpu", obj.owner.nbytes


def save(
    obj: Any, f: Any, pickle_module: Any = None, pickle_protocol: int = 2, _use_new_zipfile_serialization: bool = True
) -> None:
    """Writes `obj` to a file: a state dict, a tensor, numbers, strings, nested containers of these.

    `f` is a path or a file open for writing. Tensors that share memory still do when they are loaded. A path that ends
    in ``.safetensors`` takes a dict of tensors and is written in that format (`rushlight.utils.safetensors`).

    >>> import io, rushlight as torch
    >>> file = io.BytesIO()
    >>> torch.save({"w": torch.ones(2)}, file)
    >>> file.seek(0)
    0
    >>> torch.load(file)
    {'w': tensor([1., 1.])}

    Raises:
        NotImplementedError: for the format from before PyTorch 1.6, or a pickle module or protocol of one's own.
    """
    if not _use_new_zipfile_serialization or pickle_module not in (None, pickle) or pickle_protocol != 2:
        raise NotImplementedError("torch.save writes PyTorch's zip format, with pickle protocol 2, and no other")
    path = os.fspath(f) if isinstance(f, (str, os.PathLike)) else None
    if path is None and not hasattr(f, "write"):
        raise AttributeError(f"expected 'f' to be string, path, or a file-like object with a 'write' attribute, not {type(f)}")
    if path is not None and path.endswith(".safetensors"):
        from ..utils.safetensors import save_file

        return save_file(obj, path)
    # All of it is made before the file is opened: an object that can't be pickled leaves the file as it was.
    pickled = io.BytesIO()
    pickler = _Pickler(pickled)
    pickler.dump(obj)
    folder = PurePath(path).stem if path is not None else "archive"
    if path is not None and not os.path.isdir(os.path.dirname(path) or "."):
        raise RuntimeError(f"Parent directory {os.path.dirname(path)} does not exist.")
    with zipfile.ZipFile(path if path is not None else f, "w", zipfile.ZIP_STORED) as archive:
        _write(archive, f"{folder}/data.pkl", pickled.getvalue())
        _write(archive, f"{folder}/.format_version", b"1")
        _write(archive, f"{folder}/.storage_alignment", str(ALIGNMENT).encode())
        _write(archive, f"{folder}/byteorder", sys.byteorder.encode())
        for storage in pickler.storages.values():
            _write(archive, f"{folder}/data/{storage.key}", encoded(storage.owner, storage.dtype))
        _write(archive, f"{folder}/version", b"3\n")


def _write(archive: zipfile.ZipFile, name: str, data: bytes | memoryview) -> None:
    """One record, whose data start at a multiple of `ALIGNMENT` bytes: an extra field of that length stands before."""
    info = zipfile.ZipInfo(name)
    assert archive.fp is not None
    header = archive.fp.tell() + 30 + len(name.encode()) + 4
    padding = -header % ALIGNMENT
    info.extra = struct.pack("<2sH", b"FB", padding) + b"Z" * padding
    archive.writestr(info, data)
