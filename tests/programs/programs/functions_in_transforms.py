"""Custom Functions in forward mode and in transforms: what jvp may return, in-place, NumPy inside, batches of batches."""

import numpy as np
import torch
import torch.autograd.forward_ad as fwAD
from torch.func import grad, hessian, jacfwd, jacrev, jvp, vjp, vmap

X, T = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([10.0, 20.0, 30.0])


def tried(name, function):
    try:
        print(name, function())
    except Exception as error:
        print(name, type(error).__name__, str(error).split("\n")[0])


def dual(name, forward, derivative, view=False):
    members = {"forward": staticmethod(forward), "jvp": staticmethod(derivative)}
    function = type("F", (torch.autograd.Function,), members)

    def run():
        with fwAD.dual_level():
            base = fwAD.make_dual(torch.arange(6.0), torch.ones(6))
            x = base[:3] if view else fwAD.make_dual(X.clone(), T.clone())
            y = function.apply(x)
            results = y if isinstance(y, tuple) else (y,)
            told = [tuple(fwAD.unpack_dual(r)) if isinstance(r, torch.Tensor) else r for r in results]
            return y is x, told, tuple(fwAD.unpack_dual(base if view else x)), x._version

    tried(name, run)


def doubled(ctx, x):
    ctx.mark_dirty(x)
    return x.mul_(2)


def doubled_and_sum(ctx, x):
    ctx.mark_dirty(x)
    x.mul_(2)
    return x, x.sum()


def partly(ctx, x):
    constant = x * 3
    ctx.mark_non_differentiable(constant)
    return x * 2, constant


dual("in place", doubled, lambda ctx, t: t.mul_(2))
dual("in place, a view", doubled, lambda ctx, t: t.mul_(2), view=True)
dual("in place and more", doubled_and_sum, lambda ctx, t: (t.mul_(2), t.sum()))
dual("in place, but not the tangent", doubled, lambda ctx, t: t * 2)
dual("in place, another tangent", doubled, lambda ctx, t: (t.mul_(2), t.clone())[1])
dual("a view", lambda ctx, x: x[1:], lambda ctx, t: t[1:])
dual("a view, but not the tangent", lambda ctx, x: x[1:], lambda ctx, t: t[1:].clone())
dual("a view of another tangent", lambda ctx, x: x[1:], lambda ctx, t: t.clone()[1:])
dual("a view of a view", lambda ctx, x: x[1:], lambda ctx, t: t[1:].clone(), view=True)
dual("the input", lambda ctx, x: x, lambda ctx, t: t.view_as(t))
dual("the input, its tangent", lambda ctx, x: x, lambda ctx, t: t)
dual("the input, detached", lambda ctx, x: x.detach(), lambda ctx, t: t * 2)
dual("too few", lambda ctx, x: (x * 2, x * 3), lambda ctx, t: t)
dual("too many", lambda ctx, x: (x * 2, x * 3), lambda ctx, t: (t, t, t))
dual("beside a string", lambda ctx, x: (x * 2, "s"), lambda ctx, t: (t, None))
dual("another size", lambda ctx, x: x * 2, lambda ctx, t: t[:2])
dual("a number", lambda ctx, x: x * 2, lambda ctx, t: 3.0)
dual("a list", lambda ctx, x: x * 2, lambda ctx, t: [t])
dual("of integers", lambda ctx, x: (x * 2).long(), lambda ctx, t: t)
dual("of integers, none", lambda ctx, x: (x * 2, x.argsort()), lambda ctx, t: (t, None))
dual("not differentiable", partly, lambda ctx, t: (t, t))
dual("not differentiable, none", partly, lambda ctx, t: (t, None))


class Straight(torch.autograd.Function):
    """Rounds, with the derivative of x ** 2 / 2."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x):
        return x.round()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[0]

    @staticmethod
    def jvp(ctx, t):
        return t * ctx.saved_tensors[0]


x, one = torch.tensor([1.2, 2.7]), torch.ones(2)
total = lambda x: Straight.apply(x).sum()
inner = lambda y: jvp(lambda z: Straight.apply(y * z), (y,), (one,))
print(jvp(lambda x: inner(x)[0], (x,), (one,)))
print(jvp(grad(total), (x,), (one,)), grad(lambda y: jvp(Straight.apply, (y,), (one,))[1].sum())(x))
print(hessian(total)(x), jacrev(jacrev(total))(x), jacrev(jacfwd(total))(x), vmap(hessian(total))(torch.stack([x, 2 * x])))
print(vmap(lambda v: jvp(Straight.apply, (x,), (v,)))(torch.eye(2)), jacfwd(Straight.apply)(x))


class Cube(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x):
        return x**3, 3 * x**2

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(inputs[0], output[1])

    @staticmethod
    def backward(ctx, g, g_dx):
        x, dx = ctx.saved_tensors
        return g * dx + g_dx * 6 * x


cube = lambda x: Cube.apply(x)[0]
print(cube(x), vmap(cube)(torch.eye(2)), vmap(grad(cube))(x), vmap(vmap(grad(grad(cube))))(torch.stack([x, x])), jacrev(jacrev(cube))(x))


class NumpyTake(torch.autograd.Function):
    @staticmethod
    def forward(x, order, inverse, dim):
        return torch.tensor(np.take_along_axis(x.numpy(), order.numpy(), dim))

    @staticmethod
    def setup_context(ctx, inputs, output):
        _, order, inverse, ctx.dim = inputs
        ctx.save_for_backward(order, inverse)
        ctx.save_for_forward(order, inverse)

    @staticmethod
    def backward(ctx, g):
        order, inverse = ctx.saved_tensors
        return NumpyTake.apply(g, inverse, order, ctx.dim), None, None, None

    @staticmethod
    def jvp(ctx, t, *others):
        order, inverse = ctx.saved_tensors
        return NumpyTake.apply(t, order, inverse, ctx.dim)

    @staticmethod
    def vmap(info, in_dims, x, order, inverse, dim):
        moved = [
            t.unsqueeze(0).expand(info.batch_size, *t.shape) if d is None else t.movedim(d, 0)
            for t, d in zip((x, order, inverse), in_dims)
        ]
        return NumpyTake.apply(*moved, dim + 1 if dim >= 0 else dim), 0


def sorted_by_numpy(x):
    order = torch.tensor(np.argsort([3.0, 1.0, 2.0]))
    return NumpyTake.apply(x, order, order.argsort(), -1)


rows = torch.tensor([[3.0, 1.0, 2.0], [9.0, 8.0, 7.0]])
weighted = lambda x: (sorted_by_numpy(x) ** 2 * torch.tensor([1.0, 2.0, 3.0])).sum()
print(vmap(sorted_by_numpy)(rows), vmap(grad(weighted))(rows), jacfwd(jacrev(weighted))(rows[0]))
print(vmap(jacrev(sorted_by_numpy))(rows), jvp(sorted_by_numpy, (rows[0],), (rows[1],)))


class Written(torch.autograd.Function):
    @staticmethod
    def forward(x):
        return x.mul_(2)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.mark_dirty(inputs[0])

    @staticmethod
    def backward(ctx, g):
        return g * 2

    @staticmethod
    def jvp(ctx, t):
        return t.mul_(2)


def written(x):
    y = x.clone()
    return Written.apply(y), y


print(grad(lambda x: written(x)[1].sum())(x), jvp(written, (x,), (one,)), vjp(written, x)[1]((one, one)))

# What hooks of nodes may return.
for result in (3, [one], one, (3,), (None,), (torch.ones(3),), (one.double(),), (one, one), (one * 5,)):
    for kind in ("register_prehook", "register_hook"):
        w = torch.ones(2, requires_grad=True)
        y = w.exp()
        getattr(y.grad_fn, kind)(lambda *gradients, result=result: result)
        tried(kind, lambda: (y.sum().backward(), w.grad)[1])

# What a function may return beside its output.
for aux in ("s", 3, {"a": x, "b": 2.5}, (x, [x]), None):
    tried("grad", lambda: grad(lambda x: (x.sum(), aux), has_aux=True)(x))
    tried("vjp", lambda: vjp(lambda x: (x.sin(), aux), x, has_aux=True)[2])
    tried("jvp", lambda: jvp(lambda x: (x.sin(), aux), (x,), (x,), has_aux=True))
    tried("jacrev", lambda: jacrev(lambda x: (x.sin(), aux), has_aux=True)(x))

# Jacobians are of real functions of real numbers.
z = torch.tensor([1.0 + 2.0j, 3.0])
for of in (jacrev, jacfwd, hessian):
    tried(of.__name__, lambda: of(lambda z: z.abs().sum())(z))
    tried(of.__name__, lambda: of(lambda x, z: x * 2)(x, z))
    tried(of.__name__, lambda: of(lambda x: (x, {"a": x * 1j}))(x))
    tried(of.__name__, lambda: of(lambda x: torch.view_as_real(x * (1 + 2j)))(x))
