"""100 operations on 8 numbers under no_grad."""

import torch


def setup():
    x = torch.linspace(0.5, 1.5, 8, requires_grad=True)
    w = torch.linspace(0.9, 1.1, 8)

    def step():
        with torch.no_grad():
            y = x
            for _ in range(25):
                y = torch.relu((y * w + 1) / 2)
        return y[0]

    return step
