"""Large gradients on their way through elementwise nodes: what a stretch of nodes computes is what the nodes compute."""

import numpy as np
import pytest

import rushlight as torch
from rushlight.arrays import blocks, stretches
from rushlight.core import record

SIZE = blocks.LARGE + 12_342


def leaf(seed, *shape):
    x = np.random.default_rng(seed).standard_normal(shape or (SIZE,)).astype(np.float32)
    return torch.from_numpy(x).requires_grad_()


def steps_of(monkeypatch):
    """How many steps each stretch has, as they are computed."""
    lengths = []
    compute = stretches.Stretch.compute
    monkeypatch.setattr(stretches.Stretch, "compute", lambda self: (lengths.append(len(self.steps)), compute(self))[1])
    return lengths


def node_by_node(monkeypatch):
    monkeypatch.setattr(record, "LARGE", 1 << 60)


PROGRAMS = {
    "one result in two places": lambda x, w: torch.sin(x) * w + x / (1 + w * w),
    "a sum of itself": lambda x, w: (x * w).tanh() + (x * w).tanh() + x,
    "numbers": lambda x, w: (2 * x - w / 3) ** 2 + 1,
    "longer than a stretch": lambda x, w: sum((x * w * k).sigmoid() for k in range(1, 12)),
    "a row that repeats": lambda x, w: (x.exp() * w + w.view(-1, 5)[:, :1].reshape(-1).repeat(5) * x).sin(),
    "other shapes on the way": lambda x, w: ((x * w).exp().view(-1, 5) * w.view(-1, 5)).sin(),
    "float64 on the way": lambda x, w: ((x * w).exp().double() * 2 + w).sin() * x,
    "a product between": lambda x, w: ((x * w).sin().view(5, -1) @ torch.ones(SIZE // 5, 3)).sum() * w * x,
    "a write in place": lambda x, w: (x * w).sin().mul_(2) * w,
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_same_bits(program, number_of_threads, monkeypatch):
    def gradients():
        x, w = leaf(0), leaf(1)
        (PROGRAMS[program](x, w) * 1.5).sum().backward()
        return x.grad, w.grad

    got = gradients()
    node_by_node(monkeypatch)
    for g, want in zip(got, gradients(), strict=True):
        assert g.numpy().tobytes() == want.numpy().tobytes()


def test_a_chain_of_nodes_is_one_stretch(monkeypatch):
    lengths = steps_of(monkeypatch)
    x = leaf(0)
    (x.sin().exp() * 2).sum().backward()
    assert lengths == [3]


def test_gradients_that_nobody_wants_are_not_asked_for(monkeypatch):
    lengths = steps_of(monkeypatch)
    x, w = leaf(0), leaf(1)
    y = x * w
    (found,) = torch.autograd.grad((y.sin() * w).sum(), [x])
    assert lengths
    assert torch.equal(found, w.detach() * (y.detach().cos() * w.detach()))


def test_gradients_of_leaves_have_memory_of_their_own():
    x, w, v = leaf(0), leaf(1), leaf(2)
    (((x + w) * v).sin() * 2).sum().backward()
    x.grad.zero_()
    assert w.grad.any()


def test_a_hook_that_writes_to_a_leaf_comes_after_what_reads_it():
    def forget(parameter):
        parameter.data.zero_()

    def gradients(hooked):
        x, w = leaf(0), leaf(1)
        if hooked:
            w.register_post_accumulate_grad_hook(forget)
        y = (x * w).sin()
        (y * w).sum().backward()
        return x.grad, w.grad

    for got, want in zip(gradients(True), gradients(False), strict=True):
        assert torch.equal(got, want)


def test_hooks_captures_and_retained_gradients_see_arrays():
    seen = []
    x, w = leaf(0), leaf(1)
    y = x * w
    z = y.sin()
    y.retain_grad()
    z.register_hook(lambda g: seen.append(g.clone()))
    (z * w).sum().backward(retain_graph=True)
    kept = y.grad.clone()
    (found,) = torch.autograd.grad((z * w).sum(), [y])
    assert torch.equal(seen[0], w.detach())
    assert torch.equal(kept, found)
    assert torch.equal(x.grad, found * w.detach())


def test_a_function_of_the_user_gets_an_array_and_may_run_backward_itself():
    class Checkpointed(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.sin()

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            x = x.detach().requires_grad_()
            with torch.enable_grad():
                (x.sin() * 1.0).backward(g)
            return x.grad

    x, w = leaf(0), leaf(1)
    (Checkpointed.apply(x * w).exp() * w).sum().backward()
    got = x.grad
    x.grad = None
    ((x * w).sin().exp() * w).sum().backward()
    assert torch.equal(got, x.grad)


def test_a_backward_that_fails_leaves_nothing_open():
    class Failing(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, g):
            raise ValueError("no")

    x, w = leaf(0), leaf(1)
    with pytest.raises(ValueError, match="no"):
        (Failing.apply(x).sin() * w).exp().sum().backward()
    assert stretches.OPEN.get() is None
    assert x.grad is None
    assert w.grad is None


def test_what_was_written_since_is_still_refused():
    x, w = leaf(0), leaf(1)
    y = x * 1
    z = y * w
    y.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        (z.sin() * w).sum().backward()


def test_the_gradient_of_a_gradient():
    x = leaf(0)
    (g,) = torch.autograd.grad((x.sin() * x).sum(), [x], create_graph=True)
    (got,) = torch.autograd.grad(g.sum(), [x])
    x64 = x.detach().double()
    want = 2 * x64.cos() - x64 * x64.sin()
    assert torch.allclose(got.double(), want, atol=1e-5)
