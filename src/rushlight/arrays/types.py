"""The small types of the torch namespace: Size, device, layout, memory_format, finfo and iinfo."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from typing import Any, NoReturn, Self

import numpy as np

from .dtypes import Constant, bfloat16, dtype, get_default_dtype


class Size(tuple):
    """The shape of a tensor: a tuple of integers whose slices, sums and multiples are Sizes too.

    ``Size(iterable)`` raises TypeError for what is not an integer; ``tuple.__new__(Size, shape)`` skips that check.
    """

    __slots__ = ()
    __module__ = "torch"

    def __new__(cls, sizes: Iterable[Any] = ()) -> Self:
        return tuple.__new__(cls, [_integer(size, i) for i, size in enumerate(sizes)])

    def numel(self) -> int:
        """The number of elements of a tensor of this size."""
        return math.prod(self)

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(str, self))}])"

    def __reduce__(self) -> tuple:
        return _size, (tuple(self),)

    def __getitem__(self, index: Any) -> Any:
        item = tuple.__getitem__(self, index)
        return tuple.__new__(Size, item) if type(index) is slice else item

    def __add__(self, other: Any) -> Size:
        if not isinstance(other, tuple):
            raise TypeError(f"can only concatenate tuple (not {type(other).__name__}) to torch.Size")
        return Size(tuple(self) + tuple(other))

    def __radd__(self, other: Any) -> Any:
        return Size(tuple(other) + tuple(self)) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, count: Any) -> Size:
        return tuple.__new__(Size, tuple.__mul__(self, count))

    __rmul__ = __mul__


def _integer(size: Any, position: int) -> int:
    if type(size) is int:
        return size
    try:
        return operator.index(size)
    except TypeError:
        raise TypeError(
            f"torch.Size() takes an iterable of 'int' (item {position} is '{type(size).__name__}')"
        ) from None


def _size(sizes: tuple) -> Size:
    return Size(sizes)


_DEVICE_TYPES = (
    "cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, mps, meta, hpu, mtia, "
    "privateuseone"
)
_SIGNATURES = " * (torch.device device){}\n * (str type, int index = -1)\n"


class device:
    """Where a tensor lives: ``device("cpu")``, ``device("cpu:0")``, ``device("cpu", 0)``.

    As a context manager it is the default device within the block. Devices that PyTorch knows but this machine lacks
    can be named; :func:`check_device` raises for them when a tensor is to be made. Raises RuntimeError for a string
    that names no device, TypeError for other arguments.
    """

    __slots__ = ("index", "type")
    __module__ = "torch"
    type: str
    index: int | None

    def __init__(self, type: Any = None, index: int | None = None) -> None:
        if isinstance(type, device):
            type, index = type.type, type.index
        elif isinstance(type, str):
            type, index = _parse_device(type, index)
        elif isinstance(type, int) and not isinstance(type, bool):
            raise RuntimeError("Cannot access accelerator device when none is available.")
        else:
            raise TypeError(_no_such_device_call(type))
        object.__setattr__(self, "type", type)
        object.__setattr__(self, "index", index)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        if name in ("type", "index"):
            raise AttributeError(f"attribute '{name}' of 'torch.device' objects is not writable")
        raise AttributeError(f"'torch.device' object has no attribute '{name}'")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, device):
            return NotImplemented
        return self.type == other.type and self.index == other.index

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        return f"device(type='{self.type}'" + (")" if self.index is None else f", index={self.index})")

    def __reduce__(self) -> tuple:
        return _device, (str(self),)

    def __enter__(self) -> Self:
        _default_devices.set((*_default_devices.get(), self))
        return self

    def __exit__(self, *exception: object) -> None:
        _default_devices.set(_default_devices.get()[:-1])


def _device(name: str) -> device:
    return device(name)


def _parse_device(text: str, index: int | None) -> tuple[str, int | None]:
    if not text:
        raise RuntimeError("Device string must not be empty")
    kind, colon, number = text.partition(":")
    letters = kind.replace("_", "a")
    right = letters.isascii() and letters.isalpha()
    if not right or (colon and not (number.isascii() and number.isdigit() and (number == "0" or number[0] != "0"))):
        raise RuntimeError(f"Invalid device string: '{text}'")
    if kind not in _DEVICE_TYPES.split(", "):
        raise RuntimeError(f"Expected one of {_DEVICE_TYPES} device type at start of device string: {kind}")
    if index is None:
        return kind, int(number) if colon else None
    if colon:
        raise RuntimeError(f"type (string) must not include an index because index was passed explicitly: {text}")
    if index < 0:
        raise RuntimeError("Device index must not be negative")
    return kind, index


def _no_such_device_call(argument: Any) -> str:
    kind = type(argument).__name__
    mismatch = f"\n      didn't match because some of the arguments have invalid types: (!{kind}!)"
    return (
        f"device() received an invalid combination of arguments - got ({kind}), but expected one of:\n"
        + _SIGNATURES.format(mismatch)
    )


CPU = device("cpu")
# The device set as the default, then those of the enclosing with blocks: the last one counts.
_default_devices: ContextVar[tuple[device, ...]] = ContextVar("default_devices", default=(CPU,))


def get_default_device() -> device:
    """The device on which tensors are made where none is given."""
    return check_device(None)


def set_default_device(device_: Any) -> None:
    """Set the default device of this thread; None for the CPU."""
    default = CPU if device_ is None else device(device_)
    _default_devices.set((default, *_default_devices.get()[1:]))


def check_device(device_: Any) -> device:
    """The device on which to make a tensor asked for on `device_` (a device, a string, or None for the default).

    There is the CPU alone; for any other device this raises as a CPU build of PyTorch does.
    """
    found = _default_devices.get()[-1] if device_ is None else device_
    if found is CPU:
        return CPU
    kind = device(found).type
    if kind == "cpu":
        return CPU
    if kind in ("cuda", "xpu"):
        raise AssertionError(f"Torch not compiled with {kind.upper()} enabled")
    if kind == "meta":
        raise NotImplementedError("the meta device is not supported")
    raise RuntimeError(f"PyTorch is not linked with support for {kind} devices")


class layout(Constant):
    """How a tensor's elements are stored: strided is the one there is."""

    __slots__ = ()
    __module__ = "torch"


class memory_format(Constant):
    """The order of a tensor's axes in memory."""

    __slots__ = ()
    __module__ = "torch"


strided: layout = layout.define("strided")
contiguous_format: memory_format = memory_format.define("contiguous_format")
preserve_format: memory_format = memory_format.define("preserve_format")
channels_last: memory_format = memory_format.define("channels_last")
channels_last_3d: memory_format = memory_format.define("channels_last_3d")


class _TypeInfo:
    __slots__ = ("_type",)
    _type: dtype

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.dtype == self.dtype  # type: ignore[attr-defined]

    __hash__ = None  # type: ignore[assignment]

    @property
    def dtype(self) -> str:
        return self._type.name

    @property
    def bits(self) -> int:
        return 8 * self._type.itemsize

    def _repr(self, *names: str) -> str:
        values = ", ".join(f"{name}={getattr(self, name):g}" for name in names)
        return f"{type(self).__name__}({values}, dtype={self.dtype})"


class finfo(_TypeInfo):
    """The numerical properties of a floating point dtype (of a complex one's parts; of the default dtype if none)."""

    __slots__ = ()
    __module__ = "torch"

    def __init__(self, type: Any = None) -> None:
        type = get_default_dtype() if type is None else type
        if not isinstance(type, dtype):
            raise TypeError(f"finfo(): argument 'type' (position 1) must be torch.dtype, not {_kind(type)}")
        if type.category < 2:
            raise TypeError(
                "torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'"
            )
        self._type = type.to_real()

    @property
    def eps(self) -> float:
        return 2.0**-7 if self._type is bfloat16 else float(np.finfo(self._type.numpy).eps)

    @property
    def max(self) -> float:
        top = np.finfo(self._type.numpy)
        # The largest float32 with the lower 16 bits of the significand cleared.
        return float(top.max) * (1 - 2.0**-8) / (1 - 2.0**-24) if self._type is bfloat16 else float(top.max)

    @property
    def min(self) -> float:
        return -self.max

    @property
    def smallest_normal(self) -> float:
        return float(np.finfo(self._type.numpy).smallest_normal)

    tiny = smallest_normal

    @property
    def resolution(self) -> float:
        return 1e-2 if self._type is bfloat16 else float(f"1e-{np.finfo(self._type.numpy).precision}")

    def __repr__(self) -> str:
        return self._repr("resolution", "min", "max", "eps", "smallest_normal", "tiny")


class iinfo(_TypeInfo):
    """The range of an integer dtype."""

    __slots__ = ()
    __module__ = "torch"

    def __init__(self, type: Any) -> None:
        if not isinstance(type, dtype):
            raise TypeError(f"iinfo(): argument 'type' (position 1) must be torch.dtype, not {_kind(type)}")
        if type.category > 1:
            raise TypeError("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'")
        if type.category == 0:
            raise TypeError("torch.bool is not supported by torch.iinfo")
        self._type = type

    @property
    def max(self) -> int:
        return int(np.iinfo(self._type.numpy).max)

    @property
    def min(self) -> int:
        return int(np.iinfo(self._type.numpy).min)

    def __repr__(self) -> str:
        return self._repr("min", "max")


def _kind(value: Any) -> str:
    return type(value).__name__


def as_one(like: Any, parts: Sequence[Any]) -> Any:
    """`parts` in a tuple; in a named one where `like` is one."""
    return type(like)(*parts) if hasattr(like, "_fields") else tuple(parts)
