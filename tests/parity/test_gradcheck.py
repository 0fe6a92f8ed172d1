"""gradcheck and gradgradcheck say what PyTorch's say, word for word, of the same function."""

import re
import warnings

import pytest

torch = pytest.importorskip("torch")

import rushlight  # noqa: E402


def double(t, *values, **options):
    return t.tensor(values, dtype=t.float64, requires_grad=True, **options)


def cube_with_backward(t, backward):
    """x**3 as a custom Function with the given backward pass."""

    class Cube(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, gradient):
            return backward(*ctx.saved_tensors, gradient)

    return Cube.apply


class Alternating:
    """A backward pass that is off every other time by a little."""

    def __init__(self, off):
        self.calls = 0
        self.off = off

    def __call__(self, x, gradient):
        self.calls += 1
        return gradient * 3 * x**2 + (self.off if self.calls % 2 else 0)


def right(t):
    return cube_with_backward(t, lambda x, g: g * 3 * x**2), double(t, 0.5, -1.25, 2.0)


def wrong(t):
    return cube_with_backward(t, lambda x, g: g * 2 * x**2), double(t, 0.5, -1.25, 2.0)


def slightly_wrong(t):
    return cube_with_backward(t, lambda x, g: g * 3 * x**2 * 1.0012), double(t, 0.5, -1.25, 2.0)


def not_multiplied_by_gradient(t):
    return cube_with_backward(t, lambda x, g: 3 * x**2), double(t, 0.5, -1.25, 2.0)


def nondeterministic(t):
    return cube_with_backward(t, Alternating(1e-7)), double(t, 0.5, -1.25, 2.0)


def no_backward_for_undefined(t):
    class Two(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, a, b):
            if a is None or b is None:
                raise RuntimeError("no gradient")
            return 2 * a + 3 * b

    return Two.apply, double(t, 1.0, 2.0)


def something_for_undefined(t):
    class Two(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, a, b):
            return t.ones(2, dtype=t.float64) if a is None or b is None else 2 * a + 3 * b

    return Two.apply, double(t, 1.0, 2.0)


def single_precision(t):
    return lambda x: x * 2, t.tensor([1.0, 2.0], requires_grad=True)


def no_gradient_wanted(t):
    return t.sin, t.tensor([1.0, 2.0], dtype=t.float64)


def overlapping(t):
    return t.sin, double(t, 1.0).expand(3)


def second_input_overlapping(t):
    return lambda x, y: x * y, (double(t, 1.0, 2.0), double(t, 1.0).expand(2))


def one_element_expanded(t):
    return t.sin, double(t, 1.0).expand(1, 1)


def constant(t):
    return lambda x: x.detach() * 0 + 1, double(t, 1.0, 2.0)


def detached(t):
    return lambda x: x.detach() * 2, double(t, 1.0, 2.0)


def partly_detached(t):
    return lambda x: (x * 2, x.detach() * 2), double(t, 1.0, 2.0)


def shape_depends_on_values(t):
    return lambda x: x[x > 1.0], double(t, 1.0, 2.0)


def dtype_depends_on_values(t):
    return lambda x: x.to(t.float32) if x[0] > 1.0 else x, double(t, 1.0, 2.0)


def several_inputs_and_outputs(t):
    x, y = double(t, [0.5, 1.5], [-1.0, 2.0]), double(t, 1.0, -2.0)
    return lambda a, n, b: (a @ b * n, [a.sum(), b][0], a * b), (x, 3, y)


def wrong_in_second_input(t):
    wrong = cube_with_backward(t, lambda x, g: g * 2 * x**2)
    return lambda a, b: (a * b, wrong(b)), (double(t, 0.5, 1.5), double(t, 1.0, -2.0))


def unused_input(t):
    return lambda a, b: a * 2, (double(t, 0.5, 1.5), double(t, 1.0, -2.0))


def scalar(t):
    return t.exp, t.tensor(0.5, dtype=t.float64, requires_grad=True)


def empty(t):
    return t.exp, t.zeros(0, 3, dtype=t.float64, requires_grad=True)


def strided(t):
    return lambda x: x.sin(), t.linspace(0, 1, 6, dtype=t.float64).reshape(2, 3).t().requires_grad_()


def view_of_the_input(t):
    return lambda x: x.t(), double(t, [0.5, 1.5], [-1.0, 2.0])


def complex_input(t):
    return lambda z: (z * z.conj()).real, t.tensor([1 + 2j, -0.5 + 1j], dtype=t.complex128, requires_grad=True)


def complex_output(t):
    return lambda z: z * (1 + 2j), double(t, 1.0, -2.0)


def complex_both(t):
    return lambda z: z * z + z.conj(), t.tensor([1 + 2j, -0.5 + 1j], dtype=t.complex128, requires_grad=True)


def complex_wrong(t):
    def forget_conjugate(z, g):
        return g * 3 * z**2

    function = cube_with_backward(t, forget_conjugate)
    return function, t.tensor([1 + 2j, -0.5 + 1j], dtype=t.complex128, requires_grad=True)


def complex_first_output_wrong(t):
    function = cube_with_backward(t, lambda z, g: g * 3 * z**2)
    z = t.tensor([1 + 2j, -0.5 + 1j], dtype=t.complex128, requires_grad=True)
    return lambda z: ((z * z.conj()).real, function(z)), z


def raises(t):
    def fails(x):
        raise KeyError("of its own")

    return fails, double(t, 1.0)


SCENARIOS = [
    right,
    wrong,
    slightly_wrong,
    not_multiplied_by_gradient,
    nondeterministic,
    no_backward_for_undefined,
    something_for_undefined,
    single_precision,
    no_gradient_wanted,
    overlapping,
    second_input_overlapping,
    one_element_expanded,
    constant,
    detached,
    partly_detached,
    shape_depends_on_values,
    dtype_depends_on_values,
    several_inputs_and_outputs,
    wrong_in_second_input,
    unused_input,
    scalar,
    empty,
    strided,
    view_of_the_input,
    complex_input,
    complex_output,
    complex_both,
    complex_wrong,
    complex_first_output_wrong,
    raises,
]


def outcome(t, check, scenario, **options):
    """What the check returned or raised, and the warnings it gave."""
    func, inputs = scenario(t)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = check(func, inputs, **options)
        except (RuntimeError, ValueError, AssertionError, TypeError, KeyError, NotImplementedError) as error:
            result = (type(error).__name__, comparable(str(error)))
    return result, sorted(str(warning.message) for warning in caught if warning.category is UserWarning)


def comparable(text):
    """Numbers with four digits: finite differences magnify the last bits of what libraries round differently.

    (PyTorch's Jacobians by forward mode of complex functions have a history, by accident.)
    """
    text = re.sub(r",\s+grad_fn=<\w+>", "", text.replace("-0.", "0."))
    return re.sub(r"-?\d+\.\d*(e[+-]\d+)?", lambda match: f"{float(match[0]):.4g}", text)


@pytest.mark.parametrize("options", [{}, {"fast_mode": True}, {"raise_exception": False}], ids=str)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda f: f.__name__)
def test_gradcheck(scenario, options):
    ours = outcome(rushlight, rushlight.autograd.gradcheck, scenario, **options)
    assert ours == outcome(torch, torch.autograd.gradcheck, scenario, **options)


@pytest.mark.parametrize("fast_mode", [False, True])
@pytest.mark.parametrize(
    "scenario",
    [s for s in SCENARIOS if s not in (constant, detached)],  # PyTorch's own code fails on these, with a TypeError
    ids=lambda f: f.__name__,
)
def test_gradgradcheck(scenario, fast_mode):
    results = []
    for t in (rushlight, torch):
        t.manual_seed(0)
        results.append(outcome(t, t.autograd.gradgradcheck, scenario, fast_mode=fast_mode))
    assert results[0] == results[1]


def cube_with_jvp(t, jvp):
    """x**3 with the right backward pass and the given forward mode."""

    class Cube(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            ctx.save_for_forward(x)
            return x**3

        @staticmethod
        def backward(ctx, gradient):
            (x,) = ctx.saved_tensors
            return gradient * (3 * x**2).conj()

        @staticmethod
        def jvp(ctx, tangent):
            (x,) = ctx.saved_tensors
            return jvp(x, tangent)

    return Cube.apply


def right_jvp(t):
    return cube_with_jvp(t, lambda x, dx: 3 * x**2 * dx), double(t, 0.5, -1.25, 2.0)


def wrong_jvp(t):
    return cube_with_jvp(t, lambda x, dx: 2 * x**2 * dx), double(t, 0.5, -1.25, 2.0)


def slightly_wrong_jvp(t):
    return cube_with_jvp(t, lambda x, dx: 3 * x**2 * dx * 1.0012), double(t, 0.5, -1.25, 2.0)


def complex_right_jvp(t):
    z = t.tensor([1 + 2j, -0.5 + 1j], dtype=t.complex128, requires_grad=True)
    return cube_with_jvp(t, lambda x, dx: 3 * x**2 * dx), z


def complex_wrong_jvp(t):
    z = t.tensor([1 + 2j, -0.5 + 1j], dtype=t.complex128, requires_grad=True)
    return cube_with_jvp(t, lambda x, dx: 3 * x**2 * dx.conj()), z


def wrong_jvp_in_second_input(t):
    wrong = cube_with_jvp(t, lambda x, dx: 2 * x**2 * dx)
    return lambda a, b: (a * b, wrong(b)), (double(t, 0.5, 1.5), double(t, 1.0, -2.0))


def elementary(t):
    return lambda x, y: (x.sin() * y, (x @ y).exp(), x.cumsum(0)), (double(t, 0.5, 1.5), double(t, 1.0, -2.0))


def elementary_complex(t):
    z = t.tensor([1 + 2j, -0.5 + 1j], dtype=t.complex128, requires_grad=True)
    return lambda z, x: (z.exp() * x, z.abs(), z.real * x), (z, double(t, 1.0, -2.0))


FORWARD = [
    right_jvp, wrong_jvp, slightly_wrong_jvp, complex_right_jvp, complex_wrong_jvp, wrong_jvp_in_second_input, elementary,
    elementary_complex, several_inputs_and_outputs, right, wrong, constant, detached, scalar, empty, strided,
    view_of_the_input, complex_input, complex_output, shape_depends_on_values, unused_input, single_precision,
]  # fmt: skip


@pytest.mark.parametrize("fast_mode", [False, True])
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("scenario", FORWARD, ids=lambda f: f.__name__)
def test_forward_mode(scenario, backward, fast_mode):
    if scenario is detached and fast_mode:
        pytest.skip("PyTorch's own code fails, with an IndexError")
    options = {"check_forward_ad": True, "check_backward_ad": backward, "fast_mode": fast_mode}
    ours = outcome(rushlight, rushlight.autograd.gradcheck, scenario, **options)
    assert ours == outcome(torch, torch.autograd.gradcheck, scenario, **options)


@pytest.mark.parametrize("fast_mode", [False, True])
@pytest.mark.parametrize(
    "scenario", [elementary, elementary_complex, scalar, strided, complex_output, complex_input, right_jvp, wrong],
    ids=lambda f: f.__name__,
)  # fmt: skip
def test_forward_over_reverse(scenario, fast_mode):
    results = []
    for t in (rushlight, torch):
        t.manual_seed(0)
        results.append(outcome(t, t.autograd.gradgradcheck, scenario, fast_mode=fast_mode, check_fwd_over_rev=True))
    assert results[0] == results[1]


@pytest.mark.parametrize("scenario", [elementary, elementary_complex, scalar, strided, unused_input], ids=lambda f: f.__name__)
def test_batches(scenario):
    options = {"check_forward_ad": True, "check_batched_grad": True, "check_batched_forward_grad": True}
    ours = outcome(rushlight, rushlight.autograd.gradcheck, scenario, **options)
    assert ours == outcome(torch, torch.autograd.gradcheck, scenario, **options)
    again = [outcome(t, t.autograd.gradgradcheck, scenario, check_batched_grad=True) for t in (rushlight, torch)]
    assert again[0] == again[1]


OPTIONS = [
    {"check_backward_ad": False},
    {"check_backward_ad": False, "check_forward_ad": True, "check_batched_grad": True},
    {"check_batched_forward_grad": True},
    {"nondet_tol": 1e-3},
    {"check_undefined_grad": False},
    {"check_grad_dtypes": True},
    {"masked": True},
    {"masked": False},
    {"eps": 1e-3, "atol": 1e-9, "rtol": 1e-9},
    {"atol": 1.0},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(
    "scenario",
    [right, slightly_wrong, nondeterministic, not_multiplied_by_gradient, something_for_undefined, complex_both],
    ids=lambda f: f.__name__,
)
def test_options(scenario, options):
    ours = outcome(rushlight, rushlight.autograd.gradcheck, scenario, **options)
    assert ours == outcome(torch, torch.autograd.gradcheck, scenario, **options)


@pytest.mark.parametrize(
    "options",
    [
        {"check_rev_over_rev": False},
        {"check_fwd_over_rev": True, "check_rev_over_rev": False},
        {
            "check_fwd_over_rev": True,
            "check_rev_over_rev": False,
            "check_undefined_grad": False,
            "check_batched_grad": 1,
        },
        {"gen_non_contig_grad_outputs": True},
    ],
    ids=str,
)
def test_gradgradcheck_options(options):
    ours = outcome(rushlight, rushlight.autograd.gradgradcheck, right, **options)
    assert ours == outcome(torch, torch.autograd.gradgradcheck, right, **options)


def test_signatures():
    import inspect

    for name in ("gradcheck", "gradgradcheck"):
        ours, theirs = (inspect.signature(getattr(t.autograd, name)).parameters.values() for t in (rushlight, torch))
        assert [(p.name, p.kind, p.default) for p in ours] == [(p.name, p.kind, p.default) for p in theirs]


@pytest.mark.parametrize("arguments", [{}, {"grad_out": 2.0}, {"eps": 1e-6}], ids=str)
def test_deprecated_jacobians(arguments):
    from importlib import import_module

    results = []
    for t in (rushlight, torch):
        module = import_module(f"{t.__name__}.autograd.gradcheck")
        x = double(t, 1.0, -2.0, 0.5)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                numerical = rounded(module.get_numerical_jacobian(lambda xs: xs[0] ** 2, (x,), **arguments))
            except ValueError as error:
                numerical = str(error)
            analytical, *flags = module.get_analytical_jacobian((x,), x**2)
        by_index = module.get_numerical_jacobian_wrt_specific_input(t.sin, 0, (x,), (t.sin(x),), 1e-6)
        said = [(warning.category, str(warning.message)) for warning in caught]
        results.append((numerical, rounded(analytical), flags, rounded(by_index), said))
    assert results[0] == results[1]


def rounded(jacobians):
    return [jacobian.numpy().round(5).tolist() for jacobian in jacobians]
