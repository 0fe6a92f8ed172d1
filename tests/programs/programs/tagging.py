"""Sequences with structure: a conditional random field, a hidden Markov model, beam search."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(1)


class CRF(nn.Module):
    def __init__(self, tags):
        super().__init__()
        self.start, self.end = nn.Parameter(torch.randn(tags)), nn.Parameter(torch.randn(tags))
        self.moves = nn.Parameter(torch.randn(tags, tags))

    def total(self, emissions, mask):
        alpha = self.start + emissions[:, 0]
        for t in range(1, emissions.size(1)):
            step = torch.logsumexp(alpha.unsqueeze(2) + self.moves, 1) + emissions[:, t]
            alpha = torch.where(mask[:, t, None], step, alpha)
        return torch.logsumexp(alpha + self.end, 1)

    def score(self, emissions, tags, mask):
        emitted = emissions.gather(2, tags.unsqueeze(2)).squeeze(2).masked_fill(~mask, 0).sum(1)
        moved = (self.moves[tags[:, :-1], tags[:, 1:]] * mask[:, 1:]).sum(1)
        last = tags.gather(1, mask.sum(1, keepdim=True) - 1).squeeze(1)
        return self.start[tags[:, 0]] + emitted + moved + self.end[last]

    @torch.no_grad()
    def decode(self, emissions, length):
        best, back = self.start + emissions[0], []
        for t in range(1, length):
            best, who = (best.unsqueeze(1) + self.moves).max(0)
            best = best + emissions[t]
            back.append(who)
        path = [int((best + self.end).argmax())]
        for who in reversed(back):
            path.append(int(who[path[-1]]))
        return path[::-1]


class Tagger(nn.Module):
    def __init__(self, words, tags):
        super().__init__()
        self.embed = nn.Embedding(words, 6, padding_idx=0)
        self.lstm = nn.LSTM(6, 4, bidirectional=True, batch_first=True)
        self.emit = nn.Linear(8, tags)
        self.crf = CRF(tags)

    def forward(self, words, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embed(words), lengths, batch_first=True, enforce_sorted=False)
        return self.emit(nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0], batch_first=True)[0])


words = torch.tensor([[3, 1, 4, 1, 5], [2, 6, 5, 0, 0], [5, 3, 2, 6, 0]])
tags = torch.tensor([[0, 1, 2, 1, 0], [2, 2, 0, 0, 0], [0, 0, 2, 2, 0]])
lengths = words.ne(0).sum(1)
mask = words.ne(0)
model = Tagger(7, 3)
print(model)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
for epoch in range(12):
    emissions = model(words, lengths)
    loss = (model.crf.total(emissions, mask) - model.crf.score(emissions, tags, mask)).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 4 == 3:
        print(f"{epoch} {loss.item():.3f} {model.crf.moves.grad.norm().item():.3f} {model.embed.weight.grad[0].abs().sum()}")
print([model.crf.decode(e, n) for e, n in zip(model(words, lengths), lengths.tolist())])
emissions = torch.randn(1, 4, 3, dtype=torch.double, requires_grad=True)
crf = CRF(3).double()
whole = torch.cartesian_prod(*[torch.arange(3)] * 4)
every = crf.score(emissions.expand(81, -1, -1), whole, torch.ones(81, 4, dtype=torch.bool)).logsumexp(0)
print(torch.allclose(every, crf.total(emissions, torch.ones(1, 4, dtype=torch.bool))))
(marginals,) = torch.autograd.grad(every, emissions)
print(marginals.sum(-1), marginals[0, 0])

# A hidden Markov model, fitted by expected counts: the gradient of the likelihood by logarithms of probabilities.
moves = torch.randn(3, 3, dtype=torch.double).log_softmax(-1).requires_grad_()
emits = torch.randn(3, 4, dtype=torch.double).log_softmax(-1).requires_grad_()
seen = torch.randint(4, (5, 7))
for step in range(4):
    alpha = emits[:, seen[:, 0]].T - torch.tensor(3.0).log()
    for t in range(1, 7):
        alpha = torch.logsumexp(alpha.unsqueeze(2) + moves, 1) + emits.T[seen[:, t]]
    likelihood = alpha.logsumexp(-1).sum()
    counts = torch.autograd.grad(likelihood, (moves, emits))
    print(f"{likelihood.item():.4f}", *[f"{c.sum().item():.1f}" for c in counts])
    moves, emits = [(c / c.sum(1, keepdim=True)).log().requires_grad_() for c in counts]
print(moves.exp())

# Beam search for a batch: what is finished stays as it is.
table = torch.randn(7, 7, dtype=torch.double).log_softmax(-1)
scores, found = torch.zeros(2, 1, dtype=torch.double), torch.zeros(2, 1, 1, dtype=torch.long)
done = torch.zeros(2, 1, dtype=torch.bool)
stay = torch.full((7,), float("-inf"), dtype=torch.double).scatter(0, torch.tensor([1]), 0.0)
for _ in range(4):
    grown = scores.unsqueeze(-1) + torch.where(done.unsqueeze(-1), stay, table[found[..., -1]])
    scores, which = grown.flatten(1).topk(3)
    beam, word = torch.div(which, 7, rounding_mode="floor"), which % 7
    found = torch.cat([found.gather(1, beam.unsqueeze(-1).expand(-1, -1, found.size(-1))), word.unsqueeze(-1)], -1)
    done = done.gather(1, beam) | (word == 1)
print(found, scores, (scores / found.ne(1).sum(-1).pow(0.7)).argmax(1), F.pad(found, (0, 1), value=1).shape)
