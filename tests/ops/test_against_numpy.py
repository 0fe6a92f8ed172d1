"""Values, shapes and dtypes against NumPy, for drawn shapes, dtypes and numbers: NaN, infinities, zeros, nothing at all."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import rushlight as torch

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
FLOATS, INTS, BOOL, COMPLEX = (np.float64, np.float32), (np.int64, np.int32, np.int16, np.uint8), (np.bool_,), (np.complex128,)
REAL, ORDERED, EVERY = FLOATS + INTS, FLOATS + INTS + BOOL, FLOATS + INTS + BOOL + COMPLEX
TOLERANCE = {"f": 2e-6, "d": 1e-12, "D": 1e-12}
few = settings(max_examples=25)
SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
FULL = hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4)


def numbers(dtype):
    dtype = np.dtype(dtype)
    if dtype.kind in "fc":
        odd = [0.0, -0.0, 0.5, -2.5, np.inf, -np.inf, np.nan]
        real = st.one_of(st.sampled_from(odd), st.floats(-30, 30, width=32))
        return real if dtype.kind == "f" else st.complex_numbers(max_magnitude=5)
    return st.booleans() if dtype.kind == "b" else st.integers(0 if dtype.kind == "u" else -20, 20)


def arrays(shape, dtypes):
    """Arrays of a shape (or of drawn ones) and one of `dtypes`; some in Fortran's order, or every other element of more."""
    made = st.sampled_from(dtypes).flatmap(lambda d: hnp.arrays(d, shape, elements=numbers(d)))
    return st.tuples(made, st.integers(0, 2)).map(lambda pair: laid(*pair))


def laid(a, how):
    if how == 1:
        return np.asfortranarray(a)
    return np.repeat(a, 2, -1)[..., ::2] if how == 2 and a.ndim else a


def check(got, want, exactly=None):
    """Equal, but for rounding; of the dtype that NumPy gives, unless the caller knows better."""
    want = np.asarray(want)
    assert tuple(got.shape) == want.shape
    assert got.numpy().dtype == (exactly or want.dtype)
    tolerance = TOLERANCE.get(got.numpy().dtype.char, 0)
    np.testing.assert_allclose(got.resolve_conj().numpy(), want, tolerance, tolerance)


UNARY = {
    "abs": (np.abs, REAL + COMPLEX), "neg": (np.negative, REAL + COMPLEX), "square": (np.square, REAL + COMPLEX),
    "sign": (lambda x: np.sign(np.where(x == x, x, 0).astype(x.dtype)), REAL),  # of NaN it is 0 in torch
    "floor": (np.floor, FLOATS), "ceil": (np.ceil, FLOATS), "trunc": (np.trunc, FLOATS),
    "round": (np.round, FLOATS), "isnan": (np.isnan, EVERY), "isinf": (np.isinf, EVERY), "isfinite": (np.isfinite, EVERY),
    "signbit": (np.signbit, FLOATS), "logical_not": (np.logical_not, EVERY), "bitwise_not": (np.invert, INTS + BOOL),
    "conj": (np.conj, REAL + COMPLEX), "real": (np.real, COMPLEX), "imag": (np.imag, COMPLEX),
    **{name: (getattr(np, name), FLOATS) for name in (
        "sin cos tan sinh cosh tanh exp exp2 expm1 log log2 log10 log1p sqrt arcsin arccos arctan arcsinh arccosh arctanh "
        "deg2rad rad2deg reciprocal sinc nan_to_num positive"
    ).split()},
}  # fmt: skip


@pytest.mark.parametrize("name", UNARY)
@few
@given(data=st.data())
def test_one_input(name, data):
    function, dtypes = UNARY[name]
    x = data.draw(arrays(SHAPES, dtypes))
    with np.errstate(all="ignore"):
        check(getattr(torch, name)(torch.from_numpy(x)), function(x))


BINARY = {
    "add": (np.add, EVERY), "sub": (np.subtract, REAL + COMPLEX), "mul": (np.multiply, EVERY), "div": (np.divide, FLOATS),
    "maximum": (np.maximum, ORDERED), "minimum": (np.minimum, ORDERED), "fmax": (np.fmax, ORDERED), "fmin": (np.fmin, ORDERED),
    "remainder": (np.remainder, FLOATS), "fmod": (np.fmod, FLOATS), "hypot": (np.hypot, FLOATS), "atan2": (np.arctan2, FLOATS),
    "copysign": (np.copysign, FLOATS), "nextafter": (np.nextafter, FLOATS), "logaddexp": (np.logaddexp, FLOATS),
    "heaviside": (np.heaviside, FLOATS), "gcd": (np.gcd, INTS), "lcm": (np.lcm, (np.int64, np.int32)),
    "eq": (np.equal, EVERY), "ne": (np.not_equal, EVERY),
    **{n: (f, ORDERED) for n, f in (("lt", np.less), ("le", np.less_equal), ("gt", np.greater), ("ge", np.greater_equal))},
    **{f"logical_{n}": (getattr(np, f"logical_{n}"), EVERY) for n in ("and", "or", "xor")},
    **{f"bitwise_{n}": (getattr(np, f"bitwise_{n}"), INTS + BOOL) for n in ("and", "or", "xor")},
}  # fmt: skip


@pytest.mark.parametrize("name", BINARY)
@few
@given(data=st.data())
def test_two_inputs_broadcast(name, data):
    function, dtypes = BINARY[name]
    shapes = data.draw(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3, min_side=0)).input_shapes
    dtype = (data.draw(st.sampled_from(dtypes)),)
    x, y = (data.draw(arrays(shape, dtype)) for shape in shapes)
    assume(name != "remainder" or np.isfinite(y).all())  # by infinity, torch and NumPy differ
    assume(name != "heaviside" or not np.isnan(x).any())  # of NaN it is 0 in torch
    with np.errstate(all="ignore"):
        check(getattr(torch, name)(torch.from_numpy(x), torch.from_numpy(y)), function(x, y))


REDUCTIONS = {
    "sum": (np.sum, FLOATS + COMPLEX), "nansum": (np.nansum, FLOATS), "prod": (np.prod, FLOATS), "mean": (np.mean, FLOATS),
    "amax": (np.max, ORDERED), "amin": (np.min, ORDERED), "all": (np.all, BOOL), "any": (np.any, BOOL),
    "count_nonzero": (np.count_nonzero, REAL), "var": (np.var, FLOATS), "std": (np.std, FLOATS),
    "logsumexp": (np.logaddexp.reduce, FLOATS), "nanmean": (np.nanmean, FLOATS),
}  # fmt: skip


@pytest.mark.parametrize("name", REDUCTIONS)
@few
@given(data=st.data())
def test_reductions(name, data):
    function, dtypes = REDUCTIONS[name]
    x = data.draw(arrays(FULL, dtypes))
    if x.dtype == np.float32:
        x = np.nan_to_num(x, posinf=1, neginf=-1) / 8  # what cancels in float32 proves nothing
    axes = data.draw(st.lists(st.integers(-x.ndim, x.ndim - 1), min_size=1, max_size=x.ndim, unique_by=lambda d: d % x.ndim))
    axes = axes[0] if name in ("prod", "logsumexp") else tuple(axes)
    keep = {"keepdim": data.draw(st.booleans())} if name != "count_nonzero" else {}
    options = {"unbiased": False} if name in ("var", "std") else {}
    with np.errstate(all="ignore"):
        want = function(x, axis=axes, **({"keepdims": keep["keepdim"]} if keep else {}))
        got = getattr(torch, name)(torch.from_numpy(x), dim=axes, **keep, **options)
    tolerance = 1e-4 if x.dtype == np.float32 else 1e-9
    assert got.shape == want.shape
    np.testing.assert_allclose(got.numpy(), want, tolerance, tolerance)


SCANS = {
    "cumsum": (np.cumsum, (np.float64,)), "cumprod": (np.cumprod, (np.float64,)), "argmax": (np.argmax, REAL),
    "argmin": (np.argmin, REAL), "flip": (np.flip, EVERY), "sort": (np.sort, ORDERED),
    "argsort": (lambda x, axis: np.argsort(x, axis, kind="stable"), INTS),
    "logcumsumexp": (np.logaddexp.accumulate, (np.float64,)),
}  # fmt: skip


@pytest.mark.parametrize("name", SCANS)
@few
@given(data=st.data())
def test_along_one_dimension(name, data):
    function, dtypes = SCANS[name]
    x = data.draw(arrays(FULL, dtypes))
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    with np.errstate(all="ignore"):
        got = getattr(torch, name)(torch.from_numpy(x), axis if name != "flip" else (axis,))
        check(got[0] if isinstance(got, tuple) else got, function(x, axis=axis))


SHAPING = {
    "reshape": lambda m, x, d: m.reshape(x, d.draw(st.sampled_from([(-1,), x.shape[::-1], (1, -1), (x.size, 1)]))),
    "permute": lambda m, x, d: (m.permute if m is torch else m.transpose)(x, d.draw(st.permutations(range(x.ndim)))),
    "movedim": lambda m, x, d: (m.movedim if m is torch else m.moveaxis)(x, 0, d.draw(st.integers(-x.ndim, x.ndim - 1))),
    "roll": lambda m, x, d: m.roll(x, d.draw(st.integers(-5, 5)), d.draw(st.integers(0, x.ndim - 1))),
    "tile": lambda m, x, d: m.tile(x, d.draw(st.tuples(st.integers(1, 2), st.integers(0, 3)))),
    "stack": lambda m, x, d: m.stack([x, x], d.draw(st.integers(-x.ndim - 1, x.ndim))),
    "concat": lambda m, x, d: (m.cat if m is torch else m.concatenate)([x, x, x], d.draw(st.integers(-x.ndim, x.ndim - 1))),
    "expand": lambda m, x, d: m.broadcast_to(x, (d.draw(st.integers(0, 3)), *x.shape)),
    "triu": lambda m, x, d: m.triu(x[None], d.draw(st.integers(-3, 3))),
    "tril": lambda m, x, d: m.tril(x[None], d.draw(st.integers(-3, 3))),
    "diagonal": lambda m, x, d: m.diagonal(x[None], d.draw(st.integers(-1, 3))),
    "repeat": lambda m, x, d: (m.repeat_interleave if m is torch else m.repeat)(x, d.draw(st.integers(0, 3)), 0),
    "rot90": lambda m, x, d: m.rot90(x[None], d.draw(st.integers(-5, 5)), (0, 1)),
    "diff": lambda m, x, d: m.diff(x, d.draw(st.integers(0, 3)), d.draw(st.integers(-x.ndim, x.ndim - 1))),
}  # fmt: skip


class Replayed:
    """The same draws again, for the second program."""

    def __init__(self, data):
        self.data, self.drawn, self.place = data, [], None

    def draw(self, strategy):
        if self.place is None:
            self.drawn.append(self.data.draw(strategy))
            return self.drawn[-1]
        self.place += 1
        return self.drawn[self.place - 1]


@pytest.mark.parametrize("name", SHAPING)
@few
@given(data=st.data())
def test_shapes(name, data):
    x = data.draw(arrays(FULL, REAL + COMPLEX))
    draws = Replayed(data)
    with np.errstate(all="ignore"):
        want = SHAPING[name](np, x, draws)
        draws.place = 0
        check(SHAPING[name](torch, torch.from_numpy(x), draws), want)


def indices(shape):
    """Subscripts: numbers, slices, None, ``...``, arrays of integers, masks."""
    basic = hnp.basic_indices(shape, allow_newaxis=True, max_dims=5).filter(
        lambda index: all(not isinstance(i, slice) or (i.step or 1) > 0 for i in (index if isinstance(index, tuple) else (index,)))
    )
    arrays_of_integers = hnp.integer_array_indices(shape, result_shape=hnp.array_shapes(max_dims=2, max_side=3))
    return st.one_of(basic, arrays_of_integers, hnp.arrays(np.bool_, shape[: max(len(shape) - 1, 1)]))


def as_tensors(index):
    if isinstance(index, tuple):
        return tuple(map(as_tensors, index))
    return torch.from_numpy(np.array(index)) if isinstance(index, np.ndarray) else index


@few
@given(data=st.data())
def test_subscripts(data):
    """Read, written, added to, differentiated."""
    shape = data.draw(FULL)
    x = np.arange(np.prod(shape), dtype=np.float64).reshape(shape) - 3
    index = data.draw(indices(shape))
    t = torch.from_numpy(x.copy()).requires_grad_()
    part = t[as_tensors(index)]
    check(part.detach(), x[index])
    weights = np.cos(np.arange(np.size(x[index]), dtype=np.float64)).reshape(np.shape(x[index]))
    part.backward(torch.from_numpy(np.array(weights)))
    want = np.zeros(shape)
    np.add.at(want, index, weights)
    np.testing.assert_allclose(t.grad.numpy(), want, 1e-12, 1e-12)
    written, again = x.copy(), torch.from_numpy(x.copy())
    written[index] = 7.5
    again[as_tensors(index)] = 7.5
    check(again, written)


@few
@given(data=st.data())
def test_places_along_a_dimension(data):
    x = data.draw(arrays(FULL, FLOATS[:1] + INTS))
    axis = data.draw(st.integers(0, x.ndim - 1))
    places = data.draw(hnp.arrays(np.int64, st.integers(1, 4), elements=st.integers(0, x.shape[axis] - 1)))
    t, i = torch.from_numpy(x), torch.from_numpy(places)
    check(t.index_select(axis, i), np.take(x, places, axis))
    wide = np.broadcast_to(places.reshape((-1,) + (1,) * (x.ndim - axis - 1)), x.shape[:axis] + places.shape + x.shape[axis + 1 :])
    check(t.gather(axis, torch.from_numpy(wide.copy())), np.take_along_axis(x, wide, axis))
    check(t.take(i % t.numel()), np.take(x, places % x.size))
    added, slots = x.copy(), [slice(None)] * x.ndim
    slots[axis] = places
    np.add.at(added, tuple(slots), 1)
    assume(np.isfinite(x).all())
    check(t.index_add(axis, i, torch.ones_like(t.index_select(axis, i))), added)
