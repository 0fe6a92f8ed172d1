"""What a profile sees: operations, nodes in backward, labelled blocks, each with its begin and its end.

Note [Watching from outside]
    Operations know nothing of profiles. While one is taken, Python itself tells the recorder of every call in this
    thread (``sys.setprofile``); a call whose code is that of an operation, or of a public function of `ops` and
    `nn.functional`, is an event. Which operation it is stands in the closure of the call. Nodes are seen by a guard of
    the engine (`core.backward.GUARDS`), which is there for the time of a profile alone. So a program that takes none
    pays nothing, and one that takes one pays about what ``cProfile`` costs.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from math import prod
from time import perf_counter_ns
from types import CodeType, FrameType, FunctionType
from typing import Any

from .._torch_function import code_of
from ..core import backward, declare, short, views
from ..core.node import Node, node_of
from ..core.op import Op
from ..core.tensor import Tensor
from ..ops.elementwise import arithmetic, combining
from ..ops.language.overloads import aten_name
from ..ops.support import attach
from .anomaly_mode import in_package
from .profiler_util import FunctionEvent

FUNCTION, BACKWARD, USER = 0, 1, 7


def _made_by(name: str, *makers: Any) -> set[CodeType]:
    """The code of the functions of that name which these functions define and return."""
    return {c for m in makers for c in m.__code__.co_consts if isinstance(c, CodeType) and c.co_name == name}


#: The code of the functions that call an operation: each has it, or the class of its nodes, in its closure.
_OPERATIONS = _made_by("call", short.one_input, short.two_inputs, declare.general, views.view_call)
#: The code of in-place methods: the function that they write the result of is in the closure, or what knows their name.
_IN_PLACE = _made_by("method", attach.inplace, attach.inplace_operator) | _made_by("inplace", arithmetic._sum, combining._combined)
_ACCUMULATE = backward.accumulate.__code__


def _functions() -> dict[CodeType, str]:
    """The public functions and in-place methods that are loaded, by their code, where it is theirs alone."""
    package = __name__.partition(".")[0]
    found: dict[CodeType, set[str]] = {}
    named = [(name, method) for name, method in vars(Tensor).items() if name.endswith("_") and name[-2:] != "__"]
    for module_name, module in list(sys.modules.items()):
        if module_name.startswith((f"{package}.ops.", f"{package}.nn._", f"{package}.nn.functional")):
            named += [(name, getattr(module, name, None)) for name in getattr(module, "__all__", ())]
    for name, function in named:
        if isinstance(function, FunctionType):
            found.setdefault(code_of(function), set()).add(name)
    return {
        code: f"aten::{min(names, key=len)}"
        for code, names in found.items()
        if code not in _OPERATIONS and (len(names) == 1 or code.co_name in names or code.co_name.endswith("_inplace"))
    }


class _Open:
    """An event that has not ended yet."""

    __slots__ = ("children", "counted", "flops", "frame", "memory", "name", "scope", "sequence", "shapes", "stack", "start")

    def __init__(self, frame: Any, name: str, scope: int = FUNCTION, sequence: int = -1) -> None:
        self.frame, self.name, self.scope, self.sequence = frame, name, scope, sequence
        self.children: list[FunctionEvent] = []
        self.counted: set[int] = set()
        self.flops = self.memory = 0
        self.shapes: list[Any] = []
        self.stack: list[str] = []
        self.start = perf_counter_ns()


class Recorder:
    """Collects the events of one thread between `start` and `stop`."""

    def __init__(self, shapes: bool = False, memory: bool = False, stack: bool = False, flops: bool = False) -> None:
        self.shapes, self.memory, self.stack, self.flops = shapes, memory, stack, flops
        self.events: list[FunctionEvent] = []
        self.open: list[_Open] = []
        self.thread = 0
        self.origin = 0

    def start(self) -> None:
        """Raises RuntimeError if this thread is being profiled already."""
        if current() is not None:
            raise RuntimeError("Profiler is already enabled on this thread")
        if sys.getprofile() is not None:
            raise RuntimeError("another profiler (sys.setprofile) is at work in this thread")
        self.functions, self.thread, self.origin = _functions(), threading.get_ident(), perf_counter_ns()
        _recorders[self.thread] = self
        backward.GUARDS.append(self.guard)
        sys.setprofile(self.note)

    def stop(self) -> None:
        sys.setprofile(None)
        backward.GUARDS.remove(self.guard)
        del _recorders[self.thread]
        while self.open:
            self.close(None)

    def note(self, frame: FrameType, what: str, value: Any) -> None:
        """What Python tells: a call, or a return."""
        if what == "call":
            code = frame.f_code
            if code in _OPERATIONS:
                self._called(frame, f"aten::{aten_name(_op_of(frame))}")
            elif code in _IN_PLACE:
                self._called(frame, f"aten::{_name_in_place(frame.f_locals)}")
            elif code in self.functions:
                self._called(frame, self.functions[code])
            elif code is _ACCUMULATE:
                self._called(frame, "torch::autograd::AccumulateGrad", BACKWARD)
        elif what == "return" and self.open and self.open[-1].frame is frame:
            self.close(value)

    def _called(self, frame: FrameType, name: str, scope: int = FUNCTION) -> None:
        if self.open and self.open[-1].name == name:
            return  # the function and its operation, or the short way and the long one
        event = _Open(frame, name, scope)
        if self.shapes or self.flops:
            event.shapes = [_shape(a) for a in _arguments(frame)]
        if self.stack:
            event.stack = _lines(frame)
        self.open.append(event)

    def enter(self, name: str, scope: int, sequence: int = -1) -> None:
        """Begins an event that is no call."""
        self.open.append(_Open(None, name, scope, sequence))
        if self.stack:
            self.open[-1].stack = _lines(sys._getframe(1))

    def close(self, value: Any) -> None:
        """Ends the newest event; of calls only those count that return Tensors, or arrays in backward."""
        event = self.open.pop()
        above = self.open[-1] if self.open else None
        results = list(_results(value))
        if event.frame is not None and not results and event.scope == FUNCTION:
            if above is not None:
                above.children += event.children
            return
        if event.frame is not None:
            event.sequence = max([_sequence(r) for r in results], default=-1)
            self._count(event, results)
        if above is not None:
            above.counted |= event.counted
        made = FunctionEvent(
            0, event.name, 1, (event.start - self.origin) / 1000, (perf_counter_ns() - self.origin) / 1000,
            fwd_thread=1 if event.sequence >= 0 and event.scope == BACKWARD else 0,
            input_shapes=event.shapes if self.shapes else (), stack=event.stack, scope=event.scope,
            cpu_memory_usage=event.memory, sequence_nr=event.sequence, flops=event.flops,
            is_user_annotation=event.scope == USER,
        )  # fmt: skip
        for child in event.children:
            made.append_cpu_child(child)
            child.set_cpu_parent(made)
        if above is not None:
            above.children.append(made)
        self.events.append(made)

    def _count(self, event: _Open, results: list[Any]) -> None:
        if self.memory:
            for result in results:
                data = result._data if isinstance(result, Tensor) else result
                if getattr(result, "_view", None) is None and id(data) not in event.counted:
                    event.memory += data.nbytes
                    event.counted.add(id(data))
        if self.flops and event.name in _FLOPS and not any([c.flops for c in event.children]):
            event.flops = _FLOPS[event.name]([s for s in event.shapes if s], tuple(results[0].shape))

    def guard(self, node: Node, gradient: Any, run: Callable[[], Any]) -> Any:
        """Around every node of a backward pass."""
        if threading.get_ident() != self.thread:
            return run()
        name, sequence = node.name(), node._sequence_nr()
        self.enter(f"autograd::engine::evaluate_function: {name}", FUNCTION, sequence)
        self.enter(name, BACKWARD, sequence)
        if self.shapes:
            self.open[-1].shapes = [_shape(g) for g in (gradient if node.several else [gradient])]
        results: Any = ()
        try:
            results = run()
            return results
        finally:
            if self.memory:
                self._count(self.open[-1], [r for r in results if hasattr(r, "dtype")])
            self.close(None)
            self.close(None)


_recorders: dict[int, Recorder] = {}


def current() -> Recorder | None:
    """The recorder of this thread, if a profile is being taken."""
    return _recorders.get(threading.get_ident()) if _recorders else None


def _name_in_place(names: dict[str, Any]) -> str:
    if "of_inplace" in names:
        return names["of_inplace"].name
    return names["function" if "function" in names else "operator"].__name__ + "_"


def _op_of(frame: FrameType) -> Op:
    return frame.f_locals["op"]


def _arguments(frame: FrameType) -> Iterator[Any]:
    code, names = frame.f_code, frame.f_locals
    count = code.co_argcount + code.co_kwonlyargcount
    yield from [names[name] for name in code.co_varnames[:count]]
    if code.co_flags & 4:  # *arguments
        yield from names[code.co_varnames[count]]


def _shape(value: Any) -> Any:
    return list(value.shape) if hasattr(value, "dtype") and hasattr(value, "shape") else []


def _results(value: Any) -> Iterator[Any]:
    if isinstance(value, Tensor) or (hasattr(value, "dtype") and hasattr(value, "nbytes")):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _results(part)


def _sequence(result: Any) -> int:
    node = node_of(getattr(result, "_node", None))
    return node._sequence_nr() if isinstance(node, Node) else -1


def _lines(frame: FrameType | None) -> list[str]:
    """The lines of the program that led here, innermost first, as PyTorch writes them."""
    lines = []
    while frame is not None:
        if not in_package(frame):
            lines.append(f"{frame.f_code.co_filename}({frame.f_lineno}): {frame.f_code.co_name}")
        frame = frame.f_back
    return lines


def _product_flops(shapes: list[Any], out: tuple[int, ...]) -> int:
    return 2 * prod(out) * shapes[0][-1]


def _convolution_flops(shapes: list[Any], out: tuple[int, ...]) -> int:
    return 2 * prod(out) * prod(shapes[1][1:])


#: Floating-point operations by the shapes of the inputs and of the result.
_FLOPS: dict[str, Callable[[list[Any], tuple[int, ...]], int]] = {
    "aten::mm": _product_flops, "aten::bmm": _product_flops,
    "aten::addmm": lambda shapes, out: 2 * prod(out) * shapes[1][-1],
    "aten::baddbmm": lambda shapes, out: 2 * prod(out) * shapes[1][-1],
    "aten::convolution": _convolution_flops, "aten::conv2d": _convolution_flops,
    "aten::mul": lambda shapes, out: prod(out), "aten::add": lambda shapes, out: prod(out),
}  # fmt: skip
