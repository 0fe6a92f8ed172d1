"""Forward mode: tangents agree with gradients for every operation, by the quick rules and by the general one."""

import numpy as np
import pytest

import rushlight as torch
import rushlight.autograd.forward_ad as fwAD
from proofs import adjoint, numbers, tangents
from rushlight.core.op import OPS
from rushlight.layers import dual, kinds
from samples import all_samples

SAMPLES = [s for s in all_samples() if s.smooth]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_tangents_and_gradients_are_adjoint(sample):
    adjoint(sample)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.op in OPS], ids=str)
def test_quick_rules_are_the_general_one(sample, monkeypatch):
    operation = OPS[sample.op]
    if not (kinds.is_linear(operation) or kinds.is_pointwise(operation)) or operation.view:
        return
    if operation.name == "per_example":
        return  # its reverse rule keeps the examples apart: see Note [Gradients of single examples]
    wanted = [i for i, a in enumerate(sample.inputs) if a.dtype.kind in "fc"]
    vs = [numbers(torch.from_numpy(np.array(sample.inputs[i])), 100 + i) for i in wanted]
    quick = tangents(sample, wanted, vs)
    monkeypatch.setattr(dual, "is_linear", lambda op: op.view)
    monkeypatch.setattr(dual, "is_pointwise", lambda op: False)
    for q, g in zip(quick, tangents(sample, wanted, vs)):
        assert (q is None) == (g is None)
        if q is not None:
            assert q.shape == g.shape and q.dtype is g.dtype
            np.testing.assert_allclose(q.detach().resolve_conj().numpy(), g.detach().resolve_conj().numpy(), rtol=1e-9, atol=1e-9)


X, V = torch.tensor([1.0, 2.0, 0.5], dtype=torch.float64), torch.tensor([1.0, -1.0, 2.0], dtype=torch.float64)


def pushed(function, x=X, v=V):
    with fwAD.dual_level():
        out = fwAD.unpack_dual(function(fwAD.make_dual(x, v)))
        return out.primal.tolist(), None if out.tangent is None else out.tangent.tolist()


def test_api():
    with pytest.raises(RuntimeError, match="no level exists"):
        fwAD.make_dual(X, V)
    with pytest.raises(RuntimeError, match="must be a positive number"):
        fwAD.exit_dual_level()
    with fwAD.dual_level():
        d = fwAD.make_dual(X, V)
        assert type(d).__name__ == "Tensor" and isinstance(d, torch.Tensor) and d._is_view() and fwAD.unpack_dual(d).tangent is V
        assert repr(torch.ones(2) + d[:2].float()) == "tensor([2., 3.], tangent=tensor([ 1., -1.]))"
        assert repr(d.sum().float()) == "tensor(3.5000, tangent=2.0)"
        with pytest.raises(RuntimeError, match="Nested forward mode"):
            fwAD.enter_dual_level()
        for tensor, tangent, error, message in (
            (d, V, RuntimeError, "already has a forward gradient"), (X, V[:2], RuntimeError, "different size"),
            (X, d, RuntimeError, "itself has a forward gradient"), (torch.tensor([1]), V, ValueError, "Expected primal"),
            (X, torch.tensor([1]), ValueError, "Expected tangent"),
        ):  # fmt: skip
            with pytest.raises(error, match=message):
                fwAD.make_dual(tensor, tangent)
        with pytest.raises(NotImplementedError, match="out= function"):
            torch.add(d, d, out=torch.empty(3, dtype=torch.float64))
    assert fwAD.unpack_dual(d).tangent is None
    assert fwAD.unpack_dual(d * 2).tangent is None
    with fwAD.dual_level():
        assert fwAD.unpack_dual(d * 2).tangent is None


def in_place(program):
    names = {"torch": torch}

    def run(d):
        names["d"] = d
        exec(program, names)
        return names["y"]

    return pushed(run)[1]


@pytest.mark.parametrize("program, tangent", [
    ("y = torch.zeros(3).double(); y.add_(d)", [1, -1, 2]), ("y = torch.zeros(3).double(); y[1] = d[1]", [0, -1, 0]),
    ("y = torch.zeros(4).double(); w = y[1:]; w.copy_(d)", [0, 1, -1, 2]),
    ("z = torch.zeros(4).double(); y = z[1:]; z[1:] = d", [1, -1, 2]),
    ("z = torch.zeros(3).double(); y = z.view(3, 1); w = z[1:]; w.add_(d[1:])", [[0], [-1], [2]]),
    ("z = torch.zeros(3).double(); y = z[:2]; z.copy_(d)", [1, -1]),
    ("z = d.clone(); y = z[:2]; z.mul_(3)", [3, -3]), ("y = d.clone(); y.zero_()", [0, 0, 0]),
    ("y = d.clone(); y[0] = 5.0; y = y * y", [0, -4, 2]), ("y = d.clone().unsqueeze_(0).t_()", [[1], [-1], [2]]),
    ("y = d.clone(); w = y[1:]; w.mul_(d[:2])", [1, 1, 3.5]), ("y = d.detach()", None), ("y = d > 1", None),
])  # fmt: skip
def test_in_place_and_views(program, tangent):
    assert in_place(program) == tangent


def test_forward_over_reverse_and_back():
    x = X.clone().requires_grad_()
    for function in (
        lambda d: (d**3).sum(), lambda d: d.exp().sum(), lambda d: torch.softmax(d, 0)[0], lambda d: d.clone().mul_(d).sum(),
    ):  # fmt: skip
        hessian = torch.stack(
            [torch.autograd.grad(g, x, retain_graph=True)[0] for g in torch.autograd.grad(function(x), x, create_graph=True)[0]]
        )
        with fwAD.dual_level():
            d = fwAD.make_dual(x, V)
            (g,) = torch.autograd.grad(function(d), d)
            np.testing.assert_allclose(fwAD.unpack_dual(g).tangent.numpy(), (hessian @ V).numpy(), rtol=1e-10)
            tangent = fwAD.unpack_dual(function(d)).tangent
        np.testing.assert_allclose(torch.autograd.grad(tangent, x)[0].numpy(), (hessian @ V).numpy(), rtol=1e-10)


class Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        ctx.save_for_forward(a, b)
        return a * b

    @staticmethod
    def backward(ctx, g):
        a, b = ctx.saved_tensors
        return g * b, g * a

    @staticmethod
    def jvp(ctx, ta, tb):
        a, b = ctx.saved_tensors
        return ta * b + a * tb


def test_custom_functions():
    assert pushed(lambda d: Product.apply(d, d.sin()))[1] == pytest.approx(pushed(lambda d: d * d.sin())[1])
    assert pushed(lambda d: Product.apply(d, X))[1] == pytest.approx((V * X).tolist())

    class NoJvp(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a * 2

    with pytest.raises(NotImplementedError, match="jvp function"):
        pushed(NoJvp.apply)


UNDER_HOOKS = {
    "result": lambda x: x.exp(),
    "argument": lambda x: x * x.sin(),
    "products": lambda x: x[None] @ x[:, None].tanh(),
    "in place": lambda x: (x * 2).mul_(x).mul_(x).exp_(),
    "in place on a view": lambda x: (lambda y: (y[:1].mul_(x[1]), y.sin())[1])(x * 3),
    "several results": lambda x: torch.var_mean(x)[0] * x,
    "general": lambda x: x.logsumexp(0) * x.prod(),
    "checkpoint": lambda x: torch.utils.checkpoint.checkpoint(lambda x: x.sin().exp(), x, use_reentrant=False),
}


@pytest.mark.parametrize("kept", [lambda x: x, lambda x: x.detach().numpy().copy()], ids=["tensors", "arrays"])
@pytest.mark.parametrize("name", UNDER_HOOKS)
def test_tangents_of_gradients_under_hooks_on_saved_tensors(name, kept):
    """The tangents are kept besides what the hooks make of the tensors."""

    def unpacked(x):
        return x if isinstance(x, torch.Tensor) else torch.from_numpy(x)

    def run(hooks):
        x = torch.tensor([0.5, 1.5, 0.7], dtype=torch.float64, requires_grad=True)
        with fwAD.dual_level(), hooks:
            dual = fwAD.make_dual(x, torch.tensor([1.0, 2.0, -1.0], dtype=torch.float64))
            (g,) = torch.autograd.grad(UNDER_HOOKS[name](dual).sum(), dual, create_graph=True)
            gradient, tangent = fwAD.unpack_dual(g)
            return gradient, tangent, torch.autograd.grad(tangent.sum(), x)[0]

    wanted = run(torch.enable_grad())
    found = run(torch.autograd.graph.saved_tensors_hooks(kept, unpacked))
    for f, w in zip(found, wanted):
        assert torch.allclose(f, w, rtol=1e-12)


@pytest.mark.parametrize("batched", [False, True])
def test_in_place_and_not_in_place_have_the_same_derivatives(batched):
    """Gradients, their tangents, and the gradients of these; also of views, which rewrite the history of their base."""
    pairs = [
        (lambda x: (x * 2).mul_(x).mul_(x).exp_(), lambda x: (2 * x**3).exp()),
        (UNDER_HOOKS["in place on a view"], lambda x: torch.cat([(3 * x[:1] * x[1]).sin(), (3 * x[1:]).sin()])),
    ]

    def run(f):
        def third(x):
            return torch.func.grad(lambda x: torch.func.jvp(torch.func.grad(lambda x: f(x).sum()), (x,), (x,))[1].sum())(x)

        x = torch.tensor([[0.5, 1.5, 0.7], [1.2, -0.3, 0.4]], dtype=torch.float64)
        return torch.func.vmap(third)(x) if batched else third(x[0])

    for written, computed in pairs:
        assert torch.allclose(run(written), run(computed), rtol=1e-12)


class Rounded(torch.autograd.Function):
    """Rounds; its derivative, which is not that of its forward, is the input."""

    @staticmethod
    def forward(x):
        return x.round()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_forward(*inputs)
        ctx.note = 1.0

    @staticmethod
    def jvp(ctx, tangent):
        factor = ctx.note * ctx.saved_tensors[0]
        del ctx.note
        return tangent * factor


def test_custom_functions_at_several_levels():
    """Each level gets its tangent from jvp, and the newer ones differentiate it."""
    x, one = torch.tensor([1.2, 2.7], dtype=torch.float64), torch.ones(2, dtype=torch.float64)

    def jvp(f):
        return lambda x: torch.func.jvp(f, (x,), (one,))

    (value, slope), (value_moved, slope_moved) = jvp(jvp(Rounded.apply))(x)
    assert value.tolist() == [1.0, 3.0] and slope_moved.tolist() == [1.0, 1.0]
    assert slope.tolist() == value_moved.tolist() == x.tolist()
    (_, slope), (moved, slope_moved) = jvp(lambda y: jvp(lambda z: Rounded.apply(y * z))(y))(x)
    assert slope.tolist() == pytest.approx((x**3).tolist())
    assert moved.tolist() == pytest.approx((2 * x**3).tolist()) and slope_moved.tolist() == pytest.approx((3 * x**2).tolist())


def dirty(jvp):
    class Doubled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.mul_(2)

        @staticmethod
        def backward(ctx, g):
            return g * 2

    Doubled.jvp = staticmethod(jvp)
    return Doubled


def test_custom_functions_that_write_their_input():
    w = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    with fwAD.dual_level():
        base = fwAD.make_dual(w * 1, torch.tensor([1.0, 1.0, 1.0]))
        part = base[:2]
        assert dirty(lambda ctx, t: t.mul_(2)).apply(part) is part
        assert fwAD.unpack_dual(base).tangent.tolist() == [2.0, 2.0, 1.0]
        base.sum().backward()
        assert w.grad.tolist() == [2.0, 2.0, 1.0]
        for jvp, words in ((lambda ctx, t: t * 2, "is not modifying"), (lambda ctx, t: t.mul_(2) * 1, "is not modifying")):
            with pytest.raises(RuntimeError, match=words):
                dirty(jvp).apply(fwAD.make_dual(torch.ones(2), torch.ones(2)))
        with pytest.raises(RuntimeError, match="a view of a leaf Variable"):
            dirty(lambda ctx, t: t.mul_(2)).apply(fwAD.make_dual(w, torch.ones(3)))


MISFITS = {
    "a Tensor": lambda t: 3.0, "got 2": lambda t: (t, t), "different size": lambda t: t[:1], "floating point": lambda t: t.long(),
}  # fmt: skip


@pytest.mark.parametrize("words", MISFITS)
def test_tangents_of_custom_functions_that_do_not_fit(words):
    class Doubled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def jvp(ctx, tangent):
            return MISFITS[words](tangent)

    with fwAD.dual_level(), pytest.raises(RuntimeError, match=words.replace("a Tensor", "expected Variable or None")):
        Doubled.apply(fwAD.make_dual(torch.ones(2), torch.ones(2)))


def test_writing_into_the_result_of_a_custom_function_leaves_the_input():
    class Straight(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.round()

        @staticmethod
        def jvp(ctx, tangent):
            return tangent

    with fwAD.dual_level():
        x = fwAD.make_dual(torch.tensor([1.2, 2.7]), torch.ones(2))
        y = Straight.apply(x)
        first = y[0]
        y.mul_(3)
        assert fwAD.unpack_dual(x).tangent.tolist() == [1.0, 1.0] and fwAD.unpack_dual(first).tangent.item() == 3.0


def test_set_has_no_tangent():
    with fwAD.dual_level():
        x = fwAD.make_dual(torch.ones(2), torch.ones(2))
        for call in (lambda: x.set_(torch.zeros(3)), lambda: torch.zeros(2).set_(x)):
            with pytest.raises(NotImplementedError, match="forward AD with set_"):
                call()
        assert x.shape == (2,)


def test_gradients_after_a_look_at_what_was_written_in_place():
    """A dual tensor is a view; its history is made anew once it was written, whoever asks first."""
    w = torch.ones(3, requires_grad=True)
    with fwAD.dual_level():
        x = fwAD.make_dual(w * 1, torch.ones(3))
        part = x[:2]
        part.mul_(2)
        for dual in (part, x):
            fwAD.unpack_dual(dual)
        (gradient,) = torch.autograd.grad(part.sum(), w, retain_graph=True)
        assert gradient.tolist() == [2.0, 2.0, 0.0]
        assert torch.autograd.grad(x.sum(), w)[0].tolist() == [2.0, 2.0, 1.0]


@pytest.mark.parametrize("write", [lambda x: x.t_(), lambda x: x.squeeze_(0), lambda x: x.unsqueeze_(0), lambda x: x.mul_(2)])
def test_views_that_nothing_records_may_be_written(write):
    """One of several views, and a view that was made under no_grad."""
    x = torch.ones(3, 3)
    with fwAD.dual_level():
        for mode in (torch.no_grad, torch.enable_grad):
            with mode():
                part = fwAD.make_dual(x * 1, x).split(1)[0]
            found = write(part)
            tangent = fwAD.unpack_dual(found).tangent
            assert tangent.tolist() == found.detach().tolist() and found is part
