"""Parameters and buffers: the tensors that a module keeps as its state."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from .. import ops
from .._torch_function import disabled
from ..core import Tensor
from ..core.op import MODES
from ..core.tensor import ORDINARY, PLAIN

__all__ = ["Buffer", "Parameter", "UninitializedBuffer", "UninitializedParameter", "is_lazy"]


class _ParameterMeta(type(Tensor)):  # type: ignore[misc]
    """Lets ``isinstance(t, Parameter)`` hold too for a tensor of the user's own class that was made a parameter."""

    def __instancecheck__(cls, instance: Any) -> bool:
        if super().__instancecheck__(instance):
            return True
        return cls is Parameter and isinstance(instance, Tensor) and getattr(instance, "_is_param", False)


class Parameter(Tensor, metaclass=_ParameterMeta):
    """A tensor that a module counts among its parameters when it is assigned as an attribute.

    Operations on parameters give plain tensors. A parameter requires grad unless told otherwise, also when it is made
    under :func:`no_grad`.

    Args:
        data: the tensor whose memory the parameter shares; an empty tensor if left out. A tensor of a subclass keeps
            its class and is marked as a parameter.
        requires_grad: whether operations on the parameter are recorded.

    Raises:
        RuntimeError: if `requires_grad` is true and the dtype is neither floating point nor complex, or if ``detach()``
            of a subclass returns another class.

    Example::

        >>> nn.Parameter(torch.ones(2))
        Parameter containing:
        tensor([1., 1.], requires_grad=True)
    """

    __slots__ = ()
    __torch_function__ = disabled

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Self:
        if data is None:
            data = ops.empty(0)
        if type(data) is Tensor or type(data) is Parameter:
            return Tensor._make_subclass(cls, data, requires_grad)
        marked = data.detach().requires_grad_(requires_grad)
        if type(marked) is not type(data):
            raise RuntimeError(
                f"Creating a Parameter from an instance of type {type(data).__name__} "
                "requires that detach() returns an instance of the same type, but return "
                f"type {type(marked).__name__} was found instead. To use the type as a "
                "Parameter, please correct the detach() semantics defined by "
                "its __torch_dispatch__() implementation."
            )
        marked._is_param = True
        return marked

    def __deepcopy__(self, memo: dict) -> Parameter:
        # Unlike a tensor's, a parameter's copy has no grad.
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.data.clone(), self.requires_grad)
        return memo[id(self)]

    def __repr__(self) -> str:  # type: ignore[override]
        text = super().__repr__()
        return "Parameter containing:\n" + (text if type(self) is Parameter else f"Parameter({text})")

    def __reduce_ex__(self, protocol: Any) -> tuple:
        # Hooks are functions of the program that registered them and do not travel; attributes of the user's do.
        return _rebuild_parameter, (self.data, self.requires_grad, dict(self.__dict__))


def _rebuild_parameter(data: Tensor, requires_grad: bool, attributes: dict) -> Parameter:
    parameter = Parameter(data, requires_grad)
    parameter.__dict__.update(attributes)
    return parameter


# Operations take the short way for parameters as for tensors.
ORDINARY.add(Parameter)
if not MODES:
    PLAIN.add(Parameter)


class _BufferMeta(type(Tensor)):  # type: ignore[misc]
    """A buffer is any tensor that bears the mark: ``isinstance(t, Buffer)`` asks for it, whatever the class."""

    def __instancecheck__(cls, instance: Any) -> bool:
        if super().__instancecheck__(instance):
            return True
        return cls is Buffer and isinstance(instance, Tensor) and getattr(instance, "_is_buffer", False)


class Buffer(Tensor, metaclass=_BufferMeta):
    """A tensor that a module counts among its buffers (state that is not trained) when it is assigned.

    Args:
        data: the tensor whose memory the buffer shares; an empty tensor if left out.
        persistent: whether the buffer is part of the module's :meth:`~Module.state_dict`.

    Example::

        >>> model = nn.Module()
        >>> model.running_mean = nn.Buffer(torch.zeros(3))
        >>> list(model.state_dict())
        ['running_mean']
    """

    __slots__ = ()
    __torch_function__ = disabled

    persistent: bool

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Self:
        if data is None:
            data = ops.empty(0)
        marked = data.detach().requires_grad_(data.requires_grad)
        marked.persistent = persistent
        marked._is_buffer = True
        return marked


# Tensors whose shape is not known yet.

_UNINITIALIZED = (
    "Attempted to use an uninitialized parameter in {}. This error happens when you are using a `LazyModule` or explicitly "
    "manipulating `torch.nn.parameter.{}` objects. When using LazyModules Call `forward` with a dummy batch to initialize "
    "the parameters before calling torch functions"
)
_NO_SHAPE = (
    "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` when "
    "trying to load an uninitialized parameter into an initialized one. Call `forward` to initialize the parameters before "
    "accessing their attributes."
)
_NOT_SHARED = (
    "Can't share memory on an uninitialized parameter or buffer. Call `forward` to initialize the parameters before calling "
    "`module.share_memory()`."
)
#: What converts a tensor, and so may be asked of one without a shape.
_CONVERSIONS = {"char", "cpu", "cuda", "double", "float", "half", "int", "long", "short", "to"}
#: What else may.
_ALLOWED = _CONVERSIONS | {
    "copy_", "get_device", "is_complex", "is_floating_point", "materialize", "requires_grad_", "share_memory_", "size",
}  # fmt: skip


class _Nothing(np.ndarray):
    """The payload of a tensor without a shape: no function takes it."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        raise ValueError(_UNINITIALIZED.format(ufunc.__name__, "UninitializedParameter"))

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        raise ValueError(_UNINITIALIZED.format(func.__name__, "UninitializedParameter"))


class UninitializedTensorMixin(Tensor):
    """What parameters and buffers without a shape share: they can be converted and materialised, and nothing else."""

    __slots__ = ()
    __torch_function__ = disabled

    cls_to_become: type[Tensor]

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Become a parameter or buffer of this shape, with any values; of the dtype that it has, if none is given."""
        self.data = ops.empty(shape, device=device, dtype=self.dtype if dtype is None else dtype)
        self.__class__ = self.cls_to_become  # type: ignore[assignment]

    @property
    def shape(self) -> Any:
        raise RuntimeError(_NO_SHAPE)

    @property
    def data(self) -> Tensor:
        return ops.empty(0, dtype=self.dtype)

    @data.setter
    def data(self, value: Tensor) -> None:
        Tensor.data.fset(self, value)  # type: ignore[attr-defined]

    def share_memory_(self) -> Any:
        raise RuntimeError(_NOT_SHARED)

    def copy_(self, src: Tensor, non_blocking: bool = False) -> Self:
        if not is_lazy(src):
            raise RuntimeError(_NO_SHAPE)
        return self

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if name.startswith("__") or name in _ALLOWED - _CONVERSIONS or not hasattr(Tensor, name) or not callable(value):
            return value
        if name in _CONVERSIONS:
            return lambda *args, **kwargs: self._converted(value(*args, **kwargs))
        return value if name.startswith("_") else self._refused(name)

    def _converted(self, result: Tensor) -> Tensor:
        return self if result is self else Tensor._make_subclass(type(self), result, self.requires_grad)

    def _refused(self, name: str) -> Any:
        def refuse(*args: Any, **kwargs: Any) -> Any:
            words = f"<method '{name}' of 'torch._C.TensorBase' objects>"
            raise ValueError(_UNINITIALIZED.format(words, type(self).__name__))

        return refuse

    def __len__(self) -> int:
        return self._refused("__len__")()

    def __getitem__(self, index: Any) -> Any:
        return self._refused("__getitem__")()

    def __repr__(self) -> str:  # type: ignore[override]
        return f"<{type(self).__name__}>"

    def __deepcopy__(self, memo: dict) -> Any:
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.requires_grad, dtype=self.dtype)  # type: ignore[call-arg]
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> tuple:
        return type(self), (self.requires_grad,)


def _without_shape(cls: Any, requires_grad: bool, device: Any, dtype: Any) -> Any:
    nothing = ops.empty(0, device=device, dtype=dtype)
    nothing._data = nothing._data.view(_Nothing)
    return Tensor._make_subclass(cls, nothing, requires_grad)


class UninitializedParameter(UninitializedTensorMixin, Parameter):
    """A parameter whose shape is not known yet: a lazy module materialises it when it sees its first input.

    Args:
        requires_grad: as of :class:`Parameter`.
        device, dtype: of the parameter to be.

    Raises:
        ValueError: if it is used in any function before.
        RuntimeError: if it is asked for its shape.

    Example::

        >>> parameter = nn.UninitializedParameter()
        >>> parameter
        <UninitializedParameter>
        >>> parameter.materialize((2, 3))
        >>> parameter.shape
        torch.Size([2, 3])
    """

    __slots__ = ()

    cls_to_become = Parameter

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> Self:  # type: ignore[override]
        return _without_shape(cls, requires_grad, device, dtype)


class UninitializedBuffer(UninitializedTensorMixin):
    """A buffer whose shape is not known yet; see :class:`UninitializedParameter`.

    Args:
        requires_grad: whether the buffer to be requires grad.
        device, dtype: of the buffer to be.
        persistent: as of :class:`Buffer`.
    """

    __slots__ = ()

    cls_to_become = Tensor

    def __new__(
        cls, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True
    ) -> Self:
        made = _without_shape(cls, requires_grad, device, dtype)
        made.persistent = persistent
        made._is_buffer = True
        return made


def is_lazy(param: Any) -> bool:
    """Whether `param` is a parameter or buffer without a shape."""
    return isinstance(param, UninitializedTensorMixin)
