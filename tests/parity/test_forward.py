"""Forward mode of every operation that PyTorch describes, under both packages: see `parity.forward`."""

import itertools

import pytest

pytest.importorskip("torch")
pytest.importorskip("expecttest", reason="PyTorch's description of its operations needs it")
from parity import exceptions
from parity.forward import FORWARD, problems

LEFT_OUT = {**exceptions.OPERATIONS, **exceptions.FORWARD}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in FORWARD if name not in LEFT_OUT])
def test_as_described(name):
    found = list(itertools.islice(problems(name), 10))
    assert not found, "\n".join(found)
