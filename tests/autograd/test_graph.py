"""Hooks on saved tensors without PyTorch to compare with: every operation, memory, threads, in-place, cost."""

import gc
import threading
import weakref

import numpy as np
import pytest

import rushlight as torch
from rushlight.autograd.graph import (
    allow_mutation_on_saved_tensors,
    get_gradient_edge,
    register_multi_grad_hook,
    saved_tensors_hooks,
)
from rushlight.core.op import OBSERVERS
from rushlight.core.saved import PACKERS


def copies():
    """Hooks that keep a NumPy copy: whatever backward reads has gone through them."""
    return saved_tensors_hooks(lambda x: x.detach().numpy().copy(), torch.from_numpy)


def test_nothing_is_left_installed():
    with copies(), copies():
        assert OBSERVERS and PACKERS
    assert not OBSERVERS and not PACKERS
    with pytest.raises(ZeroDivisionError), copies():
        1 / 0  # noqa: B018
    assert not OBSERVERS and not PACKERS


def test_hooks_belong_to_their_thread():
    seen, x = [], torch.ones(2, requires_grad=True)
    entered, done = threading.Event(), threading.Event()

    def other():
        with saved_tensors_hooks(lambda t: seen.append("other"), lambda t: t):
            entered.set()
            done.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    entered.wait(10)
    y = x.exp()
    done.set()
    thread.join()
    y.sum().backward()
    assert not seen and not OBSERVERS
    np.testing.assert_allclose(x.grad, np.exp(np.ones(2)), rtol=1e-6)


@pytest.mark.parametrize("inplace, function", [
    (lambda x, w: x.mul_(w), lambda x, w: x * w), (lambda x, w: x.mul_(x), lambda x, w: x * x),
    (lambda x, w: x.exp_().mul_(w), lambda x, w: x.exp() * w), (lambda x, w: x.sigmoid_(), lambda x, w: x.sigmoid()),
    (lambda x, w: x[:1].mul_(w[1:]), lambda x, w: torch.cat([x[:1] * w[1:], x[1:]])),
    (lambda x, w: x.pow_(2).div_(w), lambda x, w: x**2 / w), (lambda x, w: x.addcmul_(w, x), lambda x, w: x + w * x),
    (lambda x, w: x[0].exp_(), lambda x, w: torch.stack([x[0].exp(), x[1]])),
])  # fmt: skip
def test_inplace_operations_are_right_although_the_hook_keeps_the_memory(inplace, function):
    """PyTorch's gradients are wrong for some of these: the hook keeps what is then overwritten."""
    x = torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True)
    w = torch.tensor([3.0, 4.0], dtype=torch.float64, requires_grad=True)
    with saved_tensors_hooks(lambda t: t.detach(), lambda t: t):
        y = x * 1
        inplace(y, w)
    expected = torch.autograd.grad(function(x, w).sum(), (x, w), materialize_grads=True)
    for found, right in zip(torch.autograd.grad(y.sum(), (x, w), materialize_grads=True), expected, strict=True):
        np.testing.assert_allclose(found, right)


def test_packed_graphs_have_no_cycles():
    gc.collect()
    gc.disable()
    try:
        x = torch.ones(100, requires_grad=True)
        with saved_tensors_hooks(lambda t: t.detach(), lambda t: t):
            y = x.exp().sort()[0]
        node = weakref.ref(y._data)
        del y
        assert node() is None
        with copies():
            y = x.exp()
        payload = weakref.ref(y._data)
        y = y.sum()
        assert payload() is None  # the hook keeps a copy, and nobody else keeps anything
        y.backward()
    finally:
        gc.enable()
    np.testing.assert_allclose(x.grad, np.full(100, np.e), rtol=1e-6)


def test_a_packed_leaf_is_still_that_leaf():
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    with copies():
        y = x**3
    saved = y.grad_fn._saved_self
    assert saved is not x and saved.is_leaf and saved.requires_grad and torch.equal(saved, x)
    (saved * 5).sum().backward()
    np.testing.assert_allclose(x.grad, [5.0, 5.0])
    (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    np.testing.assert_allclose(torch.autograd.grad(g.sum(), x)[0], [12.0, 18.0])


def test_a_failing_pack_hook_leaves_tensors_as_they_were():
    x = torch.ones(2, requires_grad=True)
    y = x * 1
    node = y.grad_fn
    with pytest.raises(ZeroDivisionError), saved_tensors_hooks(lambda t: 1 / 0, lambda t: t):
        y.exp_()
    assert y.grad_fn is node and y._version == 0 and torch.equal(y, torch.ones(2))


def test_a_hook_on_one_saved_tensor():
    x, w = torch.ones(2, requires_grad=True), torch.full((2,), 2.0, requires_grad=True)
    y = x * w
    seen = []
    y.grad_fn._raw_saved_other.register_hooks(lambda t: seen.append(t.requires_grad) or t * 10, lambda t: t)
    y.sum().backward()
    assert seen == [False]
    np.testing.assert_allclose(x.grad, [20.0, 20.0])
    np.testing.assert_allclose(w.grad, [1.0, 1.0])


def test_writes_through_numpy_are_allowed_too():
    x = torch.ones(2, requires_grad=True)
    with allow_mutation_on_saved_tensors() as context:
        y = x * 2
        z = y.exp()
        z.detach().numpy()[:] = 0
        assert len(context.cloned) == 1
        z.sum().backward()
    np.testing.assert_allclose(x.grad, np.full(2, 2 * np.exp(2)), rtol=1e-6)


def test_an_edge_outlives_its_tensor():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    edge = get_gradient_edge((x * x).sum())
    np.testing.assert_allclose(torch.autograd.grad(edge, x)[0], [2.0, 4.0])


def test_an_edge_of_unknown_shape_wants_a_gradient():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    edge = torch.autograd.graph.GradientEdge((x * x).grad_fn, 0)
    with pytest.raises(RuntimeError, match="get_gradient_edge"):
        torch.autograd.grad(edge, x)
    np.testing.assert_allclose(torch.autograd.grad(edge, x, torch.ones(2))[0], [2.0, 4.0])


def test_a_multi_grad_hook_keeps_nothing_of_a_backward_that_failed():
    a, b = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    c = a * b
    calls = []

    def fail(gradient):
        raise ZeroDivisionError

    handle = a.register_hook(fail)
    register_multi_grad_hook((a, c), calls.append)
    with pytest.raises(ZeroDivisionError):
        c.sum().backward(retain_graph=True)
    handle.remove()
    c.sum().backward()
    assert len(calls) == 1


@pytest.mark.parametrize("kind", ["register_prehook", "register_hook"])
@pytest.mark.parametrize(
    ("result", "words"),
    [
        (3, "expected tuple, but hook returned 'int'"), (torch.ones(2), "expected tuple, but hook returned 'Tensor'"),
        ([torch.ones(2)], "expected tuple, but hook returned 'list'"), ((3,), "expected Variable, but hook returned 'int'"),
        ((torch.ones(3),), "has changed the size of value"), ((torch.ones(2).double(),), "has changed the type of value"),
        ((), "incorrect number of values"),
    ],
)  # fmt: skip
def test_hooks_of_nodes_return_what_fits(kind, result, words):
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    getattr(y.grad_fn, kind)(lambda *gradients: result)
    with pytest.raises((TypeError, RuntimeError), match=words):
        y.sum().backward()
    assert x.grad is None
