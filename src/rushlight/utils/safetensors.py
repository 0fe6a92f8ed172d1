"""Checkpoints in the safetensors format, with the functions of ``safetensors.torch``. Needs the package safetensors.

    pip install 'rushlight[safetensors]'

>>> import rushlight as torch
>>> from rushlight.utils.safetensors import load, save
>>> load(save({"w": torch.ones(2)}))
{'w': tensor([1., 1.])}
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ..arrays import dtypes, types
from ..core.tensor import Tensor, wrap
from ..serialization.format import decoded, encoded

__all__ = ["load", "load_file", "save", "save_file"]

_FORMAT_OF = {
    dtypes.float64: "F64", dtypes.float32: "F32", dtypes.float16: "F16", dtypes.bfloat16: "BF16", dtypes.int64: "I64",
    dtypes.int32: "I32", dtypes.int16: "I16", dtypes.int8: "I8", dtypes.uint8: "U8", dtypes.bool_: "BOOL",
    dtypes.uint16: "U16", dtypes.uint32: "U32", dtypes.uint64: "U64", dtypes.complex64: "C64",
}  # fmt: skip
_DTYPE_OF = {name: dtype for dtype, name in _FORMAT_OF.items()}


def save(tensors: dict[str, Tensor], metadata: dict[str, str] | None = None) -> bytes:
    """`tensors`, by name, as the bytes of a file.

    Raises ValueError for what is no dict of tensors, RuntimeError for tensors that share memory: the format has no
    way to say that they do.
    """
    specs, kept = _specs(tensors)
    data = bytes(_package().serialize(specs, metadata=metadata))
    del kept  # the specs only point at this memory
    return data


def save_file(tensors: dict[str, Tensor], filename: str | os.PathLike[str], metadata: dict[str, str] | None = None) -> None:
    """`save`, into a file."""
    specs, kept = _specs(tensors)
    _package().serialize_file(specs, os.fspath(filename), metadata=metadata)
    del kept


def load(data: bytes) -> dict[str, Tensor]:
    """The tensors in the bytes of a file, by name. Raises safetensors.SafetensorError for bytes that are none."""
    found = {}
    for name, entry in _package().deserialize(data):
        if entry["dtype"] not in _DTYPE_OF:
            raise NotImplementedError(f"{name}: tensors of type {entry['dtype']} are not supported")
        dtype = _DTYPE_OF[entry["dtype"]]
        flat = decoded(bytearray(entry["data"]), dtype, swapped=False)
        found[name] = wrap(dtypes.cast(flat.reshape(entry["shape"]), dtype))
    return found


def load_file(filename: str | os.PathLike[str], device: Any = "cpu") -> dict[str, Tensor]:
    """The tensors in a file, by name."""
    if types.device(device).type != "cpu":
        raise NotImplementedError(f"there is no device {device} here")
    with open(filename, "rb") as file:
        return load(file.read())


def _package() -> Any:
    try:
        import safetensors
    except ImportError as error:
        raise ImportError("the safetensors format needs the package: pip install 'rushlight[safetensors]'") from error
    return safetensors


def _specs(tensors: Any) -> tuple[dict[str, Any], list[Any]]:
    """What the package wants to know of each tensor, and the memory that this points at."""
    if not isinstance(tensors, dict):
        raise ValueError(f"Expected a dict of [str, torch.Tensor] but received {type(tensors)}")
    wrong = [name for name, x in tensors.items() if not isinstance(x, Tensor)]
    if wrong:
        raise ValueError(f"Key `{wrong[0]}` is invalid, expected torch.Tensor but received {type(tensors[wrong[0]])}")
    _check_apart(tensors)
    specs, kept = {}, []
    for name, x in tensors.items():
        if x.dtype not in _FORMAT_OF:
            raise NotImplementedError(f"{name}: the safetensors format has no {x.dtype}")
        memory = np.frombuffer(bytes(encoded(np.ascontiguousarray(x._data), x.dtype)), np.uint8)
        kept.append(memory)
        specs[name] = _package().TensorSpec(
            dtype=x.dtype.name, shape=list(x.shape), data_ptr=memory.ctypes.data, data_len=memory.nbytes
        )
    return specs, kept


def _check_apart(tensors: dict[str, Tensor]) -> None:
    names = list(tensors)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            a, b = tensors[first]._data, tensors[second]._data
            if isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.size and b.size and np.may_share_memory(a, b):
                raise RuntimeError(
                    f"Some tensors share memory, this will lead to duplicate memory on disk and potential differences when "
                    f"loading them again: [{ {first, second} }]"
                )
