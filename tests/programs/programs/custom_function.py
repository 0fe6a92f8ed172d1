"""Custom Functions: both styles, what they may save, mark and return, and every error."""

import warnings

import torch

warnings.simplefilter("ignore")


class A(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x

    @staticmethod
    def backward(ctx, g):
        return g * 5


x = torch.ones(3, requires_grad=True)
y = A.apply(x)
print(y, y is x, y._is_view(), y._version)
try:
    y.add_(1)
except Exception as e:
    print(e)
y.sum().backward()
print(x.grad)


class B(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x[0]

    @staticmethod
    def backward(ctx, g):
        return torch.ones(3) * g


y = B.apply(x)
print(y, y._is_view())
try:
    y.add_(1)
except Exception as e:
    print(e)


class C(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, k=2):
        ctx.mark_dirty(x)
        x.add_(k)
        ctx.save_for_backward(x)
        return x

    @staticmethod
    def backward(ctx, g):
        print(ctx.saved_tensors, ctx.needs_input_grad)
        return g * 3, None


x = torch.ones(3, requires_grad=True)
z = x * 2
y = C.apply(z, 4)
print(y is z, z, z.grad_fn, z._version)
z.sum().backward()
print(x.grad)
try:
    C.apply(x)
except Exception as e:
    print(e)
z = x * 2
v = z[0]
y = C.apply(v)
print(y is v, z, v)
z.sum().backward()
print(x.grad)


class D(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, s):
        ctx.mark_non_differentiable(s2 := x.long())
        return x * 2, s2, x.sum(), "a", None

    @staticmethod
    def backward(ctx, *g):
        print(g)
        return g[0] * 2, None


print(D.apply(x, "foo"))
D.apply(x, "foo")[0].sum().backward()
print(x.grad)


def bad(f, fn):
    class E(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *a):
            return fn(*a)

        @staticmethod
        def backward(ctx, g):
            return f(g)

    try:
        x = torch.ones(3, requires_grad=True)
        E.apply(x).sum().backward()
        print(x.grad)
    except BaseException as e:
        print(type(e).__name__, e)


bad(lambda g: (g, g), lambda x: x * 2)
bad(lambda g: (g, None, None), lambda x: x * 2)
bad(lambda g: g[:2], lambda x: x * 2)
bad(lambda g: g.double(), lambda x: x * 2)
bad(lambda g: 3, lambda x: x * 2)
bad(lambda g: None, lambda x: x * 2)
bad(lambda g: g, lambda x: 3)
bad(lambda g: g.expand(2, 3), lambda x: x * 2)
bad(lambda g: g.sum(), lambda x: x * 2)
bad(lambda g: g, lambda x: [x * 2])
bad(lambda g: g, lambda x: (x * 2).long())
bad(lambda g: (), lambda x: x * 2)
bad(lambda g: [g], lambda x: x * 2)


class F(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 2 * x * g


x = torch.ones(3, requires_grad=True)
(g,) = torch.autograd.grad(F.apply(x).sum(), x, create_graph=True)
print(g, g.grad_fn)
try:
    g.sum().backward()
except Exception as e:
    print(e)


class G(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        print(y.requires_grad, y.grad_fn)
        return g * y


y = G.apply(x)
(g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
print(g)
print(torch.autograd.grad(g.sum(), x))
y = G.apply(x)
y.add_(1)
try:
    y.sum().backward()
except Exception as e:
    print(e)
y = G.apply(x)
s = y.sum()
s.backward()
try:
    s.backward()
except Exception as e:
    print(e)
try:
    y.grad_fn.saved_tensors
except Exception as e:
    print(e)


class H(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.set_materialize_grads(False)
        return x * 2, y * 2

    @staticmethod
    def backward(ctx, a, b):
        print(a, b)
        return a, b


a = torch.ones(2, requires_grad=True)
b = torch.ones(2, requires_grad=True)
p, q = H.apply(a, b)
p.sum().backward()
print(a.grad, b.grad)
print(p.grad_fn, p.grad_fn is q.grad_fn, q.output_nr, p.grad_fn.next_functions)
try:
    H.apply(a, b)[0].grad_fn(torch.ones(2))
except Exception as e:
    print(e)
try:
    H()
except Exception as e:
    print(e)
try:
    torch.autograd.Function.apply(x)
except Exception as e:
    print(e)


class I(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2


try:
    I.apply(x).sum().backward()
except Exception as e:
    print(e)


class J(torch.autograd.Function):
    @staticmethod
    def forward(x, k=3):
        return x * k

    @staticmethod
    def setup_context(ctx, inputs, output):
        print(inputs, output)
        ctx.k = inputs[1]

    @staticmethod
    def vjp(ctx, g):
        return g * ctx.k, None


print(J.apply(x, 5))
J.apply(x, 5).sum().backward()
print(x.grad)
try:
    J.apply(x)
except Exception as e:
    print(type(e).__name__, e)
print(J.apply(x, k=4))


class K(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(3)
        return x * 2


try:
    K.apply(x)
except Exception as e:
    print(type(e).__name__, e)


class L(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, g):
        print("L", g)
        return g


class M(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, g):
        return None


x = torch.ones(3, requires_grad=True)
M.apply(L.apply(x)).sum().backward()
print(x.grad)


class N(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x * 2

    @staticmethod
    def backward(ctx, g):
        return g


try:
    N.apply(x * 1)
except Exception as e:
    print(type(e).__name__, e)
with torch.no_grad():
    print(L.apply(x))
print(L.apply(torch.ones(2)))


class Q(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.a = 1
        ctx.t = x * 3
        return x * 2

    @staticmethod
    def backward(ctx, g):
        return g * ctx.a


o = Q.apply(x)
print(
    o.grad_fn.a,
    o.grad_fn.t,
    o.grad_fn.needs_input_grad,
    o.grad_fn.metadata,
    o.grad_fn.name(),
    type(o.grad_fn),
    o.grad_fn.saved_tensors,
)
