"""What a program sees of transforms, under both packages: results, attributes and printed forms of tensors inside, errors."""

import re
import warnings

import pytest

torch = pytest.importorskip("torch")

import rushlight  # noqa: E402


def outcome(t, program):
    """What a program returned, in words; or the type and the words of its error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return told(t, program(t))
        except Exception as error:
            return f"{type(error).__name__}: {re.sub(r'0x[0-9a-f]+', '0x', str(error)).replace('rushlight', 'torch')}"


def told(t, value):
    if isinstance(value, t.Tensor):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return [told(t, item) for item in value]
    if isinstance(value, dict):
        return {key: told(t, item) for key, item in value.items()}
    return re.sub(r"0x[0-9a-f]+", "0x", str(value)).replace("rushlight", "torch")


def agree(program):
    assert outcome(rushlight, program) == outcome(torch, program)


def rows(t, requires_grad=True):
    return t.arange(6.0).reshape(2, 3).requires_grad_(requires_grad)


def square(t, x, *more, **options):
    return t.autograd.grad((x**2).sum(), x, *more, **options)[0]


def square_recorded(t, x):
    return t.autograd.grad((x**2).sum(), x, create_graph=True)[0]


def sharing(program):
    """A batch of rows with weights that all of them share, and that require grad."""

    def run(t):
        weights = t.ones(3, requires_grad=True)
        return t.func.vmap(lambda x: program(t, x, weights))(rows(t))

    return run


# torch.autograd.grad inside of transforms.

GRADIENTS = {
    "in a batch": lambda t: t.func.vmap(lambda x: square(t, x))(rows(t)),
    "in a batch, of vectors": lambda t: t.func.vmap(lambda x: t.autograd.grad(x**2, x, t.ones(3))[0])(rows(t)),
    "in a batch, of another shape": lambda t: t.func.vmap(lambda x: t.autograd.grad(x**2, x, t.ones(2))[0])(rows(t)),
    "in a batch of what needs none": lambda t: t.func.vmap(lambda x: square(t, x))(rows(t, False)),
    "in a batch of batches": lambda t: t.func.vmap(t.func.vmap(lambda x: square(t, x)))(rows(t)),
    "of what all share": sharing(lambda t, x, w: t.autograd.grad((x * w).sum(), w)[0]),
    "of what all share alone": sharing(lambda t, x, w: x + t.autograd.grad((w**2).sum(), w)[0]),
    "of what is not there": sharing(lambda t, x, w: t.autograd.grad((w**2).sum(), x, allow_unused=True)[0]),
    "vectors in a batch": lambda t: (lambda x: t.func.vmap(lambda v: t.autograd.grad(x**2, x, v, retain_graph=True)[0])(t.eye(3)))(
        t.arange(3.0, requires_grad=True)),
    "in a gradient, constant": lambda t: t.func.grad(lambda x: square(t, x).sum())(t.ones(3)),
    "in a gradient": lambda t: t.func.grad(lambda x: square_recorded(t, x).sum())(t.ones(3)),
    "in the tangents": lambda t: t.func.jvp(lambda x: square_recorded(t, x), (t.ones(3),), (t.ones(3),)),
    "in a gradient in a batch": lambda t: t.func.vmap(t.func.grad(lambda x: square_recorded(t, x).sin().sum()))(rows(t)),
    "in a gradient in a batch, constant": lambda t: t.func.vmap(t.func.grad(lambda x: square(t, x).sin().sum()))(rows(t)),
    "in a gradient in two batches": lambda t: t.func.vmap(t.func.vmap(t.func.grad(
        lambda x: t.autograd.grad(x.sin(), x, create_graph=True)[0])))(rows(t, False)),
    "in a gradient of a batch": lambda t: t.func.grad(lambda x: t.func.vmap(lambda x: square_recorded(t, x))(x).sum())(rows(t)),
    "of weights in a gradient in a batch": lambda t: t.func.vmap(t.func.grad(
        lambda w, x: t.autograd.grad((w * x).sin().sum(), w, create_graph=True)[0].pow(2).sum()), (None, 0))(t.ones(3), rows(t)),
    "along a batch of vectors": lambda t: t.func.vmap(t.func.grad(
        lambda x, v: t.autograd.grad(x.sin(), x, v, create_graph=True)[0].sum()))(rows(t), rows(t, False) + 1),
    "of no scalar in a gradient in a batch": lambda t: t.func.vmap(t.func.grad(
        lambda x: t.autograd.grad(x**2, x)[0].sum()))(rows(t)),
    "of what all share in a gradient": lambda t: sharing(lambda t, x, w: t.func.grad(lambda x: t.autograd.grad(
        (x**3).sum(), (x, w), allow_unused=True, create_graph=True)[0].sum())(x).detach())(t),
    "backward in a batch": lambda t: t.func.vmap(lambda x: (x * 2).sum().backward())(rows(t)),
    "backward in a gradient": lambda t: t.func.grad(lambda x: (x * 2).sum().backward())(rows(t)),
}  # fmt: skip


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_of_the_graph(name):
    agree(GRADIENTS[name])
