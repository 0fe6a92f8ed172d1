"""100 custom autograd Functions on 8 numbers, forward and backward."""

import torch


class Damp(torch.autograd.Function):
    """x - x**2 / 10"""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x - 0.1 * x * x

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * (1 - 0.2 * x)


def setup():
    x = torch.linspace(0.5, 1.5, 8, requires_grad=True)

    def step():
        y = x
        for _ in range(100):
            y = Damp.apply(y)
        y.sum().backward()
        gradient = x.grad
        x.grad = None
        return gradient[0]

    return step
