"""What was measured, and what it says."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from textwrap import indent
from typing import Any

import numpy as np

__all__ = ["Measurement", "TaskSpec"]

#: A middle half this wide, relative to the median, is suspect; this wide, it is no measurement.
_WIDE, _TOO_WIDE = 0.1, 0.25


@dataclass(frozen=True, repr=False)
class TaskSpec:
    """What is measured: a statement, what is run before it, and what it is called."""

    stmt: str
    setup: str
    global_setup: str = ""
    label: str | None = None
    sub_label: str | None = None
    description: str | None = None
    env: str | None = None
    num_threads: int = 1

    @property
    def title(self) -> str:
        """The label, or the statement."""
        if self.label is None and "\n" in self.stmt:
            return f"stmt:{f' ({self.sub_label})' if self.sub_label else ''}\n{indent(self.stmt, '  ')}"
        return (self.stmt if self.label is None else self.label) + (f": {self.sub_label}" if self.sub_label else "")

    def setup_str(self) -> str:
        """The setup, as `summarize` shows it."""
        if self.setup in ("", "pass"):
            return ""
        return f"setup:\n{indent(self.setup, '  ')}" if "\n" in self.setup else f"setup: {self.setup}"

    def summarize(self) -> str:
        """The title, the description and the setup, each on lines of its own."""
        parts = [part for part in (self.title, self.description, self.setup_str()) if part]
        return "\n".join([f"{part}\n" if "\n" in part else part for part in parts])


_TASK = tuple([field.name for field in fields(TaskSpec)])


@dataclass(repr=False)
class Measurement:
    """The times of runs of a statement; the fields of `task_spec` are attributes too.

    Args:
        number_per_run: how often the statement ran for one of the times.
        raw_times: seconds, for `number_per_run` runs each.
        task_spec: what was measured.
        metadata: the caller's.

    Example::

        >>> from rushlight.utils.benchmark import Measurement, TaskSpec
        >>> found = Measurement(100, [200.0, 300.0, 400.0], TaskSpec("x + 1", "x = 1"))
        >>> found.median, found.stmt
        (3.0, 'x + 1')
    """

    number_per_run: int
    raw_times: list[float]
    task_spec: TaskSpec
    metadata: dict[Any, Any] | None = None

    def __getattr__(self, name: str) -> Any:
        if name in _TASK:
            return getattr(self.task_spec, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)

    @property
    def times(self) -> list[float]:
        """Seconds for one run."""
        return [t / self.number_per_run for t in self.raw_times]

    def _quantile(self, q: float) -> float:
        return float(np.quantile(self.times, q)) if self.raw_times else -1.0

    @property
    def median(self) -> float:
        return self._quantile(0.5)

    @property
    def mean(self) -> float:
        return float(np.mean(self.times)) if self.raw_times else -1.0

    @property
    def iqr(self) -> float:
        """The width of the middle half."""
        return self._quantile(0.75) - self._quantile(0.25)

    @property
    def significant_figures(self) -> int:
        """How many figures of the median can be believed, from 1 to 4: from the confidence interval (90 %) of the middle half."""
        n = len(self.raw_times)
        middle = sorted(self.times)[n // 4 : math.ceil(3 * n / 4)]
        interval = max(1.645 * float(np.std(middle)) / math.sqrt(len(middle)), 25e-9)
        return min(max(math.floor(math.log10(self.median / interval)), 1), 4)

    def meets_confidence(self, threshold: float = _WIDE) -> bool:
        """Whether the middle half is narrower than `threshold` times the median."""
        return self.iqr / self.median < threshold

    @property
    def has_warnings(self) -> bool:
        """Whether the middle half is so wide that the repr warns of it."""
        return bool(self.raw_times) and not self.meets_confidence()

    def _warning(self) -> str:
        if not self.has_warnings:
            return ""
        why = "could indicate system fluctuation." if self.meets_confidence(_TOO_WIDE) else (
            "suggests significant environmental influence."
        )  # fmt: skip
        share = f"{self.iqr / self.median * 100:.1f}%"
        return f"  WARNING: Interquartile range is {share} of the median measurement.\n           This {why}"

    @property
    def title(self) -> str:
        """The title of the task."""
        return self.task_spec.title

    @property
    def as_row_name(self) -> str:
        """The sub-label, or the statement."""
        return self.sub_label or self.stmt or "[Unknown]"

    def __repr__(self) -> str:
        n, several, median = len(self.raw_times), len(self.raw_times) > 1, self.median
        unit, scale = _unit(median)
        lines = [object.__repr__(self), self.task_spec.summarize()]
        lines.append(f"  {'Median: ' if several else ''}{median / scale:.2f} {unit}")
        if n >= 4:
            low, high = self._quantile(0.25) / scale, self._quantile(0.75) / scale
            lines.append(f"  IQR:    {self.iqr / scale:.2f} {unit} ({low:.2f} to {high:.2f})")
        runs = f"{self.number_per_run} runs {'per measurement,' if several else ','}"
        threads = f"{self.num_threads} thread{'s' if self.num_threads > 1 else ''}"
        lines.append(f"  {n} measurement{'s' if several else ''}, {runs} {threads}")
        return "\n".join([*lines, self._warning()]).strip()

    @staticmethod
    def merge(measurements: Iterable[Measurement]) -> list[Measurement]:
        """One measurement for each task, of all its times; `metadata` is left behind."""
        times: dict[TaskSpec, list[float]] = {}
        for m in measurements:
            times.setdefault(m.task_spec, []).extend(m.times)
        return [Measurement(1, found, task) for task, found in times.items()]


def _unit(t: float) -> tuple[str, float]:
    """The unit in which `t` seconds is a number of one to three figures, and how many seconds it has."""
    power = math.floor(math.log10(t) / 3) if t > 0 else 0
    return {-3: ("ns", 1e-9), -2: ("us", 1e-6), -1: ("ms", 1e-3)}.get(power, ("s", 1.0))
