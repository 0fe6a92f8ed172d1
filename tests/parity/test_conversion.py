"""Conversions, inspection, copies: the same values, names and errors as PyTorch."""

import pytest

from parity.expressions import differences

torch = pytest.importorskip("torch")

CONVERSION = """
x=torch.ones(2,requires_grad=True)
x.to(torch.float64)
x.to(torch.float32) is x
x.to('cpu') is x
x.to('cpu',torch.float64)
x.to(device='cpu',dtype=torch.float64)
x.to(torch.ones(2,dtype=torch.int32))
torch.ones(2,dtype=torch.float64).to(x)
x.to(torch.float64,copy=True)
x.to(torch.float32,copy=True)
x.to(torch.float32,True,True)
x.to(dtype=torch.float64)
x.to()
x.to(3)
x.to(None)
x.to('cuda')
x.to('foo')
x.to(float)
x.to(int)
x.to(torch.float64, 'cpu')
x.to('cpu', 'cpu')
x.to(foo=1)
x.to(torch.float64,memory_format=torch.contiguous_format)
torch.ones(2,3).t().to(torch.float64).stride()
torch.ones(2,3).t().to(torch.float64,memory_format=torch.contiguous_format).stride()
torch.ones(1,2,3,4).to(memory_format=torch.channels_last).stride()
x.to(device=None)
x.to(dtype=None)
x.to(other=torch.ones(2))
x.to(torch.int64)
x.to(torch.int64).requires_grad
x.to([1])
x.to('cpu',non_blocking=True) is x
(x.to(torch.complex64)).grad_fn
torch.tensor([1.5+2j]).to(torch.float32)
x.double()
x.float() is x
x.half()
x.bfloat16()
x.int()
x.long()
x.short()
x.char()
x.byte()
x.bool()
x.cfloat()
x.cdouble()
x.double(memory_format=torch.contiguous_format)
x.double(1)
x.type_as(torch.ones(1))  is x
x.type_as(3)
x.cuda()
x.cpu() is x
x.cuda(0)
x.xpu()
x.numpy()
x.numpy(force=True)
(x.detach()*2).numpy()
torch.ones(2,dtype=torch.bfloat16).numpy()
torch.ones(2,dtype=torch.bfloat16).numpy(force=True)
torch.tensor([1+2j]).conj().numpy(force=True)
torch.tensor(3.).numpy()
t=torch.ones(2); n=t.numpy(); n[0]=5; t
x.__array__()
x.detach().__array__(np.float64)
np.asarray(torch.ones(2))
np.array([torch.ones(2),torch.ones(2)])
np.array([torch.tensor(1.),torch.tensor(2.)])
np.array([x])
np.asarray(torch.ones(2,dtype=torch.bfloat16))
x.tolist()
torch.tensor(2.).tolist()
torch.ones(2,2,dtype=torch.int64).tolist()
torch.ones(2,dtype=torch.bfloat16).tolist()
torch.ones(0).tolist()
torch.tensor([1+2j]).tolist()
float(x)
float(torch.ones(1))
float(torch.ones(1,requires_grad=True))
float(torch.ones(0))
float(torch.tensor(2+3j))
float(torch.tensor(2+0j))
int(torch.tensor(2.7))
int(torch.tensor(2+3j))
int(torch.tensor(float('nan')))
int(torch.tensor(float('inf')))
int(torch.ones(2))
int(torch.tensor(True))
complex(torch.tensor(2.5))
complex(torch.tensor(2+3j))
complex(torch.ones(2))
bool(torch.tensor(float('nan')))
bool(torch.tensor(0j))
operator.index(torch.tensor(3))
operator.index(torch.tensor(3.))
operator.index(torch.tensor([3]))
operator.index(torch.tensor([3,4]))
operator.index(torch.tensor(True))
len(x)
len(torch.tensor(1.))
len(torch.ones(0,3))
list(x)
list(torch.tensor(1.))
list(torch.ones(2,2))
[t.grad_fn for t in x]
reversed(x)
reversed(torch.tensor(1.))
reversed(torch.ones(2,2,2))
1 in torch.ones(2)
2. in torch.ones(2)
torch.tensor(1) in torch.ones(2)
torch.ones(2) in torch.ones(2)
torch.ones(3) in torch.ones(2)
'a' in torch.ones(2)
None in torch.ones(2)
np.float64(1) in torch.ones(2)
1j in torch.ones(2)
True in torch.ones(2)
x.clone()
x.clone().grad_fn.next_functions
torch.clone(x)
x.clone(memory_format=torch.contiguous_format)
x.clone(1)
torch.ones(2,3).t().clone().stride()
torch.ones(1,3).expand(2,3).clone().stride()
torch.ones(2,3)[:,::2].clone().stride()
torch.ones(2,3).t().clone(memory_format=torch.contiguous_format).stride()
torch.ones(2,3,4).transpose(0,1)[:,:,::2].clone().stride()
torch.ones(2,3).t().contiguous().stride()
x.contiguous() is x
torch.ones(2,3,requires_grad=True).t().contiguous()
torch.ones(1,2,3,4).contiguous(memory_format=torch.channels_last).stride()
x.contiguous(memory_format=torch.preserve_format)
x.contiguous(3)
x.is_contiguous()
torch.ones(2,3).t().is_contiguous()
torch.ones(1,2,3,4).is_contiguous(memory_format=torch.channels_last)
torch.ones(1,1).t().is_contiguous()
torch.ones(5)[2:].storage_offset()
torch.ones(5)[2:].untyped_storage().nbytes()
type(torch.ones(5).untyped_storage())
len(torch.ones(5).untyped_storage())
torch.ones(5).untyped_storage().size()
torch.ones(5).untyped_storage().data_ptr()==0
x.element_size()
x.nbytes
x.itemsize
x.numel()
torch.numel(x)
torch.numel(3)
x.nelement()
x.dim()
x.ndimension()
x.ndim
x.size()
x.size(0)
x.size(-1)
x.size(5)
x.size('a')
x.size(dim=0)
torch.tensor(1.).size(0)
torch.tensor(1.).stride(0)
x.stride()
x.stride(0)
x.stride(5)
x.stride(dim=0)
x.is_floating_point()
torch.is_floating_point(x)
torch.is_floating_point(3)
torch.is_complex(x)
x.is_complex()
x.is_signed()
torch.ones(2,dtype=torch.uint8).is_signed()
torch.is_signed(x)
x.is_cuda
x.is_cpu
x.is_sparse
x.is_sparse_csr
x.is_quantized
x.is_mps
x.is_xpu
x.is_mkldnn
x.is_nested
x.is_vulkan
x.is_conj()
x.is_neg()
x.is_pinned()
x.is_shared()
x.is_inference()
x.is_same_size(torch.ones(2))
x.get_device()
torch.is_tensor(3)
torch.is_storage(3)
torch.is_nonzero(torch.tensor(2.))
torch.is_nonzero(torch.ones(2))
torch.is_nonzero(torch.ones(0))
torch.is_nonzero(3)
x.is_nonzero()
torch.result_type(x,1)
torch.result_type(x,torch.ones(1,dtype=torch.float64))
torch.result_type(1,2.)
torch.result_type(1,'a')
torch.result_type(torch.ones(2,dtype=torch.int64),2.5)
torch.can_cast(torch.float32,torch.int32)
torch.can_cast(3,torch.int32)
torch.promote_types(torch.float32,torch.int32)
x.apply_(lambda a:a)
torch.ones(2).apply_(lambda a:a+1)
torch.ones(2).apply_(3)
torch.ones(2,2,dtype=torch.int64).apply_(lambda a:a*3)
torch.ones(2).map_(torch.ones(2),lambda a,b:a+b)
torch.ones(2).map_(torch.ones(2,dtype=torch.float64),lambda a,b:a+b)
torch.ones(2).map_(torch.ones(3),lambda a,b:a+b)
torch.ones(2).map2_(torch.ones(2),torch.ones(2),lambda a,b,c:a+b+c)
f"{torch.tensor(1.234):.2f}"
f"{torch.tensor([1.234])}"
f"{torch.tensor([1.234]):.2f}"
f"{torch.tensor(1.234,requires_grad=True):.2f}"
format(torch.tensor(3),'d')
format(torch.tensor(3.))
str(torch.tensor(3.))
'%f' % torch.tensor(3.)
'%d' % torch.tensor(3.)
repr(x)
x.__repr__(tensor_contents='abc')
"""

COPYING = """
x=torch.ones(2,requires_grad=True)
int(torch.ones(1,requires_grad=True))
complex(torch.ones(1,requires_grad=True))
torch.ones(1,requires_grad=True).item()
torch.ones(1,requires_grad=True).tolist()
float(torch.ones(1,requires_grad=True))
y=(x*x).sum(); y.backward(create_graph=True)
x.grad
x.grad.grad_fn
x.grad.grad_fn.next_functions
x.grad.grad_fn(torch.ones(2))
copy.deepcopy(x)
copy.deepcopy(x).grad
z=pickle.loads(pickle.dumps(x)); z.foo
z.grad
b=torch.arange(6.); v=b[2:4]; p,q=copy.deepcopy([b,v]); p[2]=9; q
p,q=pickle.loads(pickle.dumps([b,v])); p[2]=9; q, q.storage_offset()
pickle.loads(pickle.dumps(torch.ones(2,3).t())).stride()
copy.deepcopy(torch.ones(2,3)[:,1]).stride()
pickle.loads(pickle.dumps(torch.float32)) is torch.float32
pickle.loads(pickle.dumps(torch.Size([1,2])))
pickle.loads(pickle.dumps(torch.device('cpu')))
w=torch.ones(2,requires_grad=True); h=w.register_hook(lambda g:g); pickle.dumps(w)
h=w.register_hook(print); len(pickle.dumps(w))>0
copy.deepcopy(x*2)
copy.deepcopy((x*2).detach())
copy.deepcopy(torch.ones(2,dtype=torch.bfloat16))
pickle.loads(pickle.dumps(torch.ones(2,dtype=torch.bfloat16)))
pickle.loads(pickle.dumps(torch.tensor(2.)))
l=[w,w]; m=copy.deepcopy(l); m[0] is m[1]
m=pickle.loads(pickle.dumps(l)); m[0] is m[1]
torch.from_dlpack(np.ones(2))
x=torch.arange(6.).reshape(2,3).t(); c=torch.to_dlpack(x); y=torch.from_dlpack(c); y[0,1]=9; x, y.stride()
torch.from_dlpack(c)
torch.from_dlpack(3)
torch.empty((1,2,3,4)).dim_order(ambiguity_check=True)
torch.empty((1,2,3,4)).dim_order(ambiguity_check=[torch.contiguous_format, torch.channels_last])
torch.empty((2,3)).dim_order(ambiguity_check="x")
torch.empty((2,3)).t().dim_order(ambiguity_check=True)
g=torch.Generator(); g.set_state(g.get_state()) is g
torch.from_dlpack(torch.ones(2))
np.from_dlpack(torch.ones(2))
x.__dlpack__()
torch.ones(2).__dlpack__()
torch.ones(2,dtype=torch.bool).__dlpack__()
np.from_dlpack(torch.ones(2,dtype=torch.bool))
torch.ones(2).__dlpack__(stream=1)
torch.ones(2).__dlpack__(copy=True)
torch.from_dlpack(3)
torch.ones(2).__cuda_array_interface__
torch.ones(2,0).stride()
torch.ones(2,0,3).stride()
torch.ones(0).stride()
torch.ones(1,1).expand(3,1).stride()
torch.is_storage(torch.ones(2).untyped_storage())
torch.ones(2).untyped_storage().tolist()
torch.ones(2).untyped_storage()[0]
torch.ones(2).untyped_storage().element_size()
torch.ones(2).untyped_storage().device
torch.tensor(2)**torch.tensor(3)
[1,2,3][torch.tensor(True)]
range(torch.tensor(3))
torch.ones(2).__array_priority__
x.nbytes
torch.tensor(2.).to(dtype=torch.int32)
x.numpy(1)
x.numpy(force=1)
torch.ones(2,3).to('cpu',torch.int32,False,True)
torch.ones(2,3).to(device='cpu',copy=True,non_blocking=True).shape
torch.ones(2).to(torch.tensor(1,dtype=torch.int8),copy=True)
torch.ones(2).to(tensor=torch.tensor(1,dtype=torch.int8))
torch.ones(2).to(torch.float32,copy='a')
torch.ones(2).cpu(1)
torch.ones(2).cpu(memory_format=torch.preserve_format)
"""


@pytest.mark.parametrize("program", [CONVERSION, COPYING])
def test_programs(program):
    assert not differences(torch, program)
