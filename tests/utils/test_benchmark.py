"""Timers run statements as often as needed; measurements show what their times say, as PyTorch's do."""

import pickle

import pytest

import rushlight as torch
from rushlight.utils.benchmark import Measurement, TaskSpec, Timer


def measured(times, stmt="x + 1", setup="pass", **task):
    return Measurement(100, [t * 100 for t in times], TaskSpec(stmt, setup, **task))


@pytest.mark.parametrize(
    "found, shown",
    [
        (measured([1.23e-6]), ["x + 1", "  1.23 us", "  1 measurement, 100 runs , 1 thread"]),
        (
            measured([5.7e-6, 5.8e-6, 6.1e-6, 5.5e-6, 9e-6], label="add", sub_label="float", description="n=1"),
            ["add: float", "n=1", "  Median: 5.80 us", "  IQR:    0.40 us (5.70 to 6.10)",
             "  5 measurements, 100 runs per measurement, 1 thread"],
        ),
        (
            measured([5.7e-3, 5.8e-3], label="add", setup="a = 1\nb = 2", num_threads=4),
            ["add", "setup:", "  a = 1", "  b = 2", "", "  Median: 5.75 ms",
             "  2 measurements, 100 runs per measurement, 4 threads"],
        ),
        (
            measured([1e-9, 2e-9, 4e-9, 5e-8], stmt="a\nb"),
            ["stmt:", "  a", "  b", "", "  Median: 3.00 ns", "  IQR:    13.75 ns (1.75 to 15.50)",
             "  4 measurements, 100 runs per measurement, 1 thread",
             "  WARNING: Interquartile range is 458.3% of the median measurement.",
             "           This suggests significant environmental influence."],
        ),
    ],
    ids=["one", "several", "setup", "scattered"],
)  # fmt: skip
def test_repr(found, shown):
    assert repr(found).splitlines()[1:] == shown


def test_statistics():
    found = measured([5.7e-6, 5.8e-6, 6.1e-6, 5.5e-6, 9e-6], label="add")
    assert found.median == pytest.approx(5.8e-6) and found.mean == pytest.approx(6.42e-6)
    assert found.iqr == pytest.approx(4e-7) and found.significant_figures == 1
    assert not found.has_warnings and found.meets_confidence() and measured([1, 2, 3, 4]).has_warnings
    assert found.label == found.title == "add" and found.as_row_name == "x + 1"
    assert pickle.loads(pickle.dumps(found)) == found
    with pytest.raises(AttributeError, match="nope"):
        print(found.nope)


def test_merge():
    first, second, other = measured([1.0]), measured([2.0, 3.0]), measured([4.0], label="other")
    merged = Measurement.merge([first, other, second])
    assert [m.times for m in merged] == [[1.0, 2.0, 3.0], [4.0]] and merged[0].number_per_run == 1


def test_timeit_runs_as_often_as_asked():
    calls = []
    found = Timer("calls.append(torch.get_num_threads())", globals={"calls": calls}, num_threads=1).timeit(300)
    assert len(calls) == 3 + 300 and set(calls) == {1}
    assert found.number_per_run == 300 and found.median > 0


@pytest.mark.parametrize("method", ["blocked_autorange", "adaptive_autorange"])
def test_ranges_choose_the_number_of_runs(method):
    seen = []
    timer = Timer("x.add(1)", "x = torch.ones(2)")
    found = getattr(timer, method)(min_run_time=0.01, callback=lambda number, seconds: seen.append(seconds))
    assert found.raw_times == seen and sum(seen) >= 0.01
    assert found.number_per_run in {10**n for n in range(1, 6)}


def test_threads_are_as_before_after_an_error():
    before = torch.get_num_threads()
    with pytest.raises(NameError, match="lacking"):
        Timer("lacking", num_threads=before + 1).timeit(3)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: Timer(3), ValueError, "Currently only a `str` stmt is supported."),
        (lambda: Timer(language="z"), ValueError, "Invalid language `z`."),
        (lambda: Timer(language="c++"), NotImplementedError, "not C"),
        (lambda: Timer(global_setup="z"), ValueError, r"global_setup is C\+\+ only, got `z`."),
        (lambda: Timer().repeat(), NotImplementedError, "See `Timer.blocked_autorange.`"),
        (lambda: Timer().autorange(), NotImplementedError, "See `Timer.blocked_autorange.`"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()
