"""torch.utils.checkpoint against PyTorch: gradients, how often each function runs, warnings and errors."""

# ruff: noqa: B023  (every function is called where it is made)

import itertools

import pytest

pytest.importorskip("torch.utils.checkpoint")
pytest.register_assert_rewrite("parity.nn_cases")
from parity.nn_cases import check, outcome, parametrize  # noqa: E402


def leaf(t, *values):
    return t.tensor(values, dtype=t.float64, requires_grad=True)


class Program:
    """A function with a weight, that counts its calls."""

    def __init__(self, t):
        self.t, self.calls = t, 0
        self.x, self.weight = leaf(t, 0.25, 0.5), leaf(t, 2.0, 3.0)

    def __call__(self, a, b=None):
        self.calls += 1
        y = (a * self.weight).sin() * a.exp()
        return y if b is None else y * b

    def run(self, **options):
        def call(t):
            self.x.grad = self.weight.grad = None
            self.calls = 0
            t.utils.checkpoint.checkpoint(self, self.x, **options).sum().backward()
            return rounded(self.x.grad), rounded(self.weight.grad), self.calls

        return outcome(call, self.t)


def rounded(x):
    """Enough digits to compare, few enough that the last bits do not show."""
    return None if x is None else [float(f"{v:.10g}") for v in x.detach().reshape(-1).tolist()]


def options(t):
    run = Program(t).run
    return [
        run(), run(use_reentrant=True), run(use_reentrant=False), run(use_reentrant=False, b=3.0),
        run(use_reentrant=True, b=3.0), run(use_reentrant=True, debug=True), run(use_reentrant=False, debug=True),
        run(use_reentrant=False, determinism_check="none"), run(use_reentrant=False, determinism_check="some"),
        run(use_reentrant=True, context_fn=lambda: 1), run(use_reentrant=False, early_stop=False),
        run(use_reentrant=False, debug=True, context_fn=lambda: 1), run(use_reentrant=False, preserve_rng_state=False),
    ]  # fmt: skip


def without_gradients(t):
    checkpoint, program = t.utils.checkpoint.checkpoint, Program(t)
    constant = program.x.detach()
    return [
        [outcome(lambda t: shown(t.autograd.grad(checkpoint(program, program.x, use_reentrant=r).sum(), program.x)), t),
         outcome(lambda t: checkpoint(program, program.x, use_reentrant=r).sum().backward(inputs=program.x), t),
         outcome(lambda t: checkpoint(program, constant, use_reentrant=r).requires_grad, t),
         outcome(lambda t: checkpoint(lambda a: a.detach(), program.x, use_reentrant=r).sum().backward(), t),
         outcome(lambda t: checkpoint(lambda a: 3, program.x, use_reentrant=r), t)]
        for r in (True, False)
    ]  # fmt: skip


def shown(gradients):
    return [rounded(g) for g in gradients]


def random_numbers(t):
    """The second run draws what the first drew, and leaves the generator where it was."""
    drop, found = t.nn.Dropout(0.5), []
    for reentrant, preserve in itertools.product((True, False), repeat=2):
        t.manual_seed(3)
        x = t.ones(50, dtype=t.float64, requires_grad=True)
        y = t.utils.checkpoint.checkpoint(
            lambda a: drop(a) * drop(a) + a, x, use_reentrant=reentrant, preserve_rng_state=preserve
        )
        between = t.rand(2)
        y.sum().backward()
        found.append([y, x.grad, between, t.rand(2)])
    return found


def alternating(t, first, second):
    """A function that does one thing the first time and another the second."""
    calls = itertools.count()
    return lambda a: (second if next(calls) % 2 else first)(a)


def mismatches(t):
    x, found = Program(t).x, []
    short, long = (lambda a: a.sin().exp()), (lambda a: a.sin().exp().cos() * a)
    cases = [(long, short), (short, long), (lambda a: short(a.float()), lambda a: short(a.reshape(1, 2)))]
    for (first, second), early, determinism in itertools.product(cases, (True, False), ("default", "none")):
        function = alternating(t, first, second)
        found.append(outcome(lambda t: t.utils.checkpoint.checkpoint(
            function, x, use_reentrant=False, early_stop=early, determinism_check=determinism).sum().backward(), t))
    # Where no tensor's description is compared, only the shape of a gradient may not fit: each says that in its own way.
    return [f if "metadata" in str(f) or "number of tensors" in str(f) or "more tensors" in str(f) else "other" for f in found]


def nested(t):
    checkpoint, found = t.utils.checkpoint, []
    for early, outer, inner in itertools.product((True, False), repeat=3):
        calls = []

        def layer(name, within, calls=calls):
            def function(a):
                calls.append(name)
                return within(a.sin()).exp()

            return function

        def program(inner=inner, outer=outer, layer=layer):
            deepest = layer("deepest", lambda a: a)
            middle = layer("middle", lambda a: checkpoint.checkpoint(deepest, a, use_reentrant=inner))
            outermost = layer("outermost", lambda a: checkpoint.checkpoint(middle, a, use_reentrant=False))
            return checkpoint.checkpoint(outermost, x, use_reentrant=outer)

        x = leaf(t, 0.25, 0.5)
        with checkpoint.set_checkpoint_early_stop(early):
            y = program()
        y.sum().backward()
        found.append([rounded(x.grad), calls])
    return found


def several_backwards(t):
    checkpoint, program, found = t.utils.checkpoint.checkpoint, Program(t), []
    y = checkpoint(program, program.x, use_reentrant=False).sum()
    for keep in (True, True, False):
        y.backward(retain_graph=keep)
        found.append([program.calls, rounded(program.x.grad)])
    found.append(outcome(lambda t: y.backward(), t))
    (g,) = t.autograd.grad(checkpoint(program, program.x, use_reentrant=False).sum(), program.x, create_graph=True)
    found.append([rounded(g), shown(t.autograd.grad(g.sum(), program.x)), program.calls])
    z = checkpoint(lambda a: a.sin().exp(), program.x, use_reentrant=False)
    return [*found, z.grad_fn._saved_result, z.grad_fn._saved_result]


def backward_inside(t):
    def keeping(a):
        z = a.sin().cos()
        return t.autograd.grad(z.sum(), a, retain_graph=True)[0] * z

    def dropping(a):
        return a.cos() * t.autograd.grad(a.sin().cos().sum(), a)[0]

    x, checkpoint = leaf(t, 0.25, 0.5), t.utils.checkpoint.checkpoint
    return [
        outcome(lambda t: shown(t.autograd.grad(checkpoint(f, x, use_reentrant=False, early_stop=e).sum(), x)), t)
        for f, e in itertools.product((keeping, dropping), (True, False))
    ]


def custom_functions(t):
    def of(reads):
        class Exp(t.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                ctx.save_for_backward(a, a.exp())
                return a.exp()

            @staticmethod
            def backward(ctx, g):
                for _ in range(reads):
                    _, b = ctx.saved_tensors
                return g * b

        return lambda a: Exp.apply(a * 2)

    x, checkpoint = leaf(t, 0.25, 0.5), t.utils.checkpoint.checkpoint
    return [
        outcome(lambda t: shown(t.autograd.grad(checkpoint(of(n), x, use_reentrant=False).sum(), x)), t) for n in (1, 2)
    ]


class Noting:
    """A context manager that notes how it is entered and left."""

    def __init__(self, log, name, suppresses=False):
        self.log, self.name, self.suppresses = log, name, suppresses

    def __enter__(self):
        self.log.append(f"enter {self.name}")

    def __exit__(self, kind, *rest):
        self.log.append(f"exit {self.name} {kind.__name__ if kind else ''}")
        return self.suppresses


def contexts(t):
    def failing(a):
        raise ValueError("no")

    log, program = [], Program(t)
    checkpoint = t.utils.checkpoint.checkpoint

    def make(suppresses=False):
        return lambda: (Noting(log, "forward", suppresses), Noting(log, "again"))

    log.append(program.run(use_reentrant=False, context_fn=make()))
    log.append(program.run(use_reentrant=False, context_fn=make(), early_stop=False))
    for function, suppresses in ((failing, False), (failing, True)):
        log.append(outcome(
            lambda t: checkpoint(function, program.x, use_reentrant=False, context_fn=make(suppresses)), t))
    log.append(outcome(lambda t: checkpoint(failing, program.x, use_reentrant=True), t))
    with t.no_grad():
        log.append(checkpoint(lambda a: a * 2, program.x, use_reentrant=False, context_fn=make()))
    return log


def several_results(t):
    found = []
    for reentrant in (True, False):
        x = leaf(t, 0.25, 0.5)
        a, b, c = t.utils.checkpoint.checkpoint(lambda a, b: (a * 2, None, a.exp() * b), x, 3, use_reentrant=reentrant)
        (a + c).sum().backward()
        found.append([b, rounded(x.grad)])
    return found


def sequential(t):
    layers = [t.nn.Sequential(t.nn.Linear(3, 3, dtype=t.float64), t.nn.Tanh()) for _ in range(5)]
    for layer in layers:
        layer[0].weight.data = t.arange(9.0, dtype=t.float64).reshape(3, 3) / 20
        layer[0].bias.data = t.ones(3, dtype=t.float64)
    model, found = t.nn.Sequential(*layers), []
    x = (t.arange(6.0, dtype=t.float64).reshape(2, 3) / 8).requires_grad_()

    def run(functions, segments, **options):
        def call(t):
            model.zero_grad()
            x.grad = None
            t.utils.checkpoint.checkpoint_sequential(functions, segments, x, **options).sum().backward()
            return rounded(x.grad), rounded(layers[0][0].weight.grad)

        return outcome(call, t)

    for reentrant, segments in itertools.product((None, True, False), (1, 2, 3, 5)):
        found.append(run(model, segments, use_reentrant=reentrant))
    found.append(run([*model], 2, use_reentrant=False, preserve_rng_state=False))
    return [*found, run(model, 2, use_reentrant=False, of=1)]


def groups(t):
    program, module, found = Program(t), t.utils.checkpoint, []
    x = program.x
    y = module.checkpoint(lambda a: (program(a), a.exp()), x, use_reentrant=False)
    with module.GraphExecGroup():
        found += [shown(t.autograd.grad(part.sum(), x, retain_graph=i == 0)) for i, part in enumerate(y)]
    found.append(program.calls)
    y = module.checkpoint(program, x, use_reentrant=False)

    def overlapping(t):
        with module.GraphExecGroup():
            for _ in range(2):
                t.autograd.grad(y.sum(), x, retain_graph=True)

    return [*found, outcome(overlapping, t)]


def changed_inputs(t):
    found = []
    for reentrant in (True, False):
        x = leaf(t, 0.25, 0.5) * 1
        y = t.utils.checkpoint.checkpoint(lambda a: a.sin().exp(), x, use_reentrant=reentrant)
        x.add_(1)
        found.append(outcome(lambda t: y.sum().backward(), t))
    return [str(f).replace("DoubleTensor", "Tensor") for f in found]


def helpers(t):
    module, x = t.utils.checkpoint, leaf(t, 1.0)
    return [
        outcome(lambda t: module.detach_variable([x]), t), outcome(lambda t: module.detach_variable((x, 3)), t),
        outcome(lambda t: module.check_backward_validity([x.detach()]), t), module.get_device_states(x),
        module.DefaultDeviceType.get_device_type(), [policy.name for policy in module.CheckpointPolicy],
        sorted(set(module.__all__)),
    ]  # fmt: skip


CASES = [
    options, without_gradients, random_numbers, mismatches, nested, several_backwards, backward_inside, custom_functions,
    contexts, several_results, sequential, groups, changed_inputs, helpers,
]  # fmt: skip


@parametrize(CASES)
def test_checkpoint(case):
    check(case)
