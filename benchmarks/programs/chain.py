"""1000 chained multiplications of 8 numbers, forward and backward."""

import torch


def setup():
    x = torch.linspace(0.5, 1.5, 8, requires_grad=True)
    w = torch.linspace(0.999, 1.001, 8, requires_grad=True)

    def step():
        y = x
        for _ in range(1000):
            y = y * w
        y.sum().backward()
        gradient = w.grad
        x.grad = w.grad = None
        return gradient[0]

    return step
