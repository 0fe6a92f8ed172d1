"""Printed tensors against text that PyTorch 2.13 prints."""

import threading
from textwrap import dedent

import numpy as np
import pytest

from rushlight.arrays import printing
from rushlight.arrays.printing import format_array, get_printoptions, printoptions, set_printoptions, tensor_repr

NAN, INF = np.nan, np.inf


@pytest.fixture(autouse=True)
def default_options():
    set_printoptions(profile="default")
    yield
    set_printoptions(profile="default")


def show(values, dtype="float32", **kwargs):
    return tensor_repr(np.array(values, dtype), dtype, kwargs.pop("default", "float32"), **kwargs)


def body(text):
    """Drop the leading newline and the indentation that a literal has only to look well here."""
    return dedent(text).strip("\n")


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        ([1.0, 2.0, 3.0], "float32", "tensor([1., 2., 3.])"),
        ([1.0, 2.5], "float32", "tensor([1.0000, 2.5000])"),
        (3.0, "float32", "tensor(3.)"),
        (-0.0, "float32", "tensor(-0.)"),
        ([0.0, 0.0], "float32", "tensor([0., 0.])"),
        ([1.0, NAN, INF, -INF], "float32", "tensor([1., nan, inf, -inf])"),
        ([1.5, NAN, -INF, 0.0], "float32", "tensor([1.5000,    nan,   -inf, 0.0000])"),
        (NAN, "float64", "tensor(nan, dtype=torch.float64)"),
        ([0.1, 1 / 3], "float16", "tensor([0.1000, 0.3333], dtype=torch.float16)"),
        ([[1, -20], [300, 4]], "int64", "tensor([[  1, -20],\n        [300,   4]])"),
        ([200, 3], "uint8", "tensor([200,   3], dtype=torch.uint8)"),
        (7, "int32", "tensor(7, dtype=torch.int32)"),
        (2**64 - 1, "uint64", "tensor(18446744073709551615, dtype=torch.uint64)"),
        ([True, False], "bool", "tensor([ True, False])"),
        ([1 + 2j, -1 - 0.5j], "complex64", "tensor([ 1.+2.0000j, -1.-0.5000j])"),
        (
            [complex(NAN, -INF), complex(-0.0, -0.0)],
            "complex128",
            "tensor([nan-infj, -0.-0.j], dtype=torch.complex128)",
        ),
        (1j, "complex64", "tensor(0.+1.j)"),
        ([1e-6 + 1j, 1], "complex64", "tensor([1.0000e-06+1.j, 1.0000e+00+0.j])"),
    ],
)
def test_each_kind_of_number(values, dtype, expected):
    assert show(values, dtype) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 1000.0], "[   1., 1000.]"),
        ([1.0, 1001.0], "[1.0000e+00, 1.0010e+03]"),
        ([1.0, 1000.5], "[1.0000e+00, 1.0005e+03]"),
        ([1e7, 1e8], "[ 10000000., 100000000.]"),
        ([1e8 + 8], "[1.0000e+08]"),
        ([1e-4], "[0.0001]"),
        ([9e-5], "[9.0000e-05]"),
        ([0.0, 1e-5, INF], "[0.0000e+00, 1.0000e-05,        inf]"),
        ([1e300, 1e-300], "[1.0000e+300, 1.0000e-300]"),
    ],
)
def test_magnitudes_choose_scientific_notation(values, expected):
    assert format_array(np.array(values), "float64", 7) == expected


def test_the_bounds_are_compared_in_double_precision():
    # The float32 nearest to 1e-4 lies below it; compared in single precision the two would be equal.
    assert float(np.float32(1e-4)) < 1e-4
    assert show([1e-4]) == "tensor([1.0000e-04])"


def test_bfloat16_prints_its_rounded_values():
    rounded = np.array([0.10009765625, 0.333984375], np.float32)
    assert tensor_repr(rounded, "bfloat16", "float32") == "tensor([0.1001, 0.3340], dtype=torch.bfloat16)"


def test_a_numpy_scalar_is_a_0d_tensor():
    assert tensor_repr(np.float32(0.1), "float32", "float32") == "tensor(0.1000)"
    assert tensor_repr(np.bool_(True), "bool", "float32") == "tensor(True)"
    assert tensor_repr(np.complex64(1 - 2j), "complex64", "float32") == "tensor(1.-2.j)"


@pytest.mark.parametrize(
    ("shape", "dtype", "expected"),
    [
        ((0,), "float32", "tensor([])"),
        ((0, 3), "float32", "tensor([], size=(0, 3))"),
        ((0,), "int64", "tensor([], dtype=torch.int64)"),
        ((2, 0), "bool", "tensor([], size=(2, 0), dtype=torch.bool)"),
        ((0,), "complex64", "tensor([], dtype=torch.complex64)"),
    ],
)
def test_an_empty_tensor_names_its_shape_and_dtype(shape, dtype, expected):
    assert tensor_repr(np.empty(shape, dtype), dtype, "float32") == expected


@pytest.mark.parametrize(
    ("dtype", "default", "suffix"),
    [
        ("float32", "float64", ", dtype=torch.float32"),
        ("float64", "float64", ""),
        ("complex128", "float64", ""),
        ("complex64", "float64", ", dtype=torch.complex64"),
        ("complex64", "float16", ""),
        ("complex128", "float32", ", dtype=torch.complex128"),
    ],
)
def test_the_default_dtype_is_not_named(dtype, default, suffix):
    number = "1.+0.j" if dtype.startswith("complex") else "1."
    assert show(1, dtype, default=default) == f"tensor({number}{suffix})"


def test_suffixes_and_their_order():
    assert show(1.0, requires_grad=True) == "tensor(1., requires_grad=True)"
    assert show(1.0, requires_grad=True, grad_fn_name="AddBackward0") == "tensor(1., grad_fn=<AddBackward0>)"
    assert show([1.0, 2.0], tangent="tensor([0.5000, 0.2500])") == "tensor([1., 2.], tangent=tensor([0.5000, 0.2500]))"
    assert (
        tensor_repr(np.empty((0, 3)), "float64", "float32", requires_grad=True)
        == "tensor([], size=(0, 3), dtype=torch.float64, requires_grad=True)"
    )


def test_suffixes_wrap_at_the_line_width():
    assert show(np.arange(8), "float64", requires_grad=True) == body("""
        tensor([0., 1., 2., 3., 4., 5., 6., 7.], dtype=torch.float64,
               requires_grad=True)
        """)
    assert show([1.25] * 7, "float64", grad_fn_name="MulBackward0") == body("""
        tensor([1.2500, 1.2500, 1.2500, 1.2500, 1.2500, 1.2500, 1.2500],
               dtype=torch.float64, grad_fn=<MulBackward0>)
        """)
    assert show([1.25] * 12, grad_fn_name="MulBackward0") == body("""
        tensor([1.2500, 1.2500, 1.2500, 1.2500, 1.2500, 1.2500, 1.2500, 1.2500, 1.2500,
                1.2500, 1.2500, 1.2500], grad_fn=<MulBackward0>)
        """)


@pytest.mark.parametrize(
    ("linewidth", "expected"),
    [
        (74, "tensor([1.2500, 1.2500, 1.2500], dtype=torch.float64, requires_grad=True)"),
        (73, "tensor([1.2500, 1.2500, 1.2500], dtype=torch.float64,\n       requires_grad=True)"),
        (54, "tensor([1.2500, 1.2500, 1.2500], dtype=torch.float64,\n       requires_grad=True)"),
        (53, "tensor([1.2500, 1.2500, 1.2500],\n       dtype=torch.float64, requires_grad=True)"),
        (46, "tensor([1.2500, 1.2500, 1.2500],\n       dtype=torch.float64, requires_grad=True)"),
        (45, "tensor([1.2500, 1.2500, 1.2500],\n       dtype=torch.float64,\n       requires_grad=True)"),
    ],
)
def test_the_column_at_which_a_suffix_wraps(linewidth, expected):
    set_printoptions(linewidth=linewidth)
    assert show([1.25] * 3, "float64", requires_grad=True) == expected


def test_a_suffix_wraps_by_the_last_line_alone():
    set_printoptions(linewidth=60)
    assert show(np.ones((2, 2)), "float64", requires_grad=True) == body("""
        tensor([[1., 1.],
                [1., 1.]], dtype=torch.float64, requires_grad=True)
        """)
    set_printoptions(linewidth=59)
    assert show(np.ones((2, 2)), "float64", requires_grad=True) == body("""
        tensor([[1., 1.],
                [1., 1.]], dtype=torch.float64,
               requires_grad=True)
        """)


def test_class_name_and_contents():
    assert show([1.0, 2.0], class_name="Sub") == "Sub([1., 2.])"
    assert show([[1.0], [2.0]], class_name="Sub") == "Sub([[1.],\n     [2.]])"
    assert show([1.0], "float64", tensor_contents="...") == "tensor(..., dtype=torch.float64)"


def test_nested_brackets():
    assert show(np.arange(8).reshape(2, 2, 2)) == body("""
        tensor([[[0., 1.],
                 [2., 3.]],

                [[4., 5.],
                 [6., 7.]]])
        """)
    assert show(np.arange(16).reshape(2, 2, 2, 2), "int64") == body("""
        tensor([[[[ 0,  1],
                  [ 2,  3]],

                 [[ 4,  5],
                  [ 6,  7]]],


                [[[ 8,  9],
                  [10, 11]],

                 [[12, 13],
                  [14, 15]]]])
        """)


def test_rows_wrap_at_the_line_width():
    assert show(np.arange(30), "int64") == body("""
        tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,
                18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])
        """)
    assert show(np.arange(24).reshape(2, 12) + 0.5) == body("""
        tensor([[ 0.5000,  1.5000,  2.5000,  3.5000,  4.5000,  5.5000,  6.5000,  7.5000,
                  8.5000,  9.5000, 10.5000, 11.5000],
                [12.5000, 13.5000, 14.5000, 15.5000, 16.5000, 17.5000, 18.5000, 19.5000,
                 20.5000, 21.5000, 22.5000, 23.5000]])
        """)


def test_rows_of_complex_numbers_wrap_by_both_parts_and_the_j():
    set_printoptions(linewidth=28)
    assert show([1 + 2j] * 4, "complex64") == "tensor([1.+2.j, 1.+2.j, 1.+2.j,\n        1.+2.j])"
    set_printoptions(linewidth=27)
    assert show([1 + 2j] * 4, "complex64") == "tensor([1.+2.j, 1.+2.j,\n        1.+2.j, 1.+2.j])"


def test_zeros_alone_run_over_the_line_width():
    # They count as one column wide in PyTorch, so that 24 of them make a line, and take two.
    assert show(np.zeros(25)) == "tensor([" + "0., " * 23 + "0.,\n        0.])"


def test_large_tensors_are_summarised():
    assert "..." not in show(np.arange(1000), "int64")
    assert show(np.arange(1001), "int64") == "tensor([   0,    1,    2,  ...,  998,  999, 1000])"
    assert show(np.arange(2000).reshape(10, 2, 100), "int64") == body("""
        tensor([[[   0,    1,    2,  ...,   97,   98,   99],
                 [ 100,  101,  102,  ...,  197,  198,  199]],

                [[ 200,  201,  202,  ...,  297,  298,  299],
                 [ 300,  301,  302,  ...,  397,  398,  399]],

                [[ 400,  401,  402,  ...,  497,  498,  499],
                 [ 500,  501,  502,  ...,  597,  598,  599]],

                ...,

                [[1400, 1401, 1402,  ..., 1497, 1498, 1499],
                 [1500, 1501, 1502,  ..., 1597, 1598, 1599]],

                [[1600, 1601, 1602,  ..., 1697, 1698, 1699],
                 [1700, 1701, 1702,  ..., 1797, 1798, 1799]],

                [[1800, 1801, 1802,  ..., 1897, 1898, 1899],
                 [1900, 1901, 1902,  ..., 1997, 1998, 1999]]])
        """)


def test_only_shown_elements_choose_the_style():
    values = np.ones(2000)
    values[1000] = 1e-9
    assert show(values) == "tensor([1., 1., 1.,  ..., 1., 1., 1.])"


def test_a_summary_reads_no_more_than_it_shows():
    # 8 TB of elements: copying or scanning them would fail.
    vast = np.broadcast_to(np.float32(1), (10**6, 10**6, 2))
    assert tensor_repr(vast, "float32", "float32").count("1.") == 6 * 6 * 2


def test_strides_do_not_matter():
    values = np.arange(24.0).reshape(2, 3, 4)
    for view in (values.T, values[:, ::-1, 1::2], np.broadcast_to(values[0], (3, 3, 4))):
        assert format_array(view, "float64", 7) == format_array(np.ascontiguousarray(view), "float64", 7)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"precision": 2}, "[0.50, 0.50, 0.51, 0.51]"),
        ({"precision": 0}, "[0, 1, 1, 1]"),
        ({"sci_mode": True}, "[5.0000e-01, 5.0400e-01, 5.0800e-01, 5.1200e-01]"),
        ({"profile": "short"}, "[0.50, 0.50, 0.51, 0.51]"),
        ({"profile": "short", "precision": 3}, "[0.500, 0.504, 0.508, 0.512]"),
        ({"threshold": 3, "edgeitems": 1}, "[0.5000,  ..., 0.5120]"),
        ({"threshold": 3, "edgeitems": 2}, "[0.5000, 0.5040, 0.5080, 0.5120]"),
        ({"threshold": 3, "edgeitems": 0}, "[...]"),
        ({"linewidth": 24}, "[0.5000, 0.5040,\n        0.5080, 0.5120]"),
        ({"linewidth": 1}, "[0.5000,\n        0.5040,\n        0.5080,\n        0.5120]"),
    ],
)
def test_options(options, expected):
    set_printoptions(**options)
    assert format_array(np.array([0.5, 0.504, 0.508, 0.512]), "float64", 7) == expected


def test_sci_mode_overrides_the_magnitudes():
    with printoptions(sci_mode=False):
        assert show([1e-9, 1e9]) == "tensor([         0.0000, 1000000000.0000])"
        assert show([1e9]) == "tensor([1000000000.])"
    with printoptions(sci_mode=True):
        assert show([1.0, 2.0]) == "tensor([1.0000e+00, 2.0000e+00])"
        assert show([0.0, 0.0]) == "tensor([0., 0.])"


def test_without_edgeitems_the_shape_is_named():
    set_printoptions(threshold=3, edgeitems=0)
    assert show(np.arange(16).reshape(4, 4)) == "tensor([...], size=(4, 4))"
    assert show([0.0, 0.0]) == "tensor([0., 0.], size=(2,))"
    set_printoptions(threshold=0)
    assert show(1.0) == "tensor(1., size=())"


def test_options_are_set_one_by_one_save_sci_mode():
    set_printoptions(precision=2, sci_mode=True)
    set_printoptions(linewidth=40)
    assert get_printoptions() == {
        "precision": 2,
        "threshold": 1000,
        "edgeitems": 3,
        "linewidth": 40,
        "sci_mode": None,
    }
    set_printoptions(profile="full")
    assert get_printoptions()["threshold"] == INF
    set_printoptions(profile="no such profile")
    assert get_printoptions()["threshold"] == INF


def test_get_printoptions_returns_a_copy():
    get_printoptions()["precision"] = 1
    assert show(0.5) == "tensor(0.5000)"


def test_printoptions_restores_what_was_set():
    set_printoptions(precision=3, sci_mode=True)
    former = get_printoptions()
    with pytest.raises(KeyError), printoptions(precision=1, profile="short"):
        assert get_printoptions()["precision"] == 1
        assert get_printoptions()["edgeitems"] == 2
        raise KeyError
    assert get_printoptions() == former
    with pytest.raises(TypeError, match="unexpected keyword argument 'digits'"), printoptions(digits=1):
        pass
    assert get_printoptions() == former


def test_options_hold_in_every_thread():
    set_printoptions(precision=1)
    seen = []
    thread = threading.Thread(target=lambda: seen.append(show(0.5)))
    thread.start()
    thread.join()
    assert seen == ["tensor(0.5)"]


def test_options_can_be_given_for_one_call():
    options = printing.PrinterOptions(precision=1, linewidth=20)
    assert format_array(np.array([0.5, 0.25]), "float64", 7, options) == "[0.5, 0.2]"
    assert show([0.5, 0.25], grad_fn_name="X", options=options) == "tensor([0.5, 0.2],\n       grad_fn=<X>)"
    assert get_printoptions()["precision"] == 4


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"precision": -1}, ValueError, "Format specifier missing precision"),
        ({"edgeitems": 1.0, "threshold": 0}, TypeError, "slice indices must be integers"),
        ({"linewidth": INF}, OverflowError, "cannot convert float infinity to integer"),
        ({"threshold": "a"}, TypeError, "'>' not supported between instances of 'int' and 'str'"),
    ],
)
def test_a_wrong_option_raises_when_something_is_printed(options, error, message):
    set_printoptions(**options)
    with pytest.raises(error, match=message):
        show([0.5, 0.25, 0.75])
