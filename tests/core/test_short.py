"""The commonest operations take the short way: nothing in how they are declared may keep them from it."""

import pytest

import rushlight as torch
from rushlight.core import declare
from rushlight.core.op import OPS


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div", "mm", "mv", "dot", "relu", "tanh", "sigmoid", "exp", "sum", "neg"])
def test_common_operations(name, monkeypatch):
    def long(*arguments):
        raise AssertionError("the long way")

    monkeypatch.setattr(declare, "record", long)
    op = OPS[name]
    shapes = {"mv": [(2, 2), (2,)], "dot": [(2,), (2,)]}.get(name, [(2, 2)] * 2)
    inputs = [torch.ones(shape, requires_grad=True) for shape in shapes]
    count = len(op.rules)
    assert op.call(*inputs[:count]).requires_grad
