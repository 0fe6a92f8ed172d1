"""What PyTorch's documentation shows is what rushlight shows."""

import pytest

from . import documented, exceptions

pytest.importorskip("torch")


def test_examples():
    """One test of them all, since each side runs them in one process."""
    found = {name: list(documented.problems(name)) for name in documented.names()}
    assert len(found) > 700
    assert {name: differences for name, differences in found.items() if differences and name not in exceptions.DOCUMENTED} == {}
    assert set(exceptions.DOCUMENTED) <= set(found)
