"""Recurrent layers against their definitions: step by step, sequence by sequence, layer by layer."""

import numpy as np
import pytest

import rushlight as torch
from rushlight import nn
from rushlight.nn.utils import rnn

KINDS = [("RNN", {}), ("RNN", {"nonlinearity": "relu"}), ("LSTM", {}), ("LSTM", {"proj_size": 2}), ("GRU", {})]
LENGTHS = [2, 5, 3]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def step(kind, options, p, x, h, c):
    """One step, as the papers write it."""
    a, b = p["weight_ih"] @ x + p["bias_ih"], p["weight_hh"] @ h + p["bias_hh"]
    if kind == "RNN":
        return np.maximum(a + b, 0) if options else np.tanh(a + b), c
    if kind == "GRU":
        (ar, az, an), (br, bz, bn) = np.split(a, 3), np.split(b, 3)
        z = sigmoid(az + bz)
        return (1 - z) * np.tanh(an + sigmoid(ar + br) * bn) + z * h, c
    i, f, g, o = np.split(a + b, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
    return (p["weight_hr"] @ h if options else h), c


def made(kind, options, **more):
    torch.manual_seed(0)
    return getattr(nn, kind)(3, 4, dtype=torch.float64, **options, **more)


def sequences():
    torch.manual_seed(1)
    return [torch.randn(n, 3, dtype=torch.float64, requires_grad=True) for n in LENGTHS]


@pytest.mark.parametrize("kind, options", KINDS)
def test_the_definition(kind, options):
    net, x = made(kind, options), sequences()[1]
    p = {name.removesuffix("_l0"): t.detach().numpy() for name, t in net.named_parameters()}
    h, c = np.zeros(options.get("proj_size", 4)), np.zeros(4)
    wanted = []
    for row in x.detach().numpy():
        h, c = step(kind, options if kind != "LSTM" else options.get("proj_size"), p, row, h, c)
        wanted.append(h)
    output, last = net(x)
    np.testing.assert_allclose(output.detach().numpy(), wanted)
    if kind == "LSTM":
        np.testing.assert_allclose(last[1].detach().numpy()[0], c)
        last = last[0]
    np.testing.assert_allclose(last.detach().numpy()[0], h)


@pytest.mark.parametrize("kind, options", KINDS)
def test_a_packed_batch_is_its_sequences(kind, options):
    net = made(kind, options, num_layers=2, bidirectional=True)
    one, packed = sequences(), sequences()
    separate = [net(x)[0] for x in one]
    output, last = net(rnn.pack_sequence(packed, enforce_sorted=False))
    padded, lengths = rnn.pad_packed_sequence(output, batch_first=True)
    assert lengths.tolist() == LENGTHS
    for got, want, n in zip(padded, separate, LENGTHS):
        assert torch.allclose(got[:n], want)
        assert not got[n:].any()
    finals = (last[0] if kind == "LSTM" else last).detach()
    for i, x in enumerate(one):
        state = net(x)[1]
        assert torch.allclose(finals[:, i], (state[0] if kind == "LSTM" else state))
    weights = torch.randn_like(padded)
    (padded * weights).sum().backward()
    grads = [p.grad.clone() for p in net.parameters()]
    net.zero_grad()
    sum((y * w[:n]).sum() for y, w, n in zip(separate, weights, LENGTHS)).backward()
    for p, grad in zip(net.parameters(), grads):
        assert torch.allclose(p.grad, grad)
    for a, b in zip(one, packed):
        assert torch.allclose(a.grad, b.grad)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_layer_is_its_cell_again_and_again(kind):
    net = made(kind, {})
    cell = getattr(nn, f"{kind}Cell")(3, 4, dtype=torch.float64)
    cell.load_state_dict({name.removesuffix("_l0"): t for name, t in net.state_dict().items()})
    x, state = torch.randn(5, 2, 3, dtype=torch.float64), None
    for row, want in zip(x, net(x)[0]):
        state = cell(row, state)
        assert torch.allclose(state[0] if kind == "LSTM" else state, want)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_sixteen_bits(kind):
    net, x = made(kind, {}), torch.randn(5, 2, 3, dtype=torch.float64)
    want = net(x)[0]
    for dtype, tolerance in ((torch.float16, 1e-2), (torch.bfloat16, 5e-2)):
        output, last = net.to(dtype)(x.to(dtype))
        assert output.dtype is dtype
        assert (last[0] if kind == "LSTM" else last).dtype is dtype
        assert torch.allclose(output.double(), want, atol=tolerance)
        output.sum().backward()
        assert all(p.grad.dtype is dtype for p in net.parameters())


def test_weights_that_were_written_are_noticed():
    net = made("LSTM", {})
    output, _ = net(torch.randn(5, 2, 3, dtype=torch.float64))
    with torch.no_grad():
        net.weight_hh_l0.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        output.sum().backward()


def test_large_numbers_saturate_without_a_word():
    for kind in ("LSTM", "GRU"):
        x = torch.full((2, 1, 3), 1e30, requires_grad=True)
        output, _ = getattr(nn, kind)(3, 4)(x)
        output.sum().backward()
        assert output.isfinite().all()
        assert x.grad.isfinite().all()


def test_a_state_that_does_not_fit_leaves_no_trace():
    net, x = nn.LSTM(3, 4), torch.randn(5, 2, 3)
    state = torch.random.get_rng_state()
    for hx, words in (((torch.zeros(1, 2, 4), torch.zeros(1, 3, 4)), r"Expected hidden\[1\] size \(1, 2, 4\)"),
                      ((torch.zeros(2, 4), torch.zeros(2, 4)), "3-D")):  # fmt: skip
        with pytest.raises(RuntimeError, match=words):
            net(x, hx)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_lengths_beyond_the_input_are_refused():
    with pytest.raises(RuntimeError, match="at most the length of the input, 3, but got 4"):
        rnn.pack_padded_sequence(torch.zeros(3, 2), [4, 2])


@pytest.mark.parametrize(
    "module, name",
    [
        (nn.LSTM(3, 4), "MkldnnRnnLayerBackward0"),
        (nn.LSTM(3, 4, proj_size=2), "StackBackward0"),
        (nn.LSTM(3, 4, dtype=torch.float64), "StackBackward0"),
        (nn.LSTM(3, 4, 2, bidirectional=True), "CatBackward0"),
        (nn.LSTM(3, 4, batch_first=True), "TransposeBackward0"),
        (nn.GRU(3, 4), "StackBackward0"),
        (nn.GRU(3, 4, batch_first=True), "TransposeBackward1"),
        (nn.RNN(3, 4, bidirectional=True), "CatBackward0"),
        (nn.LSTMCell(3, 4), ("MulBackward0", "AddBackward0")),
        (nn.GRUCell(3, 4), "AddBackward0"),
        (nn.RNNCell(3, 4), "TanhBackward0"),
        (nn.RNNCell(3, 4, nonlinearity="relu"), "ReluBackward0"),
    ],
)
def test_results_are_called_as_the_last_operation_in_pytorch(module, name):
    cell = isinstance(module, nn.RNNCellBase)
    x = torch.ones(*([2, 3] if cell else [5, 2, 3]), dtype=module.weight_hh.dtype if cell else module.weight_hh_l0.dtype)
    y = module(x)
    if isinstance(name, tuple):
        assert tuple([part.grad_fn.name() for part in y]) == name
        return
    result = y if cell else y[0]
    assert result.grad_fn.name() == name == type(result.grad_fn).__name__
    grads = torch.autograd.grad(result.sum(), list(module.parameters()), create_graph=True)
    sum([g.sum() for g in grads]).backward()
    if not cell:
        packed, _ = module(nn.utils.rnn.pack_sequence([x[:, 0], x[:3, 1]]))
        assert packed.data.grad_fn.name() == "CatBackward0"


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_both_directions_in_16_bits(dtype):
    torch.manual_seed(0)
    module, x = nn.GRU(3, 4, bidirectional=True), torch.randn(5, 2, 3)
    wide = module(x)[0]
    assert module.to(dtype)(x.to(dtype))[0].float().allclose(wide, atol=0.02)
