"""Probability distributions: densities, samples, divergences, all differentiable.

    policy = Categorical(logits=network(state))
    action = policy.sample()
    loss = -policy.log_prob(action) * reward                    # the score function (REINFORCE)

    z = Normal(mean, std).rsample()                             # the reparametrisation trick
    loss = -log_likelihood(z) + kl_divergence(Normal(mean, std), Normal(0.0, 1.0))

The same seed gives the samples that PyTorch gives on the CPU.
"""

from . import _kl_same, transforms
from .bernoulli import Bernoulli
from .categorical import Categorical
from .constraint_registry import biject_to, transform_to
from .distribution import Distribution
from .exp_family import ExponentialFamily
from .kl import kl_divergence, register_kl
from .normal import Normal
from .transforms import *  # noqa: F403
