"""Calling a module with other parameters and buffers than its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...core import Tensor
from ...ops.support.options import warn_user
from ..modules.module import Module

__all__ = ["functional_call"]

_MISSING: Any = object()


def _owner(module: Module, path: str) -> Module:
    """The submodule at a dotted path. Raises AttributeError or TypeError where there is none."""
    for name in path.split(".") if path else ():
        if not hasattr(module, name):
            raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
        module = getattr(module, name)
        if not isinstance(module, Module):
            raise TypeError(f"submodule `{name}`: {module} is not an instance of torch.nn.Module")
    return module


def _swapped(root: Module, path: str, tensor: Any) -> Any:
    """Puts `tensor` where `path` points, and returns what was there; either may be _MISSING."""
    prefix, _, name = path.rpartition(".")
    module = _owner(root, prefix)
    if tensor is not _MISSING and not isinstance(tensor, Tensor) and tensor is not None:
        raise TypeError(f"{tensor} is not an instance of torch.Tensor")
    if name == "":
        raise KeyError('tensor name can\'t be empty string ""')
    for registry in (module._parameters, module._buffers):
        if name in registry:
            before: Any = registry[name]
            if tensor is _MISSING:
                del registry[name]
            else:
                registry[name] = tensor  # type: ignore[assignment]
            return before
    before = getattr(module, name, _MISSING)
    if before is not _MISSING and not isinstance(before, Tensor) and before is not None:
        raise TypeError(f"attribute `{name}`: {before} is not an instance of torch.Tensor")
    if tensor is not _MISSING:
        setattr(module, name, tensor)
    elif before is not _MISSING:
        delattr(module, name)
    return before


def _swap_all(module: Module, tensors: dict[str, Any]) -> dict[str, Any]:
    """`_swapped` for each of `tensors`, or for none of them if one cannot be."""
    before: dict[str, Any] = {}
    try:
        for path, tensor in tensors.items():
            before[path] = _swapped(module, path, tensor)
    except Exception:
        for path, tensor in before.items():
            _swapped(module, path, tensor)
        raise
    return before


def _with_tied(module: Module, given: dict[str, Tensor]) -> dict[str, Tensor]:
    """`given`, and for each of its tensors all other names under which the module has it.

    Raises ValueError if different tensors are given for names of the same one.
    """
    names_of: dict[int, list[str]] = {}
    for named in (module.named_parameters, module.named_buffers):
        for name, tensor in named(remove_duplicate=False):
            names_of.setdefault(id(tensor), []).append(name)
    everywhere = dict(given)
    for names in names_of.values():
        mentioned = [name for name in names if name in given]
        if len({id(given[name]) for name in mentioned}) > 1:
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(names)}, which are tied. Consider using "
                "tie_weights=False"
            )
        if mentioned:
            everywhere.update(dict.fromkeys(names, given[mentioned[0]]))
    return everywhere


def _check_names(module: Module, given: dict[str, Tensor]) -> None:
    """Raises RuntimeError unless exactly the parameters and buffers of the module are given."""
    own = [name for named in (module.named_parameters, module.named_buffers) for name, _ in named(remove_duplicate=False)]
    flaws = []
    for what, names in (("Unexpected", set(given) - set(own)), ("Missing", set(own) - set(given))):
        if names:
            flaws.append(f"{what} key(s): {', '.join(map(repr, sorted(names)))}.")
    if flaws:
        raise RuntimeError("Error(s) in reparametrizing for {}:\n\t{}".format(module._get_name(), "\n\t".join(flaws)))


@contextmanager
def _reparametrize_module(
    module: Module, parameters_and_buffers: dict[str, Tensor], tie_weights: bool = False, strict: bool = False
) -> Iterator[None]:
    """Within, the module has these parameters and buffers; what it then assigns to them is in the dict at the end."""
    given = _with_tied(module, parameters_and_buffers) if tie_weights else parameters_and_buffers
    if strict:
        _check_names(module, given)
    own = _swap_all(module, given)
    try:
        yield
    finally:
        after = _swap_all(module, own)
        parameters_and_buffers.update({name: after[name] for name in parameters_and_buffers if name in after})


def _functional_call(
    module: Module,
    parameters_and_buffers: dict[str, Tensor],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    with _reparametrize_module(module, parameters_and_buffers, tie_weights=tie_weights, strict=strict):
        return module(*args, **(kwargs or {}))


def functional_call(
    module: Module,
    parameters_and_buffers: dict[str, Tensor],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Deprecated in favour of ``torch.func.functional_call``: call `module` with other parameters and buffers.

    Args:
        module: the module.
        parameters_and_buffers: tensors by dotted names. What the module assigns to these names is in the dict afterwards.
        args, kwargs: of the call; one argument that is no tuple may stand for itself.
        tie_weights: whether a tensor for one of a parameter's names is for its other names too.
        strict: whether all parameters and buffers, and no others, have to be given.

    Raises:
        ValueError: if different tensors are given for names of one parameter, under `tie_weights`.
        RuntimeError: for missing and unexpected names, under `strict`.
    """
    warn_user(
        "`torch.nn.utils.stateless.functional_call` is deprecated as of PyTorch 2.0 and will be removed in a future version "
        "of PyTorch. Please use `torch.func.functional_call` instead which is a drop-in replacement.",
        FutureWarning,
    )
    return _functional_call(
        module, parameters_and_buffers, args, kwargs, tie_weights=tie_weights, strict=strict
    )
