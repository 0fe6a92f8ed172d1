"""Averages of models, and the schedule that goes with them, are PyTorch's."""

import inspect

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import rushlight  # noqa: E402

PUBLIC = sorted(torch.optim.swa_utils.__all__)


def swa(t):
    return t.optim.swa_utils


def model_of(t, dtype="float32"):
    t.manual_seed(0)
    layers = [t.nn.Linear(3, 4), t.nn.BatchNorm1d(4, momentum=0.3), t.nn.Linear(4, 2)]
    model = t.nn.Sequential(*layers)
    with t.no_grad():
        rng = np.random.default_rng(0)
        for p in model.parameters():
            p.copy_(t.tensor(rng.standard_normal(tuple(p.shape))))
    return model.to(getattr(t, dtype))


def batches(t, count=4, dtype="float32"):
    rng = np.random.default_rng(1)
    return [t.tensor(rng.standard_normal((6, 3)), dtype=getattr(t, dtype)) for _ in range(count)]


def train(t, average, model, dtype, steps=4):
    optimizer = t.optim.SGD(model.parameters(), lr=0.1)
    seen = []
    for batch in batches(t, steps, dtype):
        optimizer.zero_grad()
        (model(batch) ** 2).mean().backward()
        optimizer.step()
        average.update_parameters(model)
        seen.append({key: value.detach().clone() for key, value in average.state_dict().items()})
    return seen


def assert_same(got, want):
    assert list(got) == list(want)
    for key, value in want.items():
        assert str(got[key].dtype) == str(value.dtype), key
        rtol = 1e-12 if value.dtype == torch.float64 else 1e-5
        np.testing.assert_allclose(got[key].numpy(), value.numpy(), rtol=rtol, atol=rtol / 10, err_msg=key)


AVERAGES = {
    "mean": lambda t: {},
    "mean with buffers": lambda t: {"use_buffers": True},
    "mean by a function": lambda t: {"avg_fn": swa(t).get_swa_avg_fn()},
    "mean of all": lambda t: {"multi_avg_fn": swa(t).get_swa_multi_avg_fn()},
    "moving": lambda t: {"avg_fn": swa(t).get_ema_avg_fn(0.7)},
    "moving of all": lambda t: {"multi_avg_fn": swa(t).get_ema_multi_avg_fn(0.7)},
    "moving of all with buffers": lambda t: {"multi_avg_fn": swa(t).get_ema_multi_avg_fn(), "use_buffers": True},
    "moving with buffers": lambda t: {"avg_fn": swa(t).get_ema_avg_fn(0.2), "use_buffers": True},
    "own": lambda t: {"avg_fn": lambda average, current, n: average * n + current},
    "on a device": lambda t: {"device": "cpu"},
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("average", AVERAGES)
def test_averages(average, dtype):
    results = []
    for t in (rushlight, torch):
        model = model_of(t, dtype)
        averaged = swa(t).AveragedModel(model, **AVERAGES[average](t))
        results.append(train(t, averaged, model, dtype))
    for ours, theirs in zip(*results, strict=True):
        assert_same(ours, theirs)


def test_complex_parameters():
    results = []
    for t in (rushlight, torch):
        model = t.nn.Module()
        model.w = t.nn.Parameter(t.tensor([1 + 2j, 3 - 1j]))
        averaged = swa(t).AveragedModel(model, multi_avg_fn=swa(t).get_ema_multi_avg_fn(0.25))
        for _ in range(3):
            averaged.update_parameters(model)
            with t.no_grad():
                model.w.mul_(1j)
        results.append(averaged.module.w.tolist())
    assert results[0] == pytest.approx(results[1])


def test_integers_in_the_functions():
    for name, args in (("get_swa_avg_fn", ()), ("get_ema_avg_fn", (0.5,))):
        results = []
        for t in (rushlight, torch):
            x = getattr(swa(t), name)(*args)(t.tensor([1, 2]), t.tensor([4, 7]), t.tensor(2))
            results.append((str(x.dtype), x.tolist()))
        assert results[0] == results[1]


def test_forward_and_repr():
    results = []
    for t in (rushlight, torch):
        averaged = swa(t).AveragedModel(model_of(t)).eval()
        results.append((averaged(batches(t)[0]).detach().numpy(), repr(averaged)))
    np.testing.assert_allclose(results[0][0], results[1][0], rtol=1e-5)
    assert results[0][1] == results[1][1]


@pytest.mark.parametrize("pairs", [False, True])
@pytest.mark.parametrize("training", [False, True])
def test_update_bn(pairs, training):
    results = []
    for t in (rushlight, torch):
        averaged = swa(t).AveragedModel(model_of(t)).train(training)
        loader = batches(t)
        swa(t).update_bn([(batch, 0) for batch in loader] if pairs else loader, averaged, *(["cpu"] if pairs else []))
        state = {key: value.detach() for key, value in averaged.state_dict().items()}
        results.append((state, averaged.training, averaged.module[1].momentum))
    assert_same(results[0][0], results[1][0])
    assert results[0][1:] == results[1][1:] == (training, 0.3)


def test_update_bn_without_batch_normalization():
    for t in (rushlight, torch):
        swa(t).update_bn(iter(lambda: pytest.fail("nothing to do"), None), t.nn.Linear(2, 2))


def optimizer_of(t, lr=0.5):
    params = [t.ones(2).requires_grad_() for _ in range(2)]
    return t.optim.SGD([{"params": params[:1]}, {"params": params[1:], "lr": 0.02}], lr=lr)


SCHEDULES = [
    {"swa_lr": 0.05},
    {"swa_lr": [0.05, 0.1], "anneal_epochs": 4, "anneal_strategy": "linear"},
    {"swa_lr": (0.05, 0.1), "anneal_epochs": 1},
    {"swa_lr": 0.7, "anneal_epochs": 0},
    {"swa_lr": 0.7, "anneal_epochs": 0, "anneal_strategy": "linear"},
]


@pytest.mark.parametrize("options", SCHEDULES, ids=str)
@pytest.mark.parametrize("resume", [None, 3, 9])
@pytest.mark.parametrize("after", [False, True])
def test_schedules(options, resume, after):
    """Also while another scheduler changes the learning rates."""
    results = []
    for t in (rushlight, torch):
        optimizer = optimizer_of(t)
        other = t.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
        scheduler = swa(t).SWALR(optimizer, **options)
        seen = []
        for step in range(30):
            if step == resume:
                state = dict(scheduler.state_dict())
                scheduler = swa(t).SWALR(optimizer, swa_lr=options["swa_lr"])
                scheduler.load_state_dict(state)
            optimizer.step()
            if after and step < 5:
                other.step()
            scheduler.step()
            lrs = [group["lr"] for group in optimizer.param_groups]
            state = {key: value for key, value in scheduler.state_dict().items() if key != "anneal_func"}
            seen.append((repr(lrs), repr(scheduler.get_last_lr()), state))
        results.append(seen)
    assert results[0] == results[1]


ERRORS = {
    "decay": lambda t: swa(t).get_ema_avg_fn(1.5),
    "decay of all": lambda t: swa(t).get_ema_multi_avg_fn(-0.5),
    "two functions": lambda t: swa(t).AveragedModel(t.nn.Linear(1, 1), avg_fn=len, multi_avg_fn=len),
    "strategy": lambda t: swa(t).SWALR(optimizer_of(t), 0.1, anneal_strategy="square"),
    "epochs": lambda t: swa(t).SWALR(optimizer_of(t), 0.1, anneal_epochs=-1),
    "fraction of epochs": lambda t: swa(t).SWALR(optimizer_of(t), 0.1, anneal_epochs=1.5),
    "lists": lambda t: swa(t).SWALR(optimizer_of(t), [0.1]),
    "integers": lambda t: swa(t).get_swa_multi_avg_fn()([t.tensor([1])], [t.tensor([2])], 1),
    "integers, a tensor": lambda t: swa(t).get_swa_multi_avg_fn()([t.tensor([1])], [t.tensor([2])], t.tensor(1)),
}


@pytest.mark.parametrize("call", ERRORS)
def test_errors(call):
    results = []
    for t in (rushlight, torch):
        with pytest.raises((ValueError, AssertionError, RuntimeError)) as info:
            ERRORS[call](t)
        results.append((info.type, str(info.value)))
    assert results[0] == results[1]


@pytest.mark.parametrize("name", PUBLIC)
def test_signatures(name):
    assert sorted(swa(rushlight).__all__) == PUBLIC
    ours, theirs = (inspect.signature(getattr(swa(t), name)).parameters.values() for t in (rushlight, torch))
    assert [(p.name, p.kind, p.default) for p in ours] == [(p.name, p.kind, p.default) for p in theirs]
