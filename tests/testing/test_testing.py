"""torch.testing: what is close, and what the errors say."""

import pytest

import rushlight as torch
from rushlight.testing import assert_close, make_tensor


def test_what_is_close():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    assert_close(x, x + 1e-7)
    assert_close([1, {"a": (x, None)}], [1, {"a": (x.detach(), None)}])
    assert_close(torch.tensor([torch.nan]), torch.tensor([torch.nan]), equal_nan=True)
    assert_close(x.double(), x, check_dtype=False)
    assert_close(1.0, 1.0 + 1e-9)
    assert_close(torch.tensor(1, dtype=torch.uint16), torch.tensor(1, dtype=torch.int8), check_dtype=False)


def test_errors_say_what_and_where():
    with pytest.raises(AssertionError) as caught:
        assert_close({"w": [torch.zeros(2, 3)]}, {"w": [torch.tensor([[0, 0, 0], [0, 2.0, 0]])]})
    assert str(caught.value) == (
        "Tensor-likes are not close!\n\nMismatched elements: 1 / 6 (16.7%)\n"
        "Greatest absolute difference: 2.0 at index (1, 1) (up to 1e-05 allowed)\n"
        "Greatest relative difference: 1.0 at index (1, 1) (up to 1.3e-06 allowed)\n\n"
        "The failure occurred for item ['w'][0]"
    )
    with pytest.raises(AssertionError, match=r"^mine: Scalars are not equal"):
        assert_close(1, 2, rtol=0, atol=0, msg=lambda words: f"mine: {words}")
    with pytest.raises(ValueError, match="Both 'rtol' and 'atol' must be either specified or omitted, but got no atol"):
        assert_close(1.0, 2.0, rtol=1.0)


@pytest.mark.parametrize(
    "dtype", [torch.bool, torch.uint8, torch.int64, torch.bfloat16, torch.float64, torch.complex64]
)
def test_make_tensor(dtype):
    x = make_tensor((5, 6), dtype=dtype, device="cpu", noncontiguous=True, exclude_zero=True)
    assert x.dtype is dtype and x.shape == (5, 6) and not x.is_contiguous() and bool((x != 0).all())
