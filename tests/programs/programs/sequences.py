"""Sequence to sequence with attention and beam search, forecasting with an LSTM, quantiles, packed and masked batches."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence, pad_packed_sequence, pad_sequence

torch.manual_seed(0)
SOS, EOS, PAD = 0, 1, 2


class EncoderRNN(nn.Module):
    def __init__(self, size, hidden):
        super().__init__()
        self.embedding = nn.Embedding(size, hidden, padding_idx=PAD)
        self.gru = nn.GRU(hidden, hidden, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(2 * hidden, hidden)

    def forward(self, tokens, lengths):
        packed = pack_padded_sequence(self.embedding(tokens), lengths, batch_first=True, enforce_sorted=False)
        output, hidden = self.gru(packed)
        output, _ = pad_packed_sequence(output, batch_first=True, padding_value=0.0, total_length=tokens.size(1))
        return output, torch.tanh(self.bridge(torch.cat([hidden[0], hidden[1]], -1))).unsqueeze(0)


class BahdanauAttention(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.Wa, self.Ua, self.Va = nn.Linear(hidden, hidden), nn.Linear(2 * hidden, hidden), nn.Linear(hidden, 1)

    def forward(self, query, keys, mask):
        scores = self.Va(torch.tanh(self.Wa(query) + self.Ua(keys))).squeeze(2)
        weights = F.softmax(scores.masked_fill(~mask, float("-inf")), dim=-1)
        return torch.bmm(weights.unsqueeze(1), keys), weights


class AttnDecoderRNN(nn.Module):
    def __init__(self, hidden, size):
        super().__init__()
        self.embedding = nn.Embedding(size, hidden)
        self.attention = BahdanauAttention(hidden)
        self.cell = nn.GRUCell(3 * hidden, hidden)
        self.out = nn.Linear(hidden, size, bias=False)
        self.out.weight = self.embedding.weight

    def step(self, token, hidden, keys, mask):
        context, weights = self.attention(hidden.unsqueeze(1), keys, mask)
        hidden = self.cell(torch.cat((self.embedding(token), context.squeeze(1)), dim=1), hidden)
        return self.out(hidden), hidden, weights


encoder, decoder = EncoderRNN(12, 16), AttnDecoderRNN(16, 12)
parameters = list(encoder.parameters()) + list(decoder.parameters())
optimizer = torch.optim.Adam(parameters, lr=5e-3)
print(len(parameters), sum(p.numel() for p in parameters))
sources = [torch.tensor([5, 6, 7, 8]), torch.tensor([9, 10]), torch.tensor([11, 4, 3])]
tokens = pad_sequence(sources, batch_first=True, padding_value=PAD)
lengths = torch.tensor([len(s) for s in sources])
targets = pad_sequence([torch.cat([s.flip(0), torch.tensor([EOS])]) for s in sources], batch_first=True, padding_value=PAD)
mask = tokens != PAD
criterion = nn.CrossEntropyLoss(ignore_index=PAD, label_smoothing=0.1)
for epoch in range(25):
    keys, hidden = encoder(tokens, lengths)
    hidden, token, logits = hidden[0], torch.full((3,), SOS), []
    for i in range(targets.size(1)):
        output, hidden, weights = decoder.step(token, hidden, keys, mask)
        logits.append(output)
        token = targets[:, i] if torch.rand(()).item() < 0.7 else output.detach().topk(1)[1].squeeze(-1)
    loss = criterion(torch.stack(logits, 1).flatten(0, 1), targets.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    if epoch % 6 == 0:
        print(f"seq2seq {epoch} {loss.item():.3f}", weights[1].tolist()[2:])


@torch.no_grad()
def beam_search(source, width=3, steps=6):
    keys, hidden = encoder(source[None], torch.tensor([len(source)]))
    beams = [(0.0, [SOS], hidden[0])]
    for _ in range(steps):
        grown = []
        for score, words, state in beams:
            if words[-1] == EOS:
                grown.append((score, words, state))
                continue
            logits, new, _ = decoder.step(torch.tensor([words[-1]]), state, keys, torch.ones(1, len(source), dtype=torch.bool))
            best, which = F.log_softmax(logits, -1).topk(width)
            grown += [(score + s.item(), words + [w.item()], new) for s, w in zip(best[0], which[0])]
        beams = sorted(grown, key=lambda b: -b[0])[:width]
    return beams[0][1], round(beams[0][0], 2)


print(beam_search(sources[0]), beam_search(sources[1]))


# forecasting
class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, 12, num_layers=2, dropout=0.2)
        self.head = nn.Linear(12, 3)

    def forward(self, x, state=None):
        out, state = self.lstm(x, state)
        return self.head(out), state


class QuantileLoss(nn.Module):
    def __init__(self, quantiles):
        super().__init__()
        self.register_buffer("quantiles", torch.tensor(quantiles))

    def forward(self, preds, target):
        errors = target.unsqueeze(-1) - preds
        return torch.max((self.quantiles - 1) * errors, self.quantiles * errors).sum(-1).mean()


wave = torch.sin(torch.arange(0, 12, 0.25)) + 0.1 * torch.randn(48)
windows = wave.unfold(0, 13, 5)
x, y = windows[:, :-1].t().unsqueeze(-1), windows[:, 1:].t()
model, pinball = Forecaster(), QuantileLoss([0.1, 0.5, 0.9])
print(model, pinball.state_dict())
optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9, nesterov=True)
scheduler = torch.optim.lr_scheduler.SequentialLR(
    optimizer,
    [torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=3), torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 9)],
    milestones=[3],
)
for epoch in range(12):
    out, _ = model(x)
    loss = pinball(out, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    if epoch % 4 == 3:
        print(f"forecast {epoch} {loss.item():.4f} lr {optimizer.param_groups[0]['lr']:.5f}")
model.eval()
state, value, path = None, x[-1:, :1], []
with torch.inference_mode():
    for _ in range(3):
        out, state = model(value, state)
        value = out[..., 1:2]
        path.append(out.squeeze().sort().values)
print(torch.stack(path), [tuple(s.shape) for s in state])

# truncated backpropagation through time, a stateful cell
cell, head = nn.LSTMCell(2, 4), nn.Linear(4, 1)
h, c = torch.zeros(1, 4), torch.zeros(1, 4)
for chunk in torch.randn(3, 4, 1, 2):
    h, c = h.detach(), c.detach()
    total = 0.0
    for step in chunk:
        h, c = cell(step, (h, c))
        total = total + head(h).pow(2).mean()
    total.backward()
    print(f"{total.item():.5f} {cell.weight_ih.grad.norm().item():.5f}")


# a transformer decoder with a causal mask and positions
class PositionalEncoding(nn.Module):
    def __init__(self, d_model, max_len=50):
        super().__init__()
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_len, 1, d_model)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return x + self.pe[: x.size(0)]


layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, norm_first=True)
lm = nn.Sequential(nn.Embedding(12, 8), PositionalEncoding(8))
stack, head = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False), nn.Linear(8, 12)
text = torch.tensor([[3, 4, 5, 6, 7], [8, 9, 10, 11, 3]]).t()
causal = nn.Transformer.generate_square_subsequent_mask(5)
hidden = stack(lm(text), mask=causal, is_causal=True)
loss = F.cross_entropy(head(hidden[:-1]).flatten(0, 1), text[1:].flatten())
loss.backward()
print(f"{loss.item():.4f} {math.exp(loss.item()):.2f}", layer.self_attn.in_proj_weight.grad is None, lm[0].weight.grad.norm())
packed = pack_sequence([torch.randn(3, 2), torch.randn(1, 2)])
print(packed.batch_sizes, nn.RNN(2, 3, nonlinearity="relu")(packed)[1].shape)
