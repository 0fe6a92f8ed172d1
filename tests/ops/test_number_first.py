"""Calls in the order of PyTorch's first years, the number before the tensors: they work, and warn in PyTorch's words."""

import pytest

import rushlight as torch

X, Y = torch.tensor([1.0, 2.0]), torch.tensor([4.0, 5.0])
M, B = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[[1.0, 2.0], [3.0, 4.0]]])
NEW = "Number beta = 1, Number alpha = 1"


@pytest.fixture(autouse=True)
def every_time():
    before = torch.is_warn_always_enabled()
    torch.set_warn_always(True)
    yield
    torch.set_warn_always(before)


@pytest.mark.parametrize(
    "call, expected, old",
    [
        (lambda: X.add(2, Y), X + 2 * Y, "add(Number alpha, Tensor other)"),
        (lambda: X.clone().add_(2, Y), X + 2 * Y, "add_(Number alpha, Tensor other)"),
        (lambda: torch.add(X, 2, Y), X + 2 * Y, "add(Tensor input, Number alpha, Tensor other, *, Tensor out = None)"),
        (lambda: X.sub(2.5, Y), X - 2.5 * Y, "sub(Number alpha, Tensor other)"),
        (lambda: X.clone().sub_(2, Y), X - 2 * Y, "sub_(Number alpha, Tensor other)"),
        (lambda: X.addcmul(2, X, Y), X + 2 * X * Y, "addcmul(Number value, Tensor tensor1, Tensor tensor2)"),
        (lambda: X.add(2, other=Y), X + 2 * Y, "add(Number alpha, Tensor other)"),
        (lambda: torch.sub(X, 2, other=Y), X - 2 * Y, "sub(Tensor input, Number alpha, Tensor other, *, Tensor out = None)"),
        (lambda: X.addcmul(2, tensor1=X, tensor2=Y), X + 2 * X * Y, "addcmul(Number value, Tensor tensor1, Tensor tensor2)"),
        (lambda: X.clone().addcdiv_(2, X, Y), X + 2 * X / Y, "addcdiv_(Number value, Tensor tensor1, Tensor tensor2)"),
    ],
)
def test_number_before_tensors(call, expected, old):
    with pytest.warns(UserWarning, match="^This overload of") as caught:
        assert call().allclose(expected)
    name, new = old.partition("(")[0], "Consider using one of the following signatures instead:"
    assert str(caught[0].message).startswith(f"This overload of {name} is deprecated:\n\t{old}\n{new}\n\t{name}(Tensor ")


@pytest.mark.parametrize(
    "call, expected, words",
    [
        (
            lambda: torch.addmm(2, M, 3, M, M), 2 * M + 3 * M @ M,
            ["addmm(Number beta, Tensor input, Number alpha, Tensor mat1, Tensor mat2, *, Tensor out = None)",
             f"addmm(Tensor input, Tensor mat1, Tensor mat2, *, {NEW}, Tensor out = None)",
             f"addmm(Tensor input, Tensor mat1, Tensor mat2, torch.dtype out_dtype, *, {NEW}, Tensor out = None)"],
        ),
        (
            lambda: M.addmm(2, M, M), 2 * M + M @ M,
            ["addmm(Number beta, Tensor mat1, Tensor mat2)", f"addmm(Tensor mat1, Tensor mat2, *, {NEW})"],
        ),
        (
            lambda: M.clone().addmm_(2, 3, mat1=M, mat2=M), 2 * M + 3 * M @ M,
            ["addmm_(Number beta, Number alpha, Tensor mat1, Tensor mat2)", f"addmm_(Tensor mat1, Tensor mat2, *, {NEW})"],
        ),
        (
            lambda: X.addmv(torch.tensor(2.0), M, Y), 2 * X + M @ Y,
            ["addmv(Number beta, Tensor mat, Tensor vec)", f"addmv(Tensor mat, Tensor vec, *, {NEW})"],
        ),
        (
            lambda: torch.addr(2, M, X, Y, out=torch.empty(2, 2)), 2 * M + torch.outer(X, Y),
            ["addr(Number beta, Tensor input, Tensor vec1, Tensor vec2, *, Tensor out = None)",
             f"addr(Tensor input, Tensor vec1, Tensor vec2, *, {NEW}, Tensor out = None)"],
        ),
        (
            lambda: B.clone().baddbmm_(0.5, 2, B, B), 0.5 * B + 2 * B @ B,
            ["baddbmm_(Number beta, Number alpha, Tensor batch1, Tensor batch2)",
             f"baddbmm_(Tensor batch1, Tensor batch2, *, {NEW})"],
        ),
        (
            lambda: torch.addbmm(2, M, 3, B, batch2=B), 2 * M + 3 * M @ M,
            ["addbmm(Number beta, Tensor input, Number alpha, Tensor batch1, Tensor batch2, *, Tensor out = None)",
             f"addbmm(Tensor input, Tensor batch1, Tensor batch2, *, {NEW}, Tensor out = None)"],
        ),
    ],
)  # fmt: skip
def test_products_with_their_factors_first(call, expected, words):
    with pytest.warns(UserWarning, match="^This overload of") as caught:
        assert call().allclose(expected)
    old, *new = words
    assert str(caught[0].message) == (
        f"This overload of {old.partition('(')[0]} is deprecated:\n\t{old}\nConsider using one of the following signatures "
        "instead:\n\t" + "\n\t".join(new)
    )


def test_gradients():
    x, y = X.clone().requires_grad_(), Y.clone().requires_grad_()
    with pytest.warns(UserWarning, match="overload of addcmul is deprecated"):
        x.addcmul(0.5, x, y).sum().backward()
    assert x.grad.allclose(1 + 0.5 * Y) and y.grad.allclose(0.5 * X)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda x: torch.add(x, Y, 2), r"add\(\) takes 2 positional arguments but 3 were given"),
        (lambda x: x.add_("a", Y), r"add_\(\) takes 1 positional argument but 2 were given"),
        (lambda x: x.addcmul(x, Y, 2), r"addcmul\(\) takes 2 positional arguments but 3 were given"),
        (lambda x: x.sub_(1, 2, Y), r"sub_\(\) takes from 1 to 3 positional arguments but 4 were given"),
        (lambda x: x.add(2, Y, other=Y), r"add\(\) received an invalid combination of arguments"),
        (lambda x: x.add_(2, Y, alpha=3), r"add_\(\) received an .* - got unrecognized keyword arguments: alpha"),
        (lambda x: torch.add(x, torch.tensor(2.0, requires_grad=True), Y), r"add\(\) takes 2 positional arguments but 3 were"),
        (lambda x: x.addmv_(M, X, 2), r"addmv_\(\) takes 2 positional arguments but 3 were given"),
        (lambda x: x.addmv_(2, M), r"addmv_\(\): argument 'mat' \(position 1\) must be Tensor, not int"),
        (lambda x: x.addmv_(M), r"addmv_\(\) received an .* - got \(Tensor\), but expected \(Tensor mat, Tensor vec, \*, "),
        (lambda x: torch.addmv(2, x, M, X, beta=3), r"addmv\(\) takes 3 positional arguments but 4 were given"),
    ],
)
def test_other_orders_are_refused(call, message):
    x = X.clone()
    with pytest.raises(TypeError, match=message):
        call(x)
    assert x.equal(X) and x._version == 0


def test_a_leaf_stays_as_it_was():
    p = X.clone().requires_grad_()
    with pytest.warns(UserWarning), pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        p.add_(-0.1, Y)
    assert p.equal(X) and p._version == 0
