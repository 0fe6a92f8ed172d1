"""Making tensors, without PyTorch at hand: dtypes, payloads, errors that leave everything as it was."""

import warnings

import numpy as np
import pytest

import rushlight as torch
from rushlight.core.tensor import memory


@pytest.mark.parametrize("make", [
    lambda: torch.tensor(2.0), lambda: torch.tensor(2), lambda: torch.tensor(True), lambda: torch.tensor(2j),
    lambda: torch.full((), 2.0), lambda: torch.zeros(()), lambda: torch.ones(()), lambda: torch.scalar_tensor(2),
    lambda: torch.tensor(np.float64(2)), lambda: torch.zeros_like(torch.tensor(1.0)), lambda: torch.rand(()),
    lambda: torch.tensor([2.0, 1.0]).new_full((), 2),
])  # fmt: skip
def test_zero_dimensional_tensors_hold_numpy_scalars(make):
    """Arithmetic on NumPy scalars is ten times cheaper; they get memory when somebody wants it."""
    x = make()
    assert isinstance(x._data, np.generic)
    assert isinstance(memory(x), np.ndarray)
    assert x.numpy().shape == ()


def test_dtypes_are_inferred():
    assert torch.tensor([1, 2.5]).dtype is torch.float32
    assert torch.tensor([True, 2]).dtype is torch.int64
    assert torch.tensor([1, 2j]).dtype is torch.complex64
    assert torch.tensor([np.float64(1), 2.0]).dtype is torch.float64
    assert torch.tensor([torch.tensor(1, dtype=torch.float16), 1]).dtype is torch.float16
    assert torch.tensor([]).dtype is torch.float32
    torch.set_default_dtype(torch.float64)
    try:
        assert torch.tensor([1.0]).dtype is torch.zeros(1).dtype is torch.full((1,), 2.0).dtype is torch.float64
        assert torch.tensor(1j).dtype is torch.complex128
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize(("data", "error", "words"), [
    ([[1, 2], [3]], ValueError, "expected sequence of length 2 at dim 1 \\(got 1\\)"),
    ([[1, 2], 3], TypeError, "not a sequence"),
    ([1, [2, 3]], TypeError, "'list' object cannot be interpreted as an integer"),
    ("abc", TypeError, "new\\(\\): invalid data type 'str'"),
    (["abc"], ValueError, "too many dimensions 'str'"),
    ([None], RuntimeError, "Could not infer dtype of NoneType"),
    (2**63, ValueError, "Overflow when unpacking long long"),
])  # fmt: skip
def test_bad_data(data, error, words):
    with pytest.raises(error, match=words):
        torch.tensor(data)


def test_self_referential_lists():
    data = [1]
    data.append(data)
    with pytest.raises(TypeError, match="self-referential lists are incompatible"):
        torch.tensor(data)


def test_copies_and_shares():
    a = np.ones((2, 3))
    copied, shared, again = torch.tensor(a), torch.from_numpy(a), torch.as_tensor(a)
    a[0, 0] = 5
    assert copied[0, 0].item() == 1 and shared[0, 0].item() == again[0, 0].item() == 5
    assert torch.as_tensor(a, dtype=torch.float32)[0, 0].item() == 5
    assert torch.from_numpy(a.T).stride() == (1, 3)
    assert torch.as_tensor(shared) is shared


def test_copying_a_tensor_warns():
    with pytest.warns(UserWarning, match="To copy construct from a tensor") as caught:
        torch.tensor(torch.ones(2))
    assert caught[0].filename == __file__


def test_a_tensor_in_a_graph_is_copied_out_of_it():
    x = torch.ones(2, requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert not torch.tensor(x * 2).requires_grad


def test_from_numpy_refuses():
    with pytest.raises(TypeError, match=r"expected np.ndarray \(got list\)"):
        torch.from_numpy([1])
    with pytest.raises(ValueError, match="negative"):
        torch.from_numpy(np.ones(3)[::-1])
    with pytest.raises(TypeError, match=r"can't convert np\.ndarray of type numpy\.str_"):
        torch.from_numpy(np.array(["a"]))


def test_out():
    out = torch.zeros(2)
    assert torch.ones(3, out=out) is out and out.tolist() == [1, 1, 1] and out._version == 1
    with pytest.raises(RuntimeError, match=r"dtype Double does not match dtype of out parameter \(Float\)"):
        torch.zeros(2, out=out, dtype=torch.float64)
    leaf = torch.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="don't support automatic differentiation"):
        torch.full((2,), 3, out=leaf)
    assert out.tolist() == [1, 1, 1] and leaf.tolist() == [1, 1]


def test_requires_grad():
    assert torch.zeros(2, requires_grad=True).is_leaf
    for make in (torch.zeros, torch.ones, torch.empty):
        with pytest.raises(RuntimeError, match="Only Tensors of floating point and complex dtype"):
            make(2, dtype=torch.int64, requires_grad=True)
    with pytest.raises(TypeError, match=r"zeros\(\): argument 'requires_grad' must be bool, not int"):
        torch.zeros(2, requires_grad=1)


def test_like_keeps_the_order_of_memory():
    x = torch.ones(2, 3, 4).permute(2, 0, 1)
    assert torch.zeros_like(x).stride() == torch.rand_like(x).stride() == x.stride()
    assert torch.zeros_like(x, memory_format=torch.contiguous_format).stride() == (6, 3, 1)
    assert torch.ones_like(torch.ones(1, 3).expand(2, 3)).stride() == (3, 1)
    assert torch.empty(1, 2, 3, 4, memory_format=torch.channels_last).stride() == (24, 1, 8, 2)


def test_bfloat16():
    assert torch.full((2,), 3.14159, dtype=torch.bfloat16).tolist() == [3.140625] * 2
    assert torch.tensor(3.14159, dtype=torch.bfloat16).item() == 3.140625
    assert torch.ones(2, dtype=torch.bfloat16).element_size() == 2
    zeros = torch.zeros_like(torch.ones(2).bfloat16())
    assert torch.eye(2, dtype=torch.bfloat16).dtype is zeros.dtype is torch.bfloat16


def test_linspace_is_symmetric():
    """Both ends are exact, and the second half counts from the end."""
    x = torch.linspace(0.1, 0.7, 7, dtype=torch.float32)
    assert x[0].item() == np.float32(0.1) and x[-1].item() == np.float32(0.7)
    y = torch.linspace(-0.7, 0.7, 11)
    assert (y == -y.flip(0))[:5].all()


def test_legacy_constructors():
    assert torch.Tensor(2, 3).shape == (2, 3) and torch.Tensor([1, 2]).tolist() == [1, 2]
    assert torch.LongTensor([1.5]).tolist() == [1] and torch.DoubleTensor(2).dtype is torch.float64
    assert isinstance(torch.ones(2), torch.FloatTensor) and not isinstance(torch.ones(2), torch.LongTensor)
    x = torch.ones(2, requires_grad=True)
    assert type(torch.Tensor(x).grad_fn).__name__ == "AliasBackward0"

    class Own(torch.Tensor):
        pass

    assert repr(Own([1.0])) == "Own([1.])"
    torch.Tensor(x).sum().backward()
    assert x.grad.tolist() == [1, 1]


def test_default_device():
    with torch.device("cpu"):
        assert torch.zeros(2).device == torch.device("cpu")
    with torch.device("meta"), pytest.raises(NotImplementedError):
        torch.zeros(2)


def test_warnings_of_a_process():
    """Some warnings are given once, unless the program wants them always."""
    x = torch.ones(1, requires_grad=True)
    torch.set_warn_always(True)
    try:
        for _ in range(2):
            with pytest.warns(UserWarning, match="Converting a tensor with requires_grad=True to a scalar"):
                float(x)
    finally:
        torch.set_warn_always(False)
    assert not torch.is_warn_always_enabled()
    float(x)


@pytest.mark.parametrize("data", [[np.ones(2)], [[1, 2], np.ones(2)], [[np.ones(2)], [np.ones(2)]]])
def test_arrays_in_lists_are_warned_of(data):
    torch.set_warn_always(True)
    try:
        with pytest.warns(UserWarning, match=r"^Creating a tensor from a list of numpy\.ndarrays is extremely slow\."):
            torch.tensor(data)
    finally:
        torch.set_warn_always(False)


def test_what_stands_beside_an_empty_list_is_not_looked_at():
    assert torch.tensor([[], [1]]).shape == (2, 0) == torch.tensor([[], 3]).shape


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: torch.randperm(3, dtype=torch.bool), NotImplementedError, "\"randperm\" not implemented for 'Bool'"),
        (lambda: torch.randperm(2050, dtype=torch.float16), RuntimeError, "n cannot be greater than 2049 for Half type."),
        (lambda: torch.randint(0, 2**63, (2,)), ValueError, "Overflow when unpacking long long"),
        (lambda: torch.ones(2).random_(2**63), ValueError, "Overflow when unpacking long long"),
        (lambda: torch.eye(-(2**63) - 1), ValueError, "Overflow when unpacking long long"),
        (lambda: torch.arange(0, 1, float("nan")), RuntimeError, "step must be nonzero"),
        (lambda: torch.arange(10**30), OverflowError, "int too big to convert"),
        (lambda: torch.arange(0, 10.0**30), RuntimeError, "invalid size, possible overflow?"),
        (lambda: torch.zeros((2,), 3), TypeError, "zeros() takes 1 positional argument but 2 were given"),
        (lambda: torch.ones(1).uniform_(0, 1, 2), TypeError, "uniform_() takes from 0 to 2 positional arguments but 3 were given"),
        (
            lambda: torch.full((2,), 70000, dtype=torch.float16), RuntimeError,
            "value cannot be converted to type c10::Half without overflow",
        ),
    ],
)  # fmt: skip
def test_odd_arguments_are_refused_in_torchs_words(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message
