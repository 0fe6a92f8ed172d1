"""The base class of optimizers: groups, state, saving and loading, hooks, and what users build on it."""

import copy
import gc
import pickle
import weakref

import pytest

import rushlight as torch
from rushlight.optim import SGD, Adam, Optimizer
from rushlight.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook


def parameter(*values):
    return torch.tensor(values, requires_grad=True)


def take_steps(optimizer, n=1):
    for step in range(n):
        for group in optimizer.param_groups:
            for p in group["params"]:
                p.grad = p.detach() * (step + 1)
        optimizer.step()


def values(optimizer):
    return [p.tolist() for group in optimizer.param_groups for p in group["params"]]


class SignDescent(Optimizer):
    """An optimizer as users write them."""

    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p]["steps"] = self.state[p].get("steps", 0) + 1
                p -= group["lr"] * p.grad.sign()


class TestGroups:
    def test_defaults_fill_in_what_a_group_does_not_say(self):
        optimizer = SGD([{"params": parameter(1.0)}, {"params": [parameter(2.0)], "lr": 0.5}], lr=0.1)
        assert [group["lr"] for group in optimizer.param_groups] == [0.1, 0.5]
        take_steps(optimizer)
        assert values(optimizer) == [[pytest.approx(0.9)], [pytest.approx(1.0)]]

    def test_parameters_may_come_from_a_generator(self):
        p = parameter(1.0)
        assert SGD(x for x in [p]).param_groups[0]["params"] == [p]

    def test_named_parameters(self):
        optimizer = SGD([("weight", parameter(1.0)), ("bias", parameter(2.0))])
        assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]

    def test_a_group_added_later_is_trained(self):
        optimizer = SGD([parameter(1.0)], lr=0.1)
        take_steps(optimizer)
        optimizer.add_param_group({"params": parameter(1.0)})
        take_steps(optimizer)
        assert values(optimizer) == [[pytest.approx(0.81)], [pytest.approx(0.9)]]

    def test_a_refused_group_leaves_the_optimizer_alone(self):
        optimizer = SGD([parameter(1.0)])
        with pytest.raises(ValueError, match="can't optimize a non-leaf Tensor"):
            optimizer.add_param_group({"params": parameter(1.0) * 2})
        assert len(optimizer.param_groups) == 1

    def test_hyperparameters_may_be_changed(self):
        optimizer = SGD([parameter(1.0)], lr=0.1)
        optimizer.param_groups[0]["lr"] = 0.5
        take_steps(optimizer)
        assert values(optimizer) == [[0.5]]

    def test_a_tensor_that_retains_its_gradient(self):
        x = parameter(1.0) * 1
        x.retain_grad()
        SGD([x])


class TestZeroGrad:
    def test_forgets(self):
        p = parameter(1.0)
        p.grad = torch.ones(1)
        SGD([p]).zero_grad()
        assert p.grad is None

    def test_fills_with_zeros(self):
        p, q = parameter(1.0), parameter(1.0)
        (gradient,) = torch.autograd.grad((p**2).sum(), p, create_graph=True)
        p.grad = gradient
        SGD([p, q]).zero_grad(set_to_none=False)
        assert p.grad is gradient
        assert (gradient.tolist(), gradient.requires_grad, q.grad) == ([0.0], False, None)


class TestStateDict:
    @pytest.mark.parametrize("cls", [SGD, Adam])
    def test_a_loaded_optimizer_goes_on_as_the_saved_one(self, cls):
        options = {"lr": 0.1, **({"momentum": 0.9} if cls is SGD else {})}
        first = cls([parameter(1.0, 2.0), parameter(3.0)], **options)
        take_steps(first, 3)
        second = cls([p.detach().clone().requires_grad_() for p in first.param_groups[0]["params"]], lr=7.0)
        second.load_state_dict(copy.deepcopy(first.state_dict()))
        take_steps(first, 3)
        take_steps(second, 3)
        assert values(first) == values(second)

    def test_parameters_become_numbers(self):
        optimizer = SGD([{"params": [parameter(1.0), parameter(2.0)]}, {"params": parameter(3.0)}], momentum=0.9)
        take_steps(optimizer)
        state_dict = optimizer.state_dict()
        assert [group["params"] for group in state_dict["param_groups"]] == [[0, 1], [2]]
        assert {i: s["momentum_buffer"].tolist() for i, s in state_dict["state"].items()} == {
            0: [1.0],
            1: [2.0],
            2: [3.0],
        }

    def test_a_refused_state_dict_changes_nothing(self):
        optimizer = SGD([parameter(1.0)], lr=0.1, momentum=0.9)
        take_steps(optimizer)
        before = repr(optimizer.state_dict())
        with pytest.raises(ValueError, match="different number of parameter groups"):
            optimizer.load_state_dict({"state": {}, "param_groups": []})
        assert repr(optimizer.state_dict()) == before

    def test_state_that_belongs_to_no_parameter_is_kept(self):
        optimizer = SGD([parameter(1.0)])
        optimizer.load_state_dict({**optimizer.state_dict(), "state": {"note": "kept", 0: {"name": "w", "list": [1]}}})
        assert optimizer.state["note"] == "kept"
        assert optimizer.state[optimizer.param_groups[0]["params"][0]] == {"name": "w", "list": [1]}

    @pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["copy", "pickle"])
    def test_copies_train_their_own_parameters(self, copied):
        optimizer = Adam([parameter(1.0), parameter(2.0, 3.0)], lr=0.1)
        optimizer.register_step_post_hook(print)
        take_steps(optimizer, 2)
        other = copied(optimizer)
        before = values(optimizer)
        take_steps(other, 2)
        assert values(optimizer) == before
        take_steps(optimizer, 2)
        assert values(optimizer) == values(other)


class TestHooks:
    def test_order_and_arguments(self):
        optimizer, calls = SGD([parameter(1.0)]), []

        def note(name):
            return lambda o, args, kwargs: calls.append((name, o is optimizer, args[0] is optimizer, kwargs))

        with (
            register_optimizer_step_pre_hook(note("all pre")),
            register_optimizer_step_post_hook(note("all post")),
            optimizer.register_step_pre_hook(note("pre")),
            optimizer.register_step_post_hook(note("post")),
        ):
            optimizer.step(closure=None)
        optimizer.step()
        assert calls == [(name, True, True, {"closure": None}) for name in ("all pre", "pre", "post", "all post")]

    def test_a_hook_may_replace_the_closure(self):
        optimizer = SGD([parameter(1.0)])
        optimizer.register_step_pre_hook(lambda o, args, kwargs: ((o, lambda: "replaced"), {}))
        assert optimizer.step(lambda: "given") == "replaced"

    def test_hooks_of_subclasses(self):
        optimizer, calls = SignDescent([parameter(1.0)], lr=0.1), []
        optimizer.register_step_post_hook(lambda *args: calls.append("post"))
        take_steps(optimizer, 2)
        assert calls == ["post", "post"]


class TestStep:
    @pytest.mark.parametrize("optimizer", [SGD, Adam])
    def test_closure(self, optimizer):
        p = parameter(1.0)
        optimizer = optimizer([p], lr=0.1)

        def closure():
            optimizer.zero_grad()
            loss = (p**2).sum()
            loss.backward()
            return loss

        with torch.no_grad():
            assert optimizer.step(closure).item() == 1.0
        assert p.item() < 1.0

    def test_an_optimizer_written_by_a_user(self):
        optimizer = SignDescent([parameter(1.0), parameter(-1.0)], lr=0.25)
        take_steps(optimizer, 2)
        assert values(optimizer) == [[0.5], [-0.5]]
        assert optimizer.state_dict()["state"] == {0: {"steps": 2}, 1: {"steps": 2}}
        assert repr(optimizer) == "SignDescent (\nParameter Group 0\n    lr: 0.25\n)"

    def test_no_step_of_its_own(self):
        with pytest.raises(NotImplementedError):
            Optimizer([parameter(1.0)], {}).step()

    @pytest.mark.parametrize("cls", [SGD, Adam])
    def test_keeps_no_parameters_alive(self, cls):
        p = parameter(1.0)
        optimizer, alive = cls([p], lr=0.1), weakref.ref(p)
        take_steps(optimizer, 2)
        gc.disable()
        try:
            del p, optimizer
            assert alive() is None
        finally:
            gc.enable()
