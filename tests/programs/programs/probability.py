"""Normalising flows, mixtures, expectation maximisation, variational inference, distributions, Hamiltonian Monte Carlo."""

import math
import torch
import torch.distributions as D
import torch.nn as nn

torch.manual_seed(0)
base = D.Normal(torch.zeros(2), torch.ones(2))
flow = D.TransformedDistribution(
    D.Independent(base, 1), [D.AffineTransform(torch.tensor([1.0, -1.0]), torch.tensor([2.0, 0.5])), D.ExpTransform()]
)
s = flow.rsample((3,))
print(s.shape, flow.log_prob(s), flow)


class Coupling(nn.Module):
    def __init__(s, mask):
        super().__init__()
        s.register_buffer("mask", mask)
        s.s = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(), nn.Linear(16, 2), nn.Tanh())
        s.t = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(), nn.Linear(16, 2))

    def f(s, x):
        xm = x * s.mask
        sc, t = s.s(xm) * (1 - s.mask), s.t(xm) * (1 - s.mask)
        return (1 - s.mask) * (x - t) * torch.exp(-sc) + xm, -sc.sum(1)

    def g(s, z):
        zm = z * s.mask
        sc, t = s.s(zm) * (1 - s.mask), s.t(zm) * (1 - s.mask)
        return zm + (1 - s.mask) * (z * sc.exp() + t)


ms = torch.tensor([[0.0, 1.0], [1.0, 0.0]]).repeat(2, 1)
ls = nn.ModuleList(Coupling(m) for m in ms)
prior = D.MultivariateNormal(torch.zeros(2), torch.eye(2))
opt = torch.optim.Adam(ls.parameters(), 5e-3)
th = torch.rand(256) * math.pi
data = torch.stack([th.cos(), th.sin()], 1) + 0.1 * torch.randn(256, 2)
for i in range(30):
    z, ld = data, 0
    for l in reversed(ls):
        z, d = l.f(z)
        ld = ld + d
    loss = -(prior.log_prob(z) + ld).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if i % 10 == 0:
        print("flow", i, f"{loss.item():.4f}")
x = data[:4]
for l in reversed(ls):
    x, _ = l.f(x)
for l in ls:
    x = l.g(x)
print((x - data[:4]).abs().max() < 1e-5)


class MDN(nn.Module):
    def __init__(s, k=3):
        super().__init__()
        s.h = nn.Sequential(nn.Linear(1, 20), nn.Tanh())
        s.pi, s.mu, s.sg = nn.Linear(20, k), nn.Linear(20, k), nn.Linear(20, k)

    def forward(s, x):
        h = s.h(x)
        return D.MixtureSameFamily(D.Categorical(logits=s.pi(h)), D.Normal(s.mu(h), s.sg(h).exp()))


torch.manual_seed(1)
y = torch.linspace(-1, 1, 100)[:, None]
x = y + 0.3 * torch.sin(2 * math.pi * y) + 0.05 * torch.randn(100, 1)
m = MDN()
opt = torch.optim.Adam(m.parameters(), 1e-2)
for i in range(30):
    l = -m(x).log_prob(y.squeeze(1)).mean()
    opt.zero_grad()
    l.backward()
    opt.step()
print("MDN %.4f" % l.item(), m(x[:2]), m(x[:2]).mean.shape)
# EM for a mixture
torch.manual_seed(2)
X = torch.cat([torch.randn(50) - 3, torch.randn(50) * 0.5 + 2])
mu, sg, pi = torch.tensor([-1.0, 1.0]), torch.ones(2), torch.ones(2) / 2
for _ in range(20):
    lp = D.Normal(mu, sg).log_prob(X[:, None]) + pi.log()
    r = (lp - lp.logsumexp(1, keepdim=True)).exp()
    n = r.sum(0)
    mu = (r * X[:, None]).sum(0) / n
    sg = ((r * (X[:, None] - mu) ** 2).sum(0) / n).sqrt()
    pi = n / 100
print(mu, sg, pi, lp.logsumexp(1).mean())
# variational inference, bayes by backprop
loc, rho = nn.Parameter(torch.zeros(2)), nn.Parameter(torch.full((2,), -2.0))
opt = torch.optim.Adam([loc, rho], 5e-2)
Xd = torch.randn(40, 2)
yd = Xd @ torch.tensor([1.0, -2.0]) + 0.1 * torch.randn(40)
for i in range(40):
    q = D.Normal(loc, nn.functional.softplus(rho))
    w = q.rsample((4,))
    el = D.Normal(w @ Xd.T, 0.1).log_prob(yd).sum(-1).mean() - D.kl_divergence(q, D.Normal(0.0, 1.0)).sum()
    opt.zero_grad()
    (-el).backward()
    opt.step()
print("VI", loc, "%.2f" % el.item())
for d in (
    D.Bernoulli(logits=torch.tensor([0.0, 1.0])),
    D.Beta(2.0, 3.0),
    D.Gamma(2.0, 1.0),
    D.Dirichlet(torch.tensor([1.0, 2.0, 3.0])),
    D.Poisson(3.0),
    D.Laplace(0.0, 1.0),
    D.StudentT(4.0),
    D.Uniform(0.0, 2.0),
    D.OneHotCategorical(torch.tensor([0.2, 0.8])),
    D.Multinomial(5, torch.tensor([0.5, 0.5])),
    D.LogNormal(0.0, 1.0),
    D.Exponential(2.0),
    D.Geometric(0.3),
    D.Cauchy(0.0, 1.0),
    D.HalfNormal(1.0),
    D.Gumbel(0.0, 1.0),
    D.VonMises(0.0, 1.0),
    D.NegativeBinomial(3.0, 0.5),
    D.RelaxedOneHotCategorical(torch.tensor(0.5), torch.tensor([0.2, 0.8])),
):
    torch.manual_seed(3)
    s = d.sample((2,))
    print(d, s, d.log_prob(s), end=" ")
    try:
        print(d.mean, d.variance, d.entropy())
    except NotImplementedError as e:
        print("NotImplemented", e)
try:
    D.Normal(0.0, -1.0)
except ValueError as e:
    print(e)
try:
    D.Bernoulli(0.5).log_prob(torch.tensor(2.0))
except ValueError as e:
    print(e)
# Metropolis and HMC
torch.manual_seed(4)
U = lambda q: 0.5 * (q**2 / torch.tensor([1.0, 4.0])).sum()
q = torch.zeros(2)
acc = 0
for _ in range(40):
    p = torch.randn(2)
    q0, H0 = q.clone(), U(q) + 0.5 * p @ p
    for _ in range(8):
        qq = q.detach().requires_grad_()
        p = p - 0.1 * torch.autograd.grad(U(qq), qq)[0]
        q = q + 0.2 * p
        qq = q.detach().requires_grad_()
        p = p - 0.1 * torch.autograd.grad(U(qq), qq)[0]
    if torch.rand(()) < (H0 - U(q) - 0.5 * p @ p).exp():
        acc += 1
    else:
        q = q0
print("HMC", acc, q)
