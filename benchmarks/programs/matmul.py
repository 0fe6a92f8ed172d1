"""A product of two 1000x1000 matrices, forward and backward."""

import torch

RTOL = 1e-4


def setup():
    torch.manual_seed(0)
    a = torch.randn(1000, 1000, requires_grad=True)
    b = torch.randn(1000, 1000, requires_grad=True)

    def step():
        (a @ b).sum().backward()
        gradient = a.grad
        a.grad = b.grad = None
        return gradient[0, 0]

    return step
