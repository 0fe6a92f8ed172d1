"""torch.func: transforms inside of transforms, against closed forms, loops and each other."""

import itertools
import threading

import pytest

import rushlight as torch
from rushlight.core.op import LIVE
from rushlight.func import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, vjp, vmap

X = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype=torch.float64)
W = torch.tensor([[1.0, -2.0, 0.5], [0.3, 2.0, -1.0]], dtype=torch.float64)


def scalar(x):
    return (x**3).sum() + x[..., 0].prod() * x.sin().sum()


def each(function, *batches):
    """What vmap is to compute: the function of one example after the other."""
    return torch.stack([function(*row) for row in zip(*batches)])


def close(got, want):
    torch.testing.assert_close(got, want, rtol=1e-9, atol=1e-9)


@pytest.fixture(autouse=True)
def _no_level_is_left():
    yield
    assert LIVE == [0]


SECOND = {
    "hessian": hessian,
    "reverse over reverse": lambda f: jacrev(jacrev(f)),
    "reverse over forward": lambda f: jacrev(jacfwd(f)),
    "forward over forward": lambda f: jacfwd(jacfwd(f)),
    "forward over grad": lambda f: jacfwd(grad(f)),
    "by rows": lambda f: lambda x: vmap(lambda v: vjp(grad(f), x)[1](v)[0])(torch.eye(x.numel(), dtype=x.dtype)),
    "by columns": lambda f: lambda x: vmap(lambda v: jvp(grad(f), (x,), (v,))[1])(torch.eye(x.numel(), dtype=x.dtype)),
    "linearized": lambda f: lambda x: vmap(linearize(grad(f), x)[1])(torch.eye(x.numel(), dtype=x.dtype)),
}


@pytest.mark.parametrize("way", SECOND)
def test_every_way_to_a_hessian(way):
    x = X[0]
    want = torch.autograd.functional.hessian(scalar, x)
    close(SECOND[way](scalar)(x), want)
    close(vmap(SECOND[way](scalar))(X), each(lambda x: torch.autograd.functional.hessian(scalar, x), *[X]))


@pytest.mark.parametrize(("outer", "inner"), list(itertools.product([jacrev, jacfwd], repeat=2)))
def test_jacobians_of_batches_and_batches_of_jacobians(outer, inner):
    function = lambda x: x.sin() * x.sum()
    of_batches = outer(vmap(inner(function)))(X)
    assert of_batches.shape == (2, 3, 3, 2, 3)
    for i in range(2):
        close(of_batches[i, :, :, i], outer(inner(function))(X[i]))
        assert not of_batches[i, :, :, 1 - i].any()


def test_gradients_of_single_examples_and_of_their_sum():
    loss = lambda w, x: (w @ x).sin().sum()
    single = vmap(grad(loss), (None, 0))(W, X)
    close(single, each(lambda x: grad(loss)(W, x), X))
    close(grad(lambda w: vmap(loss, (None, 0))(w, X).sum())(W), single.sum(0))
    squares = grad(lambda w: (vmap(grad(loss), (None, 0))(w, X) ** 2).sum())(W)
    close(squares, grad(lambda w: sum((grad(loss)(w, x) ** 2).sum() for x in X))(W))


def test_what_is_computed_from_shared_tensors_alone():
    loss = lambda w, x: ((w * w).sum() * x).sum() + (w @ x).exp().sum()
    close(vmap(grad(loss), (None, 0))(W, X), each(lambda x: grad(loss)(W, x), X))
    close(vmap(hessian(loss), (None, 0))(W, X), each(lambda x: hessian(loss)(W, x), X))


def test_batches_in_batches():
    products = vmap(vmap(lambda a, b: a * b, (0, None)), (None, 0))
    close(products(X[0], X[1]), X[1][:, None] * X[0])
    gradients = vmap(vmap(grad(lambda a, b: (a * b).sin() + a), (0, None)), (None, 0))
    close(gradients(X[0], X[1]), X[1][:, None] * torch.cos(X[1][:, None] * X[0]) + 1)


def writes(x):
    y = x.clone()
    y[0] = y[1] * 2
    y[1:].mul_(3).add_(y[0])
    return y.prod()


def test_in_place_in_batches():
    close(vmap(writes)(X), each(writes, X))
    close(vmap(grad(writes))(X), each(grad(writes), X))
    close(vmap(hessian(writes))(X), each(hessian(writes), X))
    filled = X.clone()
    vmap(lambda x: x.add_(1))(filled)
    close(filled, X + 1)
    with pytest.raises(RuntimeError, match="broadcast shape"):
        vmap(lambda x: torch.zeros(3, dtype=torch.float64).add_(x))(X)


def test_the_outer_graph_goes_on():
    y = X.clone().requires_grad_()
    gradient = grad(scalar)(y)
    (second,) = torch.autograd.grad(gradient.sum(), y)
    close(second.detach(), torch.autograd.functional.hessian(scalar, X).sum((0, 1)))
    assert not grad(scalar)(X).requires_grad
    assert not vjp(scalar, X)[0].requires_grad
    assert not linearize(scalar, X)[1](X).requires_grad
    scale = torch.ones((), dtype=torch.float64, requires_grad=True)
    single = vmap(grad(lambda x: (x * x).sum() * scale))(X)
    single.sum().backward()
    close(scale.grad, (2 * X).sum())
    with torch.no_grad():
        assert not grad(scalar)(y).requires_grad
        assert not grad(lambda x: (x.detach() * x).sum())(y).requires_grad


def test_a_linear_function_stays_on_the_outer_graph_however_often_it_is_called():
    w = torch.ones(3, dtype=torch.float64, requires_grad=True)
    _, push = linearize(lambda x: (w * x).sin(), X[0])
    for k in range(1, 30):
        moved = push(k * X[1])
        (gradient,) = torch.autograd.grad(moved.sum(), w, retain_graph=True)
        close(gradient, k * X[1] * (torch.cos(X[0]) - X[0] * torch.sin(X[0])))


def test_what_transforms_return_keeps_its_tangents():
    x = X[0]
    close(jacfwd(lambda x: vjp(torch.sin, x)[0])(x), torch.diag(x.cos()))
    close(jacfwd(lambda x: grad_and_value(scalar)(x)[1])(x), grad(scalar)(x))
    close(jacfwd(lambda x: jacrev(lambda y: (y, y * y), has_aux=True)(x)[1])(x), torch.diag(2 * x))
    close(jacfwd(lambda x: linearize(torch.sin, x)[1](x))(x), torch.diag(x.cos() - x * x.sin()))
    close(vmap(jacfwd(lambda x: vjp(torch.sin, x)[0]))(X), each(lambda x: torch.diag(x.cos()), X))


def test_aux_and_containers():
    (gradient, (value, aux)) = grad_and_value(lambda d: (d["a"].sum() * d["b"].sum(), {"half": d["a"] / 2}), has_aux=True)(
        {"a": X, "b": W}
    )
    close(gradient["a"], torch.full_like(X, W.sum().item()))
    close(value, X.sum() * W.sum())
    assert not aux["half"].requires_grad
    jacobian, aux = jacrev(lambda x: (x * x, x + 1), has_aux=True)(X[0])
    close(jacobian, torch.diag(2 * X[0]))
    close(aux, X[0] + 1)
    rows = jacrev(lambda x, y: (x * y, {"sum": x.sum()}), argnums=(0, 1))(X[0], X[1])
    close(rows[0][1], torch.diag(X[0]))
    close(rows[1]["sum"][0], torch.ones(3, dtype=torch.float64))
    close(jacrev(torch.sin, chunk_size=2)(X[0]), jacfwd(torch.sin)(X[0]))


def test_a_pullback_may_be_called_again():
    y, pull = vjp(lambda x: x * x, X)
    close(pull(X)[0], 2 * X * X)
    close(vmap(lambda v: pull(v)[0])(torch.stack([X, W])), 2 * X * torch.stack([X, W]))
    close(y, X * X)


def test_randomness():
    zeros = torch.zeros(4, 3)
    draw = lambda x: x + torch.rand(3)
    with pytest.raises(RuntimeError, match="randomness error mode"):
        vmap(draw)(zeros)
    same, different = vmap(draw, randomness="same")(zeros), vmap(draw, randomness="different")(zeros)
    assert (same == same[0]).all() and not (different == different[0]).all()
    with pytest.raises(RuntimeError, match="same randomness with a batched tensor"):
        vmap(lambda x: torch.bernoulli(x + 0.5), randomness="same")(zeros)


def test_values_are_not_to_be_had():
    for read in (bool, float, int, lambda x: x.item(), lambda x: 1 if x > 0 else 2):
        with pytest.raises(RuntimeError, match="vmap: It looks like"):
            vmap(lambda x, read=read: x * read(x.sum()))(X)
    for read in (lambda x: x.numpy(), lambda x: x.tolist()):
        with pytest.raises(RuntimeError, match="data pointer"):
            vmap(read)(X)
    escaped = []
    vmap(lambda x: escaped.append(x) or x)(X)
    with pytest.raises(RuntimeError, match="may have escaped"):
        escaped[0] + 1
    for transform in (vmap, grad):
        with pytest.raises(RuntimeError, match="inside a functorch transform"):
            transform(lambda x: x.sum().backward())(X)


def test_threads_do_not_see_each_other():
    failures = []

    def work(k):
        x = X[0] + k
        right = [torch.allclose(hessian(lambda x: (x**3).sum())(x), torch.diag(6 * x)) for _ in range(10)]
        failures.extend([k] * right.count(False))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
