"""Python's multiprocessing, with tensors in shared memory: what one process writes into a tensor that it sent, all see.

A tensor that goes through a queue or a pipe, or to a process that is spawned, is moved to shared memory first, as
`Tensor.share_memory_` does; what arrives is a tensor on the same memory. It must not be a part of a graph.
"""

from __future__ import annotations

import multiprocessing as _multiprocessing
from multiprocessing import *  # noqa: F403

from .reductions import init_reductions
from .spawn import (
    ProcessContext as ProcessContext,
)
from .spawn import (
    ProcessException as ProcessException,
)
from .spawn import (
    ProcessExitedException as ProcessExitedException,
)
from .spawn import (
    ProcessRaisedException as ProcessRaisedException,
)
from .spawn import (
    SpawnContext as SpawnContext,
)
from .spawn import (
    spawn as spawn,
)
from .spawn import (
    start_processes as start_processes,
)

_sharing_strategy = "file_descriptor"
_all_sharing_strategies = {"file_descriptor", "file_system"}

__all__ = ["get_all_sharing_strategies", "get_sharing_strategy", "set_sharing_strategy"]
__all__ += _multiprocessing.__all__


def set_sharing_strategy(new_strategy: str) -> None:
    """Sets how tensors are shared: by descriptors of files, the only way here. Raises AssertionError for an unknown one,
    NotImplementedError for ``"file_system"``."""
    if new_strategy not in _all_sharing_strategies:
        raise AssertionError(
            f"invalid sharing strategy {new_strategy!r}, expected one of {_all_sharing_strategies}"
        )
    if new_strategy == "file_system":
        raise NotImplementedError("the sharing strategy 'file_system': tensors are shared by descriptors of files")


def get_sharing_strategy() -> str:
    """How tensors are shared."""
    return _sharing_strategy


def get_all_sharing_strategies() -> set[str]:
    """The strategies that PyTorch knows."""
    return _all_sharing_strategies


init_reductions()
