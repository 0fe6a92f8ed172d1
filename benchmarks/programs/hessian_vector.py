"""The product of a Hessian and a vector, of Rosenbrock's function of 100 variables, by the quickest way."""

import torch

from .rosenbrock_50 import quickest, rosenbrock


def setup():
    x = torch.linspace(-1, 1, 100, dtype=torch.float64)
    leaf, v = x.clone().requires_grad_(), torch.ones(100, dtype=torch.float64)

    def twice_backward():
        (gradient,) = torch.autograd.grad(rosenbrock(leaf), leaf, create_graph=True)
        return torch.autograd.grad(gradient, leaf, v)[0]

    product = quickest([
        twice_backward,
        lambda: torch.autograd.functional.vhp(rosenbrock, x, v)[1],
        lambda: torch.func.jvp(torch.func.grad(rosenbrock), (x,), (v,))[1],
        lambda: torch.func.vjp(torch.func.grad(rosenbrock), x)[1](v)[0],
    ])
    return lambda: product().abs().sum()
