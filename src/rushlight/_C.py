"""The few names of ``torch._C`` that programs write: those that say whether overrides are listened to."""

from __future__ import annotations

from ._torch_function import DisableTorchFunction, DisableTorchFunctionSubclass
from ._torch_function import disabled as _disabled_torch_function_impl
from ._torch_function import no_dispatch as _disabled_torch_dispatch_impl
from .core.tensor import Tensor

_TensorMeta = type(Tensor)

__all__ = [
    "DisableTorchFunction", "DisableTorchFunctionSubclass", "_TensorMeta", "_disabled_torch_dispatch_impl",
    "_disabled_torch_function_impl",
]  # fmt: skip
