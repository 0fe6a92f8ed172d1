"""Reading whole objects from those whom one trusts: an unpickler that calls whatever the file names, as Python's does."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

from .trust import PACKAGE
from .unpickler import FUNCTIONS, VALUES

_OWN = {name: value for name, value in {**FUNCTIONS, **VALUES}.items() if name.startswith("torch.")}


def load_trusted(file: Any, storage: Callable[[Any], Any], pickle_module: ModuleType, **arguments: Any) -> Any:
    """The object in `file`, with the memory that `storage` finds for a persistent id.

    What PyTorch wrote about classes of its own is read as ours of the same name.
    """

    base: Any = pickle_module.Unpickler

    class Unpickler(base):
        def persistent_load(self, pid: Any) -> Any:
            return storage(pid)

        def find_class(self, module: str, name: str) -> Any:
            if f"{module}.{name}" in _OWN:
                return _OWN[f"{module}.{name}"]
            package, _, rest = module.partition(".")
            return _ours(rest, name) if package in ("torch", PACKAGE) else super().find_class(module, name)

    return Unpickler(file, **arguments).load()


def _ours(module: str, name: str) -> Any:
    """What is called so in this package: in that module, or in a package around it, which has it from another one."""
    parts = module.split(".") if module else []
    found: Any = None
    for length in range(len(parts), -1, -1):
        path = ".".join([PACKAGE, *parts[:length]])
        try:
            found = import_module(path)
        except ModuleNotFoundError:
            continue
        for attribute in name.split("."):
            found = getattr(found, attribute, None)
        if found is not None:
            return found
    wanted = ".".join(["torch", *parts, name])
    raise NotImplementedError(f"the file names {wanted}, and {PACKAGE} does not have that")
