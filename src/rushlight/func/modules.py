"""Modules as functions of their parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import ops


def functional_call(
    module: Any, parameter_and_buffer_dicts: Any, args: Any = None, kwargs: dict[str, Any] | None = None, *,
    tie_weights: bool = True, strict: bool = False,
) -> Any:  # fmt: skip
    """Calls `module` with other parameters and buffers: a dict of tensors by dotted names, or a sequence of such dicts.

    Args:
        args, kwargs: of the call; one argument that is no tuple may stand for itself.
        tie_weights: whether a tensor for one of a parameter's names is for its other names too.
        strict: whether all parameters and buffers, and no others, have to be given.

    Raises ValueError where dicts have names in common, or tied names get different tensors; RuntimeError for missing and
    unexpected names, under `strict`.

    >>> import rushlight as torch
    >>> double = torch.func.functional_call(torch.nn.Linear(1, 1, bias=False), {"weight": torch.tensor([[2.0]])}, torch.ones(1))
    >>> double
    tensor([2.])
    """
    from ..nn.utils.stateless import _functional_call

    given = parameter_and_buffer_dicts
    if isinstance(given, Sequence):
        if not all(isinstance(d, dict) for d in given):
            raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
        names = [name for d in given for name in d]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous")
        given = {name: tensor for d in given for name, tensor in d.items()}
    elif not isinstance(given, dict):
        raise ValueError(
            "Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got "
            f"{type(parameter_and_buffer_dicts)}"
        )
    return _functional_call(module, given, args, kwargs, tie_weights=tie_weights, strict=strict)


def stack_module_state(models: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters and the buffers of modules of one class, each stacked along a new first dimension: for `vmap`.

    Returns two dicts by dotted names. The stacked parameters are leaves that require grad where the modules' do. Raises
    RuntimeError for no modules, modules of different classes, in different modes, or with parameters that differ in whether
    they require grad.

    >>> import rushlight as torch
    >>> params, buffers = torch.func.stack_module_state([torch.nn.Linear(2, 3) for _ in range(5)])
    >>> params["weight"].shape
    torch.Size([5, 3, 2])
    """
    models = list(models)
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if not (all(m.training for m in models) or all(not m.training for m in models)):
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if not all(type(m) is type(models[0]) for m in models):
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    return _all_stacked([dict(m.named_parameters()) for m in models]), _all_stacked([dict(m.named_buffers()) for m in models])


def _all_stacked(states: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: _stacked(name, [state[name] for state in states]) for name in states[0]}


def _stacked(name: str, tensors: list[Any]) -> Any:
    wanted = {t.requires_grad for t in tensors}
    if len(wanted) > 1:
        raise RuntimeError(f"Expected {name} from each model to have the same .requires_grad")
    return ops.stack([t.detach() for t in tensors]).requires_grad_(wanted.pop())




def replace_all_batch_norm_modules_(root: Any) -> Any:
    """Switches the running statistics of all batch norms in a module off, in place, and returns it.

    Under `vmap` they could not be updated: they are the same for all examples.

    >>> import rushlight as torch
    >>> torch.func.replace_all_batch_norm_modules_(torch.nn.BatchNorm1d(2)).running_mean is None
    True
    """
    from ..nn.modules.batchnorm import _BatchNorm

    for module in root.modules():
        if isinstance(module, _BatchNorm):
            module.running_mean = module.running_var = module.num_batches_tracked = None
            module.track_running_stats = False
    return root
