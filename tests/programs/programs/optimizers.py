"""Every scheduler and optimizer, their states and what they refuse; an optimizer of the program's own."""

import torch
import warnings
from torch.optim import lr_scheduler as S


def mk(n=1):
    return torch.optim.SGD([{"params": [torch.nn.Parameter(torch.zeros(1))]} for _ in range(n)], lr=0.1, momentum=0.9)


T = {
    "StepLR": lambda o: S.StepLR(o, 3, 0.5),
    "MultiStepLR": lambda o: S.MultiStepLR(o, [2, 5], 0.1),
    "ConstantLR": lambda o: S.ConstantLR(o, 0.5, 3),
    "LinearLR": lambda o: S.LinearLR(o, 0.3, total_iters=4),
    "ExponentialLR": lambda o: S.ExponentialLR(o, 0.8),
    "PolynomialLR": lambda o: S.PolynomialLR(o, 6, 2.0),
    "CosineAnnealingLR": lambda o: S.CosineAnnealingLR(o, 5, 0.01),
    "CosineAnnealingWarmRestarts": lambda o: S.CosineAnnealingWarmRestarts(o, 3, 2),
    "CyclicLR": lambda o: S.CyclicLR(o, 0.01, 0.1, 3, mode="triangular2"),
    "OneCycleLR": lambda o: S.OneCycleLR(o, 0.5, total_steps=12),
    "LambdaLR": lambda o: S.LambdaLR(o, lambda e: 0.95**e),
    "MultiplicativeLR": lambda o: S.MultiplicativeLR(o, lambda e: 0.9),
    "Sequential": lambda o: S.SequentialLR(o, [S.LinearLR(o, 0.1, total_iters=3), S.CosineAnnealingLR(o, 8)], [3]),
    "Chained": lambda o: S.ChainedScheduler([S.ConstantLR(o, 0.1, 2), S.ExponentialLR(o, 0.9)]),
}
for n, f in T.items():
    o = mk()
    s = f(o)
    lrs = []
    for _ in range(10):
        lrs.append(o.param_groups[0]["lr"])
        o.step()
        s.step()
    print(f"{n:28s}", *("%.6f" % l for l in lrs), s.last_epoch if hasattr(s, "last_epoch") else "")
    sd = s.state_dict()
    print("   ", sorted(sd)[:8])
o = mk(2)
s = S.LambdaLR(o, [lambda e: 1 / (e + 1), lambda e: 0.5])
o.step()
s.step()
print(s.get_last_lr())
s = S.ReduceLROnPlateau(o, "max", factor=0.1, patience=1, cooldown=1, threshold=0.01)
for v in (0.1, 0.2, 0.2, 0.2, 0.2, 0.2, 0.3, 0.3):
    s.step(v)
    print(v, o.param_groups[0]["lr"], s.num_bad_epochs, s.best)
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter("always")
    o = mk()
    s = S.StepLR(o, 1)
    s.step()
    print([str(x.message)[:80] for x in w])
for bad in (
    lambda: S.OneCycleLR(mk(), 0.1),
    lambda: S.CosineAnnealingWarmRestarts(mk(), 0),
    lambda: S.LambdaLR(mk(2), [lambda e: 1]),
    lambda: S.StepLR("x", 1),
    lambda: S.ReduceLROnPlateau(mk(), factor=2.0),
    lambda: S.CyclicLR(torch.optim.Adam([torch.zeros(1, requires_grad=True)]), 0.1, 0.2, cycle_momentum=True) and None,
    lambda: torch.optim.SGD([], 0.1),
    lambda: torch.optim.SGD([torch.zeros(1)], -1.0),
    lambda: torch.optim.Adam([torch.zeros(1)], betas=(1.5, 0)),
    lambda: torch.optim.SGD([torch.zeros(1, requires_grad=True) * 2], 0.1),
    lambda: torch.optim.SGD(torch.zeros(1), 0.1),
):
    try:
        bad()
        print("fine")
    except Exception as e:
        print(type(e).__name__, e)
print(mk(2))
torch.manual_seed(0)


# every optimizer on rosenbrock
def rosen(p):
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


for O, kw in (
    (torch.optim.SGD, dict(lr=1e-3, momentum=0.9, nesterov=True)),
    (torch.optim.Adam, dict(lr=0.05)),
    (torch.optim.AdamW, dict(lr=0.05, amsgrad=True)),
    (torch.optim.Adagrad, dict(lr=0.5)),
    (torch.optim.Adadelta, dict(lr=1.0)),
    (torch.optim.RMSprop, dict(lr=0.01, centered=True)),
    (torch.optim.Rprop, {}),
    (torch.optim.ASGD, dict(lr=1e-3)),
    (torch.optim.Adamax, dict(lr=0.05)),
    (torch.optim.NAdam, dict(lr=0.05)),
    (torch.optim.RAdam, dict(lr=0.05)),
):
    p = torch.tensor([-1.0, 1.5], dtype=torch.double, requires_grad=True)
    o = O([p], **kw)
    for _ in range(40):
        o.zero_grad()
        l = rosen(p)
        l.backward()
        o.step()
    print(O.__name__, p.detach().numpy().round(8), "%.8f" % l.item(), sorted(o.state[p]))


# custom optimizer
class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-2, betas=(0.9, 0.99), wd=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, wd=wd))

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for g in self.param_groups:
            for p in g["params"]:
                if p.grad is None:
                    continue
                st = self.state[p]
                if len(st) == 0:
                    st["m"] = torch.zeros_like(p, memory_format=torch.preserve_format)
                u = st["m"].mul(g["betas"][0]).add(p.grad, alpha=1 - g["betas"][0]).sign_()
                p.mul_(1 - g["lr"] * g["wd"]).add_(u, alpha=-g["lr"])
                st["m"].lerp_(p.grad, 1 - g["betas"][1])
        return loss


p = torch.nn.Parameter(torch.tensor([-1.0, 1.5]))
o = Lion([p])
print(o)


def closure():
    o.zero_grad()
    l = rosen(p)
    l.backward()
    return l


for _ in range(30):
    l = o.step(closure)
print(p, l, o.state_dict()["state"])
