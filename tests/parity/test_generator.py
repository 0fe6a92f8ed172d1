import itertools
import zlib

import numpy as np
import pytest

from rushlight.arrays import dtypes
from rushlight.arrays.generator import Generator
from rushlight.ops.random import sampling

torch = pytest.importorskip("torch")

NAMES = ["bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64"]
NAMES += ["float16", "bfloat16", "float32", "float64", "complex64", "complex128"]
CALLS = {
    "uniform": [(), (-2.3, 3.7), (0.1, 0.2), (3, 2), (0, 1e39)],
    "normal": [(), (0.3, 0.7), (2, 0), (0, -1)],
    "log_normal": [(), (0.3, 0.7), (0, 0), (0, 300)],
    "exponential": [(), (0.7,), (0,)],
    "cauchy": [(), (0.3, 0.7), (0, 0)],
    "geometric": [(0.3,), (0.9,), (1,)],
    "bernoulli": [(), (0.3,), (0.0,), (1.0,), (2.0,)],
    "random": [
        (), (0, 5), (3, 100), (-50, 50), (0, 2**24 + 1), (2**24 + 3, 2**24 + 9), (-(2**40), 2**40), (3, None), (5, 5),
        (-(2**63), None), (0, 256), (0, 2), (-(2**63), 2**63 - 1), (0, 2**28), (0, 2**28 - 1), (1000, 70000),
    ],
}  # fmt: skip
LAYOUTS = {
    "scalar": lambda x: x[0, 0, 0],
    "3": lambda x: x.reshape(-1)[:3],
    "15": lambda x: x.reshape(-1)[:15],
    "16": lambda x: x.reshape(-1)[:16],
    "20": lambda x: x.reshape(-1)[:20],
    "2d": lambda x: x[0],
    "transposed": lambda x: x[0].T,
    "permuted": lambda x: x.swapaxes(0, 1),
    "strided": lambda x: x[:, :, ::2],
    "many": lambda x: x,
}


def tensor(payload):
    copy = torch.from_numpy(np.array(payload, subok=False))
    return copy.to(torch.bfloat16) if type(payload) is dtypes.BFloat16Array else copy


def same(ours, theirs):
    ours, gone = tensor(ours), theirs.isnan()
    return ours.dtype == theirs.dtype and torch.equal(ours.isnan(), gone) and torch.equal(ours[~gone], theirs[~gone])


@pytest.fixture
def streams():
    ours, theirs = Generator(), torch.Generator()

    def seed(number):
        ours.manual_seed(number)
        theirs.manual_seed(number)

    def check():
        np.testing.assert_array_equal(ours.state_bytes(), theirs.get_state().numpy())

    return ours, theirs, seed, check


def outcome(call):
    try:
        return call()
    except (RuntimeError, TypeError, NotImplementedError) as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.filterwarnings("ignore:.*out of bounds:UserWarning")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("sampler", "arguments"), [(s, a) for s, calls in CALLS.items() for a in calls])
def test_samplers(streams, sampler, arguments, name):
    ours, theirs, seed, check = streams
    seed(zlib.crc32(repr((sampler, arguments, name)).encode()))
    for layout, view in LAYOUTS.items():
        x = torch.zeros(3, 10, 22, dtype=getattr(torch, name))
        y = dtypes.cast(np.zeros((3, 10, 22), dtypes.NAMES[name].numpy), dtypes.NAMES[name])
        if layout == "scalar":
            y = y[:1, 0, 0].reshape(())
        expected = outcome(lambda x=x, view=view: getattr(view(x), sampler + "_")(*arguments, generator=theirs))
        result = outcome(
            lambda y=y, view=view, layout=layout: getattr(sampling, sampler)(
                y if layout == "scalar" else view(y), *arguments, generator=ours
            )
        )
        if type(expected) is str:
            assert result == expected, layout
        else:
            assert same(result, expected), layout
        check()


def test_mixed_sequences_draw_alike(streams):
    ours, theirs, seed, check = streams
    choose = np.random.default_rng(0)
    seed(11)
    for _ in range(400):
        name = ["float16", "float32", "float64"][choose.integers(3)]
        sampler = ["uniform", "normal", "exponential", "bernoulli", "random", "log_normal"][choose.integers(6)]
        size = int(choose.integers(0, 40))
        x, y = torch.zeros(size, dtype=getattr(torch, name)), np.zeros(size, name)
        assert same(getattr(sampling, sampler)(y, generator=ours), getattr(x, sampler + "_")(generator=theirs))
    check()


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_many_numbers(streams, name):
    ours, theirs, seed, check = streams
    seed(12)
    for sampler, arguments in itertools.product(["uniform", "normal"], [(), (0.3, 0.7)]):
        x, y = torch.zeros(100_007, dtype=getattr(torch, name)), np.zeros(100_007, name)
        expected = getattr(x, sampler + "_")(*arguments, generator=theirs)
        assert same(getattr(sampling, sampler)(y, *arguments, generator=ours), expected)
    check()


@pytest.mark.parametrize("count", [0, 1, 2, 3, 20, 1000, 100_000])
def test_permutation(streams, count):
    ours, theirs, seed, check = streams
    for number in range(5):
        seed(number)
        assert same(sampling.permutation(count, ours), torch.randperm(count, generator=theirs))
        check()


@pytest.mark.parametrize("probability", ["float16", "bfloat16", "float32", "float64", "int64"])
def test_bernoulli_with_probabilities(streams, probability):
    ours, theirs, seed, check = streams
    p = dtypes.cast(
        np.random.default_rng(1).random((4, 7)).round(0 if probability == "int64" else 3), dtypes.NAMES[probability]
    )
    for name in NAMES:
        seed(5)
        x, y = torch.zeros(2, 4, 7, dtype=getattr(torch, name)), dtypes.cast(np.zeros((2, 4, 7)), dtypes.NAMES[name])
        expected = outcome(lambda x=x: x.bernoulli_(tensor(p), generator=theirs))
        result = outcome(lambda y=y: sampling.bernoulli(y, p, ours))
        assert result == expected if type(expected) is str else same(result, expected)
        check()


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize(("samples", "replacement"), [(1, False), (1, True), (3, False), (50, True)])
def test_multinomial(streams, name, samples, replacement):
    ours, theirs, seed, check = streams
    for shape, scale in itertools.product([(10,), (4, 10), (0, 3)], [1, 7.3]):
        seed(5)
        weights = dtypes.cast(np.random.default_rng(1).random(shape) * scale, dtypes.NAMES[name])
        expected = torch.multinomial(tensor(weights), samples, replacement, generator=theirs)
        assert same(sampling.multinomial(weights, samples, replacement, ours), expected)
        check()


def test_states_are_exchanged(streams):
    ours, theirs, seed, check = streams
    seed(3)
    torch.zeros(5).normal_(generator=theirs)
    ours.load_state_bytes(theirs.get_state().numpy())
    check()
    sampling.normal(np.zeros(7), generator=ours)
    theirs.set_state(torch.from_numpy(ours.state_bytes()))
    assert same(
        sampling.normal(np.zeros(9), generator=ours), torch.zeros(9, dtype=torch.float64).normal_(generator=theirs)
    )


@pytest.mark.parametrize("number", [0, 1, 2**32 - 1, 2**32, -1, -(2**63), 2**64 - 1, 67280421310721])
def test_seeds(streams, number):
    ours, theirs, seed, check = streams
    seed(number)
    assert ours.initial_seed() == theirs.initial_seed()
    check()
