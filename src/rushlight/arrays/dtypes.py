"""Torch's dtypes, and the NumPy arrays that stand for them.

Every dtype but bfloat16 has a NumPy dtype of its own. A bfloat16 payload is a :class:`BFloat16Array`: float32 memory
in which every value is rounded to bfloat16. That is how PyTorch's CPU kernels compute too: in float32, rounded once.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any, NoReturn

import numpy as np

_CONSTANTS: dict[str, Constant] = {}


class Constant:
    """A named value of the torch namespace, such as ``torch.float32`` or ``torch.strided``: one object for a name."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"cannot create 'torch.{cls.__name__}' instances")

    @classmethod
    def define(cls, name: str, **attributes: Any) -> Any:
        self = object.__new__(cls)
        for key, value in {"name": name, **attributes}.items():
            object.__setattr__(self, key, value)
        _CONSTANTS[name] = self
        return self

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        kind = type(self).__name__
        if hasattr(self, name):
            raise AttributeError(f"attribute '{name}' of 'torch.{kind}' objects is not writable")
        raise AttributeError(f"'torch.{kind}' object has no attribute '{name}'")

    def __repr__(self) -> str:
        return "torch." + self.name

    def __reduce__(self) -> tuple[Callable[[str], Constant], tuple[str]]:
        return constant, (self.name,)


def constant(name: str) -> Constant:
    """The constant of this name: what a pickled dtype, layout or memory format is loaded through."""
    return _CONSTANTS[name]


class dtype(Constant):
    """The type of a tensor's elements.

    ``name`` is the name in the torch namespace, ``scalar_name`` the one that PyTorch's messages use ("Float", "Long"),
    ``numpy`` the NumPy dtype of the memory, ``category`` the rank of the kind in type promotion: 0 bool, 1 integer,
    2 floating point, 3 complex.
    """

    __slots__ = (
        "abbr", "category", "is_complex", "is_floating_point", "is_signed", "itemsize", "numpy", "scalar_name",
    )  # fmt: skip
    __module__ = "torch"
    abbr: str
    scalar_name: str
    numpy: np.dtype
    category: int
    itemsize: int
    is_floating_point: bool
    is_complex: bool
    is_signed: bool

    @property
    def cpp_name(self) -> str:
        return _CPP_NAMES[self.name]

    def to_real(self) -> dtype:
        """The dtype of the real part."""
        return _REAL.get(self, self)

    def to_complex(self) -> dtype:
        """The complex dtype whose parts have this dtype; integers and bool have none (RuntimeError)."""
        if self.is_complex:
            return self
        if self is float16:
            raise NotImplementedError("torch.complex32 is not supported")
        if not self.is_floating_point:
            raise RuntimeError(f"Unknown Complex ScalarType for {self.scalar_name}")
        return complex128 if self is float64 else complex64


def _define(name: str, abbr: str, scalar_name: str, itemsize: int = 0) -> dtype:
    numpy = np.dtype("float32" if name == "bfloat16" else name)
    category = "biufc".index(numpy.kind)
    return dtype.define(
        name,
        abbr=abbr,
        scalar_name=scalar_name,
        numpy=numpy,
        category=category - (category > 1),
        itemsize=itemsize or numpy.itemsize,
        is_floating_point=numpy.kind == "f",
        is_complex=numpy.kind == "c",
        is_signed=numpy.kind in "ifc",
    )


bool_ = _define("bool", "b8", "Bool")
uint8 = _define("uint8", "u8", "Byte")
int8 = _define("int8", "i8", "Char")
int16 = _define("int16", "i16", "Short")
int32 = _define("int32", "i32", "Int")
int64 = _define("int64", "i64", "Long")
uint16 = _define("uint16", "u16", "UInt16")
uint32 = _define("uint32", "u32", "UInt32")
uint64 = _define("uint64", "u64", "UInt64")
float16 = _define("float16", "f16", "Half")
bfloat16 = _define("bfloat16", "bf16", "BFloat16", itemsize=2)
float32 = _define("float32", "f32", "Float")
float64 = _define("float64", "f64", "Double")
complex64 = _define("complex64", "c64", "ComplexFloat")
complex128 = _define("complex128", "c128", "ComplexDouble")

#: C++'s names, which some of PyTorch's messages use.
_CPP_NAMES = {
    "bool": "bool", "uint8": "unsigned char", "int8": "signed char", "int16": "short int", "int32": "int",
    "int64": "long int", "uint16": "short unsigned int", "uint32": "unsigned int", "uint64": "long unsigned int",
    "float16": "c10::Half", "bfloat16": "c10::BFloat16", "float32": "float", "float64": "double",
    "complex64": "c10::complex<float>", "complex128": "c10::complex<double>",
}  # fmt: skip

_REAL = {complex64: float32, complex128: float64}

#: Every name that a dtype has in the torch namespace (three of them would hide Python's own types here).
NAMES: dict[str, dtype] = {name: d for name, d in _CONSTANTS.items() if isinstance(d, dtype)} | {
    "short": int16, "int": int32, "long": int64, "half": float16, "float": float32, "double": float64,
    "cfloat": complex64, "cdouble": complex128,
}  # fmt: skip


class _ByNumpy(dict[np.dtype, dtype]):
    def __missing__(self, key: np.dtype) -> NoReturn:
        if not key.isnative:
            raise ValueError(
                "given numpy array has byte order different from the native byte order. "
                "Conversion between byte orders is currently not supported."
            )
        raise TypeError(
            f"can't convert np.ndarray of type {key.type.__module__}.{key.type.__name__}. The only supported types "
            "are: float64, float32, float16, complex64, complex128, int64, int32, int16, int8, uint64, uint32, uint16, "
            "uint8, and bool."
        )


#: Torch's dtype for each NumPy dtype; an unsupported one raises PyTorch's error.
BY_NUMPY: dict[np.dtype, dtype] = _ByNumpy({d.numpy: d for d in NAMES.values() if d is not bfloat16})


class BFloat16Array(np.ndarray):
    """A bfloat16 payload: a float32 array that holds bfloat16 values only.

    Whatever NumPy computes from it in float32 is rounded (to nearest, ties to even) and is a BFloat16Array again, 0-d
    results included; results of other dtypes are plain. Reductions run in float32 and round once. Make one with
    :func:`cast`.
    """

    #: Equal to float32's, but another object: an array that has it does not pass for a plain one of float32.
    dtype = np.dtype(np.float32, metadata={"torch": "bfloat16"})  # type: ignore[assignment]

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = (), **kwargs: Any) -> Any:
        if any(hasattr(x, "__array_ufunc__") and not isinstance(x, np.ndarray) for x in inputs):
            return NotImplemented
        if out:
            kwargs["out"] = tuple(map(_plain, out))
        result = getattr(ufunc, method)(*map(_plain, inputs), **kwargs)
        for array in out or inputs[: method == "at"]:
            if type(array) is BFloat16Array:
                _round(_plain(array))
        if out:
            return out[0] if len(out) == 1 else out
        return _rounded(result)

    def __array_function__(self, func: Callable, types: Any, args: Any, kwargs: Any) -> Any:
        if not all(issubclass(t, np.ndarray) for t in types):
            return NotImplemented
        result = func(*_map(_plain, args), **_map(_plain, kwargs))
        out = kwargs.get("out")
        if type(out) is BFloat16Array:
            _round(_plain(out))
            return out
        return _rounded(result, _leaves([args, kwargs]))

    def __getitem__(self, index: Any) -> Any:
        result = super().__getitem__(index)
        return result if isinstance(result, np.ndarray) else _rounded(result)

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(index, value if type(value) is BFloat16Array else cast(np.asarray(value), bfloat16))

    def fill(self, value: Any) -> None:
        self[...] = value


def _own_method(name: str) -> Callable:
    method = getattr(np.ndarray, name)

    def compute(self: BFloat16Array, *args: Any, **kwargs: Any) -> Any:
        return _rounded(method(_plain(self), *_map(_plain, args), **_map(_plain, kwargs)), [self])

    compute.__name__ = name
    return compute


# NumPy runs these in C without asking __array_ufunc__: they would give unrounded values, round twice, or put another
# dtype into a BFloat16Array.
_C_METHODS = "argmax argmin argpartition argsort astype dot mean nonzero round searchsorted std trace var"
for _name in _C_METHODS.split():
    setattr(BFloat16Array, _name, _own_method(_name))


def _plain(array: Any) -> Any:
    # (An array made with the dtype of another is of BFloat16Array's own dtype: it becomes NumPy's again.)
    return array.view(np.float32, np.ndarray) if type(array) is BFloat16Array else array


def _map(function: Callable, values: Any) -> Any:
    if type(values) in (tuple, list):
        return type(values)(_map(function, value) for value in values)
    if type(values) is dict:
        return {key: _map(function, value) for key, value in values.items()}
    return function(values)


def _leaves(values: Any) -> list[BFloat16Array]:
    found: list[BFloat16Array] = []
    _map(lambda value: found.append(value) if type(value) is BFloat16Array else None, values)
    return found


def _round(array: np.ndarray) -> None:
    """Round float32 memory to bfloat16 in place, to nearest, ties to even: the upper half of the bits remains."""
    bits, nan = array.view(np.uint32), np.isnan(array)
    bits += 0x7FFF + ((bits >> 16) & 1)
    bits &= 0xFFFF0000
    if nan.any():  # the carry may have run through the exponent
        array[nan] = np.nan


def _rounded(result: Any, sources: list[BFloat16Array] | tuple = ()) -> Any:
    """`result` with every float32 in it as a BFloat16Array. Views of `sources` hold rounded values already."""
    if type(result) in (tuple, list):
        return type(result)(_rounded(r, sources) for r in result)
    if not isinstance(result, (np.ndarray, np.float32)) or result.dtype != np.float32:
        return result
    array = np.asarray(result)
    if array.size and (array.base is None or not any(np.may_share_memory(array, source) for source in sources)):
        _round(array)
    return array.view(BFloat16Array)


_BFLOAT16 = BFloat16Array.dtype


def of_array(array: Any) -> dtype:
    """The torch dtype of a payload (NumPy array or scalar, or BFloat16Array)."""
    numpy = array.dtype
    return bfloat16 if numpy is _BFLOAT16 else BY_NUMPY[numpy]


def cast(array: Any, dtype: dtype, copy: bool = False) -> Any:
    """`array` as a payload of `dtype`, converted as PyTorch converts; the same object if it has that dtype already
    and `copy` is false.

    Floats are truncated to integers and wrap around (NaN and infinities give what x86 gives), real parts are taken
    of complex numbers (with PyTorch's warning, once), and everything but zero is True.
    """
    source = of_array(array)
    if source is dtype:
        return array.copy() if copy else array
    return _converter(source, dtype)(array)


@cache
def _converter(source: dtype, target: dtype) -> Callable:
    numpy, to = source.numpy, target.numpy
    if source is bfloat16:
        from_float32 = _converter(float32, target) if target is not float32 else np.copy
        return lambda a: from_float32(_plain(a))
    if source.is_complex and target.category in (1, 2):
        real = _REAL[source]
        return lambda a: cast(_discard_imaginary(a), target, copy=target is real)
    if target is bfloat16:
        to_float32 = np.array if source is float32 else _converter(source, float32)
        return lambda a: _rounded(to_float32(a))
    if np.can_cast(numpy, to) or target is bool_ or (source.category < 2 and target is not float16):
        return lambda a: _astype(a, to)
    # As PyTorch does: these unsigned integers get the low bits of an int64, and float16 is rounded from float32.
    via = {uint8: int64, uint32: int64, float16: float32}.get(target, target).numpy

    def convert(a: Any) -> Any:
        try:
            return _astype(a, via).astype(to, copy=False)
        except RuntimeWarning:  # filtered where rushlight is imported, unless the program makes warnings errors
            with np.errstate(over="ignore", invalid="ignore"):
                return _astype(a, via).astype(to, copy=False)

    return convert


def _astype(a: Any, to: Any) -> Any:
    """`a` in another dtype and the same layout; in C's order, as torch, where it is expanded."""
    return a.astype(to) if 0 not in a.strides else a.astype(to, "C")


_warned = False


def _discard_imaginary(array: Any) -> Any:
    global _warned
    if _warned:
        return array.real
    _warned = True
    level, frame, package = 1, sys._getframe(0), __name__.partition(".")[0]
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        level, frame = level + 1, frame.f_back
    warnings.warn("Casting complex values to real discards the imaginary part", UserWarning, stacklevel=level)
    return array.real


_default = float32


def get_default_dtype() -> dtype:
    """The floating point dtype of new tensors made from Python floats."""
    return _default


def set_default_dtype(d: dtype) -> None:
    """Set the floating point dtype of new tensors, for all threads.

    Raises TypeError if `d` is not a floating point dtype.
    """
    global _default
    if not isinstance(d, dtype):
        raise TypeError("invalid dtype object: only floating-point types are supported as the default type")
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    _default = d


# The names that hide Python's own types come last, when nothing in this module needs those any more.
globals().update(NAMES)
