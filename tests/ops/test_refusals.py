"""Layers and losses refuse what PyTorch refuses, by name: dtypes without a kernel, weights larger than what they weigh."""

import re

import pytest

import rushlight as torch

F = torch.nn.functional
C, X = torch.ones(2, 4, dtype=torch.complex64), torch.ones(2, 4)


def convolution(ndim, transposed=False, dilation=1):
    x, w = torch.ones(1, 1, *[3] * ndim, dtype=torch.complex64), torch.ones(1, 1, *[2] * ndim, dtype=torch.complex64)
    return torch.convolution(x, w, None, [1] * ndim, [0] * ndim, [dilation] * ndim, transposed, [0] * ndim, 1)


@pytest.mark.parametrize(
    "kernel, call",
    {
        "glu_cpu": lambda: F.glu(C),
        "softmax_lastdim_kernel_impl": lambda: torch._safe_softmax(C, 1),
        "softmax_kernel_impl": lambda: torch._safe_softmax(C, 0),
        "binary_cross_entropy": lambda: F.binary_cross_entropy(C, C),
        "slow_conv2d_cpu": lambda: convolution(1),
        "slow_conv_dilated<>": lambda: convolution(3, dilation=2),
        "compute_columns3d": lambda: convolution(3),
        "slow_conv_transpose2d_out_cpu": lambda: convolution(2, True),
        "slow_conv_transpose3d_out_cpu": lambda: convolution(3, True),
    }.items(),
)
def test_dtypes_without_a_kernel(kernel, call):
    with pytest.raises(NotImplementedError, match=re.escape(f"\"{kernel}\" not implemented for 'ComplexFloat'")):
        call()


def test_attention_of_complex_numbers():
    with pytest.raises(NotImplementedError, match=r"\"softmax_lastdim_kernel_impl\" not implemented for 'ComplexFloat'"):
        F.scaled_dot_product_attention(C, C, C)


@pytest.mark.parametrize("loss", [F.binary_cross_entropy, F.binary_cross_entropy_with_logits])
@pytest.mark.parametrize("reduction", ["none", "mean"])
def test_weights_larger_than_the_losses(loss, reduction):
    words = re.escape("output with shape [2, 4] doesn't match the broadcast shape [3, 2, 4]")
    with pytest.raises(RuntimeError, match=words):
        loss(X, X, torch.ones(3, 2, 4), reduction=reduction)
    with pytest.raises(RuntimeError, match=words):
        F.binary_cross_entropy_with_logits(X, X, pos_weight=torch.ones(3, 2, 4), reduction=reduction)


@pytest.mark.parametrize("name", ["adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool3d"])
def test_no_channels(name):
    shape = [2, 0, *[4] * int(name[-2])]
    words = f"{name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes {shape} with"
    with pytest.raises(RuntimeError, match=re.escape(f"{words} dimension 1 being empty")):
        getattr(F, name)(torch.ones(shape), 2)


def test_convolutions_to_no_channels():
    with pytest.raises(RuntimeError, match=re.escape("non-empty 2D or 4D weight tensor expected, but got: [2, 0, 1, 3]")):
        F.conv_transpose1d(torch.ones(1, 2, 4), torch.ones(2, 0, 3))
    with pytest.raises(RuntimeError, match=r"non-empty 5D \(.*\) tensor expected for weight, but got: \[2, 0, 3, 3, 3\]"):
        F.conv_transpose3d(torch.ones(1, 2, 4, 4, 4), torch.ones(2, 0, 3, 3, 3))


def test_convolutions_over_time_of_two_dtypes():
    with pytest.raises(RuntimeError, match="self and mat2 must have the same dtype, but got Float and Double"):
        torch.conv_tbc(torch.ones(3, 1, 2), torch.ones(2, 2, 2).double(), torch.ones(2))


def test_statistics_of_other_channels():
    with pytest.raises(RuntimeError, match=r"shape '\[2, 0\]' is invalid for input of size 8"):
        F.instance_norm(torch.ones(2, 0, 3), torch.ones(4), torch.ones(4))
    with pytest.raises(RuntimeError, match=r"Expected X.numel\(\) == N \* C \* HxW to be true, but got false"):
        torch.native_group_norm(torch.ones(2, 4), None, None, 2, 4, 3, 2, 1e-5)


def test_losses_in_chunks_of_complex_numbers():
    options = torch.nn.LinearCrossEntropyOptions(batch_chunk_size=1)
    with pytest.raises(ValueError, match=r"acc_dtype must be one of .*, got torch.complex64"):
        F.linear_cross_entropy(C, C, torch.tensor([0, 1]), options=options)
