"""vmap of layers, losses and random functions: each example as a loop over the examples has it."""

import re
import warnings

import pytest

import rushlight as torch
from rushlight import func
from rushlight.func import functional_call, grad, hessian, jacrev, stack_module_state, vmap
from rushlight.nn import functional as F


@pytest.fixture(autouse=True)
def _no_loops():
    """A rule that is missing warns, and warnings are errors here."""
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def close(got, want):
    if isinstance(want, dict):
        assert got.keys() == want.keys()
        got, want = list(got.values()), list(want.values())
    torch.testing.assert_close(got, want, rtol=1e-7, atol=1e-9)


def looped(function, *batches):
    """The results for one example after the other, stacked."""
    results = [function(*row) for row in zip(*batches)]
    if isinstance(results[0], torch.Tensor):
        return torch.stack(results)
    if isinstance(results[0], dict):
        return {name: torch.stack([r[name] for r in results]) for name in results[0]}
    return tuple(torch.stack(list(column)) for column in zip(*results))


def check(function, *batches, wanted=None):
    """`function` of a batch of examples, and its gradients by (the first `wanted`) float inputs, both ways round."""
    close(vmap(function)(*batches), looped(function, *batches))
    places = tuple(i for i, b in enumerate(batches) if b.is_floating_point())[:wanted]

    def loss(*given):
        return (function(*given) ** 2).sum()

    want = looped(grad(loss, places), *batches)
    close(vmap(grad(loss, places))(*batches), want)
    close(grad(lambda *given: vmap(loss)(*given).sum(), places)(*batches), want)


def normal(*shape):
    return torch.randn(*shape, dtype=torch.float64)


class Recurrent(torch.nn.Module):
    def __init__(self, kind, **options):
        super().__init__()
        self.rnn = getattr(torch.nn, kind)(3, 4, batch_first=True, dtype=torch.float64, **options)

    def forward(self, x):
        return self.rnn(x)[0]


RECURRENT = {
    "LSTM": ("LSTM", {}),
    "LSTM with projections": ("LSTM", {"proj_size": 2}),
    "LSTM of two layers, both ways": ("LSTM", {"num_layers": 2, "bidirectional": True}),
    "GRU": ("GRU", {"bidirectional": True}),
    "RNN": ("RNN", {}),
    "RNN with relu": ("RNN", {"nonlinearity": "relu", "bias": False}),
}


@pytest.mark.parametrize("case", RECURRENT)
def test_recurrent_layers(case):
    kind, options = RECURRENT[case]
    model, x = Recurrent(kind, **options), normal(3, 2, 5, 3)
    check(model, x)
    params = {name: p.detach() for name, p in model.named_parameters()}

    def loss(params, x):
        return (functional_call(model, params, (x,)) ** 2).sum()

    want = looped(lambda x: grad(loss)(params, x), x)
    close(vmap(grad(loss), (None, 0))(params, x), want)


def test_an_ensemble_of_recurrent_networks():
    models = [Recurrent("LSTM") for _ in range(3)]
    params, buffers = stack_module_state(models)
    x = normal(2, 5, 3)
    got = vmap(lambda p, b: functional_call(models[0], (p, b), (x,)))(params, buffers)
    close(got, torch.stack([model(x) for model in models]))


def test_packed_sequences():
    x, lengths = normal(3, 4, 5, 3), torch.tensor([5, 3, 3, 1])
    layer = torch.nn.GRU(3, 4, batch_first=True, dtype=torch.float64)
    packed = torch.nn.utils.rnn.pack_padded_sequence(x[0], lengths, batch_first=True)
    weights = [p.detach() for p in layer.parameters()]

    def run(data, h):
        return torch.gru(data, packed.batch_sizes, h, weights, True, 1, 0.0, False, False)[0]

    check(run, normal(3, packed.data.shape[0], 3), normal(3, 1, 4, 4))

    def padded(x):
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
        return torch.nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)[0]

    check(padded, x)


CONVOLUTIONS = {
    "1-D": (torch.conv1d, (2, 4, 6), (6, 4, 3), {}),
    "groups": (torch.conv1d, (2, 4, 6), (6, 2, 3), {"groups": 2, "stride": 2, "padding": 1}),
    "2-D": (torch.conv2d, (2, 3, 5, 4), (4, 3, 2, 3), {"dilation": (2, 1)}),
    "unbatched": (torch.conv2d, (3, 5, 4), (4, 3, 2, 3), {}),
    "transposed": (torch.conv_transpose1d, (2, 4, 5), (4, 3, 3), {"stride": 2, "output_padding": 1}),
    "transposed groups": (torch.conv_transpose2d, (2, 4, 3, 3), (4, 3, 2, 2), {"groups": 2}),
}


@pytest.mark.parametrize("case", CONVOLUTIONS)
def test_convolutions(case):
    call, x_shape, w_shape, options = CONVOLUTIONS[case]
    outputs = w_shape[1] * options.get("groups", 1) if "transposed" in case else w_shape[0]
    x, w, b = normal(3, *x_shape), normal(3, *w_shape), normal(3, outputs)
    check(lambda x, w, b: call(x, w, b, **options), x, w, b)
    check(lambda x: call(x, w[0], b[0], **options), x)
    check(lambda w: call(x[0], w, None, **options), w)
    check(lambda b: call(x[0], w[0], b, **options), b)
    want = looped(lambda x: grad(lambda w: (call(x, w, **options) ** 3).sum())(w[0]), x)
    close(vmap(grad(lambda w, x: (call(x, w, **options) ** 3).sum()), (None, 0))(w[0], x), want)


def test_second_derivatives_of_a_convolution():
    x, w = normal(2, 1, 2, 4), normal(2, 2, 2)

    def loss(w, x):
        return (torch.conv1d(x, w) ** 3).sum()

    close(vmap(hessian(loss), (None, 0))(w, x), looped(lambda x: hessian(loss)(w, x), x))
    close(vmap(jacrev(grad(loss)), (None, 0))(w, x), looped(lambda x: hessian(loss)(w, x), x))


def test_products_with_a_matrix_that_all_share():
    x, w = normal(4, 3), normal(3, 5)
    for function in (lambda x, w: x @ w, lambda x, w: w.T @ x, lambda x, w: F.linear(x, w.T), lambda x, w: torch.outer(x, x) @ w):
        want = looped(lambda x, f=function: grad(lambda w: (f(x, w) ** 2).sum())(w), x)
        close(vmap(grad(lambda w, x, f=function: (f(x, w) ** 2).sum()), (None, 0))(w, x), want)


def test_normalisations():
    x, w, b = normal(3, 2, 4, 5), normal(3, 4), normal(3, 4)
    check(lambda x, w, b: F.group_norm(x, 2, w, b), x, w, b)
    check(lambda x, w, b: F.instance_norm(x, None, None, w, b), x, w, b)
    check(lambda x, w, b: F.layer_norm(x.mT, (4,), w, b), x, w, b)
    check(lambda x, w, b: F.batch_norm(x, None, None, w, b, True), x, w, b)
    check(lambda x, m, v: F.batch_norm(x, m, v), x, w, b.exp(), wanted=1)
    check(lambda x: F.batch_norm(x, w[0], b[0].exp(), w[1], b[1]), x)


def test_running_statistics():
    x, mean, var = normal(3, 5, 2), torch.zeros(3, 2, dtype=torch.float64), torch.ones(3, 2, dtype=torch.float64)
    want = [(m.clone(), v.clone()) for m, v in zip(mean, var)]
    for row, (m, v) in zip(x, want):
        F.batch_norm(row, m, v, training=True)
    vmap(lambda x, m, v: F.batch_norm(x, m, v, training=True))(x, mean, var)
    close(mean, torch.stack([m for m, _ in want]))
    close(var, torch.stack([v for _, v in want]))
    with pytest.raises(RuntimeError, match="were not batched"):
        vmap(lambda x: F.batch_norm(x, mean[0], var[0], training=True))(x)


def test_pooling_and_places():
    x = normal(3, 2, 2, 6, 6)
    check(lambda x: F.max_pool2d(x, 2), x)
    check(lambda x: F.max_pool2d(x, 3, 2, return_indices=True)[0], x)
    check(lambda x: F.adaptive_max_pool2d(x, (2, 4), return_indices=True)[0], x)
    check(lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False), x)
    check(lambda x: F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2), x)
    check(lambda x, g: F.grid_sample(x, g.tanh(), align_corners=False), x, normal(3, 2, 3, 4, 2))


def test_embeddings():
    weight, words = normal(3, 7, 4), torch.randint(7, (3, 5))
    check(lambda w, i: F.embedding(i, w, padding_idx=2), weight, words)
    check(lambda w, i: F.embedding(i, w, scale_grad_by_freq=True), weight, words)
    check(lambda w: F.embedding(words, w), weight)
    want = looped(lambda i: grad(lambda w: (F.embedding(i, w) ** 2).sum())(weight[0]), words)
    close(vmap(grad(lambda w, i: (F.embedding(i, w) ** 2).sum()), (None, 0))(weight[0], words), want)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_losses_of_classes(reduction):
    x, target, weight = normal(3, 4, 5), torch.randint(5, (3, 4)), normal(5).exp()
    target[0, 1] = 2
    for options in ({}, {"weight": weight}, {"ignore_index": 2}, {"weight": weight, "ignore_index": 2}):
        check(lambda x, t, o=options: F.cross_entropy(x, t, reduction=reduction, **o), x, target)
    check(lambda x, t: F.cross_entropy(x[0], t[0], reduction=reduction), x, target)
    check(lambda x, t, w: F.cross_entropy(x, t, w, reduction=reduction), x, target, normal(3, 5).exp(), wanted=1)
    close(
        vmap(lambda x, t: jacrev(lambda x: F.cross_entropy(x, t, weight, reduction=reduction))(x))(x, target),
        looped(lambda x, t: jacrev(lambda x: F.cross_entropy(x, t, weight, reduction=reduction))(x), x, target),
    )
    want = looped(lambda x, t: grad(lambda x: F.multi_margin_loss(x, t, reduction=reduction).sum())(x), x, target)
    close(vmap(grad(lambda x, t: F.multi_margin_loss(x, t, reduction=reduction).sum()))(x, target), want)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_ctc(reduction):
    probs, targets = normal(3, 6, 2, 4).log_softmax(-1), torch.randint(1, 4, (3, 2, 2))

    def loss(probs, targets):
        return F.ctc_loss(probs, targets, (6, 5), (2, 1), reduction=reduction).sum()

    close(vmap(loss)(probs, targets), looped(loss, probs, targets))
    close(vmap(grad(loss))(probs, targets), looped(grad(loss), probs, targets))


def test_attention():
    q, k, v = normal(3, 2, 2, 4, 6), normal(3, 2, 2, 5, 6), normal(3, 2, 2, 5, 6)
    mask = torch.rand(3, 4, 5) > 0.3
    mask[..., 0] = True
    check(F.scaled_dot_product_attention, q, k, v)
    check(lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, m), q, k, v, mask)
    check(lambda q: F.scaled_dot_product_attention(q, k[0], v[0], mask[0]), q)


def test_linear_algebra():
    a, b = normal(3, 4, 4) + 4 * torch.eye(4, dtype=torch.float64), normal(3, 4)
    check(torch.linalg.solve, a, b)
    check(lambda b: torch.linalg.solve(a[0], b), b)
    check(lambda b: torch.linalg.solve(a[0], b.outer(b), left=False), b)
    check(lambda a: torch.linalg.solve(a, b[0]), a)
    check(torch.linalg.det, a)
    check(lambda a: torch.linalg.lu_factor(a)[0], a)
    check(lambda a: torch.linalg.cholesky(a @ a.mT), a)
    check(lambda a, b: torch.linalg.lstsq(a[:, :2], b.unsqueeze(-1)).solution, a, b)
    check(lambda a: torch.fft.rfft(a, dim=0).abs() + torch.fft.fft2(a).real[:3], a)
    singular = torch.stack([a[0], torch.zeros_like(a[0])])
    with pytest.raises(torch.linalg.LinAlgError, match=r"\(Batch element 1\)"):
        vmap(torch.linalg.inv)(singular)


def test_sums_of_products():
    a, b, c = normal(3, 2, 4), normal(3, 4, 5), normal(3, 5)
    check(lambda a, b, c: torch.einsum("ij,jk,k->i", a, b, c), a, b, c)
    check(lambda a: torch.einsum("ij,jk,k->i", a, b[0], c[0]), a)
    check(lambda c: torch.einsum("ij,jk,k->i", a[0], b[0], c), c)
    check(lambda a, b: torch.tensordot(a, b, 1), a, b)
    check(lambda a, b: torch.addmm(torch.ones(5, dtype=torch.float64), a, b, beta=2, alpha=0.5), a, b)


RANDOM = {
    "rand": lambda x: x + torch.rand(3),
    "randn_like": lambda x: torch.randn_like(x),
    "dropout": lambda x: F.dropout(x, 0.5),
    "alpha dropout": lambda x: F.alpha_dropout(x, 0.5, True),
    "normal_": lambda x: x.clone().normal_(),
    "randperm": lambda x: torch.randperm(20),
}


@pytest.mark.parametrize("case", RANDOM)
def test_randomness(case):
    x = torch.ones(4, 3)
    with pytest.raises(RuntimeError, match="called random operation while in randomness error mode"):
        vmap(RANDOM[case])(x)
    same, different = [vmap(RANDOM[case], randomness=kind)(x.repeat(1, 7) if case != "rand" else x)
                       for kind in ("same", "different")]  # fmt: skip
    same, different = same.expand(4, *same.shape[-1:]), different
    assert (same == same[0]).all()
    assert not (different == different[0]).all()


def test_nested_batches_draw_their_own_numbers():
    x = torch.zeros(3, 4, 5)
    inner = lambda kind: lambda x: vmap(lambda x: x + torch.rand(5), randomness=kind)(x)
    assert len(vmap(inner("different"), randomness="different")(x).flatten().unique()) == 60
    outer_alike = vmap(inner("different"), randomness="same")(x)
    assert (outer_alike == outer_alike[0]).all()
    inner_alike = vmap(inner("same"), randomness="different")(x)
    assert (inner_alike == inner_alike[:, :1]).all()
    assert len(inner_alike.flatten().unique()) == 15


def test_no_randomness_in_evaluation():
    x = torch.ones(4, 2, 3)
    assert (vmap(torch.nn.Dropout(0.5).eval())(x) == x).all()
    assert (vmap(torch.nn.RReLU().eval())(-x) == F.rrelu(-x)).all()


def test_numbers_cannot_fill_what_all_examples_share():
    shared = torch.zeros(3)
    with pytest.raises(RuntimeError, match="Cannot ask for different inplace randomness on an unbatched tensor"):
        vmap(lambda x: shared.uniform_() + x, randomness="different")(torch.zeros(2, 3))
    with pytest.raises(RuntimeError, match="does not currently support same randomness with a batched tensor input"):
        vmap(torch.bernoulli, randomness="same")(torch.full((2, 3), 0.5))


def test_checks_look_at_all_examples():
    with pytest.raises(IndexError):
        vmap(lambda i: F.embedding(i, torch.ones(3, 2)))(torch.tensor([[0], [3]]))
    with pytest.raises(IndexError, match="Target 5 is out of bounds"):
        vmap(F.cross_entropy)(torch.ones(2, 1, 3), torch.tensor([[0], [5]]))
    with pytest.raises(RuntimeError, match="between 0 and 1"):
        vmap(F.binary_cross_entropy)(torch.tensor([[0.5], [1.5]]), torch.ones(2, 1))


def test_distributions_check_their_parameters():
    x = torch.tensor([[0.5, 2.0], [1.5, 3.0]], dtype=torch.float64)

    def log_prob(scale):
        return torch.distributions.Normal(0.0, scale).log_prob(torch.tensor(1.0))

    close(vmap(log_prob)(x), looped(log_prob, x))
    with pytest.raises(ValueError, match="Expected parameter scale"):
        vmap(log_prob)(-x)


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_bags(mode):
    """Tables of one's own or of all, places and offsets of one's own."""
    table, places = normal(2, 5, 3), torch.tensor([[4, 1, 2, 2, 0, 3, 1, 4, 4, 0, 2, 1], [1, 0, 0, 3, 2, 4, 1, 1, 3, 0, 4, 2]])
    offsets = torch.tensor([[0, 3, 3, 7], [0, 2, 5, 5]])

    def loss(table, places, offsets):
        return F.embedding_bag(places, table, offsets, mode=mode).sin().sum()

    for dims in ((0, 0, 0), (None, 0, 0), (0, None, 0), (0, 0, None)):
        given = [x if dim == 0 else x[0] for x, dim in zip((table, places, offsets), dims)]
        found = vmap(torch.func.grad_and_value(loss), dims)(*given)
        rows = [[x[n] if dim == 0 else x for x, dim in zip(given, dims)] for n in range(2)]
        for got, want in zip(found, zip(*[torch.func.grad_and_value(loss)(*row) for row in rows])):
            close(got, torch.stack(want))


def test_segments_and_repeats_of_ones_own():
    x, lengths = normal(2, 4, 2), torch.tensor([[1, 3], [2, 2]])
    for reduce in ("sum", "mean", "max", "min", "prod"):
        check(lambda x, lengths, reduce=reduce: torch.segment_reduce(x, reduce, lengths=lengths), x, lengths)
    check(lambda x, repeats: x.repeat_interleave(repeats, 0), normal(2, 3, 2), torch.tensor([[1, 2, 1], [2, 0, 2]]))


def test_generated_rules_in_batches_of_batches():
    class Cube(torch.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(x):
            return x**3

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * 3 * x**2

    x = torch.arange(6.0).reshape(2, 3)
    assert vmap(vmap(Cube.apply))(x).tolist() == (x**3).tolist()
    assert vmap(vmap(grad(grad(Cube.apply))))(x).tolist() == (6 * x).tolist()


@pytest.mark.parametrize("of", [jacrev, torch.func.jacfwd, hessian])
def test_jacobians_are_real(of):
    """The imaginary part of what a function returns would be lost."""
    x = torch.ones(2)
    with pytest.raises(RuntimeError, match="Expected all inputs to be real"):
        of(lambda z: z.abs().sum())(x * 1j)
    with pytest.raises(RuntimeError, match=r"Expected all outputs to be real but .* input idx: 1"):
        of(lambda x: (x, x * 1j))(x)
    assert of(lambda x: torch.view_as_real(x * (1 + 2j)))(x).shape[:2] == (2, 2)


TOTAL = torch.zeros(3)


def written_to(total, write):
    def function(x):
        write(total, x)
        return (x * total).sum()

    return function


WRITES = {
    "add_.Tensor": lambda total, x: total.add_(x), "mul_.Tensor": lambda total, x: total.mul_(2),
    "zero_": lambda total, x: total.zero_(),
    "fill_.Scalar": lambda total, x: total.fill_(1.0), "copy_": lambda total, x: total.copy_(x),
    "index_put_": lambda total, x: total.__setitem__(torch.tensor([True, False, True]), 1.0),
    "pow_.Scalar": lambda total, x: total.pow_(2), "exp_": lambda total, x: total.view(3, 1).exp_(),
    "sub_.Tensor": lambda total, x: total.detach().sub_(1),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("transform", ["grad", "jacrev", "jacfwd", "vjp", "jvp"])
def test_captured_tensors_are_not_written_to(transform, name):
    total = torch.ones(3)
    function, x = written_to(total, WRITES[name]), torch.ones(3)
    calls = {
        "vjp": lambda: func.vjp(function, x), "jvp": lambda: func.jvp(function, (x,), (x,)),
    }  # fmt: skip
    words = rf"attempted to call in-place operation \(aten::{re.escape(name)}\) that would mutate a captured Tensor"
    with pytest.raises(RuntimeError, match=words):
        calls[transform]() if transform in calls else getattr(func, transform)(function)(x)
    assert total.tolist() == [1, 1, 1]
    assert total._version == 0


def test_globals_and_the_arguments_of_outer_functions_are_captured():
    def add_to_total(x):
        TOTAL.add_(1)
        return x.sum()

    with pytest.raises(RuntimeError, match="would mutate a captured Tensor"):
        func.grad(add_to_total)(torch.ones(3))
    with pytest.raises(RuntimeError, match="would mutate a captured Tensor"):
        func.grad(lambda x: func.grad(lambda y: (x.mul_(2) * y).sum())(x).sum())(torch.ones(3))
    assert TOTAL.tolist() == [0, 0, 0]


def test_what_a_function_makes_or_is_given_may_be_written_to():
    last = None

    def function(x, given):
        nonlocal last
        last = torch.zeros(3)
        last += x
        given.add_(1)
        seen = [torch.ones(3)]
        seen[0].mul_(3)
        return (x * last * seen[0]).sum()

    assert func.grad(function)(torch.ones(3), torch.zeros(3)).tolist() == [6, 6, 6]
    total = torch.zeros(3)
    assert written_to(total, WRITES["add_.Tensor"])(torch.ones(3)) == 3  # outside of transforms
    assert total.tolist() == [1, 1, 1]
