"""What surrounds a training step: accumulation, clipping, dtypes, groups, initialisation, grad modes, custom functions."""

import math
import torch
import torch.nn as nn
import torch.nn.functional as F


def fresh():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 12), nn.Tanh(), nn.Linear(12, 3))


X, Y = (torch.manual_seed(9), torch.randn(32, 6))[1], torch.arange(32) % 3
a, b = fresh(), fresh()
F.cross_entropy(a(X), Y).backward()
for x, y in zip(X.chunk(4), Y.chunk(4)):
    (F.cross_entropy(b(x), y) / 4).backward()
print(all(torch.allclose(p.grad, q.grad, atol=1e-7) for p, q in zip(a.parameters(), b.parameters())))
n = nn.utils.clip_grad_norm_(a.parameters(), 0.1)
print(
    n,
    torch.cat([p.grad.flatten() for p in a.parameters()]).norm(),
    nn.utils.clip_grad_norm_(a.parameters(), 1.0, norm_type=float("inf")),
)
nn.utils.clip_grad_value_(b.parameters(), 0.01)
print(max(p.grad.abs().max() for p in b.parameters()))
vec = nn.utils.parameters_to_vector(a.parameters())
print(vec.shape, vec.grad_fn)
nn.utils.vector_to_parameters(torch.zeros_like(vec), a.parameters())
print(a[0].weight.abs().sum())
m = fresh().double()
l = F.cross_entropy(m(X.double()), Y)
l.backward()
print(l.dtype, m[0].weight.grad.dtype)
h = fresh().to(torch.bfloat16)
print(
    h(X.bfloat16()).dtype,
    "%.2f" % F.cross_entropy(h(X.bfloat16()).float(), Y).item(),
    (X.half() @ X.half().T).dtype,
    X.to(torch.float16).sum().dtype,
)
m = fresh()
opt = torch.optim.SGD([{"params": m[0].parameters()}, {"params": m[2].parameters(), "lr": 1e-3}], lr=1e-2, momentum=0.9)
print([(g["lr"], len(g["params"])) for g in opt.param_groups])
opt.add_param_group({"params": [nn.Parameter(torch.zeros(1))], "lr": 5.0})
print(opt)
for nm, f in {
    "xu": lambda w: nn.init.xavier_uniform_(w, gain=nn.init.calculate_gain("tanh")),
    "xn": nn.init.xavier_normal_,
    "ku": lambda w: nn.init.kaiming_uniform_(w, a=math.sqrt(5)),
    "kn": lambda w: nn.init.kaiming_normal_(w, nonlinearity="leaky_relu"),
    "or": nn.init.orthogonal_,
    "tn": lambda w: nn.init.trunc_normal_(w, std=0.02),
    "sp": lambda w: nn.init.sparse_(w, 0.3),
    "ey": nn.init.eye_,
    "u": lambda w: nn.init.uniform_(w, -1, 1),
    "n": nn.init.normal_,
    "c": lambda w: nn.init.constant_(w, 0.3),
}.items():
    torch.manual_seed(1)
    w = f(torch.empty(4, 3))
    print(nm, w[0], "%.5f" % w.std())
w = nn.init.dirac_(torch.empty(2, 2, 3))
print(w)
s = nn.utils.spectral_norm(nn.Linear(3, 2))
s(torch.ones(1, 3))
print([k for k, _ in s.named_buffers()])
# reproducibility
torch.manual_seed(7)
r1 = torch.rand(3)
torch.manual_seed(7)
print(torch.equal(r1, torch.rand(3)), r1)
st = torch.get_rng_state()
u = torch.randn(4)
torch.set_rng_state(st)
print(torch.equal(u, torch.randn(4)), st.dtype, st.shape)
with torch.random.fork_rng():
    torch.manual_seed(1)
    torch.rand(10)
print(torch.rand(2))
# dropout & eval, batchnorm momentum
bn = nn.BatchNorm1d(3, momentum=None)
[bn(torch.ones(4, 3) * i) for i in range(4)]
print(bn.running_mean, bn.num_batches_tracked)
d = nn.Dropout(0.5)
torch.manual_seed(0)
print(
    d(torch.ones(8)),
    d.eval()(torch.ones(2)),
    F.dropout(torch.ones(3), training=False),
    nn.AlphaDropout(0.1)(torch.zeros(2)).shape,
)
# grad modes
x = torch.ones(2, requires_grad=True)
with torch.no_grad():
    y = x * 2
print(y.requires_grad, (x * 2).requires_grad, torch.is_grad_enabled())
torch.set_grad_enabled(False)
print((x * 1).requires_grad)
torch.set_grad_enabled(True)


@torch.no_grad()
def ev():
    return torch.is_grad_enabled()


print(ev())
with torch.inference_mode():
    z = torch.ones(1)
print(z.is_inference())
for e in (
    "y.backward()",
    "x.backward()",
    "l.backward()",
    "(x * 2).sum().backward(); (x.sum() * x).backward()",
    "torch.autograd.grad(x.sum(), torch.ones(1))",
    "x.add_(1)",
    "x.numpy()",
    "z.requires_grad_().mul_(2).sum().backward()",
    "torch.tensor([1, 2], requires_grad=True)",
    "x.data.add_(1); print(x)",
    "x.grad_fn",
    "x.detach().requires_grad_(True).sum().backward()",
    "w=x*2; w.retain_grad(); w.sum().backward(); print(w.grad)",
):
    try:
        exec(e)
        print("ok", e)
    except Exception as err:
        print(e, "->", type(err).__name__, str(err)[:120])


class Binarize(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, k):
        ctx.save_for_backward(x)
        ctx.k = k
        ctx.mark_non_differentiable()
        return x.sign()

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * (x.abs() < ctx.k), None


x = torch.tensor([-0.5, 0.2, 3.0], requires_grad=True)
Binarize.apply(x, 1.0).sum().backward()
print(x.grad, Binarize.apply(x, 1.0))
ste = x + (x.round() - x).detach()
ste.sum().backward()
print(x.grad)
g = F.gumbel_softmax(torch.zeros(2, 3), hard=True)
print(g.sum(1))
with torch.autograd.profiler.record_function("x") if hasattr(torch.autograd, "profiler") else torch.no_grad():
    pass
print(
    torch.nn.functional.cosine_similarity(X[:1], X[1:2]),
    torch.isclose(X, X).all(),
    torch.allclose(X, X + 1e-9),
    (X.mean(), X.std(), X.var(unbiased=False), X.median(), X.quantile(0.25)),
    X.max(),
    X.argmin(),
    X.aminmax(),
    X.norm(p=1),
    X.clamp(-1, 1).mean(0),
    torch.nan_to_num(torch.tensor([float("nan")])),
    X.isnan().any().item(),
)
