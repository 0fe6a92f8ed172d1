"""DLPack capsules by hand: `to_dlpack` and `from_dlpack`."""

from __future__ import annotations

from typing import Any

from ..core.tensor import Tensor
from ..ops import from_dlpack as _from_dlpack

__all__ = ["from_dlpack", "to_dlpack"]


def to_dlpack(tensor: Tensor) -> Any:
    """A DLPack capsule that shares the tensor's memory. It can be consumed once."""
    return tensor.__dlpack__()  # type: ignore[attr-defined]


class _Exporter:
    """Offers a bare capsule as the object that it came from would."""

    def __init__(self, capsule: Any) -> None:
        self.capsule = capsule

    def __dlpack__(self, **keywords: Any) -> Any:
        return self.capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0


def from_dlpack(ext_tensor: Any) -> Tensor:
    """A tensor on the memory of an object with ``__dlpack__``, or of a DLPack capsule."""
    capsule = type(ext_tensor).__name__ == "PyCapsule"
    return _from_dlpack(_Exporter(ext_tensor) if capsule else ext_tensor)
