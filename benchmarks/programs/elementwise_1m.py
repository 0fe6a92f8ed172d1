"""Elementwise operations on 1,000,000 numbers, forward and backward."""

from functools import partial

from .elementwise_10k import setup as setup_of_size

setup = partial(setup_of_size, 1_000_000)
