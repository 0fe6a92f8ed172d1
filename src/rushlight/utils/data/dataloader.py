"""The DataLoader."""

from __future__ import annotations

import itertools
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

from . import worker
from .collate import default_collate, default_convert
from .dataset import IterableDataset
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler, random_seed


class _Endless(Sampler[None]):
    """The indices of a stream, which has none."""

    def __iter__(self) -> Iterator[None]:
        return itertools.repeat(None)


#: What a loader goes by once it is made.
_FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


class DataLoader:
    """Goes through a dataset in batches, in this process or, ahead of time, in workers.

    Args:
        dataset: what has ``__getitem__`` and ``__len__``, or an :class:`IterableDataset`.
        batch_size: samples in a batch; with None there are no batches, just samples.
        shuffle: a new random order in every pass.
        sampler, batch_sampler: the order of indices, or of lists of indices, instead.
        num_workers: how many workers make batches at the same time; with 0 they are made when they are asked for.
        collate_fn: makes a batch of a list of samples; `default_collate` if None.
        drop_last: leave out a last batch that is short.
        timeout: seconds to wait for a worker's batch; 0 for as long as it takes.
        worker_init_fn: called in every worker with its number.
        multiprocessing_context: how processes are started ("fork", "spawn", "forkserver", or a context). Beyond PyTorch,
            "thread": workers are threads of this process, and nothing is copied; for samples that NumPy makes. They
            share the random streams of the process.
        generator: draws the order and the workers' seeds.
        prefetch_factor: batches that each worker makes ahead, 2 if None.
        persistent_workers: keep the workers from one pass to the next.
        in_order: without effect, the batches come in order.

    >>> import rushlight as torch
    >>> loader = DataLoader(TensorDataset(torch.arange(5)), batch_size=2)
    >>> [batch.tolist() for batch, in loader]
    [[0, 1], [2, 3], [4]]

    Raises:
        ValueError: for options that exclude each other or are out of range.
        RuntimeError: if a worker dies or does not answer in time. An error in a worker is raised here with its traceback.
    """

    def __init__(
        self, dataset: Any, batch_size: int | None = 1, shuffle: bool | None = None, sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None, num_workers: int = 0, collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False, drop_last: bool = False, timeout: float = 0,
        worker_init_fn: Callable[[int], Any] | None = None, multiprocessing_context: Any = None, generator: Any = None, *,
        prefetch_factor: int | None = None, persistent_workers: bool = False, pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:  # fmt: skip
        _check_workers(num_workers, timeout, prefetch_factor, persistent_workers)
        self.dataset, self.num_workers, self.timeout, self.worker_init_fn = dataset, num_workers, timeout, worker_init_fn
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.persistent_workers, self.generator, self.in_order = persistent_workers, generator, in_order
        self.pin_memory, self.pin_memory_device = pin_memory, pin_memory_device
        self.multiprocessing_context = _context(multiprocessing_context, num_workers)
        self._streams = isinstance(dataset, IterableDataset)
        if self._streams:
            _check_stream(shuffle, sampler, batch_sampler)
        _check_sampling(batch_size, bool(shuffle) and not self._streams, sampler, batch_sampler, drop_last)
        if batch_sampler is not None:
            batch_size, drop_last = None, False
        if sampler is None:
            sampler = _Endless() if self._streams else self._default_sampler(bool(shuffle))
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)  # type: ignore[arg-type]
        self.batch_size, self.drop_last, self.sampler, self.batch_sampler = batch_size, drop_last, sampler, batch_sampler
        self.collate_fn = collate_fn or (default_collate if self._auto_collation else default_convert)
        self._workers: _Workers | None = None
        self._initialized = True

    def __setattr__(self, attr: str, val: Any) -> None:
        if attr in _FIXED and "_initialized" in self.__dict__:
            raise ValueError(f"{attr} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(attr, val)

    def _default_sampler(self, shuffle: bool) -> Sampler[int]:
        return RandomSampler(self.dataset, generator=self.generator) if shuffle else SequentialSampler(self.dataset)

    @property
    def _auto_collation(self) -> bool:
        return self.batch_sampler is not None

    @property
    def _indices(self) -> Any:
        return self.batch_sampler if self._auto_collation else self.sampler

    def _fetching(self) -> tuple[bool, Callable[[Any], Any], bool]:
        return self._auto_collation, self.collate_fn, self.drop_last

    def __len__(self) -> int:
        if not self._streams:
            return len(self._indices)
        count = len(self.dataset)
        if self.batch_size is None:
            return count
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)

    def __iter__(self) -> Iterator[Any]:
        if self.pin_memory:
            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used.",
                UserWarning,
                stacklevel=2,
            )
        if self._workers is not None:
            self._workers.restart()
            return self._workers.batches(iter(self._indices))
        seed = random_seed(self.generator)
        if not self.num_workers:
            return self._alone()
        workers = _Workers(self, seed)
        if self.persistent_workers:
            self._workers = workers
        return workers.batches(iter(self._indices))

    def _alone(self) -> Iterator[Any]:
        fetch = worker.fetcher(self.dataset, *self._fetching())
        for index in self._indices:
            try:
                batch = fetch(index)
            except StopIteration:
                return
            yield batch


class _Workers:
    """Executors of one worker each: batch i is worker i's, modulo their number, as long as its data last."""

    def __init__(self, loader: DataLoader, seed: int) -> None:
        self.loader, self.count = loader, loader.num_workers
        self.executors = [self._executor(number, seed) for number in range(self.count)]

    def _executor(self, number: int, seed: int) -> Executor:
        loader, context = self.loader, self.loader.multiprocessing_context
        threads = context == "thread"
        about = (number, self.count, seed, loader.dataset, loader.worker_init_fn, loader._fetching(), not threads)
        if threads:
            return ThreadPoolExecutor(1, initializer=worker.start, initargs=about)
        return ProcessPoolExecutor(1, mp_context=context, initializer=worker.start, initargs=about)

    def restart(self) -> None:
        for executor in self.executors:
            executor.submit(worker.restart).result()

    def batches(self, indices: Iterator[Any]) -> Iterator[Any]:
        waiting: deque[tuple[int, Future[Any]]] = deque()
        alive = deque(range(self.count))
        try:
            for _ in range((self.loader.prefetch_factor or 0) * self.count or 1):
                self._submit(alive, indices, waiting)
            while waiting:
                number, future = waiting.popleft()
                batch = self._result(number, future)
                if isinstance(batch, str) and batch == worker.ENDED:
                    if number in alive:
                        alive.remove(number)
                else:
                    self._submit(alive, indices, waiting)
                    yield batch
        finally:
            if not self.loader.persistent_workers:
                self.stop()

    def _submit(self, alive: deque[int], indices: Iterator[Any], waiting: deque[tuple[int, Future[Any]]]) -> None:
        if not alive:
            return
        for index in itertools.islice(indices, 1):
            number = alive[0]
            alive.rotate(-1)
            waiting.append((number, self.executors[number].submit(worker.fetch, index)))

    def _result(self, number: int, future: Future[Any]) -> Any:
        from concurrent.futures.process import BrokenProcessPool

        try:
            found = future.result(self.loader.timeout or None)
        except BrokenProcessPool:
            raise RuntimeError(f"DataLoader worker {number} exited unexpectedly") from None
        except TimeoutError:
            if not future.done():
                raise RuntimeError(f"DataLoader timed out after {self.loader.timeout} seconds") from None
            raise
        if isinstance(found, worker.Failure):
            raise found.exception()
        return found

    def stop(self) -> None:
        for executor in self.executors:
            executor.shutdown(wait=False, cancel_futures=True)

    def __del__(self) -> None:
        self.stop()


def _check_workers(num_workers: int, timeout: float, prefetch_factor: int | None, persistent_workers: bool) -> None:
    if num_workers < 0:
        raise ValueError("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.")
    if timeout < 0:
        raise ValueError("timeout option should be non-negative")
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError(
            "prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable "
            "multiprocessing, otherwise set prefetch_factor to None."
        )
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError("prefetch_factor option should be non-negative")
    if persistent_workers and num_workers == 0:
        raise ValueError("persistent_workers option needs num_workers > 0")


def _check_stream(shuffle: Any, sampler: Any, batch_sampler: Any) -> None:
    if shuffle not in (None, False):
        raise ValueError(f"DataLoader with IterableDataset: expected unspecified shuffle option, but got shuffle={shuffle}")
    for name, value in (("sampler", sampler), ("batch_sampler", batch_sampler)):
        if value is not None:
            raise ValueError(f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}")


def _check_sampling(batch_size: Any, shuffle: bool, sampler: Any, batch_sampler: Any, drop_last: bool) -> None:
    if sampler is not None and shuffle:
        raise ValueError("sampler option is mutually exclusive with shuffle")
    if batch_sampler is not None:
        if batch_size != 1 or shuffle or sampler is not None or drop_last:
            raise ValueError("batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last")
    elif batch_size is None and drop_last:
        raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")


def _context(context: Any, num_workers: int) -> Any:
    """How workers are made: "thread", or a context of multiprocessing (None: its default)."""
    if context is None or context == "thread":
        return context
    if not num_workers:
        raise ValueError(
            "multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got "
            f"num_workers={num_workers}"
        )
    import multiprocessing
    from multiprocessing.context import BaseContext

    if not isinstance(context, str):
        if not isinstance(context, BaseContext):
            raise TypeError(
                "multiprocessing_context option should be a valid context object or a string specifying the start method, "
                f"but got multiprocessing_context={context}"
            )
        return context
    if context not in multiprocessing.get_all_start_methods():
        raise ValueError(
            "multiprocessing_context option should specify a valid start method in "
            f"{multiprocessing.get_all_start_methods()}, but got multiprocessing_context={context!r}"
        )
    return multiprocessing.get_context(context)
