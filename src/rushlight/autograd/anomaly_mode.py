"""Anomaly mode: finds the operation that made a NaN, and where a forgotten value was saved and overwritten.

While it is on, every node that is recorded notes the lines of the program that recorded it; when a node fails in
backward, or gives a NaN, the error names them.
"""

from __future__ import annotations

import sys
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays.dtypes import of_array
from ..core import backward, saved
from ..core.node import Node
from ..core.op import OBSERVERS
from ..core.tensor import Tensor
from ..ops.support.options import argument_error

__all__ = ["detect_anomaly", "set_detect_anomaly"]

TRACEBACK, WRITTEN = "traceback_", "written_"


class _State:
    enabled = False
    check_nan = True
    current: Node | None = None


def is_anomaly_enabled() -> bool:
    return _State.enabled


def is_anomaly_check_nan_enabled() -> bool:
    return _State.check_nan


#: Under `rushlight run`, what called the program is not part of it.
_PACKAGE = __name__.partition(".")[0]
_RUNNER = f"{_PACKAGE}.cli"


def _note(node: Node, arguments: Any, result: Any) -> None:
    innermost = frame = sys._getframe(2)
    depth = 0
    while frame is not None and frame.f_globals.get("__name__") != _RUNNER:
        depth, frame = depth + 1, frame.f_back  # type: ignore[assignment]
    node.metadata[TRACEBACK] = traceback.format_stack(innermost, depth)


def _note_write(counter: list[int]) -> None:
    _writes[id(counter)] = (counter, user_line(sys._getframe(2)))
    while len(_writes) > 1000:
        del _writes[next(iter(_writes))]


#: The last writes while anomaly mode is on: id of a version counter -> the counter (kept alive) and a line.
_writes: dict[int, tuple[list[int], str]] = {}


def in_package(frame: Any) -> bool:
    """Whether a frame runs code of this package, and not of the program."""
    return frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE


def user_frame(frame: Any) -> Any:
    """The innermost frame outside this package, from `frame` on; None if there is none."""
    while frame is not None and in_package(frame):
        frame = frame.f_back
    return frame


def user_line(frame: Any) -> str:
    """``file:line`` of the innermost frame outside this package."""
    frame = user_frame(frame)
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else "?"


def line_of(node: Node) -> str:
    for entry in reversed(node.metadata.get(TRACEBACK, [])):
        if f"{_PACKAGE}/" not in entry.split('"')[1].replace("\\", "/"):
            _, path, rest = entry.split('"', 2)
            return f"{path}:{rest.split(',')[1].removeprefix(' line ')}"
    return "?"


def _guard(node: Node, gradient: Any, run: Callable[[], Any]) -> Any:
    try:
        results = run()
    except Exception:
        _warn(node)
        raise
    if _State.check_nan:
        for i, result in enumerate(results):
            if result is not None and _has_nan(result):
                _warn(node)
                raise RuntimeError(f"Function '{node.name()}' returned nan values in its {i}th output.")
    return results


def _has_nan(result: Any) -> bool:
    data = result._data if isinstance(result, Tensor) else result
    return bool(np.isnan(data).any()) if data.dtype.kind in "fc" else False


def _warn(node: Node) -> None:
    stack = node.metadata.get(TRACEBACK)
    if stack is None:
        message = (
            f"Error detected in {node.name()}. No forward pass information available. Enable detect anomaly during "
            "forward pass for more information."
        )
    else:
        message = f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n{''.join(stack)}"
    warnings.warn(message, UserWarning, stacklevel=5)


def overwritten(node: Node, i: int, version: int, expected: int) -> RuntimeError:
    """torch's error for the tensor that `node` saved at `i`, of which an in-place operation has made another version."""
    origin, values = node.saved[i], node.values
    assert values is not None
    if isinstance(origin, Tensor) and origin.__dict__.get("stands_for", lambda: None)() is not None:
        origin = origin.__dict__["stands_for"]()
    value = origin._data if isinstance(origin, Tensor) else values[i][0] if isinstance(values[i], tuple) else values[i]
    maker = origin.grad_fn if isinstance(origin, Tensor) else node
    produced = ""
    if maker is not None:
        nr = origin.output_nr if isinstance(origin, Tensor) else getattr(origin, "nr", 0) or 0
        produced = f", which is output {nr} of {maker.short_name()},"
    return RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[torch.{of_array(value).scalar_name}Tensor {list(value.shape)}]{produced} is at version {version}; expected version "
        f"{expected} instead. {_inplace_hint(node, origin)}"
    )


def _inplace_hint(node: Node, origin: Any) -> str:
    """What follows torch's in-place error: how to find the operations, or, in anomaly mode, where they stand."""
    if not _State.enabled:
        return (
            "Hint: enable anomaly detection to find the operation that failed to compute its gradient, with "
            "torch.autograd.set_detect_anomaly(True, check_nan=False)."
        )
    hint = (
        "Hint: the backtrace further above shows the operation that failed to compute its gradient. The variable in "
        "question was changed in there or anywhere later. Good luck!"
    )
    counter = origin._counter if isinstance(origin, Tensor) else origin
    written = _writes.get(id(counter))
    lines = f" It was saved by {node.name()} at {line_of(node)}"
    return hint + lines + (f", and overwritten at {written[1]}." if written else ".")


class detect_anomaly:
    """Context manager: backward names the forward lines of a node that fails or, with `check_nan`, returns NaN.

    A NaN raises RuntimeError; the lines come as a warning before. Entering warns that it is slow.
    """

    def __init__(self, check_nan: bool = True) -> None:
        self._previous = (_State.enabled, _State.check_nan)
        self.check_nan = check_nan
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
            "debugging.",
            stacklevel=2,
        )

    def __enter__(self) -> None:
        self._previous = (_State.enabled, _State.check_nan)
        _set(True, self.check_nan)

    def __exit__(self, *exc: object) -> None:
        _set(*self._previous)


class set_detect_anomaly:
    """Turns anomaly mode on or off at once; as a context manager, until its end. See `detect_anomaly`.

    Raises TypeError unless `mode` and `check_nan` are bools.

    >>> import rushlight as torch
    >>> with torch.autograd.set_detect_anomaly(True):
    ...     torch.is_anomaly_enabled()
    True
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        for position, (name, value) in enumerate([("enabled", mode), ("check_nan", check_nan)], 1):
            if not isinstance(value, bool):
                raise argument_error("set_anomaly_enabled", name, "bool", value, position)
        self._previous = (_State.enabled, _State.check_nan)
        _set(mode, check_nan)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc: object) -> None:
        _set(*self._previous)


def _set(enabled: bool, check_nan: bool) -> None:
    _State.enabled, _State.check_nan = enabled, check_nan
    lists: list[tuple[list[Any], Any]] = [(OBSERVERS, _note), (backward.GUARDS, _guard), (saved.WRITERS, _note_write)]
    for hooks, hook in lists:
        if hook in hooks:
            hooks.remove(hook)
        if enabled:
            hooks.append(hook)
