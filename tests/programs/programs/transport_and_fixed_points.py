"""Optimal transport, soft sorting, gradients of fixed points, roots and projections, rendering."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
torch.set_printoptions(precision=3)


def sinkhorn(C, eps=0.1, n=50):
    n1, n2 = C.shape
    a, b = torch.full((n1,), -math.log(n1)), torch.full((n2,), -math.log(n2))
    f, g = torch.zeros(n1), torch.zeros(n2)
    for _ in range(n):
        f = eps * (a - torch.logsumexp((g - C) / eps, 1))
        g = eps * (b - torch.logsumexp((f[:, None] - C) / eps, 0))
    P = torch.exp((f[:, None] + g - C) / eps)
    return (P * C).sum(), P


x = torch.randn(5, 2, requires_grad=True)
y = torch.randn(6, 2) + 1
opt = torch.optim.SGD([x], lr=1.0)
for i in range(4):
    C = torch.cdist(x, y, p=2) ** 2
    c, P = sinkhorn(C)
    opt.zero_grad()
    c.backward()
    opt.step()
    print(f"ot {c.item():.3f} {P.sum().item():.3f} {x.grad.norm():.3f}")
print(x.detach().sum(0).round(decimals=1))


# soft sort by Sinkhorn and by NeuralSort, odd-even sorting network
def neural_sort(s, tau=1.0):
    n = s.size(-1)
    A = (s.unsqueeze(-1) - s.unsqueeze(-2)).abs()
    B = A.sum(-1)
    sc = (n + 1 - 2 * torch.arange(1, n + 1)).float()
    return torch.softmax((sc[:, None] * s - B) / tau, -1)


s = torch.tensor([0.3, 2.0, -1.0, 0.9], requires_grad=True)
Pm = neural_sort(s, 0.1)
print(Pm @ s, Pm.argmax(-1))
(Pm @ s)[0].backward()
print(s.grad)


def sort_net(v, steep=10.0):
    v = v.clone()
    n = v.size(-1)
    for r in range(n):
        i = torch.arange(r % 2, n - 1, 2)
        a, b = v[..., i], v[..., i + 1]
        al = torch.sigmoid(steep * (b - a))
        lo, hi = al * a + (1 - al) * b, al * b + (1 - al) * a
        v = v.index_copy(-1, i, lo).index_copy(-1, i + 1, hi)
    return v


v = torch.randn(2, 6, requires_grad=True)
o = sort_net(v)
print(o, (o - v.sort(-1).values).abs().max() < 0.2)
o[:, 0].sum().backward()
print(v.grad.sum(-1))


# implicit differentiation: fixed point (DEQ), ridge regression, projection on the simplex, bisection root
class DEQ(torch.autograd.Function):
    @staticmethod
    def forward(ctx, W, b, x):
        z = torch.zeros_like(x @ b.new_zeros(x.size(1), b.size(0)))
        for _ in range(60):
            z = torch.tanh(z @ W.T + x @ b.new_ones(x.size(1), b.size(0)) + b)
        ctx.save_for_backward(W, b, x, z)
        return z

    @staticmethod
    def backward(ctx, g):
        W, b, x, z = ctx.saved_tensors
        with torch.enable_grad():
            W_, b_, x_, z_ = (t.detach().requires_grad_() for t in (W, b, x, z))
            f = torch.tanh(z_ @ W_.T + x_ @ b.new_ones(x.size(1), b.size(0)) + b_)
        u = g.clone()
        for _ in range(60):
            u = g + torch.autograd.grad(f, z_, u, retain_graph=True)[0]
        return torch.autograd.grad(f, (W_, b_, x_), u)


W = (torch.randn(4, 4, dtype=torch.double) * 0.2).requires_grad_()
b = torch.randn(4, dtype=torch.double, requires_grad=True)
xi = torch.randn(3, 2, dtype=torch.double, requires_grad=True)
print(torch.autograd.gradcheck(DEQ.apply, (W, b, xi), atol=1e-4))


def hook_deq(W, b, x):
    f = lambda z: torch.tanh(z @ W.T + x @ b.new_ones(2, 4) + b)
    with torch.no_grad():
        z = torch.zeros(3, 4, dtype=torch.double)
        for _ in range(60):
            z = f(z)
    z = f(z)
    z0 = z.clone().detach().requires_grad_()
    f0 = f(z0)

    def bh(grad):
        g = grad
        for _ in range(60):
            g = torch.autograd.grad(f0, z0, g, retain_graph=True)[0] + grad
        return g

    z.register_hook(bh)
    return z


ga = torch.autograd.grad(hook_deq(W, b, xi).pow(2).sum(), (W, b))
gb = torch.autograd.grad(DEQ.apply(W, b, xi).pow(2).sum(), (W, b))
print([torch.allclose(p, q) for p, q in zip(ga, gb)], ga[1])


class Root(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        lo, hi = torch.zeros_like(a), a.clamp(min=1.0)
        for _ in range(80):
            mid = (lo + hi) / 2
            big = mid**3 + mid > a
            hi = torch.where(big, mid, hi)
            lo = torch.where(big, lo, mid)
        ctx.save_for_backward(lo)
        return lo

    @staticmethod
    def backward(ctx, g):
        (r,) = ctx.saved_tensors
        return g / (3 * r**2 + 1)


a = torch.tensor([2.0, 10.0], dtype=torch.double, requires_grad=True)
r = Root.apply(a)
(g,) = torch.autograd.grad(r.sum(), a, create_graph=True)
print(r, g)
try:
    print(torch.autograd.grad(g.sum(), a))
except RuntimeError as e:
    print(e)


def simplex(v):
    u = v.sort(descending=True).values
    c = u.cumsum(0) - 1
    k = torch.arange(1, v.numel() + 1)
    rho = (u - c / k > 0).sum()
    return (v - c[rho - 1] / rho).clamp(min=0)


vv = torch.tensor([0.5, 1.2, -0.3, 0.9], requires_grad=True)
p = simplex(vv)
print(p, p.sum())
print(torch.autograd.functional.jacobian(simplex, vv))
lam = torch.tensor(0.1, requires_grad=True)
A, t, Av, tv = torch.randn(8, 3), torch.randn(8), torch.randn(5, 3), torch.randn(5)
om = torch.optim.Adam([lam], lr=0.05)
for i in range(3):
    w = torch.linalg.solve(A.T @ A + lam.abs() * torch.eye(3), A.T @ t)
    l = (Av @ w - tv).pow(2).mean()
    om.zero_grad()
    l.backward()
    om.step()
    print(f"ridge {l.item():.4f} {lam.item():.4f}")
# a soft rasteriser of circles, ray marching through a field of density
c = torch.tensor([[0.2, 0.3], [-0.4, -0.1]], requires_grad=True)
rad = torch.tensor([0.3, 0.2], requires_grad=True)
yy, xx = torch.meshgrid(torch.linspace(-1, 1, 12), torch.linspace(-1, 1, 12), indexing="ij")
pts = torch.stack([xx, yy], -1)


def render(c, rad):
    d = (pts[None] - c[:, None, None]).norm(dim=-1) - rad[:, None, None]
    return 1 - torch.prod(1 - torch.sigmoid(-d * 20), 0)


with torch.no_grad():
    target = render(torch.tensor([[0.0, 0.1], [-0.5, 0.2]]), torch.tensor([0.35, 0.25]))
opt = torch.optim.Adam([{"params": [c]}, {"params": [rad], "lr": 0.01}], lr=0.05)
for i in range(6):
    l = F.mse_loss(render(c, rad), target)
    opt.zero_grad()
    l.backward()
    opt.step()
    if i % 2:
        print(f"render {l.item():.5f}", c.detach().flatten(), rad.data)
field = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 4))
o, dirs = torch.tensor([0.0, 0.0, -2.0]), F.normalize(torch.randn(4, 3) * 0.1 + torch.tensor([0.0, 0.0, 1.0]), dim=-1)
ts = torch.linspace(1, 3, 9)
pt = o + dirs[:, None] * ts[:, None]
raw = field(pt)
sigma, rgb = F.softplus(raw[..., 3]), raw[..., :3].sigmoid()
delta = torch.cat([ts[1:] - ts[:-1], torch.tensor([1e10])])
alpha = 1 - torch.exp(-sigma * delta)
T = torch.cumprod(torch.cat([torch.ones(4, 1), 1 - alpha + 1e-10], -1), -1)[:, :-1]
wgt = alpha * T
img = (wgt.unsqueeze(-1) * rgb).sum(-2)
depth = (wgt * ts).sum(-1)
print(img, depth, wgt.sum(-1) > 0.999)
(img.mean() + depth.var()).backward()
print(field[0].weight.grad.norm(), torch.searchsorted(wgt.cumsum(-1).detach(), torch.full((4, 1), 0.5)).T)
torch.set_printoptions(profile="default")
