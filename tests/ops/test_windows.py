"""Windows: against SciPy, symmetric and periodic, and their errors."""

import numpy as np
import pytest
from scipy.signal import windows as scipy_windows

import rushlight as torch

TORCH = {"hann_window": "hann", "hamming_window": "hamming", "bartlett_window": "bartlett", "blackman_window": "blackman"}
SIGNAL = {
    "bartlett": {}, "blackman": {}, "cosine": {}, "exponential": {"tau": 2.0}, "gaussian": {"std": 1.5}, "hamming": {},
    "hann": {}, "kaiser": {"beta": 8.0}, "nuttall": {}, "general_cosine": {"a": [0.5, 0.3, 0.2]}, "general_hamming": {"alpha": 0.6},
}  # fmt: skip


@pytest.mark.parametrize("name", TORCH)
@pytest.mark.parametrize("n", [0, 1, 2, 5, 8])
@pytest.mark.parametrize("periodic", [True, False])
def test_windows_as_scipy(name, n, periodic):
    got = getattr(torch, name)(n, periodic, dtype=torch.float64).numpy()
    np.testing.assert_allclose(got, scipy_windows.get_window(TORCH[name], n, periodic) if n else [], atol=1e-12)


@pytest.mark.parametrize("name", SIGNAL)
@pytest.mark.parametrize("n", [1, 2, 5, 8])
@pytest.mark.parametrize("sym", [True, False])
def test_signal_windows_as_scipy(name, n, sym):
    got = getattr(torch.signal.windows, name)(n, sym=sym, dtype=torch.float64, **SIGNAL[name]).numpy()
    np.testing.assert_allclose(got, getattr(scipy_windows, name)(n, sym=sym, **SIGNAL[name]), atol=1e-12)


def test_kaiser():
    for n in (2, 5, 8):
        want = scipy_windows.kaiser(n, 3.0, sym=False)
        np.testing.assert_allclose(torch.kaiser_window(n, True, 3.0, dtype=torch.float64).numpy(), want, atol=1e-12)


def test_options():
    assert torch.hann_window(4).dtype is torch.float32
    assert torch.hann_window(4, requires_grad=True).is_leaf
    assert torch.hann_window(window_length=4, periodic=False).tolist() == torch.hann_window(4, False).tolist()
    assert torch.signal.windows.cosine(4, requires_grad=True).requires_grad
    assert torch.hamming_window(4, True, 0.5, 0.5).tolist() == torch.hann_window(4).tolist()


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda w: torch.hann_window(-1), RuntimeError, "hann_window requires non-negative window_length, got window_length=-1"),
    (lambda w: torch.hann_window(3, dtype=torch.int64), RuntimeError, r"floating point dtypes, got: TensorOptions\(dtype=long"),
    (lambda w: torch.hann_window(2.5), TypeError, r"argument 'window_length' \(position 1\) must be int, not float"),
    (lambda w: torch.hann_window(5, 3), TypeError, r"hann_window\(\) received an invalid combination of arguments - got \(int, in"),
    (lambda w: torch.kaiser_window(5, beta=3.0), TypeError, r"kaiser_window\(\) received an invalid combination of arguments"),
    (lambda w: torch.hann_window(), TypeError, r"hann_window\(\) received an invalid combination of arguments - got \(\)"),
    (lambda w: torch.blackman_window(3, dtype=torch.complex64), NotImplementedError, "\"arange_cpu\" not implemented for 'Complex"),
    (lambda w: w.hann(-1), ValueError, "general_cosine requires non-negative window length, got M=-1"),
    (lambda w: w.blackman(-1), ValueError, "blackman requires non-negative window length, got M=-1"),
    (lambda w: w.cosine(3, dtype=torch.bfloat16), ValueError, "cosine expects float32 or float64 dtypes, got: torch.bfloat16"),
    (lambda w: w.exponential(3, tau=-1), ValueError, "Tau must be positive, got: -1 instead."),
    (lambda w: w.exponential(3, center=1), ValueError, "Center must be None for symmetric windows"),
    (lambda w: w.gaussian(3, std=0), ValueError, "Standard deviation must be positive, got: 0 instead."),
    (lambda w: w.kaiser(3, beta=-1), ValueError, "beta must be non-negative, got: -1 instead."),
    (lambda w: w.general_cosine(3, a=[]), ValueError, "Coefficients cannot be empty"),
    (lambda w: w.general_cosine(3, a=3), TypeError, "Coefficients must be a list/tuple"),
])  # fmt: skip
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call(torch.signal.windows)
