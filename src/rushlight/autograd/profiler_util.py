"""What a profile is made of: events, lists of events, averages, and the table that shows them."""

from __future__ import annotations

import enum
import json
import math
import threading
import warnings
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

__all__ = ["EventList", "FormattedTimesMixin", "FunctionEvent", "FunctionEventAvg", "Interval", "Kernel"]

MEMORY_EVENT_NAME = "[memory]"


class DeviceType(enum.Enum):
    """Where something ran: here, on the CPU."""

    CPU = 0


class Kernel(NamedTuple):
    """A kernel on another device, as PyTorch's events list them."""

    name: str
    device: int
    duration: float


class Interval:
    """From `start` to `end`, in microseconds."""

    def __init__(self, start: float, end: float) -> None:
        self.start, self.end = start, end

    def elapsed_us(self) -> float:
        return self.end - self.start


def _format_time(time_us: float) -> str:
    for unit, size in (("s", 1e6), ("ms", 1e3)):
        if time_us >= size:
            return f"{time_us / size:.3f}{unit}"
    return f"{time_us:.3f}us"


def _format_share(time_us: float, total: float) -> str:
    return f"{time_us * 100.0 / total:.2f}%" if total else "NaN"


def _format_memory(nbytes: float) -> str:
    for unit, size in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if abs(nbytes) >= size:
            return f"{nbytes / size:.2f} {unit}"
    return f"{nbytes} B"


def _deprecated(name: str, instead: str, words: str = "`{}` is deprecated. Use `{}` instead.") -> Any:
    """A property of PyTorch's that warns, and is another one."""

    def read(event: Any) -> Any:
        warnings.warn(words.format(name, instead), FutureWarning, stacklevel=2)
        return getattr(event, instead)

    return property(read)


class FormattedTimesMixin:
    """Times as text, and the average of a call."""

    count: int
    cpu_time_total: float
    self_cpu_time_total: float
    device_time_total: float
    self_device_time_total: float

    @property
    def cpu_time(self) -> float:
        return self.cpu_time_total / self.count if self.count else 0.0

    @property
    def device_time(self) -> float:
        return self.device_time_total / self.count if self.count else 0.0

    @property
    def cpu_time_str(self) -> str:
        return _format_time(self.cpu_time)

    @property
    def cpu_time_total_str(self) -> str:
        return _format_time(self.cpu_time_total)

    @property
    def self_cpu_time_total_str(self) -> str:
        return _format_time(self.self_cpu_time_total)

    @property
    def device_time_str(self) -> str:
        return _format_time(self.device_time)

    @property
    def device_time_total_str(self) -> str:
        return _format_time(self.device_time_total)

    @property
    def self_device_time_total_str(self) -> str:
        return _format_time(self.self_device_time_total)


class _Event:
    """What single events and averages have in common."""

    node_id, overload_name, use_device, device_type = -1, "", None, DeviceType.CPU
    is_async = is_remote = is_legacy = is_user_annotation = False
    device_time_total: float = 0
    self_device_time_total: float = 0
    device_memory_usage = self_device_memory_usage = 0
    #: Shares of all events' time, in words, once a table has shown the event.
    self_cpu_percent: Any = -1
    total_cpu_percent: Any = -1
    total_device_percent: Any = -1
    cuda_time = _deprecated("cuda_time", "device_time", "`{}` is deprecated, please use `{}` instead.")


class FunctionEvent(_Event, FormattedTimesMixin):
    """One call: of an operation, of a node in backward (`scope` 1), or of what `record_function` labels (`scope` 7).

    `cpu_parent` and `cpu_children` are the events around and inside of it. `input_shapes`, `stack`, `flops` and memory
    are there if they were asked for.
    """

    #: What PyTorch's tracer knows beyond that, of an event that it knows nothing more of.
    flow_id = flow_type = linked_correlation_id = 0
    flow_start = is_python_function = False
    python_id = python_module_id = python_parent_id = -1
    event_metadata, activity_type, _no_metadata = None, "cpu_op", ""
    metadata_json = _deprecated("metadata_json", "_no_metadata", "`{}` is deprecated. Use `event_metadata` instead.")
    cuda_time_total = _deprecated("cuda_time_total", "device_time_total")
    self_cuda_time_total = _deprecated("self_cuda_time_total", "self_device_time_total")
    self_cuda_memory_usage = _deprecated("self_cuda_memory_usage", "self_device_memory_usage")

    def __init__(
        self, id: int, name: str, thread: int, start_us: float, end_us: float, *, fwd_thread: int | None = None,
        input_shapes: Any = (), stack: Sequence[str] = (), scope: int = 0, cpu_memory_usage: int = 0,
        sequence_nr: int = -1, flops: int = 0, is_user_annotation: bool = False, concrete_inputs: Any = (),
    ) -> None:  # fmt: skip
        self.id, self.name, self.trace_name, self.thread, self.fwd_thread = id, name, name, thread, fwd_thread
        self.time_range, self.count, self.scope, self.sequence_nr = Interval(start_us, end_us), 1, scope, sequence_nr
        self.input_shapes, self.stack, self.flops = list(input_shapes), list(stack), flops
        self.device_resource_id = threading.get_native_id()
        self.concrete_inputs, self.kwinputs = list(concrete_inputs), {}  # type: ignore[var-annotated]
        self.kernels: list[Kernel] = []
        self.cpu_children: list[FunctionEvent] = []
        self.cpu_parent: FunctionEvent | None = None
        self.own_memory, self.is_user_annotation, self.device_index = cpu_memory_usage, is_user_annotation, 0

    @property
    def external_id(self) -> int:
        return self.id

    @property
    def key(self) -> str:
        return "ProfilerStep*" if self.name.startswith("ProfilerStep#") else self.name

    @property
    def cpu_time_total(self) -> float:  # type: ignore[override]
        return self.time_range.elapsed_us()

    @property
    def self_cpu_time_total(self) -> float:  # type: ignore[override]
        return self.cpu_time_total - sum([child.cpu_time_total for child in self.cpu_children])

    @property
    def cpu_memory_usage(self) -> int:
        return self.own_memory + sum([child.cpu_memory_usage for child in self.cpu_children])

    @property
    def self_cpu_memory_usage(self) -> int:
        return self.own_memory

    def append_cpu_child(self, child: FunctionEvent) -> None:
        """Notes an event that is inside of this one."""
        self.cpu_children.append(child)

    def append_kernel(self, name: str, device: int, duration: float) -> None:
        """Notes a kernel on another device. Raises AssertionError for an event that is on one itself."""
        self.kernels.append(Kernel(name, device, duration))

    def set_cpu_parent(self, parent: FunctionEvent) -> None:
        self.cpu_parent = parent

    def __repr__(self) -> str:
        return (
            f"<FunctionEvent id={self.id} name={self.name} overload_name={self.overload_name} device_type=DeviceType.CPU "
            f"node_id={self.node_id} cpu_time={self.cpu_time_str} start_us={self.time_range.start} "
            f"end_us={self.time_range.end} cpu_children={[child.id for child in self.cpu_children]} "
            f"{self.use_device}_time={self.device_time_str} name={self.name} thread={self.thread} "
            f"input_shapes={self.input_shapes} cpu_memory_usage={self.cpu_memory_usage} "
            f"{self.use_device}_memory_usage={self.device_memory_usage} is_async={self.is_async} "
            f"is_remote={self.is_remote} seq_nr={self.sequence_nr} is_legacy={self.is_legacy}>"
        )


class FunctionEventAvg(_Event, FormattedTimesMixin):
    """Several events with the same key, added up."""

    def __init__(self) -> None:
        self.key: str | None = None
        self.count, self.flops = 0, 0
        self.cpu_time_total = self.self_cpu_time_total = 0.0
        self.cpu_memory_usage = self.self_cpu_memory_usage = 0
        self.input_shapes: Any = None
        self.stack: list[str] = []
        self.scope: int | None = None
        self.cpu_parent: FunctionEvent | None = None
        self.cpu_children: list[FunctionEvent] | None = None

    def add(self, other: Any) -> FunctionEventAvg:
        """Adds an event, or an average, with the same key. Raises AssertionError for another key."""
        if self.key is None:
            self.key, self.input_shapes, self.stack, self.scope = other.key, other.input_shapes, other.stack, other.scope
            self.cpu_parent, self.cpu_children = other.cpu_parent, other.cpu_children
            self.is_user_annotation = other.is_user_annotation
        if other.key != self.key:
            raise AssertionError(f"Expected keys to match, but got {other.key} vs {self.key}")
        for name in ("count", "flops", "cpu_time_total", "self_cpu_time_total", "cpu_memory_usage", "self_cpu_memory_usage"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    __iadd__ = add

    def __repr__(self) -> str:
        return (
            f"<FunctionEventAvg key={self.key} self_cpu_time={self.self_cpu_time_total_str} cpu_time={self.cpu_time_str} "
            f" self_cuda_time={self.self_device_time_total_str} cuda_time={self.device_time_str} "
            f"input_shapes={self.input_shapes} cpu_memory_usage={self.cpu_memory_usage} "
            f"cuda_memory_usage={self.device_memory_usage}>"
        )


class EventList(list[Any]):
    """A list of events, or of averages."""

    def __init__(self, events: Iterable[Any] = (), *, profile_memory: bool = False, with_flops: bool = False) -> None:
        super().__init__(events)
        self._profile_memory, self._with_flops = profile_memory, with_flops

    def __str__(self) -> str:
        return self.table()

    @property
    def self_cpu_time_total(self) -> float:
        return sum([event.self_cpu_time_total for event in self])

    def table(
        self, sort_by: str | None = None, row_limit: int = 100, max_src_column_width: int | None = 75,
        max_name_column_width: int | None = 55, max_shapes_column_width: int | None = 80, header: str | None = None,
        top_level_events_only: bool = False, time_unit: str | None = None,
    ) -> str:  # fmt: skip
        """The list as a table, in PyTorch's layout.

        Args:
            sort_by: an attribute, largest first: ``self_cpu_time_total``, ``cpu_time_total``, ``cpu_time``,
                ``cpu_memory_usage``, ``self_cpu_memory_usage``, ``count``. Default: as they began.
            row_limit: at most so many rows; -1 for all.
            header: a line above the table.
            top_level_events_only: leave out events inside of others.
            time_unit: "s", "ms" or "us" for all times.
        """
        if not self:
            return ""
        rows = sorted(self, key=lambda e: getattr(e, sort_by.replace("cuda", "device")), reverse=True) if sort_by else self
        columns = _columns(self, self._profile_memory, self._with_flops, time_unit,
                           (max_name_column_width, max_shapes_column_width, max_src_column_width))  # fmt: skip
        width = sum([column.width + 2 for column in columns]) - 2
        rule = "".join(["-" * column.width + "  " for column in columns])
        lines = ["=" * width, header] if header is not None else []
        if top_level_events_only:
            lines += ["=" * width, "This report only display top-level ops statistics"]
        lines += [rule, "".join([column.shown(column.title) for column in columns]), rule]
        chosen = [e for e in rows if not (top_level_events_only and e.cpu_parent is not None)]
        for event in chosen if row_limit < 0 else chosen[:row_limit]:
            lines.append("".join([column.shown(column.text(event)) for column in columns]))
            for entry in (event.stack or [])[1:]:
                rest = [""] * len(columns)
                place = [column.title for column in columns].index("Source Location")
                rest[place] = _trimmed(entry, columns[place].width)
                lines.append("".join([column.shown(text) for column, text in zip(columns, rest)]))
        total = _format_time(self.self_cpu_time_total)
        return "\n".join([*lines, rule, f"Self CPU time total: {total}", ""])

    def key_averages(
        self, group_by_input_shapes: bool = False, group_by_stack_n: int = 0, group_by_overload_name: bool = False
    ) -> EventList:
        """The events added up by name (and by shapes of inputs, and by the innermost `group_by_stack_n` lines)."""
        found: defaultdict[Any, FunctionEventAvg] = defaultdict(FunctionEventAvg)
        for event in self:
            shapes = str(event.input_shapes) if group_by_input_shapes else ""
            found[event.key, event.is_user_annotation, shapes, *event.stack[:group_by_stack_n]].add(event)
        averages = EventList(found.values(), profile_memory=self._profile_memory, with_flops=self._with_flops)
        for average in averages:
            average.stack = average.stack[:group_by_stack_n]
            if not group_by_input_shapes:
                average.input_shapes = ""
        return averages

    def total_average(self) -> FunctionEventAvg:
        """All events added up, under the key "Total"."""
        total = FunctionEventAvg()
        for event in self:
            total.key = event.key if total.count else None
            total.add(event)
        total.key = "Total"
        return total

    def export_chrome_trace(self, path: str) -> None:
        """Writes a JSON file for ``chrome://tracing`` and https://ui.perfetto.dev."""
        with open(path, "w") as file:
            json.dump(trace_events(self), file)

    def supported_export_stacks_metrics(self) -> list[str]:
        return ["self_cpu_time_total", "self_cuda_time_total", "self_xpu_time_total", "self_privateuse1_time_total"]

    def export_stacks(self, path: str, metric: str) -> None:
        """Writes stacks and a metric as flame graph tools read them. Raises ValueError for an unknown metric."""
        if metric not in self.supported_export_stacks_metrics():
            raise ValueError("metric should be one of: " + str(self.supported_export_stacks_metrics()))
        attribute = metric if "cpu" in metric else "self_device_time_total"
        table = str.maketrans(" ;\t\n", "____")
        with open(path, "w") as file:
            for event in self:
                value = int(getattr(event, attribute))
                if event.stack and value > 0:
                    file.write(";".join([entry.translate(table) for entry in reversed(event.stack)]) + f" {value}\n")


def trace_events(events: Sequence[FunctionEvent]) -> list[dict[str, Any]]:
    """Events in Chrome's trace event format."""
    made = []
    for event in events:
        about: dict[str, Any] = {"External id": event.id}
        if event.sequence_nr >= 0:
            about["Sequence number"] = event.sequence_nr
        if event.input_shapes:
            about["Input Dims"] = event.input_shapes
        if event.stack:
            about["Call stack"] = ";".join(event.stack)
        kind = "user_annotation" if event.is_user_annotation else "cpu_op"
        made.append(
            {"ph": "X", "cat": kind, "name": event.trace_name, "pid": "CPU functions", "tid": event.thread,
             "ts": event.time_range.start, "dur": event.time_range.elapsed_us(), "args": about}
        )  # fmt: skip
    return made


# The columns of a table.


class _Column:
    def __init__(self, title: str, width: int, text: Any, align: str = ">") -> None:
        self.title, self.width, self.text, self.align = title, width, text, align

    def shown(self, text: Any) -> str:
        return f"{text: {self.align}{self.width}}  " if not isinstance(text, int) else f"{text:>{self.width}}  "


def _trimmed(path: str, width: int) -> str:
    return path if len(path) <= width else "..." + path[len(path) - width + 3 :]


def _columns(events: EventList, memory: bool, flops: bool, unit: str | None, limits: Sequence[Any]) -> list[_Column]:
    total = events.self_cpu_time_total
    for event in events:
        event.self_cpu_percent = _format_share(event.self_cpu_time_total, total)
        event.total_cpu_percent = _format_share(event.cpu_time_total, total)

    def time(value: float) -> str:
        size = {"s": 1e6, "ms": 1e3, "us": 1.0}.get(unit or "")
        return _format_time(value) if size is None else f"{value / size:.3f}{unit}"

    def width(texts: Iterable[str], limit: int | None) -> int:
        wanted = max(map(len, texts)) + 4
        return wanted if limit is None else min(wanted, limit)

    names, shapes, sources = limits

    def name(event: Any) -> str:
        key = event.key
        return key if names is None or len(key) < names - 3 else key[: names - 3] + "..."

    columns = [
        _Column("Name", width([e.key for e in events], names), name),
        _Column("Self CPU %", 12, lambda e: e.self_cpu_percent),
        _Column("Self CPU", 12, lambda e: time(e.self_cpu_time_total)),
        _Column("CPU total %", 12, lambda e: e.total_cpu_percent),
        _Column("CPU total", 12, lambda e: time(e.cpu_time_total)),
        _Column("CPU time avg", 12, lambda e: time(e.cpu_time)),
    ]
    if memory:
        columns.append(_Column("CPU Mem", 12, lambda e: _format_memory(e.cpu_memory_usage)))
        columns.append(_Column("Self CPU Mem", 12, lambda e: _format_memory(e.self_cpu_memory_usage)))
    columns.append(_Column("# of Calls", 12, lambda e: e.count))
    if any([e.input_shapes for e in events]):
        size = width([str(e.input_shapes) for e in events], shapes)
        columns.append(_Column("Input Shapes", size, lambda e: str(e.input_shapes)[:size]))
    stacks = [entry for e in events for entry in e.stack or ()]
    if stacks:
        place = width(stacks, sources)
        columns.append(_Column("Source Location", place, lambda e: _trimmed(e.stack[0], place) if e.stack else "", "<"))
    counted = [e.flops for e in events if e.flops > 0]
    if flops and counted:
        scale = max(0, min(int(math.log10(min(counted)) / 3), 5))
        title = "Total " + ["FLOPs", "KFLOPs", "MFLOPs", "GFLOPs", "TFLOPs", "PFLOPs"][scale]
        columns.append(_Column(title, 12, lambda e: f"{e.flops / 1000**scale:8.3f}" if e.flops > 0 else "--"))
    return columns
