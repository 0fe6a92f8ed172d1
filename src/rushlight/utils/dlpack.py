"""DLPack capsules by hand: `to_dlpack` and `from_dlpack`."""

from __future__ import annotations

from ..ops import from_dlpack, to_dlpack

__all__ = ["from_dlpack", "to_dlpack"]
