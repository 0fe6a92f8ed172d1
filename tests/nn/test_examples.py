"""The examples in the docstrings print what they say."""

import doctest
import importlib
import pkgutil

import pytest

import rushlight as torch
import rushlight.nn.functional as F
from rushlight import nn

MODULES = [importlib.import_module(m.name) for m in pkgutil.walk_packages(nn.__path__, "rushlight.nn.")]
EXAMPLES = [test for module in MODULES for test in doctest.DocTestFinder().find(module) if test.examples]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda test: test.name.removeprefix("rushlight.nn."))
def test_example(example):
    model = nn.Linear(4, 4)
    given = {"model": model, "layer": model, "grads": [torch.ones(1)], "x": torch.ones(1, 4)}
    example.globs.update(torch=torch, nn=nn, F=F, **given)
    report = []
    assert doctest.DocTestRunner().run(example, out=report.append).failed == 0, "".join(report)
