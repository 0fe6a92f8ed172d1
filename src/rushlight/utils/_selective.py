"""Selective checkpoints: a policy says, operation by operation, whose results are kept for the second run.

The first run asks the policy and keeps results, in the order of each operation's calls. The second run hands them back,
so that the operation is recorded on the graph but not computed.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from ..arrays.types import as_one
from ..core.tensor import Tensor
from ..layers.dispatch_mode import DispatchMode
from ..ops.language.aten import OpOverload, OpOverloadPacket, aten, prim


class CheckpointPolicy(enum.Enum):
    """What selective checkpointing does with the result of an operation.

    MUST_SAVE, PREFER_SAVE: keep it. MUST_RECOMPUTE, PREFER_RECOMPUTE: compute it again. MUST_CPU_OFFLOAD,
    PREFER_CPU_OFFLOAD: as in PyTorch's eager mode, compute it again.
    """

    MUST_SAVE = 0
    PREFER_SAVE = 1
    MUST_RECOMPUTE = 2
    PREFER_RECOMPUTE = 3
    MUST_CPU_OFFLOAD = 4
    PREFER_CPU_OFFLOAD = 5


class SelectiveCheckpointContext:
    """What a policy is told: `is_recompute` (False: it is asked in the first run only) and `op_output`, the result."""

    def __init__(self, *, is_recompute: bool, op_output: Any = None) -> None:
        self.is_recompute, self.op_output = is_recompute, op_output


#: Operations that no policy is asked about.
SAC_IGNORED_OPS: set[OpOverload] = {
    prim.device.default, aten.is_contiguous.memory_format,
    *[getattr(aten, name).default for name in (
        "detach", "dim", "is_contiguous", "is_non_overlapping_and_dense", "is_strides_like_format", "numel", "size",
        "storage_offset", "stride", "sym_numel", "sym_size", "sym_storage_offset", "sym_stride",
    )],
}  # fmt: skip

_RECOMPUTE, _CONSUMED = object(), object()
_Storage = defaultdict[OpOverload, dict[int, Any]]

_MISMATCH = (
    "This can happen if the operations in the checkpointed region are nondeterministic or depend on global state that "
    "changed between forward and backward."
)


class _Kept:
    """A result that was kept, and the version of its memory then."""

    def __init__(self, x: Any) -> None:
        self.x = x.detach() if isinstance(x, Tensor) else x
        self.version = None if not isinstance(x, Tensor) or x.is_inference() else self.x._version

    def checked(self, mutable: bool) -> Any:
        if self.version is not None and not mutable and self.x._version != self.version:
            raise RuntimeError("Tensor cached during selective activation checkpoint has been mutated")
        return self.x


def _mapped(function: Callable[[Any], Any], result: Any) -> Any:
    if isinstance(result, (tuple, list)):
        return as_one(result, [function(x) for x in result])
    return function(result)


class _Caching(DispatchMode):
    """The first run."""

    def __init__(self, policy: Callable[..., Any], storage: _Storage) -> None:
        super().__init__()
        self.policy, self.storage = policy, storage

    def dispatch(self, func: OpOverload, args: Sequence[Any], run: Callable[[], Any], take: Callable[[Any], Any]) -> Any:
        result = run()
        calls = self.storage[func]
        output = _mapped(lambda x: x.detach() if isinstance(x, Tensor) else x, result)
        policy = self.policy(SelectiveCheckpointContext(is_recompute=False, op_output=output), func, *args)
        kept = policy is True or policy in (CheckpointPolicy.MUST_SAVE, CheckpointPolicy.PREFER_SAVE)
        calls[len(calls)] = _mapped(_Kept, result) if kept else _RECOMPUTE
        if kept and func._opname.endswith("_"):
            # PyTorch counts the write after the result was kept: so it counts as overwritten, and it is.
            calls[len(calls) - 1].version = -1
        return result


class _Cached(DispatchMode):
    """The second run."""

    def __init__(self, storage: _Storage, mutable: bool) -> None:
        super().__init__()
        self.storage, self.mutable = storage, mutable
        self.counts: defaultdict[OpOverload, int] = defaultdict(int)

    def __enter__(self) -> Any:
        self.counts.clear()
        return super().__enter__()

    def dispatch(self, func: OpOverload, args: Sequence[Any], run: Callable[[], Any], take: Callable[[Any], Any]) -> Any:
        i = self.counts[func]
        self.counts[func] = i + 1
        if func not in self.storage:
            raise RuntimeError(f"{func} encountered during backward but not found in storage. {_MISMATCH}")
        calls = self.storage[func]
        if i not in calls:
            raise RuntimeError(
                f"{func} invocation index {i} encountered during backward but not found in storage. {_MISMATCH}"
            )
        if calls[i] is _CONSUMED:
            raise RuntimeError(
                "Trying to backward an extra time. You are only allowed to backward once on any region computed under "
                "selective activation checkpoint."
            )
        if calls[i] is _RECOMPUTE:
            return run()
        kept, calls[i] = calls[i], _CONSUMED
        return take(_mapped(lambda x: x.checked(self.mutable), kept))


def create_selective_checkpoint_contexts(policy_fn_or_list: Any, allow_cache_entry_mutation: bool = False) -> Any:
    """The two context managers of a checkpoint that keeps the results of some operations: its `context_fn`.

    Args:
        policy_fn_or_list: a function of a `SelectiveCheckpointContext`, the operation (``torch.ops.aten.mm.default``) and
            its arguments (the tensors first, then what is passed on to the operation here), which returns a
            `CheckpointPolicy`; or a list of the operations whose results are kept.
        allow_cache_entry_mutation: hand back results that were written since, as they are now.

    Raises ValueError for a list with other things than overloads, TypeError for what is neither a function nor a list;
    in backward RuntimeError where a kept result was written, or the second run calls other operations.

    >>> import functools, rushlight as torch
    >>> from rushlight.utils.checkpoint import checkpoint, create_selective_checkpoint_contexts
    >>> keep_products = functools.partial(create_selective_checkpoint_contexts, [torch.ops.aten.mm.default])
    >>> x = torch.ones(2, 2, requires_grad=True)
    >>> checkpoint(lambda x: (x @ x).exp(), x, use_reentrant=False, context_fn=keep_products).sum().backward()
    >>> x.grad
    tensor([[29.5562, 29.5562],
            [29.5562, 29.5562]])
    """
    storage: _Storage = defaultdict(dict)
    return _Caching(_policy(policy_fn_or_list), storage), _Cached(storage, allow_cache_entry_mutation)


def _policy(policy_fn_or_list: Any) -> Callable[..., Any]:
    if isinstance(policy_fn_or_list, list):
        for op in policy_fn_or_list:
            if not isinstance(op, OpOverload):
                more = (
                    "Please update the OpOverloadPacket to a specific OpOverload.For example, if you have "
                    "`torch.ops.aten.mm`, change it to `torch.ops.aten.mm.default`."
                    if isinstance(op, OpOverloadPacket) else ""
                )  # fmt: skip
                raise ValueError(f"Expected op in `op_list` to be an OpOverload but got: {op} of type {type(op)}. {more}")
        return lambda ctx, op, *args, **kwargs: op in policy_fn_or_list
    if not callable(policy_fn_or_list):
        raise TypeError("policy_fn_or_list must be either a function or a list of ops.")
    return policy_fn_or_list
