"""A hand-written RNN of 100 steps, 16 hidden units on a batch of 4, forward and backward."""

import torch

RTOL = 1e-4


def setup():
    torch.manual_seed(0)
    inputs = torch.randn(100, 4, 8)
    w_input = (0.3 * torch.randn(8, 16)).requires_grad_()
    w_hidden = (0.2 * torch.randn(16, 16)).requires_grad_()
    bias = torch.zeros(16, requires_grad=True)

    def step():
        hidden = torch.zeros(4, 16)
        for x in inputs:
            hidden = torch.tanh(x @ w_input + hidden @ w_hidden + bias)
        hidden.pow(2).sum().backward()
        gradient = bias.grad
        w_input.grad = w_hidden.grad = bias.grad = None
        return gradient.sum()

    return step
