"""`assert_close`: tensors, numbers, arrays, and nested sequences and mappings of them."""

from __future__ import annotations

import cmath
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from .. import ops
from ..arrays import dtypes
from ..core.tensor import Tensor

#: The default tolerances, relative and absolute, of each dtype; the others must be equal.
TOLERANCES = {
    dtypes.float16: (0.001, 1e-5), dtypes.bfloat16: (0.016, 1e-5), dtypes.float32: (1.3e-6, 1e-5),
    dtypes.float64: (1e-7, 1e-7), dtypes.complex64: (1.3e-6, 1e-5), dtypes.complex128: (1e-7, 1e-7),
}  # fmt: skip
_OLD_TOLERANCES = {dtypes.float16: (1e-3, 1e-3), dtypes.float32: (1e-4, 1e-5), dtypes.float64: (1e-5, 1e-8)}
_NUMBERS = {int: dtypes.int64, float: dtypes.float64, complex: dtypes.complex128}


class _Failure(Exception):
    """An error to be raised, of class `kind`, about the item at `path`."""

    def __init__(self, kind: type[Exception], message: str, path: tuple[Any, ...]) -> None:
        super().__init__(message)
        self.kind, self.message, self.path = kind, message, path

    def error(self, msg: Any) -> Exception:
        if isinstance(msg, str):
            return self.kind(msg)
        words = self.message
        if self.path:
            words += f"\n\nThe failure occurred for item {''.join([f'[{item!r}]' for item in self.path])}"
        return self.kind(msg(words) if callable(msg) else words)


@dataclass
class _Options:
    allow_subclasses: bool
    rtol: float | None
    atol: float | None
    equal_nan: bool
    check_device: bool
    check_dtype: bool
    check_layout: bool
    check_stride: bool

    def tolerances(self, kinds: tuple[Any, Any], path: tuple[Any, ...]) -> tuple[float, float]:
        """Those that were given, or the looser ones of two dtypes."""
        if (self.rtol is None) is not (self.atol is None):
            missing = "rtol" if self.rtol is None else "atol"
            words = f"Both 'rtol' and 'atol' must be either specified or omitted, but got no {missing}."
            raise _Failure(ValueError, words, path)
        if self.rtol is not None and self.atol is not None:
            return self.rtol, self.atol
        (r1, a1), (r2, a2) = [TOLERANCES.get(kind, (0.0, 0.0)) for kind in kinds]
        return max(r1, r2), max(a1, a2)


def assert_close(
    actual: Any, expected: Any, *, allow_subclasses: bool = True, rtol: float | None = None, atol: float | None = None,
    equal_nan: bool = False, check_device: bool = True, check_dtype: bool = True, check_layout: bool = True,
    check_stride: bool = False, msg: str | Callable[[str], str] | None = None,
) -> None:  # fmt: skip
    """Asserts that ``|actual - expected| <= atol + rtol * |expected|`` everywhere, and that the attributes are equal.

    Sequences and mappings are compared item by item. Numbers may be NumPy's; what `as_tensor` takes may stand for a
    tensor. The tolerances depend on the dtype unless both are given. `msg` replaces the message, or is called with it.

    Raises AssertionError that says what differs and where, ValueError for one tolerance alone, TypeError for what
    cannot be compared.

    >>> assert_close([1.0, 2.0], [1.0, 2.0 + 1e-9])
    """
    __tracebackhide__ = True
    options = _Options(
        allow_subclasses, rtol, atol, equal_nan, check_device, check_dtype, check_layout, check_stride
    )  # fmt: skip
    failure = None
    try:
        comparisons = list(_comparisons(actual, expected, (), options))
    except _Failure as found:
        failure, msg = found, None
    else:
        for compare in comparisons:
            try:
                compare()
            except _Failure as found:
                failure = found
                break
    if failure is not None:
        raise failure.error(msg)


def assert_allclose(
    actual: Any, expected: Any, rtol: float | None = None, atol: float | None = None, equal_nan: bool = True, msg: str = ""
) -> None:  # fmt: skip
    """The older form of `assert_close`: without a look at dtypes, with wider tolerances. Deprecated."""
    __tracebackhide__ = True
    warnings.warn(
        "`torch.testing.assert_allclose()` is deprecated since 1.12 and will be removed in a future release. Please use "
        "`torch.testing.assert_close()` instead. You can find detailed upgrade instructions in "
        "https://github.com/pytorch/pytorch/issues/61844.",
        FutureWarning,
        stacklevel=2,
    )
    actual = actual if isinstance(actual, Tensor) else ops.tensor(actual)
    expected = expected if isinstance(expected, Tensor) else ops.tensor(expected, dtype=actual.dtype)
    if rtol is None and atol is None:
        pairs = [_OLD_TOLERANCES.get(x.dtype, (0.0, 0.0)) for x in (actual, expected)]
        rtol, atol = max(r for r, _ in pairs), max(a for _, a in pairs)
    assert_close(actual, expected, rtol=rtol, atol=atol, equal_nan=equal_nan, check_dtype=False, msg=msg or None)


def _comparisons(actual: Any, expected: Any, path: tuple[Any, ...], options: _Options) -> Iterator[Callable[[], None]]:
    """The comparisons of all that is in two nested structures, which must have the same form."""
    pair = (actual, expected)
    if all([isinstance(x, Sequence) and not isinstance(x, str) for x in pair]):
        if len(actual) != len(expected):
            words = f"The length of the sequences mismatch: {len(actual)} != {len(expected)}"
            raise _Failure(AssertionError, words, path)
        for i in range(len(actual)):
            yield from _comparisons(actual[i], expected[i], (*path, i), options)
    elif all([isinstance(x, Mapping) for x in pair]):
        for key in _common_keys(actual, expected, path):
            yield from _comparisons(actual[key], expected[key], (*path, key), options)
    elif None in [x if x is None else 0 for x in pair]:
        yield lambda: _compare_none(actual, expected, path)
    elif all([isinstance(x, (bool, np.bool_)) for x in pair]):
        yield lambda: _compare_booleans(bool(actual), bool(expected), path)
    elif all([isinstance(x, (int, float, complex, np.number)) for x in pair]):
        a, b = [x.item() if isinstance(x, np.number) else x for x in pair]
        kinds = tuple([_NUMBERS.get(type(x), _NUMBERS[int]) for x in (a, b)])
        tolerances = options.tolerances(kinds, path)  # type: ignore[arg-type]
        yield lambda: _compare_numbers(a, b, tolerances, options, path)
    else:
        x, y = _tensors(actual, expected, path, options.allow_subclasses)
        tolerances = options.tolerances((x.dtype, y.dtype), path)
        yield lambda: _compare_tensors(x, y, tolerances, options, path)


def _common_keys(actual: Mapping[Any, Any], expected: Mapping[Any, Any], path: tuple[Any, ...]) -> list[Any]:
    keys, wanted = set(actual), set(expected)
    if keys != wanted:
        raise _Failure(
            AssertionError,
            f"The keys of the mappings do not match:\nMissing keys in the actual mapping: {sorted(wanted - keys)}\n"
            f"Additional keys in the actual mapping: {sorted(keys - wanted)}",
            path,
        )
    try:
        return sorted(keys)
    except TypeError:
        return list(actual)


def _tensors(actual: Any, expected: Any, path: tuple[Any, ...], allow_subclasses: bool) -> list[Tensor]:
    related = isinstance(actual, type(expected)) or isinstance(expected, type(actual))
    if related and (allow_subclasses or type(actual) is type(expected)):
        try:
            return [x if isinstance(x, Tensor) else ops.as_tensor(x) for x in (actual, expected)]
        except (TypeError, ValueError, RuntimeError):
            pass
    words = f"No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}."
    raise _Failure(TypeError, words, path)


def _compare_none(actual: Any, expected: Any, path: tuple[Any, ...]) -> None:
    if actual is not expected:
        raise _Failure(AssertionError, f"None mismatch: {actual} is not {expected}", path)


def _compare_booleans(actual: bool, expected: bool, path: tuple[Any, ...]) -> None:
    if actual is not expected:
        raise _Failure(AssertionError, f"Booleans mismatch: {actual} is not {expected}", path)


def _compare_numbers(a: Any, b: Any, tolerances: tuple[float, float], options: _Options, path: tuple[Any, ...]) -> None:
    rtol, atol = tolerances
    if options.check_dtype and type(a) is not type(b):
        raise _Failure(AssertionError, f"The (d)types do not match: {type(a)} != {type(b)}.", path)
    if a == b or (options.equal_nan and cmath.isnan(a) and cmath.isnan(b)):
        return
    difference = abs(a - b)
    if not (cmath.isfinite(difference) and difference <= atol + rtol * abs(b)):
        raise _Failure(AssertionError, _number_mismatch(a, b, rtol, atol), path)


def _compare_tensors(
    x: Tensor, y: Tensor, tolerances: tuple[float, float], options: _Options, path: tuple[Any, ...]
) -> None:
    def refuse(attribute: str, a: Any, b: Any) -> NoReturn:
        raise _Failure(AssertionError, f"The values for attribute '{attribute}' do not match: {a} != {b}.", path)

    if x.shape != y.shape:
        refuse("shape", x.shape, y.shape)
    if options.check_stride and x.stride() != y.stride():
        refuse("stride()", x.stride(), y.stride())
    if options.check_device and x.device != y.device:
        refuse("device", x.device, y.device)
    if x.dtype is not y.dtype:
        if options.check_dtype:
            refuse("dtype", x.dtype, y.dtype)
        common = ops.promote_types(*[_signed(d) for d in (x.dtype, y.dtype)])
        x, y = x.to(common), y.to(common)
    x, y, (rtol, atol) = x.detach(), y.detach(), tolerances
    close = ops.isclose(x, y, rtol, atol, options.equal_nan)
    if not bool(close.all()):
        mismatch = (
            _number_mismatch(x.item(), y.item(), rtol, atol) if x.ndim == 0 else _mismatch(x, y, close, rtol, atol)
        )
        raise _Failure(AssertionError, mismatch, path)


def _signed(dtype: dtypes.dtype) -> dtypes.dtype:
    """int64 for the wider unsigned integers, which no other dtype promotes with."""
    return dtypes.int64 if dtype in (dtypes.uint16, dtypes.uint32, dtypes.uint64) else dtype


def _number_mismatch(a: Any, b: Any, rtol: float, atol: float) -> str:
    difference = abs(a - b)
    relative = float("inf") if b == 0 else difference / abs(b)
    return _words("Scalars", f"Expected {b} but got {a}.", (difference, None), (relative, None), rtol, atol)


def _mismatch(x: Tensor, y: Tensor, close: Tensor, rtol: float, atol: float) -> str:
    missed = close.numel() - int(close.sum())
    counts = f"Mismatched elements: {missed} / {close.numel()} ({missed / close.numel():.1%})"
    if x.dtype.category < 2:
        x, y = x.to(dtypes.int64), y.to(dtypes.int64)
    zero = ops.zeros((), dtype=dtypes.int64)
    absolute = ops.where(close, zero.to(abs(x).dtype), abs(x - y))
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = absolute / abs(y)
    relative = ops.where(close, zero.to(relative.dtype), relative)
    return _words("Tensor-likes", counts, _greatest(absolute), _greatest(relative), rtol, atol)


def _greatest(values: Tensor) -> tuple[Any, tuple[int, ...]]:
    flat = values.flatten()
    place = int(flat.argmax())
    return flat[place].item(), tuple([int(i) for i in np.unravel_index(place, tuple(values.shape))])


def _words(what: str, extra: str, absolute: Any, relative: Any, rtol: float, atol: float) -> str:
    equal = rtol == 0 and atol == 0
    lines = [f"{what} are not {'equal' if equal else 'close'}!", "", extra]
    for kind, (difference, place), limit in (("absolute", absolute, atol), ("relative", relative, rtol)):
        where = f"{kind.title()} difference: {difference}" if place is None else (
            f"Greatest {kind} difference: {difference} at index {place}"
        )  # fmt: skip
        lines.append(where if equal else f"{where} (up to {limit} allowed)")
    return "\n".join(lines)
