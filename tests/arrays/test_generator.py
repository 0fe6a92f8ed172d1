"""The numbers here were printed by PyTorch 2.13 on the CPU."""

import copy
import pickle
import threading

import numpy as np
import pytest

from rushlight.arrays import dtypes
from rushlight.arrays import generator as streams
from rushlight.arrays.dtypes import cast
from rushlight.arrays.generator import Generator
from rushlight.ops.random import sampling


def seeded(seed=0):
    return Generator().manual_seed(seed)


def empty(shape, dtype="float32"):
    return cast(np.zeros(shape, dtypes.NAMES[dtype].numpy), dtypes.NAMES[dtype])


def test_stream_of_a_seed():
    g = seeded()
    assert g.raw(4).tolist() == [2357136044, 2546248239, 3071714933, 3626093760]
    assert seeded(2**32).raw(1) == seeded(0).raw(1)
    assert seeded(-1).initial_seed() == 2**64 - 1 and seeded(-1).raw(1) == seeded(2**32 - 1).raw(1)
    assert Generator().initial_seed() == 67280421310721
    assert Generator().raw(1) == seeded(67280421310721).raw(1)


def test_default_generator():
    g = streams.manual_seed(5)
    assert g is streams.default_generator and streams.initial_seed() == 5
    first = sampling.uniform(empty(3))
    np.testing.assert_array_equal(first, sampling.uniform(empty(3), generator=seeded(5)))
    assert streams.seed() == streams.initial_seed() != 5


@pytest.mark.parametrize(
    ("seed", "error", "message"),
    [
        (2**64, ValueError, "Overflow when unpacking long long"),
        (-(2**63) - 1, ValueError, "Overflow when unpacking long long"),
        (1.5, RuntimeError, "manual_seed expected a long, but got float"),
        (True, RuntimeError, "manual_seed expected a long, but got bool"),
        (None, RuntimeError, "manual_seed expected a long, but got NoneType"),
    ],
)
def test_bad_seeds_leave_the_stream_as_it_was(seed, error, message):
    g = seeded(3)
    with pytest.raises(error, match=f"^{message}$"):
        g.manual_seed(seed)
    assert g.raw(1) == seeded(3).raw(1)


def test_state_goes_on_where_it_was_saved():
    g = seeded(7)
    sampling.normal(empty(3), generator=g)  # leaves the second of a pair behind
    state = g.state_bytes()
    assert state.shape == (5056,) and state.dtype == np.uint8
    following = sampling.normal(empty(5), generator=g)
    for other in (Generator(), seeded(1)):
        other.load_state_bytes(state)
        np.testing.assert_array_equal(other.state_bytes(), state)
        np.testing.assert_array_equal(sampling.normal(empty(5), generator=other), following)
        assert other.initial_seed() == 7


def test_layout_of_the_state():
    words = seeded(0).state_bytes().view(np.uint64)
    assert words[:6].tolist() == [0, 2**32 + 1, 0, 0, 1, 1812433255] and not words[-5:].any()
    g = seeded(3)
    sampling.uniform(empty(700), generator=g)
    assert g.state_bytes().view(np.uint64)[:4].tolist() == [3, 2**32 + 625 - 76, 76, 3210938781]


def test_bad_states():
    g = seeded(3)
    with pytest.raises(TypeError, match=r"^RNG state must be a torch.ByteTensor$"):
        g.load_state_bytes(np.zeros(5056))
    message = "^Expected a CPUGeneratorImplState of size 5056 but found the input RNG state size to be 3$"
    with pytest.raises(RuntimeError, match=message):
        g.load_state_bytes(np.zeros(3, np.uint8))
    with pytest.raises(RuntimeError, match=r"^Invalid mt19937 state$"):
        g.load_state_bytes(np.zeros(5056, np.uint8))
    with pytest.raises(TypeError, match=r"^expected a torch.ByteTensor, but got int$"):
        g.set_state(1)
    assert g.raw(1) == seeded(3).raw(1)


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda g: pickle.loads(pickle.dumps(g)), Generator.clone_state]
)
def test_copies_are_independent(duplicate):
    g = seeded(3)
    g.raw(5)
    other = duplicate(g)
    assert other is not g and other.initial_seed() == 3
    np.testing.assert_array_equal(other.raw(10), g.raw(10))


def test_other_devices():
    assert Generator("cpu:0").device.type == "cpu"
    with pytest.raises(RuntimeError, match=r"^Cannot get CUDA generator without ATen_cuda library."):
        Generator("cuda")
    with pytest.raises(RuntimeError, match=r"^Cannot execute getNewGenerator\(\) without MPS backend.$"):
        Generator("mps")
    with pytest.raises(RuntimeError, match=r"^CPU Generator does not use offset$"):
        Generator().get_offset()


def test_threads_share_a_generator():
    g, drawn = seeded(0), []

    def draw():
        drawn.extend([sampling.uniform(empty(20, "float64"), generator=g).tobytes() for _ in range(50)])

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = sampling.uniform(empty((200, 20), "float64"), generator=seeded(0))
    assert sorted(drawn) == sorted(row.tobytes() for row in alone)


GOLDEN = [
    ("uniform", "float32", (), [0.49625658988952637, 0.7682217955589294, 0.08847743272781372]),
    ("uniform", "float32", (-2, 3), [0.48128294944763184, 1.841109037399292, -1.5576128959655762]),
    ("uniform", "float64", (), [0.9700530018065531, 0.707819864399788, 0.45938294312745087]),
    ("uniform", "float64", (-2, 3), [2.8502650090327655, 1.5390993219989397, 0.29691471563725436]),
    ("uniform", "float16", (), [0.496337890625, 0.76806640625, 0.0885009765625]),
    ("uniform", "bfloat16", (), [0.49609375, 0.76953125, 0.08837890625]),
    ("normal", "float32", (), [1.5409960746765137, -0.293428897857666, -2.1787893772125244]),
    ("normal", "float64", (), [1.5409961082440433, -0.2934289057609464, -2.1787893820745574]),
    ("exponential", "float32", (), [3.508326292037964, 1.2303847074508667, 0.615044116973877]),
    ("exponential", "float64", (), [3.508326186707642, 1.2303847641796768, 0.6150440938940115]),
    ("cauchy", "float64", (), [10.597729326682297, 0.7647672596059, -0.12829934208317406]),
    ("log_normal", "float64", (), [59.26341788010752, 1.5115599370617072, 0.03481946309690494]),
    ("geometric", "int64", (0.3,), [1, 1, 3]),
    ("random", "int64", (), [900450186894289455, 3969543146641149120, 1895649597198586619]),
    ("random", "int32", (), [209652396, 398764591, 924231285]),
    ("random", "bool", (), [False, True, True]),
    ("random", "float32", (), [8325664, 12888472, 1484222]),
    ("random", "float64", (), [8737460674930124, 6375474555111176, 4137753702977065]),
    ("random", "uint8", (2, 100), [62, 89, 93]),
    ("random", "int64", (0, 2**28 - 1), [209652404, 130329144, 118924928]),
    ("random", "int64", (0, 2**28), [130329135, 136432832, 195187451]),
    ("random", "int64", (0, 2**40), [741280623151, 506137267392, 291447657211]),
]


@pytest.mark.parametrize(("sampler", "dtype", "arguments", "expected"), GOLDEN)
def test_three_numbers_of_seed_0(sampler, dtype, arguments, expected):
    out = empty(3, dtype)
    assert getattr(sampling, sampler)(out, *arguments, generator=seeded()) is out
    assert out.tolist() == expected


def test_normal_numbers_in_blocks():
    start = [-1.1258398294448853, -1.152360200881958, -0.2505785822868347, -0.4338788092136383]
    assert sampling.normal(empty(20), generator=seeded())[:4].tolist() == start
    assert sampling.normal(empty((4, 5)), generator=seeded())[0, :4].tolist() == start
    start = [-2.310411800234176, -0.3732508612577643, -1.0608166785462863, 0.9995093547811761]
    assert sampling.normal(empty(20, "float64"), generator=seeded())[:4].tolist() == start
    g = seeded()
    sampling.normal(empty(20), generator=g)
    assert g.raw(1) == seeded().raw(37)[-1]  # 20 numbers, and 16 for the last block again


def test_order_of_memory():
    contiguous = sampling.uniform(empty((3, 4)), generator=seeded())
    transposed = sampling.uniform(empty((4, 3)).T, generator=seeded())
    np.testing.assert_array_equal(transposed.T.ravel(), contiguous.ravel())
    strided = sampling.uniform(empty((3, 8))[:, ::2], generator=seeded())
    np.testing.assert_array_equal(strided, contiguous)


def test_complex_numbers_have_two_parts():
    z = sampling.normal(empty(3, "complex64"), generator=seeded())
    parts = sampling.normal(empty(6), 0, 0.5**0.5, generator=seeded())
    np.testing.assert_array_equal(z.view(np.float32), parts)


def test_permutation():
    expected = [4, 5, 13, 19, 7, 14, 3, 6, 9, 17, 11, 2, 16, 18, 10, 12, 15, 8, 1, 0]
    assert sampling.permutation(20, seeded()).tolist() == expected
    assert sampling.permutation(0, seeded()).tolist() == [] and sampling.permutation(1, seeded()).tolist() == [0]
    large = sampling.permutation(50000, seeded())
    np.testing.assert_array_equal(np.sort(large), np.arange(50000))

    g, shuffled = seeded(), np.arange(300)  # the shuffle itself
    for i, bits in enumerate(g.raw(299).tolist()):
        j = i + bits % (300 - i)
        shuffled[[i, j]] = shuffled[[j, i]]
    np.testing.assert_array_equal(sampling.permutation(300, seeded()), shuffled)


def test_bernoulli():
    drawn = sampling.bernoulli(empty(8, "bool"), 0.5, seeded())
    assert drawn.tolist() == [False, False, True, False, False, False, True, True]
    p = np.full((2, 10), 0.3, np.float32)
    drawn = sampling.bernoulli(empty((2, 10)), p, seeded())
    assert drawn[0, :4].tolist() == [0, 0, 1, 1]
    assert not sampling.bernoulli(empty(9), 0.0, seeded()).any() and sampling.bernoulli(empty(9), 1.0, seeded()).all()


def test_multinomial():
    weights = np.ones(20, np.float32)
    assert sampling.multinomial(weights, 3, generator=seeded()).tolist() == [11, 6, 17]
    assert sampling.multinomial(weights, 3, True, generator=seeded()).tolist() == [19, 14, 9]
    assert sampling.multinomial(np.ones((4, 20)), 3, generator=seeded()).shape == (4, 3)
    assert sampling.multinomial(np.array([0.0, 2.0, 0.0]), 5, True, seeded()).tolist() == [1] * 5


ERRORS = [
    (
        "uniform",
        "float32",
        (3, 2),
        RuntimeError,
        r"uniform_ expects to return a \[from, to\) range, but found from=3 > to=2",
    ),
    ("uniform", "float32", (0, 1e39), RuntimeError, "to is out of bounds for float"),
    ("uniform", "int64", (), NotImplementedError, "\"check_uniform_bounds\" not implemented for 'Long'"),
    ("normal", "float32", (0, -1), RuntimeError, "normal expects std >= 0.0, but found std -1"),
    ("normal", "int64", (), NotImplementedError, "\"normal_kernel_cpu\" not implemented for 'Long'"),
    ("log_normal", "float32", (0, 0), RuntimeError, "log_normal_ expects std > 0.0, but found std=0"),
    ("exponential", "float32", (0,), RuntimeError, "exponential_ expects lambda > 0.0, but found lambda=0"),
    ("exponential", "int8", (), RuntimeError, "Exponential distribution is a continuous .* you specified Char"),
    ("cauchy", "int64", (), RuntimeError, "Cauchy distribution is a continuous .* you specified long int"),
    ("geometric", "float32", (1,), RuntimeError, r"geometric_ expects p to be in \(0, 1\), but got p=1"),
    ("bernoulli", "float32", (2,), RuntimeError, r"bernoulli_ expects p to be in \[0, 1\], but got p=2"),
    ("bernoulli", "float32", (np.array([2.0] * 3),), RuntimeError, "Expected p_in >= 0 && p_in <= 1 to be true, .*"),
    ("random", "float32", (6, 5), RuntimeError, "random_ expects 'from' to be less than 'to', but got from=6 >= to=5"),
    ("random", "uint8", (0, 257), RuntimeError, "to - 1 is out of bounds for unsigned char"),
    ("random", "uint8", (-1, 5), RuntimeError, "from is out of bounds for unsigned char"),
    ("random", "complex64", (), NotImplementedError, "\"random_kernel_cpu\" not implemented for 'ComplexFloat'"),
]


@pytest.mark.parametrize(("sampler", "dtype", "arguments", "error", "message"), ERRORS)
def test_errors_draw_and_write_nothing(sampler, dtype, arguments, error, message):
    g, out = seeded(), empty(3, dtype)
    with pytest.raises(error, match=f"^{message}$"):
        getattr(sampling, sampler)(out, *arguments, generator=g)
    assert not out.any() and g.raw(1) == seeded().raw(1)


@pytest.mark.parametrize(
    ("weights", "samples", "message"),
    [
        ([1.0, -1.0], 1, "probability tensor contains either `inf`, `nan` or element < 0"),
        ([1.0, np.nan], 1, "probability tensor contains either `inf`, `nan` or element < 0"),
        ([0.0, 0.0], 1, r"invalid multinomial distribution \(sum of probabilities <= 0\)"),
        ([1.0, 1.0], 3, r"cannot sample n_sample > prob_dist.size\(-1\) samples without replacement"),
        ([1.0, 1.0], 0, "cannot sample n_sample <= 0 samples"),
        ([[[1.0]]], 1, "prob_dist must be 1 or 2 dim"),
        ([1, 1], 1, "multinomial only supports floating-point dtypes for input, got: Long"),
    ],
)
def test_multinomial_errors(weights, samples, message):
    with pytest.raises(RuntimeError, match=f"^{message}$"):
        sampling.multinomial(np.array(weights), samples, generator=seeded())


def test_random_warns_where_integers_have_gaps():
    with pytest.warns(
        UserWarning, match=r"^to - 1 is out of bounds \[-\(2\^24\), 2\^24\]. Due to precision limitations float"
    ):
        sampling.random(empty(3), 0, 2**25, generator=seeded())


def test_state_as_a_tensor():
    g = seeded(3)
    state = g.get_state()
    assert tuple(state.shape) == (5056,) and state.dtype is dtypes.uint8
    first = g.raw(3)
    g.set_state(state)
    np.testing.assert_array_equal(g.raw(3), first)
    streams.set_rng_state(state)
    np.testing.assert_array_equal(streams.default_generator.raw(3), first)
    np.testing.assert_array_equal(streams.default_generator.state_bytes(), g.state_bytes())
