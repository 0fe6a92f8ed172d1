"""Training of a Legendre polynomial with a custom Function, 2000 steps on 2000 numbers."""

import math

import torch


class LegendrePolynomial3(torch.autograd.Function):
    """(5 x**3 - 3 x) / 2"""

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return 0.5 * (5 * input**3 - 3 * input)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        return grad_output * 1.5 * (5 * input**2 - 1)


def setup():
    x = torch.linspace(-math.pi, math.pi, 2000)
    y = torch.sin(x)
    learning_rate = 5e-6

    def step():
        a, b, c, d = (torch.full((), value, requires_grad=True) for value in (0.0, -1.0, 0.0, 0.3))
        for _ in range(2000):
            y_pred = a + b * LegendrePolynomial3.apply(c + d * x)
            loss = (y_pred - y).pow(2).sum()
            loss.backward()
            with torch.no_grad():
                a -= learning_rate * a.grad
                b -= learning_rate * b.grad
                c -= learning_rate * c.grad
                d -= learning_rate * d.grad
                a.grad = None
                b.grad = None
                c.grad = None
                d.grad = None
        return loss

    return step
