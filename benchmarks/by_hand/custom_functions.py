"""Six calls for each function: three forward, three backward."""

import numpy as np


def setup():
    x = np.linspace(0.5, 1.5, 8, dtype=np.float32)
    tenth, fifth, one = np.float32(0.1), np.float32(0.2), np.float32(1)

    def step():
        y, saved = x, []
        for _ in range(100):
            saved.append(y)
            y = y - tenth * y * y
        y.sum()
        g = np.ones(8, np.float32)
        for y in reversed(saved):
            g = g * (one - fifth * y)
        return g[0]

    return step
