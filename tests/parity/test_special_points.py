"""First and second derivatives where formulas break: zeros of both signs, ones, infinities, nan, denormals, ties."""

import numpy as np
import pytest

import rushlight

torch = pytest.importorskip("torch")

POINTS = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -3.0, 5e-324, -1e-310, 1e308, np.inf, -np.inf, np.nan]
UNARY = [
    "abs", "sqrt", "rsqrt", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "asin",
    "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "sigmoid", "logit", "erf", "erfc",
    "reciprocal", "square", "sgn", "sign", "floor", "round", "frac", "sinc", "digamma", "lgamma", "deg2rad", "relu",
    "neg", "positive", "nan_to_num", "special.entr", "special.ndtr", "special.erfcx", "special.log_ndtr",
    "special.i0e", "nn.functional.softplus", "nn.functional.relu6", "nn.functional.elu", "nn.functional.selu",
    "nn.functional.silu", "nn.functional.gelu", "nn.functional.mish", "nn.functional.hardtanh",
    "nn.functional.hardshrink", "nn.functional.softshrink", "nn.functional.leaky_relu", "nn.functional.logsigmoid",
    "nn.functional.softsign", "nn.functional.tanhshrink",
]  # fmt: skip
BINARY = [
    "add", "sub", "mul", "div", "pow", "atan2", "hypot", "maximum", "minimum", "fmax", "fmin", "xlogy", "logaddexp",
    "logaddexp2", "fmod", "remainder", "copysign", "special.xlog1py", "dist", "nn.functional.mse_loss",
    "nn.functional.l1_loss", "nn.functional.smooth_l1_loss", "nn.functional.huber_loss",
]  # fmt: skip
ROWS = [
    [0.0, 0.0, 0.0],
    [1.0, 1.0, -1.0],
    [0.0, 2.0, 2.0],
    [np.inf, 1.0, np.inf],
    [-np.inf] * 3,
    [np.nan, 1.0, 0.0],
    [5.0],
]
ALONG = {
    **{n: (n, {"dim": -1}) for n in ("sum", "mean", "prod", "amax", "amin", "max", "min", "median", "nanmedian", "nansum",
       "cumsum", "cumprod", "cummax", "cummin", "logcumsumexp", "logsumexp", "softmax", "log_softmax", "var", "std", "sort")},
    "keepdim": ("prod", {"dim": 0, "keepdim": True}), "biased": ("std", {"dim": -1, "correction": 0}),
    **{f"norm {p}": ("linalg.vector_norm", {"ord": p}) for p in (0, 0.5, 1, 2, 3, np.inf, -np.inf, -1)},
}  # fmt: skip
#: PyTorch's vectorised and scalar loops disagree on nan, so its answer depends on the length: ours is the scalar one's.
DEPENDS_ON_LENGTH = {f"nn.functional.{n}" for n in ("hardtanh", "hardshrink", "softshrink", "elu", "selu", "relu6")}
#: Where PyTorch is wrong, or of two minds: a nan for the limit 1 - x at -inf; two signs of infinity, recorded or not; nan
#: where each partial derivative is known. And where NumPy's or SciPy's values end sooner: denormals, half powers of -inf,
#: squares that overflow.
LEFT_OUT = {
    "special.log_ndtr": lambda x: x == -np.inf, "logit": lambda x: x == 0 and np.signbit(x),
    "lgamma": lambda x: 0 < abs(x) < 1e-300, "pow": lambda x, y: x == -np.inf and y == 0.5,
    "dist": lambda *xy: any(0 < abs(v) < 1e-300 or 1e300 < abs(v) < np.inf for v in xy),
    "prod": lambda row: np.isnan(row).any(), "cumprod": lambda row: np.isnan(row).any(),
    "logcumsumexp": lambda row: np.inf in row, "linalg.vector_norm": lambda row: np.isnan(row).any(),
}  # fmt: skip


def evaluated(module, name, arrays, keywords):
    function = module
    for part in name.split("."):
        function = getattr(function, part)
    inputs = [module.tensor(a, dtype=module.float64, requires_grad=True) for a in arrays]
    out = function(*inputs, **keywords)
    out = out if isinstance(out, module.Tensor) else out[0]
    first = module.autograd.grad(out, inputs, module.ones_like(out), create_graph=True, allow_unused=True)
    plain = module.autograd.grad(out, inputs, module.ones_like(out), retain_graph=True, allow_unused=True)
    rising = [g for g in first if g is not None and g.requires_grad]
    second = [None] * len(inputs)
    if rising:
        second = module.autograd.grad(rising, inputs, [module.ones_like(g) for g in rising], allow_unused=True)
    every = [out, *first, *plain, *second]
    return [np.zeros(()) if g is None else g.detach().numpy(force=True) for g in every]


def check(name, arrays, keywords):
    if name in LEFT_OUT and LEFT_OUT[name](*arrays):
        return
    ours, theirs = (evaluated(m, name, arrays, keywords) for m in (rushlight, torch))
    for o, t in zip(ours, theirs):
        np.testing.assert_allclose(*np.broadcast_arrays(o, t), rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("name", UNARY)
def test_unary(name):
    for point in POINTS:
        if not (np.isnan(point) and name in DEPENDS_ON_LENGTH):
            check(name, [point], {})


@pytest.mark.parametrize("name", BINARY)
def test_binary(name):
    for x in POINTS:
        for y in POINTS:
            check(name, [x, y], {})


@pytest.mark.filterwarnings("ignore:.*degrees of freedom")
@pytest.mark.parametrize("case", ALONG)
def test_along(case):
    name, keywords = ALONG[case]
    for row in ROWS:
        check(name, [row], keywords)
