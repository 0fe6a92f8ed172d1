"""Large computations in blocks and panels: the same values, bit for bit, on any number of threads."""

import operator
import warnings

import numpy as np
import pytest

from rushlight.arrays import blocks, products, summation

SIZE = blocks.LARGE + 12_345


def numbers(*shape, dtype=np.float32, seed=0):
    return (np.random.default_rng(seed).standard_normal(shape) + 0.1).astype(dtype)


def assert_same_bits(got, want):
    assert type(got) is type(want)
    assert got.dtype == want.dtype
    assert got.shape == want.shape
    assert got.tobytes() == want.tobytes()


FUNCTIONS = {
    "multiply": (operator.mul, 2),
    "ufunc": (np.sin, 1),
    "comparison": (operator.lt, 2),
    "two results of one ufunc": (lambda x: tuple(np.modf(x)), 1),
    "in python": (lambda x, y: x * -y / (x * x + 1), 2),
    "maximum": (np.maximum, 2),
    "power": (np.power, 2),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_the_same_bits(name, dtype, number_of_threads):
    function, count = FUNCTIONS[name]
    if name == "power" and dtype is np.int64:
        pytest.skip("negative powers of integers")
    arguments = [numbers(SIZE, dtype=dtype, seed=seed) for seed in range(count)]
    with np.errstate(all="ignore"):
        got, want = blocks.blockwise(function, arguments), function(*arguments)
    if isinstance(want, tuple):
        assert len(got) == len(want)
        for g, w in zip(got, want):
            assert_same_bits(g, w)
    else:
        assert_same_bits(got, want)


SHAPES = {
    "row": [(600, 300), (300,)],
    "column": [(600, 300), (600, 1)],
    "outer": [(600, 1), (1, 300)],
    "channels": [(20, 8, 40, 40), (8, 1, 1)],
    "0-d": [(SIZE,), ()],
    "one long row": [(1, SIZE), (1, 1)],
}


@pytest.mark.parametrize("name", SHAPES)
def test_broadcasting(name, number_of_threads):
    x, y = (numbers(*shape, seed=seed) for seed, shape in enumerate(SHAPES[name]))
    for a, b in ((x, y), (y, x)):
        assert_same_bits(blocks.blockwise(operator.sub, (a, b)), a - b)


LAYOUTS = {
    "transposed": lambda x: x.T,
    "every other": lambda x: x[:, ::2],
    "backwards": lambda x: x[::-1],
    "expanded": lambda x: np.broadcast_to(x[:1], x.shape),
    "one number": lambda x: np.broadcast_to(x[0, 0], x.shape),
    "axes exchanged": lambda x: x.reshape(40, 20, 900).transpose(1, 0, 2),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_any_memory(name, number_of_threads):
    x = LAYOUTS[name](numbers(800, 900))
    got, want = blocks.blockwise(operator.mul, (x, 2.5)), x * 2.5
    assert_same_bits(got, want)
    if name in ("transposed", "axes exchanged"):
        assert got.strides == want.strides
    assert_same_bits(blocks.blockwise(np.add, (x, x)), x + x)


def test_arguments_come_back_as_they_are():
    g, x = numbers(SIZE), numbers(SIZE, seed=1)
    results = blocks.blockwise(lambda g, x, none, number: (g, none, g * number, x), (g, x, None, 3.0))
    assert results[0] is g
    assert results[1] is None
    assert results[3] is x
    assert_same_bits(results[2], g * 3.0)


@pytest.mark.parametrize("function", [
    lambda x, y: (x * y).sum(), lambda x, y: (x * y).reshape(-1, 1), lambda x, y: np.float32(3),
    lambda x, y: x.max() + y,
], ids=["sum", "reshaped", "number", "of the maximum"])  # fmt: skip
def test_what_is_not_elementwise_is_computed_in_one_go(function):
    x, y = numbers(SIZE), numbers(SIZE, seed=1)
    assert np.array_equal(blocks.blockwise(function, (x, y)), function(x, y))


def test_small_is_computed_in_one_go():
    seen = []
    blocks.blockwise(lambda x: seen.append(x.size) or x * 2, (numbers(1000),))
    assert seen == [1000]


def test_errors_are_the_functions_own(number_of_threads):
    with pytest.raises(ValueError, match="could not be broadcast"):
        blocks.blockwise(operator.mul, (numbers(SIZE), numbers(SIZE + 1)))
    x = numbers(SIZE)
    x[-5] = 0
    with warnings.catch_warnings(), pytest.raises(RuntimeWarning):
        warnings.simplefilter("error")
        blocks.blockwise(operator.truediv, (1.0, x))


def test_writing_into_memory(number_of_threads):
    x, y = numbers(SIZE), numbers(SIZE, seed=1)
    want = x + y
    assert blocks.write_blockwise(np.add, (x, y), x) is x
    assert_same_bits(x, want)


def test_writing_into_memory_that_is_shared(number_of_threads):
    memory = numbers(2 * SIZE)
    out, shifted = memory[:SIZE], memory[100 : SIZE + 100]
    want = out + shifted
    blocks.write_blockwise(np.add, (out, shifted), out)
    assert_same_bits(out.copy(), want)
    matrix = numbers(500, 500)
    want = matrix + matrix.T
    blocks.write_blockwise(np.add, (matrix, matrix.T), matrix)
    assert_same_bits(matrix, want)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [blocks.LARGE, blocks.LARGE + 201, 777_777, 1_048_576])
def test_sums_of_all_in_numpys_order(size, dtype, number_of_threads):
    x = numbers(size, dtype=dtype)
    assert summation.total(x) == np.add.reduce(x)


@pytest.mark.parametrize("shape", [(1000, 600), (32, 16, 36, 36), (3, 100, 2000), (2, 300_000), (300_000, 2)], ids=str)
def test_sums_over_axes_in_numpys_order(shape, number_of_threads):
    x = numbers(*shape)
    for view in (x, x.T, x[::-1]):
        for axes in (0, -1, (0, view.ndim - 1), tuple(range(view.ndim - 1)), tuple(range(view.ndim)), ()):
            for keepdims in (False, True):
                want = np.add.reduce(view, axes, keepdims=keepdims)
                got = summation.along(view, axes, keepdims)
                assert np.array_equal(got, want)
                assert got.shape == want.shape


PRODUCTS = {
    "tall": [(700, 100), (100, 120)],
    "wide": [(100, 120), (120, 700)],
    "transposed": [(100, 700), (100, 120)],
    "stack": [(16, 64, 128), (16, 128, 64)],
    "two stacks": [(4, 4, 128, 64), (4, 4, 64, 128)],
    "a stack and a matrix": [(16, 64, 128), (128, 64)],
    "a vector": [(1200, 130), (130,)],
    "of a vector": [(5000,), (5000, 40)],
    "vectors": [(20_000,), (20_000,)],
    "one panel": [(64, 1000), (1000, 64)],
}


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.int64])
def test_products(name, dtype, number_of_threads):
    x, y = (numbers(*shape, dtype=dtype, seed=seed) for seed, shape in enumerate(PRODUCTS[name]))
    if name == "transposed":
        x = x.T
    got, want = products.product(x, y), x @ y
    assert got.dtype == want.dtype
    np.testing.assert_allclose(got, want, rtol=1e-3 if dtype in (np.float32, np.complex64) else 1e-9, atol=1e-3)


def test_products_of_what_blas_cannot_read(number_of_threads):
    ones, y = np.broadcast_to(np.float32(1), (500, 400)), numbers(400, 300)
    np.testing.assert_allclose(products.product(ones, y), np.tile(y.sum(0), (500, 1)), rtol=1e-3, atol=1e-3)
    x = numbers(1000, 800)[::2, ::2]
    np.testing.assert_allclose(products.product(x, y), x @ y, rtol=1e-3, atol=1e-3)


def test_products_that_do_not_fit():
    with pytest.raises(ValueError, match="matmul"):
        products.product(numbers(500, 400), numbers(500, 400))
