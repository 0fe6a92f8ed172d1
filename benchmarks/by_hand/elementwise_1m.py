"""The same on a million numbers."""

from .elementwise_10k import setup as setup_10k


def setup():
    return setup_10k(1_000_000)
