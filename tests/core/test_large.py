"""Large tensors: computed in blocks on several threads, their gradients added in place, with the same values."""

import copy
import pickle
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rushlight as torch
from rushlight.arrays import blocks, threads
from rushlight.core import record

ROWS, COLUMNS = 725, 724
assert ROWS * COLUMNS > blocks.LARGE


def large(seed=0, shape=(ROWS, COLUMNS), **options):
    values = np.random.default_rng(seed).uniform(0.5, 1.5, shape).astype(np.float32)
    return torch.tensor(values, **options)


@pytest.fixture(autouse=True)
def two_threads():
    before = threads.get_number()
    threads.set_number(2)
    yield
    threads.set_number(before)


def gradients(program, *leaves):
    """The value of a program and the gradients of its leaves, which are made anew."""
    leaves = [leaf.detach().clone().requires_grad_() for leaf in leaves]
    out = program(*leaves)
    out.sum().backward()
    return [out.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)]


def undivided(program, *leaves):
    """`gradients`, with every computation in one go."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "LARGE", 1 << 60)
        patch.setattr(record, "LARGE", 1 << 60)
        return gradients(program, *leaves)


def assert_same_bits(got, want):
    for g, w in zip(got, want, strict=True):
        assert g.dtype == w.dtype
        assert np.array_equal(g, w)


UNARY = [torch.sin, torch.exp, torch.relu, torch.sigmoid, torch.tanh, torch.sqrt, torch.nn.functional.gelu,
         lambda x: x**2, lambda x: 1 / x, lambda x: x.clamp(0.7, 1.3), lambda x: -x, lambda x: x * 2.5,
         lambda x: x.t().t(), lambda x: x.reshape(-1).reshape(ROWS, COLUMNS), lambda x: x.mul(1).mul_(0.5),
         lambda x: x - x.mean(0), lambda x: x.expand_as(x)]  # fmt: skip
BINARY = [torch.add, torch.sub, torch.mul, torch.div, torch.maximum, torch.hypot,
          lambda x, y: x.add(y, alpha=0.5), lambda x, y: torch.where(x > y, x, y),
          lambda x, y: x + y[0], lambda x, y: x * y[:, :1], lambda x, y: torch.lerp(x, y, 0.25)]  # fmt: skip


@st.composite
def programs(draw):
    """A few operations, each on two of the values so far."""
    index = st.integers(0, 100)
    return [
        (draw(st.booleans()), draw(index), draw(index), draw(index)) for _ in range(draw(st.integers(2, 7)))
    ]


@given(programs())
@settings(max_examples=25, deadline=None)
def test_random_programs_have_the_same_bits(steps):
    def program(a, b):
        values = [a, b]
        for unary, operation, i, j in steps:
            x, y = values[i % len(values)], values[j % len(values)]
            values.append(UNARY[operation % len(UNARY)](x) if unary else BINARY[operation % len(BINARY)](x, y))
        return values[-1] + values[-2] * 0.5 + a * b

    assert_same_bits(gradients(program, large(0), large(1)), undivided(program, large(0), large(1)))


def test_any_number_of_threads():
    def program(a, b):
        return (a.sin() * b + a / (1 + b * b)).sum(0)

    results = []
    for number in (1, 2, 3, 7):
        torch.set_num_threads(number)
        results.append(gradients(program, large(0), large(1)))
    for result in results[1:]:
        assert_same_bits(result, results[0])


def test_second_derivatives():
    x = large(requires_grad=True)
    (g,) = torch.autograd.grad((x**3).sum(), x, create_graph=True)
    (gg,) = torch.autograd.grad(g.sum(), x)
    assert np.allclose(gg.numpy(), 6 * x.detach().numpy())


def test_a_gradient_that_goes_two_ways_is_not_changed():
    a, b = large(0, requires_grad=True), large(1, requires_grad=True)
    # The gradient of a + b is one array for both; then a gets more.
    ((a + b) * 1 + a * 2 + a * 3).sum().backward()
    assert np.array_equal(b.grad.numpy(), np.ones((ROWS, COLUMNS), np.float32))
    assert np.array_equal(a.grad.numpy(), np.full((ROWS, COLUMNS), 6, np.float32))
    a.grad.zero_()
    assert b.grad.numpy().all()


def test_gradients_that_hooks_kept_stay_as_they_were():
    a, kept = large(0, requires_grad=True), []
    b = a * 1
    first, second = b * 2, b * 3
    first.register_hook(kept.append)
    second.register_hook(kept.append)
    b.register_hook(kept.append)
    (first + second).sum().backward()
    assert [float(g[0, 0]) for g in kept] == [1, 1, 5]
    assert all(len(g.unique()) == 1 for g in kept)


def test_captured_gradients_stay_as_they_were():
    a = large(0, requires_grad=True)
    b = a * 1
    c = b * 2
    gb, gc, ga = torch.autograd.grad((c + b * 3 + b).sum(), (b, c, a))
    assert [float(g[0, 0]) for g in (gb, gc, ga)] == [6, 1, 6]


def test_numpy_arrays_outlive_their_tensors():
    x = large(0, requires_grad=True)
    y = x * 2
    array = y.detach().numpy()
    want = array.copy()
    del y
    for _ in range(5):
        (x * 3).sum().backward()
    assert np.array_equal(array, want)
    grad = x.grad.numpy()
    x.grad = None
    want = grad.copy()
    (x * 7).sum().backward()
    assert np.array_equal(grad, want)


def test_arrays_from_numpy_are_shared_as_ever():
    array = np.ones((ROWS, COLUMNS), np.float32)
    x = torch.from_numpy(array)
    y = x + 1
    x.add_(1)
    assert array[3, 4] == 2
    assert float(y[3, 4]) == 2
    assert not np.shares_memory(y.numpy(), array)


def test_dlpack_keeps_the_memory():
    x = large(0) * 2
    array = np.from_dlpack(x)
    want = array.copy()
    del x
    for seed in range(3):
        large(seed) * 3
    assert np.array_equal(array, want)


def test_pickles_and_copies():
    x = (large(0, requires_grad=True) * 2).detach()
    for again in (pickle.loads(pickle.dumps(x)), copy.deepcopy(x)):
        assert torch.equal(again, x)
        assert not np.shares_memory(again.numpy(), x.numpy())


def test_saved_tensors_keep_their_values():
    x = large(0, requires_grad=True)
    y = x.exp()
    z = y * x
    saved = z.grad_fn._saved_self
    assert saved is y or torch.equal(saved, y)
    (x * 5).sum().backward()
    z.sum().backward()
    assert np.allclose(x.grad.numpy(), 5 + (x.exp() * (1 + x)).detach().numpy(), rtol=1e-5)


def test_views_and_writes():
    def program(a):
        y = a * 1
        y[10:200].mul_(2)
        y.t()[3].fill_(0)
        return y * a

    assert_same_bits(gradients(program, large(0)), undivided(program, large(0)))


def test_a_saved_tensor_that_was_overwritten_is_refused():
    x = large(0, requires_grad=True)
    y = x.exp()
    y.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()
    assert x.grad is None


def test_shapes_that_do_not_fit():
    with pytest.raises(RuntimeError, match="The size of tensor a"):
        large(0) * large(0, (COLUMNS, ROWS))


def test_a_failing_backward_leaves_gradients_as_they_were():
    class Fails(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, g):
            raise ZeroDivisionError

    x = large(0, requires_grad=True)
    (x * 2).sum().backward()
    before = x.grad.clone()
    with pytest.raises(ZeroDivisionError):
        (x * 3 + Fails.apply(x)).sum().backward()
    assert torch.equal(x.grad, before)


def test_accumulation():
    x = large(0, requires_grad=True)
    (x * 2).sum().backward()
    grad = x.grad
    (x * 3).sum().backward()
    assert x.grad is grad
    assert np.array_equal(grad.numpy(), np.full((ROWS, COLUMNS), 5, np.float32))


def test_a_gradient_that_is_its_leafs_alone_becomes_the_grad(monkeypatch):
    x, w = large(0, requires_grad=True), large(1, requires_grad=True)
    copies = []
    array = np.array
    monkeypatch.setattr(np, "array", lambda *a, **k: copies.append(a) or array(*a, **k))
    (x.sin() * w).sum().backward()
    assert not [a for a in copies if np.size(a[0]) > 1]


@pytest.mark.parametrize("number", [1, 2])
def test_backward_from_several_threads(number):
    torch.set_num_threads(number)
    x = large(0, requires_grad=True)

    def train():
        for _ in range(4):
            (x.sin() * x + x * 2).sum().backward()

    train()
    want, x.grad = x.grad.numpy() * 3, None
    users = [threading.Thread(target=train) for _ in range(3)]
    for user in users:
        user.start()
    for user in users:
        user.join()
    assert np.allclose(x.grad.numpy(), want, rtol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16, torch.complex64, torch.int64, torch.bool])
def test_other_dtypes(dtype):
    x = (large(0) > 1).to(dtype) if dtype in (torch.bool, torch.int64) else large(0).to(dtype)
    both = x.logical_and(x) if dtype is torch.bool else x * x + x
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "LARGE", 1 << 60)
        want = x.logical_and(x) if dtype is torch.bool else x * x + x
    assert both.dtype is want.dtype
    assert torch.equal(both, want)


def test_warnings_as_errors_are_as_silent_as_ever():
    x = large(0, requires_grad=True)
    y = torch.log(x - 1)
    y[~y.isfinite()].sum()
    (x / 0).sum().backward()
    assert x.grad.isinf().all()


@pytest.mark.parametrize("number", [2, 3])
def test_convolutions_of_a_batch_are_those_of_its_samples(number):
    torch.set_num_threads(number)
    x, w, b = large(0, (7, 16, 20, 20)), large(1, (24, 8, 3, 3)), large(2, (24,))

    def whole(x, w, b):
        return torch.nn.functional.conv2d(x, w, b, stride=2, padding=1, groups=2)

    def one_by_one(x, w, b):
        return torch.cat([whole(sample, w, b) for sample in x.split(1)])

    for got, want in zip(gradients(whole, x, w, b), gradients(one_by_one, x, w, b), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-4)


def test_attention_on_any_number_of_threads():
    def attend(query, key, value):
        return torch.nn.functional.scaled_dot_product_attention(query, key, value)

    heads = [large(seed, (4, 4, 96, 64)) for seed in range(3)]
    torch.set_num_threads(1)
    want = gradients(attend, *heads)
    torch.set_num_threads(3)
    for g, w in zip(gradients(attend, *heads), want, strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.Adam])
def test_optimizers_on_any_number_of_threads(optimizer):
    results = []
    for number in (1, 3):
        torch.set_num_threads(number)
        p = large(0, requires_grad=True)
        steps = optimizer([p], lr=0.1, weight_decay=0.01)
        for seed in range(3):
            p.grad = large(seed + 1)
            steps.step()
        results.append(p.detach().numpy())
    assert_same_bits(results[:1], results[1:])
