"""Gradients through training, uncertain predictions, curvature, optimizers of one's own."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.func import functional_call, grad, vmap

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
params = dict(net.named_parameters())
opt = torch.optim.Adam(net.parameters(), lr=1e-2)


def task(n):
    A = torch.rand(n, 1, 1) * 4 + 0.1
    ph = torch.rand(n, 1, 1) * math.pi
    x1, x2 = torch.rand(n, 10, 1) * 10 - 5, torch.rand(n, 10, 1) * 10 - 5
    return x1, A * torch.sin(x1 + ph), x2, A * torch.sin(x2 + ph)


def inner(p, x, y):
    return F.mse_loss(functional_call(net, p, (x,)), y)


def task_loss(x1, y1, x2, y2, steps=2):
    p = params
    for _ in range(steps):
        g = grad(inner)(p, x1, y1)
        p = {k: p[k] - 0.05 * g[k] for k in p}
    return inner(p, x2, y2)


for it in range(4):
    l = vmap(task_loss)(*task(5)).mean()
    opt.zero_grad()
    l.backward()
    opt.step()
    print(f"maml {l.item():.4f} {net[0].weight.grad.norm():.4f}")


def reptile(x, y):
    fast = {k: v.detach().clone().requires_grad_() for k, v in params.items()}
    o = torch.optim.SGD(fast.values(), lr=0.02)
    for _ in range(3):
        o.zero_grad()
        inner(fast, x, y).backward()
        o.step()
    with torch.no_grad():
        [params[k].lerp_(fast[k], 0.1) for k in params]
    return inner(fast, x, y).item()


x1, y1, *_ = task(1)
print(f"{reptile(x1[0], y1[0]):.4f}")
# differentiate through an optimiser with learned step sizes and momentum, hypergradients by hand
lrs = torch.full((3,), -3.0, requires_grad=True)
mom = torch.tensor(0.0, requires_grad=True)
A = torch.randn(5, 5)
A = A @ A.T / 5 + torch.eye(5)
b = torch.randn(5)
meta = torch.optim.RMSprop([lrs, mom], lr=0.1, centered=True)
for _ in range(4):
    w, v = torch.zeros(5, requires_grad=True), torch.zeros(5)
    losses = []
    for k in range(3):
        l = 0.5 * w @ A @ w - b @ w
        (g,) = torch.autograd.grad(l, w, create_graph=True)
        v = torch.sigmoid(mom) * v + g
        w = w - lrs[k].exp() * v
        losses.append(l)
    out = 0.5 * w @ A @ w - b @ w
    meta.zero_grad()
    out.backward()
    meta.step()
    print(f"meta {out.item():.5f}", lrs.exp().data, mom.grad)


# evidential, MC dropout, ensembles, heteroscedastic
class MCD(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 2))

    def forward(self, x):
        mu, lv = self.net(x).chunk(2, -1)
        return mu, lv


m = MCD()
X = torch.linspace(-2, 2, 32)[:, None]
Y = X.sin() + 0.1 * torch.randn_like(X)
o = torch.optim.Adam(m.parameters(), 0.02)
for i in range(6):
    mu, lv = m(X)
    l = nn.GaussianNLLLoss()(mu, Y, lv.exp())
    o.zero_grad()
    l.backward()
    o.step()
    print(f"nll {l:.4f}") if i % 2 else None
m.train()
with torch.no_grad():
    s = torch.stack([m(X[:3])[0] for _ in range(8)])
    print(s.mean(0).T, s.std(0).T, s.quantile(torch.tensor([0.1, 0.9]), 0)[..., 0])
qs = torch.tensor([0.05, 0.5, 0.95])
q = nn.Linear(1, 3)
oq = torch.optim.SGD(q.parameters(), 0.1)
for _ in range(5):
    e = Y - q(X)
    l = torch.maximum(qs * e, (qs - 1) * e).mean()
    oq.zero_grad()
    l.backward()
    oq.step()
print(f"pinball {l.item():.5f}", q.weight.data.T)
# Laplace approximation: Hessian of all parameters
flat = nn.utils.parameters_to_vector(q.parameters()).detach()


def unflat(v):
    return {"weight": v[:3].view(3, 1), "bias": v[3:]}


H = torch.func.hessian(lambda v: F.mse_loss(functional_call(q, unflat(v), (X,)), Y.expand(-1, 3)))(flat)
print(torch.linalg.eigvalsh(H))
print(torch.func.jacfwd(lambda v: functional_call(q, unflat(v), (X[:2],)))(flat).shape)
ewc = {n: torch.zeros_like(p) for n, p in q.named_parameters()}
for xb, yb in zip(X.split(8), Y.split(8)):
    q.zero_grad()
    F.mse_loss(q(xb), yb.expand(-1, 3)).backward()
    for n, p in q.named_parameters():
        ewc[n].addcmul_(p.grad, p.grad, value=0.25)
print(ewc, sum((ewc[n] * (p - p.detach().roll(0) * 0.9) ** 2).sum() for n, p in q.named_parameters()))


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for g in self.param_groups:
            for p in filter(lambda p: p.grad is not None, g["params"]):
                p.mul_(1 - g["lr"] * g["weight_decay"])
                st = self.state[p]
                if len(st) == 0:
                    st["exp_avg"] = torch.zeros_like(p)
                m_ = st["exp_avg"]
                b1, b2 = g["betas"]
                p.add_(torch.sign(m_ * b1 + p.grad * (1 - b1)), alpha=-g["lr"])
                m_.mul_(b2).add_(p.grad, alpha=1 - b2)
        return loss


m.eval()


def closure():
    loss = F.mse_loss(m(X)[0], Y)
    loss.backward()
    return loss


lion = Lion([{"params": m.net[0].parameters()}, {"params": m.net[3].parameters(), "lr": 1e-2}], weight_decay=0.1)
sch = torch.optim.lr_scheduler.LambdaLR(lion, [lambda e: 0.9**e, lambda e: 1.0])
for _ in range(3):
    print(f"lion {lion.step(lambda: (lion.zero_grad(), closure())[1]):.5f}", sch.get_last_lr())
    sch.step()
h = lion.register_step_pre_hook(lambda o, a, k: print("pre", type(o).__name__))
lion.register_step_post_hook(lambda o, a, k: print("post"))
lion.step()
h.remove()
print(lion)
lion.add_param_group({"params": [torch.zeros(1, requires_grad=True)], "lr": 5})
print(len(lion.param_groups), lion.param_groups[2]["weight_decay"])
