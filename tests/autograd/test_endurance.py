"""What only shows in the long run: memory that grows without the garbage collector, sums that threads spoil."""

import gc
import resource
import threading
import time

import pytest

import rushlight as torch
import rushlight.autograd.forward_ad as fwAD
import rushlight.nn.functional as F
from rushlight.autograd import functional
from rushlight.func import functional_call, grad, hessian, jacfwd, jacrev, jvp, linearize, vjp, vmap
from rushlight.utils.checkpoint import checkpoint

X = torch.linspace(-1.0, 2.0, 6).reshape(2, 3)
NET = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
OPTIMIZER = torch.optim.Adam(NET.parameters(), lr=1e-3)


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 3 * x**2


def leaf():
    return X.clone().requires_grad_()


def double_backward():
    x = leaf()
    (g,) = torch.autograd.grad((x**3).sum(), x, create_graph=True)
    g.pow(2).sum().backward()


def in_place_on_views():
    y = leaf() * 1
    y[0].mul_(2)
    y.t()[1].add_(y[0, 0])
    y.sum().backward()


def hooks():
    x = leaf()
    y = x * 2
    y.register_hook(lambda g: g * 2)
    x.register_post_accumulate_grad_hook(lambda t: None)
    y.grad_fn.register_hook(lambda inputs, outputs: None)
    y.retain_grad()
    y.sum().backward()


def training_step():
    OPTIMIZER.zero_grad()
    F.mse_loss(NET(X), X[:, :1]).backward()
    OPTIMIZER.step()


def forward_mode():
    with fwAD.dual_level():
        fwAD.unpack_dual((fwAD.make_dual(X, X) ** 2).sum())


def single_gradients():
    parameters = {k: v.detach() for k, v in NET.named_parameters()}
    vmap(grad(lambda p, x: functional_call(NET, p, (x,)).sum()), (None, 0))(parameters, X)


def failing_backward():
    y = leaf().exp()
    y.detach().zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


PATTERNS = {
    "backward": lambda: (leaf() ** 2).sum().backward(),
    "grad": lambda: torch.autograd.grad(leaf().sin().sum(), [leaf()], allow_unused=True),
    "double backward": double_backward,
    "in-place on views": in_place_on_views,
    "hooks": hooks,
    "custom Function": lambda: Cube.apply(leaf()).sum().backward(),
    "training step": training_step,
    "forward mode": forward_mode,
    "checkpoint": lambda: checkpoint(torch.sin, leaf(), use_reentrant=False).sum().backward(),
    "functional": lambda: functional.hessian(lambda x: (x**3).sum(), X[0]),
    "batched rows": lambda: functional.jacobian(torch.sin, X[0], vectorize=True),
    "graph dropped": lambda: leaf().sin().cos(),
    "failing backward": failing_backward,
    "walking the graph": lambda: leaf().sin().sum().grad_fn.next_functions[0][0].next_functions,
    "func.grad": lambda: grad(lambda x: (x**3).sum())(X),
    "func.hessian": lambda: hessian(lambda x: (x**3).sum())(X[0]),
    "func.jacrev": lambda: jacrev(torch.sin)(X[0]),
    "func.jacfwd": lambda: jacfwd(torch.sin)(X[0]),
    "func.vjp": lambda: vjp(torch.sin, X)[1](X),
    "func.jvp": lambda: jvp(torch.sin, (X,), (X,)),
    "func.linearize": lambda: linearize(torch.sin, X)[1](X),
    "vmap": lambda: vmap(lambda x: x @ x)(X),
    "gradients of examples": single_gradients,
}


@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.usefixtures("no_collector")
def test_nothing_is_left_behind(name):
    """Without the garbage collector: there are no cycles, and no list that only grows."""
    run = PATTERNS[name]
    for _ in range(3):
        run()
    before = len(gc.get_objects())
    for _ in range(40):
        run()
    assert len(gc.get_objects()) - before < 20


@pytest.mark.slow
@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.usefixtures("no_collector")
def test_memory_is_flat(name):
    """10,000 times, without the garbage collector (or as often as six seconds allow)."""
    run, end = PATTERNS[name], time.monotonic() + 6
    for _ in range(200):
        run()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(10_000):
        run()
        if time.monotonic() > end:
            break
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2048  # KiB


def in_threads(work, count=8):
    failures = []

    def guarded(k):
        try:
            work(k)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(k,)) for k in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def shared_leaves_for(seconds, most):
    """Eight threads add to the gradients of two leaves; whole numbers, so that their order does not matter."""
    w, v = torch.ones(4, dtype=torch.float64, requires_grad=True), torch.ones((), dtype=torch.float64, requires_grad=True)
    end, done = time.monotonic() + seconds, [0] * 8

    def work(k):
        while time.monotonic() < end and done[k] < most:
            (w * (k + 1) * v).sum().backward()
            assert torch.equal(grad(lambda x: (x * x * k).sum())(w.detach()), 2.0 * k * w.detach())
            assert torch.equal(torch.func.jvp(lambda x: x * k, (w.detach(),), (w.detach(),))[1], k * w.detach())
            done[k] += 1

    in_threads(work)
    total = sum((k + 1) * n for k, n in enumerate(done))
    assert all(done)
    assert w.grad.tolist() == [total] * 4
    assert v.grad.item() == 4 * total


def test_threads_that_share_leaves():
    shared_leaves_for(20, most=20)


@pytest.mark.slow
def test_threads_that_share_leaves_for_a_minute():
    shared_leaves_for(60, most=10**9)


def test_threads_with_graphs_of_their_own():
    def work(k):
        x = (X + k).requires_grad_()
        for _ in range(20):
            (g,) = torch.autograd.grad((x**3).sum(), x, create_graph=True)
            (h,) = torch.autograd.grad(g.sum(), x)
            torch.testing.assert_close(h, 6 * x.detach())
            torch.testing.assert_close(vmap(grad(lambda a: (a**2).sum()))(x.detach()), 2 * x.detach())

    in_threads(work)
