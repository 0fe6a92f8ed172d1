"""Blocks of convolutional networks: recurrent, dilated, separable, dense, in space and time; windows; boxes."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)


class ConvLSTMCell(nn.Module):
    def __init__(s, i, h):
        super().__init__()
        s.h = h
        s.conv = nn.Conv2d(i + h, 4 * h, 3, padding=1)

    def forward(s, x, st):
        h, c = st
        i, f, o, g = torch.split(s.conv(torch.cat([x, h], 1)), s.h, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return h, c


class Wave(nn.Module):
    def __init__(s):
        super().__init__()
        s.ls = nn.ModuleList(nn.Conv1d(4, 8, 2, dilation=2**i) for i in range(3))
        s.i, s.o = nn.Conv1d(1, 4, 1), nn.Conv1d(4, 1, 1)

    def forward(s, x):
        x = s.i(x)
        for l in s.ls:
            z = l(F.pad(x, (l.dilation[0], 0)))
            a, b = z.chunk(2, 1)
            x = x + a.tanh() * b.sigmoid()
        return s.o(x)


class SE(nn.Module):
    def __init__(s, c, r=2):
        super().__init__()
        s.f = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(c, c // r, 1), nn.SiLU(), nn.Conv2d(c // r, c, 1), nn.Hardsigmoid()
        )

    def forward(s, x):
        return x * s.f(x)


mob = nn.Sequential(
    nn.Conv2d(3, 8, 3, 2, 1),
    nn.BatchNorm2d(8),
    nn.ReLU6(True),
    nn.Conv2d(8, 8, 3, 1, 1, groups=8, bias=False),
    nn.GroupNorm(2, 8),
    nn.Hardswish(),
    SE(8),
    nn.Conv2d(8, 12, 1),
    nn.InstanceNorm2d(12, affine=True),
    nn.ELU(),
    nn.AvgPool2d(2, count_include_pad=False),
    nn.PReLU(12),
    nn.AdaptiveMaxPool2d(2),
    nn.Flatten(),
    nn.LazyLinear(4) if False else nn.Linear(48, 4),
)
dense = lambda c: nn.ModuleList([nn.Conv2d(c + 4 * i, 4, 3, padding="same") for i in range(3)])


class Dense(nn.Module):
    def __init__(s):
        super().__init__()
        s.l = dense(3)
        s.f = nn.Linear(15, 4)

    def forward(s, x):
        for l in s.l:
            x = torch.cat([x, F.relu(l(x))], 1)
        return s.f(x.mean((-2, -1)))


class Incep(nn.Module):
    def __init__(s):
        super().__init__()
        s.b = nn.ModuleList(
            [
                nn.Conv2d(3, 4, 1),
                nn.Sequential(nn.Conv2d(3, 4, (1, 5), padding=(0, 2)), nn.Conv2d(4, 4, (5, 1), padding=(2, 0))),
                nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(3, 4, 1)),
            ]
        )
        s.f = nn.Linear(12, 4)

    def forward(s, x):
        return s.f(F.avg_pool2d(torch.cat([b(x) for b in s.b], 1), 16).flatten(1))


class SR(nn.Module):
    def __init__(s):
        super().__init__()
        s.c = nn.Sequential(
            nn.Conv2d(3, 12, 3, padding=1, padding_mode="reflect"),
            nn.PixelShuffle(2),
            nn.Conv2d(3, 3, 3, stride=2, padding=1),
            nn.PixelUnshuffle(2),
        )
        s.f = nn.Linear(12, 4)

    def forward(s, x):
        return s.f(s.c(x).amax((2, 3)))


class Mixer(nn.Module):
    def __init__(s, p=4, d=16):
        super().__init__()
        s.p = p
        s.e = nn.Linear(3 * p * p, d)
        s.n1, s.n2 = nn.LayerNorm(d), nn.LayerNorm(d)
        s.t = nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.Linear(32, 16))
        s.c = nn.Sequential(nn.Linear(d, 32), nn.Mish(), nn.Linear(32, d))
        s.f = nn.Linear(d, 4)

    def forward(s, x):
        B, C, H, W = x.shape
        p = s.p
        x = x.reshape(B, C, H // p, p, W // p, p).permute(0, 2, 4, 3, 5, 1).reshape(B, -1, C * p * p)
        x = s.e(x)
        x = x + s.t(s.n1(x).mT).mT
        x = x + s.c(s.n2(x))
        return s.f(x.mean(1))


class Vol(nn.Module):
    def __init__(s):
        super().__init__()
        s.c = nn.Conv3d(1, 4, (3, 3, 3), padding=1)
        s.t = nn.ConvTranspose3d(4, 2, 2, 2)
        s.f = nn.Linear(2, 4)

    def forward(s, x):
        return s.f(F.max_pool3d(s.t(F.relu(s.c(x.unsqueeze(1)))), 2).mean((2, 3, 4)))


x, y = torch.randn(8, 3, 16, 16), torch.arange(8) % 4
for M in (mob, Dense(), Incep(), SR(), Mixer(), Vol()):
    opt = torch.optim.SGD(M.parameters(), 0.05, momentum=0.9)
    out = []
    for i in range(5):
        l = F.cross_entropy(M(x), y)
        opt.zero_grad()
        l.backward()
        opt.step()
        out.append("%.4f" % l.item())
    print(type(M).__name__, *out)
cell = ConvLSTMCell(3, 4)
st = (torch.zeros(8, 4, 16, 16),) * 2
for t in range(3):
    st = cell(x, st)
st[0].square().mean().backward()
print("convlstm", tuple(st[0].shape), "%.6f" % cell.conv.weight.grad.norm().item())
w = Wave()
s = torch.sin(torch.arange(64.0) / 4).view(1, 1, -1)
opt = torch.optim.Adam(w.parameters(), 0.01)
for i in range(20):
    l = F.mse_loss(w(s[..., :-1]), s[..., 1:])
    opt.zero_grad()
    l.backward()
    opt.step()
print("wave %.5f" % l.item(), w(s).shape)


def window_partition(x, w):
    B, H, W, C = x.shape
    return x.view(B, H // w, w, W // w, w, C).permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, w, w, C)


def window_reverse(win, w, H, W):
    B = int(win.shape[0] / (H * W / w / w))
    return win.view(B, H // w, W // w, w, w, -1).permute(0, 1, 3, 2, 4, 5).contiguous().view(B, H, W, -1)


v = x.permute(0, 2, 3, 1)
print(torch.equal(window_reverse(window_partition(v, 4), 4, 16, 16), v), torch.roll(v, (-2, -2), (1, 2)).shape)
ch, cw = torch.meshgrid(torch.arange(3), torch.arange(3), indexing="ij")
co = torch.stack([ch, cw]).flatten(1)
rel = (co[:, :, None] - co[:, None, :]).permute(1, 2, 0).contiguous()
rel[:, :, 0] += 2
rel[:, :, 1] += 2
rel[:, :, 0] *= 5
print(rel.sum(-1)[:2])


def box_iou(a, b):
    lt, rb = torch.max(a[:, None, :2], b[:, :2]), torch.min(a[:, None, 2:], b[:, 2:])
    wh = (rb - lt).clamp(min=0)
    i = wh[..., 0] * wh[..., 1]
    ar = lambda t: (t[:, 2] - t[:, 0]) * (t[:, 3] - t[:, 1])
    return i / (ar(a)[:, None] + ar(b) - i)


def nms(b, s, th):
    keep, o = [], s.argsort(descending=True)
    while o.numel() > 0:
        i = o[0]
        keep.append(i.item())
        if o.numel() == 1:
            break
        o = o[1:][box_iou(b[i : i + 1], b[o[1:]])[0] <= th]
    return keep


torch.manual_seed(1)
bx = torch.rand(12, 4) * 5
bx[:, 2:] += bx[:, :2] + 1
print(nms(bx, torch.rand(12), 0.3), box_iou(bx[:2], bx[:2]))
k = torch.tensor([1.0, 2.0, 1.0])
k = k[:, None] * k
blur = F.conv2d(x, (k / k.sum()).expand(3, 1, 3, 3), stride=2, padding=1, groups=3)
print(
    blur.shape,
    F.unfold(x, 3, padding=1).shape,
    F.fold(F.unfold(x, 2, stride=2), (16, 16), 2, stride=2).equal(x),
    F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2).ne(0).sum(),
    F.lp_pool2d(x.abs(), 2, 2).shape,
    F.local_response_norm(x, 3).shape,
)
