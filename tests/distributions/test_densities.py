"""What makes a distribution one: its density integrates to 1, its moments, entropy and quantiles are those of it."""

import math
from contextlib import suppress

import numpy as np
import pytest

import rushlight as torch
from rushlight import distributions as D

inf = math.inf


def number(x):
    return torch.tensor(x, dtype=torch.float64)


def made(name, *parameters):
    return getattr(D, name)(*[number(p) for p in parameters])


#: Distributions of one number, and where their mass is.
CONTINUOUS = [
    ("Normal", (0.3, 1.7), (-inf, inf)),
    ("LogNormal", (0.3, 0.4), (0, inf)),
    ("Uniform", (-1.0, 2.5), (-1, 2.5)),
    ("Exponential", (0.7,), (0, inf)),
    ("Gamma", (2.3, 1.4), (0, inf)),
    ("Beta", (2.3, 1.4), (0, 1)),
    ("Laplace", (0.3, 1.7), (-inf, inf)),
    ("Cauchy", (0.3, 1.7), (-inf, inf)),
    ("HalfNormal", (1.7,), (0, inf)),
    ("HalfCauchy", (1.7,), (0, inf)),
    ("StudentT", (7.0, 0.3, 1.7), (-inf, inf)),
    ("FisherSnedecor", (5.0, 12.0), (0, inf)),
    ("Chi2", (3.0,), (0, inf)),
    ("Gumbel", (0.3, 1.7), (-inf, inf)),
    ("Weibull", (1.3, 2.2), (0, inf)),
    ("Pareto", (1.3, 5.0), (1.3, inf)),
    ("Kumaraswamy", (2.2, 3.1), (0, 1)),
    ("InverseGamma", (6.0, 2.0), (0, inf)),
    ("GeneralizedPareto", (0.1, 2.0, 0.1), (0.1, inf)),
    ("GeneralizedPareto", (0.1, 2.0, 0.0), (0.1, inf)),
    ("ContinuousBernoulli", (0.2,), (0, 1)),
    ("ContinuousBernoulli", (0.4995,), (0, 1)),
    ("RelaxedBernoulli", (1.3, 0.4), (0, 1)),
    ("VonMises", (0.3, 1.7), (-math.pi, math.pi)),
]
#: Distributions of counts, with enough values to hold all but nothing of the mass.
DISCRETE = [
    ("Bernoulli", (0.3,), 2),
    ("Binomial", (9.0, 0.34), 10),
    ("Categorical", ([0.2, 0.5, 0.3],), 3),
    ("Geometric", (0.3,), 200),
    ("NegativeBinomial", (2.7, 0.4), 200),
    ("Poisson", (3.7,), 100),
]


def named(cases):
    return pytest.mark.parametrize("name, parameters, support", cases, ids=[f"{c[0]}{c[1]}" for c in cases])


def quad(function, low, high):
    from scipy.integrate import quad

    return quad(lambda x: function(number(x)).item(), low, high, limit=200)[0]


def probability(distribution):
    return lambda x: distribution.log_prob(x).exp()


def has(distribution, name):
    try:
        return getattr(distribution, name)
    except (NotImplementedError, AttributeError):
        return None


@named(CONTINUOUS)
def test_density_integrates_to_one(name, parameters, support):
    assert quad(probability(made(name, *parameters)), *support) == pytest.approx(1, abs=1e-6)


@named([c for c in CONTINUOUS if c[0] != "VonMises"])
def test_moments_and_entropy_are_those_of_the_density(name, parameters, support):
    d = made(name, *parameters)
    p = probability(d)
    mean, variance = has(d, "mean"), has(d, "variance")
    if mean is not None and mean.isfinite():
        assert quad(lambda x: x * p(x), *support) == pytest.approx(mean.item(), rel=1e-5)
        if variance.isfinite():
            assert quad(lambda x: (x - mean) ** 2 * p(x), *support) == pytest.approx(variance.item(), rel=1e-4)
            assert d.stddev.item() == pytest.approx(variance.item() ** 0.5)
    try:
        entropy = d.entropy()
    except NotImplementedError:
        return
    assert quad(lambda x: torch.special.entr(p(x)), *support) == pytest.approx(entropy.item(), abs=1e-5)


@named(CONTINUOUS)
def test_quantiles_invert_probabilities_whose_slope_is_the_density(name, parameters, support):
    d = made(name, *parameters)
    try:
        d.cdf(number(0.5) if support[1] == 1 else number(2.0))
    except NotImplementedError:
        return
    low, high = max(support[0], -3), min(support[1], 4)
    x = torch.linspace(low + 0.2, high - 0.2, 9, dtype=torch.float64, requires_grad=True)
    probabilities = d.cdf(x)
    (slope,) = torch.autograd.grad(probabilities.sum(), x)
    torch_close(slope, d.log_prob(x).exp(), rtol=1e-6 if parameters != (0.4995,) else 1e-3)  # about 1/2, to first order
    assert ((probabilities > 0) & (probabilities < 1)).all()
    with suppress(NotImplementedError):
        torch_close(d.icdf(probabilities), x)


def torch_close(a, b, rtol=1e-6, atol=1e-9):
    np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=rtol, atol=atol)


@named(DISCRETE)
def test_probabilities_sum_to_one(name, parameters, support):
    d = made(name, *parameters)
    k = torch.arange(support, dtype=torch.float64)
    p = d.log_prob(k).exp()
    assert p.sum().item() == pytest.approx(1)
    if name != "Categorical":
        mean = (k * p).sum()
        torch_close(mean, d.mean)
        torch_close(((k - mean) ** 2 * p).sum(), d.variance)
        assert k[p.argmax()] == d.mode
    if d.has_enumerate_support:
        assert d.enumerate_support().tolist() == k.tolist()
    with suppress(NotImplementedError):
        torch_close(torch.special.entr(p).sum(), d.entropy())


@pytest.mark.parametrize("case", CONTINUOUS + DISCRETE, ids=lambda c: f"{c[0]}{c[1]}")
def test_samples_have_the_moments(case):
    name, parameters, _ = case
    torch.manual_seed(0)
    d = made(name, *parameters)
    count = 4000
    x = d.sample((count,))
    assert not x.requires_grad
    assert x.shape == (count, *d.batch_shape)
    assert d.support.check(x).all()
    mean, variance = has(d, "mean"), has(d, "variance")
    if name == "VonMises" or mean is None or not (mean.isfinite() & variance.isfinite()).all():
        return
    error = 5 * (variance / count).sqrt()
    assert (x.to(torch.float64).mean(0) - mean).abs() < error
    assert abs(x.to(torch.float64).var(0) / variance - 1) < 0.35


@named(CONTINUOUS + DISCRETE)
def test_gradients_of_log_probabilities(name, parameters, support):
    if isinstance(support, int):
        x = torch.arange(min(support, 4), dtype=torch.float64)
    else:
        x = torch.linspace(max(support[0], -3) + 0.06, min(support[1], 4) - 0.06, 5, dtype=torch.float64)
    leaves = [number(p).requires_grad_() for p in parameters]
    if name == "Binomial":
        leaves[0].requires_grad_(False)
    if name == "GeneralizedPareto":
        leaves[2].requires_grad_(parameters[2] != 0)  # 0 and its neighbourhood are a case of their own
    wanted = tuple(leaf for leaf in leaves if leaf.requires_grad)

    def log_prob(*given):
        rest = iter(given)
        every = [next(rest) if leaf.requires_grad else leaf for leaf in leaves]
        return getattr(D, name)(*every, validate_args=False).log_prob(x)

    if name == "Categorical":
        assert torch.autograd.gradcheck(lambda p: log_prob(p.softmax(-1)), wanted)
    else:
        assert torch.autograd.gradcheck(log_prob, wanted)


PAIRS = [
    (("Normal", (0.3, 1.7)), ("Normal", (1.0, 0.9)), (-inf, inf)),
    (("Normal", (0.3, 1.7)), ("Gumbel", (1.0, 2.9)), (-30, 30)),
    (("Normal", (0.3, 1.7)), ("Laplace", (1.0, 0.9)), (-30, 30)),
    (("Laplace", (0.3, 0.7)), ("Normal", (1.0, 0.9)), (-30, 30)),
    (("Laplace", (0.3, 0.7)), ("Laplace", (1.0, 0.9)), (-30, 30)),
    (("Gamma", (2.3, 1.4)), ("Gamma", (1.3, 0.4)), (0, 60)),
    (("Gamma", (2.3, 1.4)), ("Exponential", (0.4,)), (0, 60)),
    (("Gamma", (2.3, 1.4)), ("Normal", (0.4, 2.0)), (0, 60)),
    (("Gamma", (2.3, 1.4)), ("Gumbel", (0.4, 2.0)), (0, 60)),
    (("Exponential", (1.4,)), ("Gamma", (1.3, 0.4)), (0, 40)),
    (("Exponential", (1.4,)), ("Exponential", (0.4,)), (0, 40)),
    (("Exponential", (1.4,)), ("Gumbel", (0.4, 2.0)), (0, 25)),
    (("Exponential", (1.4,)), ("Normal", (0.4, 2.0)), (0, 25)),
    (("Gumbel", (0.3, 1.7)), ("Gumbel", (1.0, 2.9)), (-10, 60)),
    (("Gumbel", (0.3, 1.7)), ("Normal", (1.0, 2.9)), (-10, 60)),
    (("Beta", (2.3, 1.4)), ("Beta", (1.3, 3.4)), (0, 1)),
    (("Beta", (2.3, 1.4)), ("Gamma", (1.3, 3.4)), (0, 1)),
    (("Beta", (2.3, 1.4)), ("Exponential", (1.3,)), (0, 1)),
    (("Beta", (2.3, 1.4)), ("Normal", (1.3, 3.4)), (0, 1)),
    (("Beta", (2.3, 1.4)), ("ContinuousBernoulli", (0.3,)), (0, 1)),
    (("ContinuousBernoulli", (0.3,)), ("ContinuousBernoulli", (0.8,)), (0, 1)),
    (("ContinuousBernoulli", (0.3,)), ("Exponential", (0.8,)), (0, 1)),
    (("ContinuousBernoulli", (0.3,)), ("Normal", (0.8, 0.7)), (0, 1)),
    (("Uniform", (0.2, 0.9)), ("Uniform", (0.1, 1.4)), (0.2, 0.9)),
    (("Uniform", (0.2, 0.9)), ("Beta", (2.1, 1.4)), (0.2, 0.9)),
    (("Uniform", (0.2, 0.9)), ("ContinuousBernoulli", (0.3,)), (0.2, 0.9)),
    (("Uniform", (0.2, 0.9)), ("Exponential", (0.3,)), (0.2, 0.9)),
    (("Uniform", (0.2, 0.9)), ("Gamma", (2.1, 1.4)), (0.2, 0.9)),
    (("Uniform", (0.2, 0.9)), ("Gumbel", (2.1, 1.4)), (0.2, 0.9)),
    (("Uniform", (0.2, 0.9)), ("Normal", (2.1, 1.4)), (0.2, 0.9)),
    (("Uniform", (0.2, 0.9)), ("Pareto", (0.1, 1.4)), (0.2, 0.9)),
    (("Pareto", (1.3, 5.0)), ("Pareto", (0.8, 2.0)), (1.3, inf)),
    (("Pareto", (1.3, 5.0)), ("Exponential", (0.8,)), (1.3, inf)),
    (("Pareto", (1.3, 5.0)), ("Gamma", (1.8, 2.0)), (1.3, inf)),
    (("Pareto", (1.3, 5.0)), ("Normal", (0.8, 2.0)), (1.3, inf)),
    (("Cauchy", (0.3, 1.7)), ("Cauchy", (1.0, 0.9)), (-inf, inf)),
    (("HalfNormal", (0.7,)), ("HalfNormal", (1.0,)), (0, 20)),
    (("LogNormal", (0.3, 0.7)), ("LogNormal", (1.0, 0.9)), (0, inf)),
]


@pytest.mark.parametrize("p, q, support", PAIRS, ids=[f"{p[0]}-{q[0]}" for p, q, _ in PAIRS])
def test_divergences_are_the_integrals(p, q, support):
    p, q = made(p[0], *p[1]), made(q[0], *q[1])

    def integrand(x):
        log_p = p.log_prob(x)
        return torch.where(log_p > -700, log_p.exp() * (log_p - q.log_prob(x)), 0.0)

    assert quad(integrand, *support) == pytest.approx(D.kl_divergence(p, q).item(), rel=2e-5)


def test_every_constraint_is_reached_and_every_bijection_inverted():
    torch.manual_seed(0)
    for name, parameters, _ in CONTINUOUS:
        if name == "GeneralizedPareto":
            continue  # its support is an interval up to infinity, onto which no sigmoid leads
        support = made(name, *parameters).support
        x = torch.randn(20, dtype=torch.float64)
        for registry in (D.biject_to, D.transform_to):
            transform = registry(support)
            y = transform(x)
            assert support.check(y).all(), name
            torch_close(transform.inv(y), x, rtol=1e-5, atol=1e-5)


def test_jacobians_of_transforms_are_those_of_the_functions():
    torch.manual_seed(0)
    for transform in (D.ExpTransform(), D.SigmoidTransform(), D.TanhTransform(), D.SoftplusTransform(),
                      D.AffineTransform(1.0, -2.0), D.ComposeTransform([D.AffineTransform(0.3, 2.0), D.TanhTransform()]),
                      D.CumulativeDistributionTransform(D.Normal(0.0, 1.0)), D.ExpTransform().inv.inv):  # fmt: skip
        x = torch.randn(7, dtype=torch.float64, requires_grad=True)
        y = transform(x)
        (slope,) = torch.autograd.grad(y.sum(), x)
        torch_close(transform.log_abs_det_jacobian(x, y), slope.abs().log())
    for transform, rows in (
        (D.StickBreakingTransform(), slice(None, -1)),
        (D.ReshapeTransform((3,), (3, 1)), slice(None)),
    ):
        x = torch.randn(3, dtype=torch.float64)
        matrix = torch.stack([_row(transform, x, i) for i in range(transform(x).numel())][rows])
        torch_close(transform.log_abs_det_jacobian(x, transform(x)), torch.linalg.slogdet(matrix)[1])


def _row(transform, x, i):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(transform(x).reshape(-1)[i], x)[0]
