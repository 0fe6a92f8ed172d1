"""Short-time Fourier transforms: what programs print, and how they fail, as under PyTorch."""

import pytest

from parity.expressions import differences

torch = pytest.importorskip("torch")

PROGRAM = """
S, I = torch.stft, torch.istft
x = torch.arange(1., 21., dtype=torch.float64).sqrt().requires_grad_()
X = torch.arange(1., 61., dtype=torch.float64).sqrt().reshape(3, 20)
c = torch.complex(X[0], X[1])
w = torch.arange(1, 9, dtype=torch.float64)
y = S(x, 8, window=w, return_complex=True)
y.grad_fn.name(), y.shape, y.stride(), y.abs().sum()
S(X, 8, hop_length=3, win_length=6, window=w[:6], return_complex=True).abs().sum(2)
S(X, 8, center=False, window=w, normalized=True, onesided=False, return_complex=True).abs().sum(2)
S(x, 8, window=w, return_complex=False).grad_fn.name()
S(c, 8, pad_mode="constant").abs().sum(0)
S(x, 7, hop_length=3, center=False, return_complex=True).shape, S(x, 8, win_length=6, return_complex=True).abs().sum(0)
S(x, 8, win_length=6, center=False, align_to_window=True, return_complex=True).abs().sum(0)
S(x, 8)
S(x.int(), 8, return_complex=True, center=False)
S(X[None], 8, return_complex=True)
S(x, 0, return_complex=True)
S(x, 30, center=False, return_complex=True)
S(x, 8, hop_length=0, return_complex=True)
S(x, 8, win_length=9, return_complex=True)
S(x, 8, win_length=0, return_complex=True)
S(x, 8, window=w[:6], return_complex=True)
S(x, 8, window=w[None], return_complex=True)
S(c, 8, onesided=True, return_complex=True)
S(x, 8, window=w.to(torch.complex128), onesided=True)
S(x, 8, align_to_window=True, return_complex=True)
S(x, 8, return_complex=True, pad_mode="foo")
x.stft(8, return_complex=True, window=w.float()).dtype
x.float().stft(8, return_complex=True, window=w).dtype
y = y.detach()
I(y, 8, window=w), I(y, 8, window=w, length=5), I(y, 8, window=w, length=22), I(y, 8, center=False, window=w)
I(torch.stack((y, y)), 8, window=w).shape, y.istft(8, window=w, normalized=True)
I(S(c, 8, window=w), 8, window=w, return_complex=True, onesided=False)
I(y.requires_grad_(), 8, window=w).grad_fn.name(), I(y[None], 8, window=w).grad_fn.name()
I(x, 8)
I(y, 10, window=w)
I(y[0], 8)
I(y[None, None], 8)
I(y[:, :0], 8)
I(y, 8, hop_length=0)
I(y, 8, win_length=9)
I(y, 8, hop_length=9)
I(y, 8, window=w[:4])
I(y, 8, window=torch.zeros(8, dtype=torch.float64))
I(y, 8, window=w, return_complex=True)
I(y, 8, window=w, onesided=False)
I(y, 8, window=w.to(torch.complex128))
I(y, 8, window=w, length=0)
I(y, -2)
"""


def test_programs():
    assert not differences(torch, PROGRAM)
