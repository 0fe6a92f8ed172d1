"""Reparametrised samples: their gradients are those of quantiles, and of expectations."""

import numpy as np
import pytest

import rushlight as torch
from rushlight import distributions as D


def number(x):
    return torch.tensor(x, dtype=torch.float64)


def test_the_gradient_of_a_gamma_sample_is_that_of_its_quantile():
    from scipy.special import gammainc, gammaincinv

    shapes = np.geomspace(0.05, 300, 60)
    for quantile in (0.02, 0.3, 0.5, 0.9, 0.99):
        x = gammaincinv(shapes, quantile)
        step = 1e-5 * shapes
        slope = (gammaincinv(shapes + step, quantile) - gammaincinv(shapes - step, quantile)) / (2 * step)
        got = torch._standard_gamma_grad(number(shapes), number(x)).numpy()
        keep = (x > 1e-8) & (abs(gammainc(shapes, x) - quantile) < 1e-9)
        np.testing.assert_allclose(got[keep], slope[keep], rtol=2e-2, atol=1e-6)
        assert np.median(abs(got[keep] / slope[keep] - 1)) < 1e-3


def test_the_gradient_of_a_beta_sample_is_that_of_its_quantile():
    from scipy.special import betaincinv

    a, b = np.meshgrid(np.geomspace(0.3, 60, 12), np.geomspace(0.3, 60, 12))
    for quantile in (0.1, 0.5, 0.9):
        x = betaincinv(a, b, quantile)
        step = 1e-5 * a
        slope = (betaincinv(a + step, b, quantile) - betaincinv(a - step, b, quantile)) / (2 * step)
        got = (torch._dirichlet_grad(number(x), number(a), number(a + b)) * (1 - number(x))).numpy()
        keep = (x > 1e-6) & (x < 1 - 1e-6)
        np.testing.assert_allclose(got[keep], slope[keep], rtol=5e-2, atol=1e-6)
        assert np.median(abs(got[keep] / slope[keep] - 1)) < 2e-3


@pytest.mark.parametrize("name, parameters", [
    ("Normal", (0.3, 1.7)), ("LogNormal", (0.3, 0.4)), ("Uniform", (-1.0, 2.0)), ("Exponential", (0.7,)),
    ("Gamma", (2.3, 1.4)), ("Gamma", (0.4, 1.0)), ("Beta", (2.3, 1.4)), ("Laplace", (0.3, 1.7)),
    ("HalfNormal", (1.7,)), ("StudentT", (9.0, 0.3, 1.7)), ("Chi2", (3.0,)), ("Gumbel", (0.3, 1.7)),
    ("Weibull", (1.3, 2.2)), ("Pareto", (1.3, 6.0)), ("Kumaraswamy", (2.2, 3.1)), ("InverseGamma", (6.0, 2.0)),
    ("ContinuousBernoulli", (0.2,)), ("GeneralizedPareto", (0.1, 2.0, 0.1)), ("FisherSnedecor", (5.0, 12.0)),
], ids=str)  # fmt: skip
def test_the_mean_gradient_of_samples_is_the_gradient_of_the_mean(name, parameters):
    torch.manual_seed(0)
    leaves = [number(p).requires_grad_() for p in parameters]
    d = getattr(D, name)(*leaves)
    assert d.has_rsample
    x = d.rsample((6000,))
    got = torch.autograd.grad(x.mean(), leaves, retain_graph=True)
    wanted = torch.autograd.grad(d.mean + 0 * sum(leaves), leaves)
    for g, w in zip(got, wanted):
        assert abs(g - w) < 0.1 * (abs(w) + 0.3)


def test_the_same_in_several_dimensions():
    torch.manual_seed(0)
    a = torch.tensor([0.7, 2.0, 3.5], dtype=torch.float64, requires_grad=True)
    weights = number([1.0, -2.0, 0.5])
    d = D.Dirichlet(a)
    (got,) = torch.autograd.grad((d.rsample((8000,)) @ weights).mean(), a, retain_graph=True)
    (wanted,) = torch.autograd.grad(d.mean @ weights, a)
    np.testing.assert_allclose(got.numpy(), wanted.numpy(), atol=0.03)

    factor = number([[1.0, 0.0], [0.4, 0.6]]).requires_grad_()
    d = D.MultivariateNormal(number([0.3, 1.0]), scale_tril=factor)
    (got,) = torch.autograd.grad(d.rsample((8000,)).pow(2).sum(-1).mean(), factor, retain_graph=True)
    np.testing.assert_allclose(got.numpy(), np.tril(2 * factor.detach().numpy()), atol=0.12)


@pytest.mark.parametrize("make", [
    lambda p: D.MultivariateNormal(number([0.3, 1.0]), covariance_matrix=number([[2.0, 0.7], [0.7, 1.0]])),
    lambda p: D.MultivariateNormal(number([0.3, 1.0]), precision_matrix=number([[2.0, 0.7], [0.7, 1.0]])),
    lambda p: D.LowRankMultivariateNormal(number([0.3, 1.0]), number([[1.0], [-0.4]]), number([0.5, 2.0])),
    lambda p: D.Dirichlet(number([0.7, 2.0, 3.5])),
    lambda p: D.Wishart(number(5.0), covariance_matrix=number([[2.0, 0.7], [0.7, 1.0]])),
    lambda p: D.OneHotCategorical(number([0.2, 0.5, 0.3])),
    lambda p: D.Multinomial(5, number([0.2, 0.5, 0.3])),
    lambda p: D.MixtureSameFamily(D.Categorical(number([0.2, 0.8])), D.Normal(number([-1.0, 2.0]), number([0.4, 1.0]))),
    lambda p: D.Independent(D.Normal(number([-1.0, 2.0]), number([0.4, 1.0])), 1),
], ids=range(9))  # fmt: skip
@pytest.mark.filterwarnings("ignore:Singular sample:UserWarning")
def test_moments_of_vectors(make):
    torch.manual_seed(0)
    d = make(None)
    x = d.sample((4000,))
    assert d.support.check(x).all()
    error = 5 * (d.variance / 4000).sqrt()
    assert ((x.mean(0) - d.mean).abs() < error + 1e-12).all()
    assert ((x.var(0) / d.variance - 1).abs() < 0.3).all()
    assert d.log_prob(x).shape == (4000,)


def test_densities_of_vectors_are_those_of_scipy():
    from scipy import stats

    mean, covariance = np.array([0.3, 1.0]), np.array([[2.0, 0.7], [0.7, 1.0]])
    x = np.array([[0.0, 0.0], [1.0, -3.0]])
    d = D.MultivariateNormal(number(mean), number(covariance))
    frozen = stats.multivariate_normal(mean, covariance)
    np.testing.assert_allclose(d.log_prob(number(x)).numpy(), frozen.logpdf(x))
    np.testing.assert_allclose(d.entropy().item(), frozen.entropy())
    a = np.array([0.7, 2.0, 3.5])
    point = np.array([0.2, 0.3, 0.5])
    np.testing.assert_allclose(D.Dirichlet(number(a)).log_prob(number(point)).item(), stats.dirichlet.logpdf(point, a))
    np.testing.assert_allclose(D.Dirichlet(number(a)).entropy().item(), stats.dirichlet.entropy(a))
    w = D.Wishart(number(5.0), number(covariance))
    np.testing.assert_allclose(w.log_prob(number(covariance)).item(), stats.wishart.logpdf(covariance, 5, covariance))
    np.testing.assert_allclose(w.entropy().item(), stats.wishart.entropy(5, covariance))
    counts = np.array([1.0, 2.0, 2.0])
    p = np.array([0.2, 0.5, 0.3])
    m = D.Multinomial(5, number(p))
    np.testing.assert_allclose(m.log_prob(number(counts)).item(), stats.multinomial.logpmf(counts, 5, p))
    np.testing.assert_allclose(m.entropy().item(), stats.multinomial.entropy(5, p))


def test_lkj_factors_make_correlation_matrices():
    torch.manual_seed(0)
    d = D.LKJCholesky(4, 1.5)
    factors = d.sample((300,))
    assert d.support.check(factors).all()
    matrices = factors @ factors.mT
    np.testing.assert_allclose(matrices.diagonal(dim1=-2, dim2=-1).numpy(), 1, rtol=1e-5)
    # Every correlation is distributed as 2 Beta(b, b) - 1, b = concentration + (dim - 2) / 2.
    assert abs(matrices[:, 3, 1].mean()) < 0.1
    assert abs(matrices[:, 3, 1].var() - 1 / (2 * (1.5 + 1) + 1)) < 0.05
    # In two dimensions the density can be integrated, over the angle.
    angle = torch.linspace(1e-4, np.pi - 1e-4, 4001, dtype=torch.float64)
    factor = torch.zeros(4001, 2, 2, dtype=torch.float64)
    factor[:, 0, 0], factor[:, 1, 0], factor[:, 1, 1] = 1.0, angle.cos(), angle.sin()
    density = D.LKJCholesky(2, number(1.5)).log_prob(factor).exp()
    assert torch.trapezoid(density * angle.sin(), angle).item() == pytest.approx(1, abs=1e-5)


def test_samples_go_on_where_the_last_ones_stopped():
    for draw in (lambda n: torch._standard_gamma(torch.full((n,), 0.7)), lambda n: torch.poisson(torch.full((n,), 12.0)),
                 lambda n: torch.binomial(torch.full((n,), 50.0), torch.full((n,), 0.4))):  # fmt: skip
        torch.manual_seed(3)
        whole = draw(40)
        torch.manual_seed(3)
        parts = torch.cat([draw(7), draw(13), draw(20)])
        assert (whole == parts).all()
        generator = torch.Generator().manual_seed(3)
        before = torch.get_rng_state()
        torch.poisson(torch.full((4,), 12.0), generator)
        assert (before == torch.get_rng_state()).all()


def test_one_warning_where_the_first_operand_has_to_grow():
    with pytest.warns(UserWarning, match="An output with one or more elements was resized since it had shape"):
        assert torch.binomial(torch.ones(2), torch.ones(3, 2)).shape == (3, 2)
