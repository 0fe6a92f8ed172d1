"""torch.cuda: there is none. Programs that ask whether there is one learn it; what needs one raises as in PyTorch's CPU build."""

from __future__ import annotations

from typing import Any, NoReturn

from . import amp

__all__ = [
    "amp", "current_device", "current_stream", "device_count", "empty_cache", "get_arch_list", "get_device_capability",
    "get_device_name", "get_device_properties", "get_rng_state", "get_rng_state_all", "init", "initial_seed",
    "is_available", "is_bf16_supported", "is_initialized", "manual_seed", "manual_seed_all", "max_memory_allocated",
    "max_memory_reserved", "mem_get_info", "memory_allocated", "memory_reserved", "seed", "seed_all", "set_rng_state_all",
    "synchronize",
]  # fmt: skip


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


def _lacking(*args: Any, **kwargs: Any) -> NoReturn:
    """Raises AssertionError: there is no CUDA."""
    raise AssertionError("Torch not compiled with CUDA enabled")


manual_seed_all, seed_all = manual_seed, seed
max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated
current_device = current_stream = get_device_capability = get_device_name = get_device_properties = _lacking
get_rng_state = init = initial_seed = mem_get_info = synchronize = _lacking
