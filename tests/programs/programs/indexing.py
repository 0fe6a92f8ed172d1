"""Indexing, gathering, scattering, sorting, cutting and joining, and what fails."""

import torch

torch.manual_seed(0)
x = torch.arange(24).reshape(2, 3, 4)
print(x[0], x[..., -1], x[:, None, 1:, ::2].shape, x[1, :, [0, 2]], x[[0, 1], [2, 0]], x[:, [0, 2], 1:3], sep="\n")
print(x[x > 15], x[(x % 2 == 0).any(-1)].shape, x[torch.tensor([1, 0])][:, 0], x[None, ..., None].shape)
print(x[:, torch.tensor([[0, 1], [2, 0]])].shape, x[torch.tensor([0]), :, torch.tensor([[1], [2]])].shape)
print(
    x[True].shape,
    x[False].shape,
    x[torch.tensor(True)].shape,
    x[..., 0, None].shape,
    x[(slice(None), 0)].shape,
    x[()].shape,
)
y = torch.zeros(4, 5)
y[1] = 1
y[:, 2] = torch.arange(4.0)
y[y == 0] = -1
y[[0, 3], [4, 4]] = 9
y[-1, ...] *= 2
y[:2, :2] += torch.eye(2)
print(y)
y[torch.tensor([0, 2])] = torch.tensor([[5.0], [6.0]])
y.masked_fill_(y.eq(6), 0.5)
print(y)
z = torch.zeros(6)
z.index_put_((torch.tensor([0, 0, 3]),), torch.tensor([1.0, 2.0, 3.0]), accumulate=True)
print(z)
z.index_add_(0, torch.tensor([1, 1]), torch.tensor([4.0, 5.0]), alpha=2)
z.index_fill_(0, torch.tensor([5]), -7)
z.index_copy_(0, torch.tensor([2]), torch.tensor([8.0]))
print(z)
src = torch.arange(1.0, 11).reshape(2, 5)
idx = torch.tensor([[0, 1, 2, 0, 0], [2, 0, 0, 1, 2]])
print(
    torch.zeros(3, 5).scatter_(0, idx, src),
    torch.zeros(3, 5).scatter_add(0, idx, src),
    torch.ones(3, 5).scatter_(0, idx, src, reduce="multiply"),
)
print(
    torch.zeros(3, 5).scatter_reduce(0, idx, src, reduce="amax", include_self=False),
    src.gather(1, torch.tensor([[4, 4], [0, 1]])),
)
onehot = torch.zeros(4, 3).scatter_(1, torch.tensor([0, 2, 1, 2]).unsqueeze(1), 1.0)
print(onehot, torch.nn.functional.one_hot(torch.arange(3) % 2))
print(
    torch.take(src, torch.tensor([0, 7])),
    torch.take_along_dim(src, src.argsort(1, descending=True), 1),
    src.index_select(1, torch.tensor([1, 1])),
)
print(
    torch.nonzero(src > 7), torch.nonzero(src > 7, as_tuple=True), torch.where(src > 5, src, -src), torch.where(src > 9)
)
print(torch.masked_select(src, src.gt(8)), src.masked_scatter(src > 8, torch.tensor([0.0, -1.0])))
print(
    x.unfold(2, 2, 1).shape,
    x.unbind(1)[2],
    x.split([1, 2], 1)[1].shape,
    [c.shape for c in x.chunk(3, -1)],
    x.tensor_split(3, 2)[0].shape,
)
print(
    x.permute(2, 0, 1).stride(),
    x.transpose(0, 2).contiguous().stride(),
    x.mT.shape,
    x.movedim(0, -1).shape,
    x.swapaxes(0, 1).shape,
    x.flatten(1).shape,
    x.unflatten(2, (2, -1)).shape,
)
print(
    torch.roll(x[0], (1, -1), (0, 1)),
    torch.flip(x[0], [0]),
    torch.rot90(x[0]),
    x[0].tril(-1),
    x[0].diagonal(1),
    torch.diag(torch.tensor([1, 2])),
    torch.diag_embed(torch.ones(2, 2)).shape,
)
print(
    torch.repeat_interleave(torch.tensor([1, 2, 3]), torch.tensor([2, 0, 1])),
    torch.tensor([1, 2]).repeat(2, 2),
    torch.tile(torch.tensor([1, 2]), (2,)),
    torch.tensor([[1], [2]]).expand(-1, 3),
)
v, i = torch.tensor([3.0, 1.0, 2.0, 2.0]).sort(stable=True)
print(
    v,
    i,
    torch.topk(v, 1),
    torch.kthvalue(v, 2),
    torch.median(v),
    torch.mode(v),
    v.unique(return_counts=True),
    torch.unique_consecutive(v),
)
print(
    torch.searchsorted(v, torch.tensor([2.0, 2.5])),
    torch.bucketize(torch.tensor([1.5, 9]), v, right=True),
    torch.bincount(torch.tensor([0, 1, 1, 5])),
    torch.histc(v, 3),
)
print(
    torch.stack([v, v]).shape,
    torch.cat([v, v[:1]]),
    torch.hstack((v, v)).shape,
    torch.vstack((v, v)).shape,
    torch.dstack((v, v)).shape,
    torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([3, 4])),
    torch.combinations(torch.arange(3)),
)
print(
    torch.cummax(torch.tensor([1, 3, 2, 5]), 0),
    torch.cumprod(torch.arange(1, 5), 0),
    torch.diff(v),
    torch.logcumsumexp(v, 0),
    torch.trapezoid(v),
    torch.cov(src),
    torch.corrcoef(src),
)
w = torch.arange(6.0).view(2, 3).requires_grad_()
w[:, [0, 0, 2]].sum().backward()
print(w.grad)
w2 = w * 1
w2[0] = 0
w2[:, 1].mul_(3)
w2.pow(2).sum().backward()
print(w.grad, w2, w2.grad_fn)
print(
    x.numpy()[::-1].copy().shape,
    x.tolist()[0][1],
    x.shape[-1],
    x.size(1),
    x.numel(),
    x.dim(),
    x.element_size(),
    x.nelement(),
    x.storage_offset(),
    x[1, 1:].storage_offset(),
    x.is_contiguous(),
    x.T.is_contiguous() if x.dim() == 2 else x.mT.is_contiguous(),
)
for e in (
    "x[2]",
    "x[0,0,0,0]",
    "x[:, 5]",
    "x[1.0]",
    "x[torch.tensor([2])]",
    "x[[0,1,2]]",
    "x[torch.ones(3).bool()]",
    "y[0] = torch.ones(3)",
    "x.view(5,5)",
    "x.mT.view(-1)",
    "torch.cat([x, y])",
    "torch.stack([y, z])",
    "x @ y",
    "y @ y",
    "x + torch.ones(5)",
    "y.squeeze(7)",
    "x.expand(3,3,4)",
    "torch.tensor([[1,2],[3]])",
    "x[0].add_(1.5)",
    "z.gather(1, torch.tensor([0]))",
    "float(y)",
    "bool(y)",
    "y.item()",
    "int('a')",
    "torch.zeros(2,3).reshape(4)",
    "x.index_select(0, torch.tensor([5]))",
    "torch.arange(3).mean()",
    "x.long().softmax(0)",
    "torch.randperm(-1)",
    "torch.zeros(-1)",
):
    try:
        exec(e)
        print(e, "fine")
    except Exception as err:
        print(e, "->", type(err).__name__, str(err).split("\n")[0])
