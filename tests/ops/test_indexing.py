"""Indices: what they give, where they write, how they fail. Against NumPy where its rules are torch's."""

import numpy as np
import pytest

import rushlight as torch


@pytest.fixture
def x():
    return torch.arange(24.0).reshape(2, 3, 4).clone()


INDICES = [
    0, -1, (0, 1), (0, 1, 2), slice(None), slice(0, 1), (slice(None), slice(1, None, 2)), None, ..., (..., 0), (0, ..., None),
    [0, 1, 1], ([0, 1], [2, 1]), (slice(None), [0, 2]), ([0, 1], slice(None), [0, 1]), (0, [1, 1]), ([1, 0], None, [0, 1]),
    (np.array([[0, 1], [1, 1]]),), np.array([True, False]), (slice(None), np.array([True, False, True])), True, False,
]  # fmt: skip


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_reading_as_numpy(x, index):
    np.testing.assert_array_equal(x[index].numpy(), x.numpy()[index])


@pytest.mark.parametrize("index", INDICES, ids=str)
@pytest.mark.parametrize("recorded", [False, True])
def test_writing_as_numpy(x, index, recorded):
    wanted = x.numpy().copy()
    wanted[index] = -1
    if recorded:
        x.requires_grad_()
        x = x * 1
    x[index] = -1
    np.testing.assert_array_equal(x.detach().numpy(), wanted)
    assert x._version == (index is not False)


def test_masks(x):
    mask = x > 20
    assert x[mask].tolist() == [21, 22, 23]
    x[mask] = torch.tensor([1.0, 2.0, 3.0])
    assert x[1, 2].tolist() == [20, 1, 2, 3]
    x[mask] = 0
    assert x[1, 2].tolist() == [20, 0, 0, 0]
    assert x.masked_select(x > 19).tolist() == [20]


def test_values_are_cast_and_broadcast(x):
    i = torch.zeros(2, 3, dtype=torch.int64)
    i[0] = 1.7
    i[1] = torch.tensor([1.2, 2.9, -3.9])
    assert i.tolist() == [[1, 1, 1], [1, 2, -3]]
    x[0] = torch.tensor([[[1.0, 2.0, 3.0, 4.0]]])
    assert x[0].tolist() == [[1, 2, 3, 4]] * 3


def test_gradients_of_repeated_indices():
    x = torch.zeros(3, requires_grad=True)
    (x[[0, 0, 2]] * torch.tensor([1.0, 10.0, 100.0])).sum().backward()
    assert x.grad.tolist() == [11, 0, 100]


def test_a_later_write_to_the_index_does_not_reach_the_gradient():
    x = torch.zeros(3, requires_grad=True)
    i = torch.tensor([0, 1])
    y = x[i]
    i.fill_(2)
    y.sum().backward()
    assert x.grad.tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    ("index", "error", "words"),
    [
        (5, IndexError, "index 5 is out of bounds for dimension 0 with size 2"),
        ((0, 5), IndexError, "index 5 is out of bounds for dimension 1 with size 3"),
        ([0, 7], IndexError, "index 7 is out of bounds for dimension 0 with size 2"),
        ((0, 0, 0, 0), IndexError, "too many indices for tensor of dimension 3"),
        (slice(None, None, -1), ValueError, "step must be greater than zero"),
        (
            1.5,
            IndexError,
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices",
        ),
        (
            ([0, 1], [0, 1, 2]),
            IndexError,
            "shape mismatch: indexing tensors could not be broadcast together with shapes",
        ),
        (
            np.array([True, False, True]),
            IndexError,
            "The shape of the mask [3] at index 0 does not match the shape of the",
        ),
    ],
)
@pytest.mark.parametrize("write", [False, True])
def test_errors(x, index, error, words, write):
    with pytest.raises(error) as caught:
        x.__setitem__(index, 1.0) if write else x[index]
    assert str(caught.value).startswith(words)
    np.testing.assert_array_equal(x.numpy(), np.arange(24.0).reshape(2, 3, 4))
    assert x._version == 0


@pytest.mark.parametrize("value", [[1, 2, 3, 4], np.arange(4), "a", None, object()])
def test_only_numbers_and_tensors_are_assigned(x, value):
    with pytest.raises(TypeError, match=r"can't assign a [\w.]+ to a torch.FloatTensor"):
        x[0] = value


def test_a_number_too_large_is_not_assigned():
    x = torch.zeros(2)
    with pytest.raises(RuntimeError, match="value cannot be converted to type float without overflow"):
        x[0] = 1e300
    assert x.tolist() == [0, 0]


def test_lists_of_lists_warn_that_they_are_taken_for_tuples(x):
    with pytest.warns(
        UserWarning, match="Using a non-tuple sequence for multidimensional indexing is deprecated"
    ) as caught:
        assert x[[[0, 1], [0, 1]]].shape == (2, 4)
    assert caught[0].filename == __file__


def test_scatter_and_gather(x):
    i = torch.tensor([[0, 2, 0, 1]])
    y = torch.zeros(3, 4).scatter_add(0, i, torch.ones(1, 4)).scatter(0, torch.tensor([[1]]), 5.0)
    assert y.tolist() == [[1, 0, 1, 0], [5, 0, 0, 1], [0, 1, 0, 0]]
    assert y.gather(0, i).tolist() == [[1, 1, 1, 1]]
    assert y.take(torch.tensor([4, -1])).tolist() == [5, 0]
    with pytest.raises(RuntimeError, match="index 11 is out of bounds for dimension 0 with size 3"):
        y.gather(0, i + 9 * (i == 2))
    with pytest.raises(RuntimeError, match=r"scatter\(\): Expected self.dtype to be equal to src.dtype"):
        y.scatter(0, i, torch.ones(1, 4, dtype=torch.float64))


def test_places():
    x = torch.tensor([[0, 3], [5, 0]])
    assert x.nonzero().tolist() == [[0, 1], [1, 0]]
    assert [i.tolist() for i in x.nonzero(as_tuple=True)] == [[0, 1], [1, 0]]
    assert torch.nonzero(torch.tensor(1)).shape == (1, 0)
