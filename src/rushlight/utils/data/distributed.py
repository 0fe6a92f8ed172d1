"""The part of a dataset that one of several processes goes through."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sized
from typing import Any

from ... import ops
from ...distributed import is_available
from .sampler import Sampler


class DistributedSampler(Sampler[int]):
    """Every `num_replicas`-th index, from `rank` on: each of several processes, with a rank of its own, has its share.

    Args:
        dataset: what has a length.
        num_replicas: how many processes there are; must be given, for there is no `torch.distributed` to ask.
        rank: which of them this is.
        shuffle: a random order, that of `seed` and the epoch, which is the same in all processes; see `set_epoch`.
        seed: of the order.
        drop_last: leave out what does not divide evenly; otherwise some samples come twice.

    Raises:
        RuntimeError: without `num_replicas` or `rank`.
        ValueError: for a rank out of range.

    >>> list(DistributedSampler(range(5), num_replicas=2, rank=1, shuffle=False))
    [1, 3, 0]
    """

    def __init__(
        self, dataset: Sized, num_replicas: int | None = None, rank: int | None = None, shuffle: bool = True, seed: int = 0,
        drop_last: bool = False,
    ) -> None:  # fmt: skip
        if (num_replicas is None or rank is None) and not is_available():
            raise RuntimeError("Requires distributed package to be available")
        assert num_replicas is not None and rank is not None
        if rank >= num_replicas or rank < 0:
            raise ValueError(f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]")
        self.dataset, self.num_replicas, self.rank, self.epoch = dataset, num_replicas, rank, 0
        self.shuffle, self.seed, self.drop_last = shuffle, seed, drop_last
        kept = len(dataset) - len(dataset) % num_replicas if drop_last else len(dataset)
        self.num_samples = math.ceil(kept / num_replicas)
        self.total_size = self.num_samples * num_replicas

    def __iter__(self) -> Iterator[int]:
        indices = list(range(len(self.dataset)))
        if self.shuffle:
            generator: Any = ops.Generator()
            generator.manual_seed(self.seed + self.epoch)
            indices = ops.randperm(len(indices), generator=generator).tolist()  # type: ignore[attr-defined]
        times = math.ceil(self.total_size / len(indices)) if indices else 0
        return iter((indices * times)[self.rank : self.total_size : self.num_replicas])

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """The epoch, with which the order changes: to be called before each pass, in all processes alike."""
        self.epoch = epoch
