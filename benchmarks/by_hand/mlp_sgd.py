"""Eight products; relu by a mask, and everything in place that can be."""

import numpy as np
import torch
from torch import nn


def setup():
    """The same numbers as the program's, which are PyTorch's random ones."""
    torch.manual_seed(0)
    x, labels = torch.randn(128, 784).numpy(), torch.randint(0, 10, (128,)).numpy()
    layers = [nn.Linear(784, 512), nn.Linear(512, 512), nn.Linear(512, 10)]
    weights = [layer.weight.detach().numpy().copy() for layer in layers]
    biases = [layer.bias.detach().numpy().copy() for layer in layers]
    rows, rate, zero = np.arange(128), np.float32(0.01), np.zeros((), np.float32)

    def step():
        h, inputs = x, []
        for weight, bias in zip(weights, biases):
            if inputs:
                np.maximum(h, zero, h)
            inputs.append(h)
            h = h @ weight.T
            h += bias
        h -= h.max(1, keepdims=True)
        log_sums = np.log(np.exp(h).sum(1))
        loss = (log_sums - h[rows, labels]).mean()
        g = np.exp(h - log_sums[:, None])
        g[rows, labels] -= 1
        g /= 128
        for i in (2, 1, 0):
            slope, slope_bias = g.T @ inputs[i], g.sum(0)
            if i:
                g = g @ weights[i]
                g *= inputs[i] > zero
            weights[i] -= rate * slope
            biases[i] -= rate * slope_bias
        return loss

    return step
