"""A graph of 100,000 nodes on one number, forward and backward."""

import torch


def setup():
    x = torch.tensor(1.0, requires_grad=True)

    def step():
        y = x
        for _ in range(100_000):
            y = y + 1e-5
        y.backward()
        gradient = x.grad
        x.grad = None
        return gradient + y.detach()

    return step
