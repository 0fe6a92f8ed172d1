"""Checkpoints without PyTorch to compare with: what they keep, what they drop, what a debug log shows."""

import threading
import weakref
from functools import partial

import numpy as np
import pytest

import rushlight as torch
from rushlight.core.op import OPS
from rushlight.core.tensor import PLAIN
from rushlight.utils.checkpoint import (
    CheckpointError,
    checkpoint,
    create_selective_checkpoint_contexts,
    noop_context_fn,
    set_checkpoint_debug_enabled,
)


class Watched:
    """Refers weakly to the payload of each result it is given."""

    def __init__(self):
        self.seen = []

    def __call__(self, x):
        self.seen.append(weakref.ref(x._data))
        return x

    def alive(self):
        return sum(ref() is not None for ref in self.seen)


@pytest.mark.parametrize("reentrant", [False, True])
def test_intermediate_results_are_dropped_and_computed_again(reentrant, no_collector):
    watched = Watched()
    x = torch.ones(100, requires_grad=True)

    def layers(a):
        for _ in range(5):
            a = watched(a.exp().log() + 1)
        return a

    y = checkpoint(layers, x, use_reentrant=reentrant)
    assert len(watched.seen) == 5 and watched.alive() <= 1  # the last is y's own
    y.sum().backward()
    assert len(watched.seen) >= 9
    del y
    assert watched.alive() == 0
    np.testing.assert_allclose(x.grad, np.ones(100), rtol=1e-5)


def test_a_dropped_graph_is_gone_at_once(no_collector):
    watched = Watched()
    x = torch.ones(100, requires_grad=True)
    y = checkpoint(lambda a: watched(checkpoint(lambda b: watched(b.exp()), a, use_reentrant=False)), x, use_reentrant=False)
    assert watched.alive()
    del y
    assert watched.alive() == 0


def test_what_a_partial_backward_did_not_read_is_dropped(no_collector):
    watched = Watched()
    x = torch.ones(100, requires_grad=True)

    def both(a):
        return watched(a.exp()).sin(), watched(a.cos()).exp()

    first, second = checkpoint(both, x, use_reentrant=False)
    first.sum().backward()
    assert watched.alive() == 0
    second.sum().backward()
    np.testing.assert_allclose(x.grad, np.cos(np.e) * np.e - np.exp(np.cos(1)) * np.sin(1), rtol=1e-5)


def test_the_debug_log_names_operations_and_lines():
    calls = iter([True, False])

    def changing(a):
        return torch.cat([a.sin(), a * 2]).cos().add_(1) if next(calls) else a.sin()

    x = torch.ones(2, requires_grad=True)
    with set_checkpoint_debug_enabled(True):
        y = checkpoint(changing, x, use_reentrant=False)
    with pytest.raises(CheckpointError) as error:
        y.sum().backward()
    text = str(error.value)
    assert """Operations executed during the original forward:

$1: f32[2] = torch._ops.aten.sin.default($0)
$2: f32[2] = torch._ops.aten.mul.Tensor($0, 2)
$3: f32[4] = torch._ops.aten.cat.default(['$1', '$2'], 0)
$4: f32[4] = torch._ops.aten.cos.default($3)
$4: f32[4] = torch._ops.aten.add_.Tensor($4, 1)

Operations executed during recomputation:

$1: f32[2] = torch._ops.aten.sin.default($0)
""" in text
    assert "$1: f32[2] = torch._ops.aten.sin.default($0)   (1 of 1 in recompute)" in text
    assert f"{__file__}:" in text and ":changing" in text
    assert "A different number of tensors was saved" in str(error.value.__cause__)


@pytest.fixture
def products(monkeypatch):
    """How many matrix products were computed."""
    mm, computed = OPS["mm"], []
    forward = mm.forward
    monkeypatch.setattr(mm, "forward", lambda x, y: computed.append(x.shape) or forward(x, y))
    return computed


@pytest.mark.parametrize(("kept", "again"), [([], 2), (["mm"], 0), (["exp"], 2), (["mm", "exp"], 0)])
def test_what_a_policy_keeps_is_not_computed_again(products, kept, again):
    kept = [getattr(torch.ops.aten, name).default for name in kept]
    x = torch.rand(3, 3, requires_grad=True)
    y = checkpoint(
        lambda a: (a @ a).exp() @ a, x, use_reentrant=False, context_fn=partial(create_selective_checkpoint_contexts, kept)
    )
    assert len(products) == 2
    (g,) = torch.autograd.grad(y.sum(), x)
    assert len(products) == 2 + again
    (expected,) = torch.autograd.grad(((x @ x).exp() @ x).sum(), x)
    np.testing.assert_array_equal(g.numpy(), expected.numpy())


def test_operations_take_the_short_way_again_when_no_mode_is_left():
    x = torch.rand(3, requires_grad=True)
    kinds = set(PLAIN)

    def failing(a):
        assert not PLAIN and repr(a.exp()).startswith("tensor(")
        raise ValueError

    contexts = partial(create_selective_checkpoint_contexts, [torch.ops.aten.exp.default])
    with pytest.raises(ValueError):
        checkpoint(failing, x, use_reentrant=False, context_fn=contexts)
    assert kinds == PLAIN


def test_other_threads_know_nothing_of_a_policy():
    asked, x = [], torch.rand(3, requires_grad=True)

    def policy(ctx, op, *args, **kwargs):
        asked.append(str(op))
        return True

    def function(a):
        thread = threading.Thread(target=lambda: (x * 2).cos().sum().backward())
        thread.start()
        thread.join()
        return a.sin()

    y = checkpoint(function, x, use_reentrant=False, context_fn=partial(create_selective_checkpoint_contexts, policy))
    assert asked == ["aten.sin.default"]
    np.testing.assert_allclose(x.grad, -2 * np.sin(2 * x.numpy(force=True)), rtol=1e-6)
    x.grad = None
    y.sum().backward()
    assert asked == ["aten.sin.default"]


def test_kept_results_go_through_forward_mode_and_vmap():
    x, contexts = torch.rand(4, 3), partial(create_selective_checkpoint_contexts, [torch.ops.aten.sin.default])
    whole = lambda a: (a.sin() * a).sum()
    kept = lambda a: checkpoint(whole, a, use_reentrant=False, context_fn=contexts)
    np.testing.assert_allclose(torch.func.vmap(torch.func.grad(kept))(x), torch.func.vmap(torch.func.grad(whole))(x))
    np.testing.assert_allclose(torch.func.jvp(kept, (x,), (x,))[1], torch.func.jvp(whole, (x,), (x,))[1])


def test_random_numbers_after_a_result_that_was_kept_are_the_same():
    def noisy(a):
        return (a * torch.bernoulli(a)).sin() * torch.rand(3)

    x = torch.tensor([0.25, 0.5, 0.75], requires_grad=True)
    grads = []
    for context_fn in (noop_context_fn, partial(create_selective_checkpoint_contexts, lambda *args, **kwargs: True)):
        torch.manual_seed(0)
        y = checkpoint(noisy, x, use_reentrant=False, context_fn=context_fn)
        grads.append(torch.autograd.grad(y.sum(), x)[0].numpy())
    np.testing.assert_array_equal(*grads)
