"""The gradients of 64 samples, each by itself, of a net of two layers: vmap of grad."""

import torch

RTOL = 1e-4


def setup():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(20, 32), torch.nn.Tanh(), torch.nn.Linear(32, 10))
    params = {name: p.detach() for name, p in model.named_parameters()}
    x, y = torch.randn(64, 20), torch.randint(0, 10, (64,))

    def loss(params, sample, target):
        out = torch.func.functional_call(model, params, (sample.unsqueeze(0),))
        return torch.nn.functional.cross_entropy(out, target.unsqueeze(0))

    gradients = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))

    def step():
        found = gradients(params, x, y)
        return sum(g.abs().sum() for g in found.values())

    return step
