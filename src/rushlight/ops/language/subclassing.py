"""Classes derived from Tensor: made from tensors, kept through operations, told of every call. See `_overriding`."""

from __future__ import annotations

from functools import cache
from typing import Any, NoReturn

from ..._torch_function import DisableTorchFunctionSubclass, disabled, no_dispatch
from ...core.op import MODES
from ...core.tensor import ORDINARY, PLAIN, Tensor
from ...core.views import alias
from ..support.attach import methods
from .legacy import of_class


def as_subclass(self: Tensor, cls: type[Tensor]) -> Any:
    """This tensor as an instance of a subclass of Tensor: a view, with the same memory."""
    if not isinstance(cls, type):
        raise TypeError(f"cls must be a type (got {type(cls).__name__})")
    if not issubclass(cls, Tensor):
        raise TypeError(
            "Creating a Tensor subclass from a class that does not inherit from Tensor is not possible. Make sure your class "
            "inherits from Tensor."
        )
    return of_class(cls, alias(self))


def _torch_function(cls: Any, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
    """What subclasses do with a call if they say nothing else: call `func`, and make its results instances of the class.

    Returns NotImplemented where a class of an argument is not a base of this one.
    """
    if not all([issubclass(cls, kind) for kind in types]):
        return NotImplemented
    with DisableTorchFunctionSubclass():
        result = func(*args, **kwargs) if kwargs else func(*args)
        return result if func in _fields() else _converted(result, cls)


@cache
def _fields() -> tuple[Any, ...]:
    """Attributes that give a tensor which is kept, not a new one: it stays what it is."""
    return Tensor._base.__get__, Tensor.grad.__get__  # type: ignore[attr-defined, union-attr]


def _converted(result: Any, cls: Any) -> Any:
    if cls is Tensor:
        return result
    if isinstance(result, Tensor):
        return result if isinstance(result, cls) else as_subclass(result, cls)
    if isinstance(result, (tuple, list)):
        parts = [_converted(part, cls) for part in result]
        return type(result)(*parts) if hasattr(result, "_fields") else type(result)(parts)
    return result


def _init_subclass(cls: type, **keywords: Any) -> None:
    super(Tensor, cls).__init_subclass__(**keywords)  # type: ignore[misc]
    if cls.__dict__.get("__torch_dispatch__", no_dispatch) is not no_dispatch:
        raise NotImplementedError(
            f"{cls.__name__}.__torch_dispatch__: what is below the functions cannot be overridden here; override __torch_function__"
        )
    if cls.__torch_function__ is not disabled:  # type: ignore[attr-defined]
        from ..._overridable import install

        ORDINARY.add(cls)  # to operations; results become its instances above them
        if not MODES:
            PLAIN.add(cls)
        install()


def _make_wrapper_subclass(*args: Any, **kwargs: Any) -> NoReturn:
    raise NotImplementedError(
        "_make_wrapper_subclass: a tensor without memory needs __torch_dispatch__, which is not here; see as_subclass"
    )


methods(
    as_subclass=as_subclass, __torch_function__=classmethod(_torch_function), __init_subclass__=classmethod(_init_subclass),
    _make_wrapper_subclass=staticmethod(_make_wrapper_subclass),
)  # fmt: skip
