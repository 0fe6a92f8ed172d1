"""Gradients of gradients: MAML, Hessian-vector products, influence functions, hypergradients, implicit functions."""

import copy
import torch
import torch.nn as nn
import torch.nn.functional as F
from collections import OrderedDict

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(s):
        super().__init__()
        s.net = nn.Sequential(
            OrderedDict(
                [
                    ("l1", nn.Linear(1, 20)),
                    ("relu1", nn.ReLU()),
                    ("l2", nn.Linear(20, 20)),
                    ("relu2", nn.ReLU()),
                    ("l3", nn.Linear(20, 1)),
                ]
            )
        )

    def forward(s, x):
        return s.net(x)

    def argforward(s, x, w):
        x = F.relu(F.linear(x, w[0], w[1]))
        x = F.relu(F.linear(x, w[2], w[3]))
        return F.linear(x, w[4], w[5])


net = Net()
print(net)
mopt = torch.optim.Adam(net.parameters(), 1e-2)


def task():
    a, p = torch.rand(1) * 4 + 0.1, torch.rand(1) * 3.14
    return lambda n: (lambda x: (x, a * torch.sin(x + p)))(torch.rand(n, 1) * 10 - 5)


for it in range(8):
    meta = 0
    for _ in range(4):
        t = task()
        ws = list(net.parameters())
        x, y = t(10)
        for _ in range(2):
            l = F.mse_loss(net.argforward(x, ws), y)
            gs = torch.autograd.grad(l, ws, create_graph=True)
            ws = [w - 0.01 * g for w, g in zip(ws, gs)]
        x, y = t(10)
        meta = meta + F.mse_loss(net.argforward(x, ws), y)
    mopt.zero_grad()
    (meta / 4).backward()
    mopt.step()
    if it % 2 == 0:
        print(it, f"{meta.item() / 4:.4f}", f"{net.net.l1.weight.grad.norm():.4f}")
# HVP against the full Hessian
torch.manual_seed(1)
lin = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)).double()
X, Y = torch.randn(20, 3).double(), torch.randn(20, 1).double()
ps = list(lin.parameters())
loss = F.mse_loss(lin(X), Y)
g = torch.cat([q.reshape(-1) for q in torch.autograd.grad(loss, ps, create_graph=True)])


def hvp(v):
    return (
        torch.cat(
            [
                h.reshape(-1)
                for h in torch.autograd.grad(g, ps, grad_outputs=None if v is None else v, retain_graph=True)
            ]
        )
        if False
        else torch.cat([h.contiguous().view(-1) for h in torch.autograd.grad(g @ v, ps, retain_graph=True)])
    )


Hs = torch.stack([hvp(e) for e in torch.eye(len(g), dtype=torch.double)])
print(Hs.shape, torch.allclose(Hs, Hs.T), "%.6f" % torch.linalg.eigvalsh(Hs)[-1].item())
v = torch.randn(len(g), dtype=torch.double)
for _ in range(50):
    v = hvp(v)
    v = v / v.norm()
print("power iteration %.5f" % (v @ hvp(v)).item())


def cg(A, b, n=60, damp=1e-1):
    x = torch.zeros_like(b)
    r = b.clone()
    p = r.clone()
    rs = r @ r
    for _ in range(n):
        Ap = A(p) + damp * p
        al = rs / (p @ Ap)
        x += al * p
        r -= al * Ap
        rn = r @ r
        if rn < 1e-20:
            break
        p = r + rn / rs * p
        rs = rn
    return x


gt = torch.cat([q.reshape(-1) for q in torch.autograd.grad(F.mse_loss(lin(X[:1]), Y[:1]), ps)])
s = cg(lambda p: hvp(p) + p, gt)
infl = [
    -(
        torch.cat([q.reshape(-1) for q in torch.autograd.grad(F.mse_loss(lin(X[i : i + 1]), Y[i : i + 1]), ps)]) @ s
    ).item()
    for i in range(5)
]
print("influence", ["%.5f" % i for i in infl])
# hypergradient: differentiate through SGD w.r.t. the learning rate and weight decay
lr = torch.tensor(0.1, requires_grad=True)
wd = torch.tensor(0.01, requires_grad=True)
w = torch.zeros(3, 1, dtype=torch.double, requires_grad=True)
for _ in range(10):
    (gl,) = torch.autograd.grad(F.mse_loss(X @ w, Y) + wd * (w**2).sum(), w, create_graph=True)
    w = w - lr * gl
val = F.mse_loss(X.flip(0) @ w, Y)
val.backward()
print(f"{lr.grad.item():.6f} {wd.grad.item():.6f}", lr.grad.dtype)


# implicit differentiation of sqrt by Newton fixed point
class Sqrt(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        z = torch.ones_like(a)
        for _ in range(20):
            z = 0.5 * (z + a / z)
        ctx.save_for_backward(z)
        return z

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, g):
        return g / (2 * ctx.saved_tensors[0])


a = torch.tensor([2.0, 9.0], requires_grad=True)
Sqrt.apply(a).sum().backward()
print(a.grad, Sqrt.apply(a))
# Jacobians
f = lambda x: torch.stack([x[0] ** 2 * x[1], 5 * x[0] + x[1].sin()])
xx = torch.tensor([1.0, 2.0])
print(torch.autograd.functional.jacobian(f, xx))
print(torch.autograd.functional.vjp(f, xx, torch.ones(2)))
print(torch.autograd.functional.jvp(f, xx, torch.ones(2)))
print(torch.autograd.functional.vhp(lambda x: f(x).sum(), xx, torch.ones(2)))
