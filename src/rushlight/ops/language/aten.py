"""``torch.ops.aten``: operations under the names that PyTorch's dispatcher gives them.

``aten.name``, ``aten.name.default`` and ``aten.name.<overload>`` are all the function ``torch.name``; or one of those
below, which torch has under no other name.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_OPS = __package__.rpartition(".")[0]

#: Functions that only the dispatcher names, and where they are.
_OWN = {"max_pool2d_with_indices_backward": "neural.pooling.max_pool2d_with_indices_backward", "slice": "layout.splitting.sliced"}


class OpOverloadPacket:
    """All overloads of one operation: here, one function."""

    def __init__(self, name: str, function: Any) -> None:
        self.__name__, self._function = name, function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function(*args, **kwargs)

    def __getattr__(self, overload: str) -> Any:
        if overload.startswith("__"):
            raise AttributeError(overload)
        return self._function

    def __repr__(self) -> str:
        return f"<OpOverloadPacket(op='aten.{self.__name__}')>"


def __getattr__(name: str) -> Any:
    package = import_module(_OPS)
    function = None
    if name in _OWN:
        module, _, function_name = _OWN[name].rpartition(".")
        function = getattr(import_module(f"{_OPS}.{module}"), function_name)
    elif not name.startswith("_"):
        function = getattr(package, name, None)
    if not callable(function):
        raise AttributeError(f"'_OpNamespace' 'aten' object has no attribute '{name}'", name=name)
    return OpOverloadPacket(name, function)
