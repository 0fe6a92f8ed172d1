"""SciPy's minimisers on functions of Tensors."""

import numpy as np
import pytest

import rushlight as torch
from rushlight.optim import minimize
from rushlight.optim.minimize import GRADIENT, _Objective

optimize = pytest.importorskip("scipy.optimize")


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


START = np.array([0.8, 0.4, 0.5, 0.3])


@pytest.mark.parametrize("method", [None, "Nelder-Mead", "Powell", *sorted(GRADIENT - {"dogleg"})])
def test_methods_find_the_minimum(method):
    options = {"maxiter": 5000}
    if method == "Nelder-Mead":
        options["maxfev"] = 5000
    if method == "tnc":
        options = {"maxfun": 5000}
    with np.errstate(invalid="ignore"):  # SciPy's trust-krylov at the minimum
        found = minimize(rosenbrock, torch.from_numpy(START), method=method, options=options, tol=1e-10)
    assert isinstance(found.x, torch.Tensor) and found.x.dtype is torch.float64
    assert not found.x.requires_grad
    np.testing.assert_allclose(found.x.numpy(), 1, atol=1e-3)


def test_dogleg_near_the_minimum():
    found = minimize(
        lambda x: (x.exp() - x).sum() + x.pow(2).sum(), torch.ones(3, dtype=torch.float64), method="dogleg"
    )
    np.testing.assert_allclose(found.x.numpy(), 0, atol=1e-5)


def test_derivatives_are_exact():
    objective = _Objective(rosenbrock, [torch.from_numpy(START)], (), True)
    value, gradient = objective.value_and_gradient(START)
    assert value == pytest.approx(optimize.rosen(START))
    np.testing.assert_allclose(gradient, optimize.rosen_der(START), rtol=1e-12)
    np.testing.assert_allclose(objective.hessian(START), optimize.rosen_hess(START), rtol=1e-12)
    vector = np.array([1.0, -2.0, 0.5, 3.0])
    np.testing.assert_allclose(objective.product(START, vector), optimize.rosen_hess_prod(START, vector), rtol=1e-12)


def test_the_same_steps_as_scipy_with_derivatives_by_hand():
    ours = minimize(rosenbrock, torch.from_numpy(START), method="trust-ncg")
    by_hand = optimize.minimize(
        optimize.rosen, START, method="trust-ncg", jac=optimize.rosen_der, hessp=optimize.rosen_hess_prod
    )
    assert (ours.nit, ours.nfev) == (by_hand.nit, by_hand.nfev)
    np.testing.assert_allclose(ours.x.numpy(), by_hand.x, rtol=1e-9)


def test_several_tensors_of_any_shape_and_dtype():
    target = torch.arange(6.0).reshape(2, 3)

    def loss(a, b, scale):
        return ((a - target) ** 2).sum() * scale + (b - 2) ** 2

    found = minimize(loss, [torch.zeros(2, 3), torch.tensor(0.0, dtype=torch.float64)], args=(0.5,))
    a, b = found.x
    assert a.shape == (2, 3) and a.dtype is torch.float32 and b.shape == () and b.dtype is torch.float64
    np.testing.assert_allclose(a.numpy(), target.numpy(), atol=1e-4)
    assert float(b) == pytest.approx(2, abs=1e-5)


def test_bounds_constraints_and_callback():
    seen = []
    found = minimize(
        lambda x: ((x - 2) ** 2).sum(), torch.zeros(2, dtype=torch.float64), bounds=[(0, 1), (0, None)],
        constraints={"type": "ineq", "fun": lambda x: 2 - x.sum()}, callback=seen.append,
    )  # fmt: skip
    np.testing.assert_allclose(found.x.numpy(), [0.5, 1.5] if found.x[0] < 0.9 else [1, 1], atol=1e-6)
    assert seen and all(isinstance(x, torch.Tensor) for x in seen)


def test_what_does_not_depend_on_x_has_gradient_zero():
    found = minimize(lambda x, y: (y * y).sum(), [torch.ones(2), torch.ones(2)])
    np.testing.assert_allclose(found.x[0].numpy(), 1)


def test_bad_input():
    with pytest.raises(TypeError, match=r"floating point Tensors, not torch\.int64"):
        minimize(rosenbrock, torch.tensor([1, 2]))
    with pytest.raises(TypeError, match="not float"):
        minimize(rosenbrock, [1.0, 2.0])
    with pytest.raises(ValueError, match=r"one element, not a Tensor of shape \[4\]"):
        minimize(lambda x: x, torch.from_numpy(START))
    with pytest.raises(ValueError, match="not float"):
        minimize(lambda x: 1.0, torch.from_numpy(START))
    with pytest.raises(ValueError, match="Unknown solver"):
        minimize(rosenbrock, torch.from_numpy(START), method="nothing")
