"""Every operation under vmap, by its samples: what a loop over the examples gives, and vmap of the gradient likewise."""

import importlib
import pkgutil
import warnings

import numpy as np
import pytest

import rushlight as torch
import rushlight.ops
from samples import all_samples

for _module in pkgutil.walk_packages(rushlight.ops.__path__, "rushlight.ops."):
    importlib.import_module(_module.name)  # also the families that are loaded late
SAMPLES: dict = {}
for _sample in all_samples():
    SAMPLES.setdefault(_sample.op, []).append(_sample)

#: Operations whose result differs in shape from example to example, or is no tensor: they refuse a batch.
REFUSED = {
    "bernoulli", "bernoulli_like", "bernoulli_tensor", "binomial", "normal_both", "normal_mean", "normal_std", "poisson",
    "sample_dirichlet", "standard_gamma", "multinomial", "rrelu_with_noise",  # the same numbers for different examples
    "batch_norm_with_update", "native_batch_norm", "native_batch_norm_legit",  # running statistics that all share
    "index", "index_put", "index_put_impl", "masked_select", "unique", "unique_consecutive", "unique_dim",
    "copy",  # into a tensor that all examples share
    "accumulated",  # by backward(), which transforms do not know
}  # fmt: skip
#: Operations without a rule of their own: they run once for each example, and warn.
LOOPING = {
    "ctc_loss_backward", "embedding_bag", "embedding_bag_max", "histogramdd", "linear_cross_entropy_backward", "repeat",
}  # fmt: skip
#: Operations on matrices of a kind: the second example is a multiple of the first.
OF_A_KIND = ("linalg", "cholesky", "lu", "triangular", "qr", "ormqr", "cofactor", "geqrf", "trapz", "matrix", "reflectors")
REFUSALS = (
    "vmap: ", "Batching rule", "vmap over ", "When vmap-ing", "stack expects", "Vmap does not", "backward() called",
    "Batch norm got",
)  # fmt: skip
#: What samples run into that differentiate themselves.
INSIDE = ("You are attempting to call Tensor.requires_grad_()", "element 0 of tensors does not require grad")
SLOW = "There is a performance drop because we have not yet implemented the batching rule for "


def another(a, op):
    """Other numbers of the same kind."""
    if a.dtype.kind not in "fc":
        return np.flip(a)
    with np.errstate(all="ignore"):
        return a * a.dtype.type(0.75) if op.startswith(OF_A_KIND) else np.flip(a) * a.dtype.type(0.875)


def only_tensors(out):
    if isinstance(out, torch.Tensor):
        return [out]
    return [t for o in out for t in only_tensors(o)] if isinstance(out, (tuple, list)) else []


def function_of(sample):
    def call(*inputs):
        torch.manual_seed(0)
        return tuple(only_tensors(sample.call(torch, *inputs)))

    return call


def gradient_of(sample, places):
    call = function_of(sample)

    def total(*inputs):
        parts = [o for o in call(*inputs) if o.dtype.is_floating_point or o.dtype.is_complex]
        return sum([(o * o.conj()).real.sum() if o.is_complex() else (o * o).sum() for o in parts], torch.zeros(()))

    return torch.func.grad(total, argnums=places)


def batches(sample):
    """All inputs batched, and the first alone, as (tensors, in_dims)."""
    both = [torch.from_numpy(np.stack([a, another(a, sample.op)])) for a in sample.inputs]
    yield both, (0,) * len(both)
    if len(both) > 1:
        yield [both[0], *[x[0] for x in both[1:]]], (0, *[None] * (len(both) - 1))


def check(function, inputs, dims, op):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the operation says of itself
            loop = [function(*[x if d is None else x[n].clone() for x, d in zip(inputs, dims)]) for n in range(2)]
        want = [torch.stack(parts) for parts in zip(*loop)]
    except (RuntimeError, ValueError, IndexError, NotImplementedError):
        return  # no second example like that
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            got = torch.func.vmap(function, dims, randomness="same")(*inputs)
    except (RuntimeError, ValueError, NotImplementedError) as error:
        if str(error).startswith(INSIDE):
            return
        if not str(error).startswith(REFUSALS):
            raise
        assert op in REFUSED, error
        return
    loops = [str(w.message) for w in caught if str(w.message).startswith(SLOW)]
    assert not loops or op in LOOPING, loops[0]
    assert len(got) == len(want)
    for g, w in zip(got, want):
        check_close(g, w)


def check_close(g, w):
    assert g.dtype is w.dtype
    assert g.shape == w.shape
    tolerance = 1e-4 if g.dtype in (torch.float32, torch.complex64) else 1e-2 if g.dtype.itemsize == 2 else 1e-9
    torch.testing.assert_close(g, w, rtol=tolerance, atol=tolerance, equal_nan=True)


@pytest.mark.parametrize("op", sorted(SAMPLES))
def test_as_a_loop(op):
    for sample in SAMPLES[op]:
        if not sample.inputs or (op == "normal" and sample.label == "transposed"):  # numbers drawn in memory's order
            continue
        for inputs, dims in batches(sample):
            check(function_of(sample), inputs, dims, op)


@pytest.mark.parametrize("op", sorted(SAMPLES))
def test_batches_in_batches(op):
    sample = next((s for s in SAMPLES[op] if s.inputs), None)
    if sample is None or op in REFUSED:
        return
    inputs = [torch.from_numpy(np.stack([a, another(a, op)])) for a in sample.inputs]
    first, *others = inputs
    function = function_of(sample)
    try:
        want = [[function(x.clone(), *[o[n].clone() for o in others]) for n in range(2)] for x in first]
    except (RuntimeError, ValueError, IndexError, NotImplementedError):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        inner = torch.func.vmap(function, (None, *[0] * len(others)), randomness="same") if others else function
        try:
            got = torch.func.vmap(inner, (0, *[None] * len(others)), randomness="same")(*inputs)
        except (RuntimeError, NotImplementedError) as error:
            # The other is of a tensor that is written, and the same for all.
            if str(error).startswith(INSIDE) or "`self` not being vmapped over" in str(error):
                return
            raise
    for n, m in np.ndindex(2, 2 if others else 1):
        for g, w in zip(got, want[n][m]):
            g = g[n, m] if others else g[n]
            assert (g.dtype, g.shape) == (w.dtype, w.shape)
            tolerance = 1e-4 if g.dtype in (torch.float32, torch.complex64) else 1e-2 if g.dtype.itemsize == 2 else 1e-9
            torch.testing.assert_close(g, w, rtol=tolerance, atol=tolerance, equal_nan=True)


@pytest.mark.parametrize("op", sorted(SAMPLES))
def test_gradient_as_a_loop(op):
    for sample in SAMPLES[op]:
        places = tuple(i for i, a in enumerate(sample.inputs) if a.dtype.kind in "fc")
        if places and sample.smooth:
            for inputs, dims in batches(sample):
                check(gradient_of(sample, places), inputs, dims, op)


@pytest.mark.parametrize("op", sorted(SAMPLES))
@pytest.mark.filterwarnings("ignore")
def test_many_gradients_as_a_loop(op):
    """One backward for a batch of vectors, of a function that knows of none: its gradients are batched, its values not."""
    for sample in SAMPLES[op]:
        inputs = [torch.from_numpy(np.array(a)).requires_grad_(a.dtype.kind in "fc") for a in sample.inputs]
        into = [x for x in inputs if x.requires_grad]
        try:
            outputs = [o for o in function_of(sample)(*inputs) if o.requires_grad]
            if not outputs:
                continue
            ones = [torch.ones_like(o.detach()) for o in outputs]
            vectors = [torch.stack([one, one.cumsum(0) * 0.5 if one.ndim else one * -2]) for one in ones]
            loop = [torch.autograd.grad(outputs, into, [v[n] for v in vectors], True, allow_unused=True) for n in range(2)]
        except (RuntimeError, ValueError, IndexError, NotImplementedError):
            continue  # nothing to differentiate, or no derivative
        try:
            got = torch.autograd.grad(outputs, into, vectors, is_grads_batched=True, allow_unused=True)
        except (RuntimeError, NotImplementedError) as error:
            assert str(error).startswith((*REFUSALS, *INSIDE)), error
            continue
        for g, *row in zip(got, *loop):
            if g is None:
                assert row == [None, None]
            else:
                check_close(g, torch.stack([torch.zeros_like(g[0]) if r is None else r for r in row]))


# By hand: indices that differ, what is written, what is refused.

X = torch.arange(12.0).reshape(2, 3, 2)
ROWS = torch.tensor([[0, 2], [1, 1]])


def each(function, *inputs):
    return torch.stack([function(*row) for row in zip(*inputs)])


@pytest.mark.parametrize(
    "program",
    [
        lambda x, i: x[i],
        lambda x, i: x[i, 0],
        lambda x, i: x[i, i - i],
        lambda x, i: x[:, i - i],
        lambda x, i: x[None, i, None],
        lambda x, i: x[i[0]],
        lambda x, i: x[i[:, None], torch.tensor([0, 1])],
        lambda x, i: x[None, i, :, None][:, :, 0],
        lambda x, i: X[:, i, i - i],
        lambda x, i: X[i - i, :, i - i],
    ],
)
def test_indices_that_differ(program):
    assert torch.equal(torch.func.vmap(program)(X, ROWS), each(program, X, ROWS))
    assert torch.equal(torch.func.vmap(program, (None, 0))(X[0], ROWS), each(program, X[:1].expand(2, 3, 2), ROWS))
    gradient = torch.func.grad(lambda x, i: (program(x, i) ** 3).sum())
    assert torch.equal(torch.func.vmap(gradient)(X, ROWS), each(gradient, X, ROWS))
    assert torch.equal(torch.func.vmap(gradient, (None, 0))(X[0], ROWS), each(gradient, X[:1].expand(2, 3, 2), ROWS))


def written(write):
    def program(x, i):
        x = x.clone()
        write(x, i)
        return x

    return program


@pytest.mark.parametrize(
    "write",
    [
        lambda x, i: x.__setitem__(0, 1.0),
        lambda x, i: x.__setitem__(i, 5.0),
        lambda x, i: x.__setitem__(i, x[i] * 2),
        lambda x, i: x.__setitem__((slice(None), i - i), 3.0),
        lambda x, i: x.__setitem__(torch.tensor([0, 2]), x[1] * 2),
        lambda x, i: x.index_put_((i[:1],), x[0] * 2, accumulate=True),
        lambda x, i: x.t().add_(x.t().flip(1)),
        lambda x, i: x.transpose_(0, 1).mul_(2),
        lambda x, i: x.unsqueeze_(0).squeeze_(0).sub_(1),
        lambda x, i: x.view(-1)[1:].zero_(),
        lambda x, i: x.fill_diagonal_(7.0),
        lambda x, i: x.as_strided((2,), (3,)).zero_(),
        lambda x, i: x.masked_fill_(x > 4, 0.0),
        lambda x, i: x.scatter_(0, i[None], 1.0),
    ],
)
def test_written_in_place(write):
    program = written(write)
    assert torch.equal(torch.func.vmap(program)(X, ROWS), each(program, X, ROWS))
    xs, rows = torch.stack([X, X.flip(1)]), torch.stack([ROWS, ROWS.flip(0)])
    nested = torch.func.vmap(torch.func.vmap(program), (1, 0))(xs, rows)
    assert torch.equal(nested, torch.stack([each(program, xs[:, n], rows[n]) for n in range(2)]))


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (lambda x: x if x.sum() > 0 else -x, "data-dependent control flow"),
        (lambda x: x.sum().item(), r"calling .item\(\) on a Tensor"),
        (lambda x: x.tolist(), "Cannot access data pointer"),
        (lambda x: x.numpy(), "Cannot access data pointer"),
        (lambda x: x[x > 1], "Attempting to batch over indexing with a boolean mask"),
        (lambda x: x.unique(), "dynamic shape. Attempted to vmap over aten::_unique2"),
        (lambda x: x.nonzero(), "dynamic shape. Attempted to vmap over aten::nonzero"),
        (lambda x: torch.masked_select(x, x > 1), "vmap over `mask` in torch.masked_select"),
        (lambda x: torch.equal(x, x), "Batching rule not implemented for aten::equal"),
        (lambda x: torch.allclose(x, x), "vmap over torch.allclose"),
        (lambda x: torch.sin(x, out=x), "Batching rule not implemented for aten::sin.out"),
        (lambda x: torch.zeros(3, 2).copy_(x), "inplace arithmetic"),
        (lambda x: torch.zeros(3, 2).index_put_((x[0].long(),), x[0]), r"index_put_\(self"),
        (lambda x: x.sum().backward(), r"backward\(\) called inside a functorch transform"),
        (lambda x: torch.autograd.grad(x.sum(), x), "element 0 of tensors does not require grad"),
        (lambda x: torch.nn.functional.one_hot(x.long()), "provide an explicit positive num_classes"),
    ],
)
def test_refused(program, words):
    with pytest.raises((RuntimeError, NotImplementedError), match=words):
        torch.func.vmap(program)(X)


def test_python_knows_its_size():
    assert torch.equal(torch.func.vmap(lambda x: x.sum() * len(x))(X), X.sum((1, 2)) * 3)
    assert torch.equal(torch.func.vmap(lambda x: sum(row * n for n, row in enumerate(x)))(X), X[:, 1] + 2 * X[:, 2])
    values, indices = torch.func.vmap(lambda x: x.max(0))(X)
    assert torch.equal(values, X.amax(1))
    assert torch.equal(indices, X.argmax(1))
