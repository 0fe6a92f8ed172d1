"""Parametrized and normalised weights, lazy modules and functional calls: what they promise."""

import pytest

import rushlight as torch
from rushlight import nn
from rushlight.nn.utils import parametrizations, parametrize
from rushlight.nn.utils.stateless import _functional_call


class Doubled(nn.Module):
    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return 2 * x

    def right_inverse(self, x):
        return x / 2


def test_what_is_cached_is_computed_once():
    doubled = Doubled()
    layer = parametrize.register_parametrization(nn.Linear(2, 2), "weight", doubled)
    before = doubled.calls
    with parametrize.cached():
        with parametrize.cached():
            first = layer.weight
        assert layer.weight is first
    assert doubled.calls == before + 1
    assert layer.weight is not first


def test_the_parameter_that_an_optimizer_holds_stays():
    layer = nn.Linear(2, 2, bias=False)
    optimizer, before = torch.optim.SGD(layer.parameters(), lr=0.1), layer.weight.detach().clone()
    parametrize.register_parametrization(layer, "weight", Doubled())
    assert torch.equal(layer.weight, before)
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    assert torch.allclose(layer.weight, before - 0.4)  # twice the gradient, and its step counts twice
    parametrize.remove_parametrizations(layer, "weight")
    assert type(layer) is nn.Linear
    assert next(layer.parameters()) is optimizer.param_groups[0]["params"][0]


def test_a_bad_parametrization_leaves_the_module_as_it_was():
    layer = nn.Linear(2, 3)
    weight = layer.weight
    with pytest.raises(ValueError, match="may not change the shape"):
        parametrize.register_parametrization(layer, "weight", nn.Flatten(0))
    assert layer.weight is weight
    assert type(layer) is nn.Linear


def test_lengths_and_directions():
    layer = parametrizations.weight_norm(nn.Linear(3, 2))
    with torch.no_grad():
        layer.parametrizations.weight.original0.copy_(torch.tensor([[2.0], [5.0]]))
    assert torch.allclose(layer.weight.norm(dim=1), torch.tensor([2.0, 5.0]))


@pytest.mark.parametrize("normalised", [parametrizations.spectral_norm, nn.utils.spectral_norm])
def test_the_largest_singular_value_is_one(normalised):
    torch.manual_seed(0)
    layer = normalised(nn.Linear(6, 4))
    for _ in range(60):
        layer(torch.ones(1, 6))
    with torch.no_grad():
        assert torch.linalg.matrix_norm(layer.weight, 2).item() == pytest.approx(1, rel=1e-4)


def test_a_functional_call_is_differentiated_and_undone():
    layer, weight = nn.Linear(2, 2), torch.zeros(2, 2, requires_grad=True)
    own = dict(layer.named_parameters())
    _functional_call(layer, {"weight": weight}, torch.ones(1, 2)).sum().backward()
    assert weight.grad.tolist() == [[1, 1], [1, 1]]
    assert own["weight"].grad is None
    for given in ({"weight": weight, "no.where": weight}, {"weight": weight, "in_features": weight}):
        with pytest.raises((AttributeError, TypeError)):
            _functional_call(layer, given, torch.ones(1, 2))
        assert all(getattr(layer, name) is p for name, p in own.items())


def test_lazy_layers_in_a_model():
    model = nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.ReLU(), nn.Flatten(), nn.LazyLinear(2))
    saved = model.state_dict()
    assert all(nn.parameter.is_lazy(t) for name, t in saved.items() if "batches" not in name)
    x = torch.randn(3, 1, 5, 5)
    model(x).sum().backward()
    assert all(p.grad is not None for p in model.parameters())
    assert [type(layer).__name__ for layer in model] == ["Conv2d", "BatchNorm2d", "ReLU", "Flatten", "Linear"]
    other = nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.ReLU(), nn.Flatten(), nn.LazyLinear(2))
    other.load_state_dict(model.state_dict())
    assert torch.equal(other.eval()(x), model.eval()(x))


def test_what_has_no_shape_is_of_no_use():
    parameter = nn.UninitializedParameter()
    for use in (lambda p: p + 1, torch.exp, lambda p: torch.matmul(p, p), lambda p: p.sum(), len):
        with pytest.raises(ValueError, match="Attempted to use an uninitialized parameter"):
            use(parameter)
    with pytest.raises(RuntimeError, match="Can't access the shape"):
        parameter.shape  # noqa: B018


def test_the_class_of_a_parametrized_module_is_named_after_the_room_that_makes_it():
    layer = torch.nn.utils.parametrizations.orthogonal(torch.nn.Linear(2, 2))
    assert type(layer).__module__ == parametrize.__name__ and type(layer).__name__ == "ParametrizedLinear"
