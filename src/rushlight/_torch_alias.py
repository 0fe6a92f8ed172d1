"""`torch` as a second name of this package: `install_as_torch()`.

A finder at the head of `sys.meta_path` answers every import of `torch` and `torch.X.Y` with the modules `rushlight` and
`rushlight.X.Y` themselves: the same objects, so that `torch.nn is rushlight.nn` and a class has one identity under both
names. What rushlight lacks is a ModuleNotFoundError here and now. The finders after this one are never asked about a
torch name, so that an installed PyTorch is never reached.
"""

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec
from types import ModuleType
from typing import Any

_PACKAGE = __package__


class _TorchAlias:
    """Meta path finder and loader of `torch` and everything below it."""

    @classmethod
    def find_spec(cls, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname.partition(".")[0] != "torch":
            return None
        name = _own_name(fullname)
        if name not in sys.modules and find_spec(name) is None:
            error = ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
            error.add_note(lacking(fullname))
            raise error
        return ModuleSpec(fullname, cls)  # type: ignore[arg-type]

    @staticmethod
    def create_module(spec: ModuleSpec) -> None:
        """None: the import system makes a module to throw away, and sets its attributes instead of ours."""

    @staticmethod
    def exec_module(module: ModuleType) -> None:
        # The import system takes what stands in sys.modules after this call for the module that was asked for.
        sys.modules[module.__name__] = import_module(_own_name(module.__name__))
        _name_loaded_modules()


class _OwnModules:
    """Meta path finder of what lies below this package: its classes get their torch names as soon as they are made."""

    @staticmethod
    def find_spec(fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if not fullname.startswith(f"{_PACKAGE}."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _NamingLoader(spec.loader.name, spec.loader.path)
        return spec


class _NamingLoader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        _name_classes(module)
        _name_missing(module)


def _name_classes(module: ModuleType) -> None:
    """Let the classes that `module` defines say that they are from torch, where everything of this package can be found."""
    for value in list(vars(module).values()):
        if isinstance(value, type) and value.__module__ == module.__name__:
            value.__module__ = _torch_name(value.__module__)


def _name_missing(module: ModuleType) -> None:
    """Let the error about a name that `module` lacks speak of torch's module."""
    own = vars(module).get("__getattr__")
    if module.__name__ == _PACKAGE or (own is not None and own.__module__ == __name__):
        return
    torch_name = _torch_name(module.__name__)

    def __getattr__(name: str) -> Any:
        if own is not None:
            try:
                return own(name)
            except AttributeError as error:
                if error.name != name:
                    raise
        failure = AttributeError(f"module {torch_name!r} has no attribute {name!r}", name=name, obj=module)
        failure.add_note(lacking(f"{torch_name}.{name}"))
        raise failure

    vars(module)["__getattr__"] = __getattr__


def _torch_name(own_name: str) -> str:
    return f"torch{own_name.removeprefix(_PACKAGE)}"


def _own_name(torch_name: str) -> str:
    return _PACKAGE + torch_name.removeprefix("torch")


def _name_loaded_modules() -> None:
    """Give every module of ours that is loaded its torch name, so that importing it by that name loads nothing.

    The import system binds what it has loaded in the parent package. That must not happen to us a second time: it would
    put the module `gradcheck` in the place of the function `torch.autograd.gradcheck`, which the package bound later.
    """
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == _PACKAGE:
            sys.modules[_torch_name(name)] = module


def lacking(torch_name: str) -> str:
    """The note on an error about a torch name that this package does not have."""
    return f"torch is {_PACKAGE} here, and {_PACKAGE} does not have {torch_name}."


def install_as_torch() -> None:
    """Make `import torch`, and of anything below it, give this package for the rest of the process, in every thread.

    For a program that imports libraries written for PyTorch; `rushlight run` does it for a script. Call it before the
    first import of torch; calling it again changes nothing.

    Raises:
        ImportError: PyTorch itself is already imported in this process.

    Example::

        import rushlight
        rushlight.install_as_torch()
        import torch.nn.functional as F     # rushlight.nn.functional
    """
    package = sys.modules[_PACKAGE]
    present = sys.modules.get("torch")
    if present is not None and present is not package:
        origin = getattr(present, "__file__", None) or "an unknown place"
        raise ImportError(
            f"PyTorch is already imported in this process, from {origin}: "
            f"call {_PACKAGE}.install_as_torch() before the first import of torch",
            name="torch",
        )
    if _TorchAlias not in sys.meta_path:
        sys.meta_path[:0] = [_TorchAlias, _OwnModules]  # type: ignore[list-item]
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] == _PACKAGE:
                _name_classes(module)
                _name_missing(module)
    _name_loaded_modules()
