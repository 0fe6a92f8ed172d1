"""nn.functional, and calling the layers, against PyTorch: values, gradients, names of nodes, errors and warnings."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.register_assert_rewrite("parity.nn_cases")
from parity.nn_cases import check, filled, parametrize, tensors  # noqa: E402


def chain(node):
    """The names of the nodes from `node` down its first inputs to a leaf."""
    names = []
    while node is not None:
        names.append(node.name())
        node = node.next_functions[0][0] if node.next_functions else None
    return names


def rounding(x):
    """`x` to four places, in whose last bits the two may differ; without negative zeros."""
    return (x * 1e4).round() + 0.0


def differentiated(t, function, *shapes):
    """The result of `function` of tensors of `shapes`, the nodes behind it, and the gradients of its sum."""
    inputs = [x.requires_grad_() for x in tensors(t, *shapes, ())[:-1]]
    result = function(*inputs)
    grads = t.autograd.grad(result.sum(), inputs, allow_unused=True)
    rounded = [None if x is None else rounding(x) for x in (result.detach(), *grads)]
    return chain(result.grad_fn), result.shape, result.dtype, rounded


def of_functions(names, *args):
    return [
        lambda t, name=name: differentiated(t, lambda x: getattr(t.nn.functional, name)(x, *args), (3, 4))
        for name in names
    ]


ACTIVATIONS = [
    *of_functions(["relu", "relu6", "elu", "selu", "leaky_relu", "hardtanh", "gelu", "silu", "mish", "softplus"]),
    *of_functions(["logsigmoid", "tanh", "sigmoid"]),
    *of_functions(["celu", "hardsigmoid", "hardswish", "glu", "softsign", "tanhshrink", "hardshrink", "softshrink"]),
    *of_functions(["threshold"], 0.5, 2.0),
    *of_functions(["normalize", "celu"], 3.0),
    *of_functions(["softmax", "log_softmax", "softmin"], 1),
    *of_functions(["softmax", "log_softmax", "softmin"]),
    *of_functions(["elu", "leaky_relu"], 0.3),
    *of_functions(["hardtanh"], -0.5, 0.75),
    *of_functions(["softplus"], 2, 1),
    lambda t: differentiated(t, lambda x: t.nn.functional.gelu(x, approximate="tanh"), (3, 4)),
    lambda t: differentiated(t, lambda x: t.nn.functional.softmax(x, 0, dtype=t.float64), (3, 4)),
    lambda t: [t.nn.functional.softmax(x) for x in tensors(t, (), (2,), (2, 2), (2, 2, 2), (1, 2, 2, 2))],
    *[
        lambda t, name=name: differentiated(t, lambda x: getattr(t.nn.functional, name)(x * 1, inplace=True), (3, 4))
        for name in (
            "celu",
            "hardsigmoid",
            "hardswish",
            "relu",
            "relu6",
            "elu",
            "selu",
            "leaky_relu",
            "hardtanh",
            "silu",
            "mish",
        )
    ],
]


@parametrize(ACTIVATIONS)
def test_activations(case):
    check(case)


def functional(name, *shapes):
    """A function of tensors, of whose nodes only the last is compared: what PyTorch composes may be one node here."""

    def case(t):
        names, *rest = differentiated(t, getattr(t.nn.functional, name), *shapes)
        return names[0], *rest

    return case


LAYERS = [
    functional("linear", (3, 4), (2, 4)),
    functional("linear", (3, 4), (2, 4), (2,)),
    functional("linear", (5, 3, 4), (2, 4), (2,)),
    functional("linear", (5, 3, 4), (2, 4)),
    functional("linear", (4,), (2, 4), (2,)),
    functional("linear", (4,), (2, 4)),
    functional("linear", (4,), (4,)),
    functional("cosine_similarity", (3, 4), (3, 4)),
    functional("pairwise_distance", (3, 4), (3, 4)),
    functional("prelu", (3, 4), (4,)),
    lambda t: t.nn.functional.one_hot(t.tensor([[0, 2], [1, 1]])),
    functional("bilinear", (3, 4), (3, 2), (5, 4, 2)),
    functional("bilinear", (3, 4), (3, 2), (5, 4, 2), (5,)),
    lambda t: differentiated(t, lambda x: t.nn.functional.layer_norm(x, (4,)), (3, 4)),
    lambda t: differentiated(
        t, lambda x, w, b: t.nn.functional.layer_norm(x, (3, 4), w, b, 0.1), (2, 3, 4), (3, 4), (3, 4)
    ),
    lambda t: differentiated(t, lambda x: t.nn.functional.rms_norm(x, (4,)), (3, 4)),
    lambda t: differentiated(t, lambda x, w: t.nn.functional.rms_norm(x, (4,), w, 0.1), (3, 4), (4,)),
    lambda t: differentiated(t, lambda w: t.nn.functional.embedding(t.tensor([[0, 2], [2, 1]]), w), (3, 4)),
    lambda t: differentiated(t, lambda w: t.nn.functional.embedding(t.tensor([0, 2, 2]), w, -1), (3, 4)),
    lambda t: differentiated(
        t, lambda w: t.nn.functional.embedding(t.tensor([2, 2, 0]), w, None, 1.5, 1.0, True), (3, 4)
    ),
    lambda t: differentiated(t, lambda x: t.nn.functional.dropout(x, 0.4), (5, 4)),
    lambda t: differentiated(t, lambda x: t.nn.functional.dropout(x, 1.0), (5, 4)),
    lambda t: differentiated(t, lambda x: t.nn.functional.dropout(x * 1, 0.4, inplace=True), (5, 4)),
    lambda t: t.nn.functional.dropout(tensors(t, (2, 2)), 0.4, training=False),
]


@parametrize(LAYERS)
def test_layers(case):
    check(case)


def compared(name, change=lambda t, y: y, **kwargs):
    """A loss of two inputs of one shape, under every reduction."""

    def case(t):
        loss = getattr(t.nn.functional, name)
        return [
            differentiated(t, lambda x, y, r=r: loss(x, change(t, y), reduction=r, **kwargs), (3, 4), (3, 4))
            for r in ("mean", "sum", "none")
        ]

    return case


def classified(name, shape, target, **kwargs):
    """A loss of an input and class indices, under every reduction."""

    def case(t):
        loss = getattr(t.nn.functional, name)
        options = {k: t.tensor(v) if k == "weight" else v for k, v in kwargs.items()}
        return [
            differentiated(t, lambda x, r=r: loss(x, t.tensor(target), reduction=r, **options), shape)
            for r in ("mean", "sum", "none")
        ]

    return case


WEIGHT = [0.5, 1.0, 2.0, 0.25]
LOSSES = [
    *[compared(name) for name in ("l1_loss", "mse_loss", "smooth_l1_loss", "huber_loss", "kl_div", "cross_entropy")],
    compared("smooth_l1_loss", beta=0.0),
    compared("smooth_l1_loss", beta=2.5),
    compared("huber_loss", delta=0.7),
    compared("binary_cross_entropy_with_logits", lambda t, y: y.sigmoid()),
    compared("kl_div", log_target=True),
    compared("cross_entropy", lambda t, y: y.softmax(1), label_smoothing=0.1),
    lambda t: differentiated(t, lambda x, y: t.nn.functional.kl_div(x, y, reduction="batchmean"), (3, 4), (3, 4)),
    lambda t: differentiated(
        t, lambda x, y: t.nn.functional.binary_cross_entropy(x.sigmoid(), y.sigmoid()), (3, 4), (3, 4)
    ),
    lambda t: differentiated(
        t,
        lambda x, w, p: t.nn.functional.binary_cross_entropy_with_logits(
            x, t.ones(3, 4) / 4, w.detach(), pos_weight=p.detach()
        ),
        (3, 4),
        (4,),
        (4,),
    ),
    *[
        lambda t, name=name, r=r: differentiated(
            t,
            lambda x, y: getattr(t.nn.functional, name)(x, y, weight=t.arange(12.0).reshape(3, 4), reduction=r),
            (3, 4),
            (3, 4),
        )
        for name in ("l1_loss", "mse_loss", "huber_loss")
        for r in ("mean", "sum", "none")
    ],
    classified("nll_loss", (4,), 2),
    classified("nll_loss", (3, 4), [0, 3, 1], weight=WEIGHT, ignore_index=3),
    classified("nll_loss", (2, 4, 3), [[0, 1, 2], [3, 0, 0]], weight=WEIGHT),
    classified("nll_loss", (2, 4, 1, 2), [[[0, 1]], [[3, -100]]]),
    classified("nll_loss", (1, 2, 2, 1, 2), [[[[0, 1]], [[1, -100]]]]),
    classified("cross_entropy", (4,), 2),
    classified("cross_entropy", (3, 4), [0, 3, 1]),
    classified("cross_entropy", (3, 4), [0, 3, 1], weight=WEIGHT, ignore_index=3),
    classified("cross_entropy", (3, 4), [0, 3, 1], label_smoothing=0.1),
    classified("cross_entropy", (2, 4, 3), [[0, 1, 2], [3, 0, -100]], label_smoothing=0.1, weight=WEIGHT),
    classified("cross_entropy", (3, 4), [[0.1, 0.2, 0.3, 0.4]] * 3, weight=WEIGHT, label_smoothing=0.2),
    classified("cross_entropy", (3, 4), [-100, -100, -100]),
    classified("cross_entropy", (3, 4), [-100, -100, -100], label_smoothing=0.1),
]


@parametrize(LOSSES)
def test_losses(case):
    check(case)


def call(name, *args, **kwargs):
    """A call of a function, whose arguments are tensors of a shape, or of values in a list, or as they are."""

    def case(t):
        def made(arg):
            if isinstance(arg, tuple):
                return tensors(t, arg)
            return t.tensor(arg) if isinstance(arg, list) else arg

        options = {k: made(v) for k, v in kwargs.items()}
        return getattr(t.nn.functional, name)(*map(made, args), **options)

    return case


ERRORS = [
    call("dropout", (2,), 2.0),
    call("hardtanh", (2,), 3, 1),
    call("softmax", (2,), 5),
    call("gelu", (2,), approximate="x"),
    call("linear", (3, 2), (4, 3)),
    call("linear", (3, 2), (4, 2), (3,)),
    lambda t: t.nn.functional.layer_norm(t.ones(3, 2), (3,)),
    lambda t: t.nn.functional.rms_norm(t.ones(3, 2), (3,)),
    call("embedding", [5], (3, 2)),
    call("embedding", [1.0], (3, 2)),
    call("embedding", [1], (3,)),
    call("embedding", [1], (3, 2), padding_idx=3),
    call("embedding", [1], (3, 2), padding_idx=-4),
    call("mse_loss", (2,), (3,)),
    call("mse_loss", (2, 1), (2,)),
    call("l1_loss", (2, 1), (2,)),
    call("huber_loss", (2, 1), (2,)),
    call("smooth_l1_loss", (2, 1), (2,)),
    call("mse_loss", "a", (2,)),
    call("mse_loss", (2,), 3.0),
    call("mse_loss", (2,), (2,), reduction="nope"),
    call("mse_loss", (2,), (2,), reduction="elementwise_mean"),
    call("mse_loss", (2,), (2,), size_average=False),
    call("mse_loss", (2,), (2,), reduce=False),
    call("mse_loss", (2,), (2,), weight=(3,)),
    call("mse_loss", (2,), (2,), weight=(2,), reduction="nope"),
    call("mse_loss", [1], [2]),
    call("l1_loss", [1], [2]),
    call("l1_loss", (2,), (2,), reduction="nope"),
    call("smooth_l1_loss", (2,), (2,), beta=-1),
    call("huber_loss", (2,), (2,), delta=-1),
    call("binary_cross_entropy", (2,), (3,)),
    call("binary_cross_entropy", (2,), (2,)),
    call("binary_cross_entropy", [0.5, 0.5], (2,), weight=(3,)),
    call("binary_cross_entropy_with_logits", (2,), (3,)),
    call("kl_div", [1], [2]),
    call("kl_div", [1j], [2j]),
    call("nll_loss", (), [1]),
    call("nll_loss", (3, 4), [0, 1]),
    call("nll_loss", (3, 4), [0, 1, 7]),
    call("nll_loss", (3, 4), [0, 1, -7]),
    call("nll_loss", (3, 4), [[0], [1], [2]]),
    call("nll_loss", (3, 4), [0.0, 1.0, 2.0]),
    call("nll_loss", (3, 4), [0, 1, 2], weight=(3,)),
    call("nll_loss", (3, 4), [0, 1, 2], weight=(4, 1)),
    call("nll_loss", (1, 4, 2), [[0, 1, 2]]),
    call("nll_loss", (1, 4, 2, 1), [[0, 1, 2]]),
    call("nll_loss", (1, 4, 2, 1), [[[0]]]),
    call("cross_entropy", (3, 4), [[1, 1, 1, 1]] * 3),
    call("cross_entropy", (3, 4), (3, 4), ignore_index=1),
    call("cross_entropy", (3, 4), [0, 1, 2], label_smoothing=1.5),
    call("cross_entropy", (3, 4), (3, 4), label_smoothing=1.5),
    call("cross_entropy", (3, 4), [0, 1, 2], label_smoothing=-1.5),
    call("cross_entropy", (3, 4), (3, 4), weight=(3,)),
    call("cross_entropy", (3, 4), [0, 1, 2], weight=(3,)),
    call("cross_entropy", (0, 4), (0, 4)),
    call("cross_entropy", (2,), 3.0),
    call("cross_entropy", "a", (2,)),
    call("cross_entropy", [1, 2], 1),
    call("nll_loss", "a", [1]),
    call("nll_loss", (2, 2), 3),
    call("nll_loss", (2, 2), [1, 0], weight=3),
    lambda t: t.nn.functional.nll_loss(t.ones(2, 2), t.tensor(1)),
    call("cross_entropy", (2, 2), [1, 0], weight=3),
    call("cross_entropy", (2, 2), (2, 2), weight=3),
    call("cross_entropy", (2, 2), [1, 0], label_smoothing="a"),
    call("cross_entropy", (2, 2), [1, 0], ignore_index="a"),
]


@parametrize(ERRORS)
def test_errors_and_warnings(case):
    check(case)


def called(make, *shapes):
    """A layer called with tensors of `shapes`, and the gradients of its parameters too."""

    def case(t):
        layer = filled(make(t.nn))
        names, *result = differentiated(t, layer, *shapes)
        result.append(names[:1])
        layer.zero_grad()
        layer(*(tensors(t, *shapes, ())[:-1])).sum().backward() if list(layer.parameters()) else None
        return result, [rounding(p.grad) for p in layer.parameters()]

    return case


MODULES = [
    called(lambda nn: nn.Linear(4, 2), (3, 4)),
    called(lambda nn: nn.Bilinear(4, 2, 3), (3, 4), (3, 2)),
    called(lambda nn: nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 1)), (3, 4)),
    called(lambda nn: nn.LayerNorm(4), (3, 4)),
    called(lambda nn: nn.RMSNorm(4), (3, 4)),
    *[
        called(lambda nn, name=name: getattr(nn, name)(), (3, 4))
        for name in ("Identity", "ReLU", "ReLU6", "SELU", "SiLU", "Mish", "Tanh", "Sigmoid", "LeakyReLU", "ELU", "GELU")
    ],
    *[called(lambda nn, name=name: getattr(nn, name)(), (3, 4)) for name in ("Hardtanh", "Softplus", "LogSigmoid")],
    *[called(lambda nn, name=name: getattr(nn, name)(), (3, 4)) for name in ("Softmax", "Softmin", "LogSoftmax")],
    *[called(lambda nn, name=name: getattr(nn, name)(), (2, 3, 4)) for name in ("Flatten", "Dropout")],
    called(lambda nn: nn.Dropout(0.2).eval(), (3, 4)),
    called(lambda nn: nn.Unflatten(1, (2, 2)), (3, 4)),
    *[
        called(lambda nn, name=name: getattr(nn, name)(reduction="sum"), (3, 4), (3, 4))
        for name in ("L1Loss", "MSELoss", "SmoothL1Loss", "HuberLoss", "KLDivLoss", "CrossEntropyLoss")
    ],
    lambda t: t.nn.BCELoss(t.ones(2))(t.ones(2) / 4, t.ones(2)),
    lambda t: t.nn.BCEWithLogitsLoss(pos_weight=t.ones(2) * 3)(t.ones(2) / 4, t.ones(2)),
    lambda t: t.nn.NLLLoss(ignore_index=1)(-t.ones(2, 3), t.tensor([1, 2])),
    lambda t: t.nn.CrossEntropyLoss(label_smoothing=0.1)(-t.ones(2, 3), t.tensor([1, 2])),
    lambda t: filled(t.nn.Embedding(3, 2, padding_idx=0))(t.tensor([0, 2])),
    lambda t: t.nn.Embedding.from_pretrained(t.eye(3), max_norm=0.5)(t.tensor([1])),
]


@parametrize(MODULES)
def test_calling_layers(case):
    check(case)
