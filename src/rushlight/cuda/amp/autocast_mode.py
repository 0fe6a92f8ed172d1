"""torch.cuda.amp.autocast and the decorators of custom Functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ... import amp
from ...amp.deprecated import autocast_of, deprecated
from ...arrays import dtypes

__all__ = ["autocast", "custom_bwd", "custom_fwd"]

autocast = autocast_of("cuda", dtypes.float16)


def custom_fwd(fwd: Any = None, *, cast_inputs: Any = None) -> Callable[..., Any]:
    """`torch.amp.custom_fwd` for "cuda"."""
    deprecated("cuda.amp.custom_fwd", "custom_fwd(args..., device_type='cuda')")
    decorated: Callable[..., Any] = amp.custom_fwd(fwd, device_type="cuda", cast_inputs=cast_inputs)
    return decorated


def custom_bwd(bwd: Any) -> Callable[..., Any]:
    """`torch.amp.custom_bwd` for "cuda"."""
    deprecated("cuda.amp.custom_bwd", "custom_bwd(args..., device_type='cuda')")
    decorated: Callable[..., Any] = amp.custom_bwd(bwd, device_type="cuda")
    return decorated
