"""Views and in-place operations: histories, versions, errors that leave everything as it was, no reference cycles."""

import gc
import weakref

import numpy as np
import pytest

import rushlight as torch

NO_GRAD_VIEW = "A view was created in no_grad mode and {} modified inplace with grad mode enabled."
MULTI_VIEW = "Output {} of {} is a view and {} modified inplace. This view is the output of a function"
DIRECTLY, INDIRECTLY = "is being", "its base or another view of its base has been"


@pytest.fixture
def x():
    return torch.ones(3, 2, requires_grad=True)


def names(t):
    return [None if node is None else type(node).__name__ for node, _ in t.grad_fn.next_functions]


def gradient(out, *inputs):
    return [
        None if g is None else g.tolist()
        for g in torch.autograd.grad(out.sum(), inputs, retain_graph=True, allow_unused=True)
    ]


# Histories.


def test_a_write_to_a_view_rewrites_the_history_of_its_base(x):
    y = x * 2
    view = y[0]
    view.mul_(3)
    assert type(y.grad_fn).__name__ == "CopySlices"
    assert y.grad_fn.name() == "torch::autograd::CopySlices"
    assert names(y) == ["MulBackward0", None]
    assert type(view.grad_fn).__name__ == "AsStridedBackward0"
    assert names(view) == ["CopySlices"]
    assert y.tolist() == [[6, 6], [2, 2], [2, 2]]
    assert gradient(y, x) == [[[6, 6], [2, 2], [2, 2]]]


def test_views_of_a_written_base_get_a_new_node(x):
    y = x * 2
    view = y[:, 1]
    before = view.grad_fn
    y.mul_(5)
    assert type(before).__name__ == "SelectBackward0"
    assert type(view.grad_fn).__name__ == "AsStridedBackward0"
    assert names(view) == ["MulBackward0"]
    assert gradient(view, x) == [[[0, 10]] * 3]


def test_a_view_of_a_view_writes_through_to_the_base(x):
    y = x * 2
    inner = y[0:2].t()[1]
    inner.exp_()
    assert inner._base is y
    np.testing.assert_allclose(gradient(y, x), [[[2, 2 * np.e**2], [2, 2 * np.e**2], [2, 2]]], rtol=1e-6)


def test_what_a_value_needs_enters_the_base_of_a_view(x):
    y = torch.zeros(3, 2)
    y[1] = x[0]
    assert y.requires_grad
    assert names(y) == [None, "SelectBackward0"]
    assert gradient(y, x) == [[[1, 1], [0, 0], [0, 0]]]


def test_several_writes_in_a_row(x):
    y = x * 1
    first, second = y[0], y[:, 0]
    first.mul_(2)
    second.mul_(3)
    y.mul_(4)
    assert gradient(first.sum() + 10 * second.sum() + 100 * y.sum(), x) == [
        [[24 + 240 + 2400, 8 + 800], [1320, 400], [1320, 400]]
    ]


def test_a_view_whose_steps_cannot_be_views_of_the_gradient(x):
    # The flat view of a transposed tensor is a view there, but a copy on a gradient in ordinary order.
    y = x.t().contiguous().t() * 1
    y.t().view(-1)[1:3].mul_(5)
    assert y.tolist() == [[1, 1], [5, 1], [5, 1]]
    assert gradient(y, x) == [[[1, 1], [5, 1], [5, 1]]]


def test_second_derivatives_pass_through_a_write():
    x = torch.tensor([0.3, 0.7], dtype=torch.float64, requires_grad=True)
    w = torch.tensor([2.0, 3.0], dtype=torch.float64, requires_grad=True)

    def written(x, w):
        y = x * x
        y[0].mul_(w[0])
        y.view(2, 1).mul_(w[:, None])
        y[1:].exp_()
        return y

    assert torch.autograd.gradcheck(written, (x, w))
    assert torch.autograd.gradgradcheck(written, (x, w))


@pytest.mark.parametrize("write", ["sin_", "log_", "exp_", "tanh_", "sqrt_", "reciprocal_", "square_"])
def test_an_operation_in_place_keeps_what_its_derivative_needs(write):
    x = torch.tensor([0.3, 0.7], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: getattr(x * 1, write)(), x)

    def on_a_view(x):
        y = x * 1
        getattr(y[1:], write)()
        return y

    assert torch.autograd.gradcheck(on_a_view, x)


def test_operations_without_derivative_end_the_history(x):
    y = (x * 2).ge_(1)
    assert type(y.grad_fn).__name__ == "GeBackward0"
    assert gradient(y, x) == [[[0, 0]] * 3]


def test_retained_gradients_follow_a_write(x):
    y = x * 2
    y.retain_grad()
    y[0].mul_(3)
    y.sum().backward()
    assert y.grad.tolist() == [[1, 1]] * 3
    z = x * 2
    view = z[0]
    view.retain_grad()
    z.mul_(3)
    view.sum().backward()
    assert view.grad.tolist() == [1, 1]
    assert view.retains_grad


def test_hooks_stay_with_the_history_they_were_registered_on(x):
    y = x * 2
    seen = []
    y.register_hook(lambda g: seen.append(g.tolist()))
    y.mul_(3)
    y.sum().backward()
    assert seen == [[[3, 3]] * 3]


def test_a_second_backward_through_a_written_view_is_an_error(x):
    y = x + 0
    y[0].add_(1)
    y.sum().backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        y.sum().backward()


# Versions.


def test_views_and_detached_copies_share_a_version(x):
    y = x * 2
    view, detached = y[0], y.detach()
    assert (y._version, view._version, detached._version) == (0, 0, 0)
    view.add_(1)
    detached.mul_(2)
    y[0] = 3
    assert (y._version, view._version, detached._version) == (3, 3, 3)
    y.data.add_(1)
    assert y._version == 3


@pytest.mark.parametrize(
    "write", [lambda y: y.add_(1), lambda y: y[0].add_(1), lambda y: y.detach().zero_(), lambda y: y.t_()]
)
def test_a_write_to_what_was_saved_is_found(x, write):
    y = x * 2
    z = y * y
    write(y)
    with pytest.raises(RuntimeError, match=r"modified by an inplace operation: .* is at version 1; expected version 0"):
        z.sum().backward()


def test_a_write_to_what_was_not_saved_is_not():
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    z = y + y
    y.mul_(5)
    assert gradient(z, x) == [[4, 4]]


def test_a_product_with_itself_in_place_is_refused_in_backward(x):
    y = x * 2
    y.mul_(y)
    with pytest.raises(RuntimeError, match="output 0 of Mul, is at version 1; expected version 0 instead"):
        y.sum().backward()


# Errors.


def unchanged(before, *tensors):
    for (data, version), t in zip(before, tensors):
        np.testing.assert_array_equal(t.detach().numpy(), data)
        assert t._version == version


@pytest.mark.parametrize(
    "write",
    [
        lambda x: x.add_(1),
        lambda x: x.t_(),
        lambda x: x.__setitem__([0], 1),
        lambda x: x.fill_(3),
        lambda x: x.add_(torch.ones(7)),
    ],
)
def test_leaves_are_not_written(x, write):
    with pytest.raises(RuntimeError, match=r"^a leaf Variable that requires grad is being used in an in-place"):
        write(x)
    unchanged([(np.ones((3, 2)), 0)], x)
    with torch.no_grad():
        x.add_(1)
    assert (x.tolist(), x._version, x.is_leaf) == ([[2, 2]] * 3, 1, True)


@pytest.mark.parametrize("write", [lambda x: x[0].add_(1), lambda x: x.__setitem__(0, 1), lambda x: x.view(-1).zero_()])
def test_views_of_leaves_are_not_written(x, write):
    with pytest.raises(RuntimeError, match=r"^a view of a leaf Variable that requires grad is being used"):
        write(x)
    unchanged([(np.ones((3, 2)), 0)], x)


def test_views_made_without_history_are_not_written_with_one(x):
    y = x * 2
    with torch.no_grad():
        view = y[0]
    assert view.requires_grad and view.is_leaf
    with pytest.raises(RuntimeError, match=NO_GRAD_VIEW.format(DIRECTLY)):
        view.mul_(2)
    unchanged([(np.full((3, 2), 2), 0)], y)
    y.mul_(2)
    with pytest.raises(RuntimeError, match=NO_GRAD_VIEW.format(INDIRECTLY)):
        _ = view.grad_fn
    with pytest.raises(RuntimeError, match=NO_GRAD_VIEW.format(INDIRECTLY)):
        view * 2


def test_one_of_several_views_is_not_written(x):
    y = x * 2
    first, _, third = y.unbind()
    for view, nr, name in (
        (third, 2, "Unbind"),
        (first, 0, "Unbind"),
        (first.t(), 0, "T"),
        (y.split(1)[1], 1, "Split"),
    ):
        with pytest.raises(RuntimeError, match=MULTI_VIEW.format(nr, name, DIRECTLY)):
            view.mul_(2)
    y.mul_(2)
    with pytest.raises(RuntimeError, match=MULTI_VIEW.format(0, "Unbind", INDIRECTLY)):
        first * 2
    y.tensor_split(3)[1].mul_(2)


def test_shared_memory_is_not_written():
    ones = torch.ones(1, 3)
    wide = ones.expand(2, 3)
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor refers to a single memory"):
        wide.add_(1)
    with pytest.raises(RuntimeError, match="some elements of the input tensor and the written-to tensor refer to"):
        ones[:, 1:].add_(ones[:, :-1])
    square = torch.ones(2, 2)
    with pytest.raises(RuntimeError, match="some elements of the input tensor"):
        square.add_(square.t())
    unchanged([(np.ones((1, 3)), 0), (np.ones((2, 2)), 0)], ones, square)
    assert square.add_(square.view(2, 2)).tolist() == [[2, 2], [2, 2]]


def test_what_does_not_fit_is_not_written(x):
    y, i = x * 2, torch.ones(2, dtype=torch.int64)
    with pytest.raises(RuntimeError, match=r"output with shape \[3, 2\] doesn't match the broadcast shape \[4, 3, 2\]"):
        y.add_(torch.ones(4, 3, 2))
    with pytest.raises(RuntimeError, match="result type Float can't be cast to the desired output type Long"):
        i.add_(1.5)
    unchanged([(np.full((3, 2), 2), 0), (np.ones(2), 0)], y, i)
    assert type(y.grad_fn).__name__ == "MulBackward0"


# Another geometry, in place.


def test_a_base_may_be_transposed_under_its_views(x):
    y = x * torch.arange(6.0).reshape(3, 2)
    view = y[1]
    y.t_()
    assert type(y.grad_fn).__name__ == "TBackward1"
    view.mul_(10)
    assert y.tolist() == [[0, 20, 4], [1, 30, 5]]
    assert gradient(y, x) == [[[0, 1], [20, 30], [4, 5]]]


def test_resize_takes_memory_and_zeros():
    x = torch.arange(6.0).reshape(2, 3)
    assert x[1:].resize_(2).tolist() == [3, 4]
    assert torch.arange(3.0).resize_(2, 2).tolist() == [[0, 1], [2, 0]]
    assert torch.arange(3.0).resize_(2).resize_(3).tolist() == [0, 1, 2]
    with pytest.raises(NotImplementedError, match="memory that other tensors share"):
        x[1:].resize_(9)
    with pytest.raises(RuntimeError, match="cannot resize variables that require grad"):
        torch.ones(2, requires_grad=True).resize_(3)


# Memory.


def test_no_cycles(x):
    """Dropped tensors and graphs go at once, without the garbage collector."""

    def views_and_writes():
        y = x * 2
        views = [y[0], y.view(-1), y.unbind()]
        views[0].exp_()
        views[1].mul_(views[0].sum().detach())
        y.mul_(views[0] * 2)
        y[1] = y[0]
        y.sin_()
        y.t_()
        z = x * 3
        z.mul_(z)
        return [weakref.ref(o) for o in (y, z, *views[:2], y._data, z._data)]

    gc.collect()
    gc.disable()
    try:
        references = views_and_writes()
        assert [r() for r in references] == [None] * len(references)
    finally:
        gc.enable()
