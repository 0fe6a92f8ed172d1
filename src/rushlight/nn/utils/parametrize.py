"""Parameters computed from others: a module's attribute as a function of what is trained in its place."""

from __future__ import annotations

import copy
import copyreg
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from ...autograd.grad_mode import no_grad
from ...core import Tensor
from ..modules.container import ModuleDict, ModuleList
from ..modules.module import Module
from ..parameter import Parameter

__all__ = [
    "ParametrizationList", "cached", "is_parametrized", "register_parametrization", "remove_parametrizations",
    "transfer_parametrizations_and_params", "type_before_parametrizations",
]  # fmt: skip

#: How many `cached` blocks there are around, and what was computed in them.
_cache_enabled = 0
_cache: dict[tuple[int, str], Tensor] = {}

_NOT_SERIALISED = (
    "Serialization of parametrized modules is only supported through state_dict(). See:\n"
    "https://pytorch.org/tutorials/beginner/saving_loading_models.html"
    "#saving-loading-a-general-checkpoint-for-inference-and-or-resuming-training"
)


@contextmanager
def cached() -> Iterator[None]:
    """Within, each parametrized tensor is computed once, and kept until the outermost block ends.

    Example::

        >>> with nn.utils.parametrize.cached():
        ...     y = model(x) + model(x)
    """
    global _cache_enabled
    _cache_enabled += 1
    try:
        yield
    finally:
        _cache_enabled -= 1
        if not _cache_enabled:
            _cache.clear()


def _register(module: Module, name: str, tensor: Tensor) -> None:
    """Adds a parameter, or a buffer if it is none."""
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


def _checked(result: Any, like: Tensor, words: str, names: tuple[str, str], maker: str = "A parametrization") -> None:
    """Raises ValueError unless `result` is a tensor of the dtype and shape of `like`."""
    if not isinstance(result, Tensor):
        raise ValueError(f"{maker} must return a tensor. Got{':' * ('.' in maker)} {type(result).__name__}" +
                         "." * ("." not in maker))  # fmt: skip
    for what in ("dtype", "shape"):
        before, after = getattr(like, what), getattr(result, what)
        if before != after:
            first, second = [name.format(what) for name in names]
            raise ValueError(f"{words.format(what)}\n{first}: {before}\n{second}: {after}")


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, one after the other, and what they start from.

    Called, it computes the tensor. What is trained in its place is the parameter (or buffer) `original`, or, if the first
    parametrization takes several tensors, `original0`, `original1`, ...

    Args:
        modules: the parametrizations.
        original: the tensor; ``right_inverse`` of the parametrizations, in reverse, makes of it what they start from.
        unsafe: whether dtype and shape of what they make may be others.

    Raises:
        ValueError: if there are none, or one returns something else than it should.
    """

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        if len(modules) == 0:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        dtype, shape = original.dtype, original.shape
        new: Any = original
        with no_grad():
            for module in reversed(self):  # type: ignore[call-overload]
                if hasattr(module, "right_inverse"):
                    with suppress(NotImplementedError):  # the tensor itself will do
                        new = module.right_inverse(new)
        if not isinstance(new, (Tensor, Sequence)):
            raise ValueError(
                f"'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got {type(new).__name__}"
            )
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if isinstance(new, Tensor) else len(new)
        if isinstance(new, Tensor):
            self._start_from(original, new)
        else:
            self._start_from_several(original, new)
        if not unsafe:
            unlike = "Registering a parametrization may not change the {} of the tensor, unless `unsafe` flag is enabled."
            result = self()
            if isinstance(result, Tensor) and (result.dtype, result.shape) == (dtype, shape):
                return
            like = original.new_empty(shape, dtype=dtype)
            _checked(result, like, unlike, ("unparametrized {}", "parametrized {}"))

    def _start_from(self, original: Tensor, new: Tensor) -> None:
        if original.dtype is not new.dtype:
            raise ValueError(
                "When `right_inverse` outputs one tensor, it may not change the dtype.\n"
                f"original.dtype: {original.dtype}\nright_inverse(original).dtype: {new.dtype}"
            )
        original.data = new  # the same object: an optimizer may hold it
        _register(self, "original", original)

    def _start_from_several(self, original: Tensor, new: Sequence[Any]) -> None:
        for i, part in enumerate(new):
            if not isinstance(part, Tensor):
                raise ValueError(
                    "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got element "
                    f"{i} of the sequence with type {type(part).__name__}."
                )
            if isinstance(original, Parameter):
                part = Parameter(part, original.requires_grad)
            part.requires_grad_(original.requires_grad)
            _register(self, f"original{i}", part)

    def right_inverse(self, value: Tensor) -> None:
        """Set what the parametrizations start from so that they make `value`.

        Raises:
            RuntimeError: if one of them has no ``right_inverse``.
            ValueError: if that returns something else than it should.
        """
        new: Any = value
        with no_grad():
            for module in reversed(self):  # type: ignore[call-overload]
                if not hasattr(module, "right_inverse"):
                    raise RuntimeError(f"parametrization {type(module).__name__} does not implement right_inverse.")
                new = module.right_inverse(new)
            if self.is_tensor:
                self._set(new)
            else:
                self._set_several(new)

    def _set(self, new: Any) -> None:
        if not isinstance(new, Tensor):
            raise ValueError(f"`right_inverse` should return a tensor. Got {type(new).__name__}")
        if new.dtype is not self.original.dtype:
            raise ValueError(
                f"The tensor returned by `right_inverse` has dtype {new.dtype} while `original` has dtype "
                f"{self.original.dtype}"
            )
        self.original.data = new

    def _set_several(self, new: Any) -> None:
        if not isinstance(new, Sequence):
            raise ValueError(f"'right_inverse' must return a sequence of tensors. Got {type(new).__name__}.")
        if len(new) != self.ntensors:
            raise ValueError(
                f"'right_inverse' must return a sequence of tensors of length {self.ntensors}. Got a sequence of length "
                f"{len(new)}."
            )
        for i, part in enumerate(new):
            original = getattr(self, f"original{i}")
            if not isinstance(part, Tensor):
                raise ValueError(
                    "'right_inverse' must return a sequence of tensors or reference-type opaques. Got element "
                    f"{i} of type {type(part).__name__}."
                )
            if original.dtype is not part.dtype:
                raise ValueError(
                    f"Tensor {i} returned by `right_inverse` has dtype {part.dtype} while `original{i}` has dtype "
                    f"{original.dtype}"
                )
            original.data = part

    def forward(self) -> Tensor:
        if self.is_tensor:
            x = self[0](self.original)
        else:
            x = self[0](*[getattr(self, f"original{i}") for i in range(self.ntensors)])
        for i in range(1, len(self)):
            x = self[i](x)
        return x


def _deepcopy(self: Module, memo: dict) -> Module:
    """A deep copy: not by way of a state to serialise, which the class refuses."""
    if id(self) not in memo:
        memo[id(self)] = replica = type(self).__new__(type(self))
        vars(replica).update(copy.deepcopy(vars(self), memo))
        for slot in copyreg._slotnames(type(self)):  # type: ignore[attr-defined]
            if hasattr(self, slot):
                setattr(replica, slot, copy.deepcopy(getattr(self, slot), memo))
    return memo[id(self)]


def _inject_new_class(module: Module) -> None:
    """Gives `module` a class of its own, where properties can be put."""
    cls = type(module)

    def refuse(self: Module) -> dict:
        raise RuntimeError(_NOT_SERIALISED)

    members: dict[str, Any] = {"__getstate__": refuse, "__module__": ParametrizationList.__module__}
    if not hasattr(cls, "__deepcopy__"):
        members["__deepcopy__"] = _deepcopy
    module.__class__ = type(f"Parametrized{cls.__name__}", (cls,), members)


def _inject_property(module: Module, name: str) -> None:
    def get(self: Module) -> Tensor:
        parametrization = self.parametrizations[name]
        if not _cache_enabled:
            return parametrization()
        key = (id(self), name)
        if key not in _cache:
            _cache[key] = parametrization()
        return _cache[key]

    def put(self: Module, value: Tensor) -> None:
        self.parametrizations[name].right_inverse(value)

    setattr(type(module), name, property(get, put))


def _check_next(module: Module, name: str, parametrization: Module) -> None:
    """Raises ValueError if a further parametrization changes dtype or shape, forwards or back."""
    now = getattr(module, name)
    then = parametrization(now)
    unlike = "Registering a parametrization may not change the {} of the tensor, unless the `unsafe` flag is enabled."
    _checked(then, now, unlike, (f"module.{name}.{{}}", f"parametrization(module.{name}).{{}}"))
    if hasattr(parametrization, "right_inverse"):
        try:
            back = parametrization.right_inverse(then)
        except NotImplementedError:
            return
        unlike = (
            f"The tensor returned by parametrization.right_inverse must have the same {{}} as module.{name}, unless the "
            "`unsafe` flag is enabled."
        )
        names = f"module.{name}.{{}}", "returned {}"
        _checked(back, now, unlike, names, "parametrization.right_inverse")


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Make the parameter or buffer `tensor_name` of a module the result of `parametrization`.

    From now on ``module.<tensor_name>`` is computed whenever it is read, from
    ``module.parametrizations.<tensor_name>.original``, which is trained. Further parametrizations come on top. Assigning to the
    attribute sets what it is computed from, if the parametrizations have a method ``right_inverse``.

    Args:
        module: the module; it gets a class of its own.
        tensor_name: the name of the tensor.
        parametrization: a module that takes what is trained and returns the tensor.
        unsafe: whether dtype and shape may change.

    Returns:
        The module.

    Raises:
        ValueError: if there is no such tensor, or dtype or shape change.

    Example::

        >>> class Symmetric(nn.Module):
        ...     def forward(self, X):
        ...         return X.triu() + X.triu(1).mT
        >>> layer = nn.utils.parametrize.register_parametrization(nn.Linear(3, 3), "weight", Symmetric())
        >>> bool((layer.weight == layer.weight.mT).all())
        True
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        if not unsafe:
            _check_next(module, tensor_name, parametrization)
        module.parametrizations[tensor_name].append(parametrization)
        module.parametrizations[tensor_name].unsafe |= unsafe
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        # What may raise comes first: the module is then as it was.
        parametrizations = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe=unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            _inject_new_class(module)
            module.parametrizations = ModuleDict()
        _inject_property(module, tensor_name)
        module.parametrizations[tensor_name] = parametrizations
    else:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name '{tensor_name}'"
        )
    return module


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether `module` has parametrizations, of the tensor `tensor_name` if one is named.

    Example::

        >>> nn.utils.parametrize.is_parametrized(nn.Linear(2, 3))
        False
    """
    parametrizations = getattr(module, "parametrizations", None)
    if not isinstance(parametrizations, ModuleDict):
        return False
    return len(parametrizations) > 0 if tensor_name is None else tensor_name in parametrizations


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Make ``module.<tensor_name>`` a parameter (or buffer) again.

    Args:
        module: the module; with its last parametrization it loses the class of its own.
        tensor_name: the name of the tensor.
        leave_parametrized: whether its value is what the parametrizations made, not what they started from.

    Returns:
        The module.

    Raises:
        ValueError: if there is no such parametrization, or it started from several tensors, without `leave_parametrized`.

    Example::

        >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(2, 3))
        >>> nn.utils.parametrize.remove_parametrizations(layer, "weight")
        Linear(in_features=2, out_features=3, bias=True)
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    parametrizations = module.parametrizations[tensor_name]
    if parametrizations.is_tensor:
        original = parametrizations.original
        if leave_parametrized:
            with no_grad():
                original.data = getattr(module, tensor_name)
    elif leave_parametrized:
        made = getattr(module, tensor_name)
        original = Parameter(made.detach()) if made.requires_grad else made
    else:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence of "
            "tensors."
        )
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    _register(module, tensor_name, original)
    if not is_parametrized(module):
        delattr(module, "parametrizations")
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module: Module) -> type:
    """The class that `module` had before it was parametrized.

    Example::

        >>> nn.utils.parametrize.type_before_parametrizations(nn.Linear(2, 3)).__name__
        'Linear'
    """
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Give `to_module` the parametrizations of `from_module` (of `tensor_name` alone, if named) and what they start from.

    Returns:
        `to_module`, which shares them with `from_module` afterwards.

    Example::

        >>> source = nn.utils.parametrizations.weight_norm(nn.Linear(2, 3))
        >>> copied = nn.utils.parametrize.transfer_parametrizations_and_params(source, nn.Linear(2, 3))
        >>> copied.parametrizations.weight.original0 is source.parametrizations.weight.original0
        True
    """
    if not is_parametrized(from_module):
        return to_module
    for name in from_module.parametrizations if tensor_name is None else [tensor_name]:
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name).detach()))
        source = from_module.parametrizations[name]
        for parametrization in source:
            register_parametrization(to_module, name, parametrization)
        target = to_module.parametrizations[name]
        originals = ["original"] if source.is_tensor else [f"original{i}" for i in range(source.ntensors)]
        for original in originals:
            setattr(target, original, getattr(source, original))
    return to_module
