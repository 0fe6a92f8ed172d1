"""One computation on several threads: its parts are handed out to whoever is free.

NumPy's loops let go of the interpreter's lock, so parts that are long enough run side by side. Helpers sleep between
computations, on processors that do not (see `awake`); the caller works too, and waits in the end only for parts that others
have begun. So a processor that is busy elsewhere costs its help, and little more.

NumPy's linear algebra has threads of its own, to which large products are left (`products`). OpenBLAS lets them wait for
more work awake, for so long that they take a processor from our helpers, and from other programs, for good; `rest_soon` has
them go to sleep after a tenth of a millisecond. Within `one_blas_thread` they have nothing to do: parts that are shared out
here keep to a thread each.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from queue import SimpleQueue
from typing import Any

import numpy as np

from .awake import Awake


def _processors() -> int:
    """How many threads to begin with: as OpenMP's variable says, or one for each processor that this process may use."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    if wanted.isdigit() and int(wanted):
        return int(wanted)
    return _available()


def _available() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Threads:
    """The state of this process: how many threads to use, and those that have been started."""

    def __init__(self, number: int) -> None:
        self.number = number
        #: The helpers, and the processor that they keep off.
        self.helpers: list[threading.Thread] = []
        self.kept_off: int | None = None
        self.awake = Awake(min(number, _available()))
        self.waiting: SimpleQueue[Any] = SimpleQueue()
        #: Held while a computation is shared out; who finds it taken works alone.
        self.busy = threading.Lock()
        #: Until when (`time.perf_counter`) callers work alone, as others had the processors: see `_finished`.
        self.crowded_until = 0.0


_threads = _Threads(_processors())


def get_number() -> int:
    return _threads.number


def set_number(number: int) -> None:
    """How many threads computations use from now on, those of linear algebra too."""
    _threads.number = number
    _threads.awake.number = min(number, _available())
    blas = _blas()
    if blas is not None:
        blas[1](number)


def _forget() -> None:
    """In a forked child: none of the parent's threads are there."""
    global _threads
    _threads = _Threads(_threads.number)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


class _Job:
    """The parts of one computation that nobody has begun, and what helpers report of those they have done."""

    def __init__(self, work: Callable[[int], Any], count: int) -> None:
        self.work = work
        #: What NumPy does about overflow and the like is a setting of the caller's thread.
        self.errors = np.geterr()
        self.left = deque(range(count))
        self.done: SimpleQueue[BaseException | None] = SimpleQueue()

    def next(self) -> int | None:
        try:
            return self.left.popleft()
        except IndexError:
            return None

    def help(self) -> None:
        with np.errstate(**self.errors):  # type: ignore[arg-type]
            while (part := self.next()) is not None:
                try:
                    self.work(part)
                except BaseException as error:
                    return self.done.put(error)
                self.done.put(None)


def _helper(waiting: SimpleQueue[Any]) -> None:
    while True:
        job = waiting.get()
        job.help()
        del job  # who sleeps keeps nothing alive


def share(work: Callable[[int], Any], count: int) -> None:
    """Calls ``work(0)``, ..., ``work(count - 1)``, on several threads at a time.

    Raises what a call raised, once all that had begun have ended; what nobody had begun is left out then.
    """
    threads = _threads
    helpers = min(count, threads.number) - 1
    if helpers < 1 or time.perf_counter() < threads.crowded_until or not threads.busy.acquire(blocking=False):
        for part in range(count):
            work(part)
        return
    try:
        while len(threads.helpers) < helpers:
            helper = threading.Thread(target=_helper, args=(threads.waiting,), name="rushlight", daemon=True)
            helper.start()
            threads.helpers.append(helper)
            threads.kept_off = None
        threads.awake.keep()
        _keep_off(threads)
        job = _Job(work, count)
        for _ in range(helpers):
            threads.waiting.put(job)
        error = _finished(threads, job, count)
    finally:
        threads.busy.release()
    if error is not None:
        try:
            raise error
        finally:
            del error  # it refers to this frame


def keep_awake() -> None:
    """To be called before a computation that other threads than ours take part in."""
    if _threads.number > 1:
        _threads.awake.keep()


def _keep_off(threads: _Threads) -> None:
    """Has helpers keep off the caller's processor, where Linux was seen to wake them up, with the other one idle."""
    processor = _processor()
    if processor == threads.kept_off:
        return
    threads.kept_off = processor
    others = os.sched_getaffinity(0) - {processor}
    for helper in threads.helpers if others else ():
        if helper.native_id is not None:
            with suppress(OSError):  # where that is not allowed, they do their work anywhere
                os.sched_setaffinity(helper.native_id, others)


def _unknown() -> None:
    """Where the system does not tell the caller's processor."""


#: The caller's processor. (A PyDLL's functions do not let go of the interpreter's lock.)
_processor: Any = getattr(ctypes.PyDLL(None), "sched_getcpu", _unknown) if hasattr(os, "sched_setaffinity") else _unknown


#: A caller that waits this many seconds longer for others than it has worked itself works alone for so many seconds.
LATE, CROWDED = 0.001, 0.1


def _finished(threads: _Threads, job: _Job, count: int) -> BaseException | None:
    """Does what is left of a job, and waits for what helpers have begun.

    Where other programs take the processors, a helper may sleep for milliseconds over a part that it has begun, in every
    computation anew. Who had to wait like that does without helpers for a while.
    """
    error: BaseException | None = None
    mine, begin = 0, time.perf_counter()
    while (part := job.next()) is not None:
        mine += 1
        if error is None:
            try:
                job.work(part)
            except BaseException as raised:
                error = raised
    worked = time.perf_counter()
    for _ in range(count - mine):
        error = job.done.get() or error
    now = time.perf_counter()
    if now - worked > worked - begin + LATE:
        threads.crowded_until = now + CROWDED
    del job.work  # a helper that comes late finds nothing to keep alive
    return error


# Linear algebra.

_NAMES = ("scipy_openblas_{}_num_threads64_", "scipy_openblas_{}_num_threads", "openblas_{}_num_threads64_",
          "openblas_{}_num_threads")  # fmt: skip


@cache
def _library() -> Any:
    """The library in which NumPy finds its BLAS."""
    try:
        return ctypes.CDLL(np._core._multiarray_umath.__file__)  # type: ignore[attr-defined]
    except OSError:
        return None


@cache
def _blas() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """The functions of NumPy's OpenBLAS that tell and set its number of threads; None where NumPy has another BLAS."""
    for name in _NAMES:
        get, put = (getattr(_library(), name.format(verb), None) for verb in ("get", "set"))
        if get is not None and put is not None:
            put.argtypes, put.restype = [ctypes.c_int], None
            return get, put
    return None


def blas_routine(name: str) -> tuple[Any, Any] | None:
    """A function of NumPy's BLAS, which lets go of the interpreter's lock, and its type of integers. None if there is none."""
    for form, integer in (("scipy_{}64_", ctypes.c_int64), ("scipy_{}", ctypes.c_int), ("{}64_", ctypes.c_int64)):
        routine = getattr(_library(), form.format(name), None)
        if routine is not None:
            return routine, integer
    return None


def shares_products() -> bool:
    """Whether products may be shared out here: they may where BLAS can be told to rest its own threads."""
    return _blas() is not None


class one_blas_thread:
    """Within, NumPy's linear algebra keeps to the thread that calls it."""

    __slots__ = ("before",)

    def __enter__(self) -> None:
        blas = _blas()
        self.before = blas[0]() if blas is not None else 1
        if blas is not None and self.before > 1:
            blas[1](1)

    def __exit__(self, *error: object) -> None:
        blas = _blas()
        if blas is not None and self.before > 1:
            blas[1](self.before)


#: OpenBLAS's variable for how long its threads wait awake (the power of two in cycles of the processor's clock), and what it
#: is set to: a tenth of a millisecond. The next product of a step comes sooner than that, and the next step often does not.
_AWAKE, _CYCLES = "OPENBLAS_THREAD_TIMEOUT", "18"


def rest_soon() -> bool:
    """Has the threads of NumPy's OpenBLAS go to sleep soon after a product. Whether they do so by this.

    OpenBLAS reads its variables when it is loaded, and how long to wait when it starts its threads: so it is asked to read
    them again, and its threads are ended. It starts them anew with the next product, as it does in a forked child. A program
    that has set the variable itself is left alone.
    """
    ask, end = (getattr(_library(), name, None) for name in ("openblas_read_env", "blas_thread_shutdown_"))
    if _AWAKE in os.environ or ask is None or end is None:
        return False
    os.environ[_AWAKE] = _CYCLES
    try:
        ask()
    finally:
        del os.environ[_AWAKE]
    end()
    return True
