"""torch.mps: there is none."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["device_count", "empty_cache", "is_available", "manual_seed", "seed", "synchronize"]


def is_available() -> bool:
    """False."""
    return False


def device_count() -> int:
    """0."""
    return 0


def manual_seed(seed: int) -> None:
    """Does nothing: there is no generator to be seeded."""
    int(seed)


def seed() -> None:
    """Does nothing."""


def empty_cache() -> NoReturn:
    """Raises RuntimeError."""
    raise RuntimeError("Cannot execute emptyCache() without MPS backend.")


def synchronize() -> NoReturn:
    """Raises RuntimeError."""
    raise RuntimeError("Cannot execute deviceSynchronize() without MPS backend.")
