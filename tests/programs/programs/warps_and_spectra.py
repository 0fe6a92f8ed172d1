"""Pictures warped by sampling, windows and spectra, losses on them, filters."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
torch.set_printoptions(precision=3)
img = torch.rand(2, 3, 6, 7)


def rot(deg):
    a = torch.deg2rad(torch.as_tensor(deg))
    z = torch.zeros_like(a)
    return torch.stack([torch.stack([a.cos(), -a.sin(), z], -1), torch.stack([a.sin(), a.cos(), z], -1)], -2)


ang = torch.tensor([30.0, -45.0], requires_grad=True)
for mode in ("bilinear", "nearest", "bicubic"):
    for pad in ("zeros", "border", "reflection"):
        for ac in (False, True):
            g = F.affine_grid(rot(ang), img.shape, align_corners=ac)
            o = F.grid_sample(img, g, mode=mode, padding_mode=pad, align_corners=ac)
            gr = torch.autograd.grad(o.pow(2).sum(), ang)[0]
            print(mode, pad, ac, o.mean().item().__round__(5), [round(v, 4) for v in gr.tolist()])
print(g.shape, o.grad_fn, g.grad_fn)


class Aligner(nn.Module):
    """Turns and moves its pictures by what it sees in them."""

    def __init__(self):
        super().__init__()
        self.look = nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(12, 3))

    def forward(self, x):
        turn, move = self.look(x).split([1, 2], 1)
        theta = torch.cat([rot(10 * turn.squeeze(1)), 0.1 * move.unsqueeze(2)], 2)[:, :, [0, 1, 3]]
        return F.grid_sample(x, F.affine_grid(theta, x.shape, align_corners=False), align_corners=False), theta


s = Aligner()
opt = torch.optim.SGD(s.parameters(), 0.1)
tgt = img.roll(1, -1)
for i in range(3):
    o, th = s(img)
    l = F.mse_loss(o, tgt)
    opt.zero_grad()
    l.backward()
    opt.step()
    print(f"{l.item():.5f}", th[0].detach().flatten()[:3])
flow = torch.zeros(2, 2, 6, 7, requires_grad=True)
ys, xs = torch.meshgrid(torch.arange(6.0), torch.arange(7.0), indexing="ij")
grid = torch.stack([2 * (xs + flow[:, 0]) / 6 - 1, 2 * (ys + flow[:, 1]) / 5 - 1], -1)
w = F.grid_sample(img, grid, align_corners=True)
print(torch.allclose(w, img, atol=1e-6))
(w - tgt).abs().mean().backward()
print(flow.grad.abs().sum())
vol = torch.rand(1, 1, 3, 4, 5)
g3 = F.affine_grid(torch.eye(3, 4)[None] * 0.9, vol.shape, align_corners=False)
print(F.grid_sample(vol, g3, align_corners=False).sum())
print(
    F.pixel_shuffle(torch.arange(16.0).view(1, 4, 2, 2), 2),
    F.unfold(img, 3, padding=1).shape,
    F.fold(F.unfold(img, 2, stride=2), (6, 7) if False else (6, 6), 2, stride=2).shape if False else "",
    F.interpolate(img, scale_factor=0.5, mode="area").shape,
    F.interpolate(img, (3, 3), mode="bilinear", antialias=True).mean(),
    F.interpolate(img, (9, 5), mode="nearest-exact")[0, 0, 0],
    F.interpolate(img, scale_factor=(1.5, 2.0), mode="bicubic", recompute_scale_factor=True).shape,
)
k = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
sob = F.conv2d(img, k.expand(3, 1, 3, 3), padding=1, groups=3)
print(
    sob.abs().mean(),
    F.avg_pool2d(img, 3, 1, 1, count_include_pad=False)[0, 0, 0, :3],
    F.lp_pool2d(img, 2, 2).shape,
    F.max_unpool2d(*F.max_pool2d(img, 2, return_indices=True), 2, output_size=(6, 7)).sum(),
    F.fractional_max_pool2d(img, 2, output_size=3, _random_samples=torch.full((2, 3, 2), 0.5)).sum(),
)


def ssim(a, b, c1=1e-4, c2=9e-4):
    mu = lambda x: F.avg_pool2d(x, 3, 1)
    ma, mb = mu(a), mu(b)
    va, vb, cab = mu(a * a) - ma**2, mu(b * b) - mb**2, mu(a * b) - ma * mb
    return (((2 * ma * mb + c1) * (2 * cab + c2)) / ((ma**2 + mb**2 + c1) * (va + vb + c2))).mean()


print(
    ssim(img, img),
    ssim(img, tgt),
    F.total_variation(img) if hasattr(F, "total_variation") else (img.diff(dim=-1).abs().sum() + img.diff(dim=-2).abs().sum()),
    10 * torch.log10(1 / F.mse_loss(img, tgt)),
)
# spectra
t = torch.arange(0, 400) / 400
sig = torch.sin(2 * math.pi * 20 * t) + 0.5 * torch.sin(2 * math.pi * 50 * t)
noisy = sig + 0.3 * torch.randn(400)
est = noisy.clone().requires_grad_()


def stft(x, n):
    return torch.stft(
        x,
        n,
        n // 4,
        window=torch.hann_window(n),
        return_complex=True,
        center=True,
        pad_mode="reflect",
        normalized=False,
        onesided=True,
    )


class MRSTFT(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.sizes = sizes
        [self.register_buffer(f"w{s}", torch.hann_window(s)) for s in sizes]

    def forward(self, x, y):
        l = 0.0
        for s in self.sizes:
            X, Y = (
                torch.stft(v, s, s // 4, s, getattr(self, f"w{s}"), return_complex=True).abs().clamp(min=1e-7) for v in (x, y)
            )
            l = l + (Y - X).norm(p="fro") / Y.norm(p="fro") + F.l1_loss(X.log(), Y.log())
        return l / len(self.sizes)


crit = MRSTFT((16, 32, 64))
opt = torch.optim.Adam([est], lr=0.02)
for i in range(4):
    l = crit(est, sig)
    opt.zero_grad()
    l.backward()
    opt.step()
    print(f"stft {l.item():.2f} {est.grad.norm().item():.1f}")
S = stft(noisy, 32)
print(S.shape, S.dtype, S.abs().mean(1).argmax())
back = torch.istft(S, 32, 8, window=torch.hann_window(32), length=400)
print((back - noisy).abs().max() < 1e-5)
spec = torch.fft.rfft(noisy)
freqs = torch.fft.rfftfreq(400, 1 / 400)
mask = (freqs > 10) & (freqs < 60)
den = torch.fft.irfft(spec * mask, n=400)
print(freqs[spec.abs().topk(2).indices].sort().values, F.mse_loss(den, sig) < F.mse_loss(noisy, sig))
peak = spec.abs().argmax()
print(peak, torch.angle(spec[peak]).abs() < 4)
h = torch.randn(9, requires_grad=True)
conv = torch.fft.irfft(torch.fft.rfft(sig, 408) * torch.fft.rfft(h, 408), 408)
ref = F.conv1d(sig[None, None], h.flip(0)[None, None], padding=8)[0, 0]
print(torch.allclose(conv, ref, atol=1e-4))
(g1,) = torch.autograd.grad(conv.pow(2).sum(), h, retain_graph=True)
(g2,) = torch.autograd.grad(ref.pow(2).sum(), h)
print(torch.allclose(g1, g2, rtol=1e-3), g1[:3])
mel = torch.linspace(0, 2595 * math.log10(1 + 200 / 700), 6)
hz = 700 * (10 ** (mel / 2595) - 1)
f = torch.linspace(0, 200, 17)
up = (f[:, None] - hz[:-2]) / (hz[1:-1] - hz[:-2])
dn = (hz[2:] - f[:, None]) / (hz[2:] - hz[1:-1])
fb = torch.minimum(up, dn).clamp_min(0)
print((S.abs().pow(2).T @ fb).clamp_min(1e-5).log10().mean(0))
im = torch.fft.fftshift(torch.fft.fft2(img[0, 0]))
yy, xx = torch.meshgrid(torch.fft.fftshift(torch.fft.fftfreq(6)), torch.fft.fftshift(torch.fft.fftfreq(7)), indexing="ij")
low = torch.fft.ifft2(torch.fft.ifftshift(im * ((yy**2 + xx**2).sqrt() < 0.25))).real
print(low.std() < img[0, 0].std(), low.mean() - img[0, 0].mean() < 1e-6, im.abs().amax())
for win in ("bartlett", "blackman", "hamming", "kaiser"):
    print(win, getattr(torch, win + "_window")(5), torch.signal.windows.gaussian(4, std=1.0)[:1])
print(
    torch.signal.windows.general_hamming(4),
    torch.stft(noisy[:8], 4, onesided=False, return_complex=True, window=torch.ones(4)).shape,
    torch.view_as_real(S)[0, 0],
    torch.polar(torch.ones(2), torch.tensor([0.0, math.pi / 2])),
)
for fn in (
    lambda: torch.istft(S.real, 32, window=torch.ones(32)),
    lambda: torch.stft(noisy, 32, window=torch.ones(16), return_complex=True),
    lambda: F.grid_sample(img, torch.zeros(1, 2, 2, 2), align_corners=False),
    lambda: F.grid_sample(img, torch.zeros(2, 2, 2, 3), align_corners=False),
    lambda: F.affine_grid(torch.zeros(2, 3), (2, 3, 4, 5), align_corners=False),
    lambda: F.affine_grid(torch.zeros(2, 2, 3), (2, 3, 4), align_corners=False),
    lambda: F.grid_sample(img, g, mode="foo", align_corners=False),
    lambda: torch.istft(S, 32, 40, window=torch.ones(32)),
    lambda: torch.istft(S, 32, 8, window=torch.zeros(32)),
    lambda: F.pixel_shuffle(img, 2),
    lambda: F.fold(torch.rand(1, 12, 5), (4, 4), 2),
    lambda: torch.fft.irfft(torch.ones(1)),
    lambda: torch.fft.rfft(S),
):
    try:
        print(fn())
    except Exception as e:
        print(type(e).__name__, e)
torch.set_printoptions(profile="default")
