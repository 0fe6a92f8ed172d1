"""Processors that stay awake between the parts of a computation.

Note [Awake processors]
    A thread that slept on an idle processor wakes up late, for the processor has gone to sleep, too. On a virtual machine
    the host has to find time for it again: 25 to 500 µs were seen, and milliseconds on a busy host, where a step of a
    network shares out a hundred computations shorter than that. OpenMP's threads, PyTorch's, therefore wait awake for
    some milliseconds. Ours cannot: who waits in Python holds the interpreter's lock or waits for that. So something else
    keeps the processors busy. Each gets a thread of the operating system that never sees Python (all it runs is
    `pthread_spin_lock`, on a lock that is taken), in the scheduling class that gives way to everything, SCHED_IDLE. Whoever
    wakes up finds its processor awake, and takes it at once.

    A watcher opens the locks soon after the last computation, and the threads end. There are none with
    ``OMP_WAIT_POLICY=passive``, OpenMP's variable for just this; none where the processors' time is rationed, as it can be
    in a container, for they would eat up the ration; and none on systems without such locks or such a class.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

#: For how many seconds, at least, processors stay awake after a computation; at most for twice as many.
PAUSE = 0.005


class Awake:
    """Keeps processors awake for a while after each call of `keep`."""

    def __init__(self, number: int) -> None:
        #: How many processors.
        self.number = number
        #: Whether they are kept awake, and whether that was asked for since the watcher looked last.
        self.on = self.asked = False
        self._turning_on = threading.Lock()
        self._turned_on = threading.Semaphore(0)
        self._watcher: threading.Thread | None = None
        self._spinning: list[tuple[Any, Any]] = []

    def keep(self) -> None:
        self.asked = True
        if not self.on and self._turning_on.acquire(blocking=False):
            try:
                self._turn_on()
            finally:
                self._turning_on.release()

    def _turn_on(self) -> None:
        self.on = True  # for good where it cannot be done: nobody asks again
        if not can_spin():
            return
        c, first = ctypes.CDLL(None), self._watcher is None
        for _ in range(self.number):
            lock, thread = ctypes.c_int(), ctypes.c_ulong()
            c.pthread_spin_init(ctypes.byref(lock), 0)
            c.pthread_spin_lock(ctypes.byref(lock))
            if c.pthread_create(ctypes.byref(thread), None, c.pthread_spin_lock, ctypes.byref(lock)) == 0:
                self._spinning.append((thread, lock))
                c.pthread_setschedparam(thread, os.SCHED_IDLE, ctypes.byref(ctypes.c_int(0)))
        if first and _giving_way() < len(self._spinning):
            self._end()  # the system knows the class by name alone
            return
        if first:
            self._watcher = threading.Thread(target=self._watch, name="rushlight awake", daemon=True)
            self._watcher.start()
        self._turned_on.release()

    def _watch(self) -> None:
        while True:
            self._turned_on.acquire()
            while self.asked:
                self.asked = False
                time.sleep(PAUSE)
            self._end()
            self.on = False

    def _end(self) -> None:
        c = ctypes.CDLL(None)
        for thread, lock in self._spinning:
            c.pthread_spin_unlock(ctypes.byref(lock))
            c.pthread_join(thread, None)
        self._spinning.clear()


def _giving_way() -> int:
    """How many threads of this process are in the class that gives way to everything."""
    count = 0
    for task in os.listdir("/proc/self/task"):
        with suppress(ProcessLookupError):  # it has ended since
            count += os.sched_getscheduler(int(task)) == os.SCHED_IDLE
    return count


@cache
def can_spin() -> bool:
    """Whether processors may be kept awake in this process (see Note [Awake processors])."""
    if os.environ.get("OMP_WAIT_POLICY", "").lower() == "passive" or not hasattr(os, "SCHED_IDLE"):
        return False
    return hasattr(ctypes.CDLL(None), "pthread_spin_lock") and not rationed()


def rationed(groups: Path = Path("/proc/self/cgroup"), top: Path = Path("/sys/fs/cgroup")) -> bool:
    """Whether a control group of Linux's limits the processors' time that this process may use."""
    if not groups.is_file():
        return False
    for group in groups.read_text().splitlines():
        _, controllers, path = group.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        file, free = ("cpu.cfs_quota_us", "-1") if controllers else ("cpu.max", "max")
        own = top / ("cpu" if controllers else "") / path.lstrip("/")
        limits = [place / file for place in (own, *own.parents) if place.is_relative_to(top)]
        if any(limit.is_file() and limit.read_text().split()[0] != free for limit in limits):
            return True
    return False
