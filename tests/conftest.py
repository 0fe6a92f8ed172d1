"""Property-based tests draw the same examples every time, so that a test that passes here passes there.

HYPOTHESIS_PROFILE=explore looks further: new examples on every run.
"""

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
