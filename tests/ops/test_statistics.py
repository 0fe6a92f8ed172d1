"""Quantiles, covariances, histograms, differences and integrals against NumPy; gradients; errors."""

import warnings

import numpy as np
import pytest

import rushlight as torch

X = np.random.default_rng(0).uniform(-1, 1, (3, 7))
T = torch.from_numpy(X)


@pytest.mark.parametrize("mode", ["linear", "lower", "higher", "midpoint", "nearest"])
@pytest.mark.parametrize("dim", [None, 0, 1])
def test_quantiles(mode, dim):
    q = [0.0, 0.2, 0.5, 0.77, 1.0]
    got = torch.quantile(T, torch.tensor(q, dtype=torch.float64), dim, interpolation=mode)
    np.testing.assert_allclose(got.numpy(), np.quantile(X, q, dim, method=mode))
    kept = torch.quantile(T, 0.3, dim, True, interpolation=mode)
    np.testing.assert_allclose(kept.numpy(), np.quantile(X, 0.3, dim, method=mode, keepdims=True))


def test_quantiles_of_nan():
    holes = X.copy()
    holes[0, :] = holes[1, 2:5] = np.nan
    t = torch.from_numpy(holes)
    np.testing.assert_array_equal(torch.quantile(t, 0.5, 1).isnan().numpy(), [True, True, False])
    np.testing.assert_allclose(torch.nanquantile(t, 0.4, 1)[1:].numpy(), np.nanquantile(holes[1:], 0.4, 1))
    assert torch.nanquantile(t, 0.4, 1)[0].isnan()


def test_gradients_of_quantiles():
    x, q = T.clone().requires_grad_(), torch.tensor([0.21, 0.6], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, q: torch.quantile(x, q, 1), (x, q))
    assert torch.autograd.gradgradcheck(lambda x, q: torch.nanquantile(x, q, 0), (x, q))


def test_covariances():
    w, f = np.array([1.0, 2, 1, 3, 1, 2, 2]), np.array([1, 2, 1, 3, 1, 2, 2])
    np.testing.assert_allclose(T.cov().numpy(), np.cov(X))
    np.testing.assert_allclose(T.cov(correction=0, aweights=torch.from_numpy(w)).numpy(), np.cov(X, ddof=0, aweights=w))
    np.testing.assert_allclose(T.cov(fweights=torch.from_numpy(f)).numpy(), np.cov(X, fweights=f))
    np.testing.assert_allclose(T.corrcoef().numpy(), np.corrcoef(X))
    assert torch.autograd.gradcheck(torch.corrcoef, (T.clone().requires_grad_(),))
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert torch.cov(T, correction=7).isinf().all()
    assert any("degrees of freedom is <= 0" in str(w.message) for w in seen)


@pytest.mark.parametrize("order", [1, 2])
def test_differences(order):
    np.testing.assert_allclose(torch.diff(T, order).numpy(), np.diff(X, order))
    steps = np.array([0.0, 1.0, 1.5])
    for got, want in zip(torch.gradient(T, edge_order=order), np.gradient(X, edge_order=order)):
        np.testing.assert_allclose(got.numpy(), want)
    (got,) = torch.gradient(T, spacing=(torch.from_numpy(steps),), dim=0, edge_order=order)
    np.testing.assert_allclose(got.numpy(), np.gradient(X, steps, axis=0, edge_order=order))


def test_integrals():
    points = np.sort(X, 1)
    np.testing.assert_allclose(torch.trapezoid(T, torch.from_numpy(points)).numpy(), np.trapezoid(X, points))
    np.testing.assert_allclose(torch.trapz(T, dx=0.5, dim=0).numpy(), np.trapezoid(X, dx=0.5, axis=0))
    whole = torch.cumulative_trapezoid(T, torch.from_numpy(points))
    np.testing.assert_allclose(whole[:, -1].numpy(), np.trapezoid(X, points))


@pytest.mark.parametrize("density", [False, True])
def test_histograms(density):
    hist, edges = torch.histogram(T, 5, density=density)
    want = np.histogram(X, 5, density=density)
    np.testing.assert_allclose(hist.numpy(), want[0])
    np.testing.assert_allclose(edges.numpy(), want[1])
    grid = torch.histogramdd(T.T, [2, 3, 4], weight=T[0].abs(), density=density)
    want = np.histogramdd(X.T, [2, 3, 4], weights=np.abs(X[0]), density=density)
    np.testing.assert_allclose(grid.hist.numpy(), want[0])
    for got, edges in zip(grid.bin_edges, want[1]):
        np.testing.assert_allclose(got.numpy(), edges)


def test_histograms_have_no_derivative():
    hist = torch.histogram(T.clone().requires_grad_(), 3).hist
    with pytest.raises(RuntimeError, match="derivative for aten::histogram is not implemented"):
        hist.sum().backward()


def test_membership_and_places():
    assert torch.isin(torch.tensor([1, 2, 3]), torch.tensor([2, 5]), invert=True).tolist() == [True, False, True]
    rows, columns = torch.unravel_index(torch.tensor([3, 7]), (4, 5))
    assert (rows.tolist(), columns.tolist()) == ([0, 1], [3, 2])
    assert torch.nonzero_static(torch.tensor([0, 3, 5]), size=3).tolist() == [[1], [2], [-1]]


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda: torch.quantile(T, 1.5), RuntimeError, r"quantile\(\) q must be in the range \[0, 1\] but got 1.5"),
    (lambda: torch.quantile(T, torch.tensor([0.5])), RuntimeError, "q tensor must be same dtype as the input tensor"),
    (lambda: torch.quantile(T[:0], 0.5), RuntimeError, r"quantile\(\) input tensor must be non-empty"),
    (lambda: torch.quantile(T, 0.5, interpolation="foo"), RuntimeError, "midpoint or nearest, but got foo"),
    (lambda: torch.cov(T[None]), RuntimeError, "expected input to have two or fewer dimensions"),
    (lambda: torch.cov(T, fweights=torch.ones(7)), RuntimeError, "expected fweights to have integral dtype"),
    (lambda: torch.cov(T, aweights=torch.zeros(7)), RuntimeError, "weights sum to zero, can't be normalized"),
    (lambda: torch.diff(T[0, 0]), RuntimeError, "diff expects input to be at least one-dimensional"),
    (lambda: torch.diff(T, prepend=T[:1]), RuntimeError, r"input.size\(0\) = 3, but got tensor.size\(0\) = 1"),
    (lambda: torch.gradient(T[:1]), RuntimeError, r"each dimension size to be at least edge_order\+1"),
    (lambda: torch.trapezoid(T, T[0, :3]), RuntimeError, "There must be one `x` value for each sample point"),
    (lambda: torch.trapezoid(T > 0), RuntimeError, "received a bool input for `y`, but bool is not supported"),
    (lambda: torch.histogram(T, 0), RuntimeError, "bins must be > 0, but got 0 for dimension 0"),
    (lambda: torch.histogram(T, 3, range=(1.0, 0.0)), RuntimeError, "min should not exceed max, but got min 1 max 0"),
    (lambda: torch.histogramdd(T, [2]), RuntimeError, "must be equal to the innermost dimension of the input"),
    (lambda: torch.isin(T > 0, T), RuntimeError, r"Unsupported input type encountered for isin\(\): Bool"),
    (lambda: torch.unravel_index(T, (2, 2)), TypeError, "expected 'indices' to be integer dtype, but got torch.float64"),
    (lambda: torch.nonzero_static(T, size=-1), RuntimeError, "'size' must be an non-negative integer"),
])  # fmt: skip
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()
