"""torch.masked: what its functions give where masks leave something, and where they leave nothing."""

import math

import pytest

import rushlight as torch

ROWS = [[1.0, 2.0, -3.0], [4.0, 5.0, 6.0]]
MASK = torch.tensor([[True, False, True], [False, False, False]])
LIKE = pytest.approx


def rows(requires_grad=False):
    return torch.tensor(ROWS, dtype=torch.float64, requires_grad=requires_grad)


@pytest.mark.parametrize(
    ("name", "kept", "nothing"),
    [
        ("sum", -2.0, 0.0), ("prod", -3.0, 1.0), ("amax", 1.0, -math.inf), ("amin", -3.0, math.inf), ("mean", -1.0, math.nan),
        ("median", -3.0, math.nan), ("var", 8.0, math.nan), ("std", math.sqrt(8), math.nan), ("norm", math.sqrt(10), 0.0),
        ("logsumexp", math.log(math.exp(1) + math.exp(-3)), -math.inf), ("argmax", 0.0, 0.0), ("argmin", 2.0, 0.0),
    ],
)  # fmt: skip
def test_reductions(name, kept, nothing):
    function = getattr(torch.masked, name)
    result = function(rows(), dim=1, mask=MASK)
    assert result.tolist() == LIKE([kept, nothing], nan_ok=True)
    assert function(rows(), dim=1, keepdim=True, mask=MASK).shape == (2, 1)
    assert result.dtype is torch.float64


@pytest.mark.parametrize("name", ["cumsum", "cumprod", "softmax", "log_softmax", "softmin"])
def test_scans_and_softmaxes_are_those_of_what_is_kept(name):
    x = rows()
    result = getattr(torch.masked, name)(x, 1, mask=MASK)
    expected = getattr(torch, name, torch.nn.functional.softmin if name == "softmin" else None)(x[0, [0, 2]], 0)
    assert result[0, [0, 2]].tolist() == LIKE(expected.tolist())


def test_normalize():
    result = torch.masked.normalize(rows(), 2.0, 1, mask=MASK)
    assert result.tolist() == [LIKE([1 / math.sqrt(10), 0.0, -3 / math.sqrt(10)]), [0.0, 0.0, 0.0]]


def test_logaddexp():
    x, y = torch.tensor([-100.0, -200.0, -300.0]), torch.tensor([-1.0, -2.0, -3.0])
    mask = torch.tensor([True, False, True])
    assert torch.masked.logaddexp(x, y, input_mask=mask, other_mask=mask).tolist() == [-1.0, -math.inf, -3.0]


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "var", "norm", "logsumexp", "amax", "softmax", "cumsum", "normalize"])
def test_gradients_are_zero_where_masked_out(name):
    function, mask = getattr(torch.masked, name), torch.tensor([[True, False, True], [True, True, False]])
    arguments = {"normalize": (2.0, 1), "norm": (2.0, 1)}.get(name, (1,))

    def kept(x):
        result = function(x, *arguments, mask=mask)
        return result[mask] if result.shape == mask.shape else result

    x = rows(requires_grad=True)
    assert torch.autograd.gradcheck(kept, (x,))
    assert torch.autograd.gradgradcheck(kept, (x,))
    kept(x).sum().backward()
    assert not x.grad[~mask].any()


def test_without_a_mask_every_element_counts():
    x = rows()
    for name in ("sum", "mean", "amax", "amin", "var", "std", "norm", "logsumexp"):
        expected = getattr(torch, name)(x) if name != "logsumexp" else torch.logsumexp(x, (0, 1))
        assert getattr(torch.masked, name)(x).item() == LIKE(expected.item())


def test_masks_broadcast():
    assert torch.masked.sum(rows(), 1, mask=torch.tensor([True, False, True])).tolist() == [-2.0, 10.0]
    assert torch.masked.sum(rows(), 1, mask=torch.tensor([[True], [False]])).tolist() == [0.0, 0.0]
    assert torch.masked.sum(rows(), 1, mask=torch.tensor([[1, 0, 2], [0, 0, 0]])).tolist() == [-2.0, 0.0]
    with pytest.raises(IndexError, match="mask dimensionality higher than of the input"):
        torch.masked.sum(rows(), mask=torch.ones(1, 2, 3, dtype=torch.bool))


def test_integers():
    x = torch.tensor([[1, 2], [3, 4]], dtype=torch.int32)
    assert torch.masked.sum(x).dtype is torch.int64
    assert torch.masked.cumsum(x, 0).dtype is torch.int32
    assert torch.masked.amax(x, 0, mask=torch.tensor([[False], [False]])).tolist() == [-(2**31)] * 2
    with pytest.raises(ValueError, match="Could not infer output dtype"):
        torch.masked.mean(x)
    with pytest.raises(ValueError, match="no fully masked out rows"):
        torch.masked.median(x, 1, mask=torch.tensor([[True], [False]]))
    with pytest.raises(NotImplementedError, match=r"identity of amax on torch\.bool input"):
        torch.masked.amax(x > 1, mask=x > 1)


def test_dimensions():
    with pytest.raises(IndexError, match=r"expected to be in range of \[-2, 1\], but got 2"):
        torch.masked.sum(rows(), 2)
    with pytest.raises(RuntimeError, match="dim=0 appears multiple times"):
        torch.masked.sum(rows(), (0, 0))
    assert torch.masked.sum(torch.tensor(2.0), 0).item() == 2
