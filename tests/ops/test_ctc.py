"""Connectionist temporal classification against its definition, and what it refuses."""

import itertools

import numpy as np
import pytest

import rushlight as torch
import rushlight.nn.functional as F


def collapsed(path, blank):
    """What a path through the classes reads: repetitions once, blanks not at all."""
    return [label for label, _ in itertools.groupby(path) if label != blank]


def by_definition(log_probs, target, blank):
    """Minus the logarithm of the probability of all paths that read the target."""
    frames, classes = log_probs.shape
    paths = itertools.product(range(classes), repeat=frames)
    return -np.logaddexp.reduce(
        [sum(log_probs[t, c] for t, c in enumerate(path)) for path in paths if collapsed(path, blank) == target]
        or [-np.inf]
    )


@pytest.fixture
def log_probs():
    rng = np.random.default_rng(0)
    return torch.from_numpy(rng.normal(size=(5, 3, 3))).log_softmax(-1)


@pytest.mark.parametrize("blank", [0, 2])
@pytest.mark.parametrize("target", [[1], [1, 1], [1, 1, 1], [], [1, 1, 1, 1]])
def test_by_definition(log_probs, target, blank):
    targets = torch.tensor([target] * 3, dtype=torch.int64).reshape(3, len(target))
    frames = (5, 4, 1)
    losses = F.ctc_loss(log_probs, targets, frames, (len(target),) * 3, blank, "none")
    wanted = [by_definition(log_probs[:n, i].numpy(), target, blank) for i, n in enumerate(frames)]
    np.testing.assert_allclose(losses.numpy(), wanted)


def test_layouts_and_kinds_of_lengths_agree(log_probs):
    targets, counts = torch.tensor([[1, 2], [2, 0], [1, 1]]), (2, 1, 2)
    padded = F.ctc_loss(log_probs, targets, (5, 5, 4), counts)
    for labels in (torch.tensor([1, 2, 2, 1, 1]), targets.to(torch.int32), targets.double()):
        assert F.ctc_loss(log_probs, labels, torch.tensor([5, 5, 4]), torch.tensor(counts)).item() == padded.item()
    each = F.ctc_loss(log_probs, targets, (5, 5, 4), counts, reduction="none")
    assert padded.item() == pytest.approx((each / torch.tensor(counts)).mean().item())
    assert F.ctc_loss(log_probs[:4, 2], targets[2], (4,), (2,), reduction="sum").item() == pytest.approx(each[2].item())


def test_what_is_beyond_the_lengths_does_not_count(log_probs):
    x, target = log_probs.detach().requires_grad_(), torch.tensor([[1, 2], [1, 77], [2, -1]])
    F.ctc_loss(x, target, (5, 3, 0), (2, 1, 0), reduction="sum").backward()
    assert not x.grad[3:, 1].any()
    assert not x.grad[:, 2].any()
    assert x.grad[:, 0].all()


def test_no_path(log_probs):
    x, target = log_probs.detach().requires_grad_(), torch.tensor([[1, 1]] * 3)
    losses = F.ctc_loss(x, target, (2, 3, 5), (2, 2, 2), reduction="none")
    assert losses.isinf().tolist() == [True, False, False]
    (gradient,) = torch.autograd.grad(losses.sum(), x)
    assert gradient[:2, 0].isnan().all()
    losses = F.ctc_loss(x, target, (2, 3, 5), (2, 2, 2), reduction="none", zero_infinity=True)
    (again,) = torch.autograd.grad(losses.sum(), x)
    assert losses[0].item() == 0
    assert not again[:, 0].any()
    assert again[:, 1:].equal(gradient[:, 1:])


def test_an_impossible_class_has_no_gradient():
    logits = torch.randn(4, 1, 3, dtype=torch.float64)
    logits[:, :, 2] = -float("inf")
    logits.requires_grad_()
    F.ctc_loss(logits.log_softmax(-1), torch.tensor([[1, 1]]), (4,), (2,)).backward()
    assert logits.grad.isfinite().all()
    assert not logits.grad[:, :, 2].any()


def test_no_second_derivative(log_probs):
    x = log_probs.detach().requires_grad_()
    loss = F.ctc_loss(x, torch.tensor([[1], [1], [2]]), (5, 5, 5), (1, 1, 1))
    (gradient,) = torch.autograd.grad(loss, x, create_graph=True)
    with pytest.raises(RuntimeError, match="derivative for aten::_ctc_loss_backward is not implemented"):
        gradient.sum().backward()


@pytest.mark.parametrize(("changed", "kind", "words"), [
    ({"blank": 3}, RuntimeError, "blank must be in label range"),
    ({"input_lengths": (6, 5, 5)}, RuntimeError, "value at most 5, but got value 6"),
    ({"input_lengths": (5, 5)}, RuntimeError, "input_lengths must be of size batch_size"),
    ({"target_lengths": (-1, 1, 1)}, RuntimeError, "value at least 0, but got value -1"),
    ({"target_lengths": (3, 1, 1)}, RuntimeError, "size at least 3 at dimension 1, but got size 2"),
    ({"input_lengths": torch.tensor([5.0, 5, 5]), "target_lengths": torch.tensor([1, 1, 1])}, RuntimeError, "integral"),
    ({"target_lengths": [1.0, 1, 1]}, TypeError, "invalid combination of arguments"),
    ({"targets": torch.tensor([[3, 1]] * 3)}, IndexError, "Target 3 is out of bounds"),
    ({"targets": torch.tensor([1, 2])}, RuntimeError, "size 3 at dimension 0, but got size 2"),
    ({"targets": torch.ones(1, 1, 1)}, RuntimeError, "Expected 1 to 2 dimensions"),
    ({"log_probs": torch.zeros(5, 3, 3, dtype=torch.float16)}, NotImplementedError, "Half"),
    ({"log_probs": torch.zeros(0, 3, 3)}, RuntimeError, "must not be empty"),
    ({"reduction": "all"}, ValueError, "all is not a valid value"),
])  # fmt: skip
def test_refused(log_probs, changed, kind, words):
    given = {
        "log_probs": log_probs,
        "targets": torch.tensor([[1, 2]] * 3),
        "input_lengths": (5, 5, 5),
        "target_lengths": (1, 1, 1),
    }
    with pytest.raises(kind, match=words):
        F.ctc_loss(**{**given, **changed})
