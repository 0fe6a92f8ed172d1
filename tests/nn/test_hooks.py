"""Hooks of modules: their order, what they may change, how they are taken off."""

import pytest

import rushlight as torch
from rushlight import nn
from rushlight.nn.modules import module as hooks


def doubling():
    layer = nn.Linear(1, 1, bias=False)
    layer.weight.data.fill_(2)
    return layer


def test_order():
    log, layer = [], doubling()
    layer.register_forward_hook(lambda *a: log.append("forward"))
    layer.register_forward_pre_hook(lambda *a: log.append("second"))
    layer.register_forward_pre_hook(lambda *a: log.append("first"), prepend=True)
    layer.register_full_backward_pre_hook(lambda *a: log.append("backward pre"))
    layer.register_full_backward_hook(lambda *a: log.append("backward"))
    with hooks.register_module_forward_pre_hook(lambda *a: log.append("of all")):
        layer(torch.ones(1, requires_grad=True)).backward()
    assert log == ["of all", "first", "second", "forward", "backward pre", "backward"]


def test_hooks_replace_what_passes():
    layer = doubling()
    layer.register_forward_pre_hook(lambda module, args: args[0] + 1)
    layer.register_forward_hook(lambda module, args, output: output * 10)
    layer.register_full_backward_pre_hook(lambda module, grads: (grads[0] * 3,))
    layer.register_full_backward_hook(lambda module, ins, outs: (ins[0] + outs[0],))
    x = torch.ones(1, requires_grad=True)
    y = layer(x)
    y.backward()
    assert y.item() == 40 and x.grad.item() == 1 * 3 * 10 * 2 + 3 and layer.weight.grad.item() == 60


def test_keyword_arguments():
    class Scale(nn.Module):
        def forward(self, x, by=1):
            return x * by

    scale, seen = Scale(), []
    scale.register_forward_pre_hook(lambda module, args, kwargs: (args, {"by": 5}), with_kwargs=True)
    scale.register_forward_hook(lambda module, args, kwargs, output: seen.append(kwargs), with_kwargs=True)
    assert scale(2, by=1) == 10 and seen == [{"by": 5}]


def test_always_called():
    class Fails(nn.Module):
        def forward(self, x):
            raise ValueError("no")

    module, seen = Fails(), []
    module.register_forward_hook(lambda module, args, output: seen.append(args), always_call=True)
    module.register_forward_hook(lambda *a: seen.append("not this"))
    with pytest.raises(ValueError, match="no"):
        module(3)
    assert seen == [(3,)]
    module.register_forward_hook(lambda *a: 1 / 0, always_call=True)
    with pytest.raises(ValueError, match="no"), pytest.warns(UserWarning, match="silenced as another error"):
        module(3)


def test_a_removed_hook_is_gone():
    layer, seen = doubling(), []
    handle = layer.register_forward_hook(lambda *a: seen.append(1))
    layer(torch.ones(1))
    handle.remove()
    handle.remove()
    layer(torch.ones(1))
    assert seen == [1]


def test_the_two_kinds_of_backward_hooks_do_not_mix():
    layer = doubling()
    layer.register_full_backward_hook(lambda *a: None)
    with pytest.raises(RuntimeError, match="Cannot use both regular backward hooks and full backward hooks on a"):
        layer.register_backward_hook(lambda *a: None)


def test_the_deprecated_kind_says_what_it_misses():
    module, seen = nn.Sequential(nn.Tanh(), nn.Tanh()), []
    module.register_backward_hook(lambda module, ins, outs: seen.append(outs[0].item()))
    with pytest.warns(FutureWarning, match="when the forward contains multiple autograd Nodes is deprecated"):
        module(torch.ones(1, requires_grad=True)).backward()
    assert seen == [1]


def test_registration_hooks():
    names = []
    with hooks.register_module_parameter_registration_hook(lambda module, name, param: names.append(name)):
        nn.Linear(2, 2)
    with hooks.register_module_module_registration_hook(lambda module, name, child: nn.Identity()):
        model = nn.Sequential(nn.ReLU())
    assert names == ["weight", "bias"] and type(model[0]) is nn.Identity


def test_hooks_of_the_state_dict():
    layer, seen = doubling(), []
    layer.register_state_dict_pre_hook(lambda module, prefix, keep: seen.append(("pre", prefix)))
    layer.register_state_dict_post_hook(lambda module, state, prefix, metadata: state.update(version=2))
    layer.register_load_state_dict_pre_hook(lambda module, state, *rest: state.pop("version"))
    layer.register_load_state_dict_post_hook(lambda module, keys: seen.append(keys))
    state = layer.state_dict()
    assert state["version"] == 2
    layer.load_state_dict(state)
    assert seen[0] == ("pre", "") and seen[1].missing_keys == [] and "version" in state
