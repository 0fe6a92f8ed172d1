"""nn.functional: losses and layers against their definitions, and what they refuse."""

import math

import pytest

import rushlight as torch
import rushlight.nn.functional as F
from rushlight import nn

gradcheck = torch.autograd.gradcheck

X = [[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]]


def logits():
    return torch.tensor(X, requires_grad=True)


def test_cross_entropy_of_classes():
    target = torch.tensor([2, 0])
    log_probs = [row[c] - math.log(sum(map(math.exp, row))) for row, c in zip(X, (2, 0), strict=True)]
    assert F.cross_entropy(logits(), target).item() == pytest.approx(-sum(log_probs) / 2)
    weight = torch.tensor([1.0, 2.0, 3.0])
    weighted = -(3 * log_probs[0] + log_probs[1])
    assert F.cross_entropy(logits(), target, weight, reduction="sum").item() == pytest.approx(weighted)
    assert F.cross_entropy(logits(), target, weight).item() == pytest.approx(weighted / 4)
    ignored = F.cross_entropy(logits(), target, ignore_index=0, reduction="none")
    assert ignored.tolist() == pytest.approx([-log_probs[0], 0])


def test_cross_entropy_of_probabilities_is_that_of_classes():
    classes = torch.tensor([2, 0])
    onehot = torch.eye(3)[classes]
    for smoothing in (0.0, 0.3):
        hard = F.cross_entropy(logits(), classes, label_smoothing=smoothing)
        soft = F.cross_entropy(logits(), onehot, label_smoothing=smoothing)
        assert hard.item() == pytest.approx(soft.item())


def test_spatial_losses_are_those_of_rows():
    x = torch.randn(2, 4, 3, 5)
    y = torch.randint(0, 4, (2, 3, 5))
    rows, classes = x.permute(0, 2, 3, 1).reshape(-1, 4), y.reshape(-1)
    for shape in ((2, 4, 3, 5), (2, 4, 15), (2, 4, 3, 5, 1)):
        target = y.reshape(shape[0], *shape[2:])
        loss = F.cross_entropy(x.reshape(shape), target, reduction="none")
        assert loss.shape == target.shape
        assert torch.allclose(loss.reshape(-1), F.cross_entropy(rows, classes, reduction="none"))


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
def test_regression_losses(name):
    torch.manual_seed(0)
    x, y = torch.randn(4, 3, dtype=torch.float64, requires_grad=True), torch.randn(4, 3, dtype=torch.float64)
    loss = getattr(F, name)
    each = loss(x, y, reduction="none")
    assert torch.allclose(loss(x, y), each.mean()) and torch.allclose(loss(x, y, reduction="sum"), each.sum())
    assert gradcheck(lambda x: loss(x, y), (x,))
    weight = torch.rand(4, 3, dtype=torch.float64)
    weighted = loss(x, y, reduction="sum", weight=weight) if name != "smooth_l1_loss" else (each * weight).sum()
    assert torch.allclose(weighted, (each * weight).sum())


def test_bce_agrees_with_bce_of_logits():
    x, y = torch.tensor([0.3, -1.0, 4.0], requires_grad=True), torch.tensor([0.0, 1.0, 0.25])
    assert torch.allclose(F.binary_cross_entropy(x.sigmoid(), y), F.binary_cross_entropy_with_logits(x, y))
    far = torch.tensor([1000.0, -1000.0])
    assert F.binary_cross_entropy_with_logits(far, torch.tensor([1.0, 0.0])).item() == 0


def test_kl_div():
    p, q = torch.tensor([[0.5, 0.5]]), torch.tensor([[0.9, 0.1]])
    divergence = 0.9 * math.log(0.9 / 0.5) + 0.1 * math.log(0.1 / 0.5)
    assert F.kl_div(p.log(), q, reduction="batchmean").item() == pytest.approx(divergence)
    assert F.kl_div(p.log(), q.log(), reduction="sum", log_target=True).item() == pytest.approx(divergence)
    with pytest.warns(UserWarning, match="'batchmean' divides only by the batch size"):
        F.kl_div(p.log(), q)


def test_sizes_that_differ():
    with pytest.warns(UserWarning, match=r"Using a target size \(torch.Size\(\[2\]\)\) that is different"):
        assert F.mse_loss(torch.ones(3, 2), torch.zeros(2)).item() == 1
    with pytest.raises(ValueError, match=r"Target size \(torch.Size\(\[3\]\)\) must be the same as input size"):
        F.binary_cross_entropy_with_logits(torch.ones(2), torch.ones(3))
    with pytest.raises(ValueError, match=r"Expected input batch_size \(2\) to match target batch_size \(3\)"):
        F.cross_entropy(torch.ones(2, 3), torch.tensor([0, 1, 2]))
    with pytest.raises(IndexError, match="Target 3 is out of bounds"):
        F.cross_entropy(torch.ones(2, 3), torch.tensor([0, 3]))
    with pytest.raises(ValueError, match="Weights and input must have the same size"):
        F.l1_loss(torch.ones(2), torch.ones(2), weight=torch.ones(3))


def test_reductions():
    with pytest.raises(ValueError, match="nope is not a valid value for reduction"):
        F.mse_loss(torch.ones(2), torch.ones(2), reduction="nope")
    with pytest.warns(UserWarning, match="please use reduction='sum' instead"):
        assert F.mse_loss(torch.ones(2), torch.zeros(2), size_average=False).item() == 2
    with pytest.warns(UserWarning, match="please use reduction='none' instead"):
        assert nn.MSELoss(reduce=False).reduction == "none"


def test_softmax_without_a_dimension_warns_where_it_is_called():
    with pytest.warns(UserWarning, match="Implicit dimension choice for softmax has been deprecated") as caught:
        assert nn.Softmax()(torch.zeros(2, 4))[0].tolist() == [0.25] * 4
    assert caught[0].filename == __file__


def test_dropout():
    torch.manual_seed(3)
    assert F.dropout(torch.ones(8), 0.5).tolist() == [2, 2, 0, 2, 0, 0, 2, 2]
    x = torch.ones(5)
    assert F.dropout(x, 0.5, training=False) is x
    assert F.dropout(x, 0.5, inplace=True) is x
    with pytest.raises(ValueError, match="dropout probability has to be between 0 and 1, but got"):
        F.dropout(x, 1.5)


def test_embedding():
    table = nn.Embedding(4, 2, padding_idx=0)
    table(torch.tensor([[0, 1], [1, 3]])).sum().backward()
    assert table.weight.grad.tolist() == [[0, 0], [2, 2], [0, 0], [1, 1]]
    with pytest.raises(IndexError, match="index out of range in self"):
        table(torch.tensor([4]))
    short = nn.Embedding.from_pretrained(torch.tensor([[3.0, 4.0], [6.0, 8.0]]), max_norm=1.0)
    assert short(torch.tensor([0])).flatten().tolist() == pytest.approx([0.6, 0.8], abs=1e-5)
    assert short.weight.tolist()[1] == [6, 8]


def test_layer_norm():
    x = torch.randn(4, 3, 2, dtype=torch.float64, requires_grad=True)
    layer = nn.LayerNorm((3, 2), dtype=torch.float64)
    y = layer(x).reshape(4, -1)
    assert torch.allclose(y.mean(1), torch.zeros(4, dtype=torch.float64), atol=1e-7)
    assert torch.allclose(y.var(1, correction=0), torch.ones(4, dtype=torch.float64), atol=1e-2)
    assert gradcheck(layer, (x,))
    rms = nn.RMSNorm((3, 2), dtype=torch.float64)
    assert torch.allclose(rms(x).square().mean((1, 2)), torch.ones(4, dtype=torch.float64))
    assert gradcheck(rms, (x,))
    with pytest.raises(RuntimeError, match=r"expected input with shape \[\*, 3, 2\]"):
        layer(torch.ones(4, 3, dtype=torch.float64))


@pytest.mark.parametrize("shape", [(4,), (2, 4), (2, 3, 4)])
def test_linear_and_bilinear(shape):
    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    for layer in (nn.Linear(4, 3, dtype=torch.float64), nn.Linear(4, 3, bias=False, dtype=torch.float64)):
        product = x @ layer.weight.T
        assert torch.allclose(layer(x), product if layer.bias is None else product + layer.bias)
        assert gradcheck(layer, (x,))
    both = nn.Bilinear(4, 4, 2, dtype=torch.float64)
    assert torch.allclose(both(x, x), torch.einsum("...i,oij,...j->...o", x, both.weight, x) + both.bias)
