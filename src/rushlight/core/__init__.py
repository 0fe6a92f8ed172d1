"""The whole idea: operations, tensors, nodes and the engine that differentiates them."""

from __future__ import annotations

import warnings

# NumPy's floating-point warnings inside rushlight are silenced by module: torch has none, and an errstate block
# around every operation would cost as much as the operation. See `op.quietly` for programs that reset the filters.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"rushlight\.")

from ..arrays import dtypes  # noqa: E402
from .declare import elementwise, op  # noqa: E402
from .modes import is_grad_enabled, is_inference_mode_enabled  # noqa: E402
from .node import Node  # noqa: E402
from .tensor import Tensor  # noqa: E402

__all__ = [
    "Node", "Tensor", "dtypes", "elementwise", "is_grad_enabled", "is_inference_mode_enabled", "op",
]  # fmt: skip
