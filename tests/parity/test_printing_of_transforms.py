"""What tensors print inside of transforms, against PyTorch: at which levels, batched or on the way to a gradient."""

import pytest

pytest.importorskip("torch.func")
pytest.register_assert_rewrite("parity.nn_cases")
import torch  # noqa: E402

import rushlight  # noqa: E402
from parity.nn_cases import outcome, parametrize  # noqa: E402


def values(t):
    return t.tensor([1.0, 2.0]), t.tensor([[1.0, 2.0], [3.0, 4.0]])


def noting(found):
    def f(x):
        y = x * 2
        found.extend([repr(x), str(y), f"{y.sin()}", repr([y])])
        return y.sum()

    return f


def nested(t):
    (x, xs), found = values(t), []
    f, func = noting(found), t.func
    func.grad(f)(x)
    func.vjp(f, x)
    func.vmap(f)(xs)
    func.jvp(f, (x,), (x,))
    func.vmap(func.grad(f))(xs)
    func.grad(lambda xs: func.vmap(f)(xs).sum())(xs)
    func.grad(lambda x: func.grad(f)(x).sum())(x)
    func.vmap(func.vmap(f))(xs[None])
    func.vmap(lambda x: func.jvp(f, (x,), (x,))[1])(xs)
    func.jvp(lambda xs: func.vmap(f)(xs), (xs,), (xs,))
    for transform in (func.jacrev, func.jacfwd, func.hessian):
        transform(f)(x)
    func.jacrev(f, chunk_size=1)(x)
    found.append(repr(func.grad(f)(x)))
    return found


def on_an_outer_graph(t):
    (x, xs), found = values(t), []
    f = noting(found)
    t.func.vmap(f)(xs.clone().requires_grad_())
    t.func.grad(f)(x.clone().requires_grad_())
    t.func.grad(f)(x.clone().requires_grad_() * 2)
    w = x.clone().requires_grad_()
    t.func.grad(lambda x: f(x * w))(x)
    t.func.vmap(t.func.grad(lambda x: f(x * w)))(xs)
    found.append(repr(t.func.vmap(lambda x: x * 2)(xs.requires_grad_())))
    return found


def of_all_kinds(t):
    (x, xs), found = values(t), []

    def f(x):
        found.append(repr(x))
        return x.sum()

    for tensor in (t.arange(3), t.arange(2000.0).reshape(2, 1000), t.zeros(2, 0), xs.double(), xs > 1, xs.bfloat16()):
        t.func.vmap(f)(tensor)
    t.func.grad(f)(t.tensor(2.0))
    t.func.grad(f)(x.double())
    t.func.vmap(f, in_dims=1)(t.arange(8.0).reshape(2, 2, 2))
    t.func.grad(lambda x: f(x[0]) + f(x.view(2, 1)))(x)
    t.func.grad(lambda x: f((x * 1).add_(1)))(x)
    t.func.vmap(lambda x: f((x * 1).add_(1)))(xs)
    layer = t.nn.Linear(2, 1)
    layer.weight.data, layer.bias.data = t.ones(1, 2), t.ones(1)
    parameters = {name: p.detach() for name, p in layer.named_parameters()}
    t.func.grad(lambda p: f(t.func.functional_call(layer, p, xs)) + f(p["weight"]))(parameters)
    return found


def in_forward_mode(t):
    (x, xs), found, forward_ad = values(t), [], t.autograd.forward_ad
    with forward_ad.dual_level():
        found += [repr(forward_ad.make_dual(x, x) * 2), repr(forward_ad.unpack_dual(forward_ad.make_dual(x, x)))]
        t.func.vmap(noting(found))(forward_ad.make_dual(xs, xs))
    return found


@parametrize([nested, on_an_outer_graph, of_all_kinds, in_forward_mode])
def test_transforms_print(case):
    # PyTorch warns of its own use of torch.jit.
    assert outcome(case, rushlight)[0] == outcome(case, torch)[0]
