"""Samples for rushlight.ops.random.gamma_sampling. Their derivatives are implicit: finite differences know nothing of them."""

import numpy as np
import scipy.special

from . import Sample, array
from .random import seeded

SHAPES = np.array([0.05, 0.3, 0.9, 1.0, 2.5, 7.9, 8.1, 30.0, 400.0])
VALUES = np.array([1e-4, 0.79, 0.81, 3.0, 2.5, 7.5, 4.0, 33.5, 401.0])
NEAR = np.linspace(0.001, 0.999, 30)


def sample(op, call, *inputs, label="", gradient=None):
    return Sample(op, seeded(call), inputs, smooth=False, twice=False, label=label, gradient=gradient)


def implicit(w, out, a):
    """As `a` moves and the probability of less stays, so does the number drawn (Figurnov et al. 2018)."""
    h = 1e-4 * a
    by_shape = (scipy.special.gammainc(a + h, out) - scipy.special.gammainc(a - h, out)) / (2 * h)
    density = np.exp((a - 1) * np.log(out) - out - scipy.special.gammaln(a))
    return (-w * by_shape / density,)


def none(w, out, *inputs):
    return tuple(np.zeros_like(a) for a in inputs)


SAMPLES = [
    sample("standard_gamma", lambda torch, a: torch._standard_gamma(a), SHAPES, gradient=implicit),
    sample("standard_gamma", lambda torch, a: torch._standard_gamma(a), array(2, 3, low=0.1, high=4.0).T, label="transposed",
           gradient=implicit),
    sample("standard_gamma", lambda torch, a: torch._standard_gamma(a), array(low=1.0), gradient=implicit),
    sample("standard_gamma", lambda torch, a: torch._standard_gamma(a), array(0), gradient=implicit),
    sample("standard_gamma", lambda torch, a: torch._standard_gamma(a), SHAPES.astype(np.float32), gradient=implicit),
    sample("standard_gamma", lambda torch, a: torch._standard_gamma(a), np.array([0.0, np.nan, np.inf]), label="ends",
           gradient=lambda w, out, a: (w * np.array([np.inf, 0, np.nan]),)),
    sample("standard_gamma_grad", lambda torch, a: torch._standard_gamma_grad(a.detach(), a.detach() * 0.95), SHAPES),
    sample("standard_gamma_grad", lambda torch, a, x: torch._standard_gamma_grad(a.detach(), x.detach()), SHAPES, VALUES),
    sample(
        "standard_gamma_grad",
        lambda torch, a, x: torch._standard_gamma_grad(a.detach(), x.detach()),
        SHAPES + np.zeros((9, 1)), VALUES[:, None], label="broadcast",
    ),
    sample("sample_dirichlet", lambda torch, a: torch._sample_dirichlet(a.detach()), SHAPES.reshape(3, 3)),
    sample("sample_dirichlet", lambda torch, a: torch._sample_dirichlet(a.detach()), array(low=1.0)),
    sample("sample_dirichlet", lambda torch, a: torch._sample_dirichlet(a.detach()), array(2, 0)),
    sample(
        "dirichlet_grad",
        lambda torch, x, a, b: torch._dirichlet_grad(x.detach(), a.detach(), (a + b).detach()),
        NEAR + np.zeros((9, 9, 1)), SHAPES[:, None], VALUES[:, None, None],
    ),
    sample(
        "dirichlet_grad",
        lambda torch, x, a, b: torch._dirichlet_grad(x.detach(), a.detach(), (a + b).detach()),
        array(low=0.2, high=0.4), array(low=1.0), array(low=1.0), label="0-d",
    ),
    sample("poisson", lambda torch, r: torch.poisson(r), np.array([[0.0, 0.3, 4.0], [9.9, 10.0, 2e5]]), gradient=none),
    sample("poisson", lambda torch, r: torch.poisson(r), array(low=1.0), gradient=none),
    sample("poisson", lambda torch, r: torch.poisson(r), array(0, 3), gradient=none),
    sample("poisson", lambda torch, r: torch.poisson(r), array(2, 3, low=0.5).T, gradient=none),
    sample(
        "binomial",
        lambda torch, n, p: torch.binomial(n.detach(), p.detach()),
        np.array([0.0, 1.0, 7.0, 40.0, 1000.0]) + np.zeros((6, 1)), np.array([[0.0], [0.02], [0.5], [0.97], [1.0], [np.nan]]),
    ),
    sample(
        "binomial",
        lambda torch, n, p: torch.binomial(n.detach(), p.detach()),
        array(low=5.0, high=5.0), array(low=0.3, high=0.4), label="0-d",
    ),
]  # fmt: skip
