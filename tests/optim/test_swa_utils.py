"""Averages of models along their training."""

import numpy as np
import pytest

import rushlight as torch
from rushlight import nn
from rushlight.optim.swa_utils import (
    SWALR,
    AveragedModel,
    get_ema_avg_fn,
    get_ema_multi_avg_fn,
    get_swa_avg_fn,
    get_swa_multi_avg_fn,
    update_bn,
)

VALUES = [1.0, 5.0, 3.0, 7.0]


def along(values, **options):
    """The average of a model whose weights are all the given value, one after the other."""
    model = nn.Linear(2, 2)
    average = AveragedModel(model, **options)
    seen = []
    for value in values:
        with torch.no_grad():
            for p in model.parameters():
                p.fill_(value)
        average.update_parameters(model)
        seen.append(average.module.weight[0, 0].item())
    assert all((p == seen[-1]).all() for p in average.module.parameters())
    assert average.n_averaged.item() == len(values)
    return seen


@pytest.mark.parametrize("options", [{}, {"avg_fn": get_swa_avg_fn()}, {"multi_avg_fn": get_swa_multi_avg_fn()}])
def test_mean(options):
    assert along(VALUES, **options) == pytest.approx([1, 3, 3, 4])


@pytest.mark.parametrize("options", [{"avg_fn": get_ema_avg_fn(0.75)}, {"multi_avg_fn": get_ema_multi_avg_fn(0.75)}])
def test_moving_average(options):
    assert along(VALUES, **options) == pytest.approx([1, 2, 2.25, 3.4375])


def test_the_model_stays_apart():
    model = nn.Linear(2, 2)
    average = AveragedModel(model)
    average.update_parameters(model)
    assert average.module.weight.data_ptr() != model.weight.data_ptr()
    assert average(torch.ones(1, 2)).tolist() == model(torch.ones(1, 2)).tolist()
    assert [name for name, _ in average.named_parameters()] == ["module.weight", "module.bias"]
    assert "n_averaged" in average.state_dict()


@pytest.mark.parametrize("use_buffers", [False, True])
def test_buffers(use_buffers):
    model = nn.BatchNorm1d(2)
    average = AveragedModel(model, use_buffers=use_buffers)
    for value in (2.0, 4.0):
        model.running_mean.fill_(value)
        average.update_parameters(model)
    assert average.module.running_mean.tolist() == ([3, 3] if use_buffers else [4, 4])


def test_only_one_function():
    with pytest.raises(AssertionError, match="Only one of avg_fn and multi_avg_fn"):
        AveragedModel(nn.Linear(1, 1), avg_fn=get_swa_avg_fn(), multi_avg_fn=get_swa_multi_avg_fn())


@pytest.mark.parametrize("make", [get_ema_avg_fn, get_ema_multi_avg_fn])
def test_decay_out_of_range(make):
    with pytest.raises(ValueError, match="Invalid decay value 2 provided"):
        make(2)


@pytest.mark.parametrize("training", [False, True])
def test_update_bn(training):
    """The statistics become the means over the batches."""
    rng = np.random.default_rng(0)
    batches = [torch.tensor(rng.standard_normal((5, 3))).float() for _ in range(4)]
    model = nn.Sequential(nn.BatchNorm1d(3, momentum=0.4)).train(training)
    model[0].running_mean.fill_(99)
    update_bn([(batch, "label") for batch in batches], model)
    mean = np.mean([batch.numpy().mean(0) for batch in batches], 0)
    var = np.mean([batch.numpy().var(0, ddof=1) for batch in batches], 0)
    np.testing.assert_allclose(model[0].running_mean.numpy(), mean, atol=1e-6)
    np.testing.assert_allclose(model[0].running_var.numpy(), var, rtol=1e-5)
    assert (model.training, model[0].momentum) == (training, 0.4)


@pytest.mark.parametrize("strategy", ["linear", "cos"])
def test_schedule(strategy):
    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    scheduler = SWALR(optimizer, swa_lr=0.2, anneal_epochs=4, anneal_strategy=strategy)
    lrs = []
    for _ in range(7):
        lrs += scheduler.get_last_lr()
        optimizer.step()
        scheduler.step()
    way = [min(1, i / 4) for i in range(7)]
    if strategy == "cos":
        way = [(1 - np.cos(np.pi * t)) / 2 for t in way]
    assert lrs == pytest.approx([1 - 0.8 * t for t in way])
