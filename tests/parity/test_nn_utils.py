"""Lazy modules, parametrizations, normalised weights and functional calls as programs, under both packages."""

import numpy as np
import pytest

import rushlight

torch = pytest.importorskip("torch")
from parity.expressions import differences  # noqa: E402

LAZY = """
nn = torch.nn
U = nn.parameter.UninitializedParameter
u, b, l = U(), nn.parameter.UninitializedBuffer(), nn.LazyLinear(3)
(u, b, l, u.size(), u.dtype, u.data, u.requires_grad, u.grad, u.is_leaf, u.ndim, u.is_floating_point(), u.device)
(isinstance(u, nn.Parameter), isinstance(b, nn.Buffer), nn.parameter.is_lazy(u), u.to(torch.float64).dtype, u.double().dtype)
u.shape
u.sum()
u.numel()
u.dim()
u.detach()
u.clone()
u.view(-1)
u.fill_(1)
nn.init.ones_(u)
u.share_memory_()
l.share_memory()
(type(copy.deepcopy(u)).__name__, type(pickle.loads(pickle.dumps(u))).__name__, copy.deepcopy(l), pickle.loads(pickle.dumps(l)))
(l.weight, l.state_dict(), list(l.named_parameters()), l.double().weight.dtype, l.has_uninitialized_params())
l.load_state_dict({"weight": torch.ones(3, 2), "bias": torch.ones(3)})
(l, type(l.weight).__name__, l(torch.ones(1, 2).double()), l, type(l).__name__, hasattr(l, "_load_hook"))
l = nn.LazyLinear(3, bias=False)
nn.Linear(2, 3, bias=False).load_state_dict(l.state_dict())
l.load_state_dict(nn.LazyLinear(3, bias=False).state_dict())
(l(torch.ones(4, 5)).shape, l)
nn.LazyConv2d(3, 2)(torch.ones(5, 5))
nn.LazyConv2d(4, 2, groups=2)(torch.ones(1, 3, 5, 5))
c = nn.LazyBatchNorm1d()
(c, c.state_dict(), c(torch.ones(2, 3) * 2), c, c.state_dict())
c = nn.LazyInstanceNorm2d(affine=True)
(c, c(torch.ones(2, 3, 2, 2)).shape, c)
M = type("M", (nn.modules.lazy.LazyModuleMixin, nn.Module), {"forward": lambda s, x: x})
m = M()
m.w = U()
m(torch.ones(1))
N = type("N", (M,), {"initialize_parameters": lambda s, x: None})
m = N()
m.w = U()
m(torch.ones(1))
u = U(dtype=torch.float64)
u.materialize((2, 3))
(type(u).__name__, u.dtype, u.shape, u.requires_grad, U(requires_grad=False).requires_grad)
"""

CLASSES = """
nn = torch.nn
U, P, Z, S = nn.utils, nn.utils.parametrize, nn.utils.parametrizations, nn.utils.stateless
x = torch.ones(1, 3)
Sym = type("Sym", (nn.Module,), {"forward": lambda s, X: X.triu() + X.triu(1).mT, "right_inverse": lambda s, A: A.triu()})
Exp = type("Exp", (nn.Module,), {"forward": lambda s, X: X.exp()})
Two = type("Two", (nn.Module,), {"forward": lambda s, a, b: a + b, "right_inverse": lambda s, W: (W / 2, W / 2)})
Bad = type("Bad", (nn.Module,), {"forward": lambda s, X: X.sum()})
Int = type("Int", (nn.Module,), {"forward": lambda s, X: 3})
Half = type("Half", (nn.Module,), {"forward": lambda s, X: X, "right_inverse": lambda s, X: X.half()})
def layer(kind="Linear", *a, seed=0): torch.manual_seed(seed); return getattr(nn, kind)(*(a or (3, 2)))
"""

PARAMETRIZE = """
l = layer("Linear", 3, 3)
P.register_parametrization(l, "weight", Sym())
(l.weight, list(l.state_dict()), l.parametrizations.weight.original, P.is_parametrized(l), P.is_parametrized(l, "bias"))
(P.type_before_parametrizations(l).__name__, type(l).__name__, l.parametrizations, l(x))
l(x).sum().backward()
l.parametrizations.weight.original.grad
l.weight = torch.eye(3)
(l.weight, copy.deepcopy(l))
pickle.dumps(l)
P.register_parametrization(l, "weight", Exp())
l.weight
l.weight = torch.eye(3)
P.register_parametrization(l, "weight", Bad())
P.register_parametrization(l, "weight", Int())
P.register_parametrization(l, "weight", Half())
P.register_parametrization(l, "bias", Bad())
P.register_parametrization(l, "bias", Int())
P.register_parametrization(l, "bias", Half())
P.register_parametrization(l, "nope", Bad())
P.remove_parametrizations(l, "nope")
P.remove_parametrizations(l, "weight")
(l.weight, list(l.state_dict()), type(l).__name__)
l = layer()
P.register_parametrization(l, "weight", Two())
(list(l.state_dict()), l.weight)
P.remove_parametrizations(l, "weight", False)
P.remove_parametrizations(l, "weight")
l.weight
a, b = layer("Linear", 3, 3), layer("Linear", 3, 3, seed=1)
a = P.register_parametrization(a, "weight", Sym())
P.transfer_parametrizations_and_params(a, b)
(b.weight, P.transfer_parametrizations_and_params(a, nn.ReLU()))
P.ParametrizationList([], torch.ones(1))
"""

NORMS = """
l = layer()
Z.weight_norm(l)
(l.weight, l.state_dict(), l(x))
l(x).pow(2).sum().backward()
[p.grad for p in l.parameters()]
l.load_state_dict({"bias": torch.ones(2), "weight_g": torch.ones(2, 1), "weight_v": torch.ones(2, 3)})
(l.weight, Z.weight_norm(layer(), dim=1).weight, Z.weight_norm(layer(), dim=None).weight)
Z.weight_norm(layer("Conv1d", 2, 3, 2), dim=1).weight
l = layer()
U.weight_norm(l)
(l.weight, l.weight_g, list(l.state_dict()), l(x))
U.weight_norm(l)
U.remove_weight_norm(l)
(l.weight, list(l.state_dict()))
U.remove_weight_norm(l)
U.weight_norm(nn.LazyLinear(2))
l = layer()
Z.spectral_norm(l)
(l.weight, l.state_dict(), l.eval().weight)
l(x).sum().backward()
l.parametrizations.weight.original.grad
Z.spectral_norm(layer(), "nope")
Z.spectral_norm(layer(), n_power_iterations=0)
Z.spectral_norm(layer(), dim=3)
Z.spectral_norm(layer("ConvTranspose1d", 2, 3, 2)).weight
Z.spectral_norm(layer(), "bias").bias
l = layer()
U.spectral_norm(l)
(l.weight, l(x), list(l.state_dict()), l.state_dict()._metadata, l.load_state_dict(l.state_dict()))
l(x).sum().backward()
l.weight_orig.grad
old = {k: v for k, v in l.state_dict().items() if k != "weight_v"}
old["weight"] = l.weight.detach()
l.load_state_dict(old)
(l.state_dict().keys(), l(x))
U.spectral_norm(l)
U.remove_spectral_norm(l)
(l.weight, list(l.state_dict()))
U.remove_spectral_norm(l)
U.spectral_norm(layer(), n_power_iterations=0)
U.spectral_norm(nn.Linear(2, 2, bias=False), "bias")
(torch.norm_except_dim(torch.ones(2, 3, 4), 2, 1), torch.norm_except_dim(torch.ones(2, 3, requires_grad=True), 2, 0))
(torch._weight_norm(torch.ones(2, 3), torch.ones(2, 1), 0), torch._weight_norm_interface(torch.ones(2, 3), torch.ones(2, 1), 0))
Z.orthogonal(layer(), orthogonal_map="x")
Z.orthogonal(layer(), "bias")
Z.orthogonal(layer(), "nope")
l = Z.orthogonal(layer("Linear", 3, 3))
l.weight = torch.eye(3)
l.weight
l.weight = torch.eye(2)
l = Z.orthogonal(layer("Linear", 3, 3), use_trivialization=False)
l.weight = torch.eye(3)
"""

CALLS = """
l = layer()
(S.functional_call(l, {"weight": torch.ones(2, 3)}, x), l.weight)
S.functional_call(l, {"weight": torch.ones(2, 3)}, x, strict=True)
S.functional_call(l, {"nope": torch.ones(2, 3)}, x)
S.functional_call(l, {"nope": torch.ones(2, 3)}, x, strict=True)
S.functional_call(l, {"a.b": torch.ones(2, 3)}, x)
S.functional_call(l, {"in_features": torch.ones(2, 3)}, x)
(hasattr(l, "nope"), l.in_features)
k = nn.Module()
k.a = nn.Parameter(torch.ones(1))
k.b = k.a
k.register_buffer("c", torch.zeros(1))
def forward(x): k.c = k.c + 1; return k.a * x + k.b
k.forward = forward
S.functional_call(k, {"a": torch.zeros(1)}, torch.ones(1))
S.functional_call(k, {"a": torch.zeros(1)}, torch.ones(1), tie_weights=False)
S.functional_call(k, {"a": torch.zeros(1), "b": torch.ones(1)}, torch.ones(1))
d = {"c": torch.ones(1)}
(S.functional_call(k, d, (torch.ones(1),)), d, k.c)
(U.skip_init(nn.Linear, 2, 3).weight.shape, torch.rand(2))
U.skip_init(nn.ReLU)
U.skip_init(int)
c, b = layer("Conv2d", 2, 3, 2).eval(), nn.BatchNorm2d(3).eval()
b.running_mean.fill_(0.5)
(U.fuse_conv_bn_eval(c, b).weight, U.fuse_conv_bn_eval(c, b).bias)
U.fuse_conv_bn_eval(c.train(), b)
c = layer("ConvTranspose2d", 2, 3, 2, 1, 0, 0, 1, False).eval()
(U.fuse_conv_bn_eval(c, b, transpose=True).weight, U.fuse_conv_bn_eval(c, b, transpose=True).bias)
l, b = layer().eval(), nn.BatchNorm1d(2).eval()
b.running_var.fill_(0.25)
(U.fuse_linear_bn_eval(l, b).weight, U.fuse_linear_bn_eval(l, b).bias)
U.fuse_linear_bn_eval(l, nn.BatchNorm1d(3).eval())
U.convert_conv2d_weight_memory_format(layer("Conv2d", 2, 3, 2), torch.channels_last).weight.stride()
"""


@pytest.mark.parametrize(
    "program", [LAZY, CLASSES + PARAMETRIZE, CLASSES + NORMS, CLASSES + CALLS], ids=["lazy", "parametrize", "norms", "calls"]
)
def test_programs(program):
    found = differences(torch, program)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("trivialization", [True, False])
@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (4, 2)])
@pytest.mark.parametrize("how", ["matrix_exp", "cayley", "householder"])
def test_orthogonal(how, shape, trivialization):
    results = []
    for lib in (rushlight, torch):
        if lib is rushlight:
            from rushlight.nn.utils import parametrizations
        else:
            from torch.nn.utils import parametrizations
        lib.manual_seed(0)
        layer = lib.nn.Linear(*shape, dtype=lib.float64)
        parametrizations.orthogonal(layer, orthogonal_map=how, use_trivialization=trivialization)
        weight = layer.weight
        grad = lib.autograd.grad(layer(lib.ones(1, shape[0], dtype=lib.float64)).sum(), layer.parametrizations.weight.original)
        results.append((weight.detach().numpy(), grad[0].numpy()))
    for got, want in zip(*results):
        np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-9)
    w = results[0][0]
    small = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-9)
