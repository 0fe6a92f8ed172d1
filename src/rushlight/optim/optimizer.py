"""The base class of all optimizers: parameter groups, state, hooks, and how they are saved and loaded."""

from __future__ import annotations

import functools
import warnings
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from itertools import chain
from typing import Any

import numpy as np

from ..arrays.dtypes import float32
from ..autograd.grad_mode import set_grad_enabled
from ..core import Tensor
from ..core.saved import bump
from ..utils.hooks import RemovableHandle
from ._arguments import scalar_state
from ._rows import SMALL, Slabs, perform, rows_of

__all__ = ["Optimizer", "register_optimizer_step_post_hook", "register_optimizer_step_pre_hook"]

_global_pre_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_post_hooks: OrderedDict[int, Callable] = OrderedDict()


class _Required:
    """The default of a hyperparameter that every parameter group has to give."""

    def __repr__(self) -> str:
        return "<required parameter>"


required = _Required()


def _register(hooks: OrderedDict[int, Callable], hook: Callable, prepend: bool = False) -> RemovableHandle:
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


def register_optimizer_step_pre_hook(hook: Callable) -> RemovableHandle:
    """Call ``hook(optimizer, args, kwargs)`` before every step of every optimizer. Returns a handle to remove it.

    A hook may return a pair (args, kwargs) to replace the arguments of the step.
    """
    return _register(_global_pre_hooks, hook)


def register_optimizer_step_post_hook(hook: Callable) -> RemovableHandle:
    """Call ``hook(optimizer, args, kwargs)`` after every step of every optimizer. Returns a handle to remove it."""
    return _register(_global_post_hooks, hook)


def typename(x: Any) -> str:
    """The type of `x` in words: torch.FloatTensor for a tensor, else the name of its class with its module."""
    if isinstance(x, Tensor):
        return x.type()
    cls = type(x)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


class Optimizer:
    """Base class of all optimizers: a subclass gives ``step()``, and the defaults of its hyperparameters.

    Args:
        params: the tensors to optimize, or pairs (name, tensor) as ``named_parameters()`` yields them, or dicts, one
            for each parameter group, with the tensors under "params" and hyperparameters of their own. Their order
            is what saved state refers to: it must be the same in every run, so sets are refused.
        defaults: the hyperparameters of groups that give none of their own.

    Attributes:
        param_groups: the groups as a list of dicts, with all hyperparameters filled in.
        state: what the optimizer remembers of each parameter, a dict for each.

    Raises:
        TypeError: if `params` is a single tensor, a set, or holds something that is no tensor.
        ValueError: if there are no parameters, if a parameter is no leaf, is in two groups, or has a name and others
            have none.

    Example::

        >>> class GradientDescent(torch.optim.Optimizer):
        ...     @torch.no_grad()
        ...     def step(self, closure=None):
        ...         for group in self.param_groups:
        ...             for p in group["params"]:
        ...                 p -= group["lr"] * p.grad
        >>> optimizer = GradientDescent(model.parameters(), {"lr": 0.1})
    """

    _HOOKS = (
        "_optimizer_step_pre_hooks",
        "_optimizer_step_post_hooks",
        "_optimizer_state_dict_pre_hooks",
        "_optimizer_state_dict_post_hooks",
        "_optimizer_load_state_dict_pre_hooks",
        "_optimizer_load_state_dict_post_hooks",
    )
    #: Hyperparameters that earlier versions of a subclass did not have, with the values that they had in effect.
    _if_absent: dict[str, Any] = {}
    #: Parts of the state that are 0-d tensors, and were numbers in earlier versions.
    _scalars: tuple[str, ...] = ()
    _optimizer_step_pre_hooks: OrderedDict[int, Callable]
    _optimizer_step_post_hooks: OrderedDict[int, Callable]
    _optimizer_state_dict_pre_hooks: OrderedDict[int, Callable]
    _optimizer_state_dict_post_hooks: OrderedDict[int, Callable]
    _optimizer_load_state_dict_pre_hooks: OrderedDict[int, Callable]
    _optimizer_load_state_dict_post_hooks: OrderedDict[int, Callable]
    _slabs: Slabs
    state: defaultdict[Any, Any]
    param_groups: list[dict[str, Any]]

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self._prepare()
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                + typename(params)
            )
        self.state = defaultdict(dict)
        self.param_groups = []
        groups: list[Any] = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def _prepare(self) -> None:
        """What is neither pickled nor loaded: hooks, and the layout of state in memory."""
        for name in self._HOOKS:
            self.__dict__.setdefault(name, OrderedDict())
        self._slabs = Slabs()
        step = type(self).step
        if not getattr(step, "hooked", False):
            type(self).step = _with_hooks(step)  # type: ignore[method-assign]

    def __getstate__(self) -> dict[str, Any]:
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._prepare()
        self.defaults.setdefault("differentiable", False)
        for group in self.param_groups:
            for name, default in self._if_absent.items():
                group.setdefault(name, default)
            for p in group["params"]:
                p_state = self.state.get(p) or {}
                for name in self._scalars:
                    if name in p_state and not isinstance(p_state[name], Tensor):
                        p_state[name] = scalar_state(p_state[name], group.get("fused"))

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            text += "".join(f"    {key}: {group[key]}\n" for key in sorted(group) if key != "params")
        return text + ")"

    # Hooks.

    def register_step_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` before every step; it may return new (args, kwargs)."""
        return _register(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` after every step."""
        return _register(self._optimizer_step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer)`` before :meth:`state_dict`; with `prepend`, before the other such hooks."""
        return _register(self._optimizer_state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` after :meth:`state_dict`; it may change the dict or return a new one."""
        return _register(self._optimizer_state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` before it is loaded; it may return another one."""
        return _register(self._optimizer_load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer)`` after :meth:`load_state_dict`."""
        return _register(self._optimizer_load_state_dict_post_hooks, hook, prepend)

    # Saving and loading.

    def state_dict(self) -> dict[str, Any]:
        """The state of the optimizer, with a running number in place of each parameter.

        Returns:
            ``{"state": {number: state of that parameter}, "param_groups": [group, ...]}``. A group's "params" are
            numbers. The tensors are those of the optimizer, not copies.
        """
        for pre_hook in self._optimizer_state_dict_pre_hooks.values():
            pre_hook(self)
        numbers: dict[int, int] = {}
        groups = []
        start = 0
        for group in self.param_groups:
            for number, p in enumerate(group["params"], start):
                numbers.setdefault(id(p), number)
            start += len(group["params"])
            packed = {key: value for key, value in group.items() if key != "params"}
            groups.append({**packed, "params": [numbers[id(p)] for p in group["params"]]})
        state = {numbers[id(key)] if isinstance(key, Tensor) else key: value for key, value in self.state.items()}
        state_dict = {"state": state, "param_groups": groups}
        for post_hook in self._optimizer_state_dict_post_hooks.values():
            replaced = post_hook(self, state_dict)
            state_dict = state_dict if replaced is None else replaced
        return state_dict

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over the hyperparameters and the state that :meth:`state_dict` returned.

        Parameters are matched by their order. Floating point state is cast to the dtype of its parameter.

        Raises:
            ValueError: if the numbers of groups, or of the parameters in a group, differ; nothing is changed then.
        """
        state_dict = state_dict.copy()
        for pre_hook in self._optimizer_load_state_dict_pre_hooks.values():
            replaced = pre_hook(self, state_dict)
            state_dict = state_dict if replaced is None else replaced
        groups, saved_groups = self.param_groups, deepcopy(state_dict["param_groups"])
        if len(groups) != len(saved_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(group["params"]) != len(saved["params"]) for group, saved in zip(groups, saved_groups, strict=True)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )
        params: dict[Any, Any] = {}  # from number to parameter and the group that it was saved with
        for group, saved in zip(groups, saved_groups, strict=True):
            for number, p in zip(saved["params"], group["params"], strict=True):
                params[number] = (p, saved)
        state: defaultdict[Any, Any] = defaultdict(dict)
        for key, value in state_dict["state"].items():
            p, saved = params.get(key, (key, None))
            state[p] = value if saved is None else _cast_state(p, saved, value)
        for group, saved in zip(groups, saved_groups, strict=True):
            saved["params"] = group["params"]
            if "param_names" in group:
                saved.setdefault("param_names", group["param_names"])
        self.__setstate__({"state": state, "param_groups": saved_groups})
        for post_hook in self._optimizer_load_state_dict_post_hooks.values():
            post_hook(self)

    # Parameters.

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters; with ``set_to_none=False`` fill them with zeros instead."""
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                elif p.grad is not None:
                    if p.grad.grad_fn is not None:
                        p.grad.detach_()
                    else:
                        p.grad.requires_grad_(False)
                    p.grad.zero_()

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group of parameters, for instance when a frozen layer is to be trained from now on.

        Args:
            param_group: "params" as the constructor takes them, and hyperparameters. Missing ones are filled in.

        Raises:
            TypeError, ValueError: as the constructor. The optimizer stays as it was.
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        _unpack_params(param_group)
        for p in param_group["params"]:
            self._check_param(p)
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            param_group.setdefault(name, default)
        ids = {id(p) for p in param_group["params"]}
        if len(ids) != len(param_group["params"]):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information",
                stacklevel=3,
            )
        named = "param_names" in param_group
        if any(named != ("param_names" in group) for group in self.param_groups):
            raise ValueError(
                "all optimizer param groups should be with/without names. cannot add param group "
                f"{'with' if named else 'without'} names to the optimizer"
            )
        if any(id(p) in ids for group in self.param_groups for p in group["params"]):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)

    def _check_param(self, p: Any) -> None:
        if not isinstance(p, Tensor):
            raise TypeError("optimizer can only optimize Tensors, but one of the params is " + typename(p))
        if not (self.defaults.get("differentiable") or p.is_leaf or p.retains_grad):
            raise ValueError("can't optimize a non-leaf Tensor")

    # Steps.

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters, once, by their gradients.

        Args:
            closure: evaluates the model anew, calls ``backward()`` and returns the loss.

        Returns:
            What the closure returned, or None.
        """
        raise NotImplementedError

    def _update(
        self,
        group: dict[str, Any],
        params: list[Tensor],
        names: Sequence[str],
        init: Callable[[dict[str, Any], Tensor], bool],
        rows_rule: Callable[..., Any],
        tensors_rule: Callable[..., None],
    ) -> None:
        """Apply the group's update to `params`, which have gradients.

        Args:
            names: the parts of the state that the rule changes.
            init: called as ``init(group, param)`` to give a parameter its state; returns whether it had none.
            rows_rule: the update, called as ``rule(group, param, gradient, *parts of the state, small, first)`` with
                rows; `small` says whether the parameters are, `first` whether this is their first step. What it
                leaves to be done, it returns as a list of functions that may run side by side.
            tensors_rule: the same as ``rule(group, param, first)`` in tensor operations, for where the update has to
                be differentiable and where there are no rows.
        """
        if not group["differentiable"]:
            with np.errstate(all="ignore"):
                params = self._slabs.update(group, params, self.state, names, rows_rule)
                if params:
                    first = {id(p) for p in params if init(group, p)}
                    self._slabs.add(group, params, self.state, names, first)
                    params = self._slabs.update(group, params, self.state, names, rows_rule)
                    params = self._update_rows(group, params, names, rows_rule, first)
        else:
            first = {id(p) for p in params if init(group, p)}
        if params:
            with set_grad_enabled(group["differentiable"]):
                for p in params:
                    tensors_rule(group, p, id(p) in first)

    def _update_rows(
        self, group: dict[str, Any], params: list[Tensor], names: Sequence[str], rule: Callable[..., Any], first: set[int]
    ) -> list[Tensor]:
        """Update parameters by their rows; returns those that have none."""
        jobs: list[Callable[[], None]] = []
        changed, rest = [], []
        for p in params:
            state = self.state[p] if names else {}
            rows = rows_of(p, state, names)
            if rows is None:
                rest.append(p)
                continue
            jobs += rule(group, *rows, small=rows[0].size <= SMALL, first=id(p) in first) or []
            changed.append(rows[0])
            bump(p, *[state[name] for name in names])
        if jobs:
            perform(jobs, changed)
        return rest


def _with_hooks(step: Callable) -> Callable:
    """The step function of a class, with the hooks of the optimizer, and those of all optimizers, around it."""

    @functools.wraps(step)
    def hooked(*args: Any, **kwargs: Any) -> Any:
        optimizer = args[0]
        for pre_hook in chain(_global_pre_hooks.values(), optimizer._optimizer_step_pre_hooks.values()):
            replaced = pre_hook(optimizer, args, kwargs)
            if isinstance(replaced, tuple) and len(replaced) == 2:
                args, kwargs = replaced
            elif replaced is not None:
                raise RuntimeError(f"{step} must return None or a tuple of (new_args, new_kwargs), but got {replaced}.")
        if "_opt_called" in optimizer.__dict__:  # a learning rate scheduler asks whether steps are taken
            optimizer._opt_called = True
        result = step(*args, **kwargs)
        for post_hook in chain(optimizer._optimizer_step_post_hooks.values(), _global_post_hooks.values()):
            post_hook(optimizer, args, kwargs)
        return result

    hooked.hooked = True  # type: ignore[attr-defined]
    return hooked


def _unpack_params(group: dict[str, Any]) -> None:
    """Make "params" of the group a list of tensors, and "param_names" one of their names, if they came with names."""
    params = group["params"]
    if isinstance(params, set):
        raise TypeError(
            "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
            "will change between runs. Please use a list instead."
        )
    params = [params] if isinstance(params, Tensor) else list(params)
    names = [p[0] for p in params if isinstance(p, tuple)]
    group["params"] = [p[1] if isinstance(p, tuple) else p for p in params]
    if names:
        if len(names) != len(params):
            raise ValueError("all optimizer params should be with/without names. Some param names are missing")
        group["param_names"] = names


def _cast_state(p: Tensor, saved_group: dict[str, Any], value: Any, key: Any = None) -> Any:
    """Saved state with its tensors in the dtype of the parameter, but for the number of steps."""
    if isinstance(value, Tensor):
        if key == "step":
            as_float = saved_group.get("capturable", False) or saved_group.get("fused", False)
            return value.to(float32) if as_float else value
        return value.to(p.dtype) if p.is_floating_point() else value
    if isinstance(value, dict):
        return {k: _cast_state(p, saved_group, v, k) for k, v in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return type(value)(_cast_state(p, saved_group, v) for v in value)  # type: ignore[call-arg]
    return value
