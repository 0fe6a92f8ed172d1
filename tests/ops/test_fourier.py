"""Fourier transforms beyond what samples show: against NumPy, arguments, errors, frequencies."""

import numpy as np
import pytest

import rushlight as torch

X = np.random.default_rng(0).uniform(-1, 1, (4, 6))
NAMES = ("fft", "ifft", "fft2", "ifft2", "fftn", "ifftn", "rfft", "irfft", "rfft2", "irfft2", "rfftn", "irfftn", "hfft", "ihfft")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("norm", [None, "backward", "ortho", "forward"])
def test_as_numpy(name, norm):
    got = getattr(torch.fft, name)(torch.from_numpy(X), norm=norm)
    np.testing.assert_allclose(got.resolve_conj().numpy(), getattr(np.fft, name)(X, norm=norm), atol=1e-12)


def test_precision_is_kept():
    x = torch.ones(4)
    assert torch.fft.fft(x).dtype is torch.complex64
    assert torch.fft.irfft(torch.fft.rfft(x)).dtype is torch.float32
    assert torch.fft.fft(torch.arange(4)).dtype is torch.complex64
    assert torch.fft.rfftn(x.double()).dtype is torch.complex128


def test_round_trips():
    x = torch.from_numpy(X)
    assert torch.allclose(torch.fft.irfft(torch.fft.rfft(x), n=6), x)
    assert torch.allclose(torch.fft.hfft(torch.fft.ihfft(x), n=6), x)
    assert torch.allclose(torch.fft.hfftn(torch.fft.ihfftn(x), s=(4, 6)), x)
    assert torch.allclose(torch.fft.ifftshift(torch.fft.fftshift(x)), x)


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda F, x, z: F.fft(x, n=0), RuntimeError, r"Invalid number of data points \(0\) specified"),
    (lambda F, x, z: F.irfft(x[:1]), RuntimeError, r"Invalid number of data points \(0\) specified"),
    (lambda F, x, z: F.fft(x, norm="bad"), RuntimeError, 'Invalid normalization mode: "bad"'),
    (lambda F, x, z: F.fft(x, norm=3), TypeError, r"fft_fft\(\): argument 'norm' must be str, not int"),
    (lambda F, x, z: F.fft(x, dim=3), IndexError, "Dimension out of range"),
    (lambda F, x, z: F.fft(x[0]), IndexError, "Dimension specified as -1 but tensor has no dimensions"),
    (lambda F, x, z: F.fft([1.0]), TypeError, r"fft_fft\(\): argument 'input' \(position 1\) must be Tensor, not list"),
    (lambda F, x, z: F.fft(x, n=2.5), TypeError, r"fft_fft\(\): argument 'n' must be int, not float"),
    (lambda F, x, z: F.rfft(z), RuntimeError, "rfft expects a real input tensor, but got ComplexFloat"),
    (lambda F, x, z: F.rfft2(z), RuntimeError, "rfftn expects a real-valued input tensor, but got ComplexFloat"),
    (lambda F, x, z: F.ihfftn(z), RuntimeError, "Only supports floating-point dtypes, but found: ComplexFloat"),
    (lambda F, x, z: F.fft(x.half()), RuntimeError, "Unsupported dtype Half"),
    (lambda F, x, z: F.fftn(x, s=(2, 2)), RuntimeError, "Got shape with 2 values but input tensor only has 1 dimensions."),
    (lambda F, x, z: F.fftn(x, s=(2,), dim=(0, 1)), IndexError, "Dimension out of range"),
    (lambda F, x, z: F.fftn(x, s=(2, 2), dim=0), RuntimeError, "dim and shape arguments must have the same length"),
    (lambda F, x, z: F.fftn(x, dim=(0, -1)), RuntimeError, "FFT dims must be unique"),
    (lambda F, x, z: F.irfftn(x, dim=()), RuntimeError, "irfftn must transform at least one axis"),
    (lambda F, x, z: F.fft(x, out=torch.ones(3)), RuntimeError, "fft expects a complex output tensor, but got Float"),
    (lambda F, x, z: F.irfft(x, out=z), RuntimeError, "irfft expects a floating point output tensor, but got ComplexFl"),
    (lambda F, x, z: F.fftfreq(4, dtype=torch.int64), RuntimeError, "fftfreq requires a floating point or complex dtype"),
    (lambda F, x, z: F.fftfreq(-1), RuntimeError, r"Trying to create tensor with negative dimension -1: \[-1\]"),
    (lambda F, x, z: F.fftshift(x, dim=2), IndexError, "Dimension out of range"),
])  # fmt: skip
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call(torch.fft, torch.ones(3), torch.ones(3, dtype=torch.complex64))


def test_frequencies():
    assert torch.fft.fftfreq(5).tolist() == pytest.approx(np.fft.fftfreq(5).tolist())
    assert torch.fft.fftfreq(4, d=2.0, dtype=torch.float64).tolist() == np.fft.fftfreq(4, 2.0).tolist()
    assert torch.fft.rfftfreq(4, requires_grad=True).requires_grad
    assert torch.fft.fftfreq(0).shape == (0,)


def test_out():
    out = torch.empty(0, dtype=torch.complex128)
    assert torch.fft.fft(torch.ones(3), out=out) is out
    assert out.tolist() == [3, 0, 0]
