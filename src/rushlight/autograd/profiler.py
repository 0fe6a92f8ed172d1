"""``torch.autograd.profiler``: which operations a program calls, forward and backward, and how long they take.

>>> import rushlight as torch
>>> x = torch.randn(8, requires_grad=True)
>>> with torch.autograd.profiler.profile() as prof:
...     with torch.autograd.profiler.record_function("mine"):
...         y = (x * 2).sum()
...     y.backward()
>>> [event.key for event in prof.key_averages()][:3]
['mine', 'aten::mul', 'aten::sum']
"""

from __future__ import annotations

import json
import warnings
from contextlib import ContextDecorator
from typing import Any

from ._recorder import USER, Recorder, current
from .profiler_util import EventList, FunctionEvent, trace_events

__all__ = ["EventList", "FunctionEvent", "profile", "record_function"]


class profile:
    """Context manager that takes a profile of what this thread does inside: see `key_averages`.

    Args:
        enabled: False takes none.
        use_cuda, use_device: there is no other device than the CPU; both warn.
        record_shapes: note the shapes of inputs, to group by.
        with_flops: estimate floating-point operations of products and convolutions, additions and multiplications.
        profile_memory: note the memory of results.
        with_stack: note the lines of the program.
        acc_events: keep the events of earlier uses.
        with_modules, use_kineto, use_cpu, experimental_config, custom_trace_id_callback, post_processing_timeout_s,
            activity_filters: mean nothing here.

    Raises RuntimeError if this thread is being profiled already, by this or by another profiler (``cProfile``).
    """

    def __init__(
        self, enabled: bool = True, *, use_cuda: bool = False, use_device: str | None = None, record_shapes: bool = False,
        with_flops: bool = False, profile_memory: bool = False, with_stack: bool = False, with_modules: bool = False,
        use_kineto: bool = False, use_cpu: bool = True, experimental_config: Any = None, acc_events: bool = False,
        custom_trace_id_callback: Any = None, post_processing_timeout_s: float | None = None, activity_filters: Any = None,
    ) -> None:  # fmt: skip
        self.enabled = enabled
        if not enabled:
            return
        if use_cuda:
            warnings.warn(
                "The attribute `use_cuda` will be deprecated soon, please use ``use_device = 'cuda'`` instead.",
                FutureWarning,
                stacklevel=2,
            )
            use_device = "cuda"
        if not use_cpu and not use_kineto:
            raise AssertionError("Device-only events supported only with Kineto (use_kineto=True)")
        if use_device == "cuda":
            warnings.warn("CUDA is not available, disabling CUDA profiling", stacklevel=2)
        elif use_device is not None:
            warnings.warn(f"The {use_device} is not a valid device option.", stacklevel=2)
        if not use_cpu:
            raise AssertionError("No activities specified for the profiler")
        self.use_device, self.entered, self.acc_events = None, False, acc_events
        self.record_shapes, self.with_flops, self.profile_memory = record_shapes or with_flops, with_flops, profile_memory
        self.with_stack = with_stack
        self._recorder: Recorder | None = None
        self._events: EventList | None = None

    def __enter__(self) -> profile | None:
        if not self.enabled:
            return None
        if self.entered:
            raise RuntimeError("Profiler context manager is not reentrant")
        self._recorder = Recorder(self.record_shapes, self.profile_memory, self.with_stack, self.with_flops)
        self._recorder.start()
        self.entered = True
        return self

    def __exit__(self, *exc: object) -> None:
        if not self.enabled:
            return
        assert self._recorder is not None
        self._recorder.stop()
        earlier = list(self._events or ()) if self.acc_events else []
        events = sorted(self._recorder.events, key=lambda e: (e.time_range.start, -e.time_range.end))
        for i, event in enumerate(events, 1 + len(earlier)):
            event.id = i
        self._events = EventList([*events, *earlier], profile_memory=self.profile_memory, with_flops=self.with_flops)

    def __repr__(self) -> str:
        return "<unfinished torch.autograd.profile>" if self._events is None else repr(self._events)

    def __str__(self) -> str:
        return "<unfinished torch.autograd.profile>" if self._events is None else str(self._events)

    @property
    def function_events(self) -> EventList:
        """All events, as they began; none before there is a profile."""
        return EventList() if self._events is None else self._events

    @property
    def self_cpu_time_total(self) -> float:
        """How long all events took, in microseconds."""
        return self.function_events.self_cpu_time_total

    def key_averages(
        self, group_by_input_shape: bool = False, group_by_stack_n: int = 0, group_by_overload_name: bool = False
    ) -> EventList:
        """The events added up by name: see `EventList.key_averages`."""
        return self.function_events.key_averages(group_by_input_shape, group_by_stack_n, group_by_overload_name)

    def total_average(self) -> Any:
        """All events added up."""
        return self.function_events.total_average()

    def table(self, *args: Any, **kwargs: Any) -> str:
        """All events as a table: see `EventList.table`."""
        return self.function_events.table(*args, **kwargs)

    def export_chrome_trace(self, path: str) -> None:
        """Writes a JSON file for ``chrome://tracing`` and https://ui.perfetto.dev."""
        with open(path, "w") as file:
            json.dump({"schemaVersion": 1, "traceEvents": trace_events(self.function_events), "traceName": path}, file)

    def export_stacks(self, path: str, metric: str = "self_cpu_time_total") -> None:
        """Writes stacks as flame graph tools read them. Raises AssertionError unless taken with `with_stack`."""
        if not self.with_stack:
            raise AssertionError("export_stacks() requires with_stack=True")
        self.function_events.export_stacks(path, metric)


class record_function(ContextDecorator):
    """Context manager, and decorator, that labels what is inside as one event of a profile. Does nothing outside of one."""

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name, self.args = name, args
        self._recorder: Recorder | None = None

    def _recreate_cm(self) -> record_function:
        return type(self)(self.name, self.args)

    def __enter__(self) -> record_function:
        self._recorder = current()
        if self._recorder is not None:
            self._recorder.enter(self.name, USER)
            self._opened = self._recorder.open[-1]
        return self

    def __exit__(self, *exc: object) -> None:
        recorder = self._recorder
        if recorder is not None and recorder is current() and self._opened in recorder.open:
            while recorder.open[-1] is not self._opened:
                recorder.close(None)
            recorder.close(None)
