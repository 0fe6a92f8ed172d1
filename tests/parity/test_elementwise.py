"""Elementwise operations under both packages: every dtype with every other, numbers, shapes that broadcast, errors."""

import itertools
import operator
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays, mutually_broadcastable_shapes

import rushlight

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore")

DTYPES = (
    "bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64", "complex64",
    "complex128",
)  # fmt: skip
#: How far results may be apart: NumPy's float32 functions differ from torch's in the last bits.
TOLERANCES = {"float16": 4e-3, "bfloat16": 3e-2, "float32": 3e-6, "complex64": 3e-5}
NUMBERS = (2, -1, 0, 1.5, True, 1j)

UNARY = (
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "rsqrt", "sin", "cos", "tan", "asin", "acos",
    "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "sigmoid", "erf", "erfc", "erfinv", "lgamma",
    "digamma", "floor", "ceil", "round", "trunc", "frac", "sinc", "logit", "deg2rad", "rad2deg", "nan_to_num", "i0",
    "angle", "real", "imag", "conj", "conj_physical", "isreal", "sgn", "sign", "neg", "reciprocal", "abs", "square",
    "positive", "isnan", "isinf", "isfinite", "isposinf", "isneginf", "signbit", "logical_not", "bitwise_not",
    "is_complex", "is_floating_point", "is_signed", "view_as_real",
)  # fmt: skip
BINARY = (
    "add", "sub", "mul", "div", "true_divide", "floor_divide", "remainder", "fmod", "pow", "maximum", "minimum",
    "fmax", "fmin", "hypot", "atan2", "logaddexp", "logaddexp2", "xlogy", "copysign", "heaviside", "nextafter", "eq",
    "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or", "logical_xor", "clamp_min", "clamp_max", "float_power",
    "equal",
)  # fmt: skip
OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
             operator.eq, operator.lt, operator.ge, operator.and_, operator.xor, operator.rshift]  # fmt: skip
IN_PLACE = (
    "add_", "sub_", "mul_", "div_", "pow_", "floor_divide_", "remainder_", "eq_", "logical_and_", "copysign_",
    "clamp_min_",
)  # fmt: skip


def elements(name, shape, seed=0):
    """A small array that fills the dtype `name` with easy numbers, zero and negative ones among them."""
    rng = np.random.default_rng(zlib.crc32(f"{name}{shape}{seed}".encode()))
    if name == "bool":
        return rng.integers(0, 2, shape).astype(bool)
    if name.startswith("complex"):
        return rng.integers(-8, 9, shape) / 4.0 + 1j * (rng.integers(-8, 9, shape) / 4.0)
    if "float" in name:
        return np.asarray(rng.integers(-8, 9, shape) / 4.0)
    return rng.integers(0 if name == "uint8" else -4, 5, shape)


def made(module, name, shape, seed=0):
    return module.tensor(elements(name, shape, seed).tolist(), dtype=getattr(module, name))


def outcome(module, call, *arguments):
    """The result's dtype and values, or the error's type and first line."""
    try:
        out = call(module, *arguments)
    except Exception as error:
        return type(error).__name__, str(error).partition("\n")[0]
    if "complex32" in str(getattr(out, "dtype", "")):
        return "complex32", None
    if not isinstance(out, module.Tensor):
        return "value", out
    out = out.detach()
    return str(out.dtype), (out.float() if out.dtype is module.bfloat16 else out).resolve_conj().numpy()


def check(call, *makers):
    ours = outcome(rushlight, call, *[m(rushlight) for m in makers])
    theirs = outcome(torch, call, *[m(torch) for m in makers])
    if "ComplexHalf" in str(theirs) or "complex32" in str(theirs) or "complex32" in str(ours):
        return  # complex numbers of two float16: not here
    if isinstance(theirs[1], np.ndarray):
        assert ours[0] == theirs[0]
        tolerance = TOLERANCES.get(theirs[0].removeprefix("torch."), 1e-9)
        assert ours[1].shape == theirs[1].shape
        np.testing.assert_allclose(ours[1] * 1, theirs[1] * 1, rtol=tolerance, atol=tolerance)
    else:
        assert ours == theirs


def _tensor(name, shape, seed=0):
    return lambda module: made(module, name, shape, seed)


def _constant(number):
    return lambda module: number


@pytest.mark.parametrize("name", UNARY)
def test_unary(name):
    for dtype, shape in itertools.product(DTYPES, ((), (3,), (0,))):
        check(lambda m, x: getattr(m, name)(x), _tensor(dtype, shape))


@pytest.mark.parametrize("name", BINARY)
def test_binary(name):
    for (a, b), (s, t) in itertools.product(itertools.product(DTYPES, DTYPES), (((3,), (3,)), ((), (2,)), ((2,), ()))):
        check(lambda m, x, y: getattr(m, name)(x, y), _tensor(a, s), _tensor(b, t, 1))


@pytest.mark.parametrize("op", OPERATORS)
def test_operators_with_numbers(op):
    for dtype, number in itertools.product(DTYPES, NUMBERS):
        check(lambda m, x, y: op(x, y), _tensor(dtype, (3,)), _constant(number))
        check(lambda m, x, y: op(x, y), _constant(number), _tensor(dtype, (3,)))


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place(name):
    for (a, b), (s, t) in itertools.product(itertools.product(DTYPES, DTYPES), (((3,), (3,)), ((2,), ()))):
        # Where torch refuses two things at once, it is a matter of its kernels which it names.
        makers = _tensor(a, s), _tensor(b, t, 1)
        call = lambda m, x, y: getattr(x, name)(y)
        if "Error" in (theirs := outcome(torch, call, *[m(torch) for m in makers]))[0]:
            assert "Error" in outcome(rushlight, call, *[m(rushlight) for m in makers])[0], theirs
        else:
            check(call, *makers)


floats = st.floats(-1e3, 1e3, width=32) | st.sampled_from([0.0, -0.0, float("inf"), -float("inf"), float("nan")])
BROADCAST = {
    "add": lambda m, x, y: m.add(x, y, alpha=0.5), "sub": lambda m, x, y: x - y, "mul": lambda m, x, y: x * y,
    "div": lambda m, x, y: x / y, "maximum": lambda m, x, y: m.maximum(x, y), "fmin": lambda m, x, y: m.fmin(x, y),
    "where": lambda m, x, y: m.where(x > 0, x, y), "clamp": lambda m, x, y: m.clamp(x, max=y),
    "lerp": lambda m, x, y: m.lerp(x, y, 0.75), "addcmul": lambda m, x, y: m.addcmul(x, y, y, value=2),
    "masked_fill": lambda m, x, y: x.masked_fill(y < 0, 3), "atan2": lambda m, x, y: m.atan2(x, y),
    "square": lambda m, x, y: x**2 + y**3, "isclose": lambda m, x, y: m.isclose(x, y, equal_nan=True),
    "remainder": lambda m, x, y: x % y, "copysign": lambda m, x, y: m.copysign(x, y),
}  # fmt: skip


@pytest.mark.parametrize("name", BROADCAST)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_broadcasting_and_gradients(name, data):
    shapes = data.draw(mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3)).input_shapes
    pair = [data.draw(arrays(np.float64, shape, elements=floats)) for shape in shapes]
    seen = []
    for module in (rushlight, torch):
        x, y = (module.from_numpy(a.copy()).requires_grad_() for a in pair)
        out = BROADCAST[name](module, x, y)
        if out.requires_grad:
            out.backward(module.ones_like(out))
        seen.append([t if t is None else t.detach().numpy() for t in (out, x.grad, y.grad)])
    for ours, theirs in zip(*seen):
        assert (ours is None) == (theirs is None)
        if ours is not None:
            np.testing.assert_allclose(ours * 1.0, theirs * 1.0, rtol=1e-9, atol=1e-9)
