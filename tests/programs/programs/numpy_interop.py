"""NumPy arrays and tensors back and forth; datasets, samplers, generators."""

import numpy as np
import torch

a = np.arange(6.0).reshape(2, 3)
t = torch.from_numpy(a)
t[0, 0] = 99
print(a[0, 0], t.dtype, t.numpy() is a, np.shares_memory(t.numpy(), a))
a[1] = -1
print(t)
for d in (
    np.float32,
    np.float64,
    np.float16,
    np.int8,
    np.int16,
    np.int32,
    np.int64,
    np.uint8,
    np.bool_,
    np.complex64,
    np.complex128,
):
    print(
        np.dtype(d).name,
        torch.from_numpy(np.ones(2, d)).dtype,
        torch.tensor(np.ones(2, d)).dtype,
        torch.as_tensor(d(1)).dtype,
        torch.tensor(d(1)),
    )
for bad in (
    "torch.from_numpy(np.array(['a']))",
    "torch.from_numpy([1])",
    "torch.tensor(np.array([object()]))",
    "torch.ones(1, requires_grad=True).numpy()",
    "torch.from_numpy(np.ones(3)[::-1])",
    "torch.tensor('a')",
    "torch.ones(2).conj().numpy() is None",
    "torch.ones(2, dtype=torch.bfloat16).numpy()",
):
    try:
        print(bad, eval(bad))
    except Exception as e:
        print(bad, "->", type(e).__name__, e)
x = torch.arange(4.0)
print(
    np.asarray(x),
    (x * 2.0).dtype,
    np.mean(x.numpy()),
    list(np.nditer(x.numpy()))[1],
    np.allclose(x, x),
    np.float32(2) * x,
    np.sum(x.numpy()),
)
print(
    x.numpy().__array_interface__["data"][0] == x.data_ptr(),
    x.numpy().flags.writeable,
    x[::2].numpy().strides,
    x.view(2, 2).T.numpy().flags.f_contiguous,
    torch.from_numpy(np.asfortranarray(np.ones((2, 3)))).stride(),
    x.detach().cpu().numpy().astype("int64"),
    x.tolist(),
    x[1].item(),
    x.int().numpy().dtype,
    x.to(torch.float64).numpy().dtype,
)
print(
    torch.tensor([np.float32(1), 2]),
    torch.tensor([np.arange(2), np.arange(2)]),
    torch.stack([torch.from_numpy(v) for v in np.eye(2)]),
    torch.tensor([[np.int64(1)], [2.5]]),
    torch.tensor(np.datetime64("2020-01-01").astype(int)),
    torch.FloatTensor(np.ones((1, 2))),
    torch.LongTensor([1, 2]),
    torch.Tensor(2, 0).shape,
    torch.Tensor([3]),
    torch.IntTensor(np.array([1], np.int32)),
)
r = np.random.default_rng(0)
X = r.normal(size=(20, 3)).astype(np.float32)
y = (X @ [1.0, -1.0, 0.5]).astype(np.float32)
w = torch.zeros(3, requires_grad=True)
for i in range(30):
    l = ((torch.as_tensor(X) @ w - torch.as_tensor(y)) ** 2).mean()
    l.backward()
    w.data -= 0.1 * w.grad
    w.grad = None
print(
    np.round(w.detach().numpy(), 3),
    l.item() < 0.01,
    torch.utils.data.default_collate([{"a": np.ones(2), "b": 1, "c": "s", "d": (1.0, [2])}] * 2),
)
from torch.utils.data import *


class D(Dataset):
    def __len__(s):
        return 10

    def __getitem__(s, i):
        return np.full(2, i, np.float32), i


torch.manual_seed(0)
print(
    list(SequentialSampler(D()))[:3],
    list(RandomSampler(D())),
    list(RandomSampler(D(), True, 5)),
    list(SubsetRandomSampler([5, 6, 7])),
    list(WeightedRandomSampler([0.1, 0.9, 0], 5)),
    list(BatchSampler(SequentialSampler(range(7)), 3, True)),
)
for b in DataLoader(D(), 4, shuffle=True, generator=torch.Generator().manual_seed(3)):
    print(b)
print(
    [len(s) for s in random_split(D(), [0.5, 0.3, 0.2])],
    len(ConcatDataset([D(), D()])),
    Subset(D(), [3])[0],
    [b[1].tolist() for b in DataLoader(D(), batch_sampler=BatchSampler(RandomSampler(D()), 5, False))],
    len(DataLoader(D(), 3)),
    len(DataLoader(D(), 3, drop_last=True)),
)


class It(IterableDataset):
    def __iter__(s):
        info = get_worker_info()
        return iter(range(6)) if info is None else iter(range(info.id, 6, info.num_workers))


print(list(DataLoader(It(), 2)))
g = torch.Generator()
g.manual_seed(2147483647)
p = torch.rand(5, generator=g)
print(
    p,
    torch.multinomial(p, 8, replacement=True, generator=g),
    torch.randperm(6, generator=g),
    torch.randint(3, 9, (4,), generator=g),
    torch.randn(2, 2, generator=g),
    torch.bernoulli(p, generator=g),
    torch.normal(0.0, 1.0, (2,), generator=g),
    torch.empty(3).exponential_(2.0, generator=g),
    torch.empty(2).uniform_(1, 2, generator=g),
    torch.poisson(torch.ones(3) * 4, generator=g),
    torch.empty(2).geometric_(0.3, generator=g),
    torch.empty(2).cauchy_(generator=g),
    torch.empty(2).log_normal_(generator=g),
    torch.randint_like(p, 5),
    torch.rand_like(p).shape,
)
