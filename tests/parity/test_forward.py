"""Forward mode of every operation that PyTorch describes: see `parity.forward`, `forward_beyond`, `forward_through`."""

import itertools

import pytest

pytest.importorskip("torch")
pytest.importorskip("expecttest", reason="PyTorch's description of its operations needs it")
from parity import exceptions, forward, forward_beyond, forward_through


def none_of(problems):
    found = list(itertools.islice(problems, 10))
    assert not found, "\n".join(found)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in forward.FORWARD if name not in exceptions.FORWARD])
def test_as_described(name):
    none_of(forward.problems(name))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in forward_beyond.NAMES if name not in exceptions.OPERATIONS])
def test_tangents_agree_with_gradients_where_torch_has_no_tangents(name):
    none_of(forward_beyond.problems(name))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in forward_through.NAMES if name not in exceptions.FORWARD_THROUGH])
def test_what_has_no_derivative_takes_tangents_as_torch_does(name):
    none_of(forward_through.problems(name))
