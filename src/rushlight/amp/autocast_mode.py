"""`torch.autocast`: products and convolutions in 16 bits, losses in float32, see `ops.support.casting`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import partial, wraps
from typing import Any, Literal

import numpy as np

from ..arrays import dtypes
from ..arrays.types import device
from ..core.tensor import Tensor
from ..ops.support.casting import AUTOCAST

__all__ = ["autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]

#: Devices that torch knows autocast of, with the dtype that it takes where none is said. Only the CPU's is ever on.
_DTYPES: dict[str, Any] = {
    "cpu": dtypes.bfloat16, "cuda": dtypes.float16, "xpu": dtypes.float16, "hpu": dtypes.bfloat16, "ipu": dtypes.float16,
    "xla": dtypes.bfloat16, "mps": dtypes.float16, "mtia": dtypes.float16, "maia": dtypes.bfloat16,
}  # fmt: skip


def is_autocast_available(device_type: str) -> bool:
    """Whether autocast knows devices of this type.

    >>> torch.amp.is_autocast_available("cpu")
    True
    """
    return device(device_type).type in _DTYPES


def is_autocast_enabled(device_type: str = "cuda") -> bool:
    """Whether autocast is on in this thread. Only that of the CPU can be."""
    return device_type == "cpu" and AUTOCAST.enabled


def set_autocast_enabled(device_type: str, enabled: bool) -> None:
    """Turns autocast on or off in this thread. For devices that are not there, it changes nothing."""
    if device_type == "cpu":
        AUTOCAST.enable(bool(enabled))


def get_autocast_dtype(device_type: str) -> Any:
    """The dtype in which products are computed while autocast is on."""
    kind = device(device_type).type
    if kind not in _DTYPES:
        raise RuntimeError("unsupported scalarType")
    return AUTOCAST.dtype if kind == "cpu" else _DTYPES[kind]


def set_autocast_dtype(device_type: str, dtype: Any) -> None:
    """Chooses the dtype in which products are computed, in this thread."""
    if device_type == "cpu":
        AUTOCAST.dtype = dtype


def autocast_increment_nesting() -> int:
    """Enters a region, as far as kept casts are concerned; the number of regions entered."""
    AUTOCAST.depth += 1
    return AUTOCAST.depth


def autocast_decrement_nesting() -> int:
    """Leaves a region, as far as kept casts are concerned; the number of regions that are left."""
    AUTOCAST.depth -= 1
    return AUTOCAST.depth


def is_autocast_cpu_enabled() -> bool:
    """Whether autocast is on in this thread."""
    return is_autocast_enabled("cpu")


def set_autocast_cpu_enabled(enabled: bool) -> None:
    """Turns autocast on or off in this thread."""
    set_autocast_enabled("cpu", enabled)


def get_autocast_cpu_dtype() -> Any:
    """The dtype in which products are computed while autocast is on."""
    return get_autocast_dtype("cpu")


def set_autocast_cpu_dtype(dtype: Any) -> None:
    """Chooses the dtype in which products are computed, in this thread."""
    set_autocast_dtype("cpu", dtype)


def get_autocast_gpu_dtype() -> Any:
    """The dtype in which CUDA would compute products: torch.float16."""
    return get_autocast_dtype("cuda")


def is_autocast_cache_enabled() -> bool:
    """Whether casts of parameters are kept until the outermost region ends."""
    return AUTOCAST.keeps_casts


def set_autocast_cache_enabled(enabled: bool) -> None:
    """Whether casts of parameters are to be kept until the outermost region ends."""
    AUTOCAST.keeps_casts = bool(enabled)


def clear_autocast_cache() -> None:
    """Forgets the casts of parameters that were kept."""
    AUTOCAST.casts.clear()


class autocast:
    """A region in which operations choose the dtype that they compute in; also a decorator.

    Products of matrices, linear layers, convolutions and attention run in `dtype`; losses, decompositions and Fourier
    transforms of 16-bit tensors in float32; everything else in the dtype of its arguments. float64 is left alone.
    Backward belongs outside the region.

    Args:
        device_type: "cpu". For "cuda", where there is none, there is a warning and nothing happens, as in PyTorch.
        dtype: torch.bfloat16 (for the CPU if None) or torch.float16.
        enabled: False for a region inside another in which autocast is off.
        cache_enabled: whether parameters are cast once for the whole region; as around it if None.

    Raises:
        RuntimeError: for a device that has no autocast.
        ValueError: for a `device_type` that is not a string.

    Example::

        >>> with torch.autocast("cpu"):
        ...     y = torch.ones(2, 2) @ torch.ones(2, 2)
        >>> y.dtype
        torch.bfloat16
    """

    def __init__(self, device_type: str, dtype: Any = None, enabled: bool = True, cache_enabled: bool | None = None) -> None:
        if not isinstance(device_type, str):
            raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
        self.fast_dtype = get_autocast_dtype(device_type) if dtype is None else dtype
        self.device = device_type
        if not is_autocast_available(device_type):
            raise RuntimeError(f"User specified an unsupported autocast device_type '{device_type}'")
        self._cache_enabled = AUTOCAST.keeps_casts if cache_enabled is None else cache_enabled
        if enabled and device_type == "cuda":
            warnings.warn("CUDA is not available or torch_xla is imported. Disabling autocast.", stacklevel=2)
            enabled = False
        elif enabled and self.fast_dtype not in (dtypes.bfloat16, dtypes.float16):
            name = device_type.upper()
            warnings.warn(
                f"In {name} autocast, but the target dtype is not supported. Disabling autocast.\n{name} Autocast only "
                "supports dtypes of torch.bfloat16, torch.float16 currently.",
                stacklevel=2,
            )
            enabled = False
        self._enabled = enabled
        self._before: list[tuple[bool, Any, bool]] = []

    def __enter__(self) -> autocast:
        self._before.append((is_autocast_enabled(self.device), get_autocast_dtype(self.device), AUTOCAST.keeps_casts))
        set_autocast_enabled(self.device, self._enabled)
        set_autocast_dtype(self.device, self.fast_dtype)
        AUTOCAST.keeps_casts = self._cache_enabled
        autocast_increment_nesting()
        return self

    def __exit__(self, *exception: Any) -> Literal[False]:
        if not autocast_decrement_nesting():
            clear_autocast_cache()
        enabled, dtype, AUTOCAST.keeps_casts = self._before.pop()
        set_autocast_enabled(self.device, enabled)
        set_autocast_dtype(self.device, dtype)
        return False

    def __call__(self, func: Callable[..., Any]) -> Callable[..., Any]:
        if not callable(func):
            raise TypeError(
                f"autocast()(func) requires a callable, but got {type(func).__name__}. Did you mean to use autocast as a "
                "context manager? For example:\n    with torch.autocast(device_type=...):\n        output = model(input)"
            )

        @wraps(func)
        def decorated(*args: Any, **kwargs: Any) -> Any:
            with self:
                return func(*args, **kwargs)

        return decorated


def _cast(value: Any, device_type: str, dtype: Any) -> Any:
    """`value` with every tensor of floats in it cast, float64 excepted."""
    if isinstance(value, Tensor):
        cast = value.is_floating_point() and value.device.type == device_type and value.dtype is not dtypes.float64
        return value.to(dtype) if cast else value
    if isinstance(value, (str, bytes, np.ndarray)):
        return value
    if isinstance(value, Mapping):
        return {_cast(k, device_type, dtype): _cast(v, device_type, dtype) for k, v in value.items()}
    if isinstance(value, Iterable):
        cast_all = (_cast(v, device_type, dtype) for v in value)
        return type(value)(cast_all) if isinstance(value, (list, tuple)) else cast_all  # type: ignore[call-arg]
    return value


def custom_fwd(fwd: Any = None, *, device_type: str, cast_inputs: Any = None) -> Any:
    """Decorates the forward of a `torch.autograd.Function` for use under autocast.

    Args:
        device_type: "cpu", or another device.
        cast_inputs: under autocast, tensors of floats are cast to this dtype, and forward runs without autocast. If None,
            forward runs as its surroundings do.

    Example::

        >>> class Scale(torch.autograd.Function):
        ...     @staticmethod
        ...     @torch.amp.custom_fwd(device_type="cpu", cast_inputs=torch.float32)
        ...     def forward(ctx, x):
        ...         return x * 2
        ...     @staticmethod
        ...     @torch.amp.custom_bwd(device_type="cpu")
        ...     def backward(ctx, g):
        ...         return g * 2
        >>> with torch.autocast("cpu"):
        ...     Scale.apply(torch.ones(1, dtype=torch.bfloat16)).dtype
        torch.float32
    """
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    if fwd is None:
        return partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @wraps(fwd)
    def forward(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        ctx._dtype = get_autocast_dtype(device_type)
        enabled = is_autocast_enabled(device_type)
        ctx._fwd_used_autocast = enabled and cast_inputs is None
        if not enabled or cast_inputs is None:
            return fwd(ctx, *args, **kwargs)
        with autocast(device_type, enabled=False):
            return fwd(ctx, *_cast(args, device_type, cast_inputs), **_cast(kwargs, device_type, cast_inputs))

    return forward


def custom_bwd(bwd: Any = None, *, device_type: str) -> Any:
    """Decorates the backward of a `torch.autograd.Function`: it runs under autocast if its forward did; see `custom_fwd`."""
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    if bwd is None:
        return partial(custom_bwd, device_type=device_type)

    @wraps(bwd)
    def backward(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        with autocast(device_type, enabled=ctx._fwd_used_autocast, dtype=ctx._dtype):
            return bwd(ctx, *args, **kwargs)

    return backward
