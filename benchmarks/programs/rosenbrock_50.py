"""The gradient and the Hessian of Rosenbrock's function of 50 variables, each by the quickest way."""

from time import perf_counter

import torch


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def hessians(x):
    func, functional = torch.func, torch.autograd.functional
    gradient = func.grad(rosenbrock)
    return [
        lambda: func.hessian(rosenbrock)(x),
        lambda: func.jacrev(gradient)(x),
        lambda: func.jacfwd(gradient)(x),
        lambda: functional.hessian(rosenbrock, x, vectorize=True),
        lambda: functional.hessian(rosenbrock, x, vectorize=True, outer_jacobian_strategy="forward-mode"),
    ]


def gradients(x):
    leaf = x.clone().requires_grad_()
    return [lambda: torch.func.grad(rosenbrock)(x), lambda: torch.autograd.grad(rosenbrock(leaf), leaf)[0]]


def quickest(ways):
    """The way that this package is quickest on."""

    def best(way):
        way()
        times = []
        for _ in range(10):
            start = perf_counter()
            way()
            times.append(perf_counter() - start)
        return min(times)

    return min(ways, key=best)


def setup(n=50):
    x = torch.linspace(-1, 1, n, dtype=torch.float64)
    gradient, hessian = quickest(gradients(x)), quickest(hessians(x))

    def step():
        return gradient().abs().sum() + hessian().abs().sum()

    return step
