"""torch.backends.mps: there is none."""

__all__ = ["is_available", "is_built"]


def is_built() -> bool:
    """False."""
    return False


def is_available() -> bool:
    """False."""
    return False
