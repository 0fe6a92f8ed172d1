"""The examples in the docstrings print what they say."""

import doctest
import importlib
import pkgutil
import warnings

import numpy as np
import pytest

import rushlight as torch
import rushlight.nn.functional as F
from rushlight import nn
from rushlight.optim import lr_scheduler
from rushlight.utils.data import DataLoader, TensorDataset

#: Distributions have a test of their own; the last two are programs.
NOT_HERE = ("rushlight.distributions", "rushlight.__main__", "rushlight._as_torch")


def examples():
    """Every docstring with examples, once, though its function may stand in several modules."""
    found = {}
    for info in pkgutil.walk_packages(torch.__path__, "rushlight."):
        if not info.name.startswith(NOT_HERE):
            for test in doctest.DocTestFinder().find(importlib.import_module(info.name)):
                if test.examples:
                    found[test.name] = test
    return list(found.values())


def surroundings():
    """What examples use without making it."""
    model = nn.Linear(4, 4)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return {
        "torch": torch, "nn": nn, "F": F, "np": np, "model": model, "layer": model, "grads": [torch.ones(1)],
        "x": torch.ones(1, 4, requires_grad=True), "input": torch.ones(2, 4), "target": torch.ones(2, 4), "loss_fn": nn.MSELoss(),
        "optimizer": optimizer, "loader": [torch.ones(2, 4)], "average": torch.optim.swa_utils.AveragedModel(model),
        "DataLoader": DataLoader, "TensorDataset": TensorDataset, "train": lambda *args: optimizer.step(),
        "validate": lambda *args: 1.0,
        **{name: getattr(lr_scheduler, name) for name in lr_scheduler.__all__},
    }  # fmt: skip


@pytest.mark.parametrize("example", examples(), ids=lambda test: test.name.removeprefix("rushlight."))
def test_example(example):
    example.globs = {**surroundings(), **example.globs}
    report = []
    try:
        with warnings.catch_warnings():
            failed = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=report.append).failed
    finally:
        torch.set_printoptions(profile="default")
    assert failed == 0, "".join(report)


def test_what_a_program_calls_has_a_docstring():
    """The functions of torch and torch.nn.functional, and the classes of modules and optimizers."""
    named = {f"torch.{n}": getattr(torch, n) for n in dir(torch) if n[0] != "_" and not isinstance(getattr(torch, n), type)}
    named |= {f"F.{n}": getattr(F, n) for n in F.__all__} | {f"optim.{n}": getattr(torch.optim, n) for n in torch.optim.__all__}
    named |= {f"nn.{n}": getattr(nn, n) for n in dir(nn) if n[0] != "_"}
    assert [name for name, f in named.items() if callable(f) and not (f.__doc__ or "").strip()] == []
