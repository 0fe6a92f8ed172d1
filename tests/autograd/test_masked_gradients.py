"""Masked gradients: what `where` did not select makes no NaN, and every other gradient is what it was."""

import threading

import numpy as np
import pytest

import rushlight as torch
from rushlight.autograd import grad, masked_gradients
from rushlight.core import backward

#: A branch that has an infinite slope, or none, at the numbers that are not positive.
BRANCHES = {
    "sqrt": lambda x: x.sqrt(), "log": lambda x: x.log(), "reciprocal": lambda x: 1 / x, "power": lambda x: x**0.3,
    "chain": lambda x: (x.log() * x.sqrt()).exp(), "quotient": lambda x: x.sin() / x, "acos": lambda x: torch.acos(x - 1),
    "broadcast": lambda x: (x[:, None] / x[None, :]).diagonal() * x,
    "in two steps": lambda x: (x * x).sum(0, True).sqrt() * x.rsqrt(),
}  # fmt: skip


def inputs(*values):
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize("name", [n for n in BRANCHES if n not in ("broadcast", "in two steps")])
def test_what_was_not_selected_gives_no_nan(name):
    branch = BRANCHES[name]
    x = inputs(0.0, 0.5, 0.0, 0.25)

    def function(x):
        return torch.where(x > 0, branch(x), x * 2)

    (plain,) = grad(function(x).sum(), x)
    with masked_gradients():
        (masked,) = grad(function(x).sum(), x)
    expected = torch.where(x > 0, plain, 2.0)
    assert plain.isnan().any() or name == "power"
    assert torch.equal(masked, expected)


@pytest.mark.parametrize("name", BRANCHES)
def test_where_nothing_is_masked_gradients_are_as_ever(name):
    x = inputs(0.25, 0.5, 0.75)
    branch = BRANCHES[name]
    (plain,) = grad(branch(x).sum(), x)
    with masked_gradients():
        (masked,) = grad(branch(x).sum(), x)
    assert torch.equal(plain, masked)


def test_a_nan_of_its_own_stays():
    x = inputs(0.0, -1.0)
    with masked_gradients():
        (gradient,) = grad((x.sqrt() * 1).sum(), x)
    assert gradient[0] == float("inf") and gradient[1].isnan()


def test_a_zero_that_broadcasting_sums():
    x, scale = inputs(0.0, 4.0), inputs(2.0)
    with masked_gradients():
        a, b = grad(torch.where(x > 0, scale / x.sqrt(), 0.0).sum(), (x, scale))
    np.testing.assert_allclose(a.numpy(), [0.0, -0.125])
    np.testing.assert_allclose(b.numpy(), [0.5])


def test_an_operation_that_gets_only_zeros():
    matrix = torch.tensor([[float("inf"), 1.0], [1.0, 1.0]])
    x = torch.zeros(2, requires_grad=True)
    y = torch.ones(2, requires_grad=True)
    with masked_gradients():
        torch.where(torch.tensor(False), (matrix @ x).sum(), y.sum()).backward()
    assert torch.equal(x.grad, torch.zeros(2)) and torch.equal(y.grad, torch.ones(2))


def test_second_derivatives():
    x = inputs(0.0, 4.0)
    with masked_gradients():
        (first,) = grad(torch.where(x > 0, x.sqrt(), 0.0).sum(), x, create_graph=True)
        (second,) = grad(first.sum(), x)
    np.testing.assert_allclose(second.numpy(), [0.0, -0.25 * 4**-1.5])


def test_with_anomaly_mode():
    x = inputs(0.0, 4.0)
    with masked_gradients(), torch.autograd.set_detect_anomaly(True):
        torch.where(x > 0, x.sqrt(), 0.0).sum().backward()
    assert not x.grad.isnan().any()


def test_it_ends_with_its_block_and_concerns_this_thread_alone():
    def gradient():
        x = inputs(0.0)
        return grad(torch.where(x > 0, x.sqrt(), 0.0).sum(), x)[0].item()

    found = []
    with masked_gradients():
        assert gradient() == 0
        thread = threading.Thread(target=lambda: found.append(gradient()))
        thread.start()
        thread.join()
    assert np.isnan(gradient()) and np.isnan(found[0]) and not backward.GUARDS
    assert masked_gradients()(gradient)() == 0
