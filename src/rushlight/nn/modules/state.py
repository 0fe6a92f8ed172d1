"""The state of a module as a dictionary: saving it, loading it, and the hooks around both."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ...autograd.grad_mode import no_grad
from ...core import Tensor
from ...ops.support.options import warn_user
from ...utils.hooks import RemovableHandle
from ..parameter import Parameter
from .module_hooks import WrappedHook, add_hook

_EXTRA_STATE_KEY_SUFFIX = "_extra_state"


class IncompatibleKeys(NamedTuple):
    missing_keys: list[str]
    unexpected_keys: list[str]


class _IncompatibleKeys(IncompatibleKeys):
    """What :meth:`Module.load_state_dict` returns."""

    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


class StateMethods:
    """The part of :class:`Module` that saves and loads its state."""

    _version: int = 1
    """Stored with a state dict, so that a later class can read what an earlier one wrote."""

    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _non_persistent_buffers_set: set[str]
    _modules: dict[str, Any]
    _state_dict_hooks: OrderedDict[int, Callable]
    _state_dict_pre_hooks: OrderedDict[int, Callable]
    _load_state_dict_pre_hooks: OrderedDict[int, Callable]
    _load_state_dict_post_hooks: OrderedDict[int, Callable]

    def get_extra_state(self) -> Any:
        """Return what :meth:`state_dict` should keep beside parameters and buffers; override it to have it kept.

        The value should be picklable. It is handed to :meth:`set_extra_state` on loading.
        """
        raise _never_called("get_extra_state")

    def set_extra_state(self, state: Any) -> None:
        """Take back what :meth:`get_extra_state` returned; override both or neither."""
        raise _never_called("set_extra_state")

    def _overrides(self, method: str) -> bool:
        return getattr(type(self), method) is not getattr(StateMethods, method)

    def _register_state_dict_hook(self, hook: Callable) -> RemovableHandle:
        """Like :meth:`register_state_dict_post_hook`, but what the hook of the root returns takes the place of the
        dictionary."""
        if getattr(hook, "_from_public_api", False):
            raise RuntimeError(
                "Cannot register the same function as the state dict post hook that was "
                "previously registered via register_state_dict_post_hook"
            )
        return add_hook(self._state_dict_hooks, hook)

    def register_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call ``hook(module, state_dict, prefix, local_metadata)`` after :meth:`state_dict`.

        The hook may change the dictionary and must return None.
        """
        hook._from_public_api = True  # type: ignore[attr-defined]
        return add_hook(self._state_dict_hooks, hook)

    def register_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call ``hook(module, prefix, keep_vars)`` before :meth:`state_dict`."""
        return add_hook(self._state_dict_pre_hooks, hook)

    def _register_load_state_dict_pre_hook(self, hook: Callable, with_module: bool = False) -> RemovableHandle:
        """See :meth:`register_load_state_dict_pre_hook`; the hook gets the module only if asked for."""
        return add_hook(self._load_state_dict_pre_hooks, WrappedHook(hook, self if with_module else None))

    def register_load_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook` before this module's part of :meth:`load_state_dict`.

        Its arguments are ``(module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys,
        error_msgs)``; the dictionary and the lists may be changed.
        """
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def register_load_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call ``hook(module, incompatible_keys)`` after this module and its children were loaded.

        The hook may change ``incompatible_keys.missing_keys`` and ``.unexpected_keys``, which the strict check then
        sees, and must return None.
        """
        return add_hook(self._load_state_dict_post_hooks, hook)

    def _persistent_state(self) -> Iterator[tuple[str, Tensor]]:
        """The names and tensors of this module alone that belong into a state dict."""
        for name, param in self._parameters.items():
            if param is not None:
                yield name, param
        for name, buffer in self._buffers.items():
            if buffer is not None and name not in self._non_persistent_buffers_set:
                yield name, buffer

    def _save_to_state_dict(self, destination: dict, prefix: str, keep_vars: bool) -> None:
        """Write the state of this module, without its children, to `destination`."""
        for name, tensor in self._persistent_state():
            destination[prefix + name] = tensor if keep_vars else tensor.detach()
        if self._overrides("get_extra_state"):
            destination[prefix + _EXTRA_STATE_KEY_SUFFIX] = self.get_extra_state()

    def state_dict(self, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False) -> Any:
        """Return the parameters and persistent buffers of the module and its children, by their dotted names.

        The tensors share memory with the module's, and are detached from the graph unless `keep_vars` is true.

        Args:
            destination: a dictionary to be filled and returned instead of a new ``OrderedDict``.
            prefix: put before every name.
            keep_vars: whether to return the module's own tensors.

        Example::

            >>> list(nn.Linear(2, 1).state_dict())
            ['weight', 'bias']
        """
        if args:
            warn_user(
                "Positional args are being deprecated, use kwargs instead. Refer to "
                "https://pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module.state_dict"
                " for details.",
                FutureWarning,
            )
            given = dict(zip(("destination", "prefix", "keep_vars"), args, strict=False))
            destination = given["destination"] if destination is None else destination
            prefix = prefix or given.get("prefix", "")
            keep_vars = keep_vars or given.get("keep_vars", False)
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()  # type: ignore[attr-defined]

        local_metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local_metadata
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in self._state_dict_hooks.values():
            replaced = hook(self, destination, prefix, local_metadata)
            if replaced is None:
                continue
            if getattr(hook, "_from_public_api", False):
                raise RuntimeError("state_dict post-hook must return None")
            destination = replaced
        return destination

    def _load_from_state_dict(
        self,
        state_dict: dict,
        prefix: str,
        local_metadata: dict,
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Load the state of this module, without its children. What does not fit is added to the three lists.

        Args:
            state_dict: the names that begin with `prefix`, and perhaps others.
            prefix: the dotted path of this module.
            local_metadata: this module's part of the state dict's metadata.
            strict: whether missing and unexpected names are collected.
        """
        for hook in self._load_state_dict_pre_hooks.values():
            hook(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)

        local_state = dict(self._persistent_state())
        assign = local_metadata.get("assign_to_params_buffers", False)
        for name, tensor in local_state.items():
            key = prefix + name
            if key in state_dict:
                flaw = self._load_tensor(name, tensor, key, state_dict[key], assign)
                if flaw is not None:
                    error_msgs.append(flaw)
            elif strict:
                missing_keys.append(key)

        extra_key = prefix + _EXTRA_STATE_KEY_SUFFIX
        if self._overrides("set_extra_state"):
            if extra_key in state_dict:
                self.set_extra_state(state_dict[extra_key])
            elif strict:
                missing_keys.append(extra_key)
        elif strict and extra_key in state_dict:
            unexpected_keys.append(extra_key)

        if strict:
            for key in state_dict:
                if key.startswith(prefix) and key != extra_key:
                    name, dot, _ = key[len(prefix) :].partition(".")
                    if name not in (self._modules if dot else local_state):
                        unexpected_keys.append(key)

    def _load_tensor(self, name: str, tensor: Tensor, key: str, loaded: Any, assign: bool) -> str | None:
        """Copy `loaded` into the module's `tensor`, or put it in its place; returns what is wrong with it, if so."""
        if not isinstance(loaded, Tensor):
            return (
                f'While copying the parameter named "{key}", '
                f"expected torch.Tensor or Tensor-like object from checkpoint but received {type(loaded)}"
            )
        if tensor.shape == () and loaded.shape == (1,):
            loaded = loaded[0]  # what is a scalar now was a vector of one in the oldest checkpoints
        if loaded.shape != tensor.shape:
            return (
                f"size mismatch for {key}: copying a param with shape {loaded.shape} from checkpoint, "
                f"the shape in current model is {tensor.shape}."
            )
        try:
            with no_grad():
                if not assign:
                    tensor.copy_(loaded)
                elif not isinstance(tensor, Parameter):
                    setattr(self, name, loaded)
                elif isinstance(loaded, Parameter):
                    setattr(self, name, loaded.requires_grad_(tensor.requires_grad))
                else:
                    setattr(self, name, Parameter(loaded, requires_grad=tensor.requires_grad))
        except Exception as error:
            return (
                f'While copying the parameter named "{key}", '
                f"whose dimensions in the model are {tensor.size()} and "
                f"whose dimensions in the checkpoint are {loaded.size()}, "
                f"an exception occurred : {error.args}."
            )
        return None

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """Load what :meth:`state_dict` returned into the module and its children.

        Args:
            state_dict: tensors by their dotted names.
            strict: whether the names must be exactly those of this module.
            assign: whether the tensors take the place of the module's own instead of being copied into them; a
                parameter keeps its ``requires_grad``.

        Returns:
            A named tuple of ``missing_keys`` and ``unexpected_keys``.

        Raises:
            TypeError: if `state_dict` is no mapping.
            RuntimeError: if a shape differs, a tensor cannot be copied, or, under `strict`, a name is missing or
                unexpected. What fits has been loaded then.

        Example::

            >>> nn.Linear(2, 1).load_state_dict(nn.Linear(2, 1).state_dict())
            <All keys matched successfully>
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        metadata = getattr(state_dict, "_metadata", None)
        # Hooks may change the dictionary: not the caller's.
        own_dict = OrderedDict(state_dict)
        if metadata is not None:
            own_dict._metadata = metadata  # type: ignore[attr-defined]

        missing_keys: list[str] = []
        unexpected_keys: list[str] = []
        error_msgs: list[str] = []
        _load(self, own_dict, "", metadata, assign, (missing_keys, unexpected_keys, error_msgs))

        if strict:
            for kind, keys in (("Unexpected", unexpected_keys), ("Missing", missing_keys)):
                if keys:
                    names = ", ".join(f'"{key}"' for key in keys)
                    error_msgs.insert(0, f"{kind} key(s) in state_dict: {names}. ")
        if error_msgs:
            details = "\n\t".join(error_msgs)
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{details}")
        return _IncompatibleKeys(missing_keys, unexpected_keys)


def _load(
    module: Any,
    state_dict: dict,
    prefix: str,
    metadata: dict | None,
    assign: bool,
    findings: tuple[list[str], list[str], list[str]],
) -> None:
    """Load `module` at `prefix` and then its children, collecting missing keys, unexpected keys and errors."""
    # A copy: the next load of the same dictionary must not find this one's `assign`.
    local_metadata = {} if metadata is None else dict(metadata.get(prefix[:-1], {}))
    if assign:
        local_metadata["assign_to_params_buffers"] = assign
    module._load_from_state_dict(state_dict, prefix, local_metadata, True, *findings)
    for name, child in module._modules.items():
        if child is not None:
            child_prefix = f"{prefix}{name}."
            child_dict = {key: value for key, value in state_dict.items() if key.startswith(child_prefix)}
            _load(child, child_dict, child_prefix, metadata, assign, findings)

    incompatible = _IncompatibleKeys(*findings[:2])
    for hook in module._load_state_dict_post_hooks.values():
        if hook(module, incompatible) is not None:
            raise AssertionError(
                "Hooks registered with ``register_load_state_dict_post_hook`` are not "
                "expected to return new values, if incompatible_keys need to be modified, "
                "it should be done inplace."
            )


def _never_called(method: str) -> RuntimeError:
    return RuntimeError(
        f"Reached a code path in Module.{method}() that should never be called. "
        "Please file an issue at https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml "
        "to report this bug."
    )
