"""Graph convolutions and attention by scattering, a mixture of experts, indices that do not fit."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
torch.set_printoptions(precision=3)


class GCNConv(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.lin = nn.Linear(i, o, bias=False)
        self.bias = nn.Parameter(torch.zeros(o))

    def forward(self, x, edge_index):
        n = x.size(0)
        loops = torch.arange(n).expand(2, -1)
        row, col = torch.cat([edge_index, loops], 1)
        deg = torch.zeros(n).scatter_add_(0, col, torch.ones(col.numel()))
        dis = deg.pow(-0.5)
        dis[dis == float("inf")] = 0
        norm = dis[row] * dis[col]
        x = self.lin(x)
        return torch.zeros_like(x).index_add(0, col, norm.unsqueeze(-1) * x[row]) + self.bias


def softmax(src, index, n):
    m = torch.full((n, src.size(1)), float("-inf")).scatter_reduce(
        0, index[:, None].expand_as(src), src, "amax", include_self=False
    )
    e = (src - m[index]).exp()
    s = torch.zeros(n, src.size(1)).index_add_(0, index, e)
    return e / (s[index] + 1e-16)


class GATConv(nn.Module):
    def __init__(self, i, o, heads=2):
        super().__init__()
        self.h, self.o = heads, o
        self.lin = nn.Linear(i, heads * o)
        self.att = nn.Parameter(torch.empty(1, heads, 2 * o))
        nn.init.xavier_uniform_(self.att, gain=nn.init.calculate_gain("relu"))

    def forward(self, x, ei):
        x = self.lin(x).view(-1, self.h, self.o)
        s, d = ei
        a = softmax(F.leaky_relu((torch.cat([x[d], x[s]], -1) * self.att).sum(-1), 0.2), d, x.size(0))
        out = x.new_zeros(x.shape).index_add_(0, d, x[s] * a.unsqueeze(-1))
        return out.flatten(1), a


ei = torch.tensor([[0, 1, 1, 2, 2, 3, 3, 0, 4, 0], [1, 0, 2, 1, 3, 2, 0, 3, 0, 4]])
x = torch.randn(5, 6)
y = torch.tensor([0, 1, 0, 1, 2])
mask = torch.tensor([True, True, False, True, True])
c1, c2, gat = GCNConv(6, 8), GCNConv(8, 3), GATConv(6, 4)
opt = torch.optim.Adam([{"params": c1.parameters(), "weight_decay": 5e-4}, {"params": c2.parameters()}], lr=0.05)
for e in range(4):
    out = F.log_softmax(c2(F.dropout(F.relu(c1(x, ei)), 0.3), ei), 1)
    loss = F.nll_loss(out[mask], y[mask])
    opt.zero_grad()
    loss.backward()
    opt.step()
    print(f"gcn {loss:.4f}")
out, a = gat(x, ei)
out.pow(2).sum().backward()
print(torch.zeros(5, 2).index_add(0, ei[1], a.detach()).sub(1).abs().max() < 1e-6, gat.att.grad.norm(), a.grad_fn)
for r in ("sum", "mean", "amax", "amin", "prod"):
    z = torch.randn(6, requires_grad=True)
    o = torch.zeros(3).scatter_reduce(0, torch.tensor([0, 1, 1, 2, 2, 2]), z, r, include_self=(r != "prod"))
    o.sum().backward()
    print(r, o, z.grad)
z = torch.randn(4, 2, requires_grad=True)
print(
    torch.ones(3, 2).index_reduce(0, torch.tensor([0, 2, 0, 2]), z, "mean"),
    torch.segment_reduce(z, "max", lengths=torch.tensor([1, 3])),
)
A = torch.zeros(5, 5).index_put_((ei[0], ei[1]), torch.ones(10))
print(A, (A @ A).diagonal(), torch.linalg.eigvalsh(torch.diag(A.sum(1)) - A)[1:])
und = torch.unique(ei.sort(0).values, dim=1, return_inverse=True, return_counts=True)
print(und)
batch = torch.tensor([0, 0, 1, 1, 1])
print(
    torch.bincount(batch),
    torch.stack([x[batch == b].mean(0) for b in batch.unique()]).shape,
    x.new_zeros(2, 6).scatter_add(0, batch[:, None].expand(-1, 6), x)[:, 0],
)
k = torch.cdist(x, x).fill_diagonal_(float("inf")).topk(2, largest=False)
print(k.indices, torch.stack([torch.arange(5).repeat_interleave(2), k.indices.flatten()]))


# mixture of experts
class MoE(nn.Module):
    def __init__(self, d, n, k):
        super().__init__()
        self.gate = nn.Linear(d, n, bias=False)
        self.experts = nn.ModuleList(nn.Sequential(nn.Linear(d, 2 * d), nn.GELU("tanh"), nn.Linear(2 * d, d)) for _ in range(n))
        self.k, self.n = k, n

    def forward(self, x):
        logits = self.gate(x) + torch.randn(x.size(0), self.n) * 0.1
        w, idx = torch.topk(logits.softmax(-1), self.k, dim=-1)
        w = w / w.sum(-1, keepdim=True)
        out = torch.zeros_like(x)
        load = torch.zeros(self.n)
        for e, ex in enumerate(self.experts):
            t, slot = torch.where(idx == e)
            load[e] = t.numel()
            if t.numel():
                out.index_add_(0, t, ex(x[t]) * w[t, slot, None])
        frac = F.one_hot(idx, self.n).float().mean((0, 1))
        aux = self.n * (frac * logits.softmax(-1).mean(0)).sum()
        return out, aux, load


moe = MoE(6, 4, 2)
xs = torch.randn(10, 6)
o, aux, load = moe(xs)
print(moe)
(o.pow(2).mean() + 0.01 * aux).backward()
print(aux, load, [None if p.grad is None else round(p.grad.norm().item(), 4) for p in moe.parameters()][:5], o.grad_fn)
g = torch.gather(torch.stack([e(xs) for e in moe.experts], 1), 1, torch.randint(4, (10, 2, 1)).expand(-1, -1, 6))
print(g.shape, g.grad_fn)
st = F.gumbel_softmax(moe.gate(xs), tau=0.5, hard=True)
print(st.sum(), st.grad_fn, st.argmax(-1))
cap = torch.cumsum(F.one_hot(torch.tensor([0, 1, 0, 0, 2, 1]), 4), 0) * F.one_hot(torch.tensor([0, 1, 0, 0, 2, 1]), 4)
print(cap.sum(-1) - 1, (cap <= 2).all(-1))
for f in (
    lambda: torch.zeros(3).index_add(0, torch.tensor([3]), torch.ones(1)),
    lambda: torch.zeros(3).scatter_add(0, torch.tensor([0, 5]), torch.ones(2)),
    lambda: torch.zeros(3, 2).index_add(0, torch.tensor([0]), torch.ones(1, 3)),
    lambda: torch.zeros(3).scatter_reduce(0, torch.tensor([0]), torch.ones(1), "max"),
    lambda: torch.gather(torch.ones(2, 2), 1, torch.tensor([0])),
    lambda: torch.gather(torch.ones(2, 2), 1, torch.tensor([[0, 2]])),
    lambda: torch.zeros(2).scatter(0, torch.tensor([0.0]), 1.0),
    lambda: x[torch.tensor([7])],
    lambda: x[:, 9],
    lambda: x[mask[:3]],
    lambda: x.topk(9),
    lambda: x.index_select(0, torch.tensor([9])),
    lambda: torch.ones(3)[torch.ones(3)],
):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
torch.set_printoptions(profile="default")
