"""Where operations are not smooth: at kinks, ties, poles and ends, the gradient is one of those near by, or by formula.

PyTorch's choice among them is what `tests/parity` asks for, where PyTorch is.
"""

import pytest

from proofs import between, by_formula
from samples import all_samples

SAMPLES = [s for s in all_samples() if not s.smooth and any(a.dtype.kind in "fc" for a in s.inputs)]


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_gradient(sample):
    (by_formula if sample.gradient else between)(sample)
