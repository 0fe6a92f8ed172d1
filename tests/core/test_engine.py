"""The engine: depth, memory, threads, reentrance, and what is left behind when backward fails."""

import gc
import sys
import threading
import warnings
import weakref

import pytest

import rushlight as torch


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


def test_a_chain_of_a_million_nodes():
    x = leaf(1.0)
    y = x
    for _ in range(1_000_000):
        y = y + 1.0
    y.backward(torch.ones(1))
    assert x.grad.tolist() == [1.0]
    del y  # and the graph goes without recursion


def test_a_deep_chain_differentiated_twice():
    x = leaf(1.0)
    y = x
    for _ in range(20_000):
        y = y * 1.00001
    (g,) = torch.autograd.grad((y * y).sum(), x, create_graph=True)
    (gg,) = torch.autograd.grad(g.sum(), x)
    assert torch.allclose(gg, 2 * torch.tensor([1.00001], dtype=torch.float64).pow(40_000).float(), rtol=1e-2)


def test_a_node_waits_for_everything_that_used_its_result():
    x = leaf(2.0)
    a = x * x
    b = a * 3
    c = a + b
    d = c * a
    d.backward(torch.ones(1))
    # d = (a + 3a) a = 4 x^4
    assert x.grad.tolist() == [16 * 2.0**3]


PROGRAMS = {
    "chain": lambda x: (x * 2 + x).exp().sum(),
    "saved result": lambda x: x.tanh().exp().sqrt().sum(),
    "matmul": lambda x: (x.reshape(1, -1) @ x.reshape(-1, 1)).sum(),
    "views": lambda x: (x[1:] * x.reshape(3, 1).t()[0, :2]).sum(),
    "several results": lambda x: sum(part.sum() for part in (x * 2).unbind()),
    "in place": lambda x: (x * 1).add_(1).mul_(2).sum(),
    "in place on a view": lambda x: _overwritten(x).sum(),
    "broadcast": lambda x: (x.reshape(3, 1) * x).sum(),
}


def _overwritten(x):
    y = x * 1
    y[0] = y[1] * 2
    return y


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("order", [0, 1, 2])
def test_a_dropped_graph_is_gone_at_once(name, order, no_collector):
    x = leaf(0.5, 1.0, 1.5)
    gc.collect()
    out = PROGRAMS[name](x)
    alive = [weakref.ref(out)]
    if order == 1:
        (g,) = torch.autograd.grad(out, x)
    elif order == 2:
        (g,) = torch.autograd.grad(out, x, create_graph=True)
        if g.requires_grad:
            g.sum().backward()
        alive.append(weakref.ref(g))
        del g
    del out
    assert [ref() for ref in alive] == [None] * len(alive)
    x.grad = None
    assert gc.collect() == 0


def test_backward_keeps_no_memory(no_collector):
    x = leaf(1.0, 2.0, 3.0)
    step = lambda: (x * x).exp().sum().backward()
    step()
    before = len(gc.get_objects())
    for _ in range(200):
        step()
    assert len(gc.get_objects()) - before < 20


def test_saved_values_are_freed_as_backward_goes():
    x = leaf(1.0)
    y = x.exp()
    z = y.exp()
    node = y.grad_fn
    z.backward(torch.ones(1))
    with pytest.raises(RuntimeError, match="second time"):
        _ = node._saved_result


class Fails(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, g):
        raise KeyError("on purpose")


def test_a_failed_backward_changes_no_grad():
    x, y = leaf(1.0), leaf(2.0)
    (x * y).backward(torch.ones(1))
    early = Fails.apply(x)
    late = y * 3
    with pytest.raises(KeyError, match="on purpose"):
        (early * late).backward(torch.ones(1))
    assert (x.grad.tolist(), y.grad.tolist()) == ([2.0], [1.0])
    assert torch.is_grad_enabled()


def test_backward_inside_backward():
    x = leaf(3.0)

    class Inner(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            with torch.enable_grad():
                ctx.a = a.detach().requires_grad_()
                ctx.out = ctx.a * ctx.a
            return ctx.out.detach()

        @staticmethod
        def backward(ctx, g):
            ctx.out.backward(g)
            return ctx.a.grad

    Inner.apply(x * 2).backward(torch.ones(1))
    assert x.grad.tolist() == [24.0]


def test_deep_reentrance():
    class Nested(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, depth):
            ctx.depth = depth
            return a * 1

        @staticmethod
        def backward(ctx, g):
            if ctx.depth:
                with torch.enable_grad():
                    b = leaf(1.0)
                    Nested.apply(b, ctx.depth - 1).backward(torch.ones(1))
                    return b.grad * g, None
            return g, None

    x = leaf(1.0)
    Nested.apply(x, 20).backward(torch.ones(1))
    assert x.grad.tolist() == [1.0]


def in_threads(count, work):
    errors = []

    def run(i):
        try:
            work(i)
        except Exception as error:  # pragma: no cover
            errors.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    sys.setswitchinterval(interval)
    assert not errors


def test_threads_accumulate_into_shared_leaves():
    x = torch.ones(4, dtype=torch.float64, requires_grad=True)

    def work(i):
        for _ in range(200):
            (x * x).sum().backward()

    in_threads(8, work)
    assert x.grad.tolist() == [8 * 200 * 2.0] * 4


def test_threads_share_a_retained_graph():
    x = torch.ones(4, dtype=torch.float64, requires_grad=True)
    y = (x * x).exp().sum()
    (once,) = torch.autograd.grad(y, x, retain_graph=True)

    def work(i):
        for _ in range(50):
            (g,) = torch.autograd.grad(y, x, retain_graph=True)
            assert torch.equal(g, once)

    in_threads(8, work)


def test_grad_mode_belongs_to_a_thread():
    seen = []
    with torch.no_grad():
        in_threads(1, lambda i: seen.append(torch.is_grad_enabled()))
    assert seen == [True]


def test_grad_mode_belongs_to_a_task():
    import asyncio

    @torch.no_grad()
    async def quiet():
        first = torch.is_grad_enabled()
        await asyncio.sleep(0)
        return first, torch.is_grad_enabled()

    async def loud():
        await asyncio.sleep(0)
        return torch.is_grad_enabled()

    async def main():
        return await asyncio.gather(quiet(), loud(), quiet())

    assert asyncio.run(main()) == [(False, False), True, (False, False)]


def test_no_grad_around_an_async_generator():
    import asyncio

    @torch.no_grad()
    async def numbers():
        yield torch.is_grad_enabled()
        yield torch.is_grad_enabled()

    async def main():
        return [(inside, torch.is_grad_enabled()) async for inside in numbers()]

    assert asyncio.run(main()) == [(False, True), (False, True)]


def test_a_generator_gets_what_is_sent_and_thrown():
    @torch.no_grad()
    def echo():
        got = yield "start"
        try:
            while True:
                got = yield got
        except ValueError:
            yield "thrown"
        return "end"

    g = echo()
    assert [next(g), g.send(1), g.send(2), g.throw(ValueError())] == ["start", 1, 2, "thrown"]
    with pytest.raises(StopIteration) as stop:
        next(g)
    assert stop.value.value == "end"


def test_anomaly_mode_names_the_nan_and_the_lines():
    x = leaf(0.0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        with torch.autograd.detect_anomaly():
            y = (x.sqrt() * 0).sum()
            with pytest.raises(RuntimeError, match="Function 'SqrtBackward0' returned nan values in its 0th output"):
                y.backward()
    texts = [str(w.message) for w in caught]
    assert texts[0].startswith("Anomaly Detection has been enabled.")
    assert texts[1].startswith("Error detected in SqrtBackward0. Traceback of forward call that caused the error:")
    assert "x.sqrt()" in texts[1]
    assert x.grad is None


def test_anomaly_mode_says_where_a_saved_value_was_overwritten():
    x = leaf(1.0, 2.0)
    with torch.autograd.set_detect_anomaly(True, check_nan=False):
        y = x.exp()
        z = y * y  # saved here
        y.add_(1)  # overwritten here
        with (
            pytest.warns(UserWarning, match="Error detected in MulBackward0"),
            pytest.raises(RuntimeError, match="modified by an inplace operation") as error,
        ):
            z.sum().backward()
    line = test_anomaly_mode_says_where_a_saved_value_was_overwritten.__code__.co_firstlineno
    assert f"{__file__}:{line + 4}" in str(error.value)
    assert f"{__file__}:{line + 5}" in str(error.value)


def test_gradients_of_a_dict_of_inputs():
    x, y = (torch.tensor(v, requires_grad=True) for v in (2.0, 3.0))
    gradients = torch.autograd.grad(x * y, {"x": x, "y": y})
    assert list(gradients) == ["x", "y"] and [g.item() for g in gradients.values()] == [3, 2]
    with pytest.raises(RuntimeError, match=r"`inputs` argument to `grad\(\)` cannot be empty"):
        torch.autograd.grad(x * y, {})
    torch.autograd.backward(x * y, inputs={"x": x})
    assert x.grad.item() == 3 and y.grad is None


def test_only_inputs_is_ignored():
    x = torch.tensor(2.0, requires_grad=True)
    assert torch.autograd.grad(x * x, x, None, None, False, True, None)[0].item() == 4
    with pytest.warns(FutureWarning, match="only_inputs argument is deprecated and is ignored now"):
        torch.autograd.grad(x * x, x, only_inputs=False)


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_missing_rule_that_nobody_needs(create_graph):
    a, x = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([0.5, 1.5], requires_grad=True)
    out = torch.igamma(a, x).sum()
    (gradient,) = torch.autograd.grad(out, x, retain_graph=True, create_graph=create_graph)
    assert torch.allclose(gradient, x ** (a - 1) * (-x).exp() / torch.lgamma(a).exp())
    out.backward(inputs=[x], retain_graph=True)
    assert torch.equal(x.grad, gradient) and a.grad is None
    for ask in (lambda: torch.autograd.grad(out, a, retain_graph=True), out.backward):
        with pytest.raises(NotImplementedError, match="the derivative for 'igamma: input' is not implemented"):
            ask()


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_gradient_that_nobody_needs_is_not_computed(create_graph):
    x, w, seen = torch.rand(2, 3, requires_grad=True), torch.rand(3, 4, requires_grad=True), []
    out = x @ w
    out.grad_fn.register_hook(lambda grad_inputs, grad_outputs: seen.append(grad_inputs))
    (gradient,) = torch.autograd.grad(out.sum(), x, retain_graph=True, create_graph=create_graph)
    assert torch.equal(seen[0][0], gradient) and seen[0][1] is None
    out.sum().backward()
    assert torch.equal(seen[1][0], x.grad) and torch.equal(seen[1][1], w.grad)


def test_a_function_whose_backward_is_not_implemented_says_its_own_words():
    class Unfinished(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return 2 * x

        @staticmethod
        def backward(ctx, g):
            raise NotImplementedError("not yet")

    x = torch.ones(2, requires_grad=True)
    for ask in (lambda out: torch.autograd.grad(out, x), lambda out: out.backward()):
        with pytest.raises(NotImplementedError, match="not yet"):
            ask(Unfinished.apply(x).sum())


def test_leaves_that_are_not_asked_are_left_alone():
    """Where all leaves are asked for, nobody lists what is needed; one more, be it a root, and its hooks stay silent."""
    x, y = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([3.0], requires_grad=True)
    called = []
    y.register_hook(lambda g: called.append(g))
    x.register_hook(lambda g: g * 10)
    assert torch.autograd.grad((x * x).sum(), x)[0].tolist() == [20.0, 40.0]
    assert torch.autograd.grad((x * y).sum(), x)[0].tolist() == [30.0, 30.0]
    assert torch.autograd.grad([(x * x).sum(), y], x)[0].tolist() == [20.0, 40.0]
    assert torch.autograd.grad([x.sum(), x], [x], [None, torch.ones(2)])[0].tolist() == [20.0, 20.0]
    assert not called
    assert x.grad is None and y.grad is None
    (x * y).sum().backward(inputs=[x, y])
    assert (x.grad.tolist(), y.grad.tolist(), len(called)) == ([30.0, 30.0], [3.0], 1)


@pytest.mark.filterwarnings("ignore:Using backward")
def test_gradients_lie_in_memory_as_their_leaves():
    for leaf in (torch.ones(3, 4).t(), torch.ones(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)):
        for function in (lambda x: x * 2, lambda x: x.contiguous() ** 2, lambda x: x):
            for create_graph in (False, True):
                x = leaf.detach().requires_grad_()
                function(x).sum().backward(create_graph=create_graph)
                assert x.grad.stride() == leaf.stride()
    spread = torch.ones(4, 6)[:, ::2].requires_grad_()
    spread.sum().backward()
    assert spread.grad.is_contiguous()
