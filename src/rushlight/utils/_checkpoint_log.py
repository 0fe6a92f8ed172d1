"""What a checkpoint says when the second run did something else: PyTorch's words, and the log of ``debug=True``."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from typing import Any

from ..core.node import Node
from ..core.op import OBSERVERS
from ..core.tensor import Tensor


class CheckpointError(RuntimeError):
    """The function did not do the same again."""


class _Log:
    """Context manager that notes every operation that enters the graph in this thread, and where the program asked."""

    def __init__(self) -> None:
        self.operations: list[str] = []
        self.lines: list[str] = []
        self.thread = 0

    def __enter__(self) -> None:
        self.operations, self.lines, self.thread = [], [], threading.get_ident()
        OBSERVERS.insert(0, self.note)  # before what packs, which may stop the run

    def __exit__(self, *exc: object) -> None:
        OBSERVERS.remove(self.note)

    def note(self, node: Node, arguments: Any, result: Any) -> None:
        if threading.get_ident() == self.thread:
            self.operations.append(node.name())
            own = f"{__package__.split('.')[0]}/"
            frames = [f for f in traceback.extract_stack() if own not in f.filename.replace("\\", "/")]
            self.lines.append("".join(f"{f.filename}:{f.lineno}:{f.name}\n" for f in reversed(frames)))

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
