"""Products by einsum, broadcasting, promotion of dtypes."""

import itertools
import torch

torch.manual_seed(0)
A, B, C = (
    torch.randint(-3, 4, (3, 4)).float(),
    torch.randint(-3, 4, (4, 5)).float(),
    torch.randint(-3, 4, (2, 3, 4)).float(),
)
v = torch.arange(4.0)
M = torch.arange(16.0).view(4, 4)
T = {
    "ij,jk->ik": (A, B),
    "ij->ji": (A,),
    "ij->": (A,),
    "ij->j": (A,),
    "ii": (M,),
    "ii->i": (M,),
    "i,i": (v, v),
    "i,j->ij": (v, v),
    "bij,jk->bik": (C, B),
    "bij,bij->b": (C, C),
    "...ij->...ji": (C,),
    "b...,c...->bc": (C, C),
    "ij,kj,lj->ikl": (A, A, A),
    "bij,j": (C, v),
    " i j , j -> i ": (A, v),
    "ij,ij": (A, A),
    "bn,anm,bm->ba": (torch.ones(2, 3), torch.arange(24.0).view(2, 3, 4), torch.ones(2, 4)),
    "iij->ij": (torch.arange(18.0).view(3, 3, 2),),
}
for eq, ops in T.items():
    r = torch.einsum(eq, *ops)
    print(f"{eq:22s}", tuple(r.shape), r.sum().item(), r.flatten()[:4].tolist())
print(torch.einsum(A, [0, 1], B, [1, 2], [0, 2]).equal(A @ B), torch.einsum("ij,jk", (A, B)).shape)
q, k = torch.randn(2, 5, 4, 8, requires_grad=True), torch.randn(2, 6, 4, 8, requires_grad=True)
s = torch.einsum("bqhd,bkhd->bhqk", q, k) / 8**0.5
o = torch.einsum("bhqk,bkhd->bqhd", s.softmax(-1), k)
o.square().sum().backward()
print(
    s.shape,
    o.shape,
    q.grad.norm() > 0,
    torch.allclose(s, q.transpose(1, 2) @ k.permute(0, 2, 3, 1) / 8**0.5, atol=1e-6),
    o.grad_fn,
)
for eq, ops in (
    ("ij,kl->im", (A, B)),
    ("ij,jk", (A, A)),
    ("i j", (v,)),
    ("ij", (v,)),
    ("ij,jk->ikk", (A, B)),
    ("ij->k", (A,)),
    ("...i->i", (C,)),
):
    try:
        print(torch.einsum(eq, *ops).shape)
    except Exception as e:
        print(type(e).__name__, e)
# broadcasting
shapes = [(), (1,), (3,), (2, 1), (2, 3), (4, 1, 3), (0,), (1, 0)]
for a, b in itertools.combinations(shapes, 2):
    try:
        print(a, b, tuple((torch.ones(a) + torch.ones(b)).shape), tuple(torch.broadcast_shapes(a, b)))
    except RuntimeError as e:
        print(a, b, e)
x = torch.arange(3.0, requires_grad=True)
y = torch.ones(2, 1, requires_grad=True)
((x * y) ** 2).sum().backward()
print(x.grad, y.grad)
D = ((C[:, :, None] - C[:, None]) ** 2).sum(-1)
print(D.shape, D[0], torch.cdist(C, C).square().round()[0])
for d1, d2 in itertools.product(
    (torch.uint8, torch.int32, torch.int64, torch.float32, torch.float64, torch.bool, torch.complex64), repeat=2
):
    print(
        str((torch.ones(2, dtype=d1) * torch.ones((), dtype=d2)).dtype)[6:],
        str((torch.ones(2, dtype=d1) + torch.ones(2, dtype=d2)).dtype)[6:],
        torch.result_type(torch.ones(1, dtype=d1), 2.0),
        end="; ",
    )
print()
a, b = torch.broadcast_tensors(torch.arange(3).view(1, 3), torch.arange(2).view(2, 1))
print(a, b, a.stride())
print(
    torch.tensordot(C, C, dims=([1, 2], [1, 2])),
    torch.outer(v, v)[1],
    torch.kron(torch.eye(2), torch.tensor([[1.0, 2.0]])),
    torch.baddbmm(torch.ones(2, 3, 3), C, C.mT)[0],
    torch.addmm(torch.zeros(5), A, B, beta=0.5, alpha=2)[0],
    torch.chain_matmul(A, B) if False else torch.linalg.multi_dot([A, B, B.T])[0],
    torch.matmul(v, M),
    torch.mv(M, v),
    torch.dot(v, v),
    torch.inner(A, A),
    torch.block_diag(A[:1, :2], torch.ones(1, 1)),
    torch.bmm(C, C.mT).shape,
    torch.vdot(v, v),
    torch.trace(M),
    v.outer(v).shape,
    torch.cross(torch.tensor([1.0, 0, 0]), torch.tensor([0, 1.0, 0]), dim=0),
)
