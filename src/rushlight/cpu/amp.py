"""torch.cpu.amp: deprecated names of what `torch.amp` has, for "cpu"."""

from __future__ import annotations

from ..amp.deprecated import classes_of
from ..arrays import dtypes

__all__ = ["GradScaler", "autocast"]

autocast, GradScaler = classes_of("cpu", dtypes.bfloat16)
