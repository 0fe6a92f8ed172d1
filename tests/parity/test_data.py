"""Loaders give the same batches, in the same order, from the same seeds as PyTorch's."""

import random
import warnings

import numpy as np
import pytest

pytest.importorskip("torch")
import torch
import torch.utils.data

import rushlight
import rushlight.utils.data


class Draws:
    """Samples that tell of every random stream in a worker."""

    def __init__(self, t):
        self.t = t

    def __len__(self):
        return 5

    def __getitem__(self, i):
        info = self.t.utils.data.get_worker_info()
        return self.t.rand(1).item(), random.random(), np.random.rand(), info.seed


def numbers(t):
    return t.utils.data.TensorDataset(t.arange(11), t.arange(11.0))


CASES = [
    lambda t: t.utils.data.DataLoader(numbers(t), 4, shuffle=True),
    lambda t: t.utils.data.DataLoader(numbers(t), 4, shuffle=True, generator=t.Generator().manual_seed(3)),
    lambda t: t.utils.data.DataLoader(numbers(t), 4, shuffle=True, num_workers=2, drop_last=True),
    lambda t: t.utils.data.DataLoader(Draws(t), num_workers=2),
    lambda t: t.utils.data.DataLoader(Draws(t), batch_size=2, num_workers=1, persistent_workers=True),
    lambda t: t.utils.data.RandomSampler(range(50), replacement=True, num_samples=70),
    lambda t: t.utils.data.RandomSampler(range(5), num_samples=12),
    lambda t: t.utils.data.SubsetRandomSampler([3, 1, 4, 1, 5]),
    lambda t: t.utils.data.WeightedRandomSampler([0.1, 0.9, 3.0], 9),
    lambda t: t.utils.data.WeightedRandomSampler([0.1, 0.9, 3.0], 3, replacement=False),
    lambda t: t.utils.data.BatchSampler(t.utils.data.SequentialSampler(range(5)), 2, True),
    lambda t: [list(part) for part in t.utils.data.random_split(range(10), [0.33, 0.33, 0.34])],
    lambda t: [list(part) for part in t.utils.data.random_split(range(7), [3, 4])],
]


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_same_batches(case):
    seen = []
    for t in (rushlight, torch):
        t.manual_seed(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = case(t)
            seen.append((str([list(made), list(made)]), t.rand(1).item()))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("length", "replicas"), [(5, 2), (6, 3), (2, 5), (0, 2), (1, 1)])
def test_each_process_has_its_share(length, replicas, drop_last):
    def shares(module):
        found = []
        for rank in range(replicas):
            for shuffle in (False, True):
                sampler = module.utils.data.DistributedSampler(range(length), replicas, rank, shuffle, 3, drop_last)
                sampler.set_epoch(2)
                found.append((len(sampler), list(sampler)))
        return found

    if not length and not drop_last:
        assert shares(rushlight) == [(0, [])] * 2 * replicas  # PyTorch divides by zero, or not
        return
    assert shares(rushlight) == shares(torch)
