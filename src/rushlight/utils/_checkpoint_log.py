"""What a checkpoint says when the second run did something else: PyTorch's words, and the log of ``debug=True``."""

from __future__ import annotations

import traceback
import weakref
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from ..core.node import Node
from ..core.op import OBSERVERS
from ..core.tensor import Tensor
from ..layers.dispatch_mode import DispatchMode
from ..ops.language.aten import OpOverload


class CheckpointError(RuntimeError):
    """The function did not do the same again."""

    __module__ = f"{__package__}.checkpoint"


class _Log(DispatchMode):
    """Context manager that notes every operation of this thread, and where the program asked for it."""

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[str] = []
        self.lines: list[str] = []
        #: The tensors by their ids, and their numbers; and what the operation that runs now has returned.
        self.numbers: dict[int, tuple[weakref.ref[Tensor], int]] = {}
        self.count = count()
        self.returned: Any = None

    def __enter__(self) -> Any:
        self.operations, self.lines, self.numbers, self.count = [], [], {}, count()
        OBSERVERS.insert(0, self.note)  # before what packs, which may stop the run
        return super().__enter__()

    def __exit__(self, *exc: object) -> None:
        OBSERVERS.remove(self.note)
        super().__exit__(*exc)

    def note(self, node: Node, arguments: Any, result: Any) -> None:
        self.returned = result

    def dispatch(self, func: OpOverload, args: Sequence[Any], run: Callable[[], Any], take: Callable[[Any], Any]) -> Any:
        shown = ", ".join([self.text(a) for a in args])
        self.returned = None
        try:
            self.returned = result = run()
        finally:
            results = self.returned if isinstance(self.returned, (tuple, list)) else [self.returned]
            made = ", ".join([self.text(r, typed=True) for r in results])
            self.operations.append(f"{made} = torch._ops.{func}({shown})")
            own = f"{__package__.split('.')[0]}/"
            frames = [f for f in traceback.extract_stack() if own not in f.filename.replace("\\", "/") and f.filename[0] != "<"]
            self.lines.append("".join(f"{f.filename}:{f.lineno}:{f.name}\n" for f in reversed(frames)))
        return result

    def text(self, value: Any, typed: bool = False) -> str:
        """A tensor as its number in this log, and its dtype and shape if it is a result."""
        if isinstance(value, (tuple, list)):
            return str(type(value)([self.text(v) if isinstance(v, Tensor) else v for v in value]))
        if not isinstance(value, Tensor):
            return str(value)
        known, number = self.numbers.get(id(value), (None, 0))
        if known is None or known() is not value:
            number = next(self.count)
            self.numbers[id(value)] = weakref.ref(value), number
        return f"${number}: {value.dtype.abbr}[{', '.join(map(str, value.shape))}]" if typed else f"${number}"

    def traces(self, label: str) -> str:
        total = len(self.operations)
        return "".join(
            f"{operation}   ({i} of {total} in {label})\n\n{lines}\n\n"
            for i, (operation, lines) in enumerate(zip(self.operations, self.lines), 1)
        )


class Logs:
    """The `context_fn` of ``debug=True``."""

    def __init__(self) -> None:
        self.forward, self.again = _Log(), _Log()

    def __call__(self) -> tuple[Any, Any]:
        return self.forward, self.again

    def explaining(self, unpack: Callable[[Any], Tensor]) -> Callable[[Any], Tensor]:
        def explained(holder: Any) -> Tensor:
            try:
                return unpack(holder)
            except CheckpointError as error:
                raise CheckpointError(
                    LOGS.format(
                        forward_traces=self.forward.traces("original"), recompute_traces=self.again.traces("recompute"),
                        forward_ops="\n".join(self.forward.operations), recompute_ops="\n".join(self.again.operations),
                    )
                ) from error  # fmt: skip

        return explained


TIP = """
Tip: To see a more detailed error message, either pass `debug=True` to
`torch.utils.checkpoint.checkpoint(...)` or wrap the code block
with `with torch.utils.checkpoint.set_checkpoint_debug_enabled(True):` to
enable checkpoint‑debug mode globally.

If this error occurs under torch.compile with automatic_dynamic_shapes enabled,
it may be because the recomputation selected a different compiled graph than the
forward pass (e.g., a dynamic graph instead of the original static graph).
To fix this, either:
  - Use torch._dynamo.mark_dynamic() to explicitly mark varying dimensions as
    dynamic upfront, avoiding the static-to-dynamic transition.
  - Call torch._C._dynamo.eval_frame._set_lru_cache(False) to disable LRU cache
    reordering, which can change which graph is checked first between forward
    and recompute.
See https://github.com/pytorch/pytorch/issues/166926 for more details and
workaround examples.
"""

LOGS = """ \
An error happened while unpacking tensors; dumping logs of latest computation
because you passed `debug=True` to `torch.utils.checkpoint.checkpoint()`.
Scroll all the way down for guidance on how to navigate these logs.

+~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~+
|        1. Stack traces of the operators that ran in the original forward     |
+------------------------------------------------------------------------------+

{forward_traces}
+~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~+
|        2. Stack traces of the operators that ran during recomputation        |
+------------------------------------------------------------------------------+

{recompute_traces}
+~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~+
|       3. Log of operators in the original forward and recomputation          |
+------------------------------------------------------------------------------+
(Scroll up to correlate stack traces with each operation listed below. This
 helps identify their source in the code.)

IMPORTANT: Differences in "detach" calls between the original forward and the
           recomputation are expected. They are introduced by the checkpointing
           mechanism and can be ignored.

Operations executed during the original forward:

{forward_ops}

Operations executed during recomputation:

{recompute_ops}

+------------------------------------------------------------------------------+
 ERROR: Detected non-determinism while running activation checkpointing

 You are seeing this error because you passed `debug=True` to checkpoint and
 tensors to be saved during the original forward and differ between those saved
 during recomputation. This can happen if different operators were ran in the
 original forward and in the recomputation.

 To identify where the mismatch may be coming from, you can do the following:

 1) Compare the operators ran during original forward and recomputation to
    see where they differ. These operators are printed above in the order they
    were executed.

 2) Review the stack trace for each operator to locate its invocation source.
    Each operator's stack trace is printed in their execution order.

 Note that the logs can be quite long. Here's how they are structured:
 (Tip: you can Ctrl-f for these headers)

 1. Stack traces of the operators that ran in the original forward
 2. Stack traces of the operators that ran during recomputation
 3. Log of operators in the original forward and recomputation
 4. Error message                                             <--- You are here
--------------------------------------------------------------------------------
"""
