"""torch.compile and torch.compiler: accepted, so that programs which ask for a compiler run; there is none yet.

What is compiled runs operation by operation, as under PyTorch's backend "eager": results, names and state dicts are those
that a compiled program has, its speed is that of the program itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from .nn import Module

__all__ = [
    "allow_in_graph", "assume_constant_result", "compile", "cudagraph_mark_step_begin", "disable", "is_compiling",
    "is_dynamo_compiling", "is_exporting", "list_backends", "reset",
]  # fmt: skip

_BACKENDS = ("inductor", "eager", "aot_eager", "cudagraphs", "openxla", "tvm")
_MODES = ("default", "lite", "reduce-overhead", "max-autotune-no-cudagraphs", "max-autotune")


class OptimizedModule(Module):
    """A compiled module: calls and attributes are those of `_orig_mod`, under whose name its parameters are."""

    def __init__(self, module: Module) -> None:
        super().__init__()
        self._modules["_orig_mod"] = module

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the module."""
        return self._modules["_orig_mod"](*args, **kwargs)  # type: ignore[misc]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_modules"]["_orig_mod"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        # Its own are the hooks and registries of a module; `training` is that of the module it stands for.
        if name in self.__dict__ and name != "training":
            super().__setattr__(name, value)
        else:
            setattr(self._modules["_orig_mod"], name, value)

    @property
    def training(self) -> bool:  # type: ignore[override]
        """That of the module."""
        module: Any = self._modules["_orig_mod"]
        return bool(module.training)


def compile(
    model: Any = None,
    *,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: Any = None,
    mode: str | None = None,
    options: dict[str, Any] | None = None,
    disable: bool = False,
    **others: Any,
) -> Any:
    """A function or a module to be compiled: it runs as it is. Also a decorator, with or without options.

    Args:
        model: a function, or a module, which becomes one whose parameters' names begin with "_orig_mod.".
        fullgraph, dynamic, others: hints, without effect.
        backend: one of PyTorch's names, or a function, which is not called.
        mode: one of PyTorch's modes. Not together with `options`.
        disable: return `model` itself.

    Raises:
        AssertionError: for what cannot be called.
        RuntimeError: for an unknown mode or backend, and for a mode with options.

    Example::

        >>> double = torch.compile(lambda x: x * 2)
        >>> double(torch.ones(2))
        tensor([2., 2.])
        >>> list(torch.compile(torch.nn.Linear(1, 1)).state_dict())
        ['_orig_mod.weight', '_orig_mod.bias']
    """
    given = {"fullgraph": fullgraph, "dynamic": dynamic, "backend": backend, "mode": mode, "options": options}
    if model is None:
        return partial(compile, **given, disable=disable, **others)
    if mode is not None and options is not None:
        raise RuntimeError("Either mode or options can be specified, but both can't be specified at the same time.")
    if mode is not None and mode not in _MODES:
        raise RuntimeError(f"Unrecognized mode={mode}, should be one of: {', '.join(_MODES)}")
    if isinstance(backend, str) and backend not in _BACKENDS:
        raise RuntimeError(f"Invalid backend: {backend!r}, see `torch._dynamo.list_backends()` for available backends.")
    if not callable(model):
        raise AssertionError(f"A callable function is expected, but {type(model)} is provided.")
    if disable or isinstance(model, type):
        return model
    if isinstance(model, Module):
        return OptimizedModule(model)

    @wraps(model)
    def compiled(*args: Any, **kwargs: Any) -> Any:
        return model(*args, **kwargs)

    return compiled


def disable(fn: Any = None, recursive: bool = True, *, reason: str | None = None) -> Any:
    """Marks a function as not to be compiled."""
    return fn if fn is not None else lambda fn: fn


def allow_in_graph(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a function as one operation for the compiler."""
    return fn


def assume_constant_result(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a function as one that always returns the same."""
    return fn


def is_compiling() -> bool:
    """False."""
    return False


def is_dynamo_compiling() -> bool:
    """False."""
    return False


def is_exporting() -> bool:
    """False."""
    return False


def list_backends(exclude_tags: tuple[str, ...] = ()) -> list[str]:
    """The backends that `compile` takes."""
    return sorted(_BACKENDS)


def reset() -> None:
    """Forgets what was compiled: nothing."""


def cudagraph_mark_step_begin() -> None:
    """Marks the beginning of a step, for graphs of an accelerator: none here."""
