"""`Variable`: a leaf with the memory of a Tensor; every Tensor is one."""

import pytest

import rushlight as torch
from rushlight.autograd import Variable


def test_a_variable_is_a_leaf_with_the_same_memory():
    x = torch.ones(2, requires_grad=True)
    v = Variable(x * 2, requires_grad=True)
    assert type(v) is torch.Tensor and v.is_leaf and v.requires_grad
    (v * v).sum().backward()
    assert v.grad.tolist() == [4, 4] and x.grad is None
    t = torch.zeros(2)
    Variable(t).add_(1)
    assert t.tolist() == [1, 1] and t._version == 1
    with pytest.warns(UserWarning, match="volatile was removed and now has no effect"):
        assert not Variable(x, volatile=True).requires_grad
    assert Variable().shape == (0,) and Variable(requires_grad=True).requires_grad


def test_every_tensor_is_a_variable():
    assert isinstance(torch.ones(1), Variable) and isinstance(torch.nn.Parameter(torch.ones(1)), Variable)
    assert not isinstance(1, Variable)


@pytest.mark.parametrize("data", [1, [1.0], "a"])
def test_data_is_a_tensor(data):
    with pytest.raises(TypeError, match=f"Variable data has to be a tensor, but got {type(data).__name__}"):
        Variable(data)


def test_integers_have_no_gradient():
    with pytest.raises(RuntimeError, match="Only Tensors of floating point and complex dtype can require gradients"):
        Variable(torch.arange(2), requires_grad=True)
