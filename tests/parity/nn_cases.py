"""How the tests of nn compare rushlight with PyTorch: run a case under both, and compare what it shows."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from types import GeneratorType

import pytest

torch = pytest.importorskip("torch")
import rushlight  # noqa: E402


def shown(value):
    """What a user sees of `value`, without the package's name."""
    if isinstance(value, (GeneratorType, list, tuple)) and not hasattr(value, "_fields"):
        return [shown(item) for item in value]
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, float):
        return value
    return repr(value).replace("rushlight.", "torch.")


def outcome(case, lib):
    lib.manual_seed(0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", category=RuntimeWarning, module="rushlight")
        try:
            result = "returned", shown(case(lib))
        except Exception as error:
            result = "raised", type(error).__name__, str(error).replace("rushlight.", "torch.")
    return result, [(w.category.__name__, str(w.message)) for w in caught]


def tensors(t, *shapes):
    """One tensor of each shape, with small values that differ, computed exactly under both."""
    made = [(t.arange(float(t.Size(shape).numel())) * 7 % 11 - 5).reshape(shape) / 4 for shape in shapes]
    return made[0] if len(made) == 1 else made


def filled(module):
    """`module` with simple values in its parameters."""
    for param in module.parameters():
        param.data = (param.data * 0 + 1).cumsum(-1) / 8
    return module


def net(t):
    nn = t.nn
    model = nn.Sequential(OrderedDict(first=nn.Linear(3, 4), act=nn.Tanh(), last=nn.Linear(4, 2, bias=False)))
    model.register_buffer("steps", t.zeros(2))
    model.register_buffer("scratch", t.ones(1), persistent=False)
    return filled(model)


def parametrize(cases):
    names = [case.__name__.replace("<lambda>", "") + f"-{i}" for i, case in enumerate(cases)]
    return pytest.mark.parametrize("case", cases, ids=names)


def check(case):
    assert outcome(case, rushlight) == outcome(case, torch)
