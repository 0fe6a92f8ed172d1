"""Windows as PyTorch's: to the last bit where the formula is elementary, and their errors."""

import numpy as np
import pytest

import rushlight
from parity.expressions import differences

torch = pytest.importorskip("torch")

NAMES = ("hann_window", "hamming_window", "bartlett_window", "blackman_window", "kaiser_window")
PROGRAM = """
torch.hann_window(-1)
torch.hamming_window(5, dtype=torch.int64)
torch.bartlett_window(5, dtype=torch.complex64)
torch.hann_window(5.5)
torch.hann_window(5, 3)
torch.kaiser_window(5, beta=3.)
torch.kaiser_window()
torch.hamming_window(5, True, 0.5), torch.hamming_window(5, True, 0.5, 0.4), torch.hamming_window(5, True, alpha=0.5, beta=.3)
torch.hann_window(5, requires_grad=True).is_leaf
w = torch.signal.windows
w.hann(-1)
w.gaussian(-1)
w.blackman(5, dtype=torch.int64)
w.kaiser(5, dtype=torch.bfloat16)
w.exponential(5, tau=-1)
w.exponential(5, center=2)
w.exponential(5, center=2, sym=False)
w.general_cosine(5, a=[])
w.general_cosine(5, a=3)
w.general_cosine(5, a=(.5, .3), requires_grad=True)
w.cosine(5, requires_grad=True).grad_fn.name()
w.gaussian(5, std=2.), w.bartlett(5, sym=False), w.hann(0), w.hann(1)
"""


def test_programs():
    assert not differences(torch, PROGRAM)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
@pytest.mark.parametrize("periodic", [True, False])
def test_values(name, dtype, periodic):
    tolerance = 1e-14 if dtype == "float64" else 1e-6 if dtype == "float32" else 1e-3 if name == "kaiser_window" else 0
    for n in (0, 1, 2, 3, 5, 8, 31):
        got, want = (getattr(m, name)(n, periodic, dtype=getattr(m, dtype)).double() for m in (rushlight, torch))
        np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=0, atol=tolerance)
