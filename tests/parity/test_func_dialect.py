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


# What the arguments of transforms may be, and what functions may return.


def matrix(t):
    return t.tensor([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0]])


def layer(t):
    return t.nn.Linear(2, 2, bias=False)


def derivatives(t, function, count):
    """One after the other, each by the graph of the one before."""
    x = t.tensor([0.5, 2.0], requires_grad=True)
    found = [function(x)]
    for _ in range(count):
        found += t.autograd.grad(found[-1].sum(), x, create_graph=True)
    return found


CALLS = {
    "grad of no scalar": lambda t: t.func.grad(t.sin)(rows(t, False)),
    "grad of a number": lambda t: t.func.grad(lambda x: 3.0)(rows(t, False)),
    "grad of complex": lambda t: t.func.grad(lambda x: (x**2).sum())(t.tensor([1 + 2j])),
    "grad by integers": lambda t: t.func.grad(lambda x: x.sum())(t.arange(3)),
    "grad by numbers": lambda t: t.func.grad(lambda x: x * 2)(3.0),
    "grad by too many": lambda t: t.func.grad(lambda x: x.sum(), argnums=2)(rows(t, False)),
    "grad by one twice": lambda t: t.func.grad(lambda x, y: (x * y).sum(), argnums=(0, 0))(rows(t, False), rows(t, False)),
    "grad by the last": lambda t: t.func.grad(lambda x, y: (x * y).sum(), argnums=(-1,))(rows(t, False), rows(t, False)),
    "grad by words": lambda t: t.func.grad(lambda x, y: (x * y).sum(), argnums="0")(rows(t, False), rows(t, False)),
    "grad without aux": lambda t: t.func.grad(lambda x: x.sum(), has_aux=True)(rows(t, False)),
    "grad with too much": lambda t: t.func.grad(lambda x: (x.sum(), x, x), has_aux=True)(rows(t, False)),
    "grad by a tree": lambda t: t.func.grad(lambda d: (d["a"] * d["b"][0]).sum())({"a": t.ones(2), "b": [t.ones(2)]}),
    "grad_and_value": lambda t: t.func.grad_and_value(lambda x: ((x**2).sum(), x), has_aux=True)(rows(t, False)),
    "vmap of nothing": lambda t: t.func.vmap(lambda: 3)(),
    "vmap over a number": lambda t: t.func.vmap(t.sin)(3.0),
    "vmap over a scalar": lambda t: t.func.vmap(t.sin)(t.tensor(1.0)),
    "vmap over different sizes": lambda t: t.func.vmap(t.add)(t.ones(2), t.ones(3)),
    "vmap over a list of dims": lambda t: t.func.vmap(t.add, in_dims=[0, 0])(t.ones(2), t.ones(2)),
    "vmap over half a dim": lambda t: t.func.vmap(t.add, in_dims=0.5)(t.ones(2), t.ones(2)),
    "vmap over too few dims": lambda t: t.func.vmap(t.add, in_dims=(0,))(t.ones(2), t.ones(2)),
    "vmap over no dims": lambda t: t.func.vmap(t.add, in_dims=(None, None))(t.ones(2), t.ones(2)),
    "vmap over dims that are not": lambda t: t.func.vmap(t.add, in_dims=(-3, 0))(t.ones(2), t.ones(2)),
    "vmap over words": lambda t: t.func.vmap(t.add, in_dims=("a", 0))(t.ones(2), t.ones(2)),
    "vmap over a tree": lambda t: t.func.vmap(lambda d: d["a"] + d["b"], in_dims=({"a": 0, "b": None},))(
        {"a": rows(t, False), "b": t.ones(3)}),
    "vmap over another tree": lambda t: t.func.vmap(lambda d: d["a"], in_dims=({"a": 0},))({"a": t.ones(2), "b": t.ones(3)}),
    "vmap to dims": lambda t: t.func.vmap(lambda x: (x, x * 2), out_dims=(0, 1))(rows(t, False)),
    "vmap to too many dims": lambda t: t.func.vmap(lambda x: (x, x * 2), out_dims=(0, 1, 2))(rows(t, False)),
    "vmap to dims that are not": lambda t: t.func.vmap(lambda x: x, out_dims=3)(rows(t, False)),
    "vmap to words": lambda t: t.func.vmap(lambda x: x, out_dims="0")(rows(t, False)),
    "vmap to none": lambda t: t.func.vmap(lambda x: x, out_dims=None)(rows(t, False)),
    "vmap of a number": lambda t: t.func.vmap(lambda x: 3.0)(rows(t, False)),
    "vmap of None": lambda t: t.func.vmap(lambda x: None)(rows(t, False)),
    "vmap with other randomness": lambda t: t.func.vmap(t.sin, randomness="foo")(rows(t, False)),
    "vmap in no chunks": lambda t: t.func.vmap(t.sin, chunk_size=0)(rows(t, False)),
    "vjp, another structure": lambda t: t.func.vjp(t.sin, t.ones(3))[1]((t.ones(3), t.ones(3))),
    "vjp, another shape": lambda t: t.func.vjp(t.sin, t.ones(3))[1](t.ones(2)),
    "vjp of a number": lambda t: t.func.vjp(lambda x: 3.0, t.ones(3)),
    "jvp of lists": lambda t: t.func.jvp(t.sin, [t.ones(3)], (t.ones(3),)),
    "jvp of nothing": lambda t: t.func.jvp(lambda: 1, (), ()),
    "jvp, too few tangents": lambda t: t.func.jvp(t.mul, (t.ones(3), t.ones(3)), (t.ones(3),)),
    "jvp, another shape": lambda t: t.func.jvp(t.sin, (t.ones(3),), (t.ones(2),)),
    "jvp of integers": lambda t: t.func.jvp(lambda x: x * 2, (t.arange(3),), (t.arange(3),)),
    "jvp of a constant": lambda t: t.func.jvp(lambda x: t.ones(3), (t.ones(3),), (t.ones(3),)),
    "jvp of a constant, strictly": lambda t: t.func.jvp(lambda x: t.ones(3), (t.ones(3),), (t.ones(3),), strict=True),
    "jacrev": lambda t: t.func.jacrev(lambda d: {"y": matrix(t) @ d["x"].sin()})({"x": t.ones(3)}),
    "jacrev in chunks": lambda t: t.func.jacrev(lambda x: matrix(t) @ x, chunk_size=1)(t.ones(3)),
    "jacrev in no chunks": lambda t: t.func.jacrev(t.sin, chunk_size=0)(t.ones(3)),
    "jacrev of integers": lambda t: t.func.jacrev(lambda x: x * 2)(t.arange(3)),
    "jacfwd of integers": lambda t: t.func.jacfwd(lambda x: x * 2)(t.arange(3)),
    "jacfwd of a number": lambda t: t.func.jacfwd(lambda x: 3.0)(t.ones(3)),
    "jacfwd by too many": lambda t: t.func.jacfwd(t.sin, argnums=3)(t.ones(3)),
    "hessian": lambda t: t.func.hessian(lambda x: (x**3).sum())(t.ones(2)),
    "hessian of functional, forward": lambda t: t.autograd.functional.hessian(
        lambda x: (x**3).sum(), t.ones(2), vectorize=True, outer_jacobian_strategy="forward-mode"),
    "functional in a batch": lambda t: t.func.vmap(
        lambda x: t.autograd.functional.vjp(lambda x: (x**2).sum(), x)[1])(rows(t, False)),
    "grad by a word among numbers": lambda t: t.func.grad(lambda x, y: (x * y).sum(), argnums=(0, "a"))(t.ones(2), t.ones(2)),
    "retain_grad inside": lambda t: t.func.grad(lambda x: (x * 2).retain_grad())(t.ones(2)),
    "vjp without a cotangent": lambda t: t.func.vjp(t.sin, t.ones(3))[1](),
    "vjp, None": lambda t: t.func.vjp(t.sin, t.ones(3))[1](None),
    "vjp of a scalar, None": lambda t: t.func.vjp(t.sin, t.tensor(0.5))[1](None),
    "vjp to nothing": lambda t: t.func.vjp(lambda x: (), t.ones(3)),
    "jvp, one tangent alone": lambda t: t.func.jvp(t.sin, (t.ones(3),), t.ones(3)),
    "jvp of a number": lambda t: t.func.jvp(t.sin, (3.0,), (1.0,)),
    "jvp along a number": lambda t: t.func.jvp(t.sin, (t.ones(3),), (1.0,)),
    "linearize, another dtype": lambda t: t.func.linearize(lambda x: x**3, t.ones(3))[1](t.ones(3).double()),
    "derivatives of a square": lambda t: derivatives(t, lambda x: x**2, 4),
    "derivatives of a cube": lambda t: derivatives(t, lambda x: x**3, 5),
    "a module as a function": lambda t: t.func.functional_call(layer(t), {"weight": t.eye(2)}, t.ones(1, 2)),
    "a module, strictly": lambda t: t.func.functional_call(layer(t), {}, t.ones(1, 2), strict=True),
    "a module, other names": lambda t: t.func.functional_call(layer(t), {"foo": t.ones(2)}, t.ones(1, 2), strict=True),
    "a module, names twice": lambda t: t.func.functional_call(layer(t), ({"weight": t.eye(2)}, {"weight": t.eye(2)}), t.ones(1, 2)),
    "a module, no dict": lambda t: t.func.functional_call(layer(t), 3, t.ones(1, 2)),
    "no modules": lambda t: t.func.stack_module_state([]),
    "different modules": lambda t: t.func.stack_module_state([layer(t), t.nn.ReLU()]),
    "modules in different modes": lambda t: t.func.stack_module_state([layer(t), layer(t).eval()]),
    "running statistics in a batch": lambda t: t.func.vmap(t.nn.BatchNorm1d(3))(t.ones(2, 4, 3)),
    "unpack_dual of a number": lambda t: __import__(f"{t.__name__}.autograd.forward_ad", fromlist=["x"]).unpack_dual(1.0),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_calls(name):
    agree(CALLS[name])


# What a function may ask of a tensor inside of a transform.

INSIDE = {
    "item": lambda t, x: x.sum().item(), "bool": lambda t, x: x if x.sum() else -x, "int": lambda t, x: int(x.sum()),
    "iter": lambda t, x: sum(list(x)), "len": lambda t, x: x * len(x), "index": lambda t, x: [1, 2, 3][x.sum().long()],
    "in": lambda t, x: 1.0 in x, "eq": lambda t, x: x == x, "detach": lambda t, x: x.detach(), "clone": lambda t, x: x.clone(),
    "requires_grad_": lambda t, x: x.requires_grad_(), "backward": lambda t, x: x.sum().backward(),
    "grad": lambda t, x: x.grad, "to": lambda t, x: x.to(t.float64), "new_zeros": lambda t, x: x.new_zeros(3).add_(x),
    "new_tensor": lambda t, x: x.new_tensor([1.0, 2, 3]) + x, "tensor": lambda t, x: t.tensor([x.sum(), x.sum()]),
    "stack": lambda t, x: t.stack([x.sum(), x.max()]), "stride": lambda t, x: x * x.stride()[0],
    "is_view": lambda t, x: x * x._is_view(), "nonzero": lambda t, x: x.nonzero(), "mask": lambda t, x: x[x > 0],
    "index_put_": lambda t, x: x.clone().index_put_((x > 0,), t.tensor(0.0)), "unique": lambda t, x: x.unique(),
    "masked_select": lambda t, x: x.masked_select(x > 0), "setitem": lambda t, x: x.clone().__setitem__(0, 5.0),
    "arange": lambda t, x: t.arange(x.sum()), "topk": lambda t, x: x.topk(2), "allclose": lambda t, x: t.allclose(x, x),
    "equal": lambda t, x: t.equal(x, x), "any": lambda t, x: x if x.isnan().any() else x * 2,
    "max": lambda t, x: max(x[0], x[1]), "split": lambda t, x: x.split(2), "out": lambda t, x: t.sin(x, out=t.empty(3)),
    "one_hot": lambda t, x: t.nn.functional.one_hot(x.long()), "is_nonzero": lambda t, x: x.sum().is_nonzero(),
    "unsqueeze_": lambda t, x: x.clone().unsqueeze_(0), "bernoulli": lambda t, x: t.bernoulli(x / 10),
    "randperm": lambda t, x: t.randperm(3), "normal": lambda t, x: t.normal(x, 1.0), "rand_like": lambda t, x: t.rand_like(x),
    "exponential_": lambda t, x: x.clone().exponential_(), "write": lambda t, x: t.zeros(3).add_(x),
    "about": lambda t, x: [t.tensor(float(v)) for v in (x.requires_grad, x.is_leaf, x.grad_fn is None, x.ndim, x.numel())],
}  # fmt: skip
TRANSFORMS = {
    "vmap": lambda t, f: t.func.vmap(lambda x: f(t, x))(rows(t, False)),
    "grad": lambda t, f: t.func.grad(lambda x: (f(t, x), x.sum())[1])(rows(t, False)[1]),
    "jvp": lambda t, f: t.func.jvp(lambda x: (f(t, x), x.sum())[1], (rows(t, False)[1],), (rows(t, False)[1],)),
    "vmap of grad": lambda t, f: t.func.vmap(t.func.grad(lambda x: (f(t, x), x.sum())[1]))(rows(t, False)),
    "grad of vmap": lambda t, f: t.func.grad(
        lambda x: (t.func.vmap(lambda x: f(t, x))(x), x.sum())[1])(rows(t, False)),
}  # fmt: skip


#: Refused by both, in other words: PyTorch has several for values of examples that a gradient is asked of.
IN_OTHER_WORDS = {("tensor", "vmap of grad"), ("one_hot", "vmap of grad")}


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("name", INSIDE)
def test_inside(name, transform):
    if (name, transform) in IN_OTHER_WORDS:
        pytest.skip("both refuse, in other words")

    def program(t):
        t.manual_seed(0)
        return TRANSFORMS[transform](t, INSIDE[name])

    agree(program)


# Custom functions in transforms.


def functions(t):
    class Power(t.autograd.Function):
        @staticmethod
        def forward(x, k):
            return x**k

        @staticmethod
        def setup_context(ctx, inputs, output):
            x, ctx.k = inputs
            ctx.save_for_backward(x)
            ctx.save_for_forward(x)

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * ctx.k * x ** (ctx.k - 1), None

        @staticmethod
        def jvp(ctx, tangent, _):
            (x,) = ctx.saved_tensors
            return tangent * ctx.k * x ** (ctx.k - 1)

    class Generated(Power):
        generate_vmap_rule = True

    class Ruled(Power):
        @staticmethod
        def vmap(info, in_dims, x, k):
            return Ruled.apply(x, k), in_dims[0]

    class Both(Ruled):
        generate_vmap_rule = True

    class Bare(Power):
        @staticmethod
        def vmap(info, in_dims, x, k):
            return Bare.apply(x, k)

    class TooMany(Power):
        @staticmethod
        def vmap(info, in_dims, x, k):
            return (x, x), (0,)

    return {f.__name__: f for f in (Power, Generated, Ruled, Both, Bare, TooMany)}


WAYS = {
    "plain": lambda t, f: f(rows(t)),
    "grad": lambda t, f: t.func.grad(lambda x: f(x).sum())(rows(t, False)),
    "vmap": lambda t, f: t.func.vmap(f)(rows(t, False)),
    "vmap of grad": lambda t, f: t.func.vmap(t.func.grad(lambda x: f(x).sum()))(rows(t, False)),
    "jvp": lambda t, f: t.func.jvp(f, (rows(t, False),), (rows(t, False),)),
    "jacrev": lambda t, f: t.func.jacrev(f)(rows(t, False)[0]),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["Power", "Generated", "Ruled", "Both", "Bare", "TooMany"])
def test_custom_functions(name, way):
    agree(lambda t: WAYS[way](t, lambda x: functions(t)[name].apply(x, 3)))


# Outputs that have no derivative.


@pytest.mark.parametrize("transform", ["jacrev", "hessian", "vjp", "jacfwd"])
def test_outputs_of_integers(transform):
    def run(t):
        make, x = getattr(t.func, transform), t.ones(2)
        return make(lambda x: x.long(), x)[0] if transform == "vjp" else make(lambda x: x.long())(x)

    agree(run)
