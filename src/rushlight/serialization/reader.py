"""Reading checkpoints, from anybody."""

from __future__ import annotations

import io
import os
import pickle
import sys
import warnings
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import dtypes, types
from .format import STORAGES, Global, decoded
from .trusted import load_trusted
from .unpickler import Unpickler, is_allowed, names_in, refused

_LEGACY = "torch.load reads PyTorch's zip format (written by PyTorch 1.6 and later), not {}"
_NO_CUDA = (
    "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you are running on a "
    "CPU-only machine, please use torch.load with map_location=torch.device('cpu') to map your storages to the CPU."
)


def load(
    f: Any, map_location: Any = None, pickle_module: Any = None, *, weights_only: bool | None = None,
    mmap: bool | None = None, **pickle_load_args: Any,
) -> Any:  # fmt: skip
    """What `save` wrote, here or in PyTorch: tensors, numbers, strings and containers.

    No code from the file is run, whatever the file says. Other classes are refused unless the program allowed them
    with `rushlight.serialization.add_safe_globals`. With ``weights_only=False``, or a `pickle_module`, objects of any class
    are read, whole modules among them, and **what the file says is run**: only for files from those whom you trust; the
    `pickle_load_args` go to the unpickler. With ``mmap=True`` tensors are mapped from the file (a path) as they
    are read; writing to them does not change it. A path that ends in ``.safetensors`` is read in that format.

    Raises:
        pickle.UnpicklingError: for a name that is not allowed, or bytes that are no checkpoint.
        RuntimeError: for an archive that is damaged, or tensors of another device without a `map_location`.
        NotImplementedError: for TorchScript; for formats from before PyTorch 1.6; for a class of PyTorch's that is not
            here, where all classes are read.
    """
    if weights_only is None:
        weights_only = pickle_module is None
    if weights_only and pickle_module is not None:
        raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
    if weights_only and pickle_load_args:
        warnings.warn("pickle_load_args only works if `weights_only=False`.", stacklevel=2)
    path = os.fspath(f) if isinstance(f, (str, os.PathLike)) else None
    if path is None and not (hasattr(f, "read") and hasattr(f, "seek")):
        lacks = "read" if hasattr(f, "seek") else "seek"
        raise AttributeError(
            f"'{type(f).__name__}' object has no attribute '{lacks}'. You can only torch.load from a file that is seekable. "
            "Please pre-load the data into a buffer like io.BytesIO and try to load from it instead."
        )
    if mmap and path is None:
        raise ValueError("f must be a file path in order to use the mmap argument")
    if path is not None and path.endswith(".safetensors"):
        from ..utils.safetensors import load_file

        return load_file(path)
    with open(path, "rb") if path is not None else _Borrowed(f) as file:
        archive = _Archive(file, path if mmap else None, _mapping(map_location))
        pickled = io.BytesIO(bytes(archive.record("data.pkl")))
        if weights_only:
            return Unpickler(pickled, archive.storage).load()
        return load_trusted(pickled, archive.storage, pickle_module or pickle, **{"encoding": "utf-8", **pickle_load_args})


def get_unsafe_globals_in_checkpoint(f: Any) -> list[str]:
    """The classes and functions that a checkpoint names and `load` would refuse, each as "module.name".

    The file is read without running it. Raises ValueError for what is no checkpoint of `save`.
    """
    with open(f, "rb") if isinstance(f, (str, os.PathLike)) else _Borrowed(f) as file:
        if not zipfile.is_zipfile(file):
            raise ValueError("Expected input to be a checkpoint returned by torch.save")
        file.seek(0)
        pickled = _Archive(file, None, _mapping(None)).record("data.pkl")
    return sorted({name for name in names_in(bytes(pickled)) if not is_allowed(name)})


class _Borrowed:
    """A file of the caller's: used and left open."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def __enter__(self) -> Any:
        return self.file

    def __exit__(self, *exc: object) -> None:
        pass


def _mapping(map_location: Any) -> Callable[[str], str]:
    """From the device that a file names to the one where its tensors shall be."""
    if map_location is None or callable(map_location):
        # A function gets the storage; there is one device to put it, and the storage is there.
        return lambda location: "cpu" if callable(map_location) else location
    if isinstance(map_location, dict):
        return lambda location: str(map_location.get(location, location))
    target = str(types.device(map_location) if isinstance(map_location, str) else map_location)
    return lambda location: target


class _Archive:
    def __init__(self, file: Any, path: str | None, location: Callable[[str], str]) -> None:
        self.path, self.location = path, location
        self.storages: dict[tuple[str, dtypes.dtype], np.ndarray] = {}
        start = file.tell()
        head = file.read(4)
        file.seek(start)
        if not head:
            raise EOFError("Ran out of input")
        if head != b"PK\x03\x04":
            if head[:1] == b"\x80":
                raise NotImplementedError(_LEGACY.format("the pickles before it"))
            raise refused(f"invalid load key, '{chr(head[0])}'.")
        try:
            self.zip = zipfile.ZipFile(file if not start else io.BytesIO(file.read()))
            names = self.zip.namelist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise RuntimeError(f"PytorchStreamReader failed reading zip archive: {error}") from None
        self.folder = names[0].partition("/")[0] if names else ""
        self.sizes = {info.filename: info for info in self.zip.infolist()}
        if f"{self.folder}/constants.pkl" in self.sizes:
            raise NotImplementedError(_LEGACY.format("TorchScript archives"))
        order = self.record("byteorder").decode("ascii", "replace") if self.has("byteorder") else "little"
        if order not in ("little", "big"):
            raise ValueError("Unknown endianness type: " + order)
        self.swapped = order != sys.byteorder

    def has(self, name: str) -> bool:
        return f"{self.folder}/{name}" in self.sizes

    def record(self, name: str) -> bytearray:
        if not self.has(name):
            raise RuntimeError(f"PytorchStreamReader failed locating file {name}: file not found")
        info = self.sizes[f"{self.folder}/{name}"]
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            raise RuntimeError(f"PytorchStreamReader failed reading file {name}: it is compressed or encrypted")
        try:
            with self.zip.open(info) as record:
                data = bytearray(record.read())
        except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise RuntimeError(f"PytorchStreamReader failed reading file {name}: {error}") from None
        if len(data) != info.file_size:
            raise RuntimeError(f"PytorchStreamReader failed reading file {name}: file read failed")
        return data

    def storage(self, pid: Any) -> tuple[np.ndarray, dtypes.dtype | None]:
        """The memory that a persistent id names, and its dtype (None where the file has it as mere bytes)."""
        if not (isinstance(pid, tuple) and len(pid) == 5 and pid[0] == "storage" and isinstance(pid[1], Global)):
            raise refused("a persistent id that names no storage")
        _, kind, key, location, count = pid
        if not (isinstance(key, str) and isinstance(location, str) and type(count) is int and count >= 0):
            raise refused("a persistent id that names no storage")
        if kind.name not in STORAGES and kind.name != "UntypedStorage":
            raise refused(f"a storage of type {kind}")
        dtype = STORAGES.get(kind.name)
        self._check_location(location)
        found = (key, dtype or dtypes.uint8)
        if found not in self.storages:
            data = self._mapped(key) if self.path is not None and dtype is not dtypes.bfloat16 else self.record(f"data/{key}")
            if len(data) != count * found[1].itemsize:
                raise RuntimeError(f"storage {key} has {len(data)} bytes, not {count} elements of {found[1]}")
            self.storages[found] = decoded(data, found[1], self.swapped)
        return self.storages[found], dtype

    def _check_location(self, location: str) -> None:
        target = self.location(location)
        if target.startswith("cuda"):
            raise RuntimeError(_NO_CUDA)
        if target != "cpu":
            raise RuntimeError(f"don't know how to restore data location of torch.storage.UntypedStorage (tagged with {target})")

    def _mapped(self, key: str) -> np.ndarray:
        """The record as memory that is read when it is used, and copied where it is written."""
        name = f"data/{key}"
        if not self.has(name):
            raise RuntimeError(f"PytorchStreamReader failed locating file {name}: file not found")
        info = self.sizes[f"{self.folder}/{name}"]
        assert self.path is not None
        with open(self.path, "rb") as file:
            file.seek(info.header_offset + 26)
            names, extra = np.frombuffer(file.read(4), "<u2")
        start = info.header_offset + 30 + int(names) + int(extra)
        if info.compress_type != zipfile.ZIP_STORED or start + info.file_size > os.path.getsize(self.path):
            raise RuntimeError(f"PytorchStreamReader failed reading file {name}: file read failed")
        if not info.file_size:
            return np.empty(0, np.uint8)
        return np.memmap(self.path, np.uint8, "c", start, (info.file_size,)).view(np.ndarray)
