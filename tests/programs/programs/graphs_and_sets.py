"""Graph convolution and attention by scatter, set transformers, clustering, t-SNE, routing."""

import math
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
N = 30
ei = torch.randint(0, N, (2, 90))
ei = torch.cat([ei, ei.flip(0), torch.arange(N).repeat(2, 1)], 1)
X = torch.randn(N, 6)
Y = (X[:, 0] > 0).long()


class GCN(nn.Module):
    def __init__(s, i, o):
        super().__init__()
        s.lin = nn.Linear(i, o, bias=False)
        s.bias = nn.Parameter(torch.zeros(o))

    def forward(s, x, ei):
        r, c = ei
        deg = torch.zeros(x.size(0)).scatter_add_(0, r, torch.ones(r.size(0)))
        n = deg.pow(-0.5)
        n[n == float("inf")] = 0
        n = n[r] * n[c]
        x = s.lin(x)
        return torch.zeros_like(x).index_add_(0, r, n[:, None] * x[c]) + s.bias


class GAT(nn.Module):
    def __init__(s, i, o, h=2):
        super().__init__()
        s.h, s.o = h, o
        s.W = nn.Linear(i, h * o, bias=False)
        s.a = nn.Parameter(torch.empty(2, h, o))
        nn.init.xavier_uniform_(s.a)
        nn.init.xavier_uniform_(s.W.weight, gain=nn.init.calculate_gain("relu"))

    def forward(s, x, ei):
        r, c = ei
        z = s.W(x).view(-1, s.h, s.o)
        e = F.leaky_relu((z * s.a[0]).sum(-1)[r] + (z * s.a[1]).sum(-1)[c], 0.2)
        m = torch.full((x.size(0), s.h), float("-inf")).scatter_reduce(0, r[:, None].expand(-1, s.h), e, "amax")
        e = (e - m[r]).exp()
        d = torch.zeros(x.size(0), s.h).index_add(0, r, e)
        return torch.zeros(x.size(0), s.h, s.o).index_add(0, r, (e / d[r])[..., None] * z[c]).flatten(1)


for L in (GCN, GAT):
    torch.manual_seed(1)
    net = nn.ModuleList([L(6, 8), nn.Linear(8 if L is GCN else 16, 2)])
    opt = torch.optim.Adam(net.parameters(), 0.02, weight_decay=5e-4)
    mask = torch.rand(N) < 0.6
    for i in range(20):
        o = net[1](net[0](X, ei).relu())
        l = F.cross_entropy(o[mask], Y[mask])
        opt.zero_grad()
        l.backward()
        opt.step()
    print(L.__name__, "%.5f" % l.item(), (o.argmax(1) == Y)[~mask].float().mean().item() > 0.3)
A = torch.zeros(N, N)
A[ei[0], ei[1]] = 1
P = A / A.sum(1, keepdim=True)
pr = torch.ones(N) / N
for _ in range(40):
    pr = 0.15 / N + 0.85 * P.T @ pr
print("pagerank", pr.sum(), pr.topk(3).values, torch.equal(A.nonzero().T.unique(dim=1), A.to(torch.bool).nonzero().T))
Lp = torch.eye(N) - P
ev = torch.linalg.eigvals(Lp).abs()
print(ev.min() < 1e-5, torch.linalg.matrix_rank(A) > 5)


# set transformer pieces
class MAB(nn.Module):
    def __init__(s, d, h=2):
        super().__init__()
        s.h = h
        s.q, s.k, s.v, s.o = (nn.Linear(d, d) for _ in range(4))
        s.n0, s.n1 = nn.LayerNorm(d), nn.LayerNorm(d)

    def forward(s, Q, K):
        q = s.q(Q)
        k, v = s.k(K), s.v(K)
        q_, k_, v_ = (torch.cat(a.split(a.size(-1) // s.h, 2), 0) for a in (q, k, v))
        A = torch.softmax(q_.bmm(k_.transpose(1, 2)) / math.sqrt(q.size(-1)), 2)
        O = s.n0(torch.cat((q_ + A.bmm(v_)).split(Q.size(0), 0), 2))
        return s.n1(O + F.relu(s.o(O)))


class SetT(nn.Module):
    def __init__(s, d=8):
        super().__init__()
        s.i = nn.Linear(1, d)
        s.enc = MAB(d)
        s.I = nn.Parameter(torch.Tensor(1, 4, d))
        nn.init.xavier_uniform_(s.I)
        s.m1, s.m2, s.S, s.pma, s.out = MAB(d), MAB(d), nn.Parameter(torch.randn(1, 1, d)), MAB(d), nn.Linear(d, 1)

    def forward(s, x):
        x = s.i(x)
        H = s.m1(s.I.repeat(x.size(0), 1, 1), x)
        x = s.m2(x, H)
        return s.out(s.pma(s.S.expand(x.size(0), -1, -1), x)).squeeze()


torch.manual_seed(2)
st = SetT()
opt = torch.optim.Adam(st.parameters(), 1e-2)
x = torch.rand(32, 6, 1)
for i in range(15):
    l = F.l1_loss(st(x), x.amax((1, 2)))
    opt.zero_grad()
    l.backward()
    opt.step()
print("set %.5f" % l.item(), (st(x) - st(x[:, torch.randperm(6)])).abs().max() < 1e-5)
# k-means, t-SNE
torch.manual_seed(3)
D = torch.cat([torch.randn(20, 3) + c for c in (-4, 0, 4)])
C = D[torch.randperm(60)[:3]]
for _ in range(10):
    d = torch.cdist(D, C)
    a = d.argmin(1)
    C = torch.stack([D[a == k].mean(0) if (a == k).any() else C[k] for k in range(3)])
print(C, a.bincount(), d.gather(1, a[:, None]).pow(2).sum().round(decimals=2))
d2 = torch.cdist(D, D) ** 2
lo, hi, beta = torch.zeros(60), torch.full((60,), float("inf")), torch.ones(60)
for _ in range(30):
    p = torch.exp(-d2 * beta[:, None]).fill_diagonal_(0)
    p = p / p.sum(1, keepdim=True)
    H = -(p * torch.where(p > 0, p.log(), p)).sum(1)
    big = H > math.log(10)
    lo = torch.where(big, beta, lo)
    hi = torch.where(big, hi, beta)
    beta = torch.where(hi.isinf(), beta * 2, (lo + hi) / 2)
p = ((p + p.T) / 120).clamp_min(1e-12)
Z = (torch.randn(60, 2) * 1e-2).requires_grad_()
opt = torch.optim.SGD([Z], 20.0, momentum=0.5)
for i in range(30):
    q = 1 / (1 + torch.cdist(Z, Z) ** 2 + 1e-12)
    q = q * (1 - torch.eye(60))
    q = (q / q.sum()).clamp_min(1e-12)
    kl = (p * (p / q).log()).sum()
    opt.zero_grad()
    kl.backward()
    opt.step()
print("tsne %.3f" % kl.item(), Z.shape, Z.grad.isfinite().all())
# capsules with dynamic routing
u = torch.randn(2, 10, 3, 4, requires_grad=True)
b = torch.zeros(2, 10, 3)


def squash(s):
    n = s.norm(dim=-1, keepdim=True)
    return n**2 / (1 + n**2) * s / n


for _ in range(3):
    c = b.softmax(2)
    v = squash((c[..., None] * u).sum(1))
    b = b + (u * v[:, None]).sum(-1)
v.norm(dim=-1).sum().backward()
print(v.norm(dim=-1).detach().round(decimals=3), u.grad.norm())
