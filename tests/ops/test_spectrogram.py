"""Short-time Fourier transforms: against a loop, round trips, gradients, errors."""

import numpy as np
import pytest

import rushlight as torch

X = np.random.default_rng(0).uniform(-1, 1, (2, 24))
W = torch.hann_window(8, dtype=torch.float64)


def test_against_a_loop():
    got = torch.stft(torch.from_numpy(X), 8, hop_length=3, window=W, center=False, return_complex=True)
    want = [np.fft.rfft(X[:, s : s + 8] * W.numpy()) for s in range(0, 17, 3)]
    np.testing.assert_allclose(got.numpy(), np.stack(want, -1), atol=1e-12)


@pytest.mark.parametrize("options", [{}, {"hop_length": 3}, {"normalized": True}, {"win_length": 6}, {"onesided": False}])
def test_round_trip(options):
    window = torch.ones(6, dtype=torch.float64) if "win_length" in options else W
    spectra = torch.stft(torch.from_numpy(X), 8, window=window, return_complex=True, **options)
    np.testing.assert_allclose(torch.istft(spectra, 8, window=window, length=24, **options).numpy(), X, atol=1e-12)


def test_round_trip_of_complex_numbers():
    z = torch.from_numpy(X + 1j * X[::-1])
    back = torch.istft(torch.stft(z, 8, window=W), 8, window=W, return_complex=True, onesided=False)
    np.testing.assert_allclose(back.numpy(), z.numpy(), atol=1e-12)


def test_gradients():
    x = torch.from_numpy(X[:, :16].copy()).requires_grad_()
    window = (W + 0.1).requires_grad_()
    spectra = torch.stft(x, 8, window=window, return_complex=True).detach().requires_grad_()
    assert torch.autograd.gradcheck(lambda x, w: torch.stft(x, 8, window=w, return_complex=True), (x, window))
    assert torch.autograd.gradcheck(lambda s, w: torch.istft(s, 8, window=w), (spectra, window))


@pytest.mark.parametrize(("call", "words"), [
    (lambda x: torch.stft(x, 8), "stft requires the return_complex parameter be given for real inputs"),
    (lambda x: torch.stft(x, 25, center=False, return_complex=True), "expected 0 < n_fft < 24, but got n_fft=25"),
    (lambda x: torch.stft(x, 8, hop_length=0, return_complex=True), "expected hop_length > 0, but got hop_length=0"),
    (lambda x: torch.stft(x, 8, window=W[:6], return_complex=True), r"size equal to win_length=8, but got window with size \[6\]"),
    (lambda x: torch.stft(x, 8, align_to_window=True, return_complex=True), "should only be set when center = false"),
    (lambda x: torch.istft(x, 8), "istft requires a complex-valued input tensor"),
    (lambda x: torch.istft(x + 0j, 8, window=W), "to match n_fft / 2 \\+ 1 when onesided=True, but got 2"),
    (lambda x: torch.istft((x + 0j)[:, :0], 8, window=W), "input tensor cannot be empty"),
    (lambda x: torch.istft(torch.ones(5, 3) + 0j, 8, window=W * 0), "window overlap add min: 1"),
])  # fmt: skip
@pytest.mark.filterwarnings("ignore:A window was not provided")
def test_errors(call, words):
    with pytest.raises(RuntimeError, match=words):
        call(torch.from_numpy(X))


def test_warns_once_of_no_window():
    torch.set_warn_always(True)
    try:
        with pytest.warns(UserWarning, match="A window was not provided"):
            torch.stft(torch.from_numpy(X), 8, return_complex=True)
    finally:
        torch.set_warn_always(False)
