"""Property-based tests draw the same examples every time, so that a test that passes here passes there.

HYPOTHESIS_PROFILE=explore looks further: new examples on every run.
"""

import gc
import os

import pytest
from hypothesis import settings

from rushlight.arrays import threads

settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture(params=[1, 2, 5])
def number_of_threads(request):
    """Large tensors are computed by so many threads."""
    before = threads.get_number()
    threads.set_number(request.param)
    yield request.param
    threads.set_number(before)


@pytest.fixture
def no_collector():
    """What is dropped is gone by its reference count alone."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()
