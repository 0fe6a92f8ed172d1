"""An LSTM that learns the language of Python's documentation, character by character.

    rushlight run examples/lstm.py --plot loss.png
"""

import torch
from torch import nn

from _show import options, train
from gpt import text

LENGTH, WIDTH, BATCH = 48, 96, 24


class Language(nn.Module):
    def __init__(self, letters):
        super().__init__()
        self.letter = nn.Embedding(letters, 32)
        self.lstm = nn.LSTM(32, WIDTH, num_layers=2, batch_first=True)
        self.head = nn.Linear(WIDTH, letters)

    def forward(self, letters, state=None):
        y, state = self.lstm(self.letter(letters), state)
        return self.head(y), state


@torch.no_grad()
def write(model, letter, count):
    """Letters after `letter`, one at a time: all that came before is in the state."""
    written, state = [], None
    for _ in range(count):
        logits, state = model(letter, state)
        letter = torch.multinomial(logits[:, -1].softmax(-1), 1)
        written.append(letter.item())
    return written


def main():
    given = options(__doc__.splitlines()[0], steps=300, seed=0)
    torch.manual_seed(given.seed)
    corpus = text()
    alphabet = sorted(set(corpus))
    numbers = {c: i for i, c in enumerate(alphabet)}
    data = torch.tensor([numbers[c] for c in corpus])
    # BATCH readers, each in a part of the text of its own; the state goes on from one piece to the next.
    parts = data[: len(data) // BATCH * BATCH].view(BATCH, -1)
    model = Language(len(alphabet))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    state = None

    def step(i):
        nonlocal state
        start = i * LENGTH % (parts.shape[1] - LENGTH - 1)
        batch = parts[:, start : start + LENGTH + 1]
        logits, state = model(batch[:, :-1], state)
        state = tuple(s.detach() for s in state)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return loss.item()

    losses = train(step, given.steps, given)
    if not given.losses:
        print(f"loss {losses[0]:.3f} -> {sum(losses[-20:]) / len(losses[-20:]):.3f}")
        print("".join(alphabet[i] for i in write(model, torch.tensor([[numbers["\n"]]]), 300)))


if __name__ == "__main__":
    main()
