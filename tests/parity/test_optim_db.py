"""Every optimizer that PyTorch describes, under both packages: see `parity.optim_db`."""

import itertools

import pytest

pytest.importorskip("torch")
pytest.importorskip("expecttest", reason="PyTorch's description of its optimizers needs it")
from parity.exceptions import OPTIMIZERS
from parity.optim_db import ENTRIES, problems


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(set(ENTRIES) - set(OPTIMIZERS)))
def test_as_described(name):
    found = list(itertools.islice(problems(name), 10))
    assert not found, "\n".join(found)
