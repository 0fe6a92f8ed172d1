"""A gradient penalty: the gradient of a small MLP's gradient."""

import torch

RTOL = 1e-4


def setup():
    torch.manual_seed(0)
    x = torch.randn(16, 4, requires_grad=True)
    w1 = torch.randn(4, 16, requires_grad=True)
    w2 = torch.randn(16, 1, requires_grad=True)

    def step():
        y = torch.tanh(x @ w1) @ w2
        (gradient,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        ((gradient.pow(2).sum(1) - 1) ** 2).mean().backward()
        second = w1.grad
        x.grad = w1.grad = w2.grad = None
        return second.pow(2).sum()

    return step
