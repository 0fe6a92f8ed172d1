"""Bad calls of common functions raise PyTorch's errors, to the letter, and leave every tensor as it was."""

import warnings

import pytest

import rushlight

from .bad_words import CALLS

torch = pytest.importorskip("torch")


def names(module) -> dict:
    return {
        "torch": module, "F": module.nn.functional, "x": module.ones(2, 3), "v": module.ones(3), "i": module.tensor([0, 1]),
        "b": module.ones(2, 3) > 0, "g": module.ones(3, requires_grad=True),
    }  # fmt: skip


def answer(module, call: str, given: dict) -> str:
    module.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            eval(call, given)
        except Exception as error:
            return f"{type(error).__name__}: {error}".replace("rushlight", "torch")
    return "no error"


@pytest.mark.parametrize("call", CALLS)
def test_bad_calls_are_refused_in_torchs_words(call):
    given = names(rushlight)
    assert answer(rushlight, call, given) == answer(torch, call, names(torch)) != "no error"
    # (What a call did before it went wrong, by itself, stays done.)
    for name, fresh in names(rushlight).items():
        if name in "xvibg" and "_()" not in call:
            value = given[name]
            assert value.dtype is fresh.dtype and value._version == 0 and value.grad is None, name
            assert value.tolist() == fresh.tolist() and value.requires_grad is fresh.requires_grad, name
