"""Comparisons, masks and logic beyond what samples show: errors, odd operands, results that are no tensors."""

import operator

import numpy as np
import pytest

import rushlight as torch

T = torch.tensor


def test_equality_with_what_is_no_number():
    x = T([1.0, 2.0])
    assert (x == "a") is False
    assert (x == None) is False  # noqa: E711
    assert (x != None) is True  # noqa: E711
    assert (x == [1.0, 2.0]) is False
    for other in ("a", None):
        with pytest.raises(TypeError, match="'<' not supported between instances of 'Tensor' and"):
            operator.lt(x, other)


def test_tensors_are_keys_by_identity():
    x, y = T([1.0]), T([1.0])
    assert {x: 1, y: 2}[x] == 1
    assert x in [x]


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda x, i: i & 1.5, NotImplementedError, "\"bitwise_and_cpu\" not implemented for 'Float'"),
    (lambda x, i: x << 1, NotImplementedError, "\"lshift_cpu\" not implemented for 'Float'"),
    (lambda x, i: ~x, TypeError, "only implemented on integer and Boolean-type tensors"),
    (lambda x, i: x * 1j < 1, NotImplementedError, "\"lt_cpu\" not implemented for 'ComplexFloat'"),
    (lambda x, i: torch.logical_and(x, 1), TypeError, "argument 'other' \\(position 2\\) must be Tensor, not int"),
    (lambda x, i: torch.isclose(x, i), RuntimeError, "Float did not match Long"),
    (lambda x, i: torch.allclose(x, x.double()), RuntimeError, "Float did not match Double"),
    (lambda x, i: torch.isclose(x, x, rtol=-1), RuntimeError, "rtol must be greater than or equal to zero, but got -1"),
    (lambda x, i: torch.equal(x, 1), TypeError, "argument 'other' \\(position 2\\) must be Tensor, not int"),
    (lambda x, i: torch.where(i, x, x), RuntimeError, "to be a boolean tensor, but got a tensor with dtype Long"),
    (lambda x, i: torch.where(T([True] * 3), x, x), RuntimeError, "tensor a \\(3\\) must match the size of tensor b"),
    (lambda x, i: x.masked_fill(i, 1), RuntimeError, "only supports boolean masks, but got mask with dtype long"),
    (lambda x, i: x.masked_fill(x > 0, x), RuntimeError, "only supports a 0-dimensional value tensor, but got tensor"),
    (lambda x, i: x.masked_fill(x > 0, 1j), RuntimeError, "value cannot be converted to type float without overflow"),
    (lambda x, i: torch.isposinf(x * 1j), RuntimeError, "isposinf does not support complex inputs."),
    (lambda x, i: torch.signbit(x * 1j), NotImplementedError, "signbit is not implemented for complex tensors."),
    (lambda x, i: torch.heaviside(x, i), RuntimeError, "not yet implemented for tensors with different dtypes."),
])  # fmt: skip
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call(T([1.0, 2.0]), T([1, 2]))


def test_where():
    mask, x = T([True, False]), T([1.0, 2.0], requires_grad=True)
    assert torch.where(mask, 1, 0).dtype is torch.int64
    assert torch.where(mask, x, T(0.5, dtype=torch.float64)).dtype is torch.float32
    assert [t.tolist() for t in torch.where(mask)] == [[0]]
    with pytest.warns(UserWarning, match="where received a uint8 condition tensor"):
        out = torch.where(mask.to(torch.uint8), x, 0)
    assert out.tolist() == [1.0, 0.0]
    torch.where(mask, x, 2 * x).sum().backward()
    assert x.grad.tolist() == [1.0, 2.0]


def test_where_keeps_what_is_not_chosen_out_of_the_gradient():
    x = T([-1.0, 4.0], requires_grad=True)
    torch.where(x > 0, x.sqrt(), 0).sum().backward()
    assert x.grad[1].item() == 0.25
    assert x.grad[0].isnan().item()  # 0 * nan: as in torch, the root's own derivative is still asked for


def test_masked_fill_of_a_tensor_value():
    x, v = torch.ones(3, requires_grad=True), T(5.0, requires_grad=True)
    out = x.masked_fill(T([True, False, True]), v)
    assert out.grad_fn.name() == "MaskedFillBackward1"
    out.sum().backward()
    assert (x.grad.tolist(), v.grad.item()) == ([0.0, 1.0, 0.0], 2.0)


def test_shifts_beyond_the_width():
    i = T([1, -4])
    assert (i << 64).tolist() == [0, 0]
    assert (i >> 64).tolist() == [0, -1]
    assert (i >> -1).tolist() == [0, -1]
    assert (i.to(torch.uint8) >> 8).tolist() == [0, 0]


def test_isclose():
    inf, nan = float("inf"), float("nan")
    x = T([inf, nan, 1.0, -inf])
    assert torch.isclose(x, T([inf, nan, 1.0 + 1e-7, inf])).tolist() == [True, False, True, False]
    assert torch.isclose(x, x, equal_nan=True).tolist() == [True] * 4
    assert torch.allclose(T([100, 200]), T([100, 201]), rtol=0.01)
    assert not torch.equal(T([1.0]), T([1.0, 1.0]))


def test_bool_results_need_no_gradient():
    x = torch.ones(2, requires_grad=True)
    for out in (x > 0, x.isnan(), torch.logical_not(x), x == x):
        assert not out.requires_grad
        assert out.dtype is torch.bool


def test_out_of_another_dtype():
    out = torch.empty(2)
    torch.lt(T([1.0, 2.0]), T([2.0, 1.0]), out=out)
    assert out.tolist() == [1.0, 0.0]


def test_unsigned_operands_wrap_as_torch_wraps():
    assert (T([1, 2], dtype=torch.uint8) > -1).tolist() == [False, False]
    np.testing.assert_array_equal((T([44], dtype=torch.uint8) == 300).numpy(), [True])
