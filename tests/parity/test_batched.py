"""vmap of every operation that PyTorch describes, under both packages: see `parity.batched`."""

import itertools

import pytest

pytest.importorskip("torch")
pytest.importorskip("expecttest", reason="PyTorch's description of its operations needs it")
from parity import exceptions
from parity.batched import NAMES, problems


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in NAMES if name not in exceptions.BATCHED])
def test_as_described(name):
    found = list(itertools.islice(problems(name), 10))
    assert not found, "\n".join(found)
