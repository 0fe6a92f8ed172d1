"""Recurrent layers, attention and packed sequences as programs, under both packages."""

import itertools

import numpy as np
import pytest

import rushlight

torch = pytest.importorskip("torch")
from parity.expressions import differences  # noqa: E402

OPTIONS = [
    dict(zip(("bidirectional", "bias", "batch_first"), given)) for given in itertools.product((False, True), repeat=3)
]


def evaluated(lib, kind, options, lengths):
    """Results and gradients, in first and second order, of a layer on sequences of these lengths, packed or padded."""
    nn = lib.nn
    lib.manual_seed(0)
    net = getattr(nn, kind)(3, 4, num_layers=2, dropout=0.5, dtype=lib.float64, **options)
    x = [lib.randn(n, 3, dtype=lib.float64, requires_grad=True) for n in lengths]
    packed = len(set(lengths)) > 1
    joined = nn.utils.rnn.pack_sequence(x, enforce_sorted=False) if packed else lib.stack(x, 1)
    if not packed and options["batch_first"]:
        joined = joined.transpose(0, 1)
    output, last = net(joined)
    output = output.data if packed else output
    last = last if isinstance(last, tuple) else (last,)
    leaves = [*x, *net.parameters()]
    total = (output * output).sum() + sum((h.sin() * (i + 1)).sum() for i, h in enumerate(last))
    first = lib.autograd.grad(total, leaves, create_graph=True)
    second = lib.autograd.grad(sum((g * g).sum() for g in first), leaves)
    return [t.detach().numpy() for t in (output, *last, *first, *second)]


@pytest.mark.parametrize("lengths", [(3, 3), (2, 4, 3)], ids=str)
@pytest.mark.parametrize("kind, more", [("RNN", {}), ("RNN", {"nonlinearity": "relu"}), ("LSTM", {}), ("GRU", {}),
                                        ("LSTM", {"proj_size": 2})], ids=str)  # fmt: skip
@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: ",".join(k for k, v in o.items() if v))
def test_layers(kind, more, options, lengths):
    got, want = (evaluated(lib, kind, {**options, **more}, lengths) for lib in (rushlight, torch))
    assert len(got) == len(want)
    for g, w in zip(got, want):
        np.testing.assert_allclose(g, w, rtol=1e-7, atol=1e-10)


SEQUENCES = """
R, a, T = torch.nn.utils.rnn, torch.arange, torch.tensor
x = a(12.).reshape(3, 2, 2)
y = a(12.).reshape(3, 2, 2).requires_grad_()
(R.pack_padded_sequence(x, [3, 2]), R.pack_padded_sequence(y, [2, 1], True, False))
R.pack_padded_sequence(x, [2, 3], enforce_sorted=False)
R.pack_padded_sequence(x, [2, 3])
R.pack_padded_sequence(x, [2, 0])
R.pack_padded_sequence(x, [2])
R.pack_padded_sequence(x, T([2., 2]))
R.pack_padded_sequence(x, T([[2, 2]]))
R.pack_padded_sequence(x, T([2, 1], dtype=torch.int32))
R.pack_padded_sequence(x[:, :0], [])
R.pack_padded_sequence(a(3.), [3])
p, q = R.pack_padded_sequence(y, [3, 2]), R.pack_padded_sequence(y, [2, 3], enforce_sorted=False)
(R.pad_packed_sequence(p), R.pad_packed_sequence(p, True), R.pad_packed_sequence(q))
R.pad_packed_sequence(p, padding_value=7., total_length=4)
R.pad_packed_sequence(p, total_length=2)
R.pad_packed_sequence(R.PackedSequence(T([1, 2, 3, 4]), T([2, 2])), padding_value=-1, total_length=3)
R.pad_packed_sequence(R.PackedSequence(T([1, 2, 3, 4]), T([1, 3])))
R.pad_packed_sequence(R.PackedSequence(T([1, 2, 3, 4]), T([2, 1])))
R.pad_packed_sequence(R.PackedSequence(T([1, 2, 3, 4]), T([])))
R.pad_packed_sequence(R.PackedSequence(T([1, 2, 3, 4]), T([3, 2])))
(R.pad_sequence([a(3.), a(2.)]), R.pad_sequence([a(3.), a(2.)], True, 9.), R.pad_sequence([a(3.), a(2.)], True, 9., "left"))
R.pad_sequence([a(3.), a(2.)], True, 9., "up")
(R.pad_sequence([a(3.).requires_grad_(), a(2.)]), R.pad_sequence([a(3.).requires_grad_(), a(3.)], True))
R.pad_sequence([])
R.pad_sequence(3)
R.pad_sequence(a(4.).reshape(2, 2))
R.pad_sequence([torch.ones(2, 2), torch.ones(3, 3)])
R.pad_sequence([torch.ones(2, 2), torch.ones(3)])
(R.pad_sequence([a(3.), a(2)]), R.pad_sequence([a(3), a(2.)]))
R.pad_sequence([a(3), 3])
R.pad_sequence([T(1), T(2)])
R.unpad_sequence(R.pad_sequence([a(3.), a(2.)]), T([3, 2]))
R.unpad_sequence(R.pad_sequence([a(3.), a(2.)], True), T([3, 2, 1]), True)
R.pack_sequence([a(2.), a(3.)], enforce_sorted=False)
R.unpack_sequence(R.pack_sequence([a(2.), a(3.)], enforce_sorted=False))
(R.invert_permutation(T([2, 0, 1])), R.invert_permutation(None))
R.PackedSequence((x, T([1])))
R.PackedSequence(x)
(p.double(), p.to(torch.float32) is p, p.long(), p.is_cuda, p.cpu() is p, p.is_pinned())
torch._pad_packed_sequence(x, T([2, 1]), False, 0., 3)
torch.nn.GRU(3, 3)(q)
torch.nn.GRU(2, 3)(R.PackedSequence(x, T([2, 1])))
"""

REFUSED = """
r, nn = torch.randn, torch.nn
def P(n, i=3, h=5): return [r(n * h, i), r(n * h, h), r(n * h), r(n * h)]
p, p1 = P(4), P(1)
torch.rnn_tanh(r(2, 1, 3), r(1, 1, 5), p1[:2], True, 1, 0., False, False, False)
torch.rnn_tanh(r(2, 1, 3), r(1, 1, 5), p1, False, 1, 0., False, False, False)
torch.rnn_tanh(r(2, 1, 3), r(1, 1, 5), p1, True, 2, 0., False, False, False)
torch.rnn_tanh(r(0, 1, 3), r(1, 1, 5), p1, True, 1, 0., False, False, False)
torch.rnn_tanh(r(2, 1, 3), r(2, 1, 5), p1, True, 1, 0., False, False, False)
torch.rnn_tanh(r(2, 1, 4), r(1, 1, 5), p1, True, 1, 0., False, False, False)
torch.rnn_tanh(r(2, 2, 3), r(1, 1, 5), p1, True, 1, 0., False, False, False)
torch.rnn_tanh(r(2, 1, 3).double(), r(1, 1, 5), p1, True, 1, 0., False, False, False)
torch.lstm(r(2, 1, 3), (r(1, 1, 5),), p, True, 1, 0., False, False, False)
torch.lstm(r(2, 1, 3), (r(1, 1, 5), r(1, 1, 5)), p, True, 1, 0., False, False)
torch.lstm(r(4, 3), torch.tensor([2., 2]), (r(1, 2, 5), r(1, 2, 5)), p, True, 1, 0., False, False)
torch.lstm(r(2, 1, 3), (r(2, 1, 5), r(2, 1, 5)), p + P(4, 5), True, 2, 2., True, False, False)
torch.lstm_cell(r(2, 3), (r(2, 5),), p[0], p[1])
torch.lstm_cell(r(2, 4), (r(2, 5), r(2, 5)), p[0], p[1])
torch.lstm_cell(r(2, 3), (r(2, 4), r(2, 5)), p[0], p[1])
torch.lstm_cell(r(2, 3), (r(2, 5), r(1, 5)), p[0], p[1])
torch.lstm_cell(r(3), (r(5), r(5)), p[0], p[1])
torch.gru_cell(r(2, 3), r(3, 5), *P(3))
torch.rnn_tanh_cell(r(2, 4), r(2, 5), *p1)
nn.LSTMCell(3, 5)(r(2, 3), (r(3, 5), r(2, 5)))
nn.LSTMCell(3, 5)(r(2, 3), (r(2, 2, 5), r(2, 5)))
nn.GRUCell(3, 5)(r(2, 3, 3))
nn.GRUCell(3, 5)(r(2, 3), r(2, 3, 5))
nn.LSTM(3, 5)(r(2, 3, 4))
nn.LSTM(3, 5)(r(2, 3, 3), (r(1, 2, 5), r(1, 3, 5)))
nn.LSTM(3, 5)(r(2, 3, 3).double())
nn.LSTM(3, 5)(r(3))
nn.RNN(3, 5)(r(3))
nn.GRU(3, 5)(r(2, 3), r(1, 1, 5))
nn.GRU(3, 5)(r(2, 1, 3), r(1, 5))
nn.LSTM(3, 5)(r(2, 3), (r(1, 1, 5), r(1, 1, 5)))
nn.LSTM(3, 5, proj_size=5)
nn.RNN(3, 5, 1, "elu")
nn.LSTM(3, 5, dropout=2)
nn.LSTM(0, 5)
nn.LSTM(3., 5)
nn.LSTM(3, 5, bias=1)
nn.LSTM(3, 5, batch_first=0)
nn.GRU(3, 5, proj_size=2)
(nn.LSTM(3, 5, 2, False, True, 0.5, True, 2), nn.RNN(3, 5, 1, "relu"), nn.RNNCell(3, 5, nonlinearity="relu", bias=False))
[name for name, _ in nn.LSTM(3, 5, 2, bidirectional=True, proj_size=2).named_parameters()]
[len(weights) for weights in nn.LSTM(3, 5, 2, bidirectional=True, bias=False).all_weights]
nn.LSTM(3, 5).flatten_parameters()
nn.MultiheadAttention(5, 2)
nn.MultiheadAttention(0, 2)
m, x = nn.MultiheadAttention(4, 2), r(3, 2, 4)
m(x[0, 0], x, x)
m(x, x[0], x)
m(x, x, x[:2])
m(x, x, x, attn_mask=torch.ones(2, 2))
m(x, x, x, attn_mask=torch.ones(3, 3, dtype=torch.int64))
m(x, x, x, key_padding_mask=torch.ones(3, 2))
m(x, x, x, is_causal=True)
m(x[..., :3], x[..., :3], x[..., :3])
torch.nn.functional.multi_head_attention_forward(x, x, x, 4, 3, None, None, None, None, False, 0., r(4, 4), None)
torch.nn.functional.multi_head_attention_forward(x, x, x, 4, 2, None, None, None, None, False, 0., r(4, 4), None)
t = nn.Transformer(4, 2, 1, 1, 8)
t
t(r(3, 2, 4), r(3, 1, 4))
t(r(3, 2, 5), r(3, 2, 5))
nn.TransformerEncoderLayer(4, 2, activation="tanh")
nn.Transformer.generate_square_subsequent_mask(3, dtype=torch.float64)
"""


@pytest.mark.parametrize("program", [SEQUENCES, REFUSED], ids=["sequences", "refused"])
def test_programs(program):
    found = differences(torch, program)
    assert not found, "\n".join(found)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("padding", [
    [[0, 0, 0, 0], [0, 0, 1, 1], [0, 1, 1, 1]], [[0, 0, 0, 1], [0, 0, 1, 1], [0, 1, 1, 1]],
    [[0, 1, 0, 1], [0, 0, 1, 1], [0, 1, 1, 1]],
])  # fmt: skip
def test_padding_in_evaluation(padding):
    """Without gradients, an encoder has zeros at padded places."""
    results = []
    for lib in (rushlight, torch):
        nn = lib.nn
        lib.manual_seed(0)
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, dtype=lib.float64)
        encoder = nn.TransformerEncoder(layer, 2).eval()
        x, mask = lib.randn(3, 4, 8, dtype=lib.float64), lib.tensor(padding).bool()
        with lib.no_grad():
            without = encoder(x, src_key_padding_mask=mask)
        causal = nn.Transformer.generate_square_subsequent_mask(4, dtype=lib.float64)
        results.append([
            without.numpy(), encoder(x, src_key_padding_mask=mask).detach().numpy(), encoder(x, causal).detach().numpy(),
        ])  # fmt: skip
    for got, want in zip(*results):
        np.testing.assert_allclose(got, want, rtol=1e-7, atol=1e-10)
