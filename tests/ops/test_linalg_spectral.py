"""Decompositions, least squares, norms and products of matrices: what they mean, and how they fail."""

import numpy as np
import pytest

import rushlight as torch
from raising import raises

L = torch.linalg
C = torch.complex128


def matrices(*shape, dtype=torch.float64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=dtype, generator=generator)


def same(x, y):
    np.testing.assert_allclose(x.detach().numpy(), y.detach().numpy(), atol=1e-10)


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 5), (3, 2, 3), (2, 0, 3), (0, 4, 4)])
@pytest.mark.parametrize("dtype", [torch.float64, C])
def test_svd(shape, dtype):
    a = matrices(*shape, dtype=dtype)
    u, s, vh = L.svd(a, full_matrices=False)
    same(u * s[..., None, :].to(dtype) @ vh, a)
    full = L.svd(a)
    assert type(full).__name__ == "linalg_svd"
    assert full.U.shape[-2:] == (shape[-2],) * 2 and full.Vh.shape[-2:] == (shape[-1],) * 2
    same(full.U.mH @ full.U, torch.eye(shape[-2], dtype=dtype).expand(full.U.shape))
    same(L.svdvals(a), s)
    old = torch.svd(a)
    same(old.U * old.S[..., None, :].to(dtype) @ old.V.mH, a)


@pytest.mark.parametrize("dtype", [torch.float64, C])
def test_eigenvalues(dtype):
    a = matrices(2, 4, 4, dtype=dtype)
    values, vectors = L.eig(a)
    assert values.dtype is C
    same(a.to(C) @ vectors, vectors * values[..., None, :])
    same(L.vector_norm(vectors, dim=-2), torch.ones(2, 4, dtype=torch.float64))
    h = a + a.mH
    values, vectors = L.eigh(h)
    same(h @ vectors, vectors * values[..., None, :].to(dtype))
    same(L.eigvalsh(h.triu(), "U"), values)
    same(L.eigvalsh(h.tril()), values)


def test_losses_that_depend_on_a_phase_are_refused():
    a = matrices(3, 3, dtype=C).requires_grad_()
    for call in (lambda: L.svd(a).U, lambda: L.eigh(a + a.mH).eigenvectors, lambda: L.eig(a).eigenvectors):
        with pytest.raises(RuntimeError, match=r"specified up to multiplication by e\^{i phi}"):
            call().real.sum().backward()
    assert a.grad is None


def test_what_does_not_converge():
    bad = torch.stack([torch.eye(2), torch.full((2, 2), float("nan"))])
    words = "(Batch element 1): The algorithm failed to converge because the input matrix contained non-finite values."
    for call in (L.svd, L.svdvals):
        raises(L.LinAlgError, "linalg.svd: " + words, lambda call=call: call(bad))
    raises(L.LinAlgError, "linalg.svd: " + words.replace("(Batch element 1): ", ""), lambda: L.pinv(bad[1]))
    with pytest.raises(L.LinAlgError, match=r"linalg.eigh: \(Batch element 1\)"):
        L.eigh(bad)
    raises(RuntimeError, "torch.linalg.eig: input tensor should not contain infs or NaNs.", lambda: L.eig(bad))
    with pytest.raises(L.LinAlgError, match="does not have full rank"):
        L.lstsq(torch.eye(3, 1) @ torch.eye(1, 2), torch.ones(3, 1), driver="gels")


def test_gradients_beyond_the_singular_values_are_ignored():
    a = matrices(4, 2).requires_grad_()
    u = L.svd(a).U
    u[:, 2:].sum().backward()
    assert not a.grad.any()


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 2, 5)])
def test_pseudoinverse(shape):
    a = matrices(*shape)
    p = L.pinv(a)
    same(a @ p @ a, a)
    same(p @ a @ p, p)
    same(torch.pinverse(a), p)
    low = a[..., :1] @ a[..., :1, :]
    assert L.matrix_rank(low).unique().tolist() == [1]
    same(low @ L.pinv(low) @ low, low)


@pytest.mark.parametrize("driver", ["gels", "gelsy", "gelsd", "gelss", None])
def test_least_squares(driver):
    a, b = matrices(2, 5, 3), matrices(1, 5, 2, seed=1)
    x, residuals, rank, values = L.lstsq(a, b, driver=driver)
    same(a.mT @ (a @ x - b), torch.zeros(2, 3, 2, dtype=torch.float64))
    if driver in ("gelsy", None):
        assert residuals.shape == (0,)
    else:
        same(residuals, (a @ x - b).square().sum(-2))
    assert rank.tolist() == ([] if driver == "gels" else [3, 3])
    assert values.shape == ((2, 3) if driver in ("gelsd", "gelss") else (0,))
    same(L.lstsq(a, b[0, :, 0].expand(2, 5), driver=driver).solution, x[..., 0])


def test_norms_agree_with_numpy():
    a = matrices(3, 4)
    for ord in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
        expected = torch.tensor(np.linalg.norm(a.numpy(), ord))
        same(L.matrix_norm(a, ord), expected)
        same(L.norm(a, ord), expected)
        assert L.matrix_norm(a.expand(2, 3, 4), ord, (2, 0), keepdim=True).shape == (1, 3, 1)
    square = a[:, :3]
    for p in (None, "fro", 1, -1, 2, -2, np.inf, -np.inf):
        same(L.cond(square, p), torch.tensor(np.linalg.cond(square.numpy(), p)))
    assert L.cond(torch.zeros(2, 2), 1).item() == np.inf and L.cond(torch.zeros(0, 0)).item() == 0
    same(torch.norm(a, "nuc"), L.matrix_norm(a, "nuc"))


def test_products():
    a = matrices(3, 3)
    same(torch.matrix_exp(a) @ torch.matrix_exp(-a), torch.eye(3, dtype=torch.float64))
    assert torch.matrix_exp(torch.full((2, 2), float("nan"))).isnan().all()
    power = torch.eye(3, dtype=torch.float64)
    for n in range(8):
        same(torch.matrix_power(a, n), power)
        same(L.matrix_power(a, -n) @ power, torch.eye(3, dtype=torch.float64))
        power = power @ a
    t = matrices(4, 6, 8, 3)
    same(torch.tensordot(L.tensorinv(t, 2), t, 2).reshape(24, 24), torch.eye(24, dtype=torch.float64))
    x = L.tensorsolve(t, matrices(4, 6))
    same(torch.tensordot(t, x, 2), matrices(4, 6))
    same(torch.cross(a, a.mT, 1), torch.from_numpy(np.cross(a.numpy(), a.mT.numpy())))
    assert L.vander(torch.tensor([2, 3]), N=3).tolist() == [[1, 2, 4], [1, 3, 9]]


def test_low_rank():
    a = matrices(6, 2) @ matrices(2, 5, seed=1)
    for x in (a, a.mT, a.expand(2, 6, 5)):
        u, s, v = torch.svd_lowrank(x, 2)
        same(u * s[..., None, :] @ v.mH, x)
    u, s, v = torch.pca_lowrank(a, 2)
    same(u * s @ v.mH, a - a.mean(0))
    raises(ValueError, "q(=9) must be non-negative integer and not greater than min(m, n)=5", lambda: torch.pca_lowrank(a, 9))


def test_the_derivative_of_a_product_with_a_stack_is_one_product():
    x, stack = matrices(2, 3).requires_grad_(), matrices(5, 3, 4)
    out = x @ stack
    assert type(out.grad_fn).__name__ == "CloneBackward0" and out.is_contiguous()
    out.sum().backward()
    same(x.grad, stack.sum((0, 2)).expand(2, 3))
