"""Policies of continuous actions, distributional values, samples of many distributions."""

import math
import random

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import *

torch.manual_seed(543)
random.seed(0)


# continuous actions: squashed Gaussian (SAC), PPO with GAE, target smoothing (TD3)
class Gauss(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(3, 16), nn.Tanh(), nn.Linear(16, 2))
        self.log_std = nn.Parameter(torch.full((2,), -0.5))

    def dist(self, x):
        return Independent(Normal(self.f(x), self.log_std.exp().expand(x.size(0), 2)), 1)


pi, vf = Gauss(), nn.Linear(3, 1)
obs, rew, dn = torch.randn(16, 3), torch.randn(16), (torch.rand(16) < 0.2).float()
with torch.no_grad():
    d = pi.dist(obs)
    act = d.sample()
    old = d.log_prob(act)
    val = vf(torch.cat([obs, obs[-1:]])).squeeze(-1)
    adv = torch.zeros(16)
    last = 0.0
    for t in reversed(range(16)):
        delta = rew[t] + 0.99 * val[t + 1] * (1 - dn[t]) - val[t]
        last = delta + 0.99 * 0.95 * (1 - dn[t]) * last
        adv[t] = last
    ret = adv + val[:-1]
    adv = (adv - adv.mean()) / (adv.std() + 1e-8)
opt = torch.optim.Adam([*pi.parameters(), *vf.parameters()], lr=3e-3, eps=1e-5)
for ep in range(3):
    for idx in torch.randperm(16).split(8):
        d = pi.dist(obs[idx])
        ratio = (d.log_prob(act[idx]) - old[idx]).exp()
        s1, s2 = ratio * adv[idx], ratio.clamp(0.8, 1.2) * adv[idx]
        loss = -torch.min(s1, s2).mean() + 0.5 * F.mse_loss(vf(obs[idx]).squeeze(-1), ret[idx]) - 0.01 * d.entropy().mean()
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(pi.parameters(), 0.5)
        opt.step()
    with torch.no_grad():
        print(
            f"ppo {loss.item():.4f} kl {kl_divergence(Independent(Normal(torch.zeros(16, 2), 1.0), 1), pi.dist(obs)).mean():.4f} {(ratio - 1 - ratio.log()).mean():.5f}"
        )
u = pi.dist(obs[:4]).rsample()
sq = TransformedDistribution(pi.dist(obs[:4]).base_dist, [TanhTransform(cache_size=1)])
a = sq.rsample()
lp = sq.log_prob(a).sum(-1)
print(a, lp)
(lp.mean() - a.pow(2).mean()).backward()
print(pi.log_std.grad)
q1, tgt = nn.Bilinear(3, 2, 1), nn.Bilinear(3, 2, 1)
tgt.load_state_dict(q1.state_dict())
for p, t in zip(q1.parameters(), tgt.parameters()):
    t.data.copy_(0.005 * p.data + 0.995 * t.data)
noise = (torch.randn_like(act[:4]) * 0.2).clamp(-0.5, 0.5)
print(tgt(obs[:4], (act[:4] + noise).clamp(-1, 1)).squeeze(-1))
qn = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 4))
qa = qn(obs).gather(1, torch.randint(4, (16, 1)))
nxt = torch.zeros(16)
mask = torch.rand(16) < 0.7
with torch.no_grad():
    nxt[mask] = qn(obs[mask]).max(1).values
print(nn.SmoothL1Loss()(qa, (nxt * 0.9 + rew).unsqueeze(1)))
# Distributions of values: projected on a support, and by their quantiles.
V, n = torch.linspace(-2, 2, 7), 7
p = torch.softmax(torch.randn(5, 7), -1)
Tz = (rew[:5, None] + 0.9 * V).clamp(-2, 2)
b = (Tz + 2) / (4 / 6)
m = (p.unsqueeze(-1) * (1 - (b.unsqueeze(-1) - torch.arange(7)).abs()).clamp_min(0)).sum(1)
print(m, m.sum(-1))
th = torch.randn(5, 4, requires_grad=True)
tt = torch.randn(5, 4)
uu = tt[:, None] - th[:, :, None]
hub = torch.where(uu.abs() <= 1, 0.5 * uu**2, uu.abs() - 0.5)
tau = (torch.arange(4) + 0.5) / 4
lq = ((tau[None, :, None] - (uu.detach() < 0).float()).abs() * hub).sum(1).mean()
lq.backward()
print(lq, th.grad.norm())
for D in (
    Categorical(logits=torch.tensor([1.0, 2.0])),
    Bernoulli(torch.tensor([0.3])),
    Beta(2.0, 3.0),
    Gamma(2.0, 1.0),
    Dirichlet(torch.ones(3)),
    MixtureSameFamily(Categorical(torch.ones(2)), Normal(torch.zeros(2), torch.ones(2))),
    OneHotCategoricalStraightThrough(torch.tensor([0.2, 0.8])),
    RelaxedOneHotCategorical(torch.tensor(0.5), torch.tensor([0.2, 0.8])),
    VonMises(0.0, 1.0),
    LowRankMultivariateNormal(torch.zeros(2), torch.ones(2, 1), torch.ones(2)),
    Multinomial(5, torch.ones(3)),
    Poisson(3.0),
    StudentT(3.0),
    HalfNormal(1.0),
    LKJCholesky(2, 1.0),
    Geometric(0.3),
    NegativeBinomial(3, 0.4),
    ContinuousBernoulli(0.2),
    Kumaraswamy(1.0, 2.0),
):
    s = D.sample((2,))
    print(
        D,
        s.shape,
        [round(v, 4) for v in D.log_prob(s).flatten().tolist()],
        D.mean if not isinstance(D, (RelaxedOneHotCategorical, LKJCholesky)) else "",
    )
