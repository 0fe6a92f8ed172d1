"""index_reduce and segment_reduce: what samples do not show."""

import numpy as np
import pytest

import rushlight as torch

X = np.array([[1.0, 2.0], [3.0, -4.0], [5.0, 0.5], [2.0, 7.0]])


def doubles(requires_grad=True):
    return torch.tensor(X, requires_grad=requires_grad)


@pytest.mark.parametrize("reduce", ["sum", "mean", "max", "min", "prod"])
@pytest.mark.parametrize("initial", [None, 0.25])
def test_segments_have_second_derivatives(reduce, initial):
    lengths = torch.tensor([3, 0, 1]) if initial is not None or reduce in ("sum", "prod") else torch.tensor([3, 1])
    function = lambda x: torch.segment_reduce(x, reduce, lengths=lengths, initial=initial)
    assert torch.autograd.gradcheck(function, (doubles(),))
    assert torch.autograd.gradgradcheck(function, (doubles(),))


def test_segments_left_out_have_no_gradient():
    x = doubles()
    out = torch.segment_reduce(x, "prod", lengths=torch.tensor([1, 2]), unsafe=True)
    assert out.tolist() == [[1.0, 2.0], [15.0, -2.0]]
    out.sum().backward()
    assert x.grad.tolist() == [[1.0, 1.0], [5.0, 0.5], [3.0, -4.0], [0.0, 0.0]]


def test_segments_of_nothing():
    x = doubles()
    assert torch.segment_reduce(x, "mean", lengths=torch.tensor([0, 4])).isnan().tolist() == [[True] * 2, [False] * 2]
    none = torch.segment_reduce(x, "sum", lengths=torch.tensor([], dtype=torch.int64), unsafe=True)
    assert none.shape == (0, 2)
    none.sum().backward()
    assert not x.grad.any()


def test_ties_share_the_gradient():
    x = torch.tensor([1.0, 3.0, 3.0, float("nan"), 2.0], requires_grad=True)
    torch.segment_reduce(x, "max", lengths=torch.tensor([3, 2])).sum().backward()
    assert x.grad.tolist() == [0.0, 0.5, 0.5, 1.0, 0.0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "Either lengths or offsets must be defined"),
        ({"indices": torch.tensor([1])}, "indices based reduction is not supported yet"),
        ({"lengths": torch.tensor([2, 1])}, "Expected all rows of lengths along axis to sum to"),
        ({"lengths": torch.tensor([5, -1])}, "lengths contains negative value!"),
        ({"lengths": torch.tensor([[2, 2]])}, "Expected axis to be the last dimension of lengths but got 0"),
        ({"offsets": torch.tensor([0, 3, 2])}, "Expected segment_length >= 0"),
    ],
)
def test_segments_refuse(options, words):
    with pytest.raises(RuntimeError, match=words):
        torch.segment_reduce(doubles(), "sum", **options)


@pytest.mark.filterwarnings("ignore:index_reduce")
class TestIndexReduce:
    def test_in_place_and_out(self):
        index, source = torch.tensor([0, 0]), torch.tensor([[2.0, 2.0], [3.0, 5.0]])
        x = torch.ones(2, 2)
        assert x.index_reduce_(0, index, source, "prod") is x
        assert x.tolist() == [[6.0, 10.0], [1.0, 1.0]]
        out = torch.empty(0)
        assert torch.index_reduce(x, 0, index, source, "mean", include_self=False, out=out) is out
        assert out.tolist() == [[2.5, 3.5], [1.0, 1.0]]
        with pytest.raises(RuntimeError, match="Expected out tensor to have dtype float, but got double instead"):
            torch.index_reduce(x, 0, index, source, "mean", out=torch.empty(0, dtype=torch.float64))

    def test_refusals_leave_everything_as_it_was(self):
        x, source = torch.ones(2, 2), torch.ones(2, 2)
        with pytest.raises(IndexError, match="index out of range in self"):
            x.index_reduce_(0, torch.tensor([0, 2]), source, "prod")
        with pytest.raises(RuntimeError, match="to be one of prod, mean, amax or amin but got sum"):
            x.index_reduce_(0, torch.tensor([0, 1]), source, "sum")
        with pytest.raises(RuntimeError, match=r"Number of indices \(1\) should be equal to source.size\(dim\): \(2\)"):
            x.index_reduce_(0, torch.tensor([0]), source, "prod")
        assert x.tolist() == [[1.0, 1.0], [1.0, 1.0]]
        assert x._version == 0


def test_index_reduce_says_that_it_is_in_beta():
    torch.set_warn_always(True)
    try:
        with pytest.warns(UserWarning, match="index_reduce\\(\\) is in beta"):
            torch.ones(1).index_reduce(0, torch.tensor([0]), torch.ones(1), "amax")
    finally:
        torch.set_warn_always(False)


@pytest.mark.parametrize("name", ["scatter_reduce", "index_reduce"])
def test_what_is_infinite_and_loses_has_no_gradient(name):
    x = torch.tensor([0.5, 1.0], requires_grad=True)
    source = torch.tensor([-1.0, -np.inf, 2.0], requires_grad=True)
    out = getattr(x, name)(0, torch.tensor([0, 0, 1]), source, "amax")
    out.sum().backward()
    assert x.grad.tolist() == [1, 0] and source.grad.tolist() == [0, 0, 1]
    assert not np.signbit(source.grad.numpy()).any()


def test_a_grid_of_nearest_places_has_a_gradient_of_zeros():
    grid = torch.tensor([[[[-0.5, 0.9], [0.2, -0.3]]]], requires_grad=True)
    pictures = torch.arange(9.0).reshape(1, 1, 3, 3)
    torch.nn.functional.grid_sample(pictures, grid, mode="nearest", align_corners=False).sum().backward()
    assert not grid.grad.any() and not np.signbit(grid.grad.numpy()).any()
