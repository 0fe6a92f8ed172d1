import pytest

from rushlight.arrays import dtypes
from rushlight.arrays.promotion import can_cast, check_output_dtype, number_dtype, promote_types, result_dtype


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("uint8", "int8", "int16"),
        ("uint8", "int32", "int32"),
        ("bool", "uint8", "uint8"),
        ("int64", "float16", "float16"),
        ("float16", "bfloat16", "float32"),
        ("bfloat16", "float32", "float32"),
        ("float64", "complex64", "complex128"),
        ("int64", "complex64", "complex64"),
        ("uint16", "float32", "float32"),
        ("uint32", "uint32", "uint32"),
    ],
)
def test_promote_types(a, b, expected):
    a, b, expected = dtypes.NAMES[a], dtypes.NAMES[b], dtypes.NAMES[expected]
    assert promote_types(a, b) is promote_types(b, a) is expected
    assert promote_types(a, a) is a


@pytest.mark.parametrize(
    ("operands", "expected"),
    [
        (["float32 1", "float64 0"], "float32"),
        (["int32 1", "float64 0"], "float64"),
        (["uint8 1", "int64 0"], "uint8"),
        (["uint8 0", "int64 0"], "int64"),
        (["bool 2", "int8 0"], "int8"),
        (["int8 1", True], "int8"),
        (["bool 0", 1], "int64"),
        (["int64 1", 1.5], "float32"),
        (["float16 1", 1.5], "float16"),
        (["float64 1", 1j], "complex128"),
        (["bfloat16 0", 1j], "complex64"),
        (["int8 1", 1j], "complex64"),
        (["float32 1", "complex128 0"], "complex64"),
        (["uint16 1", 3], "uint16"),
        (["uint16 1", "int64 0"], "uint16"),
        ([1, 2.0], "float32"),
        ([True, 2], "int64"),
    ],
)
def test_result_dtype(operands, expected):
    def operand(text):
        return (dtypes.NAMES[text.split()[0]], int(text.split()[1])) if type(text) is str else text

    operands = [operand(o) for o in operands]
    assert result_dtype(operands) is result_dtype(operands[::-1]) is dtypes.NAMES[expected]


def test_numbers_follow_the_default_dtype():
    dtypes.set_default_dtype(dtypes.float64)
    try:
        assert number_dtype(1.0) is dtypes.float64 and number_dtype(1j) is dtypes.complex128
        assert result_dtype([(dtypes.int64, 1), 1.0]) is dtypes.float64
        assert result_dtype([(dtypes.float32, 1), 1.0]) is dtypes.float32
    finally:
        dtypes.set_default_dtype(dtypes.float32)
    with pytest.raises(TypeError, match="expected a number, but got str"):
        number_dtype("1")


def test_promotion_errors():
    message = "^Promotion for uint16, uint32, uint64 types is not supported, attempted to promote Int and UInt16$"
    with pytest.raises(RuntimeError, match=message):
        promote_types(dtypes.int32, dtypes.uint16)
    message = r"^promote_types\(\): argument 'type1' \(position 1\) must be torch.dtype, not str$"
    with pytest.raises(TypeError, match=message):
        promote_types("int32", dtypes.uint16)
    with pytest.raises(ValueError, match="at least one operand"):
        result_dtype([])


def test_can_cast():
    assert can_cast(dtypes.float64, dtypes.float16) and can_cast(dtypes.int64, dtypes.int8)
    assert can_cast(dtypes.bool, dtypes.complex64) and not can_cast(dtypes.int8, dtypes.bool)
    assert not can_cast(dtypes.float16, dtypes.int64) and not can_cast(dtypes.complex64, dtypes.float32)
    check_output_dtype(dtypes.float64, dtypes.float32)
    with pytest.raises(RuntimeError, match=r"^result type Float can't be cast to the desired output type Long$"):
        check_output_dtype(dtypes.float32, dtypes.int64)
