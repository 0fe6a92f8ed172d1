"""Programs of PyTorch's guides to torch.func, under both packages: per-sample gradients, Jacobians, ensembles, kernels."""

import functools
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import rushlight  # noqa: E402


def numbers(t, *shape, seed=0, dtype="float64"):
    return t.from_numpy(np.random.default_rng(seed).normal(size=shape)).to(getattr(t, dtype))


def classes(t, n, count, seed=0):
    return t.from_numpy(np.random.default_rng(seed).integers(0, count, n))


def parameters(t, module, seed=0):
    """The module's parameters with the same numbers under both packages, detached."""
    out = {}
    for i, (name, p) in enumerate(module.named_parameters()):
        out[name] = numbers(t, *p.shape, seed=seed + i) * 0.3
    return out


def per_sample(t, model, loss, x, y, params=None):
    """The gradient of the loss of each sample by itself."""
    params = parameters(t, model) if params is None else params
    buffers = {name: b.detach() for name, b in model.named_buffers()}

    def compute(params, buffers, sample, target):
        out = t.func.functional_call(model, (params, buffers), (sample.unsqueeze(0),))
        return loss(out, target.unsqueeze(0))

    return t.func.vmap(t.func.grad(compute), in_dims=(None, None, 0, 0))(params, buffers, x, y)


# Models.


def mlp(t):
    return t.nn.Sequential(t.nn.Linear(5, 8), t.nn.Tanh(), t.nn.Linear(8, 3)).double()


def cnn(t):
    """The network of the guide, with the normalisation that it recommends."""
    return t.nn.Sequential(
        t.nn.Conv2d(1, 4, 3, 1), t.nn.GroupNorm(2, 4), t.nn.ReLU(), t.nn.Conv2d(4, 6, 3, padding=1, groups=2), t.nn.ReLU(),
        t.nn.MaxPool2d(2), t.nn.Dropout(0.25).eval(), t.nn.Flatten(), t.nn.Linear(54, 10), t.nn.LogSoftmax(dim=1),
    ).double()  # fmt: skip


def tagger(t):
    class Tagger(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = t.nn.Embedding(7, 4, padding_idx=0)
            self.norm = t.nn.LayerNorm(4)
            self.attention = t.nn.MultiheadAttention(4, 2, batch_first=True)
            self.head = t.nn.Linear(4, 3)

        def forward(self, words):
            x = self.norm(self.embedding(words))
            return self.head(self.attention(x, x, x, need_weights=False)[0]).mean(1)

    return Tagger().double()


# Programs: each returns tensors, or containers of them.


def gradients_of_an_mlp(t):
    return per_sample(t, mlp(t), t.nn.functional.cross_entropy, numbers(t, 6, 5), classes(t, 6, 3))


def gradients_of_a_cnn(t):
    return per_sample(t, cnn(t), t.nn.functional.nll_loss, numbers(t, 4, 1, 8, 8), classes(t, 4, 10))


def gradients_of_attention(t):
    return per_sample(t, tagger(t), t.nn.functional.cross_entropy, classes(t, (5, 6), 7), classes(t, 5, 3))


def norms_of_gradients(t):
    """Clipping by each sample's norm, as differential privacy wants it."""
    found = per_sample(t, mlp(t), t.nn.functional.cross_entropy, numbers(t, 6, 5), classes(t, 6, 3))
    norms = t.stack([g.flatten(1).norm(2, dim=1) for g in found.values()]).norm(2, dim=0)
    factor = (1.0 / (norms + 1e-6)).clamp(max=1.0)
    return {name: t.einsum("i,i...->...", factor, g) for name, g in found.items()}, norms


def batch_norm_in_evaluation(t):
    model = t.nn.Sequential(t.nn.Conv2d(1, 3, 3), t.nn.BatchNorm2d(3), t.nn.Flatten(), t.nn.Linear(12, 2)).double().eval()
    return per_sample(t, model, t.nn.functional.cross_entropy, numbers(t, 4, 1, 4, 4), classes(t, 4, 2))


def batch_norm_without_statistics(t):
    model = t.nn.Sequential(t.nn.Conv2d(1, 3, 3), t.nn.BatchNorm2d(3, track_running_stats=False), t.nn.Flatten(),
                            t.nn.Linear(12, 2)).double()  # fmt: skip
    params = parameters(t, model)
    return t.func.vmap(lambda x: t.func.functional_call(model, params, (x,)))(numbers(t, 3, 4, 1, 4, 4))


def _predict(t, weight, bias, x):
    return t.nn.functional.linear(x, weight, bias).tanh()


def jacobians(t):
    weight, bias, x = numbers(t, 4, 4), numbers(t, 4, seed=1), numbers(t, 4, seed=2)
    f = functools.partial(_predict, t)
    return (
        t.func.jacrev(f, argnums=2)(weight, bias, x), t.func.jacfwd(f, argnums=2)(weight, bias, x),
        t.func.jacrev(f, argnums=(0, 1))(weight, bias, x), t.func.jacfwd(f, argnums=(0, 1))(weight, bias, x),
        t.func.jacrev(f, argnums=(0, 2), chunk_size=2)(weight, bias, x),
    )  # fmt: skip


def hessians(t):
    weight, bias, x = numbers(t, 3, 3), numbers(t, 3, seed=1), numbers(t, 3, seed=2)
    f = functools.partial(_predict, t)
    return (
        t.func.hessian(f, argnums=2)(weight, bias, x), t.func.jacfwd(t.func.jacfwd(f, 2), 2)(weight, bias, x),
        t.func.jacrev(t.func.jacrev(f, 2), 2)(weight, bias, x), t.func.jacrev(t.func.jacfwd(f, 2), 2)(weight, bias, x),
    )  # fmt: skip


def batches_of_jacobians(t):
    weight, bias, x = numbers(t, 3, 3), numbers(t, 3, seed=1), numbers(t, 5, 3, seed=2)
    f = functools.partial(_predict, t)
    return (
        t.func.vmap(t.func.jacrev(f, argnums=2), in_dims=(None, None, 0))(weight, bias, x),
        t.func.vmap(t.func.hessian(f, argnums=2), in_dims=(None, None, 0))(weight, bias, x),
        t.func.vmap(t.func.jacfwd(f, argnums=0), in_dims=(None, None, 0))(weight, bias, x),
        t.func.vmap(t.func.vmap(f, in_dims=(None, 0, None)), in_dims=(None, None, 0))(weight, x, x),
    )


def vectors_times_hessians(t):
    def f(x):
        return (x.sin() * x.roll(1)).sum()

    x, v = numbers(t, 6), numbers(t, 6, seed=1)
    _, pull = t.func.vjp(t.func.grad(f), x)
    value, pushed = t.func.jvp(t.func.grad(f), (x,), (v,))
    _, linear = t.func.linearize(t.func.grad(f), x)
    return pull(v)[0], value, pushed, linear(v), t.func.vmap(linear)(numbers(t, 3, 6, seed=2))


def directional_derivatives(t):
    weight, bias, x = numbers(t, 4, 4), numbers(t, 4, seed=1), numbers(t, 4, seed=2)
    basis = t.eye(4, dtype=t.float64)
    _, pull = t.func.vjp(lambda x: _predict(t, weight, bias, x), x)

    def push(v):
        return t.func.jvp(lambda x: _predict(t, weight, bias, x), (x,), (v,))[1]

    return t.func.vmap(pull)(basis)[0], t.func.vmap(push)(basis)


def laplacian(t):
    def f(x):
        return (x**3).prod() + x.exp().sum()

    def trace(x):
        return t.func.hessian(f)(x).diagonal(0, -2, -1).sum(-1)

    return t.func.vmap(trace)(numbers(t, 4, 3))


def ensemble(t):
    """Five models on one minibatch, and each on a minibatch of its own."""
    models = [mlp(t) for _ in range(5)]
    for i, model in enumerate(models):
        model.load_state_dict(parameters(t, model, seed=10 * i))
    params, buffers = t.func.stack_module_state(models)
    skeleton = mlp(t)

    def call(params, buffers, x):
        return t.func.functional_call(skeleton, (params, buffers), (x,))

    shared, own = numbers(t, 6, 5), numbers(t, 5, 6, 5)
    outs = t.func.vmap(call, in_dims=(0, 0, None))(params, buffers, shared), t.func.vmap(call)(params, buffers, own)
    (outs[0].square().sum() + outs[1].sum()).backward()
    return outs, [p.grad for p in params.values()]


def ensemble_of_cnns(t):
    models = [cnn(t) for _ in range(3)]
    for i, model in enumerate(models):
        model.load_state_dict(parameters(t, model, seed=20 * i))
    params, buffers = t.func.stack_module_state(models)
    x, y = numbers(t, 4, 1, 8, 8), classes(t, 4, 10)

    def loss(params, buffers):
        return t.nn.functional.nll_loss(t.func.functional_call(models[0], (params, buffers), (x,)), y)

    gradients, values = t.func.vmap(t.func.grad_and_value(loss))(params, buffers)
    return gradients, values


def tangent_kernel(t):
    """The empirical neural tangent kernel, contracted from Jacobians and from products."""
    model, x1, x2 = mlp(t), numbers(t, 3, 5), numbers(t, 2, 5, seed=1)
    params = parameters(t, model)

    def f(params, x):
        return t.func.functional_call(model, params, (x.unsqueeze(0),)).squeeze(0)

    def by_jacobians():
        first = t.func.vmap(t.func.jacrev(f), (None, 0))(params, x1)
        second = t.func.vmap(t.func.jacrev(f), (None, 0))(params, x2)
        pairs = zip([j.flatten(2) for j in first.values()], [j.flatten(2) for j in second.values()])
        return sum(t.einsum("Naf,Mbf->NMab", a, b) for a, b in pairs)

    def by_products(a, b):
        def product(v):
            _, pull = t.func.vjp(lambda params: f(params, b), params)
            return t.func.jvp(lambda params: f(params, a), (params,), pull(v))[1]

        return t.func.vmap(product)(t.eye(3, dtype=t.float64))

    return by_jacobians(), t.func.vmap(t.func.vmap(by_products, (None, 0)), (0, None))(x1, x2)


def meta_learning(t):
    """MAML on sinusoids: the gradient of a loss after a step of gradient descent, for a batch of tasks."""
    model = mlp(t)
    params = parameters(t, model)

    def loss(params, x, y):
        return ((t.func.functional_call(model, params, (x,)) - y) ** 2).mean()

    def task(params, x1, y1, x2, y2):
        gradients = t.func.grad(loss)(params, x1, y1)
        adapted = {name: params[name] - 0.1 * gradients[name] for name in params}
        return loss(adapted, x2, y2)

    data = numbers(t, 4, 7, 5), numbers(t, 4, 7, 3, seed=1), numbers(t, 4, 7, 5, seed=2), numbers(t, 4, 7, 3, seed=3)

    def total(params):
        return t.func.vmap(task, (None, 0, 0, 0, 0))(params, *data).mean()

    return t.func.grad_and_value(total)(params)


def function_with_a_generated_rule(t):
    class Cube(t.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(x):
            return x**3, 3 * x**2

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(inputs[0], output[1])

        @staticmethod
        def backward(ctx, g, g_slope):
            x, slope = ctx.saved_tensors
            return g * slope + g_slope * 6 * x

        @staticmethod
        def jvp(ctx, tangent):
            raise AssertionError("not in these programs")

    x = numbers(t, 4, 3)
    return (
        t.func.vmap(lambda x: Cube.apply(x)[0])(x), t.func.vmap(t.func.grad(lambda x: Cube.apply(x)[0].sum()))(x),
        t.func.grad(lambda x: t.func.vmap(lambda x: Cube.apply(x)[0])(x).sum())(x),
        t.func.jacrev(lambda x: Cube.apply(x)[0])(x[0]),
    )  # fmt: skip


def function_with_its_own_rule(t):
    class Product(t.autograd.Function):
        @staticmethod
        def forward(x, w):
            return t.from_numpy(x.numpy() @ w.numpy())

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, g):
            x, w = ctx.saved_tensors
            return Product.apply(g, w.mT), Product.apply(x.mT, g)

        @staticmethod
        def vmap(info, in_dims, x, w):
            x, w = [
                a.unsqueeze(0).expand(info.batch_size, *a.shape) if dim is None else a.movedim(dim, 0)
                for a, dim in zip((x, w), in_dims)
            ]
            return Product.apply(x, w), 0

    x, w = numbers(t, 5, 2, 3), numbers(t, 3, 4, seed=1)

    def loss(x, w):
        return (Product.apply(x, w) ** 2).sum()

    return (
        t.func.vmap(Product.apply, (0, None))(x, w), t.func.vmap(t.func.grad(loss, (0, 1)), (0, None))(x, w),
        t.func.vmap(Product.apply, (None, 1))(x[0], w.unsqueeze(1)),
    )  # fmt: skip


def losses_of_samples(t):
    f = t.nn.functional
    x, y = numbers(t, 4, 3, 5), numbers(t, 4, 3, 5, seed=1)
    target, weight = classes(t, (4, 3), 5), numbers(t, 4, 5, seed=2).abs()
    of_pairs = [f.mse_loss, f.l1_loss, f.smooth_l1_loss, f.huber_loss, f.soft_margin_loss]
    found = [t.func.vmap(t.func.grad_and_value(loss))(x, y) for loss in of_pairs]
    found.append(t.func.vmap(t.func.grad_and_value(f.binary_cross_entropy))(x.sigmoid(), y.sigmoid()))
    found.append(t.func.vmap(t.func.grad_and_value(f.cross_entropy))(x, target))
    found.append(t.func.vmap(lambda x, y, w: f.cross_entropy(x, y, w, label_smoothing=0.1))(x, target, weight))
    found.append(t.func.vmap(lambda x, y: f.cross_entropy(x, y, ignore_index=2, reduction="none"))(x, target))
    return found


def solving(t):
    a, b = numbers(t, 3, 3), numbers(t, 5, 3, seed=1)
    spd = numbers(t, 5, 3, 3, seed=2)
    spd = spd @ spd.mT + t.eye(3, dtype=t.float64)
    return (
        t.func.vmap(t.linalg.solve, (None, 0))(a, b), t.func.vmap(t.linalg.solve)(spd, b),
        t.func.vmap(t.func.grad(lambda a, b: t.linalg.solve(a, b).sum(), (0, 1)), (None, 0))(a, b),
        t.func.vmap(t.func.grad(lambda m: t.linalg.cholesky(m).sum()))(spd), t.func.vmap(t.logdet)(spd),
        t.func.vmap(t.func.jacrev(t.linalg.inv))(spd),
    )  # fmt: skip


def densities(t):
    """Log densities of distributions, and their scores."""
    d, x = t.distributions, numbers(t, 6, seed=1)
    mean, scale = numbers(t, 6), numbers(t, 6, seed=2).exp()
    kinds = [d.Normal, d.Laplace, d.Cauchy, d.Gumbel, d.LogNormal]
    found = []
    for kind in kinds:
        def log_prob(mean, scale, x, kind=kind):
            return kind(mean, scale, validate_args=False).log_prob(x)

        found.append(t.func.vmap(t.func.grad(log_prob, (0, 1, 2)))(mean, scale, x.abs() + 0.1))
    logits = numbers(t, 6, 4)
    found.append(t.func.vmap(lambda z, k: d.Categorical(logits=z, validate_args=False).log_prob(k))(logits, classes(t, 6, 4)))
    cov = numbers(t, 6, 2, 2, seed=3)
    cov = cov @ cov.mT + t.eye(2, dtype=t.float64)
    found.append(t.func.vmap(
        lambda m, c, x: d.MultivariateNormal(m, c, validate_args=False).log_prob(x)
    )(numbers(t, 6, 2), cov, numbers(t, 6, 2, seed=4)))  # fmt: skip
    return found


def random_numbers(t):
    t.manual_seed(3)
    x = t.ones(4, 3, dtype=t.float64)
    functions = [
        lambda x: x + t.randn(3), lambda x: x * t.rand_like(x), lambda x: t.nn.functional.dropout(x, 0.4),
        lambda x: x.clone().exponential_(), lambda x: x + t.randn(20).sum(),
    ]  # fmt: skip
    return [t.vmap(f, randomness=kind)(x) for f in functions for kind in ("same", "different")]


PROGRAMS = [
    gradients_of_an_mlp, gradients_of_a_cnn, gradients_of_attention,
    norms_of_gradients, batch_norm_in_evaluation, batch_norm_without_statistics, jacobians, hessians,
    batches_of_jacobians, vectors_times_hessians, directional_derivatives, laplacian, ensemble, ensemble_of_cnns,
    tangent_kernel, meta_learning, function_with_a_generated_rule, function_with_its_own_rule, losses_of_samples, solving,
    densities, random_numbers,
]  # fmt: skip


def leaves(tree):
    if isinstance(tree, dict):
        return [leaf for name in tree for leaf in leaves(tree[name])]
    return [leaf for item in tree for leaf in leaves(item)] if isinstance(tree, (list, tuple)) else [tree]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_same_results(program):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's of missing rules, and of its own attention
        want = leaves(program(torch))
    got = leaves(program(rushlight))
    assert len(got) == len(want)
    for g, w in zip(got, want):
        assert tuple(g.shape) == tuple(w.shape)
        assert str(g.dtype) == str(w.dtype)
        np.testing.assert_allclose(g.detach().numpy(), w.detach().numpy(), rtol=1e-6, atol=1e-9)
