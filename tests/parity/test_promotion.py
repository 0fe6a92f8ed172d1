import itertools

import pytest

from rushlight.arrays import dtypes, promotion

torch = pytest.importorskip("torch")

NAMES = ["bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64"]
NAMES += ["float16", "bfloat16", "float32", "float64", "complex64", "complex128"]
NUMBERS = [True, 1, 1.0, 1j]


def outcome(function, *arguments):
    try:
        return str(function(*arguments))
    except (TypeError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("function", ["promote_types", "can_cast"])
def test_all_pairs_of_dtypes(function):
    for a, b in itertools.product(NAMES, NAMES):
        expected = outcome(getattr(torch, function), getattr(torch, a), getattr(torch, b))
        assert outcome(getattr(promotion, function), dtypes.NAMES[a], dtypes.NAMES[b]) == expected, (a, b)


@pytest.fixture(params=["float32", "float64", "bfloat16", "float16"])
def default_dtype(request):
    torch.set_default_dtype(getattr(torch, request.param))
    dtypes.set_default_dtype(dtypes.NAMES[request.param])
    yield request.param
    torch.set_default_dtype(torch.float32)
    dtypes.set_default_dtype(dtypes.float32)


def test_all_pairs_of_operands(default_dtype):
    # torch.complex32, which a complex number stands for while the default is float16, is not supported.
    numbers = NUMBERS[:3] if default_dtype == "float16" else NUMBERS
    operands = [(name, ndim) for name in NAMES for ndim in (0, 1)] + numbers
    for pair in itertools.product(operands, operands):
        theirs = [torch.zeros([2] * o[1], dtype=getattr(torch, o[0])) if type(o) is tuple else o for o in pair]
        ours = [(dtypes.NAMES[o[0]], o[1]) if type(o) is tuple else o for o in pair]
        expected = outcome(torch.result_type, *theirs)
        if expected == "torch.complex32":
            expected = "NotImplementedError: torch.complex32 is not supported"
        assert outcome(promotion.result_dtype, ours) == expected, pair
