"""Profiles against PyTorch's: the titles of tables, schedules, and what is refused."""

import itertools
from importlib import import_module

import pytest

torch = pytest.importorskip("torch")
import rushlight  # noqa: E402

OPTIONS = ["record_shapes", "profile_memory", "with_flops", "with_stack"]


def program(t):
    x, w = t.ones(4, 3), t.ones(5, 3, requires_grad=True)
    (t.nn.functional.linear(x, w) * 2).relu().sum().backward()


@pytest.mark.parametrize("options", list(itertools.product((False, True), repeat=4)), ids=str)
def test_the_columns_of_tables(options, capfd):
    chosen = dict(zip(OPTIONS, options))
    titles = []
    for t in (rushlight, torch):
        with t.autograd.profiler.profile(use_kineto=True, **chosen) as prof:
            program(t)
        averages = prof.key_averages(group_by_input_shape=chosen["record_shapes"])
        titles.append([title for title in averages.table().splitlines()[1].split("  ") if title])
    ours, theirs = titles
    assert [title.strip() for title in ours] == [title.strip() for title in theirs]


def test_what_both_see():
    keys = []
    for t in (rushlight, torch):
        with t.profiler.profile(activities=[t.profiler.ProfilerActivity.CPU]) as prof, t.profiler.record_function("mine"):
            program(t)
        keys.append({event.key: event.count for event in prof.key_averages()})
    ours, theirs = keys
    for name in ours:
        if name.endswith("Backward0") or name in ("mine", "aten::linear", "aten::relu", "aten::sum", "aten::mul"):
            assert name in theirs or name.partition(": ")[2] in theirs or "evaluate_function" in name
    assert ours["mine"] == theirs["mine"] == 1 and ours["torch::autograd::AccumulateGrad"] == 1


@pytest.mark.parametrize("arguments", [
    {"wait": 1, "warmup": 1, "active": 2}, {"wait": 0, "warmup": 2, "active": 1, "repeat": 2},
    {"wait": 2, "warmup": 1, "active": 1, "skip_first": 3}, {"wait": 5, "warmup": 1, "active": 2, "skip_first": 2,
                                                            "skip_first_wait": 1, "repeat": 1},
], ids=str)  # fmt: skip
def test_schedules(arguments):
    ours, theirs = (t.profiler.schedule(**arguments) for t in (rushlight, torch))
    assert [ours(i).name for i in range(30)] == [theirs(i).name for i in range(30)]


@pytest.mark.parametrize("arguments", [{"wait": -1, "warmup": 1, "active": 1}, {"wait": 1, "warmup": 1, "active": 0}], ids=str)
def test_refused_schedules(arguments):
    said = []
    for t in (rushlight, torch):
        with pytest.raises(AssertionError) as caught:
            t.profiler.schedule(**arguments)
        said.append(str(caught.value))
    assert said[0] == said[1]


def test_signatures():
    import inspect

    for module, name in [("autograd.profiler", "profile"), ("autograd.profiler", "record_function"), ("profiler", "profile"),
                         ("profiler", "schedule"), ("profiler", "tensorboard_trace_handler")]:  # fmt: skip
        ours, theirs = (
            inspect.signature(getattr(import_module(f"{t.__name__}.{module}"), name)).parameters.values()
            for t in (rushlight, torch)
        )
        assert [(p.name, p.kind, p.default) for p in ours] == [(p.name, p.kind, p.default) for p in theirs]
