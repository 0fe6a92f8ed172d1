"""Sparse Jacobians and Hessians are the dense ones, and their patterns are what the function's structure says."""

import numpy as np
import pytest

import rushlight as torch
from rushlight.autograd import functional
from rushlight.autograd.sparse import colouring, hessian_pattern, jacobian_pattern, sparse_hessian, sparse_jacobian

sparse = pytest.importorskip("scipy.sparse")
X = torch.tensor(np.random.default_rng(0).uniform(-2, 2, 30))
PICKED = torch.tensor([0, 0, 3, 5, 29, 7])


def written(x):
    y = x * 3
    y[:3] = x[3:6] ** 2
    return y.mul_(2)


FUNCTIONS = {
    "differences": (lambda x: torch.sin(x[1:]) * x[:-1], 58),
    "sums of columns": (lambda x: x.view(5, 6).sum(0).exp(), 30),
    "joined": (lambda x: torch.cat([x.flip(0) * 2, x]), 60),
    "rolled": (lambda x: x.roll(2) + x.view(5, 6).roll(1, 0).reshape(-1), 60),
    "picked twice": (lambda x: x[PICKED] ** 2, 6),
    "expanded": (lambda x: x.expand(4, 30).reshape(-1).sin(), 120),
    "windows": (lambda x: torch.nn.functional.pad(x, (2, 2)).unfold(0, 3, 1).sum(1), 90),
    "split": (lambda x: x.split(10)[1] * 3 + x.unbind()[4], 20),
    "broadcast": (lambda x: x[:5, None] * x[None, 5:9], 40),
    "where": (lambda x: torch.where(x > 0, x, x**2), 30),
    "relu": (lambda x: x.relu(), 30),
    "written in place": (lambda x: written(x), 30),
    "constant": (lambda x: torch.ones(3, dtype=torch.float64), 0),
    "a row": (lambda x: (x[:20] * x[20:21]).sum(), 21),
    "dense": (lambda x: x.softmax(0), 900),
    "a column": (lambda x: x[3] * torch.arange(9.0, dtype=torch.float64), 9),
    "a scalar": (lambda x: x[3], 1),
}


@pytest.mark.filterwarnings("ignore:There is a performance drop")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_jacobians(name):
    function, places = FUNCTIONS[name]
    expected = functional.jacobian(function, X).reshape(-1, 30).numpy()
    value, found = sparse_jacobian(function, X, return_value=True)
    assert torch.equal(value, function(X)) and not value.requires_grad
    assert isinstance(found, sparse.csr_array) and found.nnz <= places
    np.testing.assert_allclose(found.toarray(), expected, atol=1e-14)
    pattern = jacobian_pattern(function, X)
    assert pattern.dtype == bool and pattern.shape == expected.shape
    assert not (expected != 0)[~pattern.toarray()].any()


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def arrow(x):
    return (x[0] * x[1:] ** 2).sum()


@pytest.mark.parametrize("function", [rosenbrock, arrow, lambda x: (x**3).sum(), lambda x: x.sum(), lambda x: x.new_ones(())])
def test_hessians(function):
    value, found = sparse_hessian(function, X, return_value=True)
    np.testing.assert_allclose(found.toarray(), functional.hessian(function, X).numpy(), atol=1e-12)
    assert torch.equal(value, function(X))


def test_a_tridiagonal_matrix_takes_three_passes():
    pattern = hessian_pattern(rosenbrock, torch.zeros(5000, dtype=torch.float64))
    assert pattern.nnz == 3 * 5000 - 2 and colouring(pattern).max() == 2


def test_colours_of_columns_that_share_a_row_differ():
    pattern = sparse.random_array((40, 50), density=0.08, random_state=np.random.default_rng(0), format="csr")
    for matrix in (pattern, sparse.csr_array(np.eye(5)), sparse.csr_array(np.ones((2, 3))), sparse.csr_array((3, 4))):
        colours = colouring(matrix)
        for row in range(matrix.shape[0]):
            inside = colours[matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]]
            assert len(set(inside.tolist())) == len(inside)


def test_a_pattern_is_used_again_and_one_that_is_too_small_is_an_error():
    pattern = hessian_pattern(rosenbrock, X)
    other = X.flip(0) + 1
    found = sparse_hessian(rosenbrock, other, pattern=pattern)
    np.testing.assert_allclose(found.toarray(), functional.hessian(rosenbrock, other).numpy(), atol=1e-12)
    with pytest.raises(RuntimeError, match="entries outside of the pattern"):
        sparse_hessian(rosenbrock, X, pattern=sparse.eye_array(30))
    with pytest.raises(RuntimeError, match="entries outside of the pattern"):
        sparse_jacobian(lambda x: x.roll(1)[:20], X, pattern=sparse.eye_array(20, 30))
    with pytest.raises(ValueError, match=r"must have the shape \(30, 30\)"):
        sparse_hessian(rosenbrock, X, pattern=sparse.eye_array(29))


def test_single_precision_and_other_shapes():
    x = X.float().view(5, 6)
    found = sparse_jacobian(lambda x: x.sum(1).exp(), x)
    assert found.shape == (5, 30) and found.dtype == np.float32
    np.testing.assert_allclose(found.toarray(), functional.jacobian(lambda x: x.sum(1).exp(), x).reshape(5, 30), rtol=1e-6)


def test_what_is_refused():
    with pytest.raises(TypeError, match="must be a Tensor, not list"):
        sparse_jacobian(torch.sin, [1.0])
    with pytest.raises(TypeError, match="must return a Tensor, not tuple"):
        sparse_jacobian(lambda x: (x, x), X)
    with pytest.raises(RuntimeError, match="should contain a single element"):
        sparse_hessian(torch.sin, X)
