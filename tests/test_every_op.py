"""Every operation, by its samples: right derivatives in first and second order, nothing mutated, nothing forgotten.

Finite differences say that a gradient is right; then that gradient must stay the same however it is asked for: recorded
or not, for one input or for all, from one result or from all, in any memory layout, in single precision.
"""

import importlib
import pkgutil

import numpy as np
import pytest

import rushlight as torch
import rushlight.ops
from duties import differentiated, strided
from rushlight.core.node import Node
from rushlight.core.op import OPS
from samples import Sample, all_samples

for _module in pkgutil.walk_packages(rushlight.ops.__path__, "rushlight.ops."):
    importlib.import_module(_module.name)  # also the families that are loaded late
SAMPLES = all_samples()
ids = [str(s) for s in SAMPLES]

#: Operations that a sample reaches under another name, or that only the engine and vmap record.
INTERNAL = {"as_strided_view", "per_example", "replay", "write_slice"}
#: Operations with so many elements, or so slow, that finite differences go along one random direction, not along each.
COSTLY = {
    "convolution", "grid_sampler_2d", "grid_sampler_3d", "gru_layer", "linalg_lstsq", "linalg_lu_solve",
    "linalg_matrix_exp", "lstm_layer", "ormqr", "rnn_layer", "transposed_convolution",
}  # fmt: skip
#: Operations to which the memory of their input means something: they read it as it lies, or refuse it.
LAYOUTS = {
    "as_strided", "as_strided_", "as_strided_backward", "as_strided_copy", "as_strided_scatter", "view", "view_as_complex",
    "view_as_complex_copy",
}  # fmt: skip
#: A choice of kernels by memory, as in torch: one of them refuses a mask that is causal besides.
REFUSES_LAYOUT = {"scaled_dot_product_attention"}
#: Equal rows or columns make the matrix singular: what is left of its gradient is rounding.
SINGULAR = {"linalg_lstsq"}
#: float64 at a pole, or below what float32 can hold: another number there.
BEYOND_SINGLE = {"digamma", "frexp"}
#: How far two ways to the same gradient may differ, by the least precise dtype on the way.
TOLERANCES = {"e": (5e-3, 5e-3), "f": (1e-4, 1e-5), "F": (1e-4, 1e-5)}


def tensors(sample: Sample) -> list[torch.Tensor]:
    """The sample's inputs as tensors; those of floating or complex type require grad."""
    made = [torch.from_numpy(np.array(a)) for a in sample.inputs]
    return [t.requires_grad_() if a.dtype.kind in "fc" else t for t, a in zip(made, sample.inputs)]


def expanded(a: np.ndarray) -> np.ndarray:
    """One row, or one column, of the numbers in place of all: with stride 0."""
    if not a.ndim or not a.size or a.dtype.kind not in "fc":
        return a
    return np.broadcast_to(a[:1] if a.shape[0] > 1 else a[..., :1], a.shape)


def test_every_op_has_samples():
    assert sorted(set(OPS) - {s.op for s in SAMPLES} - INTERNAL) == []


@pytest.mark.parametrize("sample", SAMPLES, ids=ids)
def test_first_order(sample):
    inputs = tensors(sample)
    out = differentiated(sample.call(torch, *inputs))
    if not out:
        return
    before = [np.array(a) for a in sample.inputs]
    wanted = [t for t in inputs if t.requires_grad]
    gradients = torch.autograd.grad(out, wanted, [torch.ones_like(o) for o in out], allow_unused=True)
    for t, g in zip(wanted, gradients):
        assert g is None or (g.shape == t.shape and g.dtype is t.dtype)
    for t, a in zip(inputs, before):
        np.testing.assert_array_equal(t.detach().numpy(), a)
    if sample.smooth and wanted:
        fast = sample.op in COSTLY
        assert torch.autograd.gradcheck(_of_wanted(sample, inputs), wanted, check_undefined_grad=False, fast_mode=fast)


TWICE = [s for s in SAMPLES if s.smooth and s.twice]


@pytest.mark.parametrize("sample", TWICE, ids=str)
def test_second_order(sample, full=False):
    inputs = tensors(sample)
    wanted = [t for t in inputs if t.requires_grad]
    if not wanted or not differentiated(sample.call(torch, *inputs)):
        return
    fast = sample.op in COSTLY and not full
    function = _of_wanted(sample, inputs)
    assert torch.autograd.gradgradcheck(function, wanted, check_undefined_grad=False, fast_mode=fast)


@pytest.mark.slow
@pytest.mark.parametrize("sample", [s for s in TWICE if s.op in COSTLY], ids=str)
def test_costly_element_by_element(sample):
    test_second_order(sample, full=True)


def weights(outputs):
    """A gradient for each output, different everywhere."""
    made = []
    for k, o in enumerate(outputs):
        w = np.cos(np.arange(o.numel()) + k + 0.5) + (1j * np.sin(np.arange(o.numel())) if o.is_complex() else 0)
        made.append(torch.from_numpy(w.reshape(o.shape)).to(o.dtype))
    return made


def run(sample, convert=np.array, only=None, laid=lambda w: w, **how):
    """The gradients of the inputs (of the `only` one among those that have one), as arrays, and how they were got."""
    inputs, place = [], 0
    for a in sample.inputs:
        # Read-only memory, as of broadcast arrays, is no tensor's: such an input is expanded as a tensor.
        shape = np.shape(a)
        c = convert(a)
        core = c[tuple(slice(1) if n > 1 and s == 0 else slice(None) for n, s in zip(c.shape, c.strides))]
        t = torch.from_numpy(core if core.flags.writeable else np.array(core)).expand(shape).detach()
        if a.dtype.kind in "fc":
            t.requires_grad_(only in (None, place))
            place += 1
        inputs.append(t)
    torch.manual_seed(0)
    outputs = differentiated(sample.call(torch, *inputs))
    wanted = [t for t in inputs if t.requires_grad]
    if not outputs or not wanted:
        return [], outputs, wanted
    given = [laid(w) for w in weights(outputs)]
    found = torch.autograd.grad(outputs, wanted, given, allow_unused=True, retain_graph=True, **how)
    return [None if g is None else g.detach().resolve_conj().numpy() for g in found], outputs, wanted


def assert_same(got, want, sample, tolerance=None):
    """Equal gradients, but for rounding; None is zero."""
    assert len(got) == len(want)
    chars = [a.dtype.char for a in sample.inputs]
    for g, w in zip(got, want):
        if g is None or w is None:
            assert (g is None or not g.any()) and (w is None or not w.any())
            continue
        rtol, atol = tolerance or next((TOLERANCES[c] for c in "efF" if c in chars), (1e-9, 1e-10))
        np.testing.assert_allclose(g, w, rtol, atol)


def held(outputs):
    """All memory that a rule could write: what the graph saved, and the results."""
    stack, seen, found = [o.grad_fn for o in outputs], set(), [o.detach().resolve_conj().numpy() for o in outputs]
    while stack:
        node = stack.pop()
        if isinstance(node, Node) and node not in seen:
            seen.add(node)
            stack += [f for f, _ in node.next_functions]
            found += [v for v in node.values or () if isinstance(v, np.ndarray)]
    return found


@pytest.mark.parametrize("sample", SAMPLES, ids=ids)
def test_however_it_is_asked_for(sample):
    """Recorded or not, for one input or all, from one result or all: the same gradient, and nothing is written."""
    want, outputs, wanted = run(sample)
    if not want:
        return
    given, memory = weights(outputs), held(outputs)
    before = [np.array(a) for a in (*memory, *[w.numpy() for w in given])]
    ask = lambda outs, inputs, ws, **how: [
        None if g is None else g.detach().resolve_conj().numpy()
        for g in torch.autograd.grad(outs, inputs, ws, allow_unused=True, retain_graph=True, **how)
    ]
    for create_graph in (False, True):
        assert_same(ask(outputs, wanted, given, create_graph=create_graph), want, sample)
        for x, g in zip(wanted, want) if len(wanted) > 1 else ():
            assert_same(ask(outputs, [x], given, create_graph=create_graph), [g], sample)
        if len(outputs) > 1 and all(g is None or np.isfinite(g).all() for g in want):
            parts = [ask([o], wanted, [w], create_graph=create_graph) for o, w in zip(outputs, given)]
            total = [sum([g for g in gs if g is not None], np.zeros(())) for gs in zip(*parts)]
            assert_same([np.broadcast_to(t, x.shape) for t, x in zip(total, wanted)], want, sample)
    for a, b in zip((*memory, *[w.numpy() for w in given]), before):
        np.testing.assert_array_equal(a, b)


SEVERAL = [
    s for s in SAMPLES
    if sum(a.dtype.kind in "fc" for a in s.inputs) > 1 and s.op != "convolution_weight_gradient"  # asks for both itself
]  # fmt: skip


@pytest.mark.parametrize("sample", SEVERAL, ids=str)
def test_one_input_alone(sample):
    """A rule that is told which gradients are needed gives each the same as when it gives all."""
    want, outputs, _ = run(sample)
    for k in range(len(want)):
        got, few, _ = run(sample, only=k)
        if len(few) == len(outputs):  # or the results that depend on this input have other weights now
            assert_same(got, [want[k]], sample)
            assert_same(run(sample, only=k, create_graph=True)[0], [want[k]], sample)


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.op not in LAYOUTS], ids=str)
def test_any_memory(sample):
    """Inputs and gradients that are not contiguous, and such that repeat themselves in memory."""
    want = run(sample)[0]
    if not want:
        return
    try:
        assert_same(run(sample, strided)[0], want, sample)
    except RuntimeError:
        assert sample.op in REFUSES_LAYOUT
        return
    assert_same(run(sample, laid=lambda w: torch.from_numpy(strided(w.numpy())))[0], want, sample)
    plain, spread = [run(sample, laid=f)[0] for f in (torch.ones_like, lambda w: w.new_ones(()).expand(w.shape))]
    assert_same(spread, plain, sample)
    if sample.op in SINGULAR:
        return
    try:
        want = run(sample, lambda a: np.array(expanded(a)))[0]
    except (RuntimeError, ValueError):  # these numbers are not for this operation, in any memory
        return
    assert_same(run(sample, expanded)[0], want, sample)


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.op not in BEYOND_SINGLE], ids=str)
def test_single_precision(sample):
    """Gradients of float32 inputs are float32, and near those of float64."""
    single = {"d": "f", "D": "F"}
    if not any(a.dtype.char in single for a in sample.inputs):
        return
    want = run(sample)[0]
    try:
        got = run(sample, lambda a: np.array(a, single.get(a.dtype.char, a.dtype)))[0]
    except RuntimeError as error:
        assert "Double" in str(error) or "double" in str(error)  # the sample brings float64 tensors of its own
        return
    assert_same(got, want, sample, (3e-3, 3e-3))


def _of_wanted(sample, inputs):
    """The sample as a function of its differentiable inputs alone, returning its differentiable outputs."""
    places = [i for i, t in enumerate(inputs) if t.requires_grad]

    def function(*given):
        every = list(inputs)
        for i, t in zip(places, given):
            every[i] = t
        return differentiated(sample.call(torch, *every))

    return function
