"""The timer: `timeit`, which chooses for itself how often a statement is run."""

from __future__ import annotations

import timeit
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from textwrap import dedent
from typing import Any, NoReturn

from .... import ops
from .common import Measurement, TaskSpec

__all__ = ["Timer"]


def _code(text: str) -> str:
    return dedent(text).removeprefix("\n").rstrip()


@contextmanager
def _threads(n: int) -> Iterator[None]:
    before = ops.get_num_threads()
    ops.set_num_threads(n)
    try:
        yield
    finally:
        ops.set_num_threads(before)


class Timer:
    """Measures how long a statement takes, with Python's `timeit`, on `num_threads` threads.

    Args:
        stmt, setup, timer, globals: as those of :class:`timeit.Timer`; `torch` is known to both statements.
        label, sub_label, description, env: what the statement, a variant, its data and the surroundings are called.
        global_setup, language: for C++ in PyTorch.

    Raises:
        ValueError: `stmt` is not a str, or there is a `global_setup`, or an unknown language.
        NotImplementedError: the language is C++.

    Example::

        >>> timer = torch.utils.benchmark.Timer("x.sum()", globals={"x": torch.ones(3)}, label="sum")
        >>> found = timer.timeit(10)
        >>> found.number_per_run, found.title, found.median > 0
        (10, 'sum', True)
    """

    def __init__(
        self, stmt: str = "pass", setup: str = "pass", global_setup: str = "",
        timer: Callable[[], float] = timeit.default_timer, globals: dict[str, Any] | None = None, label: str | None = None,
        sub_label: str | None = None, description: str | None = None, env: str | None = None, num_threads: int = 1,
        language: str = "python",
    ) -> None:  # fmt: skip
        if not isinstance(stmt, str):
            raise ValueError("Currently only a `str` stmt is supported.")
        if language in ("cpp", "c++"):
            raise NotImplementedError("torch.utils.benchmark.Timer runs Python, not C++")
        if language not in ("py", "python"):
            raise ValueError(f"Invalid language `{language}`.")
        if global_setup:
            raise ValueError(
                f"global_setup is C++ only, got `{global_setup}`. Most likely this code can simply be moved to `setup`."
            )
        from .... import __name__ as package

        known = {"torch": __import__(package), **(globals or {})}
        self._task_spec = TaskSpec(_code(stmt), _code(setup), "", label, sub_label, description, env, num_threads)
        self._timer = timeit.Timer(self._task_spec.stmt, self._task_spec.setup, timer, known)

    def _seconds(self, number: int) -> float:
        return max(self._timer.timeit(number), 1e-9)

    def timeit(self, number: int = 1000000) -> Measurement:
        """One measurement of `number` runs, after a hundredth of them to warm up."""
        with _threads(self._task_spec.num_threads):
            self._seconds(max(int(number // 100), 2))
            return Measurement(number, [self._seconds(number)], self._task_spec)

    def repeat(self, repeat: int = -1, number: int = -1) -> NoReturn:
        """Raises NotImplementedError, as in PyTorch: `blocked_autorange` repeats."""
        raise NotImplementedError("See `Timer.blocked_autorange.`")

    def autorange(self, callback: Callable[[int, float], Any] | None = None) -> NoReturn:
        """Raises NotImplementedError, as in PyTorch: see `blocked_autorange`."""
        raise NotImplementedError("See `Timer.blocked_autorange.`")

    def _block(self, min_run_time: float) -> int:
        """How many runs, a power of ten, make the clock's own time a ten-thousandth of a measurement."""
        overhead = median([self._seconds(0) for _ in range(5)])
        number = 1
        while True:
            taken = self._seconds(number)
            enough = overhead / taken <= 1e-4 and taken >= min_run_time / 1000
            if enough or taken > min_run_time or number * 10 > 2**31 - 1:
                return number
            number *= 10

    def _measure(
        self, least: float, most: float, enough: Callable[[Measurement], bool], callback: Callable[[int, float], Any] | None
    ) -> Measurement:
        with _threads(self._task_spec.num_threads):
            found = Measurement(self._block(least), [], self._task_spec)
            total, done = 0.0, False
            while (total < least or not done) and total <= most:
                taken = self._seconds(found.number_per_run)
                found.raw_times.append(taken)
                total += taken
                if callback is not None:
                    callback(found.number_per_run, taken)
                done = enough(found)
        return found

    def blocked_autorange(
        self, callback: Callable[[int, float], Any] | None = None, min_run_time: float = 0.2
    ) -> Measurement:
        """Measurements of blocks of runs, until they have taken `min_run_time` seconds.

        A block is large enough that reading the clock does not count. `callback` is called with the size and the seconds
        of every block.
        """
        return self._measure(min_run_time, float("inf"), lambda found: True, callback)

    def adaptive_autorange(
        self, threshold: float = 0.1, *, min_run_time: float = 0.01, max_run_time: float = 10.0,
        callback: Callable[[int, float], Any] | None = None,
    ) -> Measurement:  # fmt: skip
        """`blocked_autorange` until the middle half of the times is narrower than `threshold` times their median as well, or
        `max_run_time` seconds are over."""
        return self._measure(
            min_run_time, max_run_time, lambda found: len(found.raw_times) > 3 and found.meets_confidence(threshold), callback
        )
