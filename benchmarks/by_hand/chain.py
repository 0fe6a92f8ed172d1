"""Each multiplication is four calls: y * w, g * w, g * y, and the sum of the latter."""

import numpy as np


def setup():
    x = np.linspace(0.5, 1.5, 8, dtype=np.float32)
    w = np.linspace(0.999, 1.001, 8, dtype=np.float32)

    def step():
        y, saved = x, []
        for _ in range(1000):
            saved.append(y)
            y = y * w
        y.sum()
        g, gradient = np.ones(8, np.float32), np.zeros(8, np.float32)
        for y in reversed(saved):
            gradient += g * y
            g = g * w
        return gradient[0]

    return step
