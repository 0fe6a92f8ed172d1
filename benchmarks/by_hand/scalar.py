"""On NumPy scalars, as a tensor without dimensions has them."""

import numpy as np


def setup():
    a, b, c, d, e, two = [np.float32(value) for value in (2, 4, 6, 8, 10, 2)]

    def step():
        square = d * d
        product = c * square
        _ = a * b + product / e
        slope = 1 / e
        slope_square = slope * c
        _ = b, a, slope * square, -product / (e * e)  # by a, b, c and e
        return slope_square * two * d

    return step
