"""NumPy's functions on Tensors: what NumPy returns on arrays, as Tensors, on the graph where an input is."""

import warnings

import numpy as np
import pytest

import rushlight as torch
from numpy_calls import CALLS, EXCEPTIONS, UFUNC_CALLS, WITHOUT_DERIVATIVE
from rushlight.ops import numpy_api
from rushlight.ops.numpy_api import ufuncs

X = torch.tensor([[0.5, 2.0], [3.0, 0.25]], dtype=torch.float64)


def dispatching():
    """The public functions of NumPy that ask their arguments: numpy.* and its linalg and fft."""
    for prefix, module in (("", np), ("linalg.", np.linalg), ("fft.", np.fft)):
        for name in dir(module):
            function = getattr(module, name)
            if not name.startswith("_") and not isinstance(function, np.ufunc) and hasattr(function, "_implementation"):
                yield f"{prefix}{function.__name__}"


def test_every_function_is_called_below_or_an_exception():
    assert set(dispatching()) - set(CALLS) == set(EXCEPTIONS)
    assert not {name for name in numpy_api.table() if name not in CALLS} - {"permute_dims"}


def test_every_ufunc_is_in_the_table():
    every = {u.__name__ for u in vars(np).values() if isinstance(u, np.ufunc)}
    assert every == {u.__name__ for u in ufuncs._UFUNCS} | ufuncs._DISCRETE


def flattened(result):
    """The arrays and numbers in a result, however it holds them."""
    if isinstance(result, (list, tuple)):
        return [leaf for part in result for leaf in flattened(part)]
    return [result]


def assert_like(got, want):
    """Tensors where NumPy has arrays, of the same values and shapes."""
    assert type(got).__name__ == type(want).__name__ if hasattr(want, "_fields") else True
    got, want = flattened(got), flattened(want)
    assert len(got) == len(want)
    for g, w in zip(got, want):
        if isinstance(w, np.ndarray) and w.dtype in DTYPES:
            assert isinstance(g, torch.Tensor)
        if isinstance(g, torch.Tensor):
            assert tuple(g.shape) == np.shape(w)
            np.testing.assert_allclose(g.detach().numpy(), w, rtol=1e-6, atol=1e-12)
        else:
            assert g == w


DTYPES = {np.dtype(d) for d in "?bBhHiIlLefdFD"}
SAMPLES = [
    np.array([[0.53, 2.07, -1.21], [3.11, 0.27, 1.74], [1.44, -0.76, 4.18]]),
]  # fmt: skip
PARAMETERS = [
    pytest.param(name, call, id=f"{name}-{i}") for name, calls in CALLS.items() for i, call in enumerate(calls)
]


@pytest.mark.parametrize(("name", "call"), PARAMETERS)
def test_values_and_shapes(name, call):
    for array in SAMPLES:
        assert_like(call(torch.tensor(array)), call(array.copy()))


@pytest.mark.parametrize(("name", "call"), PARAMETERS)
def test_gradients(name, call):
    """Of whatever requires grad, against finite differences; only what is listed has none."""
    x = torch.tensor(SAMPLES[0], requires_grad=True)

    def results(x):
        return [r for r in flattened(call(x)) if isinstance(r, torch.Tensor) and r.requires_grad]

    if name in WITHOUT_DERIVATIVE:
        assert not results(x)
        return
    assert results(x)
    torch.autograd.gradcheck(lambda x: tuple(results(x)), (x,))


@pytest.mark.parametrize("call", UFUNC_CALLS, ids=range(len(UFUNC_CALLS)))
def test_methods_and_keywords_of_ufuncs(call):
    for array in SAMPLES:
        assert_like(call(torch.tensor(array)), call(array.copy()))
    x = torch.tensor(SAMPLES[0], requires_grad=True)
    y = [r for r in flattened(call(x)) if r.requires_grad]
    if y:
        torch.autograd.gradcheck(lambda x: tuple([r for r in flattened(call(x)) if r.requires_grad]), (x,))


def test_ufuncs_record():
    x = X.clone().requires_grad_()
    y = np.sin(x)
    assert type(y.grad_fn).__name__ == "SinBackward0"
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), np.cos(X.numpy()))


def test_operators_with_arrays_and_numpy_scalars():
    x = torch.ones(2, requires_grad=True)
    for y in (np.ones(2) * x, x * np.ones(2), np.add(np.ones(2), x)):
        assert isinstance(y, torch.Tensor) and y.dtype is torch.float64 and y.requires_grad
    for y in (np.float64(2) * x, x * np.float64(2), np.float32(1) - x, np.int64(2) / x):
        assert isinstance(y, torch.Tensor) and y.dtype is torch.float32 and y.requires_grad


@pytest.mark.parametrize("name", sorted({u.__name__ for u in ufuncs._UFUNCS} | ufuncs._DISCRETE - {"isnat"}))
def test_every_ufunc(name):
    """The same values as NumPy's on arrays."""
    ufunc = getattr(np, name)
    a = X.numpy() if not name.startswith("arc") else X.numpy() / 4
    if name in ("arccosh",):
        a = a + 1.5
    if ufunc.types and not any("d" in t.split("->")[0] for t in ufunc.types):
        a = np.array([[4, 9], [2, 5]])
    arguments = (a,) if ufunc.nin == 1 else (a, np.array([[2, 1], [3, 2]], int if name == "ldexp" else a.dtype))
    assert_like(ufunc(*[torch.from_numpy(b) for b in arguments]), ufunc(*arguments))


def test_complex_numbers():
    z = np.array([3 + 4j, 0, -2j])
    calls = [np.sign, np.conj, np.angle, np.real, np.imag, np.iscomplex, np.var, np.linalg.norm]
    calls += [
        lambda z: np.vecdot(z, z),
        lambda z: np.correlate(z, z, "full"),
        lambda z: np.interp([0.5], [0.0, 1.0], z[:2]),
    ]
    for call in calls:
        assert_like(call(torch.tensor(z)), call(z))


def test_integers_become_floats_of_the_default_dtype():
    x = torch.arange(6).reshape(2, 3)
    for call in (np.mean, np.std, np.median, lambda a: np.linalg.norm(a), lambda a: np.average(a, axis=0),
                 lambda a: np.quantile(a, 0.3), lambda a: np.linalg.svdvals(a), lambda a: np.fft.fft(a)):  # fmt: skip
        assert_like_in_32_bits(call(x), call(x.numpy()))


def assert_like_in_32_bits(got, want):
    assert got.dtype in (torch.float32, torch.complex64)
    np.testing.assert_allclose(got.numpy(), want, rtol=1e-5)


def test_what_is_not_a_number():
    a = np.array([[np.nan, 2.0, 1.0], [np.nan, 0.5, np.nan], [np.nan, -1.0, 3.0]])
    for name in ("nanmedian", "nanstd", "nanvar", "nanmax", "nanmin", "nanmean"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            want = getattr(np, name)(a, axis=0)
        assert_like(getattr(np, name)(torch.tensor(a), axis=0), want)
    for name in ("median", "max", "min", "sum", "ptp", "nanargmax"):
        call = getattr(np, name)
        assert_like(call(torch.tensor(a[:, 1:]), axis=1), call(a[:, 1:], axis=1))
    assert_like(
        np.nanquantile(torch.tensor(a[:, 1:]), [0.2, 0.9], axis=1), np.nanquantile(a[:, 1:], [0.2, 0.9], axis=1)
    )


def test_shapes_are_plain():
    assert np.shape(X) == (2, 2) and np.ndim(X) == 2 and np.size(X) == 4 and np.array_equal(X, X) is True


def test_functions_without_a_counterpart_run_on_the_array():
    assert np.array_str(X) == np.array_str(X.numpy())
    with pytest.raises(RuntimeError, match=r"Can't call numpy\(\) on Tensor that requires grad"):
        np.array_str(X.clone().requires_grad_())


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: np.pad(x, 1, "maximum"), "numpy.pad of a Tensor that requires grad with mode='maximum'"),
        (lambda x: np.quantile(x, 0.5, method="inverted_cdf", weights=x), "numpy.quantile of a Tensor with weights="),
        (lambda x: np.histogram(x.detach(), weights=x), "numpy.histogram of a Tensor with weights= that require grad"),
    ],
)  # fmt: skip
def test_what_is_missing_says_so(call, words):
    with pytest.raises(NotImplementedError, match=words):
        call(X.clone().requires_grad_())


def test_what_would_write_is_refused():
    x = X.clone()
    for call in (
        lambda: np.add(x, 1, out=x), lambda: np.add(np.ones((2, 2)), x, out=np.ones((2, 2))), lambda: np.copyto(x, 1.0),
        lambda: np.add.at(x, 0, 1), lambda: np.add.reduce(x, out=np.ones(2)), lambda: np.sum(x, out=np.ones(())),
        lambda: np.add(x, 1, where=False), lambda: np.sum(x, 0, None, np.ones(2)), lambda: np.fft.fft(x, out=np.ones(2)),
    ):  # fmt: skip
        with pytest.raises(TypeError):
            call()
    assert x.tolist() == X.tolist()
