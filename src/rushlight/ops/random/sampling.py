"""PyTorch's random samplers on NumPy arrays: for the same seed the same numbers, to the last bit.

Each sampler fills `out`, a payload of any dtype and strides that its PyTorch counterpart takes, in the order of its
memory, and returns it. It draws from `generator` (the default one if None) as many numbers as PyTorch does. All of them
raise PyTorch's errors for parameters out of range, before anything is drawn or written.

PyTorch's kernels are compiled with fused multiply-add and compute float32 logarithms, sines and cosines with the
polynomials of Cephes (S. Moshier, netlib.org/cephes), so that is what is computed here.
"""

from __future__ import annotations

import ctypes
import math
import warnings
from typing import Any

import numpy as np

from ...arrays.dtypes import bfloat16, bool_, cast, dtype, float16, float32, float64, int64, of_array
from ...arrays.generator import Generator, default_generator
from ...arrays.threads import blas_routine
from ...arrays.types import finfo, iinfo
from ..indexing.sorting import leading
from ..support.fused import fma64

_DIGITS = {float16: 11, bfloat16: 8, float32: 24, float64: 53}
_C_NAMES = {
    "Bool": "bool", "Byte": "unsigned char", "Char": "signed char", "Short": "short int", "Int": "int",
    "Long": "long int", "UInt16": "short unsigned int", "UInt32": "unsigned int", "UInt64": "long unsigned int",
    "Half": "c10::Half", "BFloat16": "c10::BFloat16", "Float": "float", "Double": "double",
    "ComplexFloat": "c10::complex<float>", "ComplexDouble": "c10::complex<double>",
}  # fmt: skip


def uniform(out: Any, low: float = 0.0, high: float = 1.0, generator: Generator | None = None) -> Any:
    """Uniform on [low, high), in steps of 2**-24 of the width (2**-53 for float64)."""
    d = of_array(out)
    real = _check_floating(d.to_real(), "check_uniform_bounds")
    low, high = _check_uniform_bounds(low, high, real)
    stream = generator or default_generator
    with stream.lock:
        values = _unit(stream, out.size * (2 if d.is_complex else 1), real)
    values = cast(_affine(values, high - low, low, real), real)
    if real in (float16, bfloat16):  # rounding may have reached the end of the interval
        first, last = cast(np.array([low, high]), real)
        values[values == last] = first
    return _fill(out, values)


def normal(out: Any, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None) -> Any:
    """Normal with this mean and standard deviation (shared evenly by the two parts of a complex number)."""
    d = of_array(out)
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    if not out.size:
        return out
    real = _check_floating(d.to_real(), "normal_kernel_cpu")
    count, std = (2 * out.size, std / math.sqrt(2)) if d.is_complex else (out.size, std)
    stream = generator or default_generator
    with stream.lock:
        if count >= 16 and out.flags.c_contiguous:
            return _fill(out, _normal_blocks(stream, count, mean, std, real))
        return _fill(out, _affine(_normal_pairs(stream, count), std, mean, float64))


def log_normal(out: Any, mean: float = 1.0, std: float = 2.0, generator: Generator | None = None) -> Any:
    """The exponential of a normal number."""
    if not std > 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
    if not out.size:
        return out
    d = _check_floating(of_array(out), "log_normal_cpu")
    stream = generator or default_generator
    with stream.lock:
        values = _affine(_normal_pairs(stream, out.size), std, mean, float64)
    return _fill(out, _libm("exp", values, d))


def exponential(out: Any, lambd: float = 1.0, generator: Generator | None = None) -> Any:
    """Exponential with rate `lambd`, by inversion."""
    if not lambd > 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd:g}")
    if not out.size:
        return out
    d = of_array(out)
    if not d.is_floating_point:
        raise RuntimeError(
            "Exponential distribution is a continuous probability distribution. dtype must be a floating point but you "
            f"specified {d.scalar_name}"
        )
    return _fill(out, -1.0 / lambd * _libm("log1p", -_doubles(generator, out.size), d))


def cauchy(out: Any, median: float = 0.0, sigma: float = 1.0, generator: Generator | None = None) -> Any:
    """Cauchy with this median and half width at half maximum, by inversion."""
    if not sigma > 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    d = of_array(out)
    if not d.is_floating_point:
        raise RuntimeError(
            "Cauchy distribution is a continuous probability distribution. dtype must be a floating point but you "
            f"specified {_C_NAMES[d.scalar_name]}"
        )
    tangents = _libm("tan", math.pi * (_doubles(generator, out.size) - 0.5), d)
    return _fill(out, _affine(tangents, sigma, median, float64))


def geometric(out: Any, p: float, generator: Generator | None = None) -> Any:
    """The number of trials up to the first success of probability `p`."""
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    if not out.size:
        return out
    d = of_array(out)
    if d is bool_ or _check_known(d, "geometric_cpu") is None:
        raise NotImplementedError(f"\"geometric_cpu\" not implemented for '{d.scalar_name}'")
    with np.errstate(divide="ignore"):
        trials = np.log(_doubles(generator, out.size)) / math.log1p(-p)
    return _fill(out, np.ceil(trials))


def bernoulli(out: Any, p: Any = 0.5, generator: Generator | None = None) -> Any:
    """One with probability `p`, a number or an array that broadcasts to `out`, else zero."""
    d = of_array(out)
    if not isinstance(p, np.ndarray | np.generic):
        if not 0 <= p <= 1:
            raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
        if out.size:
            _check_known(d, "bernoulli_scalar_cpu_")
        return _fill(out, _doubles(generator, out.size) < p)
    _check_known(d, "bernoulli_tensor_cpu_self_")
    p = np.asanyarray(p)
    probability = of_array(p)
    _check_floating(probability, "bernoulli_tensor_cpu_p_")
    if not ((p >= 0) & (p <= 1)).all():
        raise RuntimeError(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  If "
            "so, please report an enhancement request to PyTorch.)"
        )
    stream = generator or default_generator
    with stream.lock:
        values = _unit(stream, out.size, probability)
    drawn = _in_memory_order(np.empty_like(out, dtype=values.dtype, subok=False), values)
    out[...] = drawn < np.asarray(p)
    return out


def random(out: Any, low: int | None = None, high: int | None = None, generator: Generator | None = None) -> Any:
    """Integers from low to high - 1, all equally likely.

    Without `high`, up to the greatest integer that the dtype counts to without gaps, and without `low`, from 0.
    """
    d = of_array(out)
    stream = generator or default_generator
    if low is None or (high is None and low == -(2**63)):
        if not out.size:
            return out
        span = 2**64 if low is not None else _greatest(_check_known(d, "random_kernel_cpu")) + 1
        wide, low = d in (int64, float64) if low is None else _check_full_range(d), 0
    else:
        low, span = _check_random_range(low, high, d)
        wide = span >= 2**28
    with stream.lock:
        bits = stream.raw64(out.size) if wide else stream.raw(out.size)
    if span < 2**64:
        # (NumPy divides by one number many at a time, but takes remainders one by one.)
        for start in range(0, bits.size, _DRAWN):
            some = bits[start : start + _DRAWN]
            some -= some // np.uint64(span) * np.uint64(span)
    bits += np.uint64(low % 2**64)  # modulo 2**64, as the sum with a negative number has to be
    return _fill(out, bits.view(np.int64))


def permutation(count: int, generator: Generator | None = None) -> np.ndarray:
    """A random permutation of the integers below `count`, an int64 array.

    It is the Fisher-Yates shuffle, in which for i = 0, 1, ... entry i changes places with entry swap[i] >= i: what LAPACK
    does with the rows of a matrix as it undoes the pivoting of an LU decomposition.
    """
    stream = generator or default_generator
    steps = max(count - 1, 0)
    with stream.lock:
        # PyTorch's modulo of 32 bits is biased beyond this size, so it takes 64.
        bits = stream.raw(steps) if count < (2**32 - 1) // 20 else stream.raw64(steps)
    bits %= np.arange(count, 1, -1, dtype=np.uint64)
    places = np.arange(count)
    _exchange(places, places[:steps] + bits.view(np.int64))
    return places


def _exchange(places: np.ndarray, swap: np.ndarray) -> None:
    """Exchanges the entry i of int64 `places` with the entry swap[i], for i = 0, 1, ... in turn, by LAPACK's dlaswp.

    (To it they are float64, of which it moves the bits.)
    """
    found = blas_routine("dlaswp_")
    if found is None:
        from scipy.linalg.lapack import dlaswp

        dlaswp(places.view(np.float64)[:, None], swap, overwrite_a=1) if len(swap) else None
        return
    routine, integer = found
    swap = swap.astype(np.dtype(integer))
    swap += 1
    columns, rows, last = [ctypes.byref(integer(n)) for n in (1, len(places), len(swap))]
    routine(columns, ctypes.c_void_p(places.ctypes.data), rows, columns, last, ctypes.c_void_p(swap.ctypes.data), columns)


def multinomial(
    weights: Any, samples: int, replacement: bool = False, generator: Generator | None = None
) -> np.ndarray:
    """Indices drawn with probabilities in proportion to `weights`, of shape (n,) or (m, n); int64, (samples,) or
    (m, samples).

    Without replacement: the greatest of weight / exponential number, which is the exponential race of
    P. Efraimidis and P. Spirakis, Information Processing Letters 97 (2006).
    """
    d = of_array(weights)
    _check_multinomial(weights, d, samples, replacement)
    if replacement and samples > 1:
        rows = [_with_replacement(row, d, samples, generator) for row in weights.reshape(-1, weights.shape[-1])]
        return np.array(rows, np.int64).reshape(*weights.shape[:-1], samples)
    if not weights.size:
        return np.zeros((*weights.shape[:-1], samples), np.int64)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        race = weights / exponential(np.empty_like(weights, order="C"), 1.0, generator)
    return leading(np.asarray(race), samples, race.ndim - 1, True)


def _with_replacement(row: Any, d: dtype, samples: int, generator: Generator | None) -> np.ndarray:
    cumulative = np.add.accumulate(cast(row, d if d is float64 else float32))
    if not 0.99999 <= cumulative[-1] <= 1.00001:
        cumulative = cumulative / cumulative[-1]
    cumulative = cumulative.astype(np.float64)
    cumulative[-1] = 1.0
    return np.searchsorted(cumulative, _doubles(generator, samples))


#: How many numbers are drawn at a time: they stay in the cache until they are converted.
_DRAWN = 1 << 14


def _unit(stream: Generator, count: int, d: dtype) -> np.ndarray:
    """Uniform numbers of [0, 1), in float64 for float64, in float32 for the smaller dtypes."""
    if d is float64:
        return (stream.raw64(count) & np.uint64(2**53 - 1)) * 2.0**-53
    units = np.empty(count, np.float32)
    for start in range(0, count, _DRAWN):
        part = units[start : start + _DRAWN]
        bits = stream.raw(len(part)).astype(np.uint32)
        bits &= np.uint32(2**24 - 1)
        np.multiply(bits.astype(np.float32), np.float32(2.0**-24), part)
    return units


def _doubles(generator: Generator | None, count: int) -> np.ndarray:
    stream = generator or default_generator
    with stream.lock:
        return _unit(stream, count, float64)


def _normal_pairs(stream: Generator, count: int) -> np.ndarray:
    """Standard normal numbers in float64 by the Box-Muller transform, in pairs: the last may wait in the stream."""
    pending = [] if stream.next_normal is None or not count else [stream.next_normal]
    angle, height = _unit(stream, 2 * ((count - len(pending) + 1) // 2), float64).reshape(-1, 2).T
    radius = np.sqrt(-2.0 * _libm("log1p", -height, float64))
    angle = 2.0 * math.pi * angle
    pairs = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    values = np.concatenate([pending, pairs.reshape(-1)])
    if count:
        stream.next_normal = float(values[-1]) if len(values) > count else None
    return values[:count]


def _normal_blocks(stream: Generator, count: int, mean: float, std: float, d: dtype) -> np.ndarray:
    """Normal numbers by the Box-Muller transform in blocks of 16; a rest is filled by drawing the last 16 again."""
    whole = count - count % 16
    tail = 16 if count > whole else 0
    if d in (float32, float64):
        units = _unit(stream, count + tail, d)
        units = np.concatenate([units[:whole], units[count:]]) if tail else units
    else:
        units = _unit(stream, whole + tail, d)
    transform = _box_muller64 if d is float64 else _box_muller32
    step = 1 << 15  # in parts whose intermediate results stay in the cache
    parts = [_affine(transform(units[i : i + step]), std, mean, d) for i in range(0, len(units), step)]
    blocks = np.concatenate(parts) if len(parts) > 1 else parts[0]
    return np.concatenate([blocks[: count - 16], blocks[-16:]]) if tail else blocks


def _box_muller64(units: np.ndarray) -> np.ndarray:
    height, angle = units.reshape(-1, 2, 8).swapaxes(0, 1)
    radius = np.sqrt(-2.0 * _libm("log", 1.0 - height, float64))
    angle = 2.0 * math.pi * angle
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).reshape(-1)


def _box_muller32(units: np.ndarray) -> np.ndarray:
    height, angle = units.reshape(-1, 2, 8).swapaxes(0, 1)
    radius = np.sqrt(np.float32(-2.0) * _log32(np.float32(1.0) - height))
    sine, cosine = _sincos32(np.float32(2.0 * math.pi) * angle)
    values = np.empty((len(radius), 2, 8), np.float32)
    np.multiply(radius, cosine, out=values[:, 0])
    np.multiply(radius, sine, out=values[:, 1])
    return values.reshape(-1)


def _log32(x: np.ndarray) -> np.ndarray:
    """The logarithm of float32 numbers in (0, 1], in float32 arithmetic: Cephes logf."""
    bits = x.view(np.int32) - _SQRT_HALF
    exponent = (bits >> 23).astype(np.float32)
    bits &= 0x7FFFFF
    bits += _SQRT_HALF
    x = bits.view(np.float32)  # the significand between the square roots of 1/2 and 2
    x -= np.float32(1.0)
    square = x * x
    y = _polynomial(x, _LOG)
    y *= x
    y = _fma32(y, square, exponent * np.float32(-2.12194440e-4))
    y -= square * np.float32(0.5)
    y += x
    return _fma32(exponent, np.float32(0.693359375), y)


def _sincos32(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sine and cosine of float32 numbers >= 0, in float32 arithmetic: Cephes sinf and cosf."""
    octant = (x * np.float32(4.0 / math.pi)).astype(np.int32)
    octant += 1
    octant &= ~1
    quarter = octant.astype(np.float32)
    for part in (-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8):  # of pi / 4
        x = _fma32(quarter, np.float32(part), x)
    square = x * x
    cosine = _polynomial(square, _COS)
    cosine *= square
    cosine = _fma32(cosine, square, square * np.float32(-0.5))
    cosine += np.float32(1.0)
    sine = _polynomial(square, _SIN)
    sine *= square
    sine = _fma32(sine, x, x)
    # Sine and cosine change places and signs with the octant, bit by bit.
    sine_bits, cosine_bits = sine.view(np.int32), cosine.view(np.int32)
    swapped = (sine_bits ^ cosine_bits) & (octant << 30 >> 31)
    sine_bits ^= swapped
    sine_bits ^= (octant & 4) << 29
    cosine_bits ^= swapped
    octant += 2
    cosine_bits ^= (octant & 4) << 29
    return sine, cosine


_SQRT_HALF = 0x3F3504F3  # the bits of float32(sqrt(1/2))
_LOG, _SIN, _COS = (
    np.array(coefficients, np.float32).tolist()
    for coefficients in (
        [7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
         2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1],
        [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1],
        [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2],
    )
)  # fmt: skip


def _polynomial(x: np.ndarray, coefficients: list[float]) -> np.ndarray:
    wide = x.astype(np.float64)
    value, rounded = np.full_like(wide, coefficients[0]), np.empty_like(x)
    for coefficient in coefficients[1:]:
        value *= wide
        value += coefficient
        rounded[...] = value
        value[...] = rounded
    return rounded


def _fma32(a: np.ndarray, b: Any, c: Any) -> np.ndarray:
    """a * b + c for float32 values, rounded once: the product is exact in float64."""
    # NumPy casts whole arrays faster than it casts the operands of a mixed operation.
    wide = a.astype(np.float64)
    wide *= b.astype(np.float64)
    wide += c.astype(np.float64)
    return wide.astype(np.float32)


def _affine(x: np.ndarray, scale: float, shift: float, d: dtype) -> np.ndarray:
    """x * scale + shift, rounded once, in float64 for float64 and else in float32."""
    if d is not float64:
        return x if scale == 1 and shift == 0 else _fma32(x, np.float32(scale), np.float32(shift))
    if max(abs(scale), abs(shift)) > 2.0**900:
        return _affine(x, scale * 2.0**-100, shift * 2.0**-100, d) * 2.0**100
    if scale == 1 or shift == 0:
        return x * scale + shift
    return fma64(x, np.float64(scale), np.float64(shift))


def _libm(name: str, x: np.ndarray, d: dtype) -> np.ndarray:
    """A function of the C library, as PyTorch calls it. NumPy's may differ in the last bit, which a float64 shows."""
    if d is not float64:
        with np.errstate(over="ignore"):
            return getattr(np, name)(x)
    function = _exp if name == "exp" else getattr(math, name)
    return np.fromiter(map(function, x.ravel().tolist()), np.float64, x.size).reshape(x.shape)


def _exp(x: float) -> float:
    return math.exp(x) if x < 709.0 else float(np.exp(x))


def _fill(out: Any, values: np.ndarray) -> Any:
    d = of_array(out)
    values = cast(values, d.to_real())
    return _in_memory_order(out, values.view(d.numpy) if d.is_complex else values)


def _in_memory_order(out: Any, values: np.ndarray) -> Any:
    """Write a one-dimensional array to `out` in the order of its memory, as PyTorch's serial kernels do."""
    if out.flags.c_contiguous:
        out[...] = values.reshape(out.shape)
    else:
        axes = sorted(range(out.ndim), key=lambda axis: -out.strides[axis])
        view = out.transpose(axes)
        view[...] = values.reshape(view.shape)
    return out


def _check_floating(d: dtype, kernel: str) -> dtype:
    if not d.is_floating_point:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{d.scalar_name}'")
    return d


def _check_known(d: dtype, kernel: str) -> dtype:
    if d.is_complex or d.scalar_name.startswith("UInt"):
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{d.scalar_name}'")
    return d


def _check_uniform_bounds(low: float, high: float, d: dtype) -> tuple[float, float]:
    limit = finfo(d).max
    for name, bound in (("from", low), ("to", high)):
        if not -limit <= bound <= limit:
            raise RuntimeError(f"{name} is out of bounds for {_C_NAMES[d.scalar_name]}")
    if low > high:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")
    if high - low > limit:
        raise RuntimeError(
            f"uniform_ expects to-from <= std::numeric_limits<{d.scalar_name}>::max(), but found to={high:g} and "
            f"from={low:g} which result in to-from to exceed the limit"
        )
    return (low, high) if d is float64 else (float(np.float32(low)), float(np.float32(high)))


def _greatest(d: dtype) -> int:
    """The greatest of the integers that `d` holds without gaps (as an int64, which makes -1 of that of uint64)."""
    if d.is_floating_point:
        return 2 ** _DIGITS[d]
    return 1 if d is bool_ else int(np.array(iinfo(d).max).astype(np.int64))


def _check_full_range(d: dtype) -> bool:
    if d.scalar_name in ("Byte", "Char", "Short", "Int"):
        raise RuntimeError("random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16")
    if d not in (int64, float64, float32, bfloat16):
        raise NotImplementedError(f"\"random_full_64_bits_range_kernel_cpu\" not implemented for '{d.scalar_name}'")
    return True


def _check_random_range(low: int, high: int | None, d: dtype) -> tuple[int, int]:
    """The first integer of the range and their number."""
    if high is not None and low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    if d.is_complex:
        function = "random_from_to_impl" if high is None else "check_random_bounds"
        raise RuntimeError(f"{function} handles only integral, floating-point and boolean types")
    last = _greatest(d) if high is None else high - 1
    if d.is_floating_point:
        top = int(finfo(d).max)
        bottom = -top
    else:
        bottom, top = (0, 1) if d is bool_ else (iinfo(d).min, iinfo(d).max)
    for name, bound in (("from", low), ("to - 1", last)):
        if not bottom <= bound <= top:
            raise RuntimeError(f"{name} is out of bounds for {_C_NAMES[d.scalar_name]}")
        if d.is_floating_point and abs(bound) > _greatest(d):
            warnings.warn(
                f"{name} is out of bounds [-(2^{_DIGITS[d]}), 2^{_DIGITS[d]}]. Due to precision limitations "
                f"{_C_NAMES[d.scalar_name]} can support discrete uniform distribution only within this range. "
                "This warning will become an error in version 1.7 release, please fix the code in advance",
                UserWarning,
                stacklevel=4,
            )
    if d.is_floating_point and high is not None:
        low, last = _representable(low, last, d)
    return low, (last - low + 1) % 2**64


def _representable(low: int, last: int, d: dtype) -> tuple[int, int]:
    """The bounds moved inwards where rounding to `d` would move them outwards."""

    def rounded(x: int) -> tuple[int, int]:
        return int(cast(cast(np.int64(x), d), int64)), 2 ** max(abs(x).bit_length() - _DIGITS[d], 0)

    above, gap = rounded(low + 1)
    first = above + gap if above < low else low
    below, gap = rounded(last)
    end = below - gap if below > last else last + 1
    if first >= end:
        raise RuntimeError(
            "random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got "
            f"from={first} >= to={end}"
        )
    return first, end - 1


def _check_multinomial(weights: Any, d: dtype, samples: int, replacement: bool) -> None:
    if weights.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if not d.is_floating_point:
        raise RuntimeError(f"multinomial only supports floating-point dtypes for input, got: {d.scalar_name}")
    if samples <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and samples > weights.shape[-1]:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    if weights.shape[-1] > 2**24:
        raise RuntimeError("number of categories cannot exceed 2^24")
    if not ((weights >= 0) & (weights < math.inf)).all():
        if replacement and samples > 1:
            raise RuntimeError("invalid multinomial distribution (encountering probability entry < 0)")
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if weights.size and not (weights > 0).any(axis=-1).all():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
