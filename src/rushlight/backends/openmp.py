"""torch.backends.openmp: not used here; NumPy and SciPy bring their own libraries."""

__all__ = ["is_available"]


def is_available() -> bool:
    """False."""
    return False
