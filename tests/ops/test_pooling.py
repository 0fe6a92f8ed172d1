"""Pooling beyond samples: where gradients of equal elements and of NaN go, shapes, in and out of place."""

import numpy as np
import pytest

import rushlight as torch

F = torch.nn.functional


def close(a, b):
    np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-5)


def grad_of(call, x):
    x = torch.tensor(x, requires_grad=True)
    call(x).sum().backward()
    return x.grad.tolist()


@pytest.mark.parametrize("indices", [False, True])
def test_the_first_of_equals_takes_the_gradient(indices):
    def pool(x):
        out = F.max_pool2d(x, 2, return_indices=indices)
        return out[0] if indices else out

    assert grad_of(pool, [[[1.0, 1.0], [1.0, 1.0]]]) == [[[1.0, 0.0], [0.0, 0.0]]]
    assert grad_of(pool, [[[0.0, 2.0], [1.0, 2.0]]]) == [[[0.0, 1.0], [0.0, 0.0]]]
    assert grad_of(pool, [[[float("nan"), 2.0], [1.0, float("nan")]]]) == [[[0.0, 0.0], [0.0, 1.0]]]


def test_an_infinite_gradient_stays_where_it_belongs():
    x = torch.tensor([[[1.0, 2.0], [3.0, 0.0]]], requires_grad=True)
    F.max_pool2d(x, 2).backward(torch.tensor([[[float("inf")]]]))
    assert x.grad.tolist() == [[[0.0, 0.0], [float("inf"), 0.0]]]


def test_overlapping_windows_add_their_gradients():
    assert grad_of(lambda x: F.max_pool1d(x, 3, 1), [[0.0, 1.0, 5.0, 1.0, 0.0]]) == [[0.0, 0.0, 3.0, 0.0, 0.0]]
    assert grad_of(lambda x: F.avg_pool1d(x, 2, 1), [[0.0, 1.0, 5.0]]) == [[0.5, 1.0, 0.5]]


def test_result_is_no_view_of_the_input():
    x = torch.ones(1, 2, 2)
    for out in (F.max_pool2d(x, 1), F.avg_pool2d(x, 1), F.adaptive_avg_pool2d(x, 2), F.unfold(x, 1)):
        out.zero_()
    assert x.sum() == 4


def test_infinities_do_not_spread_in_adaptive_means():
    x = torch.tensor([[1.0, float("inf"), 3.0, 5.0, 7.0]])
    assert F.adaptive_avg_pool1d(x, 2).tolist() == [[float("inf"), 5.0]]


def test_fractional_windows_repeat_with_the_seed():
    x = torch.arange(49.0).reshape(1, 7, 7)
    torch.manual_seed(3)
    first = F.fractional_max_pool2d(x, 2, output_size=4)
    torch.manual_seed(3)
    assert torch.equal(first, F.fractional_max_pool2d(x, 2, output_size=4))
    assert first[0, -1, -1] == 48  # the last window ends with the input


def test_unpool_and_fold_are_transposes():
    x = torch.randn(2, 3, 6, 6, dtype=torch.float64)
    values, indices = F.max_pool2d(x, 2, return_indices=True)
    close(F.max_unpool2d(values, indices, 2).sum(), values.sum())
    columns = F.unfold(x, 3, padding=1)
    g = torch.randn(tuple(columns.shape), dtype=torch.float64)
    close((columns * g).sum(), (F.fold(g, (6, 6), 3, padding=1) * x).sum())


def test_bad_input_raises_where_it_is_given():
    x = torch.ones(1, 4, 4)
    for call, words in [
        (lambda: F.max_pool2d(x, 2, padding=2), "pad should be at most half"),
        (lambda: F.max_pool2d(x, 5), "Output size is too small"),
        (lambda: F.avg_pool2d(x, 2, stride=0), "stride should not be zero"),
        (lambda: F.max_unpool2d(x[:, :1, :1], torch.tensor([[[4]]]), 2), "Found an invalid max index: 4"),
        (lambda: F.fold(torch.ones(1, 5, 9), (4, 4), 2), "divisible by the product of kernel_size"),
    ]:
        with pytest.raises(RuntimeError, match=words):
            call()
    assert np.all(x.numpy() == 1)


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_activations_may_be_written_into_maxima(ndim):
    x = torch.arange(-8.0, 8.0).reshape(1, *{1: (1, 16), 2: (1, 4, 4), 3: (2, 2, 2, 2)}[ndim])
    gradients = []
    for inplace in (True, False):
        leaf = x.clone().requires_grad_()
        F.relu(getattr(F, f"max_pool{ndim}d")(leaf * 1, 2), inplace=inplace).square().sum().backward()
        gradients.append(leaf.grad)
    assert torch.equal(*gradients) and gradients[0].any()


def test_maxima_are_found_again_in_what_was_pooled():
    x = torch.arange(16.0).reshape(1, 4, 4).requires_grad_() * 1
    out = F.max_pool2d(x, 2)
    with torch.no_grad():
        x.neg_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.sum().backward()
