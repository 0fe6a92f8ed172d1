"""Hooks: the handle that takes one off again, and the one behind ``nn.Module``'s full backward hooks.

This module imports nothing of rushlight when it is loaded, so that tensors, nodes and modules can all share
:class:`RemovableHandle`.
"""

from __future__ import annotations

import warnings
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Self

__all__ = ["BackwardHook", "RemovableHandle", "unserializable_hook", "warn_if_has_hooks"]


class RemovableHandle:
    """What every ``register_*hook`` returns: ``remove()`` takes the hook off again, once or many times over.

    The handle refers to the hooks weakly, so it keeps neither the hooks nor their owner alive, and removing a hook
    after its owner is gone does nothing. It is a context manager that removes its hook on leaving, and it pickles
    together with the dictionary it belongs to.

    Args:
        hooks_dict: the ``OrderedDict`` from id to hook (a plain ``dict`` cannot be referred to weakly).
        extra_dict: one more such dictionary, or a list of them, from which the same id is removed too.

    Example::

        >>> handle = x.register_hook(lambda grad: grad * 2)
        >>> handle.remove()
    """

    id: int
    next_id: int = 0

    def __init__(self, hooks_dict: Any, *, extra_dict: Any = None) -> None:
        self.hooks_dict_ref = weakref.ref(hooks_dict)
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1
        if extra_dict is None:
            self.extra_dict_ref: tuple = ()
        else:
            extras = extra_dict if isinstance(extra_dict, list) else [extra_dict]
            self.extra_dict_ref = tuple(map(weakref.ref, extras))

    def remove(self) -> None:
        """Take the hook off. Does nothing if it is off already or if its owner is gone."""
        for ref in (self.hooks_dict_ref, *self.extra_dict_ref):
            hooks = ref()
            if hooks is not None:
                hooks.pop(self.id, None)

    def __getstate__(self) -> tuple:
        return self.hooks_dict_ref(), self.id, tuple(ref() for ref in self.extra_dict_ref)

    def __setstate__(self, state: tuple) -> None:
        hooks, self.id, *extras = state
        self.hooks_dict_ref = _weak(hooks)
        self.extra_dict_ref = tuple(map(_weak, extras[0])) if extras and extras[0] else ()
        # A later handle must not be given an id that this one may remove.
        RemovableHandle.next_id = max(RemovableHandle.next_id, self.id + 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.remove()


def _weak(hooks: Any) -> weakref.ref:
    """A weak reference to `hooks`, or a dead one where they were gone before the handle was pickled."""
    return weakref.ref(OrderedDict() if hooks is None else hooks)


def unserializable_hook(f: Callable) -> Callable:
    """Mark `f` as a hook that is knowingly lost when its tensor is serialised, which silences the warning."""
    f.__torch_unserializable__ = True  # type: ignore[attr-defined]
    return f


def warn_if_has_hooks(tensor: Any) -> None:
    """Warn once for each backward hook of `tensor` that will not be serialised with it."""
    for hook in (tensor._backward_hooks or {}).values():
        if not hasattr(hook, "__torch_unserializable__"):
            warnings.warn(
                f"backward hook {hook!r} on tensor will not be serialized.  If this is expected, you can "
                "decorate the function with @torch.utils.hooks.unserializable_hook to suppress this warning",
                stacklevel=2,
            )


class _Slots:
    """Which positions of an argument list of `size` hold the tensors that go through the identity node."""

    def __init__(self, size: int, positions: Sequence[int]) -> None:
        self.size = size
        self.positions = positions

    def scatter(self, values: Iterable[Any]) -> tuple:
        """The values at their positions, None at all others."""
        full: list[Any] = [None] * self.size
        for position, value in zip(self.positions, values, strict=True):
            full[position] = value
        return tuple(full)

    def gather(self, values: Sequence[Any]) -> tuple:
        return tuple(values[position] for position in self.positions)


@cache
def _identity_function() -> type:
    """The autograd Function whose node stands at a module's border, so that one hook sees all gradients there."""
    from ..autograd.function import Function

    class BackwardHookFunction(Function):
        @staticmethod
        def forward(ctx: Any, *args: Any) -> Any:
            ctx.mark_non_differentiable(*[arg for arg in args if not arg.requires_grad])
            return args

        @staticmethod
        def backward(ctx: Any, *grads: Any) -> Any:
            return grads

    return BackwardHookFunction


class BackwardHook:
    """One call of a module that has full backward hooks.

    An identity node is put before the module and another one behind it::

        inputs -> [identity] -> module.forward -> [identity] -> outputs
                   grad_input                      grad_output

    In the backward pass the node behind runs first: it keeps the gradients of the outputs, as the pre-hooks leave
    them. The node before runs last: it has the gradients of the inputs, and calls the user's hooks with both.
    Positions that hold no tensor are None in what the hooks are given.

    Args:
        module: handed to the user's hooks as their first argument.
        user_hooks: called as ``hook(module, grad_input, grad_output)``; may return a new `grad_input`.
        user_pre_hooks: called as ``hook(module, grad_output)``; may return a new `grad_output`.

    Raises:
        RuntimeError: in the backward pass, when a hook returns a wrong number of gradients, or any gradient where no
            input requires one.
    """

    def __init__(self, module: Any, user_hooks: Sequence[Callable], user_pre_hooks: Sequence[Callable]) -> None:
        self.module = module
        self.user_hooks = user_hooks
        self.user_pre_hooks = user_pre_hooks
        self.grad_outputs: Any = None  # from the outputs' node to the inputs' node of one backward pass
        self._n_inputs = 0
        self._has_input_node = False

    def setup_input_hook(self, args: tuple) -> tuple:
        """Pass the module's positional arguments through the first node; returns what forward is to be given."""
        self._n_inputs = len(args)
        args, node, slots = _through_identity(args)
        self._has_input_node = node is not None
        if node is not None:
            node.register_hook(lambda grad_inputs, _: self._on_grad_inputs(slots, grad_inputs))
        return args

    def setup_output_hook(self, args: Any) -> Any:
        """Pass the module's result, a tensor or a tuple, through the second node; returns the result to hand out."""
        single = not isinstance(args, tuple)
        outputs, node, slots = _through_identity((args,) if single else args)
        if node is not None:
            node.register_hook(lambda _, grad_outputs: self._on_grad_outputs(slots, grad_outputs))
        return outputs[0] if single else outputs

    def _on_grad_outputs(self, slots: _Slots, grads: tuple) -> tuple | None:
        outputs = slots.scatter(grads)
        for pre_hook in self.user_pre_hooks:
            outputs = _replaced(pre_hook(self.module, outputs), outputs, "pre hook", "grad_output")
        if self._has_input_node:
            self.grad_outputs = outputs
        else:
            self._call_without_inputs(outputs)
        return slots.gather(outputs)

    def _on_grad_inputs(self, slots: _Slots, grads: tuple) -> tuple | None:
        if self.grad_outputs is None:
            # The gradient reached the inputs around the module's outputs, as happens in a double backward.
            return None
        inputs = slots.scatter(grads)
        for hook in self.user_hooks:
            inputs = _replaced(hook(self.module, inputs, self.grad_outputs), inputs, "hook", "grad_input")
        self.grad_outputs = None
        return slots.gather(inputs)

    def _call_without_inputs(self, outputs: tuple) -> None:
        """No input requires a gradient, so no node stands there: the user's hooks are called with None for each."""
        from ..ops.support.options import warn_user

        warn_user(
            "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs "
            "require gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html"
            "#torch.nn.Module.register_full_backward_hook for more details."
        )
        for hook in self.user_hooks:
            result = hook(self.module, (None,) * self._n_inputs, outputs)
            if result is not None and not (isinstance(result, tuple) and all(grad is None for grad in result)):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always return None or "
                    "None for all gradients."
                )


def _replaced(returned: Any, current: tuple, kind: str, what: str) -> Any:
    """What a user's hook leaves as the gradients: `current`, unless it returned as many of its own."""
    if returned is None:
        return current
    if len(returned) != len(current):
        raise RuntimeError(
            f"Backward {kind} returned an invalid number of {what}, got {len(returned)}, but expected {len(current)}"
        )
    return returned


def _through_identity(args: tuple) -> tuple[tuple, Any, _Slots]:
    """`args` with its tensors sent through one identity node, that node (None if nothing needs it), and the slots."""
    from ..core import Tensor, is_grad_enabled

    slots = _Slots(len(args), [i for i, arg in enumerate(args) if isinstance(arg, Tensor)])
    tensors = slots.gather(args)
    if not (is_grad_enabled() and any(tensor.requires_grad for tensor in tensors)):
        return args, None, slots
    outputs = _identity_function().apply(*tensors)  # type: ignore[attr-defined]
    node = next(output.grad_fn for output in outputs if output.grad_fn is not None)
    merged = list(args)
    for position, output in zip(slots.positions, outputs, strict=True):
        merged[position] = output
    # A named tuple is built from its fields, a plain tuple from one iterable.
    return tuple(merged) if type(args) is tuple else type(args)(*merged), node, slots
