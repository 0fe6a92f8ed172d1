"""`python -m benchmarks.transforms`: every way of a quantity computes the same."""

import importlib
import math

import pytest

import rushlight

transforms = importlib.import_module("benchmarks.transforms")


@pytest.mark.parametrize("name", [name for name, _ in transforms.quantities(rushlight) if "100" not in name])
def test_all_ways_agree(name):
    ways = dict(transforms.quantities(rushlight))[name]
    found = {way: transforms.numbers(step()) for way, step in ways.items()}
    first = next(iter(found.values()))
    assert len(first) > 0
    for way, values in found.items():
        assert len(values) == len(first), way
        assert all(math.isclose(a, b, rel_tol=1e-3, abs_tol=1e-3) for a, b in zip(values, first)), way


def test_ways_that_are_far_from_the_quickest_are_left_out():
    waits = {("ours", "quick"): 1, ("ours", "slow"): 300_000, ("theirs", "quick"): 1}
    steps = {place: lambda n=n: sum(range(n)) for place, n in waits.items()}
    best = transforms.best_of_each(steps, 0)
    assert best["ours", "slow"] == math.inf
    assert 0 < best["ours", "quick"] < 1 and 0 < best["theirs", "quick"] < 1
