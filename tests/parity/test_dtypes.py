import warnings

import numpy as np
import pytest

from rushlight.arrays import dtypes, types

torch = pytest.importorskip("torch")

NAMES = ["bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64"]
NAMES += ["float16", "bfloat16", "float32", "float64", "complex64", "complex128"]
POWERS = [2.0**k + d for k in (7, 8, 15, 16, 31, 32, 53, 62, 63, 64) for d in (-1, 0, 1, 5, 4096)]
VALUES = [0, 0.5, 1.5, 1.7, 300, 70000, 1e20, 1e30, 1e300, np.inf, 3e38, 3.3961775e38, 3.5e38, 65504, 65519, 65520]
VALUES += [1e-8, 1e-40, 1e-45, 1e-320, 1.00390625, 1.01171875, *POWERS]


def tensor(payload):
    copy = torch.from_numpy(np.array(payload, subok=False))
    return copy.to(torch.bfloat16) if type(payload) is dtypes.BFloat16Array else copy


@pytest.fixture(autouse=True)
def complex_warnings_are_spent():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.ones(1, dtype=torch.complex64).to(torch.float32)
        dtypes.cast(np.ones(1, np.complex64), dtypes.float32)


@pytest.mark.parametrize("source", NAMES)
@pytest.mark.parametrize("target", NAMES)
def test_cast(source, target):
    values = np.array(VALUES + [-v for v in VALUES] + [np.nan])
    if source.startswith("complex"):
        values = values + 0j if target != "bool" else np.array([0, 1, 1j, 1 + 1j, np.nan, 1e-45j])
    payload = dtypes.cast(np.nan_to_num(values) if "int" in source else values, dtypes.NAMES[source])
    if target == "uint32" and "int" not in source and source != "bool":  # beyond int64 it depends on PyTorch's build
        payload = payload[abs(payload) < 2.0**31] if source != "float16" else payload[np.isfinite(payload)]
    expected = tensor(payload).to(getattr(torch, target))
    result = tensor(dtypes.cast(payload, dtypes.NAMES[target]))
    assert result.dtype == expected.dtype
    assert torch.equal(result.isnan(), expected.isnan())
    assert torch.equal(result[~result.isnan()], expected[~expected.isnan()])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["finfo", "iinfo"])
def test_finfo_and_iinfo(name, kind):
    try:
        expected = getattr(torch, kind)(getattr(torch, name))
    except TypeError as error:
        with pytest.raises(TypeError) as raised:
            getattr(types, kind)(dtypes.NAMES[name])
        assert str(raised.value) == str(error)
        return
    result = getattr(types, kind)(dtypes.NAMES[name])
    assert repr(result) == repr(expected)
    for attribute in (a for a in dir(expected) if a[0] != "_"):
        assert getattr(result, attribute) == getattr(expected, attribute)


@pytest.mark.parametrize("name", NAMES)
def test_dtype_attributes(name):
    ours, theirs = dtypes.NAMES[name], getattr(torch, name)
    for attribute in ("abbr", "is_floating_point", "is_complex", "is_signed", "itemsize"):
        assert getattr(ours, attribute) == getattr(theirs, attribute)
    assert repr(ours) == repr(theirs) and repr(ours.to_real()) == repr(theirs.to_real())
