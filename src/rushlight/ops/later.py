"""Families of operations that are loaded when one of their names is first asked for: `import rushlight` stays light.

A family is a module of this package. Its ``__all__`` lists its functions, and at its end stand its `methods`, as in
every other file; the table here only says where a name is to be found before the module is loaded.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..core.tensor import Tensor

#: Module of this package (dotted where it is in a folder): what it adds to torch.*, and the methods that it gives Tensor.
FAMILIES: dict[str, tuple[str, str]] = {
}

#: The module of each function of torch.* that is loaded later.
FUNCTIONS = {name: module for module, (functions, _) in FAMILIES.items() for name in functions.split()}


def load(module: str) -> Any:
    return import_module(f"{__package__}.{module}")


class LaterMethod:
    """Stands in Tensor for a method whose family is not loaded yet; loading the family replaces it."""

    def __init__(self, name: str, module: str) -> None:
        self.name, self.module = name, module

    def __get__(self, tensor: Tensor | None, owner: type[Tensor]) -> Any:
        load(self.module)
        return getattr(owner if tensor is None else tensor, self.name)


for _module, (_, _names) in FAMILIES.items():
    for _name in _names.split():
        setattr(Tensor, _name, LaterMethod(_name, _module))
