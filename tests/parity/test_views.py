"""Views, joining, splitting and rearranging: what each line gives or how it fails, as PyTorch has it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rushlight
from parity.expressions import differences

torch = pytest.importorskip("torch")

NAMES = """
I = torch.tensor
x = torch.arange(24.).reshape(2,3,4); m = torch.arange(12.).reshape(3,4); v = torch.arange(4.); s = torch.tensor(1.)
o = torch.zeros(1,3,1); i = torch.arange(3); c = torch.ones(2,2,dtype=torch.complex64)
"""
LINES = """
x.view(5)
x.view(-1,-1)
x.view(-1,5)
x.view(-2)
x.view('a')
x.view()
x.view(2.5)
x.view([2,'a'])
x.view((2,12.0))
x.view(I(24))
x.view(np.int64(24))
x.view(size=(24,))
x.reshape()
x.reshape(shape=(24,))
torch.reshape(x,(24,))
torch.reshape(x,24)
torch.reshape(x,'a')
torch.reshape(3,(1,))
x.reshape('a')
x.reshape(None)
x.reshape(-1,0)
torch.zeros(0,3).reshape(-1,0)
torch.zeros(0,3).view(-1,0)
torch.zeros(0,3).view(0,-1).shape
torch.zeros(0,3).reshape(2,-1).shape
x.view(torch.int16).shape
x.view(torch.float64).shape
x.view(torch.complex64).shape
m[:,:3].view(torch.float64)
m.t().view(torch.float64)
m.t().view(torch.int16)
s.view(torch.float64)
s.view(torch.int16)
s.view(torch.int32)
v.view(torch.bool)
v[1:].view(torch.float64)
v[:3].view(torch.float64)
c.view(torch.float32).shape
x.transpose(0,5)
x.transpose('a',0)
x.transpose(0,1.0)
torch.transpose(3,0,1)
torch.transpose(x,0,1,2)
x.t()
torch.t(x)
x.mT.shape
v.mT
s.mT
v.H
x.H
v.mH
s.mH
s.H
v.adjoint()
s.adjoint()
x.permute(0,1)
x.permute(0,1,1)
x.permute(0,1,5)
x.permute((2,1,0)).shape
torch.permute(x,(2,1,0)).shape
torch.permute(x,2,1,0)
x.permute()
s.permute().shape
x.permute(0,1,-1).shape
x.permute(0,1,'a')
x.movedim(0,5)
x.movedim((0,1),(0,))
x.movedim((0,0),(0,1))
x.movedim((0,1),(1,1))
x.movedim((0,1),(1,0)).shape
v.expand(3,5)
v.expand(-1,4)
v.expand()
s.expand(3)
m.expand(4)
v.expand(-2)
v.expand('a')
m.expand(-1,-1,4)
m.expand(3,0)
torch.zeros(1).expand(0).shape
m.expand((3,4)).shape
m.expand(size=(2,3,4)).shape
torch.broadcast_to(m,(4,))
torch.broadcast_tensors(v,torch.ones(3))
torch.broadcast_tensors()
torch.broadcast_tensors(v,3)
torch.broadcast_shapes((2,3),(4,))
torch.broadcast_shapes((2,3),(3,),1)
torch.broadcast_shapes((2,-1),(3,))
o.squeeze(5)
o.squeeze((0,0))
o.squeeze((0,5))
o.squeeze('a')
o.squeeze(dim=0).shape
o.squeeze([0,2]).shape
s.squeeze(0)
s.squeeze(-1)
s.squeeze(1)
v.unsqueeze(3)
v.unsqueeze('a')
v.unsqueeze(-2).shape
v.unsqueeze(1.0)
x.narrow(0,1,5)
x.narrow(5,0,1)
x.narrow(0,-1,1).shape
x.narrow(0,-3,1)
x.narrow(0,3,1)
x.narrow(0,0,-1)
s.narrow(0,0,1)
x.narrow(0,I(1),1).shape
x.narrow(0,I([1,1]),1).shape
x.narrow(0,I(1.),1).shape
x.select(0,2)
x.select(0,-3)
s.select(0,0)
x.select(3,0)
x.select(0,'a')
v.diagonal()
x.diagonal(0,0,0)
x.diagonal(0,0,-3)
x.diagonal(0,0,5)
x.diagonal(offset=9).shape
x.diagonal(1,1,2).shape
torch.diag(x)
torch.diag(s)
torch.diag(m,9).shape
torch.diag(m,-1)
torch.diag(v,1).shape
torch.diag_embed(v,0,0,0)
torch.diag_embed(m,1,0,2).shape
torch.diag_embed(m,-1,0,2).shape
torch.diag_embed(s)
torch.diagflat(s)
torch.diagflat(m,-1).shape
x.unbind(4)
s.unbind()
torch.unbind(x,-1)[3].shape
x.split(0)
x.split(-1)
x.split([1,2])
x.split([1,-1])
x.split([3,-1])
x.split('a')
x.split(1.5)
s.split(1)
x.split(2,5)
torch.zeros(0).split(0)
torch.zeros(0).split(1)
torch.split(x,1)[0].shape
torch.split(x,(1,1))[0].shape
x.split(split_size=1)[0].shape
torch.split_with_sizes(x,[1,2])
torch.split_with_sizes(x,[1,-1])
torch.tensor_split(x,0)
torch.tensor_split(x,'a')
torch.tensor_split(s,1)
torch.tensor_split(v,3)
torch.tensor_split(v,(1,2,9))
torch.tensor_split(v,(2,1))
torch.tensor_split(v,(-1,))
torch.tensor_split(v,I(3))
torch.tensor_split(v,I([1,2]))
torch.tensor_split(v,I([[1,2]]))
torch.tensor_split(v,I([1.]))
x.tensor_split(2,5)
x.chunk(0)
x.chunk(5)[1].shape
len(v.chunk(3))
s.chunk(1)
x.chunk(2,9)
x.chunk('a')
torch.hsplit(s,2)
torch.hsplit(v,3)
torch.hsplit(m,3)
torch.hsplit(v,2)
torch.hsplit(m,[1,2])[1].shape
torch.vsplit(v,2)
torch.vsplit(m,2)
torch.dsplit(m,2)
torch.dsplit(x,3)
torch.hsplit(m,0)
x.unfold(0,3,1)
x.unfold(0,1,0)
x.unfold(0,-1,1)
x.unfold(5,1,1)
s.unfold(0,1,1)
s.unfold(0,2,1)
x.unfold(0,0,1).shape
x.as_strided((2,2),(1,))
x.as_strided((2,2),(100,1))
x.as_strided((2,2),(-1,1))
x.as_strided((-2,2),(1,1))
x.as_strided((2,2),(1,1),-1)
x.as_strided((2,2),(4,1),3)
x.sum_to_size(5)
x.sum_to_size(2,2,3,4)
v.repeat()
v.repeat(-1)
m.repeat(2)
v.repeat(0).shape
v.repeat((2,2)).shape
v.repeat('a')
s.repeat(3)
s.repeat()
torch.tile(m,(2,)).shape
torch.tile(m,2)
m.tile(2).shape
m.tile(()).shape
m.repeat_interleave(-1)
m.repeat_interleave(I([1,2]))
m.repeat_interleave(I([1,2]),0)
m.repeat_interleave(I([1,-2,3]),0)
m.repeat_interleave(I([1.,2,3]),0)
m.repeat_interleave(2,5)
m.repeat_interleave(I([[1,2]]),0)
m.repeat_interleave(I(2),0).shape
m.repeat_interleave(I([2]),0).shape
torch.repeat_interleave(I([1,2]))
torch.repeat_interleave(I([1,2]),output_size=3)
torch.repeat_interleave(m,I([1,2,0]),0,output_size=4)
torch.repeat_interleave(m,I([1,2,0]),0,output_size=3).shape
m.flip(5)
m.flip(0,0)
m.flip()
m.flip(())
m.flip((0,1))[0]
s.flip(0)
s.fliplr()
v.fliplr()
s.flipud()
m.roll(1,5)
m.roll((1,2),0)
m.roll((1,2))
m.roll(())
m.roll(1,(0,1))
s.roll(1)
s.roll(1,0)
torch.zeros(0).roll(1)
v.rot90()
m.rot90(1,(0,))
m.rot90(1,(0,0))
m.rot90(1,(0,5))
m.rot90(1,(0,1,2))
v.tril()
m.tril('a')
m.tril(1.5)
torch.cat(3)
torch.cat(v)
torch.cat([v,3])
torch.cat([v,m])
torch.cat([m,torch.ones(3,3)])
torch.cat([m,torch.ones(3,3)],1).shape
torch.cat([s,s])
torch.cat([v,v],1)
torch.cat([v,torch.zeros(0)])
torch.cat([m,torch.zeros(0)]).shape
torch.cat([torch.zeros(0),m],1).shape
torch.cat([m,torch.zeros(0,3)]).shape
torch.cat([v,i])
torch.cat([i,c.real.int().flatten()])
torch.cat([v,v],axis=0).shape
torch.cat((v,v),dim='a')
torch.cat([v.half(),v.bfloat16()]).dtype
torch.cat([])
torch.cat(())
torch.cat([v],out=torch.zeros(0))
torch.cat([v],out=torch.zeros(0,dtype=torch.int32))
torch.hstack([])
torch.hstack([s,s])
torch.vstack([s,s])
torch.vstack([v,torch.ones(3)])
torch.dstack([s,s]).shape
torch.column_stack([s,v])
torch.column_stack([])
torch.stack([])
torch.stack([v,m])
torch.stack([v,v],5)
torch.stack([v,i,s])
torch.stack([v,torch.arange(4)])
torch.stack(v)
torch.stack([v,3])
torch.stack(m).shape
torch.meshgrid()
torch.meshgrid([])
torch.meshgrid(v,i)
torch.meshgrid(v,i.float(),indexing='ab')
torch.meshgrid([v,i.float()],indexing='xy')[0].shape
torch.meshgrid(s,v)[0].shape
torch.meshgrid(v,3)
torch.atleast_1d(s,v)
torch.atleast_1d([s,v])
torch.atleast_1d(3)
torch.atleast_1d()
torch.cartesian_prod(m)
torch.cartesian_prod(v,m)
torch.cartesian_prod()
torch.cartesian_prod(v,i)
torch.combinations(v,0)
torch.combinations(v,-1)
torch.combinations(v,2,True).shape
torch.combinations(m)
torch.combinations(v,9).shape
torch.block_diag()
torch.block_diag(x)
torch.block_diag(s,v,3)
torch.block_diag(s,i)
torch.select_scatter(m,v,0,5)
torch.select_scatter(m,s,0,1)
torch.slice_scatter(m,v,0,1,2)
torch.slice_scatter(m,torch.ones(2,4),0,0,9)
torch.slice_scatter(m,torch.ones(2,4),0,0,4,2).shape
torch.diagonal_scatter(m,v)
torch.diagonal_scatter(m,torch.ones(3))
x.t_()
x.clone().transpose_(0,5)
v.clone().unsqueeze_(0).shape
v.clone().resize_(2,3).shape
v.clone().resize_(2)
v.clone().resize_(-2)
v.clone().requires_grad_().resize_(3)
(v.clone().requires_grad_()*2).resize_(3)
v.clone().requires_grad_().unsqueeze_(0)
v.clone().resize_as_(m).shape
x.unflatten(1,(2,2))
x.unflatten(1,())
x.unflatten(5,(1,3))
x.unflatten(1,(1,-1)).shape
x.unflatten(1,3)
x.flatten(2,1)
x.flatten(5)
s.flatten().shape
s.flatten(0,0).shape
x.flatten(start_dim=1).shape
x.view_as(v)
x.view_as(3)
x.expand_as(v)
x.swapaxes(0,7)
x.contiguous(memory_format=torch.channels_last)
x.clone(memory_format=torch.channels_last)
x.clone(memory_format=torch.preserve_format).shape
x.stride()
x.T.stride()
x.stride(0)
x.stride(5)
m[:,0].is_contiguous()
torch.ones(0,3).stride()
torch.ones(1,3).t().stride()
torch.ones(2,0,3).stride()
"""


def test_line_by_line():
    assert not differences(torch, NAMES + LINES)


GRADS = """
x = torch.arange(24.).reshape(2,3,4).requires_grad_(); m = x[0].detach().requires_grad_()
v = torch.arange(4.).requires_grad_(); s = torch.tensor(1., requires_grad=True); o = torch.zeros(1,3,1).requires_grad_()
x.transpose(0,1).reshape(3,1,2,4).grad_fn
x.transpose(0,1).reshape(-1).grad_fn.next_functions
x.T.grad_fn, m.T.grad_fn, m.mT.grad_fn, m.H.grad_fn, m.t().grad_fn, s.t().grad_fn
s.mT is s, v.flatten() is v, m.contiguous() is m, m.sum_to_size(3, 4) is m, torch.atleast_1d(v) is v
torch.broadcast_tensors(v, m)[1] is m, x.view(torch.float32) is x, x.view(torch.float32).requires_grad
x.view(torch.int32)._is_view(), x.detach().view(torch.int32)._version
torch.chunk(m, 3)[2].grad_fn, m.tensor_split(3)[1].grad_fn, m.unbind()[1].output_nr
v.repeat_interleave(2).grad_fn.next_functions[0][0].next_functions[0][0].next_functions
torch.meshgrid(v, v, indexing='xy')[0].grad_fn.next_functions
m[0, 1].grad_fn.next_functions, m[0:3, 0:4].grad_fn, m[:].grad_fn, m[...].grad_fn, m[()].grad_fn, m[None, 0].grad_fn
m[[0, 1]].grad_fn, m[0, [0]].grad_fn.next_functions, m[m > 2].grad_fn, m[torch.tensor(0)].grad_fn
m[True].grad_fn.next_functions
x[:, 0]._base is x, x[0][0]._base is x, m.reshape(4, 3)._base is m, m.t().reshape(-1)._base
x[0].view(-1).is_contiguous(), x.T.is_contiguous(), x.expand(2, 2, 3, 4).stride(), x.unfold(2, 2, 1).stride()
m.t().grad_fn.name(), torch.cat([m, m]).grad_fn.next_functions
"""


def test_nodes():
    assert not differences(torch, GRADS)


# Random chains of view operations.

shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)
dims = st.integers(-4, 4)
CALLS = st.one_of(
    st.tuples(st.just("transpose"), dims, dims),
    st.tuples(st.just("flatten"), dims, dims),
    st.tuples(st.just("squeeze"), dims),
    st.tuples(st.just("unsqueeze"), dims),
    st.tuples(st.just("movedim"), dims, dims),
    st.tuples(st.just("flip"), dims),
    st.tuples(st.just("roll"), dims, dims),
    st.tuples(st.just("narrow"), dims, st.integers(-3, 3), st.integers(-1, 3)),
    st.tuples(st.just("select"), dims, dims),
    st.tuples(st.just("unfold"), dims, st.integers(-1, 3), st.integers(0, 2)),
    st.tuples(st.just("diagonal"), dims, dims, dims),
    st.tuples(st.just("reshape"), st.lists(st.integers(-1, 6), max_size=3).map(tuple)),
    st.tuples(st.just("view"), st.lists(st.integers(-1, 6), min_size=1, max_size=3).map(tuple)),
    st.tuples(st.just("expand"), st.lists(st.integers(0, 4), min_size=1, max_size=4).map(tuple)),
    st.tuples(st.just("repeat"), st.lists(st.integers(0, 2), min_size=1, max_size=3).map(tuple)),
    st.tuples(st.just("permute"), st.lists(st.integers(-2, 3), min_size=1, max_size=4).map(tuple)),
    st.tuples(st.just("tril"), dims),
    st.tuples(st.just("diag_embed"), dims),
    st.tuples(st.just("as_strided"), st.just((2,)), st.just((1,))),
)


def run(t, shape, calls):
    x = t.arange(int(np.prod(shape)), dtype=t.float64).reshape(shape).requires_grad_()
    y, seen = x, []
    for name, *arguments in calls:
        if name == "as_strided" and not y.numel():
            continue  # NumPy keeps no offset for an array without elements
        try:
            y = getattr(y, name)(*arguments)
        except (RuntimeError, IndexError, TypeError) as error:
            seen.append(f"{type(error).__name__}: {error}")
            continue
        seen.append((name, tuple(y.shape), type(y.grad_fn).__name__, y._is_view()))
        if y.numel() and y.numel() < 2000:
            weights = t.arange(y.numel(), dtype=t.float64).reshape(y.shape)
            (g,) = t.autograd.grad((y * weights).sum(), x, retain_graph=True)
            seen.append((y.tolist(), g.tolist()))
    return seen


@settings(max_examples=200, deadline=None)
@given(shapes, st.lists(CALLS, max_size=4))
def test_random_chains(shape, calls):
    assert run(rushlight, shape, calls) == run(torch, shape, calls)


DTYPES = ["float32", "float64", "int64", "bool", "bfloat16", "complex64", "uint8"]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 3), max_size=3).map(tuple), min_size=1, max_size=3), dims, st.booleans(),
    st.lists(st.sampled_from(DTYPES), min_size=3, max_size=3),
)  # fmt: skip
def test_joining(shapes, dim, stacked, dtypes):
    seen = []
    for t in (rushlight, torch):
        tensors = [t.ones(shape, dtype=getattr(t, dtype)) * 3 for shape, dtype in zip(shapes, dtypes)]
        try:
            out = (t.stack if stacked else t.cat)(tensors, dim)
            seen.append((str(out.dtype), tuple(out.shape), out.tolist()))
        except (RuntimeError, IndexError) as error:
            seen.append(f"{type(error).__name__}: {error}")
    assert seen[0] == seen[1]
