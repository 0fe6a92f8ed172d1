"""Training in bfloat16 and float16: leaves, numbers, masks, master weights, and gradients of what is one kernel."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
X = torch.randn(64, 12)
Y = (X[:, :3].sum(1) > 0).long()


def make(dtype):
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(12, 16), nn.GELU(), nn.Linear(16, 16), nn.SiLU(), nn.Linear(16, 2)).to(dtype)


for dtype in (torch.bfloat16, torch.float16):
    model = make(dtype)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, eps=1e-4)
    for epoch in range(3):
        for xb, yb in zip(X.split(16), Y.split(16)):
            F.cross_entropy(model(xb.to(dtype)).float(), yb).div(4).backward()
        optimizer.step()
        print(f"{dtype} {epoch} {F.cross_entropy(model(X.to(dtype)).float(), Y).item():.2f}", model[0].weight.grad.dtype)
        optimizer.zero_grad()
    # gradients of two leaves, which are added to one by one
    a, b = (torch.ones(3, dtype=dtype, requires_grad=True) for _ in range(2))
    for _ in range(3):
        (a + b).sum().backward()
    a.grad[0] = 9
    print(a.grad, b.grad)
    h = a * 3
    h.retain_grad()
    h.tanh().sum().backward()
    print(h.grad)
    # numbers are not rounded to 16 bits beside a tensor, nor do they overflow
    x = torch.linspace(-2, 3, 7).to(dtype)
    print(x * 0.3, x / 0.3, 0.3 * x, x * torch.tensor(0.3), x.clone().mul_(1e-3), x * 1e6 * 1e-6 if dtype is torch.bfloat16 else "")
    bias = (1.0 - torch.tril(torch.ones(4, 4, dtype=dtype))) * -1e9
    scores = torch.zeros(4, 4, dtype=dtype, requires_grad=True)
    weights = torch.softmax(scores * 0.35355 + bias, -1)
    (weights * torch.arange(4.0).to(dtype)).sum().backward()
    print(bias, weights, scores.grad)
    for f in (F.gelu, F.softplus, torch.sigmoid, torch.tanh):
        x = torch.linspace(0.15, 0.9, 4).to(dtype).requires_grad_()
        first = torch.autograd.grad(f(x).sum(), x, create_graph=True)[0]
        print(f.__name__, first.dtype, torch.autograd.grad(f(x).sum(), x)[0], torch.autograd.grad(first.sum(), x)[0].dtype)
    p = nn.Parameter(torch.linspace(-1, 1, 5).to(dtype))
    master = p.detach().float().clone().requires_grad_()
    optimizer = torch.optim.SGD([master], lr=0.125, momentum=0.5)
    for _ in range(4):
        p.grad = None
        (p * p * 0.75).sum().backward()
        master.grad = p.grad.float()
        optimizer.step()
        with torch.no_grad():
            p.copy_(master)
    print(p, master)

# The gradient of a leaf lies in memory as the leaf.
image = torch.randn(1, 3, 4, 4).contiguous(memory_format=torch.channels_last).requires_grad_()
(image.contiguous() * 2).sum().backward()
print(image.grad.stride(), image.grad.is_contiguous(memory_format=torch.channels_last))
w = torch.ones(3, 4).t().requires_grad_()
(torch.ones(2, 4) @ w).sum().backward()
print(w.grad.stride(), torch.autograd.grad((w * w).sum(), w)[0].shape)
try:
    w.grad.view(-1)
except RuntimeError as error:
    print(error)
