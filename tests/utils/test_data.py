"""Datasets, samplers, and loaders with and without workers."""

import os
import time
from collections import namedtuple

import numpy as np
import pytest

import rushlight as torch
from rushlight.utils import data
from rushlight.utils.data import DataLoader, TensorDataset


class Squares(data.Dataset):
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if i >= self.n:
            raise IndexError(i)
        return i * i


class Stream(data.IterableDataset):
    """The numbers below n; in workers, each worker's share of them."""

    def __init__(self, n):
        self.n = n

    def __iter__(self):
        info = data.get_worker_info()
        return iter(range(info.id, self.n, info.num_workers) if info else range(self.n))


class Failing(Squares):
    def __getitem__(self, i):
        if i == 3:
            raise KeyError("no three")
        return i


class Dying(Squares):
    def __getitem__(self, i):
        os._exit(1)


class Sleeping(Squares):
    def __getitem__(self, i):
        time.sleep(30)


class Seeds(Squares):
    def __getitem__(self, i):
        info = data.get_worker_info()
        return info.id, info.num_workers, info.seed, torch.rand(1).item()


def initialize(number):
    global initialized
    initialized = number


class Initialized(Squares):
    def __getitem__(self, i):
        return initialized


WORKERS = [{}, {"num_workers": 2}, {"num_workers": 3, "multiprocessing_context": "thread"}]


@pytest.mark.parametrize("workers", WORKERS, ids=str)
def test_batches_in_order(workers):
    loader = DataLoader(Squares(10), batch_size=3, **workers)
    assert len(loader) == 4
    assert [b.tolist() for b in loader] == [[0, 1, 4], [9, 16, 25], [36, 49, 64], [81]]
    assert [b.tolist() for b in loader] == [[0, 1, 4], [9, 16, 25], [36, 49, 64], [81]]
    assert [b.tolist() for b in DataLoader(Squares(5), batch_size=2, drop_last=True, **workers)] == [[0, 1], [4, 9]]
    assert list(DataLoader(Squares(3), batch_size=None, **workers)) == [0, 1, 4]
    assert [b.tolist() for b in DataLoader(Squares(4), batch_sampler=[[3, 0], [1]], **workers)] == [[9, 0], [1]]
    assert list(DataLoader(Squares(4), batch_size=2, collate_fn=tuple, **workers)) == [(0, 1), (4, 9)]


@pytest.mark.parametrize("workers", WORKERS, ids=str)
def test_streams(workers):
    loader = DataLoader(Stream(7), batch_size=2, **workers)
    assert sorted(x for b in loader for x in b.tolist()) == list(range(7))
    if not workers:
        assert [b.tolist() for b in loader] == [[0, 1], [2, 3], [4, 5], [6]]
        assert [b.tolist() for b in DataLoader(Stream(7), batch_size=2, drop_last=True)] == [[0, 1], [2, 3], [4, 5]]
        assert list(DataLoader(Stream(3), batch_size=None)) == [0, 1, 2]
    with pytest.raises(TypeError, match="no len"):
        len(loader)


@pytest.mark.parametrize("workers", WORKERS[1:], ids=str)
def test_persistent_workers(workers):
    loader = DataLoader(Stream(4), batch_size=1, persistent_workers=True, **workers)
    for _ in range(3):
        assert sorted(int(b) for b in loader) == [0, 1, 2, 3]


@pytest.mark.parametrize("workers", WORKERS, ids=str)
def test_shuffled_the_same_for_any_workers(workers):
    torch.manual_seed(0)
    assert [b.tolist() for b, in DataLoader(TensorDataset(torch.arange(6)), 4, shuffle=True, **workers)] == [[0, 4, 3, 5], [2, 1]]
    assert torch.rand(1).item() == pytest.approx(0.3074, abs=1e-4)


def test_seeds_of_workers():
    torch.manual_seed(0)
    (ids, counts, seeds, first), *_ = DataLoader(Seeds(4), batch_size=4, num_workers=1)
    assert ids.tolist() == [0] * 4 and counts.tolist() == [1] * 4
    torch.manual_seed(seeds[0].item())
    np.testing.assert_allclose(first.numpy(), torch.rand(4).numpy())
    assert data.get_worker_info() is None
    assert [b.tolist() for b in DataLoader(Initialized(3), num_workers=2, worker_init_fn=initialize)] == [[0], [1], [0]]


@pytest.mark.parametrize("workers", WORKERS[1:], ids=str)
def test_errors_in_workers(workers):
    with pytest.raises(KeyError, match=r"Caught KeyError in DataLoader worker process 1(.|\n)*no three"):
        list(DataLoader(Failing(5), **{**workers, "num_workers": 2}))
    with pytest.raises(KeyError, match="no three"):
        list(DataLoader(Failing(5)))


class Odd(Exception):
    def __init__(self, message):
        super().__init__("odd: " + message)


class Odds(data.Dataset):
    def __len__(self):
        return 1

    def __getitem__(self, index):
        raise Odd("number")


@pytest.mark.parametrize("workers", WORKERS[1:], ids=str)
def test_the_words_of_an_error_in_a_worker_stand_in_lines_and_once(workers):
    with pytest.raises(KeyError) as caught:
        list(DataLoader(Failing(5), **{**workers, "num_workers": 2}))
    assert str(caught.value).startswith("Caught KeyError in DataLoader worker process 1.\nOriginal Traceback")
    with pytest.raises(Odd, match=r"^odd: Caught Odd in DataLoader worker process 0"):
        list(DataLoader(Odds(), **workers))


def test_workers_that_die_or_sleep():
    with pytest.raises(RuntimeError, match="DataLoader worker 0 exited unexpectedly"):
        list(DataLoader(Dying(2), num_workers=1))
    with pytest.raises(RuntimeError, match=r"timed out after 0\.2 seconds"):
        for _ in DataLoader(Sleeping(2), num_workers=1, timeout=0.2, multiprocessing_context="fork"):
            pass


def test_a_loader_that_is_left_early():
    for batch in DataLoader(Squares(1000), num_workers=2, multiprocessing_context="thread"):
        assert batch.tolist() == [0]
        break


def test_collating():
    P = namedtuple("P", "x y")
    collate = data.default_collate
    assert str(collate([P(1, 2.5), P(3, 4.5)])) == "P(x=tensor([1, 3]), y=tensor([2.5000, 4.5000], dtype=torch.float64))"
    assert str(collate([(torch.ones(1), "a"), (torch.zeros(1), "b")])) == "[tensor([[1.],\n        [0.]]), ('a', 'b')]"
    assert collate([np.float32(1), np.float32(2)]).dtype is torch.float32
    assert collate([np.ones(2), np.zeros(2)]).tolist() == [[1, 1], [0, 0]]
    assert str(data.default_convert({"a": np.ones(1), "b": (np.int64(2), "x")})) == (
        "{'a': tensor([1.], dtype=torch.float64), 'b': [tensor(2), 'x']}"
    )
    with pytest.raises(TypeError, match="found <class 'object'>"):
        collate([object()])
    with pytest.raises(RuntimeError, match="equal size"):
        collate([[1, 2], [3]])


def test_datasets():
    both = Squares(3) + Squares(2)
    assert len(both) == 5 and [both[i] for i in (0, 2, 3, 4, -1)] == [0, 4, 0, 1, 1]
    with pytest.raises(ValueError, match="absolute value of index"):
        both[-6]
    assert list(Stream(2) + Stream(3)) == [0, 1, 0, 1, 2]
    assert data.StackDataset(Squares(3), Squares(3))[2] == (4, 4)
    assert data.StackDataset(a=Squares(3))[2] == {"a": 4}
    assert [data.Subset(Squares(5), [4, 0])[i] for i in (0, 1)] == [16, 0]
    parts = data.random_split(range(10), [0.5, 0.25, 0.25], generator=torch.Generator().manual_seed(1))
    assert sorted(x for part in parts for x in part) == list(range(10)) and [len(p) for p in parts] == [6, 2, 2]


@pytest.mark.parametrize("options, message", [
    ({"num_workers": -1}, "num_workers option should be non-negative"), ({"timeout": -1}, "timeout option"),
    ({"prefetch_factor": 2}, "prefetch_factor"), ({"persistent_workers": True}, "persistent_workers"),
    ({"batch_size": 0}, "batch_size=0"), ({"batch_size": None, "drop_last": True}, "drop_last"),
    ({"sampler": [0], "shuffle": True}, "mutually exclusive"), ({"batch_sampler": [[0]], "shuffle": True}, "mutually exclusive"),
    ({"multiprocessing_context": "fork"}, "multi-process loading"),
    ({"multiprocessing_context": "x", "num_workers": 1}, "valid start method"),
])  # fmt: skip
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        DataLoader(Squares(3), **options)
