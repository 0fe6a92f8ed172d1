"""Losses by hand and from torch.nn.functional, with their gradients; several tasks; CTC; a conditional random field."""

import math
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
x, y = torch.randn(32, 5, requires_grad=True), torch.randint(0, 5, (32,))
t = (torch.rand(32, 5) > 0.6).float()


class FocalLoss(nn.Module):
    def __init__(s, gamma=2.0, alpha=None):
        super().__init__()
        s.gamma, s.alpha = gamma, alpha

    def forward(s, i, t):
        lp = F.log_softmax(i, -1)
        ce = F.nll_loss(lp, t, weight=s.alpha, reduction="none")
        pt = lp.gather(1, t.view(-1, 1)).squeeze(1).exp()
        return ((1 - pt) ** s.gamma * ce).mean()


def smooth(i, t, e=0.1):
    lp = F.log_softmax(i, -1)
    return (-(1 - e) * lp.gather(1, t[:, None]).squeeze(1) - e * lp.mean(1)).mean()


def dice(i, t):
    p = i.sigmoid().flatten(1)
    t = t.flatten(1)
    return (1 - (2 * (p * t).sum(1) + 1) / (p.sum(1) + t.sum(1) + 1)).mean()


def tversky(i, t, a=0.3, b=0.7):
    p = i.sigmoid()
    tp, fp, fn = (p * t).sum(), (p * (1 - t)).sum(), ((1 - p) * t).sum()
    return 1 - (tp + 1) / (tp + a * fp + b * fn + 1)


def sigmoid_focal(i, t):
    p = i.sigmoid()
    ce = F.binary_cross_entropy_with_logits(i, t, reduction="none")
    pt = p * t + (1 - p) * (1 - t)
    return ((0.25 * t + 0.75 * (1 - t)) * ce * (1 - pt) ** 2).mean()


def kd(s, te, T=4.0):
    return F.kl_div(F.log_softmax(s / T, 1), F.softmax(te / T, 1), reduction="batchmean") * T * T


def pinball(p, t, q=torch.tensor([0.1, 0.5, 0.9])):
    e = t[:, None] - p
    return torch.max((q - 1) * e, q * e).mean()


def ntxent(a, b, T=0.5):
    z = F.normalize(torch.cat([a, b]), dim=1)
    s = z @ z.T / T
    s.fill_diagonal_(-1e9) if not s.requires_grad else None
    s = s.masked_fill(torch.eye(len(s), dtype=torch.bool), -1e9)
    n = len(a)
    return F.cross_entropy(s, torch.cat([torch.arange(n, 2 * n), torch.arange(n)]))


def supcon(f, y, T=0.1):
    f = F.normalize(f, dim=1)
    l = f @ f.t() / T
    l = l - l.max(1, keepdim=True).values.detach()
    m = (y[:, None] == y[None]).float()
    lm = 1 - torch.eye(len(y))
    m = m * lm
    lp = l - torch.log((l.exp() * lm).sum(1, keepdim=True))
    return -((m * lp).sum(1) / m.sum(1).clamp(min=1)).mean()


def arcface(f, w, y, s=8.0, m=0.3):
    c = F.linear(F.normalize(f), F.normalize(w))
    th = torch.acos(c.clamp(-1 + 1e-7, 1 - 1e-7))
    oh = F.one_hot(y, len(w)).bool()
    return F.cross_entropy(s * torch.where(oh, torch.cos(th + m), c), y)


def contrastive(a, b, l, margin=1.0):
    d = F.pairwise_distance(a, b)
    return ((1 - l) * d**2 + l * torch.clamp(margin - d, min=0.0) ** 2).mean()


te = torch.randn(32, 5)
W = torch.randn(5, 5)
L = {
    "focal": FocalLoss()(x, y),
    "focal_w": FocalLoss(alpha=torch.arange(1.0, 6))(x, y),
    "smooth": smooth(x, y),
    "ce_smooth": F.cross_entropy(x, y, label_smoothing=0.1),
    "ce_prob": F.cross_entropy(x, te.softmax(1)),
    "ce_w": F.cross_entropy(x, y, torch.arange(1.0, 6), ignore_index=2),
    "dice": dice(x, t),
    "tversky": tversky(x, t),
    "sfocal": sigmoid_focal(x, t),
    "kd": kd(x, te),
    "pinball": pinball(x[:, :3], te[:, 0]),
    "ntxent": ntxent(x[:16], x[16:]),
    "supcon": supcon(x, y),
    "arcface": arcface(x, W, y),
    "contrastive": contrastive(x[:16], x[16:], t[:16, 0]),
    "triplet": F.triplet_margin_loss(x[:10], x[10:20], x[20:30]),
    "tripcos": nn.TripletMarginWithDistanceLoss(
        distance_function=lambda a, b: 1 - F.cosine_similarity(a, b), swap=True
    )(x[:10], x[10:20], x[20:30]),
    "cosemb": F.cosine_embedding_loss(x[:16], x[16:], t[:16, 0] * 2 - 1, margin=0.2),
    "margin": F.margin_ranking_loss(x[:, 0], x[:, 1], t[:, 0] * 2 - 1, 0.1),
    "mml": F.multi_margin_loss(x, y),
    "mlsm": F.multilabel_soft_margin_loss(x, t),
    "hinge": F.hinge_embedding_loss(x, t * 2 - 1),
    "huber": F.huber_loss(x, te, delta=0.5),
    "sl1": F.smooth_l1_loss(x, te, beta=0.3),
    "gauss": F.gaussian_nll_loss(x, te, torch.ones(32, 5) * 0.5),
    "poisson": F.poisson_nll_loss(x, t),
    "bcew": F.binary_cross_entropy_with_logits(x, t, weight=torch.rand(5), pos_weight=torch.arange(1.0, 6)),
    "l1": F.l1_loss(x, te),
    "logcosh": torch.log(torch.cosh(x - te)).mean(),
    "js": 0.5
    * (
        F.kl_div(x.log_softmax(1), te.log_softmax(1), log_target=True)
        + F.kl_div(te.log_softmax(1), x.log_softmax(1), log_target=True)
    ),
    "wing": torch.where((x - te).abs() < 1, 1 * torch.log1p((x - te).abs() / 0.5), (x - te).abs() - 0.1).mean(),
    "tv": (x[1:] - x[:-1]).abs().mean() + (x[:, 1:] - x[:, :-1]).abs().mean(),
    "orth": (W.T @ x.T @ x - torch.eye(5)).norm(),
}
for k, l in L.items():
    (g,) = torch.autograd.grad(l, x, retain_graph=True)
    print(f"{k:12s} {l.item():.5f} {g.norm().item():.5f} {l.grad_fn.name()}")
# multi-task with learned uncertainty
torch.manual_seed(1)
ls = nn.Parameter(torch.zeros(2))
tr = nn.Linear(5, 8)
h1, h2 = nn.Linear(8, 1), nn.Linear(8, 5)
opt = torch.optim.Adam([*tr.parameters(), *h1.parameters(), *h2.parameters(), ls], 1e-2)
xd = x.detach()
for i in range(20):
    h = tr(xd).relu()
    a, b = F.mse_loss(h1(h).squeeze(1), xd[:, 0] * 2), F.cross_entropy(h2(h), y)
    l = torch.exp(-ls[0]) * a + torch.exp(-ls[1]) * b + ls.sum() / 2
    opt.zero_grad()
    l.backward()
    opt.step()
print("multitask %.4f" % l.item(), ls)
# CTC toy
torch.manual_seed(2)
ctc = nn.CTCLoss(blank=0, zero_infinity=True)
rnn = nn.GRU(6, 16, bidirectional=True)
fc = nn.Linear(32, 5)
opt = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], 0.02)
inp = torch.randn(12, 4, 6)
tg = torch.randint(1, 5, (4, 4))
il, tl = torch.tensor([12, 12, 11, 10]), torch.tensor([4, 3, 4, 2])
for i in range(15):
    lp = fc(rnn(inp)[0]).log_softmax(2)
    l = ctc(lp, tg, il, tl)
    opt.zero_grad()
    l.backward()
    opt.step()
    if i % 5 == 0:
        print("ctc %.4f" % l.item())
best = lp.argmax(2).T
print([[int(c) for c, p in zip(s, [0] + s[:-1]) if c and c != p] for s in best.tolist()][0])
# linear-chain CRF: forward algorithm and Viterbi
torch.manual_seed(3)
T_, K = 7, 4
em = torch.randn(3, T_, K, requires_grad=True)
tr = torch.randn(K, K, requires_grad=True)
tags = torch.randint(0, K, (3, T_))


def crf(em, tr, tags):
    s = em.gather(2, tags.unsqueeze(-1)).squeeze(-1).sum(1) + tr[tags[:, :-1], tags[:, 1:]].sum(1)
    a = em[:, 0]
    for i in range(1, T_):
        a = torch.logsumexp(a.unsqueeze(2) + tr + em[:, i].unsqueeze(1), dim=1)
    return (torch.logsumexp(a, 1) - s).mean()


def viterbi(em, tr):
    v, bp = em[:, 0], []
    for i in range(1, T_):
        m, idx = (v.unsqueeze(2) + tr).max(1)
        v = m + em[:, i]
        bp.append(idx)
    s, b = v.max(1)
    path = [b]
    for idx in reversed(bp):
        b = idx.gather(1, b.unsqueeze(1)).squeeze(1)
        path.append(b)
    return s, torch.stack(path[::-1], 1)


opt = torch.optim.SGD([em, tr], 1.0)
for i in range(10):
    l = crf(em, tr, tags)
    opt.zero_grad()
    l.backward()
    opt.step()
print(
    "crf %.5f" % l.item(),
    viterbi(em.detach(), tr.detach())[1].eq(tags).float().mean(),
    viterbi(em.detach(), tr.detach())[0],
)
