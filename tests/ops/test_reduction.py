"""Reductions, running sums, extremes, sorting: dtypes, errors, named results, what ties do, what nodes are called."""

import copy
import pickle
import warnings

import numpy as np
import pytest

import rushlight as torch
from raising import raises

X = torch.tensor([[1.0, 2.0, 2.0], [4.0, 5.0, 4.0]])


def gradient(call, values):
    x = torch.tensor(values, requires_grad=True)
    call(x).sum().backward()
    return x.grad.tolist()


def name(t):
    return type(t.grad_fn).__name__


@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.int8, torch.int32, torch.int64])
@pytest.mark.parametrize("function", ["sum", "prod", "cumsum", "cumprod"])
def test_integers_add_up_to_int64(function, dtype):
    x = torch.ones(3, dtype=dtype)
    arguments = (0,) if function.startswith("cum") else ()
    assert getattr(torch, function)(x, *arguments).dtype is torch.int64
    assert getattr(torch, function)(x, *arguments, dtype=torch.float32).dtype is torch.float32


def test_dtype_argument_keeps_the_gradients_dtype():
    x = torch.ones(3, requires_grad=True)
    y = x.sum(dtype=torch.float64)
    assert (y.dtype, name(y)) == (torch.float64, "SumBackward0")
    y.backward()
    assert x.grad.dtype is torch.float32


def test_half_is_added_in_float32():
    assert torch.ones(5000, dtype=torch.float16).sum().item() == 5000
    assert torch.ones(5000, dtype=torch.bfloat16).sum().item() == 4992
    assert torch.full((70000,), 1.0, dtype=torch.float16).mean().item() == 1


def test_empty():
    assert torch.ones(0).sum().item() == 0
    assert torch.ones(0).prod().item() == 1
    assert np.isnan(torch.ones(0).mean().item())
    assert torch.ones(0, 2).sum(0).tolist() == [0, 0]
    assert torch.ones(0, 2).logsumexp(0).tolist() == [-np.inf, -np.inf]
    assert torch.ones(0).any().item() is False
    assert torch.ones(0).all().item() is True
    assert torch.ones(0, 2).max(1).values.shape == (0,)


@pytest.mark.parametrize("function", ["max", "min"])
def test_extremes_of_nothing(function):
    raises(
        RuntimeError,
        f"{function}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
        "the 'dim' argument.",
        lambda: getattr(torch, function)(torch.ones(0)),
    )
    words = f"{function}(): Expected reduction dim 0 to have non-zero size."
    raises(IndexError, words, lambda: getattr(torch, function)(torch.ones(0, 2), 0))


def test_errors():
    raises(
        RuntimeError,
        "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: Int",
        lambda: torch.ones(2, dtype=torch.int32).mean(),
    )
    words = "Dimension out of range (expected to be in range of [-1, 0], but got 3)"
    raises(IndexError, words, lambda: torch.ones(2).sum(3))
    raises(RuntimeError, "dim 0 appears multiple times in the list of dims", lambda: X.sum((0, 0)))
    raises(TypeError, "sum(): argument 'input' (position 1) must be Tensor, not str", lambda: torch.sum("a"))
    words = "argmax(): Expected reduction dim to be specified for input.numel() == 0."
    raises(IndexError, words, lambda: torch.ones(0).argmax())
    raises(
        RuntimeError, "std and var only support floating point and complex dtypes", lambda: torch.ones(2).long().var()
    )
    raises(RuntimeError, "selected index k out of range", lambda: X.topk(4))
    raises(RuntimeError, "kthvalue(): selected number k out of range for dimension 1", lambda: X.kthvalue(0))
    raises(RuntimeError, " Sort does not support complex dtypes on CPU", lambda: (X * 1j).sort())
    raises(RuntimeError, "nansum on CPU does not support complex inputs", lambda: (X * 1j).nansum())
    raises(TypeError, "cumsum(): argument 'dim' (position 1) must be int, not tuple", lambda: X.cumsum((0, 1)))
    raises(TypeError, "cumsum(): argument 'dim' (position 2) must be int, not tuple", lambda: torch.cumsum(X, (0, 1)))
    raises(TypeError, "cumsum(): argument 'dim' must be int, not tuple", lambda: X.cumsum(dim=(0, 1)))
    raises(TypeError, "logsumexp(): argument 'dim' must be tuple of ints, not NoneType", lambda: X.logsumexp(None))
    words = "bincount only supports 1-d non-negative integral inputs."
    raises(RuntimeError, words, lambda: torch.bincount(torch.tensor([-1])))
    raises(RuntimeError, "torch.histc: max must be larger than min", lambda: torch.histc(X, 2, 3, 1))


def test_ties():
    whole, row = [[0.0, 0.5, 0.5]], [[0.0, 1.0, 0.0]]
    assert gradient(lambda x: x.max(), [[1.0, 2.0, 2.0]]) == whole
    assert gradient(lambda x: x.amax(1), [[1.0, 2.0, 2.0]]) == whole
    assert gradient(lambda x: x.max(1).values, [[1.0, 2.0, 2.0]]) == row
    assert gradient(lambda x: torch.aminmax(x).max, [[1.0, 2.0, 2.0]]) == whole
    assert gradient(lambda x: x.cummax(1).values, [[1.0, 2.0, 2.0]]) == [[1.0, 1.0, 1.0]]
    assert gradient(lambda x: x.max(), [np.nan, 1.0, np.nan]) == [0.5, 0.0, 0.5]


def test_zeros_in_products():
    assert gradient(lambda x: x.prod(), [2.0, 0.0, 3.0]) == [0.0, 6.0, 0.0]
    assert gradient(lambda x: x.prod(), [0.0, 0.0, 3.0]) == [0.0, 0.0, 0.0]
    assert gradient(lambda x: x.cumprod(0), [2.0, 0.0, 3.0]) == [1.0, 8.0, 0.0]


def test_norm_at_zero():
    assert gradient(lambda x: x.norm(), [0.0, 0.0]) == [0.0, 0.0]
    assert gradient(lambda x: x.std(), [1.0, 1.0]) == [0.0, 0.0]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda x: x.sum(), "SumBackward0"), (lambda x: x.sum(0), "SumBackward1"),
        (lambda x: x.mean(), "MeanBackward0"),
        (lambda x: x.mean((0, 1)), "MeanBackward1"), (lambda x: x.prod(), "ProdBackward0"),
        (lambda x: x.prod(1), "ProdBackward1"), (lambda x: x.var(), "VarBackward0"),
        (lambda x: x.max(), "MaxBackward1"),
        (lambda x: x.max(0)[0], "MaxBackward0"), (lambda x: x.norm(), "LinalgVectorNormBackward0"),
        (lambda x: x.sort()[0], "SortBackward0"), (lambda x: x.sort(stable=True)[0], "SortBackward1"),
        (lambda x: torch.var_mean(x)[1], "VarMeanBackward0"), (lambda x: x.median(), "MedianBackward0"),
        (lambda x: x.nanmean(), "DivBackward0"), (lambda x: torch.max(x, x), "MaximumBackward0"),
    ],
)  # fmt: skip
def test_node_names(call, expected):
    assert name(call(X.clone().requires_grad_())) == expected


def test_named_results():
    result = X.max(1)
    assert repr(result) == "torch.return_types.max(\nvalues=tensor([2., 5.]),\nindices=tensor([1, 1]))"
    values, indices = result
    assert values is result.values and indices is result.indices and isinstance(result, tuple)
    assert type(result) is torch.return_types.max
    with pytest.raises(AttributeError):
        result.values = 3
    raises(
        TypeError,
        "torch.return_types.max() takes a 2-sequence (1-sequence given)",
        lambda: torch.return_types.max((1,)),
    )
    again = pickle.loads(pickle.dumps(copy.copy(result)))
    assert type(again) is torch.return_types.max and again.indices.tolist() == [1, 1]
    assert not indices.requires_grad


def test_indices_are_watched():
    x = X.clone().requires_grad_()
    values, indices = x.max(1)
    indices.zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        values.sum().backward()


def test_result_may_change_in_place():
    x = X.clone().requires_grad_()
    values, _ = x.sort()
    values.mul_(2)
    values.sum().backward()
    assert x.grad.tolist() == [[2.0, 2.0, 2.0], [2.0, 2.0, 2.0]]


def test_out():
    out = torch.empty(3)
    assert torch.sum(X, 0, out=out) is out and out.tolist() == [5, 7, 6]
    values, indices = torch.empty(2), torch.empty(2, dtype=torch.int64)
    torch.max(X, 1, out=(values, indices))
    assert (values.tolist(), indices.tolist()) == ([2, 5], [1, 1])
    words = (
        "sum(): functions with out=... arguments don't support automatic differentiation, but one of the arguments "
        "requires grad."
    )
    with pytest.raises(RuntimeError) as caught:
        torch.sum(X.clone().requires_grad_(), 0, out=out)
    assert str(caught.value).split("():")[1] == words.split("():")[1]


def test_numpy_names():
    assert X.sum(axis=0, keepdims=True).shape == (1, 3)
    assert torch.max(X, axis=1).indices.tolist() == [1, 1]
    assert X.mean(axis=1).tolist() == pytest.approx([5 / 3, 13 / 3])


def test_nan_goes_last():
    x = torch.tensor([2.0, np.nan, 1.0])
    assert x.sort().indices.tolist() == [2, 0, 1]
    assert x.sort(descending=True).indices.tolist() == [1, 0, 2]
    assert np.isnan(x.median().item()) and x.nanmedian().item() == 1
    assert x.argmax().item() == x.argmin().item() == 1


def test_stable_both_ways():
    x = torch.tensor([2, 1, 2, 1, 2, 0])
    assert x.sort(descending=True).indices.tolist() == [0, 2, 4, 1, 3, 5]
    assert x.argsort().tolist() == [5, 1, 3, 0, 2, 4]


def test_unique():
    values, inverse, counts = torch.unique(torch.tensor([3, 1, 1]), return_inverse=True, return_counts=True)
    assert (values.tolist(), inverse.tolist(), counts.tolist()) == ([1, 3], [1, 0, 0], [2, 1])
    x = torch.tensor([3.0, 1.0], requires_grad=True)
    raises(RuntimeError, "the derivative for '_unique2' is not implemented.", lambda: torch.unique(x).sum().backward())
    assert torch.unique_consecutive(torch.tensor([1, 1, 2, 1])).tolist() == [1, 2, 1]


def test_search_and_count():
    assert torch.searchsorted(torch.tensor([1, 3, 5]), torch.tensor([3, 6]), right=True).tolist() == [2, 3]
    assert torch.bucketize(3, torch.tensor([1, 3])).item() == 1
    assert torch.bincount(torch.tensor([1, 2, 1]), minlength=4).tolist() == [0, 2, 1, 0]
    assert torch.histc(torch.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3).tolist() == [0, 2, 1, 0]


def test_long_chains_of_sums_stay_exact():
    x = torch.full((1000, 1000), 0.1)
    assert x.sum().item() == pytest.approx(1e5, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "given", "want"),
    [("sum", (), [1, 1]), ("mean", (), [0.5, 0.5]), ("prod", (), [3, 2]), ("cumsum", (0,), [2, 1]), ("cumprod", (0,), [4, 2])],
)
def test_complex_numbers_in_a_real_dtype_have_their_real_parts_gradient(name, given, want):
    z = torch.tensor([2 + 2j, 3 - 1j], dtype=torch.complex128, requires_grad=True)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Casting complex values to real")  # once in a process
        out = getattr(torch, name)(z, *given, dtype=torch.float64)
    (g,) = torch.autograd.grad(out.sum(), z)
    assert g.dtype is torch.complex128 and g.tolist() == want
