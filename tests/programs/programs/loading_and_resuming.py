"""Data sets, samplers, collation and workers; checkpoints saved in the middle and resumed; schedules of the program's own."""

import io
import math
import os
import random
import tempfile

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, ReduceLROnPlateau
from torch.utils.data import (
    BatchSampler, ChainDataset, ConcatDataset, DataLoader, Dataset, IterableDataset, RandomSampler, Sampler,
    SequentialSampler, Subset, TensorDataset, WeightedRandomSampler, default_collate, get_worker_info, random_split,
)

torch.manual_seed(0)


class Words(Dataset):
    """Sequences of different lengths, with a dictionary each."""

    def __init__(self, n):
        self.items = [(torch.arange(i % 4 + 1), i % 3, {"id": i, "name": f"w{i}"}) for i in range(n)]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


def collate(batch):
    tokens, labels, extra = zip(*batch)
    lengths = torch.tensor([len(t) for t in tokens])
    padded = nn.utils.rnn.pad_sequence(tokens, batch_first=True, padding_value=-1)
    return padded, lengths, torch.tensor(labels), [e["name"] for e in extra]


for batch in DataLoader(Words(7), batch_size=3, collate_fn=collate, shuffle=True, generator=torch.Generator().manual_seed(3)):
    print(*batch)


class Rows(Dataset):
    def __len__(self):
        return 10

    def __getitem__(self, i):
        return {"x": np.full(2, i, dtype=np.float32), "y": float(i), "tag": str(i), "pair": (i, [i, i + 1])}


def seed_worker(worker_id):
    worker_seed = torch.initial_seed() % 2**32
    np.random.seed(worker_seed)
    random.seed(worker_seed)


loader = DataLoader(Rows(), batch_size=4, num_workers=2, worker_init_fn=seed_worker, generator=torch.Generator().manual_seed(0))
for batch in loader:
    print(batch)
print(len(loader), loader.batch_size, loader.drop_last, type(loader.sampler).__name__)
print(default_collate([{"a": 1, "b": [1.0, 2.0]}, {"a": 2, "b": [3.0, 4.0]}]))


class Stream(IterableDataset):
    def __init__(self, start, end):
        self.start, self.end = start, end

    def __iter__(self):
        info = get_worker_info()
        if info is None:
            return iter(range(self.start, self.end))
        per = math.ceil((self.end - self.start) / info.num_workers)
        low = self.start + info.id * per
        return iter(range(low, min(low + per, self.end)))


print([b.tolist() for b in DataLoader(Stream(3, 10), batch_size=2, num_workers=2)])
print([b.tolist() for b in DataLoader(ChainDataset([Stream(0, 3), Stream(7, 9)]), batch_size=4)])
everything = ConcatDataset([TensorDataset(torch.arange(4.0)), TensorDataset(torch.arange(10.0, 13.0))])
train, held = random_split(everything, [0.7, 0.3], generator=torch.Generator().manual_seed(42))
print(len(everything), everything[5], train.indices, held.indices, Subset(everything, [0, 6])[1])
print(list(BatchSampler(SequentialSampler(range(7)), batch_size=3, drop_last=True)))
print(list(WeightedRandomSampler([0.1, 0.9, 0.4], 6, generator=torch.Generator().manual_seed(1))))
print(list(RandomSampler(range(5), replacement=True, num_samples=8, generator=torch.Generator().manual_seed(1))))


class ByLength(Sampler):
    def __init__(self, data):
        self.data = data

    def __iter__(self):
        return iter(sorted(range(len(self.data)), key=lambda i: -len(self.data[i][0])))

    def __len__(self):
        return len(self.data)


print([b[1].tolist() for b in DataLoader(Words(6), batch_size=2, sampler=ByLength(Words(6)), collate_fn=collate)])


# train, save in the middle, resume in new objects: the same numbers as without a break
class WarmupThenPolynomial(LRScheduler):
    def __init__(self, optimizer, warmup, total, power=2.0, last_epoch=-1):
        self.warmup, self.total, self.power = warmup, total, power
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        if self.last_epoch < self.warmup:
            return [base * (self.last_epoch + 1) / self.warmup for base in self.base_lrs]
        left = (self.total - self.last_epoch) / (self.total - self.warmup)
        return [base * left**self.power for base in self.base_lrs]


X, Y = torch.randn(32, 4), torch.randn(32, 1)


def build():
    torch.manual_seed(7)
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 1))
    groups = [{"params": model[0].parameters(), "lr": 0.01}, {"params": list(model[1].parameters()) + list(model[4].parameters())}]
    optimizer = torch.optim.AdamW(groups, lr=0.02, weight_decay=0.1, amsgrad=True)
    return model, optimizer, WarmupThenPolynomial(optimizer, 3, 12)


def run(model, optimizer, scheduler, start, end):
    model.train()
    for epoch in range(start, end):
        for x, y in DataLoader(TensorDataset(X, Y), batch_size=8, shuffle=True):
            optimizer.zero_grad()
            loss = F.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
        scheduler.step()
        print(f"  epoch {epoch} loss {loss.item():.5f} lrs {[round(lr, 6) for lr in scheduler.get_last_lr()]}")
    return loss.item()


whole = run(*build(), 0, 6)
model, optimizer, scheduler = build()
run(model, optimizer, scheduler, 0, 3)
checkpoint = {
    "epoch": 3, "model": model.state_dict(), "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict(),
    "rng": torch.get_rng_state(),
}
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "checkpoint.pt")
    torch.save(checkpoint, path)
    loaded = torch.load(path, weights_only=True)
print(loaded["optimizer"]["param_groups"][1], sorted(loaded["optimizer"]["state"][0]))
model, optimizer, scheduler = build()
print(model.load_state_dict(loaded["model"]))
optimizer.load_state_dict(loaded["optimizer"])
scheduler.load_state_dict(loaded["scheduler"])
torch.set_rng_state(loaded["rng"])
print(run(model, optimizer, scheduler, loaded["epoch"], 6) == whole)
buffer = io.BytesIO()
torch.save(model.state_dict(), buffer)
buffer.seek(0)
other = build()[0]
try:
    other.load_state_dict({**torch.load(buffer), "extra": torch.ones(1), "0.weight": torch.ones(2, 2)})
except RuntimeError as error:
    print(error)
print(other.load_state_dict({"0.bias": torch.zeros(8)}, strict=False))

optimizer = torch.optim.SGD([torch.zeros(2, requires_grad=True)], lr=1.0, momentum=0.5)
plateau = ReduceLROnPlateau(optimizer, factor=0.5, patience=1, cooldown=1, min_lr=0.1)
print([(plateau.step(v), round(optimizer.param_groups[0]["lr"], 4))[1] for v in (3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2)])
decay = LambdaLR(torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5), lambda epoch: 0.95**epoch)
for _ in range(3):
    decay.optimizer.step()
    decay.step()
print(decay.get_last_lr(), {k: v for k, v in decay.state_dict().items() if k != "lr_lambdas"})
