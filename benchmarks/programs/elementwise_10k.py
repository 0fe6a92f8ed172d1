"""Elementwise operations on 10,000 numbers, forward and backward."""

import torch


def setup(size=10_000):
    x = torch.linspace(-2, 2, size, requires_grad=True)
    w = torch.linspace(0.5, 1.5, size, requires_grad=True)

    def step():
        y = torch.sin(x) * w + x / (1 + w * w)
        y.sum().backward()
        gradient = x.grad
        x.grad = w.grad = None
        return gradient[size // 3]

    return step
