"""``torch.autograd.graph``: the graph as an object, and hooks on what it saves."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, wraps
from operator import index
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from ..core.backward import CURRENT, Run
from ..core.node import Node, Output, node_of
from ..core.saved import bump
from ..core.tensor import UNTRACKED, Tensor
from . import saved_hooks
from ._nodes import AccumulateGrad, accumulate_grad_of

__all__ = [
    "GradientEdge", "Node", "allow_mutation_on_saved_tensors", "disable_saved_tensors_hooks", "get_gradient_edge",
    "increment_version", "region_activation_memory_budget", "register_multi_grad_hook", "save_on_cpu",
    "saved_tensors_hooks", "set_override_stale_capture_stream", "set_warn_on_accumulate_grad_stream_mismatch",
]  # fmt: skip


# Edges.


class GradientEdge(NamedTuple):
    """The place in the graph where the gradient of a tensor is computed: result `output_nr` of `node`.

    `autograd.grad` and `autograd.backward` take it in the place of the tensor, which need not be kept alive. See
    `get_gradient_edge`.
    """

    node: Node
    output_nr: int
    ownership_token: Node | None = None


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """The edge at which the gradient of `tensor` is computed. Raises RuntimeError if it does not require grad.

    >>> import rushlight as torch
    >>> x = torch.tensor(3., requires_grad=True)
    >>> edge = torch.autograd.graph.get_gradient_edge(x * 2)
    >>> torch.autograd.grad(edge, x)
    (tensor(2.),)
    """
    if not tensor.requires_grad:
        raise RuntimeError("It is not possible to get the gradient edge for a Tensor that does not require gradients")
    node = _node_of(tensor)
    if not isinstance(node, AccumulateGrad):
        node._extras().results[tensor.output_nr] = tensor.shape, tensor.dtype
    return GradientEdge(node, tensor.output_nr)


def _node_of(x: Any) -> Any:
    if isinstance(x, GradientEdge):
        return x.node
    node = x.grad_fn
    if node is None and x.requires_grad:
        node = accumulate_grad_of(x)
    if node is None:
        raise AssertionError("Expected gradient function to be set")
    return node


def engine_edge(edge: GradientEdge) -> Any:
    """The edge as the engine has it: the leaf itself, or a node or one of its results."""
    if not isinstance(edge.node, Node):
        kind = type(edge.node).__name__
        raise RuntimeError(f"GradientEdge's first object must be an autograd.graph.Node but got {kind}")
    nr = index(edge.output_nr)
    if isinstance(edge.node, AccumulateGrad):
        return edge.node.variable
    return Output(edge.node, nr) if edge.node.several else edge.node


def result_of(edge: GradientEdge) -> tuple[Any, Any] | None:
    """Shape and dtype of the tensor at an edge, if they are known. Raises IndexError if its node has no such result."""
    if not isinstance(edge.node, Node):
        raise AttributeError(f"'{type(edge.node).__name__}' object has no attribute '_input_metadata'")
    if not 0 <= edge.output_nr < edge.node.outputs:
        raise IndexError("tuple index out of range")
    if isinstance(edge.node, AccumulateGrad):
        return edge.node.variable.shape, edge.node.variable.dtype
    return edge.node._extras().results.get(edge.output_nr)


def increment_version(tensor: Tensor | Iterable[Tensor]) -> None:
    """Says that one tensor or several were written by other means, so that backward refuses their old values.

    Tensors made in inference mode have no version and stay as they are. Raises RuntimeError for anything but tensors.

    >>> import rushlight as torch
    >>> x = torch.ones(2)
    >>> torch.autograd.graph.increment_version(x)
    >>> x._version
    1
    """
    if not isinstance(tensor, (Tensor, Iterable)):
        raise RuntimeError("increment_version expect a Iterable[Tensor] as input")
    for x in (tensor,) if isinstance(tensor, Tensor) else tensor:
        if not isinstance(x, Tensor):
            raise RuntimeError("increment_version expects each element of the iterable to be a tensor")
        if x._counter is not UNTRACKED:
            bump(x)


# Hooks on what is saved.


class saved_tensors_hooks:
    """Context manager: every tensor that is saved for backward inside goes through a pair of hooks.

    ``pack_hook(tensor)`` is called when an operation (a custom Function too) saves a tensor, and the graph keeps what it
    returns; ``unpack_hook(packed)`` is called when backward reads it, and returns a tensor of the same content. Of nested
    pairs the innermost counts. To return the tensor that it was given, a pack hook must detach it: a result that is kept
    as it is would hold the node that holds it.

    >>> import rushlight as torch
    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> with torch.autograd.graph.saved_tensors_hooks(lambda x: x.numpy(force=True), torch.from_numpy):
    ...     y = x.exp()
    >>> y.sum().backward()
    >>> x.grad
    tensor([2.7183, 7.3891])
    """

    def __init__(self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]) -> None:
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook

    def __enter__(self) -> None:
        saved_hooks.push(self.pack_hook, self.unpack_hook)

    def __exit__(self, *args: object) -> None:
        saved_hooks.pop()


class save_on_cpu(saved_tensors_hooks):
    """Context manager that keeps saved tensors on the CPU: here, where they are; with `pin_memory` a copy of each.

    >>> import rushlight as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> with torch.autograd.graph.save_on_cpu():
    ...     y = (x * x).sum()
    >>> y.backward()
    >>> x.grad
    tensor([2., 2.])
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        def pack(tensor: Tensor) -> tuple[Any, Tensor]:
            kept = tensor.detach()
            return tensor.device, kept.clone() if pin_memory else kept.cpu()

        def unpack(packed: tuple[Any, Tensor]) -> Tensor:
            device, tensor = packed
            return tensor.to(device, non_blocking=pin_memory)

        super().__init__(pack, unpack)


@contextlib.contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """Context manager: `saved_tensors_hooks` raises RuntimeError with this message inside."""
    before = saved_hooks.refusal()
    try:
        saved_hooks.refuse(error_message)
        yield
    finally:
        saved_hooks.refuse(before)


class _Kept:
    """What the graph holds of a copied tensor."""

    __slots__ = ("__weakref__",)


class _AllowMutationOnSavedContext:
    """The copies that `allow_mutation_on_saved_tensors` made, by what the graph holds of each."""

    active = False

    def __init__(self) -> None:
        self.cloned: WeakKeyDictionary[_Kept, Tensor] = WeakKeyDictionary()

    def pack(self, tensor: Tensor) -> _Kept:
        kept = _Kept()
        self.cloned[kept] = tensor.detach().clone()
        return kept

    def unpack(self, kept: _Kept) -> Tensor:
        if not _AllowMutationOnSavedContext.active or kept not in self.cloned:
            raise AssertionError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' contextin which the graph was "
                "originally recorded."
            )
        return self.cloned[kept]

    def clear(self) -> None:
        self.cloned.clear()


@contextlib.contextmanager
def allow_mutation_on_saved_tensors() -> Iterator[_AllowMutationOnSavedContext]:
    """Context manager in which a tensor may be written although backward will need its old value.

    Forward and backward must both run inside. What is saved is copied at once: a write can reach a tensor by ways that
    nobody sees, through a NumPy array for one. (PyTorch waits for a write that it sees.) Cannot be nested.

    >>> import rushlight as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> with torch.autograd.graph.allow_mutation_on_saved_tensors():
    ...     y = x.clone()
    ...     z = (y ** 2).sum()
    ...     _ = y.sin_()
    ...     z.backward()
    >>> x.grad
    tensor([2., 2.])
    """
    context = _AllowMutationOnSavedContext()
    if _AllowMutationOnSavedContext.active:
        raise RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")
    with saved_tensors_hooks(context.pack, context.unpack):
        _AllowMutationOnSavedContext.active = True
        try:
            yield context
        finally:
            context.clear()
            _AllowMutationOnSavedContext.active = False


# Hooks on several gradients.


@cache
def _handles_class() -> type:
    from ..utils.hooks import RemovableHandle

    class MultiHandle(RemovableHandle):
        """Several handles as one."""

        def __init__(self, handles: tuple[RemovableHandle, ...]) -> None:
            self.handles = handles

        def remove(self) -> None:
            for handle in self.handles:
                handle.remove()

    MultiHandle.__module__, MultiHandle.__qualname__ = "torch.autograd.graph", "_MultiHandle"
    return MultiHandle


def register_multi_grad_hook(tensors: Sequence[Tensor], fn: Callable[..., None], *, mode: str = "all") -> Any:
    """Calls a function with the gradients of several tensors. Returns a handle with ``remove()``.

    With mode "all", ``fn(gradients)`` is called once in each backward, when the gradients of all those tensors that take
    part in it are there, with None for the others. With mode "any", ``fn(gradient)`` is called with the first of them.

    >>> import rushlight as torch
    >>> a, b = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    >>> c, d = a * b, a * b
    >>> hook = lambda gradients: print([g is not None for g in gradients])
    >>> handle = torch.autograd.graph.register_multi_grad_hook((a, b, c, d), hook)
    >>> c.sum().backward()
    [True, True, True, False]
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    made = _hooks_for_all(tensors, fn) if mode == "all" else _hooks_for_any(tensors, fn)
    return _handles_class()(tuple([x.register_hook(hook) for x, hook in made]))


def _current_run() -> Run:
    job = CURRENT.get()
    if job is None:
        raise AssertionError("expected this hook to be called inside a backward call")
    return job


def _hooks_for_all(tensors: Sequence[Tensor], fn: Callable[..., None]) -> list[tuple[Tensor, Callable[..., None]]]:
    nodes, lock = [_node_of(x) for x in tensors], threading.Lock()
    #: For each backward that is under way: how many gradients are still to come, and those that came.
    waiting: WeakKeyDictionary[Run, int] = WeakKeyDictionary()
    found: WeakKeyDictionary[Run, list[Any]] = WeakKeyDictionary()

    def hook_of(i: int) -> Callable[..., None]:
        def hook(gradient: Tensor) -> None:
            job = _current_run()
            with lock:
                if job not in waiting:
                    waiting[job], found[job] = _count_executed(job, nodes), [None] * len(nodes)
                found[job][i] = gradient
                waiting[job] -= 1
                last = waiting[job] == 0
            if last:
                del waiting[job]
                fn(found.pop(job))

        return hook

    return [(x, hook_of(i)) for i, x in enumerate(tensors)]


def _hooks_for_any(tensors: Sequence[Tensor], fn: Callable[..., None]) -> list[tuple[Tensor, Callable[..., None]]]:
    lock = threading.Lock()
    done: WeakKeyDictionary[Run, bool] = WeakKeyDictionary()

    @wraps(fn)
    def hook(gradient: Tensor) -> None:
        job = _current_run()
        with lock:
            if job in done:
                return
            done[job] = True
        fn(gradient)

    return [(x, hook) for x in tensors if x.requires_grad]


def _count_executed(job: Run, nodes: Sequence[Node]) -> int:
    """How many of `nodes` the run reaches, with their repetitions."""
    captured = {} if job.captures is None or job.accumulate else job.captures
    if any([_leaf_or_node(n) in captured for n in nodes if isinstance(n, AccumulateGrad)]):
        raise RuntimeError(
            "A leaf node was passed to _will_engine_execute_node but we are currently running autograd.grad(). This is "
            "currently not supported."
        )
    if job.needed is None:
        executed = _reached(job.roots)
    else:
        executed = {node_of(edge) for edge in job.needed}
    return sum(_leaf_or_node(node) in executed for node in nodes)


def _leaf_or_node(node: Node) -> Any:
    return node.variable if isinstance(node, AccumulateGrad) else node


def _reached(roots: Iterable[Any]) -> set[Any]:
    """All nodes and leaves below some edges."""
    seen: set[Any] = set()
    stack = list(roots)
    while stack:
        edge = stack.pop()
        node = node_of(edge)
        if node is not None and node not in seen:
            seen.add(node)
            if isinstance(node, Node):
                stack.extend(node.edges)
    return seen


# What concerns other devices and compilers.


def region_activation_memory_budget(budget: float) -> Any:
    """Only for ``torch.compile``: checks `budget` as PyTorch does, and raises RuntimeError outside of it."""
    name = "torch.autograd.graph.region_activation_memory_budget"
    if isinstance(budget, bool) or not isinstance(budget, (int, float)):
        raise TypeError(f"{name}: expects a float, got {type(budget).__name__}")
    if not 0.0 <= budget <= 1.0:
        raise ValueError(f"{name}: must be in [0, 1], got {budget}")
    raise RuntimeError(f"{name} can only be used inside a torch.compile region; it has no effect in eager mode.")


def set_warn_on_accumulate_grad_stream_mismatch(enabled: bool) -> None:
    """Concerns CUDA streams: does nothing here."""


def set_override_stale_capture_stream(enabled: bool) -> None:
    """Concerns CUDA streams: does nothing here."""
