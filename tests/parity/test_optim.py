"""Optimizers take the same steps as PyTorch's, say the same and save the same."""

import copy
import inspect
import warnings
from importlib import import_module

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import rushlight  # noqa: E402

#: Those that are written in tensor operations, and round a little differently.
OTHERS = [
    ("Adadelta", {"weight_decay": 0.1}),
    ("Adagrad", {"lr_decay": 0.1, "initial_accumulator_value": 0.1}),
    ("Adamax", {"weight_decay": 0.1, "maximize": True}),
    ("ASGD", {"lambd": 0.1, "t0": 5}),
    ("NAdam", {}),
    ("NAdam", {"weight_decay": 0.1, "decoupled_weight_decay": True, "momentum_decay": 0.01}),
    ("RAdam", {"betas": (0.9, 0.9)}),
    ("RAdam", {"weight_decay": 0.1}),
    ("RMSprop", {}),
    ("RMSprop", {"centered": True, "momentum": 0.5, "weight_decay": 0.1}),
    ("Rprop", {"maximize": True}),
    ("Rprop", {"lr": 0.3, "etas": (0.3, 1.5), "step_sizes": (0.1, 1)}),
    ("Adafactor", {"maximize": True}),
    ("Adafactor", {"weight_decay": 0.1, "d": 1.5, "eps": (1e-3, 1e-2), "lr": 0.5}),
    ("Muon", {"lr": 0.02}),
    ("Muon", {"lr": 0.02, "nesterov": False, "adjust_lr_fn": "match_rms_adamw", "weight_decay": 0, "ns_steps": 3}),
]

SHAPES = [(16, 2), (16,), (16, 16), (1,), ()]
LARGE = [(70, 100), (40000,), (3,)]

OPTIMIZERS = [
    ("SGD", {}),
    ("SGD", {"lr": 0.05, "momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
    ("SGD", {"momentum": 0.9, "nesterov": True, "maximize": True}),
    ("Adam", {}),
    ("Adam", {"amsgrad": True, "weight_decay": 0.1}),
    ("Adam", {"betas": (0.4, 0.9), "eps": 1e-3, "maximize": True}),
    ("AdamW", {}),
    ("AdamW", {"amsgrad": True, "lr": 0.02}),
]


def arrays(shapes, dtype, seed):
    rng = np.random.default_rng(seed)
    draw = [rng.standard_normal(shape) for shape in shapes]
    if np.dtype(dtype).kind == "c":
        draw = [a + 1j * rng.standard_normal(a.shape) for a in draw]
    return [np.asarray(a).astype(dtype) for a in draw]


def parameters(t, shapes, dtype="float32", seed=0):
    return [t.tensor(a).requires_grad_() for a in arrays(shapes, dtype, seed)]


def train(t, name, options, shapes=SHAPES, dtype="float32", steps=20, missing=lambda step, i: False):
    params = parameters(t, shapes, dtype)
    optimizer = getattr(t.optim, name)(params, **options)
    for step in range(steps):
        optimizer.zero_grad()
        for i, (p, gradient) in enumerate(zip(params, arrays(shapes, dtype, step + 1), strict=True)):
            if not missing(step, i):
                p.grad = t.tensor(gradient)
        optimizer.step()
    return params, optimizer


def assert_same_training(*args, **kwargs):
    """All agrees, but for a few elements: PyTorch's square root is not rounded correctly."""
    (ours, our_optimizer), (theirs, their_optimizer) = (train(t, *args, **kwargs) for t in (rushlight, torch))
    for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        assert_same_numbers(a, b)
        our_state, their_state = our_optimizer.state[a], their_optimizer.state[b]
        assert list(our_state) == list(their_state), i
        for key in their_state:
            assert_same_numbers(our_state[key], their_state[key])


def assert_same_numbers(a, b):
    assert str(a.dtype) == str(b.dtype)
    a, b = a.detach().numpy(), b.detach().numpy()
    assert a.shape == b.shape
    np.testing.assert_allclose(a, b, rtol=8 * np.finfo(b.dtype).eps, atol=np.finfo(b.dtype).eps / 8)
    if a.dtype == np.float32 and a.size <= 4096:
        assert (a != b).sum() <= a.size * 0.02


@pytest.mark.parametrize(("name", "options"), OPTIMIZERS, ids=str)
class TestSteps:
    def test_small_parameters(self, name, options):
        assert_same_training(name, options)

    def test_large_parameters(self, name, options):
        assert_same_training(name, options, LARGE, steps=3)

    def test_double_precision(self, name, options):
        assert_same_training(name, options, dtype="float64")

    def test_complex(self, name, options):
        assert_same_training(name, options, dtype="complex64")

    def test_gradients_missing_now_and_then(self, name, options):
        assert_same_training(name, options, missing=lambda step, i: (step + i) % 3 == 0)

    def test_first_gradient_comes_late(self, name, options):
        assert_same_training(name, options, missing=lambda step, i: i == 2 and step < 5)

    @pytest.mark.parametrize("flags", [{"foreach": True}, {"foreach": False}, {"fused": False}], ids=str)
    def test_flags_change_nothing(self, name, options, flags):
        assert_same_training(name, {**options, **flags}, steps=3)

    def test_tensor_learning_rate(self, name, options):
        results = []
        for t in (rushlight, torch):
            params, _ = train(t, name, {**options, "lr": t.tensor(0.01)})
            results.append(params)
        for a, b in zip(*results, strict=True):
            assert_same_numbers(a, b)

    def test_differentiable(self, name, options):
        """The derivative of a parameter after some steps by its value before them."""
        if options.get("amsgrad"):
            pytest.skip("PyTorch changes what its own graph has saved, and fails")
        results = []
        for t in (rushlight, torch):
            start = t.tensor([0.5, -2.0, 1.5], dtype=t.float64, requires_grad=True)
            p = start.clone()
            optimizer = getattr(t.optim, name)([p], differentiable=True, **options)
            for _ in range(3):
                p.grad = t.autograd.grad((p.clone() ** 3).sum(), p, create_graph=True)[0]
                optimizer.step()
            (p**2).sum().backward()
            results.append((p.detach().numpy(), start.grad.numpy()))
        np.testing.assert_allclose(results[0], results[1], rtol=1e-12)

    def test_repr(self, name, options):
        ours, theirs = (
            repr(getattr(t.optim, name)([{"params": parameters(t, [(2,)]), "lr": 3}, {"params": []}], **options))
            for t in (rushlight, torch)
        )
        assert ours == theirs

    def test_state_dict(self, name, options):
        ours, theirs = (plain(train(t, name, options, steps=2)[1].state_dict()) for t in (rushlight, torch))
        assert ours == theirs


def shapes_of(name):
    return [(16, 2), (2, 16), (16, 16)] if name == "Muon" else [*SHAPES, (2, 3, 4)]


def is_real(name):
    return name in {"Adafactor", "Muon"}


@pytest.mark.parametrize(("name", "options"), OTHERS, ids=str)
class TestOtherSteps:
    @pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
    @pytest.mark.parametrize("missing", ["never", "now and then", "at first"])
    def test_parameters_and_state(self, name, options, dtype, missing):
        if is_real(name) and dtype.startswith("complex"):
            pytest.skip("not for complex parameters")
        rules = {
            "never": lambda step, i: False,
            "now and then": lambda step, i: (step + i) % 3 == 0,
            "at first": lambda step, i: i == 2 and step < 5,
        }
        runs = [
            train(t, name, options, shapes_of(name), dtype, steps=12, missing=rules[missing])
            for t in (rushlight, torch)
        ]
        self.assert_similar(*runs)

    def assert_similar(self, ours, theirs):
        for a, b in zip(ours[0], theirs[0], strict=True):
            pairs = [(a, b)]
            our_state, their_state = ours[1].state[a], theirs[1].state[b]
            assert list(our_state) == list(their_state)
            pairs += [(our_state[key], their_state[key]) for key in their_state]
            for x, y in pairs:
                assert str(x.dtype) == str(y.dtype)
                rtol = 1e-4 if y.dtype in (torch.float32, torch.complex64) else 1e-7
                if type(theirs[1]).__name__ == "Muon":  # which computes in bfloat16
                    rtol = 0.03
                np.testing.assert_allclose(x.detach().numpy(), y.detach().numpy(), rtol=rtol, atol=rtol / 100)

    @pytest.mark.parametrize("lr", [0.01, [0.01]])
    def test_tensor_learning_rate(self, name, options, lr):
        runs = [train(t, name, {**options, "lr": t.tensor(lr)}, shapes_of(name), steps=5) for t in (rushlight, torch)]
        self.assert_similar(*runs)

    def test_repr(self, name, options):
        groups = [[{"params": parameters(t, [(2, 2)]), "lr": 3}, {"params": []}] for t in (rushlight, torch)]
        ours, theirs = (
            repr(getattr(t.optim, name)(group, **options)) for t, group in zip((rushlight, torch), groups, strict=True)
        )
        assert ours == theirs

    def test_loading_what_older_versions_saved(self, name, options):
        """Numbers in place of 0-d tensors, and no flags."""
        results = []
        for t in (rushlight, torch):
            params, optimizer = train(t, name, options, shapes_of(name), steps=3)
            saved = copy.deepcopy(optimizer.state_dict())
            for state in saved["state"].values():
                for key in {"step", "eta", "mu", "mu_product"} & set(state):
                    state[key] = state[key].item()
            for group in saved["param_groups"]:
                for key in {"foreach", "capturable", "differentiable", "fused"} & set(group):
                    del group[key]
            loaded = getattr(t.optim, name)(params, **options)
            loaded.load_state_dict(saved)
            stepped(t, loaded)
            results.append(((params, loaded), repr(loaded)))
        (ours, our_repr), (theirs, their_repr) = results
        assert our_repr == their_repr
        self.assert_similar(ours, theirs)


@pytest.mark.parametrize("line_search", [None, "strong_wolfe"])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_lbfgs(line_search, dtype):
    """The Rosenbrock function, and one of complex numbers."""
    results = []
    for t in (rushlight, torch):
        params = [t.tensor(a).requires_grad_() for a in arrays([(3,), (), (2, 2)], dtype, 0)]
        optimizer = t.optim.LBFGS(params, lr=0.1 if line_search is None else 1, line_search_fn=line_search, max_iter=7)
        seen = []

        def closure(t=t, params=params, optimizer=optimizer):
            optimizer.zero_grad()
            x = t.cat([p.reshape(-1) for p in params])
            loss = (100 * (x[1:] - x[:-1] ** 2).abs() ** 2 + (1 - x[:-1]).abs() ** 2).sum()
            loss.backward()
            return loss

        for _ in range(6):
            loss = optimizer.step(closure).item()
            state = optimizer.state[params[0]]
            seen.append([loss, state["n_iter"], state["func_evals"], len(state["ro"])])
        results.append((seen, [p.detach().numpy() for p in params], list(state)))
    np.testing.assert_allclose(results[0][0], results[1][0], rtol=1e-6)
    for ours, theirs in zip(results[0][1], results[1][1], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    assert results[0][2] == results[1][2]


def plain(x):
    """Tensors as lists with their dtypes, rounded to what can be compared."""
    if hasattr(x, "detach"):
        return str(x.dtype), x.detach().numpy().astype(np.float64).round(4).tolist()
    if isinstance(x, dict):
        return {key: plain(value) for key, value in x.items()}
    return [plain(value) for value in x] if isinstance(x, list) else x


@pytest.mark.parametrize("name", sorted({name for name, _ in OPTIMIZERS + OTHERS} | {"LBFGS"}))
def test_signature(name):
    ours, theirs = (inspect.signature(getattr(t.optim, name)).parameters.values() for t in (rushlight, torch))
    assert [(p.name, p.kind, p.default) for p in ours] == [(p.name, p.kind, p.default) for p in theirs]


class NotATensor:
    __module__ = "somewhere"


def stepped(t, optimizer):
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.grad = t.ones_like(p)
    optimizer.step()


def base_module(t):
    return import_module(f"{t.__name__}.optim.optimizer")


def one(t):
    return parameters(t, [(2,)])


def descend(t, **options):
    (p,) = one(t)

    def closure():
        loss = (p * p).sum()
        loss.backward()
        return loss

    t.optim.LBFGS([p], **options).step(closure)


CALLS = {
    "a tensor": lambda t: t.optim.SGD(t.ones(2)),
    "nothing": lambda t: t.optim.SGD([]),
    "a set": lambda t: t.optim.SGD([{"params": set(one(t))}]),
    "a number": lambda t: t.optim.SGD([3]),
    "an object": lambda t: t.optim.SGD([NotATensor()]),
    "None": lambda t: t.optim.SGD([None]),
    "no iterable": lambda t: t.optim.SGD(3),
    "no leaf": lambda t: t.optim.SGD([one(t)[0] * 2]),
    "a group that is no dict": lambda t: t.optim.SGD(one(t)).add_param_group(one(t)),
    "a group without params": lambda t: t.optim.SGD([{"lr": 1}]),
    "a parameter twice": lambda t: (lambda p: t.optim.SGD([{"params": p}, {"params": p}]))(one(t)),
    "some names missing": lambda t: t.optim.SGD([("a", t.ones(1)), t.ones(1)]),
    "a group without names": lambda t: t.optim.SGD([("a", t.ones(1))]).add_param_group({"params": [t.ones(1)]}),
    "a group with names": lambda t: t.optim.SGD([t.ones(1)]).add_param_group({"params": [("a", t.ones(1))]}),
    "a required hyperparameter": lambda t: t.optim.Optimizer(one(t), {"lr": base_module(t).required}),
    "lr < 0": lambda t: t.optim.SGD(one(t), lr=-1),
    "momentum < 0": lambda t: t.optim.SGD(one(t), momentum=-1),
    "weight_decay < 0": lambda t: t.optim.SGD(one(t), weight_decay=-1),
    "nesterov without momentum": lambda t: t.optim.SGD(one(t), nesterov=True),
    "lr of two elements": lambda t: t.optim.SGD(one(t), lr=t.ones(2)),
    "fused and differentiable": lambda t: t.optim.SGD(one(t), fused=True, differentiable=True),
    "fused and foreach": lambda t: t.optim.SGD(one(t), fused=True, foreach=True),
    "fused and complex": lambda t: stepped(t, t.optim.SGD(parameters(t, [(2,)], "complex64"), fused=True)),
    "Adam: lr": lambda t: t.optim.Adam(one(t), lr=-1),
    "Adam: lr nan": lambda t: t.optim.Adam(one(t), lr=float("nan")),
    "Adam: eps": lambda t: t.optim.Adam(one(t), eps=-1),
    "Adam: beta 1": lambda t: t.optim.Adam(one(t), betas=(1.0, 0.9)),
    "Adam: beta 2": lambda t: t.optim.Adam(one(t), betas=(0.9, -0.1)),
    "Adam: betas of two kinds": lambda t: t.optim.Adam(one(t), betas=(0.9, t.tensor(0.9))),
    "Adam: betas that are no floats": lambda t: t.optim.Adam(one(t), betas=(0, 0)),
    "Adam: beta of two elements": lambda t: t.optim.Adam(one(t), betas=(t.tensor(0.9), t.tensor([[0.9], [0.9]]))),
    "Adam: foreach with tensor betas": lambda t: t.optim.Adam(
        one(t), betas=(t.tensor(0.9), t.tensor(0.9)), foreach=True
    ),
    "Adam: weight_decay": lambda t: t.optim.Adam(one(t), weight_decay=-1),
    "Adam: lr of two elements": lambda t: t.optim.Adam(one(t), lr=t.ones(2)),
    "Adam: foreach with tensor lr": lambda t: t.optim.Adam(one(t), lr=t.tensor(0.1), foreach=True),
    "Adam: fused and differentiable": lambda t: t.optim.Adam(one(t), fused=True, differentiable=True),
    "Adam: fused and foreach": lambda t: t.optim.Adam(one(t), fused=True, foreach=True),
    "Adam: fused and complex": lambda t: stepped(t, t.optim.Adam(parameters(t, [(2,)], "complex64"), fused=True)),
    "Adam: capturable": lambda t: stepped(t, t.optim.Adam(one(t), capturable=True)),
    "Adam: capturable, foreach": lambda t: stepped(t, t.optim.Adam(one(t), capturable=True, foreach=True)),
    "Adam: capturable, differentiable": lambda t: stepped(
        t, t.optim.AdamW(one(t), capturable=True, differentiable=True)
    ),
    **{
        f"{name}, {flags}": lambda t, name=name, flags=flags: stepped(
            t, getattr(t.optim, name)([p.clone() if flags.get("differentiable") else p for p in one(t)], **flags)
        )
        for name in ("AdamW", "Adadelta", "Adamax", "ASGD", "NAdam", "RAdam", "RMSprop", "Rprop")
        for flags in (
            {"capturable": True},
            {"capturable": True, "foreach": True},
            {"differentiable": True, "foreach": True},
            {"capturable": True, "differentiable": True, "foreach": True},
        )
    },
    "Adagrad: differentiable, foreach": lambda t: stepped(
        t, t.optim.Adagrad(one(t), differentiable=True, foreach=True)
    ),
    "Adagrad: lr_decay": lambda t: t.optim.Adagrad(one(t), lr_decay=-1),
    "Adagrad: sum": lambda t: t.optim.Adagrad(one(t), initial_accumulator_value=-1),
    "Adagrad: fused and differentiable": lambda t: t.optim.Adagrad(one(t), fused=True, differentiable=True),
    "Adagrad: fused and foreach": lambda t: t.optim.Adagrad(one(t), fused=True, foreach=True),
    "Adagrad: fused and complex": lambda t: stepped(t, t.optim.Adagrad(parameters(t, [(2,)], "complex64"), fused=True)),
    "Adagrad: fused and complex, later": lambda t: stepped(
        t, t.optim.Adagrad(one(t) + parameters(t, [(2,)], "complex64"), fused=True)
    ),
    "Adadelta: rho": lambda t: t.optim.Adadelta(one(t), rho=1.1),
    "Adadelta: lr of two elements": lambda t: t.optim.Adadelta(one(t), lr=t.ones(2)),
    "Adamax: beta 2": lambda t: t.optim.Adamax(one(t), betas=(0.1, 1)),
    "NAdam: momentum_decay": lambda t: t.optim.NAdam(one(t), momentum_decay=-1),
    "RMSprop: momentum": lambda t: t.optim.RMSprop(one(t), momentum=-1),
    "RMSprop: alpha": lambda t: t.optim.RMSprop(one(t), alpha=-1),
    "Rprop: etas": lambda t: t.optim.Rprop(one(t), etas=(0.5, 0.9)),
    "Rprop: lr nan": lambda t: t.optim.Rprop(one(t), lr=float("nan")),
    "Adafactor: lr": lambda t: t.optim.Adafactor(one(t), lr=-1),
    "Adafactor: beta2_decay": lambda t: t.optim.Adafactor(one(t), beta2_decay=1),
    "Adafactor: eps 1": lambda t: t.optim.Adafactor(one(t), eps=(-1, 0)),
    "Adafactor: eps 2": lambda t: t.optim.Adafactor(one(t), eps=(None, -1)),
    "Adafactor: d": lambda t: t.optim.Adafactor(one(t), d=0.5),
    "Adafactor: weight_decay": lambda t: t.optim.Adafactor(one(t), weight_decay=-1),
    "Adafactor: complex": lambda t: stepped(t, t.optim.Adafactor(parameters(t, [(2,)], "complex64"))),
    "Muon: a vector": lambda t: t.optim.Muon(one(t)),
    "Muon: lr": lambda t: t.optim.Muon(one(t), lr=-1),
    "Muon: momentum": lambda t: t.optim.Muon(one(t), momentum=-1),
    "Muon: weight_decay": lambda t: t.optim.Muon(one(t), weight_decay=-1),
    "Muon: adjust_lr_fn": lambda t: t.optim.Muon(one(t), adjust_lr_fn="x"),
    "Muon: steps": lambda t: stepped(t, t.optim.Muon(parameters(t, [(2, 2)]), ns_steps=100)),
    "Muon: coefficients": lambda t: stepped(t, t.optim.Muon(parameters(t, [(2, 2)]), ns_coefficients=(1, 2))),
    "Muon: complex": lambda t: stepped(t, t.optim.Muon(parameters(t, [(2, 2)], "complex64"))),
    "LBFGS: groups": lambda t: t.optim.LBFGS([{"params": one(t)}, {"params": one(t)}]),
    "LBFGS: lr": lambda t: t.optim.LBFGS(one(t), lr=-1),
    "LBFGS: line search": lambda t: descend(t, line_search_fn="armijo"),
    "LBFGS: no closure": lambda t: t.optim.LBFGS(one(t)).step(),
    "step of the base class": lambda t: t.optim.Optimizer(one(t), {}).step(),
    "other number of groups": lambda t: t.optim.SGD(one(t)).load_state_dict({"state": {}, "param_groups": []}),
    "other size of a group": lambda t: t.optim.SGD(one(t)).load_state_dict(t.optim.SGD(one(t) + one(t)).state_dict()),
    "overlapping memory": lambda t: stepped(t, t.optim.SGD([t.ones(1).expand(3).requires_grad_()])),
}


@pytest.mark.parametrize("call", CALLS)
def test_errors(call):
    results = []
    for t in (rushlight, torch):
        with pytest.raises(
            (TypeError, ValueError, RuntimeError, KeyError, NotImplementedError, AssertionError)
        ) as info:
            CALLS[call](t)
        results.append((info.type, str(info.value)))
    assert results[0] == results[1]


def test_warning_of_duplicates():
    results = []
    for t in (rushlight, torch):
        p = one(t)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            stepped(t, t.optim.SGD(p + p, lr=0.1))
        results.append((str(caught[0].message), p[0].tolist()))
    assert results[0] == results[1]


def record(t):
    """What hooks of all kinds are called with, and in which order."""
    calls = []

    def note(what, result=None):
        def hook(*args):
            calls.append((what, [len(args), *[len(a) for a in args[1:] if isinstance(a, (tuple, dict))]]))
            return result

        return hook

    optimizer = t.optim.SGD(one(t))
    everywhere = base_module(t)
    handles = [
        everywhere.register_optimizer_step_pre_hook(note("all pre")),
        everywhere.register_optimizer_step_post_hook(note("all post")),
        optimizer.register_step_pre_hook(note("pre", ((optimizer, lambda: calls.append("closure")), {}))),
        optimizer.register_step_post_hook(note("post")),
        optimizer.register_state_dict_pre_hook(note("state pre")),
        optimizer.register_state_dict_post_hook(note("state post")),
        optimizer.register_state_dict_post_hook(
            note("state post first", {"state": {}, "param_groups": []}), prepend=True
        ),
        optimizer.register_load_state_dict_pre_hook(note("load pre", copy.deepcopy(optimizer.state_dict()))),
        optimizer.register_load_state_dict_post_hook(note("load post")),
        optimizer.register_load_state_dict_post_hook(note("load post first"), prepend=True),
    ]
    calls.clear()
    optimizer.step()
    calls.append(optimizer.state_dict())
    try:
        optimizer.load_state_dict({"state": {}, "param_groups": []})
    except ValueError as error:
        calls.append(str(error))
    for handle in handles:
        handle.remove()
    optimizer.step()
    return calls


def test_hooks():
    assert record(rushlight) == record(torch)


def test_hook_with_a_wrong_result():
    results = []
    for t in (rushlight, torch):
        optimizer = t.optim.SGD(one(t))
        optimizer.register_step_pre_hook(lambda *args: 3)
        with pytest.raises(RuntimeError) as info:
            optimizer.step()
        results.append(str(info.value).partition(" at 0x")[0])
    assert results[0] == results[1]


def test_parameter_names():
    results = []
    for t in (rushlight, torch):
        optimizer = t.optim.SGD([("w", t.ones(2)), ("b", t.ones(1))], lr=0.1)
        state = optimizer.state_dict()
        other = t.optim.SGD([("x", t.ones(2)), ("y", t.ones(1))], lr=0.2)
        other.load_state_dict(state)
        results.append((plain(state), plain(other.state_dict()), repr(other)))
    assert results[0] == results[1]


def test_loading_casts_state_to_the_parameters_dtype():
    results = []
    for t in (rushlight, torch):
        _, single = train(t, "Adam", {"amsgrad": True}, steps=2)
        params = parameters(t, SHAPES, "float64")
        double = t.optim.Adam(params, amsgrad=True, lr=0.5)
        double.load_state_dict(single.state_dict())
        results.append(plain(double.state_dict()))
    assert results[0] == results[1]


def test_loading_what_older_versions_saved():
    results = []
    for t in (rushlight, torch):
        optimizer = t.optim.Adam(one(t))
        state = {"step": 3, "exp_avg": t.ones(2), "exp_avg_sq": t.ones(2)}
        groups = [{"params": [0], "lr": 0.1, "betas": (0.9, 0.99), "eps": 1e-8, "weight_decay": 0}]
        optimizer.load_state_dict({"state": {0: state}, "param_groups": groups})
        stepped(t, optimizer)
        results.append((plain(optimizer.state_dict()), repr(optimizer)))
    assert results[0] == results[1]
