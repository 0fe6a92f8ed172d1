"""The second derivative at kinks, ties and ends is the one that PyTorch has."""

import numpy as np
import pytest

import rushlight

torch = pytest.importorskip("torch")
INF = float("inf")
ONE = {
    "abs(x) ** 3": [0, 1], "amax(x) ** 2": [1, 1], "celu(x)": [0, 1, -1], "clamp(x, 0, 1) ** 2": [0, 1, 0.5],
    "clamp(x, min=x.detach()) ** 2": [0, 1], "cumprod(x, 0)": [0, 0, 2], "cumsum(x, 0) ** 2": [0, 1], "erfinv(x)": [0, 1, -1],
    "frac(x) ** 2": [0, 1, -1], "fmod(x, 1) ** 2": [0, 1, -1], "i0(x)": [0, -1, 2], "linalg.vector_norm(x)": [0, 0],
    "linalg.vector_norm(x, 1.5)": [0, 1], "linalg.vector_norm(x, 3)": [0, 1], "logit(x)": [0, 0.5, 1],
    "logit(x, 0.1)": [0, 0.1, 0.9, 0.5], "logsumexp(x, 0)": [1, 1], "max(x) ** 2": [1, 1], "median(x) ** 2": [1, 1, 2],
    "nn.functional.elu(x)": [0, 1, -1], "nn.functional.hardswish(x)": [0, 3, -3, 1], "nn.functional.hardtanh(x) ** 2": [1, -1],
    "nn.functional.leaky_relu(x) ** 2": [0, 1, -1], "nn.functional.logsigmoid(x)": [0, -50], "nn.functional.mish(x)": [0, 50],
    "nn.functional.normalize(x, dim=0)": [0, 0], "nn.functional.relu6(x) ** 2": [0, 6, 3], "nn.functional.selu(x)": [0, 1, -1],
    "nn.functional.silu(x)": [0, INF], "nn.functional.softplus(x)": [0, 20, -20], "norm(x)": [0, 0],
    "nn.functional.softshrink(x) ** 2": [0.5, -0.5, 1], "pow(x, 1)": [0, 1], "pow(x, 1.5)": [0, 1],
    "pow(x, 2)": [0, 1], "prod(x)": [0, 0, 2], "relu(x) ** 2": [0, 1, -1], "sinc(x)": [0, 0.5], "special.entr(x)": [0, 1],
    "special.i0e(x)": [0, -1, 2], "special.i1(x)": [0, -1, 2], "special.i1e(x)": [0, -1, 2], "sqrt(x)": [0, 1], "std(x)": [1, 1, 1],
    "where(x > 0, x**2, -x)": [0, 1],
}  # fmt: skip
TWO = {
    "atan2(x, y)": ([0, 1], [0, 2]), "copysign(x, y)": ([0, 1], [0, -1]),
    "dist(x, y)": ([1, 1], [1, 1]), "hypot(x, y)": ([0, 1], [0, 2]), "maximum(x, y) ** 2": ([1, 2], [1, 1]),
    "nn.functional.cosine_similarity(x, y, 0)": ([0, 0], [1, 1]), "nn.functional.huber_loss(x, y)": ([0, 1, -1], [0, 0, 0]),
    "nn.functional.kl_div(x, y, reduction='sum')": ([0.5, 1], [0, 0.5]), "pow(x, y)": ([0, 0, 0, 2], [1, 2, 0, 0]),
    "nn.functional.smooth_l1_loss(x, y)": ([0, 1, -1], [0, 0, 0]), "special.xlog1py(x, y)": ([0, 1, 0], [-1, 2, 0]),
    "xlogy(x, y)": ([0, 1, 0], [0, 2, 1]),
}  # fmt: skip


def second(module, source, values):
    """The gradients of a weighted sum of the gradients."""
    leaves = [module.tensor(v, dtype=module.float64, requires_grad=True) for v in values]
    scope = {name: getattr(module, name) for name in dir(module) if not name.startswith("__")}
    out = eval(source, {**scope, **dict(zip("xy", leaves, strict=False))})
    first = module.autograd.grad(out.sum() * 1.5, leaves, create_graph=True, allow_unused=True)
    total = sum((g * module.arange(1.0, 1 + g.numel())).sum() for g in first if g is not None and g.requires_grad)
    return [None if g is None else g.numpy() for g in module.autograd.grad(total, leaves, allow_unused=True)]


@pytest.mark.parametrize("source, values", [(s, [v]) for s, v in ONE.items()] + list(TWO.items()))
def test_second_order_at_kinks(source, values):
    for got, want in zip(second(rushlight, source, values), second(torch, source, values), strict=True):
        assert (got is None) == (want is None)
        if want is not None:
            np.testing.assert_allclose(got, want, 1e-7, 1e-9)
