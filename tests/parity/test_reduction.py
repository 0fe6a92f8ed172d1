"""Reductions, sorting and products against PyTorch, over dtypes, shapes, dimensions and memory orders."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import rushlight

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore")
QUICK = settings(max_examples=60, deadline=None)
SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
DTYPES = st.sampled_from(["float32", "float64", "int64", "int32", "uint8", "bool", "complex64", "float16"])
REAL = st.sampled_from(["float32", "float64", "int64", "int32", "uint8", "bool", "float16"])
#: Few values, so that there are ties, zeros and NaN.
FLOATS = st.sampled_from([-2.5, -1.0, 0.0, 0.5, 1.0, 3.0, np.nan])


@st.composite
def arrays(draw, dtypes=DTYPES, shapes=SHAPES, nan=True):
    dtype, shape = np.dtype(draw(dtypes)), draw(shapes)
    if dtype.kind in "fc":
        values = draw(hnp.arrays(np.float64, shape, elements=FLOATS))
        a = (values if nan else np.nan_to_num(values)).astype(dtype)
    else:
        a = draw(hnp.arrays(np.int64, shape, elements=st.integers(0, 4))).astype(dtype)
    order = draw(st.permutations(range(a.ndim)))
    return a.transpose(order)


def outcome(module, call, *inputs):
    """The results (dtype, shape, values), or the error."""
    try:
        out = call(module, *[module.from_numpy(a.copy(order="K")) for a in inputs])
    except Exception as error:
        return type(error).__name__, str(error)
    parts = out if isinstance(out, (tuple, list)) else (out,)
    return [(str(t.dtype), tuple(t.shape), t.numpy()) for t in parts]


def agree(call, *inputs, tolerance=2e-6):
    ours, theirs = outcome(rushlight, call, *inputs), outcome(torch, call, *inputs)
    if isinstance(theirs, tuple) or isinstance(ours, tuple):
        # With two things wrong, torch's order of checks varies with strides and sizes: words are tested elsewhere.
        assert ours[0] == theirs[0]
        return
    half = any("float16" in dtype for dtype, _, _ in theirs)
    for (dtype, shape, values), (want_dtype, want_shape, want) in zip(ours, theirs, strict=True):
        assert (dtype, shape) == (want_dtype, want_shape)
        np.testing.assert_allclose(values, want, rtol=2e-3 if half else tolerance, atol=1e-6)


@QUICK
@given(
    arrays(REAL), st.sampled_from(["sum", "prod", "any", "all", "count_nonzero", "mean", "nansum"]), st.integers(-4, 3)
)
def test_one_dimension(a, function, dim):
    agree(lambda t, x: getattr(t, function)(x, dim), a)


@QUICK
@given(arrays(), st.sampled_from(["sum", "prod", "any", "all", "count_nonzero", "mean"]))
def test_whole(a, function):
    agree(lambda t, x: getattr(t, function)(x), a)


@QUICK
@given(arrays(REAL), st.data(), st.sampled_from(["sum", "amax", "amin", "any", "all"]), st.booleans())
def test_several_dimensions(a, data, function, keepdim):
    dims = tuple(data.draw(st.lists(st.integers(0, max(a.ndim - 1, 0)), max_size=a.ndim, unique=True)))
    if function == "sum" or dims:
        agree(lambda t, x: getattr(t, function)(x, dims, keepdim=keepdim), a)


@QUICK
@given(
    arrays(st.sampled_from(["float32", "float64"])), st.sampled_from(["var", "std", "logsumexp"]), st.integers(-3, 2)
)
def test_spread(a, function, dim):
    agree(lambda t, x: getattr(t, function)(x, dim), a, tolerance=1e-5)


@QUICK
@given(arrays(REAL), st.sampled_from(["max", "min", "median", "nanmedian", "mode"]), st.integers(-3, 2), st.booleans())
def test_selected_values(a, function, dim, keepdim):
    assume(function != "mode" or a.dtype.kind != "f" or not np.isnan(a).any())  # NaN equals nothing, itself included
    call = lambda t, x: getattr(t, function)(x, dim, keepdim)
    if function in ("max", "min"):
        agree(call, a)
    else:  # which of equal elements is the median, torch leaves open
        agree(lambda t, x: call(t, x)[0], a)


@QUICK
@given(arrays(st.sampled_from(["float32", "int64", "uint8"])), st.integers(-3, 2), st.booleans())
def test_stable_sort(a, dim, descending):
    agree(lambda t, x: t.sort(x, dim=dim, descending=descending, stable=True), a)


@QUICK
@given(arrays(st.sampled_from(["float32", "int64"])), st.integers(-3, 2), st.integers(0, 4), st.booleans())
def test_topk_values(a, dim, k, largest):
    agree(lambda t, x: t.topk(x, k, dim, largest)[0], a)


@QUICK
@given(arrays(), st.sampled_from(["cumsum", "cumprod"]), st.integers(-3, 2))
def test_running_sums(a, function, dim):
    agree(lambda t, x: getattr(t, function)(x, dim), a)


@QUICK
@given(arrays(st.sampled_from(["float64", "int64", "bool"])), st.sampled_from(["cummax", "cummin"]), st.integers(-1, 0))
def test_running_extremes(a, function, dim):
    agree(lambda t, x: getattr(t, function)(x, dim), a)


@QUICK
@given(arrays(st.sampled_from(["float64", "int64", "bool"]), nan=False), st.booleans(), st.booleans())
def test_unique(a, inverse, counts):
    agree(lambda t, x: t.unique(x, return_inverse=inverse, return_counts=counts), a)
    agree(lambda t, x: t.unique_consecutive(x, return_inverse=inverse, return_counts=counts), a)


@QUICK
@given(
    arrays(st.sampled_from(["float64", "complex64"]), nan=False), st.sampled_from([1, 2, 3, np.inf, -np.inf, 0, 0.5])
)
def test_norms(a, order):
    agree(lambda t, x: t.norm(x, order), a, tolerance=1e-5)


SIDES = st.lists(st.integers(0, 3), max_size=4).map(tuple)


@QUICK
@given(SIDES, SIDES, st.sampled_from(["float32", "float64", "int64", "complex128"]))
def test_matmul(left, right, dtype):
    rng = np.random.default_rng(0)
    a, b = [rng.integers(-3, 4, s).astype(dtype) for s in (left, right)]
    agree(lambda t, x, y: t.matmul(x, y), a, b)


@QUICK
@given(st.data())
def test_einsum(data):
    sizes = {c: data.draw(st.integers(1, 3)) for c in "abcd"}
    terms = [
        data.draw(st.lists(st.sampled_from("abcd"), max_size=3, unique=True))
        for _ in range(data.draw(st.integers(1, 3)))
    ]
    output = data.draw(st.permutations(sorted({c for term in terms for c in term})))
    output = output[: data.draw(st.integers(0, len(output)))]
    rng = np.random.default_rng(0)
    operands = [rng.integers(-3, 4, [sizes[c] for c in term]).astype(float) for term in terms]
    equation = ",".join(map("".join, terms)) + "->" + "".join(output)
    agree(lambda t, *xs: t.einsum(equation, *xs), *operands)
