"""Products: every case of matmul, errors in torch's words, node names, einsum's notation."""

import numpy as np
import pytest

import rushlight as torch
from raising import raises
from rushlight import nn

F = nn.functional


def ones(*shape, **about):
    return torch.ones(*shape, **about)


def name(t):
    return type(t.grad_fn).__name__


@pytest.mark.parametrize(
    ("left", "right", "shape", "node"),
    [
        ((3,), (3,), (), "DotBackward0"), ((2, 3), (3,), (2,), "MvBackward0"), ((3,), (3, 4), (4,), "SqueezeBackward4"),
        ((2, 3), (3, 4), (2, 4), "MmBackward0"), ((5, 2, 3), (3, 4), (5, 2, 4), "UnsafeViewBackward0"),
        ((5, 2, 3), (3,), (5, 2), "UnsafeViewBackward0"), ((3,), (5, 3, 2), (5, 2), "UnsafeViewBackward0"),
        ((5, 2, 3), (5, 3, 4), (5, 2, 4), "UnsafeViewBackward0"),
        ((2, 1, 2, 3), (5, 3, 4), (2, 5, 2, 4), "UnsafeViewBackward0"), ((0, 3), (3, 2), (0, 2), "MmBackward0"),
    ],
)  # fmt: skip
def test_matmul(left, right, shape, node):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=left), rng.normal(size=right)
    x, y = torch.from_numpy(a).requires_grad_(), torch.from_numpy(b).requires_grad_()
    out = x @ y
    assert (tuple(out.shape), name(out)) == (shape, node)
    np.testing.assert_allclose(out.detach().numpy(), a @ b)
    for same in (torch.matmul(x, y), x.matmul(y)):
        np.testing.assert_array_equal(same.detach().numpy(), out.detach().numpy())


def test_matmul_errors():
    words = "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"
    raises(RuntimeError, words, lambda: ones(2, 3) @ ones(4, 5))
    words = "expected m1 and m2 to have the same dtype, but got: float != double"
    raises(RuntimeError, words, lambda: ones(2, 3) @ ones(3, 5).double())
    words = "size mismatch, got input (2), mat (2x3), vec (2)"
    raises(RuntimeError, words, lambda: ones(2, 3) @ ones(2))
    words = "Expected size for first two dimensions of batch2 tensor to be: [2, 3] but got: [2, 2]."
    raises(RuntimeError, words, lambda: ones(2, 2, 3) @ ones(2, 2, 2))
    words = "both arguments to matmul need to be at least 1D, but they are 0D and 1D"
    raises(RuntimeError, words, lambda: torch.matmul(torch.tensor(1.0), ones(2)))
    words = "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0"
    raises(RuntimeError, words, lambda: ones(2, 2, 3) @ ones(3, 3, 2))
    words = "unsupported operand type(s) for @: 'Tensor' and 'int'"
    raises(TypeError, words, lambda: ones(2) @ 3)
    raises(
        TypeError, "matmul(): argument 'other' (position 2) must be Tensor, not int", lambda: torch.matmul(ones(2), 3)
    )


def test_named_products_errors():
    raises(RuntimeError, "self must be a matrix", lambda: torch.mm(ones(2), ones(2, 2)))
    raises(RuntimeError, "mat2 must be a matrix", lambda: torch.mm(ones(2, 2), ones(2)))
    words = "1D tensors expected, but got 2D and 1D tensors"
    raises(RuntimeError, words, lambda: torch.dot(ones(2, 2), ones(3)))
    raises(RuntimeError, "batch1 must be a 3D tensor", lambda: torch.bmm(ones(2, 2), ones(3)))
    words = "addmv(): argument 'mat' (position 2) must be Tensor, not int"
    raises(TypeError, words, lambda: torch.addmv(ones(2), 1, 2))
    words = "addmm(): argument 'mat1' (position 2) must be Tensor, not int"
    raises(TypeError, words, lambda: torch.addmm(ones(2), 1, 2))
    with pytest.raises(TypeError, match=r"addmm\(\) received an invalid combination of arguments - got \(Tensor, int, int, alpha"):
        torch.addmm(ones(2), 1, 2, alpha=3)
    words = "outer: Expected 1-D argument self, but got 2-D"
    raises(RuntimeError, words, lambda: torch.outer(ones(2, 2), ones(2)))
    words = "trace: expected a matrix, but got tensor with dim 1"
    raises(RuntimeError, words, lambda: torch.trace(ones(2)))
    words = "\"addmm_impl_cpu_\" not implemented for 'Bool'"
    raises(NotImplementedError, words, lambda: torch.mm(ones(2, 2).bool(), ones(2, 2).bool()))


def test_addmm():
    nan = torch.full((2, 2), np.nan)
    assert torch.addmm(nan, ones(2, 3), ones(3, 2), beta=0).tolist() == [[3, 3], [3, 3]]
    assert torch.addmm(ones(2), ones(2, 3), ones(3, 2), beta=2, alpha=3).tolist() == [[11, 11], [11, 11]]
    x = ones(2, 2)
    assert x.addmm_(ones(2, 2), ones(2, 2), beta=2, alpha=3) is x and x.tolist() == [[8, 8], [8, 8]]
    i = torch.addmm(ones(2, dtype=torch.int64), ones(2, 3).long(), ones(3, 2).long(), beta=0.5)
    assert i.tolist() == [[3, 3], [3, 3]]


def test_imatmul_makes_a_new_tensor():
    x = y = ones(2, 2)
    x @= ones(2, 2)
    assert x is not y and y.tolist() == [[1, 1], [1, 1]]


def test_linear():
    w, b = ones(4, 3, requires_grad=True), ones(4, requires_grad=True)
    assert name(F.linear(ones(2, 3), w, b)) == "AddmmBackward0"
    assert name(F.linear(ones(2, 3), w)) == "MmBackward0"
    assert name(F.linear(ones(5, 2, 3), w, b)) == "ViewBackward0"
    assert name(F.linear(ones(5, 2, 3), w)) == "UnsafeViewBackward0"
    assert F.linear(ones(5, 2, 3), w, b).shape == (5, 2, 4)
    shown = [n and n.name() for n, _ in F.linear(ones(2, 3, requires_grad=True), w, b).grad_fn.next_functions]
    assert shown == ["torch::autograd::AccumulateGrad", "torch::autograd::AccumulateGrad", "TBackward0"]
    words = "mat1 and mat2 shapes cannot be multiplied (2x3 and 5x4)"
    raises(RuntimeError, words, lambda: F.linear(ones(2, 3), ones(4, 5)))
    words = "mat1 and mat2 must have the same dtype, but got Double and Float"
    raises(RuntimeError, words, lambda: F.linear(ones(2, 3).double(), w, b))


def test_gradients_may_be_transposed():
    w = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    (torch.tensor([[1.0, 0.0]]) @ w.t()).sum().backward()
    assert w.grad.tolist() == [[1, 0], [1, 0]] and w.grad.is_contiguous()


def test_saved_operands_are_watched():
    x, y = ones(2, 2, requires_grad=True) * 1, ones(2, 2, requires_grad=True) * 1
    out = x @ y
    y.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.sum().backward()


def test_half_products_round_once():
    x = torch.full((1, 300), 1.01, dtype=torch.float16)
    assert (x @ x.t()).dtype is torch.float16
    assert (x @ x.t()).item() == np.float16((x.float() @ x.float().t()).item())


@pytest.mark.parametrize(
    ("equation", "shapes"),
    [
        ("ij,jk->ik", [(2, 3), (3, 4)]), ("ij,jk", [(2, 3), (3, 4)]), ("ij->ji", [(2, 3)]), ("ij->", [(2, 3)]),
        ("ii->i", [(3, 3)]), ("i,j,k->kji", [(2,), (3,), (4,)]), ("...ij,...jk->...ik", [(5, 2, 3), (3, 4)]),
        ("bhqd,bhkd->bhqk", [(2, 2, 3, 4), (2, 2, 5, 4)]), (" ij , jk -> ik ", [(2, 3), (3, 2)]),
        ("a...,b...->ab...", [(2, 3), (4, 3)]), ("ij,j->i", [(2, 3), (1,)]),
    ],
)  # fmt: skip
def test_einsum(equation, shapes):
    rng = np.random.default_rng(1)
    arrays = [rng.normal(size=s) for s in shapes]
    tensors = [torch.from_numpy(a) for a in arrays]
    spread = [np.broadcast_to(a, (3,)) if a.shape == (1,) else a for a in arrays]
    expected = np.einsum(equation.replace(" ", ""), *spread)
    np.testing.assert_allclose(torch.einsum(equation, *tensors).numpy(), expected)
    np.testing.assert_allclose(torch.einsum(equation, tensors).numpy(), expected)


def test_einsum_with_lists():
    x, y = ones(2, 3), ones(3, 4)
    assert torch.einsum(x, [0, 1], y, [1, 2], [0, 2]).shape == (2, 4)
    assert torch.einsum(x, [0, ...]).shape == (3, 2)


def test_einsum_shares_memory_where_it_only_permutes():
    x = torch.zeros(2, 3)
    torch.einsum("ij->ji", x)[0, 0] = 5.0
    assert x[0, 0].item() == 5


def test_einsum_errors():
    words = "einsum(): fewer operands were provided than specified in the equation"
    raises(RuntimeError, words, lambda: torch.einsum("ij,jk", ones(2, 3)))
    words = "einsum(): output subscript z does not appear in the equation for any input operand"
    raises(RuntimeError, words, lambda: torch.einsum("ij,jk->z", ones(2, 3), ones(3, 3)))
    words = "einsum(): subscript j has size 2 for operand 1 which does not broadcast with previously seen size 3"
    raises(RuntimeError, words, lambda: torch.einsum("ij,jk", ones(2, 3), ones(2, 3)))
    words = "einsum(): invalid subscript given at index 1 in the equation string, subscripts must be in [a-zA-Z]"
    raises(RuntimeError, words, lambda: torch.einsum("i1", ones(2, 3)))
    raises(
        TypeError, "einsum(): argument 'equation' (position 1) must be str, not int", lambda: torch.einsum(3, ones(2))
    )


def test_tensordot_and_kron():
    assert torch.tensordot(ones(2, 3), ones(3, 4), 1).tolist() == [[3] * 4] * 2
    assert torch.tensordot(ones(2, 3), ones(2, 3), 0).shape == (2, 3, 2, 3)
    words = "contracted dimensions need to match, but first has size 3 in dim -1 and second has size 2 in dim 0"
    raises(RuntimeError, words, lambda: torch.tensordot(ones(2, 3), ones(2, 3), 1))
    np.testing.assert_array_equal(
        torch.kron(torch.tensor([1, 2]), torch.tensor([[1, 0], [3, 1]])).numpy(), np.kron([1, 2], [[1, 0], [3, 1]])
    )


def test_chain_matmul_is_deprecated():
    with pytest.warns(UserWarning, match="torch.chain_matmul is deprecated"):
        assert torch.chain_matmul(ones(2, 30), ones(30, 3), ones(3, 4)).tolist() == [[90] * 4] * 2
