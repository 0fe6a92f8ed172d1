"""Arithmetic beyond what samples show: errors, dtypes, numbers on either side, what nodes are called."""

import operator

import numpy as np
import pytest

import rushlight as torch


@pytest.fixture
def x():
    return torch.tensor([1.0, 2.0], requires_grad=True)


@pytest.fixture
def y():
    return torch.tensor([3.0, 0.5], requires_grad=True)


@pytest.mark.parametrize(("call", "node"), [
    (lambda x, y: x + y, "AddBackward0"), (lambda x, y: 1 + x, "AddBackward0"),
    (lambda x, y: torch.add(x, y, alpha=2), "AddBackward0"), (lambda x, y: x - y, "SubBackward0"),
    (lambda x, y: 1 - x, "RsubBackward1"), (lambda x, y: torch.rsub(x, y), "RsubBackward0"),
    (lambda x, y: 2 * x, "MulBackward0"), (lambda x, y: x / y, "DivBackward0"), (lambda x, y: 2 / x, "MulBackward0"),
    (lambda x, y: torch.div(x, y, rounding_mode="floor"), "DivBackward2"), (lambda x, y: x // y, "NotImplemented"),
    (lambda x, y: x % 2, "RemainderBackward0"), (lambda x, y: x % y, "RemainderBackward1"),
    (lambda x, y: torch.fmod(x, 2), "FmodBackward0"), (lambda x, y: torch.fmod(x, y), "FmodBackward1"),
    (lambda x, y: x**2, "PowBackward0"), (lambda x, y: x**y, "PowBackward1"), (lambda x, y: 2**x, "PowBackward2"),
    (lambda x, y: torch.square(x), "PowBackward0"), (lambda x, y: abs(x), "AbsBackward0"),
    (lambda x, y: torch.lerp(x, y, 0.5), "LerpBackward0"), (lambda x, y: torch.lerp(x, y, y), "LerpBackward1"),
])  # fmt: skip
def test_nodes(x, y, call, node):
    assert type(call(x, y).grad_fn).__name__ == node


def test_a_number_leaves_no_edge_where_torch_has_none(x, y):
    assert [edge[0] is None for edge in (x * 2).grad_fn.next_functions] == [False, True]
    assert len((x**2).grad_fn.next_functions) == len((1 - x).grad_fn.next_functions) == 1


def test_nodes_save_what_torch_saves(x, y):
    node = (x**3).grad_fn
    assert node._saved_exponent == 3
    assert node._saved_self is x
    assert (x + y).grad_fn._saved_alpha == 1
    assert torch.add(x, y, alpha=2.5).grad_fn._saved_alpha == 2.5
    assert (x * y).grad_fn._saved_other is y
    assert not hasattr((x + y).grad_fn, "_saved_self")


@pytest.mark.parametrize("op", [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv,
                                operator.mod, operator.and_, operator.lshift])  # fmt: skip
@pytest.mark.parametrize("other", ["a", None, [1.0, 2.0]])
def test_operators_refuse_what_is_no_operand(op, other):
    t = torch.tensor([1, 2])
    # A sequence times a tensor is Python's own affair: it asks for an index.
    with pytest.raises(TypeError, match=r"unsupported operand type\(s\) for .*: 'Tensor' and|converted to an index"):
        op(t, other)


def test_in_place_operators_refuse_what_is_no_operand():
    t = torch.tensor([1.0, 2.0])
    with pytest.raises(TypeError, match="unsupported operand"):
        t += "a"
    assert t.tolist() == [1.0, 2.0]


def test_power_refuses_a_string(x):
    with pytest.raises(TypeError, match=r"unsupported operand type\(s\) for \*\* or pow\(\): 'Tensor' and 'str'"):
        x ** "a"


def test_divmod_is_absent(x):
    with pytest.raises(TypeError, match=r"unsupported operand type\(s\) for divmod"):
        divmod(x, 2)


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda b, i, x: -b, RuntimeError, "Negation, the `-` operator, on a bool tensor is not supported"),
    (lambda b, i, x: b - b, RuntimeError, "with two bool tensors is not supported"),
    (lambda b, i, x: x - b, RuntimeError, "with a bool tensor is not supported"),
    (lambda b, i, x: 1 - b, RuntimeError, "with a bool tensor is not supported"),
    (lambda b, i, x: torch.sub(b, i, alpha=2), RuntimeError, "with a bool tensor is not supported"),
    (lambda b, i, x: +b, RuntimeError, "The `\\+` operator, on a bool tensor is not supported"),
    (lambda b, i, x: i // 0, RuntimeError, "ZeroDivisionError"),
    (lambda b, i, x: i % torch.tensor([1, 0]), RuntimeError, "ZeroDivisionError"),
    (lambda b, i, x: i**-1, RuntimeError, "Integers to negative integer powers are not allowed."),
    (lambda b, i, x: b**b, NotImplementedError, "\"pow\" not implemented for 'Bool'"),
    (lambda b, i, x: abs(b), NotImplementedError, "\"abs_cpu\" not implemented for 'Bool'"),
    (lambda b, i, x: b % b, NotImplementedError, "\"remainder_cpu\" not implemented for 'Bool'"),
    (lambda b, i, x: torch.add(i, i, alpha=1.5), RuntimeError, "argument alpha must not be a floating point number"),
    (lambda b, i, x: torch.add(i, i, alpha=True), RuntimeError, "Boolean alpha only supported for Boolean results."),
    (lambda b, i, x: torch.add(x, x, alpha="a"), TypeError, "argument 'alpha' must be Number, not str"),
    (lambda b, i, x: torch.div(x, x, rounding_mode="up"), RuntimeError, "but found 'up'"),
    (lambda b, i, x: torch.addcdiv(i, i, i), RuntimeError, "Integer division with addcdiv is no longer supported"),
    (lambda b, i, x: torch.addcmul(x, 1, x), TypeError, "argument 'tensor1' \\(position 2\\) must be Tensor, not int"),
    (lambda b, i, x: torch.lerp(x, i, 0.5), RuntimeError, "expected dtype float for `end` but got dtype long"),
    (lambda b, i, x: torch.sign(x * 1j), NotImplementedError, "Please use torch.sgn instead"),
    (lambda b, i, x: torch.maximum(x, 1), TypeError, "argument 'other' \\(position 2\\) must be Tensor, not int"),
    (lambda b, i, x: torch.clamp(x), RuntimeError, "At least one of 'min' or 'max' must not be None"),
    (lambda b, i, x: torch.clamp(x * 1j, 0, 1), NotImplementedError, "clamp is not supported for complex types"),
    (lambda b, i, x: torch.clamp(x, 0, x), TypeError, "clamp\\(\\) received an invalid combination of arguments"),
    (lambda b, i, x: x + torch.ones(3), RuntimeError, "tensor a \\(2\\) must match the size of tensor b \\(3\\)"),
    (lambda b, i, x: torch.add(x, torch.ones(3), alpha=2), RuntimeError, "tensor a \\(2\\) must match"),
    (lambda b, i, x: torch.abs("a"), TypeError, "abs\\(\\): argument 'input' \\(position 1\\) must be Tensor, not str"),
    (lambda b, i, x: torch.neg(x, x), TypeError, "neg\\(\\) takes 1 positional argument but 2 were given"),
])  # fmt: skip
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call(torch.tensor([True, False]), torch.tensor([1, 2]), torch.tensor([1.0, 2.0]))


@pytest.mark.parametrize("call", [lambda x: x // 2, lambda x: 7 % x, lambda x: torch.heaviside(x, x)])
def test_no_derivative(x, call):
    out = call(x)
    with pytest.raises(RuntimeError, match=r"derivative for aten::\w+ is not implemented"):
        out.sum().backward()


@pytest.mark.parametrize(("call", "dtype", "values"), [
    (lambda i, b: i + 1.5, torch.float32, [2.5, 3.5]), (lambda i, b: i / 2, torch.float32, [0.5, 1.0]),
    (lambda i, b: i // 2, torch.int64, [0, 1]), (lambda i, b: i**2.5, torch.float32, [1.0, 2**2.5]),
    (lambda i, b: 2**i, torch.int64, [2, 4]), (lambda i, b: 2.0**i, torch.float32, [2.0, 4.0]),
    (lambda i, b: i**-i, torch.int64, [1, 0]), (lambda i, b: b + b, torch.bool, [True, False]),
    (lambda i, b: b * 2, torch.int64, [2, 0]), (lambda i, b: b**2, torch.int64, [1, 0]),
    (lambda i, b: torch.float_power(i, 2), torch.float64, [1.0, 4.0]),
    (lambda i, b: torch.clamp(i, 0.5, 1.5), torch.float32, [1.0, 1.5]),
    (lambda i, b: torch.addcmul(i, i, i, value=1.5), torch.int64, [2, 6]),
    (lambda i, b: i.to(torch.uint8) + 300, torch.uint8, [45, 46]),
    (lambda i, b: torch.sub(i.to(torch.uint8), 1, alpha=2), torch.uint8, [255, 0]),
    (lambda i, b: i.to(torch.bfloat16) + i.to(torch.float32), torch.float32, [2.0, 4.0]),
    (lambda i, b: torch.tensor([0.1, 0.2]).bfloat16() * torch.ones(2), torch.float32, [0.10009765625, 0.2001953125]),
    (lambda i, b: i + np.float64(1.5), torch.float32, [2.5, 3.5]),
])  # fmt: skip
def test_promotion(call, dtype, values):
    out = call(torch.tensor([1, 2]), torch.tensor([True, False]))
    assert out.dtype is dtype
    np.testing.assert_allclose(np.array(out.tolist()), values, rtol=1e-6)


def test_two_numbers_make_a_tensor():
    assert torch.add(1, 2).item() == 3
    assert torch.mul(2, 2.5).dtype is torch.float32


def test_out():
    out = torch.empty(2)
    assert torch.add(torch.tensor([1.0, 2.0]), 1, alpha=3, out=out) is out
    assert out.tolist() == [4.0, 5.0]
    with pytest.raises(RuntimeError, match="result type Float can't be cast to the desired output type Long"):
        torch.mul(torch.ones(2), 2, out=torch.empty(2, dtype=torch.int64))


def test_signs_of_what_is_not_a_number():
    assert torch.sign(torch.tensor([float("nan"), -0.0, -3.0])).tolist() == [0.0, 0.0, -1.0]


def test_remainders_of_negative_zero():
    rest = torch.remainder(torch.tensor([-4.0]), 2)
    assert np.signbit(rest.numpy()).all()


def test_small_sums_of_products_are_rounded_once():
    x, y = np.float32(1 / 3), np.float32(0.1)
    fused = np.float32(float(x) + float(np.float32(0.7)) * float(y))
    assert torch.tensor([x]).add(torch.tensor([y]), alpha=0.7).item() == fused
    assert torch.tensor([x]).add_(torch.tensor([y]), alpha=0.7).item() == fused


@pytest.mark.parametrize(("exponent", "slope"), [(0, 0.0), (1, 1.0), (2, 0.0), (0.5, float("inf"))])
def test_slope_of_powers_at_zero(exponent, slope):
    x = torch.zeros(1, requires_grad=True)
    (x**exponent).backward(torch.ones(1))
    assert x.grad.item() == slope


def test_powers_of_zero():
    y = torch.tensor([0.0, 1.0, -1.0], requires_grad=True)
    out = 0**y
    assert out.tolist() == [1.0, 0.0, float("inf")]
    out.sum().backward()
    assert y.grad.tolist() == [0.0, 0.0, -float("inf")]


def test_a_chain_of_mixed_shapes_and_dtypes_returns_gradients_of_theirs():
    x = torch.ones(3, 1, dtype=torch.float64, requires_grad=True)
    y = torch.ones(4, requires_grad=True)
    (x * y - y / x).sum().backward()
    assert x.grad.dtype is torch.float64
    assert y.grad.dtype is torch.float32
    assert (x.grad.shape, y.grad.shape) == ((3, 1), (4,))
