"""Short-time Fourier transforms: the spectra of overlapping pieces of a signal, and the signal back from them.

D. W. Griffin and J. S. Lim, "Signal estimation from modified short-time Fourier transform", IEEE Transactions on
Acoustics, Speech, and Signal Processing 32 (1984): the inverse adds the windowed pieces up and divides by the sum of the
squared windows.
"""

from __future__ import annotations

from typing import Any

from ...core.tensor import Tensor
from ..creation.filled import ones
from ..elementwise.complex import view_as_real
from ..layout.broadcasting import expand_op, unsqueeze_op
from ..layout.splitting import slice_op, unfold_backward, unfold_op
from ..neural.padding import constant_pad_nd, pad
from ..support.attach import methods
from ..support.casting import in_float32
from ..support.checked import checked
from ..support.layered import every_value
from ..support.options import check_integer, warn_once
from .fourier import BY_N, BY_ROOT_N, NONE, c2c, c2r, r2c

__all__ = ["istft", "stft"]

_NO_WINDOW = "A window was not provided. A rectangular window will be applied"
_WINDOW_ADVICE = (
    "To suppress this warning and use a rectangular window, explicitly set `window=torch.ones(n_fft, device=<device>)`."
)
_COMPLEX_NEEDED = (
    "stft requires the return_complex parameter be given for real inputs, and will further require that "
    "return_complex=True in a future PyTorch release."
)
_DEPRECATED = (
    "stft with return_complex=False is deprecated. In a future pytorch release, stft will return complex tensors for "
    "all inputs, and return_complex=False will raise an error.\nNote: you can still call torch.view_as_real on the "
    "complex output to recover the old return format."
)
_ONE_SIDED = "Cannot have onesided output if window or input is complex"


def _shown(value: Any) -> Any:
    """An option as torch's messages show it."""
    if isinstance(value, Tensor):
        return f"torch.{value.dtype.scalar_name}Tensor{{{list(value.shape)}}}"
    return int(value) if isinstance(value, bool) else value


def _call(head: str, **options: Any) -> str:
    """The call as torch's messages begin."""
    return f"{head}, " + ", ".join([f"{name}={_shown(value)}" for name, value in options.items()]) + ")"


def _whole_window(window: Tensor | None, n_fft: int, win_length: int, like: Tensor) -> Tensor | None:
    """The window, ones without one, with zeros on both sides; None where it would be ones only."""
    if win_length == n_fft:
        return window
    if window is None:
        window = ones((win_length,), dtype=like.dtype.to_real() if like.dtype.category > 1 else None)
    left = (n_fft - win_length) // 2
    return constant_pad_nd(window, (left, n_fft - win_length - left))


@checked
@in_float32
def stft(
    input: Tensor, n_fft: int, hop_length: int | None = None, win_length: int | None = None,
    window: Tensor | None = None, center: bool = True, pad_mode: str = "reflect", normalized: bool = False,
    onesided: bool | None = None, return_complex: bool | None = None, align_to_window: bool | None = None,
) -> Tensor:  # fmt: skip
    """The spectra of pieces of `n_fft` samples, `hop_length` (a quarter of `n_fft`) apart, each times the `window`.

    Shape (..., frequencies, pieces) for an input of (..., samples) with at most one batch dimension. With `center`, the
    signal is first continued on both sides (`pad_mode`), so that piece t is centred at sample ``t * hop_length``.
    `normalized` divides by the root of `n_fft`. Of real signals only the ``n_fft // 2 + 1`` frequencies that do not repeat
    are returned, unless ``onesided=False``. Raises RuntimeError for sizes that do not fit.

    >>> torch.stft(torch.ones(8), 4, window=torch.ones(4), return_complex=True).abs()[:, 0]
    tensor([4., 0., 0.])
    """
    n_fft = check_integer("stft", "n_fft", n_fft, 2)
    if center:
        if align_to_window is not None:
            raise RuntimeError("stft align_to_window should only be set when center = false")
        ndim = input._data.ndim
        padded = input.view((1,) * (3 - ndim) + tuple(input.shape))
        padded = pad(padded, (n_fft // 2, n_fft // 2), pad_mode)
        input = padded.view(tuple(padded.shape)[padded.ndim - ndim :])
    hop_length = n_fft // 4 if hop_length is None else check_integer("stft", "hop_length", hop_length, 3)
    win_length = n_fft if win_length is None else check_integer("stft", "win_length", win_length, 4)
    if window is None:
        warn_once(f"{_NO_WINDOW},which is known to cause spectral leakage. Other windows such as torch.hann_window or "
                  f"torch.hamming_window are recommended to reduce spectral leakage.{_WINDOW_ADVICE}")  # fmt: skip
    complex_ = input.dtype.is_complex or (window is not None and window.dtype.is_complex)
    if not (complex_ if return_complex is None else return_complex):
        if return_complex is None:
            raise RuntimeError(_COMPLEX_NEEDED)
        warn_once(_DEPRECATED)
    call = _call(
        f"stft(torch.{input.dtype.scalar_name}Tensor{list(input.shape)}", n_fft=n_fft, hop_length=hop_length,
        win_length=win_length, window=window, normalized=normalized, onesided=onesided, return_complex=return_complex,
        align_to_window=align_to_window,
    )  # fmt: skip
    _check_pieces(call, input, n_fft, hop_length, win_length, window, align_to_window)
    out = _spectra(input, n_fft, hop_length, win_length, window, normalized, onesided, align_to_window)
    return out if return_complex or return_complex is None else view_as_real(out)


def _check_pieces(call: str, x: Tensor, n_fft: int, hop: int, win: int, window: Tensor | None, align: Any) -> None:
    if x.dtype.category < 2:
        raise RuntimeError(f"{call} : expected a tensor of floating point or complex values")
    if x.ndim not in (1, 2):
        raise RuntimeError(f"{call} : expected a 1D or 2D tensor")
    n = x._data.shape[-1] + (2 * ((n_fft - win) // 2) if align else 0)
    if not 0 < n_fft <= n:
        raise RuntimeError(f"{call} : expected 0 < n_fft < {n}, but got n_fft={n_fft}")
    if hop <= 0:
        raise RuntimeError(f"{call} : expected hop_length > 0, but got hop_length={hop}")
    if not 0 < win <= n_fft:
        raise RuntimeError(f"{call} : expected 0 < win_length <= n_fft, but got win_length={win}")
    if window is not None and window._data.shape != (win,):
        raise RuntimeError(
            f"{call} : expected a 1D window tensor of size equal to win_length={win}, but got window with size "
            f"{list(window.shape)}"
        )


def _spectra(x: Tensor, n_fft: int, hop: int, win: int, window: Tensor | None, normalized: Any, onesided: Any,
             align: Any) -> Tensor:  # fmt: skip
    if align:
        x = constant_pad_nd(x, ((n_fft - win) // 2,) * 2)
    alone = x.ndim == 1
    pieces = unfold_op(unsqueeze_op(x, 0) if alone else x, 1, n_fft, hop)
    weights = _whole_window(window, n_fft, win, x)
    if weights is not None:
        pieces = pieces * weights
    scale, last = BY_ROOT_N if normalized else NONE, (2,)
    if pieces.dtype.itemsize == 2:
        raise RuntimeError(f"MKL FFT doesn't support tensors of type: {pieces.dtype.scalar_name}")
    if not pieces.dtype.is_complex:
        out = r2c(pieces, last, scale, onesided is None or bool(onesided))
    elif onesided:
        raise RuntimeError(_ONE_SIDED)
    else:
        out = c2c(pieces, last, scale, True)
    out = out.transpose_(1, 2)
    return out.squeeze_(0) if alone else out


@checked
def istft(
    input: Tensor, n_fft: int, hop_length: int | None = None, win_length: int | None = None,
    window: Tensor | None = None, center: bool = True, normalized: bool = False, onesided: bool | None = None,
    length: int | None = None, return_complex: bool = False,
) -> Tensor:  # fmt: skip
    """The signal from its short-time Fourier transform: the inverse of `stft`, with the same arguments.

    Shape (..., samples) for an input of (..., frequencies, pieces); of `length` samples if that is given. Raises
    RuntimeError for sizes that do not fit, and where the squared windows add up to nothing.

    >>> w = torch.hann_window(4)
    >>> torch.istft(torch.stft(torch.ones(8), 4, window=w, return_complex=True), 4, window=w)
    tensor([1., 1., 1., 1., 1., 1., 1., 1.])
    """
    n_fft = check_integer("istft", "n_fft", n_fft, 2)
    hop_length = n_fft // 4 if hop_length is None else check_integer("istft", "hop_length", hop_length, 3)
    win_length = n_fft if win_length is None else check_integer("istft", "win_length", win_length, 4)
    if window is None:
        warn_once(f"{_NO_WINDOW}.Please provide the same window used by stft to make the inversion lossless."
                  f"{_WINDOW_ADVICE}")  # fmt: skip
    call = _call(
        f"istft(CPU{input.dtype.scalar_name}Type{list(input.shape)}", n_fft=n_fft, hop_length=hop_length,
        win_length=win_length, window=window, center=center, normalized=normalized, onesided=onesided, length=length,
        return_complex=return_complex,
    )  # fmt: skip
    if not input.dtype.is_complex:
        raise RuntimeError(
            "istft requires a complex-valued input tensor matching the output from stft with return_complex=True."
        )
    onesided = _check_spectra(call, input, n_fft, hop_length, win_length, window, onesided)
    spectra = (input if input.ndim == 3 else unsqueeze_op(input, 0)).transpose(1, 2)
    pieces = _signals(spectra, n_fft, BY_ROOT_N if normalized else BY_N, onesided, return_complex, window)
    weights = _whole_window(window, n_fft, win_length, input)
    start = n_fft // 2 if center else 0
    n = n_fft + hop_length * (input._data.shape[-1] - 1)
    end = n - start if length is None else start + length
    signal = _overlapped(call, pieces, weights, hop_length, start, min(end, n))
    signal = signal if input.ndim == 3 else signal.squeeze(0)
    if end > n:
        warn_once("The length of signal is shorter than the length parameter. Result is being padded with zeros in the "
                  "tail. Please check your center and hop_length settings.")  # fmt: skip
        signal = constant_pad_nd(signal, (0, end - n))
    return signal


def _check_spectra(call: str, x: Tensor, n_fft: int, hop: int, win: int, window: Tensor | None, onesided: Any) -> bool:
    """Raises for sizes that do not fit. Returns whether the spectra are halves."""
    shape = x._data.shape
    if not x._data.size:
        raise RuntimeError(f"{call} : input tensor cannot be empty.")
    if x.ndim > 3:
        raise RuntimeError(f"{call} : expected a tensor with 3 or 4 dimensions, but got {x.ndim + 1}")
    if x.ndim < 2:
        raise IndexError("Dimension out of range (expected to be in range of [-2, 1], but got -3)")
    onesided = shape[-2] != n_fft if onesided is None else onesided
    what = "n_fft / 2 + 1 when onesided=True" if onesided else "n_fft when onesided=False"
    if shape[-2] != (n_fft // 2 + 1 if onesided else n_fft):
        raise RuntimeError(
            f"{call} : expected the frequency dimension (3rd to the last) of the input tensor to match {what}, but got "
            f"{shape[-2]}"
        )
    if not 0 < hop <= win:
        raise RuntimeError(f"{call} : expected 0 < hop_length <= win_length")
    if not 0 < win <= n_fft:
        raise RuntimeError(f"{call} : expected 0 < win_length <= n_fft")
    if window is not None and window._data.shape != (win,):
        raise RuntimeError(f"{call} : Invalid window shape. window has to be 1D and length of `win_length`")
    return onesided


def _signals(x: Tensor, n_fft: int, scale: int, onesided: bool, return_complex: bool, window: Tensor | None) -> Tensor:
    """The pieces of the signal, each from its spectrum."""
    if return_complex:
        if onesided:
            raise RuntimeError(_ONE_SIDED)
        return c2c(x, (2,), scale, False)
    if window is not None and window.dtype.is_complex:
        raise RuntimeError("Complex windows are incompatible with return_complex=False")
    return c2r(x if onesided else slice_op(x, 2, 0, n_fft // 2 + 1, 1), (2,), scale, n_fft)


def _overlapped(call: str, pieces: Tensor, window: Tensor | None, hop: int, start: int, end: int) -> Tensor:
    """The pieces, times the window, added up where they overlap and divided by the sum of the squared windows."""
    batch, frames, n_fft = pieces.shape
    if window is None:
        window = ones((n_fft,), dtype=pieces.dtype.to_real())
    n = n_fft + hop * (frames - 1)
    signal = slice_op(unfold_backward(pieces * window, (batch, n), 1, n_fft, hop), 1, start, end, 1)
    squares = unfold_backward(expand_op(window**2, (1, frames, n_fft)), (1, n), 1, n_fft, hop)
    squares = slice_op(squares, 1, start, end, 1)
    if squares.numel() == 0:
        raise RuntimeError(
            "min(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the "
            "'dim' argument."
        )
    if abs(every_value(squares._data)).min() < 1e-11:
        raise RuntimeError(f"{call} window overlap add min: 1\n[ CPUBoolType{{}} ]")
    return signal / squares


methods(istft=istft, stft=stft)
