"""Losses with margins, likelihoods and the adaptive softmax, against their definitions."""

import math

import numpy as np
import pytest

import rushlight as torch
import rushlight.nn.functional as F
from rushlight import nn

X = [[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]]


def scores():
    return torch.tensor(X, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize("p", [1, 2])
def test_multi_margin(p):
    targets, weight = [2, 0], [1.0, 2.0, 3.0]
    wanted = [
        weight[y] * sum(max(0, 0.7 - row[y] + row[c]) ** p for c in range(3) if c != y) / 3
        for row, y in zip(X, targets)
    ]
    losses = F.multi_margin_loss(
        scores(), torch.tensor(targets), p, 0.7, torch.tensor(weight, dtype=torch.float64), reduction="none"
    )
    assert losses.tolist() == pytest.approx(wanted)
    x = scores()
    assert torch.autograd.gradcheck(lambda x: F.multi_margin_loss(x, torch.tensor(targets), p, 0.7), x)


def test_multilabel_margin():
    targets = [[2, 0, -1], [1, -1, 0]]
    labels = [[2, 0], [1]]  # what comes after -1 does not count
    wanted = [
        sum(max(0, 1 - row[j] + row[i]) for j in ys for i in range(3) if i not in ys) / 3 for row, ys in zip(X, labels)
    ]
    losses = F.multilabel_margin_loss(scores(), torch.tensor(targets), reduction="none")
    assert losses.tolist() == pytest.approx(wanted)
    assert torch.autograd.gradcheck(lambda x: F.multilabel_margin_loss(x, torch.tensor(targets)), scores())


def test_a_target_outside_leaves_no_trace():
    for loss, target in ((F.multi_margin_loss, [0, 3]), (F.multilabel_margin_loss, [[0, 3, 1], [-1, 0, 0]])):
        with pytest.raises(RuntimeError, match="out of range"):
            loss(scores(), torch.tensor(target))


def test_no_second_derivative_of_margins():
    for loss, target in ((F.multi_margin_loss, [0, 2]), (F.multilabel_margin_loss, [[0, -1, 1], [-1, 0, 0]])):
        x = scores()
        (gradient,) = torch.autograd.grad(loss(x, torch.tensor(target)), x, create_graph=True)
        with pytest.raises(RuntimeError, match="_backward is not implemented"):
            gradient.sum().backward()


def test_embeddings():
    a, b = torch.tensor([[3.0, 4.0], [1.0, 0.0]]), torch.tensor([[4.0, 3.0], [2.0, 0.0]])
    losses = F.cosine_embedding_loss(a, b, torch.tensor([1, -1]), margin=0.25, reduction="none")
    assert losses.tolist() == pytest.approx([1 - 24 / 25, 0.75])
    losses = F.hinge_embedding_loss(torch.tensor([0.5, 0.25, 2.0]), torch.tensor([1, -1, -1]), reduction="none")
    assert losses.tolist() == [0.5, 0.75, 0]


def test_triplets():
    anchor, near, far = torch.zeros(1, 2), torch.tensor([[3.0, 4.0]]), torch.tensor([[3.0, 3.0]])
    root = math.sqrt(18)
    assert F.triplet_margin_loss(anchor, near, far).item() == pytest.approx(6 - root)
    assert F.triplet_margin_loss(anchor, near, far, swap=True).item() == pytest.approx(5)
    same = F.triplet_margin_with_distance_loss(anchor, near, far, swap=True)
    assert same.item() == pytest.approx(5)


def test_likelihoods_are_those_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    mean, counts = np.array([0.5, 2.0, 7.0]), np.array([0.0, 2.0, 9.0])
    for log_input in (True, False):
        given = torch.from_numpy(np.log(mean) if log_input else mean)
        losses = F.poisson_nll_loss(given, torch.from_numpy(counts), log_input, full=True, reduction="none")
        np.testing.assert_allclose(
            losses.numpy(), -stats.poisson.logpmf(counts, mean), atol=0.05
        )  # Stirling's approximation
    var = np.array([0.5, 1.0, 2.0])
    losses = F.gaussian_nll_loss(*map(torch.from_numpy, (mean, counts, var)), full=True, reduction="none")
    np.testing.assert_allclose(losses.numpy(), -stats.norm.logpdf(counts, mean, np.sqrt(var)))


def test_the_least_variance_passes_gradients_on():
    var = torch.zeros(1, requires_grad=True)
    F.gaussian_nll_loss(torch.ones(1), torch.ones(1), var, eps=0.5).backward()
    assert var.tolist() == [0]
    assert var.grad.tolist() == [1]


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("rows", [1, 3, 100])
def test_chunks_make_no_difference(reduction, rows):
    torch.manual_seed(0)
    layer, x, target = nn.Linear(4, 9), torch.randn(7, 4, requires_grad=True), torch.tensor([0, 8, 3, 2, 2, 5, 1])
    weight, given = torch.arange(9.0), {"linear_bias": layer.bias, "reduction": reduction, "ignore_index": 3}
    found = []
    for options in (None, nn.LinearCrossEntropyOptions(batch_chunk_size=rows)):
        loss = F.linear_cross_entropy(x, layer.weight, target, weight=weight, options=options, **given)
        found.append([loss, *torch.autograd.grad(loss.sum(), (x, layer.weight, layer.bias), retain_graph=True)])
    for one, other in zip(*found):
        assert torch.allclose(one, other, atol=1e-6)


def test_options_that_do_not_apply():
    x, w, target = torch.ones(2, 3), torch.ones(4, 3), torch.tensor([0, 1])
    options = nn.LinearCrossEntropyOptions()
    with pytest.warns(UserWarning, match="``options`` ignored"):
        smoothed = F.linear_cross_entropy(x, w, target, label_smoothing=0.1, options=options)
    assert smoothed.item() == pytest.approx(math.log(4))
    with pytest.raises(RuntimeError, match="supports float32 acc_dtype"):
        F.linear_cross_entropy(x, w, target, options=nn.LinearCrossEntropyOptions(acc_dtype=torch.float64))
    with pytest.raises(RuntimeError, match="index 4 is out of bounds"):
        F.linear_cross_entropy(x, w, target + 3, options=options)
    for wrong in ({"acc_policy": "x"}, {"chunking_method": "aspect_ratio:0"}, {"batch_chunk_size": 0}):
        with pytest.raises(ValueError, match=r"invalid|must be positive"):
            nn.LinearCrossEntropyOptions(**wrong)
    both = nn.LinearCrossEntropyOptions(batch_chunk_size=7, chunking_method="aspect_ratio")
    with pytest.raises(ValueError, match="pass only one"):
        F.linear_cross_entropy(x, w, target, options=both)


def test_adaptive_softmax_is_a_distribution():
    torch.manual_seed(0)
    model, x = nn.AdaptiveLogSoftmaxWithLoss(16, 10, [2, 5], div_value=2.0), torch.randn(30, 16)
    log_prob = model.log_prob(x)
    assert torch.allclose(log_prob.exp().sum(1), torch.ones(30))
    target = torch.arange(30) % 10
    output, loss = model(x, target)
    assert torch.allclose(output, log_prob.gather(1, target[:, None])[:, 0])
    assert loss.item() == pytest.approx(-output.mean().item())
    one = model(x[3], target[3])
    assert one.output.shape == ()
    assert one.output.item() == pytest.approx(output[3].item())
    assert model.predict(x).equal(log_prob.argmax(1))
    with pytest.raises(RuntimeError, match=r"should be in \[0, 9\], but values in range \[0, 10\]"):
        model(x, torch.arange(30) % 11)


def test_functions_of_torch_reduce_by_number():
    x, y = torch.tensor([0.5, 0.25]), torch.tensor([1.0, -1.0])
    assert torch.hinge_embedding_loss(x, y).tolist() == [0.5, 0.75]
    assert torch.hinge_embedding_loss(x, y, 1.0, 1).item() == 0.625
    assert torch.hinge_embedding_loss(x, y, 1.0, 2).item() == 1.25
    with pytest.raises(TypeError, match=r"argument .reduction. .* must be int, not str"):
        torch.kl_div(x, y, "mean")


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("shape", [(3, 0), (0, 3), (0, 0)])
def test_cross_entropy_of_nothing(shape, smoothing):
    x, target = torch.zeros(shape, requires_grad=True), torch.zeros(shape)
    mean, total = (F.cross_entropy(x, target, reduction=r, label_smoothing=smoothing) for r in ("mean", "sum"))
    assert math.isnan(mean.item()) and total.item() == 0
    (g,) = torch.autograd.grad(mean + total, x)
    assert g.shape == shape
