"""What tensors print inside of transforms: at which levels they are batched, or on the way to a gradient."""

import torch


def values():
    return torch.tensor([1.0, 2.0]), torch.tensor([[1.0, 2.0], [3.0, 4.0]])


def noting(found):
    def f(x):
        y = x * 2
        found.extend([repr(x), str(y), f"{y.sin()}", repr([y])])
        return y.sum()

    return f


def nested():
    (x, xs), found = values(), []
    f, func = noting(found), torch.func
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


def on_an_outer_graph():
    (x, xs), found = values(), []
    f = noting(found)
    torch.func.vmap(f)(xs.clone().requires_grad_())
    torch.func.grad(f)(x.clone().requires_grad_())
    torch.func.grad(f)(x.clone().requires_grad_() * 2)
    w = x.clone().requires_grad_()
    torch.func.grad(lambda x: f(x * w))(x)
    torch.func.vmap(torch.func.grad(lambda x: f(x * w)))(xs)
    found.append(repr(torch.func.vmap(lambda x: x * 2)(xs.requires_grad_())))
    return found


def of_all_kinds():
    (x, xs), found = values(), []

    def f(x):
        found.append(repr(x))
        return x.sum()

    for tensor in (torch.arange(3), torch.arange(2000.0).reshape(2, 1000), torch.zeros(2, 0), xs.double(), xs > 1, xs.bfloat16()):
        torch.func.vmap(f)(tensor)
    torch.func.grad(f)(torch.tensor(2.0))
    torch.func.grad(f)(x.double())
    torch.func.vmap(f, in_dims=1)(torch.arange(8.0).reshape(2, 2, 2))
    torch.func.grad(lambda x: f(x[0]) + f(x.view(2, 1)))(x)
    torch.func.grad(lambda x: f((x * 1).add_(1)))(x)
    torch.func.vmap(lambda x: f((x * 1).add_(1)))(xs)
    layer = torch.nn.Linear(2, 1)
    layer.weight.data, layer.bias.data = torch.ones(1, 2), torch.ones(1)
    parameters = {name: p.detach() for name, p in layer.named_parameters()}
    torch.func.grad(lambda p: f(torch.func.functional_call(layer, p, xs)) + f(p["weight"]))(parameters)
    return found


def in_forward_mode():
    (x, xs), found, forward_ad = values(), [], torch.autograd.forward_ad
    with forward_ad.dual_level():
        found += [repr(forward_ad.make_dual(x, x) * 2), repr(forward_ad.unpack_dual(forward_ad.make_dual(x, x)))]
        torch.func.vmap(noting(found))(forward_ad.make_dual(xs, xs))
    return found


for case in (nested, on_an_outer_graph, of_all_kinds, in_forward_mode):
    print(case.__name__)
    print(*case(), sep="\n")
