"""Distances beyond what samples show: chunks, modes, second order, errors."""

import numpy as np
import pytest

import rushlight as torch

X, Y = (torch.from_numpy(np.random.default_rng(i).uniform(-1, 1, (40, 3))) for i in range(2))


@pytest.mark.parametrize("p", [0, 0.5, 1, 2, 3, float("inf")])
def test_all_pairs(p):
    want = torch.stack([torch.stack([torch.dist(x, y, p) for y in Y]) for x in X])
    if 0 < p < 1:
        want = ((X[:, None] - Y[None]).abs() ** p).sum(-1) ** (1 / p)
    assert torch.allclose(torch.cdist(X, Y, p), want)


def test_by_products_and_exactly():
    fast, exact = (torch.cdist(X, Y, compute_mode=f"{mode}use_mm_for_euclid_dist") for mode in ("", "donot_"))
    assert torch.allclose(fast, exact)
    above = torch.triu_indices(40, 40, 1)
    assert torch.allclose(torch.pdist(X), torch.cdist(X, X)[above[0], above[1]])


def test_gradients_of_many_rows():
    """More differences than are kept at once."""
    x = torch.ones(600, 2, dtype=torch.float64) * torch.arange(600)[:, None]
    y = x.detach() + 0.5
    x.requires_grad_()
    (g,) = torch.autograd.grad(torch.cdist(x, y, 1).sum(), x)
    before = torch.arange(600, dtype=torch.float64)  # as many of y are smaller
    assert torch.equal(g[:, 0], before - (600 - before))


def test_distance_of_equal_rows_has_no_slope():
    x = torch.ones(2, 3, requires_grad=True)
    for p in (0, 0.5, 1, 1.5, 2, 3, float("inf")):
        (g,) = torch.autograd.grad(torch.cdist(x, x.detach(), p).sum(), x)
        assert not g.any()
        (g,) = torch.autograd.grad(torch.pdist(x, p).sum(), x)
        assert not g.any()


@pytest.mark.parametrize(("call", "words"), [
    (lambda x: torch.cdist(x, x), "'_cdist_backward' is not implemented"),
    (lambda x: torch.pdist(x), "'_pdist_backward' is not implemented"),
])  # fmt: skip
def test_second_order_is_refused(call, words):
    x = X[:5].clone().requires_grad_()
    (g,) = torch.autograd.grad(call(x).sum(), x, create_graph=True)
    with pytest.raises(NotImplementedError, match=words):
        g.sum().backward()


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda x: torch.cdist(x, x, -1), RuntimeError, "cdist only supports non-negative p values"),
    (lambda x: torch.cdist(x, x[0]), RuntimeError, "cdist only supports at least 2D tensors, X2 got: 1D"),
    (lambda x: torch.cdist(x, x[:, :2]), RuntimeError, "the same number of columns. X1: 3 X2: 2"),
    (lambda x: torch.cdist(x.int(), x), RuntimeError, "cdist only supports floating-point dtypes, X1 got: Int"),
    (lambda x: torch.cdist(x, x.float()), RuntimeError, "expected scalar type Double but found Float"),
    (lambda x: torch.cdist(x, x, compute_mode="foo"), ValueError, "foo is not a valid value for compute_mode"),
    (lambda x: torch.cdist(x.half(), x.half()), NotImplementedError, "\"cdist\" not implemented for 'Half'"),
    (lambda x: torch.pdist(x[0]), RuntimeError, "pdist only supports 2D tensors, got: 1D"),
    (lambda x: torch.dist(x, 2), TypeError, r"dist\(\): argument 'other' \(position 2\) must be Tensor, not int"),
    (lambda x: torch.dist(x.int(), x.int()), RuntimeError, "Got Int instead"),
    (lambda x: torch.renorm(x, 2, 0, -1), RuntimeError, "renorm: expected maxnorm to be >= 0 but got -1"),
    (lambda x: torch.renorm(x, -1, 0, 1), RuntimeError, "renorm: non-positive-norm not supported"),
    (lambda x: torch.renorm(x[0], 2, 0, 1), RuntimeError, "renorm: input needs at least 2 dimensions, got 1 dimensions"),
])  # fmt: skip
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call(X)
