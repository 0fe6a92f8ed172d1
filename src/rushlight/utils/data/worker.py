"""What runs in a worker of a DataLoader: a process, or a thread, with a seed of its own."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ... import ops
from ...core.tensor import Tensor
from .dataset import IterableDataset

_here = threading.local()
#: What a worker returns when its stream has ended.
ENDED = "the stream of this worker has ended"


@dataclass
class WorkerInfo:
    """The worker that this code runs in: its number of how many, its seed, and its copy of the dataset."""

    id: int
    num_workers: int
    seed: int
    dataset: Any


class KeyErrorMessage(str):
    """The message of a KeyError, of which Python prints the repr: so its lines stay lines."""

    def __repr__(self) -> str:
        return str(self)


@dataclass
class Failure:
    """What a worker returns in the place of a batch that it could not make: an exception itself may not survive pickling."""

    kind: type[Exception]
    message: str

    def exception(self) -> Exception:
        """The error that is raised where the batch was asked for."""
        message = KeyErrorMessage(self.message) if self.kind is KeyError else self.message
        try:
            return self.kind(message)
        except Exception:
            return RuntimeError(message)


def get_worker_info() -> WorkerInfo | None:
    """In a worker of a DataLoader, what it should know of itself; None elsewhere."""
    return getattr(_here, "info", None)


def fetcher(dataset: Any, batched: bool, collate: Callable[[Any], Any], drop_last: bool) -> Callable[[Any], Any]:
    """The function that makes a batch (without `batched`, a sample) of the indices that it is given."""
    if isinstance(dataset, IterableDataset):
        return _of_stream(iter(dataset), batched, collate, drop_last)

    def fetch(index: Any) -> Any:
        if not batched:
            return collate(dataset[index])
        if callable(getattr(dataset, "__getitems__", None)):
            return collate(dataset.__getitems__(index))
        return collate([dataset[i] for i in index])

    return fetch


def _of_stream(samples: Any, batched: bool, collate: Callable[[Any], Any], drop_last: bool) -> Callable[[Any], Any]:
    def fetch(index: Any) -> Any:
        if not batched:
            return collate(next(samples))
        batch = list(islice(samples, len(index)))
        if not batch or (drop_last and len(batch) < len(index)):
            raise StopIteration
        return collate(batch)

    return fetch


def start(
    number: int, count: int, seed: int, dataset: Any, init: Callable[[int], Any] | None, fetching: tuple[Any, ...], process: bool
) -> None:
    """Makes the running thread (the only one of its process) the worker `number`."""
    _here.info = WorkerInfo(number, count, seed + number, dataset)
    _here.failed = None
    if process:
        _seed(seed, number)
    try:
        if init is not None:
            init(number)
        _here.fetching = dataset, fetching
        _here.fetch = fetcher(dataset, *fetching)
    except Exception:
        # Reported with the first batch: a pool whose initializer fails is broken, and says nothing of the reason.
        _here.failed = sys.exc_info()


def restart() -> None:
    """Begins another pass over the data, in a worker that persists."""
    dataset, fetching = _here.fetching
    _here.fetch = fetcher(dataset, *fetching)


def fetch(index: Any) -> Any:
    """The batch of these indices, `ENDED`, or a `Failure`."""
    try:
        if _here.failed is not None:
            raise _here.failed[1]
        return _sendable(_here.fetch(index))
    except StopIteration:
        return ENDED
    except Exception as error:
        message = f"Caught {type(error).__name__} in DataLoader worker process {_here.info.id}.\nOriginal {_trace(error)}"
        return Failure(type(error), message)


def _trace(error: Exception) -> str:
    return "".join(traceback.format_exception(error))


def _sendable(batch: Any) -> Any:
    """As torch does, a batch on a graph is refused: its history would stay behind in the worker."""
    if isinstance(batch, Tensor) and batch.requires_grad and not batch.is_leaf:
        raise RuntimeError(
            "Cowardly refusing to serialize non-leaf tensor which requires_grad, since autograd does not support crossing "
            "process boundaries.  If you just want to transfer the data, call detach() on the tensor before serializing "
            "(e.g., putting it on the queue)."
        )
    return batch


def _seed(base: int, number: int) -> None:
    import random

    import numpy as np

    random.seed(base + number)
    ops.manual_seed(base + number)
    entropy = [number, base & 0xFFFFFFFF, base >> 32, 0]
    np.random.seed(np.random.SeedSequence(entropy).generate_state(4))
