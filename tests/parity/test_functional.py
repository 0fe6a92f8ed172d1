"""torch.autograd.functional against PyTorch: values, shapes, nesting, what requires grad, and every error."""

import itertools
import re

import pytest

torch = pytest.importorskip("torch")
pytest.register_assert_rewrite("parity.nn_cases")
from parity.nn_cases import check, outcome, parametrize  # noqa: E402

PRODUCTS = ["vjp", "jvp", "vhp", "hvp"]


def double(t, *values):
    return t.tensor(values, dtype=t.float64)


def inputs(t):
    x, y = double(t, [1.0, 2.0], [3.0, 4.0]), double(t, 0.5, -1.0)
    return {"x": x, "y": y, "x_leaf": x.clone().requires_grad_(), "y_leaf": y.clone().requires_grad_(),
            "one": double(t, 2.0), "complex": t.tensor([1 + 2j, 3 - 1j]), "empty": t.empty(0), "int": 3}  # fmt: skip


def functions(t):
    weight = t.tensor(3.0, dtype=t.float64, requires_grad=True)
    return {
        "rows": (lambda a: a.exp().sum(1), "x"), "rows_leaf": (lambda a: a.exp().sum(1), "x_leaf"),
        "two": (lambda a, b: (a * b, b.sin()), "x y"), "two_leaf": (lambda a, b: (a * b, b.sin()), "x_leaf y_leaf"),
        "linear": (lambda a: 2 * a, "y"), "sum_of_linear": (lambda a, b: 2 * a + 3 * b, "y y"),
        "unused": (lambda a, b: a.pow(2), "y y"), "constant": (lambda a: t.ones(2, dtype=t.float64), "y"),
        "detached": (lambda a: a.detach(), "y"), "cube": (lambda a: (a**3).sum(), "x"),
        "square": (lambda a: (a**2).sum(), "x"),
        "cube_leaf": (lambda a: (a**3).sum(), "x_leaf"), "mixed": (lambda a, b: (a**3 * b).sum(), "x_leaf y_leaf"),
        "element": (lambda a: a**3, "one"), "sum": (lambda a: a.sum(), "x"),
        "half_used": (lambda a, b: (a**3).sum(), "x y"), "tuple": (lambda a: ((a**3).sum(),), "x"),
        "half_linear": (lambda a, b: (a**3).sum() + b.sum(), "x y"), "captures": (lambda a: (a * weight).sum(), "x"),
        "number": (lambda a: 3, "x"), "second_number": (lambda a: (a, 3), "x"), "list": (lambda a: [a, a], "x"),
        "of_number": (lambda a: a, "int"), "of_second_number": (lambda a, b: a, "x int"),
        "complex": (lambda a: (a * a).sum(), "complex"), "empty": (lambda a: a.sum(), "empty"),
    }  # fmt: skip


def vectors(t):
    found = inputs(t)
    ones = t.ones(2, 2, dtype=t.float64)
    return [None, ones, double(t, 1.0, 2.0), double(t, 1.0), double(t, 1.0)[0], (ones, double(t, 1.0, 2.0)),
            (found["y"], found["y"]), t.tensor([1j, 2.0 + 0j]), double(t, 1.0, 2.0).requires_grad_(), 3]  # fmt: skip


def plain(result):
    """A result's numbers and whether it requires grad; not by which operation, and no sign of zero."""
    if isinstance(result, (tuple, list)):
        return [plain(r) for r in result]
    return [(result.detach() + 0).tolist(), tuple(result.shape), str(result.dtype)[-8:], result.requires_grad]


def called(t, name, function, given, *args, **kwargs):
    found = inputs(t)
    chosen = tuple(found[n] for n in given.split())
    chosen = chosen if len(chosen) > 1 else chosen[0]
    result = outcome(lambda t: plain(getattr(t.autograd.functional, name)(function, chosen, *args, **kwargs)), t)
    return re.sub(r"grad_fn=<\w+>", "", repr(result[0]))


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("function", functions(torch))
def test_products(function, name):
    def case(t):
        return [
            called(t, name, *functions(t)[function], v, create_graph=create_graph, strict=strict)
            for v, create_graph, strict in itertools.product(vectors(t), (False, True), (False, True))
        ]

    check(case)


@pytest.mark.parametrize("name", ["jacobian", "hessian"])
@pytest.mark.parametrize("function", functions(torch))
def test_matrices(function, name):
    def case(t):
        return [
            called(t, name, *functions(t)[function], create_graph=create_graph, strict=strict, vectorize=vectorize)
            for create_graph, strict, vectorize in itertools.product((False, True), repeat=3)
            # PyTorch's power of two keeps a graph to a third derivative that is zero: nothing to compare.
            if not (vectorize and create_graph)
        ]

    check(case)


@pytest.mark.parametrize("function", [name for name in functions(torch) if name != "empty"])  # PyTorch has no empty batch
def test_forward_mode(function):
    def case(t):
        made = functions(t)[function]
        return [
            called(t, "jacobian", *made, vectorize=True, strategy="forward-mode"),
            called(t, "hessian", *made, vectorize=True, outer_jacobian_strategy="forward-mode"),
        ]

    check(case)


def nested_in_lists(t):
    """Tuples on both sides come back as lists from forward mode, as tuples from reverse mode."""
    x = t.ones(2)
    made = [t.autograd.functional.jacobian(lambda a, b: (a * b, a.sum()), (x, x), vectorize=True, strategy=strategy)
            for strategy in ("forward-mode", "reverse-mode")]  # fmt: skip
    return [(type(m).__name__, type(m[0]).__name__) for m in made]


def strategies(t):
    x, f = t.ones(2), t.autograd.functional

    def jacobian(**kwargs):
        return outcome(lambda t: f.jacobian(t.exp, x, **kwargs), t)

    def hessian(**kwargs):
        return outcome(lambda t: f.hessian(t.sum, x, **kwargs), t)

    return [
        jacobian(strategy="forward-mode", create_graph=True, vectorize=True), jacobian(strategy="forward-mode"),
        jacobian(strategy="forward-mode", strict=True, vectorize=True), jacobian(strategy="zigzag"),
        hessian(outer_jacobian_strategy="forward-mode", create_graph=True), hessian(outer_jacobian_strategy="zigzag"),
        hessian(outer_jacobian_strategy="forward-mode", strict=True), hessian(outer_jacobian_strategy="forward-mode"),
    ]  # fmt: skip


def no_trace(t):
    """Nobody's .grad is touched, captured tensors count as constants, and grad mode stays what it was."""
    x, w = t.ones(2, requires_grad=True), t.ones(2, requires_grad=True)
    with t.no_grad():
        made = t.autograd.functional.jacobian(lambda a: a * w * x, x)
        mode = t.is_grad_enabled()
    return made, mode, x.grad, w.grad


def batched(t):
    """autograd.grad(is_grads_batched=True)."""
    x, w = t.tensor([1.0, 2.0], requires_grad=True), t.tensor(2.0, requires_grad=True)
    unused, eye, ones = t.ones(2, requires_grad=True), t.eye(2), t.ones

    def grad(outputs, into, vectors, **kwargs):
        return outcome(lambda t: plain(t.autograd.grad(outputs, into, vectors, is_grads_batched=True, **kwargs)), t)

    twice = x * w
    return [
        grad(x * w, x, eye), grad(x * w, (x, w), eye), grad(x * w, (x, w), ones(3, 2), create_graph=True),
        grad((x * w, w * 2), (x, w), (eye, ones(2))), grad((x * w, w * 2), (x, w), (eye, ones(3))),
        grad((x * w, w * 2), (x, w), (eye, None)), grad(w * 2, w, None), grad(x * w, x, ones(2)),
        grad(x * w, x, ones(2, 3)), grad(x * w, x, ones(0, 2)), grad(w * 2, w, t.tensor(1.0)), grad(x * w, unused, eye),
        grad(x * w, unused, eye, materialize_grads=True), grad(x * w, x, eye.double()), grad(x * w, x, eye * 1j),
        grad(twice, x, eye, retain_graph=True), grad(twice, x, eye), grad(twice, x, eye),
    ]  # fmt: skip


@parametrize([strategies, nested_in_lists, no_trace, batched])
def test_other_cases(case):
    check(case)
