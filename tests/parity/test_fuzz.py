"""Random calls, the same ones each time, give the same results, gradients and errors: see `parity.fuzz`."""

import pytest

pytest.importorskip("torch")
from parity.fuzz import problems
from parity.fuzzed import FAMILIES

CALLS = 100


@pytest.mark.parametrize("family", FAMILIES)
def test_random_calls(family):
    found = list(problems(family, CALLS))
    assert not found, "\n".join(found)
