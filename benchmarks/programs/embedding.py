"""A step of an embedding, 512 sentences of 32 words from a table of 50,000x64, with SGD."""

import torch
import torch.nn.functional as F
from torch import nn

RTOL = 1e-4


def setup():
    torch.manual_seed(0)
    batches = [torch.randint(0, 50_000, (512, 32)) for _ in range(4)]
    y = torch.randint(0, 2, (512,))
    table = nn.Embedding(50_000, 64)
    classify = nn.Linear(64, 2)
    optimizer = torch.optim.SGD([*table.parameters(), *classify.parameters()], lr=0.1)
    steps = iter(range(10**9))

    def step():
        optimizer.zero_grad()
        words = batches[next(steps) % len(batches)]
        loss = F.cross_entropy(classify(table(words).mean(1)), y)
        loss.backward()
        optimizer.step()
        return loss

    return step
