"""nn against PyTorch: every case runs under both, and must return, print, warn and raise the same."""

from __future__ import annotations

import copy
import pickle
from collections import OrderedDict

import pytest

torch = pytest.importorskip("torch")
import rushlight  # noqa: E402

pytest.register_assert_rewrite("parity.nn_cases")

from parity.nn_cases import check, net, parametrize, tensors  # noqa: E402

# -- reprs --------------------------------------------------------------------------------------------------------

REPRS = [
    lambda t: t.nn.Identity(3, a=1),
    lambda t: t.nn.Linear(3, 2),
    lambda t: t.nn.Linear(3, 2, bias=False),
    lambda t: t.nn.Bilinear(2, 3, 4),
    lambda t: [getattr(t.nn, name)() for name in ("ReLU", "ReLU6", "SELU", "SiLU", "Mish", "Tanh", "Sigmoid")],
    lambda t: [getattr(t.nn, name)(inplace=True) for name in ("ReLU", "ReLU6", "SELU", "SiLU", "Mish")],
    lambda t: [t.nn.LeakyReLU(), t.nn.LeakyReLU(0.2, True), t.nn.ELU(), t.nn.ELU(0.5, inplace=True)],
    lambda t: [t.nn.Hardtanh(), t.nn.Hardtanh(-2, 2, True), t.nn.Softplus(), t.nn.Softplus(2, 10)],
    lambda t: [t.nn.GELU(), t.nn.GELU("tanh"), t.nn.LogSigmoid(), t.nn.Softmax(), t.nn.Softmin(1), t.nn.LogSoftmax(-1)],
    lambda t: [t.nn.Dropout(), t.nn.Dropout(0.1, True), t.nn.Flatten(), t.nn.Flatten(0, 2), t.nn.Unflatten(1, (2, 3))],
    lambda t: [
        t.nn.LayerNorm(3),
        t.nn.LayerNorm((2, 3), 1e-3, bias=False),
        t.nn.LayerNorm([2], elementwise_affine=False),
    ],
    lambda t: [t.nn.RMSNorm(3), t.nn.RMSNorm((2, 3), 1e-3, elementwise_affine=False)],
    lambda t: [t.nn.Embedding(4, 3), t.nn.Embedding(4, 3, -1, 2.0, 1.0, True, True)],
    lambda t: [getattr(t.nn, name)() for name in ("L1Loss", "MSELoss", "SmoothL1Loss", "HuberLoss", "KLDivLoss")],
    lambda t: [getattr(t.nn, name)() for name in ("BCELoss", "BCEWithLogitsLoss", "NLLLoss", "CrossEntropyLoss")],
    net,
    lambda t: t.nn.Sequential(net(t), t.nn.Sequential(), t.nn.ModuleList(), t.nn.ModuleDict()),
    lambda t: t.nn.ModuleList([t.nn.ReLU()] * 3 + [net(t)] * 2 + [t.nn.ReLU(), None]),
    lambda t: t.nn.ModuleDict({"a": t.nn.ReLU(), "b": net(t)}),
    lambda t: t.nn.ParameterList([tensors(t, (2, 3)), t.nn.Parameter(t.ones(1)), "text", t.tensor(1.0)]),
    lambda t: t.nn.ParameterList([t.ones(2)]),
    lambda t: t.nn.ParameterDict({"b": t.ones(2, 3), "a": t.ones(1).double(), "c": 3}),
    lambda t: t.nn.Parameter(tensors(t, (2, 2))),
    lambda t: [t.nn.Parameter(), t.nn.Parameter(t.ones(2).int(), requires_grad=False), t.nn.Buffer(t.ones(2))],
    lambda t: [
        t.nn.Linear(2, 1).state_dict().keys(),
        t.nn.Linear(1, 1).load_state_dict(t.nn.Linear(1, 1).state_dict()),
    ],
]


@parametrize(REPRS)
def test_repr(case):
    check(case)


def test_multiline_extra_repr():
    def case(t):
        class Wordy(t.nn.Module):
            def __init__(self):
                super().__init__()
                self.child = t.nn.ReLU()

            def extra_repr(self):
                return "one\n\ntwo"

        return [Wordy(), t.nn.Sequential(Wordy())]

    check(case)


# -- random numbers -----------------------------------------------------------------------------------------------

INITS = [
    lambda t, w: t.nn.init.uniform_(w, -2, 3),
    lambda t, w: t.nn.init.normal_(w, 1, 0.5),
    lambda t, w: t.nn.init.trunc_normal_(w),
    lambda t, w: t.nn.init.trunc_normal_(w, 0.0, 1.0, 1.5, 2.5),
    lambda t, w: t.nn.init.trunc_normal_(w, 0.0, 1.0, 5.0, 6.0),
    lambda t, w: t.nn.init.constant_(w, 0.25),
    lambda t, w: t.nn.init.ones_(w),
    lambda t, w: t.nn.init.zeros_(w),
    lambda t, w: t.nn.init.eye_(w),
    lambda t, w: t.nn.init.xavier_uniform_(w, 2.0),
    lambda t, w: t.nn.init.xavier_normal_(w),
    lambda t, w: t.nn.init.kaiming_uniform_(w, 0.1, "fan_out"),
    lambda t, w: t.nn.init.kaiming_normal_(w, nonlinearity="relu"),
    lambda t, w: t.nn.init.sparse_(w, 0.4),
    lambda t, w: t.nn.init.xavier_normal(w),
]


@parametrize(INITS)
@pytest.mark.parametrize("shape", [(4, 3), (20, 17)])
def test_init(case, shape):
    check(lambda t: case(t, t.nn.Parameter(t.zeros(shape))).detach().double().tolist())


@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (2, 3, 2)])
def test_orthogonal(shape):
    def columns(t):
        t.manual_seed(1)
        return t.nn.init.orthogonal_(t.zeros(shape, dtype=t.float64), 2.0).flatten().tolist()

    assert columns(rushlight) == pytest.approx(columns(torch))


INIT_EDGES = [
    lambda t: t.nn.init.dirac_(t.zeros(4, 2, 3), 2),
    lambda t: t.nn.init.dirac_(t.zeros(3, 2, 3, 2)),
    lambda t: t.nn.init.dirac_(t.zeros(3, 2)),
    lambda t: t.nn.init.dirac_(t.zeros(3, 2, 1), 2),
    lambda t: t.nn.init.eye_(t.zeros(3)),
    lambda t: t.nn.init.sparse_(t.zeros(3), 0.1),
    lambda t: t.nn.init.orthogonal_(t.zeros(3)),
    *[
        lambda t, dtype=dtype: t.nn.init.orthogonal_(t.zeros(3, 2, dtype=getattr(t, dtype)))
        for dtype in ("float16", "bfloat16", "complex64", "int64")
    ],
    lambda t: t.nn.init.xavier_normal_(t.zeros(3)),
    lambda t: t.nn.init.kaiming_normal_(t.zeros(3, 0)),
    lambda t: t.nn.init.kaiming_normal_(t.zeros(3, 2), mode="fan_on"),
    lambda t: t.nn.init.kaiming_uniform_(t.zeros(3, 2), nonlinearity="nope"),
    lambda t: [
        t.nn.init.calculate_gain(n) for n in ("linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu")
    ],
    lambda t: [t.nn.init.calculate_gain("leaky_relu", a) for a in (0, 1, 0.2)],
    lambda t: t.nn.init.calculate_gain("leaky_relu", True),
    lambda t: t.nn.init.calculate_gain("leaky_relu", "a"),
    lambda t: t.nn.init._calculate_fan_in_and_fan_out(t.zeros(2, 3, 4, 5)),
]


@parametrize(INIT_EDGES)
def test_init_edges(case):
    check(case)


@parametrize(
    [
        lambda t: list(t.nn.Linear(3, 2).parameters()),
        lambda t: list(t.nn.Bilinear(2, 3, 2).parameters()),
        lambda t: t.nn.Embedding(3, 2, padding_idx=1).weight,
        lambda t: t.nn.Sequential(t.nn.Linear(20, 30), t.nn.Linear(30, 5))[1].weight,
        lambda t: t.nn.Dropout(0.3)(t.ones(20)),
    ]
)
def test_layers_draw_the_same_numbers(case):
    check(case)


# -- errors -------------------------------------------------------------------------------------------------------


def uncalled(t):
    """A module whose __init__ does not call Module's."""

    class Forgetful(t.nn.Module):
        def __init__(self):
            pass

    return Forgetful()


ERRORS = [
    lambda t: t.nn.Module(3),
    lambda t: t.nn.Module(a=3),
    lambda t: t.nn.Module()(2),
    lambda t: uncalled(t)(2),
    lambda t: setattr(uncalled(t), "a", t.nn.Parameter()),
    lambda t: setattr(uncalled(t), "a", t.nn.ReLU()),
    lambda t: setattr(uncalled(t), "a", t.nn.Buffer()),
    lambda t: delattr(uncalled(t), "a"),
    lambda t: uncalled(t).a,
    lambda t: uncalled(t).add_module("a", t.nn.ReLU()),
    lambda t: repr(uncalled(t)),
    lambda t: uncalled(t).state_dict(),
    lambda t: delattr(net(t), "nope"),
    lambda t: net(t).nope,
    lambda t: net(t).register_buffer(3, None),
    lambda t: net(t).register_buffer("a.b", None),
    lambda t: net(t).register_buffer("", None),
    lambda t: net(t).register_buffer("first", None),
    lambda t: net(t).register_buffer("x", 3),
    lambda t: net(t).register_parameter(3, None),
    lambda t: net(t).register_parameter("a.b", None),
    lambda t: net(t).register_parameter("", None),
    lambda t: net(t).register_parameter("steps", None),
    lambda t: net(t).register_parameter("x", t.ones(1)),
    lambda t: net(t).register_parameter("x", t.nn.ReLU()),
    lambda t: net(t).add_module("a", 3),
    lambda t: net(t).add_module("a", t.ones(1)),
    lambda t: net(t).add_module("a", t.nn.ReLU),
    lambda t: net(t).add_module(3, t.nn.ReLU()),
    lambda t: net(t).add_module("steps", t.nn.ReLU()),
    lambda t: net(t).add_module("a.b", t.nn.ReLU()),
    lambda t: net(t).register_module("", t.nn.ReLU()),
    lambda t: setattr(t.nn.Linear(1, 1), "weight", t.ones(1)),
    lambda t: setattr(t.nn.Linear(1, 1), "weight", t.nn.ReLU()),
    lambda t: setattr(net(t), "first", t.ones(1)),
    lambda t: setattr(net(t), "first", 3),
    lambda t: setattr(net(t), "steps", 3),
    lambda t: setattr(net(t), "forward", t.nn.Parameter()),
    lambda t: net(t).get_submodule("first.nope"),
    lambda t: net(t).get_submodule("first.weight"),
    lambda t: net(t).get_parameter("first.nope"),
    lambda t: net(t).get_parameter("first"),
    lambda t: net(t).get_buffer("nope"),
    lambda t: net(t).get_buffer("first"),
    lambda t: net(t).set_submodule("", t.nn.ReLU()),
    lambda t: net(t).set_submodule("a", 3),
    lambda t: net(t).set_submodule("a", t.nn.ReLU(), strict=True),
    lambda t: net(t).set_submodule("steps", t.nn.ReLU()),
    lambda t: net(t).set_submodule("nope.a", t.nn.ReLU()),
    lambda t: net(t).train(1),
    lambda t: net(t).get_extra_state(),
    lambda t: net(t).set_extra_state(1),
    lambda t: net(t).to(t.int32),
    lambda t: net(t).to(dtpe=t.float64),
    lambda t: net(t).to("nope"),
    lambda t: net(t).to("cuda"),
    lambda t: net(t).cuda(),
    lambda t: net(t).type(t.int32),
    lambda t: net(t).to_empty(),
    lambda t: net(t).load_state_dict(3),
    lambda t: net(t).load_state_dict({}),
    lambda t: net(t).load_state_dict({"first.weight": t.ones(3, 2), "a": 1, "first.b.c": 2, "nope.x": 3, "steps": 4}),
    lambda t: t.nn.Parameter(3),
    lambda t: t.nn.Parameter(t.ones(1).int()),
    lambda t: t.nn.Hardtanh(2, 1),
    lambda t: t.nn.Hardtanh(min_value=2, max_value=1),
    lambda t: t.nn.Dropout(2),
    lambda t: t.nn.Unflatten(1, 3),
    lambda t: t.nn.Unflatten(1, (1, 2.0)),
    lambda t: t.nn.Bilinear(0, 1, 1),
    lambda t: t.nn.Embedding(3, 2, padding_idx=3),
    lambda t: t.nn.Embedding(3, 2, padding_idx=-4),
    lambda t: t.nn.Embedding(3, 2, _weight=t.ones(2, 2)),
    lambda t: t.nn.Embedding.from_pretrained(t.ones(2)),
    lambda t: t.nn.HuberLoss(delta="a"),
    lambda t: [t.nn.L1Loss(False), t.nn.L1Loss(reduce=False).reduction, t.nn.L1Loss(False, True).reduction],
    lambda t: t.nn.ParameterList()(1),
    lambda t: t.nn.ParameterDict()(1),
    lambda t: t.nn.Container(a=t.nn.ReLU()),
]


@parametrize(ERRORS)
def test_errors_of_modules(case):
    check(case)


# -- modules ------------------------------------------------------------------------------------------------------


def attributes(t):
    class Model(t.nn.Module):
        a = 1

    m = Model()
    m.p, m.q, m.m, m.b = t.nn.Parameter(t.ones(1)), None, t.nn.ReLU(), t.nn.Buffer(t.zeros(1), persistent=False)
    seen = [list(m._parameters), list(m._modules), list(m._buffers), m._non_persistent_buffers_set, list(vars(m))]
    m.b = t.ones(2)  # stays a buffer that is not saved
    m.p = None  # stays a parameter
    m.m = None  # stays a module
    seen += [m.state_dict(), list(m._parameters), m.b, m.m, m]
    m.q = t.nn.Parameter(t.ones(1))  # a plain attribute becomes a parameter
    m.m = t.nn.Parameter(t.ones(2))  # a module becomes a parameter
    m.b = t.nn.Parameter(t.ones(3))  # a buffer becomes a parameter
    seen += [m.state_dict(), list(m._modules), list(m._buffers), m._non_persistent_buffers_set, "q" in vars(m)]
    del m.p
    seen += [hasattr(m, "p"), [name for name in dir(m) if name in "apqmb"]]
    return seen


def sharing(t):
    shared = t.nn.Linear(2, 2)
    m = t.nn.Sequential(shared, t.nn.Sequential(shared, t.nn.ReLU()), shared)
    return [
        [n for n, _ in m.named_modules()],
        [n for n, _ in m.named_modules(remove_duplicate=False)],
        [n for n, _ in m.named_parameters()],
        [n for n, _ in m.named_parameters("pre", remove_duplicate=False)],
        [n for n, _ in m.named_parameters(recurse=False)],
        [n for n, _ in m.named_children()],
        list(m.state_dict()),
    ]


def modes(t):
    m = net(t)
    m.eval()
    flags = [module.training for module in m.modules()]
    m.first.train()
    m.requires_grad_(False)
    calls = []
    m.apply(lambda module: calls.append(type(module).__name__))
    return flags, [module.training for module in m.modules()], [p.requires_grad for p in m.parameters()], calls


def zeroing(t):
    m = net(t)
    m(tensors(t, (2, 3))).sum().backward()
    grad = m.first.weight.grad
    m.zero_grad(set_to_none=False)
    same = m.first.weight.grad is grad, m.first.weight.grad
    m.zero_grad()
    return same, m.first.weight.grad, m.steps.grad


def converting(t):
    m = net(t)
    m.register_buffer("count", t.ones(1, dtype=t.int64))
    m(tensors(t, (2, 3))).sum().backward()
    weight, grad = m.first.weight, m.first.weight.grad
    m.double()
    kept = m.first.weight is weight, m.first.weight.grad is grad, weight.dtype, grad.dtype, m.count.dtype, m.steps.dtype
    m.to("cpu", t.float16)
    m.to(t.ones(1))
    m.to(dtype=t.bfloat16)
    return kept, m.first.weight, m.count, m.half().float().first.weight.dtype, m.type(t.float64).count.dtype


def copying(t):
    m = net(t)
    m.first.register_forward_hook(print)
    twin, loaded = copy.deepcopy(m), copy.deepcopy(net(t))
    loaded.__setstate__(m.__getstate__())
    pickled = pickle.loads(pickle.dumps(net(t)))
    with t.no_grad():
        m.first.weight.fill_(9)
    shallow = copy.copy(m)
    return (
        [twin.first.weight, pickled.first.weight, shallow.first is m.first, len(twin.first._forward_hooks)],
        [type(p).__name__ for p in pickled.parameters()],
    )


def parameters(t):
    p = t.nn.Parameter(tensors(t, (2,)))
    p.note = "kept"
    plain = [type(x).__name__ for x in (p * 2, p[0], p.detach(), p.data, p.clone(), p.requires_grad_(), p.sum())]
    same = t.nn.Parameter(p)
    loaded, twin = pickle.loads(pickle.dumps(p)), copy.deepcopy(p)
    with t.no_grad():
        made = t.nn.Parameter(t.ones(1))
    non_leaf = t.nn.Parameter(p * 2)
    return (
        plain,
        [
            same is p,
            same.data_ptr() == p.data_ptr(),
            loaded.note,
            hasattr(twin, "note"),
            twin.data_ptr() == p.data_ptr(),
        ],
        [made.requires_grad, non_leaf.is_leaf, isinstance(p, t.Tensor), isinstance(p.data, t.nn.Parameter)],
        [isinstance(t.nn.Buffer(p.data), t.nn.Buffer), isinstance(p, t.nn.Buffer), t.nn.Buffer(p.data).persistent],
        p * 2,
    )


def looking_up(t):
    m = net(t)
    m.set_submodule("first.inner", t.nn.ReLU())
    m.set_submodule("act", t.nn.GELU(), strict=True)
    return (
        m.get_submodule("first.inner"),
        m.get_submodule("") is m,
        m.get_parameter("last.weight"),
        m.get_buffer("steps"),
        m,
    )


def extra_state(t):
    class Counted(t.nn.Module):
        count = 0

        def get_extra_state(self):
            return {"count": self.count}

        def set_extra_state(self, state):
            self.count = state["count"]

    m = t.nn.Sequential(Counted(), t.nn.Linear(1, 1))
    m[0].count = 3
    state = m.state_dict()
    other = t.nn.Sequential(Counted(), t.nn.Linear(1, 1))
    other.load_state_dict(state)
    return list(state), other[0].count, t.nn.Sequential(t.nn.ReLU()).load_state_dict(state, strict=False)


def states(t):
    m, other = net(t), net(t)
    state = m.state_dict(prefix="p.")
    with t.no_grad():
        m.first.weight.fill_(3)
    seen = [list(state), state["p.first.weight"], state._metadata, [v.requires_grad for v in state.values()]]
    seen += [isinstance(v, t.nn.Parameter) for v in m.state_dict(keep_vars=True).values()]
    own = {"mine": 1}
    seen += [m.state_dict(destination=own) is own, list(own), m.state_dict(OrderedDict(), "x.", True).keys()]
    weight = other.first.weight
    result = other.load_state_dict(m.state_dict())
    seen += [result, other.first.weight is weight, weight]
    seen += [other.load_state_dict({"extra": 1}, strict=False)]
    other.last.weight.requires_grad_(False)
    other.load_state_dict(m.state_dict(), assign=True)
    seen += [other.first.weight is weight, other.first.weight.data_ptr() == m.first.weight.data_ptr()]
    return [*seen, [p.requires_grad for p in other.parameters()], other.steps is m.steps]


def state_hooks(t):
    m, log = net(t), []

    def shape_of(*values):
        return [len(v) if isinstance(v, dict) else v for v in values if not isinstance(v, t.nn.Module)]

    m.register_state_dict_pre_hook(lambda *a: log.append(("pre", *shape_of(*a))))
    m.first.register_state_dict_post_hook(lambda *a: log.append(("post", *shape_of(*a))))
    m.register_load_state_dict_pre_hook(lambda *a: log.append(("load", *shape_of(*a))))
    m.first.register_load_state_dict_post_hook(lambda module, keys: keys.missing_keys.clear())
    state = m.state_dict()
    del state["first.bias"]
    log.append(m.load_state_dict(state))
    m._register_state_dict_hook(lambda module, state, prefix, metadata: OrderedDict(replaced=1))
    log.append(m.state_dict())
    return log


def state_post_hook_returns(t):
    m = net(t)
    m.register_state_dict_post_hook(lambda *a: 3)
    m.state_dict()


def state_hook_registered_as_both(t):
    m = net(t)
    m.register_state_dict_post_hook(check)
    m._register_state_dict_hook(check)


def state_hook_returns(t):
    m = net(t)
    m.register_load_state_dict_post_hook(lambda module, keys: 3)
    m.load_state_dict(m.state_dict())


def state_shapes(t):
    m = t.nn.Module()
    m.scale = t.nn.Parameter(t.tensor(1.0))
    m.register_buffer("b", None)
    m.load_state_dict({"scale": t.tensor([2.0])})
    return m.scale, m.load_state_dict({"scale": t.tensor([2.0, 3.0]), "b": t.ones(1)})


@parametrize(
    [attributes, sharing, modes, zeroing, converting, copying, parameters, looking_up, extra_state, states, state_hooks]
    + [state_post_hook_returns, state_hook_registered_as_both, state_hook_returns, state_shapes]
)
def test_modules(case):
    check(case)
