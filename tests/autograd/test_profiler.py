"""Profiles: which events there are, how they nest, what they count; and that nothing is left behind."""

import gzip
import json
import sys

import pytest

import rushlight as torch
from rushlight.autograd import profiler
from rushlight.core import backward
from rushlight.profiler import ProfilerAction, ProfilerActivity


def program(x, w):
    y = (torch.nn.functional.linear(x, w) * 2).relu().sum()
    y.backward()
    return y


def tensors():
    return torch.ones(4, 3), torch.ones(5, 3, requires_grad=True)


def taken(**options):
    with profiler.profile(**options) as prof:
        program(*tensors())
    return prof


def named(prof, name):
    return [event for event in prof.function_events if event.name == name]


def test_forward_operations_and_backward_nodes():
    prof = taken()
    counts = {event.key: event.count for event in prof.key_averages()}
    for name in ("aten::linear", "aten::mul", "aten::relu", "aten::sum", "SumBackward0", "ReluBackward0", "MulBackward0"):
        assert counts[name] >= 1
    assert counts["autograd::engine::evaluate_function: MulBackward0"] == 1
    assert counts["torch::autograd::AccumulateGrad"] == 1


def test_a_node_has_the_number_of_the_operation_that_made_it():
    prof = taken()
    (relu,), (node,) = named(prof, "aten::relu"), named(prof, "ReluBackward0")
    assert relu.sequence_nr == node.sequence_nr > 0 and relu.scope == 0 and node.scope == 1


def test_events_nest_and_times_add_up():
    prof = taken()
    for event in prof.function_events:
        if event.cpu_parent is not None:
            outer, inner = event.cpu_parent.time_range, event.time_range
            assert outer.start <= inner.start <= inner.end <= outer.end
            assert event in event.cpu_parent.cpu_children
    (linear,) = named(prof, "aten::linear")
    assert linear.cpu_children
    top = [event for event in prof.function_events if event.cpu_parent is None]
    assert sum(e.cpu_time_total for e in top) == pytest.approx(prof.self_cpu_time_total)


def test_record_function_labels_what_is_inside():
    @profiler.record_function("inner")
    def inner(x):
        return x * 2

    x = torch.ones(3)
    assert inner(x).sum() == 6  # outside of a profile it does nothing
    with profiler.profile() as prof, profiler.record_function("outer"):
        inner(x)
    (outer,), (label,), (mul,) = named(prof, "outer"), named(prof, "inner"), named(prof, "aten::mul")
    assert mul.cpu_parent is label and label.cpu_parent is outer and outer.is_user_annotation


def test_an_error_inside_closes_its_events():
    prof = profiler.profile()
    a, b = torch.ones(2), torch.ones(3)
    with pytest.raises(RuntimeError, match="size"), prof, profiler.record_function("mine"):
        a * b
    assert [event.name for event in prof.function_events] == ["mine"]
    assert sys.getprofile() is None and not backward.GUARDS


def test_shapes_memory_flops_and_stacks():
    prof = taken(record_shapes=True, profile_memory=True, with_flops=True, with_stack=True)
    (mul,) = [event for event in named(prof, "aten::mul") if event.cpu_parent is None]
    assert mul.input_shapes[0] == [4, 5] and mul.flops == 20 and mul.self_cpu_memory_usage == 80
    assert "test_profiler.py" in mul.stack[0] and "program" in mul.stack[0]
    table = prof.key_averages(group_by_input_shape=True, group_by_stack_n=1).table(sort_by="cpu_memory_usage")
    for title in ("CPU Mem", "Self CPU Mem", "Input Shapes", "Source Location", "Total FLOPs"):
        assert title in table


def test_views_take_no_memory():
    x = torch.ones(4, 4)
    with profiler.profile(profile_memory=True) as prof:
        x.t()
    assert [event.cpu_memory_usage for event in prof.function_events if event.name == "aten::t"] == [0]


def test_tables():
    prof = taken()
    averages = prof.key_averages()
    lines = averages.table(sort_by="count", row_limit=2, header="mine").splitlines()
    assert lines[1] == "mine" and len(lines) == 9 and lines[-1].startswith("Self CPU time total: ")
    assert "This report only display top-level ops" in prof.table(top_level_events_only=True)
    assert averages.table(time_unit="s").count("0.000s") > 0
    assert str(prof) == prof.table() and repr(prof).startswith("[<FunctionEvent id=1 ")
    total = prof.total_average()
    assert total.key == "Total" and total.count == len(prof.function_events)


def test_traces_and_stacks_on_disk(tmp_path):
    prof = taken(record_shapes=True, with_stack=True)
    prof.export_chrome_trace(str(tmp_path / "trace.json"))
    events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    assert {"aten::linear", "MulBackward0"} <= {event["name"] for event in events}
    assert all(event["ph"] == "X" and event["dur"] >= 0 for event in events)
    prof.export_stacks(str(tmp_path / "stacks"))
    assert "test_profiler.py" in (tmp_path / "stacks").read_text()
    with pytest.raises(ValueError, match="metric should be one of"):
        prof.export_stacks(str(tmp_path / "stacks"), "weight")
    with pytest.raises(AssertionError, match="requires with_stack"):
        taken().export_stacks(str(tmp_path / "stacks"))


def test_one_profile_at_a_time():
    with profiler.profile() as prof:
        with pytest.raises(RuntimeError, match="already enabled"), profiler.profile():
            pass
        with pytest.raises(RuntimeError, match="not reentrant"), prof:
            pass
    with profiler.profile(enabled=False) as nothing:
        assert nothing is None and sys.getprofile() is None


def test_nothing_is_left_behind():
    taken()
    assert sys.getprofile() is None and not backward.GUARDS


@pytest.mark.filterwarnings("ignore:Warning. Profiler clears events at the end of each cycle")
def test_a_schedule():
    action = torch.profiler.schedule(wait=1, warmup=1, active=2, repeat=1)
    none, warmup, record, save, _ = ProfilerAction
    assert [action(i) for i in range(6)] == [none, warmup, record, save, none, none]
    counts = []
    with torch.profiler.profile(
        activities=[ProfilerActivity.CPU],
        schedule=torch.profiler.schedule(wait=1, warmup=1, active=2),
        on_trace_ready=lambda p: counts.append({e.key: e.count for e in p.key_averages()}),
    ) as prof:
        for _ in range(8):
            torch.ones(2) * 2
            prof.step()
    assert [found["aten::mul"] for found in counts] == [2, 2]
    assert all(found["ProfilerStep*"] == 2 for found in counts)


def test_a_profile_without_a_schedule(tmp_path):
    with torch.profiler.profile(record_shapes=True) as prof:
        program(*tensors())
    prof.add_metadata("who", "me")
    prof.export_chrome_trace(str(tmp_path / "t.json.gz"))
    trace = json.loads(gzip.decompress((tmp_path / "t.json.gz").read_bytes()))
    assert trace["who"] == "me" and trace["traceEvents"] and prof.events().self_cpu_time_total > 0
    handler = torch.profiler.tensorboard_trace_handler(str(tmp_path / "logs"))
    handler(prof)
    assert len(list((tmp_path / "logs").iterdir())) == 1


def test_in_place_methods_go_by_their_names():
    x = torch.ones(3)
    with profiler.profile() as prof:
        x.add_(1)
        x.sub_(x, alpha=2)
        x.addcmul_(x, x)
        x.mul_(2)
        x += 1
    names = [event.key for event in prof.key_averages()]
    assert names[:4] == ["aten::add_", "aten::sub_", "aten::addcmul_", "aten::mul_"]
