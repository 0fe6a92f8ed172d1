"""``torch.ops.aten``: operations under the names that PyTorch's dispatcher gives them.

``aten.name`` stands for all overloads of an operation, ``aten.name.default`` and ``aten.name.<overload>`` for one of
them. They are what a policy of selective checkpoints is told, and compares with. Called they are the function
``torch.name``; or one of those below, which torch has under no other name. (A name is known if it is that of a function
or of an operation; which overloads it has is not.)
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from ...core.op import OPS
from ...core.tensor import Tensor
from ..later import FUNCTIONS
from .overloads import NAMES, aten_name

_OPS = __package__.rpartition(".")[0]
#: Where PyTorch has these classes.
_MODULE = f"{Tensor.__module__}._ops"

#: Functions that only the dispatcher names, and where they are.
_OWN = {"max_pool2d_with_indices_backward": "neural.pooling.max_pool2d_with_indices_backward", "slice": "layout.splitting.sliced"}

#: Names that programs compare with, of operations that are nowhere called by them here.
_NAMES = {
    "aten": {
        "_efficient_attention_forward", "_flash_attention_forward", "_scaled_dot_product_attention_math",
        "_scaled_dot_product_cudnn_attention", "_scaled_dot_product_efficient_attention",
        "_scaled_dot_product_flash_attention", "_scaled_mm", "detach", "dim", "is_contiguous",
        "is_non_overlapping_and_dense", "is_strides_like_format", "native_dropout", "numel", "size", "storage_offset",
        "stride", "sym_numel", "sym_size", "sym_storage_offset", "sym_stride",
    },
    "prim": {"device"},
}  # fmt: skip


class OpOverload:
    """One overload of an operation."""

    __module__ = _MODULE

    def __init__(self, packet: OpOverloadPacket, overload: str) -> None:
        self.overloadpacket, self._overloadname, self.namespace = packet, overload, packet.namespace
        self._opname = packet.__name__
        self.__name__ = f"{self._opname}.{overload}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.overloadpacket(*args, **kwargs)

    def name(self) -> str:
        name = self.overloadpacket._qualified_op_name
        return name if self._overloadname == "default" else f"{name}.{self._overloadname}"

    def __str__(self) -> str:
        return f"{self.namespace}.{self.__name__}"

    def __repr__(self) -> str:
        return f"<OpOverload(op='{self.namespace}.{self._opname}', overload='{self._overloadname}')>"


class OpOverloadPacket:
    """All overloads of one operation: here, one function."""

    __module__ = _MODULE

    def __init__(self, namespace: str, name: str, function: Any) -> None:
        self.__name__, self.namespace, self._function = name, namespace, function
        self._qualified_op_name = f"{namespace}::{name}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._function is None:
            raise NotImplementedError(f"torch.ops.{self} is not implemented")
        return self._function(*args, **kwargs)

    def __getattr__(self, overload: str) -> OpOverload:
        if overload.startswith("__"):
            raise AttributeError(f"'{self}' can't have an overload name beginning with '__'")
        found = self.__dict__[overload] = OpOverload(self, overload)
        return found

    def overloads(self) -> list[str]:
        raise NotImplementedError(f"torch.ops.{self}.overloads is not implemented")

    def __str__(self) -> str:
        return f"{self.namespace}.{self.__name__}"

    def __repr__(self) -> str:
        return f"<OpOverloadPacket(op='{self}')>"


class _OpNamespace:
    """``torch.ops.aten`` or ``torch.ops.prim``."""

    __module__ = _MODULE

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, name: str) -> OpOverloadPacket:
        function = _function(name) if self.name == "aten" else None
        if function is None and name not in _NAMES[self.name] and (self.name != "aten" or name not in _operations()):
            raise AttributeError(f"'_OpNamespace' '{self.name}' object has no attribute '{name}'", name=name)
        found = self.__dict__[name] = OpOverloadPacket(self.name, name, function)
        return found


def _function(name: str) -> Any:
    """The function that an operation's name stands for, or None."""
    if name in _OWN:
        module, _, function_name = _OWN[name].rpartition(".")
        return getattr(import_module(f"{_OPS}.{module}"), function_name)
    function = getattr(import_module(_OPS), name, None) if name[0] != "_" or name in FUNCTIONS else None
    if function is None and name.endswith("_") and not name.startswith("_"):
        function = getattr(Tensor, name, None)
    return function if callable(function) else None


@cache
def _operations() -> frozenset[str]:
    """The names of PyTorch's operations that operations here have. (Families that are loaded later are functions.)"""
    return frozenset({*[name.partition(".")[0] for name in NAMES], *map(aten_name, OPS.values())})


def overload(name: str) -> OpOverload:
    """The overload of this name, ``sum.dim_IntList``."""
    base, _, overload_name = name.partition(".")
    packet = aten.__dict__.get(base)
    if packet is None:
        packet = aten.__dict__[base] = OpOverloadPacket("aten", base, _function(base))
    return getattr(packet, overload_name)


aten, prim = _OpNamespace("aten"), _OpNamespace("prim")
