"""An unpickler that runs nothing but what is listed here.

Note [What a pickle may do]
    A pickle is a program for a small stack machine, and three of its instructions call things: REDUCE and NEWOBJ call
    what stands on the stack, BUILD sets the attributes of an object. Here the machine knows only the instructions that
    PyTorch's checkpoints need; a name becomes one of the few functions and classes below, or is refused before
    anything is imported; and the three instructions check what they are applied to.
"""

from __future__ import annotations

import pickle
import pickletools
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..arrays import dtypes, types
from ..arrays.strided import reach
from ..core.tensor import Tensor
from ..ops.language.copying import rebuilt
from .format import STORAGES, Global
from .trust import added

_REFUSED = (
    "Weights only load failed. This file can still be loaded, to do so you have two options, \x1b[1mdo those steps only if "
    "you trust the source of the checkpoint\x1b[0m. \n\t(1) In PyTorch 2.6, we changed the default value of the "
    "`weights_only` argument in `torch.load` from `False` to `True`. Re-running `torch.load` with `weights_only` set to "
    "`False` will likely succeed, but it can result in arbitrary code execution. Do it only if you got the file from a "
    "trusted source.\n\t(2) Alternatively, to load with `weights_only=True` please check the recommended steps in the "
    "following error message.\n\tWeightsUnpickler error: {}\n\nCheck the documentation of torch.load to learn more about "
    "types accepted by default with weights_only https://pytorch.org/docs/stable/generated/torch.load.html."
)


def refused(problem: str) -> pickle.UnpicklingError:
    return pickle.UnpicklingError(_REFUSED.format(problem))


def _tensor(storage: Any, offset: Any, size: Any, stride: Any, requires_grad: Any, hooks: Any, *more: Any) -> Tensor:
    """``_rebuild_tensor_v2`` and ``_v3``: a tensor at a place in a storage."""
    memory, dtype = storage
    metadata = more[-1] if more and isinstance(more[-1], dict) else {}
    if dtype is None:
        if not (more and isinstance(more[0], dtypes.dtype)):
            raise refused("a tensor without a dtype")
        dtype = more[0]
        memory = memory[: memory.size // dtype.itemsize * dtype.itemsize].view(dtype.numpy)
    numbers = (offset, *size, *stride)
    if len(size) != len(stride) or not all(type(n) is int and n >= 0 for n in numbers):
        raise refused("a tensor of impossible shape")
    if 0 not in size and offset + reach(tuple(size), tuple(stride)) >= memory.size:
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset}, and itemsize "
            f"{dtype.itemsize} requiring more than the storage's {memory.size * dtype.itemsize} bytes are out of bounds"
        )
    if requires_grad and not (dtype.is_floating_point or dtype.is_complex):
        raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
    out = rebuilt(Tensor, memory, (tuple(size), tuple(stride), offset), dtype, bool(requires_grad))
    if metadata.get("conj"):
        out = out.detach().conj().requires_grad_(bool(requires_grad))  # type: ignore[attr-defined]
    return -out if metadata.get("neg") else out


def _parameter(data: Any, requires_grad: Any, hooks: Any, state: Any = None) -> Any:
    from ..nn.parameter import Parameter

    if not isinstance(data, Tensor):
        raise refused("a Parameter of what is no tensor")
    return Parameter(data, bool(requires_grad))


def _typed(function: Any, kind: Any, args: Any, state: Any) -> Any:
    """``_rebuild_from_type_v2``: a tensor of a class that was added, or with attributes of its own; plain data stay."""
    if function not in (_tensor, _parameter) or not (isinstance(kind, type) and issubclass(kind, Tensor)):
        raise refused("a subclass of Tensor")
    out = function(*args)
    if type(out) is not kind:
        out = out.as_subclass(kind)
    if isinstance(state, dict) and all(isinstance(key, str) and (key == "_is_param" or not key.startswith("_")) for key in state):
        out.__dict__.update(state)
    return out


def _bytes(text: str, encoding: str) -> bytes:
    if encoding != "latin1" or not isinstance(text, str):
        raise refused(f"_codecs.encode with {encoding!r}")
    return text.encode("latin1")


def _bytearray(*arguments: Any) -> bytearray:
    if arguments and not isinstance(arguments[0], (bytes, str)):
        raise refused("a bytearray of a length")  # which would take as much memory as the file likes
    return bytearray(*arguments)


def _size(numbers: Any) -> types.Size:
    return types.Size(numbers)


#: What a checkpoint may call, by the name that PyTorch writes.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "torch._utils._rebuild_tensor_v2": _tensor, "torch._utils._rebuild_tensor_v3": _tensor,
    "torch._utils._rebuild_parameter": _parameter, "torch._utils._rebuild_parameter_with_state": _parameter,
    "torch._tensor._rebuild_from_type_v2": _typed, "torch.Size": _size, "torch.device": types.device,
    "collections.OrderedDict": OrderedDict, "collections.Counter": Counter, "_codecs.encode": _bytes,
    "__builtin__.set": set, "builtins.set": set, "__builtin__.bytearray": _bytearray, "builtins.bytearray": _bytearray,
    "__builtin__.complex": complex, "builtins.complex": complex,
}  # fmt: skip
#: What it may only mention.
VALUES: dict[str, Any] = {
    "torch.Tensor": Tensor,
    **{f"torch.{name}": Global("torch", name) for name in STORAGES},
    "torch.storage.UntypedStorage": Global("torch.storage", "UntypedStorage"),
    **{f"torch.{name}": dtype for name, dtype in dtypes.NAMES.items()},
}
INSTRUCTIONS = [
    getattr(pickle, name)
    for name in (
        "PROTO", "STOP", "MARK", "POP", "EMPTY_DICT", "EMPTY_LIST", "EMPTY_TUPLE", "EMPTY_SET", "APPEND",
        "APPENDS", "SETITEM", "SETITEMS", "ADDITEMS", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "BINPUT",
        "LONG_BINPUT", "MEMOIZE", "BINGET", "LONG_BINGET", "BININT", "BININT1", "BININT2", "LONG1", "LONG4",
        "BINFLOAT", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "SHORT_BINSTRING", "BINBYTES",
        "SHORT_BINBYTES", "NONE", "NEWTRUE", "NEWFALSE", "GLOBAL", "REDUCE", "BUILD", "NEWOBJ", "BINPERSID",
        "FRAME",
    )
]
#: The unpickler in Python, whose instructions can be taken out and replaced.
_Unpickler: Any = vars(pickle)["_Unpickler"]
_machine = _Unpickler.dispatch


def names_in(pickled: bytes) -> Iterator[str]:
    """The classes and functions that a pickle of `save` names, as "module.name"."""
    for instruction, argument, _ in pickletools.genops(pickled):
        if instruction.code.encode("latin1") not in INSTRUCTIONS:
            raise refused(f"Unsupported operand {ord(instruction.code)}")
        if instruction.name == "GLOBAL":
            yield str(argument).replace(" ", ".", 1)


def is_allowed(name: str) -> bool:
    return any([name in table for table in (FUNCTIONS, VALUES, added())])


class Unpickler(_Unpickler):
    """See Note [What a pickle may do]."""

    def __init__(self, file: Any, storage: Callable[[Any], tuple[np.ndarray, dtypes.dtype | None]]) -> None:
        super().__init__(file, encoding="utf-8")
        self.persistent_load = storage
        self.added = added()
        self.callable = [*FUNCTIONS.values(), *self.added.values()]

    def load(self) -> Any:
        try:
            return super().load()
        except KeyError as error:
            raise refused(f"Unsupported operand {error}") from None
        except (pickle.UnpicklingError, RuntimeError, NotImplementedError):
            raise
        except (EOFError, IndexError, TypeError, ValueError, AttributeError, OverflowError, MemoryError) as error:
            raise refused(f"{type(error).__name__}: {error}") from None

    def find_class(self, module: str, name: str) -> Any:
        full = f"{module}.{name}"
        for table in (self.added, FUNCTIONS, VALUES):
            if full in table:
                return table[full]
        raise refused(
            f"Unsupported global: GLOBAL {full} was not an allowed global by default. Please use "
            f"`torch.serialization.add_safe_globals([{full}])` or the `torch.serialization.safe_globals([{full}])` context "
            "manager to allowlist this global if you trust this class/function."
        )

    def _check_callable(self, function: Any) -> None:
        if not any([function is allowed for allowed in self.callable]):
            raise refused(f"a call of {function!r}")

    def load_reduce(self) -> None:
        arguments = self.stack.pop()
        function = self.stack[-1]
        self._check_callable(function)
        self.stack[-1] = function(*arguments)

    def load_newobj(self) -> None:
        arguments = self.stack.pop()
        cls = self.stack.pop()
        self._check_callable(cls)
        if not isinstance(cls, type):
            raise refused(f"a new object of {cls!r}")
        self.append(cls.__new__(cls, *arguments))

    def load_build(self) -> None:
        state = self.stack.pop()
        built = self.stack[-1]
        if type(built) is OrderedDict:
            built.__dict__.update(state)  # a state dict's _metadata
        elif any([type(built) is allowed for allowed in self.added.values()]):
            built.__setstate__(state) if hasattr(built, "__setstate__") else built.__dict__.update(state)
        else:
            raise refused(f"the state of a {type(built).__name__}")

    def _check_top(self, place: int | None, *kinds: type) -> None:
        stack = self.metastack[-1] if place is None else self.stack
        target = stack[-1 if place is None else place]
        if not any([type(target) is kind for kind in (*kinds, *[a for a in self.added.values() if isinstance(a, type)])]):
            raise refused(f"items for a {type(target).__name__}")

    def load_append(self) -> None:
        self._check_top(-2, list)
        _machine[pickle.APPEND[0]](self)

    def load_appends(self) -> None:
        self._check_top(None, list)
        _machine[pickle.APPENDS[0]](self)

    def load_setitem(self) -> None:
        self._check_top(-3, dict, OrderedDict, Counter)
        _machine[pickle.SETITEM[0]](self)

    def load_setitems(self) -> None:
        self._check_top(None, dict, OrderedDict, Counter)
        _machine[pickle.SETITEMS[0]](self)

    def load_additems(self) -> None:
        self._check_top(None, set)
        _machine[pickle.ADDITEMS[0]](self)

    dispatch = {
        **{instruction[0]: _machine[instruction[0]] for instruction in INSTRUCTIONS},
        pickle.REDUCE[0]: load_reduce,
        pickle.NEWOBJ[0]: load_newobj,
        pickle.BUILD[0]: load_build,
        pickle.APPEND[0]: load_append,
        pickle.APPENDS[0]: load_appends,
        pickle.SETITEM[0]: load_setitem,
        pickle.SETITEMS[0]: load_setitems,
        pickle.ADDITEMS[0]: load_additems,
    }
