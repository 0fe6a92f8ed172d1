"""The gradient and the Hessian of Rosenbrock's function of 100 variables, each by the quickest way."""

from . import rosenbrock_50


def setup():
    return rosenbrock_50.setup(100)
