"""Indexing, assignment, gather, scatter and masks: what each line gives or how it fails, as PyTorch has it."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import rushlight
from parity.expressions import differences

torch = pytest.importorskip("torch")

NAMES = """
I = torch.tensor
x = torch.arange(24.).reshape(2,3,4); m = torch.arange(12.).reshape(3,4); v = torch.arange(4.); s = torch.tensor(1.)
"""
READING = """
m[[[0,1]]]
m[[[0,1],[0,1]]]
m[np.array([[0,1],[0,1]])]
m[np.array([0,1])]
m[np.array(1)]
m[np.array([True,False,True])]
m[np.array([1.5])]
m[np.array([], dtype=np.int64)]
m[[]]
m[[],[]]
m[[True,False,True]]
m[[True,False]]
m[[1.5]]
m[['a']]
m['a']
m[1.5]
m[1+2j]
m[None,1.5]
m[I(1.)]
m[I([1.])]
m[I([1],dtype=torch.int32)]
m[I([1],dtype=torch.uint8)]
m[I([1,0,1],dtype=torch.uint8)]
m[I([1],dtype=torch.int16)]
m[I([1],dtype=torch.int8)]
m[I([True,False])]
m[I([[True,False]])]
m[I([[True]*4]*3)]
m[I([[True]*4]*2)]
m[x>0]
m[:,[0,1],0]
m[5]
m[-4]
m[0,5]
m[0,0,0]
m[...,...]
m[...,0,...]
m[[5]]
m[[-4]]
m[[0,1],[5,0]]
m[[0,1],[0,1,2]]
m[[[0],[1]],[0,1]]
x[:,[0,1],[0,1]]
x[[0,1],:,[0,1]]
x[[0,1],None,[0,1]]
x[0,[0,1],:,None]
x[None,[0,1],None]
x[...,[0,1]]
x[[0,1],...,0]
x[0:1,[0,1],0:2]
x[True]
x[True,0]
x[False,...]
x[0,True]
x[True,True]
x[[0],True]
x[I(True)]
x[:,I(0)]
x[I(0),I(1)]
x[I(0),[0,1]]
x[I([0,1]),1]
x[::2]
x[::0]
x[::-1]
x[5:]
x[-1:]
x[3:1]
x[-5:2]
x[I(0):I(1)]
x[0:1.5]
x['a':]
x[None:None]
x[np.int64(0)]
x[np.bool_(True)]
x[np.float32(1)]
x[range(2)]
x[(0,1)]
x[[0,1],[0,1],[0,1]]
x[{}]
x[object()]
x[(0,),]
x[((0,1),)]
s[0]
s[None]
s[...]
s[()]
s[True]
s[False]
s[:]
s[[0]]
s[I(True)]
s[I([True])]
v[I(2)]
v[[I(1),I(2)]]
v[[np.int64(1),2]]
v[(I(1),)]
v[[0,None]]
v[[[1,2]]]
v[[[[1,2]]]]
v[list(range(2))*20]
v[[[1]]*32]
v[None,None,0]
v[0][...]
v[(None,)*3]
v[torch.zeros(0,dtype=torch.long)]
torch.zeros(0,3)[[]]
torch.zeros(0,3)[[0]]
torch.zeros(0,3)[0]
torch.zeros(2,0)[:,[0]]
torch.zeros(2,0)[[0]]
m[v>1]
m[:,v>1]
m[v[:3]>0, v>1]
m[[0,1]][:, [0]]
m[I([0,1]), :]
m[I([[0,1],[1,2]])]
m[I([[0,1],[1,2]]), I([0])]
m[[0,1],I([True,False,True,True])]
m[I([0,1],dtype=torch.float16)]
m[slice(None), None, I([0])]
m[(slice(0,1),slice(0,1))]
m[I(1):]
m[:I([1,2])]
m[10**20]
m[-1:10**20]
m[[10**20]]
v.index_select(0,I(1))
v.index_select(0,I([[1]]))
v.index_select(0,I([1.]))
v.index_select(1,I([1]))
s.index_select(0,I([0]))
s.index_select(0,I([0,0]))
m.index_select(1,I([-1]))
m.index_select(1,[1])
m.gather(0,I([0]))
m.gather(2,I([[0]]))
m.gather(0,I([[3]]))
m.gather(0,I([[0]*5]))
m.gather(1,I([[0]*5]*2))
m.gather(0,I([[0.]]))
m.gather(1,I([[-1]]))
s.gather(0,I(0))
s.gather(0,I([0]))
v.gather(0,I(0))
m.gather(1,torch.zeros(0,dtype=torch.long))
m.take(I([12]))
m.take(I([-1,-12]))
m.take(I([1.]))
m.take([1])
torch.zeros(0).take(I([0]))
m.take(I([[0,1],[2,3]]))
m.take_along_dim(I([[0]]),1)
m.take_along_dim(I([0]),1)
m.take_along_dim(I([[0.]]),1)
m.take_along_dim(I([13]))
m.masked_select(m>100)
m.masked_select(I([True,False,True,False]))
m.masked_select(I([1,0,1,0]))
m.masked_select(I([True,False]))
v.masked_select(m>5)
m.masked_fill(m>5,I([1.]))
m.masked_scatter(m>5,v)
m.masked_scatter(m>8,v)
m.masked_scatter(m>8,I([1,2,3,4]))
m.masked_scatter(I([1,0,1,0]),v)
m.masked_scatter(I([True,False,True,False]),torch.arange(9.))
m.scatter(0,I([[0,1]]),I([[1.,2.]]))
m.scatter(0,I([[0,1]]),I([[1.]]))
m.scatter(0,I([[0,5]]),1.)
m.scatter(0,I([[0,-1]]),1.)
m.scatter(0,I([0]),1.)
m.scatter(0,I([[0.]]),1.)
m.scatter(0,I([[0]]),I([[1]]))
m.scatter(0,I([[0]*5]),1.)
m.scatter(0,I([[0,1]]),2.,reduce='multiply')
m.scatter(0,I([[0,0]]),2.,reduce='add')
m.scatter(0,I([[0,0]]),I([[1.,2.]]),reduce='mul')
m.scatter(0,I([[0,0]]),I([[1.,2.]]),reduce='add')
m.scatter(0,I([[0,0]]),I(1.))
s.scatter(0,I(0),2.)
m.scatter(dim=0,index=I([[0]]),src=m)
m.scatter(dim=0,index=I([[0]]),value=1)
m.scatter_add(0,I([[0,0,0,0],[0,0,0,0]]),torch.ones(2,4))
m.scatter_add(0,I([[0,0,0,0],[0,0,0,0]]),torch.ones(1,4))
m.scatter_add(0,I([[0]]),I([[1]]))
m.scatter_reduce(0,I([[0,0]]),I([[1.,2.]]),'sum')
m.scatter_reduce(0,I([[0,0],[0,1]]),I([[1.,2.],[3.,4.]]),'mean')
m.scatter_reduce(0,I([[0,0],[0,1]]),I([[1.,2.],[3.,4.]]),'mean',include_self=False)
m.scatter_reduce(0,I([[0,0],[0,1]]),I([[1.,2.],[3.,4.]]),'amax',include_self=False)
m.scatter_reduce(0,I([[0,0],[0,1]]),I([[1.,2.],[3.,4.]]),'prod')
m.scatter_reduce(0,I([[0,0]]),I([[1.,2.]]),'bad')
m.scatter_reduce(0,I([[0,0]]),I([[1.,2.]]),'max')
m.scatter_reduce(0,I([[0,0]]),I([[1.,2.]]),'min',include_self=False)
torch.segment_reduce(torch.arange(3.),'amax',lengths=I([1,2]))
torch.segment_reduce(torch.arange(3.),'amin',lengths=I([1,2]))
m.int().scatter_reduce(0,I([[0,0],[0,1]]),I([[1,2],[3,4]]).int(),'mean')
m.index_add(0,I([0,0]),torch.ones(2,4))
m.index_add(0,I([0,0]),torch.ones(3,4))
m.index_add(0,I([0,5]),torch.ones(2,4))
torch.zeros(3).index_add(0,I([0,5]),torch.ones(2))
torch.zeros(3).index_add(0,I([0,-4]),torch.ones(2))
m.index_add(0,I([0,-1]),torch.ones(2,4))
m.index_add(0,I([[0]]),torch.ones(1,4))
m.index_add(0,I([0.]),torch.ones(1,4))
m.index_add(0,I([0]),torch.ones(1,5))
m.index_add(0,I([0]),torch.ones(4))
m.index_add(0,I([0]),I([[1]*4]))
m.index_add(0,I([0]),torch.ones(1,4),alpha=2)
m.index_add(0,I(0),torch.ones(4))
s.index_add(0,I([0]),I([1.]))
s.index_add(0,I(0),I(1.))
m.index_copy(0,I([0,2]),torch.ones(2,4))
m.index_copy(0,I([0,2]),torch.ones(3,4))
m.index_copy(0,I([0,5]),torch.ones(2,4))
m.index_copy(0,I([0,2]),torch.ones(2,5))
m.index_copy(0,I([0,2]),I([[1]*4]*2))
m.index_copy(0,I(1),torch.ones(4))
m.index_fill(0,I([0,2]),9)
m.index_fill(0,I([0,5]),9)
m.index_fill(0,I([0,-1]),9)
m.index_fill(0,I([0.]),9)
m.index_fill(0,I([[0]]),9)
m.index_fill(0,I([0]),I([1.]))
m.index_fill(0,I(0),1j)
m.index_fill(5,I(0),1)
m.index_put((I([0]),),I(1.))
m.index_put((I([0]),),I(1))
m.index_put((I([0,0]),),torch.ones(2,4),accumulate=True)
m.index_put((I([0,0]),),torch.ones(2,4))
m.index_put((I([0]),I([5])),I(1.))
m.index_put((I([0]),),torch.ones(3))
m.index_put((None,I([0])),I(1.))
m.index_put([I([0])],I(1.))
m.index_put(I([0]),I(1.))
m.index_put((I([0.]),),I(1.))
m.index_put((m>5,),I(1.))
m.index_put((m>5,),v)
m.index_put((I([0]),I([0]),I([0])),I(1.))
m.put(I([0,1]),I([9.,8.]))
m.put(I([0,1]),I([9.]))
m.put(I([0,12]),I([9.,8.]))
m.put(I([0,0]),I([9.,8.]),accumulate=True)
m.put(I([0.]),I([9.]))
m.put(I([0]),I([9]))
torch.nonzero(m)
torch.nonzero(m,as_tuple=True)
torch.nonzero(s)
torch.nonzero(s,as_tuple=True)
torch.nonzero(torch.zeros(2,0))
m.nonzero(as_tuple=True)[0]
torch.argwhere(s)
torch.nonzero(I(0))
torch.masked_select(s,I(True))
torch.where(m>5)
m.count_nonzero()
"""
WRITING = """
m[0]=1
m[0]=1.5
i[0]=1.7
i[0]=I(1.7)
i[0]=True
b[0]=5
b[0]=0.0
m[0]=1j
m[0]=[1,2,3,4]
m[0]=[1,2]
m[0]=(1,2,3,4)
m[0]=np.arange(4)
m[0]=np.float64(3)
m[0]='a'
m[0]=None
m[0]=v
m[0]=v[:2]
m[0]=v[:1]
m[0]=m
m[0]=m[:1]
m[0]=v[None,None]
m[0,0]=v
m[0,0]=v[:1]
m[0,0]=v[:1][None]
m[:]=v
m[:]=5
m[...]=v
m[...]=1
m[:,1]=I([1.,2.,3.])
m[:,1]=I([[1.],[2.],[3.]])
m[None]=v
m[None,0]=v
m[5]=1
m[[0,1]]=1
m[[0,1]]=v
m[[0,1]]=m[:2]*10
m[[0,1]]=m
m[[0,1]]=I([1,2,3,4])
m[[0,1]]=[1,2,3,4]
m[[0,1]]=[1.5]
m[[0,1],[0,1]]=v[:2]
m[[0,1],[0,1]]=v
m[[0,0]]=I([[1.]*4,[2.]*4])
m[m>5]=0
m[m>5]=I([9.])
m[m>8]=I([1.,2.,3.])
m[m>8]=I([1.,2.])
m[m>8]=I(1)
m[m>8]=I(True)
m[v>1]=0
m[:,v>1]=v[:2]
m[I([True,False,True])]=v
m[I([True,False])]=v
m[True]=3
m[False]=3
m[True]=v
m[()]=3
m[0][1]=7
m[0:2,1]=7
m[::2]=7
m[-1,[0,1]]=7
m[[0,1],0]=7
m[None,[0]]=7
m[..., [0,1]]=7
x[:,[0,1],0]=v[:2]
x[[0,1],:,[0,1]]=I([1.,2.,3.])
x[0,[0,1]]=v
i[i>2]=1.5
i[i>2]=I(1.5)
i[[0]]=I([1.5])
i[[0]]=1.5
s[...]=5
s[()]=5
s[None]=5
s[0]=5
s[True]=5
s[:]=5
v[I(1)]=9
v[I([1])]=9
v[[1,2]]=I([7.,8.])
v[1]=I([7.])
v[1]=I([7.,8.])
v[1]=v[2]
v[1:3]=v[0:2]
v[1:]=v[:-1]
m[0]=v.double()
m[0]=v.int()
m[1:1]=5
m[1:1]=v
m[1:1]=torch.zeros(5)
g[0]=1
g[0]=p
g[[0]]=1
g[[0]]=p
g[g>5]=1
g[g>5]=p[0]
g[:]=p
g[:]=1
g[...]=1.
g[...]=p[0]
g[0,1]=1
g[0,1]=p[1]
g[0][1]=p[1]
g[None]=p
g[()]=p
g[0,[0,1]]=p[:2]
g[[0,1],[0,1]]=p[:2]
g[True]=1
g[None,0]=p
g[:,0:4]=p
g[0:3,0:4]=p
g[0:3]=p
g[v>1]=1
m[0]=p
m[[0]]=p
m[m>5]=p[0]
m[1.5]=1
m[0]=torch.zeros(2,4,dtype=torch.complex64)
m[0]=v.to(torch.complex64)
m[[0]]=v.to(torch.complex64)
m[[0]]=1j
b[0]=2.5
b[[0]]=2
b[b]=True
i[0]=float('nan')
i[0]=300000000000000000000
i[0,0]=2**40
m[0]=torch.zeros(0)
m[[]]=5
m[[]]=v
del m[0]
m[0]=object()
m[0]=[[1,2,3,4]]
m[0]=[]
m[0,0]=[1]
m[0,0]=[1,2]
m[0,0]=np.array([1.])
"""


def test_reading_line_by_line():
    assert not differences(torch, NAMES + READING)


FRESH = """
x = torch.arange(24.).reshape(2,3,4); m = torch.arange(12.).reshape(3,4); v = torch.arange(4.); s = torch.tensor(1.)
g = torch.arange(12.).reshape(3,4).requires_grad_()*1; p = torch.arange(4.).requires_grad_()
i = torch.arange(6).reshape(2,3); b = torch.zeros(3,dtype=torch.bool)
"""


@pytest.mark.parametrize("line", [line for line in WRITING.split("\n") if line])
def test_writing(line):
    after = f"\n{line[0]}, {line[0]}.grad_fn and {line[0]}.grad_fn.next_functions, {line[0]}._version\n"
    assert not differences(torch, NAMES + FRESH + line + after)


# Random indices.

ints = st.integers(-4, 4)
item = st.one_of(
    ints, ints, st.slices(5).filter(lambda i: (i.step or 1) > 0), st.just(slice(None)), st.none(), st.just(...),
    st.booleans(), st.lists(st.integers(-2, 2), max_size=3), st.lists(st.booleans(), min_size=2, max_size=3),
    st.lists(st.lists(st.integers(-2, 1), min_size=2, max_size=2), min_size=1, max_size=2),
    st.lists(st.integers(-2, 1), min_size=1, max_size=2).map(lambda i: ("tensor", i)),
)  # fmt: skip
index = st.one_of(item, st.lists(item, max_size=4).map(tuple)).filter(
    lambda i: not (isinstance(i, list) and i and isinstance(i[0], list)) and repr(i).count("Ellipsis") < 2
)


def of(t, index):
    """The index with tensors of module `t` in it."""
    if isinstance(index, tuple) and index and index[0] == "tensor":
        return t.tensor(index[1])
    return tuple(of(t, i) if isinstance(i, tuple) else i for i in index) if isinstance(index, tuple) else index


def outcome(run, *arguments):
    try:
        return run(*arguments)
    except (RuntimeError, IndexError, ValueError, TypeError) as error:
        return f"{type(error).__name__}: {error}"


def read(t, index):
    x = t.arange(24, dtype=t.float64).reshape(2, 3, 4).requires_grad_()
    y = x[of(t, index)]
    weights = t.arange(y.numel(), dtype=t.float64).reshape(y.shape) + 1
    (g,) = t.autograd.grad((y * y * weights).sum(), x, create_graph=True)
    (h,) = t.autograd.grad((g * g).sum(), x)
    return tuple(y.shape), y.tolist(), type(y.grad_fn).__name__, g.tolist(), h.tolist(), y._is_view()


def write(t, index, shape):
    x = t.arange(24, dtype=t.float64).reshape(2, 3, 4).requires_grad_()
    w = t.arange(1, 1 + int(np.prod(shape)), dtype=t.float64).reshape(shape).requires_grad_()
    y = x * 1
    y[of(t, index)] = w
    (g, h) = t.autograd.grad((y * y).sum(), [x, w], allow_unused=True)
    zeros = t.zeros_like
    return (
        y.tolist(),
        type(y.grad_fn).__name__,
        y._version,
        [(zeros(i) if k is None else k).tolist() for i, k in ((x, g), (w, h))],
    )


@settings(max_examples=300, deadline=None)
@given(index)
def test_reading(index):
    seen, wanted = outcome(read, rushlight, index), outcome(read, torch, index)
    # torch does not look at the indices where nothing is taken.
    assume("out of bounds" not in seen or "out of bounds" in wanted)
    assert seen == wanted


@settings(max_examples=300, deadline=None)
@given(index, st.sampled_from([(), (1,), (4,), (3, 4), (2, 1), (1, 1, 4), (2, 3, 4), (0,)]))
def test_assigning(index, shape):
    seen, wanted = outcome(write, rushlight, index, shape), outcome(write, torch, index, shape)
    assume("out of bounds" not in seen or "out of bounds" in wanted)
    assert seen == wanted


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        ["gather", "scatter", "scatter_add", "index_add", "index_copy", "index_select", "index_fill", "take", "put"]
    ),
    st.integers(-3, 3),
    st.lists(st.integers(0, 4), max_size=3).map(tuple),
    st.integers(-4, 3),
    st.lists(st.integers(0, 4), max_size=3).map(tuple),
)
def test_places(name, dim, shape, low, source):
    rng = np.random.default_rng(len(name))
    places = rng.integers(min(low, 0), max(low, 0) + 1, shape)

    def run(t):
        x = t.arange(12, dtype=t.float64).reshape(3, 4).requires_grad_()
        i = t.from_numpy(places)
        y = t.arange(int(np.prod(source)), dtype=t.float64).reshape(source)
        arguments = {
            "gather": (dim, i), "index_select": (dim, i), "index_fill": (dim, i, 5.0), "take": (i,), "put": (i, y),
            "scatter": (dim, i, y), "scatter_add": (dim, i, y), "index_add": (dim, i, y), "index_copy": (dim, i, y),
        }[name]  # fmt: skip
        out = getattr(x, name)(*arguments)
        (g,) = t.autograd.grad((out * out).sum(), x, allow_unused=True)
        return out.tolist(), None if g is None else g.tolist()

    seen, wanted = outcome(run, rushlight), outcome(run, torch)
    # Where two things are wrong, which of them is named first is torch's business.
    assert seen == wanted or (isinstance(seen, str) and isinstance(wanted, str))
