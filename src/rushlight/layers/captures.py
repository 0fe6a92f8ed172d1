"""Writing to a tensor that a function did not get as an argument, inside of a gradient or a derivative along a direction.

Note [Captured tensors]
    What a transform gives to its function are tensors of its own. A tensor that the function has from elsewhere, a global
    or a variable of an enclosing function, would keep what was written to it, with a graph that ends at those; PyTorch
    refuses that. It knows such tensors by their lack of a wrapper. Here all are plain, and nothing tells when one was
    made; so when something is written while a transform is at work (seldom), its function is searched for the names that
    it reads and never binds. What lies in containers and modules is not looked for: it may have been put there meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from types import CodeType, FunctionType, MethodType
from typing import Any

from ..core.op import WRITES
from ..core.tensor import Tensor
from .levels import Gradient, Tangent, entered

CAPTURED = (
    "During a grad (vjp, jvp, grad, etc) transform, the function provided attempted to call in-place operation ({}) that "
    "would mutate a captured Tensor. This is not supported; please rewrite the function being transformed to explicitly "
    "accept the mutated Tensor(s) as inputs."
)


def refuse_captured(x: Tensor, call: Any, arguments: Sequence[Any]) -> None:
    """Raises RuntimeError if a function whose derivative is asked for has `x`, or its memory, from outside."""
    for level in reversed(entered()):
        if isinstance(level, (Gradient, Tangent)) and level.function is not None:
            for tensor in captured(level.function):
                if tensor is x or (tensor._counter is not None and tensor._counter is x._counter):
                    raise RuntimeError(CAPTURED.format(_schema(getattr(call, "func", call).__name__, arguments)))


WRITES.append(refuse_captured)


def captured(function: Callable[..., Any]) -> Iterator[Tensor]:
    """The tensors that a function, or one that it calls by name, reads from outside and does not bind itself."""
    stack: list[Any] = [function]
    seen: set[int] = set()
    while stack:
        found = stack.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, Tensor):
            yield found
        elif isinstance(found, partial):
            stack += [found.func]
        elif isinstance(found, MethodType):
            stack += [found.__func__]
        elif isinstance(found, FunctionType):
            if (found.__module__ or "").split(".")[0] != __name__.split(".")[0]:
                stack += _read(found)
            else:  # one of ours around the program's: what it holds itself is not the program's, nor are its globals
                stack += [value for value in _enclosed(found) if callable(value) and not isinstance(value, Tensor)]


def _read(function: FunctionType) -> Iterator[Any]:
    """The values of the variables from outside that a function reads and never binds."""
    read, bound = _names(function.__code__)
    yield from _enclosed(function, bound)
    for name in read:
        if name in function.__globals__:
            yield function.__globals__[name]


def _enclosed(function: FunctionType, bound: Collection[str] = ()) -> Iterator[Any]:
    """The values of the variables of enclosing functions, but for those `bound`."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        if name not in bound:
            with suppress(ValueError):  # nothing is bound to it yet
                yield cell.cell_contents


@lru_cache(maxsize=1024)
def _names(code: CodeType) -> tuple[frozenset[str], frozenset[str]]:
    """The global names that a code, with that of functions inside of it, reads and never binds; and the names from outside
    that it binds."""
    import dis

    codes, bound, read = [code], set(), set()
    for part in codes:
        codes += [constant for constant in part.co_consts if isinstance(constant, CodeType)]
        for instruction in dis.get_instructions(part):
            if instruction.opname in ("STORE_GLOBAL", "STORE_DEREF"):
                bound.add(instruction.argval)
            elif instruction.opname == "LOAD_GLOBAL":
                read.add(instruction.argval)
    return frozenset(read - bound), frozenset(bound)


#: Operations here that are others to torch; those that have forms for tensors and for numbers, and the place of that argument.
_NAMES = {
    "add_scaled": "add", "sub_scaled": "sub", "_pow_operator": "pow", "_remainder_operator": "remainder",
    "fill_from_tensor_": "fill", "dropout": "mul", "bernoulli_number": "bernoulli",
}  # fmt: skip
_TENSORS = frozenset({"add", "sub", "mul", "div", "floor_divide"})
_FORMS = {
    **dict.fromkeys(("pow", "remainder", "fmod", "fill", "eq", "ne", "lt", "le", "gt", "ge"), 0), "masked_fill": 1, "lerp": 1,
}  # fmt: skip


def _schema(name: str, arguments: Sequence[Any]) -> str:
    """torch's name of the in-place form of an operation that is called with these arguments."""
    name = _NAMES.get(name, name).rstrip("_")
    form = ""
    if name in _TENSORS:
        form = ".Tensor"
    elif name in _FORMS:
        form = ".Tensor" if isinstance(arguments[_FORMS[name]], Tensor) else ".Scalar"
    elif name == "clamp":
        form = ".Tensor" if any([isinstance(a, Tensor) for a in arguments]) else ""
    elif name == "scatter":
        form = ".src" if isinstance(arguments[2], Tensor) else ".value"
    elif name == "index_fill":
        form = ".int_Tensor" if isinstance(arguments[2], Tensor) else ".int_Scalar"
    elif name == "bernoulli":
        form = ".float"
    return f"aten::{name}_{form}"
