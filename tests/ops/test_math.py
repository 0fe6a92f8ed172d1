"""Functions of one number beyond what samples show, and complex tensors."""

import subprocess
import sys

import numpy as np
import pytest

import rushlight as torch

T = torch.tensor


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda b, i, z: torch.floor(b), NotImplementedError, "\"floor_vml_cpu\" not implemented for 'Bool'"),
    (lambda b, i, z: torch.ceil(z), NotImplementedError, "ceil is not supported for complex inputs"),
    (lambda b, i, z: torch.round(z), NotImplementedError, "\"round_vml_cpu\" not implemented for 'ComplexFloat'"),
    (lambda b, i, z: torch.frac(i), NotImplementedError, "\"frac_cpu\" not implemented for 'Long'"),
    (lambda b, i, z: torch.round(i, decimals=1), NotImplementedError, "\"round_cpu\" not implemented for 'Long'"),
    (lambda b, i, z: torch.erf(z), NotImplementedError, "\"erf_vml_cpu\" not implemented for 'ComplexFloat'"),
    (lambda b, i, z: torch.hypot(i, i), NotImplementedError, "\"hypot_cpu\" not implemented for 'Long'"),
    (lambda b, i, z: torch.rad2deg(z), RuntimeError, "rad2deg is not supported for complex tensors."),
    (lambda b, i, z: torch.polygamma(-1, i), RuntimeError, "polygamma\\(n, x\\) does not support negative n."),
    (lambda b, i, z: torch.exp("a"), TypeError, "exp\\(\\): argument 'input' \\(position 1\\) must be Tensor, not str"),
    (lambda b, i, z: torch.exp(1), TypeError, "exp\\(\\): argument 'input' \\(position 1\\) must be Tensor, not int"),
    (lambda b, i, z: torch.sin(z, z), TypeError, "sin\\(\\) takes 1 positional argument but 2 were given"),
    (lambda b, i, z: torch.atan2(i, 1), TypeError, "argument 'other' \\(position 2\\) must be Tensor, not int"),
    (lambda b, i, z: torch.nan_to_num(i, nan="a"), TypeError, "argument 'nan' must be float, not str"),
    (lambda b, i, z: torch.nan_to_num(z.requires_grad_()), RuntimeError, "does not support automatic differentiation"),
    (lambda b, i, z: torch.imag(i), RuntimeError, "imag is not implemented for tensors with non-complex dtypes."),
    (lambda b, i, z: torch.view_as_real(i), RuntimeError, "view_as_real is only supported for complex tensors"),
    (lambda b, i, z: torch.view_as_complex(i), RuntimeError, "only supported for half, float and double tensors"),
    (lambda b, i, z: torch.view_as_complex(torch.ones(3)), RuntimeError, "Tensor must have a last dimension of size 2"),
    (lambda b, i, z: torch.view_as_complex(torch.ones(2, 4)[:, ::2]), RuntimeError, "a last dimension with stride 1"),
    (lambda b, i, z: torch.complex(torch.ones(1), torch.ones(1).double()), RuntimeError, "scalar type Double for"),
    (lambda b, i, z: torch.polar(i, i), RuntimeError, "Half, Float or Double tensors but got Long and Long"),
])  # fmt: skip
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call(T([True, False]), T([1, 2]), T([1 + 2j, 3j]))


@pytest.mark.parametrize("name", ["exp", "log1p", "sqrt", "sin", "atan", "tanh", "sigmoid", "erf", "lgamma", "sinc"])
def test_integers_give_the_default_dtype(name):
    out = getattr(torch, name)(T([1, 2]))
    assert out.dtype is torch.float32
    assert getattr(torch, name)(T([True, False])).dtype is torch.float32


@pytest.mark.parametrize("name", ["floor", "ceil", "trunc", "round"])
def test_integers_are_round(name):
    assert getattr(torch, name)(T([1, -2])).dtype is torch.int64


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "exp", "rsqrt", "erf"])
def test_sixteen_bit_floats_round_once(name, dtype):
    x = torch.linspace(0.25, 4, 50).to(dtype)
    wide = getattr(torch, name)(x.to(torch.float32)).to(dtype)
    assert torch.equal(getattr(torch, name)(x), wide)


def test_sigmoid_does_not_overflow_aloud():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert torch.sigmoid(T([-1000.0, 1000.0])).tolist() == [0.0, 1.0]
        assert torch.sigmoid(T(-1000.0)).item() == 0.0


def test_scipy_is_imported_when_it_is_used():
    program = (
        "import sys, rushlight as t; x = t.exp(t.ones(2)).sum(); assert 'scipy' not in sys.modules; t.erf(t.ones(2)); "
        "assert 'scipy.special' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": ":".join(sys.path)})


def test_double_backward_is_named_as_in_torch():
    for name, node in (("tanh", "TanhBackwardBackward0"), ("sigmoid", "SigmoidBackwardBackward0")):
        x = torch.ones(2, requires_grad=True)
        (g,) = torch.autograd.grad(getattr(torch, name)(x).sum(), x, create_graph=True)
        assert g.grad_fn.name() == node


def test_round_to_decimals():
    assert torch.round(T([0.5, 1.5, -0.5])).tolist() == [0.0, 2.0, -0.0]
    assert torch.round(T([1234.5678], dtype=torch.float64), decimals=2).item() == 1234.57
    assert torch.round(T([1250.0, 1350.0]), decimals=-2).tolist() == [1200.0, 1400.0]


def test_functions_write_into_out():
    out = torch.empty(2)
    assert torch.exp(torch.zeros(2), out=out) is out
    assert out.tolist() == [1.0, 1.0]
    assert torch.exp_(out) is out


# Complex tensors.


def test_parts_are_views():
    z = T([1 + 2j, 3 - 1j])
    z.real.mul_(2)
    z.imag = torch.zeros(2)
    assert z.tolist() == [2, 6]
    assert z.real._base is z
    x = torch.ones(2)
    assert x.real is x and x.conj() is x and torch.real(x) is x


def test_parts_differentiate_as_in_torch():
    z = T([1 + 2j, 3 - 1j], requires_grad=True)
    assert z.real.grad_fn.name() == "SelectBackward0"
    assert z.real.grad_fn.next_functions[0][0].name() == "ViewAsRealBackward0"
    (z.real * z.imag).sum().backward()
    assert z.grad.tolist() == [2 + 1j, -1 + 3j]


def test_gradient_of_a_modulus():
    z = T([3 + 4j], requires_grad=True)
    z.abs().backward(torch.ones(1))
    np.testing.assert_allclose(z.grad.numpy(), [0.6 + 0.8j], rtol=1e-6)


def test_a_real_input_gets_a_real_gradient():
    x = torch.ones(2, requires_grad=True)
    (x * 1j).abs().sum().backward()
    assert x.grad.dtype is torch.float32


def test_views_as_real_and_complex_share_memory():
    x = torch.zeros(3, 2)
    z = torch.view_as_complex(x)
    z += 1 + 2j
    assert x.tolist() == [[1.0, 2.0]] * 3
    torch.view_as_real(z).zero_()
    assert not x.any()


def test_tests_of_dtypes():
    z, x, i = T([1j]), T([1.0]), T([1])
    assert (torch.is_complex(z), x.is_complex()) == (True, False)
    assert (x.is_floating_point(), torch.is_floating_point(i), i.is_signed()) == (True, False, True)
    assert not i.to(torch.uint8).is_signed()
    assert z.conj().resolve_conj().tolist() == [-1j]


def test_rounding_to_decimals_is_another_operation():
    x = torch.tensor([1.5, 2.25], requires_grad=True)
    assert [x.round().grad_fn.name(), x.round(decimals=0).grad_fn.name()] == ["RoundBackward0", "RoundBackward1"]
    assert torch.special.round(x).grad_fn.name() == "RoundBackward1"
    assert torch.special.round(x).tolist() == [2, 2] and torch.special.round(x, decimals=1).allclose(torch.tensor([1.5, 2.2]))
    with pytest.raises(NotImplementedError, match="\"round_vml_cpu\" not implemented for 'Long'"):
        torch.special.round(torch.tensor([1]))
