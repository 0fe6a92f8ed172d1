"""torch.xpu: there is none."""

from .cuda import device_count, empty_cache, is_available, is_initialized, manual_seed, manual_seed_all, seed, seed_all

__all__ = [
    "device_count", "empty_cache", "is_available", "is_initialized", "manual_seed", "manual_seed_all", "seed", "seed_all",
]  # fmt: skip
