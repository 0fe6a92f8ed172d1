"""Modules on several devices, of which there is one."""

import pytest

import rushlight as torch
from rushlight.nn.attention import SDPBackend, sdpa_kernel


def test_data_parallel_calls_the_module():
    inner = torch.nn.Linear(2, 3)
    outer = torch.nn.DataParallel(inner, device_ids=[0, 1])
    x = torch.randn(4, 2)
    assert torch.equal(outer(x), inner(x))
    assert list(outer.state_dict()) == ["module.weight", "module.bias"]
    outer(x).sum().backward()
    assert inner.weight.grad is not None
    assert torch.nn.parallel.DataParallel is torch.nn.DataParallel


def test_what_needs_more_says_so():
    with pytest.raises(RuntimeError, match="device type could not be determined"):
        torch.nn.parallel.data_parallel(torch.nn.Identity(), torch.ones(2))
    with pytest.raises(NotImplementedError, match="DistributedDataParallel"):
        torch.nn.parallel.DistributedDataParallel(torch.nn.Identity())


@pytest.mark.parametrize("backends", [SDPBackend.MATH, [SDPBackend.FLASH_ATTENTION, SDPBackend.MATH]])
def test_a_program_that_chooses_kernels_runs(backends):
    q = torch.randn(2, 3, 4)
    with sdpa_kernel(backends):
        chosen = torch.nn.functional.scaled_dot_product_attention(q, q, q)
    assert torch.equal(chosen, torch.nn.functional.scaled_dot_product_attention(q, q, q))


def test_kernels_are_named():
    assert repr(SDPBackend.MATH) == "<SDPBackend.MATH: 0>" and int(SDPBackend.ERROR) == -1
    with pytest.raises(AssertionError, match="Backend must be an instance of SDPBackend or a list"), sdpa_kernel("math"):
        pass


def test_flexible_attention_is_refused_by_name():
    from rushlight.nn.attention.flex_attention import create_block_mask, flex_attention

    for function in (flex_attention, create_block_mask):
        with pytest.raises(NotImplementedError, match=function.__name__):
            function(1, 2, 3)
