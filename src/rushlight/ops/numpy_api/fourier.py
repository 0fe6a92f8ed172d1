"""``numpy.fft`` on Tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..signals import fourier
from .arguments import tensor


def _one(name: str) -> Callable[..., Any]:
    return lambda a, n=None, axis=-1, norm=None: getattr(fourier, name)(tensor(a), n, axis, norm)


def _several(name: str, last: Any) -> Callable[..., Any]:
    return lambda a, s=None, axes=last, norm=None: getattr(fourier, name)(tensor(a), s, axes, norm)


def _shift(name: str) -> Callable[..., Any]:
    return lambda x, axes=None: getattr(fourier, name)(tensor(x), axes)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{f"fft.{name}": _one(name) for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")},
    **{f"fft.{name}": _several(name, (-2, -1)) for name in ("fft2", "ifft2", "rfft2", "irfft2")},
    **{f"fft.{name}": _several(name, None) for name in ("fftn", "ifftn", "rfftn", "irfftn")},
    **{f"fft.{name}": _shift(name) for name in ("fftshift", "ifftshift")},
}
