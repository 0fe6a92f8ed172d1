"""Containers of modules and parameters, and the helpers in nn.utils."""

from collections import OrderedDict

import pytest

import rushlight as torch
from rushlight import nn


def test_sequential_is_a_list_that_is_called():
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU()) + nn.Sequential(nn.Linear(3, 1))
    assert len(model) == 3 and model(torch.ones(5, 2)).shape == (5, 1)
    model.insert(1, nn.Tanh()).append(nn.Sigmoid())
    assert [type(layer).__name__ for layer in model] == ["Linear", "Tanh", "ReLU", "Linear", "Sigmoid"]
    del model[1]
    assert list(model._modules) == ["0", "1", "2", "3"]
    assert type(model.pop(-1)) is nn.Sigmoid
    assert len(model * 2) == 6 and len(model[1:]) == 2
    with pytest.raises(IndexError, match="index 7 is out of range"):
        model[7]
    with pytest.raises(TypeError, match="int is not a Module subclass"):
        model.append(3)
    assert len(model) == 3


def test_sequential_with_names():
    model = nn.Sequential(OrderedDict(first=nn.ReLU(), second=nn.Tanh()))
    assert model.second is model[1] and [name for name, _ in model.named_children()] == ["first", "second"]


def test_module_list():
    layers = nn.ModuleList(nn.Linear(2, 2) for _ in range(3))
    layers += [nn.ReLU()]
    assert len(list(layers.parameters())) == 6
    assert repr(layers) == (
        "ModuleList(\n  (0-2): 3 x Linear(in_features=2, out_features=2, bias=True)\n  (3): ReLU()\n)"
    )
    with pytest.raises(NotImplementedError, match=r'Module \[ModuleList\] is missing the required "forward" function'):
        layers(1)


def test_module_dict():
    modules = nn.ModuleDict({"a": nn.ReLU()})
    modules.update([("b", nn.Tanh())])
    assert list(modules) == ["a", "b"] and "b" in modules and modules["b"] is modules.b
    assert modules.pop("a") is not None and list(modules.keys()) == ["b"]
    with pytest.raises(KeyError, match="attribute 'pop' already exists"):
        modules["pop"] = nn.ReLU()
    modules.clear()
    assert len(modules) == 0


def test_parameter_list_and_dict():
    weights = nn.ParameterList([torch.ones(2), nn.Parameter(torch.zeros(3)), "text"])
    assert [type(value).__name__ for value in weights] == ["Parameter", "Parameter", "str"]
    assert [name for name, _ in weights.named_parameters()] == ["0", "1"]
    named = nn.ParameterDict({"b": torch.ones(1), "a": torch.ones(2)})
    assert list(named) == ["a", "b"] and len(list(named.parameters())) == 2
    with pytest.raises(TypeError, match="cannot be used as a key"):
        named[3] = torch.ones(1)
    assert len(named) == 2
    assert named.popitem()[0] == "b" and len(named) == 1


def test_clip_grad_norm():
    a, b = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(1))
    (3 * a[0] + 4 * b).sum().backward()
    assert nn.utils.clip_grad_norm_([a, b], 10.0).item() == 5
    assert a.grad.tolist() == [3, 0]
    nn.utils.clip_grad_norm_([a, b], 1.0)
    assert a.grad.tolist() == pytest.approx([0.6, 0]) and b.grad.tolist() == pytest.approx([0.8])
    a.grad[0] = float("inf")
    with pytest.raises(
        RuntimeError, match=r"The total norm of order 2\.0 for gradients from `parameters` is non-finite"
    ):
        nn.utils.clip_grad_norm_([a, b], 1.0, error_if_nonfinite=True)
    assert b.grad.tolist() == pytest.approx([0.8])
    nn.utils.clip_grad_value_([a, b], 0.5)
    assert a.grad.tolist() == [0.5, 0] and b.grad.tolist() == [0.5]


def test_parameters_as_a_vector():
    layer = nn.Linear(2, 1)
    vector = nn.utils.parameters_to_vector(layer.parameters())
    assert vector.shape == (3,) and vector.requires_grad
    nn.utils.vector_to_parameters(torch.arange(3.0), layer.parameters())
    assert layer.weight.tolist() == [[0, 1]] and layer.bias.tolist() == [2]
    with pytest.raises(RuntimeError):
        nn.utils.vector_to_parameters(torch.ones(2), layer.parameters())
    assert layer.weight.tolist() == [[0, 1]]
