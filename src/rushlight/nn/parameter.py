"""Parameters and buffers: the tensors that a module keeps as its state."""

from __future__ import annotations

from typing import Any, Self

from .. import ops
from ..core import Tensor
from ..core.tensor import PLAIN

__all__ = ["Buffer", "Parameter"]


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
        return "Parameter containing:\n" + super().__repr__()

    def __reduce_ex__(self, protocol: Any) -> tuple:
        # Hooks are functions of the program that registered them and do not travel; attributes of the user's do.
        return _rebuild_parameter, (self.data, self.requires_grad, dict(self.__dict__))


def _rebuild_parameter(data: Tensor, requires_grad: bool, attributes: dict) -> Parameter:
    parameter = Parameter(data, requires_grad)
    parameter.__dict__.update(attributes)
    return parameter


# Operations take the short way for parameters as for tensors.
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

    persistent: bool

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Self:
        if data is None:
            data = ops.empty(0)
        marked = data.detach().requires_grad_(data.requires_grad)
        marked.persistent = persistent
        marked._is_buffer = True
        return marked
