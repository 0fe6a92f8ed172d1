"""Every operation that PyTorch describes, under both packages: see `parity.op_db`."""

import itertools

import pytest

pytest.importorskip("torch")
pytest.importorskip("expecttest", reason="PyTorch's description of its operations needs it")
from parity.exceptions import OPERATIONS
from parity.op_db import ENTRIES, problems


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(set(ENTRIES) - set(OPERATIONS)))
def test_as_described(name):
    found = list(itertools.islice(problems(name), 10))
    assert not found, "\n".join(found)


def test_exceptions_are_exceptions():
    """What is listed as an exception is an entry, and gives a reason."""
    assert set(OPERATIONS) <= set(ENTRIES)
    assert all(OPERATIONS.values())
