"""Factorizations, solvers and determinants: what they satisfy, what they are called, how they fail, what they warn of."""

import copy
import pickle

import numpy as np
import pytest

import rushlight as torch
from raising import raises

L = torch.linalg
A = torch.tensor([[4.0, 1.0], [1.0, 3.0]], dtype=torch.float64)
SINGULAR = torch.tensor([[1.0, 2.0], [2.0, 4.0]], dtype=torch.float64)
SHAPES = [(3, 3), (5, 3), (3, 5), (2, 3, 4, 4), (0, 2, 2), (0, 3), (3, 0), (40, 2, 2), (1, 1)]
DTYPES = [torch.float32, torch.float64, torch.complex64, torch.complex128]


def matrix(*shape, dtype=torch.float64, seed=0):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    return torch.from_numpy(values if dtype.is_complex else values.real.copy()).to(dtype)


def close(x, y):
    tolerance = 1e-4 if x.dtype in (torch.float32, torch.complex64) else 1e-9
    assert x.dtype is y.dtype and x.shape == y.shape
    np.testing.assert_allclose(x.numpy(), y.numpy(), rtol=tolerance, atol=tolerance)


def eye_like(x):
    return torch.eye(x.shape[-1], dtype=x.dtype).expand(*x.shape[:-2], -1, -1)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
class TestWhatTheFactorsSatisfy:
    def test_lu(self, shape, dtype):
        a = matrix(*shape, dtype=dtype)
        p, lower, upper = L.lu(a)
        close(p @ lower @ upper, a)
        close(lower.tril(-1) + torch.eye(*lower.shape[-2:], dtype=dtype), lower)
        close(upper.triu(), upper)
        for part, again in zip((p, lower, upper), torch.lu_unpack(*L.lu_factor(a))):
            close(part, again)

    def test_qr(self, shape, dtype):
        a = matrix(*shape, dtype=dtype)
        for mode in ("reduced", "complete"):
            q, r = L.qr(a, mode)
            close(q @ r, a)
            close(q.mH @ q, eye_like(q).clone())
            close(r.triu(), r)
        close(L.qr(a, "r").R, L.qr(a).R)

    def test_reflections(self, shape, dtype):
        a = matrix(*shape, dtype=dtype)
        if shape[-2] >= shape[-1]:
            close(L.householder_product(*torch.geqrf(a)), L.qr(a).Q)
            reflectors, tau = torch.geqrf(a)
            whole = L.qr(a, "complete").Q
            other = matrix(*shape[:-1], 2, dtype=dtype, seed=1)
            close(torch.ormqr(reflectors, tau, other), whole @ other)
            close(torch.ormqr(reflectors, tau, other, transpose=True), whole.mH @ other)
            close(torch.ormqr(reflectors, tau, other.mT, left=False), other.mT @ whole)
            close(torch.ormqr(reflectors, tau, other.mT, left=False, transpose=True), other.mT @ whole.mH)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [s for s in SHAPES if s[-1] == s[-2]], ids=str)
class TestWhatTheSolutionsSatisfy:
    def test_solve(self, shape, dtype):
        a, b = matrix(*shape, dtype=dtype), matrix(*shape[:-1], 2, dtype=dtype, seed=1)
        close(a @ L.solve(a, b), b)
        close(L.solve(a, b.mT, left=False) @ a, b.mT)
        close(a @ L.inv(a), eye_like(a).clone())
        factors = L.lu_factor(a)
        close(a @ L.lu_solve(*factors, b), b)
        close(a.mH @ L.lu_solve(*factors, b, adjoint=True), b)
        close(L.lu_solve(*factors, b.mT, left=False) @ a, b.mT)
        close(L.lu_solve(*factors, b.mT, left=False, adjoint=True) @ a.mH, b.mT)

    def test_triangular(self, shape, dtype):
        a = matrix(*shape, dtype=dtype) + 3 * torch.eye(shape[-1], dtype=dtype)
        b = matrix(*shape[:-1], 2, dtype=dtype, seed=1)
        close(a.triu() @ L.solve_triangular(a, b, upper=True), b)
        close(a.tril() @ L.solve_triangular(a, b, upper=False), b)
        close(L.solve_triangular(a, b.mT, upper=True, left=False) @ a.triu(), b.mT)
        unit = a.tril(-1) + torch.eye(shape[-1], dtype=dtype)
        close(unit @ L.solve_triangular(a, b, upper=False, unitriangular=True), b)

    def test_cholesky(self, shape, dtype):
        a = matrix(*shape, dtype=dtype)
        a = a @ a.mH + 2 * torch.eye(shape[-1], dtype=dtype)
        b = matrix(*shape[:-1], 2, dtype=dtype, seed=1)
        lower, upper = L.cholesky(a), L.cholesky(a, upper=True)
        close(lower @ lower.mH, a)
        close(upper, lower.mH.clone())
        close(a @ torch.cholesky_solve(b, lower), b)
        close(a @ torch.cholesky_solve(b, upper, upper=True), b)
        close(a @ torch.cholesky_inverse(lower), eye_like(a).clone())
        close(torch.cholesky_inverse(upper, upper=True), torch.cholesky_inverse(lower))

    def test_determinants(self, shape, dtype):
        a = matrix(*shape, dtype=dtype)
        sign, logabsdet = L.slogdet(a)
        close(L.lu(a).U.diagonal(dim1=-2, dim2=-1).prod(-1).abs(), torch.det(a).abs())
        close(sign * logabsdet.exp(), torch.det(a))
        assert logabsdet.dtype is (a.real.dtype if dtype.is_complex else dtype)

    def test_ldl(self, shape, dtype):
        a = matrix(*shape, dtype=dtype)
        b = matrix(*shape[:-1], 2, dtype=dtype, seed=1)
        for symmetric, hermitian in ((a + a.mT, False), (a + a.mH, True)):
            factors = L.ldl_factor(symmetric, hermitian=hermitian)
            close(symmetric @ L.ldl_solve(*factors, b, hermitian=hermitian), b)


def test_named_results():
    result = L.lu(A)
    assert type(result) is torch.return_types.linalg_lu and result.L is result[1]
    assert repr(L.inv_ex(A.float())).startswith("torch.return_types.linalg_inv_ex(\ninverse=tensor(")
    assert type(copy.deepcopy(result)) is type(result) is type(pickle.loads(pickle.dumps(result)))
    assert type(torch.geqrf(A)) is torch.return_types.geqrf
    out = L.slogdet(A, out=(torch.empty(0).double(), torch.empty(0).double()))
    assert type(out) is torch.return_types.linalg_slogdet_out and out.sign.item() == 1


def test_singular_matrices():
    words = "The diagonal element 2 is zero, the inversion could not be completed because the input matrix is singular."
    raises(L.LinAlgError, f"linalg.inv: {words}", lambda: L.inv(SINGULAR))
    stack = torch.stack([A, SINGULAR])
    raises(L.LinAlgError, f"linalg.inv: (Batch element 1): {words}", lambda: L.inv(stack))
    words = "The solver failed because the input matrix is singular."
    raises(L.LinAlgError, f"torch.linalg.solve: (Batch element 1): {words}", lambda: L.solve(stack, A))
    assert L.inv_ex(stack).info.tolist() == [0, 2] == L.solve_ex(stack, A).info.tolist()
    close(L.inv_ex(stack).inverse[0], L.inv(A))
    assert L.lu_factor_ex(stack).info.tolist() == [0, 2] and L.cholesky_ex(stack).info.tolist() == [0, 2]
    assert issubclass(L.LinAlgError, RuntimeError) and L.LinAlgError.__name__ == "_LinAlgError"
    close(torch.det(stack), torch.tensor([11.0, 0.0]).double())
    assert L.slogdet(SINGULAR)[1].item() == -np.inf and torch.logdet(SINGULAR).item() == -np.inf
    assert torch.logdet(-torch.eye(3)).isnan()


def test_singular_in_single_precision():
    """Not in double precision, in which NumPy would compute."""
    a = torch.tensor([[1.0, 1 / 3], [3.0, 1.0]])
    assert L.inv_ex(a).info == 2 and torch.det(a) == 0 and L.slogdet(a).sign == 0
    assert L.inv_ex(a.double()).info == 0 and torch.det(a.double()) != 0
    raises(L.LinAlgError, "torch.linalg.solve: The solver failed because the input matrix is singular.",
           lambda: L.solve(a, torch.ones(2)))  # fmt: skip


def test_bad_input_changes_nothing():
    x = torch.ones(2, 3)
    out = torch.full((2, 2), 7.0)
    raises(RuntimeError, "linalg.inv: A must be batches of square matrices, but they are 2 by 3 matrices",
           lambda: L.inv(x, out=out))  # fmt: skip
    raises(L.LinAlgError, "linalg.inv: The diagonal element 1 is zero, the inversion could not be completed because the "
           "input matrix is singular.", lambda: L.inv(torch.zeros(2, 2), out=out))  # fmt: skip
    first, second = torch.full((2, 2), 7.0), torch.full((2,), 7.0)
    raises(RuntimeError, "Expected out tensor to have dtype int, but got float instead",
           lambda: L.lu_factor(A.float(), out=(first, second)))  # fmt: skip
    assert (out == 7).all() and (first == 7).all() and (second == 7).all()


@pytest.mark.parametrize("order", [1, 2])
def test_the_determinant_of_a_singular_matrix_has_derivatives(order):
    """They are cofactors, and polynomials of the elements."""
    x = torch.tensor([[1.0, 2.0], [2.0, 4.0]], dtype=torch.float64, requires_grad=True)
    (g,) = torch.autograd.grad(torch.det(x), x, create_graph=True)
    close(g.detach(), torch.tensor([[4.0, -2.0], [-2.0, 1.0]]).double())
    if order == 2:
        (h,) = torch.autograd.grad(g[0, 0], x)
        close(h, torch.tensor([[0.0, 0.0], [0.0, 1.0]]).double())


def test_the_third_derivative_of_a_determinant():
    x = matrix(3, 3).requires_grad_()
    y = torch.det(x)
    for place in ((0, 0), (1, 1), (2, 2)):
        (g,) = torch.autograd.grad(y, x, create_graph=True)
        y = g[place]
    assert abs(y.item() - 1) < 1e-9


def test_no_derivatives():
    x = A.clone().requires_grad_()
    raises(
        NotImplementedError, "the derivative for 'geqrf' is not implemented.", lambda: torch.geqrf(x).a.sum().backward()
    )
    raises(RuntimeError, "derivative for aten::linalg_ldl_factor_ex is not implemented",
           lambda: L.ldl_factor(x).LD.sum().backward())  # fmt: skip
    raises(RuntimeError, "The QR decomposition is not differentiable when mode='complete' and nrows > ncols.",
           lambda: L.qr(torch.ones(3, 2, requires_grad=True), "complete").R.sum().backward())  # fmt: skip
    assert not L.lu(x).P.requires_grad and [t.output_nr for t in L.lu(x)] == [0, 0, 1]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: torch.cholesky(A), "torch.cholesky is deprecated in favor of torch.linalg.cholesky"),
        (lambda: torch.qr(A), "torch.qr is deprecated in favor of torch.linalg.qr"),
        (lambda: A.lu(), "torch.lu is deprecated in favor of torch.linalg.lu_factor"),
        (lambda: torch.lu_solve(A, *L.lu_factor(A)), "torch.lu_solve is deprecated in favor of torch.linalg.lu_solve"),
        (lambda: torch.triangular_solve(A, A), "torch.triangular_solve is deprecated in favor of torch.linalg.solve"),
    ],
)
def test_deprecated(call, words):
    torch.set_warn_always(True)
    try:
        with pytest.warns(UserWarning, match=words):
            call()
    finally:
        torch.set_warn_always(False)


def test_what_was_saved_is_watched():
    x = A.clone().requires_grad_()
    y = L.inv(x)
    with torch.no_grad():
        y.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()
