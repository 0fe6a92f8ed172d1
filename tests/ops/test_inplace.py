"""In-place arithmetic, recorded and not: what is written where, which version, which errors."""

import warnings

import numpy as np
import pytest

import rushlight as torch


def _updates(dtype=torch.float32):
    g = torch.tensor([0.5, -1.0, 2.0]).to(dtype)
    a_g = g.float().numpy()
    return {
        "add_": (lambda p: p.add_(g), lambda a: a + a_g),
        "add_ alpha": (lambda p: p.add_(g, alpha=-0.5), lambda a: a - 0.5 * a_g),
        "sub_": (lambda p: p.sub_(g, alpha=2.0), lambda a: a - 2 * a_g),
        "mul_": (lambda p: p.mul_(0.5), lambda a: a * 0.5),
        "div_": (lambda p: p.div_(g), lambda a: a / a_g),
        "pow_": (lambda p: p.pow_(2), lambda a: a**2),
        "neg_": (lambda p: p.neg_(), lambda a: -a),
        "exp_": (lambda p: p.exp_(), np.exp),
        "sqrt_": (lambda p: p.abs_().sqrt_(), lambda a: np.sqrt(np.abs(a))),
        "clamp_": (lambda p: p.clamp_(-1, 1), lambda a: a.clip(-1, 1)),
        "clamp_min_": (lambda p: p.clamp_min_(0), lambda a: np.maximum(a, 0)),
        "zero_": (lambda p: p.zero_(), np.zeros_like),
        "fill_": (lambda p: p.fill_(7), lambda a: np.full_like(a, 7)),
        "copy_": (lambda p: p.copy_(g), lambda a: a_g),
        "copy_ number": (lambda p: p.copy_(3), lambda a: np.full_like(a, 3)),
        "lerp_": (lambda p: p.lerp_(g, 0.25), lambda a: a + 0.25 * (a_g - a)),
        "addcmul_": (lambda p: p.addcmul_(g, g, value=0.5), lambda a: a + 0.5 * a_g ** 2),
        "addcdiv_": (lambda p: p.addcdiv_(g, g + 3, value=0.5), lambda a: a + 0.5 * a_g / (a_g + 3)),
        "masked_fill_": (lambda p: p.masked_fill_(g > 0, 9), lambda a: np.where(a_g > 0, 9, a)),
        "copysign_": (lambda p: p.copysign_(g), lambda a: np.copysign(a, a_g)),
        "logical_not_": (lambda p: p.logical_not_(), lambda a: (a == 0).astype(a.dtype)),
        "eq_": (lambda p: p.eq_(1), lambda a: (a == 1).astype(a.dtype)),
    }  # fmt: skip


@pytest.mark.parametrize("name", list(_updates()))
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
def test_writes_into_the_same_memory(name, dtype):
    update, expected = _updates(dtype)[name]
    p = torch.tensor([1.0, -2.0, 0.5]).to(dtype)
    before, memory = p.float().numpy().copy(), p._data
    assert update(p) is p
    assert p._data is memory
    assert p._version >= 1
    assert p.dtype is dtype
    np.testing.assert_allclose(p.float().numpy(), expected(before), rtol={2: 1e-2}.get(dtype.itemsize, 1e-6))


@pytest.mark.parametrize("name", list(_updates()))
def test_under_no_grad_a_leaf_that_requires_grad_is_written(name):
    update, expected = _updates()[name]
    p = torch.tensor([1.0, -2.0, 0.5], requires_grad=True)
    before = p.detach().numpy().copy()
    with torch.no_grad():
        update(p)
    assert p.is_leaf and p.requires_grad
    np.testing.assert_allclose(p.detach().numpy(), expected(before), rtol=1e-6)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used in an in-place operation"):
        update(p)


@pytest.mark.parametrize("name", list(_updates()))
def test_recorded_as_out_of_place(name):
    update, _ = _updates(torch.float64)[name]
    x = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64, requires_grad=True)
    y = update(x * 1)
    assert y.requires_grad
    if name not in ("eq_", "logical_not_"):
        y.sum().backward()
        assert x.grad.shape == x.shape


def test_scalars_are_rebound():
    total = torch.tensor(0.0)
    for i in range(4):
        total += i
        total.mul_(2.0)
    assert total.item() == 2 * (3 + 2 * (2 + 2 * (1 + 0)))
    assert total._version == 8


def test_views_see_the_update():
    base = torch.zeros(3, 2)
    row = base[1]
    row += 1
    row.mul_(torch.tensor([2.0, 3.0]))
    assert base.tolist() == [[0, 0], [2, 3], [0, 0]]
    assert base._version == row._version == 2


def test_an_update_is_noticed_by_a_graph_that_saved_the_tensor():
    w = torch.tensor([2.0], requires_grad=True)
    x = torch.tensor([3.0])
    y = w * x
    x.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


def test_overlapping_memory_is_refused():
    x = torch.zeros(1).expand(3)
    with torch.no_grad(), pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
        x.add_(1)
    y = torch.arange(4.0)
    with pytest.raises(RuntimeError, match="some elements of the input tensor and the written-to tensor"):
        y[1:].add_(y[:-1])
    assert y.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(("call", "words"), [
    (lambda: torch.ones(2).add_(torch.ones(3, 2)), r"shape \[2\] doesn't match the broadcast shape \[3, 2\]"),
    (lambda: torch.tensor([1, 2]).add_(1.5), "result type Float can't be cast to the desired output type Long"),
    (lambda: torch.tensor([1, 2]).div_(2), "result type Float can't be cast to the desired output type Long"),
    (lambda: torch.tensor([1, 2]).exp_(), "result type Float can't be cast to the desired output type Long"),
    (lambda: torch.ones(2).mul_(2j), "result type ComplexFloat can't be cast to the desired output type Float"),
    (lambda: torch.ones(2).double().add_(torch.ones(3)), "must match the size of tensor b"),
    (lambda: torch.ones(2).fill_(torch.ones(2)), "fill_ only supports 0-dimension value tensor but got tensor with 1"),
    (lambda: torch.ones(2).fill_(1j), "value cannot be converted to type float without overflow"),
    (lambda: torch.zeros(2, dtype=torch.uint8).fill_(300), "cannot be converted to type uint8_t without overflow"),
    (lambda: torch.ones(2).copy_(torch.ones(3)), r"tensor a \(2\) must match the size of tensor b \(3\)"),
    (lambda: torch.ones(2).copy_(torch.ones(2, 2)), r"shape \[2\] doesn't match the broadcast shape \[2, 2\]"),
    (lambda: torch.ones(2).float_power_(2), "has dtype Float but the operation's result requires dtype Double"),
    (lambda: (torch.ones(2) * 1j).abs_(), "In-place abs is not supported for complex tensors."),
])  # fmt: skip
def test_errors(call, words):
    with pytest.raises(RuntimeError, match=words):
        call()


@pytest.mark.parametrize(
    "update", [lambda x: x.add_(torch.ones(3)), lambda x: x.add_(torch.ones(3, 2)), lambda x: x.mul_(1j)]
)
def test_a_failed_update_leaves_the_tensor_alone(update):
    x = torch.tensor([1.0, 2.0])
    with pytest.raises(RuntimeError):
        update(x)
    assert (x.tolist(), x._version) == ([1.0, 2.0], 0)


def test_warnings_as_errors_do_not_repeat_an_update():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x = torch.tensor([1.0, -1.0])
        x.div_(0)
        assert x.tolist() == [float("inf"), -float("inf")]
        y = torch.tensor([3e38, 1.0]).mul_(10)
        assert y.tolist() == [float("inf"), 10.0]
        assert torch.tensor([-1.0]).sqrt_().isnan().item()


def test_inference_tensors():
    with torch.inference_mode():
        x = torch.ones(2)
        x.add_(1).mul_(2).zero_().fill_(3)
    with pytest.raises(RuntimeError, match="Inplace update to inference tensor outside InferenceMode"):
        x.add_(1)
    assert x.tolist() == [3.0, 3.0]


def test_copy_casts_and_broadcasts():
    x = torch.zeros(2, 3, dtype=torch.int64)
    assert x.copy_(torch.tensor([1.9, -1.9, 0.0])).tolist() == [[1, -1, 0]] * 2
    y = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    z = torch.zeros(2, 3, dtype=torch.float64).copy_(y)
    assert z.grad_fn.name() == "torch::autograd::CopyBackwards"
    z.sum().backward()
    assert y.grad.tolist() == [2.0, 2.0, 2.0]
    assert y.grad.dtype is torch.float32


def test_zero_and_fill_cut_the_gradient():
    x = torch.ones(2, requires_grad=True)
    y = (x * 2).zero_()
    assert y.grad_fn.name() == "ZeroBackward0"
    (y + x).sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]
    v = torch.tensor(3.0, requires_grad=True)
    torch.zeros(4).fill_(v).sum().backward()
    assert v.grad.item() == 4.0


@pytest.mark.parametrize(
    "call",
    [
        lambda x, w: x.mul_(other=w),
        lambda x, w: x.pow_(exponent=w),
        lambda x, w: x.addmm_(mat1=w, mat2=w, beta=2),
        lambda x, w: x.index_add_(0, torch.tensor([0, 1]), source=w, alpha=2),
        lambda x, w: x.scatter_(dim=0, index=torch.tensor([[0, 1], [1, 0]]), src=w),
        lambda x, w: x.copy_(other=w),
    ],
)
def test_tensors_by_keyword_are_recorded(call):
    w = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64, requires_grad=True)
    start = torch.tensor([[2.0, 1.0], [1.5, 3.0]], dtype=torch.float64)
    assert call(start.clone(), w).requires_grad
    assert torch.autograd.gradcheck(lambda w: call(start.clone(), w), (w,))
    assert torch.func.vmap(lambda w: call(w.new_ones(2, 2) * 1.0 + 0 * w, w))(torch.stack([w, w])).shape == (2, 2, 2)


def test_bad_arguments_are_told_by_the_name_and_places_of_the_method():
    x = torch.ones(2, 2)
    with pytest.raises(TypeError, match=r"^cumsum_\(\): argument 'dim' \(position 1\) must be int, not str$"):
        x.cumsum_("a")
    with pytest.raises(TypeError, match=r"^addr_\(\) takes 2 positional arguments but 3 were given$"):
        x.addr_(x, x, x)
