"""Optimizers: they change parameters by the gradients that the backward pass left in them."""

from .adam import Adam
from .adamw import AdamW
from .minimize import minimize
from .optimizer import Optimizer
from .sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "minimize"]
