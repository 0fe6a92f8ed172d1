"""Hooks of modules, what they may change, what lives how long, modes as decorators."""

import gc
import sys
import weakref

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
m = nn.Sequential(nn.Linear(3, 4), nn.ReLU(inplace=True), nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5)), nn.Linear(4, 2))
x = torch.randn(5, 3)
log = []
m.register_forward_pre_hook(lambda mod, a: log.append("pre"))
m.register_forward_hook(lambda mod, a, k, o: log.append(("fwd", sorted(k))), with_kwargs=True)
m.register_full_backward_pre_hook(lambda mod, g: log.append(("bpre", g[0].shape)))
m.register_full_backward_hook(lambda mod, gi, go: log.append(("bwd", [None if g is None else tuple(g.shape) for g in gi])))
for n, c in m.named_modules():
    if n:
        c.register_forward_hook(lambda mod, i, o, n=n: log.append(n))
m(x).sum().backward()
print(log)
log.clear()
m(x.requires_grad_()).sum().backward()
print(log[-1], x.grad.norm())
h = m[3].register_forward_hook(lambda mod, i, o: o * 0 + 7)
print(m(x)[0])
h.remove()
h2 = m[0].register_forward_pre_hook(lambda mod, i: (i[0] * 0,))
print(torch.equal(m[0](x), m[0].bias.expand(5, 4)))
h2.remove()
h = m[3].register_full_backward_hook(lambda mod, gi, go: (gi[0] * 0,))
m.zero_grad()
m.eval()
m(x).sum().backward()
print(m[0].weight.grad.abs().sum(), m[3].weight.grad.abs().sum() > 0)
h.remove()
h = nn.modules.module.register_module_forward_hook(lambda mod, i, o: log.append(type(mod).__name__))
log.clear()
m(x)
h.remove()
print(log[:4])
try:
    m[0].register_full_backward_hook(lambda mod, gi, go: (gi[0], gi[0]))
    m(x).sum().backward()
except RuntimeError as e:
    print(e)
m2 = nn.Sequential(nn.Linear(2, 2), nn.ReLU(inplace=True))
m2[0].register_full_backward_hook(lambda *a: None)
try:
    m2(torch.ones(1, 2)).sum().backward()
    print("fine")
except RuntimeError as e:
    print(e)


class Tmp(nn.Module):
    def forward(self, x, scale=1, *, bias=None):
        return {"out": x * scale, "aux": [x + 1, (x - 1,)]}


t = Tmp()
t.register_forward_pre_hook(lambda mod, a, k: (a, {**k, "scale": 3}), with_kwargs=True)
o = t(torch.ones(2, requires_grad=True), bias=0)
print(o)
o["out"].sum().backward() if o["out"].requires_grad else None
order = []
l = nn.Linear(1, 1)
l.register_forward_hook(lambda *a: order.append(1))
l.register_forward_hook(lambda *a: order.append(2), prepend=True)
l.register_forward_hook(lambda *a: order.append(3), always_call=True)
l(torch.ones(1, 1))
print(order)
try:
    l(torch.ones(1, 5))
except RuntimeError as e:
    print(e, order)
# clipping and noise by hooks, optimiser in backward
w = nn.Parameter(torch.randn(4))
w.register_hook(lambda g: g.clamp(-0.5, 0.5))
(w * torch.tensor([1.0, 10, -10, 0.1])).sum().backward()
print(w.grad)
ps = list(m.parameters())
opts = {p: torch.optim.SGD([p], lr=0.1) for p in ps}


def step_now(p):
    opts[p].step()
    opts[p].zero_grad()


hs = [p.register_post_accumulate_grad_hook(step_now) for p in ps]
before = ps[0].clone()
m[0]._backward_hooks.clear()
m(x).pow(2).sum().backward()
print(not torch.equal(before, ps[0]), [p.grad for p in ps])
[h.remove() for h in hs]


# lifetimes
class Big:
    pass


def alive():
    a = torch.randn(10, requires_grad=True)
    tag = Big()
    r = weakref.ref(tag)
    b = (a * 2).exp()
    b.grad_fn.register_hook(lambda *g, tag=tag: None)
    del tag
    return b, r


b, r = alive()
print(r() is not None)
b.sum().backward()
print(r() is not None)
del b
gc.collect()
print(r())
a = torch.ones(3, requires_grad=True)
c = a * 2
rc = weakref.ref(c)
d = c + 1
del c
print(rc() is None, d.grad_fn.next_functions[0][0].name())
acts = []
hk = m[2].register_forward_hook(lambda mod, i, o: acts.append(o))
[m(x) for _ in range(3)]
print(len(acts), acts[0].grad_fn is not None, sum(t.numel() * t.element_size() for t in acts))
hk.remove()
acts.clear()
n = [0]
with torch.autograd.graph.saved_tensors_hooks(lambda t: (n.__setitem__(0, n[0] + t.nbytes), t)[1], lambda t: t):
    y = m(x)
print(
    n[0],
    y.grad_fn.name(),
    sys.getsizeof(torch.ones(2).untyped_storage()) >= 0,
    torch.ones(2, 3).nbytes,
    torch.ones(2, 3).untyped_storage().nbytes(),
    torch.ones(2, 3)[0].storage_offset(),
    torch.ones(2, 3)[1].untyped_storage().size(),
)
with torch.no_grad(), torch.inference_mode():
    v = torch.ones(2)
    print(v.is_inference(), torch.is_inference_mode_enabled(), torch.is_grad_enabled())


@torch.no_grad()
def gen():
    for i in range(2):
        yield torch.is_grad_enabled()


print(list(gen()), torch.is_grad_enabled())


class NG(nn.Module):
    @torch.inference_mode()
    def forward(self, x):
        return x * 2


print(
    NG()(a).requires_grad,
    torch.set_grad_enabled(True),
    [f(a * 1).requires_grad for f in (torch.no_grad()(lambda t: t * 2), torch.enable_grad()(lambda t: t * 2))],
)
