"""Three products, and the sum of the first."""

import numpy as np
import torch


def setup():
    """The same numbers as the program's, which are PyTorch's random ones."""
    torch.manual_seed(0)
    a, b = torch.randn(1000, 1000).numpy(), torch.randn(1000, 1000).numpy()
    g = np.ones((1000, 1000), np.float32)

    def step():
        (a @ b).sum()
        slope_a, _ = g @ b.T, a.T @ g
        return slope_a[0, 0]

    return step
