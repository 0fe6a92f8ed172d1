"""The second derivatives written out: fewer calls than any rules take."""

import numpy as np
import torch


def setup():
    torch.manual_seed(0)
    x, w1, w2 = (torch.randn(shape).numpy() for shape in ((16, 4), (4, 16), (16, 1)))
    one, two = np.float32(1), np.float32(2)

    def step():
        h = np.tanh(x.dot(w1))
        h.dot(w2).sum()
        slope = one - h * h
        v = slope * w2[:, 0]
        gradient = v.dot(w1.T)
        excess = (gradient * gradient).sum(1) - one
        (excess * excess).mean()
        g = (two * two / np.float32(16)) * excess[:, None] * gradient
        back = g.dot(w1)
        (slope * back).sum(0)
        through = -two * h * (back * w2[:, 0]) * slope
        second = g.T.dot(v) + x.T.dot(through)
        through.dot(w1.T)
        return (second * second).sum()

    return step
