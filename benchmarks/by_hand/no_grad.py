"""Four calls for each round."""

import numpy as np


def setup():
    x = np.linspace(0.5, 1.5, 8, dtype=np.float32)
    w = np.linspace(0.9, 1.1, 8, dtype=np.float32)
    zero, one, two = (np.array(n, np.float32) for n in (0, 1, 2))

    def step():
        y = x
        for _ in range(25):
            y = np.maximum((y * w + one) / two, zero)
        return y[0]

    return step
