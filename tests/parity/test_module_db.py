"""Every module that PyTorch describes, under both packages: see `parity.module_db`."""

import itertools

import pytest

pytest.importorskip("torch")
pytest.importorskip("expecttest", reason="PyTorch's description of its modules needs it")
from parity.exceptions import MODULES
from parity.module_db import ENTRIES, problems


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(set(ENTRIES) - set(MODULES)))
def test_as_described(name):
    found = list(itertools.islice(problems(name), 10))
    assert not found, "\n".join(found)


def test_exceptions_are_exceptions():
    """What is listed as an exception is a module of PyTorch's, and gives a reason."""
    assert set(MODULES) <= set(ENTRIES)
    assert all(MODULES.values())
