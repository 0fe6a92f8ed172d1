"""What a program may ask of the process it runs in, and set: threads, deterministic algorithms, precision.

Every computation here is deterministic and in full precision, whatever is set; the settings are kept for programs that
read them. The number of threads is that of `arrays.threads`, for large tensors.
"""

from __future__ import annotations

import os
from importlib import import_module
from itertools import pairwise
from typing import Any

from ...arrays import threads, types
from ...arrays.types import memory_format
from ...core.tensor import Tensor
from ...core.views import alias
from ..support.arguments import check_tensor
from ..support.attach import functions, methods
from ..support.options import type_name, warn_user

__all__ = [
    "AcceleratorError", "OutOfMemoryError", "are_deterministic_algorithms_enabled", "as_strided_", "detach",
    "detach_", "get_deterministic_debug_mode", "get_device", "get_device_module", "get_float32_matmul_precision",
    "get_num_interop_threads", "get_num_threads", "is_anomaly_check_nan_enabled", "is_anomaly_enabled",
    "is_deterministic_algorithms_warn_only_enabled", "is_distributed", "is_vulkan_available", "set_anomaly_enabled",
    "set_deterministic_debug_mode", "set_float32_matmul_precision", "set_flush_denormal", "set_num_interop_threads",
    "set_num_threads", "typename", "use_deterministic_algorithms",
]  # fmt: skip


class OutOfMemoryError(RuntimeError):
    """An accelerator has no memory left. Nothing here raises it; programs name it in ``except``."""

    __module__ = "torch"


class AcceleratorError(RuntimeError):
    """An accelerator has failed. Nothing here raises it."""

    __module__ = "torch"


class _Settings:
    interop_threads = os.cpu_count() or 1
    deterministic = 0
    precision = "highest"


# Threads.


def get_num_threads() -> int:
    """How many threads compute large tensors: at first OMP_NUM_THREADS, or as many as there are processors."""
    return threads.get_number()


def get_num_interop_threads() -> int:
    """As `get_num_threads`, for operations side by side."""
    return _Settings.interop_threads


def _threads(name: str, number: Any) -> int:
    if isinstance(number, bool) or not isinstance(number, int):
        raise RuntimeError(f"{name} expects an int, but got {type(number).__name__}")
    if number <= 0:
        raise RuntimeError(f"{name} expects a positive integer")
    return number


def set_num_threads(number: int, /) -> None:
    """Has large tensors computed on so many threads; linear algebra too, where NumPy brings OpenBLAS.

    Elementwise results and sums do not depend on the number. Raises RuntimeError for what is no positive integer.
    """
    threads.set_number(_threads("set_num_threads", number))


def set_num_interop_threads(number: int, /) -> None:
    """As `set_num_threads`, for operations side by side."""
    _Settings.interop_threads = _threads("set_num_interop_threads", number)


# Deterministic algorithms.

_MODES = {"default": 0, "warn": 1, "error": 2}


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Asks for algorithms that give the same result every time: all here do."""
    if not isinstance(mode, bool):
        raise TypeError(
            f"_set_deterministic_algorithms(): argument 'mode' (position 1) must be bool, not {type_name(mode)}"
        )
    _Settings.deterministic = 0 if not mode else 1 if warn_only else 2


def are_deterministic_algorithms_enabled() -> bool:
    """Whether `use_deterministic_algorithms` was asked for."""
    return _Settings.deterministic > 0


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether other algorithms are only to be warned of."""
    return _Settings.deterministic == 1


def get_deterministic_debug_mode() -> int:
    """0: any algorithm; 1: a warning of those that are not deterministic; 2: an error."""
    return _Settings.deterministic


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """Sets the mode by number or name: 0 "default", 1 "warn", 2 "error". Raises RuntimeError for another."""
    if not isinstance(debug_mode, (int, str)):
        raise TypeError(f"debug_mode must be str or int, but got {type(debug_mode)}")
    if isinstance(debug_mode, str):
        if debug_mode not in _MODES:
            raise RuntimeError(
                f"invalid value of debug_mode, expected one of `default`, `warn`, `error`, but got {debug_mode}"
            )
        debug_mode = _MODES[debug_mode]
    if debug_mode not in (0, 1, 2):
        raise RuntimeError(f"invalid value of debug_mode, expected 0, 1, or 2, but got {debug_mode}")
    _Settings.deterministic = debug_mode


# Precision.


def get_float32_matmul_precision() -> str:
    """The precision that was set for products of float32 matrices."""
    return _Settings.precision


def set_float32_matmul_precision(precision: str) -> None:
    """Keeps "highest", "high" or "medium"; products are computed in float32 whichever it is."""
    if precision in ("highest", "high", "medium"):
        _Settings.precision = precision
    else:
        warn_user(
            f"{precision} is not one of 'highest', 'high', or 'medium'; the currentsetFloat32MatmulPrecision call has no "
            "effect."
        )


def set_flush_denormal(mode: bool) -> bool:
    """Whether denormal numbers can be treated so: they can be kept (True), not flushed to zero (False)."""
    return not mode


# Anomaly mode, under its older names.


def is_anomaly_enabled() -> bool:
    """Whether anomaly mode is on."""
    from ...autograd import anomaly_mode

    return anomaly_mode.is_anomaly_enabled()


def is_anomaly_check_nan_enabled() -> bool:
    """Whether anomaly mode looks for NaN when it is on."""
    from ...autograd import anomaly_mode

    return anomaly_mode.is_anomaly_check_nan_enabled()


def set_anomaly_enabled(mode: bool, check_nan: bool = True) -> None:
    """Turns anomaly mode on or off."""
    from ...autograd import anomaly_mode

    anomaly_mode.set_detect_anomaly(mode, check_nan)


# Tensors.


def typename(obj: Any, /) -> str:
    """The type of an object as torch calls it: of a tensor with its dtype."""
    if isinstance(obj, Tensor):
        return obj.type()  # type: ignore[attr-defined]
    kind = obj if isinstance(obj, type) or hasattr(obj, "__qualname__") else type(obj)
    module = getattr(kind, "__module__", None) or ""
    return kind.__qualname__ if module in ("", "builtins") else f"{module}.{kind.__qualname__}".replace("rushlight", "torch", 1)


def get_device(input: Tensor) -> int:
    """The number of the device of `input`: -1, the CPU."""
    check_tensor("get_device", input)
    return -1


def is_distributed(input: Tensor) -> bool:
    """Whether `input` is spread over several processes: it never is."""
    check_tensor("is_distributed", input)
    return False


def detach(input: Tensor) -> Tensor:
    """``input.detach()``."""
    check_tensor("detach", input)
    return input.detach()


def is_vulkan_available() -> bool:
    """False."""
    return False


def get_device_module(device: Any = None) -> Any:
    """The module of a device's name: `torch.cpu` by default. Raises RuntimeError for what is no device."""
    kind = "cpu" if device is None else types.device(device).type
    try:
        return import_module(f"{__package__.partition('.')[0]}.{kind}")
    except ModuleNotFoundError:
        raise RuntimeError(f"Device '{kind}' does not have a corresponding module registered as 'torch.{kind}'.") from None


detach_, as_strided_ = functions("detach_", "as_strided_")


def _to_dense(self: Tensor, dtype: Any = None, *, masked_grad: bool | None = None) -> Tensor:
    """The tensor itself: it is dense."""
    return alias(self) if dtype is None else self.to(dtype)  # type: ignore[attr-defined]


def _of_sparse(name: str, kind: str) -> Any:
    def method(self: Tensor) -> Any:
        raise RuntimeError(f"{name} expected sparse {kind} layout but got Strided")

    method.__name__ = method.__qualname__ = name
    return method


def _dim_order(self: Tensor, *, ambiguity_check: bool | list[memory_format] = False) -> tuple[int, ...]:
    """The dimensions by falling stride: in the order in which memory goes through them.

    RuntimeError where another order is as good: with `ambiguity_check` True, or with a list of memory formats, unless
    exactly one of them fits. TypeError for any other value of it.
    """
    formats = ambiguity_check if isinstance(ambiguity_check, list) else []
    if not isinstance(ambiguity_check, (bool, list)) or not all(isinstance(f, memory_format) for f in formats):
        raise TypeError("The ambiguity_check argument must be a bool or a list of memory formats.")
    strides = self.stride()  # type: ignore[attr-defined]
    ambiguous = ambiguity_check is not False and (1 in self.shape or any(a == b for a, b in pairwise(strides)))
    if ambiguous and sum([self.is_contiguous(memory_format=f) for f in formats]) != 1:  # type: ignore[attr-defined]
        raise RuntimeError(
            "The tensor does not have unique dim order, or cannot map to exact one of the given memory formats."
        )
    return tuple(sorted(range(self.ndim), key=lambda d: -strides[d]))


def _pin_memory(self: Tensor, device: Any = None) -> Tensor:
    raise RuntimeError("Cannot access accelerator device when none is available.")


def _is_all_true(self: Tensor) -> Tensor:
    """Whether all elements of a tensor of bool are true."""
    return self.all()  # type: ignore[attr-defined]


def _is_any_true(self: Tensor) -> Tensor:
    """Whether an element of a tensor of bool is true."""
    return self.any()  # type: ignore[attr-defined]


methods(
    is_distributed=is_distributed, to_dense=_to_dense, coalesce=_of_sparse("coalesce", "coordinate tensor"),
    is_coalesced=_of_sparse("is_coalesced", "coordinate tensor"), indices=_of_sparse("indices", "coordinate tensor"),
    values=_of_sparse("values", "tensor"), dim_order=_dim_order, pin_memory=_pin_memory,
    _is_all_true=_is_all_true, _is_any_true=_is_any_true,
)  # fmt: skip
