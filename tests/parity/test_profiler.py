"""Profiles against PyTorch's: the titles of tables, schedules, and what is refused."""

import itertools
import warnings
from importlib import import_module
from operator import attrgetter

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


def words(given, call):
    """What a call returned, or its error; and what it warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = repr(call(given)).replace("rushlight", "torch")
        except Exception as error:
            found = f"{type(error).__name__}: {error}"
    return found, [(w.category.__name__, str(w.message)) for w in caught]


ATTRIBUTES = (
    "activity_type cuda_time cuda_time_total event_metadata flow_id flow_start flow_type is_python_function kwinputs "
    "linked_correlation_id metadata_json python_id python_module_id python_parent_id self_cpu_percent "
    "self_cuda_memory_usage self_cuda_time_total total_cpu_percent total_device_percent node_id is_async is_remote is_legacy "
    "kernels device_time count scope use_device is_user_annotation overload_name"
).split()


def test_attributes_of_an_event():
    found = []
    for t in (rushlight, torch):
        with t.autograd.profiler.profile() as prof:
            t.ones(3).relu()
        event = next(e for e in prof.function_events if e.name == "aten::relu")
        seen = [words(event, attrgetter(name)) for name in ATTRIBUTES]
        event.append_kernel("kernel", 0, 5)
        averages = prof.key_averages()
        averages.table()
        seen += [str(event.kernels), event.external_id == event.id, all("%" in a.self_cpu_percent for a in averages)]
        found.append(seen)
    assert found[0] == found[1]


BEFORE = {
    "averages": lambda t: t.profiler.profile().key_averages(), "events": lambda t: t.profiler.profile().events(),
    "trace": lambda t: t.profiler.profile().export_chrome_trace("nowhere"), "stop": lambda t: t.profiler.profile().stop(),
    "step": lambda t: t.profiler.profile().step(), "stacks": lambda t: t.profiler.profile().export_stacks("nowhere"),
    "memory": lambda t: t.profiler.profile().export_memory_timeline("nowhere"),
    "toggle": lambda t: t.profiler.profile().toggle_collection_dynamic(True, []),
    "trace id": lambda t: t.profiler.profile().get_trace_id(), "no activity": lambda t: t.profiler.profile(activities=["cpu"]),
    "table": lambda t: t.autograd.profiler.profile().table(), "total": lambda t: t.autograd.profiler.profile().total_average(),
    "time": lambda t: t.autograd.profiler.profile().self_cpu_time_total, "text": lambda t: t.autograd.profiler.profile(),
    "grouped": lambda t: list(t.autograd.profiler.profile().key_averages()),
}  # fmt: skip


@pytest.mark.parametrize("name", BEFORE)
def test_before_there_is_a_profile(name):
    assert words(rushlight, BEFORE[name]) == words(torch, BEFORE[name])


def test_a_profile_may_be_stopped_twice():
    prof = rushlight.profiler.profile()
    prof.start()
    prof.stop()
    prof.stop()
    with rushlight.profiler.profile():
        rushlight.ones(3).relu()
