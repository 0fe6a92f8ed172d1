"""``torch.profiler``: profiles of the steps of a program.

>>> import rushlight as torch
>>> with torch.profiler.profile(schedule=torch.profiler.schedule(wait=1, warmup=1, active=2)) as prof:
...     for _ in range(4):
...         y = torch.ones(3) * 2
...         prof.step()
>>> [event.count for event in prof.key_averages() if event.key == "aten::mul"]
[2]
"""

from __future__ import annotations

import enum
import os
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from .autograd import profiler
from .autograd.profiler import record_function
from .autograd.profiler_util import DeviceType, EventList
from .ops.support.options import warn_once

__all__ = [
    "DeviceType", "ProfilerAction", "ProfilerActivity", "kineto_available", "profile", "record_function", "schedule",
    "supported_activities", "tensorboard_trace_handler",
]  # fmt: skip


class ProfilerActivity(enum.Enum):
    """What may be profiled: here, what runs on the CPU."""

    CPU = 0
    XPU = 1
    MTIA = 2
    CUDA = 3
    HPU = 4
    PrivateUse1 = 5


class ProfilerAction(enum.Enum):
    """What a profile does in one step."""

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3
    DEVICE_STOPPED = 4


def supported_activities() -> set[ProfilerActivity]:
    return {ProfilerActivity.CPU}


def kineto_available() -> bool:
    """Whether profiles are PyTorch's Kineto's: they are not."""
    return False


def schedule(
    *, wait: int, warmup: int, active: int, repeat: int = 0, skip_first: int = 0, skip_first_wait: int = 0
) -> Callable[[int], ProfilerAction]:
    """A function from the number of a step to what to do in it.

    After the first `skip_first` steps come cycles: `wait` steps without a profile, `warmup` steps, `active` steps with
    one; `repeat` cycles, or on and on for 0. `skip_first_wait` leaves out the first wait. Raises AssertionError for
    negative numbers, and where `active` is 0.
    """
    if wait < 0 or warmup < 0 or active <= 0 or repeat < 0 or skip_first < 0:
        raise AssertionError(
            f"Invalid profiler schedule arguments. Got wait={wait} (need >= 0), warmup={warmup} (need >= 0), "
            f"active={active} (need > 0), repeat={repeat} (need >= 0), skip_first={skip_first} (need >= 0)."
        )
    if warmup == 0:
        warnings.warn("Profiler won't be using warmup, this can skew profiler results", stacklevel=2)
    cycle = wait + warmup + active

    def action(step: int) -> ProfilerAction:
        if step < 0:
            raise AssertionError(f"Step must be non-negative. Got {step}.")
        place = step - skip_first + (wait if skip_first_wait else 0)
        if step < skip_first or (repeat and place / cycle >= repeat) or place % cycle < wait:
            return ProfilerAction.NONE
        if place % cycle < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD if place % cycle < cycle - 1 else ProfilerAction.RECORD_AND_SAVE

    return action


def tensorboard_trace_handler(
    dir_name: str, worker_name: str | None = None, use_gzip: bool = False, use_python_export: bool = False
) -> Callable[[Any], None]:
    """An `on_trace_ready` that writes each trace into a directory, as TensorBoard reads them."""
    import socket
    import time

    def handler(prof: Any) -> None:
        os.makedirs(dir_name, exist_ok=True)
        worker = worker_name or f"{socket.gethostname()}_{os.getpid()}"
        name = f"{worker}.{time.time_ns()}.pt.trace.json{'.gz' if use_gzip else ''}"
        prof.export_chrome_trace(os.path.join(dir_name, name))

    return handler


_RECORDING = (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE)


class profile:
    """Context manager that takes a profile of what this thread does inside, step by step if there is a `schedule`.

    Args:
        activities: `ProfilerActivity` members, CPU among them; the others say nothing here.
        schedule: what to do in which step; see `schedule`. The program calls `step` at the end of each.
        on_trace_ready: called with this object at the end of each cycle (without a schedule: at the end).
        record_shapes, profile_memory, with_stack, with_flops, acc_events: as in `autograd.profiler.profile`.
        with_modules, experimental_config, execution_trace_observer, custom_trace_id_callback, post_processing_timeout_s:
            mean nothing here.

    Raises AssertionError where `activities` is empty.
    """

    def __init__(
        self, *, activities: Iterable[Any] | None = None, schedule: Callable[[int], ProfilerAction] | None = None,
        on_trace_ready: Callable[..., Any] | None = None, record_shapes: bool = False, profile_memory: bool = False,
        with_stack: bool = False, with_flops: bool = False, with_modules: bool = False, experimental_config: Any = None,
        execution_trace_observer: Any = None, acc_events: bool = False, use_cuda: bool | None = None,
        custom_trace_id_callback: Any = None, post_processing_timeout_s: float | None = None,
    ) -> None:  # fmt: skip
        if use_cuda is not None:
            warnings.warn(
                "`use_cuda` is deprecated, use `activities` argument instead", FutureWarning, stacklevel=2
            )
        if activities is not None and not supported_activities() & set(activities):
            raise AssertionError("No valid profiler activities found")
        self._options: dict[str, Any] = {
            "record_shapes": record_shapes, "profile_memory": profile_memory, "with_stack": with_stack,
            "with_flops": with_flops, "acc_events": acc_events,
        }  # fmt: skip
        self.schedule, self.record_steps = schedule or (lambda step: ProfilerAction.RECORD), schedule is not None
        self.on_trace_ready, self.step_num = on_trace_ready, 0
        self.current_action = self.schedule(0)
        self.profiler: profiler.profile | None = None
        self._running = self._started = False
        self._metadata: dict[str, str] = {}
        self._step: record_function | None = None

    def __enter__(self) -> profile:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def start(self) -> None:
        """What entering does."""
        self._started = True
        self._go(ProfilerAction.NONE, self.current_action)
        self._label()

    def stop(self) -> None:
        """What leaving does. Raises AssertionError where nothing was started."""
        self._taken("stopping trace")
        self._unlabel()
        self._go(self.current_action, None)

    def step(self) -> None:
        """Says that the next step begins."""
        self._unlabel()
        before = self.current_action
        self.step_num += 1
        self.current_action = self.schedule(self.step_num)
        if self._started:
            self._go(before, self.current_action)
        self._label()

    def _label(self) -> None:
        if self.record_steps:
            self._step = record_function(f"ProfilerStep#{self.step_num}")
            self._step.__enter__()

    def _unlabel(self) -> None:
        if self._step is not None:
            self._step.__exit__(None, None, None)
            self._step = None

    def _go(self, before: ProfilerAction, after: ProfilerAction | None) -> None:
        """From one step's action to the next one's; None is the end."""
        if before is ProfilerAction.WARMUP and after is ProfilerAction.NONE:
            warnings.warn("Incorrect schedule: WARMUP followed by NONE", stacklevel=3)
        ends = after not in _RECORDING or before is ProfilerAction.RECORD_AND_SAVE
        if before in _RECORDING and ends:
            if before is ProfilerAction.RECORD and after is not None:
                warnings.warn(f"Incorrect schedule: RECORD followed by {after.name}", stacklevel=3)
            if self.profiler is not None and self._running:
                self.profiler.__exit__()
                self.profiler.entered = self._running = False
            if (before is ProfilerAction.RECORD_AND_SAVE or after is None) and self.on_trace_ready is not None:
                self.on_trace_ready(self)
        if after in _RECORDING and not self._running:
            if self.profiler is not None and not self._options["acc_events"]:
                warn_once(
                    "Warning: Profiler clears events at the end of each cycle. Only events from the current cycle will be "
                    "reported. To keep events across cycles, set acc_events=True."
                )
            if self.profiler is None or not self._options["acc_events"]:
                self.profiler = profiler.profile(use_kineto=True, **self._options)
            self.profiler.__enter__()
            self._running = True

    def _taken(self, before: str) -> Any:
        if self.profiler is None and not (self._started and before == "stopping trace"):
            raise AssertionError(f"Profiler must be initialized before {before}")
        return self.profiler

    def events(self) -> EventList:
        """All events of the last cycle."""
        return self._taken("accessing events").function_events

    def key_averages(
        self, group_by_input_shape: bool = False, group_by_stack_n: int = 0, group_by_overload_name: bool = False
    ) -> EventList:
        """The events added up by name: see `EventList.key_averages`."""
        return self._taken("getting key averages").key_averages(group_by_input_shape, group_by_stack_n, group_by_overload_name)

    def toggle_collection_dynamic(self, enable: bool, activities: Iterable[Any]) -> None:
        """Turns the collection of CUDA's events on or off: there are none."""

    def get_trace_id(self) -> str | None:
        """The name of the trace that PyTorch's tracer writes: None."""
        return None

    def set_custom_trace_id_callback(self, callback: Callable[[], str]) -> None:
        """Sets what makes that name."""

    def export_memory_timeline(self, path: str, device: str | None = None) -> None:
        """Raises NotImplementedError: a profile here knows how large results are, and not when they are freed."""
        warnings.warn(
            "`export_memory_timeline` is deprecated and will be removed in a future version. Please use "
            "`torch.cuda.memory._record_memory_history` and `torch.cuda.memory._export_memory_snapshot` instead.",
            FutureWarning,
            stacklevel=2,
        )
        if not all([self._options[name] for name in ("record_shapes", "profile_memory", "with_stack")]):
            raise ValueError("record_shapes=True, profile_memory=True, with_stack=True required for memory profiling.")
        raise NotImplementedError("torch.profiler.profile.export_memory_timeline is not implemented")

    def add_metadata(self, key: str, value: str) -> None:
        """A note for the trace that is exported."""
        import json

        self.add_metadata_json(key, json.dumps(value.replace('"', '\\"')))

    def add_metadata_json(self, key: str, value: str) -> None:
        """A note for the trace that is exported, in JSON."""
        self._metadata[key] = value

    preset_metadata_json = add_metadata_json

    def export_chrome_trace(self, path: str, use_python_export: bool = False) -> None:
        """Writes a JSON file for ``chrome://tracing`` and https://ui.perfetto.dev; compressed if its name ends in .gz."""
        import gzip
        import json

        self._taken("exporting chrome trace")
        from .autograd.profiler_util import trace_events

        notes = {key: json.loads(value) for key, value in self._metadata.items()}
        trace = {"schemaVersion": 1, **notes, "traceEvents": trace_events(self.events()), "traceName": path}
        with gzip.open(path, "wt") if path.endswith(".gz") else open(path, "w") as file:
            json.dump(trace, file)

    def export_stacks(self, path: str, metric: str = "self_cpu_time_total") -> None:
        """Writes stacks as flame graph tools read them. Raises AssertionError unless taken with `with_stack`."""
        self._taken("exporting stacks").export_stacks(path, metric)
