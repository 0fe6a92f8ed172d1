"""Discrete Fourier transforms, computed by scipy.fft in the precision of the input.

    X_k = scale * sum_n x_n exp(-+ 2 pi i k n / N)        - forward, + backward (inverse)

Note [Three transforms]
    All 18 functions rest on three linear maps: complex to complex (c2c), real to complex (r2c) and complex to real (c2r).
    The gradient of a linear map is its adjoint. That of c2c is the transform in the other direction with the same
    scale. r2c and c2r work on one half of a spectrum whose other half is its mirror image, so that each number between
    the first and the middle one stands for two: their adjoints are c2r with these halved, and r2c with these doubled,
    operations of their own whose adjoints are r2c and c2r again. So three transforms serve all orders.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.shapes import wrap_dim
from ...arrays.types import strided
from ...core.declare import op
from ...core.tensor import Tensor
from ..elementwise.complex import conj
from ..layout.rearranging import roll
from ..layout.shape import sequence
from ..layout.splitting import slice_op
from ..neural.padding import constant_pad_nd
from ..support.arguments import check_int, check_tensor, unimplemented
from ..support.casting import in_float32
from ..support.options import argument_error, as_number, check_nonnegative, check_options, made, write_made
from ..support.outputs import into

__all__ = [
    "fft", "fft2", "fftfreq", "fftn", "fftshift", "hfft", "hfft2", "hfftn", "ifft", "ifft2", "ifftn", "ifftshift",
    "ihfft", "ihfft2", "ihfftn", "irfft", "irfft2", "irfftn", "rfft", "rfft2", "rfftfreq", "rfftn",
]  # fmt: skip

Dims = int | Sequence[int] | None

# The three transforms and their adjoints. `normalization` is torch's code of the scale: 1, 1 / sqrt(N) or 1 / N.

NONE, BY_ROOT_N, BY_N = range(3)
_FORWARD = ("backward", "ortho", "forward")  # what SciPy calls these scales, by the direction of the transform
_BACKWARD = ("forward", "ortho", "backward")


def _c2c(x: Any, dim: tuple[int, ...], normalization: int, forward: bool) -> Any:
    if not dim:
        return np.array(x)
    from scipy import fft

    if forward:
        return fft.fftn(x, axes=dim, norm=_FORWARD[normalization])
    return fft.ifftn(x, axes=dim, norm=_BACKWARD[normalization])


def _r2c(x: Any, dim: tuple[int, ...], normalization: int, onesided: bool) -> Any:
    from scipy import fft

    half = fft.rfftn(x, axes=dim, norm=_FORWARD[normalization])
    return half if onesided else _whole(half, dim, x.shape[dim[-1]])


def _whole(half: Any, dim: tuple[int, ...], n: int) -> Any:
    """A spectrum of real numbers from its half: the number at -k is the conjugate of that at k, in sign of zero too."""
    mirrored = _paired(half, dim[-1], n).conj()
    mirrored = np.roll(np.flip(mirrored, dim), 1, dim[:-1])
    return np.concatenate([half, mirrored], dim[-1])


def _c2r(x: Any, dim: tuple[int, ...], normalization: int, last_dim_size: int) -> Any:
    from scipy import fft

    sizes = [*[x.shape[d] for d in dim[:-1]], last_dim_size]
    return fft.irfftn(x, sizes, dim, _BACKWARD[normalization])


def _paired(x: Any, dim: int, n: int) -> Any:
    """The numbers of half a spectrum that stand for two of the n."""
    return x[(slice(None),) * dim + (slice(1, (n + 1) // 2),)]


def _r2c_backward(g: Any, dim: tuple[int, ...], normalization: int, onesided: bool, last_dim_size: int) -> Any:
    if not onesided:
        return np.ascontiguousarray(_c2c(g, dim, normalization, False).real)
    half = np.array(g)
    _paired(half, dim[-1], last_dim_size)[...] *= 0.5
    return _c2r(half, dim, normalization, last_dim_size)


def _c2r_backward(g: Any, dim: tuple[int, ...], normalization: int) -> Any:
    half = _r2c(g, dim, normalization, True)
    _paired(half, dim[-1], g.shape[dim[-1]])[...] *= 2
    return half


c2c = op("_fft_c2c", _c2c, "FftC2CBackward0", {
    "x": lambda g, dim, normalization, forward: c2c(g, dim, normalization, not forward),
}, holomorphic=False)  # fmt: skip
r2c = op("_fft_r2c", _r2c, "FftR2CBackward0", {
    "x": lambda g, x_shape, dim, normalization, onesided: r2c_backward(g, dim, normalization, onesided, x_shape[dim[-1]]),
}, holomorphic=False)  # fmt: skip
c2r = op("_fft_c2r", _c2r, "FftC2RBackward0", {
    "x": lambda g, dim, normalization: c2r_backward(g, dim, normalization),
}, holomorphic=False)  # fmt: skip
r2c_backward = op("fft_r2c_backward", _r2c_backward, "FftC2RBackward0", {
    "g": lambda gg, dim, normalization, onesided: r2c(gg, dim, normalization, onesided),
}, names=("g", "dim", "normalization", "onesided", "last_dim_size"), holomorphic=False)  # fmt: skip
c2r_backward = op("fft_c2r_backward", _c2r_backward, "FftR2CBackward0", {
    "g": lambda gg, g_shape, dim, normalization: c2r(gg, dim, normalization, g_shape[dim[-1]]),
}, names=("g", "dim", "normalization"), holomorphic=False)  # fmt: skip


# Arguments.


def _normalization(norm: Any, forward: bool, name: str) -> int:
    if norm is None or norm == "backward":
        return NONE if forward else BY_N
    if norm == "forward":
        return BY_N if forward else NONE
    if norm == "ortho":
        return BY_ROOT_N
    if not isinstance(norm, str):
        raise argument_error(name, "norm", "str", norm)
    raise RuntimeError(f'Invalid normalization mode: "{norm}"')


def _promoted(x: Tensor, to_complex: bool) -> Tensor:
    """`x` as floating point or complex numbers. Raises RuntimeError for 16-bit floating point."""
    dtype = x.dtype
    if dtype.category < 2:
        dtype = dtypes.get_default_dtype()
    elif dtype.itemsize == 2:
        raise RuntimeError(f"Unsupported dtype {dtype.scalar_name}")
    if to_complex:
        dtype = dtype.to_complex()
    return x if dtype is x.dtype else x.to(dtype)


def _resized(x: Tensor, dim: Sequence[int], sizes: Sequence[int]) -> Tensor:
    """`x` cut, or continued with zeros, to these sizes."""
    for d, n in zip(dim, sizes):
        if x._data.shape[d] > n:
            x = slice_op(x, d, 0, n, 1)
    missing = [0] * x._data.ndim
    for d, n in zip(dim, sizes):
        missing[d] = n - x._data.shape[d]
    if any(missing):
        x = constant_pad_nd(x, [side for n in reversed(missing) for side in (0, n)])
    return x


def _positive(n: int) -> int:
    if n < 1:
        raise RuntimeError(f"Invalid number of data points ({n}) specified")
    return n


def _plan(name: str, x: Tensor, s: Any, dim: Any) -> tuple[tuple[int, ...], list[int]]:
    """The dimensions to transform and the sizes to give them first."""
    shape = x._data.shape
    if s is not None:
        s = (s,) if isinstance(s, int) else sequence(name, s, "s", 2)
    if dim is not None:
        dim = (dim,) if isinstance(dim, int) else sequence(name, dim, "dim", 3)
        dim = tuple([wrap_dim(d, len(shape)) for d in dim])
        if len(set(dim)) < len(dim):
            raise RuntimeError("FFT dims must be unique")
        if s is not None and len(s) != len(dim):
            raise RuntimeError("When given, dim and shape arguments must have the same length")
    elif s is None:
        dim = tuple(range(len(shape)))
    elif len(s) > len(shape):
        raise RuntimeError(f"Got shape with {len(s)} values but input tensor only has {len(shape)} dimensions.")
    else:
        dim = tuple(range(len(shape) - len(s), len(shape)))
    wanted = [-1] * len(dim) if s is None else s
    return dim, [_positive(shape[d] if n == -1 else n) for d, n in zip(dim, wanted)]


def _half_plan(name: str, x: Tensor, s: Any, dim: Any) -> tuple[tuple[int, ...], list[int], int]:
    """As `_plan`, for half a spectrum: also the size of the last dimension of the result."""
    dims, sizes = _plan(name, x, s, dim)
    if not dims:
        raise RuntimeError(f"{name.removeprefix('fft_')} must transform at least one axis")
    last = None if s is None else (s if isinstance(s, int) else s[-1])
    n = _positive(2 * (x._data.shape[dims[-1]] - 1) if last is None or last == -1 else last)
    return dims, [*sizes[:-1], n // 2 + 1], n


def _along(name: str, x: Tensor, dim: Any) -> int:
    check_int(name, dim, "dim", None)
    if not x._data.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return wrap_dim(int(dim), x._data.ndim)


def _real_input(x: Tensor, message: str) -> Tensor:
    if x.dtype.is_complex:
        raise RuntimeError(f"{message} {x.dtype.scalar_name}")
    return _promoted(x, False)


# The transforms of one dimension and of several, forward or not.


def _complex_1d(name: str, forward: bool) -> Any:
    def transform(x: Tensor, n: int | None, dim: Any, norm: Any) -> Tensor:
        x = _promoted(x, False)
        d = _along(name, x, dim)
        x = _resized(x, (d,), (_positive(x._data.shape[d] if n is None else n),))
        scale = _normalization(norm, forward, name)
        if x._data.dtype.kind == "c":
            return c2c(x, (d,), scale, forward)
        return r2c(x, (d,), scale, False) if forward else conj(r2c(x, (d,), scale, False))

    return transform


def _to_half_1d(name: str, forward: bool) -> Any:
    def transform(x: Tensor, n: int | None, dim: Any, norm: Any) -> Tensor:
        x = _real_input(x, f"{name.removeprefix('fft_')} expects a real input tensor, but got")
        d = _along(name, x, dim)
        x = _resized(x, (d,), (_positive(x._data.shape[d] if n is None else n),))
        half = r2c(x, (d,), _normalization(norm, forward, name), True)
        return half if forward else conj(half)

    return transform


def _from_half_1d(name: str, forward: bool) -> Any:
    def transform(x: Tensor, n: int | None, dim: Any, norm: Any) -> Tensor:
        x = _promoted(x, True)
        d = _along(name, x, dim)
        n = _positive(2 * (x._data.shape[d] - 1) if n is None else n)
        x = _resized(x, (d,), (n // 2 + 1,))
        return c2r(conj(x) if forward else x, (d,), _normalization(norm, forward, name), n)

    return transform


def _complex_nd(name: str, forward: bool) -> Any:
    def transform(x: Tensor, s: Any, dim: Dims, norm: Any) -> Tensor:
        dims, sizes = _plan(name, x, s, dim)
        return c2c(_resized(_promoted(x, True), dims, sizes), dims, _normalization(norm, forward, name), forward)

    return transform


def _to_half_nd(name: str, forward: bool) -> Any:
    short = name.removeprefix("fft_")
    refusal = f"{short.replace('2', 'n')} expects a real-valued input tensor, but got"
    if not forward:
        refusal = "Only supports floating-point dtypes, but found:"

    def transform(x: Tensor, s: Any, dim: Dims, norm: Any) -> Tensor:
        x = _real_input(x, refusal)
        dims, sizes = _plan(name, x, s, dim)
        if not dims:
            raise RuntimeError(f"{short} must transform at least one axis")
        x, scale = _resized(x, dims, sizes), _normalization(norm, forward, name)
        if forward:
            return r2c(x, dims, scale, True)
        half = conj(r2c(x, dims[-1:], scale, True))
        return c2c(half, dims[:-1], scale, False) if len(dims) > 1 else half

    return transform


def _from_half_nd(name: str, forward: bool) -> Any:
    def transform(x: Tensor, s: Any, dim: Dims, norm: Any) -> Tensor:
        dims, sizes, n = _half_plan(name, x, s, dim)
        x, scale = _resized(_promoted(x, True), dims, sizes), _normalization(norm, forward, name)
        if not forward:
            return c2r(x, dims, scale, n)
        x = c2c(x, dims[:-1], scale, True) if len(dims) > 1 else x
        return c2r(conj(x), dims[-1:], scale, n)

    return transform


def _check_output(name: str, out: Any, real: bool) -> None:
    if isinstance(out, Tensor) and (out.dtype.is_complex if real else not out.dtype.is_complex):
        kind = "floating point" if real else "complex"
        raise RuntimeError(f"{name} expects a {kind} output tensor, but got {out.dtype.scalar_name}")


_DOC = """{}

    Of `dim` alone, cut or continued with zeros to {} if that is given. `norm` says where the transform and its inverse are
    divided by the number of points: "backward" (the default: the inverse), "forward", or "ortho" (both by its root).
    Raises RuntimeError for fewer than one point, {}16-bit floating point, and an unknown `norm`.
    """


def _document(function: Any, short: str, summary: str, size: str, real: bool) -> Any:
    function.__name__ = function.__qualname__ = short
    function.__doc__ = _DOC.format(summary, size, "complex input, " if real else "")
    return function


def _one(short: str, make: Any, forward: bool, summary: str) -> Any:
    """The public function of a transform of one dimension."""
    name, real = f"fft_{short}", make is _from_half_1d
    transform = in_float32(make(name, forward))

    def function(
        input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *, out: Tensor | None = None
    ) -> Tensor:
        check_tensor(name, input)
        if n is not None:
            check_int(name, n, "n", None)
        if out is None:
            return transform(input, n, dim, norm)
        _check_output(short, out, real)
        return into(out, transform, input, n, dim, norm)

    transform.__name__ = name
    return _document(function, short, summary, "`n` points", make is _to_half_1d)


def _several(short: str, make: Any, forward: bool, summary: str, dims: tuple[int, ...] | None) -> Any:
    """The public function of a transform of several dimensions."""
    name, real = f"fft_{short}", make is _from_half_nd
    transform = in_float32(make(name, forward))

    def function(
        input: Tensor, s: Any = None, dim: Dims = dims, norm: str | None = None, *, out: Tensor | None = None
    ) -> Tensor:
        check_tensor(name, input)
        if dim is None and dims is not None:
            raise argument_error(name, "dim", "tuple of ints", dim)
        if out is None:
            return transform(input, s, dim, norm)
        _check_output(short.replace("2", "n"), out, real)
        return into(out, transform, input, s, dim, norm)

    transform.__name__ = name
    return _document(function, short, summary, "the sizes `s`", make is _to_half_nd)


_F, _I, _H, _IH = "The Fourier transform", "The inverse Fourier transform", "The Fourier transform", "The inverse transform"
_TO = "of real numbers: the half of the spectrum that does not repeat itself, n // 2 + 1 points"
_FROM = "to real numbers, of the half of a spectrum that does not repeat itself"
_2D, _ND = "over two dimensions", "over several dimensions (all, if neither `s` nor `dim` says which)"

fft = _one("fft", _complex_1d, True, f"{_F} over one dimension.")
ifft = _one("ifft", _complex_1d, False, f"{_I} over one dimension.")
rfft = _one("rfft", _to_half_1d, True, f"{_F} {_TO}.")
irfft = _one("irfft", _from_half_1d, False, f"{_I} {_FROM}.")
hfft = _one("hfft", _from_half_1d, True, f"{_F} {_FROM}.")
ihfft = _one("ihfft", _to_half_1d, False, f"{_I} {_TO}.")
fftn = _several("fftn", _complex_nd, True, f"{_F} {_ND}.", None)
ifftn = _several("ifftn", _complex_nd, False, f"{_I} {_ND}.", None)
rfftn = _several("rfftn", _to_half_nd, True, f"{_F} {_ND} {_TO} in the last.", None)
irfftn = _several("irfftn", _from_half_nd, False, f"{_I} {_ND} {_FROM} in the last.", None)
hfftn = _several("hfftn", _from_half_nd, True, f"{_F} {_ND} {_FROM} in the last.", None)
ihfftn = _several("ihfftn", _to_half_nd, False, f"{_I} {_ND} {_TO} in the last.", None)
fft2 = _several("fft2", _complex_nd, True, f"{_F} {_2D}.", (-2, -1))
ifft2 = _several("ifft2", _complex_nd, False, f"{_I} {_2D}.", (-2, -1))
rfft2 = _several("rfft2", _to_half_nd, True, f"{_F} {_2D} {_TO} in the last.", (-2, -1))
irfft2 = _several("irfft2", _from_half_nd, False, f"{_I} {_2D} {_FROM} in the last.", (-2, -1))
hfft2 = _several("hfft2", _from_half_nd, True, f"{_F} {_2D} {_FROM} in the last.", (-2, -1))
ihfft2 = _several("ihfft2", _to_half_nd, False, f"{_I} {_2D} {_TO} in the last.", (-2, -1))


# Frequencies.


def _frequencies(name: str, numbers: Any, n: Any, d: Any, out: Any, dtype: Any, requires_grad: Any,
                 layout: Any, device: Any) -> Tensor:  # fmt: skip
    """``numbers(n) / (n d)`` in a floating point dtype."""
    check_int(f"fft_{name}", n, "n", 1)
    d = as_number(f"fft_{name}", "d", d, 2)
    dtype = check_options(f"fft_{name}", dtype, layout, device, False, requires_grad) if out is None else out.dtype
    dtype = dtypes.get_default_dtype() if dtype is None else dtype
    if dtype.category < 2:
        raise RuntimeError(f"{name} requires a floating point or complex dtype")
    if dtype.is_complex:
        raise unimplemented("arange_cpu", dtype)
    check_nonnegative((n,))
    scale = 1.0 / (n * d) if n * d else np.inf
    data = dtypes.cast(dtypes.cast(numbers(n), dtype) * dtype.numpy.type(scale), dtype)
    return made(data, requires_grad) if out is None else write_made(out, data, requires_grad)


def fftfreq(
    n: int, d: float = 1.0, *, out: Tensor | None = None, dtype: Any = None, layout: Any = strided, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """The frequencies of the `n` points of `fft`, of samples at a distance of `d`: 0 and up, then the negative ones.

    >>> torch.fft.fftfreq(4)
    tensor([ 0.0000,  0.2500, -0.5000, -0.2500])
    """
    return _frequencies("fftfreq", lambda n: (np.arange(n) + n // 2) % max(n, 1) - n // 2, n, d, out, dtype,
                        requires_grad, layout, device)  # fmt: skip


def rfftfreq(
    n: int, d: float = 1.0, *, out: Tensor | None = None, dtype: Any = None, layout: Any = strided, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """The frequencies of the points of `rfft` of `n` samples at a distance of `d`: 0 up to the highest, positive.

    >>> torch.fft.rfftfreq(4)
    tensor([0.0000, 0.2500, 0.5000])
    """
    return _frequencies("rfftfreq", lambda n: np.arange(n // 2 + 1), n, d, out, dtype, requires_grad, layout, device)


def _rolled(name: str, input: Tensor, dim: Dims, forward: bool) -> Tensor:
    check_tensor(name, input)
    shape = input._data.shape
    dims = range(len(shape)) if dim is None else (dim,) if isinstance(dim, int) else dim
    dims = tuple([wrap_dim(d, len(shape)) for d in dims])
    return roll(input, tuple([(shape[d] + (not forward)) // 2 for d in dims]), dims)


def fftshift(input: Tensor, dim: Dims = None) -> Tensor:
    """The spectrum with the frequency zero in the middle of each dimension (or of `dim`)."""
    return _rolled("fft_fftshift", input, dim, True)


def ifftshift(input: Tensor, dim: Dims = None) -> Tensor:
    """The inverse of `fftshift`: frequency zero goes to the front."""
    return _rolled("fft_ifftshift", input, dim, False)
