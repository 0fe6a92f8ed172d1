"""float16 and bfloat16: derivatives are computed in float32 and rounded once, gradients are of the input's dtype and its own."""

import pytest

import rushlight as torch
import rushlight.nn.functional as F

both = pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])


def gradient(function, x, **options):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(function(x).sum(), x, **options)[0]


@both
@pytest.mark.parametrize("function", [F.gelu, F.silu, F.elu, F.softplus, torch.i0, torch.erf, torch.sigmoid, torch.logit])
def test_gradients_round_once(function, dtype):
    x = torch.linspace(0.1, 0.9, 40).to(dtype)
    found, wide = gradient(function, x), gradient(function, x.float())
    assert found.dtype is gradient(function, x, create_graph=True).dtype is dtype
    torch.testing.assert_close(found.float(), wide, rtol=2 * torch.finfo(dtype).eps, atol=0)


@both
def test_what_is_one_kernel_rounds_once(dtype):
    x = torch.linspace(-3, 3, 200).to(dtype)
    assert torch.equal(gradient(F.gelu, x), gradient(F.gelu, x.float()).to(dtype))


@both
def test_numbers_are_not_rounded(dtype):
    x = torch.linspace(-2, 3, 50).to(dtype)
    for number in (0.3, torch.tensor(0.3), torch.tensor(0.3, dtype=torch.float64)):
        assert torch.equal(x * number, (x.float() * 0.3).to(dtype))
        assert torch.equal(x / number, (x.float() / 0.3).to(dtype))
        assert torch.equal(x.clone().mul_(number), x * number)
        assert gradient(lambda x, y=number: x * y, x).tolist() == [torch.tensor(0.3, dtype=dtype).item()] * 50
    kept = torch.tensor([1.0, 0.0], dtype=dtype)
    assert ((1 - kept) * -1e30)[0].item() == 0
    assert gradient(lambda x: x * 1e9 * 1e-9, kept).dtype is dtype


@both
def test_the_gradient_of_a_number(dtype):
    t = torch.tensor(0.5, requires_grad=True)
    (torch.ones(4, dtype=dtype) * t).sum().backward()
    assert t.grad.dtype is torch.float32 and t.grad.item() == 4


@both
def test_no_two_leaves_share_a_gradient(dtype):
    x, y = (torch.ones(3, dtype=dtype, requires_grad=True) for _ in range(2))
    given = torch.ones(3, dtype=dtype)
    for _ in range(2):
        (x + y).backward(given)
    assert x.grad.tolist() == y.grad.tolist() == [2] * 3 and given.tolist() == [1] * 3
    x.grad.zero_()
    assert y.grad.tolist() == [2] * 3
    z = torch.ones(3, dtype=dtype, requires_grad=True)
    z.sum().backward()
    z.grad[0] = 5
    assert z.grad.tolist() == [5, 1, 1]


@both
def test_retained_gradients_are_of_the_same_dtype(dtype):
    y = torch.ones(3, dtype=dtype, requires_grad=True) * 3
    y.retain_grad()
    (y * y).sum().backward()
    assert y.grad.dtype is dtype and y.grad.tolist() == [6] * 3


@both
def test_gradients_that_are_recorded_are_of_the_same_dtype(dtype):
    x = torch.linspace(0.1, 0.9, 4).to(dtype)
    assert gradient(lambda x: x.logcumsumexp(0), x, create_graph=True).dtype is dtype
