"""Parameter and Buffer."""

import copy
import pickle

import pytest

import rushlight as torch
from rushlight import nn


def test_a_parameter_is_a_leaf_that_shares_memory():
    data = torch.ones(2)
    parameter = nn.Parameter(data)
    data[0] = 5
    assert parameter.tolist() == [5, 1] and parameter.is_leaf and parameter.requires_grad
    with torch.no_grad():
        assert nn.Parameter(data).requires_grad
    assert not nn.Parameter(data, requires_grad=False).requires_grad
    assert nn.Parameter().shape == (0,)


def test_repr():
    assert repr(nn.Parameter(torch.ones(2))) == "Parameter containing:\ntensor([1., 1.], requires_grad=True)"


def test_operations_give_plain_tensors():
    parameter = nn.Parameter(torch.ones(2, 2))
    for result in (parameter * 2, parameter[0], parameter.detach(), parameter.data, parameter.sum(), parameter.mT):
        assert type(result) is torch.Tensor
        assert not isinstance(result, nn.Parameter)


def test_copies():
    parameter = nn.Parameter(torch.ones(2))
    parameter.note = "kept"
    (parameter * 3).sum().backward()
    twin = copy.deepcopy(parameter)
    assert type(twin) is nn.Parameter and twin.grad is None and twin.data_ptr() != parameter.data_ptr()
    loaded = pickle.loads(pickle.dumps(parameter))
    assert type(loaded) is nn.Parameter and loaded.note == "kept" and loaded.requires_grad
    assert loaded.tolist() == [1, 1]
    shared = [parameter, parameter]
    assert len({id(p) for p in copy.deepcopy(shared)}) == 1


def test_integers_cannot_require_grad():
    with pytest.raises(RuntimeError, match="Only Tensors of floating point and complex dtype can require gradients"):
        nn.Parameter(torch.ones(2, dtype=torch.int64))
    assert nn.Parameter(torch.ones(2, dtype=torch.int64), requires_grad=False).dtype is torch.int64


def test_a_tensor_of_another_class_keeps_it():
    class Mine(torch.Tensor):
        def detach(self):
            return torch.Tensor._make_subclass(Mine, self.data)

    parameter = nn.Parameter(torch.Tensor._make_subclass(Mine, torch.ones(2)))
    assert type(parameter) is Mine and isinstance(parameter, nn.Parameter) and parameter.requires_grad
    module = nn.Module()
    module.weight = parameter
    (found,) = module.parameters()
    assert found is parameter


def test_a_buffer_is_marked():
    buffer = nn.Buffer(torch.ones(2), persistent=False)
    assert type(buffer) is torch.Tensor and isinstance(buffer, nn.Buffer) and not buffer.persistent
    assert not isinstance(torch.ones(2), nn.Buffer)
    module = nn.Module()
    module.saved, module.unsaved = nn.Buffer(torch.zeros(1)), buffer
    assert list(module.state_dict()) == ["saved"]
    assert len(list(module.buffers())) == 2
