"""torch.testing against PyTorch's: the same verdict in the same words, the same random tensors."""

import math

import numpy as np
import pytest

import rushlight
import rushlight.testing

torch = pytest.importorskip("torch")
PAIRS = [
    lambda t: (t.tensor([1.0, 2.0]), t.tensor([1.0, 2.5])),
    lambda t: (t.tensor([1.0, 2.0]), t.tensor([1.0, 2.0], dtype=t.float64)),
    lambda t: (t.tensor([1, 2]), t.tensor([1, 3])),
    lambda t: (t.tensor([1, 0]), t.tensor([1, 3])),
    lambda t: (t.tensor([True, False]), t.tensor([True, True])),
    lambda t: (t.tensor([1j, 2.0]), t.tensor([1j, 2.5])),
    lambda t: (t.tensor(1.5), t.tensor(1.0)),
    lambda t: (t.zeros(2, 3), t.zeros(3, 2)),
    lambda t: (t.tensor([math.nan, 1.0]), t.tensor([math.nan, 1.0])),
    lambda t: (t.tensor([math.inf, 1.0]), t.tensor([math.inf, 0.0])),
    lambda t: ([1.0, [t.ones(2)]], [1.0, [t.zeros(2)]]),
    lambda t: ({"a": 1.0, "b": 2}, {"a": 1.0, "b": 3}),
    lambda t: ({"a": 1.0}, {"b": 1.0}),
    lambda t: ([1, 2], [1]),
    lambda t: (None, 1.0),
    lambda t: (True, False),
    lambda t: (1, 1.0),
    lambda t: (2.0, 0.0),
    lambda t: (1 + 2j, 1.0),
    lambda t: ("a", "a"),
    lambda t: (t.ones(1), 1.0),
    lambda t: (np.float32(1.0), 1.5),
    lambda t: (np.ones(2), np.zeros(2)),
    lambda t: (t.ones(1, requires_grad=True), t.ones(1)),
]
OPTIONS = [
    {}, {"rtol": 0.0, "atol": 0.0}, {"rtol": 0.5}, {"check_dtype": False}, {"equal_nan": True}, {"msg": "mine"}, {"msg": len},
    {"msg": "<{}>".format}, {"rtol": 1e-3, "atol": 1e-3}, {"allow_subclasses": False},
]  # fmt: skip


def outcome(t, make, options):
    try:
        return t.testing.assert_close(*make(t), **options)
    except Exception as error:
        return type(error).__name__, str(error).replace("rushlight.Tensor", "torch.Tensor")


@pytest.mark.parametrize("options", OPTIONS, ids=range(len(OPTIONS)))
@pytest.mark.parametrize("make", PAIRS, ids=range(len(PAIRS)))
def test_assert_close(make, options):
    assert outcome(rushlight, make, options) == outcome(torch, make, options)


def test_stride():
    with pytest.raises(AssertionError, match=r"attribute 'stride\(\)' do not match: \(2, 1\) != \(1, 2\)"):
        rushlight.testing.assert_close(rushlight.ones(2, 2), rushlight.ones(2, 2).mT, check_stride=True)


CALLS = [
    {}, {"low": -1, "high": 2}, {"low": 0.5}, {"noncontiguous": True}, {"exclude_zero": True}, {"low": 3, "high": 3},
    {"low": math.nan}, {"requires_grad": True}, {"low": 1e300, "high": math.inf}, {"low": -math.inf, "high": math.inf},
]  # fmt: skip


@pytest.mark.parametrize("name", ["bool", "uint8", "int16", "int64", "float16", "float32", "float64", "complex64"])
@pytest.mark.parametrize("options", CALLS, ids=str)
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_make_tensor(name, options):
    def run(t):
        t.manual_seed(3)
        try:
            x = t.testing.make_tensor(3, 5, dtype=getattr(t, name), device="cpu", **options)
        except Exception as error:
            return type(error).__name__, str(error)
        return x.tolist(), tuple(x.stride()), x.requires_grad

    assert str(run(rushlight)) == str(run(torch))
