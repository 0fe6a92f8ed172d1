"""Window functions: weights with which a piece of a signal is faded in and out. Those of torch and of torch.signal.windows.

The formulas are those of F. J. Harris, "On the use of windows for harmonic analysis with the discrete Fourier transform",
Proceedings of the IEEE 66 (1978), and of A. H. Nuttall, "Some windows with very good sidelobe behavior", IEEE
Transactions on Acoustics, Speech, and Signal Processing 29 (1981).

A periodic window (``periodic=True``, ``sym=False``) of n points is the symmetric one of n + 1 points without its last.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.types import strided
from ...core.tensor import Tensor, wrap
from ..creation.filled import empty, ones
from ..creation.from_data import tensor
from ..creation.ranges import arange, linspace
from ..elementwise.arithmetic import abs
from ..elementwise.comparison import where
from ..elementwise.math import cos, exp, i0, sin, sqrt
from ..reduction.extremum import minimum
from ..support.options import as_number, check_integer, check_options, made, no_such_call

__all__ = [
    "bartlett", "bartlett_window", "blackman", "blackman_window", "cosine", "exponential", "gaussian", "general_cosine",
    "general_hamming", "hamming", "hamming_window", "hann", "hann_window", "kaiser", "kaiser_window", "nuttall",
]  # fmt: skip


# torch.*_window: computed in the dtype of the result, step by step.

_OPTIONS = (
    "torch.dtype dtype = None, torch.layout layout = None, torch.device device = None, bool pin_memory = False, "
    "bool requires_grad = False)"
)
_KINDS = {"window_length": "int", "periodic": "bool"}


def _given(name: str, names: tuple[str, ...], args: tuple[Any, ...], keywords: dict[str, Any]) -> list[Any]:
    """The arguments of a window function: each only together with those before it. Raises TypeError otherwise."""
    given = dict(zip(names, args)) | keywords
    values = [given[n] for n in names if n in given]
    fitting = [isinstance(v, bool) if n == "periodic" else n == "window_length" or not isinstance(v, (str, bool))
               for n, v in zip(names, values)]  # fmt: skip
    if not values or (tuple(given) != names[: len(given)] and set(given) != set(names[: len(given)])) or not all(fitting):
        forms = [", ".join([f"{_KINDS.get(n, 'float')} {n}" for n in names[:k]]) for k in range(1, len(names) + 1)]
        raise no_such_call(name, args, keywords, [f"({form}, *, {_OPTIONS}" for form in forms])
    return [check_integer(name, "window_length", values[0], 1), *values[1:2],
            *[as_number(name, n, v) for n, v in zip(names[2:], values[2:])]]  # fmt: skip


def _window(name: str, summary: str, formula: Any, parameters: dict[str, float]) -> Any:
    """A function of torch.*: ``formula(i, n, *parameters)`` gives the n points of the symmetric window."""
    names = ("window_length", "periodic", *parameters)

    def function(*args: Any, dtype: Any = None, layout: Any = strided, device: Any = None, pin_memory: bool = False,
                 requires_grad: bool = False, **keywords: Any) -> Tensor:  # fmt: skip
        n, *rest = _given(name, names, args, keywords)
        periodic, *numbers = rest + [True, *parameters.values()][len(rest) :]
        dtype = check_options(name, dtype, layout, device, pin_memory, requires_grad) or dtypes.get_default_dtype()
        if dtype.category < 2:
            raise RuntimeError(
                f"{name} expects floating point dtypes, got: TensorOptions(dtype={dtype.cpp_name}, device=cpu, "
                "layout=Strided (default), requires_grad=false (default), pinned_memory=false, memory_format=(nullopt))"
            )
        if n < 0:
            raise RuntimeError(f"{name} requires non-negative window_length, got window_length={n}")
        if n < 2:
            return made(dtypes.cast(np.ones(n), dtype), requires_grad)
        points = n + periodic
        data = formula(arange(points, dtype=dtype), points, *numbers)._data
        return made(data[:n] if periodic else data, requires_grad)

    function.__name__ = function.__qualname__ = name
    extra = "".join([f", {parameter}={value}" for parameter, value in parameters.items()])
    function.__doc__ = f"""{summary}

    Called as ``{name}(window_length, periodic=True{extra})``. Shape (window_length,). Raises RuntimeError for a negative
    length and for dtypes other than floating point.
    """
    return function


def _times(x: Any, number: float) -> Any:
    """`x` times a number, which in 16 bits is rounded first: here torch does so, and in its operators it does not."""
    return x * wrap(dtypes.cast(np.asarray(number), x.dtype))


def _cosines(i: Any, n: int, alpha: float, beta: float) -> Any:
    return _times(cos(_times(i, 2 * math.pi / (n - 1))), -beta) + alpha


def _triangle(i: Any, n: int) -> Any:
    rising = _times(i, 2 / (n - 1))
    return where(arange(n) <= (n - 1) // 2, rising, rising * -1 + 2)


def _blackman(i: Any, n: int) -> Any:
    angle = _times(i, math.pi / (n - 1))
    return _times(cos(angle * 4), 0.08) - _times(cos(angle * 2), 0.5) + 0.42


def _bessel(i: Any, n: int, beta: float) -> Any:
    from scipy.special import i0

    half = (n - 1) / 2
    x = np.clip((np.asarray(i._data, np.float64) - half) / half, -1, 1)
    return wrap(i0(beta * np.sqrt(1 - x * x)) / i0(float(beta))).to(i.dtype)


hann_window = _window("hann_window", "The Hann window, sin(pi i / (n - 1)) ** 2.", lambda i, n: _cosines(i, n, 0.5, 0.5), {})
hamming_window = _window(
    "hamming_window", "The Hamming window, alpha - beta cos(2 pi i / (n - 1)).", _cosines, {"alpha": 0.54, "beta": 0.46}
)
bartlett_window = _window("bartlett_window", "The Bartlett window, a triangle.", _triangle, {})
blackman_window = _window(
    "blackman_window", "The Blackman window, 0.42 - 0.5 cos(2 pi i / (n - 1)) + 0.08 cos(4 pi i / (n - 1)).", _blackman, {}
)
kaiser_window = _window(
    "kaiser_window", "The Kaiser window, I0(beta sqrt(1 - (2 i / (n - 1) - 1) ** 2)) / I0(beta).", _bessel, {"beta": 12.0}
)


# torch.signal.windows: programs on tensors. As in torch, with requires_grad the points are the leaf.


def _options(name: str, m: Any, dtype: Any, layout: Any, device: Any, requires_grad: bool) -> dict[str, Any]:
    """The keywords of the tensors to make. Raises ValueError for a negative length and for a layout or dtype."""
    dtype = dtypes.get_default_dtype() if dtype is None else dtype
    if m < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={m}")
    if layout is not strided:
        raise ValueError(f"{name} is implemented for strided tensors only, got: {layout}")
    if dtype is not dtypes.float32 and dtype is not dtypes.float64:
        raise ValueError(f"{name} expects float32 or float64 dtypes, got: {dtype}")
    return {"dtype": dtype, "layout": layout, "device": device, "requires_grad": requires_grad}


def exponential(
    M: int, *, center: float | None = None, tau: float = 1.0, sym: bool = True, dtype: Any = None, layout: Any = strided,
    device: Any = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """The exponential window, exp(-|i - center| / tau); `center` is the middle unless given (then ``sym=False``).

    Shape (M,), float32 or float64. Raises ValueError for a negative length, a `tau` that is not positive, a `center` of a
    symmetric window, and other dtypes.
    """
    options = _options("exponential", M, dtype, layout, device, requires_grad)
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")
    if M == 0:
        return empty((0,), **options)
    if center is None:
        center = (M if not sym and M > 1 else M - 1) / 2.0
    return exp(-abs(linspace(-center * (1 / tau), (-center + (M - 1)) * (1 / tau), M, **options)))


def cosine(
    M: int, *, sym: bool = True, dtype: Any = None, layout: Any = strided, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """The cosine window, half a wave: sin(pi (i + 0.5) / M).

    Shape (M,), float32 or float64. Raises ValueError for a negative length and other dtypes.
    """
    options = _options("cosine", M, dtype, layout, device, requires_grad)
    if M == 0:
        return empty((0,), **options)
    step = math.pi / (M + 1 if not sym and M > 1 else M)
    return sin(linspace(0.5 * step, (0.5 + (M - 1)) * step, M, **options))


def gaussian(
    M: int, *, std: float = 1.0, sym: bool = True, dtype: Any = None, layout: Any = strided, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """The Gaussian window, exp(-((i - middle) / std) ** 2 / 2).

    Shape (M,), float32 or float64. Raises ValueError for a negative length, a `std` that is not positive, and other dtypes.
    """
    options = _options("gaussian", M, dtype, layout, device, requires_grad)
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")
    if M == 0:
        return empty((0,), **options)
    start, scale = -(M if not sym and M > 1 else M - 1) / 2.0, 1 / (std * math.sqrt(2))
    return exp(-(linspace(start * scale, (start + (M - 1)) * scale, M, **options) ** 2))


def kaiser(
    M: int, *, beta: float = 12.0, sym: bool = True, dtype: Any = None, layout: Any = strided, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """The Kaiser window, I0(beta sqrt(1 - (2 i / (M - 1) - 1) ** 2)) / I0(beta).

    Shape (M,), float32 or float64. Raises ValueError for a negative length, a negative `beta`, and other dtypes.
    """
    options = _options("kaiser", M, dtype, layout, device, requires_grad)
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")
    if M == 0:
        return empty((0,), **options)
    if M == 1:
        return ones((1,), **options)
    top = tensor(beta, dtype=options["dtype"], device=device)
    end = minimum(top, -top + (M - 1) * (2.0 * top / (M if not sym else M - 1)))
    k = linspace(-top, end, M, **options)
    return i0(sqrt(top * top - k**2)) / i0(top)


def bartlett(
    M: int, *, sym: bool = True, dtype: Any = None, layout: Any = strided, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """The Bartlett window, a triangle: 1 - |2 i / (M - 1) - 1|.

    Shape (M,), float32 or float64. Raises ValueError for a negative length and other dtypes.
    """
    options = _options("bartlett", M, dtype, layout, device, requires_grad)
    if M < 2:
        return ones((M,), **options)
    return 1 - abs(linspace(-1, -1 + (M - 1) * (2 / (M if not sym else M - 1)), M, **options))


def general_cosine(
    M: int, *, a: Iterable[float], sym: bool = True, dtype: Any = None, layout: Any = strided, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """A sum of cosines with the coefficients `a`: the sum over j of (-1) ** j a_j cos(2 pi i j / (M - 1)).

    Shape (M,), float32 or float64. Raises ValueError for a negative length, no coefficients, and other dtypes.
    """
    options = _options("general_cosine", M, dtype, layout, device, requires_grad)
    if M < 2:
        return ones((M,), **options)
    if not isinstance(a, Iterable):
        raise TypeError("Coefficients must be a list/tuple")
    if not a:
        raise ValueError("Coefficients cannot be empty")
    k = linspace(0, (M - 1) * (2 * math.pi / (M if not sym else M - 1)), M, **options)
    weights = tensor([(-1) ** j * w for j, w in enumerate(a)], dtype=k.dtype, device=device, requires_grad=requires_grad)
    j = arange(len(weights), dtype=k.dtype, device=device, requires_grad=requires_grad)
    return (weights.unsqueeze(-1) * cos(j.unsqueeze(-1) * k)).sum(0)


def general_hamming(
    M: int, *, alpha: float = 0.54, sym: bool = True, dtype: Any = None, layout: Any = strided, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """The Hamming window for any `alpha`: alpha - (1 - alpha) cos(2 pi i / (M - 1)). See `general_cosine`."""
    return general_cosine(M, a=[alpha, 1.0 - alpha], sym=sym, dtype=dtype, layout=layout, device=device,
                          requires_grad=requires_grad)  # fmt: skip


def _with_coefficients(name: str, a: tuple[float, ...], formula: str, own: str) -> Any:
    """A window of cosines with fixed coefficients; `own` names it in errors."""

    def function(
        M: int, *, sym: bool = True, dtype: Any = None, layout: Any = strided, device: Any = None,
        requires_grad: bool = False,
    ) -> Tensor:  # fmt: skip
        _options(own, M, dtype, layout, device, requires_grad)
        return general_cosine(M, a=a, sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""The {name.capitalize()} window, {formula}, x = 2 pi i / (M - 1).

    Shape (M,), float32 or float64. Raises ValueError for a negative length and other dtypes.
    """
    return function


hann = _with_coefficients("hann", (0.5, 0.5), "0.5 - 0.5 cos x", "general_cosine")
hamming = _with_coefficients("hamming", (0.54, 1 - 0.54), "0.54 - 0.46 cos x", "general_cosine")
blackman = _with_coefficients("blackman", (0.42, 0.5, 0.08), "0.42 - 0.5 cos x + 0.08 cos 2x", "blackman")
nuttall = _with_coefficients(
    "nuttall", (0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "0.3635819 - 0.4891775 cos x + 0.1365995 cos 2x - 0.0106411 cos 3x", "general_cosine",
)  # fmt: skip
