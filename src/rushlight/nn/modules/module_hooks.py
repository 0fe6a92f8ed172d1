"""The hooks of a module: registering them, and calling a module that has some."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from ...core import Tensor
from ...ops.support.options import warn_user
from ...utils.hooks import BackwardHook, RemovableHandle

__all__ = [
    "register_module_backward_hook",
    "register_module_buffer_registration_hook",
    "register_module_forward_hook",
    "register_module_forward_pre_hook",
    "register_module_full_backward_hook",
    "register_module_full_backward_pre_hook",
    "register_module_module_registration_hook",
    "register_module_parameter_registration_hook",
]

# Hooks of all modules, by the id of their handle.
_global_buffer_registration_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_module_registration_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_parameter_registration_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_backward_pre_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_backward_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_is_full_backward_hook: bool | None = None
_global_forward_pre_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_forward_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_forward_hooks_always_called: OrderedDict[int, bool] = OrderedDict()
_global_forward_hooks_with_kwargs: OrderedDict[int, bool] = OrderedDict()


def add_hook(
    hooks: OrderedDict[int, Callable],
    hook: Callable,
    *,
    prepend: bool = False,
    marks: tuple[tuple[OrderedDict[int, bool], bool], ...] = (),
) -> RemovableHandle:
    """Register `hook` in `hooks` and return its handle.

    Args:
        hooks: where it is kept, by the handle's id.
        prepend: whether it goes before those already there.
        marks: pairs of a set of ids (a dictionary, so that a handle can refer to it) and whether the hook is in it.
    """
    handle = RemovableHandle(hooks, extra_dict=[ids for ids, _ in marks])
    hooks[handle.id] = hook
    for ids, marked in marks:
        if marked:
            ids[handle.id] = True
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


def register_module_buffer_registration_hook(hook: Callable) -> RemovableHandle:
    """Call ``hook(module, name, buffer)`` whenever a module registers a buffer; what it returns takes its place."""
    return add_hook(_global_buffer_registration_hooks, hook)


def register_module_module_registration_hook(hook: Callable) -> RemovableHandle:
    """Call ``hook(module, name, submodule)`` whenever a module registers a submodule; see the buffers' hook."""
    return add_hook(_global_module_registration_hooks, hook)


def register_module_parameter_registration_hook(hook: Callable) -> RemovableHandle:
    """Call ``hook(module, name, param)`` whenever a module registers a parameter; see the buffers' hook."""
    return add_hook(_global_parameter_registration_hooks, hook)


def register_module_forward_pre_hook(hook: Callable) -> RemovableHandle:
    """Call ``hook(module, args)`` before every module's forward; see :meth:`Module.register_forward_pre_hook`.

    Hooks of all modules come before a module's own.
    """
    return add_hook(_global_forward_pre_hooks, hook)


def register_module_forward_hook(
    hook: Callable, *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Call ``hook(module, args, output)`` after every module's forward; see :meth:`Module.register_forward_hook`."""
    marks = (
        (_global_forward_hooks_always_called, always_call),
        (_global_forward_hooks_with_kwargs, with_kwargs),
    )
    return add_hook(_global_forward_hooks, hook, marks=marks)


def _set_global_backward_kind(full: bool) -> None:
    global _global_is_full_backward_hook
    if _global_is_full_backward_hook is (not full):
        raise RuntimeError(
            "Cannot use both regular backward hooks and full backward hooks as a global Module hook. "
            "Please use only one of them."
        )
    _global_is_full_backward_hook = full


def register_module_backward_hook(hook: Callable) -> RemovableHandle:
    """Deprecated: the global form of :meth:`Module.register_backward_hook`.

    Raises:
        RuntimeError: if a global full backward hook was ever registered.
    """
    _set_global_backward_kind(full=False)
    return add_hook(_global_backward_hooks, hook)


def register_module_full_backward_pre_hook(hook: Callable) -> RemovableHandle:
    """The global form of :meth:`Module.register_full_backward_pre_hook`; such hooks come first."""
    return add_hook(_global_backward_pre_hooks, hook)


def register_module_full_backward_hook(hook: Callable) -> RemovableHandle:
    """The global form of :meth:`Module.register_full_backward_hook`; such hooks come first.

    Raises:
        RuntimeError: if a global hook of the deprecated kind was ever registered.
    """
    _set_global_backward_kind(full=True)
    return add_hook(_global_backward_hooks, hook)


class WrappedHook:
    """A hook that is handed its module first; it refers to the module weakly, and pickles together with it."""

    def __init__(self, hook: Callable, module: Any = None) -> None:
        self.hook = hook
        self.module = None if module is None else weakref.ref(module)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.module is None:
            return self.hook(*args, **kwargs)
        module = self.module()
        if module is None:
            raise RuntimeError("You are trying to call the hook of a dead Module!")
        return self.hook(module, *args, **kwargs)

    def __getstate__(self) -> dict:
        state = {"hook": self.hook, "with_module": self.module is not None}
        if self.module is not None:
            state["module"] = self.module()
        return state

    def __setstate__(self, state: dict) -> None:
        self.hook = state["hook"]
        self.module = None
        if state["with_module"]:
            if state["module"] is None:
                raise RuntimeError("You are trying to revive the hook of a dead Module!")
            self.module = weakref.ref(state["module"])


class HookedCall:
    """One call of a module that has hooks, its own or the global ones.

    The order is: forward pre-hooks, the identity node before the module, forward, forward hooks, the identity node
    behind it. The hooks may replace `args`, `kwargs` and `result` on the way.
    """

    def __init__(self, module: Any, args: tuple, kwargs: dict) -> None:
        self.module = module
        self.args = args
        self.kwargs = kwargs
        self.result: Any = None
        self.done: set[int] = set()  # the ids of the forward hooks that were called

    def run(self) -> Any:
        """Call the module; where that raises, call the remaining ``always_call`` hooks before raising on."""
        try:
            return self._run()
        except Exception:
            self._call_always_hooks()
            raise

    def _run(self) -> Any:
        module = self.module
        backward_hooks = (*_global_backward_hooks.values(), *module._backward_hooks.values())
        full, legacy = _by_kind(module) if backward_hooks else ((), ())
        pre_hooks = (*_global_backward_pre_hooks.values(), *module._backward_pre_hooks.values())

        self._call_forward_pre_hooks()
        border = BackwardHook(module, full, pre_hooks) if full or pre_hooks else None
        if border is not None:
            self.args = border.setup_input_hook(self.args)
        self.result = module.forward(*self.args, **self.kwargs)
        self._call_forward_hooks()
        if border is not None:
            if not isinstance(self.result, (Tensor, tuple)):
                warn_user(
                    "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors "
                    f"but received {type(self.result)}"
                )
            self.result = border.setup_output_hook(self.result)
        if legacy:
            _register_legacy_hooks(module, legacy, self.args, self.result)
        return self.result

    def _call_forward_pre_hooks(self) -> None:
        module = self.module
        for hook_id, hook in (*_global_forward_pre_hooks.items(), *module._forward_pre_hooks.items()):
            if hook_id in module._forward_pre_hooks_with_kwargs:
                replaced = hook(module, self.args, self.kwargs)
                if replaced is None:
                    continue
                if not (isinstance(replaced, tuple) and len(replaced) == 2):
                    raise RuntimeError(
                        f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {replaced}."
                    )
                self.args, self.kwargs = replaced
            else:
                replaced = hook(module, self.args)
                if replaced is not None:
                    self.args = replaced if isinstance(replaced, tuple) else (replaced,)

    def _call_forward_hooks(self) -> None:
        for hook_id, hook in (*_global_forward_hooks.items(), *self.module._forward_hooks.items()):
            self._call_forward_hook(hook_id, hook)

    def _call_forward_hook(self, hook_id: int, hook: Callable) -> None:
        self.done.add(hook_id)
        if hook_id in self.module._forward_hooks_with_kwargs or hook_id in _global_forward_hooks_with_kwargs:
            replaced = hook(self.module, self.args, self.kwargs, self.result)
        else:
            replaced = hook(self.module, self.args, self.result)
        if replaced is not None:
            self.result = replaced

    def _call_always_hooks(self) -> None:
        own = self.module
        for kind, hooks, always in (
            ("global module", _global_forward_hooks, _global_forward_hooks_always_called),
            ("module", own._forward_hooks, own._forward_hooks_always_called),
        ):
            for hook_id, hook in hooks.items():
                if hook_id not in always or hook_id in self.done:
                    continue
                try:
                    self._call_forward_hook(hook_id, hook)
                except Exception as error:
                    warn_user(
                        f"{kind} forward hook with ``always_call=True`` raised an exception "
                        f"that was silenced as another error was raised in forward: {error!s}"
                    )


def _by_kind(module: Any) -> tuple[list[Callable], list[Callable]]:
    """The backward hooks that apply to `module`: the full ones, and those of the deprecated kind."""
    full: list[Callable] = []
    legacy: list[Callable] = []
    for is_full, hooks in (
        (_global_is_full_backward_hook, _global_backward_hooks),
        (module._is_full_backward_hook, module._backward_hooks),
    ):
        (full if is_full else legacy).extend(hooks.values())
    return full, legacy


def _register_legacy_hooks(module: Any, hooks: list[Callable], args: tuple, result: Any) -> None:
    """Hooks of the deprecated kind hang on the node of the first tensor in the result, whatever that node covers."""
    first = result
    while not isinstance(first, Tensor):
        if isinstance(first, dict):
            first = next(value for value in first.values() if isinstance(value, Tensor))
        else:
            first = first[0]
    node = first.grad_fn
    if node is None:
        return
    for hook in hooks:
        node.register_hook(WrappedHook(hook, module))
    flaw = _legacy_flaw(args, result, node)
    if flaw is not None:
        warn_user(flaw, FutureWarning)


def _legacy_flaw(args: tuple, result: Any, node: Any) -> str | None:
    """What a hook on `node` will not see of the module's gradients, in words; None if it sees all of them."""
    removed = "is deprecated and will be removed in future versions. This hook will be missing "
    advice = " Please use register_full_backward_hook to get the documented behavior."
    start = "Using a non-full backward hook when "

    def not_tensors(what: str, which: str) -> str:
        return (
            f"Using non-full backward hooks on a Module that does not {what} a single Tensor or a tuple of Tensors "
            f"{removed}some of the {which}.{advice}"
        )

    outputs = (result,) if isinstance(result, Tensor) else result
    if not (isinstance(outputs, tuple) and all(isinstance(output, Tensor) for output in outputs)):
        return not_tensors("return", "grad_output")
    if not all(isinstance(arg, Tensor) for arg in args):
        return not_tensors("take as input", "grad_input")
    output_nodes = {output.grad_fn for output in outputs if output.grad_fn is not None}
    if len(output_nodes) == 0 or (len(output_nodes) == 1 and node not in output_nodes):
        return f"{start}outputs are nested in python data structure {removed}some grad_output."
    if len(output_nodes) > 1:
        return f"{start}outputs are generated by different autograd Nodes {removed}some grad_output.{advice}"
    input_nodes = {arg.grad_fn for arg in args if arg.grad_fn is not None}
    if input_nodes != {edge[0] for edge in node.next_functions}:
        return f"{start}the forward contains multiple autograd Nodes {removed}some grad_input.{advice}"
    return None


class HookMethods:
    """The part of :class:`Module` that registers hooks and calls the module."""

    _is_full_backward_hook: bool | None
    _backward_hooks: OrderedDict[int, Callable]
    _backward_pre_hooks: OrderedDict[int, Callable]
    _forward_hooks: OrderedDict[int, Callable]
    _forward_hooks_with_kwargs: OrderedDict[int, bool]
    _forward_hooks_always_called: OrderedDict[int, bool]
    _forward_pre_hooks: OrderedDict[int, Callable]
    _forward_pre_hooks_with_kwargs: OrderedDict[int, bool]

    forward: Callable[..., Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run :meth:`forward`, and the hooks if there are any."""
        # Reading the dictionary once is several times cheaper than four attributes of a class with __getattr__.
        own = self.__dict__
        try:
            hooked = (
                own["_backward_hooks"]
                or own["_backward_pre_hooks"]
                or own["_forward_hooks"]
                or own["_forward_pre_hooks"]
                or _global_forward_hooks
                or _global_forward_pre_hooks
                or _global_backward_hooks
                or _global_backward_pre_hooks
            )
        except KeyError as missing:  # Module.__init__() was not called
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{missing.args[0]}'") from None
        if hooked:
            return HookedCall(self, args, kwargs).run()
        return self.forward(*args, **kwargs)

    def register_full_backward_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_output)`` before the gradients of the module are computed.

        `grad_output` is a tuple with one entry per output, None where the output is no tensor. The hook must not
        change it, but may return a tuple that takes its place.

        Args:
            prepend: whether the hook comes before those registered earlier. Global hooks come before all of them.

        Example::

            >>> handle = layer.register_full_backward_pre_hook(lambda module, grad: (grad[0] * 2,))
        """
        return add_hook(self._backward_pre_hooks, hook, prepend=prepend)

    def register_backward_hook(self, hook: Callable) -> RemovableHandle:
        """Deprecated in favour of :meth:`register_full_backward_hook`.

        The hook hangs on the node of the module's first output, so it is given that node's gradients and not the
        module's where the two differ; a FutureWarning says so at the call.

        Raises:
            RuntimeError: if the module had a full backward hook.
        """
        self._set_backward_kind(full=False)
        return add_hook(self._backward_hooks, hook)

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)`` once the gradients of the module's inputs are computed.

        Both are tuples with None where an input or output is no tensor; keyword arguments do not count. The hook must
        not change them, but may return a tuple that is used instead of `grad_input`.

        Args:
            prepend: whether the hook comes before those registered earlier. Global hooks come before all of them.

        Raises:
            RuntimeError: if the module had a hook of the deprecated kind.

        Example::

            >>> handle = layer.register_full_backward_hook(lambda module, grad_in, grad_out: print(grad_out))
        """
        self._set_backward_kind(full=True)
        return add_hook(self._backward_hooks, hook, prepend=prepend)

    def _set_backward_kind(self, full: bool) -> None:
        if self._is_full_backward_hook is (not full):
            raise RuntimeError(
                "Cannot use both regular backward hooks and full backward hooks on a single Module. "
                "Please use only one of them."
            )
        self._is_full_backward_hook = full

    def register_forward_pre_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args)`` before every :meth:`forward`.

        What it returns is used instead of `args`, a single value as a tuple of one.

        Args:
            prepend: whether the hook comes before those registered earlier. Global hooks come before all of them.
            with_kwargs: call ``hook(module, args, kwargs)``, which returns None or ``(args, kwargs)``.

        Example::

            >>> handle = layer.register_forward_pre_hook(lambda module, args: (args[0] / 255,))
        """
        marks = ((self._forward_pre_hooks_with_kwargs, with_kwargs),)
        return add_hook(self._forward_pre_hooks, hook, prepend=prepend, marks=marks)

    def register_forward_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args, output)`` after every :meth:`forward`; what it returns replaces the output.

        Args:
            prepend: whether the hook comes before those registered earlier. Global hooks come before all of them.
            with_kwargs: call ``hook(module, args, kwargs, output)``.
            always_call: call the hook also where the call raises an exception.

        Example::

            >>> handle = layer.register_forward_hook(lambda module, args, output: print(output.shape))
        """
        marks = (
            (self._forward_hooks_with_kwargs, with_kwargs),
            (self._forward_hooks_always_called, always_call),
        )
        return add_hook(self._forward_hooks, hook, prepend=prepend, marks=marks)
