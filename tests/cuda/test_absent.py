"""Programs written for CUDA learn that there is none, in the words of PyTorch's CPU build."""

import pytest

import rushlight as torch

LACKING = "Torch not compiled with CUDA enabled"


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: torch.cuda.current_device(), AssertionError, LACKING),
        (lambda: torch.cuda.default_stream(), AssertionError, LACKING),
        (lambda: torch.cuda.set_device(0), AttributeError, "_cuda_setDevice"),
        (lambda: torch.cuda.set_device("cpu"), ValueError, "Expected a cuda device, but got: cpu"),
        (lambda: torch.cuda.set_device("cuda"), ValueError, "with a specified index or an integer, but got:cuda"),
        (lambda: torch.cuda.device("cpu"), ValueError, "Expected a cuda device, but got: cpu"),
        (lambda: torch.cuda.device(0).__enter__(), RuntimeError, "compiled without CUDA support"),
        (lambda: torch.cuda.Stream(), RuntimeError, "torch.cuda.Stream requires CUDA support"),
        (lambda: torch.cuda.Event(enable_timing=True), RuntimeError, "dummy base class Event"),
        (lambda: torch.cuda.FloatTensor(3), TypeError, "type torch.cuda.FloatTensor not available"),
        (lambda: torch.cuda.reset_peak_memory_stats(), AttributeError, "_cuda_resetPeakMemoryStats"),
        (lambda: torch.device("float32"), RuntimeError, "Invalid device string: 'float32'"),
    ],
)
def test_what_needs_a_device_raises(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_what_asks_is_answered():
    x = torch.ones(2)
    assert not isinstance(x, torch.cuda.FloatTensor) and torch.cuda.memory_stats() == {}
    with torch.cuda.device(-1), torch.cuda.device_of(x), torch.cuda.stream(None):
        torch.cuda.set_device(-1)
    assert issubclass(torch.cuda.OutOfMemoryError, RuntimeError)
    with pytest.warns(FutureWarning, match="has been renamed to `torch.cuda.memory_reserved`"):
        assert torch.cuda.memory_cached() == 0


def test_switches_of_attention_are_kept():
    cuda = torch.backends.cuda
    assert cuda.flash_sdp_enabled() and cuda.math_sdp_enabled() and cuda.mem_efficient_sdp_enabled()
    with pytest.warns(FutureWarning, match="sdp_kernel"), cuda.sdp_kernel(enable_flash=False):
        assert not cuda.flash_sdp_enabled() and cuda.cudnn_sdp_enabled()
    cuda.enable_math_sdp(False)
    assert cuda.flash_sdp_enabled() and not cuda.math_sdp_enabled()
    cuda.enable_math_sdp(True)
