"""torch.linalg: functions of matrices, and of stacks of matrices in the last two dimensions."""

from __future__ import annotations

from .ops.linalg.checks import LinAlgError
from .ops.linalg.spectral import eig, eigh, eigvals, eigvalsh
from .ops.linalg.spectral import linalg_svd as svd
from .ops.linalg.spectral import linalg_svdvals as svdvals

__all__ = ["LinAlgError", "eig", "eigh", "eigvals", "eigvalsh", "svd", "svdvals"]
