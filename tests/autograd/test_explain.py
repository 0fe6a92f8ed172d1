"""Why a gradient is None: each cause by name, with the line where it stands."""

import sys

import pytest

import rushlight as torch
from rushlight.autograd import explain_none, watch
from rushlight.core.op import OBSERVERS


@pytest.fixture
def w():
    return torch.ones(3, requires_grad=True)


V = torch.ones(3, requires_grad=True)


def no_grad(w):
    with torch.no_grad():
        h = w.exp()  # here
    return h * V


def inference(w):
    with torch.inference_mode():
        h = w.clone()  # here
    return (h + 0) * V.detach()


def in_place(w):
    h = torch.zeros(3)
    with torch.no_grad():
        h.add_(w)  # here
    return h * V


def in_place_by_function(name):
    def program(w):
        h = torch.zeros(3)
        with torch.no_grad():
            getattr(h, name)(w)  # here
        return h * V

    return program


def assigned(w):
    h = torch.zeros(3)
    h[1:] = w.detach()[1:]  # here
    return h * V


def module(w):
    layer = torch.nn.Linear(3, 2)
    layer.weight = torch.nn.Parameter(torch.ones(2, 3))
    return layer(torch.relu(w * 2).detach())  # here


CUTS = [
    (lambda w: w.detach() * V, "detach()", "gives the values without their graph"),
    (lambda w: (w * 2).data * V, ".data", "gives the values without their graph"),
    (no_grad, "exp()", "was called under no_grad()"),
    (inference, "clone()", "was called under inference_mode()"),
    (in_place, "add_()", "was called under no_grad()"),
    (in_place_by_function("sub_"), "sub_()", "was called under no_grad()"),
    (in_place_by_function("copysign_"), "copysign_()", "was called under no_grad()"),
    (in_place_by_function("clamp_"), "clamp_()", "was called under no_grad()"),
    (assigned, "detach()", "gives the values without their graph"),
    (module, "detach()", "gives the values without their graph"),
    (lambda w: w.long() * V, "long()", "is of dtype torch.int64, which has no gradient"),
    (lambda w: (w > 0) * V, "gt()", "is of dtype torch.bool, which has no gradient"),
    (lambda w: V[w.argsort()], "argsort()", "is of dtype torch.int64, which has no gradient"),
    (lambda w: V[w.topk(2)[1]], "topk()", "is of dtype torch.int64, which has no gradient"),
    (lambda w: torch.zeros_like(w) * V, "zeros_like()", "has no derivative, or does not depend on the values"),
    (lambda w: w[0].item() * V, "item()", "left as a Python number"),
    (lambda w: float(w.sum()) * V, "float()", "left as a Python number"),
    (lambda w: torch.tensor(w.tolist()) * V, "tolist()", "left as a list"),
    (lambda w: torch.from_numpy(w.numpy(force=True)) * V, "numpy()", ""),
]


@pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad=True to a scalar")
@pytest.mark.parametrize("program, name, reason", CUTS, ids=[name for _, name, _ in CUTS])
def test_what_cut_the_graph(program, name, reason, w):
    with watch() as seen:
        loss = program(w).sum()
    text = explain_none(loss, w, seen)
    (line,) = text.splitlines()[1:]
    assert line.startswith(f"The graph was cut by {name} at {__file__}:") and reason in line
    if program.__name__ != "<lambda>":
        assert "# here" in line
    if loss.requires_grad:
        loss.backward()
    assert w.grad is None


def test_several_cuts(w):
    with watch() as seen:
        loss = (w.detach() * V + (w > 0) * V).sum()
    assert [line.split(" at ")[0] for line in explain_none(loss, w, seen).splitlines()[1:]] == [
        "The graph was cut by detach()", "The graph was cut by gt()",
    ]  # fmt: skip


def test_a_parameter_that_was_not_used(w):
    with watch() as seen:
        loss = V.sum()
        int(w.sum())  # not where the loss comes from, for all one knows
    text = explain_none(loss, w, seen)
    assert "was not used" in text and f"int() at {__file__}:" in text


def test_detach_shows_in_the_graph_alone(w):
    loss = (w.detach() * V).sum()
    assert "MulBackward0 took in a tensor that shares the parameter's memory" in explain_none(loss, w)
    with pytest.warns(UserWarning, match="Anomaly Detection"), torch.autograd.detect_anomaly():
        loss = (w.detach() * V).sum()
    assert f"MulBackward0 at {__file__}:" in explain_none(loss, w)


def test_what_the_graph_alone_does_not_know(w):
    loss = (w.exp().detach() * V).sum()
    text = explain_none(loss, w)
    assert "MulBackward0 (of shape [3])" in text and "watch()" in text
    loss.backward()
    assert "retain_graph=True" in explain_none(loss, w)
    assert "has no graph" in explain_none(w.detach().sum(), w)


def test_the_parameter_itself(w):
    plain, whole, product = torch.ones(3), torch.ones(3, dtype=torch.long), w * 2
    loss = (plain * product * whole).sum()
    assert "does not require grad" in explain_none(loss, plain)
    assert "torch.int64" in explain_none(loss, whole)
    assert "not a leaf: it is the result of MulBackward0" in explain_none(loss, product)
    loss.backward()
    assert "has a gradient" in explain_none(loss, w)


def test_a_loss_that_depends_on_it(w):
    loss = (w * V).exp().sum()
    text = explain_none(loss, w)
    assert "through SumBackward0 -> ExpBackward0 -> MulBackward0" in text and "zero_grad()" in text
    product = w * 2
    product.retain_grad()
    assert "through SumBackward0:" in explain_none(product.sum(), product)


def test_a_custom_function_that_returns_none(w):
    class Half(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a * b

        @staticmethod
        def backward(ctx, gradient):
            return gradient, None

    loss = Half.apply(V, w).sum()
    loss.backward()
    assert w.grad is None and "the backward of HalfBackward returns None" in explain_none(loss, w)


def test_a_long_chain(w):
    x = w.detach()
    y = V
    for _ in range(50_000):
        y = y * x
    assert "no path" in explain_none(y.sum(), w)


def test_watching_leaves_nothing_behind(w):
    before = sys.getprofile()
    with pytest.raises(ZeroDivisionError), watch():
        1 / 0  # noqa: B018
    assert sys.getprofile() is before and not OBSERVERS


def test_what_is_no_tensor(w):
    with pytest.raises(TypeError, match="argument 'loss' must be Tensor, not float"):
        explain_none(1.0, w)
