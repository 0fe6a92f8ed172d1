"""Fourier transforms: what programs print, and how they fail, as under PyTorch."""

import pytest

from parity.expressions import differences

torch = pytest.importorskip("torch")

PROGRAM = """
F = torch.fft
x = torch.arange(24.).reshape(4, 6).requires_grad_()
c = torch.complex(x.detach(), 1 - x.detach()).requires_grad_()
[type(getattr(F, n)(x).grad_fn).__name__ for n in ("fft", "ifft", "rfft", "irfft", "hfft", "fftn", "irfft2", "fftshift")]
[type(getattr(F, n)(c).grad_fn).__name__ for n in ("fft", "ifft", "irfft", "hfft", "ifftn", "hfft2")]
F.fft(x).grad_fn._saved_dim, F.fft(x, norm="ortho").grad_fn._saved_normalization
F.hfft(torch.arange(4.), n=3), F.rfft(torch.arange(4))
F.fft(x, n=0)
F.fft(x, n=-1)
F.fft(x, norm="bad")
F.fft(x, norm=3)
F.fft(x, dim=3)
F.fft(x, dim="a")
F.fft(x, n=2.5)
F.fft("a")
F.fft(torch.tensor(1.))
F.fft(torch.ones(4, dtype=torch.half))
F.irfft(torch.ones(4, dtype=torch.bfloat16))
F.rfft(c)
F.ihfft(c)
F.rfftn(c)
F.ihfft2(c)
F.rfftn(x, dim=())
F.irfftn(x, dim=())
F.hfftn(x, dim=())
F.ihfftn(x, dim=())
F.fftn(x, s=(2, 2, 2))
F.fftn(x, s=(2,), dim=(0, 1))
F.fftn(x, dim=(0, 0))
F.fftn(x, s=(0, 2))
F.fftn(x, s=3).shape, F.fftn(x, dim=1).shape, F.fft2(x, dim=1).shape
F.fft2(x, s=4)
F.fft2(torch.ones(3))
F.fft(torch.ones(5, 0))
F.fft(torch.ones(5, 0), n=3).abs()
F.irfft(torch.ones(5, 1))
F.irfftn(torch.ones(1, 3, 1), s=(3, 0))
F.hfft(c, n=-2)
F.fft(x.detach(), out=torch.empty(0))
F.irfft(x.detach(), out=torch.empty(0, dtype=torch.complex64))
F.hfftn(x.detach(), out=torch.empty(0, dtype=torch.complex64))
F.ihfft2(x.detach(), out=torch.empty(0))
F.fftfreq(5), F.fftfreq(4, d=2.), F.rfftfreq(5, dtype=torch.float64), F.fftfreq(0), F.rfftfreq(0), F.fftfreq(1)
F.fftfreq(4, requires_grad=True), F.fftfreq(4, 0.5, out=torch.empty(0)), F.fftfreq(7, 0.1), F.rfftfreq(9, 0.3)
F.fftfreq(-1)
F.fftfreq(4.5)
F.fftfreq(4, dtype=torch.int64)
F.rfftfreq(4, dtype=torch.complex64)
F.fftshift(x, dim=0), F.ifftshift(torch.arange(5)), F.fftshift(torch.arange(5), dim=(0,))
F.fftshift(x, dim=2)
F.fftshift(torch.tensor(1.))
"""


def test_programs():
    assert not differences(torch, PROGRAM)
