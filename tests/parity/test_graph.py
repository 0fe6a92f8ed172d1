"""torch.autograd.graph against PyTorch: edges, hooks on saved tensors, hooks on several gradients."""

# ruff: noqa: B023  (every function is called where it is made)

import re

import pytest

torch = pytest.importorskip("torch")
pytest.register_assert_rewrite("parity.nn_cases")
from parity.nn_cases import check, outcome, parametrize  # noqa: E402


def leaf(t, *values):
    return t.tensor(values, dtype=t.float64, requires_grad=True)


def plain(x):
    """The repr of a value, without addresses and rounded."""
    text = re.sub(r"0x[0-9a-f]+", "0x", repr(x)).replace("rushlight.", "torch.")
    return re.sub(r"\d+\.\d{4,}", lambda m: f"{float(m[0]):.4f}", text)


class Hooks:
    """A pair of hooks that write down what they see."""

    def __init__(self, t, log, name=""):
        self.t, self.log, self.name = t, log, name

    def pack(self, x):
        node = type(x.grad_fn).__name__
        self.log.append(("pack", self.name, tuple(x.shape), x.requires_grad, node, x.is_leaf, self.t.is_grad_enabled()))
        return x.detach()

    def unpack(self, x):
        self.log.append(("unpack", self.name, tuple(x.shape), self.t.is_grad_enabled()))
        return x

    def installed(self):
        return self.t.autograd.graph.saved_tensors_hooks(self.pack, self.unpack)


def what_is_packed(t):
    log, a, b, c = [], leaf(t, 1.0, 2.0, 3.0), t.full((3,), 2.0, dtype=t.float64), leaf(t, [1.0, 2, 3], [4, 5, 6])
    for program in [
        lambda: a * c, lambda: a.exp() / c, lambda: t.atan2(a, c), lambda: a**2 + a**c, lambda: t.addcmul(a, a, b),
        lambda: a.tanh() * 2, lambda: t.ones(2, 3, dtype=t.float64) @ a, lambda: t.cat([a, b]),
        lambda: t.softmax(a, 0) * t.ones(3, dtype=t.float64).cumsum(0),
        lambda: a.sort()[0], lambda: a.max(0)[0], lambda: a.prod(), lambda: t.logsumexp(c, 1), lambda: c.mean(0),
    ]:  # fmt: skip
        with Hooks(t, log).installed():
            y = program()
        y.sum().backward()
        log.append(plain((a.grad, c.grad)))
        a.grad = c.grad = None
    return log


def double_backward(t):
    log, x = [], leaf(t, 0.25, 0.75)
    with Hooks(t, log, "first").installed():
        y = (x.sin() * x).exp()
    with Hooks(t, log, "second").installed():
        (g,) = t.autograd.grad(y.sum(), x, create_graph=True)
    (gg,) = t.autograd.grad(g.sum(), x, create_graph=True)
    (ggg,) = t.autograd.grad(gg.sum(), x)
    # The rules of the two differ in what they save for a third derivative.
    return [entry for entry in log if entry[:2] == ("pack", "first")], plain((g.detach(), gg.detach(), ggg))


def nesting(t):
    log, a = [], leaf(t, 1.0, 2.0)
    with Hooks(t, log, "outer").installed():
        with Hooks(t, log, "inner").installed():
            y = a.exp()
        z = y.sin()
    (y + z).sum().backward(retain_graph=True)
    (y + z).sum().backward()
    return log, plain(a.grad), outcome(lambda t: y.sum().backward(), t)


def attributes(t):
    """What a node shows of what it saved."""
    log, a, c = [], leaf(t, 1.0, 2.0), leaf(t, [1.0, 2.0])
    hooks = Hooks(t, log)
    with hooks.installed():
        y, z = a.exp(), a * c
    log.append(plain((y.grad_fn._saved_result, z.grad_fn._saved_self, z.grad_fn._saved_self.grad_fn)))
    x = a.exp() * c
    saved = x.grad_fn._raw_saved_self
    log += [outcome(lambda t: saved.register_hooks(hooks.pack, hooks.unpack), t) for _ in range(2)]
    log += [plain(x.grad_fn._saved_self), saved.unpack_hook == hooks.unpack, plain(saved.data)]
    x.sum().backward()
    log += [
        outcome(lambda t: saved.register_hooks(hooks.pack, hooks.unpack), t), plain(a.grad),
        outcome(lambda t: x.grad_fn._saved_self, t),
    ]  # fmt: skip
    x = a * t.ones(2, dtype=t.float64)
    log.append(outcome(lambda t: x.grad_fn._raw_saved_self.register_hooks(hooks.pack, hooks.unpack), t))
    log.append(plain((x.grad_fn._raw_saved_other.data, x.grad_fn._raw_saved_other.unpack())))
    log.append(outcome(lambda t: x.grad_fn._raw_saved_other.register_hooks(lambda x: 1, lambda x: 1), t))
    log.append(outcome(lambda t: x.sum().backward(), t))
    return log


def failing_hooks(t):
    a, found = leaf(t, 1.0, 2.0), []

    def written(x):
        x.add_(1)
        return x

    pairs = [(written, abs), (lambda: 1, abs), (lambda x: 1 / 0, abs), (1, 2), (lambda x: x.detach(), lambda x: 1 / 0),
             (lambda x: 1, lambda x: 1), (lambda x: 1, lambda x: None)]  # fmt: skip
    for pair in pairs:

        def program(t):
            with t.autograd.graph.saved_tensors_hooks(*pair):
                y = a.exp()
            y.sum().backward()

        found.append(outcome(program, t))
    return found, plain(a.grad), plain(a * 2)


def disabled(t):
    graph, found = t.autograd.graph, []

    def used(t):
        with graph.saved_tensors_hooks(abs, abs):
            return "used"

    with graph.disable_saved_tensors_hooks("outer words"):
        found.append(outcome(used, t))
        with graph.disable_saved_tensors_hooks("inner words"):
            found.append(outcome(used, t))
        found.append(outcome(used, t))

    def late(t):
        with graph.saved_tensors_hooks(abs, abs), graph.disable_saved_tensors_hooks("too late"):
            return "used"

    return [*found, outcome(late, t), outcome(used, t)]


def custom_functions(t):
    log, a, c = [], leaf(t, 1.0, 2.0), leaf(t, [1.0, 2.0])

    class F(t.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            z = x * y
            ctx.save_for_backward(x, z, None)
            return z, x + 1

        @staticmethod
        def backward(ctx, g, h):
            log.append(re.sub("FBackward.*?>", "FBackward>", plain(ctx.saved_tensors)))
            return g[0] + h, None

    hooks = Hooks(t, log)
    with hooks.installed():
        y, z = F.apply(a, c * 1)
    (y.sum() + z.sum()).backward()
    y, z = F.apply(a, c * 1)
    y.grad_fn._raw_saved_tensors[1].register_hooks(hooks.pack, hooks.unpack)
    (y.sum() + z.sum()).backward()
    return log, plain(a.grad), outcome(lambda t: y.grad_fn._raw_saved_tensors, t)


def inplace(t):
    x, w = leaf(t, 1.0, 2.0, 3.0, 4.0), leaf(t, 2.0, 3.0)
    with t.autograd.graph.saved_tensors_hooks(lambda a: a.detach().clone(), lambda a: a):
        y = x * 1
        y[:2].mul_(w)
        y.exp_()
        z = (y * y).sum()
    z.backward()
    return plain((x.grad, w.grad))


def save_on_cpu(t):
    found = []
    for pin_memory in (False, True):
        a, b = leaf(t, 1.0, 2.0), leaf(t, 3.0, 4.0)
        with t.autograd.graph.save_on_cpu(pin_memory=pin_memory):
            y = (a * 2).exp() * b
        y.sum().backward()
        found.append(plain((a.grad, b.grad)))
    return found


def mutation(t):
    graph, found, x = t.autograd.graph, [], leaf(t, 1.0, 2.0)
    with graph.allow_mutation_on_saved_tensors():
        y = x.clone()
        part = y[:1]
        first = (part**2).sum() + y.exp().sum()
        y.mul_(3)
        part.add_(1)
        second = (y * part).sum()
        y.zero_()
        (first + second).backward()
        found.append(plain(x.grad))
        y = x.clone()
        left = (y**2).sum()
        y.sin_()

        def nested(t):
            with graph.allow_mutation_on_saved_tensors():
                pass

        found.append(outcome(nested, t))
    found.append(outcome(lambda t: left.backward(), t))
    with graph.allow_mutation_on_saved_tensors():
        found.append(outcome(lambda t: left.backward(), t))
    return found


def edges(t):
    grad, of, edge = t.autograd.grad, t.autograd.graph.get_gradient_edge, t.autograd.graph.GradientEdge
    x, w = leaf(t, 1.0, 2.0), leaf(t, 2.0).sum().detach().requires_grad_()
    ones, unused = t.ones(2, dtype=t.float64), leaf(t, 1.0, 1.0)

    def fresh():
        y = x * w
        return y, y.exp()

    def call(program):
        y, z = fresh()
        result = outcome(lambda t: plain(program(y, z)), t)
        leaves = plain((x.grad, w.grad))
        x.grad = w.grad = None
        return result, leaves

    backward = t.autograd.backward
    return [call(program) for program in [
        lambda y, z: of(x), lambda y, z: of(z), lambda y, z: of(z.detach()), lambda y, z: of(y.max(0)[0]),
        lambda y, z: grad(of(z), x, ones), lambda y, z: grad(of(z), of(y), ones), lambda y, z: grad(of(z.sum()), of(x)),
        lambda y, z: grad((of(z.sum()), z.sum()), [of(x), w]), lambda y, z: grad(of(z), of(x)),
        lambda y, z: grad(of(z), of(x), t.ones(3)), lambda y, z: grad(of(z), of(x), t.ones(2)),
        lambda y, z: grad(of(z), of(x), ones * 1j), lambda y, z: grad(z.sum(), of(unused)),
        lambda y, z: grad(z.sum(), of(unused), allow_unused=True),
        lambda y, z: grad(z.sum(), of(unused), materialize_grads=True),
        lambda y, z: grad(of(z), x, ones * ones[:, None], is_grads_batched=True),
        lambda y, z: grad(z, of(x), ones * ones[:, None], is_grads_batched=True),
        lambda y, z: backward(of(z.sum())), lambda y, z: backward(of(z), ones, inputs=of(x)),
        lambda y, z: backward(of(z), ones, inputs=[of(w)]), lambda y, z: (backward(z.sum(), inputs=[of(y)]), y.retains_grad),
        lambda y, z: (backward(z.sum(), inputs=[of(y), x]), y.retains_grad), lambda y, z: z.sum().backward(inputs=of(x)),
        lambda y, z: grad(edge(z.grad_fn, 0), edge(y.grad_fn, 0), ones),
        lambda y, z: grad(of(z.reshape(1, 2).expand(2, 2).max(0)[0]), x, ones), lambda y, z: grad(y, [of(x), x, w], ones),
        lambda y, z: grad(of(x), [of(x), x], ones), lambda y, z: grad(of(w), of(w)), lambda y, z: grad(of(x), x),
        lambda y, z: grad(x[:1] * 2, of(x[:1]), allow_unused=True),
    ]]  # fmt: skip


def multi_grad_hooks(t):
    log, graph = [], t.autograd.graph
    a, b = leaf(t, 1.0, 2.0), leaf(t, 3.0, 4.0)
    c, d = a * b, a * b

    def note(gradients):
        log.append([g is not None for g in gradients])

    def run(program):
        log.append(outcome(lambda t: plain(program()), t))

    handle = graph.register_multi_grad_hook((a, b, c, d), note)
    c.sum().backward(retain_graph=True)
    c.sum().backward(inputs=(a,), retain_graph=True)
    (c + d).sum().backward(retain_graph=True)
    run(lambda: t.autograd.grad(c.sum(), a, retain_graph=True))
    run(lambda: t.autograd.grad((c * d).sum(), (c, d), retain_graph=True))
    handle.remove()
    with graph.register_multi_grad_hook((c, d), note):
        run(lambda: t.autograd.grad((c * d).sum(), (c, d), retain_graph=True))
        run(lambda: t.autograd.grad((c * d).sum(), a, retain_graph=True))
    m = a.max(0)[0]
    with graph.register_multi_grad_hook((c, m), note):
        (m.sum() + c.sum()).backward(retain_graph=True)
    with graph.register_multi_grad_hook((c, d, t.ones(2)), lambda g: log.append(plain(g)), mode="any"):
        for _ in range(2):
            (c + d).sum().backward(retain_graph=True)
    (c + d).sum().backward(retain_graph=True)
    run(lambda: graph.register_multi_grad_hook((c, d), note, mode="some"))
    run(lambda: graph.register_multi_grad_hook((c, t.ones(2)), note))
    return log


def versions(t):
    x, y = leaf(t, 1.0), t.ones(2)
    with t.inference_mode():
        z = t.ones(2)
    graph = t.autograd.graph
    found = [outcome(lambda t: graph.increment_version(arg), t) for arg in (x, [x, y], iter([y]), z, 3, [3])]
    w = leaf(t, 2.0) * 1
    out = w.exp()
    graph.increment_version(out)
    message = outcome(lambda t: out.backward(), t)[0][2].replace("CPU", "").replace("torch.DoubleTensor", "")
    return found, x._version, y._version, message.split(";")[0]


def others(t):
    graph = t.autograd.graph
    return [
        *[outcome(lambda t: graph.region_activation_memory_budget(v), t) for v in (True, "a", 2.0, 0.5)],
        graph.set_warn_on_accumulate_grad_stream_mismatch(True), graph.set_override_stale_capture_stream(False),
        isinstance((leaf(t, 1.0) * 2).grad_fn, graph.Node), sorted(graph.__all__),
    ]  # fmt: skip


CASES = [
    what_is_packed, double_backward, nesting, attributes, failing_hooks, disabled, custom_functions, inplace, save_on_cpu,
    mutation, edges, multi_grad_hooks, versions, others,
]  # fmt: skip


@parametrize(CASES)
def test_graph(case):
    check(case)
