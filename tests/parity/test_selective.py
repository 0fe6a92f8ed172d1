"""Selective checkpoints against PyTorch: what the policy is asked, what is kept, gradients and errors."""

import functools
import itertools

import pytest

pytest.importorskip("torch.utils.checkpoint")
pytest.register_assert_rewrite("parity.nn_cases")
import torch  # noqa: E402

from parity.nn_cases import check, outcome, parametrize  # noqa: E402
from rushlight.ops.language.overloads import NAMES  # noqa: E402


def leaf(t, *shape):
    x = (t.arange(float(t.Size(shape).numel()), dtype=t.float64) * 7 % 11 - 5) / 8
    return x.reshape(shape).requires_grad_()


def run(t, function, *shapes, policy=None, backwards=1, **options):
    """What the policy is asked, and the gradients."""
    asked, inputs = [], [leaf(t, *shape) for shape in shapes]

    def noting(ctx, op, *args, **kwargs):
        asked.append((str(op), ctx.is_recompute, list(args[0].shape) if hasattr(args[0], "shape") else None))
        return t.utils.checkpoint.CheckpointPolicy.PREFER_RECOMPUTE if policy is None else policy(ctx, op, *args, **kwargs)

    contexts = functools.partial(t.utils.checkpoint.create_selective_checkpoint_contexts, noting, **options)

    def call(t):
        y = t.utils.checkpoint.checkpoint(function, *inputs, use_reentrant=False, context_fn=contexts)
        for left in reversed(range(backwards)):
            y.sum().backward(retain_graph=left > 0)

    result = outcome(call, t)
    grads = [x.grad if x.grad is None else [f"{g:.6f}" for g in x.grad.reshape(-1).tolist()] for x in inputs]
    return [asked, result, grads]


def named(*names):
    return lambda ctx, op, *args, **kwargs: str(op) in names


def every(ctx, op, *args, **kwargs):
    return True


def overloads(t):
    aten = t.ops.aten
    create = t.utils.checkpoint.create_selective_checkpoint_contexts
    return [
        str(aten.mm), str(aten.mm.default), repr(aten.mm), repr(aten.mul.Tensor), aten.mm.default.name(), aten.mul.Tensor.name(),
        aten.mm.default is t.ops.aten.mm.default, aten.mm.default in [aten.mm.default], aten.mul.Tensor == aten.mul.Scalar,
        aten.mm.default.overloadpacket, aten.mul.Tensor.__name__, aten.mm.default.namespace, aten.mm._qualified_op_name,
        sorted(map(str, t.utils.checkpoint.SAC_IGNORED_OPS)), aten.mm.default(leaf(t, 2, 2), leaf(t, 2, 2)).tolist(),
        *[outcome(f, t) for f in (
            lambda t: aten.no_such_operation, lambda t: t.ops.prim.nothing, lambda t: create([aten.mm]),
            lambda t: create([3]), lambda t: create(3), lambda t: create((aten.mm.default,)),
        )],
    ]  # fmt: skip


def functions(t):
    F = t.nn.functional
    programs = [
        (lambda x, y: t.sigmoid(t.matmul(t.matmul(x, y), y)) * y), (lambda x, y: t.softmax(x, -1) + F.log_softmax(y, 0)),
        (lambda x, y: (x * 2 + 1 - y / 3) ** 2 + (1 - x) * y.abs() ** 0.5 + 3 / (y + 5)),
        (lambda x, y: x.sum() + y.sum(0) + x.mean() + x.mean(1) + x.max() + x.max(0)[0] + x.std() + x.norm()),
        (lambda x, y: (x.t().reshape(9)[2:5] + y[0].view(3) + y.unsqueeze(0).squeeze(0)[1] + x.expand(3, 3)[2]).exp()),
        (lambda x, y: t.cat([x, y]).chunk(2)[0] + t.stack([x, y])[0] * t.where(x > 0, x, y)),
        (lambda x, y: F.layer_norm(x, (3,)) * F.gelu(y) * F.silu(x)), (lambda x, y: t.bmm(x[None], y[None]).tanh()),
        (lambda x, y: F.max_pool2d(F.conv2d(x[None, None], y[None, None], padding=1), 2)),
        (lambda x, y: F.mse_loss(x, y) + F.l1_loss(x, y)), (lambda x, y: (x.detach() * y).exp()),
        (lambda x, y: F.scaled_dot_product_attention(x[None, None], y[None, None], y[None, None])),
        (lambda x, y: t.addmm(x, x, y).clamp(-1, 1).relu() + t.tril(y).masked_fill(y > 0, 0.0)),
    ]  # fmt: skip
    return [run(t, f, (3, 3), (3, 3), policy=p) for f, p in itertools.product(programs, (None, every, named("aten.mm.default")))]


def policies(t):
    policy = t.utils.checkpoint.CheckpointPolicy
    return [
        run(t, lambda x: (x @ x).exp(), (2, 2), policy=lambda *args, answer=answer, **kwargs: answer)
        for answer in (*policy, True, False, None)
    ]


def lists(t):
    x, aten, found = leaf(t, 3, 3), t.ops.aten, []
    for kept in ([], [aten.mm.default], [aten.mm.default, aten.exp.default, aten.sum.default]):
        contexts = functools.partial(t.utils.checkpoint.create_selective_checkpoint_contexts, kept)
        y = t.utils.checkpoint.checkpoint(
            lambda a: ((a @ a).exp() @ a).sum(), x, use_reentrant=False, context_fn=contexts, early_stop=False
        )
        (g,) = t.autograd.grad(y, x, create_graph=True)
        found.append([[float(f"{v:.8g}") for v in part.reshape(-1).tolist()] for part in (y, g)])
    return found


def written(t):
    """Results that are kept, and then written."""

    def in_place(x, y):
        z = x * y
        z.add_(1)
        return (z * y).exp()

    kept = [named("aten.mul.Tensor"), named("aten.add_.Tensor"), named("aten.exp.default")]
    return [run(t, in_place, (3,), (3,), policy=p) for p in kept]


def written_and_allowed(t):
    return run(t, lambda x, y: (x * y).add_(1).exp(), (3,), (3,), policy=named("aten.mul.Tensor"), allow_cache_entry_mutation=True)


def alternating(first, second):
    calls = itertools.count()
    return lambda x, y: (second if next(calls) else first)(x, y)


def mismatches(t):
    return [
        run(t, lambda x, y: (x @ y).exp(), (2, 2), (2, 2), policy=named("aten.mm.default"), backwards=2),
        run(t, lambda x, y: (x @ y).exp(), (2, 2), (2, 2), backwards=2),
        run(t, alternating(lambda x, y: (x @ y).exp(), lambda x, y: (x.sin() @ y).exp()), (2, 2), (2, 2), policy=every),
        run(t, alternating(lambda x, y: x.exp(), lambda x, y: x.sqrt().exp()), (2, 2), (2, 2), policy=every),
    ]


def modules(t):
    """A policy by shapes, and parameters that stand in the function."""
    model = t.nn.Sequential(t.nn.Linear(3, 4), t.nn.GELU(), t.nn.Linear(4, 3)).double()
    for p in model.parameters():
        p.data = leaf(t, *p.shape).detach()
    large = lambda ctx, op, *args, **kwargs: str(op) == "aten.addmm.default" and args[2].shape[1] == 4
    asked, result, grads = run(t, model, (2, 3), policy=large)
    return asked, result, grads, [f"{p.grad.sum().item():.6f}" for p in model.parameters()]


CASES = [overloads, functions, policies, lists, written, written_and_allowed, mismatches, modules]


@parametrize(CASES)
def test_selective_checkpoint(case):
    check(case)


def test_every_name_in_the_table_is_one_of_pytorchs():
    for name in NAMES:
        base, _, overload = name.partition(".")
        assert str(getattr(getattr(torch.ops.aten, base), overload or "default")) == f"aten.{base}.{overload or 'default'}"
