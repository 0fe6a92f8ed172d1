"""Bad settings raise what PyTorch raises, in its words: see `parity.bad_settings`."""

import warnings

import pytest

import rushlight

from .bad_settings import CASES

torch = pytest.importorskip("torch")
pytest.importorskip("torch.nn.utils.prune")


def answer(module, case) -> str:
    """The error of one call, or what kind of thing it returns."""
    module.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return f"no error, {type(case(module)).__name__}"
        except Exception as error:
            return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("name", CASES)
def test_bad_settings_are_refused_in_torchs_words(name):
    assert answer(rushlight, CASES[name]).replace("rushlight", "torch") == answer(torch, CASES[name])
