"""torch.cuda: there is none. Programs that ask whether there is one learn it; what needs one raises as in PyTorch's CPU build."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from typing import Any, NoReturn

from ..arrays import types
from ..ops.language.legacy import TENSOR_TYPES
from ..ops.language.runtime import OutOfMemoryError
from . import amp
from .streams import Event, Stream, StreamContext, stream

__all__ = [
    "Event", "OutOfMemoryError", "Stream", "StreamContext", "amp", "can_device_access_peer", "current_blas_handle",
    "current_device", "current_stream", "default_generators", "default_stream", "device", "device_count", "device_of",
    "empty_cache", "get_arch_list", "get_device_capability", "get_device_name", "get_device_properties", "get_gencode_flags",
    "get_rng_state", "get_rng_state_all", "get_sync_debug_mode", "has_half", "has_magma", "init", "initial_seed",
    "ipc_collect", "is_available", "is_bf16_supported", "is_initialized", "is_tf32_supported", "manual_seed",
    "manual_seed_all", "max_memory_allocated", "max_memory_cached", "max_memory_reserved", "mem_get_info",
    "memory_allocated", "memory_cached", "memory_reserved", "memory_stats", "reset_max_memory_allocated",
    "reset_max_memory_cached", "reset_peak_memory_stats", "seed", "seed_all", "set_device",
    "set_per_process_memory_fraction", "set_rng_state", "set_rng_state_all", "set_stream", "set_sync_debug_mode", "stream",
    "synchronize",
]  # fmt: skip

has_magma, has_half = False, True
default_generators: tuple[Any, ...] = ()


def is_available() -> bool:
    """False."""
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """False."""
    return False


def is_initialized() -> bool:
    """False."""
    return False


def device_count() -> int:
    """0."""
    return 0


def get_arch_list() -> list[str]:
    """[]."""
    return []


def manual_seed(seed: int) -> None:
    """Does nothing: there is no generator to be seeded."""
    int(seed)


def seed() -> None:
    """Does nothing."""


def empty_cache() -> None:
    """Does nothing."""


def get_rng_state_all() -> list[Any]:
    """[]."""
    return []


def set_rng_state_all(new_states: Any) -> None:
    """Sets no state. Raises AssertionError for one or more."""
    for _ in new_states:
        _lacking()


def memory_allocated(device: Any = None) -> int:
    """0."""
    return 0


def memory_stats(device: Any = None) -> OrderedDict[str, Any]:
    """Empty."""
    return OrderedDict()


def _renamed(old: str, new: str) -> None:
    warnings.warn(f"`torch.cuda.{old}` has been renamed to `torch.cuda.{new}`", FutureWarning, stacklevel=3)


def memory_cached(device: Any = None) -> int:
    """`memory_reserved`, by its old name."""
    _renamed("memory_cached", "memory_reserved")
    return 0


def max_memory_cached(device: Any = None) -> int:
    """`max_memory_reserved`, by its old name."""
    _renamed("max_memory_cached", "max_memory_reserved")
    return 0


def set_rng_state(new_state: Any, device: Any = "cuda") -> None:
    """Does nothing: PyTorch keeps the state for the day when CUDA is initialised."""


def get_gencode_flags() -> str:
    """Empty."""
    return ""


is_tf32_supported = is_available


def _of_cuda(device: Any) -> int:
    """The number of a CUDA device; -1 for None, or for one without a number. Raises ValueError for another device."""
    if isinstance(device, int) or device is None:
        return -1 if device is None else device
    device = types.device(device)
    if device.type != "cuda":
        raise ValueError(f"Expected a cuda device, but got: {device}")
    return -1 if device.index is None else device.index


class device:
    """A block in which a device is the current one. Raises RuntimeError on entry for any but None and negative numbers.

    Example::

        >>> with torch.cuda.device(-1):
        ...     torch.cuda.device_count()
        0
    """

    def __init__(self, device: Any) -> None:
        self.idx, self.prev_idx = _of_cuda(device), -1

    def __enter__(self) -> None:
        if self.idx >= 0:
            raise RuntimeError("PyTorch was compiled without CUDA support")

    def __exit__(self, *exc: object) -> None:
        pass


class device_of(device):
    """A block in which the device of a tensor is the current one: none, for tensors that are on the CPU."""

    def __init__(self, obj: Any) -> None:
        super().__init__(obj.get_device() if obj.is_cuda else -1)


def set_device(device: Any) -> None:
    """Does nothing for a negative number.

    Raises AttributeError, in PyTorch's words, for a device that CUDA might have, ValueError for any other.
    """
    number = _of_cuda(device)
    if device is None or (number < 0 and not isinstance(device, int)):
        raise ValueError(f"Expected a torch.device with a specified index or an integer, but got:{device}")
    if number >= 0:
        raise AttributeError("module 'torch._C' has no attribute '_cuda_setDevice'")


def reset_peak_memory_stats(device: Any = None) -> NoReturn:
    """Raises AttributeError, in PyTorch's words."""
    raise AttributeError("module 'torch._C' has no attribute '_cuda_resetPeakMemoryStats'")


def reset_max_memory_allocated(device: Any = None) -> NoReturn:
    """`reset_peak_memory_stats`, by its old name."""
    _resets_all("reset_max_memory_allocated")
    reset_peak_memory_stats()


def reset_max_memory_cached(device: Any = None) -> NoReturn:
    """`reset_peak_memory_stats`, by its old name."""
    _resets_all("reset_max_memory_cached")
    reset_peak_memory_stats()


def _resets_all(name: str) -> None:
    warnings.warn(
        f"torch.cuda.{name} now calls torch.cuda.reset_peak_memory_stats, which resets /all/ peak memory stats.",
        FutureWarning,
        stacklevel=3,
    )


def set_stream(stream: Any) -> None:
    """Does nothing for None. Raises AssertionError for a stream: there is no CUDA."""
    if stream is not None:
        _lacking()


def _lacking(*args: Any, **kwargs: Any) -> NoReturn:
    """Raises AssertionError: there is no CUDA."""
    raise AssertionError("Torch not compiled with CUDA enabled")


manual_seed_all, seed_all = manual_seed, seed
max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated
current_device = current_stream = get_device_capability = get_device_name = get_device_properties = _lacking
can_device_access_peer = current_blas_handle = default_stream = get_sync_debug_mode = ipc_collect = _lacking
set_per_process_memory_fraction = set_sync_debug_mode = _lacking
get_rng_state = init = initial_seed = mem_get_info = synchronize = _lacking


class _TensorType(type):
    """The type of torch.cuda.FloatTensor and its like: nothing is an instance, and none can be made."""

    def __call__(cls, *args: Any, **keywords: Any) -> NoReturn:
        raise TypeError(f"type torch.cuda.{cls.__name__} not available. Torch not compiled with CUDA enabled.")

    def __repr__(cls) -> str:
        return f"<class 'torch.cuda.{cls.__name__}'>"


globals().update({name: _TensorType(name, (), {"__module__": "torch.cuda"}) for name in TENSOR_TYPES})
