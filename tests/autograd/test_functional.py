"""Jacobians and Hessians: against the mathematics, and what PyTorch's do not have."""

import numpy as np
import pytest

import rushlight as torch
from rushlight.autograd.functional import hessian, hvp, jacobian, jvp, vhp, vjp

X = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
A = torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, -1.0]], dtype=torch.float64)


def counted(function):
    """`function`, counting its calls."""

    def call(*args):
        call.calls += 1
        return function(*args)

    call.calls = 0
    return call


def test_the_jacobian_of_a_linear_function_is_its_matrix():
    x = torch.ones(3, dtype=torch.float64)
    for vectorize in (False, True):
        assert torch.equal(jacobian(lambda x: A @ x, x, vectorize=vectorize), A)
    v, u = torch.tensor([1.0, -1.0, 2.0], dtype=torch.float64), torch.tensor([1.0, 2.0], dtype=torch.float64)
    assert torch.equal(jvp(lambda x: A @ x, x, v)[1], A @ v)
    assert torch.equal(vjp(lambda x: A @ x, x, u)[1], u @ A)


def test_the_hessian_of_a_quadratic_form():
    def form(x):
        return x @ (A.T @ A) @ x

    x, v = torch.ones(3, dtype=torch.float64), torch.tensor([1.0, -1.0, 2.0], dtype=torch.float64)
    expected = 2 * A.T @ A
    for vectorize in (False, True):
        assert torch.allclose(hessian(form, x, vectorize=vectorize), expected)
    for product in (hvp, vhp):
        value, found = product(form, x, v)
        assert torch.allclose(found, expected @ v)
        assert torch.equal(value, form(x))


@pytest.mark.parametrize("vectorize", [False, True])
def test_value_and_jacobian_from_one_call(vectorize):
    function = counted(lambda a, b: (a * b, b.sin()))
    value, matrix = jacobian(function, (X, X[0]), vectorize=vectorize, return_value=True)
    assert function.calls == 1
    assert isinstance(value, tuple) and torch.equal(value[0], X * X[0]) and not value[0].requires_grad
    for row, expected in zip(matrix, jacobian(lambda a, b: (a * b, b.sin()), (X, X[0])), strict=True):
        assert all(torch.equal(m, e) for m, e in zip(row, expected, strict=True))


@pytest.mark.parametrize("vectorize", [False, True])
def test_value_and_hessian_from_one_call(vectorize):
    function = counted(lambda x: (x**3).sum())
    value, matrix = hessian(function, X, vectorize=vectorize, return_value=True)
    assert function.calls == 1
    assert value.item() == 100.0 and not value.requires_grad and value.shape == ()
    np.testing.assert_allclose(matrix.reshape(4, 4), np.diag([6.0, 12.0, 18.0, 24.0]))


def test_the_value_keeps_its_history_under_create_graph():
    x = X.clone().requires_grad_()
    value, matrix = jacobian(lambda x: x.sin().sum(0), x, create_graph=True, return_value=True)
    (both,) = torch.autograd.grad(value.sum() + matrix.sum(), x)
    assert torch.allclose(both, x.cos() - x.sin())


def test_forward_mode_gives_the_value_too():
    value, matrix = jacobian(torch.exp, X, strategy="forward-mode", vectorize=True, return_value=True)
    assert torch.equal(value, X.exp()) and torch.equal(matrix, jacobian(torch.exp, X))
    value, matrix = hessian(
        lambda x: (x**3).sum(), X, outer_jacobian_strategy="forward-mode", vectorize=True, return_value=True
    )
    assert torch.equal(value, (X**3).sum()) and not value.requires_grad
    assert torch.equal(matrix, hessian(lambda x: (x**3).sum(), X))


def test_forward_mode_in_forward_mode():
    from rushlight.autograd import forward_ad

    with forward_ad.dual_level():
        x = forward_ad.make_dual(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 0.0]))
        matrix = jacobian(lambda x: x**3, x, strategy="forward-mode", vectorize=True)
        assert torch.equal(forward_ad.unpack_dual(matrix).tangent, torch.tensor([[6.0, 0.0], [0.0, 0.0]]))
