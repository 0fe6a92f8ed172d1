"""States saved, loaded, loaded in part; copies; averages of weights; early stopping."""

import copy
import io
import numpy as np
import os
import pickle
import random
import tempfile
import torch
import torch.nn as nn


def seed_all(s):
    random.seed(s)
    np.random.seed(s)
    torch.manual_seed(s)


seed_all(0)


class M(nn.Module):
    def __init__(s, out=3):
        super().__init__()
        s.body = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.2))
        s.head = nn.Linear(8, out)

    def forward(s, x):
        return s.head(s.body(x))


X, Y = torch.randn(64, 4), torch.randint(0, 3, (64,))
m = M()
opt = torch.optim.Adam(m.parameters(), 1e-2, weight_decay=1e-3)
sch = torch.optim.lr_scheduler.ExponentialLR(opt, 0.9)
crit = nn.CrossEntropyLoss()


def train(m, opt, sch, n):
    m.train()
    for _ in range(n):
        l = crit(m(X), Y)
        opt.zero_grad()
        l.backward()
        opt.step()
        sch.step()
    return l.item()


print("%.5f" % train(m, opt, sch, 5))
d = tempfile.mkdtemp()
p = os.path.join(d, "ck.pt")
torch.save(
    {
        "epoch": 5,
        "model_state_dict": m.state_dict(),
        "optimizer_state_dict": opt.state_dict(),
        "sch": sch.state_dict(),
        "rng": torch.get_rng_state(),
        "best": torch.tensor(0.5),
        "cfg": {"a": [1, 2.5, "x", None, (1, 2)]},
    },
    p,
)
a = train(m, opt, sch, 5)
ck = torch.load(p, weights_only=True)
m2 = M()
opt2 = torch.optim.Adam(m2.parameters())
sch2 = torch.optim.lr_scheduler.ExponentialLR(opt2, 0.5)
print(m2.load_state_dict(ck["model_state_dict"]))
opt2.load_state_dict(ck["optimizer_state_dict"])
sch2.load_state_dict(ck["sch"])
torch.set_rng_state(ck["rng"])
print(
    a == train(m2, opt2, sch2, 5),
    ck["epoch"],
    ck["cfg"],
    ck["best"],
    list(ck["model_state_dict"])[:3],
    ck["optimizer_state_dict"]["param_groups"],
    sch2.state_dict(),
)
# partial loads
t = M(5)
sd = ck["model_state_dict"]
try:
    t.load_state_dict(sd)
except RuntimeError as e:
    print(e)
filt = {k: v for k, v in sd.items() if not k.startswith("head")}
r = t.load_state_dict(filt, strict=False)
print(r, r.missing_keys)
try:
    t.load_state_dict({**filt, "extra.w": torch.zeros(1)})
except RuntimeError as e:
    print(e)
print(t.load_state_dict({"body.0.weight": sd["body.0.weight"], "zzz": torch.ones(1)}, strict=False))
for q in t.body.parameters():
    q.requires_grad = False
print([n for n, q in t.named_parameters() if q.requires_grad])
o = torch.optim.SGD(filter(lambda q: q.requires_grad, t.parameters()), 0.1)
b4 = t.body[0].weight.clone()
crit(t(X), Y).backward()
o.step()
print(torch.equal(b4, t.body[0].weight), t.body[0].weight.grad)
t.head = nn.Identity()
print(t, t(X).shape)
# pickle, deepcopy
m.eval()
print(torch.equal(copy.deepcopy(m)(X), m(X)))
x = torch.randn(3, requires_grad=True)
y = pickle.loads(pickle.dumps({"x": x, "n": nn.Parameter(torch.ones(2)), "v": x.detach()[1:]}))
print(y["x"].requires_grad, y["n"], torch.equal(y["v"], x[1:]))
try:
    copy.deepcopy(x * 2)
except RuntimeError as e:
    print(str(e)[:90])
base = torch.arange(4.0)
s = copy.deepcopy({"a": base, "b": base[1:]})
s["a"][1] = 9
print(s["b"])
# EMA by hand and by swa_utils
ema = copy.deepcopy(m)
m.train()
for _ in range(3):
    train(m, opt, sch, 1)
    with torch.no_grad():
        for pe, pm in zip(ema.parameters(), m.parameters()):
            pe.mul_(0.9).add_(pm, alpha=0.1)
print("%.6f" % sum(q.norm().item() for q in ema.parameters()))
from torch.optim.swa_utils import AveragedModel, SWALR, update_bn, get_ema_multi_avg_fn

swa = AveragedModel(m)
em = AveragedModel(m, multi_avg_fn=get_ema_multi_avg_fn(0.9))
ss = SWALR(opt, swa_lr=0.05, anneal_epochs=3)
for i in range(5):
    train(m, opt, ss, 1)
    swa.update_parameters(m)
    em.update_parameters(m)
update_bn(torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X), 32), swa)
swa.eval()
print("%.5f %.5f" % (crit(swa(X), Y).item(), crit(em(X), Y).item()), swa.n_averaged, ss.get_last_lr())


class EarlyStopping:
    def __init__(s, patience=2, delta=0):
        s.p, s.d, s.best, s.c, s.state = patience, delta, None, 0, None

    def __call__(s, v, model):
        if s.best is None or v < s.best - s.d:
            s.best, s.c, s.state = v, 0, {k: t.detach().clone() for k, t in model.state_dict().items()}
        else:
            s.c += 1
        return s.c >= s.p


es = EarlyStopping()
opt = torch.optim.SGD(m.parameters(), 2.0)
pl = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, "min", factor=0.5, patience=0)
for ep in range(20):
    m.train()
    l = crit(m(X[:32]), Y[:32])
    opt.zero_grad()
    l.backward()
    opt.step()
    m.eval()
    with torch.no_grad():
        v = crit(m(X[32:]), Y[32:]).item()
    pl.step(v)
    if es(v, m):
        print("stop", ep, opt.param_groups[0]["lr"])
        break
m.load_state_dict(es.state)
print(abs(crit(m(X[32:]), Y[32:]).item() - es.best) < 1e-6)
