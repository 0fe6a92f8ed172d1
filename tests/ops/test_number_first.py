"""Calls in the order of PyTorch's first years, the number before the tensors: they work, and warn in PyTorch's words."""

import pytest

import rushlight as torch

X, Y = torch.tensor([1.0, 2.0]), torch.tensor([4.0, 5.0])


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
        (lambda: X.clone().addcdiv_(2, X, Y), X + 2 * X / Y, "addcdiv_(Number value, Tensor tensor1, Tensor tensor2)"),
    ],
)
def test_number_before_tensors(call, expected, old):
    with pytest.warns(UserWarning, match="^This overload of") as caught:
        assert call().allclose(expected)
    name, new = old.partition("(")[0], "Consider using one of the following signatures instead:"
    assert str(caught[0].message).startswith(f"This overload of {name} is deprecated:\n\t{old}\n{new}\n\t{name}(Tensor ")


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
        (lambda x: x.sub_(1, 2, Y), r"sub_\(\) takes 1 positional argument but 3 were given"),
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
