"""Module: what it registers, finds, saves, loads, converts and prints."""

import copy
import gc
import pickle
import weakref

import pytest

import rushlight as torch
from rushlight import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 4)
        self.last = nn.Linear(4, 1)
        self.scale = nn.Parameter(torch.ones(1))
        self.register_buffer("steps", torch.zeros(1))

    def forward(self, x):
        return self.last(self.first(x).tanh()) * self.scale


def test_parameters_buffers_and_submodules_are_found_by_name():
    model = Model()
    names = ["scale", "first.weight", "first.bias", "last.weight", "last.bias"]
    assert [name for name, _ in model.named_parameters()] == names
    assert [name for name, _ in model.named_buffers()] == ["steps"]
    assert [name for name, _ in model.named_modules()] == ["", "first", "last"]
    assert model.get_parameter("first.weight") is model.first.weight
    assert model.get_submodule("last") is model.last
    assert model.get_buffer("steps") is model.steps


def test_repr():
    assert repr(Model()) == (
        "Model(\n"
        "  (first): Linear(in_features=3, out_features=4, bias=True)\n"
        "  (last): Linear(in_features=4, out_features=1, bias=True)\n"
        ")"
    )


def test_a_shared_parameter_comes_once():
    model = Model()
    model.tied = model.first
    model.also = model.first.weight
    assert len(list(model.parameters())) == 5
    assert len(list(model.named_parameters(remove_duplicate=False))) == 8
    assert len(model.state_dict()) == 9


def test_what_is_wrongly_assigned_changes_nothing():
    model = Model()
    weight, steps, first = model.first.weight, model.steps, model.first
    with pytest.raises(TypeError, match=r"cannot assign 'torch.FloatTensor' as parameter 'weight' \(torch.nn.Param"):
        model.first.weight = torch.ones(4, 3)
    with pytest.raises(TypeError, match="cannot assign 'int' as buffer 'steps'"):
        model.steps = 3
    with pytest.raises(TypeError, match="cannot assign 'str' as child module 'first'"):
        model.first = "text"
    with pytest.raises(ValueError, match="Cannot assign non-leaf Tensor to parameter 'x'"):
        model.register_parameter("x", leafless())
    assert model.first.weight is weight and model.steps is steps and model.first is first
    assert not hasattr(model, "x")


def leafless():
    """A Parameter that was computed, as an in-place operation can leave one."""
    parameter = nn.Parameter(torch.ones(1), requires_grad=False)
    parameter.mul_(torch.ones(1, requires_grad=True))
    return parameter


def test_a_call_runs_the_forward_of_the_instance():
    model = nn.Identity()
    model.forward = lambda x: x + 1
    assert model(1) == 2
    model.register_forward_hook(lambda module, args, output: output * 10)
    assert model(1) == 20


def test_state_dict_shares_memory_and_loads_back():
    model, other = Model(), Model()
    state = model.state_dict()
    assert list(state) == ["scale", "steps", "first.weight", "first.bias", "last.weight", "last.bias"]
    with torch.no_grad():
        model.scale.fill_(7)
    assert state["scale"].item() == 7 and not state["scale"].requires_grad
    weight = other.first.weight
    assert repr(other.load_state_dict(state)) == "<All keys matched successfully>"
    assert other.first.weight is weight and other.scale.item() == 7
    assert torch.equal(weight, model.first.weight)


def test_assigned_state_takes_the_place_of_the_parameters():
    model, other = Model(), Model().requires_grad_(False)
    state = model.state_dict()
    other.load_state_dict(state, assign=True)
    assert other.first.weight.data_ptr() == model.first.weight.data_ptr()
    assert isinstance(other.first.weight, nn.Parameter) and not other.first.weight.requires_grad
    # The same dictionary is copied again where that is not asked for.
    third = Model()
    third.load_state_dict(state)
    assert third.first.weight.data_ptr() != model.first.weight.data_ptr()


def test_load_state_dict_says_all_that_is_wrong():
    state = Model().state_dict()
    del state["scale"]
    state["first.weight"] = torch.ones(2, 3)
    state["nope"] = torch.ones(1)
    model = Model()
    before = model.first.weight.detach().clone()
    with pytest.raises(RuntimeError) as error:
        model.load_state_dict(state)
    assert str(error.value) == (
        "Error(s) in loading state_dict for Model:\n"
        '\tMissing key(s) in state_dict: "scale". \n'
        '\tUnexpected key(s) in state_dict: "nope". \n'
        "\tsize mismatch for first.weight: copying a param with shape torch.Size([2, 3]) from checkpoint, "
        "the shape in current model is torch.Size([4, 3])."
    )
    assert torch.equal(model.first.weight, before)


def test_not_strict_loads_what_fits():
    model = Model()
    result = model.load_state_dict({"scale": torch.tensor([5.0]), "nope": 1}, strict=False)
    assert model.scale.item() == 5
    assert result.unexpected_keys == ["nope"] and "first.bias" in result.missing_keys


def test_conversion_keeps_the_parameters():
    model = Model()
    model(torch.ones(2, 3)).sum().backward()
    weight, grad = model.first.weight, model.first.weight.grad
    model.double()
    assert model.first.weight is weight and weight.grad is grad
    assert weight.dtype is torch.float64 and grad.dtype is torch.float64 and model.steps.dtype is torch.float64
    with pytest.raises(TypeError, match=r"nn\.Module\.to only accepts floating point or complex dtypes"):
        model.to(torch.int64)
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        model.cuda()
    assert weight.dtype is torch.float64


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_are_independent(copied):
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1))
    model(torch.ones(1, 2)).sum().backward()
    twin = copied(model)
    assert repr(twin) == repr(model)
    x = torch.randn(3, 2)
    assert torch.equal(twin(x), model(x))
    with torch.no_grad():
        twin[0].weight.zero_()
    assert not torch.equal(twin(x), model(x))
    assert all(isinstance(p, nn.Parameter) and p.requires_grad and p.grad is None for p in twin.parameters())


def test_modes_reach_every_module():
    model = Model().eval()
    assert not any(module.training for module in model.modules())
    assert all(module.training for module in model.train().modules())
    assert not any(p.requires_grad for p in model.requires_grad_(False).parameters())


def test_zero_grad():
    model = Model()
    model(torch.ones(2, 3)).sum().backward()
    grad = model.scale.grad
    model.zero_grad(set_to_none=False)
    assert model.scale.grad is grad and grad.item() == 0
    model.zero_grad()
    assert model.scale.grad is None


def test_a_module_without_init_says_so():
    class Forgetful(nn.Module):
        def __init__(self):
            pass

    with pytest.raises(AttributeError, match=r"cannot assign module before Module.__init__\(\) call"):
        Forgetful().layer = nn.ReLU()
    with pytest.raises(AttributeError, match="'Forgetful' object has no attribute '_backward_hooks'"):
        Forgetful()(1)


def test_arguments_go_to_the_next_base_if_asked():
    class Named:
        def __init__(self, name):
            self.name = name

    class Both(nn.Module, Named):
        call_super_init = True

        def __init__(self, name):
            super().__init__(name)

    assert Both("n").name == "n"


def test_a_compiled_module_runs_as_it_is():
    net = nn.Linear(1, 1)
    assert net.compile() is None and net(torch.ones(1)).shape == (1,)


def test_a_module_is_freed_at_once():
    gc.disable()
    try:
        model = Model()
        model.first.register_full_backward_hook(lambda module, ins, outs: None)
        output = model(torch.ones(2, 3, requires_grad=True))
        output.sum().backward()
        gone = weakref.ref(model), weakref.ref(model.first)
        del model, output
        assert [ref() for ref in gone] == [None, None]
    finally:
        gc.enable()


def test_training_lowers_the_loss():
    torch.manual_seed(0)
    model, loss = Model(), nn.MSELoss()
    x = torch.linspace(-1, 1, 30).reshape(10, 3)
    y = x.sum(1, keepdim=True)
    losses = []
    for _ in range(100):
        model.zero_grad()
        error = loss(model(x), y)
        error.backward()
        with torch.no_grad():
            for param in model.parameters():
                param -= 0.1 * param.grad
        losses.append(error.item())
    assert losses[-1] < losses[0] / 20


def test_the_prefix_of_a_wrapped_model_is_taken_off_its_state():
    wrapper = nn.Module()
    wrapper.module = Model()
    state = wrapper.state_dict()
    nn.modules.utils.consume_prefix_in_state_dict_if_present(state, "module.")
    model = Model()
    assert state.keys() == model.state_dict().keys() and state._metadata.keys() == model.state_dict()._metadata.keys()
    model.load_state_dict(state)


def test_settings_for_each_dimension():
    from rushlight.nn.modules.utils import _pair, _reverse_repeat_tuple, _triple

    assert _pair(3) == (3, 3) and _pair([1, 2]) == (1, 2) and _triple("a") == ("a",)
    assert _reverse_repeat_tuple((1, 2), 2) == (2, 2, 1, 1)
