"""How a call of a public function reaches ``__torch_function__``: whom it concerns, in which order, and when it is looked for.

Note [Another code for public functions]
    A program without a subclass of Tensor pays nothing: its functions do not ask whether somebody overrides them. The
    first such class (`Tensor.__init_subclass__`), or the first import of `torch.overrides`, lets every public function
    *ask* from then on: the function gets another ``__code__``, which looks at the arguments, and what it did before goes on
    in a second function. So it stays the object that it was: ``func is torch.add`` holds, keys of dicts stay keys, and a
    name that was imported earlier asks too. That also holds for calls from within; there it is quick, as overrides are
    switched off while PyTorch's own work is done.

    A class that is no Tensor and has ``__torch_function__`` is seen from then on as well. Nothing in Python tells when such a
    class is made: a program that has only such classes imports `torch.overrides` first.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from functools import cache
from inspect import Parameter as Argument
from inspect import signature
from types import FunctionType
from typing import Any

import numpy as np

from ._torch_function import ALL, HERE, MODES, ORIGINALS, DisableTorchFunction, disabled
from .core.tensor import Tensor
from .ops.support.attach import copied

#: The classes of most arguments, of which none overrides anything.
QUIET: set[type] = {
    Tensor, int, float, bool, str, complex, type(None), type, slice, type(...), np.ndarray, np.float32, np.float64, np.int64,
}  # fmt: skip
#: Those that are nevertheless in `types` where PyTorch's function is written in Python.
_EXACT = frozenset((Tensor,))


def overrides(kind: type) -> bool:
    """Whether a class has a ``__torch_function__`` that may do something else than the function."""
    function = getattr(kind, "__torch_function__", None)
    return function is not None and function is not disabled


def overloaded(arguments: Iterable[Any], exact: bool = False) -> list[Any]:
    """The arguments, one of each class, to be asked in this order: as they stand, but a subclass before its bases.

    Lists and tuples are looked into. Plain tensors are left out, unless `exact`.
    """
    found: list[Any] = []
    _collect(arguments, exact, found)
    return found


def _collect(arguments: Iterable[Any], exact: bool, found: list[Any]) -> None:
    for a in arguments:
        kind = type(a)
        if kind in QUIET and not (exact and kind in _EXACT):
            continue
        if kind is list or kind is tuple:
            _collect(a, exact, found)
        elif overrides(kind) and not any([type(other) is kind for other in found]):
            before = [i for i, other in enumerate(found) if issubclass(kind, type(other))]
            found.insert(before[0] if before else len(found), a)


def dispatch(public: Any, found: list[Any], args: Any, kwargs: Any, written_in_python: bool) -> Any:
    """What the innermost mode, or else the first of the `found` arguments that knows, makes of ``public(*args, **kwargs)``.

    Raises TypeError if all of them return NotImplemented.
    """
    types = tuple([type(a) for a in found])
    modes, mode = HERE.modes, None
    if modes and HERE.off != ALL:
        mode = modes.pop()
        try:
            result = mode.__torch_function__(public, types, args, kwargs)
        finally:
            modes.append(mode)
        if result is not NotImplemented:
            return result
    if not HERE.off:
        for a in found:
            method = a.__torch_function__
            if getattr(method, "__self__", None) is a:
                warnings.warn(
                    "Defining your `__torch_function__ as a plain method is deprecated and will be an error in future, please "
                    "define it as a classmethod.",
                    DeprecationWarning,
                    stacklevel=4,
                )
            result = method(public, types, args, kwargs)
            if result is not NotImplemented:
                return result
    raise _nobody(public, types, mode, written_in_python)


def _nobody(public: Any, types: tuple[type, ...], mode: Any, written_in_python: bool) -> TypeError:
    name = getattr(public, "__name__", "")
    if written_in_python:
        nor = f" nor in mode {mode}" if mode is not None else ""
        return TypeError(
            f"no implementation found for '{torch_module(public)}.{name}' on types that implement __torch_function__: "
            f"{list(types)}{nor}"
        )
    lines = [f"  - mode object {mode!r}\n"] if mode is not None else []
    lines += [f"  - tensor subclass {kind!r}\n" for kind in types]
    space = NAMESPACES.get(public, "torch")
    short = space.rpartition(".")[2]
    if short in ("linalg", "fft", "special"):
        name = f"{short}_{name.removeprefix(f'{short}_')}"
    called = f"{space.removesuffix('.functional')}.{name}"
    return TypeError(
        f"Multiple dispatch failed for '{called}'; all __torch_function__ handlers returned NotImplemented:\n\n"
        f"{''.join(lines)}\nFor more information, try re-running with TORCH_LOGS=not_implemented"
    )


def torch_module(function: Any) -> Any:
    """The module in which PyTorch has a function that it wrote in Python."""
    from . import functional

    space = NAMESPACES.get(function) or getattr(function, "__module__", "")
    if space == "torch" and function.__name__ in functional.__all__:
        return "torch.functional"
    return "torch._tensor" if space == "torch.Tensor" else space


#: The namespace of every function that asks.
NAMESPACES: dict[Any, str] = {}


# Public functions that ask.


def asking(public: Any, original: Callable[..., Any], *, python: bool = False, modes_only: bool = False,
           named: bool = False, extra: str = "", attribute: bool = False, operator: bool = False) -> Any:  # fmt: skip
    """`original`, unless an argument or a mode overrides `public`.

    `python`: PyTorch's function is written in Python, and hands its arguments on in its own form (`named`,
    `extra`: see `python_form`);
    `modes_only`: its arguments are not asked; `attribute`: it reads or
    writes an attribute of its first argument; `operator`: it leaves to Python what it does not know.
    """
    form = cache(lambda: python_form(original, named, extra))

    def ask(*args: Any, **kwargs: Any) -> Any:
        if not MODES[0]:
            for a in args:
                if a.__class__ not in QUIET:
                    break
            else:
                if not kwargs:
                    return original(*args)
        here = HERE
        if here.off == ALL:
            return original(*args, **kwargs)
        if here.skip:
            here.skip = False
            if python:
                return original(*args, **kwargs)
            with DisableTorchFunction():
                return original(*args, **kwargs)
        modes = here.modes
        found = [] if modes_only or here.off else overloaded((*args, *kwargs.values()))
        if not found and (not modes or _from_within(args)):
            return original(*args, **kwargs)
        if python:
            args, kwargs = form()(args, kwargs)
            found = [] if here.off else overloaded((*args, *kwargs.values()), exact=True)
        elif attribute and modes:
            found = found or [args[0]]
        if not operator:
            return dispatch(public, found, args, kwargs if python else kwargs or None, python)
        try:
            return dispatch(public, found, args, kwargs if python else None, python)
        except TypeError:
            return NotImplemented

    return ask


def _from_within(args: tuple[Any, ...]) -> bool:
    """Whether a call is a derivative rule's, on payloads: no mode is to see it."""
    return any([isinstance(a, (np.ndarray, np.generic)) for a in args]) and not any([isinstance(a, Tensor) for a in args])


def python_form(function: Callable[..., Any], all_named: bool = False, extra: str = "") -> Callable[..., Any]:
    """A function of the arguments: as PyTorch's Python functions hand them on, what has no default by its place, the rest named.

    `extra` is a parameter that they do not have, or not hand on, unless it is given.
    """
    parameters = signature(function).parameters.values()
    names = [p.name for p in parameters if p.kind is Argument.POSITIONAL_OR_KEYWORD]
    several = next((p.name for p in parameters if p.kind is Argument.VAR_POSITIONAL), None)
    defaults = {p.name: p.default for p in parameters if p.kind not in (Argument.VAR_POSITIONAL, Argument.VAR_KEYWORD)}

    def form(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        given = {**dict(zip(names, args)), **kwargs}
        if (len(args) > len(names) and not several) or not kwargs.keys() <= defaults.keys():
            return args, kwargs  # the function will refuse them
        placed: list[Any] = []
        named: dict[str, Any] = {}
        for name, default in defaults.items():
            value = given.get(name, default)
            if value is Argument.empty:
                return args, kwargs
            if default is Argument.empty and name in names and not all_named:
                placed.append(value)
            elif name != extra or value is not default:
                named[name] = value
        return (*placed, *args[len(names) :]), named

    return form


def hidden(original: Callable[..., Any]) -> Callable[..., Any]:
    """`original`, the engine, whose own calls nobody overrides."""

    def call(*args: Any, **kwargs: Any) -> Any:
        here = HERE
        before, here.outside, here.off = (here.outside, here.off), here.off, ALL
        try:
            return original(*args, **kwargs)
        finally:
            here.outside, here.off = before

    return call


def shown(original: Callable[..., Any]) -> Callable[..., Any]:
    """`original`, by which the engine calls a program's own function: there overrides are as they were outside."""

    def call(*args: Any, **kwargs: Any) -> Any:
        here = HERE
        before, here.off = here.off, here.outside
        try:
            return original(*args, **kwargs)
        finally:
            here.off = before

    return call


@cache
def _code(cells: int) -> Any:
    """The code of a function that calls its keyword `_ask` instead, for a function with so many variables from outside."""
    names = [f"_{i}" for i in range(cells)]
    lines = [
        f"def outer({', '.join(names)}):",
        "    def call(*args, _ask, **kwargs):",
        f"        if 0: {', '.join(names) or 'pass'}",
        "        return _ask(*args, **kwargs)",
        "    return call",
    ]
    scope: dict[str, Any] = {}
    exec(compile("\n".join(lines), __file__, "exec"), scope)
    code = scope["outer"](*names).__code__
    assert len(code.co_freevars) == cells
    return code


def replace(function: FunctionType, instead: Callable[[FunctionType], Callable[..., Any]]) -> None:
    """Lets `function`, which stays the object that it is, do what ``instead(original)`` does."""
    if function in ORIGINALS:
        return
    code = function.__code__
    ORIGINALS[function] = original = copied(function)
    original.__name__, original.__qualname__ = function.__name__, function.__qualname__
    ask = instead(original)
    function.__kwdefaults__ = {"_ask": ask}
    function.__code__ = _code(len(code.co_freevars)).replace(co_name=code.co_name, co_qualname=code.co_qualname)
    function.__wrapped__ = original  # type: ignore[attr-defined] # its signature
