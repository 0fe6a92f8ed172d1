"""Activations, softmax, dropout, losses, normalisation: edges, dtypes, errors, node names, random streams."""

import numpy as np
import pytest

import rushlight as torch
from raising import raises
from rushlight import nn, ops

F = nn.functional
INF, NAN = float("inf"), float("nan")


def name(t):
    return type(t.grad_fn).__name__


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


def test_relu_passes_nan_and_blocks_infinite_gradients():
    x = leaf(NAN, -1.0, 2.0)
    y = torch.relu(x)
    assert np.isnan(y[0].item()) and y[1:].tolist() == [0, 2]
    y.backward(torch.tensor([1.0, INF, INF]))
    assert x.grad.tolist() == [1.0, 0.0, INF]


def test_large_arrays_take_the_same_sides():
    values = np.tile(np.array([-1.0, 0.0, 2.0, NAN, -INF], np.float32), 2000)
    x = torch.from_numpy(values).requires_grad_()
    for f in (torch.relu, F.leaky_relu, F.hardtanh, F.elu):
        small = torch.from_numpy(values[:5].copy()).requires_grad_()
        g = torch.tensor([INF, NAN, 1.0, 3.0, INF])
        (got,) = torch.autograd.grad(f(x), x, g.repeat(2000))
        (want,) = torch.autograd.grad(f(small), small, g)
        np.testing.assert_array_equal(got[:5].numpy(), want.numpy())
        np.testing.assert_array_equal(f(x)[-5:].detach().numpy(), f(small).detach().numpy())


def test_gradient_of_gradient_of_relu_is_zero_not_missing():
    x = leaf(-1.0, 2.0)
    (g,) = torch.autograd.grad(torch.relu(x).sum(), x, create_graph=True)
    assert name(g) == "ThresholdBackwardBackward0"
    (gg,) = torch.autograd.grad(g.sum(), x)
    assert gg.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("call", "node"),
    [
        (torch.relu, "ReluBackward0"), (F.relu6, "HardtanhBackward0"), (F.leaky_relu, "LeakyReluBackward0"),
        (F.elu, "EluBackward0"), (F.selu, "EluBackward0"), (torch.celu, "CeluBackward0"), (F.gelu, "GeluBackward0"),
        (F.silu, "SiluBackward0"), (F.mish, "MishBackward0"), (F.softplus, "SoftplusBackward0"),
        (F.hardtanh, "HardtanhBackward0"), (F.logsigmoid, "LogSigmoidBackward0"),
        (lambda x: F.softmax(x, 0), "SoftmaxBackward0"), (lambda x: F.log_softmax(x, 0), "LogSoftmaxBackward0"),
        (lambda x: F.dropout(x, 0.5), "MulBackward0"), (lambda x: F.layer_norm(x, (2,)), "NativeLayerNormBackward0"),
        (lambda x: F.mse_loss(x, x), "MseLossBackward0"), (lambda x: F.l1_loss(x, x), "MeanBackward0"),
        (lambda x: F.binary_cross_entropy_with_logits(x, x), "BinaryCrossEntropyWithLogitsBackward0"),
        (lambda x: F.nll_loss(x, torch.tensor(1)), "NllLossBackward0"),
        (lambda x: F.embedding(torch.tensor([0]), x[None]), "EmbeddingBackward0"),
    ],
)  # fmt: skip
def test_node_names(call, node):
    assert name(call(leaf(0.5, 0.25))) == node


def test_dtypes_refused():
    words = "\"GeluKernelImpl\" not implemented for 'Long'"
    raises(NotImplementedError, words, lambda: F.gelu(torch.tensor([1])))
    raises(RuntimeError, "Boolean inputs not supported for relu", lambda: torch.relu(torch.tensor([True])))
    assert torch.relu(torch.tensor([1, -1])).tolist() == [1, 0]
    assert F.hardtanh(torch.tensor([3, -3])).tolist() == [1, -1]
    words = "\"softmax_lastdim_kernel_impl\" not implemented for 'Long'"
    raises(NotImplementedError, words, lambda: torch.softmax(torch.tensor([1]), 0))
    words = "\"log_softmax_kernel_impl\" not implemented for 'Long'"
    raises(NotImplementedError, words, lambda: torch.log_softmax(torch.tensor([[1]]), 0))
    assert torch.softmax(torch.tensor([1, 1]), 0, dtype=torch.float64).tolist() == [0.5, 0.5]


def test_arguments():
    raises(
        RuntimeError, "approximate argument must be either none or tanh.", lambda: F.gelu(leaf(1.0), approximate="a")
    )
    raises(ValueError, "min_val cannot be greater than max_val", lambda: F.hardtanh(leaf(1.0), 2, 1))
    raises(RuntimeError, "ZeroDivisionError: alpha cannot be 0 for CELU", lambda: torch.celu(leaf(1.0), 0.0))
    raises(TypeError, "relu(): argument 'input' (position 1) must be Tensor, not str", lambda: torch.relu("a"))
    words = "prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = 2"
    raises(RuntimeError, words, lambda: torch.prelu(torch.ones(2, 3), torch.ones(3, 1)))
    raises(RuntimeError, "Halving dimension must be even, but dimension 0 is size 3", lambda: ops.glu(torch.ones(3)))
    words = "Dimension out of range (expected to be in range of [-1, 0], but got 3)"
    raises(IndexError, words, lambda: torch.softmax(torch.ones(2), 3))


def test_softmax_does_not_overflow():
    assert torch.softmax(torch.tensor([1000.0, 1000.0]), 0).tolist() == [0.5, 0.5]
    assert torch.log_softmax(torch.tensor([0.0, -1000.0]), 0).tolist() == [0, -1000]
    assert torch.softmax(torch.tensor(3.0), 0).item() == 1
    assert torch.softmax(torch.ones(2, 0), 1).shape == (2, 0)


def test_in_place():
    x = leaf(-1.0, 2.0)
    for f in (F.relu, F.silu, F.elu, F.leaky_relu, F.mish, F.hardtanh):
        y = x * 1
        assert f(y, inplace=True) is y
        (got,) = torch.autograd.grad(y.sum(), x)
        (want,) = torch.autograd.grad(f(x).sum(), x)
        np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-6)
    raises(
        RuntimeError,
        "a leaf Variable that requires grad is being used in an in-place operation.",
        lambda: F.relu(x, inplace=True),
    )


def test_dropout_draws_torchs_numbers():
    torch.manual_seed(0)
    kept = F.dropout(torch.ones(10), 0.3) != 0
    assert kept.tolist() == [False, False, True, False, True, False, True, True, True, True]
    assert torch.rand(2).tolist() == pytest.approx([0.6816, 0.9152], abs=1e-4)


def test_dropout_without_effect_returns_its_input():
    x = leaf(1.0, 2.0)
    assert torch.dropout(x, 0.5, False) is x and torch.dropout(x, 0.0, True) is x
    assert torch.dropout(x, 1.0, True).tolist() == [0, 0]
    words = "dropout probability has to be between 0 and 1, but got 2"
    raises(RuntimeError, words, lambda: torch.dropout(x, 2.0, True))
    words = "Feature dropout requires at least 2 dimensions in the input"
    raises(RuntimeError, words, lambda: torch.feature_dropout(x, 0.5, True))


def test_losses_of_nothing():
    assert np.isnan(F.mse_loss(torch.ones(0), torch.ones(0)).item())
    assert F.mse_loss(torch.ones(0), torch.ones(0), reduction="sum").item() == 0


def test_nll_targets():
    x = torch.zeros(2, 3)
    raises(IndexError, "Target 3 is out of bounds.", lambda: F.nll_loss(x, torch.tensor([0, 3])))
    raises(IndexError, "Target -1 is out of bounds.", lambda: F.nll_loss(x, torch.tensor([0, -1])))
    words = "expected target dtype to be Long or Byte, but got Float"
    raises(RuntimeError, words, lambda: F.nll_loss(x, torch.tensor([0.0, 1.0])))
    assert np.isnan(F.nll_loss(x, torch.tensor([-100, -100])).item())
    weight = torch.ones(3, requires_grad=True)
    words = (
        "The function 'nll_loss_forward' is not differentiable with respect to argument 'weight'. This input cannot "
        "have requires_grad True."
    )
    raises(RuntimeError, words, lambda: F.nll_loss(x, torch.tensor([0, 1]), weight))


def test_ignored_targets_have_no_gradient():
    x = torch.tensor([[-INF, 1.0], [2.0, 3.0]], requires_grad=True)
    F.nll_loss(x, torch.tensor([-100, 1])).backward()
    assert x.grad.tolist() == [[0, 0], [0, -1]]


def test_probabilities_outside_the_unit_interval():
    words = "all elements of input should be between 0 and 1"
    raises(RuntimeError, words, lambda: F.binary_cross_entropy(torch.tensor([1.5]), torch.ones(1)))
    assert F.binary_cross_entropy(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 0.0])).item() == 100


def test_layer_norm_errors():
    words = "Given normalized_shape=[2], expected input with shape [*, 2], but got input of size[2, 3]"
    raises(RuntimeError, words, lambda: F.layer_norm(torch.ones(2, 3), (2,)))
    words = "mixed dtype (CPU): expect parameter to have scalar type of Float"
    raises(RuntimeError, words, lambda: F.layer_norm(torch.ones(2, 3), (3,), torch.ones(3).double()))


def test_layer_norm_in_half():
    x = torch.tensor([[1.0, 2.0, 4.0]], dtype=torch.float16, requires_grad=True)
    y = F.layer_norm(x, (3,), torch.ones(3), torch.zeros(3))
    y.sum().backward()
    assert y.dtype is x.grad.dtype is torch.float16


def test_embedding():
    w = torch.arange(6.0).reshape(3, 2).requires_grad_()
    F.embedding(torch.tensor([[1, 1], [0, 2]]), w, padding_idx=2).sum().backward()
    assert w.grad.tolist() == [[1, 1], [2, 2], [0, 0]]
    raises(IndexError, "index out of range in self", lambda: F.embedding(torch.tensor([3]), w))
    raises(IndexError, "index out of range in self", lambda: F.embedding(torch.tensor([-1]), w))


def test_max_norm_scales_rows_in_place():
    w = torch.tensor([[3.0, 4.0], [0.3, 0.4]])
    F.embedding(torch.tensor([0, 0, 1]), w, max_norm=1.0)
    np.testing.assert_allclose(w.numpy(), [[0.6, 0.8], [0.3, 0.4]], rtol=1e-6)


def test_one_hot():
    assert ops.one_hot(torch.tensor([0, 2])).tolist() == [[1, 0, 0], [0, 0, 1]]
    words = "Class values must be smaller than num_classes."
    raises(RuntimeError, words, lambda: ops.one_hot(torch.tensor([2]), 2))


def test_gelu_of_many_numbers():
    """Large float32 arrays go a way of their own: as exact as the one of float64, also far from zero."""
    x = np.linspace(-12, 12, 100_001, dtype=np.float32)
    found = []
    for dtype in (torch.float32, torch.float64):
        t = torch.tensor(x, dtype=dtype, requires_grad=True)
        y = torch.nn.functional.gelu(t)
        y.backward(torch.full_like(y, 2.0))
        found.append((y.detach().numpy(), t.grad.numpy()))
    for single, double in zip(*found, strict=True):
        np.testing.assert_allclose(single, double, rtol=2e-6, atol=1e-6)
