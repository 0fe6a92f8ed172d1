"""a*b + c*d**2/e on scalars, forward and backward."""

import torch


def setup():
    leaves = [torch.tensor(value, requires_grad=True) for value in (2.0, 4.0, 6.0, 8.0, 10.0)]
    a, b, c, d, e = leaves

    def step():
        f = a * b + c * d**2 / e
        f.backward()
        gradient = d.grad
        for leaf in leaves:
            leaf.grad = None
        return gradient

    return step
