import math

import pytest

import rushlight as torch


def test_frexp():
    x = torch.tensor([12.0, 0.0, -0.75, math.inf])
    mantissa, exponent = result = torch.frexp(x)
    assert mantissa.tolist() == [0.75, 0, -0.75, math.inf] and exponent.tolist() == [4, 0, 0, 0]
    assert repr(result).startswith("torch.return_types.frexp(\nmantissa=") and exponent.dtype is torch.int32
    assert torch.equal(torch.ldexp(mantissa, exponent), x)
    assert torch.frexp(x.to(torch.bfloat16)).mantissa.dtype is torch.bfloat16


def test_frexp_errors():
    with pytest.raises(RuntimeError, match=r"torch.frexp\(\) only supports floating-point dtypes"):
        torch.frexp(torch.tensor([1]))
    x = torch.ones(2)
    out = torch.empty(2), torch.empty(2, dtype=torch.int32)
    assert torch.frexp(x, out=out).mantissa is out[0]
    with pytest.raises(RuntimeError, match="expects mantissa to have dtype float but got double"):
        torch.frexp(x, out=(out[0].double(), out[1]))
    with pytest.raises(RuntimeError, match="expects exponent to have int dtype but got float"):
        torch.frexp(x, out=(out[0], out[0]))


def test_hash_tensor():
    assert torch.hash_tensor(torch.tensor([1.5])).item() == 0x3FF8000000000000
    assert torch.hash_tensor(torch.tensor([-1, 2, 3], dtype=torch.int8)).item() == 2**64 - 2
    assert torch.hash_tensor(torch.tensor([[1, 2], [1, 4]]), 0, keepdim=True).tolist() == [[0, 6]]
    assert torch.hash_tensor(torch.tensor(True)).dtype is torch.uint64
    with pytest.raises(RuntimeError, match="Unknown hash_tensor mode: 1"):
        torch.hash_tensor(torch.ones(1), mode=1)
    with pytest.raises(IndexError, match="Expected reduction dim 0 to have non-zero size"):
        torch.hash_tensor(torch.empty(0, 3), 0)
    with pytest.raises(RuntimeError, match="Expected result to be of dtype uint64, but got Float"):
        torch.hash_tensor(torch.ones(2), out=torch.ones(()))


def test_small_integers_keep_their_dtype_where_it_is_asked_for():
    x = torch.tensor([200, 100], dtype=torch.uint8)
    assert x.cumsum(0, dtype=torch.uint8).tolist() == [200, 44]
    assert x.cumprod(0, dtype=torch.uint8).tolist() == [200, 32]
    with pytest.raises(NotImplementedError, match="\"cumsum_out_cpu\" not implemented for 'Bool'"):
        x.cumsum(0, dtype=torch.bool)


def test_out_of_another_dtype():
    x = torch.ones(2)
    with pytest.raises(RuntimeError, match="Expected out tensor to have dtype float, but got double instead"):
        torch.aminmax(x, out=(torch.empty(()), torch.empty((), dtype=torch.float64)))
    with pytest.raises(RuntimeError, match="scalar type ComplexFloat but got scalar type Float for argument 'out'"):
        torch.complex(x, x, out=x.clone())
