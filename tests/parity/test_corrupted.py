"""Bad calls raise what PyTorch raises, or do what it does: see `parity.corrupted`."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("expecttest", reason="PyTorch's description of its operations needs it")
from parity.corrupted import problems
from parity.exceptions import BAD_CALLS, OPERATIONS
from parity.op_db import ENTRIES

PRIVATE = ("_", "torch.", "sparse")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "name", sorted(n for n in set(ENTRIES) - set(OPERATIONS) - set(BAD_CALLS) if not n.startswith(PRIVATE))
)
def test_bad_calls(name):
    found = list(problems(name))
    assert not found, "\n".join(found)


def test_exceptions_are_entries():
    assert set(BAD_CALLS) <= set(ENTRIES)
