"""torch.backends.opt_einsum: `torch.einsum` contracts from left to right, as PyTorch does without opt_einsum."""

from __future__ import annotations

__all__ = ["enabled", "get_opt_einsum", "is_available", "strategy"]

enabled = False
strategy: str | None = None


def is_available() -> bool:
    """False."""
    return False


def get_opt_einsum() -> None:
    """None: the library is not used."""
