"""Conversions to dtypes, numbers, arrays; what a tensor says of itself; copies and pickles."""

import copy
import pickle
import warnings

import numpy as np
import pytest

import rushlight as torch


def test_to_returns_the_tensor_itself_where_it_can():
    x = torch.ones(2, requires_grad=True)
    assert x.to(torch.float32) is x.float() is x.to("cpu") is x.cpu() is x.type_as(x) is x.to(torch.ones(1)) is x
    assert x.to(torch.float32, copy=True) is not x
    assert type(x.to(torch.float64).grad_fn).__name__ == "ToCopyBackward0"
    assert not x.to(torch.int64).requires_grad


def test_gradients_come_back_in_the_dtype_of_the_input():
    x = torch.tensor([1.0, 2.0], dtype=torch.float16, requires_grad=True)
    (x.double() * torch.tensor([3.0, 4.0], dtype=torch.float64)).sum().backward()
    assert x.grad.dtype is torch.float16 and x.grad.tolist() == [3, 4]
    z = torch.tensor([1.0, 2.0], requires_grad=True)
    (z.to(torch.complex64) * (1 - 2j)).abs().sum().backward()
    assert z.grad.dtype is torch.float32


def test_bad_conversions():
    x = torch.ones(2)
    with pytest.raises(TypeError, match=r"to\(\) received an invalid .* - got \(torch.dtype, str\)"):
        x.to(torch.float64, "cpu")
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        x.cuda()
    with pytest.raises(ValueError, match=r"invalid type: 'torch\.FooTensor'"):
        x.type("torch.FooTensor")


def test_numpy_shares_memory():
    x = torch.ones(2)
    a = x.numpy()
    a[0] = 5
    assert x.tolist() == [5, 1]
    y = torch.tensor(1.0)
    y.numpy()[...] = 3
    assert y.item() == 3
    assert np.asarray(x).dtype == np.float32


def test_numpy_refuses_what_requires_grad():
    x = torch.ones(2, requires_grad=True)
    for convert in (x.numpy, x.__array__, lambda: np.asarray(x), lambda: np.array([x, x])):
        with pytest.raises(RuntimeError, match=r"Can't call numpy\(\) on Tensor that requires grad"):
            convert()
    with torch.no_grad():
        assert x.numpy().tolist() == [1, 1]
    assert x.numpy(force=True).tolist() == [1, 1]
    with pytest.raises(TypeError, match="Got unsupported ScalarType BFloat16"):
        torch.ones(2).bfloat16().numpy()


def test_python_numbers():
    assert float(torch.tensor(2.5)) == 2.5 and int(torch.tensor(2.7)) == 2 and complex(torch.tensor(1j)) == 1j
    assert [10, 20, 30][torch.tensor(1)] == 20 and list(range(torch.tensor([3]))) == [0, 1, 2]
    with pytest.raises(ValueError, match="only one element tensors can be converted to Python scalars"):
        float(torch.ones(2))
    with pytest.raises(TypeError, match="only integer tensors of a single element can be converted to an index"):
        [1][torch.tensor(0.0)]
    assert f"{torch.tensor(1.234):.2f}" == "1.23"
    with pytest.raises(TypeError, match="unsupported format string passed to Tensor"):
        f"{torch.ones(2):.2f}"


def test_sequences():
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    rows = list(x)
    assert len(x) == 2 and [r.tolist() for r in rows] == [[1, 2], [3, 4]]
    assert rows[0].grad_fn is rows[1].grad_fn and type(rows[0].grad_fn).__name__ == "UnbindBackward0"
    assert 3 in x and 5 not in x and reversed(x).tolist() == [[3, 4], [1, 2]]
    with pytest.raises(TypeError, match=r"len\(\) of a 0-d tensor"):
        len(torch.tensor(1.0))
    with pytest.raises(TypeError, match="iteration over a 0-d tensor"):
        list(torch.tensor(1.0))
    with pytest.raises(RuntimeError, match="__contains__ only supports Tensor or scalar"):
        "a" in x  # noqa: B015


def test_the_gradient_of_a_gradient_is_a_copy():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (x * x).sum().backward(create_graph=True)
    node = x.grad.grad_fn
    assert type(node).__name__ == "CopyBackwards" and node.next_functions[0] == (None, 0)
    assert node(torch.ones(2))[1].tolist() == [1, 1]
    x.grad = None


def test_geometry():
    x = torch.arange(12.0).reshape(3, 4)[1:, ::2]
    assert x.size() == (2, 2) and x.size(-1) == 2 and x.stride() == (4, 2) and x.storage_offset() == 4
    assert x.data_ptr() - x._base.data_ptr() == 16 and x.untyped_storage().nbytes() == 48
    assert not x.is_contiguous() and x.contiguous().is_contiguous() and x.clone().stride() == (2, 1)
    assert x.nbytes == 16 and x.itemsize == x.element_size() == 4 and x.dim() == x.ndim == 2
    assert torch.ones(2, 0, 3).stride() == (3, 3, 1)
    with pytest.raises(IndexError, match="Dimension out of range"):
        x.size(2)


def test_deepcopy():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    x.note = [1]
    (x * 3).sum().backward()
    y = copy.deepcopy(x)
    assert y.requires_grad and y.is_leaf and y.grad.tolist() == [3, 3] and y.grad is not x.grad
    assert y.note == [1] and y.note is not x.note
    with pytest.raises(RuntimeError, match="Only Tensors created explicitly by the user"):
        copy.deepcopy(x * 2)
    same = copy.deepcopy([x, x])
    assert same[0] is same[1]


def test_copies_of_tensors_that_share_memory_share_memory():
    base = torch.arange(6.0)
    for duplicate in (copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))):
        whole, part = duplicate([base, base[2:4]])
        whole.numpy()[2] = 9
        assert part.tolist() == [9, 3] and base[2].item() == 2 and part.storage_offset() == 2


def test_shallow_copy_shares_memory():
    x = torch.ones(2, requires_grad=True)
    y = copy.copy(x)
    assert y.data_ptr() == x.data_ptr() and y.is_leaf and y.requires_grad


@pytest.mark.parametrize("make", [
    lambda: torch.ones(2, requires_grad=True), lambda: torch.ones(2, requires_grad=True) * 2, lambda: torch.tensor(2.0),
    lambda: torch.arange(6).reshape(2, 3).t(), lambda: torch.ones(2).bfloat16(), lambda: torch.zeros(0, 3),
    lambda: torch.ones(1, 3).expand(2, 3), lambda: torch.tensor([1 + 2j]),
])  # fmt: skip
def test_pickle(make):
    x = make()
    y = pickle.loads(pickle.dumps(x))
    assert y.dtype is x.dtype and y.shape == x.shape and y.stride() == x.stride() and y.tolist() == x.tolist()
    assert y.is_leaf and y.requires_grad == x.requires_grad


def test_hooks_are_not_pickled():
    x = torch.ones(2, requires_grad=True)
    x.register_hook(print)
    with pytest.warns(UserWarning, match="backward hook <built-in function print> on tensor will not be serialized"):
        pickle.dumps(x)


def test_dlpack():
    x = torch.ones(2)
    assert np.from_dlpack(x).tolist() == [1, 1]
    a = np.ones(2)
    y = torch.from_dlpack(a)
    a[0] = 4
    assert y.tolist() == [4, 1]
    with pytest.raises(BufferError, match="Can't export tensors that require gradient"):
        torch.ones(2, requires_grad=True).__dlpack__()
    from rushlight.utils.dlpack import from_dlpack, to_dlpack

    assert from_dlpack(to_dlpack(x)).tolist() == [1, 1]


def test_apply_and_map():
    x = torch.tensor([1.0, 2.0])
    assert x.apply_(lambda v: v * 10) is x and x.tolist() == [10, 20]
    assert x.map_(torch.tensor([1.0, 2.0]), lambda a, b: a - b).tolist() == [9, 18]
    with pytest.raises(RuntimeError, match=r"Can't call apply_\(\) on Variable that requires grad"):
        torch.ones(2, requires_grad=True).apply_(abs)


def test_printing():
    x = torch.ones(2, requires_grad=True)
    assert repr(x) == "tensor([1., 1.], requires_grad=True)"
    assert repr(x.double()) == "tensor([1., 1.], dtype=torch.float64, grad_fn=<ToCopyBackward0>)"
    assert x.__repr__(tensor_contents="...") == "tensor(..., requires_grad=True)"
