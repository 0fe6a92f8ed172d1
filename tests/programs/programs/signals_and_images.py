"""Fourier transforms, windows, interpolation, grids, a spatial transformer, a Fourier neural operator."""

import math
import torch
import torch.nn as nn
import torch.nn.functional as F

t = torch.arange(256) / 256
x = torch.sin(2 * math.pi * 8 * t) + 0.5 * torch.sin(2 * math.pi * 60 * t)
X = torch.fft.rfft(x)
f = torch.fft.rfftfreq(256, 1 / 256)
print(X.shape, X.dtype, X.abs().topk(2).indices, f[:4])
X[f > 30] = 0
y = torch.fft.irfft(X, n=256)
print((y - torch.sin(2 * math.pi * 8 * t)).abs().max() < 1e-4, torch.fft.fftshift(torch.fft.fftfreq(6)))
for w in (torch.hann_window, torch.hamming_window, torch.blackman_window, torch.bartlett_window):
    print(w.__name__, w(6), w(5, periodic=False)[1:3])
print(torch.kaiser_window(5, True, beta=6.0), torch.signal.windows.gaussian(5, std=1.0))
s = torch.stft(x, 64, 16, window=torch.hann_window(64), return_complex=True)
print(s.shape, s.dtype, s.abs().mean())
r = torch.istft(s, 64, 16, window=torch.hann_window(64))
print(r.shape, (r - x).abs().max() < 1e-5)
k = torch.tensor([1.0, 2, 1]) / 4
a = F.conv1d(x.view(1, 1, -1), k.view(1, 1, -1), padding=1)[0, 0]
n = 256 + 2
b = torch.fft.irfft(torch.fft.rfft(x, n) * torch.fft.rfft(k, n), n)[1:257]
print((a - b).abs().max() < 1e-6)
img = torch.arange(64.0).view(8, 8)
print(
    torch.fft.ifft2(torch.fft.fft2(img)).real.round()[0],
    torch.fft.fftn(img).abs().max(),
    torch.fft.hfft(X[:4]).shape,
    torch.polar(torch.ones(2), torch.tensor([0.0, math.pi / 2])),
    torch.view_as_real(torch.tensor([1 + 2j])),
    torch.angle(torch.tensor([1j])),
)
xr = x.clone().requires_grad_()
torch.fft.fft(xr).abs().square().sum().backward()
print(torch.allclose(xr.grad, 2 * 256 * x, atol=1e-2), torch.fft.fft(xr).grad_fn)
im = torch.arange(16.0).view(1, 1, 4, 4)
for m in ("nearest", "bilinear", "bicubic", "area", "nearest-exact"):
    print(m, F.interpolate(im, size=(3, 6), mode=m)[0, 0, 1], F.interpolate(im, scale_factor=0.5, mode=m).shape)
print(
    F.interpolate(im, (6, 6), mode="bilinear", align_corners=True)[0, 0, 2],
    F.pad(im, (1, 1, 0, 1), mode="reflect")[0, 0, -1],
    F.pad(im, (1, 0), value=-1.0)[0, 0, 0],
    F.pad(im, (1, 1, 1, 1), "circular")[0, 0, 0],
    F.unfold(im, 2, stride=2)[0, :, 1],
    F.pixel_shuffle(torch.arange(16.0).view(1, 4, 2, 2), 2)[0, 0],
)
th = torch.tensor([[[0.7, -0.7, 0.1], [0.7, 0.7, 0.0]]], requires_grad=True)
g = F.affine_grid(th, im.size(), align_corners=False)
o = F.grid_sample(im, g, align_corners=False)
print(g.shape, o[0, 0], o.grad_fn)
o.square().sum().backward()
print(th.grad.round(decimals=2))


class STN(nn.Module):
    def __init__(self):
        super().__init__()
        self.loc = nn.Sequential(nn.Conv2d(1, 4, 3), nn.MaxPool2d(2), nn.ReLU(True))
        self.fc_loc = nn.Sequential(nn.Linear(4 * 49, 16), nn.ReLU(True), nn.Linear(16, 6))
        self.fc = nn.Linear(256, 3)
        self.fc_loc[2].weight.data.zero_()
        self.fc_loc[2].bias.data.copy_(torch.tensor([1, 0, 0, 0, 1, 0], dtype=torch.float))

    def stn(self, x):
        return F.grid_sample(x, F.affine_grid(self.fc_loc(self.loc(x).view(-1, 196)).view(-1, 2, 3), x.size()))

    def forward(self, x):
        return F.log_softmax(self.fc(self.stn(x).flatten(1)), -1)


torch.manual_seed(0)
net = STN()
d, lab = torch.randn(16, 1, 16, 16), torch.arange(16) % 3
opt = torch.optim.SGD(net.parameters(), 0.1)
for i in range(6):
    l = F.nll_loss(net(d), lab)
    opt.zero_grad()
    l.backward()
    opt.step()
    print(i, "%.4f" % l.item())


# learn a filter in the Fourier domain; a Fourier layer (FNO)
class SpectralConv1d(nn.Module):
    def __init__(s, i, o, modes):
        super().__init__()
        s.m, s.o = modes, o
        s.w = nn.Parameter(1 / (i * o) * torch.rand(i, o, modes, dtype=torch.cfloat))

    def forward(s, x):
        xf = torch.fft.rfft(x)
        out = torch.zeros(x.shape[0], s.o, x.size(-1) // 2 + 1, dtype=torch.cfloat)
        out[:, :, : s.m] = torch.einsum("bix,iox->box", xf[:, :, : s.m], s.w)
        return torch.fft.irfft(out, n=x.size(-1))


torch.manual_seed(0)
fno = nn.Sequential(nn.Conv1d(1, 6, 1), SpectralConv1d(6, 6, 5), nn.GELU(), nn.Conv1d(6, 1, 1))
xi = torch.randn(8, 1, 32).cumsum(-1) / 5
yo = xi.roll(3, -1)
opt = torch.optim.Adam(fno.parameters(), 1e-2)
for i in range(20):
    l = F.mse_loss(fno(xi), yo)
    opt.zero_grad()
    l.backward()
    opt.step()
    if i % 5 == 0:
        print("FNO", i, "%.5f" % l.item(), fno[1].w.grad.dtype)
