"""torch.linalg: functions of matrices, and of stacks of matrices in the last two dimensions."""

from __future__ import annotations

from .ops.linalg.checks import LinAlgError

__all__ = ["LinAlgError"]
