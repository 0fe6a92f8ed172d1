"""Errors in PyTorch's words."""

import pytest


def raises(kind, words, call):
    """Asserts that `call` raises an error of this kind with exactly these words."""
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == words
