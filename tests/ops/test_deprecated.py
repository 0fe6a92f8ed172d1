"""What has been removed says what to use; what is advised against warns; memory in files and between processes."""

import os

import pytest

import rushlight as torch

X = torch.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize("name", ["eig", "lstsq", "matrix_rank", "solve", "symeig"])
def test_removed_functions_name_the_new_ones(name):
    arguments = (X, X) if name in ("lstsq", "solve") else (X,)
    with pytest.raises(RuntimeError, match=r"(?s)is now removed\..*torch\.linalg\."):
        getattr(torch, name)(*arguments)
    if name != "matrix_rank":
        with pytest.raises(RuntimeError, match=r"is now removed\."):
            getattr(arguments[0], name)(*arguments[1:])


def test_resize_warns():
    x = X.clone().requires_grad_()
    with pytest.warns(UserWarning, match="non-inplace resize is deprecated"):
        y = x.resize(3, 2)
    assert type(y.grad_fn).__name__ == "ResizeBackward" and y.shape == (3, 2)
    with (
        pytest.warns(UserWarning, match="non-inplace resize_as is deprecated"),
        pytest.raises(
            RuntimeError, match=r"requested resize to 7 \(7 elements in total\), but .* size of 2x3 \(6 elements\)"
        ),
    ):
        x.resize_as(torch.zeros(7))
    with pytest.warns(UserWarning, match="volatile was removed"):
        assert x.volatile is False


def test_set_of_what_requires_grad_has_no_derivative():
    x = torch.ones(3, requires_grad=True)
    y = (x * 2).set_(torch.ones(2))
    assert type(y.grad_fn).__name__ == "NotImplemented" and y.tolist() == [1.0, 1.0]
    with pytest.raises(RuntimeError, match="derivative for aten::set_ is not implemented"):
        y.sum().backward()
    assert torch.zeros(2).set_(x).requires_grad
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used in an in-place operation"):
        x.set_(torch.ones(2))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that are forked")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_shared_memory_is_seen_by_forked_processes():
    x, y = torch.empty_strided((3, 2), (1, 3)).copy_(X.mT).share_memory_(), torch.zeros(2)
    assert x.is_shared() and x[0].is_shared() and x.untyped_storage().is_shared() and not y.is_shared()
    assert x.stride() == (1, 3) and torch.equal(x, X.mT)
    assert x.share_memory_() is x and not (x + 1).is_shared()
    child = os.fork()
    if not child:
        x[0, 1], y[0] = 7.0, 7.0
        os._exit(0)
    os.waitpid(child, 0)
    assert x[0, 1] == 7.0 and y[0] == 0.0



def test_from_file(tmp_path):
    path = str(tmp_path / "numbers")
    X.numpy().tofile(path)
    private = torch.from_file(path, size=6)
    private[0] = 9.0
    assert torch.from_file(path, size=6).tolist() == X.reshape(-1).tolist()
    shared = torch.from_file(path, shared=True, size=8)
    shared[0] = 9.0
    assert torch.from_file(path, size=8).tolist() == [9.0, 1.0, 2.0, 3.0, 4.0, 5.0, 0.0, 0.0]
    assert torch.from_file(path, size=2, dtype=torch.int32).dtype is torch.int32
    assert torch.from_file(path).shape == (0,)
    with pytest.raises(RuntimeError, match=r"file <.*> size <32> is smaller than the required mapping size <400>"):
        torch.from_file(path, size=100)
    with pytest.raises(
        RuntimeError, match=r"unable to open file <.*> in read-only mode: No such file or directory \(2\)"
    ):
        torch.from_file(path + "?", size=1)


def test_numbers_of_symbols():
    assert (torch.sym_int(-2.7), torch.sym_float(2), torch.sym_not(0), torch.sym_sqrt(4)) == (-2, 2.0, True, 2.0)
    assert isinstance(torch.sym_max(2, 1.0), float) and torch.sym_min(1, 2) == 1 and torch.sym_sum([1, 2]) == 3
    assert torch.sym_ite(True, 1, 2) == 1


def test_there_are_no_accelerators():
    assert not torch.cuda.is_available() and not torch.backends.mps.is_available() and not torch.xpu.is_available()
    assert torch.cuda.device_count() == 0 and torch.accelerator.current_accelerator() is None
    torch.cuda.manual_seed_all(0)
    torch.backends.cudnn.deterministic = True
    with torch.backends.cudnn.flags(enabled=False):
        assert torch.backends.cudnn.enabled is False
    assert torch.backends.cudnn.enabled is True
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        torch.cuda.synchronize()
    assert torch.get_device_module() is torch.cpu and torch.get_device_module("cuda") is torch.cuda
    first = torch.cpu.current_stream()
    with torch.cpu.stream(torch.cpu.Stream()):
        assert torch.cpu.current_stream() is not first
    assert torch.cpu.current_stream() is first
