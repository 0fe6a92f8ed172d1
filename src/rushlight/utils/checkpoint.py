"""Activation checkpointing: less memory for more time. What the forward pass saves is dropped, and computed again when
backward asks for it.

Note [Checkpoints]
    Without reentrance, the function runs under hooks on saved tensors. Instead of each tensor the graph keeps an empty
    `_Holder`; the frame of the call keeps the inputs. When backward reads the first holder, the function runs again,
    under hooks that fill the holders in the order in which they were made. A holder is filled for one backward at a time
    (`_Holder.found`, by the run), and emptied as it is read.

        forward       a ──▶ op ──▶ op ──▶ y           backward reads holder 2
                            │      │                  ─▶ the frame runs the function again, on its inputs
                        holder 1  holder 2               1st saved tensor ─▶ holder 1, 2nd ─▶ holder 2, enough: stop

    The inputs are saved as an operation saves its own: inside another checkpoint they are in that one's holders, and
    reading them makes it run again first. A holder belongs to the innermost checkpoint alone. So checkpoints nest.
    (A. Griewank and A. Walther, "Algorithm 799: revolve", ACM TOMS 26, 2000, is on how to nest them best;
    T. Chen et al., "Training deep nets with sublinear memory cost", 2016, on their use for networks.)

    With ``use_reentrant=True`` the call is one custom Function: no graph is made in forward; its backward runs the
    function again with a graph, and backward on that.
"""

from __future__ import annotations

import contextlib
import warnings
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import Any, ClassVar

from ..autograd import backward
from ..autograd.function import Function
from ..autograd.grad_mode import enable_grad, no_grad
from ..autograd.graph import saved_tensors_hooks
from ..autograd.saved_hooks import SavedTensor, saved_tensor
from ..core.backward import CURRENT
from ..core.modes import is_grad_enabled
from ..core.tensor import Tensor
from ..random import fork_rng, get_rng_state, set_rng_state
from ._checkpoint_log import TIP, CheckpointError, Logs
from ._selective import (
    SAC_IGNORED_OPS,
    CheckpointPolicy,
    SelectiveCheckpointContext,
    create_selective_checkpoint_contexts,
)

__all__ = [
    "CheckpointError", "CheckpointFunction", "CheckpointPolicy", "DefaultDeviceType", "GraphExecGroup", "SAC_IGNORED_OPS",
    "SelectiveCheckpointContext", "check_backward_validity", "checkpoint", "checkpoint_sequential",
    "create_selective_checkpoint_contexts", "detach_variable", "get_device_states", "noop_context_fn",
    "set_checkpoint_debug_enabled", "set_checkpoint_early_stop", "set_device_states",
]  # fmt: skip


class _Overrides:
    """What the context managers below set for every checkpoint; None leaves it to the call."""

    debug: bool | None = None
    early_stop: bool | None = None


@contextlib.contextmanager
def set_checkpoint_debug_enabled(enabled: bool | None) -> Iterator[None]:
    """Context manager that sets `debug` for all checkpoints inside; None leaves it to each call."""
    before = _Overrides.debug
    try:
        _Overrides.debug = enabled
        yield
    finally:
        _Overrides.debug = before


@contextlib.contextmanager
def set_checkpoint_early_stop(enable: bool) -> Iterator[None]:
    """Context manager that sets `early_stop` for all checkpoints whose forward runs inside."""
    before = _Overrides.early_stop
    try:
        _Overrides.early_stop = enable
        yield
    finally:
        _Overrides.early_stop = before


def noop_context_fn() -> tuple[Any, Any]:
    return contextlib.nullcontext(), contextlib.nullcontext()


# With reentrance.


def detach_variable(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Tensors without their history, that require grad where they did; all else as it is."""
    if not isinstance(inputs, tuple):
        raise RuntimeError(f"Only tuple of tensors is supported. Got Unsupported input type: {type(inputs).__name__}")
    return tuple([x.detach().requires_grad_(x.requires_grad) if isinstance(x, Tensor) else x for x in inputs])


def check_backward_validity(inputs: Iterable[Any]) -> None:
    """Warns if no input requires grad."""
    if not any(x.requires_grad for x in inputs if isinstance(x, Tensor)):
        warnings.warn("None of the inputs have requires_grad=True. Gradients will be None", stacklevel=2)


class CheckpointFunction(Function):
    """The call of a function as one operation: see Note [Checkpoints]."""

    @staticmethod
    def forward(ctx: Any, run_function: Callable[..., Any], preserve_rng_state: bool, *args: Any) -> Any:
        check_backward_validity(args)
        ctx._extras()  # a node with extras finds the run that it is in: see `CURRENT`
        ctx.run_function = run_function
        ctx.rng_state = get_rng_state() if preserve_rng_state else None
        ctx.inputs = [None if isinstance(a, Tensor) else a for a in args]
        ctx.tensor_indices = [i for i, a in enumerate(args) if isinstance(a, Tensor)]
        ctx.save_for_backward(*[args[i] for i in ctx.tensor_indices])
        with no_grad():
            return run_function(*args)

    @staticmethod
    def backward(ctx: Any, *args: Any) -> Any:
        job = CURRENT.get()
        if job is not None and job.captures is not None:
            raise RuntimeError(
                "When use_reentrant=True, torch.utils.checkpoint is incompatible with .grad() or passing an `inputs` "
                "parameter to .backward(). To resolve this error, you can either set use_reentrant=False, or call "
                ".backward() without passing the `inputs` argument."
            )
        inputs = list(ctx.inputs)
        for i, x in zip(ctx.tensor_indices, ctx.saved_tensors):
            inputs[i] = x
        with fork_rng(enabled=ctx.rng_state is not None):
            if ctx.rng_state is not None:
                set_rng_state(ctx.rng_state)
            detached = detach_variable(tuple(inputs))
            with enable_grad():
                outputs = ctx.run_function(*detached)
        outputs = (outputs,) if isinstance(outputs, Tensor) else outputs
        pairs = [(out, g) for out, g in zip(outputs, args) if isinstance(out, Tensor) and out.requires_grad]
        if not pairs:
            raise RuntimeError("none of output has requires_grad=True, this checkpoint() is not necessary")
        backward([out for out, _ in pairs], [g for _, g in pairs])
        return None, None, *[x.grad if isinstance(x, Tensor) else None for x in detached]


# Without reentrance.


class _Holder:
    """What the graph keeps in the place of a saved tensor: empty, until a backward has it computed again."""

    __slots__ = ("__weakref__", "found")

    def __init__(self) -> None:
        #: The tensor by the backward it was computed for; None once that has read it.
        self.found: weakref.WeakKeyDictionary[Any, Tensor | None] = weakref.WeakKeyDictionary()


class _StopRecomputationError(Exception):
    """All that was saved has been computed again."""


class _Asker:
    """Who reads a saved tensor outside of any backward."""


class _Frame:
    """One call of a checkpointed function: how to run it again, and the holders that it left in the graph."""

    def __init__(self, recompute: Callable[..., None], early_stop: bool, describe: Callable[[Tensor], Any]) -> None:
        self.recompute, self.early_stop, self.describe = recompute, early_stop, describe
        self.inputs: list[Any] = []
        self.holders: list[weakref.ref[_Holder]] = []
        self.descriptions: list[Any] = []
        #: For each backward: how many tensors have been saved again.
        self.counts: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self.recomputed: weakref.WeakSet[Any] = weakref.WeakSet()
        self.forward_completed = self.ignores_count = False

    def pack(self, x: Tensor) -> _Holder:
        """In forward: an empty holder instead of the tensor."""
        holder = _Holder()
        self.holders.append(weakref.ref(holder))
        self.descriptions.append(self.describe(x))
        return holder

    def unpack(self, holder: _Holder) -> Tensor:
        """In backward: the tensor that belongs into a holder."""
        asker = GraphExecGroup._get_current_group() or CURRENT.get() or _Asker()
        if asker not in self.recomputed:
            self.run_again(asker)
        if asker not in holder.found:
            raise AssertionError(
                "Something went unexpectedly wrong in activation checkpoint. Please report this bug by filing an issue to "
                "PyTorch."
            )
        found = holder.found[asker]
        if found is None:
            overlap = (
                "Performing two backward calls that overlap (i.e. require the same saved activation in order to compute "
                "gradients) is not allowed while under the torch.utils.checkpoint.GraphExecGroup context. "
            )
            raise CheckpointError(
                "torch.utils.checkpoint: Unpack is being triggered for a tensor that was already unpacked once. "
                f"{overlap if isinstance(asker, GraphExecGroup) else ''}If you are calling ctx.saved_tensors in backward, "
                "make sure to do so only once. Otherwise please open an issue with details on your use case."
            )
        holder.found[asker] = None
        return found

    def run_again(self, asker: Any) -> None:
        """Fills all holders for one backward."""
        inputs = [x.unpack() if isinstance(x, SavedTensor) else x for x in self.inputs]
        self.counts[asker] = 0
        hooks = saved_tensors_hooks(_pack_again(weakref.ref(self), weakref.ref(asker)), lambda x: x)
        with contextlib.suppress(_StopRecomputationError), hooks, enable_grad():
            self.recompute(*inputs)
        self.recomputed.add(asker)
        if not self.ignores_count:
            self.check(asker)

    def check(self, asker: Any) -> None:
        """Raises CheckpointError if other tensors were saved this time."""
        count = self.counts[asker]
        if count != len(self.holders):
            raise CheckpointError(
                "torch.utils.checkpoint: A different number of tensors was saved during the original forward and "
                f"recomputation.\nNumber of tensors saved during forward: {len(self.holders)}\nNumber of tensors saved "
                f"during recomputation: {count}.\n{TIP}"
            )
        different = ""
        for i, reference in enumerate(self.holders):
            holder = reference()
            x = None if holder is None else holder.found[asker]
            if x is not None and self.describe(x) != self.descriptions[i]:
                different += (
                    f"tensor at position {i}:\nsaved metadata: {self.descriptions[i]}\n"
                    f"recomputed metadata: {self.describe(x)}\n"
                )
        if different:
            raise CheckpointError(
                "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than during "
                f"the forward pass.\n{different}.\n{TIP}"
            )


def _pack_again(frame_of: weakref.ref[_Frame], asker_of: weakref.ref[Any]) -> Callable[[Tensor], Tensor]:
    """The pack hook of a second run: fills the next holder. (No cycles: the graph of that run may outlive it.)"""

    def pack(x: Tensor) -> Tensor:
        x = x.detach() if x.requires_grad else x
        frame, asker = frame_of(), asker_of()
        if frame is None or asker is None:
            raise AssertionError("Internal error: target_frame reference is None")
        i = frame.counts[asker]
        frame.counts[asker] = i + 1
        if i >= len(frame.holders):
            if frame.early_stop:
                raise AssertionError("Unexpected state: target_frame.early_stop is set")
            if not frame.forward_completed:
                # A backward inside the function itself, before it has saved all that it will save.
                frame.ignores_count = True
                return x
            raise CheckpointError(
                "torch.utils.checkpoint: trying to save more tensors during recomputation than during the original "
                f"forward pass.\n{TIP}"
            )
        holder = frame.holders[i]()
        if holder is not None:  # else its part of the graph is gone
            holder.found[asker] = x
        if frame.early_stop and i + 1 == len(frame.holders):
            raise _StopRecomputationError
        return x

    return pack


def _metadata(x: Tensor) -> dict[str, Any]:
    return {"shape": x.shape, "dtype": x.dtype, "device": x.device}


_DETERMINISM_CHECKS: dict[str, Callable[[Tensor], Any]] = {"default": _metadata, "none": lambda x: None}


def _without_reentrance(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], preserve_rng_state: bool,
    context_fn: Callable[[], tuple[Any, Any]], determinism_check: str, debug: bool, early_stop: bool,
) -> Any:  # fmt: skip
    logs = None
    if debug if _Overrides.debug is None else _Overrides.debug:
        if context_fn is not noop_context_fn:
            raise ValueError("debug=True is incompatible with non-default context_fn")
        logs = context_fn = Logs()
    if determinism_check not in _DETERMINISM_CHECKS:
        raise ValueError(f"determinism_check should be one of {list(_DETERMINISM_CHECKS)}, but got {determinism_check}")
    forward_context, recompute_context = context_fn()
    rng_state = get_rng_state() if preserve_rng_state else None

    def recompute(*inputs: Any) -> None:
        with fork_rng(enabled=rng_state is not None):
            if rng_state is not None:
                set_rng_state(rng_state)
            with recompute_context:
                function(*inputs, **kwargs)

    if not is_grad_enabled():
        return function(*args, **kwargs)
    early_stop = early_stop if _Overrides.early_stop is None else _Overrides.early_stop
    frame = _Frame(recompute, early_stop, _DETERMINISM_CHECKS[determinism_check])
    frame.inputs = [saved_tensor(a) if isinstance(a, Tensor) else a for a in args]
    unpack = frame.unpack if logs is None else logs.explaining(frame.unpack)
    with saved_tensors_hooks(frame.pack, unpack), forward_context:
        result = function(*args, **kwargs)
        frame.forward_completed = True
    if not frame.forward_completed:
        raise RuntimeError(
            "torch.utils.checkpoint: the forward context provided by context_fn suppressed an exception raised during "
            "the checkpointed forward. This is not supported because checkpoint cannot return a value for a failed "
            "forward."
        )
    return result


def checkpoint(
    function: Callable[..., Any], *args: Any, use_reentrant: bool | None = None,
    context_fn: Callable[[], tuple[Any, Any]] = noop_context_fn, determinism_check: str = "default", debug: bool = False,
    early_stop: bool = True, **kwargs: Any,
) -> Any:  # fmt: skip
    """``function(*args, **kwargs)``, keeping for backward only the arguments: the rest is computed again when needed.

    Args:
        function: must do the same each time it is called.
        use_reentrant: which of two implementations to use. False is the better one: only it works with
            `autograd.grad`, with keyword arguments, and where no argument requires grad.
        preserve_rng_state: draw the same random numbers the second time (default True; by keyword).
        context_fn: returns two context managers, in which the first and the second run take place.
        determinism_check: "default" compares shapes, dtypes and devices of what both runs save, "none" does not.
        debug: an error shows the operations of both runs, and the lines of the program where they stand.
        early_stop: leave the second run when all that backward may need has been computed.

    Raises ValueError for options that do not go together, and in backward CheckpointError if the second run saved other
    tensors than the first.

    >>> import rushlight as torch
    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> torch.utils.checkpoint.checkpoint(lambda x: x.exp().sin(), x, use_reentrant=False).sum().backward()
    >>> x.grad
    tensor([-2.4784,  3.3129])
    """
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, "
            "calling checkpoint without use_reentrant will raise an exception. use_reentrant=False is recommended, but if "
            "you need to preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for more "
            "details on the differences between the two variants.",
            stacklevel=2,
        )
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if not use_reentrant:
        return _without_reentrance(function, args, kwargs, preserve, context_fn, determinism_check, debug, early_stop)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    if context_fn is not noop_context_fn or debug is not False:
        raise ValueError("Passing `context_fn` or `debug` is only supported when use_reentrant=False.")
    return CheckpointFunction.apply(function, preserve, *args)


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """Calls `functions` (a list, or an ``nn.Sequential``) one after the other, in segments, with a checkpoint around each
    but the last. Arguments and errors are those of `checkpoint`."""
    from ..nn import Sequential

    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint.checkpoint_sequential: the use_reentrant parameter should be passed explicitly. In "
            "version 2.9 we will raise an exception if use_reentrant is not passed. use_reentrant=False is recommended, "
            "but if you need to preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for "
            "more details on the differences between the two variants.",
            stacklevel=2,
        )
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    functions = list(functions.children()) if isinstance(functions, Sequential) else functions
    size = len(functions) // segments
    starts = range(0, size * (segments - 1), size)
    for start in starts:
        segment = _one_after_the_other(functions[start : start + size])
        input = checkpoint(segment, input, use_reentrant=use_reentrant, preserve_rng_state=preserve)
    return _one_after_the_other(functions[size * len(starts) :])(input)


def _one_after_the_other(functions: Iterable[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def call(x: Any) -> Any:
        for function in functions:
            x = function(x)
        return x

    return call


class GraphExecGroup:
    """Context manager: all backward calls inside that reach a checkpoint share its second run.

    They must not need the same saved tensor. Raises RuntimeError when nested.
    """

    _current: ClassVar[ContextVar[GraphExecGroup | None]] = ContextVar("rushlight.graph_exec_group", default=None)

    def __enter__(self) -> GraphExecGroup:
        group = self._current.get()
        if group is not None:
            raise RuntimeError(f"GraphExecGroup contexts cannot be nested. Already inside group {group}")
        self._current.set(self)
        return self

    def __exit__(self, *args: object) -> None:
        self._current.set(None)

    @classmethod
    def _get_current_group(cls) -> GraphExecGroup | None:
        return cls._current.get()


# What is about devices.


def get_device_states(*args: Any) -> tuple[list[int], list[Tensor]]:
    """The random states of the devices of `args` other than the CPU: none."""
    return [], []


def set_device_states(devices: Any, states: Any, *, device_type: Any = None) -> None:
    """Sets what `get_device_states` returned: nothing."""


class DefaultDeviceType:
    """Whose random state checkpoints keep besides the CPU's."""

    _default_device_type: str | None = None

    @staticmethod
    def set_device_type(device: str = "cuda") -> None:
        DefaultDeviceType._default_device_type = device

    @staticmethod
    def get_device_type() -> str:
        return DefaultDeviceType._default_device_type or "cpu"
