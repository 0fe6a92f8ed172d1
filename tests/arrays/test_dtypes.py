import copy
import pickle
import warnings

import numpy as np
import pytest

from rushlight.arrays import dtypes
from rushlight.arrays.dtypes import BFloat16Array, cast, of_array
from rushlight.arrays.types import (
    Size,
    channels_last,
    check_device,
    contiguous_format,
    device,
    finfo,
    get_default_device,
    iinfo,
    set_default_device,
    strided,
)

ALL = ["bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64"]
ALL += ["float16", "bfloat16", "float32", "float64", "complex64", "complex128"]


def bf16(values):
    return cast(np.asarray(values, np.float32), dtypes.bfloat16)


def holds_bfloat16(array):
    return type(array) is BFloat16Array and not (array.view(np.ndarray).view(np.uint32) & 0xFFFF).any()


@pytest.mark.parametrize("name", ALL)
def test_dtype_is_a_printable_picklable_singleton(name):
    d = dtypes.NAMES[name]
    assert repr(d) == str(d) == "torch." + name
    assert pickle.loads(pickle.dumps(d)) is d and copy.deepcopy(d) is d
    assert getattr(dtypes, name) is d
    assert d.is_floating_point == ("float" in name) and d.is_complex == ("complex" in name)
    assert d.is_signed == (name[0] in "ifc" or name == "bfloat16")


def test_aliases_and_attributes():
    pairs = {"float": "float32", "double": "float64", "half": "float16", "cfloat": "complex64", "cdouble": "complex128"}
    pairs |= {"short": "int16", "int": "int32", "long": "int64"}
    for alias, name in pairs.items():
        assert getattr(dtypes, alias) is getattr(dtypes, name)
    assert [dtypes.NAMES[name].itemsize for name in ALL] == [1, 1, 1, 2, 4, 8, 2, 4, 8, 2, 2, 4, 8, 8, 16]
    assert dtypes.complex64.to_real() is dtypes.float32 and dtypes.int8.to_real() is dtypes.int8
    assert dtypes.float64.to_complex() is dtypes.complex128 and dtypes.bfloat16.to_complex() is dtypes.complex64
    assert repr(dtypes.dtype) == "<class 'torch.dtype'>"
    with pytest.raises(RuntimeError, match=r"^Unknown Complex ScalarType for Long$"):
        dtypes.int64.to_complex()
    with pytest.raises(NotImplementedError, match="complex32"):
        dtypes.float16.to_complex()
    with pytest.raises(TypeError, match=r"^cannot create 'torch.dtype' instances$"):
        dtypes.dtype()
    with pytest.raises(AttributeError, match=r"^attribute 'is_complex' of 'torch.dtype' objects is not writable$"):
        dtypes.int8.is_complex = True
    with pytest.raises(AttributeError, match=r"^'torch.dtype' object has no attribute 'foo'$"):
        dtypes.int8.foo = True


def test_dtype_of_numpy_arrays():
    assert of_array(np.zeros(2)) is dtypes.float64 and of_array(np.bool(1)) is dtypes.bool
    assert of_array(bf16([1])) is dtypes.bfloat16 and of_array(np.zeros(2, np.longlong)) is dtypes.int64
    with pytest.raises(TypeError, match=r"^can.t convert np.ndarray of type numpy.object_. The only supported types"):
        of_array(np.array([None]))
    with pytest.raises(ValueError, match=r"^given numpy array has byte order different from the native byte order"):
        of_array(np.zeros(2, ">f4"))


@pytest.mark.parametrize(
    ("values", "source", "target", "expected"),
    [
        ([1.9, -1.9, 300.0, -1.0], "float32", "uint8", [1, 255, 44, 255]),
        ([4294967303.0, -129.5], "float64", "uint8", [7, 127]),
        ([4294967303.0], "float64", "uint32", [7]),
        ([np.nan, np.inf, -np.inf], "float32", "int32", [-(2**31)] * 3),
        ([np.nan, 1e30, -np.inf], "float64", "int64", [-(2**63)] * 3),
        ([np.nan, np.inf, 40000.0], "float32", "int16", [0, 0, 40000 - 65536]),
        ([0.0, -0.0, 0.5, np.nan], "float32", "bool", [False, False, True, True]),
        ([0, 1j, 2], "complex64", "bool", [False, True, True]),
        ([256, -1], "int64", "uint8", [0, 255]),
        ([1e300, -1e300, 1 / 3], "float64", "float32", [np.inf, -np.inf, np.float32(1 / 3)]),
        ([65519.0, 65520.0, 2.0**-25], "float32", "float16", [65504, np.inf, 0]),
        ([70000], "int32", "float16", [np.inf]),
        ([True, False], "bool", "float32", [1, 0]),
        ([2**62 + 1], "int64", "bfloat16", [2.0**62]),
        ([1.5, 3e9], "bfloat16", "int64", [1, 3003121664]),
        ([70000.0], "bfloat16", "float16", [np.inf]),
    ],
)
def test_cast_converts_as_torch_does(values, source, target, expected):
    array = cast(np.array(values), dtypes.NAMES[source])
    result = cast(array, dtypes.NAMES[target])
    assert of_array(result) is dtypes.NAMES[target]
    np.testing.assert_array_equal(result, expected)
    scalars = [cast(array[i], dtypes.NAMES[target]) for i in range(len(values))]
    np.testing.assert_array_equal(scalars, expected)


def test_cast_copies_when_told_or_needed():
    a = np.ones(3, np.float32)
    assert cast(a, dtypes.float32) is a
    assert not np.shares_memory(cast(a, dtypes.float32, copy=True), a)
    b = cast(a, dtypes.bfloat16)
    assert cast(b, dtypes.bfloat16) is b
    for x, d in ((a, dtypes.bfloat16), (b, dtypes.float32), (b.reshape(3, 1), dtypes.float32)):
        assert not np.shares_memory(cast(x, d), x)
    assert type(cast(b, dtypes.float32)) is np.ndarray
    assert holds_bfloat16(cast(b, dtypes.bfloat16, copy=True))


def test_cast_to_real_warns_once(monkeypatch):
    monkeypatch.setattr(dtypes, "_warned", False)
    z = np.array([1 + 2j])
    with pytest.warns(UserWarning, match="^Casting complex values to real discards the imaginary part$") as record:
        real = cast(z, dtypes.float64)
    assert record[0].filename == __file__
    np.testing.assert_array_equal(real, [1.0])
    assert not np.shares_memory(real, z)
    assert cast(z, dtypes.int32).tolist() == [1] and cast(z, dtypes.float32).tolist() == [1.0]


def test_bfloat16_rounds_to_nearest_even():
    x = np.array([1.00390625, 1.01171875, 3.39e38, 3.3961775e38, 1e-40, -0.0, np.inf], np.float32)
    bits = np.array([0x3F80, 0x3F82, 0x7F7F, 0x7F80, 0x0001, 0x8000, 0x7F80])
    np.testing.assert_array_equal(bf16(x).view(np.ndarray).view(np.uint32) >> 16, bits)
    nans = np.array([0x7FC00001, 0x7F800001, 0xFFFFFFFF], np.uint32).view(np.float32)
    assert np.isnan(bf16(nans)).all()


COMPUTED_IN_BFLOAT16 = {
    "ufunc": lambda b: b * 1.3,
    "two outputs": lambda b: divmod(b, 0.3),
    "matmul": lambda b: b @ b.T,
    "sum": lambda b: b.sum(),
    "mean": lambda b: b.mean(1),
    "np.mean": np.mean,
    "std": lambda b: b.std(0),
    "trace": lambda b: b.trace(),
    "dot": lambda b: b.dot(b.T),
    "cumsum": lambda b: b.cumsum(1),
    "einsum": lambda b: np.einsum("ij,kj->ik", b, b),
    "where": lambda b: np.where(b > 1, b, b / 3),
    "stack": lambda b: np.stack([b, b / 3]),
    "split": lambda b: tuple(np.split(b, 2)),
    "element": lambda b: b[0, 1],
    "elements": lambda b: tuple(b[0]),
    "outer": lambda b: np.multiply.outer(b, b),
    "reduceat": lambda b: np.add.reduceat(b, [0, 1]),
    "round": lambda b: b.round(1),
    "copy": copy.deepcopy,
    "pickle": lambda b: pickle.loads(pickle.dumps(b)),
    "like": lambda b: np.full_like(b, 1 / 3),
    "broadcast": lambda b: np.broadcast_to(b, (4, 2, 3)),
    "zeros of another shape": lambda b: np.zeros_like(b, shape=(7,)),
}


@pytest.mark.parametrize("compute", COMPUTED_IN_BFLOAT16.values(), ids=COMPUTED_IN_BFLOAT16.keys())
def test_whatever_is_computed_from_bfloat16_is_rounded_to_bfloat16(compute):
    result = compute(bf16(np.arange(6).reshape(2, 3) / 3))
    assert all(map(holds_bfloat16, result if type(result) is tuple else [result]))


def test_bfloat16_reductions_round_once():
    ones = bf16(np.ones(1000))
    assert ones.sum() == 1000 and ones.mean() == 1  # adding up in bfloat16 would stop at 256
    assert ones.sum().shape == ()
    assert bf16([1.0, 2.0**-8, 2.0**-8]).sum() == 1 + 2.0**-7


def test_bfloat16_gives_plain_arrays_of_other_dtypes():
    b = bf16(np.arange(6).reshape(2, 3) / 3)
    for result in (b > 1, np.isnan(b), b.argmax(1), b.argsort(), b.astype(np.float64), np.frexp(b)[1], b.nonzero()[0]):
        assert type(result) is np.ndarray and result.dtype != np.float32
    assert type(b.any()) is np.bool and type(b.item(0)) is float and b.tolist()[0][0] == 0.0


def test_bfloat16_memory_never_holds_anything_else():
    b = bf16(np.arange(6).reshape(2, 3) / 3)
    same = b
    b += 1 / 3
    b[0] = 0.3
    b[1, 1:] = np.array([0.7, 0.1])
    np.add(b, 0.01, out=b)
    np.add.at(b, 0, 0.01)
    assert np.concatenate([b[:1] * 0.7, b[1:]], out=b) is b
    assert b is same and holds_bfloat16(b)
    b.fill(1 / 3)
    assert holds_bfloat16(b) and b[0, 0] == bf16(1 / 3)


def test_bfloat16_views_share_memory():
    b = bf16(np.arange(6).reshape(2, 3))
    for view in (b.T, b[0], b.reshape(6), np.transpose(b), np.moveaxis(b, 0, 1), b[..., None], b.ravel()):
        assert type(view) is BFloat16Array and np.shares_memory(view, b)


def test_bfloat16_leaves_other_layers_to_answer():
    class Layer:
        def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
            return "ufunc"

        def __array_function__(self, func, types, args, kwargs):
            return "function"

    b = bf16([1.0])
    assert b * Layer() == "ufunc" and np.stack([b, Layer()]) == "function"


def test_default_dtype():
    assert dtypes.get_default_dtype() is dtypes.float32
    try:
        dtypes.set_default_dtype(dtypes.float64)
        assert dtypes.get_default_dtype() is dtypes.float64
        with pytest.raises(TypeError, match=r"^only floating-point types are supported as the default type$"):
            dtypes.set_default_dtype(dtypes.complex64)
        message = "^invalid dtype object: only floating-point types are supported as the default type$"
        with pytest.raises(TypeError, match=message):
            dtypes.set_default_dtype("float32")
        assert dtypes.get_default_dtype() is dtypes.float64
    finally:
        dtypes.set_default_dtype(dtypes.float32)


def test_size():
    s = Size([2, 3])
    assert repr(s) == str(s) == "torch.Size([2, 3])" and repr(Size()) == "torch.Size([])"
    assert s == (2, 3) and hash(s) == hash((2, 3)) and s.numel() == 6 and Size().numel() == 1
    for made in (s[:1], s + (4,), (4,) + s, s * 2, 2 * s, pickle.loads(pickle.dumps(s)), copy.deepcopy(s)):
        assert type(made) is Size
    assert s[-1] == 3 and s + s == (2, 3, 2, 3) and (4, *s) == (4,) + s
    assert Size([np.int64(2)]) == (2,)
    with pytest.raises(TypeError, match=r"^torch.Size\(\) takes an iterable of 'int' \(item 1 is 'float'\)$"):
        Size([2, 3.5])
    with pytest.raises(TypeError, match=r"^can only concatenate tuple \(not list\) to torch.Size$"):
        s + [4]


def test_device():
    assert repr(device("cpu")) == "device(type='cpu')" and repr(device("cuda:1")) == "device(type='cuda', index=1)"
    assert str(device("cpu", 0)) == "cpu:0" and device("cpu:0") == device(device("cpu:0")) != device("cpu")
    assert hash(device("cpu:0")) == hash(device("cpu", 0)) and device("cpu") != "cpu"
    assert pickle.loads(pickle.dumps(device("cpu:0"))) == device("cpu:0")
    assert repr(device) == "<class 'torch.device'>"
    with pytest.raises(AttributeError, match=r"^attribute 'index' of 'torch.device' objects is not writable$"):
        device("cpu").index = 1


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("foo",), RuntimeError, "Expected one of cpu, cuda, ipu, xpu, .* device type at start of device string: foo"),
        (("",), RuntimeError, "Device string must not be empty"),
        (("cpu:",), RuntimeError, "Invalid device string: 'cpu:'"),
        (("cpu:01",), RuntimeError, "Invalid device string: 'cpu:01'"),
        (("cpu:-1",), RuntimeError, "Invalid device string: 'cpu:-1'"),
        (("cpu", -1), RuntimeError, "Device index must not be negative"),
        (("cpu:0", 0), RuntimeError, r"type \(string\) must not include an index because .*: cpu:0"),
        ((0,), RuntimeError, "Cannot access accelerator device when none is available."),
        ((1.5,), TypeError, r"device\(\) received an invalid combination of arguments - got \(float\), .*"),
    ],
)
def test_device_errors(arguments, error, message):
    with pytest.raises(error, match=f"(?s)^{message}$"):
        device(*arguments)


def test_default_device():
    assert get_default_device() == check_device(None) == check_device("cpu:1") == device("cpu")
    with device("cuda") as d:
        assert d == device("cuda")
        with pytest.raises(AssertionError, match=r"^Torch not compiled with CUDA enabled$"):
            check_device(None)
        with device("cpu"):
            assert check_device(None) == device("cpu")
    set_default_device("mps")
    try:
        with pytest.raises(RuntimeError, match=r"^PyTorch is not linked with support for mps devices$"):
            get_default_device()
    finally:
        set_default_device(None)
    assert get_default_device() == device("cpu")
    with pytest.raises(NotImplementedError, match="meta"):
        check_device("meta")


def test_layouts_and_memory_formats():
    assert repr(strided) == "torch.strided" and repr(channels_last) == "torch.channels_last"
    assert pickle.loads(pickle.dumps(contiguous_format)) is contiguous_format
    with pytest.raises(TypeError, match=r"^cannot create 'torch.layout' instances$"):
        type(strided)()


def test_finfo_and_iinfo():
    assert repr(finfo(dtypes.bfloat16)) == (
        "finfo(resolution=0.01, min=-3.38953e+38, max=3.38953e+38, eps=0.0078125, smallest_normal=1.17549e-38, "
        "tiny=1.17549e-38, dtype=bfloat16)"
    )
    f = finfo(dtypes.complex64)
    assert f == finfo() and f != finfo(dtypes.float64) and (f.bits, f.dtype) == (32, "float32")
    assert (f.eps, f.max, f.min, f.tiny) == (2**-23, 3.4028234663852886e38, -3.4028234663852886e38, 2**-126)
    assert finfo(dtypes.bfloat16).max == 3.3895313892515355e38
    assert repr(iinfo(dtypes.int32)) == "iinfo(min=-2.14748e+09, max=2.14748e+09, dtype=int32)"
    assert iinfo(dtypes.uint64).max == 2**64 - 1 and iinfo(dtypes.int8).min == -128
    with pytest.raises(TypeError, match=r"^torch.bool is not supported by torch.iinfo$"):
        iinfo(dtypes.bool)
    with pytest.raises(TypeError, match="requires an integer input type"):
        iinfo(dtypes.float32)
    with pytest.raises(TypeError, match="requires a floating point input type"):
        finfo(dtypes.int8)
    with pytest.raises(TypeError, match=r"^finfo\(\): argument 'type' \(position 1\) must be torch.dtype, not str$"):
        finfo("float32")
    with pytest.raises(TypeError, match="unhashable"):
        hash(f)


def test_casting_is_silent(monkeypatch):
    monkeypatch.setattr(dtypes, "_warned", True)
    extremes = np.array([np.nan, np.inf, -np.inf, 1e300, -1e300])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in ALL:
            cast(cast(extremes, dtypes.NAMES[name]), dtypes.float16)
