"""A small GPT that learns to write Python's documentation, character by character.

    rushlight run examples/gpt.py --plot loss.png
"""

import torch
from torch import nn
from torch.nn import functional as F

from _show import options, train

CONTEXT, WIDTH, HEADS, BLOCKS, BATCH = 64, 64, 4, 2, 12


def text():
    """The help texts that come with every Python."""
    from pydoc_data.topics import topics

    return "".join(c for name in sorted(topics)[:40] for c in topics[name] if c.isascii())


class Block(nn.Module):
    """Attention to what came before, then a small network at every place; each adds to what it was given."""

    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x):
        batch, length, _ = x.shape
        q, k, v = (part.reshape(batch, length, HEADS, -1).transpose(1, 2) for part in self.qkv(self.norm1(x)).chunk(3, -1))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(batch, length, WIDTH))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    def __init__(self, letters):
        super().__init__()
        self.letter, self.place = nn.Embedding(letters, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.Sequential(*[Block() for _ in range(BLOCKS)])
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, letters, bias=False)

    def forward(self, letters):
        x = self.letter(letters) + self.place(torch.arange(letters.shape[1]))
        return self.head(self.norm(self.blocks(x)))


@torch.no_grad()
def write(model, letters, count):
    """Continues `letters`, each next one drawn from what the model expects."""
    for _ in range(count):
        logits = model(letters[:, -CONTEXT:])[:, -1]
        letters = torch.cat([letters, torch.multinomial(logits.softmax(-1), 1)], 1)
    return letters


def main():
    given = options(__doc__.splitlines()[0], steps=400, seed=0)
    torch.manual_seed(given.seed)
    corpus = text()
    alphabet = sorted(set(corpus))
    numbers = {c: i for i, c in enumerate(alphabet)}
    data = torch.tensor([numbers[c] for c in corpus])
    model = GPT(len(alphabet))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)

    def step(i):
        starts = torch.randint(len(data) - CONTEXT, (BATCH,))
        batch = torch.stack([data[s : s + CONTEXT + 1] for s in starts.tolist()])
        loss = F.cross_entropy(model(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    losses = train(step, given.steps, given)
    if not given.losses:
        size, end = sum(p.numel() for p in model.parameters()), sum(losses[-20:]) / len(losses[-20:])
        print(f"{size} parameters, loss {losses[0]:.3f} -> {end:.3f}")
        written = write(model, torch.tensor([[numbers["\n"]]]), 300)
        print("".join(alphabet[i] for i in written[0].tolist()))


if __name__ == "__main__":
    main()
